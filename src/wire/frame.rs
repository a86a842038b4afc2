//! Where one SIP message ends and the next begins in a byte stream: by Content-Length (RFC 3261 §18.3).

use super::text::{SipText, head_end, is_start_line};

/// The longest message, head and body: what is longer is given up. A datagram holds 64 KiB.
pub(crate) const MESSAGE_MOST: usize = 256 * 1024;

/// What is wrong with a stream; reading goes on with the next start line.
#[derive(thiserror::Error, Clone, PartialEq, Eq, Debug)]
pub(crate) enum FrameError {
    /// Bytes that belong to no message.
    #[error(
        "{0} bytes that belong to no SIP message: a Content-Length before them is too small, or bytes are missing"
    )]
    Stray(usize),
    /// The body is cut by the next message.
    #[error(
        "Content-Length promises {promised} bytes, but another message begins after {next_start}"
    )]
    TooLong {
        /// Content-Length.
        promised: usize,
        /// Bytes up to the next start line.
        next_start: usize,
    },
    /// No end within [`MESSAGE_MOST`].
    #[error("a message longer than {MESSAGE_MOST} bytes")]
    Endless,
}

/// Cuts a byte stream into messages, in bounded memory.
#[derive(Clone, Default, Debug)]
pub(crate) struct Framer {
    buffer: Vec<u8>,
    /// How far the buffer was searched for the end of a head, or for a next message, without finding one.
    search_offset: usize,
}

impl Framer {
    /// Takes the next bytes of the stream. Ask [`Framer::message`] until it has none.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Bytes that wait for the rest of their message.
    pub(crate) fn waiting(&self) -> usize {
        self.buffer.len()
    }

    /// Forgets what waits, as after a gap in the stream.
    pub(crate) fn clear(&mut self) {
        self.drop_front(self.buffer.len());
    }

    fn drop_front(&mut self, count: usize) {
        self.buffer.drain(..count);
        self.search_offset = 0;
    }

    /// The next whole message, or what is wrong before it.
    pub(crate) fn message(&mut self) -> Option<Result<SipText, FrameError>> {
        // Keep-alives between messages (RFC 5626 §4.4.1).
        let blank = self
            .buffer
            .iter()
            .take_while(|b| b"\r\n".contains(b))
            .count();
        if blank > 0 {
            self.drop_front(blank);
        }
        if self.buffer.is_empty() {
            return None;
        }
        let has_line = self.buffer.contains(&b'\n');
        if !has_line && self.buffer.len() <= MESSAGE_MOST {
            return None;
        }
        if !is_start_line(&self.buffer) {
            return self.resynchronise();
        }
        let Some(end) = head_end(&self.buffer) else {
            return self.unfinished();
        };
        let message = SipText::parse(&self.buffer[..end]).ok()?;
        let promised = message.content_length().unwrap_or(0);
        let content = self.buffer.get(end..end.saturating_add(promised));
        if let Some(body) = content.filter(|body| next_start(body, 0).is_none()) {
            let message = SipText {
                body: body.to_vec(),
                missing: 0,
                ..message
            };
            self.drop_front(end + promised);
            return Some(Ok(message));
        }
        if let Some(offset) =
            next_start(&self.buffer[end..], self.search_offset.saturating_sub(end))
        {
            self.drop_front(end + offset);
            return Some(Err(FrameError::TooLong {
                promised,
                next_start: offset,
            }));
        }
        self.unfinished()
    }

    /// A message without its end, so far.
    fn unfinished(&mut self) -> Option<Result<SipText, FrameError>> {
        if self.buffer.len() > MESSAGE_MOST {
            self.clear();
            return Some(Err(FrameError::Endless));
        }
        // A start line cannot be longer than what is looked at of it.
        self.search_offset = self.buffer.len().saturating_sub(4096);
        None
    }

    /// Leaves out what stands before the next start line.
    fn resynchronise(&mut self) -> Option<Result<SipText, FrameError>> {
        let stray = next_start(&self.buffer, 0).unwrap_or_else(|| {
            let line = self.buffer.iter().rposition(|b| *b == b'\n');
            line.map_or(self.buffer.len(), |at| at + 1)
        });
        self.drop_front(stray);
        Some(Err(FrameError::Stray(stray)))
    }
}

/// Where a line after `from` is a start line.
fn next_start(bytes: &[u8], from: usize) -> Option<usize> {
    let newlines = bytes.iter().enumerate().skip(from);
    newlines
        .filter(|(_, b)| **b == b'\n')
        .map(|(at, _)| at + 1)
        .find(|at| bytes[*at..].contains(&b'\n') && is_start_line(&bytes[*at..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(length: usize, body: &str) -> String {
        format!("UPDATE sip:gw SIP/2.0\r\nCSeq: 1 UPDATE\r\nl: {length}\r\n\r\n{body}")
    }

    fn bodies(framer: &mut Framer) -> Vec<Result<String, FrameError>> {
        std::iter::from_fn(|| framer.message())
            .map(|m| m.map(|m| String::from_utf8(m.body).unwrap()))
            .collect()
    }

    #[test]
    fn messages_come_out_however_the_bytes_go_in() {
        let stream = format!(
            "\r\n\r\n{}{}\r\n{}",
            message(3, "abc"),
            message(0, ""),
            message(1, "d")
        );
        for size in [1, 2, 7, 1000] {
            let mut framer = Framer::default();
            let mut messages = Vec::new();
            for bytes in stream.as_bytes().chunks(size) {
                framer.push(bytes);
                messages.extend(bodies(&mut framer));
            }
            assert_eq!(
                messages,
                ["abc", "", "d"].map(|b| Ok(b.to_string())),
                "{size}"
            );
            assert_eq!(framer.waiting(), 0);
        }
    }

    #[test]
    fn a_wrong_content_length_costs_one_message_at_most() {
        let mut framer = Framer::default();
        framer.push(format!("{}{}", message(900, "abc\r\n"), message(1, "d")).as_bytes());
        let long = FrameError::TooLong {
            promised: 900,
            next_start: 5,
        };
        assert_eq!(bodies(&mut framer), [Err(long), Ok("d".into())]);
        framer.push(format!("{}{}", message(1, "abc\r\n"), message(1, "d")).as_bytes());
        assert_eq!(
            bodies(&mut framer),
            [Ok("a".into()), Err(FrameError::Stray(4)), Ok("d".into())]
        );
    }

    #[test]
    fn what_never_ends_is_given_up() {
        let mut framer = Framer::default();
        framer.push(&vec![0; MESSAGE_MOST + 1]);
        assert_eq!(bodies(&mut framer).len(), 1);
        assert_eq!(framer.waiting(), 0);
        framer.push(message(usize::MAX, "").as_bytes());
        assert!(framer.message().is_none());
        framer.push(&vec![b'x'; MESSAGE_MOST]);
        assert_eq!(bodies(&mut framer), [Err(FrameError::Endless)]);
    }
}
