//! The verdict, the answer, and the assumptions that it rests on.

use super::table::Table;
use crate::quantity::number::{human, percent, small};
use crate::record::inputs::Input;
use crate::record::{Assumption, Figure, Record, is_label};
use crate::report::words::key;
use crate::study::Verdict;
use serde::Serialize;

/// The verdict as a mark.
#[derive(Serialize)]
pub(super) struct Mark {
    /// `pass`, `fail`, `open`, or `none` where nothing is judged.
    state: &'static str,
    sign: &'static str,
    word: &'static str,
}

/// A mark that says how it came out.
fn outcome_mark(state: &'static str, word: &'static str) -> Mark {
    let sign = match state {
        "pass" => "✓",
        "fail" => "✗",
        "open" => "?",
        _ => "",
    };
    Mark { state, sign, word }
}

/// Whether the record says that something is missed, or recommends what loses sessions: that is printed in red.
pub fn is_bad(record: &Record) -> bool {
    mark(record).state == "fail"
}

/// The verdict of a study.
pub(super) fn mark(record: &Record) -> Mark {
    let empty_mark = outcome_mark("none", "");
    match record {
        Record::Run(run) => match (run.verdict, run.objectives.len()) {
            (None, _) => empty_mark,
            (Some(Verdict::Pass), 1) => outcome_mark("pass", "Objective met"),
            (Some(Verdict::Pass), _) => outcome_mark("pass", "Objectives met"),
            (Some(Verdict::Fail), _) => outcome_mark("fail", "Objective missed"),
            (Some(Verdict::Inconclusive), _) => outcome_mark("open", "Still open"),
        },
        Record::Sweep(sweep) => match sweep.verdict {
            None if loses(&sweep.rows, &sweep.chosen) => {
                outcome_mark("fail", "The best point loses sessions")
            }
            None => empty_mark,
            Some(Verdict::Pass) if loses(&sweep.rows, &sweep.chosen) => {
                outcome_mark("fail", "Met, but sessions are lost")
            }
            Some(Verdict::Pass) => outcome_mark("pass", "Met at some points"),
            Some(Verdict::Fail) => outcome_mark("fail", "Met at no point"),
            Some(Verdict::Inconclusive) => outcome_mark("open", "Still open"),
        },
        Record::Sizing(study) => match &study.body.value {
            Some(value) if study.body.confirmed => {
                match loses(&study.rows, &format!("{}={value}", study.body.key)) {
                    true => outcome_mark("fail", "Found, but sessions are lost"),
                    false => outcome_mark("pass", "Found and confirmed"),
                }
            }
            Some(_) => outcome_mark("open", "Still open"),
            None if study.verdict == Verdict::Inconclusive => outcome_mark("open", "Still open"),
            None => outcome_mark("fail", "No value serves"),
        },
        Record::Selection(study) => match &study.body.best {
            Some(_) if study.verdict == Verdict::Fail => {
                outcome_mark("fail", "The least cost misses the objectives")
            }
            Some(best) if loses(&study.rows, best) => {
                outcome_mark("fail", "The least cost, but sessions are lost")
            }
            Some(_) if study.verdict == Verdict::Inconclusive => outcome_mark("open", "Still open"),
            Some(_) => outcome_mark("pass", "Selected"),
            None if study.verdict == Verdict::Fail => {
                outcome_mark("fail", "No point meets the objectives")
            }
            None => outcome_mark("open", "Still open"),
        },
        Record::Front(study) => {
            let mut points = study.body.front.iter();
            match study.verdict {
                Verdict::Pass if points.all(|point| loses(&study.rows, point)) => {
                    outcome_mark("fail", "Undominated, but sessions are lost")
                }
                Verdict::Pass => outcome_mark("pass", "Points to choose from"),
                Verdict::Fail => outcome_mark("fail", "No point meets the objectives"),
                Verdict::Inconclusive => outcome_mark("open", "Still open"),
            }
        }
        Record::Comparison(_) | Record::Sensitivity(_) | Record::Global(_) | Record::Matrix(_) => {
            empty_mark
        }
    }
}

/// From this share of sessions lost on, a point is not called selected.
const LOSING: f64 = 0.01;

/// Whether the point of that label loses sessions, or nobody has one there.
fn loses(rows: &[Figure], label: &str) -> bool {
    let is_of_label = |f: &&Figure| is_label(label, &f.point);
    rows.iter().filter(is_of_label).any(|f| {
        f.mean.is_some_and(|mean| {
            f.is_of_all("dropped_session_fraction") && mean >= LOSING
                || f.is_of_all("sessions_established") && mean == 0.0
        })
    })
}

/// The answer, a sentence each.
pub(super) fn lines(record: &Record) -> Vec<String> {
    let answer = record.head().answer.lines();
    answer.map(|line| line.trim().to_string()).collect()
}

/// What to do next.
pub(super) fn next(record: &Record, inputs: &[Input]) -> Vec<String> {
    let advice = record.run().and_then(|run| run.advice.clone());
    let mut lines = advice.unwrap_or_default();
    if record.head().verdict == Some(Verdict::Inconclusive) {
        lines.push(
            "The verdict is open: more replications settle it (--reps, or --precision).".into(),
        );
    }
    let assumed = inputs.iter().filter(|i| i.standing == "assumption").count();
    match record {
        Record::Run(_) => {}
        Record::Sensitivity(study) => {
            let first = study.body.keys.iter().find(|k| k.swing > 0.0);
            lines.extend(first.map(|k| {
                format!(
                    "Find out about {} ({}): nothing else that is assumed moves the answer so far.",
                    small(&key(&k.key)),
                    k.key
                )
            }));
        }
        Record::Global(_) => {}
        Record::Matrix(_) => lines.extend([
            "How clients react to silence and refusals is as their profiles assume; other values were not tried. One at a \
             time: rccsim matrix --set clients.on_no_answer=hold."
                .to_string(),
            "Find out to which row a gateway belongs. A log of one session shows its Allow header and its answer to UPDATE; \
             rccsim identify reads it."
                .to_string(),
        ]),
        _ => lines.push(format!(
            "This rests on {assumed} values that nobody published (standing: assumption). rccsim sensitivity shows which of \
             them move the answer."
        )),
    }
    lines
}

/// What hangs on assumptions.
#[derive(Serialize)]
pub(super) struct Assumptions {
    decides: bool,
    /// How far users are down over all of them, of a run.
    bounds: String,
    /// What a study tried, how and on what, or why it tried nothing.
    basis: String,
    table: Option<Table>,
}

/// The assumptions with their bounds; `None`: none matters, or none was tried and nothing is to be said of that.
pub(super) fn assumptions(record: &Record) -> Option<Assumptions> {
    let head = record.head();
    let basis = head.assumptions_basis.to_string();
    let table = trials_table(head.assumptions, !basis.is_empty()).if_any();
    if table.is_none() && basis.is_empty() {
        return None;
    }
    let rows = head
        .rows
        .iter()
        .filter(|r| r.scope == "all" && r.metric == "down_fraction");
    let alternatives = head.assumptions.iter().flat_map(|a| &a.alternatives);
    let downs = rows
        .filter_map(|r| r.mean)
        .chain(alternatives.filter_map(|o| o.down_fraction));
    let (lowest, highest) = downs.fold((f64::INFINITY, 0.0f64), |(lowest, highest), down| {
        (lowest.min(down), highest.max(down))
    });
    Some(Assumptions {
        decides: head.assumptions.iter().any(|a| a.decides),
        bounds: if basis.is_empty() {
            match (percent(lowest), percent(highest)) {
                (lowest, highest) if lowest == highest => highest,
                (lowest, highest) => format!("{lowest} to {highest}"),
            }
        } else {
            String::new()
        },
        table,
        basis,
    })
}

/// What was tried; in a study with what the answer would be.
fn trials_table(assumptions: &[Assumption], in_study: bool) -> Table {
    let verdict = if in_study { "objectives" } else { "verdict" };
    let mut columns = vec![
        "key",
        "value",
        "other value",
        "#down (%)",
        "#toasts missed (%)",
        verdict,
    ];
    if in_study {
        columns.push("the answer then");
    }
    columns.push("standing");
    let mut table = Table::new("What other values would give", &columns);
    for assumption in assumptions {
        for alternative in &assumption.alternatives {
            let mut row = vec![
                assumption.key.clone(),
                assumption.value.clone(),
                alternative.value.clone(),
                hundredths(alternative.down_fraction),
                hundredths(alternative.missed_toast_fraction),
                alternative.verdict.map_or("", Verdict::name).into(),
            ];
            if in_study {
                let answer = alternative.answer.as_deref().filter(|a| !a.is_empty());
                row.push(answer.unwrap_or("not shown to change").into());
            }
            // That nobody published it is said above the table.
            let standing = &assumption.standing;
            row.push(
                standing
                    .trim_end_matches(" for what nobody published")
                    .into(),
            );
            table.rows.push(row);
        }
    }
    table.drop_if_empty(verdict);
    table.note =
        "Each by a short trial, one key at a time; the scenario's own value is the one in the second column.".into();
    table
}

/// A share in percent to two decimals: what a short trial can say.
fn hundredths(share: Option<f64>) -> String {
    share.map_or("–".into(), |share| human((share * 1e4).round() / 100.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{
        Alternative, Figure, MatrixRecord, Objective, PointRecord, RunRecord, Selection, Sizing,
        StudyRecord, SweepRecord,
    };

    #[test]
    fn every_kind_has_its_mark() {
        let badge = |record: Record| {
            let mark = mark(&record);
            (mark.state, mark.word)
        };
        let run = |objectives: usize, verdict| {
            Record::Run(RunRecord {
                objectives: vec![Objective::default(); objectives],
                verdict,
                ..RunRecord::default()
            })
        };
        assert_eq!(
            badge(run(1, Some(Verdict::Pass))),
            ("pass", "Objective met")
        );
        assert_eq!(
            badge(run(2, Some(Verdict::Pass))),
            ("pass", "Objectives met")
        );
        assert_eq!(badge(run(0, None)), ("none", ""), "nothing is judged");
        assert_eq!(
            badge(run(1, Some(Verdict::Inconclusive))),
            ("open", "Still open")
        );
        let point = PointRecord {
            objectives: vec![Objective::default()],
            ..PointRecord::default()
        };
        let sweep = SweepRecord {
            points: vec![point],
            verdict: Some(Verdict::Fail),
            ..SweepRecord::default()
        };
        assert_eq!(badge(Record::Sweep(sweep)), ("fail", "Met at no point"));
        let sizing = |value: Option<&str>| {
            let value = value.map(String::from);
            let body = Sizing {
                value,
                ..Sizing::default()
            };
            Record::Sizing(StudyRecord {
                verdict: Verdict::Fail,
                body,
                ..StudyRecord::default()
            })
        };
        assert_eq!(badge(sizing(Some("2"))), ("open", "Still open"));
        assert_eq!(badge(sizing(None)), ("fail", "No value serves"));
        let body = Selection {
            best: Some("a=1".into()),
            ..Selection::default()
        };
        let selection = StudyRecord {
            verdict: Verdict::Pass,
            body,
            ..StudyRecord::default()
        };
        assert_eq!(badge(Record::Selection(selection)), ("pass", "Selected"));
        assert_eq!(badge(Record::Matrix(MatrixRecord::default())), ("none", ""));
    }

    #[test]
    fn the_bounds_are_over_the_run_itself_and_all_that_was_tried() {
        let alternative = |down: f64, verdict| Alternative {
            value: "x".into(),
            down_fraction: Some(down),
            verdict: Some(verdict),
            ..Alternative::default()
        };
        let row = |scope: &str, mean: f64| Figure {
            scope: scope.into(),
            metric: "down_fraction".into(),
            mean: Some(mean),
            ..Figure::default()
        };
        let assumption = Assumption {
            key: "k".into(),
            value: "v".into(),
            standing: "an assumption".into(),
            decides: true,
            alternatives: vec![
                alternative(0.5, Verdict::Fail),
                alternative(0.02, Verdict::Pass),
            ],
        };
        let run = RunRecord {
            rows: vec![row("all", 0.0187), row("clients:a", 0.99)],
            assumptions: Some(vec![assumption]),
            ..RunRecord::default()
        };
        let summary = assumptions(&Record::Run(run)).unwrap();
        assert_eq!(
            (
                summary.decides,
                summary.bounds.as_str(),
                summary.table.unwrap().rows.len()
            ),
            (true, "1.87 % to 50 %", 2)
        );
        assert!(assumptions(&Record::Run(RunRecord::default())).is_none());
    }
}
