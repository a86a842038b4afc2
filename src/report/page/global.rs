//! Which unknown makes the spread of an answer, as a table.

use super::table::{Table, interval};
use crate::quantity::number::{count_phrase, whole};
use crate::record::{GlobalSensitivity, Interval};

/// Every unknown, the one with the largest share first.
pub(super) fn table(body: &GlobalSensitivity) -> Table {
    let unit = &body.unit;
    let mut table = Table::new("Every unknown", &["key", "values"]);
    for title in ["in all", "lower", "upper", "alone", "lower", "upper"] {
        table.figure(title, "fraction");
    }
    ["mean effect (μ*)", "lower", "upper", "deviation (σ)"]
        .iter()
        .for_each(|title| table.figure(title, unit));
    let cells = |estimate: Option<Interval>, unit: &str| {
        let mean = estimate.map(|estimate| estimate.mean);
        let (lower, upper) =
            estimate.map_or((None, None), |estimate| (estimate.lower, estimate.upper));
        interval(mean, lower, upper, unit)
    };
    for unknown in &body.unknowns {
        let mut line = vec![unknown.key.clone(), unknown.levels.join(", ")];
        line.extend(cells(unknown.total, "fraction"));
        line.extend(cells(unknown.first, "fraction"));
        line.extend(cells(Some(unknown.effect), unit));
        line.push(super::cell(Some(unknown.deviation), unit));
        table.rows.push(line);
    }
    table.note = format!(
        "Shares of the variance over all combinations of the values, each equally likely (Sobol's indices by Saltelli's design of {}, 95 % intervals of the bootstrap), of the unknowns that had an effect in {} (Morris). {}, {} each.",
        count_phrase(body.rows as u64, "row"),
        match body.trajectories {
            1 => "1 trajectory".into(),
            n => format!("{} trajectories", whole(n as u64)),
        },
        count_phrase(body.combinations.len() as u64, "combination"),
        count_phrase(body.replications.into(), "replication")
    );
    table
}
