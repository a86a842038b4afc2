//! `rccsim check`: what was understood of a scenario, each value with its source, without running it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use clap::Args;
use serde::Serialize;

use super::fault::Fault;
use super::flags::{Format, JobsFlag, ScenarioFlags};
use super::terminal::{print, print_text, say};
use super::{Outcome, memory};
use crate::experiment::{Case, cases};
use crate::quantity::number::{duration, whole};
use crate::reference::wrap_text;
use crate::report::text::{objective, table};
use crate::scenario::{Scenario, Setting, Settings, hash};

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
                    points_text(&points)
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
        "{} users on {} gateway{}, {} from {}, {} replications; about {} MB of memory on {threads} threads.\n",
        whole(users),
        whole(gateways),
        if gateways == 1 { "" } else { "s" },
        duration(plan.horizon.0 as f64 / 1e6),
        crate::quantity::print_moment(plan.start_moment()),
        scenario.replications,
        whole(memory::required_bytes(plan, threads) / 1_000_000 + 1),
    );
    for section in &scenario.settings {
        let title = if section.table == "scenario" {
            String::new()
        } else {
            format!(" {}", section.name)
        };
        out += &format!("\n{}{title}\n", section.table);
        out += &settings_text(section, explain);
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

/// The settings of a section; explained, those too that are listed only when given.
fn settings_text(section: &Settings, explain: bool) -> String {
    let mut settings = section.with_defaults();
    settings.retain(|s| !s.text.is_empty());
    let all = settings.len();
    if !explain {
        settings.retain(|s| matches!(s, Cow::Borrowed(_)));
    }
    let row = |s: &Cow<Setting>| vec![s.key.name.to_string(), s.text.clone(), s.provenance()];
    let rows: Vec<Vec<String>> = settings.iter().map(row).collect();
    let mut out = String::new();
    for (line, setting) in table(&rows, false).lines().zip(&settings) {
        out += &format!("{line}\n");
        if explain {
            let meaning = format!("{}; {}", setting.key.meaning, setting.key.kind.expects());
            out += &format!("      {}\n", wrap_text(&meaning, 6));
        }
    }
    match all - settings.len() {
        0 => out,
        more => out + &format!("  … {more} more keys at their defaults: --explain lists them\n"),
    }
}

/// The points of a study: all of them, or both ends of many.
fn points_text(points: &[Case]) -> String {
    if points.is_empty() {
        return String::new();
    }
    let mut out = format!(
        "\nstudy: {} points (rccsim sweep)\n",
        whole(points.len() as u64)
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
        let settings = section.with_defaults().into_iter();
        settings.map(|s| SettingView {
            table: section.table,
            name: &section.name,
            key: s.key.name,
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
