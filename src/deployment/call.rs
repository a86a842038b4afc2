//! A call as the PBX sees it: it rings, is answered or not, and is cleared, whatever becomes of the session.

use super::user_record::UserState;
use crate::quantity::{MaybeTime, Span};

/// Who calls whom.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    /// Somebody calls the user.
    Incoming,
    /// The user calls from the PC.
    Outgoing,
}

/// Where a call stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum CallPhase {
    /// MakeCall sent, not yet accepted.
    Requested,
    /// Ringing.
    Ringing,
    /// Answered.
    Talking,
}

/// One call in progress. Its draws were made when it was created.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call {
    /// The user's index in the group.
    pub user: u32,
    /// The user's own number for it.
    pub number: u32,
    /// Who calls whom.
    pub direction: Direction,
    /// Where it stands.
    pub phase: CallPhase,
    /// The user's state when it came.
    pub state_at_arrival: UserState,
    /// How long it rings.
    pub ring: Span,
    /// Whether anybody answers.
    pub answered: bool,
    /// How long they talk.
    pub talk: Span,
    /// Answered at the PC, if the toast is there.
    pub at_pc: bool,
    /// The toast came while it rang.
    pub toast_shown: bool,
    /// The gateway had no place for its DeliveredEvent.
    pub refused: bool,
    /// AnswerCall was sent: the EstablishedEvent follows its acceptance.
    pub answering: bool,
    /// When it next changes by itself.
    pub next: MaybeTime,
}
