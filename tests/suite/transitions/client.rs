//! The tables of the client.

use std::fmt::Write;

use rccsim::protocol::{
    Client, ClientConfig, Message, OnGatewayRefresh, OnGlare, OnNoAnswer, OnRejection, OnTooSmall,
    Phase, Side, Status, Subject, Timer,
};
use rccsim::quantity::{Span, Time};

use crate::deployments::r2;

use super::{COLUMNS, Port, ignored, name, row};

/// A client on UDP with its clock and the last request that it sent.
#[derive(Clone)]
pub(super) struct ClientRig {
    pub(super) client: Client,
    config: ClientConfig,
    pub(super) now: Time,
    last: Option<Message>,
    gateway_cseq: u16,
    /// When set-ups that are due have their turn; `None`: at once.
    turn: Option<Time>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum ClientEvent {
    SignIn,
    SignOut,
    MakeCall,
    AnswerCall,
    /// An answer to the last request.
    Answer(Status),
    /// A request of the gateway in the dialog.
    Request(Subject),
    /// A request in a dialog that the client does not hold.
    Stray,
    ConnectionReset,
    /// A retransmission, refresh or re-establishment timer.
    FirstTimer,
    TransactionTimeout,
    SessionExpiry,
}

impl ClientEvent {
    fn every_event() -> Vec<Self> {
        use ClientEvent::*;
        let mut events = vec![SignIn, SignOut, MakeCall, AnswerCall];
        events.extend(STATUSES.map(Answer));
        events.extend(
            [
                Subject::Bye,
                Subject::Delivered,
                Subject::ReInvite,
                Subject::Ack,
            ]
            .map(Request),
        );
        events.extend([
            Stray,
            ConnectionReset,
            FirstTimer,
            TransactionTimeout,
            SessionExpiry,
        ]);
        events
    }

    fn title(self) -> String {
        match self {
            Self::SignIn => "user signs in".into(),
            Self::SignOut => "user signs out".into(),
            Self::MakeCall => "user calls".into(),
            Self::AnswerCall => "user answers at the PC".into(),
            Self::Answer(status) => status.line().into(),
            Self::Request(subject) => name(&Message::request(Side::Gateway, 1, 1, subject)),
            Self::Stray => "INFO of an unknown dialog".into(),
            Self::ConnectionReset => "connection reset".into(),
            Self::FirstTimer => "next timer".into(),
            Self::TransactionTimeout => "64·T1 without answer".into(),
            Self::SessionExpiry => "session timer".into(),
        }
    }
}

const STATUSES: [Status; 8] = [
    Status::Ok200,
    Status::MonitorLimitExceeded,
    Status::MethodNotAllowed405,
    Status::IntervalTooSmall422,
    Status::DoesNotExist481,
    Status::Pending491,
    Status::NotImplemented501,
    Status::Unavailable503,
];

impl ClientRig {
    pub(super) fn new(config: ClientConfig) -> Self {
        Self {
            client: Client::new(false),
            config,
            now: Time::ZERO,
            last: None,
            gateway_cseq: 0,
            turn: None,
        }
    }

    fn port(&self) -> Port {
        Port {
            turn: self.turn,
            ..Port::default()
        }
    }

    pub(super) fn does(mut self, event: ClientEvent) -> Self {
        self.apply(event);
        self
    }

    /// Applies an event; `None`: it cannot occur in this state.
    pub(super) fn apply(&mut self, event: ClientEvent) -> Option<Port> {
        let mut port = self.port();
        let Self { client, config, .. } = self;
        match event {
            ClientEvent::SignIn if client.phase() != Phase::SignedOut => return None,
            ClientEvent::SignIn => client.sign_in(config, self.now, &mut port),
            ClientEvent::SignOut => client.sign_out(config, self.now, &mut port),
            ClientEvent::MakeCall => client.make_call(config, self.now, 1, &mut port),
            ClientEvent::AnswerCall => {
                client.answer_call(config, self.now, 1, &mut port);
            }
            ClientEvent::Answer(status) => {
                let mut answer = self.last?.answer(status);
                match status {
                    Status::Ok200 => answer.value = self.last?.value,
                    Status::IntervalTooSmall422 => answer.min_se = 3600,
                    Status::Unavailable503 => answer.value = 60,
                    _ => {}
                }
                client.receive(config, self.now, answer, &mut port);
            }
            ClientEvent::Request(subject) => {
                let request = self.request(subject);
                self.client
                    .receive(&self.config, self.now, request, &mut port);
            }
            ClientEvent::Stray => {
                let stray = Message::request(Side::Gateway, 99, 1, Subject::Delivered);
                client.receive(config, self.now, stray, &mut port);
            }
            ClientEvent::ConnectionReset => client.connection_reset(config, self.now, &mut port),
            ClientEvent::FirstTimer => self.fire(Timer::Client, 1, &mut port)?,
            ClientEvent::TransactionTimeout => {
                self.fire(Timer::TransactionTimeout, 20, &mut port)?
            }
            ClientEvent::SessionExpiry => self.fire(Timer::SessionExpiry, 20, &mut port)?,
        }
        let mut requests = port
            .sent
            .iter()
            .filter(|m| m.is_request() && m.subject != Subject::Ack);
        self.last = requests.next_back().copied().or(self.last);
        Some(port)
    }

    fn request(&mut self, subject: Subject) -> Message {
        self.gateway_cseq += 1;
        let (dialog, cseq) = (self.client.dialog(), self.gateway_cseq);
        Message {
            value: if subject == Subject::ReInvite {
                1800
            } else {
                0
            },
            ..Message::request(Side::Gateway, dialog, cseq, subject)
        }
    }

    /// Fires deadlines, at most so many, until one of this kind has fired; only what that one says is kept.
    fn fire(&mut self, kind: Timer, limit: usize, port: &mut Port) -> Option<()> {
        let phase = self.client.phase();
        for _ in 0..limit {
            let (at, timer) = self.client.deadline()?;
            self.now = at;
            *port = self.port();
            self.client.fire(&self.config, at, port);
            if timer == kind {
                return Some(());
            }
            if self.client.phase() != phase {
                return None;
            }
        }
        None
    }

    pub(super) fn state(&self) -> String {
        format!("{:?}", self.client.phase())
    }
}

/// The states of a client: those that the machine names, and what may pend in an established session.
fn client_states() -> Vec<(&'static str, ClientRig)> {
    use ClientEvent::*;
    let ok = Answer(Status::Ok200);
    let signed_out = ClientRig::new(r2());
    let calling = signed_out.clone().does(SignIn);
    let querying = calling.clone().does(ok);
    let monitoring = querying.clone().does(ok);
    let established = monitoring.clone().does(ok);
    let refreshing = established.clone().does(FirstTimer);
    let refusal = refreshing.clone().does(Answer(Status::NotImplemented501));
    let call_state = established.clone().does(MakeCall);
    let idle = calling.clone().does(Answer(Status::Unavailable503));
    vec![
        ("SignedOut", signed_out),
        ("Calling (INVITE sent, RFC 3261 §17.1.1.2)", calling),
        (
            "Querying (dialog confirmed, GetCSTAFeatures sent)",
            querying,
        ),
        (
            "Monitoring (dialog confirmed, MonitorStart sent)",
            monitoring,
        ),
        ("Established", established),
        ("Established, UPDATE sent", refreshing),
        ("Established, refresh refused and held", refusal),
        ("Established, MakeCall sent", call_state),
        ("Idle (no dialog, the next attempt is due)", idle),
    ]
}

pub(super) fn tables() -> String {
    let mut tables = String::from(
        "## The client\n\nSettings: refresh by Allow every 25 min, Session-Expires 1800 s, `tear-down` without an answer, `hold` \
         after a refusal, re-establishment after 30 s, UDP. The 200 to INVITE has no Allow. A 503 bears Retry-After 60 s.\n",
    );
    for (title, state) in client_states() {
        write!(tables, "\n### {title}{COLUMNS}").unwrap();
        let mut without_effect = Vec::new();
        for event in ClientEvent::every_event() {
            let mut rig = state.clone();
            let Some(port) = rig.apply(event) else {
                continue;
            };
            let quiet = port.sent.is_empty() && port.notes.is_empty();
            if quiet && rig.client == state.client {
                without_effect.push(event.title());
            } else {
                row(&mut tables, &event.title(), &port, &rig.state());
            }
        }
        ignored(&mut tables, &without_effect);
    }
    tables + &set_ups() + &reactions()
}

/// A set-up that is due or refused, by the settings that decide when it goes on.
fn set_ups() -> String {
    let mut table = format!("\n### A set-up, by setting{COLUMNS}");
    for (pace, turn, meaning) in [
        (None, None, "no pace"),
        (Some(500), None, "one each 500 ms, nobody waits"),
        (
            Some(500),
            Some(10),
            "one each 500 ms, its turn is 10 s later",
        ),
    ] {
        let mut rig = ClientRig {
            turn: turn.map(|s| Time::ZERO + Span::from_secs(s)),
            ..ClientRig::new(ClientConfig {
                setup_pace: pace.map(Span::from_millis),
                ..r2()
            })
        };
        let port = rig.apply(ClientEvent::SignIn).unwrap();
        row(
            &mut table,
            &format!("user signs in, {meaning}"),
            &port,
            &rig.state(),
        );
        if turn.is_some() {
            let port = rig.apply(ClientEvent::FirstTimer).unwrap();
            row(&mut table, "its turn comes", &port, &rig.state());
        }
    }
    for on_too_small in [OnTooSmall::Retry, OnTooSmall::EveryTime, OnTooSmall::Fail] {
        let config = ClientConfig {
            on_too_small,
            ..r2()
        };
        let mut rig = ClientRig::new(config).does(ClientEvent::SignIn);
        for event in ["422 Session Interval Too Small", "a second 422"] {
            if rig.client.phase() != Phase::Calling {
                continue;
            }
            let port = rig.apply(ClientEvent::Answer(Status::IntervalTooSmall422));
            let event = format!("{event}, {on_too_small:?}");
            row(&mut table, &event, &port.unwrap(), &rig.state());
        }
    }
    table
}

/// What a client does when a refresh fails, by its settings.
fn reactions() -> String {
    let mut table = format!("\n### A refresh that fails, by setting{COLUMNS}");
    let refreshing = |config| {
        let established = [ClientEvent::SignIn]
            .into_iter()
            .chain([ClientEvent::Answer(Status::Ok200); 3])
            .fold(ClientRig::new(config), ClientRig::does);
        established.does(ClientEvent::FirstTimer)
    };
    for on_no_answer in [
        OnNoAnswer::TearDown,
        OnNoAnswer::Hold,
        OnNoAnswer::KeepPolling,
    ] {
        let mut rig = refreshing(ClientConfig {
            on_no_answer,
            ..r2()
        });
        let port = rig.apply(ClientEvent::TransactionTimeout).unwrap();
        let event = format!("64·T1 without answer, {on_no_answer:?}");
        row(&mut table, &event, &port, &rig.state());
    }
    for on_rejection in [
        OnRejection::FallBack,
        OnRejection::TearDown,
        OnRejection::Hold,
        OnRejection::RetryOnce,
        OnRejection::Retry,
    ] {
        let mut rig = refreshing(ClientConfig {
            on_rejection,
            ..r2()
        });
        let answer = ClientEvent::Answer(Status::MethodNotAllowed405);
        let port = rig.apply(answer).unwrap();
        let event = format!("405 Method Not Allowed, {on_rejection:?}");
        row(&mut table, &event, &port, &rig.state());
    }
    for on_glare in [OnGlare::Retry, OnGlare::TearDown] {
        let mut rig = refreshing(ClientConfig { on_glare, ..r2() });
        let port = rig.apply(ClientEvent::Answer(Status::Pending491));
        let event = format!("491 Request Pending, {on_glare:?}");
        row(&mut table, &event, &port.unwrap(), &rig.state());
    }
    for on_too_small in [OnTooSmall::Retry, OnTooSmall::EveryTime, OnTooSmall::Fail] {
        let mut rig = refreshing(ClientConfig {
            on_too_small,
            ..r2()
        });
        for event in ["422 Session Interval Too Small", "a second 422"] {
            let port = rig.apply(ClientEvent::Answer(Status::IntervalTooSmall422));
            let event = format!("{event}, {on_too_small:?}");
            row(&mut table, &event, &port.unwrap(), &rig.state());
        }
    }
    let mut rig = refreshing(ClientConfig {
        refresh_tries: 2,
        ..r2()
    });
    for event in ["64·T1 without answer", "the same for the second"] {
        let port = rig.apply(ClientEvent::TransactionTimeout).unwrap();
        row(
            &mut table,
            &format!("{event}, 2 tries"),
            &port,
            &rig.state(),
        );
    }
    table + &gateway_refreshes()
}

/// A refresh of the gateway and an event, by the settings that decide about their answers.
fn gateway_refreshes() -> String {
    let mut table = format!("\n### Requests of the gateway, by setting{COLUMNS}");
    let established = |config| {
        [ClientEvent::SignIn]
            .into_iter()
            .chain([ClientEvent::Answer(Status::Ok200); 3])
            .fold(ClientRig::new(config), ClientRig::does)
    };
    for on_gateway_refresh in [
        OnGatewayRefresh::Accepted,
        OnGatewayRefresh::Ignored,
        OnGatewayRefresh::Rejected405,
        OnGatewayRefresh::Rejected488,
        OnGatewayRefresh::Rejected491,
        OnGatewayRefresh::Rejected500,
    ] {
        let mut rig = established(ClientConfig {
            on_gateway_refresh,
            ..r2()
        });
        let port = rig.apply(ClientEvent::Request(Subject::ReInvite));
        let event = format!("re-INVITE, {on_gateway_refresh:?}");
        row(&mut table, &event, &port.unwrap(), &rig.state());
    }
    for answers_events in [true, false] {
        let mut rig = established(ClientConfig {
            answers_events,
            ..r2()
        });
        let port = rig.apply(ClientEvent::Request(Subject::Delivered));
        let answers = if answers_events { "" } else { " no" };
        let event = format!("INFO DeliveredEvent, answers{answers} events");
        row(&mut table, &event, &port.unwrap(), &rig.state());
    }
    table
}
