//! `rccsim check`: what was understood of a scenario, each value with its source, without running it.

mod fault;
mod records;
mod section;

use std::collections::BTreeMap;

use clap::Args;
use serde::Serialize;

use super::fault::Fault;
use super::flags::{Format, JobsFlag, ScenarioFlags};
use super::terminal::{print, print_text, say};
use super::{Outcome, memory};
use crate::experiment::{Case, cases};
use crate::quantity::number::{count_phrase, duration, whole};
use crate::report::text::objective;
use crate::scenario::{Scenario, Study, hash};
use section::listed;

/// Check a scenario.
#[derive(Args)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    scenario: ScenarioFlags,
    #[command(flatten)]
    jobs: JobsFlag,
    /// Say what each key means, and what is valid
    #[arg(long)]
    explain: bool,
    /// Form of the output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Serialize)]
struct Understood<'a> {
    schema: &'a str,
    scenario: &'a str,
    scenario_hash: String,
    question: &'a str,
    warnings: &'a [String],
    settings: Vec<SettingView<'a>>,
    points: Vec<BTreeMap<&'a str, &'a str>>,
}

#[derive(Serialize)]
struct SettingView<'a> {
    table: &'a str,
    name: &'a str,
    key: &'a str,
    /// Of a mix: whose value it is, where the profiles have each their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<&'a str>,
    value: String,
    standing: String,
    provenance: String,
    meaning: &'a str,
}

impl CheckArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// Bad input, or a refusal of the system.
    pub(super) fn run(self) -> Result<Outcome, Fault> {
        let scenario = self.scenario.read()?;
        memory::check(&scenario, self.jobs.threads())?;
        let points = scenario
            .study
            .as_ref()
            .map_or(Ok(Vec::new()), |study| cases(&scenario, study))?;
        match self.format {
            Format::Text => {
                scenario.warnings.iter().for_each(|w| say!("warning: {w}"));
                print_text(&format!(
                    "{}{}",
                    text(&scenario, self.jobs.threads(), self.explain),
                    points_text(&points, scenario.study.as_ref())
                ))?;
            }
            Format::Json => print(&json(&scenario, &points))?,
        }
        Ok(Outcome::Pass)
    }
}

fn text(scenario: &Scenario, threads: usize, explain: bool) -> String {
    let plan = &scenario.plan;
    let users: u64 = plan.clients.iter().map(|c| u64::from(c.count)).sum();
    let gateways: u64 = plan.gateways.iter().map(|g| u64::from(g.count)).sum();
    let mut out = format!("{} is valid.\n", scenario.file);
    if !scenario.question.is_empty() {
        out += &format!("{}\n", scenario.question);
    }
    out += &format!(
        "{} on {}, {} from {}, {}; about {} MB of memory on {}.\n",
        count_phrase(users, "user"),
        count_phrase(gateways, "gateway"),
        duration(plan.horizon.0 as f64 / 1e6),
        crate::quantity::print_moment(plan.start_moment()),
        count_phrase(scenario.replications.into(), "replication"),
        whole(memory::required_bytes(plan, threads) / 1_000_000 + 1),
        count_phrase(threads as u64, "thread"),
    );
    for section in &scenario.settings {
        let title = if section.table == "scenario" {
            String::new()
        } else {
            format!(" {}", section.name)
        };
        out += &format!("\n{}{title}\n", section.table);
        out += &section::text(section, explain);
        match section.table {
            "clients" => out += &records::text(scenario, section),
            "fault" => out += &fault::text(plan, &section.name),
            _ => {}
        }
    }
    if !scenario.objectives.is_empty() {
        out += "\nobjectives\n";
        scenario
            .objectives
            .iter()
            .for_each(|o| out += &format!("  {}\n", objective(o)));
    }
    if !scenario.plots.is_empty() {
        out += "\nplots, besides those that every results folder has\n";
        scenario
            .plots
            .iter()
            .for_each(|p| out += &format!("  {}\n", p.description()));
    }
    out
}

/// The points of a study: all of them, or both ends of many.
fn points_text(points: &[Case], study: Option<&Study>) -> String {
    if points.is_empty() {
        return String::new();
    }
    let all = count_phrase(points.len() as u64, "point");
    let table = study.and_then(|study| Some((study.table.as_deref()?, study)));
    let table = table.map(|(file, study)| {
        let keys: Vec<&str> = study.axes.iter().map(|axis| axis.key.as_str()).collect();
        format!(
            " of {file}, a row each, with the columns {}",
            keys.join(", ")
        )
    });
    let mut out = format!(
        "\nstudy: {all}{} (rccsim sweep)\n",
        table.unwrap_or_default()
    );
    let listed_count = if points.len() > 40 { 10 } else { points.len() };
    points[..listed_count]
        .iter()
        .for_each(|a| out += &format!("  {}\n", a.point.label()));
    if listed_count < points.len() {
        out += &format!("  … {} more\n", whole((points.len() - listed_count) as u64));
    }
    out
}

fn json(scenario: &Scenario, points: &[Case]) -> String {
    let settings = scenario.settings.iter().flat_map(|section| {
        let settings = listed(section).into_iter();
        settings.map(|(profile, s)| SettingView {
            table: section.table,
            name: &section.name,
            key: s.key.name,
            profile,
            value: s.text.clone(),
            standing: s.standing().to_string(),
            provenance: s.provenance(),
            meaning: s.key.meaning,
        })
    });
    let understood = Understood {
        schema: "rccsim.check/1",
        scenario: &scenario.plan.name,
        scenario_hash: hash(scenario),
        question: &scenario.question,
        warnings: &scenario.warnings,
        settings: settings.collect(),
        points: points
            .iter()
            .map(|a| {
                a.point
                    .values
                    .iter()
                    .map(|(k, v)| (k.as_str(), v.as_str()))
                    .collect()
            })
            .collect(),
    };
    crate::record::json(&understood)
}
