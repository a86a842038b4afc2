//! A file that is read once, piece by piece, and digested on its way: tables of gigabytes are read in little memory.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use super::regular::open_regular;

/// A file on its way.
pub(super) struct Digested {
    file: BufReader<File>,
    hasher: blake3::Hasher,
}

impl Digested {
    /// Opens a regular file.
    ///
    /// # Errors
    /// The file system's refusal.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = BufReader::with_capacity(1 << 16, open_regular(path)?);
        let hasher = blake3::Hasher::new();
        Ok(Self { file, hasher })
    }

    /// The digest of the whole file; what was not read yet is read now.
    ///
    /// # Errors
    /// The file system's refusal.
    pub(super) fn finish(mut self) -> io::Result<String> {
        io::copy(&mut self, &mut io::sink())?;
        Ok(self.hasher.finalize().to_hex().to_string())
    }
}

impl Read for Digested {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read(buffer)?;
        self.hasher.update(&buffer[..n]);
        Ok(n)
    }
}
