//! Theory beside simulation: the closed forms that a run's plan meets, and what is against the others.

use serde::Serialize;

use super::table::{Table, factor, unit_name};
use crate::measure::{Metric, Sample, Scope};
use crate::quantity::number::precise;
use crate::record::{ReplicatedFigure, Series, Value};
use crate::theory::{Agreement, Prediction, RunFigures, Usable};

/// The columns of the table.
const COLUMNS: [&str; 10] = [
    "of",
    "figure",
    "#closed form",
    "#simulated",
    "#difference",
    "#allowed",
    "unit",
    "agrees",
    "allowed for",
    "formula",
];

/// What a page shows of it.
#[derive(Serialize)]
pub(super) struct Theory {
    /// How many figures agree, in a sentence.
    agreement: String,
    /// The figures that have a closed form.
    table: Option<Table>,
    /// What has none, and why.
    without: Vec<String>,
}

/// What has no closed form, for one reason.
struct UncoveredMetrics {
    scopes: Vec<String>,
    about: Vec<&'static str>,
    why: String,
}

/// The section of a run, by its predictions, every figure of every replication, and the series; without predictions the
/// plan of the run is not known.
pub(super) fn section(
    predictions: Option<&[Prediction]>,
    runs: &[ReplicatedFigure],
    series: &[Series],
) -> Theory {
    let Some(predictions) = predictions else {
        return Theory {
            agreement: "The closed forms were not looked at: scenario.toml does not give the plan of this run again.".into(),
            table: None,
            without: Vec::new(),
        };
    };
    let figures = figures(runs, series);
    let mut agreements: Vec<Agreement> = Vec::new();
    let mut gaps: Vec<UncoveredMetrics> = Vec::new();
    for prediction in predictions {
        match prediction.compare(&figures) {
            Ok(forms) => agreements.extend(forms),
            Err(violation) => {
                let (scope, why) = (prediction.scope.to_string(), violation.to_string());
                let is_alike =
                    |w: &&mut UncoveredMetrics| w.scopes == [scope.as_str()] && w.why == why;
                match gaps.iter_mut().find(is_alike) {
                    Some(gap) => gap.about.push(prediction.about),
                    None => gaps.push(UncoveredMetrics {
                        scopes: vec![scope],
                        about: vec![prediction.about],
                        why,
                    }),
                }
            }
        }
    }
    let mut table = Table::new("Simulated beside closed form", &COLUMNS);
    table.note =
        "Mean over the replications. Of chance four standard deviations are allowed, or a 99.99 % interval.".into();
    table.rows = agreements.iter().map(row).collect();
    Theory {
        agreement: sentence(&agreements),
        table: table.if_any(),
        without: merged(gaps).iter().map(UncoveredMetrics::line).collect(),
    }
}

/// The figures that predictions are checked against.
fn figures(runs: &[ReplicatedFigure], series: &[Series]) -> RunFigures {
    let mut figures = RunFigures::default();
    for figure in runs.iter().filter(|figure| figure.cause.is_empty()) {
        let sample = |(_, value): &(u32, Value)| match *value {
            Value::Absent => Sample::Absent,
            Value::Of(x) => Sample::Value(x),
            Value::Beyond(x) => Sample::Beyond(x),
            Value::Ratio(above, below) => Sample::Ratio(above, below),
        };
        let samples = figure.values.iter().map(sample).collect();
        figures.insert(scope(&figure.scope), &figure.metric, samples);
    }
    for usable in series.iter().filter(|series| series.name == "usable") {
        let starts = usable.start_s.iter().zip(&usable.length_s);
        let stretch = |((start, length), users): ((&f64, &f64), &f64)| Usable {
            until_s: start + length,
            users: *users,
        };
        let stretches = starts.zip(&usable.values).map(stretch).collect();
        figures.insert_usable(scope(&usable.scope), stretches);
    }
    figures
}

/// The scope that files name so.
fn scope(name: &str) -> Scope {
    match name.split_once(':') {
        Some(("clients", name)) => Scope::Clients(name.into()),
        Some(("gateway", name)) => Scope::Gateway(name.into()),
        _ => Scope::All,
    }
}

impl UncoveredMetrics {
    fn line(&self) -> String {
        format!(
            "{} ({}): not with {}.",
            self.about.join(", "),
            self.scopes.join(", "),
            self.why
        )
    }
}

/// What is alike in everything but its scope stands together.
fn merged(gaps: Vec<UncoveredMetrics>) -> Vec<UncoveredMetrics> {
    let mut merged: Vec<UncoveredMetrics> = Vec::new();
    for mut gap in gaps {
        let is_alike =
            |earlier: &&mut UncoveredMetrics| earlier.about == gap.about && earlier.why == gap.why;
        match merged.iter_mut().find(is_alike) {
            Some(earlier) => earlier.scopes.append(&mut gap.scopes),
            None => merged.push(gap),
        }
    }
    merged
}

/// A row of the table.
fn row(agreement: &Agreement) -> Vec<String> {
    let unit = Metric::by_name(agreement.metric).map_or("", |metric| metric.unit.name());
    let number = |x: f64| precise(x * factor(unit));
    let indent = |is: bool, cell: String| if is { format!("> {cell}") } else { cell };
    let reasons: Vec<String> = agreement
        .allowances
        .iter()
        .map(|allowance| allowance.reason.to_string())
        .collect();
    let allowed_for = match (reasons.is_empty(), agreement.is_lower_bound) {
        (false, _) => reasons.join("; "),
        (true, false) => "nothing: exact".into(),
        (true, true) => "any more than that".into(),
    };
    vec![
        agreement.scope.to_string(),
        agreement.metric.into(),
        indent(agreement.is_lower_bound, number(agreement.expected)),
        indent(agreement.is_open, number(agreement.simulated_mean)),
        indent(agreement.is_open, number(rounded(agreement.difference()))),
        number(rounded(agreement.tolerance())),
        unit_name(unit).into(),
        if agreement.holds() { "yes" } else { "no" }.into(),
        allowed_for,
        agreement.formula.clone(),
    ]
}

/// Three significant digits: more of a difference are noise.
fn rounded(x: f64) -> f64 {
    format!("{x:.2e}").parse().unwrap_or(x)
}

/// How many figures agree.
fn sentence(agreements: &[Agreement]) -> String {
    let off = agreements
        .iter()
        .filter(|agreement| !agreement.holds())
        .count();
    match (agreements.len(), off) {
        (0, _) => "No figure of this run has a closed form.".into(),
        (1, 0) => "One figure has a closed form, and the simulation agrees with it.".into(),
        (n, 0) => {
            format!("{n} figures have a closed form, and the simulation agrees with all of them.")
        }
        (n, off) => format!(
            "Of {n} figures that have a closed form {off} differ from it by more than is allowed."
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::{Allowance, Reason};

    fn agreement(expected: f64) -> Agreement {
        Agreement {
            scope: Scope::All,
            metric: "session_drops",
            formula: "f".into(),
            expected,
            is_lower_bound: false,
            simulated_mean: 12.0,
            is_open: false,
            allowances: Vec::new(),
        }
    }

    #[test]
    fn a_row_shows_both_figures_and_what_is_allowed() {
        let mut inexact = agreement(11.0);
        inexact.allowances.push(Allowance {
            size: 2.0,
            reason: Reason::MessageDelays,
        });
        let cells = row(&inexact);
        assert_eq!(
            cells,
            [
                "all",
                "session_drops",
                "11",
                "12",
                "1",
                "2",
                "",
                "yes",
                "message delays",
                "f"
            ]
        );
        assert_eq!(cells.len(), COLUMNS.len());
        assert_eq!(row(&agreement(12.0))[8], "nothing: exact");
        let open = Agreement {
            metric: "all_back_s",
            is_lower_bound: true,
            is_open: true,
            simulated_mean: 9000.0,
            ..agreement(700.0)
        };
        assert_eq!(row(&open)[2..5], ["> 700", "> 9,000", "> 8,300"]);
        assert_eq!(
            (rounded(-152.43), rounded(0.000_123_45), rounded(0.0)),
            (-152.0, 0.000_123, 0.0)
        );
    }

    #[test]
    fn the_sentence_counts_what_agrees() {
        assert!(sentence(&[]).starts_with("No figure"));
        assert!(sentence(&[agreement(12.0)]).starts_with("One figure"));
        let text = sentence(&[agreement(12.0), agreement(1.0)]);
        assert!(text.starts_with("Of 2 figures") && text.contains("1 differ"));
    }

    #[test]
    fn what_differs_by_its_scope_alone_stands_together() {
        let gap = |scope: &str| UncoveredMetrics {
            scopes: vec![scope.into()],
            about: vec!["refreshes", "messages"],
            why: "update = ignored".into(),
        };
        let lines = merged(vec![gap("clients:a"), gap("clients:b")]);
        let lines: Vec<String> = lines.iter().map(UncoveredMetrics::line).collect();
        assert_eq!(
            lines,
            ["refreshes, messages (clients:a, clients:b): not with update = ignored."]
        );
    }
}
