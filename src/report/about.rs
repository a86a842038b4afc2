//! What the document of a study says besides its result.

use serde::Serialize;

/// Of what it is, and how to repeat it.
#[derive(Serialize, Clone, PartialEq, Debug)]
pub struct About {
    /// The scenario's name.
    pub scenario: String,
    /// Hash of everything that decides the result but the seed.
    pub scenario_hash: String,
    /// The question that the scenario opens with.
    pub question: String,
    /// The version of the program.
    pub version: &'static str,
    /// The seed.
    pub seed: u64,
    /// The length of each run in seconds.
    pub horizon_s: f64,
    /// The command that repeats it.
    pub command: String,
}
