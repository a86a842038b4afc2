//! What a report reads of `scenario.toml`: the clock at which the day begins, the plots that are asked for, and the faults
//! that happen at a time of day. When the other faults happen is drawn anew in every replication.

use serde::Deserialize;

use crate::quantity::{Moment, Recurrence, Span, Time, parse_every, parse_moment, parse_span};

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
    /// Whom it hits, one or several: `gateway:NAME`, `clients:NAME`, `path:NAME`, `all`.
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
    horizon: Option<String>,
}

#[derive(Deserialize)]
struct Fault {
    kind: String,
    target: String,
    #[serde(default)]
    instance: Option<toml::Value>,
    at: Option<String>,
    every: Option<String>,
    from: Option<String>,
    until: Option<String>,
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
        let start = file.scenario.start.as_deref().and_then(parse_moment);
        let horizon = file.scenario.horizon.as_deref().and_then(parse_span);
        // Results say how long they are; without it, a day.
        let horizon = Time(horizon.map_or(86_400_000_000, |horizon| horizon.0));
        let from = start.unwrap_or(Moment::from(Span::ZERO));
        let scheduled = |fault| scheduled(fault, from, horizon).unwrap_or_default();
        Ok(Self {
            start_s: start.map(|start| start.clock.0 as f64 / 1e6),
            plots: file.plot,
            faults: file.fault.into_iter().flat_map(scheduled).collect(),
        })
    }
}

/// The fault on the axis of the day, each time that it happens to each of its targets, unless it is drawn at random.
fn scheduled(fault: Fault, start: Moment, horizon: Time) -> Option<Vec<ScheduledFault>> {
    let moment = |text: &Option<String>| text.as_deref().and_then(parse_moment);
    let recurrence = match (&fault.at, &fault.every) {
        (Some(at), _) => Recurrence::At(at.split(',').map(parse_moment).collect::<Option<_>>()?),
        (None, every) => Recurrence::Every {
            every: parse_every(every.as_deref()?)?,
            from: moment(&fault.from),
            until: moment(&fault.until),
        },
    };
    let seconds = |us: u64| us as f64 / 1e6;
    let lasts_s = seconds(parse_span(&fault.duration)?.0);
    let instance = fault.instance.and_then(|i| i.as_integer());
    let instants = recurrence.instants(start, horizon, SHOWN_MOST).ok()?;
    let stretches = instants.into_iter().map(|at| {
        let from_s = seconds(start.clock.0) + seconds(at.0);
        ScheduledFault {
            kind: fault.kind.clone(),
            target: fault.target.clone(),
            instance,
            from_s,
            to_s: from_s + lasts_s,
        }
    });
    Some(stretches.collect())
}

/// Faults of one section that are drawn at most.
const SHOWN_MOST: usize = 1000;
