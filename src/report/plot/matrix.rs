//! Which client keeps its sessions behind which gateway.

use super::super::chart::{Axis, Chart, HeatMap, Layer};
use super::super::matrix::{clients, gateways};
use super::Plot;
use crate::quantity::number::duration;
use crate::record::{Cell, MatrixRecord};

/// The matrix as a table of colours: how long users are down, and when the first session is lost.
pub(super) fn plots(matrix: &MatrixRecord) -> Vec<Plot> {
    let names = |names: Vec<&str>| -> Vec<String> { names.into_iter().map(String::from).collect() };
    let (rows, columns) = (
        names(gateways(&matrix.cells)),
        names(clients(&matrix.cells)),
    );
    let cell = |row: &String, column: &String| {
        matrix
            .cells
            .iter()
            .find(|c| c.gateway == *row && c.client == *column)
    };
    let table = |value: &dyn Fn(Option<&Cell>) -> f64| -> Vec<Vec<f64>> {
        rows.iter()
            .map(|r| columns.iter().map(|c| value(cell(r, c))).collect())
            .collect()
    };
    let values = table(&|cell| {
        cell.and_then(|c| c.down_fraction)
            .map_or(f64::NAN, |d| (d * 1e4).round() / 100.0)
    });
    let text = |cell: Option<&Cell>| {
        cell.map_or(String::new(), |c| {
            c.first_loss_s.map_or_else(|| "kept".into(), duration)
        })
    };
    let cells = rows
        .iter()
        .map(|r| columns.iter().map(|c| text(cell(r, c))).collect())
        .collect();
    let losing = matrix
        .cells
        .iter()
        .filter(|c| c.first_loss_s.is_some())
        .count();
    let (pairs, lose) = match (matrix.cells.len(), losing) {
        (1, _) => ("pair", "loses its"),
        (_, 1) => ("pairs", "loses its"),
        _ => ("pairs", "lose their"),
    };
    let title = format!(
        "{losing} of {} {pairs} of client and gateway {lose} sessions",
        matrix.cells.len()
    );
    let chart = Chart {
        description: format!(
            "The time to the first loss of each client profile behind each gateway behaviour; the darker, the longer users are down. {title}."
        ),
        title,
        x: Axis::new("Client", ""),
        y: Axis::new("Gateway; colour: time without a usable session, %", ""),
        layers: vec![Layer::HeatMap(HeatMap {
            columns,
            rows,
            values,
            cells,
            marked: None,
        })],
        notes: vec![
            "In each cell: the time to the first loss.".into(),
            matrix.basis.clone(),
        ],
    };
    vec![Plot::new("matrix", chart)]
}
