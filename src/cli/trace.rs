//! `rccsim trace`: the ladder of one user's sessions, each message with the reason and its source.

use clap::Args;

use super::Outcome;
use super::fault::{Fault, print};
use super::flags::{Format, ScenarioFlags};
use crate::deployment::{Fate, Observer, observe};
use crate::protocol::{
    Allow, ClientEnd, ClientNote, GatewayEnd, GatewayNote, Message, RefreshFailure, RefreshMethod,
    Side, Status, Subject,
};
use crate::quantity::Time;
use crate::report::json;
use crate::report::ladder::{Ladder, Rung, text};
use crate::scenario::{Scenario, nearest};

/// Show the ladder of one session.
#[derive(Args)]
pub struct Trace {
    #[command(flatten)]
    scenario: ScenarioFlags,
    /// The client group [default: the first]
    #[arg(long, value_name = "NAME")]
    clients: Option<String>,
    /// The user, counted from 1
    #[arg(long, default_value_t = 1, value_name = "N")]
    user: u32,
    /// The replication, counted from 1
    #[arg(long, default_value_t = 1, value_name = "N")]
    replication: u32,
    /// The whole run, not only until the first lost session is set up again
    #[arg(long)]
    all: bool,
    /// Form of the output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Rungs shown of a session that is never lost.
const SHOWN: usize = 60;

impl Trace {
    /// Runs the command.
    ///
    /// # Errors
    /// Bad input.
    pub fn run(self) -> Result<Outcome, Fault> {
        let scenario = self.scenario.read()?;
        let ladder = self.ladder(&scenario)?;
        print(&match self.format {
            Format::Text => text(&ladder),
            Format::Json => json(&ladder),
        })?;
        Ok(Outcome::Pass)
    }

    fn ladder(&self, scenario: &Scenario) -> Result<Ladder, Fault> {
        let plan = &scenario.plan;
        let names = || plan.clients.iter().map(|c| c.name.as_str());
        let wanted = self.clients.as_deref().unwrap_or(&plan.clients[0].name);
        let index = plan
            .clients
            .iter()
            .position(|c| c.name == wanted)
            .ok_or_else(|| {
                let near = nearest(wanted, names());
                Fault::Input(format!(
                    "--clients {wanted:?}: no such group{near}; there are: {}",
                    names().collect::<Vec<_>>().join(", ")
                ))
            })?;
        let clients = &plan.clients[index];
        if self.user == 0 || self.user > clients.count {
            return Err(Fault::Input(format!(
                "--user {}: {wanted} has the users 1 to {}",
                self.user, clients.count
            )));
        }
        if self.replication == 0 {
            return Err(Fault::Input(
                "--replication 0: they are counted from 1".into(),
            ));
        }
        let mut ladder = ladder(scenario, index, self.user - 1, self.replication - 1);
        if !self.all {
            ladder.shorten();
        }
        Ok(ladder.0)
    }
}

/// The ladder of a user (counted from 0) through a whole replication (likewise), which can be cut to what tells of the first
/// loss.
pub fn ladder(scenario: &Scenario, clients: usize, user: u32, replication: u32) -> Whole {
    let plan = &scenario.plan;
    let group = &plan.clients[clients];
    let (place, within) = plan.place_of(clients, user);
    let scribe = Scribe::new(scenario, clients, within);
    let scribe = observe(plan, group.gateway, place, replication, scribe)
        .unwrap_or_else(|| unreachable!("nobody stops it"));
    let title = format!(
        "User {} of {}, gateway {}, replication {}",
        user + 1,
        group.name,
        plan.gateways[group.gateway].name,
        replication + 1
    );
    let told = scribe
        .told
        .or(scribe.lost_rung.map(|rung| rung + AFTER_A_LOSS));
    Whole(
        Ladder {
            schema: "rccsim.trace/1",
            title,
            rungs: scribe.rungs,
            left_out: 0,
        },
        told.unwrap_or(SHOWN),
    )
}

/// A whole ladder, and how many rungs tell of the first session, its loss and what came next.
pub struct Whole(pub Ladder, usize);

impl Whole {
    /// Leaves out what comes after.
    pub fn shorten(&mut self) {
        let all = self.0.rungs.len();
        self.0.rungs.truncate(self.1);
        self.0.left_out = all - self.0.rungs.len();
    }
}

/// Rungs shown after a loss where the session never comes back.
const AFTER_A_LOSS: usize = 5;

/// Writes down what one user's client and gateway say.
struct Scribe<'a> {
    scenario: &'a Scenario,
    clients: usize,
    user: u32,
    rungs: Vec<Rung>,
    /// Messages on their way: rung and message.
    underway: Vec<(usize, Message)>,
    sent: Vec<Message>,
    allow: Allow,
    /// The last answer that the client received.
    answered: Status,
    lost: bool,
    /// The rung of the first loss.
    lost_rung: Option<usize>,
    /// How many rungs tell of the first session, its loss and what came next.
    told: Option<usize>,
}

impl<'a> Scribe<'a> {
    fn new(scenario: &'a Scenario, clients: usize, user: u32) -> Scribe<'a> {
        Scribe {
            scenario,
            clients,
            user,
            rungs: Vec::new(),
            underway: Vec::new(),
            sent: Vec::new(),
            allow: Allow::Absent,
            answered: Status::Request,
            lost: false,
            lost_rung: None,
            told: None,
        }
    }

    fn write(&mut self, now: Time, from: Side, to: Option<Side>, what: String, reason: String) {
        let at = self.scenario.plan.start.0 + now.0;
        let (s, ms) = (at / 1_000_000, at / 1000 % 1000);
        let clock = format!(
            "{:02}:{:02}:{:02}.{ms:03}",
            s / 3600 % 24,
            s / 60 % 60,
            s % 60
        );
        let (from, to) = (name(from), to.map(name));
        self.rungs.push(Rung {
            at_us: now.0,
            clock,
            from,
            to,
            what,
            transit_ms: None,
            reason,
        });
    }

    /// "refresh_interval = 25 min (communicator-2007-r2, published: …)"
    fn client_setting(&self, key: &str) -> String {
        let name = &self.scenario.plan.clients[self.clients].name;
        setting(self.scenario, "clients", name, key)
    }

    fn gateway_setting(&self, key: &str) -> String {
        let gateway = self.scenario.plan.clients[self.clients].gateway;
        setting(
            self.scenario,
            "gateway",
            &self.scenario.plan.gateways[gateway].name,
            key,
        )
    }

    /// Of the leg that rewrites Allow: the client's goes last and wins.
    fn relay_setting(&self) -> String {
        match self.scenario.plan.clients[self.clients].path.relay_allow {
            Some(_) => self.client_setting("relay_allow"),
            None => self.gateway_setting("relay_allow"),
        }
    }

    /// Why the client takes the last answer for a refusal of its refresh.
    fn refusal(&self) -> String {
        match self.answered {
            Status::DoesNotExist481 => {
                "481 to any request ends the dialog (RFC 3261 §12.2.1.2)".into()
            }
            Status::Unavailable503 => {
                "a 503 changes no dialog: again after Retry-After (RFC 3261 §21.5.4)".into()
            }
            _ => self.client_setting("on_rejection"),
        }
    }

    fn request(&self, message: &Message) -> String {
        match (message.subject, message.from) {
            (Subject::Invite, _) if self.lost => {
                format!("set up again: {}", self.client_setting("reestablish"))
            }
            (Subject::Invite, _) => "opens the dialog (ECMA TR/87; published flow)".into(),
            (Subject::ReInvite | Subject::Update, Side::Client) => self.refresh(message),
            (Subject::ReInvite | Subject::Update, Side::Gateway) => {
                format!(
                    "the gateway refreshes: {}",
                    self.gateway_setting("refresher")
                )
            }
            (Subject::Ack, _) => {
                "a final response to INVITE is acknowledged (RFC 3261 §13.2.2.4, §17.1.1.3)".into()
            }
            (Subject::Bye, Side::Client) => "ends the dialog (RFC 3261 §15)".into(),
            (Subject::Bye, Side::Gateway) => {
                format!(
                    "ends the dialog (RFC 3261 §15): {}",
                    self.gateway_setting("enforces_session_timer")
                )
            }
            (Subject::GetCstaFeatures, _) => {
                "what the gateway can do (ECMA TR/87; published flow)".into()
            }
            (Subject::MonitorStart, _) => {
                "asks for the events of the desk phone (ECMA TR/87; published flow)".into()
            }
            (Subject::MonitorStop, _) => {
                "sign-out: no more events (ECMA TR/87; published flow)".into()
            }
            (Subject::MakeCall, _) => "the user dials from the PC (ECMA-269)".into(),
            (Subject::AnswerCall, _) => "the user answers at the PC (ECMA-269)".into(),
            (Subject::Delivered, _) => {
                "the phone rings: for an incoming call the toast (ECMA-269)".into()
            }
            (Subject::Originated, _) => "the phone is off the hook (ECMA-269)".into(),
            (Subject::Established, _) => "the call is answered (ECMA-269)".into(),
            (Subject::ConnectionCleared, _) => "the call is over (ECMA-269)".into(),
        }
    }

    fn refresh(&self, message: &Message) -> String {
        let method = self.client_setting("refresh_method");
        let method = match self.scenario.plan.clients[self.clients]
            .config
            .refresh_method
        {
            RefreshMethod::Update | RefreshMethod::ReInvite => method,
            RefreshMethod::Rfc4028 => {
                format!("half of the granted session (RFC 4028 §10); {method}")
            }
            RefreshMethod::ByAllow => {
                format!(
                    "{} because Allow is {}: {method}",
                    message.subject.method(),
                    allow(self.allow)
                )
            }
        };
        match self.scenario.plan.clients[self.clients]
            .config
            .refresh_method
        {
            RefreshMethod::Rfc4028 => format!("refresh: {method}"),
            _ => format!(
                "refresh: {}; {method}",
                self.client_setting("refresh_interval")
            ),
        }
    }

    fn response(&self, message: &Message) -> String {
        match (message.status, message.subject) {
            (Status::Ok200, Subject::Invite) => {
                format!(
                    "Allow decides how the client refreshes: {}",
                    self.gateway_setting("allow")
                )
            }
            (Status::Ok200, Subject::ReInvite | Subject::Update) if message.unroutable => {
                format!(
                    "OCS cannot route it to the client: {}",
                    self.gateway_setting("update")
                )
            }
            (Status::Ok200, Subject::ReInvite | Subject::Update) => {
                "the session lives on (RFC 4028 §9)".into()
            }
            (Status::Ok200, _) => "done (RFC 3261 §21.2.1)".into(),
            (Status::MethodNotAllowed405, _) => format!(
                "the method is unsupported, the dialog stands (RFC 3261 §21.4.6): {}",
                self.gateway_setting("update")
            ),
            (Status::NotImplemented501, _) => format!(
                "the method is unsupported, the dialog stands (RFC 3261 §21.5.2): {}",
                self.gateway_setting("update")
            ),
            (Status::DoesNotExist481, _) => {
                "no such dialog here: it ends (RFC 3261 §12.2.1.2)".into()
            }
            (Status::IntervalTooSmall422, _) => {
                format!(
                    "Session-Expires below Min-SE (RFC 4028 §6): {}",
                    self.gateway_setting("min_se")
                )
            }
            (Status::Pending491, _) => "two re-INVITEs cross (RFC 3261 §14.1)".into(),
            (Status::Unavailable503, _) => {
                format!(
                    "keep away for Retry-After (RFC 3261 §21.5.4): {}",
                    self.gateway_setting("retry_after")
                )
            }
            (Status::MonitorLimitExceeded, _) => {
                format!(
                    "no more monitors (ECMA-269): {}",
                    self.gateway_setting("max_sessions")
                )
            }
            (Status::Request, _) => String::new(),
        }
    }
}

fn name(side: Side) -> &'static str {
    match side {
        Side::Client => "client",
        Side::Gateway => "gateway",
    }
}

fn setting(scenario: &Scenario, table: &str, name: &str, key: &str) -> String {
    scenario
        .section(table, name)
        .map_or_else(String::new, |section| {
            let setting = section.setting(key);
            format!("{key} = {} ({})", setting.text, setting.origin_told())
        })
}

fn allow(allow: Allow) -> &'static str {
    match allow {
        Allow::Absent => "absent",
        Allow::WithUpdate => "with UPDATE",
        Allow::WithoutUpdate => "without UPDATE",
    }
}

/// The message as a log shows it.
fn what(message: &Message) -> String {
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
        text += &format!(", Allow {}", allow(message.allow));
    }
    text
}

impl Observer for Scribe<'_> {
    fn message(&mut self, now: Time, user: u32, message: &Message, fate: Fate) {
        if user != self.user {
            return;
        }
        let found = self.underway.iter().position(|(_, m)| {
            (m.dialog, m.cseq, m.subject, m.status, m.from)
                == (
                    message.dialog,
                    message.cseq,
                    message.subject,
                    message.status,
                    message.from,
                )
        });
        match (fate, found) {
            (Fate::Sent, _) => {
                let to = if message.from == Side::Client {
                    Side::Gateway
                } else {
                    Side::Client
                };
                let mut reason = if message.is_request() {
                    self.request(message)
                } else {
                    self.response(message)
                };
                if self.sent.contains(message) && message.is_request() {
                    let timer = if message.subject.is_invite() {
                        "A"
                    } else {
                        "E"
                    };
                    reason = format!("again: no answer yet (RFC 3261 §17.1, Timer {timer})");
                } else if self.sent.contains(message) && message.subject.is_invite() {
                    reason = "again: no ACK yet (RFC 3261 §13.3.1.4)".into();
                }
                self.write(now, message.from, Some(to), what(message), reason);
                self.underway.push((self.rungs.len() - 1, *message));
                self.sent.push(*message);
            }
            (Fate::Received, Some(place)) => {
                let (rung, left) = self.underway.remove(place);
                let sent = self.rungs[rung].at_us;
                self.rungs[rung].transit_ms = Some((now.0 - sent) as f64 / 1e3);
                if message.from == Side::Gateway && !message.is_request() {
                    self.answered = message.status;
                }
                if message.subject == Subject::Invite && message.status == Status::Ok200 {
                    self.allow = message.allow;
                    if left.allow != message.allow {
                        let relay = self.relay_setting();
                        self.rungs[rung].reason += &format!(
                            "; rewritten on the way to {}: {relay}",
                            allow(message.allow)
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
            ClientNote::SetupFailed => ("set-up failed".into(), self.client_setting("reestablish")),
            ClientNote::RefreshFailed(RefreshFailure::Unanswered) => (
                "refresh failed: no answer in 32 s".into(),
                format!(
                    "RFC 3261 §17.1, Timer F or B; {}",
                    self.client_setting("on_no_answer")
                ),
            ),
            ClientNote::RefreshFailed(RefreshFailure::Rejected) => {
                ("refresh refused".into(), self.refusal())
            }
            ClientNote::RefreshFailed(RefreshFailure::Retried) => (
                "refresh to be sent again".into(),
                "491 or 422 (RFC 3261 §14.1, RFC 4028 §7.3)".into(),
            ),
            ClientNote::Ended(end) => {
                let why = match end {
                    ClientEnd::GaveUp => self.client_setting("on_no_answer"),
                    ClientEnd::Refused => self.client_setting("on_rejection"),
                    ClientEnd::Timer => {
                        format!(
                            "its session timer ran out: {}",
                            self.client_setting("session_expires")
                        )
                    }
                    ClientEnd::Bye => "the gateway sent BYE".into(),
                    ClientEnd::Reset => "the connection was reset".into(),
                    ClientEnd::Answer481 => "481 ends the dialog (RFC 3261 §12.2.1.2)".into(),
                };
                ("SESSION LOST: no toasts, no dialling".into(), why)
            }
            ClientNote::CallFailed(_) => (
                "a call could not be dialled".into(),
                "no session, or MakeCall was refused or not answered".into(),
            ),
            _ => return,
        };
        self.write(now, Side::Client, None, what, reason);
        if matches!(note, ClientNote::Ended(_)) {
            self.lost = true;
            self.lost_rung.get_or_insert(self.rungs.len());
        }
        if self.lost && note == ClientNote::Established && self.told.is_none() {
            self.told = Some(self.rungs.len());
        }
    }

    fn gateway(&mut self, now: Time, user: u32, _dialog: u32, note: GatewayNote) {
        if user != self.user {
            return;
        }
        let (what, reason) = match note {
            GatewayNote::Ended(GatewayEnd::TimerSilent) => (
                "forgets the dialog".to_string(),
                format!(
                    "session timer ran out; {}",
                    self.gateway_setting("enforces_session_timer")
                ),
            ),
            GatewayNote::Ended(GatewayEnd::TimerBye) => (
                "ends the dialog".into(),
                format!(
                    "SE − min(32 s, SE/3) without a refresh (RFC 4028 §10); {}",
                    self.gateway_setting("enforces_session_timer")
                ),
            ),
            GatewayNote::Ended(GatewayEnd::GaveUp) => (
                "ends the dialog".into(),
                "no ACK, or its refresh failed".into(),
            ),
            _ => return,
        };
        self.write(now, Side::Gateway, None, what, reason);
    }
}
