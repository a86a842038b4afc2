//! One factor at a time: the keys whose other values are tried, and every scenario that has one of them.
//!
//! The factors of the assumptions behind an answer are the keys that nobody published; those of a sensitivity analysis are
//! the same and the ones that the user names.

use super::case::Case;
use crate::deployment::parallel;
use crate::scenario::catalogue::{Key, Standing};
use crate::scenario::{Override, Scenario, ScenarioError, Setting, Settings};
use crate::study::Samples;

/// A key of a section: table, name, key.
pub type KeyPath = (String, String, String);

/// A scenario whose factors are looked for.
#[derive(Clone, Debug)]
pub(super) struct Candidate<'a> {
    /// Its name, for people.
    pub name: String,
    /// The scenario, and what is varied in it already: that is no factor.
    pub case: &'a Case,
    /// Which sections assume which keys, where the scenario was read back from results and does not know.
    pub known_assumptions: &'a [KeyPath],
}

/// A section and what it says of a key.
type Use<'a> = (&'a Settings, &'a Setting);

/// A key that some candidate assumes, with the sections of each candidate that assume it.
#[derive(Clone, Debug)]
pub(super) struct Factor<'a> {
    key: &'static Key,
    table: &'static str,
    /// By candidate.
    uses: Vec<Vec<Use<'a>>>,
}

/// One level of one factor, and every candidate's scenario under it.
pub(super) struct FactorLevel {
    /// The place of the factor.
    pub factor: usize,
    /// The value.
    pub value: &'static str,
    /// What was set, by candidate.
    pub overrides: Vec<Vec<Override>>,
    /// The scenarios, by candidate.
    pub scenarios: Vec<Scenario>,
}

const REESTABLISH: &str = "reestablish";

impl Factor<'_> {
    /// "clients.on_rejection".
    pub(super) fn name(&self) -> String {
        format!("{}.{}", self.table, self.key.name)
    }

    fn settings(&self) -> impl Iterator<Item = &Setting> {
        self.uses.iter().flatten().map(|(_, setting)| *setting)
    }

    fn first(&self) -> &Setting {
        self.settings()
            .next()
            .unwrap_or_else(|| unreachable!("a factor has a section"))
    }

    /// The level that is in use.
    pub(super) fn base(&self) -> String {
        let first = self.first();
        if self.settings().all(|s| s.text == first.text) {
            first.text.clone()
        } else {
            "several values".into()
        }
    }

    /// Why the value is open, in words.
    pub(super) fn standing(&self) -> &'static str {
        let first = self.first();
        match first.standing() {
            Standing::Choice if first.key.name == REESTABLISH => {
                "this scenario's choice for what nobody published"
            }
            _ => "an assumption",
        }
    }

    /// The levels that are not in use everywhere.
    pub(super) fn levels(&self) -> impl Iterator<Item = &'static str> {
        let key: &'static Key = self.key;
        let is_used = |value: &str| self.settings().all(|s| s.text == value);
        key.alternatives
            .iter()
            .copied()
            .filter(move |v| !is_used(v))
    }

    /// How many levels the catalogue knows, with the one in use.
    pub(super) fn known_levels(&self) -> usize {
        self.key.alternatives.len()
    }

    /// Sets every use by that candidate to a level.
    pub(super) fn overrides(&self, candidate: usize, value: &str) -> Vec<Override> {
        self.uses[candidate]
            .iter()
            .map(|(section, _)| Override::for_key(section.table, &section.name, self.key, value))
            .collect()
    }
}

fn is_assumed(section: &Settings, setting: &Setting, assumptions: &[KeyPath]) -> bool {
    let is = |(table, name, key): &KeyPath| {
        table == section.table && *name == section.name && key == setting.key.name
    };
    // When a client comes back decides so much, and is so little known, that a value in the file does not settle it.
    let unknown = setting.standing() == Standing::Assumption || setting.key.name == REESTABLISH;
    (unknown || assumptions.iter().any(is)) && !setting.key.alternatives.is_empty()
}

/// The assumed keys of a candidate in their order, each with the sections that assume it and do not vary.
fn assumed<'a>(candidate: &Candidate<'a>) -> Vec<Factor<'a>> {
    let case = candidate.case;
    let is_varied = |section: &Settings, key: &Key| {
        let mut overrides = case.point.overrides.iter();
        overrides.any(|o| o.applies(section.table, &section.name, key.name))
    };
    let mut factors: Vec<Factor<'a>> = Vec::new();
    for section in &case.scenario.settings {
        let settings = section.entries.iter();
        for setting in settings.filter(|s| is_assumed(section, s, candidate.known_assumptions)) {
            let index = place(&mut factors, setting.key, section.table, 1);
            if !is_varied(section, setting.key) {
                factors[index].uses[0].push((section, setting));
            }
        }
    }
    factors.retain(|f| !f.uses[0].is_empty());
    factors
}

/// Where the factor of a key is; it is added where it is new.
fn place(
    factors: &mut Vec<Factor>,
    key: &'static Key,
    table: &'static str,
    candidates: usize,
) -> usize {
    let position = factors
        .iter()
        .position(|f| f.key.name == key.name && f.table == table);
    position.unwrap_or_else(|| {
        factors.push(Factor {
            key,
            table,
            uses: vec![Vec::new(); candidates],
        });
        factors.len() - 1
    })
}

/// The keys that some candidate assumes and does not vary.
pub(super) fn factors<'a>(candidates: &[Candidate<'a>]) -> Vec<Factor<'a>> {
    let mut factors: Vec<Factor<'a>> = Vec::new();
    for (number, candidate) in candidates.iter().enumerate() {
        for factor in assumed(candidate) {
            let index = place(&mut factors, factor.key, factor.table, candidates.len());
            factors[index].uses[number] = factor.uses.concat();
        }
    }
    factors
}

/// Every level of every factor, one at a time; an error where it makes no valid scenario of some candidate.
pub(super) fn one_at_a_time(
    candidates: &[Candidate],
    factors: &[Factor],
) -> Vec<Result<FactorLevel, ScenarioError>> {
    let pairs: Vec<(usize, &'static str)> = factors
        .iter()
        .enumerate()
        .flat_map(|(index, factor)| factor.levels().map(move |value| (index, value)))
        .collect();
    parallel::map(pairs, |(factor, value)| {
        let overrides: Vec<Vec<Override>> = (0..candidates.len())
            .map(|candidate| factors[factor].overrides(candidate, value))
            .collect();
        let scenarios = candidates
            .iter()
            .zip(&overrides)
            .map(|(candidate, overrides)| candidate.case.scenario.with(overrides));
        Ok(FactorLevel {
            factor,
            value,
            scenarios: scenarios.collect::<Result<_, _>>()?,
            overrides,
        })
    })
}

/// The mean of a figure over everything.
pub(super) fn mean(samples: &Samples, metric: &str) -> Option<f64> {
    samples.figure(metric)?.estimate.map(|e| e.mean)
}
