//! CSTA bodies (ECMA-323, carried per ECMA TR/87): written as far as the flow needs them, read as far as the model knows.
//!
//! What was seen on a wire: RequestSystemStatus, GetCSTAFeatures, MonitorStart and their answers, DeliveredEvent,
//! EstablishedEvent and ConnectionClearedEvent (pidgin-sipe, a real client, takes them). A guess from the standard's
//! schema, met in no capture: the content of GetCSTAFeaturesResponse, MakeCall, AnswerCall, OriginatedEvent and the error
//! `overallMonitorLimitExceeded`.

use crate::protocol::{Side, Status, Subject};

/// The namespace of the third edition of ECMA-323.
pub(crate) const NAMESPACE: &str = "http://www.ecma-international.org/standards/ecma-323/csta/ed3";
const LCS: &str = "http://schemas.microsoft.com/Lcs/2005/04/RCCExtension";

/// What a body says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Csta {
    /// The root element, without its prefix.
    pub root: String,
    /// The first `callID`.
    pub call: Option<String>,
    /// The `monitorCrossRefID`.
    pub monitor: Option<String>,
}

impl Csta {
    /// Reads a body; `None` where it is no XML.
    pub(crate) fn read(body: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(body).ok()?.trim();
        if !text.starts_with('<') {
            return None;
        }
        let document = roxmltree::Document::parse(text).ok()?;
        let content = |name: &str| {
            let mut nodes = document.descendants();
            let element = nodes.find(|n| n.tag_name().name() == name)?;
            Some(element.text()?.trim().to_string())
        };
        Some(Self {
            root: document.root_element().tag_name().name().into(),
            call: content("callID"),
            monitor: content("monitorCrossRefID"),
        })
    }

    /// The subject whose request or event it is.
    pub(crate) fn subject(&self) -> Option<Subject> {
        const ALL: [Subject; 10] = [
            Subject::Invite,
            Subject::GetCstaFeatures,
            Subject::MonitorStart,
            Subject::MonitorStop,
            Subject::MakeCall,
            Subject::AnswerCall,
            Subject::Delivered,
            Subject::Originated,
            Subject::Established,
            Subject::ConnectionCleared,
        ];
        ALL.into_iter().find(|s| s.body() == Some(&self.root))
    }
}

/// What bodies of a dialog name.
pub(super) struct Names<'a> {
    /// The line: a `tel:` URI.
    pub line: &'a str,
    /// Whoever is at the other end of calls.
    pub caller: &'a str,
    /// The number of the monitor.
    pub monitor: u32,
}

fn document(root: &str, content: &str) -> String {
    let open = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><{root} xmlns=\"{NAMESPACE}\"");
    if content.is_empty() {
        format!("{open}/>")
    } else {
        format!("{open}>{content}</{root}>")
    }
}

fn connection(element: &str, call: u32, line: &str) -> String {
    format!("<{element}><callID>{call}</callID><deviceID>{line}</deviceID></{element}>")
}

fn device(element: &str, number: &str) -> String {
    format!("<{element}><deviceIdentifier>{number}</deviceIdentifier></{element}>")
}

impl Names<'_> {
    /// The body of a request; `value` is the call's number.
    pub(super) fn request(&self, subject: Subject, value: u32) -> Option<String> {
        let root = subject.body()?;
        let line = self.line;
        let private = format!(
            "<extensions><privateData><private><lcs:line xmlns:lcs=\"{LCS}\">{line}</lcs:line></private></privateData></extensions>"
        );
        let monitor = format!("<monitorCrossRefID>{}</monitorCrossRefID>", self.monitor);
        let content = match subject {
            Subject::MonitorStart => {
                format!("<monitorObject><deviceObject>{line}</deviceObject></monitorObject>")
            }
            Subject::MonitorStop => monitor,
            Subject::MakeCall => format!(
                "<callingDevice>{line}</callingDevice><calledDirectoryNumber>{}</calledDirectoryNumber>",
                self.caller
            ),
            Subject::AnswerCall => connection("callToBeAnswered", value, line),
            Subject::Delivered
            | Subject::Originated
            | Subject::Established
            | Subject::ConnectionCleared => monitor + &self.event(subject, value),
            _ => private,
        };
        Some(document(root, &content))
    }

    fn event(&self, subject: Subject, call: u32) -> String {
        let (line, caller) = (self.line, self.caller);
        let parties = format!(
            "{}{}<lastRedirectionDevice><notKnown/></lastRedirectionDevice>",
            device("callingDevice", caller),
            device("calledDevice", line)
        );
        match subject {
            Subject::Delivered => format!(
                "{}{}{parties}<localConnectionInfo>alerting</localConnectionInfo><cause>newCall</cause>",
                connection("connection", call, line),
                device("alertingDevice", line)
            ),
            Subject::Originated => format!(
                "{}{}{}<localConnectionInfo>connected</localConnectionInfo><cause>newCall</cause>",
                connection("originatedConnection", call, line),
                device("callingDevice", line),
                device("calledDevice", caller)
            ),
            Subject::Established => format!(
                "{}{}{parties}<localConnectionInfo>connected</localConnectionInfo><cause>newCall</cause>",
                connection("establishedConnection", call, line),
                device("answeringDevice", line)
            ),
            _ => format!(
                "{}{}<localConnectionInfo>null</localConnectionInfo><cause>normalClearing</cause>",
                connection("droppedConnection", call, line),
                device("releasingDevice", line)
            ),
        }
    }

    /// The body of an answer, where it has one: events and answers other than 2xx have none.
    pub(super) fn answer(
        &self,
        subject: Subject,
        status: Status,
        from: Side,
        value: u32,
    ) -> Option<String> {
        if status == Status::MonitorLimitExceeded {
            let error = "<systemResourceAvailability>overallMonitorLimitExceeded</systemResourceAvailability>";
            return Some(document("CSTAErrorCode", error));
        }
        if status != Status::Ok200 || from == Side::Client {
            return None;
        }
        let content = match subject {
            Subject::Invite | Subject::ReInvite => "<systemStatus>normal</systemStatus>".to_string(),
            Subject::GetCstaFeatures => "<supportedServices><callControlServices><makeCall/><answerCall/></callControlServices>\
                <callControlEvents><delivered/><established/><originated/><connectionCleared/></callControlEvents></supportedServices>"
                .to_string(),
            Subject::MonitorStart => format!("<monitorCrossRefID>{}</monitorCrossRefID>", self.monitor),
            Subject::MakeCall => connection("callingDevice", value, self.line),
            Subject::MonitorStop | Subject::AnswerCall => String::new(),
            _ => return None,
        };
        Some(document(&format!("{}Response", subject.body()?), &content))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: Names = Names {
        line: "tel:+12025550101;ext=101",
        caller: "tel:+12025550199",
        monitor: 1001,
    };

    #[test]
    fn every_body_is_xml_that_is_read_back() {
        for subject in [
            Subject::Invite,
            Subject::ReInvite,
            Subject::GetCstaFeatures,
            Subject::MonitorStart,
            Subject::MonitorStop,
            Subject::MakeCall,
            Subject::AnswerCall,
            Subject::Delivered,
            Subject::Originated,
            Subject::Established,
            Subject::ConnectionCleared,
        ] {
            let body = NAMES.request(subject, 7).unwrap();
            let csta = Csta::read(body.as_bytes()).unwrap();
            assert_eq!(Some(csta.root.as_str()), subject.body());
            if let Some(answer) = NAMES.answer(subject, Status::Ok200, Side::Gateway, 7) {
                let csta = Csta::read(answer.as_bytes()).unwrap();
                assert_eq!(csta.root, format!("{}Response", subject.body().unwrap()));
            }
        }
        let body = NAMES.request(Subject::Delivered, 7).unwrap();
        let csta = Csta::read(body.as_bytes()).unwrap();
        assert_eq!(
            (csta.call.as_deref(), csta.monitor.as_deref()),
            (Some("7"), Some("1001"))
        );
    }

    #[test]
    fn what_is_no_xml_is_no_body() {
        for body in [&b""[..], b"v=0", b"<a", b"\xff\xfe", b"<a></b>"] {
            assert_eq!(Csta::read(body), None);
        }
    }
}
