//! What `run --no-report` left out, made of its folder: the trials behind assumptions and advice, and the ladder of a lost
//! session. They are simulated again, by the same version, from the scenario that the folder holds; afterwards it is, to
//! the byte, the folder of a `run` with a report.

use std::collections::VecDeque;
use std::io::Write;

use super::advice::{RunSays, trials};
use super::fault::Fault;
use super::inputs::{origin, section_name};
use super::trace::record;
use crate::experiment::{Campaign, FirstLosses};
use crate::record::inputs::Input;
use crate::record::{Folder, Record, Results, RunRecord, json};
use crate::scenario::{Kind, Scenario, Source, expanded, hash};
use crate::theory::{Prediction, predict};

const SCENARIO: &str = "scenario.toml";

/// The record of a run whose trials were left out.
pub(super) fn bare<'r>(results: &'r Results) -> Option<&'r RunRecord> {
    results
        .record()
        .run()
        .filter(|run| run.assumptions.is_none())
}

/// Makes what was left out of a run, into a folder that is opened for it.
///
/// # Errors
/// Why it cannot be made, or a refusal of the system.
pub(super) fn complete(
    run: &RunRecord,
    results: &Results,
    folder: &mut Folder,
) -> Result<Result<(), String>, Fault> {
    let scenario = match reread_scenario(results)? {
        Ok(scenario) => scenario,
        Err(why) => return Ok(Err(why)),
    };
    let says = RunSays::of_record(run);
    let Some(trials) = trials(&scenario, &says, &Campaign::in_memory())? else {
        unreachable!("nobody stops it")
    };
    let run_record = Record::Run(RunRecord {
        assumptions: Some(trials.assumptions),
        advice: Some(trials.advice),
        levers: trials.levers,
        ..run.clone()
    });
    folder.put("summary.json", |out| {
        out.write_all(run_record.json().as_bytes())
    })?;
    let clients = scenario.plan.clients.iter().map(|c| c.name.as_str());
    let clients: Vec<&str> = clients.collect();
    let mut losses = FirstLosses::new(scenario.plan.drops_limit);
    results.each_drop(|dropped| {
        if let Some(row) = dropped.row(&clients) {
            losses.note(dropped.replication.saturating_sub(1), &row);
        }
    })?;
    if let Some(ladder) = losses.ladder(&scenario, &Campaign::in_memory())? {
        folder.put("ladder.json", |out| {
            out.write_all(json(&record(&ladder)).as_bytes())
        })?;
    }
    Ok(Ok(()))
}

/// What closed forms say of a run; `None`: it is no run, or its folder does not give its plan again. The files of records
/// are not read: closed forms only ask whether there are some.
///
/// # Errors
/// The scenario of the folder is damaged.
pub(super) fn predictions(results: &Results) -> Result<Option<Vec<Prediction>>, Fault> {
    if results.record().run().is_none() {
        return Ok(None);
    }
    let file = results.path().join(SCENARIO).display().to_string();
    let source = Source::new(&file, &scenario_text(results)?, results.path());
    let scenario = source.without_records().scenario(&[]).ok();
    Ok(scenario.map(|scenario| predict(&scenario.plan)))
}

/// The scenario of the folder as text. Plots come last; what they show may be a key that a run does not vary.
fn scenario_text(results: &Results) -> Result<String, Fault> {
    let text = results.text(SCENARIO)?;
    Ok(text.split("\n[[plot]]\n").next().unwrap_or_default().into())
}

/// The scenario of the folder; where each value comes from is what the run knew.
fn reread_scenario(results: &Results) -> Result<Result<Scenario, String>, Fault> {
    let text = scenario_text(results)?;
    let inputs = results.inputs()?;
    let file = results.path().join(SCENARIO).display().to_string();
    let mut scenario = match Source::new(&file, &text, results.path()).scenario(&[]) {
        Ok(scenario) => scenario,
        Err(why) => return Ok(Err(why.to_string())),
    };
    let is_same =
        hash(&scenario) == results.manifest.scenario_hash && restore(&mut scenario, &inputs);
    if is_same && values(&expanded(&scenario)).eq(values(&text)) {
        return Ok(Ok(scenario));
    }
    let why = "scenario.toml does not give the scenario of the run again";
    Ok(Err(why.into()))
}

/// The lines that hold values: what a profile gave stands in the file itself, its name is but a comment.
fn values(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.starts_with("# "))
}

/// Gives each value the origin that `inputs.csv` tells of; whether it tells of these values and no others.
fn restore(scenario: &mut Scenario, inputs: &[Input]) -> bool {
    let is_reference = |key: &str| matches!(key, "profile" | "workload" | "path");
    // They mostly come in the order of the settings: what is taken stands in front.
    let mut remaining_inputs: VecDeque<&Input> =
        inputs.iter().filter(|i| !is_reference(&i.key)).collect();
    for section in &mut scenario.settings {
        let (table, name) = (section.table, section_name(section).to_string());
        let settings = section.entries.iter_mut();
        for setting in settings.filter(|s| !s.text.is_empty() && !is_reference(s.key.name)) {
            let is_of = |i: &&Input| {
                (i.table.as_str(), &i.name, i.key.as_str()) == (table, &name, setting.key.name)
            };
            let place = remaining_inputs.iter().position(is_of);
            let input = place.and_then(|place| remaining_inputs.remove(place));
            // A file is kept under another name, and the hash says whether it is the same.
            let is_file = matches!(setting.key.kind, Kind::File(_));
            let Some((input, origin)) = input
                .filter(|input| is_file || input.value == setting.text)
                .and_then(|input| Some((input, origin(input, &setting.origin)?)))
            else {
                return false;
            };
            setting.origin = origin;
            setting.text.clone_from(&input.value);
        }
    }
    remaining_inputs.is_empty()
}
