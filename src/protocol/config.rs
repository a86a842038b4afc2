//! What a client and a gateway are set to: the parameters of the protocol machines.

use crate::quantity::Span;

/// How a client chooses the method of its refresh ([how R2 chooses](super#how-r2-chooses-the-method)).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RefreshMethod {
    /// UPDATE unless the 2xx to INVITE carries an Allow that leaves UPDATE out: Communicator 2007 R2 (assumption, strong).
    ByAllow,
    /// UPDATE only if Allow lists it, else re-INVITE; refreshes at half the granted session (RFC 4028 §7.4).
    Rfc4028,
    /// Always UPDATE.
    Update,
    /// Always re-INVITE: Communicator 2007.
    ReInvite,
}

/// What restarts the refresh clock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RefreshClock {
    /// Only a successful refresh.
    SinceRefresh,
    /// Any message of the dialog that the client sends or receives.
    SinceTraffic,
}

/// What the client does when a refresh stays unanswered for 32 s.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OnNoAnswer {
    /// Sends BYE at once.
    TearDown,
    /// Sends no further refresh and waits for its session timer.
    Hold,
    /// Refreshes again one interval after the unanswered refresh was sent; its own session timer ends the session only when it no longer polls.
    KeepPolling,
}

/// What the client does when a refresh is answered 405 or 501.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OnRejection {
    /// Refreshes by re-INVITE for the rest of the dialog.
    FallBack,
    /// Sends BYE at once.
    TearDown,
    /// Sends no further refresh and waits for its session timer.
    Hold,
    /// Sends the same refresh again at once; refused a second time it is as under hold (measured: PJSIP 2.15.1).
    RetryOnce,
    /// Sends the same refresh again after [`ClientConfig::retry_delay`], without end: its session timer ends nothing
    /// meanwhile (seen: Sofia-SIP 1.12.11, which repeats UPDATE each second after a 405).
    Retry,
}

/// When the next refresh is due.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RefreshTiming {
    /// After [`ClientConfig::refresh_interval`]; under [`RefreshMethod::Rfc4028`] after half of the granted session.
    Interval,
    /// After this part of the granted session: SE/2 for 2 (RFC 4028 §10). Without a session timer there is no refresh.
    Part(u32),
    /// So long before the granted session ends (seen: pidgin-sipe 1.25.0, 60 s), at half of it where it is too short for
    /// that. Without a session timer there is no refresh.
    Before(Span),
}

/// What the client does with a 422 (RFC 4028 §7.3).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OnTooSmall {
    /// Sends the request again with the larger Session-Expires, once.
    Retry,
    /// The same after every 422, from the second on after T1: between a peer and a relay that disagree, a loop
    /// (seen: sprout issue 529).
    EveryTime,
    /// Takes it for a refusal (seen: JsSIP issue 397).
    Fail,
}

/// What the client does with a 491 to its refresh.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OnGlare {
    /// Refreshes again after the wait of RFC 3261 §14.1.
    Retry,
    /// Sends BYE at once (seen: Telephone issue 180).
    TearDown,
}

/// How the client answers a refresh of the gateway, a re-INVITE.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OnGatewayRefresh {
    /// 200.
    Accepted,
    /// Not at all.
    Ignored,
    /// 405 Method Not Allowed.
    Rejected405,
    /// 488 Not Acceptable Here.
    Rejected488,
    /// 491 Request Pending.
    Rejected491,
    /// 500 Server Internal Error.
    Rejected500,
}

/// When a client that lost its session, or failed to set one up, tries again.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Reestablish {
    /// Not before the user restarts the client.
    Never,
    /// After a fixed delay.
    Fixed(Span),
    /// After a delay uniform between the two bounds, drawn anew per attempt.
    Uniform(Span, Span),
    /// After min(first · factorᵏ, cap) · U\[1−jitter, 1+jitter\], k failures in a row; reset by a completed set-up.
    Backoff {
        /// The first delay.
        first: Span,
        /// The factor from one delay to the next, at least 1.
        factor: f64,
        /// The longest delay.
        cap: Span,
        /// The relative jitter, 0 to 1.
        jitter: f64,
    },
}

/// A client's settings.
#[derive(Clone, PartialEq, Debug)]
pub struct ClientConfig {
    /// Interval between refreshes (R); under [`RefreshMethod::Rfc4028`] half of the granted session takes its place. Default 25 min (published, R2).
    pub refresh_interval: Span,
    /// How the refresh method is chosen.
    pub refresh_method: RefreshMethod,
    /// What restarts the refresh clock.
    pub refresh_clock: RefreshClock,
    /// Relative jitter of R, 0 to 1, drawn per refresh. Default 0.
    pub refresh_jitter: f64,
    /// Session-Expires offered, whole seconds. Default 1800 (assumption).
    pub session_expires_s: u32,
    /// Min-SE sent, whole seconds. Default 90 (RFC 4028 §5).
    pub min_se_s: u16,
    /// Reaction to an unanswered refresh.
    pub on_no_answer: OnNoAnswer,
    /// Reaction to 405 and 501.
    pub on_rejection: OnRejection,
    /// Re-establishment policy.
    pub reestablish: Reestablish,
    /// Whether it offers a session timer at all: without, its requests carry no Session-Expires. Default yes.
    pub offers_timer: bool,
    /// When a refresh is due. Default after the interval.
    pub refresh_timing: RefreshTiming,
    /// How often a refresh that stays unanswered is tried in all, before [`ClientConfig::on_no_answer`] holds. Default 1.
    pub refresh_tries: u32,
    /// The wait before a failed refresh is tried again. Default 1 s (seen: Sofia-SIP 1.12.11).
    pub retry_delay: Span,
    /// Reaction to 422. Default retry (RFC 4028 §7.3).
    pub on_too_small: OnTooSmall,
    /// Reaction to 491. Default retry (RFC 3261 §14.1).
    pub on_glare: OnGlare,
    /// Its answer to the gateway's own refresh. Default 200.
    pub on_gateway_refresh: OnGatewayRefresh,
    /// Whether its own session timer ends a session that is not refreshed. Default yes (RFC 4028 §10).
    pub enforces_timer: bool,
    /// Whether it sends BYE when it ends an established session. Default yes (RFC 3261 §15).
    pub sends_bye: bool,
    /// Whether it answers the event INFOs of the gateway. Default yes (RFC 3261 §8.2).
    pub answers_events: bool,
    /// From one set-up to the next that a client farm or proxy lets through, of all users of the client group at a gateway.
    /// Default: they pass at once.
    pub setup_pace: Option<Span>,
}

impl ClientConfig {
    /// From one refresh to the next, before jitter, where a session of this length is granted: R, or what a client that goes
    /// by the granted session makes of that. Half of it is RFC 4028 §7.2.
    pub fn refresh_interval_in(&self, granted: Span) -> Span {
        match (self.refresh_method, self.refresh_timing) {
            (RefreshMethod::Rfc4028, RefreshTiming::Interval) => Span(granted.0 / 2),
            (_, RefreshTiming::Interval) => self.refresh_interval,
            (_, RefreshTiming::Part(divisor)) => Span(granted.0 / u64::from(divisor)),
            (_, RefreshTiming::Before(end)) if end < granted => granted - end,
            (_, RefreshTiming::Before(_)) => Span(granted.0 / 2),
        }
    }
}

/// What a gateway does with UPDATE ([classes and evidence](super#gateway-behaviour-classes)).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum UpdateBehaviour {
    /// Answers 200 with Session-Expires.
    Accepted,
    /// Never answers.
    Ignored,
    /// Answers 405 Method Not Allowed.
    Rejected405,
    /// Answers 501 Not Implemented.
    Rejected501,
    /// Answers 481 and forgets the dialog.
    DialogLost481,
    /// Answers 200, which never reaches the client.
    AnswerLost,
    /// Answers 200 without Session-Expires, to INVITE as well: timers are not supported (RFC 4028 §7.2).
    NoSessionExpires,
    /// Answers 422 where the offered Session-Expires is below its Min-SE.
    IntervalTooSmall422,
    /// Answers 503 with Retry-After.
    Unavailable503,
    /// Answers 200 with Session-Expires, and its own timer goes on as if no refresh had come.
    NotCounted,
    /// Answers 488 Not Acceptable Here.
    Rejected488,
    /// Answers 500 Server Internal Error.
    Rejected500,
}

/// What a gateway does with a re-INVITE that refreshes the session.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ReInviteBehaviour {
    /// Answers 200 with Session-Expires.
    Accepted,
    /// Never answers.
    Ignored,
    /// Answers 200, which never reaches the client.
    AnswerLost,
    /// Answers 200 with Session-Expires, and its own timer goes on as if no refresh had come.
    NotCounted,
    /// Answers 405 Method Not Allowed.
    Rejected405,
    /// Answers 481 and forgets the dialog.
    DialogLost481,
    /// Answers 488 Not Acceptable Here.
    Rejected488,
    /// Answers 491 Request Pending.
    Rejected491,
    /// Answers 500 Server Internal Error.
    Rejected500,
    /// Answers 501 Not Implemented.
    Rejected501,
    /// Answers 503 with Retry-After.
    Unavailable503,
}

/// Who refreshes from a refresh on, as the gateway's 2xx to it says.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RefresherOnRefresh {
    /// Who did before.
    Same,
    /// The client.
    Uac,
    /// The gateway.
    Uas,
    /// The other one.
    Flips,
}

/// How often a gateway that is the refresher refreshes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum OwnRefreshes {
    /// At half of the session, each time.
    Always,
    /// Once in a dialog.
    Once,
    /// Never.
    Never,
}

/// What the gateway does when its own refresh failed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum OnRefreshFailure {
    /// Sends BYE at once.
    TearDown,
    /// Keeps the dialog, sends no further refresh, and lets its session timer go on if it enforces one.
    Hold,
}

/// The Allow header in the 200 to INVITE.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Allow {
    /// No Allow header.
    Absent,
    /// Allow lists UPDATE.
    WithUpdate,
    /// Allow is there and leaves UPDATE out.
    WithoutUpdate,
}

/// Who refreshes, as the gateway's 2xx says (RFC 4028 §7.2).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Refresher {
    /// The client, which sent the INVITE.
    Uac,
    /// The gateway.
    Uas,
}

/// What the gateway does when no refresh came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SessionTimer {
    /// It runs no timer.
    No,
    /// It forgets the dialog at SE, without a word.
    Silent,
    /// It sends BYE at SE − min(32 s, SE/3) (RFC 4028 §10).
    Bye,
    /// It sends BYE at SE itself.
    ByeAtExpiry,
}

/// A gateway's protocol settings.
#[derive(Clone, PartialEq, Debug)]
pub struct GatewayConfig {
    /// What it does with UPDATE.
    pub update: UpdateBehaviour,
    /// Its Allow header.
    pub allow: Allow,
    /// The longest session it grants, whole seconds. Default 86400 (assumption: it takes what the client offers).
    pub session_expires_s: u32,
    /// Its Min-SE, whole seconds. Default 90 (RFC 4028 §5).
    pub min_se_s: u16,
    /// Who refreshes. Default the client.
    pub refresher: Refresher,
    /// How it enforces the session timer. Default silent.
    pub enforces_session_timer: SessionTimer,
    /// Retry-After of its 503, whole seconds. Default 60 (assumption).
    pub retry_after_s: u32,
    /// Share of the UPDATEs that meet [`GatewayConfig::update`]; the others are accepted. Default all.
    pub update_share: f64,
    /// What it does with re-INVITE. Default accepted.
    pub reinvite: ReInviteBehaviour,
    /// Share of the re-INVITEs that meet [`GatewayConfig::reinvite`]; the others are accepted. Default all.
    pub reinvite_share: f64,
    /// Who refreshes after a refresh. Default who did before.
    pub refresher_on_refresh: RefresherOnRefresh,
    /// How often it refreshes where it is the refresher. Default always.
    pub refreshes: OwnRefreshes,
    /// What it does when its own refresh stays unanswered for 32 s. Default tear down (RFC 4028 §10).
    pub on_no_answer: OnRefreshFailure,
    /// What it does when its own refresh is refused, but by 481 or 491. Default hold (RFC 4028 §10).
    pub on_rejection: OnRefreshFailure,
    /// Whether it imposes a session timer on a client that asked for none (RFC 4028 §9). Default no.
    pub imposes_timer: bool,
}
