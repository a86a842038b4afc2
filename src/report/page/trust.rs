//! Can I trust this: replications and convergence, warm-up, closed forms, warnings, limits.

use minijinja::Value;
use serde::Serialize;

use super::convergence::charts;
use super::theory::{Theory, section};
use crate::quantity::number::{count_phrase, duration, whole};
use crate::record::{Kind, Record, Results, ResultsError, Series};
use crate::study::mser5;
use crate::theory::Prediction;

/// What speaks for and against the figures.
#[derive(Serialize, Default)]
pub(super) struct Trust {
    replications: String,
    convergence: Vec<Value>,
    no_convergence: &'static str,
    warm_up: String,
    theory: Option<Theory>,
    warnings: Vec<String>,
}

impl Trust {
    /// Whether there is something to be warned of.
    pub(super) const fn has_warnings(&self) -> bool {
        !self.warnings.is_empty()
    }
}

/// What the model leaves out.
pub(super) const LIMITS: [&str; 6] = [
    "OCS relays statelessly and transparently; authentication, presence and media are not simulated.",
    "A gateway answers at once unless it has a service time or a capacity. No vendor publishes messages per second; published calls per hour count as 8 messages each.",
    "A stalled or crashed gateway loses what waits in it. OCS has no queue of its own and one address for everybody.",
    "Nobody published how Communicator reacts to an unanswered or refused refresh, its Session-Expires, or how soon it comes back. These are inputs marked assumption.",
    "Users behave independently of each other: no calls between them, no shared lines.",
    "What a figure means is said in the glossary; the intervals cover chance in the run, not what the assumptions leave open.",
];

/// What can be said of a study; of a run also by the predictions of its plan.
///
/// # Errors
/// Which file is damaged.
pub(super) fn trust(
    results: &Results,
    predictions: Option<&[Prediction]>,
) -> Result<Trust, ResultsError> {
    let record = results.record();
    let kind = record.kind();
    let mut trust = Trust {
        replications: replications(record),
        warnings: warnings(record.head().warnings),
        ..Trust::default()
    };
    if kind != Kind::Matrix {
        trust.warm_up = "Nothing is cut off as warm-up: each run begins with nobody signed in, and that beginning is part of the question.".into();
    }
    trust.convergence = charts(results)?;
    if trust.convergence.is_empty() && kind != Kind::Matrix {
        trust.no_convergence =
            "There are not two replications of one figure, so nothing shows how it settles.";
    }
    if kind == Kind::Run {
        let series = results.series()?;
        trust.warm_up += &settling(series);
        trust.theory = Some(section(predictions, &results.runs()?, series));
    }
    Ok(trust)
}

/// Warnings that are read; a study of thousands of points may have one for each.
const MOST_WARNINGS: usize = 100;

fn warnings(all: &[String]) -> Vec<String> {
    let mut some: Vec<String> = all.iter().take(MOST_WARNINGS).cloned().collect();
    if all.len() > MOST_WARNINGS {
        some.push(match all.len() - MOST_WARNINGS {
            1 => "1 more warning is in summary.json.".into(),
            more => format!("{} more warnings are in summary.json.", whole(more as u64)),
        });
    }
    some
}

fn replications(record: &Record) -> String {
    let range_text = |n: u32| {
        format!(
            "{n} independent replications; every interval covers the mean with 95 % confidence."
        )
    };
    match record {
        Record::Matrix(_) => "One replication for each combination: exact instants, and shares of a small sample.".into(),
        Record::Run(run) if run.replications == 1 => "One replication: nothing is known of its spread, so there are no intervals.".into(),
        Record::Run(run) => range_text(run.replications),
        Record::Sensitivity(study) => range_text(study.body.replications),
        Record::Global(study) => format!(
            "{} of each combination, the same for all: they differ by the unknowns and by nothing else. The intervals of the shares are of the choice of combinations (bootstrap over the rows of the design).",
            count_phrase(study.body.replications.into(), "replication")
        ),
        Record::Sweep(sweep) if sweep.replications == 1 => "One replication for each point: there are no intervals.".into(),
        Record::Sweep(sweep) => {
            let n = sweep.replications;
            let alike = sweep.points.iter().all(|p| p.replications == n);
            let more = if alike { "" } else { " or more" };
            let s = if n == 1 && alike { "" } else { "s" };
            format!("{n}{more} replication{s} for each point; all points use common random numbers, so that they differ by what was varied and by nothing else.")
        }
        Record::Sizing(_) => "The value that was found was confirmed with replications that the search had not seen.".into(),
        Record::Selection(_) => "A sequential selection with a proven error (Kim and Nelson): points are left out as soon as they are shown to be worse.".into(),
        Record::Front(study) => format!(
            "{} for each point, paired by common random numbers. A point is called dominated only where the paired differences show it; all of these statements hold at once with 95 %.",
            count_phrase(study.body.replications.into(), "replication")
        ),
        Record::Comparison(_) => "Alternatives are paired: each meets the same users and calls, drawn with common random numbers.".into(),
    }
}

/// When a steady state begins, were one asked for.
fn settling(series: &[Series]) -> String {
    let Some(messages) = series
        .iter()
        .find(|s| s.scope == "all" && s.name == "message_rate_per_s")
    else {
        return String::new();
    };
    let rates: Vec<f64> = messages
        .values
        .iter()
        .copied()
        .filter(|rate| rate.is_finite())
        .collect();
    let steady = mser5(&rates);
    if steady.too_short {
        " The rate of messages does not settle within the run (MSER-5): its mean is that of this day, not of a steady state.".into()
    } else {
        format!(
            " The rate of messages settles after {} (MSER-5, means over minutes).",
            duration(steady.deleted as f64 * 60.0)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_warnings_some_are_shown() {
        let texts: Vec<String> = (0..1105).map(|i| i.to_string()).collect();
        let lines = warnings(&texts);
        assert_eq!(lines.len(), MOST_WARNINGS + 1);
        assert_eq!(
            lines[MOST_WARNINGS],
            "1,005 more warnings are in summary.json."
        );
        assert_eq!(warnings(&texts[..100]), texts[..100]);
    }
}
