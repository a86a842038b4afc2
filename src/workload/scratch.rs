//! Scratch space for rows that would fill memory: an unnamed temporary file with the feature `files`, else memory.

use std::io;

#[cfg(feature = "files")]
use std::fs::File;

/// Bytes that are written once, at their place, and read back by any number of threads.
#[derive(Debug)]
pub(crate) struct Scratch {
    #[cfg(feature = "files")]
    file: File,
    #[cfg(not(feature = "files"))]
    bytes: Vec<u8>,
}

#[cfg(feature = "files")]
impl Scratch {
    /// Empty scratch space.
    ///
    /// # Errors
    /// No temporary file can be created.
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self {
            file: tempfile::tempfile().map_err(|cause| {
                let why = format!("no temporary file (TMPDIR names their folder): {cause}");
                io::Error::new(cause.kind(), why)
            })?,
        })
    }

    /// Writes bytes at an offset.
    ///
    /// # Errors
    /// The disk is full, or the like.
    pub(crate) fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
        write_at(&self.file, bytes, offset)
    }

    /// Fills `bytes` from an offset.
    ///
    /// # Errors
    /// Less was written, or the disk fails.
    pub(crate) fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        read_at(&self.file, bytes, offset)
    }
}

#[cfg(not(feature = "files"))]
impl Scratch {
    /// Empty scratch space.
    ///
    /// # Errors
    /// None: memory is taken when bytes are written.
    pub(crate) fn new() -> io::Result<Scratch> {
        Ok(Scratch { bytes: Vec::new() })
    }

    /// Writes bytes at an offset.
    ///
    /// # Errors
    /// The offset is beyond the memory that can be addressed.
    pub(crate) fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let start = usize::try_from(offset).map_err(|_| io::ErrorKind::OutOfMemory)?;
        let end = start + bytes.len();
        if self.bytes.len() < end {
            self.bytes.resize(end, 0);
        }
        self.bytes[start..end].copy_from_slice(bytes);
        Ok(())
    }

    /// Fills `bytes` from an offset.
    ///
    /// # Errors
    /// Less was written.
    pub(crate) fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        let start = usize::try_from(offset).map_err(|_| io::ErrorKind::UnexpectedEof)?;
        let end = start.saturating_add(bytes.len());
        let written = self
            .bytes
            .get(start..end)
            .ok_or(io::ErrorKind::UnexpectedEof)?;
        bytes.copy_from_slice(written);
        Ok(())
    }
}

#[cfg(all(unix, feature = "files"))]
fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

#[cfg(all(unix, feature = "files"))]
fn write_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, offset)
}

#[cfg(all(windows, feature = "files"))]
fn read_at(file: &File, mut bytes: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, bytes, offset)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => (bytes, offset) = (&mut bytes[read..], offset + read as u64),
        }
    }
    Ok(())
}

#[cfg(all(windows, feature = "files"))]
fn write_at(file: &File, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_write(file, bytes, offset)? {
            0 => return Err(io::ErrorKind::WriteZero.into()),
            written => (bytes, offset) = (&bytes[written..], offset + written as u64),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_from_their_places_in_any_order() {
        let mut scratch = Scratch::new().unwrap();
        scratch.write_at(b"second", 5).unwrap();
        scratch.write_at(b"first", 0).unwrap();
        let mut bytes = [0; 11];
        scratch.read_at(&mut bytes, 0).unwrap();
        assert_eq!(&bytes, b"firstsecond");
        assert!(scratch.read_at(&mut bytes, 1).is_err());
    }
}
