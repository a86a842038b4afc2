//! Figures, targets and tables as a person reads them on the terminal.

pub(super) use super::value::estimate as estimated;
pub(crate) use super::value::row as figure;
pub(crate) use super::value::value as in_unit;
pub(crate) use super::words::subject;
use super::words::{key, metric_title, on_days, place};
use crate::measure::{Bound, Objective};
use crate::quantity::number::{count_phrase, human, percent};
use crate::record::Assumption;
use crate::study::{SkewedFigure, Verdict};

/// A table: words to the left, figures to the right, under the header that is its first row where `header` says so.
pub fn table(rows: &[Vec<String>], header: bool) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let cells = |c: usize| {
        rows.iter()
            .skip(usize::from(header))
            .filter_map(move |r| r.get(c))
    };
    let is_figure = |cell: &String| {
        cell.is_empty() || cell.starts_with(|c: char| c.is_ascii_digit() || "-–<>≤≥".contains(c))
    };
    let figures: Vec<bool> = (0..columns)
        .map(|c| c > 0 && cells(c).all(is_figure))
        .collect();
    let width = |c: usize| {
        rows.iter()
            .filter_map(|r| r.get(c))
            .map(|t| t.chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut out = String::new();
    for row in rows {
        let mut line = String::new();
        for (c, cell) in row.iter().enumerate() {
            let pad = " ".repeat(widths[c] - cell.chars().count());
            line += &if figures[c] {
                format!("  {pad}{cell}")
            } else {
                format!("  {cell}{pad}")
            };
        }
        out += line.trim_end();
        out.push('\n');
    }
    out
}

/// A target as people read it.
pub fn target(objective: &Objective) -> String {
    let unit = objective.metric.unit;
    let target = match objective.bound {
        Bound::AtMost(t) => format!("≤ {}", in_unit(t, unit)),
        Bound::AtLeast(t) => format!("≥ {}", in_unit(t, unit)),
    };
    target + &on_days(objective)
}

/// An objective with its target.
pub fn objective(objective: &Objective) -> String {
    format!("{} {}", subject(objective), target(objective))
}

/// "1.88 % down, 20 % missed": the shares of time and of toasts that users lose.
pub(super) fn shares(down: Option<f64>, missed: Option<f64>) -> String {
    let missed = missed.map(|share| format!("{} missed", percent(share)));
    let down = down.map(|share| format!("{} down", percent(share)));
    let shares: Vec<String> = down.into_iter().chain(missed).collect();
    match shares.is_empty() {
        true => "–".into(),
        false => shares.join(", "),
    }
}

/// "Re-establishment = fixed 30 s (clients.reestablish) is an assumption: fixed 0 s → 0 % down, 0 % missed (pass), …".
pub fn assumption(a: &Assumption) -> String {
    let clauses_of_levels: Vec<String> = a
        .alternatives
        .iter()
        .map(|o| {
            let figures = shares(o.down_fraction, o.missed_toast_fraction);
            let clauses = o
                .verdict
                .map(Verdict::name)
                .into_iter()
                .chain(o.answer.as_deref().filter(|a| !a.is_empty()));
            let clauses = clauses.collect::<Vec<_>>().join("; ");
            let note = if clauses.is_empty() {
                clauses
            } else {
                format!(" ({clauses})")
            };
            format!("{} → {figures}{note}", o.value)
        })
        .collect();
    format!(
        "{} = {} ({}) is {}: {}",
        key(&a.key),
        a.value,
        a.key,
        a.standing,
        clauses_of_levels.join(", ")
    )
}

/// Those assumptions that decide the answer of a study; nothing where none does.
pub fn deciding_assumptions(assumptions: &[Assumption]) -> String {
    let deciding: Vec<String> = assumptions
        .iter()
        .filter(|a| a.decides)
        .map(|a| format!("  {}\n", assumption(a)))
        .collect();
    match deciding.is_empty() {
        true => String::new(),
        false => format!("\nAn assumption decides the answer\n{}", deciding.concat()),
    }
}

/// "missed_toast_fraction of all: the samples are skewed …".
pub fn skew(skewed: &SkewedFigure) -> String {
    let cause = skewed
        .column
        .cause
        .map_or(String::new(), |(_, c)| format!(" by {c}"));
    format!(
        "{}{cause}{}: the samples are skewed ({}), so the interval is too narrow; about {} would mend it",
        metric_title(skewed.column.metric.name),
        place(&skewed.scope),
        human(skewed.skew.skewness),
        count_phrase(skewed.skew.replications.into(), "replication")
    )
}
