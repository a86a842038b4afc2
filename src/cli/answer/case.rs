//! A run with its scenario, as the sentences need it.

use crate::deployment::{PathConfig, Plan};
use crate::faults::FaultKind;
use crate::measure::{Metric, Scope};
use crate::quantity::number::{duration, rounded_text, whole};
use crate::scenario::{Origin, Scenario, Settings};
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

/// "max_sessions = 50": a key as the scenario has it; of a mix, with each value that its profiles have; "path.vpn.loss =
/// 5 %" where a section of the file that several may share gives it.
pub(super) fn key(case: &Case, table: &str, name: &str, key: &str) -> Option<String> {
    let section = case.scenario.section(table, name)?;
    let texts = texts(section, key);
    let shared = sharing(case.scenario, section, key);
    let shared = shared.map_or(String::new(), |s| format!("{}.{}.", s.table, s.name));
    (!texts.is_empty()).then(|| format!("{shared}{key} = {}", texts.join(" or ")))
}

/// The values of a key: one, or of a mix each that its profiles have.
fn texts<'a>(section: &'a Settings, key: &str) -> Vec<&'a str> {
    let parts = section.profiles().map(|(_, part)| part);
    let sections = std::iter::once(section).chain(parts);
    let mut all = Vec::new();
    for setting in sections.filter_map(|section| section.find(key)) {
        let text = setting.text.as_str();
        if !text.is_empty() && !all.contains(&text) {
            all.push(text);
        }
    }
    all
}

/// The `[[path]]` or `[[workload]]` of the file that gives a section the value of a key.
fn sharing<'a>(scenario: &'a Scenario, section: &Settings, key: &str) -> Option<&'a Settings> {
    let own = section.find(key)?;
    let gives = |shared: &&Settings| {
        let named = section.find(shared.table);
        let given = shared.find(key).filter(|s| s.origin != Origin::Default);
        named.is_some_and(|named| named.text == shared.name)
            && given.is_some_and(|given| given.origin == own.origin && given.text == own.text)
    };
    scenario.shared_settings.iter().find(gives)
}

/// A key in brackets, behind what it does.
pub(super) fn with(case: &Case, table: &str, name: &str, clause: &str, key_name: &str) -> String {
    match key(case, table, name, key_name) {
        Some(text) => format!("{clause} ({text})"),
        None => clause.into(),
    }
}

/// Names in a sentence: "office, home and plant"; of many the first and how many more.
fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).into(),
        [first @ .., last] if names.len() <= NAMED_MOST => {
            format!("{} and {last}", first.join(", "))
        }
        _ => format!(
            "{} and {} more groups",
            names[..NAMED_MOST - 1].join(", "),
            names.len() + 1 - NAMED_MOST
        ),
    }
}

/// Groups that a sentence names.
const NAMED_MOST: usize = 4;

/// Whose leg it is, with the key in brackets: of a client group, all of these groups that have the same there.
pub(super) fn whose(
    case: &Case,
    groups: &[usize],
    (table, name): (&str, &str),
    key: &str,
) -> (String, String) {
    let bracket = with(case, table, name, "", key);
    if table == "gateway" {
        return (name.into(), bracket);
    }
    let mut groups = groups.to_vec();
    groups.sort_unstable();
    let names = groups.iter().map(|i| case.plan().clients[*i].name.as_str());
    let is_same = |other: &&str| *other == name || with(case, table, other, "", key) == bracket;
    let names: Vec<&str> = names.filter(is_same).collect();
    (listed(&names), bracket)
}

/// The first leg of the first of some client groups that has something: whose it is, and the key in brackets.
pub(super) fn on_a_leg(
    case: &Case,
    groups: &[usize],
    key: &str,
    has: impl Fn(&PathConfig) -> bool,
) -> Option<(String, String)> {
    let mut legs = case.legs(*groups.first()?).into_iter();
    let (table, name, _) = legs.find(|(_, _, path)| has(path))?;
    Some(whose(case, groups, (table, name), key))
}
