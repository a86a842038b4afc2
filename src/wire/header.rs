//! What the headers of a message say, as far as the model knows them.

use super::text::{SipText, Start};
use crate::protocol::{Allow, Refresher};

/// A Session-Expires header (RFC 4028 §4).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SessionExpires {
    /// The interval in seconds.
    pub seconds: u32,
    /// Who refreshes, where it says so.
    pub refresher: Option<Refresher>,
}

/// The parameters of a value such as `"Name" <sip:uri;x>;tag=1`: what follows the address, separated by semicolons.
fn parameters(value: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = value;
    if value.trim_start().starts_with('"') {
        let mut is_escaped = false;
        let opening = value.find('"').unwrap_or(0) + 1;
        let close = value[opening..].find(|c| {
            let closes = c == '"' && !is_escaped;
            is_escaped = c == '\\' && !is_escaped;
            closes
        });
        rest = close.map_or("", |at| &value[opening + at + 1..]);
    }
    if let Some(open) = rest.find('<') {
        rest = rest[open..].find('>').map_or("", |at| &rest[open + at..]);
    }
    rest.split(';').skip(1).map(|parameter| {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        (name.trim(), value.trim())
    })
}

fn parameter<'a>(value: &'a str, name: &str) -> Option<&'a str> {
    parameters(value).find_map(|(n, v)| n.eq_ignore_ascii_case(name).then_some(v))
}

/// The whole number that a value begins with.
fn leading_number<T: std::str::FromStr>(value: &str) -> Option<T> {
    let value = value.trim_start();
    let end = value
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(value.len());
    value[..end].parse().ok()
}

impl SipText {
    /// The method of a request, or of the request that is answered (from CSeq).
    pub fn method(&self) -> Option<&str> {
        match &self.start {
            Start::Request { method, .. } => Some(method),
            Start::Response { .. } => self.cseq().map(|(_, method)| method),
        }
    }

    /// The status code of a response.
    pub fn code(&self) -> Option<u16> {
        match self.start {
            Start::Request { .. } => None,
            Start::Response { code, .. } => Some(code),
        }
    }

    /// The first header of this name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let (_, value) = headers.find(|(n, _)| n.eq_ignore_ascii_case(name))?;
        Some(value)
    }

    /// All headers of this name, in their order.
    pub fn header_values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Content-Length, where it is a number.
    pub(crate) fn content_length(&self) -> Option<usize> {
        leading_number(self.header("Content-Length")?)
    }

    /// Number and method of CSeq.
    pub fn cseq(&self) -> Option<(u32, &str)> {
        let mut words = self.header("CSeq")?.split_whitespace();
        Some((words.next()?.parse().ok()?, words.next()?))
    }

    /// Call-ID.
    pub(crate) fn call_id(&self) -> Option<&str> {
        self.header("Call-ID")
    }

    /// The tag of From.
    pub(crate) fn tag_of_from(&self) -> Option<&str> {
        parameter(self.header("From")?, "tag")
    }

    /// The tag of To; a request that opens a dialog has none.
    pub(crate) fn to_tag(&self) -> Option<&str> {
        parameter(self.header("To")?, "tag").filter(|tag| !tag.is_empty())
    }

    /// The branch of the topmost Via.
    #[cfg(test)]
    pub(crate) fn branch(&self) -> Option<&str> {
        let first = self.header("Via")?.split(',').next()?;
        parameter(first, "branch")
    }

    /// Session-Expires.
    pub fn session_expires(&self) -> Option<SessionExpires> {
        let value = self.header("Session-Expires")?;
        let refresher = parameter(value, "refresher").and_then(|side| {
            let is = |word| side.eq_ignore_ascii_case(word);
            (is("uac") || is("uas")).then_some(if is("uac") {
                Refresher::Uac
            } else {
                Refresher::Uas
            })
        });
        let seconds = leading_number(value)?;
        Some(SessionExpires { seconds, refresher })
    }

    /// Min-SE in seconds.
    pub fn min_se(&self) -> Option<u32> {
        leading_number(self.header("Min-SE")?)
    }

    /// Retry-After in seconds.
    pub fn retry_after(&self) -> Option<u32> {
        leading_number(self.header("Retry-After")?)
    }

    /// Whether there is an Allow header, and whether it lists UPDATE. Several headers make one list.
    pub fn allow(&self) -> Allow {
        if self.header("Allow").is_none() {
            return Allow::Absent;
        }
        let methods = self
            .header_values("Allow")
            .flat_map(|value| value.split(','));
        if methods
            .into_iter()
            .any(|m| m.trim().eq_ignore_ascii_case("UPDATE"))
        {
            Allow::WithUpdate
        } else {
            Allow::WithoutUpdate
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: &str, value: &str) -> SipText {
        let mut message = SipText::response(200, "OK");
        message.push(name, value);
        message
    }

    #[test]
    fn a_tag_is_no_parameter_of_the_address_and_no_part_of_the_name() {
        let from = with("From", r#""a;tag=x \" <b>" <sip:u@h;tag=y>;epid=1;TAG=z"#);
        assert_eq!(from.tag_of_from(), Some("z"));
        assert_eq!(with("f", "sip:u@h;tag=bare").tag_of_from(), Some("bare"));
        assert_eq!(with("To", "<sip:u@h>").to_tag(), None);
        assert_eq!(with("To", "\"unclosed <sip:u@h>;tag=1").to_tag(), None);
    }

    #[test]
    fn session_headers_in_any_case() {
        let se = with("x", "1800 ; Refresher=UAC").session_expires().unwrap();
        assert_eq!((se.seconds, se.refresher), (1800, Some(Refresher::Uac)));
        assert_eq!(with("Session-Expires", "soon").session_expires(), None);
        assert_eq!(
            with("Session-Expires", "99999999999").session_expires(),
            None
        );
        assert_eq!(with("min-se", "90;x").min_se(), Some(90));
        assert_eq!(
            with("Retry-After", "60 (busy);duration=3").retry_after(),
            Some(60)
        );
        assert_eq!(
            with("CSEQ", "4294967295 UPDATE").cseq(),
            Some((u32::MAX, "UPDATE"))
        );
    }

    #[test]
    fn allow_may_be_absent_empty_or_in_several_lines() {
        assert_eq!(SipText::response(200, "OK").allow(), Allow::Absent);
        assert_eq!(with("Allow", "").allow(), Allow::WithoutUpdate);
        let mut message = with("Allow", "INVITE, ACK");
        message.push("ALLOW", "update");
        assert_eq!(message.allow(), Allow::WithUpdate);
        assert_eq!(
            with("Allow", "INVITE, UPDATES").allow(),
            Allow::WithoutUpdate
        );
    }

    #[test]
    fn the_branch_of_the_topmost_via() {
        let via = "SIP/2.0/TCP a;branch=z9hG4bK1;rport, SIP/2.0/UDP b;branch=z9hG4bK2";
        assert_eq!(with("v", via).branch(), Some("z9hG4bK1"));
        assert_eq!(with("Via", "SIP/2.0/tcp 127.0.0.1:1").branch(), None);
    }
}
