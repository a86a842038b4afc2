//! Messages of the model as SIP text: what the machines do without (Call-ID, tags, branches, the numbers of both sides'
//! requests, bodies) is kept here.

use super::csta::Names;
use super::text::SipText;
use crate::protocol::{Allow, Message, Refresher, Side, Status, Subject};

/// An end of the dialog as its headers name it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Endpoint {
    /// The address of record, without brackets: `sip:line1@gw.example.test`.
    pub uri: String,
    /// Host and port, where requests reach it.
    pub host: String,
    /// User-Agent or Server.
    pub product: String,
}

/// Who talks to whom about which line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Identity {
    /// The client.
    pub client: Endpoint,
    /// The gateway.
    pub gateway: Endpoint,
    /// `UDP`, `TCP` or `TLS`.
    pub transport: &'static str,
    /// The line that is monitored: a `tel:` URI.
    pub line: String,
    /// The other end of its calls.
    pub caller: String,
}

/// Writes the messages of one dialog. The text is a function of the message, so that copies are the same to the byte.
#[derive(Clone, Debug)]
pub struct Dialog {
    identity: Identity,
    /// Distinguishes this dialog's Call-ID, tags and branches.
    key: String,
    /// INVITEs that were refused: sender and number.
    refused: Vec<(Side, u16)>,
}

/// What a gateway that knows UPDATE allows.
const ALLOW: &str = "INVITE, ACK, BYE, CANCEL, INFO, UPDATE, OPTIONS";
/// And one that does not.
const ALLOW_WITHOUT_UPDATE: &str = "INVITE, ACK, BYE, CANCEL, INFO, OPTIONS";

impl Dialog {
    /// A dialog whose ids are made of `key`, which no other dialog has.
    pub fn new(identity: Identity, key: &str) -> Self {
        Self {
            identity,
            key: key.into(),
            refused: Vec::new(),
        }
    }

    fn end(&self, side: Side) -> &Endpoint {
        match side {
            Side::Client => &self.identity.client,
            Side::Gateway => &self.identity.gateway,
        }
    }

    fn address(&self, side: Side, with_tag: bool) -> String {
        let letter = letter(side);
        let uri = &self.end(side).uri;
        if with_tag {
            format!("<{uri}>;tag={letter}{}", self.key)
        } else {
            format!("<{uri}>")
        }
    }

    fn contact(&self, side: Side) -> String {
        let user = self.end(side).uri.split('@').next().unwrap_or_default();
        let Identity { transport, .. } = &self.identity;
        format!(
            "{user}@{};transport={}",
            self.end(side).host,
            transport.to_lowercase()
        )
    }

    /// The text of a message that either side sends.
    pub fn print(&mut self, message: &Message) -> SipText {
        let by_gateway = message.from == Side::Gateway;
        let peer = if by_gateway {
            Side::Client
        } else {
            Side::Gateway
        };
        let requester = if message.is_request() {
            message.from
        } else {
            peer
        };
        let mut text = if message.is_request() {
            SipText::request(message.subject.method(), &self.contact(peer))
        } else {
            if message.subject.is_invite() && message.status != Status::Ok200 {
                self.refused.push((requester, message.cseq));
            }
            let line = match message.status {
                Status::MonitorLimitExceeded => Status::Ok200.line(),
                other => other.line(),
            };
            let (code, reason) = line.split_once(' ').unwrap_or((line, ""));
            SipText::response(code.parse().unwrap_or(500), reason)
        };
        self.head(&mut text, message, requester);
        session_headers(&mut text, message);
        if message.is_request() && matches!(message.subject.method(), "INVITE" | "UPDATE")
            || message.status == Status::Ok200
                && matches!(message.subject.method(), "INVITE" | "UPDATE")
        {
            let contact = format!("<{}>", self.contact(message.from));
            text.push("Contact", &contact);
        }
        self.body(&mut text, message);
        text
    }

    fn head(&self, text: &mut SipText, message: &Message, requester: Side) {
        let opens = message.subject == Subject::Invite;
        let responder = if requester == Side::Client {
            Side::Gateway
        } else {
            Side::Client
        };
        let Identity { transport, .. } = &self.identity;
        let host = &self.end(requester).host;
        text.push(
            "Via",
            &format!(
                "SIP/2.0/{transport} {host};branch={}",
                self.branch(message, requester)
            ),
        );
        if message.is_request() {
            text.push("Max-Forwards", "70");
        }
        text.push("From", &self.address(requester, true));
        text.push(
            "To",
            &self.address(responder, !(opens && message.is_request())),
        );
        let client = &self.identity.client.host;
        let host = client
            .rsplit_once(':')
            .map_or(client.as_str(), |(host, _)| host);
        text.push("Call-ID", &format!("{}@{host}", self.key));
        text.push(
            "CSeq",
            &format!("{} {}", message.cseq, message.subject.method()),
        );
        let name = if message.from == Side::Client {
            "User-Agent"
        } else {
            "Server"
        };
        text.push(name, &self.end(message.from).product);
    }

    /// One branch for each transaction; the ACK of a 2xx is a transaction of its own, that of a refusal belongs to its
    /// INVITE's (RFC 3261 §13.2.2.4, §17.1.1.3).
    fn branch(&self, message: &Message, requester: Side) -> String {
        let invite_refused = self.refused.contains(&(requester, message.cseq));
        let method = match message.subject {
            Subject::Ack if invite_refused => "invite",
            Subject::Ack => "ack",
            Subject::Update => "update",
            Subject::Bye => "bye",
            Subject::Invite | Subject::ReInvite => "invite",
            _ => "info",
        };
        format!(
            "z9hG4bK-{}-{}{}-{method}",
            self.key,
            letter(requester),
            message.cseq
        )
    }

    fn body(&self, text: &mut SipText, message: &Message) {
        let names = Names {
            line: &self.identity.line,
            caller: &self.identity.caller,
            monitor: 1000 + message.dialog,
        };
        let body = if message.is_request() {
            names.request(message.subject, message.value)
        } else {
            names.answer(message.subject, message.status, message.from, message.value)
        };
        if let Some(body) = body {
            text.push("Content-Disposition", "signal;handling=required");
            text.push("Content-Type", "application/csta+xml");
            text.body = body.into_bytes();
        }
    }
}

fn letter(side: Side) -> char {
    match side {
        Side::Client => 'c',
        Side::Gateway => 'g',
    }
}

/// Session-Expires, Min-SE, Retry-After, Allow (RFC 4028 §7 to §9, RFC 3261 §20.33, §20.5).
pub(super) fn session_headers(text: &mut SipText, message: &Message) {
    let refreshes = matches!(
        message.subject,
        Subject::Invite | Subject::ReInvite | Subject::Update
    );
    let refresher = match message.refresher {
        Refresher::Uac => "uac",
        Refresher::Uas => "uas",
    };
    match message.status {
        Status::Request if refreshes => {
            text.push("Supported", "timer");
            if message.from == Side::Client {
                text.push("Allow", ALLOW);
            }
            if message.value > 0 {
                text.push(
                    "Session-Expires",
                    &format!("{};refresher=uac", message.value),
                );
            }
            if message.min_se > 0 {
                text.push("Min-SE", &message.min_se.to_string());
            }
        }
        Status::Ok200 if refreshes => {
            match message.allow {
                _ if !message.subject.is_invite() || message.from == Side::Client => {}
                Allow::Absent => {}
                Allow::WithUpdate => text.push("Allow", ALLOW),
                Allow::WithoutUpdate => text.push("Allow", ALLOW_WITHOUT_UPDATE),
            }
            if message.value > 0 {
                if refresher == "uac" {
                    text.push("Require", "timer"); // RFC 4028 §9
                }
                text.push(
                    "Session-Expires",
                    &format!("{};refresher={refresher}", message.value),
                );
            }
        }
        // RFC 3261 §21.4.6: a 405 says what is allowed.
        Status::MethodNotAllowed405 => text.push("Allow", ALLOW_WITHOUT_UPDATE),
        Status::IntervalTooSmall422 => text.push("Min-SE", &message.min_se.to_string()),
        Status::Unavailable503 => text.push("Retry-After", &message.value.to_string()),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dialog() -> Dialog {
        let end = |uri: &str, host: &str| Endpoint {
            uri: uri.into(),
            host: host.into(),
            product: "rccsim".into(),
        };
        let identity = Identity {
            client: end("sip:user1@example.test", "192.0.2.1:5060"),
            gateway: end("sip:line1@gw.example.test", "192.0.2.2:5060"),
            transport: "UDP",
            line: "tel:+12025550101".into(),
            caller: "tel:+12025550199".into(),
        };
        Dialog::new(identity, "1-1")
    }

    fn invite(cseq: u16) -> Message {
        Message {
            value: 1800,
            min_se: 90,
            ..Message::request(Side::Client, 1, cseq, Subject::Invite)
        }
    }

    #[test]
    fn an_invite_and_its_200_say_what_the_machines_say() {
        let mut dialog = dialog();
        let request = dialog.print(&invite(1));
        let request = SipText::parse(&request.print()).unwrap();
        assert_eq!(request.cseq(), Some((1, "INVITE")));
        assert_eq!(request.to_tag(), None);
        assert_eq!(request.session_expires().unwrap().seconds, 1800);
        assert_eq!(request.min_se(), Some(90));
        let ok = Message {
            value: 1800,
            allow: Allow::WithoutUpdate,
            ..invite(1).answer(Status::Ok200)
        };
        let answer = SipText::parse(&dialog.print(&ok).print()).unwrap();
        assert_eq!(answer.code(), Some(200));
        assert_eq!(answer.allow(), Allow::WithoutUpdate);
        assert_eq!(answer.tag_of_from(), request.tag_of_from());
        assert!(answer.to_tag().is_some());
        assert_eq!(answer.branch(), request.branch());
        assert_eq!(answer.call_id(), request.call_id());
    }

    #[test]
    fn the_ack_of_a_refusal_belongs_to_the_invite_that_of_a_2xx_does_not() {
        let mut dialog = dialog();
        let ack = |cseq| Message::request(Side::Client, 1, cseq, Subject::Ack);
        let first = dialog.print(&invite(1));
        let refusal = Message {
            min_se: 3600,
            ..invite(1).answer(Status::IntervalTooSmall422)
        };
        assert_eq!(dialog.print(&refusal).min_se(), Some(3600));
        assert_eq!(dialog.print(&ack(1)).branch(), first.branch());
        let second = dialog.print(&invite(2));
        dialog.print(&invite(2).answer(Status::Ok200));
        assert_ne!(dialog.print(&ack(2)).branch(), second.branch());
    }

    #[test]
    fn a_copy_is_the_same_to_the_byte_and_a_request_of_the_gateway_turns_from_and_to_round() {
        let mut dialog = dialog();
        let update = Message {
            value: 1800,
            ..Message::request(Side::Client, 1, 4, Subject::Update)
        };
        let first = dialog.print(&update);
        assert_eq!(first.print(), dialog.print(&update).print());
        let event = dialog.print(&Message::request(Side::Gateway, 1, 1, Subject::Delivered));
        assert_eq!(event.tag_of_from(), first.to_tag());
        assert_eq!(event.to_tag(), first.tag_of_from());
    }
}
