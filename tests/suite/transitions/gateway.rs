//! The tables of one dialog at the gateway.

use std::fmt::Write;

use rccsim::protocol::{
    Allow, Dialog, GatewayConfig, Message, OnRefreshFailure, OwnRefreshes, ReInviteBehaviour,
    Refresher, SessionTimer, Side, Status, Subject, Timer, UpdateBehaviour, answer_outside_dialog,
};
use rccsim::quantity::Time;

use crate::deployments::gateway;
use crate::everything::UPDATES;

use super::{COLUMNS, Port, ignored, name, row};

pub(super) fn gateway_config() -> GatewayConfig {
    GatewayConfig {
        session_expires_s: 1800,
        enforces_session_timer: SessionTimer::Bye,
        ..gateway(UpdateBehaviour::Accepted, Allow::WithUpdate)
    }
}

/// A dialog at a gateway on UDP.
#[derive(Clone)]
pub(super) struct DialogRig {
    dialog: Dialog,
    config: GatewayConfig,
    now: Time,
    cseq: u16,
    last: Option<Message>,
}

#[derive(Clone, Copy)]
pub(super) enum GatewayEvent {
    /// A copy of the last request of the client.
    CopyOfInvite,
    Request(Subject),
    /// A call of the line: an event is due.
    CallEvent,
    /// An answer to the last request of the gateway.
    Answer(Status),
    FirstTimer,
    TransactionTimeout,
    SessionExpiry,
    ShutDown,
}

impl GatewayEvent {
    fn every_event() -> Vec<Self> {
        use GatewayEvent::*;
        let mut events = vec![CopyOfInvite];
        events.extend(
            [
                Subject::Ack,
                Subject::GetCstaFeatures,
                Subject::MonitorStart,
                Subject::MonitorStop,
                Subject::MakeCall,
                Subject::AnswerCall,
                Subject::Update,
                Subject::ReInvite,
                Subject::Bye,
            ]
            .map(Request),
        );
        events.push(CallEvent);
        events.extend([Status::Ok200, Status::DoesNotExist481, Status::Pending491].map(Answer));
        events.extend([FirstTimer, TransactionTimeout, SessionExpiry, ShutDown]);
        events
    }

    fn title(self) -> String {
        match self {
            Self::CopyOfInvite => "copy of the INVITE".into(),
            Self::Request(subject) => name(&Message::request(Side::Client, 1, 1, subject)),
            Self::CallEvent => "a call is delivered to the line".into(),
            Self::Answer(status) => status.line().into(),
            Self::FirstTimer => "next timer".into(),
            Self::TransactionTimeout => "64·T1 without answer or ACK".into(),
            Self::SessionExpiry => "session timer".into(),
            Self::ShutDown => "taken down for maintenance".into(),
        }
    }
}

impl DialogRig {
    fn new(config: GatewayConfig) -> Self {
        Self::invited(config, 1800, &mut Port::default())
    }

    /// By an INVITE with such a Session-Expires, 0: none.
    pub(super) fn invited(config: GatewayConfig, offered_s: u32, port: &mut Port) -> Self {
        let mut invite = session_request(Subject::Invite, 1);
        invite.value = offered_s;
        let dialog = Dialog::accept(&config, Time::ZERO, &invite, false, port);
        let (dialog, now) = (dialog.unwrap(), Time::ZERO);
        Self {
            dialog,
            config,
            now,
            cseq: 1,
            last: None,
        }
    }

    pub(super) fn does(mut self, event: GatewayEvent) -> Self {
        self.apply(event);
        self
    }

    pub(super) fn apply(&mut self, event: GatewayEvent) -> Option<Port> {
        let mut port = Port::default();
        match event {
            GatewayEvent::CopyOfInvite => {
                let invite = session_request(Subject::Invite, 1);
                self.dialog
                    .receive(&self.config, self.now, &invite, &mut port);
            }
            GatewayEvent::Request(subject) => {
                self.cseq += u16::from(subject != Subject::Ack);
                let request = session_request(subject, self.cseq);
                self.dialog
                    .receive(&self.config, self.now, &request, &mut port);
            }
            GatewayEvent::CallEvent => {
                self.dialog
                    .event(self.now, Subject::Delivered, 1, &mut port)
            }
            GatewayEvent::Answer(status) => {
                let answer = self.last?.answer(status);
                self.dialog
                    .receive(&self.config, self.now, &answer, &mut port);
            }
            GatewayEvent::FirstTimer => self.fire(Timer::Client, 1, &mut port)?,
            GatewayEvent::TransactionTimeout => {
                self.fire(Timer::TransactionTimeout, 20, &mut port)?
            }
            GatewayEvent::SessionExpiry => self.fire(Timer::SessionExpiry, 40, &mut port)?,
            GatewayEvent::ShutDown => self.dialog.shut_down(self.now, &mut port),
        }
        self.last = port
            .sent
            .iter()
            .rfind(|m| m.is_request())
            .copied()
            .or(self.last);
        Some(port)
    }

    fn fire(&mut self, kind: Timer, limit: usize, port: &mut Port) -> Option<()> {
        for _ in 0..limit {
            let (at, timer) = self.dialog.deadline()?;
            self.now = at;
            *port = Port::default();
            self.dialog.fire(&self.config, at, port);
            if timer == kind {
                return Some(());
            }
            if !self.dialog.is_held() {
                return None;
            }
        }
        None
    }

    pub(super) fn state(&self) -> &'static str {
        match (
            self.dialog.is_over(),
            self.dialog.is_held(),
            self.dialog.is_monitored(),
        ) {
            (true, ..) => "Terminated",
            (_, false, _) => "Terminated, BYE sent",
            (.., true) => "Confirmed, monitored",
            _ => "Confirmed",
        }
    }
}

fn session_request(subject: Subject, cseq: u16) -> Message {
    let refreshes = matches!(
        subject,
        Subject::Invite | Subject::ReInvite | Subject::Update
    );
    Message {
        value: if refreshes { 1800 } else { 1 },
        min_se: if refreshes { 90 } else { 0 },
        ..Message::request(Side::Client, 1, cseq, subject)
    }
}

fn gateway_states() -> Vec<(&'static str, DialogRig)> {
    use GatewayEvent::*;
    let accepted = DialogRig::new(gateway_config());
    let confirmed = accepted.clone().does(Request(Subject::Ack));
    let monitored = confirmed.clone().does(Request(Subject::MonitorStart));
    let event_sent = monitored.clone().does(CallEvent);
    let refresher = GatewayConfig {
        refresher: Refresher::Uas,
        ..gateway_config()
    };
    let refreshing = DialogRig::new(refresher)
        .does(Request(Subject::Ack))
        .does(FirstTimer);
    let closing = monitored.clone().does(ShutDown);
    vec![
        (
            "Confirmed, the 2xx without ACK (RFC 3261 §13.3.1.4)",
            accepted,
        ),
        ("Confirmed", confirmed),
        ("Confirmed, monitored", monitored),
        ("Confirmed, monitored, DeliveredEvent sent", event_sent),
        (
            "Confirmed, own re-INVITE sent (refresher = uas)",
            refreshing,
        ),
        ("Terminated, BYE sent", closing),
    ]
}

pub(super) fn tables() -> String {
    let mut tables = String::from(
        "## The gateway, one dialog\n\nSettings: UPDATE is accepted, Session-Expires 1800 s, `enforces_session_timer = bye`, UDP.\n",
    );
    for (title, state) in gateway_states() {
        write!(tables, "\n### {title}{COLUMNS}").unwrap();
        let mut without_effect = Vec::new();
        for event in GatewayEvent::every_event() {
            let mut rig = state.clone();
            let Some(port) = rig.apply(event) else {
                continue;
            };
            let quiet = port.sent.is_empty() && port.notes.is_empty();
            if quiet && rig.dialog == state.dialog {
                without_effect.push(event.title());
            } else {
                row(&mut tables, &event.title(), &port, rig.state());
            }
        }
        ignored(&mut tables, &without_effect);
    }
    tables + &update_behaviours() + &reinvite_behaviours() + &own_refresh()
}

/// What UPDATE gets from each class of gateway, and from one that does not hold the dialog.
fn update_behaviours() -> String {
    let mut table = format!("\n### UPDATE, by class of gateway{COLUMNS}");
    for update in UPDATES {
        let mut rig = DialogRig::new(GatewayConfig {
            update,
            ..gateway_config()
        })
        .does(GatewayEvent::Request(Subject::Ack));
        if update == UpdateBehaviour::IntervalTooSmall422 {
            rig.config.min_se_s = 3600;
        }
        let port = rig.apply(GatewayEvent::Request(Subject::Update)).unwrap();
        row(&mut table, &format!("{update:?}"), &port, rig.state());
    }
    let answer = answer_outside_dialog(&session_request(Subject::Update, 2));
    let port = Port {
        sent: answer.into_iter().collect(),
        ..Port::default()
    };
    row(&mut table, "no such dialog", &port, "–");
    table
}

/// What re-INVITE gets from each class of gateway.
fn reinvite_behaviours() -> String {
    use ReInviteBehaviour as R;
    let mut table = format!("\n### re-INVITE, by behaviour{COLUMNS}");
    for reinvite in [
        R::Accepted,
        R::Ignored,
        R::AnswerLost,
        R::NotCounted,
        R::Rejected405,
        R::DialogLost481,
        R::Rejected488,
        R::Rejected491,
        R::Rejected500,
        R::Rejected501,
        R::Unavailable503,
    ] {
        let mut rig = DialogRig::new(GatewayConfig {
            reinvite,
            ..gateway_config()
        })
        .does(GatewayEvent::Request(Subject::Ack));
        let port = rig.apply(GatewayEvent::Request(Subject::ReInvite));
        row(
            &mut table,
            &format!("{reinvite:?}"),
            &port.unwrap(),
            rig.state(),
        );
    }
    table
}

/// The gateway's own refresh, by what becomes of it and by setting.
fn own_refresh() -> String {
    let mut table = format!("\n### The gateway's own refresh, by setting{COLUMNS}");
    for failure in [OnRefreshFailure::TearDown, OnRefreshFailure::Hold] {
        let refreshing = DialogRig::new(GatewayConfig {
            refresher: Refresher::Uas,
            on_no_answer: failure,
            on_rejection: failure,
            ..gateway_config()
        })
        .does(GatewayEvent::Request(Subject::Ack))
        .does(GatewayEvent::FirstTimer);
        for event in [
            GatewayEvent::TransactionTimeout,
            GatewayEvent::Answer(Status::MethodNotAllowed405),
            GatewayEvent::Answer(Status::NotAcceptable488),
            GatewayEvent::Answer(Status::ServerError500),
        ] {
            let mut rig = refreshing.clone();
            let port = rig.apply(event).unwrap();
            let title = format!("{}, {failure:?}", event.title());
            row(&mut table, &title, &port, rig.state());
        }
    }
    for refreshes in [
        OwnRefreshes::Always,
        OwnRefreshes::Once,
        OwnRefreshes::Never,
    ] {
        let mut rig = DialogRig::new(GatewayConfig {
            refresher: Refresher::Uas,
            refreshes,
            ..gateway_config()
        })
        .does(GatewayEvent::Request(Subject::Ack));
        // The next timer is the refresh, or else that of the session.
        let port = rig.clone().apply(GatewayEvent::FirstTimer);
        let event = match port {
            Some(_) => GatewayEvent::FirstTimer,
            None => GatewayEvent::SessionExpiry,
        };
        let port = rig.apply(event).unwrap();
        let title = format!("{}, {refreshes:?}", event.title());
        row(&mut table, &title, &port, rig.state());
    }
    table
}
