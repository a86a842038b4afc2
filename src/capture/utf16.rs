//! Text in UTF-16, as Windows programs write it, handed on as UTF-8 while it is read.

use std::io::{self, Read};

/// Reads UTF-16 from behind its byte order mark.
pub(super) struct Utf16<R> {
    reader: R,
    is_big: bool,
    /// The first half of a pair of surrogates.
    high: Option<u16>,
    /// An odd byte that waits for the next.
    odd: Option<u8>,
    ready: Vec<u8>,
    read_len: usize,
}

impl<R: Read> Utf16<R> {
    pub(super) fn new(reader: R, is_big: bool) -> Self {
        Self {
            reader,
            is_big,
            high: None,
            odd: None,
            ready: Vec::new(),
            read_len: 0,
        }
    }

    fn take(&mut self, unit: u16) {
        let units = self.high.take().into_iter().chain([unit]);
        for read in char::decode_utf16(units) {
            match read {
                Ok(c) => {
                    let mut bytes = [0; 4];
                    let text = c.encode_utf8(&mut bytes);
                    self.ready.extend_from_slice(text.as_bytes());
                }
                Err(surrogate) if (0xd800..0xdc00).contains(&surrogate.unpaired_surrogate()) => {
                    self.high = Some(surrogate.unpaired_surrogate());
                }
                Err(_) => self.ready.extend_from_slice("\u{fffd}".as_bytes()),
            }
        }
    }

    fn refill(&mut self) -> io::Result<()> {
        self.ready.clear();
        self.read_len = 0;
        let mut buffer = [0; 8192];
        while self.ready.is_empty() {
            let count = match self.reader.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            for byte in &buffer[..count] {
                let Some(first) = self.odd.take() else {
                    self.odd = Some(*byte);
                    continue;
                };
                let pair = [first, *byte];
                self.take(if self.is_big {
                    u16::from_be_bytes(pair)
                } else {
                    u16::from_le_bytes(pair)
                });
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.read_len == self.ready.len() {
            self.refill()?;
        }
        let rest = &self.ready[self.read_len..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.read_len += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(units: &[u16], is_big: bool) -> String {
        let bytes = units.iter().flat_map(|unit| {
            if is_big {
                unit.to_be_bytes()
            } else {
                unit.to_le_bytes()
            }
        });
        let bytes: Vec<u8> = bytes.collect();
        let mut text = String::new();
        Utf16::new(bytes.as_slice(), is_big)
            .read_to_string(&mut text)
            .unwrap();
        text
    }

    #[test]
    fn both_orders_and_pairs_are_read_and_halves_of_pairs_are_marked() {
        let units: Vec<u16> = "SIP/2.0 200 é 🎧\r\n".encode_utf16().collect();
        for is_big in [false, true] {
            assert_eq!(decoded(&units, is_big), "SIP/2.0 200 é 🎧\r\n");
            assert_eq!(decoded(&[0xdc00, 0x41], is_big), "\u{fffd}A");
        }
    }
}
