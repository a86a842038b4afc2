//! The measurement state of one user: availability, open session, pending drop.

use crate::measure::{DropCause, EndedBy};
use crate::quantity::{MaybeTime, Time};

/// The availability of a user: exactly one of these at any instant ([usable](super#usable)).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum UserState {
    /// Not signed in.
    Out,
    /// Toasts come and calls can be made.
    Usable,
    /// Down, and never yet established since sign-in.
    SettingUp,
    /// Down, while the client believes in its session.
    Silent,
    /// Down, and the client knows.
    Visible,
}

impl UserState {
    pub(super) fn is_down(self) -> bool {
        !matches!(self, UserState::Out | UserState::Usable)
    }
}

/// How the last refresh of a session went.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum LastRefresh {
    Fine,
    Unanswered,
    Rejected,
}

/// The measurement state of one user.
#[derive(Clone, Debug)]
pub struct UserRecord {
    pub(super) state: UserState,
    pub(super) last_refresh: LastRefresh,
    /// An established session that has not ended.
    pub(super) session_open: bool,
    pub(super) ever_established: bool,
    pub(super) dropped_before: bool,
    pub(super) since: Time,
    /// When the INVITE of a set-up still under way was sent.
    pub(super) setup_began: MaybeTime,
    pub(super) established_at: Time,
    pub(super) first_established: Time,
    /// When usability ended, until it is back.
    pub(super) lost_at: MaybeTime,
    /// A counted drop that the client does not know of yet.
    pub(super) undetected: Option<(DropCause, Option<EndedBy>)>,
    /// What ended usability from outside the dialog, until it is back.
    pub(super) impairment: Option<DropCause>,
    /// The gateway had no place for the last request.
    pub(super) refused: bool,
    /// The instance of the gateway that serves the user.
    pub(super) gateway: u32,
}

impl UserRecord {
    /// A user not signed in.
    pub fn new(gateway: u32) -> UserRecord {
        UserRecord {
            impairment: None,
            refused: false,
            gateway,
            state: UserState::Out,
            last_refresh: LastRefresh::Fine,
            session_open: false,
            ever_established: false,
            dropped_before: false,
            since: Time::ZERO,
            setup_began: MaybeTime::NONE,
            established_at: Time::ZERO,
            first_established: Time::ZERO,
            lost_at: MaybeTime::NONE,
            undetected: None,
        }
    }

    /// The availability of the user.
    pub fn state(&self) -> UserState {
        self.state
    }

    /// The user signs in, for the first time or again: what was established before counts no longer.
    pub fn sign_in(&mut self) {
        self.ever_established = false;
        self.refused = false;
        self.impairment = None;
    }

    /// The gateway had no place for a request.
    pub fn refused_by_gateway(&mut self) {
        self.refused = true;
    }

    /// The user is served by this instance from now on.
    pub fn served_by(&mut self, gateway: u32) {
        self.gateway = gateway;
    }
}
