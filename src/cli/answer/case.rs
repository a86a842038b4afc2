//! A run with its scenario, as the sentences need it.

use crate::deployment::{PathConfig, Plan};
use crate::faults::FaultKind;
use crate::measure::{Metric, Scope};
use crate::quantity::number::{duration, rounded_text, whole};
use crate::scenario::Scenario;
use crate::study::{MetricRow, Samples};

/// A run that is put into words.
pub(super) struct Case<'a> {
    pub scenario: &'a Scenario,
    pub samples: &'a Samples,
    pub rows: &'a [MetricRow],
}

impl<'a> Case<'a> {
    pub(super) fn plan(&self) -> &'a Plan {
        &self.scenario.plan
    }

    /// The legs between a client group and its gateway: the table and name of each section, and its settings.
    pub(super) fn legs(&self, clients: usize) -> [(&'static str, &'a str, &'a PathConfig); 2] {
        let group = &self.plan().clients[clients];
        let gateway = &self.plan().gateways[group.gateway];
        [
            ("clients", &group.name, &group.path),
            ("gateway", &gateway.name, &gateway.path),
        ]
    }

    pub(super) fn row(&self, scope: &Scope, metric: &str) -> Option<&'a MetricRow> {
        let metric = Metric::by_name(metric);
        self.rows.iter().find(|r| {
            r.scope == *scope && Some(r.column.metric) == metric && r.column.cause.is_none()
        })
    }

    /// A mean over everything; 0 where there is none.
    pub(super) fn mean(&self, metric: &str) -> f64 {
        let estimate = self.row(&Scope::All, metric).and_then(|r| r.estimate);
        estimate.map_or(0.0, |e| e.mean)
    }

    pub(super) fn replications(&self) -> f64 {
        f64::from(self.samples.replications().max(1))
    }

    /// A number of users over all replications, as that of one: whole, or on average.
    pub(super) fn users(&self, sum: u64) -> String {
        let mean = sum as f64 / self.replications();
        match mean {
            _ if mean.fract() == 0.0 => whole(mean as u64),
            _ if mean < 10.0 => rounded_text(mean, None),
            _ => whole(mean.round() as u64),
        }
    }

    pub(super) fn horizon(&self) -> String {
        duration(self.plan().horizon.0 as f64 / 1e6)
    }
}

/// The kind of a scheduled fault, for a sentence.
pub(super) fn kind(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::Crash => "crash",
        FaultKind::Stall => "stall",
        FaultKind::Maintenance => "maintenance",
        FaultKind::LinkOutage => "link outage",
        FaultKind::OcsFailover => "failover of OCS",
        FaultKind::Sleep => "sleep of the PCs",
        FaultKind::NetworkChange => "change of network",
        FaultKind::Surge => "surge of calls",
    }
}

/// "max_sessions = 50": a key as the scenario has it.
pub(super) fn key(case: &Case, table: &str, name: &str, key: &str) -> Option<String> {
    let setting = case.scenario.section(table, name)?.find(key)?;
    (!setting.text.is_empty()).then(|| format!("{key} = {}", setting.text))
}

/// A key in brackets, behind what it does.
pub(super) fn with(case: &Case, table: &str, name: &str, clause: &str, key_name: &str) -> String {
    match key(case, table, name, key_name) {
        Some(text) => format!("{clause} ({text})"),
        None => clause.into(),
    }
}

/// The first leg of a client group that has something: its name, and the key in brackets.
pub(super) fn on_a_leg(
    case: &Case,
    clients: usize,
    key: &str,
    has: impl Fn(&PathConfig) -> bool,
) -> Option<(String, String)> {
    let mut legs = case.legs(clients).into_iter();
    let (table, name, _) = legs.find(|(_, _, path)| has(path))?;
    Some((name.into(), with(case, table, name, "", key)))
}
