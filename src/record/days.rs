//! `days.csv`: the figures of each day of a run that has several.

use std::io::Write;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::figure::{Figure, PointValues};
use super::table::{Rows, Table, maybe_number, number};
use crate::quantity::number::rounded;
use crate::quantity::{Day, Moment, print_date};
use crate::study::{Samples, days};

/// One day of a run, from midnight to midnight as far as the run goes.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
#[serde(default)]
pub struct DayRecord {
    /// Its number, from 1.
    pub day: u32,
    /// Its date, where the scenario's start has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// Its weekday, where the start has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weekday: Option<String>,
    /// Where it begins, seconds from the start of the run.
    pub start_s: f64,
    /// How long it is, seconds.
    pub length_s: f64,
    /// The figures of every scope.
    pub rows: Vec<Figure>,
}

impl DayRecord {
    /// The days of a run that starts then; none where it has but one.
    pub fn from_samples(samples: &Samples, start: Moment) -> Vec<Self> {
        let point = Arc::new(PointValues::new());
        let record = |day: crate::study::DayFigures| {
            let date = start.day.map(|first| first.plus(day.number.into()));
            Self {
                day: day.number + 1,
                date: date.and_then(|date| match date {
                    Day::Date(date) => Some(print_date(date)),
                    Day::Week(_) => None,
                }),
                weekday: date.map(|date| date.weekday().to_string()),
                start_s: rounded(day.begins.as_secs_f64()),
                length_s: rounded(day.length.as_secs_f64()),
                rows: day
                    .rows
                    .iter()
                    .map(|row| Figure::new(row, &point))
                    .collect(),
            }
        };
        days(samples).into_iter().map(record).collect()
    }

    /// A figure over everything.
    pub fn figure(&self, metric: &str) -> Option<&Figure> {
        self.rows.iter().find(|row| row.is_of_all(metric))
    }

    /// "Monday 2026-11-30", "Monday", "day 1".
    pub fn name(&self) -> String {
        let parts = [&self.weekday, &self.date].map(Option::as_deref);
        let parts: Vec<&str> = parts.into_iter().flatten().collect();
        match &parts[..] {
            [] => format!("day {}", self.day),
            [weekday] => format!("{weekday}, day {}", self.day),
            _ => parts.join(" "),
        }
    }
}

/// A figure of a day.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug, Default)]
struct DayRow<'a> {
    /// The number of the day, from 1.
    day: u32,
    /// Its date; empty: nobody knows.
    date: &'a str,
    /// Its weekday; empty: nobody knows.
    weekday: &'a str,
    /// Where it begins, seconds from the start of the run.
    #[serde(with = "number")]
    start_s: f64,
    /// How long it is, seconds.
    #[serde(with = "number")]
    length_s: f64,
    /// Whom it is about.
    scope: &'a str,
    /// What it is.
    metric: &'a str,
    /// The mean over the replications.
    #[serde(with = "maybe_number")]
    mean: Option<f64>,
    /// Lower end of its 95 % interval.
    #[serde(with = "maybe_number")]
    lower: Option<f64>,
    /// Upper end.
    #[serde(with = "maybe_number")]
    upper: Option<f64>,
    /// In what.
    unit: &'a str,
    /// Over so many.
    replications: u32,
    /// The number of the point, counted from 1, as `points.csv` has it; a run is one point.
    point_number: u32,
}

/// The table.
struct Days;

impl Table for Days {
    type Row<'r> = DayRow<'r>;
}

/// Writes the table.
///
/// # Errors
/// Those of the writer.
pub fn write(days: &[DayRecord], out: impl Write) -> csv::Result<()> {
    let mut rows = Rows::new::<Days>(out)?;
    for day in days {
        for figure in &day.rows {
            rows.write(&DayRow {
                point_number: 1,
                day: day.day,
                date: day.date.as_deref().unwrap_or_default(),
                weekday: day.weekday.as_deref().unwrap_or_default(),
                start_s: day.start_s,
                length_s: day.length_s,
                scope: &figure.scope,
                metric: &figure.metric,
                mean: figure.mean,
                lower: figure.lower,
                upper: figure.upper,
                unit: &figure.unit,
                replications: figure.replications,
            })?;
        }
    }
    rows.finish()?;
    Ok(())
}
