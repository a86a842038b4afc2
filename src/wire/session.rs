//! One end of a dialog with a real peer: messages of the model to SIP text and back, with what only the wire knows.

use super::csta::{Csta, Names};
use super::dialog::session_headers;
use super::sdp;
use super::text::{SipText, Start};
use crate::protocol::{Message, Refresher, Side, Status, Subject};

/// Who this end is, and whom it talks to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ends {
    /// Which side this end plays.
    pub side: Side,
    /// Its own URI, without brackets.
    pub local_uri: String,
    /// The other's.
    pub remote_uri: String,
    /// Host and port of this end.
    pub local_host: String,
    /// `UDP`, `TCP` or `TLS`.
    pub transport: &'static str,
    /// The line: a `tel:` URI.
    pub line: String,
    /// What follows User-Agent or Server.
    pub product: String,
}

/// What a text means to the machines.
#[derive(Clone, PartialEq, Debug)]
pub enum Reading {
    /// A message for the machine.
    Message(Message),
    /// A provisional answer to this request: it was heard (RFC 3261 §17.1).
    Provisional(Message),
    /// A request that the model does not know, and its answer.
    Reply(SipText),
    /// Nothing for anybody.
    Nothing,
}

/// One end of a dialog.
#[derive(Clone, Debug)]
pub struct Session {
    ends: Ends,
    /// The dialog's number in the model.
    number: u32,
    call_id: String,
    local_tag: String,
    remote_tag: Option<String>,
    /// Where requests go (RFC 3261 §12.1).
    target: String,
    /// The proxies on the way (RFC 3261 §12.2.1.1).
    route: Vec<String>,
    /// Subjects of this end's requests, by number; requests whose INVITE was refused.
    requests: Vec<(u16, Subject)>,
    refused: Vec<u16>,
    /// The peer's first CSeq: real ones exceed 16 bits and need not start at 1.
    peer_first: Option<u32>,
    /// The peer's requests that may be answered.
    peer: Vec<(u16, SipText)>,
    /// Requests of this end carry CSTA; off after a 415.
    pub with_csta: bool,
    /// ACKs whose number is no INVITE's, as some clients send them.
    pub odd_acks: usize,
}

/// The peer's requests kept: copies of older ones are answered no more.
const PEER_MOST: usize = 32;
const ALLOW: &str = "INVITE, ACK, BYE, CANCEL, INFO, UPDATE, OPTIONS";

impl Session {
    /// A dialog that this end opens.
    pub fn new(ends: Ends, number: u32, call_id: &str, local_tag: &str) -> Self {
        Self {
            target: ends.remote_uri.clone(),
            ends,
            number,
            call_id: call_id.into(),
            local_tag: local_tag.into(),
            remote_tag: None,
            route: Vec::new(),
            requests: Vec::new(),
            refused: Vec::new(),
            peer_first: None,
            peer: Vec::new(),
            with_csta: true,
            odd_acks: 0,
        }
    }

    /// A dialog that the peer's INVITE opens.
    pub fn of_invite(mut ends: Ends, number: u32, invite: &SipText, local_tag: &str) -> Self {
        ends.remote_uri = uri(invite.header("From").unwrap_or_default()).into();
        ends.local_uri = uri(invite.header("To").unwrap_or_default()).into();
        let mut session = Self::new(
            ends,
            number,
            invite.call_id().unwrap_or_default(),
            local_tag,
        );
        session.remote_tag = invite.tag_of_from().map(String::from);
        session.route = invite
            .header_values("Record-Route")
            .map(String::from)
            .collect();
        session.follow(invite);
        session
    }

    /// The Call-ID.
    pub fn call_id(&self) -> &str {
        &self.call_id
    }

    /// The target is where the peer's Contact says (RFC 3261 §12.2.2).
    fn follow(&mut self, text: &SipText) {
        if let Some(contact) = text.header("Contact") {
            self.target = uri(contact).into();
        }
    }

    fn names(&self) -> Names<'_> {
        Names {
            line: &self.ends.line,
            caller: "tel:+12025550199",
            monitor: 1000 + self.number,
        }
    }

    /// The text of a message of this end; `None`: an answer to a request that is not known any more.
    pub fn write(&mut self, message: &Message) -> Option<SipText> {
        let mut text = if message.is_request() {
            self.request(message)
        } else {
            self.answer(message)?
        };
        session_headers(&mut text, message);
        let refreshes = matches!(message.subject.method(), "INVITE" | "UPDATE");
        if refreshes && (message.is_request() || message.status == Status::Ok200) {
            let user = self.ends.local_uri.split('@').next().unwrap_or_default();
            let user = if user.starts_with("sip:") && self.ends.local_uri.contains('@') {
                user
            } else {
                "sip:rcc"
            };
            let transport = self.ends.transport.to_lowercase();
            text.push(
                "Contact",
                &format!("<{user}@{};transport={transport}>", self.ends.local_host),
            );
        }
        let name = if self.ends.side == Side::Client {
            "User-Agent"
        } else {
            "Server"
        };
        text.push(name, &self.ends.product);
        let body = if message.is_request() {
            self.names().request(message.subject, message.value)
        } else {
            self.names()
                .answer(message.subject, message.status, message.from, message.value)
        };
        if let Some(media) = self.media(message) {
            text.push("Content-Type", "application/sdp");
            text.body = media.into_bytes();
        } else if let Some(body) = body.filter(|_| self.with_csta) {
            text.push("Content-Disposition", "signal;handling=required");
            text.push("Content-Type", "application/csta+xml");
            text.body = body.into_bytes();
        }
        Some(text)
    }

    /// What a 2xx to an INVITE says of media, where the INVITE did.
    fn media(&self, message: &Message) -> Option<String> {
        let accepts = message.status == Status::Ok200 && message.subject.is_invite();
        let (_, request) = self.peer.iter().rfind(|(n, _)| *n == message.cseq)?;
        sdp::answer(&request.body, &self.ends.local_host).filter(|_| accepts)
    }

    fn request(&mut self, message: &Message) -> SipText {
        let method = message.subject.method();
        let mut text = SipText::request(method, &self.target);
        if message.subject != Subject::Ack && !self.requests.iter().any(|(n, _)| *n == message.cseq)
        {
            self.requests.push((message.cseq, message.subject));
        }
        let of_refusal = message.subject == Subject::Ack && self.refused.contains(&message.cseq);
        let kind = if of_refusal {
            "invite".into()
        } else {
            method.to_lowercase()
        };
        let branch = format!("z9hG4bK-{}-{}-{kind}", self.local_tag, message.cseq);
        text.push(
            "Via",
            &format!(
                "SIP/2.0/{} {};rport;branch={branch}",
                self.ends.transport, self.ends.local_host
            ),
        );
        text.push("Max-Forwards", "70");
        for route in &self.route {
            text.push("Route", route);
        }
        text.push(
            "From",
            &format!("<{}>;tag={}", self.ends.local_uri, self.local_tag),
        );
        let tag = self
            .remote_tag
            .as_ref()
            .filter(|_| message.subject != Subject::Invite);
        let tag = tag.map_or(String::new(), |tag| format!(";tag={tag}"));
        text.push("To", &format!("<{}>{tag}", self.ends.remote_uri));
        text.push("Call-ID", &self.call_id);
        text.push("CSeq", &format!("{} {method}", message.cseq));
        text
    }

    fn answer(&mut self, message: &Message) -> Option<SipText> {
        let (_, request) = self.peer.iter().rfind(|(n, _)| *n == message.cseq)?;
        let line = match message.status {
            Status::MonitorLimitExceeded => Status::Ok200.line(),
            other => other.line(),
        };
        let (code, reason) = line.split_once(' ')?;
        let mut text = SipText::response(code.parse().ok()?, reason);
        echo(&mut text, request, &self.local_tag);
        if message.subject == Subject::Invite {
            request
                .header_values("Record-Route")
                .for_each(|route| text.push("Record-Route", route));
        }
        Some(text)
    }

    /// What a text of the peer means.
    pub fn read(&mut self, text: &SipText) -> Reading {
        let Some((number, _)) = text.cseq() else {
            return Reading::Nothing;
        };
        match &text.start {
            Start::Response { code, .. } => self.read_answer(text, *code, number),
            Start::Request { method, .. } => self.read_request(text, &method.clone(), number),
        }
    }

    fn read_answer(&mut self, text: &SipText, code: u16, number: u32) -> Reading {
        let request = self
            .requests
            .iter()
            .find(|(n, _)| u32::from(*n) == number)
            .copied();
        let Some((cseq, subject)) = request else {
            return Reading::Nothing;
        };
        let request = Message::request(self.ends.side, self.number, cseq, subject);
        if code < 200 {
            return Reading::Provisional(request);
        }
        let csta = Csta::read(&text.body);
        let limit =
            csta.is_some_and(|c| c.root == "CSTAErrorCode" && subject == Subject::MonitorStart);
        let Some(status) = status(code, limit) else {
            return Reading::Nothing;
        };
        let accepted = (200..300).contains(&code);
        if subject.is_invite() && !accepted {
            self.refused.push(cseq);
        }
        if subject == Subject::Invite {
            self.remote_tag = text.to_tag().map(String::from);
            if accepted {
                let mut route: Vec<String> = text
                    .header_values("Record-Route")
                    .map(String::from)
                    .collect();
                route.reverse();
                self.route = route;
            }
        }
        if accepted && matches!(subject.method(), "INVITE" | "UPDATE") {
            self.follow(text);
        }
        let mut message = request.answer(status);
        self.headers(&mut message, text);
        if status == Status::Unavailable503 {
            message.value = text.retry_after().unwrap_or(0);
        }
        Reading::Message(message)
    }

    fn headers(&self, message: &mut Message, text: &SipText) {
        if let Some(session) = text.session_expires() {
            message.value = session.seconds;
            message.refresher = session.refresher.unwrap_or(Refresher::Uac);
        }
        message.min_se = text.min_se().unwrap_or(0).min(u32::from(u16::MAX)) as u16;
        if text.code().is_some() {
            message.allow = text.allow();
        }
    }

    fn read_request(&mut self, text: &SipText, method: &str, number: u32) -> Reading {
        let first = *self.peer_first.get_or_insert(number);
        let cseq = (number.wrapping_sub(first) as u16).wrapping_add(1);
        let csta = Csta::read(&text.body);
        let subject = match method {
            "INVITE" if text.to_tag().is_none() => Subject::Invite,
            "INVITE" => Subject::ReInvite,
            "ACK" => return self.read_ack(cseq),
            "UPDATE" => Subject::Update,
            "BYE" => Subject::Bye,
            "INFO" => match csta.as_ref().and_then(Csta::subject) {
                Some(subject) if !subject.is_invite() => subject,
                _ => return Reading::Reply(self.reply(text, 200, "OK")),
            },
            "OPTIONS" => return Reading::Reply(self.reply(text, 200, "OK")),
            "CANCEL" => {
                return Reading::Reply(self.reply(text, 481, "Call/Transaction Does Not Exist"));
            }
            _ => return Reading::Reply(self.reply(text, 501, "Not Implemented")),
        };
        if matches!(method, "INVITE" | "UPDATE") {
            self.follow(text);
        }
        if !self.peer.iter().any(|(n, _)| *n == cseq) {
            if self.peer.len() >= PEER_MOST {
                self.peer.remove(0);
            }
            self.peer.push((cseq, text.clone()));
        }
        let peer = if self.ends.side == Side::Client {
            Side::Gateway
        } else {
            Side::Client
        };
        let mut message = Message::request(peer, self.number, cseq, subject);
        self.headers(&mut message, text);
        if let Some(call) = csta.and_then(|c| c.call).and_then(|c| c.parse().ok()) {
            message.value = call;
        }
        Reading::Message(message)
    }

    /// An ACK confirms the INVITE whose number it bears; one of another number the last, as pidgin-sipe sends it.
    fn read_ack(&mut self, cseq: u16) -> Reading {
        let invites = || {
            self.peer
                .iter()
                .filter(|(_, t)| t.method() == Some("INVITE"))
        };
        let is_known = invites().any(|(n, _)| *n == cseq);
        let Some(number) = (if is_known {
            Some(cseq)
        } else {
            invites().next_back().map(|(n, _)| *n)
        }) else {
            return Reading::Nothing;
        };
        self.odd_acks += usize::from(!is_known);
        let peer = if self.ends.side == Side::Client {
            Side::Gateway
        } else {
            Side::Client
        };
        Reading::Message(Message::request(peer, self.number, number, Subject::Ack))
    }

    /// An answer to a request that no machine sees.
    pub(crate) fn reply(&self, request: &SipText, code: u16, reason: &str) -> SipText {
        let mut text = SipText::response(code, reason);
        echo(&mut text, request, &self.local_tag);
        text.push("Allow", ALLOW);
        text
    }
}

/// What an answer repeats of its request (RFC 3261 §8.2.6.2).
fn echo(text: &mut SipText, request: &SipText, local_tag: &str) {
    request
        .header_values("Via")
        .for_each(|via| text.push("Via", via));
    text.push("From", request.header("From").unwrap_or_default());
    let to = request.header("To").unwrap_or_default();
    let tag = if request.to_tag().is_some() {
        String::new()
    } else {
        format!(";tag={local_tag}")
    };
    text.push("To", &format!("{to}{tag}"));
    text.push("Call-ID", request.call_id().unwrap_or_default());
    text.push("CSeq", request.header("CSeq").unwrap_or_default());
}

/// The URI of `"Name" <uri>;parameters`, or of a bare one.
fn uri(value: &str) -> &str {
    match value.split_once('<') {
        Some((_, rest)) => rest.split('>').next().unwrap_or_default(),
        None => value.split(';').next().unwrap_or_default().trim(),
    }
}

/// The model's status of a code; a refusal it does not know leaves the dialog, as 501 does. 408 says that nobody answered.
fn status(code: u16, limit: bool) -> Option<Status> {
    Some(match code {
        200..300 if limit => Status::MonitorLimitExceeded,
        200..300 => Status::Ok200,
        405 => Status::MethodNotAllowed405,
        408 => return None,
        422 => Status::IntervalTooSmall422,
        488 => Status::NotAcceptable488,
        500 => Status::ServerError500,
        481 => Status::DoesNotExist481,
        491 => Status::Pending491,
        503 => Status::Unavailable503,
        _ => Status::NotImplemented501,
    })
}

#[cfg(test)]
mod tests;
