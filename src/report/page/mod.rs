//! `report.html`: one file that opens anywhere, as a function of the other files of a results folder and of nothing else.
//!
//! The templates in this folder say what stands where; they are rendered by minijinja, which escapes every value of a
//! template named `*.html`. What is marked safe is made here: charts, the style sheet, and data for scripts. The page is
//! complete without scripts, asks for nothing from any network and stays below [`MOST_BYTES`].

mod answer;
mod convergence;
mod download;
mod figure;
mod glossary;
mod ladder;
mod objective;
mod run;
mod section;
mod study;
mod table;
mod theory;
mod trust;

use std::collections::BTreeMap;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, Value, context};
use serde_json::Value as Json;

use super::inputs::{self, Input};
use super::number::duration;
use super::plot;
use super::results::{Results, ResultsError};
use crate::measure::{Metric, Unit};
use crate::quantity::number::plain;
use crate::theory::Prediction;

/// The report's name in a results folder.
pub const NAME: &str = "report.html";
/// A page is no larger, so that it fits into a mail.
pub const MOST_BYTES: usize = 2_000_000;

/// What kind of study a folder holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Run,
    Sweep,
    Compare,
    Size,
    Best,
    Sensitivity,
    Matrix,
}

impl Kind {
    fn of(summary: &Json) -> Result<Kind, String> {
        Ok(match summary["schema"].as_str().unwrap_or_default() {
            "rccsim.summary/1" if summary.get("points").is_some() => Kind::Sweep,
            "rccsim.summary/1" => Kind::Run,
            "rccsim.compare/1" => Kind::Compare,
            "rccsim.size/1" => Kind::Size,
            "rccsim.best/1" => Kind::Best,
            "rccsim.sensitivity/1" => Kind::Sensitivity,
            "rccsim.matrix/1" => Kind::Matrix,
            other => {
                return Err(format!(
                    "summary.json: schema {other:?} is not one of this version"
                ));
            }
        })
    }

    fn name(self) -> &'static str {
        match self {
            Kind::Run => "run",
            Kind::Sweep => "sweep",
            Kind::Compare => "compare",
            Kind::Size => "size",
            Kind::Best => "best",
            Kind::Sensitivity => "sensitivity",
            Kind::Matrix => "matrix",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Kind::Run => "Simulated day",
            Kind::Sweep => "Sweep",
            Kind::Compare => "Comparison",
            Kind::Size => "Sizing",
            Kind::Best => "Best point",
            Kind::Sensitivity => "Sensitivity",
            Kind::Matrix => "Clients against gateways",
        }
    }
}

/// What the files of a folder hold for its page.
struct Content<'a> {
    kind: Kind,
    summary: Json,
    inputs: Vec<Input>,
    ladder: Option<ladder::Ladder>,
    /// Of each plot that was asked for and cannot be shown, why.
    unshown: &'a [String],
    trust: trust::Trust,
}

/// The page of a results folder, with its plots, and of each that was asked for and cannot be shown, why; of a run also
/// with the predictions of its plan, where that is known.
///
/// # Errors
/// Which file is missing or damaged.
pub fn page(
    results: &Results,
    plots: &[plot::Plot],
    unshown: &[String],
    predictions: Option<&[Prediction]>,
) -> Result<String, ResultsError> {
    let content = Content::read(results, unshown, predictions)?;
    let mut shown = plots;
    let environment = environment();
    let render = |context: &Value, downloads: Vec<download::Download>| {
        let template = environment
            .get_template("page.html")
            .unwrap_or_else(|e| unreachable!("{e:#}"));
        let page = template.render(context! { downloads => value(downloads), ..context.clone() });
        page.map_err(|e| {
            results.damaged(
                "summary.json",
                format!("the page cannot be made of it: {e:#}"),
            )
        })
    };
    loop {
        let context = content.context(shown, plots.len() - shown.len());
        let bare = render(&context, Vec::new())?;
        // The most telling plots come first.
        if let (true, Some((_, fewer))) = (bare.len() > MOST_BYTES, shown.split_last()) {
            shown = fewer;
            continue;
        }
        return render(
            &context,
            download::downloads(results, MOST_BYTES.saturating_sub(bare.len()))?,
        );
    }
}

impl<'a> Content<'a> {
    fn read(
        results: &Results,
        unshown: &'a [String],
        predictions: Option<&[Prediction]>,
    ) -> Result<Content<'a>, ResultsError> {
        let bad = |file: &'static str| move |why: String| results.damaged(file, why);
        let text = results.text("summary.json")?;
        let summary: Json =
            serde_json::from_str(&text).map_err(|e| bad("summary.json")(e.to_string()))?;
        let kind = Kind::of(&summary).map_err(bad("summary.json"))?;
        let inputs = results
            .maybe("inputs.csv")?
            .map_or(Ok(Vec::new()), |text| inputs::read(&text));
        let inputs = inputs.map_err(bad("inputs.csv"))?;
        let ladder = results
            .maybe("ladder.json")?
            .map(|text| ladder::read(&text))
            .transpose();
        let ladder = ladder.map_err(bad("ladder.json"))?;
        let trust = trust::trust(kind, &summary, results, predictions)?;
        Ok(Content {
            kind,
            summary,
            inputs,
            ladder,
            unshown,
            trust,
        })
    }

    /// Everything that the templates show but the data to download.
    fn context(&self, plots: &[plot::Plot], left_out: usize) -> Value {
        let Content {
            kind,
            summary,
            inputs,
            ladder,
            unshown,
            trust,
        } = self;
        let kind = *kind;
        // Its lists are shown as tables; the templates name the plain values.
        let plain = summary
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(_, v)| !v.is_array() && !v.is_object());
        let head: BTreeMap<&String, &Json> = plain.collect();
        let next = answer::next(kind, summary, inputs);
        let (assumptions, objectives) = (answer::assumptions(summary), objective::table(summary));
        // A run without a report has neither trials nor a ladder.
        let untried = kind == Kind::Run && summary["assumptions"].is_null();
        let [answer_plots, day_plots] = [false, true].map(|day| figure::of_part(kind, plots, day));
        let parts = [
            (true, "answer", "Answer"),
            (assumptions.is_some(), "assumptions", "Assumptions"),
            (!next.is_empty(), "next", "What to try next"),
            (objectives.is_some(), "objectives", "Objectives"),
            (
                true,
                "figures",
                if kind == Kind::Run {
                    "Figures"
                } else {
                    "Results"
                },
            ),
            (!day_plots.is_empty(), "day", "The day"),
            (ladder.is_some(), "ladder", "A lost session"),
            (true, "trust", "Can I trust this?"),
            (!inputs.is_empty(), "inputs", "Inputs"),
            (true, "repeat", "Repeat it"),
            (true, "glossary", "Glossary"),
        ];
        let parts: Vec<_> = parts
            .into_iter()
            .filter(|(there, ..)| *there)
            .map(|(_, id, title)| (id, title))
            .collect();
        context! {
            kind => value(kind.name()),
            kind_title => value(kind.title()),
            parts => value(parts),
            style => Value::from_safe_string(format!("{}{}", super::chart::stylesheet(), include_str!("style.css"))),
            script => Value::from_safe_string(SCRIPT.into()),
            summary => value(head),
            mark => value(answer::mark(kind, summary)),
            answer => value(answer::lines(summary)),
            next => value(next),
            untried => value(untried),
            tables => value(study::tables(kind, summary)),
            assumptions => value(assumptions),
            objectives => value(objectives),
            answer_plots => value(answer_plots),
            day_plots => value(day_plots),
            plots_left_out => value(left_out),
            unshown => value(unshown),
            ladder => value(ladder),
            trust => value(trust),
            inputs => value(section::sections(inputs)),
            limits => value(trust::LIMITS),
            glossary => value(glossary::terms()),
            words => value(glossary::WORDS),
        }
    }
}

/// What answers a pointer; the page is complete without it.
const SCRIPT: &str = super::chart::SCRIPT;

const TEMPLATES: [(&str, &str); 10] = [
    ("page.html", include_str!("page.html")),
    ("table.html", include_str!("table.html")),
    ("verdict.html", include_str!("verdict.html")),
    ("objectives.html", include_str!("objectives.html")),
    ("answer.html", include_str!("answer.html")),
    ("ladder.html", include_str!("ladder.html")),
    ("trust.html", include_str!("trust.html")),
    ("inputs.html", include_str!("inputs.html")),
    ("repeat.html", include_str!("repeat.html")),
    ("glossary.html", include_str!("glossary.html")),
];

/// Plain data as the templates see it.
fn value(data: impl serde::Serialize) -> Value {
    Value::from(Serde(data))
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build();
    environment.set_syntax(syntax.unwrap_or_else(|e| unreachable!("the usual delimiters: {e}")));
    for (name, text) in TEMPLATES {
        environment
            .add_template(name, text)
            .unwrap_or_else(|e| unreachable!("{name}: {e:#}"));
    }
    environment.add_test("metric", |name: &str| Metric::named(name).is_some());
    environment.add_filter("duration", |seconds: f64| duration(seconds));
    environment
}

/// A value in the unit that people read: a plain number that a spreadsheet takes; a fraction in percent.
fn cell(value: Option<f64>, unit: &str) -> String {
    let Some(value) = value else {
        return "–".into();
    };
    plain(if unit == Unit::Fraction.name() {
        value * 100.0
    } else {
        value
    })
}

/// The unit as it stands in a table; a count has none.
fn unit_name(unit: &str) -> &str {
    match unit {
        "fraction" => "%",
        "per_client_hour" => "per client-hour",
        "per_s" => "per s",
        "count" => "",
        other => other,
    }
}

#[cfg(test)]
mod tests;
