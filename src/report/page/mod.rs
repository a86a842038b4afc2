//! `report.html`: one file that opens anywhere, as a function of the other files of a results folder and of nothing else.
//!
//! The templates in this folder say what stands where; they are rendered by minijinja, which escapes every value of a
//! template named `*.html`. What is marked safe is made here: charts, the style sheet, and data for scripts. The page is
//! complete without scripts, asks for nothing from any network and stays below `MOST_BYTES`.

mod answer;
mod arrangement;
mod convergence;
mod download;
mod figure;
mod front;
mod global;
mod glossary;
mod joined;
mod ladder;
mod levers;
mod measured;
mod objective;
mod policy;
mod run;
mod section;
mod study;
mod table;
mod theory;
mod trust;

use std::borrow::Cow;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, HtmlEscape, Value, context};

pub use answer::is_bad;
pub use download::NAME;
use table::{cell, unit_name};

use super::down::{self, DownRow};
use super::{plot, words};
use crate::measure::Metric;
use crate::quantity::number::duration;
use crate::record::inputs::Input;
use crate::record::{Kind, Record, Results, ResultsError};
use crate::theory::Prediction;

/// A page is no larger, so that it fits into a mail.
pub(crate) const MOST_BYTES: usize = 2_000_000;

/// The heading of a kind of study.
fn heading(kind: Kind) -> &'static str {
    match kind {
        Kind::Run => "Simulated day",
        Kind::Sweep => "Sweep",
        Kind::Comparison => "Comparison",
        Kind::Sizing => "Sizing",
        Kind::Selection => "Best point",
        Kind::Front => "Several aims at once",
        Kind::Sensitivity => "Sensitivity",
        Kind::Global => "Global sensitivity",
        Kind::Matrix => "Clients against gateways",
    }
}

/// What a page shows besides its plots.
struct Content<'a> {
    record: &'a Record,
    inputs: Cow<'a, [Input]>,
    ladder: Option<ladder::LadderView>,
    /// Of each plot that was asked for and cannot be shown, why.
    unshown: &'a [String],
    trust: trust::Trust,
    /// Of a run, what being down comes to.
    down: Vec<DownRow>,
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
    let mut printed_plots = plots;
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
        let context = content.context(printed_plots, plots.len() - printed_plots.len());
        let bare = render(&context, Vec::new())?;
        // The most telling plots come first.
        if let (true, Some((_, fewer))) = (bare.len() > MOST_BYTES, printed_plots.split_last()) {
            printed_plots = fewer;
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
        results: &'a Results,
        unshown: &'a [String],
        predictions: Option<&[Prediction]>,
    ) -> Result<Self, ResultsError> {
        let inputs = results.inputs()?;
        let trust = trust::trust(results, predictions)?;
        let down = match results.record().run() {
            Some(run) => down::rows(run, &results.runs()?),
            None => Vec::new(),
        };
        Ok(Content {
            record: results.record(),
            inputs,
            ladder: results.ladder()?.map(|ladder| ladder::view(&ladder)),
            unshown,
            trust,
            down,
        })
    }

    /// Everything that the templates show but the data to download.
    fn context(&self, plots: &[plot::Plot], left_out: usize) -> Value {
        let Content {
            record,
            inputs,
            ladder,
            unshown,
            trust,
            down,
        } = self;
        let kind = record.kind();
        let (next, measured) = (answer::next(record, inputs), measured::rows(inputs));
        let (assumptions, objectives) = (answer::assumptions(record), objective::table(record));
        // A run without a report has neither trials nor a ladder.
        let untried = record.run().is_some_and(|run| run.assumptions.is_none());
        let arrangement = arrangement::arrange(record, plots);
        let has_day = !arrangement.day.is_empty() || !arrangement.folded.is_empty();
        let figures = if kind == Kind::Run {
            "Figures"
        } else {
            "Results"
        };
        let parts = [
            (true, "answer", "Answer"),
            (
                !next.is_empty() || !record.head().levers.is_empty(),
                "next",
                "What to try next",
            ),
            (trust.has_warnings(), "warnings", "Warnings"),
            (assumptions.is_some(), "assumptions", "Assumptions"),
            (objectives.is_some(), "objectives", "Objectives"),
            (true, "figures", figures),
            (kind == Kind::Run && has_day, "day", "The day"),
            (ladder.is_some(), "ladder", "A lost session"),
            (!measured.is_empty(), "measured", "Measured, not assumed"),
            (true, "trust", "Can I trust this?"),
            (!inputs.is_empty(), "inputs", "Inputs"),
            (true, "repeat", "Repeat it"),
            (true, "glossary", "Glossary"),
        ];
        let parts: Vec<_> = parts
            .into_iter()
            .filter(|(is_shown, ..)| *is_shown)
            .map(|(_, id, title)| (id, title))
            .collect();
        context! {
            kind => value(kind.command()),
            kind_title => value(heading(kind)),
            parts => value(parts),
            summary => value(record.head()),
            mark => value(answer::mark(record)),
            answer => value(answer::lines(record)),
            next => value(next),
            levers => value(levers::levers(record)),
            untried => value(untried),
            tables => value(study::tables_with(record, down)),
            assumptions => value(assumptions),
            objectives => value(objectives),
            plots => value(arrangement),
            plots_left_out => value(left_out),
            unshown => value(unshown),
            ladder => value(ladder),
            measured => value(measured),
            trust => value(trust),
            changed => value(section::changed(inputs)),
            inputs => value(section::sections(inputs)),
            inputs_count => value(inputs.len()),
            ..always()
        }
    }
}

/// What every page has.
fn always() -> Value {
    let script = format!("{}{}", super::chart::SCRIPT, include_str!("page.js"));
    context! {
        style => Value::from_safe_string(format!("{}{}", super::chart::stylesheet(), include_str!("style.css"))),
        policy => value(policy::policy(&format!("\n{script}\n"))),
        script => Value::from_safe_string(script),
        limits => value(trust::LIMITS),
        glossary => value(glossary::terms()),
        words => value(glossary::WORDS),
    }
}

const TEMPLATES: [(&str, &str); 14] = [
    ("page.html", include_str!("page.html")),
    ("front.html", include_str!("front.html")),
    ("levers.html", include_str!("levers.html")),
    ("assumptions.html", include_str!("assumptions.html")),
    ("folded.html", include_str!("folded.html")),
    ("table.html", include_str!("table.html")),
    ("objectives.html", include_str!("objectives.html")),
    ("answer.html", include_str!("answer.html")),
    ("ladder.html", include_str!("ladder.html")),
    ("measured.html", include_str!("measured.html")),
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
    environment.add_test("metric", |name: &str| Metric::by_name(name).is_some());
    environment.add_filter("breaking", |title: &str| {
        let text = HtmlEscape(title).to_string();
        Value::from_safe_string(text.replace('_', "_<wbr>"))
    });
    environment.add_filter("worded", words::key);
    environment.add_filter("called", |metric: &str| words::metric_title(metric));
    environment.add_filter("duration", |seconds: f64| duration(seconds));
    environment
}

#[cfg(test)]
mod tests;
