//! A scenario with every key spelled out: what `scenario.toml` in a results folder holds, and what the scenario hash covers.

use std::fmt::Write;

use super::input_file::{digest, file_of, file_of_value};
use super::kind::Kind;
use super::objective::written_target;
use super::parse::Scenario;
use super::setting::{Origin, Settings};
use super::study::Study;
use crate::measure::{Bound, Objective};

/// The scenario with every key, its value and where that came from. It reads back to the same plan from a folder that has its
/// [`input_files`](super::input_files) too.
pub fn expanded(scenario: &Scenario) -> String {
    scenario_text(scenario, false)
}

/// The same with a study; it reads back to the same plan at each point. Where the study turns a profile, a workload or a
/// path, what that gave must not stand in its way, and what it may refer to must be there.
pub fn expanded_study(scenario: &Scenario, study: &Study) -> String {
    let name = |kind: &Kind, value: &str| {
        let file = file_of_value(scenario, kind, value, true);
        file.map_or_else(|| value.into(), |file| file.name)
    };
    scenario_text(scenario, study.turns_references()) + &study.written_with(name)
}

fn scenario_text(scenario: &Scenario, open: bool) -> String {
    let open = open || scenario.has_mix();
    let mut out = String::new();
    for line in scenario.question.lines() {
        writeln!(out, "# {line}").unwrap_or_default();
    }
    for settings in &scenario.settings {
        write_section(
            &mut out,
            settings,
            scenario,
            open && settings.table != "scenario",
        );
    }
    for section in scenario.shared_settings.iter().filter(|_| open) {
        write_section(&mut out, section, scenario, true);
    }
    for objective in &scenario.objectives {
        write_objective(&mut out, objective);
    }
    scenario
        .plots
        .iter()
        .for_each(|plot| out += &plot.to_toml());
    out
}

/// A section with every key; `open`: what a reference or a default gave is a comment, so that another reference counts.
fn write_section(out: &mut String, settings: &Settings, scenario: &Scenario, open: bool) {
    let table = settings.table;
    let header = if table == "scenario" {
        "[scenario]".into()
    } else {
        format!("[[{table}]]")
    };
    writeln!(out, "\n{header}").unwrap_or_default();
    for setting in &settings.entries {
        let comment = setting
            .provenance_without_lines()
            .replace(char::is_control, " ");
        let comment = match digest(scenario, settings, setting) {
            Some(digest) => format!("{comment} as {:?}; blake3 {digest}", setting.text),
            None => comment,
        };
        let value = match file_of(scenario, settings, setting, open) {
            Some(file) => format!("{:?}", file.name),
            None => setting.to_toml(),
        };
        let line = format!("{} = {value}", setting.key.name);
        // The values that a profile, a workload or a path gave stand here themselves.
        let reference = setting.key.kind.is_reference();
        let is_set = matches!(setting.origin, Origin::File(_) | Origin::Override);
        let comment_out = if open {
            !reference && !is_set
        } else {
            reference
        };
        let hash = if comment_out { "# " } else { "" };
        writeln!(out, "{hash}{line}  # {comment}").unwrap_or_default();
    }
}

pub(super) fn write_objective(out: &mut String, objective: &Objective) {
    let metric = objective.metric;
    writeln!(out, "\n[[objective]]\nmetric = \"{}\"", metric.name).unwrap_or_default();
    if let Some(cause) = objective.cause {
        writeln!(out, "cause = \"{}\"", metric.cause_name(cause)).unwrap_or_default();
    }
    writeln!(
        out,
        "scope = {}",
        toml::Value::String(objective.scope.to_string())
    )
    .unwrap_or_default();
    let key = match objective.bound {
        Bound::AtMost(_) => "at_most",
        Bound::AtLeast(_) => "at_least",
    };
    writeln!(
        out,
        "{key} = {}",
        written_target(metric.unit, objective.bound.target())
    )
    .unwrap_or_default();
    if let Some(days) = objective.quantile {
        writeln!(out, "quantile = \"{days}\"").unwrap_or_default();
    }
}
