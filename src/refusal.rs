//! What the system says when it refuses something, in plain words.

use std::io::{Error, ErrorKind};

/// The refusal in words; a message that is none of the system's stays as it is.
pub fn refusal_text(cause: &Error) -> String {
    if cause.raw_os_error().is_none() {
        return cause.to_string();
    }
    let words = match cause.kind() {
        ErrorKind::NotFound => "there is no such file or folder",
        ErrorKind::PermissionDenied => "no permission: this user may not read or write it",
        ErrorKind::AlreadyExists => "it is there already",
        ErrorKind::IsADirectory => "it is a folder, not a file",
        ErrorKind::NotADirectory => "a part of the path is a file, not a folder",
        ErrorKind::StorageFull => "the disk is full",
        ErrorKind::QuotaExceeded => "the disk quota of this user is used up",
        ErrorKind::FileTooLarge => "the file is too large for this file system",
        ErrorKind::ReadOnlyFilesystem => "this file system can only be read",
        ErrorKind::InvalidFilename => "the system does not take such a name: it may be too long",
        ErrorKind::ConnectionRefused => {
            "the connection is refused: nobody listens at that address and port"
        }
        ErrorKind::ConnectionReset => "the other side cut the connection",
        ErrorKind::TimedOut => "no answer came in time",
        ErrorKind::AddrInUse => "another program uses this address and port",
        ErrorKind::AddrNotAvailable => "this machine has no such address",
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => {
            "there is no way to that address"
        }
        ErrorKind::OutOfMemory => "the memory is used up",
        _ => return without_number(&cause.to_string()),
    };
    words.into()
}

/// The system's own words without "(os error 5)".
fn without_number(text: &str) -> String {
    let (words, _) = text.split_once(" (os error ").unwrap_or((text, ""));
    words.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn no_number_of_the_system_is_shown() {
        for code in 1..=120 {
            let text = refusal_text(&Error::from_raw_os_error(code));
            assert!(
                !text.contains("os error") && !text.is_empty(),
                "{code}: {text}"
            );
        }
        let error = std::fs::File::open("no such folder/x").unwrap_err();
        assert_eq!(refusal_text(&error), "there is no such file or folder");
        assert_eq!(
            refusal_text(&Error::other("our own words")),
            "our own words"
        );
    }
}
