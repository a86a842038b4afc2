//! What hangs on the values that nobody published: the same deployment, small, under each of the other possible values.

use rayon::prelude::*;

use super::fault::Fault;
use super::flags::Source;
use super::replicate::{samples_of, shrunk};
use crate::deployment::Plan;
use crate::measure::{Metric, Objective};
use crate::report::{Alternative, Assumption};
use crate::scenario::catalogue::{Key, Standing};
use crate::scenario::{Override, Scenario, Setting, Settings};
use crate::study::{Samples, Verdict, judge_all, overall};

/// Users of each group in a trial: enough for a share of time, few enough to be done before anyone waits.
const TRIAL_USERS: u32 = 20;
/// Replications of a trial: an interval needs some.
const TRIAL_REPLICATIONS: u32 = 5;
/// The same where the whole deployment is tried.
const TRIAL_REPLICATIONS_WHOLE: u32 = 2;
/// A change of the share of time down that is worth telling.
const WORTH_TELLING: f64 = 0.001;

/// One other value of an assumed key.
struct Trial {
    key: usize,
    value: String,
    scenario: Scenario,
}

fn is_assumed(setting: &Setting) -> bool {
    // When a client comes back decides so much, and is so little known, that a value in the file does not settle it.
    let unknown = setting.standing() == Standing::Assumption || setting.key.name == "reestablish";
    unknown && !setting.key.alternatives.is_empty()
}

/// The assumed keys of a scenario, each with the sections that assume it.
pub fn assumed(scenario: &Scenario) -> Vec<(&'static Key, Vec<(&Settings, &Setting)>)> {
    let mut keys: Vec<(&'static Key, Vec<(&Settings, &Setting)>)> = Vec::new();
    for section in &scenario.settings {
        for setting in section.entries.iter().filter(|s| is_assumed(s)) {
            match keys.iter_mut().find(|(key, of)| key.name == setting.key.name && of[0].0.table == section.table) {
                Some((_, sections)) => sections.push((section, setting)),
                None => keys.push((setting.key, vec![(section, setting)])),
            }
        }
    }
    keys
}

fn mean(samples: &Samples, metric: &str) -> Option<f64> {
    let metric = Metric::named(metric)?;
    let column = samples.columns.iter().position(|c| c.metric == metric && c.cause.is_none())?;
    samples.row(0, column).estimate.map(|e| e.mean)
}

fn verdict(objectives: &[Objective], samples: &Samples) -> Option<Verdict> {
    (!objectives.is_empty()).then(|| overall(&judge_all(objectives, samples)))
}

/// Users up to which a deployment whose users share queues is tried whole.
const WHOLE_USERS: u64 = 3000;

/// Whether trials are possible at all: a queue cannot be studied with a few of its users.
pub fn can_be_tried(plan: &Plan) -> bool {
    let users: u64 = plan.clients.iter().map(|c| u64::from(c.count)).sum();
    !shares_queues(plan) || users <= WHOLE_USERS
}

fn shares_queues(plan: &Plan) -> bool {
    plan.gateways.iter().any(|g| g.station.is_some() || g.max_sessions.is_some())
}

fn alternative(scenario: &Scenario, value: String) -> Alternative {
    let samples = match shares_queues(&scenario.plan) {
        true => samples_of(&scenario.plan, TRIAL_REPLICATIONS_WHOLE),
        false => samples_of(&shrunk(&scenario.plan, TRIAL_USERS), TRIAL_REPLICATIONS),
    };
    Alternative {
        value,
        down_fraction: mean(&samples, "down_fraction"),
        missed_toast_fraction: mean(&samples, "missed_toast_fraction"),
        verdict: verdict(&scenario.objectives, &samples),
    }
}

/// Tries the other values of every assumed key, and tells of those that matter; `verdict` is that of the run itself.
///
/// # Errors
/// The scenario changed into one that is not valid.
pub fn assumptions(source: &Source, scenario: &Scenario, verdict: Verdict) -> Result<Vec<Assumption>, Fault> {
    if !can_be_tried(&scenario.plan) {
        return Ok(Vec::new());
    }
    let keys = assumed(scenario);
    let mut trials = Vec::new();
    for (index, (key, sections)) in keys.iter().enumerate() {
        for value in key.alternatives.iter().filter(|v| sections.iter().any(|(_, s)| s.text != **v)) {
            let overrides: Vec<Override> =
                sections.iter().map(|(section, _)| Override::of(section.table, &section.name, key, value)).collect();
            trials.push(Trial { key: index, value: (*value).into(), scenario: source.scenario(&overrides)? });
        }
    }
    let base = alternative(scenario, String::new());
    let tried: Vec<(usize, Alternative)> =
        trials.into_par_iter().map(|t| (t.key, alternative(&t.scenario, t.value))).collect();
    let mut all = Vec::new();
    for (index, (key, sections)) in keys.iter().enumerate() {
        let alternatives: Vec<Alternative> =
            tried.iter().filter(|(k, _)| *k == index).map(|(_, a)| a.clone()).collect();
        let decides =
            alternatives.iter().any(|a| a.verdict.is_some_and(|v| settled(v) && settled(verdict) && v != verdict));
        let moved = |a: &Alternative| Some((a.down_fraction? - base.down_fraction?).abs() > WORTH_TELLING);
        if decides || alternatives.iter().any(|a| moved(a) == Some(true)) {
            let (section, setting) = sections[0];
            let alike = sections.iter().all(|(_, s)| s.text == setting.text);
            all.push(Assumption {
                key: format!("{}.{}", section.table, key.name),
                value: if alike { setting.text.clone() } else { "several values".into() },
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

fn settled(verdict: Verdict) -> bool {
    verdict != Verdict::Inconclusive
}

fn standing(setting: &Setting) -> String {
    match setting.standing() {
        Standing::Assumption => "an assumption".into(),
        _ => "this scenario's choice for what nobody published".into(),
    }
}
