//! The files of a run's results folder: writing them, and naming them.

use std::io::Write;
use std::path::Path;

use crate::cli::fault::Fault;
use crate::cli::terminal::say;
use crate::deployment::Plan;
use crate::measure::Scope;
use crate::quantity::Moment;
use crate::quantity::number::whole;
use crate::record::{Folder, InMemory, Record, Results, inputs as table, json, tables};
use crate::study::Assessment;

/// Which files there are, for people.
pub(super) fn listed(path: &Path, run: &Assessment, plan: &Plan, no_report: bool) -> String {
    let all = drops(run, &Scope::All);
    let limit = plan.drops_limit;
    let cut = if all > limit as f64 {
        format!(
            "\ndrops.csv holds the first {} of {} drops (scenario.drops_limit).",
            whole(limit),
            whole(all.round() as u64)
        )
    } else {
        String::new()
    };
    let (report, plots) = if no_report {
        ("", "")
    } else {
        ("report.html, ", ", plots/")
    };
    let is_replay =
        (plan.clients.iter()).any(|c| c.recorded_calls.is_some() || c.recorded_signs.is_some());
    let days = if run.samples.days() > 1 {
        "days.csv, "
    } else {
        ""
    };
    let recordings = if is_replay { ", files/" } else { "" };
    format!(
        "Files: {} ({report}summary.json, summary.csv, runs.csv, series.csv, {days}distribution.csv, drops.csv, scenario.toml{recordings}{plots}).{cut}\n",
        path.display()
    )
}

/// Where the results of an interrupted run go: beside complete ones, which they do not replace.
pub(super) fn aside(folder: Folder) -> Result<Folder, Fault> {
    let earlier = Results::read(folder.path());
    let is_whole = |r: Results| r.record().run().is_none_or(|run| !run.interrupted);
    if !earlier.is_ok_and(is_whole) {
        return Ok(folder);
    }
    let path = folder.path().to_path_buf();
    let real = path.canonicalize().unwrap_or_else(|_| path.clone());
    let named = if path.file_name().is_some() {
        &path
    } else {
        &real
    };
    let mut name = named.file_name().unwrap_or_default().to_os_string();
    name.push("-interrupted");
    let other = named.with_file_name(name);
    say!(
        "interrupted: the complete results in {} stay; what was finished goes to {}",
        path.display(),
        other.display()
    );
    Ok(folder.moved_to(&other)?)
}

/// The drops of a scope over all replications.
fn drops(run: &Assessment, scope: &Scope) -> f64 {
    let estimate = run.row(scope, "session_drops").and_then(|r| r.estimate);
    estimate.map_or(0.0, |e| e.mean * f64::from(run.samples.replications()))
}

/// Writes all but `drops.csv`, which is written while the run goes on, plots and report.
///
/// # Errors
/// A refusal of the system.
pub(super) fn write_files(
    run: &Assessment,
    record: &Record,
    in_memory: &InMemory,
    start: Moment,
    folder: &mut Folder,
) -> Result<(), Fault> {
    folder.put("scenario.toml", |out| {
        out.write_all(in_memory.scenario.as_bytes())
    })?;
    folder.put("inputs.csv", |out| table::write(&in_memory.inputs, out))?;
    if let Some(ladder) = &in_memory.ladder {
        folder.put("ladder.json", |out| out.write_all(json(ladder).as_bytes()))?;
    }
    folder.put("summary.json", |out| {
        out.write_all(record.json().as_bytes())
    })?;
    folder.put("summary.csv", |out| {
        let rows = std::iter::once(("", &run.rows[..]));
        Ok(tables::figures(rows, out)?)
    })?;
    folder.put("runs.csv", |out| {
        Ok(tables::runs(std::iter::once(("", &run.samples)), out)?)
    })?;
    folder.put("series.csv", |out| {
        Ok(tables::series(&run.samples, start, out)?)
    })?;
    if let Some(run) = record.run().filter(|run| !run.days.is_empty()) {
        folder.put("days.csv", |out| Ok(tables::days(&run.days, out)?))?;
    }
    folder.put("distribution.csv", |out| {
        Ok(tables::distribution(&run.samples, out)?)
    })?;
    Ok(())
}
