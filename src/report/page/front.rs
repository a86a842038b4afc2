//! Several figures at once, as a table.

use super::table::{Table, interval};
use crate::quantity::number::count_phrase;
use crate::record::{Front, FrontPoint};
use crate::report::words::metric_title;

/// Every point, those to choose from first.
pub(super) fn table(front: &Front) -> Table {
    let mut table = Table::new("Every point", &["point", "standing"]);
    for metric in &front.metrics {
        table.figure(&metric_title(&metric.metric), &metric.unit);
        ["lower", "upper"]
            .iter()
            .for_each(|title| table.figure(title, &metric.unit));
    }
    table.words("dominated by");
    let mut order: Vec<&FrontPoint> = front.points.iter().collect();
    order.sort_by_key(|p| !p.standing.is_kept());
    for p in order {
        let mut line = vec![p.point.clone(), p.standing.name().into()];
        for (figure, metric) in p.figures.iter().zip(&front.metrics) {
            line.extend(interval(
                figure.mean,
                figure.lower,
                figure.upper,
                &metric.unit,
            ));
        }
        line.push(p.dominated_by.clone().unwrap_or_default());
        table.rows.push(line);
    }
    table.drop_if_empty("dominated by");
    table.note = format!(
        "{} each, with 95 % intervals. A point is dominated where another is shown to be worse in none of the figures and better in one, by paired differences; all of these statements hold at once with 95 %.",
        count_phrase(front.replications.into(), "replication")
    );
    table.cut("points")
}
