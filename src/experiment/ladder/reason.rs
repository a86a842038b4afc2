//! Why a message was sent: the setting behind it, with its source, or the sentence of a standard.

use crate::deployment::PathConfig;
use crate::faults::FaultKind;
use crate::measure::DropCause;
use crate::protocol::{
    Allow, GatewayEnd, Message, OnGatewayRefresh, ReInviteBehaviour, RefreshMethod, RefreshTiming,
    Refresher, RefresherOnRefresh, SessionTimer, Side, Status, Subject,
};
use crate::scenario::Scenario;

/// What the reason for a message depends on: the settings, and what happened before.
pub(super) struct Reasons<'a> {
    /// The settings.
    pub scenario: &'a Scenario,
    /// The user's client group.
    pub clients: usize,
    /// The Allow of the last 200 to INVITE.
    pub allow: Allow,
    /// The last answer that the client received.
    pub answered: Status,
    /// Whether a session was lost.
    pub lost: bool,
    /// Session-Expires in force as the client knows it, seconds, and whether the gateway is to refresh.
    pub granted_s: u32,
    pub gateway_refreshes: bool,
    /// What last ended a dialog from the gateway's side.
    pub ended_by: Option<DialogEnd>,
}

/// What ended a dialog, other than its client.
#[derive(Clone, Copy)]
pub(super) enum DialogEnd {
    Gateway(GatewayEnd),
    /// A relay: the key that decides.
    Relay(&'static str),
}

impl Reasons<'_> {
    /// "refresh_interval = 25 min (communicator-2007-r2, published: …)"
    pub(super) fn client_setting(&self, key: &str) -> String {
        let name = &self.scenario.plan.clients[self.clients].name;
        setting(self.scenario, "clients", name, key)
    }

    pub(super) fn gateway_setting(&self, key: &str) -> String {
        let gateway = self.scenario.plan.clients[self.clients].gateway;
        setting(
            self.scenario,
            "gateway",
            &self.scenario.plan.gateways[gateway].name,
            key,
        )
    }

    /// Of the leg that rewrites Allow: the client's goes last and wins.
    pub(super) fn relay_setting(&self) -> String {
        match self.scenario.plan.clients[self.clients].path.relay_allow {
            Some(_) => self.client_setting("relay_allow"),
            None => self.gateway_setting("relay_allow"),
        }
    }

    /// The leg on which OCS ends long dialogs: the client's goes first.
    pub(super) fn route_setting(&self) -> String {
        match self.scenario.plan.clients[self.clients].path.route_expiry {
            Some(_) => self.client_setting("route_expiry"),
            None => self.gateway_setting("route_expiry"),
        }
    }

    /// What made a dialog end before its client knew: OCS that forgets routes, or a relay that forgets dialogs silently.
    pub(super) fn forgotten(&self) -> String {
        if self.is_a_leg(|path| path.route_expiry.is_some()) {
            return format!(
                "OCS forgot the route of the dialog: {}",
                self.route_setting()
            );
        }
        let timer = self.path_setting("relay_timer");
        format!("the relay forgot the dialog: {timer}")
    }

    /// Whether one of the two legs between client and gateway is like that.
    fn is_a_leg(&self, is_like: fn(&PathConfig) -> bool) -> bool {
        let plan = &self.scenario.plan;
        let clients = &plan.clients[self.clients];
        is_like(&clients.path) || is_like(&plan.gateways[clients.gateway].path)
    }

    /// Why usability ended.
    pub(super) fn impairment(&self, impairment: Option<DropCause>) -> String {
        let plan = &self.scenario.plan;
        let group = &plan.clients[self.clients];
        let gateway = &plan.gateways[group.gateway];
        let faults = |kinds: &[FaultKind]| {
            let names = (plan.faults.iter())
                .filter(|f| kinds.contains(&f.config.kind))
                .map(|f| f.name.as_str());
            names.collect::<Vec<_>>().join(", ")
        };
        match impairment {
            None => "the gateway no longer holds the session".into(),
            Some(DropCause::RouteExpired) => self.forgotten(),
            Some(DropCause::GatewayDown) => format!(
                "the gateway is down: fault {}",
                faults(&[FaultKind::Crash, FaultKind::Stall, FaultKind::Maintenance])
            ),
            Some(_) if group.path.idle_timeout.is_some() => format!(
                "a middlebox forgot the idle connection: {}",
                self.client_setting("idle_timeout")
            ),
            Some(_) if gateway.path.idle_timeout.is_some() => format!(
                "a middlebox forgot the idle connection: {}",
                self.gateway_setting("idle_timeout")
            ),
            Some(_) if self.is_a_leg(|path| path.connection_lifetime.is_some()) => {
                let lifetime = self.path_setting("connection_lifetime");
                format!("the connection died: {lifetime}")
            }
            Some(_) => format!(
                "nothing passes between client and gateway: fault {}",
                faults(&[
                    FaultKind::LinkOutage,
                    FaultKind::OcsFailover,
                    FaultKind::Sleep,
                    FaultKind::NetworkChange
                ])
            ),
        }
    }

    /// Why an ACK is sent again: the response that it acknowledges came again.
    pub(super) fn ack_again(&self, message: &Message) -> String {
        let is_success = message.from == Side::Gateway || self.answered == Status::Ok200;
        match is_success {
            true => "again: the 2xx came again (RFC 3261 §13.2.2.4)".into(),
            false => "again: the final response came again (RFC 3261 §17.1.1.3)".into(),
        }
    }

    /// Why the client takes the last answer for a refusal of its refresh.
    pub(super) fn refusal(&self) -> String {
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

    /// What may have held a set-up back.
    fn pace(&self) -> String {
        let clients = &self.scenario.plan.clients[self.clients];
        let pace = clients.config.setup_pace;
        pace.map_or(String::new(), |_| {
            format!("; in its turn: {}", self.client_setting("setup_pace"))
        })
    }

    /// What a relay makes of the timers on their way.
    fn rewritten(&self) -> String {
        let keys = [
            (
                "relay_session_expires",
                self.is_a_leg(|p| p.relay_session_expires.is_some()),
            ),
            ("relay_min_se", self.is_a_leg(|p| p.relay_min_se.is_some())),
        ];
        let rewrites = keys.iter().filter(|(_, is_set)| *is_set);
        rewrites
            .map(|(key, _)| format!("; a relay rewrites it: {}", self.path_setting(key)))
            .collect()
    }

    /// What may have refused a request.
    fn throttle(&self) -> String {
        let clients = &self.scenario.plan.clients[self.clients];
        let station = &self.scenario.plan.gateways[clients.gateway].station;
        let throttle = station.as_ref().and_then(|station| station.throttle);
        throttle.map_or(String::new(), |_| {
            format!(
                "; overload control: {}",
                self.gateway_setting("throttle_at")
            )
        })
    }

    /// What ended the dialog from the gateway's side.
    fn ended_by(&self) -> String {
        match self.ended_by {
            Some(DialogEnd::Relay(key)) => format!("a relay does: {}", self.path_setting(key)),
            Some(DialogEnd::Gateway(end)) => self.gateway_end(end),
            None => self.gateway_setting("enforces_session_timer"),
        }
    }

    /// Why the gateway ended a dialog.
    pub(super) fn gateway_end(&self, end: GatewayEnd) -> String {
        match end {
            GatewayEnd::TimerBye => {
                let config = &self.scenario.plan.gateways[self.gateway()].config;
                let when = match config.enforces_session_timer {
                    SessionTimer::ByeAtExpiry => "Session-Expires",
                    _ => "SE − min(32 s, SE/3)",
                };
                format!(
                    "{when} without a refresh (RFC 4028 §10); {}",
                    self.gateway_setting("enforces_session_timer")
                )
            }
            GatewayEnd::GaveUp => format!(
                "no answer to its refresh in 32 s (RFC 4028 §10); {}",
                self.gateway_setting("on_no_answer")
            ),
            GatewayEnd::Refused => format!(
                "its refresh was refused; {}",
                self.gateway_setting("on_rejection")
            ),
            GatewayEnd::Unacknowledged => {
                let lost = match self.is_a_leg(|path| path.loses_ack) {
                    true => format!(": {}", self.path_setting("ack_lost")),
                    false => String::new(),
                };
                format!("no ACK for its 2xx in 32 s (RFC 3261 §13.3.1.4){lost}")
            }
            GatewayEnd::ShutDown => "maintenance of the gateway".into(),
            _ => format!(
                "session timer ran out; {}",
                self.gateway_setting("enforces_session_timer")
            ),
        }
    }

    /// Why the client's own timer ended the session: what was granted, and the value that made it so.
    pub(super) fn session_timer(&self) -> String {
        let plan = &self.scenario.plan;
        let client = &plan.clients[self.clients].config;
        let gateway = &plan.gateways[self.gateway()].config;
        let granted_s = self.granted_s;
        let offered_s = client.session_expires_s.max(client.min_se_s.into());
        let whose = match granted_s {
            _ if granted_s == offered_s && client.offers_timer => {
                self.client_setting("session_expires")
            }
            _ if granted_s == gateway.session_expires_s => self.gateway_setting("session_expires"),
            _ if granted_s == u32::from(gateway.min_se_s) => self.gateway_setting("min_se"),
            _ if self.is_a_leg(|path| path.relay_session_expires.is_some()) => {
                self.path_setting("relay_session_expires")
            }
            _ => self.client_setting("min_se"),
        };
        let end = match client.refresh_method == RefreshMethod::Rfc4028 && self.gateway_refreshes {
            true => "SE − min(32 s, SE/3) without a refresh of the gateway (RFC 4028 §10)",
            false => "no refresh succeeded within",
        };
        format!("its session timer ran out: {end}, SE {granted_s} granted; {whose}")
    }

    fn gateway(&self) -> usize {
        self.scenario.plan.clients[self.clients].gateway
    }

    /// A key of the leg that sets it.
    pub(super) fn path_setting(&self, key: &str) -> String {
        let plan = &self.scenario.plan;
        let clients = &plan.clients[self.clients];
        let name = &clients.name;
        let section = self.scenario.section("clients", name);
        match section.and_then(|s| s.find(key)) {
            Some(_) => self.client_setting(key),
            None => self.gateway_setting(key),
        }
    }

    /// The behaviour behind an answer to a refresh.
    fn refused_by(&self, answer: &Message) -> String {
        match (answer.from, answer.subject) {
            (Side::Client, _) => self.client_setting("on_gateway_refresh"),
            (Side::Gateway, Subject::ReInvite) => self.gateway_setting("reinvite"),
            (Side::Gateway, _) => self.gateway_setting("update"),
        }
    }

    /// Whether its sender answers 491 whether or not another re-INVITE is under way.
    fn always_pends(&self, answer: &Message) -> bool {
        let clients = &self.scenario.plan.clients[self.clients];
        match answer.from {
            Side::Client => clients.config.on_gateway_refresh == OnGatewayRefresh::Rejected491,
            Side::Gateway => {
                let gateway = &self.scenario.plan.gateways[clients.gateway];
                gateway.config.reinvite == ReInviteBehaviour::Rejected491
            }
        }
    }

    pub(super) fn request(&self, message: &Message) -> String {
        match (message.subject, message.from) {
            (Subject::Invite, _) if self.lost => {
                let again = format!("set up again: {}", self.client_setting("reestablish"));
                again + &self.pace()
            }
            (Subject::Invite, _) => {
                "opens the dialog (ECMA TR/87; published flow)".to_string() + &self.pace()
            }
            (Subject::ReInvite | Subject::Update, Side::Client) => self.refresh(message),
            (Subject::ReInvite | Subject::Update, Side::Gateway) => {
                let config = &self.scenario.plan.gateways[self.gateway()].config;
                let is_given = config.refresher == Refresher::Uac
                    && config.refresher_on_refresh != RefresherOnRefresh::Same;
                let key = if is_given {
                    "refresher_on_refresh"
                } else {
                    "refresher"
                };
                format!("the gateway refreshes: {}", self.gateway_setting(key))
            }
            (Subject::Ack, _) => {
                "a final response to INVITE is acknowledged (RFC 3261 §13.2.2.4, §17.1.1.3)".into()
            }
            (Subject::Bye, Side::Client) => "ends the dialog (RFC 3261 §15)".into(),
            (Subject::Bye, Side::Gateway) => {
                format!("ends the dialog (RFC 3261 §15): {}", self.ended_by())
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
            (Subject::Options, _) => format!(
                "a relay asks whether the dialog stands (RFC 3261 §11): {}",
                self.path_setting("relay_probe")
            ),
            (Subject::ConnectionCleared, _) => "the call is over (ECMA-269)".into(),
        }
    }

    pub(super) fn refresh(&self, message: &Message) -> String {
        let method = self.client_setting("refresh_method");
        let config = &self.scenario.plan.clients[self.clients].config;
        let is_timed = config.refresh_timing != RefreshTiming::Interval;
        let method = match config.refresh_method {
            RefreshMethod::Update | RefreshMethod::ReInvite => method,
            RefreshMethod::Rfc4028 if is_timed => method,
            RefreshMethod::Rfc4028 => {
                format!("half of the granted session (RFC 4028 §10); {method}")
            }
            RefreshMethod::ByAllow => {
                format!(
                    "{} because Allow is {}: {method}",
                    message.subject.method(),
                    allow_in_words(self.allow)
                )
            }
        };
        match config.refresh_method {
            _ if is_timed => {
                let timing = self.client_setting("refresh_timing");
                format!("refresh: {timing}; {method}")
            }
            RefreshMethod::Rfc4028 => format!("refresh: {method}"),
            _ => format!(
                "refresh: {}; {method}",
                self.client_setting("refresh_interval")
            ),
        }
    }

    pub(super) fn response(&self, message: &Message) -> String {
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
                    self.refused_by(message)
                )
            }
            (Status::Ok200, Subject::ReInvite | Subject::Update) => {
                "the session lives on (RFC 4028 §9)".into()
            }
            (Status::Ok200, _) => "done (RFC 3261 §21.2.1)".into(),
            (Status::MethodNotAllowed405, _) => format!(
                "the method is unsupported, the dialog stands (RFC 3261 §21.4.6): {}",
                self.refused_by(message)
            ),
            (Status::NotImplemented501, _) => format!(
                "the method is unsupported, the dialog stands (RFC 3261 §21.5.2): {}",
                self.refused_by(message)
            ),
            (Status::DoesNotExist481, _) => {
                "no such dialog here: it ends (RFC 3261 §12.2.1.2)".into()
            }
            (Status::IntervalTooSmall422, _) => {
                let min_se = self.gateway_setting("min_se");
                format!(
                    "Session-Expires below Min-SE (RFC 4028 §6): {min_se}{}",
                    self.rewritten()
                )
            }
            (Status::NotAcceptable488 | Status::ServerError500, _) => format!(
                "refused, the dialog stands (RFC 3261 §14.2): {}",
                self.refused_by(message)
            ),
            (Status::Pending491, _) if self.always_pends(message) => format!(
                "refused as if another were under way: {}",
                self.refused_by(message)
            ),
            (Status::Pending491, _) => "two re-INVITEs cross (RFC 3261 §14.1)".into(),
            (Status::Unavailable503, _) => {
                format!(
                    "keep away for Retry-After (RFC 3261 §21.5.4): {}{}",
                    self.gateway_setting("retry_after"),
                    self.throttle()
                )
            }
            (Status::MonitorLimitExceeded, Subject::MakeCall) => {
                format!(
                    "no more calls (ECMA-269): {}",
                    self.gateway_setting("max_calls")
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

fn setting(scenario: &Scenario, table: &str, name: &str, key: &str) -> String {
    let section = scenario.section(table, name);
    section
        .and_then(|section| section.in_effect(key))
        .map_or_else(String::new, |setting| {
            format!(
                "{key} = {} ({})",
                setting.text,
                setting.provenance_without_lines()
            )
        })
}

/// An Allow header, in words.
pub(super) fn allow_in_words(allow: Allow) -> &'static str {
    match allow {
        Allow::Absent => "absent",
        Allow::WithUpdate => "with UPDATE",
        Allow::WithoutUpdate => "without UPDATE",
    }
}
