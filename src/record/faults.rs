//! How often faults that are drawn at random came in a run, and how often they were expected.

use serde::{Deserialize, Serialize};

use crate::quantity::number::rounded;

/// A fault that is drawn at random.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
#[serde(default)]
pub struct FaultCount {
    /// Its name in the scenario.
    pub name: String,
    /// How often it is expected in a run as it comes.
    pub expected_in_run: f64,
    /// How often it was expected in everything that was simulated: of a rare one more, since each replication has a run with it.
    pub expected: f64,
    /// How often it came there.
    pub seen: u64,
}

impl FaultCount {
    /// In so many replications; both expectations are of one of them.
    pub fn new(name: &str, in_run: f64, simulated: f64, replications: u32, seen: u64) -> Self {
        Self {
            name: name.into(),
            expected_in_run: rounded(in_run),
            expected: rounded(simulated * f64::from(replications)),
            seen,
        }
    }
}
