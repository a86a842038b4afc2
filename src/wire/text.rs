//! A SIP message as text: start line, headers, body (RFC 3261 §7).

/// What a message begins with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Start {
    /// `METHOD uri SIP/2.0`
    Request {
        /// The method, in capitals.
        method: String,
        /// The Request-URI as written.
        uri: String,
    },
    /// `SIP/2.0 code reason`
    Response {
        /// The status code.
        code: u16,
        /// The reason phrase.
        reason: String,
    },
}

/// A SIP message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SipText {
    /// The start line.
    pub start: Start,
    /// Headers in their order; short names are written out (RFC 3261 §7.3.3), folded lines joined.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// Bytes that Content-Length promises and the message does not have.
    pub missing: usize,
}

/// Why bytes are no SIP message.
#[derive(thiserror::Error, Clone, PartialEq, Eq, Debug)]
pub enum SipError {
    /// The first line is no start line.
    #[error("no SIP start line")]
    Start,
}

/// Short header names (RFC 3261 §7.3.3, RFC 4028 §4, RFC 6665 §8.2.1).
const SHORT: [(&str, &str); 14] = [
    ("i", "Call-ID"),
    ("m", "Contact"),
    ("e", "Content-Encoding"),
    ("l", "Content-Length"),
    ("c", "Content-Type"),
    ("f", "From"),
    ("s", "Subject"),
    ("k", "Supported"),
    ("t", "To"),
    ("v", "Via"),
    ("x", "Session-Expires"),
    ("o", "Event"),
    ("u", "Allow-Events"),
    ("r", "Refer-To"),
];

/// The longest start line looked at, bytes.
const START_MOST: usize = 4096;

fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-.!%*_+`'~".contains(c)
}

impl Start {
    /// Reads a start line.
    pub fn parse(line: &str) -> Option<Self> {
        let line = line.trim_end();
        let version = line.get(..8)?;
        if version.eq_ignore_ascii_case("SIP/2.0 ") {
            let rest = line[8..].trim_start();
            let digits = rest.get(..3)?;
            let code = digits.parse().ok().filter(|c| (100..700).contains(c))?;
            let reason = &rest[3..];
            if !(reason.is_empty() || reason.starts_with(' ')) || digits.starts_with('+') {
                return None;
            }
            let reason = reason.trim().to_string();
            return Some(Self::Response { code, reason });
        }
        let (method, rest) = line.split_once(' ')?;
        let (uri, version) = rest.trim().rsplit_once(' ')?;
        let is_method = !method.is_empty() && method.chars().all(is_token);
        if !is_method || !version.eq_ignore_ascii_case("SIP/2.0") {
            return None;
        }
        Some(Self::Request {
            method: method.to_ascii_uppercase(),
            uri: uri.trim().into(),
        })
    }
}

/// Whether bytes begin with a SIP start line.
pub(crate) fn is_start_line(bytes: &[u8]) -> bool {
    let line = &bytes[..bytes.len().min(START_MOST)];
    let end = line.iter().position(|b| *b == b'\n').unwrap_or(line.len());
    std::str::from_utf8(&line[..end]).is_ok_and(|line| Start::parse(line).is_some())
}

/// Where the head of a message ends and its body begins: after the first empty line.
pub(super) fn head_end(bytes: &[u8]) -> Option<usize> {
    let mut line = 0;
    while let Some(length) = bytes[line..].iter().position(|b| *b == b'\n') {
        let next = line + length + 1;
        if length == 0 || (length == 1 && bytes[line] == b'\r') {
            return Some(next);
        }
        line = next;
    }
    None
}

impl SipText {
    /// A request without headers.
    pub fn request(method: &str, uri: &str) -> Self {
        let start = Start::Request {
            method: method.into(),
            uri: uri.into(),
        };
        Self::new(start)
    }

    /// A response without headers.
    pub fn response(code: u16, reason: &str) -> Self {
        let reason = reason.into();
        Self::new(Start::Response { code, reason })
    }

    fn new(start: Start) -> Self {
        Self {
            start,
            headers: Vec::new(),
            body: Vec::new(),
            missing: 0,
        }
    }

    /// Reads a message that stands alone, as in a datagram: the body is what Content-Length says, or else all that
    /// follows (RFC 3261 §18.3).
    ///
    /// # Errors
    /// The first line is no start line.
    pub fn parse(bytes: &[u8]) -> Result<Self, SipError> {
        let end = head_end(bytes).unwrap_or(bytes.len());
        let head = String::from_utf8_lossy(&bytes[..end]);
        let mut lines = head.lines();
        let start = lines.next().and_then(Start::parse).ok_or(SipError::Start)?;
        let mut message = Self::new(start);
        for line in lines.take_while(|line| !line.is_empty()) {
            message.push_line(line);
        }
        message.set_body(&bytes[end..]);
        Ok(message)
    }

    /// Takes one line of the head: a header, or the continuation of the one before. Other lines are passed over.
    pub(crate) fn push_line(&mut self, line: &str) {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = self.headers.last_mut() {
                if !value.is_empty() {
                    value.push(' ');
                }
                value.push_str(line.trim());
            }
            return;
        }
        let Some((name, value)) = line.split_once(':') else {
            return;
        };
        let name = name.trim_end();
        if !name.is_empty() && name.chars().all(is_token) {
            self.push(name, value.trim());
        }
    }

    /// Adds a header.
    pub fn push(&mut self, name: &str, value: &str) {
        let full = SHORT
            .iter()
            .find(|(short, _)| short.eq_ignore_ascii_case(name));
        let name = full.map_or(name, |(_, full)| full);
        self.headers.push((name.into(), value.into()));
    }

    /// Takes the body, as long as Content-Length says.
    pub(crate) fn set_body(&mut self, bytes: &[u8]) {
        let length = self.content_length().unwrap_or(bytes.len());
        self.missing = length.saturating_sub(bytes.len());
        self.body = bytes[..length.min(bytes.len())].to_vec();
    }

    /// The bytes on the wire. Content-Length is written anew, last.
    pub fn print(&self) -> Vec<u8> {
        let mut text = match &self.start {
            Start::Request { method, uri } => format!("{method} {uri} SIP/2.0\r\n"),
            Start::Response { code, reason } => format!("SIP/2.0 {code} {reason}\r\n"),
        };
        for (name, value) in &self.headers {
            if !name.eq_ignore_ascii_case("Content-Length") {
                text += &format!("{name}: {value}\r\n");
            }
        }
        text += &format!("Content-Length: {}\r\n\r\n", self.body.len());
        let mut bytes = text.into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INVITE: &str = "INVITE sip:line1@gw.example.test SIP/2.0\r\nv: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1\r\n\
        Subject :\r\n a\r\n  folded line\r\ni: c1\r\nl: 4\r\n\r\nbody and more";

    #[test]
    fn short_names_are_written_out_folded_lines_joined_and_the_body_is_cut() {
        let message = SipText::parse(INVITE.as_bytes()).unwrap();
        assert_eq!(message.header("call-id"), Some("c1"));
        assert_eq!(message.header("Subject"), Some("a folded line"));
        assert_eq!(
            (message.body.as_slice(), message.missing),
            (&b"body"[..], 0)
        );
        let copy = SipText::parse(&message.print()).unwrap();
        assert_eq!((copy.start, copy.body), (message.start, message.body));
    }

    #[test]
    fn a_body_that_is_cut_short_says_by_how_much() {
        let message = SipText::parse(b"SIP/2.0 200 OK\nContent-Length: 10\n\nabc").unwrap();
        assert_eq!((message.body.len(), message.missing), (3, 7));
    }

    #[test]
    fn start_lines_of_logs_whose_addresses_were_blotted_out_are_read() {
        for line in [
            "INVITE tel:+12025550101 SIP/2.0",
            "UPDATE sip:<redacted>@x.x.x.x SIP/2.0",
            "UPDATE sip:[user]@[host] SIP/2.0\r\n",
            "SIP/2.0 200 OK",
            "SIP/2.0 481",
            "sip/2.0 405 Method Not Allowed",
        ] {
            assert!(is_start_line(line.as_bytes()), "{line}");
        }
        for line in [
            "GET / HTTP/1.1",
            "SIP/2.0 2000 OK",
            "SIP/2.0/UDP 192.0.2.1:5060",
            "SIP/2.0 +20 OK",
            "Via: SIP/2.0",
            "",
            "a very plain line of a log, with SIP/2.0 in it",
        ] {
            assert!(!is_start_line(line.as_bytes()), "{line}");
        }
    }
}
