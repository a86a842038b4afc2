//! Files with SIP in them: packet captures and the logs of programs, read as a stream in bounded memory; and captures
//! written.
//!
//! Files and headers are taken apart here, where an error can name its frame and every length is checked; what is
//! written has its headers and checksums of `etherparse`.

mod clock;
mod decode;
mod fragment;
mod intro;
mod ip;
mod log;
mod pcap;
mod pcapng;
mod stream;
mod write;

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use crate::wire::SipText;
use decode::Decoder;
pub use write::{Endpoints, PcapWriter};

/// How a message travelled.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Transport {
    /// UDP.
    Udp,
    /// TCP.
    Tcp,
    /// TLS, in logs: a capture shows nothing of it.
    Tls,
}

/// A SIP message, where and when it was seen.
#[derive(Clone, PartialEq, Debug)]
pub struct Observation {
    /// The number of its frame or line, counted from 1.
    pub place: u64,
    /// Microseconds since an instant that is the same for the whole file; `None` where the log has no times.
    pub at_us: Option<u64>,
    /// The sender's address and port, as far as it is known.
    pub from: Option<String>,
    /// The receiver's.
    pub to: Option<String>,
    /// How it travelled, where that is known.
    pub transport: Option<Transport>,
    /// The message.
    pub message: SipText,
}

/// What places in a file are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    /// Frames of a packet capture.
    Frame,
    /// Lines of a text.
    Line,
}

impl Unit {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Frame => "frame",
            Self::Line => "line",
        }
    }
}

/// How finely the times of a file are given.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Resolution {
    /// No times at all.
    None,
    /// Whole seconds.
    Second,
    /// Milliseconds or finer.
    Fine,
}

/// What was read of a file.
#[derive(Clone, PartialEq, Debug)]
pub struct Summary {
    /// The forms that its content showed, such as `pcap` or `Asterisk chan_sip`.
    pub forms: Vec<&'static str>,
    /// What its places are.
    pub unit: Unit,
    /// Frames or lines read.
    pub places: u64,
    /// SIP messages found.
    pub messages: u64,
    /// How fine its times are.
    pub resolution: Resolution,
    /// What could not be read, each with its place.
    pub warnings: Vec<String>,
}

/// Why a file could not be read.
#[derive(thiserror::Error, Debug)]
pub enum CaptureError {
    /// The system refuses.
    #[error("{file}: {cause}")]
    World {
        /// The file.
        file: String,
        /// What the system said.
        cause: io::Error,
    },
    /// The content cannot be used.
    #[error("{file}: {problem}")]
    Content {
        /// The file.
        file: String,
        /// What is wrong, with its place.
        problem: String,
    },
}

/// Warnings kept of a file; more are counted.
const WARNINGS_MOST: usize = 12;

/// Collects warnings, a bounded number of them.
#[derive(Default, Debug)]
struct Warnings {
    kept: Vec<String>,
    left_out: u64,
}

impl Warnings {
    fn push(&mut self, warning: String) {
        if self.kept.len() < WARNINGS_MOST {
            self.kept.push(warning);
        } else {
            self.left_out += 1;
        }
    }

    fn finish(mut self) -> Vec<String> {
        if self.left_out > 0 {
            self.kept.push(format!("{} more warnings", self.left_out));
        }
        self.kept
    }
}

/// Reads a file and hands every SIP message on, in the order of the file.
///
/// # Errors
/// The system's refusal; a file without SIP; a form that is not supported, which is named.
pub fn read(path: &Path, sink: &mut dyn FnMut(Observation)) -> Result<Summary, CaptureError> {
    let file = path.display().to_string();
    let opened = File::open(path).map_err(|cause| CaptureError::World {
        file: file.clone(),
        cause,
    })?;
    read_from(&file, opened, sink)
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
        Form::Pcap => {
            let mut decoder = Decoder::new(&mut count);
            let places = pcap::read(&mut reader, &mut decoder).map_err(|e| e.named(file))?;
            decoder.finish("pcap", places)
        }
        Form::Pcapng => {
            let mut decoder = Decoder::new(&mut count);
            let places = pcapng::read(&mut reader, &mut decoder).map_err(|e| e.named(file))?;
            decoder.finish("pcapng", places)
        }
        Form::Text => log::read(&mut reader, &mut count).map_err(world)?,
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
enum Form {
    Pcap,
    Pcapng,
    Text,
}

fn form(opening: &[u8]) -> Result<Form, &'static str> {
    match opening {
        [] => Err("the file is empty"),
        [0xa1, 0xb2, 0xc3, 0xd4, ..]
        | [0xd4, 0xc3, 0xb2, 0xa1, ..]
        | [0xa1, 0xb2, 0x3c, 0x4d, ..]
        | [0x4d, 0x3c, 0xb2, 0xa1, ..] => Ok(Form::Pcap),
        [0x0a, 0x0d, 0x0d, 0x0a, ..] => Ok(Form::Pcapng),
        [0x1f, 0x8b, ..] => Err("compressed by gzip: unpack it first"),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Err("compressed by zstd: unpack it first"),
        [b'P', b'K', 3, 4, ..] => Err("a zip archive: unpack it first"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Err("a text in UTF-16: save it as UTF-8"),
        [b's', b'n', b'o', b'o', b'p', 0, ..] => {
            Err("a snoop capture, which is not supported: save it as pcap")
        }
        [0x34, 0xcd, 0xb2, 0xa1, ..] | [0xa1, 0xb2, 0xcd, 0x34, ..] => {
            Err("a modified pcap, which is not supported: save it as pcap")
        }
        _ if opening.iter().take(4096).filter(|b| **b == 0).count() > 16 => {
            Err("neither a packet capture (pcap, pcapng) nor a text")
        }
        _ => Ok(Form::Text),
    }
}

/// Why reading of packets stopped.
enum Stop {
    World(io::Error),
    Content(String),
}

impl Stop {
    fn named(self, file: &str) -> CaptureError {
        let file = file.into();
        match self {
            Self::World(cause) => CaptureError::World { file, cause },
            Self::Content(problem) => CaptureError::Content { file, problem },
        }
    }
}

impl From<io::Error> for Stop {
    fn from(cause: io::Error) -> Self {
        Self::World(cause)
    }
}

/// Reads until the buffer is full or the file ends; how many bytes there were.
fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(filled)
}
