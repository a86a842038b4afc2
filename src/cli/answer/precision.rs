//! That figures are not known as closely as was asked for.

use crate::measure::Objective;
use crate::quantity::number::{capital, count_phrase, small, whole};
use crate::report::value;
use crate::report::words::metric_title;
use crate::study::{Precision, PrecisionTarget, Samples, Shortfall, shortfalls};

/// The sentence that says so, of the figure that needs most replications; `None`: all are.
pub(in crate::cli) fn shortfall(
    samples: &Samples,
    objectives: &[Objective],
    targets: &[PrecisionTarget],
) -> Option<String> {
    let open_shortfalls = shortfalls(samples, objectives, targets);
    let worst =
        (open_shortfalls.iter()).max_by_key(|s| s.replications_needed.unwrap_or(u32::MAX))?;
    let replications = count_phrase(samples.replications().into(), "replication");
    let suffix = match open_shortfalls.len() - 1 {
        0 => String::new(),
        1 => " (and one more figure)".into(),
        n => format!(" (and {} more figures)", whole(n as u64)),
    };
    Some(capital(&format!(
        "the precision that was asked for is not reached in {replications}: {}{suffix}",
        clause(worst)
    )))
}

fn clause(short: &Shortfall) -> String {
    let metric = short.row.column.metric;
    let name = small(&metric_title(metric.name));
    let Some(estimate) = short.row.estimate else {
        return format!("{name} has no interval, since nothing of that kind happened");
    };
    let is_share = matches!(short.precision, Precision::Relative(_));
    if short.row.upper_if_none.is_some() && is_share {
        return format!("{name} is 0 so far, and no share of 0 is a precision");
    }
    let amount = |half: f64| value::three_digits(half, metric.unit);
    let half = estimate.half_width().map_or("unknown".into(), amount);
    let target = amount(short.precision.target(&estimate));
    let replications_clause = short.replications_needed.map_or(String::new(), |n| {
        format!("; about {} would do", count_phrase(n.into(), "replication"))
    });
    format!("{name} is known to ± {half}, not ± {target}{replications_clause}")
}
