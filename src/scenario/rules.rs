//! The tables that are read by rules of their own: `[[objective]]`, `[study]` and `[[plot]]`.

use super::rule::RuleKey;
use super::{objective, plot, study};

/// The keys of a table that is read by rules of its own.
pub fn rules_of(table: &str) -> Option<&'static [RuleKey]> {
    match table {
        "objective" => Some(&objective::KEYS),
        "study" => Some(&study::KEYS),
        "plot" => Some(&plot::KEYS),
        _ => None,
    }
}
