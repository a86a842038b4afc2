//! The glossary, from the definitions of the metrics themselves.

use serde::Serialize;

use crate::measure::METRICS;

/// A metric.
#[derive(Serialize)]
pub(super) struct Term {
    name: &'static str,
    unit: &'static str,
    definition: &'static str,
}

/// Every metric in the order of reports.
pub(super) fn terms() -> Vec<Term> {
    let term = |m: &crate::measure::Metric| Term {
        name: m.name,
        unit: super::unit_name(m.unit.name()),
        definition: m.definition,
    };
    METRICS.iter().map(term).collect()
}

/// Words that the page uses besides.
pub(super) const WORDS: [(&str, &str); 9] = [
    (
        "toast",
        "the alert for an incoming call on the PC; due for each incoming call to a signed-in user",
    ),
    (
        "refresh",
        "the UPDATE or re-INVITE by which a client keeps its session alive",
    ),
    (
        "usable",
        "both ends hold the session, the phone is monitored and both directions are reachable",
    ),
    ("setting up", "signed in, never yet usable since sign-in"),
    (
        "silent",
        "not usable, while the client still believes in its session",
    ),
    ("visible", "not usable, and the client knows"),
    (
        "drop",
        "an established session that ends other than by sign-out, dated at the instant it stopped being usable",
    ),
    (
        "replication",
        "a repetition of the whole run with random numbers of its own, independent of the others; the unit of every interval",
    ),
    (
        "interval",
        "where the mean over infinitely many replications lies with 95 % confidence (Student's t; a ratio is a ratio of totals)",
    ),
];
