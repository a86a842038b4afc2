//! How often what a study prints is true: `cargo bench --bench honest`.
//!
//! Intervals and bounds of every figure of the simulator over models whose answer is known, from a closed form or from 6,000
//! replications; verdicts and selections at a truth that lies just where they are hardest; `size` against brute force. Each
//! statement is tried in 300 macro-replications, so that a coverage of 95 % has a standard error of 1.3 %. The tables of the
//! documentation of [`rccsim::study`] are what this prints.

#[path = "../rows/mod.rs"]
mod rows;

mod coverage;
mod models;
mod selections;
mod sizes;

use rows::Rows;

/// Tries of each statement.
const MACRO_REPLICATIONS: u32 = 300;
/// Replications of a study, where nothing else is asked for.
const STUDY: u32 = 10;

fn main() {
    let mut rows = Rows::for_bench("honest");
    // `cargo bench --bench honest sizes` runs one part, `coverage 40` studies of so many replications.
    let arguments = std::env::args().skip(1).filter(|a| !a.starts_with('-'));
    let (numbers, parts): (Vec<String>, Vec<String>) =
        arguments.partition(|a| a.parse::<u32>().is_ok());
    let replications = numbers.first().and_then(|n| n.parse().ok());
    let is_wanted = |part: &str| parts.is_empty() || parts.iter().any(|w| w == part);
    if is_wanted("coverage") {
        coverage::measure(replications.unwrap_or(STUDY), &mut rows);
    }
    if is_wanted("selections") {
        selections::measure(&mut rows);
    }
    if is_wanted("sizes") {
        sizes::measure(&mut rows);
    }
}
