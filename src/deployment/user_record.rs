//! The measurement state of one user: availability, open session, pending drop.

use crate::measure::{DropCause, EndedBy};
use crate::quantity::{MaybeTime, Time};

/// The availability of a user: exactly one of these at any instant ([usable](super#usable)).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(super) enum UserState {
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
        !matches!(self, Self::Out | Self::Usable)
    }
}

/// How the last refresh of a session went.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum LastRefresh {
    Fine,
    Unanswered,
    Rejected,
}

/// What the station did with the copies of the last refresh, or with the answer to the gateway's own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum RefreshService {
    /// None has come.
    Open,
    /// It had no place for any that came.
    Refused,
    /// One was served.
    Served,
}

/// How far the user came on this day: what is counted of it is counted once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Turnout {
    /// Never signed in.
    Absent,
    /// Signed in.
    Present,
    /// Signed out, or the run ended, before the first session: counted so until there is one after all.
    Unserved,
}

/// What is remembered of one user.
#[derive(Clone, Debug)]
pub(super) struct UserRecord {
    pub(super) state: UserState,
    pub(super) last_refresh: LastRefresh,
    pub(super) refresh_service: RefreshService,
    /// An established session that has not ended.
    pub(super) session_open: bool,
    pub(super) ever_established: bool,
    pub(super) dropped_before: bool,
    pub(super) turnout: Turnout,
    pub(super) since: Time,
    /// When the INVITE of a set-up still under way was sent.
    pub(super) setup_began: MaybeTime,
    pub(super) established_at: Time,
    /// The first establishment of the run.
    pub(super) first_established: MaybeTime,
    /// When usability ended, until it is back.
    pub(super) lost_at: MaybeTime,
    /// A counted drop that the client does not know of yet.
    pub(super) undetected: Option<(DropCause, Option<EndedBy>)>,
    /// What ended usability from outside the dialog, until it is back.
    pub(super) impairment: Option<DropCause>,
    /// What ended the dialog at the gateway before the client saw its session up.
    pub(super) ended_early: Option<(DropCause, EndedBy)>,
    /// The instance of the gateway that serves the user.
    pub(super) gateway: u32,
}

impl UserRecord {
    /// A user not signed in.
    pub(super) fn new(gateway: u32) -> Self {
        Self {
            impairment: None,
            ended_early: None,
            gateway,
            state: UserState::Out,
            last_refresh: LastRefresh::Fine,
            refresh_service: RefreshService::Open,
            session_open: false,
            ever_established: false,
            dropped_before: false,
            turnout: Turnout::Absent,
            since: Time::ZERO,
            setup_began: MaybeTime::NONE,
            established_at: Time::ZERO,
            first_established: MaybeTime::NONE,
            lost_at: MaybeTime::NONE,
            undetected: None,
        }
    }

    /// The availability of the user.
    pub(super) fn state(&self) -> UserState {
        self.state
    }

    /// The user signs in, for the first time or again: the state before a set-up is completed is that of setting up.
    pub(super) fn sign_in(&mut self) {
        self.ever_established = false;
        self.impairment = None;
    }

    /// What stood in the way when usability ended, while it is not back.
    pub(super) fn impairment(&self) -> Option<DropCause> {
        self.impairment.filter(|_| self.session_open)
    }

    /// The gateway had no place for a copy of the last refresh.
    pub(super) fn refresh_refused(&mut self) {
        if self.refresh_service == RefreshService::Open {
            self.refresh_service = RefreshService::Refused;
        }
    }

    /// The gateway served a copy of the last refresh.
    pub(super) fn refresh_served(&mut self) {
        self.refresh_service = RefreshService::Served;
    }

    /// The user is served by this instance from now on.
    pub(super) fn served_by(&mut self, gateway: u32) {
        self.gateway = gateway;
    }
}
