//! What can be turned to help: where, by which key, at which cost, and for which causes it is worth a trial.

use crate::deployment::{ClientPlan, GatewayPlan, JobClass, Overload, PathConfig};
use crate::measure::DropCause;
use crate::protocol::{
    Allow, FLOOR_S, OnGatewayRefresh, OnGlare, OnNoAnswer, OnRefreshFailure, OnRejection,
    OnTooSmall, OwnRefreshes, ReInviteBehaviour, Reestablish, RefreshMethod, RefreshTiming,
    Refresher, RefresherOnRefresh, SessionTimer, UpdateBehaviour,
};
use crate::quantity::{Span, print_span};
use crate::workload::SignIn;

/// A change that somebody can make.
#[derive(Clone, Copy, Debug)]
pub struct Lever {
    /// Where it is made.
    pub place: &'static str,
    /// What is done.
    pub what: &'static str,
    /// What it costs, besides what a trial measures; empty: nothing to speak of.
    pub cost: &'static str,
    /// The causes of drops that it can help; none: users without a session, and toasts missed by overload.
    pub(super) causes: &'static [DropCause],
    pub(super) turns: fn(&LeverSituation) -> Vec<Turn>,
}

/// A gateway and the client groups that use it.
pub(super) struct LeverSituation<'a> {
    pub(super) gateway: &'a GatewayPlan,
    pub(super) clients: Vec<&'a ClientPlan>,
    /// How long is simulated.
    pub(super) horizon: Span,
}

/// A key of a section and its new value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Turn {
    /// `gateway` or `clients`.
    pub table: &'static str,
    /// The section's name.
    pub name: String,
    /// The key.
    pub key: &'static str,
    /// The value.
    pub value: String,
    /// Of a client group with several programs: the indices of those that it is for, though it is set for all of them.
    pub programs: Vec<usize>,
}

impl LeverSituation<'_> {
    fn gateway(&self, is_other: bool, key: &'static str, value: &str) -> Vec<Turn> {
        let turn = || Turn {
            table: "gateway",
            name: self.gateway.name.clone(),
            key,
            value: value.into(),
            programs: Vec::new(),
        };
        is_other.then(turn).into_iter().collect()
    }

    /// The same key for every client group that it would change. Where a group has several programs, it is set for all of
    /// them, to what the first that it is for needs.
    fn clients(
        &self,
        key: &'static str,
        value: impl Fn(&ClientPlan) -> Option<String>,
    ) -> Vec<Turn> {
        let turn = |c: &&ClientPlan| {
            let values: Vec<Option<String>> = programs(c).iter().map(&value).collect();
            let is_changed = |program: &usize| values[*program].is_some();
            Some(Turn {
                table: "clients",
                name: c.name.clone(),
                key,
                value: values.iter().flatten().next()?.clone(),
                programs: match c.mix.is_empty() {
                    true => Vec::new(),
                    false => (0..values.len()).filter(is_changed).collect(),
                },
            })
        };
        self.clients.iter().filter_map(turn).collect()
    }

    /// A shorter refresh interval for every client group that needs one. Where a group has several programs, none of them
    /// refreshes more rarely than it did.
    fn intervals(&self, interval: impl Fn(&ClientPlan) -> Option<Span>) -> Vec<Turn> {
        let shorter = |c: &ClientPlan| {
            let programs = programs(c);
            let needed = programs.iter().filter_map(&interval).max()?;
            let present = programs.iter().filter(|c| is_by_interval(c));
            let shortest = present.map(|c| c.config.refresh_interval).min();
            Some(whole_seconds(needed.min(shortest.unwrap_or(needed))))
        };
        let groups = self.clients.iter().map(|c| (c.name.as_str(), shorter(c)));
        let shorter: Vec<(&str, Option<String>)> = groups.collect();
        self.clients("refresh_interval", |c| {
            let of_group = shorter.iter().find(|(name, _)| *name == c.name)?;
            interval(c).and(of_group.1.clone())
        })
    }

    /// The same key wherever a leg has something there.
    fn legs(&self, key: &'static str, value: impl Fn(&PathConfig) -> Option<String>) -> Vec<Turn> {
        let mut turns = self.clients(key, |c| value(&c.path));
        let of_gateway = value(&self.gateway.path);
        turns.extend(
            of_gateway
                .into_iter()
                .flat_map(|v| self.gateway(true, key, &v)),
        );
        turns
    }

    /// From one set-up of a client group to the next where all of them ask for half of what the gateway can do; `None`: they
    /// wait for nothing there, or are paced already.
    fn half_of_set_ups(&self) -> Option<Span> {
        let station = self.gateway.station.as_ref()?;
        let is_paced = |c: &&ClientPlan| c.config.setup_pace.is_some();
        let job = station.service[JobClass::Setup as usize].mean();
        let jobs = Span(job.0 * SET_UP_JOBS / u64::from(station.servers));
        let gap = jobs.max(station.setup_serial) * (2 * self.clients.len() as u64);
        (gap > Span::ZERO && !self.clients.iter().any(is_paced)).then_some(gap)
    }

    /// A long session that a run still sees refreshed: half of the run, a day at most.
    fn long_session(&self) -> String {
        let day = Span::from_secs(86_400);
        whole_seconds(Span(self.horizon.0 / 2).min(day))
    }

    /// The shortest such time on the way of a client.
    fn shortest(&self, c: &ClientPlan, time: fn(&PathConfig) -> Option<Span>) -> Option<Span> {
        [time(&c.path), time(&self.gateway.path)]
            .into_iter()
            .flatten()
            .min()
    }

    /// The session that is granted to a client.
    fn granted_s(&self, c: &ClientPlan) -> u32 {
        let gateway = &self.gateway.config;
        let offered = c.config.session_expires_s.max(gateway.min_se_s.into());
        crate::protocol::granted_s(
            offered,
            gateway.session_expires_s,
            c.config.min_se_s,
            gateway.min_se_s,
        )
    }
}

/// A client group as each of its programs would have it alone.
fn programs(c: &ClientPlan) -> Vec<ClientPlan> {
    c.configs().map(|config| c.with_program(config)).collect()
}

/// Whether a client refreshes by the clock, not by the session that is granted.
fn is_by_interval(c: &ClientPlan) -> bool {
    let config = &c.config;
    config.refresh_timing == RefreshTiming::Interval
        && config.refresh_method != RefreshMethod::Rfc4028
}

fn when(holds: bool, value: &str) -> Option<String> {
    holds.then(|| value.to_string())
}

/// INVITE, GetCSTAFeatures, MonitorStart.
const SET_UP_JOBS: u64 = 3;

fn whole_milliseconds(span: Span) -> String {
    print_span(Span::from_millis(span.0.div_ceil(1000).clamp(1, 3_600_000)))
}

fn whole_seconds(span: Span) -> String {
    print_span(Span::from_secs((span.0 / 1_000_000).max(1)))
}

use DropCause as D;
const REFRESH: &[DropCause] = &[D::RefreshUnanswered, D::RefreshRejected, D::DialogLost];
const EXPIRY: &[DropCause] = &[
    D::RefreshUnanswered,
    D::RefreshRejected,
    D::SessionExpired,
    D::DialogLost,
];
/// What a relay that forgets or ends dialogs does.
const RELAY: &[DropCause] = &[
    D::RefreshUnanswered,
    D::RefreshRejected,
    D::SessionExpired,
    D::DialogLost,
    D::RouteExpired,
    D::GatewayDown,
];
const PATH: &[DropCause] = &[D::PathLost, D::RefreshUnanswered, D::RouteExpired];
/// What an earlier refresh prevents, or finds.
const SOONER: &[DropCause] = &[
    D::SessionExpired,
    D::PathLost,
    D::RefreshUnanswered,
    D::RouteExpired,
    D::GatewayDown,
];
const DOWN: &[DropCause] = &[D::GatewayDown, D::Overload, D::PathLost];
const LOAD: &[DropCause] = &[D::Overload, D::GatewayDown];
/// What comes of many set-ups at once.
const STORM: &[DropCause] = &[D::Overload];
/// The published fix, at the gateway and by a relay.
const LEAVE_UPDATE_OUT: &str = "answer INVITE with an Allow header that leaves UPDATE out";
const REWRITE_ALLOW: &str =
    "rewrite the Allow header of the 200 to INVITE so that it leaves UPDATE out";
const MORE_MESSAGES: &str = "more refreshes";

macro_rules! levers {
    ($($place:literal, $what:expr, $cost:expr, $causes:expr, $turns:expr;)*) => {
        /// Every lever, those that need no other client first.
        pub const LEVERS: &[Lever] = &[$(Lever {
            place: $place,
            what: $what,
            cost: $cost,
            causes: $causes,
            turns: $turns,
        }),*];
    };
}

levers! {
    "at the gateway", LEAVE_UPDATE_OUT, "", EXPIRY,
        |s| s.gateway(s.gateway.config.allow != Allow::WithoutUpdate, "allow", "without-update");
    "by a relay", REWRITE_ALLOW, "", EXPIRY,
        |s| s.gateway(s.gateway.config.allow != Allow::WithoutUpdate, "relay_allow", "without-update");
    "at the gateway", "answer UPDATE", "another gateway software", EXPIRY,
        |s| s.gateway(s.gateway.config.update != UpdateBehaviour::Accepted, "update", "accepted");
    "at the gateway", "answer re-INVITE", "another gateway software", EXPIRY,
        |s| s.gateway(s.gateway.config.reinvite != ReInviteBehaviour::Accepted, "reinvite", "accepted");
    "at the client", "refresh by re-INVITE", "another client, or its setting", RELAY,
        |s| s.clients("refresh_method", |c| when(c.config.refresh_method != RefreshMethod::ReInvite, "re-invite"));
    "at the client", "fall back to re-INVITE when UPDATE is refused", "another client, or its setting", REFRESH,
        |s| s.clients("on_rejection", |c| when(c.config.on_rejection != OnRejection::FallBack, "fall-back"));
    "at the client", "try a refresh again before it is given up", "a lost session is found later", &[D::RefreshUnanswered],
        |s| s.clients("refresh_tries", |c| when(c.config.refresh_tries < 2, "2"));
    "at the client", "refresh again after a refusal", MORE_MESSAGES, &[D::RefreshRejected],
        |s| s.clients("on_rejection", |c| when(c.config.on_rejection != OnRejection::Retry, "retry"));
    "at the client", "say BYE to a session that is given up", "another client software", &[],
        |s| s.clients("sends_bye", |c| when(!c.config.sends_bye, "true"));
    "at the client", "refresh at half of the granted session", MORE_MESSAGES, EXPIRY,
        |s| s.clients("refresh_timing", |c| {
            let by_half = c.config.refresh_timing == RefreshTiming::Part(2)
                || (c.config.refresh_method == RefreshMethod::Rfc4028 && c.config.refresh_timing == RefreshTiming::Interval);
            let half = Span::from_secs(u64::from(s.granted_s(c)) / 2);
            let is_sooner = c.config.refresh_timing != RefreshTiming::Interval || half < c.config.refresh_interval;
            // Where roles move, both sides are due at the same instant: who comes first is no remedy.
            let stays = s.gateway.config.refresher_on_refresh == RefresherOnRefresh::Same;
            when(!by_half && is_sooner && stays && c.config.offers_timer, "SE/2")
        });
    "at the client", "refresh before the relay forgets the dialog", MORE_MESSAGES, RELAY,
        |s| s.intervals(|c| {
            let timer = s.shortest(c, |path| path.relay_timer)?;
            let is_fixed = is_by_interval(c) && timer <= c.config.refresh_interval;
            is_fixed.then_some(Span(timer.0 * 9 / 10))
        });
    "at the client", "offer sessions whose half is over before the relay forgets the dialog", MORE_MESSAGES, RELAY,
        |s| s.clients("session_expires", |c| {
            let timer = s.shortest(c, |path| path.relay_timer)?;
            let is_longer = Span::from_secs(u64::from(s.granted_s(c)) / 2) >= timer;
            (!is_by_interval(c) && is_longer).then(|| whole_seconds(Span(timer.0 * 3 / 2)))
        });
    "at the client", "refresh before the connection is forgotten", MORE_MESSAGES, PATH,
        |s| s.intervals(|c| {
            let idle = s.shortest(c, PathConfig::idles_after)?;
            let is_rarer = is_by_interval(c) && idle <= c.config.refresh_interval;
            is_rarer.then_some(Span(idle.0 * 9 / 10))
        });
    "at the client", "refresh more often", MORE_MESSAGES, SOONER,
        |s| s.intervals(|c| {
            is_by_interval(c).then_some(Span(c.config.refresh_interval.0 / 2))
        });
    "at the client", "ask for no session timer", "a session that is lost is found late", EXPIRY,
        |s| s.clients("offers_session_expires", |c| when(c.config.offers_timer, "false"));
    "at the client", "accept the refresh of the gateway", "another client software", EXPIRY,
        |s| s.clients("on_gateway_refresh", |c| {
            when(c.config.on_gateway_refresh != OnGatewayRefresh::Accepted, "accepted")
        });
    "at the client", "ask again after a 422, with the larger Session-Expires", "another client software", &[],
        |s| s.clients("on_422", |c| when(c.config.on_too_small != OnTooSmall::Retry, "retry"));
    "at the client", "refresh again after a 491", "another client software", EXPIRY,
        |s| s.clients("on_glare", |c| when(c.config.on_glare != OnGlare::Retry, "retry"));
    "at the client", "hold the session when a refresh stays unanswered", "a session that is lost is found late", PATH,
        |s| s.clients("on_no_answer", |c| when(c.config.on_no_answer != OnNoAnswer::Hold, "hold"));
    "at the gateway", "grant longer sessions", "a session that is lost is found late", EXPIRY,
        |s| {
            let longest = s.clients.iter().map(|c| s.granted_s(c)).max().unwrap_or(0);
            let is_short = s.gateway.config.session_expires_s <= longest || longest < FLOOR_S;
            s.gateway(is_short, "session_expires", &s.long_session())
        };
    "at the client", "offer longer sessions", "a session that is lost is found late", EXPIRY,
        |s| s.clients("session_expires", |c| {
            let long = s.long_session();
            let is_short = Span::from_secs(c.config.session_expires_s.into()) < Span(s.horizon.0 / 2);
            when(c.config.offers_timer && is_short, &long)
        });
    "at the gateway", "run no session timer", "lost sessions keep their places for ever", EXPIRY,
        |s| s.gateway(s.gateway.config.enforces_session_timer != SessionTimer::No, "enforces_session_timer", "no");
    "at the gateway", "let the gateway refresh", "", EXPIRY,
        |s| s.gateway(s.gateway.config.refresher == Refresher::Uac, "refresher", "uas");
    "at the gateway", "let the client refresh", "", EXPIRY,
        |s| s.gateway(s.gateway.config.refresher == Refresher::Uas, "refresher", "uac");
    "at the gateway", "refresh as often as the role asks", "another gateway software", EXPIRY,
        |s| s.gateway(s.gateway.config.refreshes != OwnRefreshes::Always, "refreshes", "always");
    "at the gateway", "leave the refresher role where it is", "another gateway software", EXPIRY,
        |s| s.gateway(
            s.gateway.config.refresher_on_refresh != RefresherOnRefresh::Same,
            "refresher_on_refresh",
            "same",
        );
    "at the gateway", "keep the session when its own refresh is refused", "", EXPIRY,
        |s| s.gateway(s.gateway.config.on_rejection != OnRefreshFailure::Hold, "on_rejection", "hold");
    "at the gateway", "take a shorter Session-Expires", "", &[],
        |s| s.gateway(u32::from(s.gateway.config.min_se_s) > FLOOR_S, "min_se", "90 s");
    "at the relay", "restart its dialog timer at every refresh", "", RELAY,
        |s| s.legs("relay_timer_restarts", |p| when(p.relay_timer.is_some(), "both"));
    "at the relay", "run no dialog timer", "lost dialogs stay there", RELAY,
        |s| s.legs("relay_timer", |p| when(p.relay_timer.is_some(), "never"));
    "at the relay", "end a dialog after three missed OPTIONS, not one", "a lost dialog is found later", DOWN,
        |s| s.legs("relay_probe_misses", |p| when(p.relay_probe.is_some() && p.relay_probe_misses < 3, "3"));
    "at the relay", "leave Session-Expires as it is", "", &[],
        |s| s.legs("relay_session_expires", |p| when(p.relay_session_expires.is_some(), "untouched"));
    "on the path", "send keep-alives before the idle timeout", "a packet of each connection so often", PATH,
        |s| s.legs("keep_alive", |p| p.idles_after().map(|idle| whole_seconds(Span(idle.0 * 9 / 10))));
    "at the firewall", "keep idle connections twice as long as a refresh takes", "", PATH,
        |s| {
            let longest = s.clients.iter().map(|c| c.config.refresh_interval).max();
            let longest = longest.unwrap_or(Span::from_secs(1800));
            s.legs("idle_timeout", |p| {
                p.idle_timeout.filter(|idle| *idle < longest * 2).map(|_| whole_seconds(longest * 2))
            })
        };
    "at the client", "set a lost session up again after 30 s", "", EXPIRY,
        |s| s.clients("reestablish", |c| match c.config.reestablish {
            Reestablish::Fixed(delay) if delay <= Span::from_secs(30) => None,
            _ => Some("fixed 30 s".into()),
        });
    "at the client", "back off between attempts, with jitter", "the last users are back later", DOWN,
        |s| s.clients("reestablish", |c| {
            let backs_off = matches!(c.config.reestablish, Reestablish::Backoff { .. });
            when(!backs_off, "backoff 30 s x2 max 900 s jitter 50 %")
        });
    "at the gateway", "twice the servers", "hardware", LOAD,
        |s| s.gateway(
            s.gateway.station.is_some(),
            "servers",
            &s.gateway.station.as_ref().map_or(1, |c| c.servers * 2).to_string(),
        );
    "at the gateway", "a queue of 50 at most", "jobs are refused", LOAD,
        |s| s.gateway(
            s.gateway.station.as_ref().is_some_and(|c| c.queue.is_none_or(|n| n > 50)),
            "queue",
            "50",
        );
    "at the gateway", "a longer queue", "longer waits", LOAD,
        |s| s.gateway(
            s.gateway.station.as_ref().is_some_and(|c| c.queue.is_some()),
            "queue",
            "unlimited",
        );
    "at the gateway", "answer 503 when the queue is full", "", LOAD,
        |s| s.gateway(
            s.gateway.station.as_ref().is_some_and(|c| c.overload == Overload::Drop && c.queue.is_some()),
            "overload",
            "503",
        );
    "at the gateway", "calls before everything else", "refreshes and set-ups wait longer", &[],
        |s| s.gateway(s.gateway.station.as_ref().is_some_and(|c| !c.calls_first), "priority", "calls");
    "at the gateway", "follow every call", "a licence", &[],
        |s| s.gateway(s.gateway.max_calls.is_some(), "max_calls", "unlimited");
    "at the gateway", "no overload control by the length of the queue", "longer waits", LOAD,
        |s| s.gateway(s.gateway.station.as_ref().is_some_and(|c| c.throttle.is_some()), "throttle_at", "never");
    "at the client", "one set-up after the other, half as many as the gateway can take", "the last users are back later", LOAD,
        |s| s.clients("setup_pace", |_| s.half_of_set_ups().map(whole_milliseconds));
    "at the client", "half the time from one set-up to the next", "more set-ups at a time", DOWN,
        |s| s.clients("setup_pace", |c| {
            c.config.setup_pace.map(|gap| whole_milliseconds(Span(gap.0 / 2)))
        });
    "at the client", "spread the first sign-in over half an hour", "the last users wait longer", STORM,
        |s| s.clients("sign_in", |c| {
            when(c.sign_in == SignIn::AtStart && c.recorded_signs.is_none(), "uniform over 30 min")
        });
    "at the gateway", "no limit on sessions", "a licence", &[],
        |s| s.gateway(s.gateway.max_sessions.is_some(), "max_sessions", "unlimited");
    "at the gateway", "one more gateway", "hardware", LOAD,
        |s| {
            let is_coupled = s.gateway.station.is_some() || s.gateway.max_sessions.is_some();
            s.gateway(is_coupled, "count", &(s.gateway.count + 1).to_string())
        };
}
