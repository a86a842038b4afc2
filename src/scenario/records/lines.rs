//! The lines of a CSV file, one at a time and in little memory, each with the places of its fields.

use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, Read};

use super::field::trimmed;

/// A line is no longer than this.
pub(super) const LINE_MOST: usize = 4096;

/// The bytes of a file on their way, and their digest.
struct DigestReader {
    file: Box<dyn Read>,
    hasher: blake3::Hasher,
}

impl Read for DigestReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.hasher.update(&buffer[..read]);
        Ok(read)
    }
}

/// Why there is no next line.
pub(super) enum LineFault {
    /// The file cannot be read.
    Refused(io::Error),
    /// It is longer than `LINE_MOST`.
    TooLong,
}

/// The lines of a file.
pub(super) struct Lines {
    input: BufReader<DigestReader>,
    /// The number of the line, from 1.
    pub number: u64,
    /// The line without its end.
    pub bytes: Vec<u8>,
    /// Where the fields of the line begin and end.
    pub fields: Vec<(usize, usize)>,
    /// What separates fields.
    pub delimiter: u8,
    /// The file says what separates them.
    is_declared: bool,
}

impl Lines {
    pub(super) fn new(file: Box<dyn Read>) -> Self {
        let digested = DigestReader {
            file,
            hasher: blake3::Hasher::new(),
        };
        Self {
            input: BufReader::with_capacity(1 << 16, digested),
            number: 0,
            bytes: Vec::new(),
            fields: Vec::new(),
            delimiter: b',',
            is_declared: false,
        }
    }

    /// The digest of what was read so far.
    pub(super) fn digest(&self) -> String {
        self.input.get_ref().hasher.finalize().to_hex().to_string()
    }

    /// Reads the next line that is neither empty nor a comment, nor says what separates fields; `false`: there is none.
    pub(super) fn advance(&mut self) -> Result<bool, LineFault> {
        loop {
            self.bytes.clear();
            let limit = LINE_MOST as u64 + 1;
            let read = (&mut self.input)
                .take(limit)
                .read_until(b'\n', &mut self.bytes)
                .map_err(LineFault::Refused)?;
            if read == 0 {
                return Ok(false);
            }
            self.number += 1;
            if self.number == 1 && self.bytes.starts_with(BYTE_ORDER_MARK) {
                self.bytes.drain(..BYTE_ORDER_MARK.len());
            }
            while let [.., b'\n' | b'\r'] = self.bytes[..] {
                self.bytes.pop();
            }
            if self.bytes.len() > LINE_MOST {
                return Err(LineFault::TooLong);
            }
            // A spreadsheet writes a row of empty cells as its separators alone.
            let is_empty = self.bytes.iter().all(|byte| b",;\t \"".contains(byte));
            if !is_empty && self.bytes[0] != b'#' && !self.declares_delimiter() {
                return Ok(true);
            }
        }
    }

    /// Whether it is a first line `sep=;`, by which spreadsheets say what separates fields.
    fn declares_delimiter(&mut self) -> bool {
        if self.number != 1 {
            return false;
        }
        let [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter] = self.bytes[..] else {
            return false;
        };
        (self.delimiter, self.is_declared) = (delimiter, true);
        true
    }

    /// Takes this line, the first one, as saying what separates fields, unless the file said so.
    pub(super) fn find_delimiter(&mut self) {
        let has = |byte: u8| self.bytes.contains(&byte);
        self.delimiter = match () {
            () if self.is_declared => self.delimiter,
            () if has(b';') => b';',
            () if !has(b',') && has(b'\t') => b'\t',
            () => b',',
        };
    }

    /// Finds the fields of the line.
    pub(super) fn split(&mut self) {
        self.fields.clear();
        let mut begin = 0;
        // Whether the field began with a quote, and whether it is open: separators between quotes are text.
        let (mut is_quoted, mut is_open) = (false, false);
        for end in 0..=self.bytes.len() {
            match self.bytes.get(end) {
                Some(b'"') if is_quoted => is_open = !is_open,
                Some(b'"') => {
                    let is_first = self.bytes[begin..end].iter().all(|b| b" \t".contains(b));
                    (is_quoted, is_open) = (is_first, is_first);
                }
                Some(byte) if is_open || *byte != self.delimiter => {}
                _ => {
                    self.fields.push(trimmed(&self.bytes, begin, end));
                    begin = end + 1;
                    (is_quoted, is_open) = (false, false);
                }
            }
        }
    }

    /// A field without the spaces and quotes round it.
    pub(super) fn field(&self, index: usize) -> &[u8] {
        let (begin, end) = self.fields[index];
        &self.bytes[begin..end]
    }

    /// A field as text. Where it is not UTF-8 it is Latin-1, which many programs on Windows write.
    pub(super) fn text(&self, index: usize) -> Cow<'_, str> {
        let bytes = self.field(index);
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
        };
        let (begin, _) = self.fields[index];
        let is_quoted = begin > 0 && self.bytes[begin - 1] == b'"';
        match is_quoted && text.contains("\"\"") {
            true => text.replace("\"\"", "\"").into(),
            false => text,
        }
    }
}

/// Spreadsheets begin a UTF-8 file with it.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
