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
}
