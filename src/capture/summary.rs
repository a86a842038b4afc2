//! What a file holds beside its messages.

use crate::quantity::number::count_phrase;

/// What places in a file are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    /// Frames of a packet capture.
    Frame,
    /// Lines of a text.
    Line,
    /// Messages of a live dialog.
    Message,
}

impl Unit {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Frame => "frame",
            Self::Line => "line",
            Self::Message => "message",
        }
    }
}

/// How finely the times of a file are given.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Resolution {
    /// No times at all.
    None,
    /// Whole seconds.
    Second,
    /// Milliseconds or finer.
    Fine,
}

/// What was read of a file.
#[derive(Clone, PartialEq, Debug)]
pub struct Summary {
    /// The forms that its content showed, such as `pcap` or `Asterisk chan_sip`.
    pub forms: Vec<&'static str>,
    /// What its places are.
    pub unit: Unit,
    /// Frames or lines read.
    pub places: u64,
    /// SIP messages found.
    pub messages: u64,
    /// How fine its times are.
    pub resolution: Resolution,
    /// What could not be read, each with its place.
    pub warnings: Vec<String>,
}

/// Warnings kept of a file; more are counted.
pub(super) const WARNINGS_MOST: usize = 12;

/// Collects warnings, a bounded number of them.
#[derive(Default, Debug)]
pub(super) struct Warnings {
    messages: Vec<String>,
    left_out: u64,
}

impl Warnings {
    pub(super) fn push(&mut self, warning: String) {
        if self.messages.len() < WARNINGS_MOST {
            self.messages.push(warning);
        } else {
            self.left_out += 1;
        }
    }

    pub(super) fn finish(mut self) -> Vec<String> {
        if self.left_out > 0 {
            self.messages
                .push(count_phrase(self.left_out, "more warning"));
        }
        self.messages
    }
}
