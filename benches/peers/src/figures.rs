//! What a run gives: counts, and the figures made of them, defined as rccsim defines its metrics of the same names.

use std::iter::Sum;
use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use crate::setting::Setting;

/// Counts of one run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Established sessions that ended.
    pub session_drops: u64,
    /// Signed-in time of all users.
    pub signed_in_us: u64,
    /// Of it, without a usable session.
    pub down_us: u64,
    /// Incoming calls to signed-in users that stopped ringing.
    pub toasts_due: u64,
    /// Of them, whose DeliveredEvent had not come by then.
    pub toasts_missed: u64,
    /// Copies put on the wire, both directions.
    pub messages_sent: u64,
    /// Events that the peer processed.
    pub events: u64,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        self.session_drops += other.session_drops;
        self.signed_in_us += other.signed_in_us;
        self.down_us += other.down_us;
        self.toasts_due += other.toasts_due;
        self.toasts_missed += other.toasts_missed;
        self.messages_sent += other.messages_sent;
        self.events += other.events;
    }
}

impl Sum for Counts {
    fn sum<I: Iterator<Item = Counts>>(all: I) -> Counts {
        all.fold(Counts::default(), |mut sum, one| {
            sum += one;
            sum
        })
    }
}

/// The figures that all systems must agree on: rccsim's metric, and its unit.
pub const FIGURES: [(&str, &str); 5] = [
    ("drops_per_client_hour", "/client-h"),
    ("down_fraction", "fraction"),
    ("missed_toast_fraction", "fraction"),
    ("missed_toasts_per_client_hour", "/client-h"),
    ("message_rate_per_s", "/s"),
];

impl Counts {
    /// The figures of [`FIGURES`], in that order.
    pub fn figures(&self, setting: &Setting) -> [f64; FIGURES.len()] {
        let client_hours = self.signed_in_us as f64 / 3.6e9;
        [
            self.session_drops as f64 / client_hours,
            self.down_us as f64 / self.signed_in_us as f64,
            self.toasts_missed as f64 / self.toasts_due as f64,
            self.toasts_missed as f64 / client_hours,
            self.messages_sent as f64 / (setting.horizon_us as f64 / 1e6),
        ]
    }
}
