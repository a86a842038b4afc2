//! Why a file, or a stretch of it, could not be read.

use std::io::{self, Read};

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

/// Why reading of packets stopped.
pub(super) enum Stop {
    World(io::Error),
    Content(String),
}

impl Stop {
    pub(super) fn into_error(self, file: &str) -> CaptureError {
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
pub(super) fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut read_len = 0;
    while read_len < buffer.len() {
        match reader.read(&mut buffer[read_len..]) {
            Ok(0) => break,
            Ok(count) => read_len += count,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(read_len)
}
