//! The faults of a scenario that happen at a time of day: what a picture of the day can show. When the others happen is
//! drawn anew in every replication.

use serde::Deserialize;

use crate::quantity::{parse_clock, parse_span};

/// A `[[fault]]` as `scenario.toml` has it.
#[derive(Deserialize)]
pub(super) struct Written {
    kind: String,
    target: String,
    #[serde(default)]
    instance: Option<toml::Value>,
    #[serde(default)]
    at: String,
    #[serde(default)]
    duration: String,
}

/// A fault that happens once.
#[derive(Clone, PartialEq, Debug)]
pub struct Scheduled {
    /// What goes wrong, as the scenario names it.
    pub kind: String,
    /// Whom it hits: `gateway:NAME`, `clients:NAME`, `all`.
    pub target: String,
    /// Which of the gateways of that name, counted from 1; none: every one.
    pub instance: Option<i64>,
    /// From when, seconds since the midnight before the run starts.
    pub from_s: f64,
    /// Until when.
    pub to_s: f64,
}

/// The fault, if it happens at a time of day; of the next day, if that is before the start of the run.
pub(super) fn scheduled(fault: Written, start_s: f64) -> Option<Scheduled> {
    let seconds = |us: u64| us as f64 / 1e6;
    let at = seconds(parse_clock(&fault.at)?.0);
    let from_s = if at < start_s { at + 86_400.0 } else { at };
    let to_s = from_s + seconds(parse_span(&fault.duration)?.0);
    let instance = fault.instance.and_then(|i| i.as_integer());
    Some(Scheduled {
        kind: fault.kind,
        target: fault.target,
        instance,
        from_s,
        to_s,
    })
}
