//! What `compare` compares: the points of a scenario file, or the results of a folder.

use std::collections::BTreeMap;
use std::path::Path;

use super::fault::Fault;
use super::inputs::inputs;
use super::memory;
use crate::experiment::{Case, Contender, KeyPath, cases, scopes};
use crate::measure::Scope;
use crate::record::inputs::Input;
use crate::record::{Record, Results, VERSION};
use crate::scenario::catalogue::Standing;
use crate::scenario::{Scenario, Source};
use crate::study::Samples;

/// One of those that are compared.
pub(super) struct Side {
    /// The scenario's file.
    pub file: String,
    /// Every input; of a folder with where it came from when that was made.
    pub inputs: Vec<Input>,
    /// The scenario, and its samples once they are known.
    pub contender: Contender,
}

/// The inputs of the baseline, and of the others those that differ from it.
pub(super) fn all_inputs(sides: &[Side]) -> Vec<Input> {
    let mut inputs = sides
        .first()
        .map_or_else(Vec::new, |side| side.inputs.clone());
    let baseline = inputs.clone();
    let is_same = |a: &Input, b: &Input| {
        (&a.table, &a.name, &a.key, &a.value) == (&b.table, &b.name, &b.key, &b.value)
    };
    for (number, side) in (2..).zip(sides.iter().skip(1)) {
        let differs = |i: &&Input| !baseline.iter().any(|b| is_same(i, b));
        let table = |i: Input| Input {
            table: format!("{}: {}", side.contender.name, i.table),
            point_number: Some(number),
            ..i
        };
        inputs.extend(
            side.inputs
                .iter()
                .filter(|i| differs(i))
                .cloned()
                .map(table),
        );
    }
    inputs
}

/// A scenario file; each of its points where it has a study.
///
/// # Errors
/// What is wrong with a point.
pub(super) fn of_scenario(name: &str, scenario: Scenario) -> Result<Vec<Side>, Fault> {
    let side = |case: Case| Side {
        file: name.into(),
        inputs: inputs(&case.scenario, None),
        contender: Contender::new(name_of(name, &case), case),
    };
    Ok(points(scenario)?.into_iter().map(side).collect())
}

/// The points of a scenario; without a study, itself.
fn points(base: Scenario) -> Result<Vec<Case>, Fault> {
    match &base.study {
        Some(study) => Ok(cases(&base, study)?),
        None => Ok(vec![Case::new(base)]),
    }
}

/// The labels that the points have in the record: files that a sweep turned have other names in its own scenario.
fn labels(record: &Record, cases: &[Case]) -> Vec<String> {
    match record {
        Record::Sweep(sweep) if sweep.points.len() == cases.len() => {
            let points = cases.iter().zip(&sweep.points);
            points.map(|(case, p)| label(case, &p.point)).collect()
        }
        _ => cases.iter().map(|case| case.point.label()).collect(),
    }
}

fn case_of<'a>(cases: &'a [Case], labels: &[String], label: &str) -> Option<&'a Case> {
    let place = labels.iter().position(|l| l == label)?;
    cases.get(place)
}

fn label(case: &Case, point: &BTreeMap<String, String>) -> String {
    let pair = |(key, value): &(String, String)| {
        let recorded = point.get(key).unwrap_or(value);
        format!("{key}={recorded}")
    };
    case.point
        .values
        .iter()
        .map(pair)
        .collect::<Vec<_>>()
        .join(", ")
}

fn name_of(side: &str, case: &Case) -> String {
    let label = case.point.label();
    if label.is_empty() {
        side.into()
    } else {
        format!("{side} ({label})")
    }
}

/// A results folder, as its files say; they must be those that its manifest lists.
pub(super) fn of_folder(path: &Path, name: &str) -> Result<Vec<Side>, Fault> {
    let bad = |why: String| Fault::Input(format!("{}: {why}", path.display()));
    memory::check_record(path)?;
    let results = Results::read(path)?;
    let version = &results.manifest.version;
    if version != VERSION {
        let message = format!(
            "made by version {version}, this is {VERSION}: results of different versions differ by themselves; run it again"
        );
        return Err(bad(message));
    }
    let record = results.record();
    if !matches!(record, Record::Run(_) | Record::Sweep(_)) {
        return Err(bad(format!(
            "it holds the answer of `rccsim {}`, which is no alternative: give folders of `run` or `sweep`, or scenario files",
            record.kind().command()
        )));
    }
    let file = path.join("scenario.toml").display().to_string();
    let source = Source::new(&file, &results.text("scenario.toml")?, path);
    let cases = points(source.scenario(&[])?)?;
    let labels = labels(record, &cases);
    let find = |label: &str| case_of(&cases, &labels, label);
    let names = |label: &str| {
        find(label).map_or_else(Vec::new, |a| {
            scopes(&a.scenario.plan)
                .iter()
                .map(Scope::to_string)
                .collect()
        })
    };
    let runs = results.all_replications(names)?;
    let recorded_inputs = results.inputs()?.into_owned();
    // The scenario with every key written out no longer tells what is assumed in it.
    let assumed = recorded_inputs
        .iter()
        .filter(|i| i.standing == Standing::Assumption.to_string());
    let assumed_keys: Vec<KeyPath> = assumed
        .map(|i| (i.table.clone(), i.name.clone(), i.key.clone()))
        .collect();
    let mut sides = Vec::new();
    for (label, replications) in runs {
        let case = find(&label).ok_or_else(|| {
            bad(format!(
                "runs.csv has a point {label:?} that scenario.toml has not"
            ))
        })?;
        let plan = &case.scenario.plan;
        let mut samples = Samples::new(scopes(plan), plan.horizon);
        for (number, observation) in replications {
            samples.add(number, observation);
        }
        let inputs = if label.is_empty() {
            recorded_inputs.clone()
        } else {
            inputs(&case.scenario, None)
        };
        sides.push(Side {
            file: Path::new(name).join("scenario.toml").display().to_string(),
            inputs,
            contender: Contender {
                known_assumptions: assumed_keys.clone(),
                numbers: samples.numbers.clone(),
                samples: Some(samples),
                ..Contender::new(name_of(name, case), case.clone())
            },
        });
    }
    Ok(sides)
}
