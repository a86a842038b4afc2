//! Files with SIP in them: packet captures and the logs of programs, read as a stream in bounded memory; and captures
//! written.
//!
//! Files and headers are taken apart here, where an error can name its frame and every length is checked; what is
//! written has its headers and checksums of `etherparse`.

mod clock;
mod decode;
mod error;
mod fragment;
mod intro;
mod ip;
mod log;
mod observation;
mod pcap;
mod pcapng;
mod stream;
mod summary;
mod tcpdump;
mod utf16;
mod write;

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use decode::Decoder;
pub use error::CaptureError;
pub use observation::{Observation, Transport};
pub use summary::{Resolution, Summary, Unit};
use utf16::Utf16;
pub use write::{Endpoints, PcapWriter};

/// Reads a file and hands every SIP message on, in the order of the file.
///
/// # Errors
/// The system's refusal; a file without SIP; a form that is not supported, which is named.
pub fn read(path: &Path, sink: &mut dyn FnMut(Observation)) -> Result<Summary, CaptureError> {
    let file = path.display().to_string();
    let opened = open(path).map_err(|cause| CaptureError::World {
        file: file.clone(),
        cause,
    })?;
    read_from(&file, opened, sink)
}

/// A file, or a pipe: what another program writes as it comes. A device may never end.
fn open(path: &Path) -> io::Result<File> {
    let file = File::open(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        let kind = file.metadata()?.file_type();
        if kind.is_block_device() || kind.is_char_device() && !io::IsTerminal::is_terminal(&file) {
            let why = "it is a device, not a file";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        }
    }
    Ok(file)
}

/// As [`read`], from any reader.
///
/// # Errors
/// As [`read`].
pub fn read_from(
    file: &str,
    reader: impl Read,
    sink: &mut dyn FnMut(Observation),
) -> Result<Summary, CaptureError> {
    let mut reader = BufReader::with_capacity(1 << 16, reader);
    let world = |cause| CaptureError::World {
        file: file.into(),
        cause,
    };
    let content = |problem: String| CaptureError::Content {
        file: file.into(),
        problem,
    };
    let mut messages = 0;
    let mut count = |observation| {
        messages += 1;
        sink(observation);
    };
    let opening = reader.fill_buf().map_err(world)?.to_vec();
    let mut summary = match form(&opening).map_err(|problem| content(problem.into()))? {
        FileForm::Pcap => {
            let mut decoder = Decoder::new(&mut count);
            let places = pcap::read(&mut reader, &mut decoder).map_err(|e| e.into_error(file))?;
            decoder.finish("pcap", places)
        }
        FileForm::Pcapng => {
            let mut decoder = Decoder::new(&mut count);
            let places = pcapng::read(&mut reader, &mut decoder).map_err(|e| e.into_error(file))?;
            decoder.finish("pcapng", places)
        }
        FileForm::Text => log::read(&mut reader, &mut count).map_err(|e| e.into_error(file))?,
        FileForm::Utf16 { is_big } => {
            reader.consume(2);
            let mut text = BufReader::new(Utf16::new(reader, is_big));
            log::read(&mut text, &mut count).map_err(|e| e.into_error(file))?
        }
    };
    summary.messages = messages;
    if messages == 0 {
        let mut problem = format!(
            "no SIP message in {} {}s",
            summary.places,
            summary.unit.word()
        );
        for warning in &summary.warnings {
            problem += &format!("; {warning}");
        }
        return Err(content(problem));
    }
    Ok(summary)
}

/// What kind of file it is.
enum FileForm {
    Pcap,
    Pcapng,
    Text,
    /// A text with a byte order mark of UTF-16.
    Utf16 {
        is_big: bool,
    },
}

fn form(opening: &[u8]) -> Result<FileForm, &'static str> {
    match opening {
        [] => Err("the file is empty"),
        [0xa1, 0xb2, 0xc3, 0xd4, ..]
        | [0xd4, 0xc3, 0xb2, 0xa1, ..]
        | [0xa1, 0xb2, 0x3c, 0x4d, ..]
        | [0x4d, 0x3c, 0xb2, 0xa1, ..] => Ok(FileForm::Pcap),
        [0x0a, 0x0d, 0x0d, 0x0a, ..] => Ok(FileForm::Pcapng),
        [0x1f, 0x8b, ..] => Err("compressed by gzip: unpack it first"),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Err("compressed by zstd: unpack it first"),
        [b'P', b'K', 3, 4, ..] => Err("a zip archive: unpack it first"),
        [0xff, 0xfe, ..] => Ok(FileForm::Utf16 { is_big: false }),
        [0xfe, 0xff, ..] => Ok(FileForm::Utf16 { is_big: true }),
        [b's', b'n', b'o', b'o', b'p', 0, ..] => {
            Err("a snoop capture, which is not supported: save it as pcap")
        }
        [0x34, 0xcd, 0xb2, 0xa1, ..] | [0xa1, 0xb2, 0xcd, 0x34, ..] => {
            Err("a modified pcap, which is not supported: save it as pcap")
        }
        _ if opening.iter().take(4096).filter(|b| **b == 0).count() > 16 => {
            Err("neither a packet capture (pcap, pcapng) nor a text")
        }
        _ => Ok(FileForm::Text),
    }
}
