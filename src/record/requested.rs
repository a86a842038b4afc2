//! What a report reads of `scenario.toml`: the clock at which the day begins, the plots that are asked for, and the faults
//! that happen at a time of day. When the other faults happen is drawn anew in every replication.

use serde::Deserialize;

use crate::quantity::{parse_clock, parse_span};

/// A plot that the scenario asks for, in `[[plot]]`.
#[derive(Deserialize, Clone, PartialEq, Debug, Default)]
pub struct PlotRequest {
    /// What goes along: `time`, a varied key, or a metric.
    pub x: String,
    /// What goes up: a metric; over time, a series.
    pub y: String,
    /// What tells curves apart: `clients`, `gateway`, or a varied key.
    pub by: Option<String>,
    /// The headline.
    pub title: Option<String>,
}

/// A fault that happens once.
#[derive(Clone, PartialEq, Debug)]
pub struct ScheduledFault {
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

/// What a report reads of a scenario; of several scenarios nothing.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ReportRequest {
    /// The time of day at which the run begins, seconds since midnight; none where there is no one scenario.
    pub start_s: Option<f64>,
    /// The plots that are asked for.
    pub plots: Vec<PlotRequest>,
    /// The faults at a time of day, in the order of the scenario.
    pub faults: Vec<ScheduledFault>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct File {
    scenario: ScenarioSection,
    plot: Vec<PlotRequest>,
    fault: Vec<Fault>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ScenarioSection {
    start: Option<String>,
}

#[derive(Deserialize)]
struct Fault {
    kind: String,
    target: String,
    #[serde(default)]
    instance: Option<toml::Value>,
    #[serde(default)]
    at: String,
    #[serde(default)]
    duration: String,
}

impl ReportRequest {
    /// Reads `scenario.toml`.
    ///
    /// # Errors
    /// Why it is no scenario.
    pub fn parse(text: &str) -> Result<Self, String> {
        let table: toml::Table = text
            .parse()
            .map_err(|e: toml::de::Error| format!("not TOML: {}", e.message()))?;
        let file: File = table.try_into().map_err(|e| e.to_string())?;
        let seconds = |clock: &String| parse_clock(clock).map(|at| at.0 as f64 / 1e6);
        let start_s = file.scenario.start.as_ref().and_then(seconds);
        let scheduled = |fault| scheduled(fault, start_s.unwrap_or(0.0));
        Ok(Self {
            start_s,
            plots: file.plot,
            faults: file.fault.into_iter().filter_map(scheduled).collect(),
        })
    }
}

/// The fault, if it happens at a time of day; of the next day, if that is before the start of the run.
fn scheduled(fault: Fault, start_s: f64) -> Option<ScheduledFault> {
    let seconds = |us: u64| us as f64 / 1e6;
    let at = seconds(parse_clock(&fault.at)?.0);
    let from_s = if at < start_s { at + 86_400.0 } else { at };
    let to_s = from_s + seconds(parse_span(&fault.duration)?.0);
    let instance = fault.instance.and_then(|i| i.as_integer());
    Some(ScheduledFault {
        kind: fault.kind,
        target: fault.target,
        instance,
        from_s,
        to_s,
    })
}
