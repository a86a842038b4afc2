//! A table of the page: plain numbers in its cells and units in its header, so that it pastes into a spreadsheet.

use serde::Serialize;

use crate::measure::Unit;
use crate::quantity::number::{human, matched};

/// A table.
#[derive(Serialize, Default)]
pub(super) struct Table {
    /// What it shows.
    pub title: String,
    /// Whether the title only repeats the heading above.
    pub hides_title: bool,
    /// Small print below.
    pub note: String,
    /// The columns.
    pub head: Vec<Column>,
    /// A row per line.
    pub rows: Vec<Vec<String>>,
}

/// A column.
#[derive(Serialize)]
pub(super) struct Column {
    /// Its title, with the unit.
    title: String,
    /// Whether it holds numbers.
    figures: bool,
}

/// Rows shown at most: more are nobody's reading.
const MAX_ROWS: usize = 400;

impl Table {
    /// An empty table: `words` and `figures` are the titles of its columns; those of figures begin with `#`.
    pub(super) fn new(title: &str, columns: &[&str]) -> Self {
        let column = |c: &&str| match c.strip_prefix('#') {
            Some(title) => Column {
                title: title.into(),
                figures: true,
            },
            None => Column {
                title: (*c).into(),
                figures: false,
            },
        };
        Self {
            title: title.into(),
            head: columns.iter().map(column).collect(),
            ..Self::default()
        }
    }

    /// Adds a column of figures of a metric.
    pub(super) fn figure(&mut self, title: &str, unit: &str) {
        let unit = unit_name(unit);
        let title = if unit.is_empty() {
            title.to_string()
        } else {
            format!("{title} ({unit})")
        };
        self.head.push(Column {
            title,
            figures: true,
        });
    }

    /// Adds a column of words.
    pub(super) fn words(&mut self, title: &str) {
        self.head.push(Column {
            title: title.into(),
            figures: false,
        });
    }

    /// Takes a column out in which no row has anything.
    pub(super) fn drop_if_empty(&mut self, title: &str) {
        let Some(column) = self.head.iter().position(|c| c.title == title) else {
            return;
        };
        if self.rows.iter().all(|row| row[column].is_empty()) {
            self.head.remove(column);
            self.rows
                .iter_mut()
                .for_each(|row| drop(row.remove(column)));
        }
    }

    /// Cuts what is too long, and says so.
    pub(super) fn cut(mut self, noun: &str) -> Self {
        if self.rows.len() > MAX_ROWS {
            let note = format!(
                "The first {MAX_ROWS} of {} {noun}; all of them are in summary.json.",
                self.rows.len()
            );
            self.note = format!("{note} {}", self.note).trim_end().into();
            self.rows.truncate(MAX_ROWS);
        }
        self
    }

    /// The table, unless it has no rows.
    pub(super) fn if_any(self) -> Option<Self> {
        (!self.rows.is_empty()).then_some(self)
    }
}

/// A mean with the ends of its interval, as cells: all to two digits of the half width.
pub(super) fn interval(
    mean: Option<f64>,
    lower: Option<f64>,
    upper: Option<f64>,
    unit: &str,
) -> [String; 3] {
    let half = lower.zip(upper).map(|(lower, upper)| (upper - lower) / 2.0);
    [mean, lower, upper].map(|figure| cell_within(figure, half, unit))
}

/// What a value of a unit is multiplied by in a table: fractions are in percent.
pub(super) fn factor(unit: &str) -> f64 {
    if unit == Unit::Fraction.name() {
        100.0
    } else {
        1.0
    }
}

/// A value in the unit that people read, which stands in the header; a fraction in percent.
pub(super) fn cell(value: Option<f64>, unit: &str) -> String {
    value.map_or("–".into(), |value| human(value * factor(unit)))
}

/// A value beside its interval: to two digits of the half width.
pub(super) fn cell_within(value: Option<f64>, half: Option<f64>, unit: &str) -> String {
    let factor = factor(unit);
    value.map_or("–".into(), |value| {
        matched(value * factor, half.map(|half| half * factor))
    })
}

/// The unit as it stands in a table; a count has none.
pub(super) fn unit_name(unit: &str) -> &str {
    match unit {
        "fraction" => "%",
        "per_client_hour" => "per client-hour",
        "per_s" => "per s",
        "count" => "",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_without_anything_is_taken_out() {
        let mut table = Table::new("t", &["key", "verdict", "#down"]);
        table.rows = vec![
            vec!["a".into(), String::new(), "1".into()],
            vec!["b".into(), String::new(), "2".into()],
        ];
        table.drop_if_empty("key");
        table.drop_if_empty("verdict");
        let titles: Vec<&str> = table.head.iter().map(|c| c.title.as_str()).collect();
        assert_eq!(
            (titles, &table.rows[1]),
            (vec!["key", "down"], &vec!["b".to_string(), "2".into()])
        );
    }
}
