//! What hangs on the values that nobody published: the same deployment, small, under each of the other possible values.

use rayon::prelude::*;

use super::fault::Fault;
use super::flags::Source;
use super::trial::{Trial, shares_queues};
use crate::deployment::Plan;
use crate::report::{Alternative, Assumption};
use crate::scenario::catalogue::{Key, Standing};
use crate::scenario::{Override, Scenario, Setting, Settings};
use crate::study::{Samples, Verdict};

/// A change of the share of time down that is worth telling.
pub const WORTH_TELLING: f64 = 0.001;

/// One other value of an assumed key.
struct Changed {
    key: usize,
    value: String,
    scenario: Scenario,
}

/// A key of a section: table, name, key.
pub type Place = (String, String, String);

fn is_assumed(section: &Settings, setting: &Setting, known: &[Place]) -> bool {
    let is = |(table, name, key): &Place| {
        table == section.table && *name == section.name && key == setting.key.name
    };
    // When a client comes back decides so much, and is so little known, that a value in the file does not settle it.
    let unknown = setting.standing() == Standing::Assumption || setting.key.name == REESTABLISH;
    (unknown || known.iter().any(is)) && !setting.key.alternatives.is_empty()
}

const REESTABLISH: &str = "reestablish";

/// The assumed keys of a scenario, each with the sections that assume it; besides those `known` to be.
pub fn assumed<'a>(
    scenario: &'a Scenario,
    known: &[Place],
) -> Vec<(&'static Key, Vec<(&'a Settings, &'a Setting)>)> {
    let mut keys: Vec<(&'static Key, Vec<(&Settings, &Setting)>)> = Vec::new();
    for section in &scenario.settings {
        for setting in section
            .entries
            .iter()
            .filter(|s| is_assumed(section, s, known))
        {
            match keys
                .iter_mut()
                .find(|(key, of)| key.name == setting.key.name && of[0].0.table == section.table)
            {
                Some((_, sections)) => sections.push((section, setting)),
                None => keys.push((setting.key, vec![(section, setting)])),
            }
        }
    }
    keys
}

/// The mean of a figure over everything.
pub fn mean(samples: &Samples, metric: &str) -> Option<f64> {
    samples.figure(metric)?.estimate.map(|e| e.mean)
}

/// Users up to which a deployment whose users share queues is tried whole.
const WHOLE_USERS: u64 = 3000;

/// Whether trials are possible at all: a queue cannot be studied with a few of its users.
pub fn can_be_tried(plan: &Plan) -> bool {
    let users: u64 = plan.clients.iter().map(|c| u64::from(c.count)).sum();
    !shares_queues(plan) || users <= WHOLE_USERS
}

fn alternative(scenario: &Scenario, value: String) -> Alternative {
    let trial = Trial::of(scenario);
    let samples = trial.samples();
    Alternative {
        value,
        down_fraction: mean(&samples, "down_fraction"),
        missed_toast_fraction: mean(&samples, "missed_toast_fraction"),
        verdict: trial.verdict(&scenario.objectives, &samples),
        answer: None,
    }
}

/// Tries the other values of every assumed key, and tells of those that matter; `verdict` is that of the run itself.
///
/// # Errors
/// The scenario changed into one that is not valid.
pub fn assumptions(
    source: &Source,
    scenario: &Scenario,
    verdict: Verdict,
) -> Result<Vec<Assumption>, Fault> {
    if !can_be_tried(&scenario.plan) {
        return Ok(Vec::new());
    }
    let keys = assumed(scenario, &[]);
    let mut trials = Vec::new();
    for (index, (key, sections)) in keys.iter().enumerate() {
        for value in key
            .alternatives
            .iter()
            .filter(|v| sections.iter().any(|(_, s)| s.text != **v))
        {
            let overrides: Vec<Override> = sections
                .iter()
                .map(|(section, _)| Override::of(section.table, &section.name, key, value))
                .collect();
            trials.push(Changed {
                key: index,
                value: (*value).into(),
                scenario: source.scenario(&overrides)?,
            });
        }
    }
    let base = alternative(scenario, String::new());
    let tried: Vec<(usize, Alternative)> = trials
        .into_par_iter()
        .map(|t| (t.key, alternative(&t.scenario, t.value)))
        .collect();
    let mut all = Vec::new();
    for (index, (key, sections)) in keys.iter().enumerate() {
        let alternatives: Vec<Alternative> = tried
            .iter()
            .filter(|(k, _)| *k == index)
            .map(|(_, a)| a.clone())
            .collect();
        let decides = alternatives.iter().any(|a| {
            a.verdict
                .is_some_and(|v| settled(v) && settled(verdict) && v != verdict)
        });
        let moved =
            |a: &Alternative| Some((a.down_fraction? - base.down_fraction?).abs() > WORTH_TELLING);
        if decides || alternatives.iter().any(|a| moved(a) == Some(true)) {
            let (section, setting) = sections[0];
            let alike = sections.iter().all(|(_, s)| s.text == setting.text);
            all.push(Assumption {
                key: format!("{}.{}", section.table, key.name),
                value: if alike {
                    setting.text.clone()
                } else {
                    "several values".into()
                },
                standing: standing(setting),
                alternatives,
                decides,
            });
        }
    }
    // What decides comes first.
    all.sort_by_key(|a| !a.decides);
    Ok(all)
}

/// Whether it is a verdict at all.
pub fn settled(verdict: Verdict) -> bool {
    verdict != Verdict::Inconclusive
}

/// Why a value is open, in words.
pub fn standing(setting: &Setting) -> String {
    match setting.standing() {
        Standing::Choice if setting.key.name == REESTABLISH => {
            "this scenario's choice for what nobody published".into()
        }
        _ => "an assumption".into(),
    }
}
