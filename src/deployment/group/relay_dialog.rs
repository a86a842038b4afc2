//! What a relay holds of a dialog.

use crate::quantity::Time;

/// A dialog as the relay holds it.
pub(super) struct RelayDialog {
    /// Its number.
    pub(super) dialog: u32,
    /// When its timer ends it.
    pub(super) expires_at: Option<Time>,
    /// Sides that have not answered the last OPTIONS.
    pub(super) awaits: [bool; 2],
    /// Probes in a row that a side did not answer.
    pub(super) misses: u32,
    /// OPTIONS sent so far.
    pub(super) probes: u16,
}
