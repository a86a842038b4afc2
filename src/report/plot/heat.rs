//! How two keys act together: one figure as a table of colours.

use std::collections::BTreeMap;

use super::super::chart::{Axis, Chart, HeatMap, Layer};
use super::grid::{FigureIndex, keys, name};
use super::key::{called, places};
use super::reading::Reading;
use crate::quantity::number::{capital, human, small};
use crate::record::Objective;

/// More cells than this in a row or a column are no table.
const MAX_CELLS: usize = 60;

/// The keys of the table and what stands in its cells, in the unit of the figure.
struct HeatTable<'a> {
    across: &'a str,
    columns: Vec<&'a str>,
    others: Vec<&'a str>,
    rows: Vec<String>,
}

impl<'a> HeatTable<'a> {
    /// The table of these points, if two keys or more were turned and each pair of values was tried.
    fn new(points: &[&'a BTreeMap<String, String>]) -> Option<Self> {
        let keys = keys(points);
        // Across goes the key with the most values, rather numbers than words; down go the others together.
        let (across, columns) = keys
            .iter()
            .max_by_key(|(key, values)| (values.len(), places(key, values).is_some()))?;
        let other_keys: Vec<&str> = keys
            .iter()
            .map(|(key, _)| *key)
            .filter(|key| key != across)
            .collect();
        let mut rows: Vec<String> = Vec::new();
        for row in points.iter().map(|p| name(p, &other_keys)) {
            if rows.len() > MAX_CELLS {
                return None;
            }
            if !rows.contains(&row) {
                rows.push(row);
            }
        }
        let full = points.len() == rows.len() * columns.len();
        let fits = rows.len() >= 2 && rows.len() <= MAX_CELLS && columns.len() <= MAX_CELLS;
        (full && fits && !other_keys.is_empty()).then(|| Self {
            across,
            columns: columns.clone(),
            others: other_keys,
            rows,
        })
    }

    /// The figure of each point at its place.
    fn values(
        &self,
        points: &[&'a BTreeMap<String, String>],
        figure: impl Fn(&'a BTreeMap<String, String>) -> f64,
    ) -> Option<Vec<Vec<f64>>> {
        let mut values = vec![vec![f64::NAN; self.columns.len()]; self.rows.len()];
        for point in points {
            let row = name(point, &self.others);
            let row = self.rows.iter().position(|r| *r == row)?;
            let value = point.get(self.across)?;
            let column = self.columns.iter().position(|c| c == value)?;
            values[row][column] = figure(point);
        }
        Some(values)
    }
}

/// The text of each cell.
fn cells(values: &[Vec<f64>]) -> Vec<Vec<String>> {
    let finite = values.iter().flatten().copied().filter(|v| v.is_finite());
    let maximum = finite.fold(0.0, f64::max);
    let cell = |v: &f64| {
        if v.is_finite() {
            short(*v, maximum)
        } else {
            String::new()
        }
    };
    let row = |row: &Vec<f64>| row.iter().map(cell).collect();
    values.iter().map(row).collect()
}

/// The table, where two keys or more were turned and each pair of values was tried.
pub(super) fn chart<'a>(
    figures: &FigureIndex<'a>,
    points: &[&'a BTreeMap<String, String>],
    metric: &'a str,
    scope: &'a str,
    objective: Option<&Objective>,
) -> Option<Chart> {
    let table = HeatTable::new(points)?;
    let means = points.iter().filter_map(|p| {
        figures
            .get(p, scope, metric)
            .and_then(|f| f.mean.or(f.beyond))
    });
    let reading = Reading::for_metric(metric).sized(means);
    let values = table.values(points, |point| {
        let figure = figures.get(point, scope, metric);
        figure
            .and_then(|f| f.mean.or(f.beyond))
            .map_or(f64::NAN, |m| m * reading.factor)
    })?;
    let by: Vec<String> = table.others.iter().map(|k| small(&called(k))).collect();
    let unit = if reading.unit.is_empty() {
        String::new()
    } else {
        format!(" ({})", reading.unit)
    };
    let title = format!(
        "{}{unit} by {} and {}",
        reading.label,
        small(&called(table.across)),
        by.join(" and ")
    );
    let target = objective
        .map(|o| format!(" The objective is {}.", reading.target(o)))
        .unwrap_or_default();
    Some(Chart {
        description: format!("{title}, mean of each point.{target}"),
        title,
        x: Axis::new(&called(table.across), ""),
        y: Axis::new(
            &by.iter().map(|b| capital(b)).collect::<Vec<_>>().join(", "),
            "",
        ),
        layers: vec![Layer::HeatMap(HeatMap {
            columns: table.columns.iter().map(|c| (*c).to_string()).collect(),
            rows: table.rows,
            cells: cells(&values),
            values,
            marked: None,
        })],
        notes: Vec::new(),
    })
}

/// Three digits of the greatest value, as many decimals for all: more do not fit into a cell.
fn short(v: f64, maximum: f64) -> String {
    let magnitude = if maximum > 0.0 {
        libm::floor(libm::log10(maximum))
    } else {
        0.0
    };
    let decimals = (2.0 - magnitude).clamp(0.0, 6.0) as usize;
    let step = libm::pow(10.0, -(decimals as f64));
    match v {
        0.0 => "0".into(),
        v if v.abs() < step / 2.0 => format!("<{step}"),
        v if decimals == 0 => human(v.round()),
        v => format!("{v:.decimals$}"),
    }
}
