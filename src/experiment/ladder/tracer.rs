//! The observer that writes a ladder, and the ladder that it wrote.

use super::reason::{DialogEnd, Reasons, allow_in_words};
use super::rung::{Ladder, Rung};
use crate::deployment::{Fate, Observer, observe};
use crate::measure::DropCause;
use crate::protocol::{
    Allow, ClientEnd, ClientNote, GatewayEnd, GatewayNote, Message, RefreshFailure, Refresher,
    Side, Status, Subject,
};
use crate::quantity::Time;
use crate::scenario::Scenario;

/// Rungs kept of a session that is never lost.
const WITHOUT_A_LOSS: usize = 60;
/// Rungs kept after a loss where the session never comes back.
const AFTER_A_LOSS: usize = 5;

/// The ladder of a user (counted from 0) of a client group through a replication (likewise).
pub fn ladder(scenario: &Scenario, clients: usize, user: u32, replication: u32) -> Ladder {
    let plan = &scenario.plan;
    let group = &plan.clients[clients];
    let (place, within) = plan.place_of(clients, user);
    let tracer = Tracer::new(scenario, clients, within);
    let tracer = observe(plan, group.gateway, place, replication, tracer)
        .unwrap_or_else(|| unreachable!("nobody stops it"));
    let telling = tracer
        .recovered_rung
        .or(tracer.lost_rung.map(|rung| rung + AFTER_A_LOSS));
    Ladder {
        title: format!(
            "User {} of {}, gateway {}, replication {}",
            user + 1,
            group.name,
            plan.gateways[group.gateway].name,
            replication + 1
        ),
        start: plan.start,
        rungs: tracer.rungs,
        left_out: 0,
        telling: telling.unwrap_or(WITHOUT_A_LOSS),
    }
}

/// Writes down what one user's client and gateway say.
struct Tracer<'a> {
    reasons: Reasons<'a>,
    user: u32,
    rungs: Vec<Rung>,
    /// Messages on their way: rung and message.
    underway: Vec<(usize, Message)>,
    sent: Vec<Message>,
    /// Rungs up to the first loss.
    lost_rung: Option<usize>,
    /// Rungs up to the session after it.
    recovered_rung: Option<usize>,
    /// Usability ended, and nothing brought it back since.
    is_unusable: bool,
    /// What impaired it then.
    impairment: Option<DropCause>,
    /// When the client last noticed the end of its session.
    noticed: Option<Time>,
}

impl<'a> Tracer<'a> {
    fn new(scenario: &'a Scenario, clients: usize, user: u32) -> Self {
        Tracer {
            reasons: Reasons {
                scenario,
                clients,
                allow: Allow::Absent,
                answered: Status::Request,
                lost: false,
                granted_s: 0,
                gateway_refreshes: false,
                ended_by: None,
            },
            user,
            rungs: Vec::new(),
            underway: Vec::new(),
            sent: Vec::new(),
            lost_rung: None,
            recovered_rung: None,
            is_unusable: false,
            impairment: None,
            noticed: None,
        }
    }

    fn write(&mut self, at: Time, from: Side, to: Option<Side>, what: String, reason: String) {
        self.rungs.push(Rung {
            at,
            from,
            to,
            what,
            transit_us: None,
            reason,
        });
    }
}

/// The message as a log shows it.
fn as_logged(message: &Message) -> String {
    let mut text = match message.status {
        Status::Request => message.subject.method().to_string(),
        status => format!("{} ({})", status.line(), message.subject.method()),
    };
    if let Some(body) = message.subject.body() {
        text += &if message.is_request() {
            format!(" {body}")
        } else {
            format!(" to {body}")
        };
    }
    let session = matches!(
        message.subject,
        Subject::Invite | Subject::ReInvite | Subject::Update
    );
    if session && message.value > 0 {
        let header = if message.status == Status::Unavailable503 {
            "Retry-After"
        } else {
            "SE"
        };
        text += &format!(", {header} {}", message.value);
    }
    if message.status == Status::IntervalTooSmall422 {
        text += &format!(", Min-SE {}", message.min_se);
    }
    if message.status == Status::Ok200 && message.subject == Subject::Invite {
        text += &format!(", Allow {}", allow_in_words(message.allow));
    }
    text
}

impl Tracer<'_> {
    /// Why a message is sent, be it again.
    fn reason_of(&self, message: &Message) -> String {
        let is_again = self.sent.contains(message);
        let is_routeless = message.status == Status::DoesNotExist481
            && self.impairment == Some(DropCause::RouteExpired);
        match message.is_request() {
            _ if is_routeless => format!("answered on the way: {}", self.reasons.forgotten()),
            _ if is_again && message.subject == Subject::Ack => self.reasons.ack_again(message),
            true if is_again => {
                let timer = if message.subject.is_invite() {
                    "A"
                } else {
                    "E"
                };
                format!("again: no answer yet (RFC 3261 §17.1, Timer {timer})")
            }
            false if is_again && message.subject.is_invite() => {
                "again: no ACK yet (RFC 3261 §13.3.1.4)".into()
            }
            true => self.reasons.request(message),
            false => self.reasons.response(message),
        }
    }

    /// What the client learns of the session timer.
    fn note_grant(&mut self, message: &Message) {
        let is_refresh = matches!(message.subject, Subject::ReInvite | Subject::Update);
        let is_session = is_refresh || message.subject == Subject::Invite;
        match (message.from, message.status) {
            (Side::Gateway, Status::Ok200) if is_session => {
                self.reasons.granted_s = message.value;
                self.reasons.gateway_refreshes =
                    message.value > 0 && message.refresher == Refresher::Uas;
            }
            (Side::Gateway, Status::Request) if is_refresh => {
                self.reasons.granted_s = message.value;
            }
            _ => {}
        }
    }

    /// Why the client's session ended.
    fn reason_of_end(&self, end: ClientEnd) -> String {
        match end {
            ClientEnd::Unacknowledged => "no ACK for its 2xx in 32 s (RFC 3261 §13.3.1.4)".into(),
            ClientEnd::GaveUp => self.reasons.client_setting("on_no_answer"),
            ClientEnd::Refused if self.reasons.answered == Status::Pending491 => {
                self.reasons.client_setting("on_glare")
            }
            ClientEnd::Refused => self.reasons.client_setting("on_rejection"),
            ClientEnd::Timer => self.reasons.session_timer(),
            ClientEnd::Bye => "the gateway sent BYE".into(),
            ClientEnd::Reset => "the connection was reset".into(),
            ClientEnd::Answer481 => "481 ends the dialog (RFC 3261 §12.2.1.2)".into(),
        }
    }
}

impl Observer for Tracer<'_> {
    fn message(&mut self, now: Time, user: u32, message: &Message, fate: Fate) {
        if user != self.user {
            return;
        }
        let position = self.underway.iter().position(|(_, m)| {
            (m.dialog, m.cseq, m.subject, m.status, m.from)
                == (
                    message.dialog,
                    message.cseq,
                    message.subject,
                    message.status,
                    message.from,
                )
        });
        match (fate, position) {
            (Fate::Sent, _) => {
                let to = if message.from == Side::Client {
                    Side::Gateway
                } else {
                    Side::Client
                };
                let reason = self.reason_of(message);
                self.write(now, message.from, Some(to), as_logged(message), reason);
                self.underway.push((self.rungs.len() - 1, *message));
                self.sent.push(*message);
            }
            (Fate::Received, Some(place)) => {
                let (rung, left) = self.underway.remove(place);
                let sent = self.rungs[rung].at;
                self.rungs[rung].transit_us = Some(now.0 - sent.0);
                // The answer to an OPTIONS is for the relay that sent it.
                let is_answer = message.from == Side::Gateway && !message.is_request();
                if is_answer && message.subject != Subject::Options {
                    self.reasons.answered = message.status;
                }
                self.note_grant(message);
                if message.subject == Subject::Invite && message.status == Status::Ok200 {
                    self.reasons.allow = message.allow;
                    if left.allow != message.allow {
                        let relay = self.reasons.relay_setting();
                        self.rungs[rung].reason += &format!(
                            "; rewritten on the way to {}: {relay}",
                            allow_in_words(message.allow)
                        );
                    }
                }
            }
            (Fate::Lost, Some(place)) => {
                let (rung, message) = self.underway.remove(place);
                if !message.unroutable {
                    self.rungs[rung].reason += "; lost on the way";
                }
            }
            _ => {}
        }
    }

    fn client(&mut self, now: Time, user: u32, note: ClientNote) {
        if user != self.user {
            return;
        }
        let (what, reason) = match note {
            ClientNote::Established => (
                "session up".to_string(),
                "the 200 to MonitorStart came: toasts and dialling work".to_string(),
            ),
            ClientNote::SetupFailed => (
                "set-up failed".into(),
                self.reasons.client_setting("reestablish"),
            ),
            ClientNote::RefreshFailed(RefreshFailure::Unanswered) => (
                "refresh failed: no answer in 32 s".into(),
                format!(
                    "RFC 3261 §17.1, Timer F or B; {}",
                    self.reasons.client_setting("on_no_answer")
                ),
            ),
            ClientNote::RefreshFailed(RefreshFailure::Rejected) => {
                ("refresh refused".into(), self.reasons.refusal())
            }
            ClientNote::RefreshFailed(RefreshFailure::Retried) => (
                "refresh to be sent again".into(),
                "491 or 422 (RFC 3261 §14.1, RFC 4028 §7.3)".into(),
            ),
            ClientNote::RefreshFailed(RefreshFailure::Abandoned) => (
                "refresh failed: its session ended".into(),
                "no answer will count any more".into(),
            ),
            ClientNote::Ended(end) => {
                let why = self.reason_of_end(end);
                self.noticed = Some(now);
                let what = match self.is_unusable {
                    true => "SESSION LOST, the client notices: no toasts, no dialling",
                    false => "SESSION LOST: no toasts, no dialling",
                };
                (what.into(), why)
            }
            ClientNote::CallFailed(_) => (
                "a call could not be dialled".into(),
                "no session, or MakeCall was refused or not answered".into(),
            ),
            _ => return,
        };
        self.write(now, Side::Client, None, what, reason);
        if matches!(note, ClientNote::Ended(_)) {
            self.reasons.lost = true;
            self.lost_rung.get_or_insert(self.rungs.len());
        }
        if note == ClientNote::Established {
            self.is_unusable = false;
            self.impairment = None;
        }
        if self.reasons.lost && note == ClientNote::Established && self.recovered_rung.is_none() {
            self.recovered_rung = Some(self.rungs.len());
        }
    }

    fn relay(&mut self, now: Time, user: u32, why: &'static str, key: &'static str) {
        if user == self.user {
            self.reasons.ended_by = Some(DialogEnd::Relay(key));
            let reason = self.reasons.path_setting(key);
            let what = format!("a relay ends the dialog: {why}");
            self.write(now, Side::Gateway, None, what, reason);
        }
    }

    fn not_followed(&mut self, now: Time, user: u32, call: u32) {
        if user == self.user {
            let reason = self.reasons.gateway_setting("max_calls");
            let what = format!("call {call} is not followed: no event of it, no toast");
            self.write(now, Side::Gateway, None, what, reason);
        }
    }

    fn usable(&mut self, now: Time, user: u32, usable: bool, impairment: Option<DropCause>) {
        if user != self.user || usable != self.is_unusable {
            return;
        }
        // Where the client notices at once, its own rung says it.
        if !usable && self.noticed == Some(now) {
            return;
        }
        self.is_unusable = !usable;
        self.impairment = impairment.filter(|_| !usable);
        let (what, reason) = match usable {
            true => (
                "usable again: toasts come".to_string(),
                "what impaired it is over".into(),
            ),
            false => (
                "USABILITY ENDS: no toasts, the client does not know".into(),
                self.reasons.impairment(impairment),
            ),
        };
        self.write(now, Side::Client, None, what, reason);
    }

    fn gateway(&mut self, now: Time, user: u32, _dialog: u32, note: GatewayNote) {
        if user != self.user {
            return;
        }
        let GatewayNote::Ended(end) = note else {
            return;
        };
        self.reasons.ended_by = Some(DialogEnd::Gateway(end));
        let what = match end {
            GatewayEnd::TimerSilent => "forgets the dialog",
            GatewayEnd::TimerBye
            | GatewayEnd::GaveUp
            | GatewayEnd::Refused
            | GatewayEnd::Unacknowledged => "ends the dialog",
            _ => return,
        };
        let reason = self.reasons.gateway_end(end);
        self.write(now, Side::Gateway, None, what.into(), reason);
    }
}
