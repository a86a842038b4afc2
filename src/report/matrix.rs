//! The matrix of client profiles against gateway behaviour classes, for people.

use std::collections::BTreeMap;

use super::text::table;
use crate::quantity::number::{duration, human, percent};
use crate::record::{Cell, MatrixRecord};

/// Columns of clients beside each other: more would not fit on a terminal.
const COLUMNS: usize = 3;

/// The answer of those cells.
pub fn answer(cells: &[Cell]) -> String {
    let losing: Vec<&Cell> = cells.iter().filter(|c| c.first_loss_s.is_some()).collect();
    let curable = losing.iter().filter(|c| !c.remedy.is_empty()).count();
    if losing.is_empty() {
        return format!(
            "No session is lost in any of the {} combinations of client and gateway.",
            cells.len()
        );
    }
    let headline = format!(
        "Sessions are lost in {} of {} combinations of client and gateway.",
        losing.len(),
        cells.len()
    );
    match best(&losing) {
        None => format!("{headline} No change that was tried helps in any of these."),
        Some(best) => format!(
            "{headline} A change helps in {} of these, most often {best}.",
            if curable == losing.len() {
                "all".into()
            } else {
                curable.to_string()
            }
        ),
    }
}

/// What helps most in most cells: of several the first.
fn best(losing: &[&Cell]) -> Option<String> {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for remedy in losing.iter().filter_map(|c| c.remedy.first()) {
        match counts.iter_mut().find(|(word, _)| *word == remedy.as_str()) {
            Some((_, n)) => *n += 1,
            None => counts.push((remedy, 1)),
        }
    }
    let maximum = counts.iter().map(|(_, n)| *n).max()?;
    let (word, _) = counts.iter().find(|(_, n)| *n == maximum)?;
    Some((*word).to_string())
}

/// For people: who keeps sessions by which method, then what the losses cost and what to change.
pub fn text(matrix: &MatrixRecord) -> String {
    let clients = clients(&matrix.cells);
    let gateways = gateways(&matrix.cells);
    let mut out = String::from("Refresh method and first loss\n");
    for (i, clients) in clients.chunks(COLUMNS).enumerate() {
        if i > 0 {
            out.push('\n');
        }
        out += &outcomes(&matrix.cells, clients, &gateways);
    }
    let losing: Vec<&Cell> = (matrix.cells.iter())
        .filter(|c| c.first_loss_s.is_some())
        .collect();
    if !losing.is_empty() {
        out += &format!(
            "\nWhere sessions are lost\n{}\nWhat to change\n{}",
            losses(&losing),
            remedies(&losing)
        );
    }
    out + &format!("\n{}\n", matrix.basis)
}

/// The clients, in their order.
pub(super) fn clients(cells: &[Cell]) -> Vec<&str> {
    distinct(cells, |c| &c.client)
}

/// The gateways, those that differ first: where sessions are lost, the alike under each other, then the others.
pub(super) fn gateways(cells: &[Cell]) -> Vec<&str> {
    let names = distinct(cells, |c| &c.gateway);
    let outcomes = |gateway: &str| -> Vec<_> {
        let row = cells.iter().filter(|c| c.gateway == gateway);
        row.map(|c| (&c.client, &c.method, c.first_loss_s.map(f64::to_bits)))
            .collect()
    };
    let rows: Vec<_> = names.iter().map(|name| outcomes(name)).collect();
    // Of rows alike the place of the first, behind all with a loss where there is none.
    let place = |row: &Vec<(&String, &String, Option<u64>)>| {
        let is_kept = row.iter().all(|(_, _, loss)| loss.is_none());
        (is_kept, rows.iter().position(|earlier| earlier == row))
    };
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by_key(|i| place(&rows[*i]));
    order.into_iter().map(|i| names[i]).collect()
}

fn distinct(cells: &[Cell], name: fn(&Cell) -> &String) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for row_label in cells.iter().map(name) {
        if !names.contains(&row_label.as_str()) {
            names.push(row_label);
        }
    }
    names
}

/// A row for each gateway, a column for each client.
fn outcomes(cells: &[Cell], clients: &[&str], gateways: &[&str]) -> String {
    let header = std::iter::once("gateway").chain(clients.iter().copied());
    let mut lines = vec![header.map(String::from).collect::<Vec<_>>()];
    for gateway in gateways {
        let cell = |client: &&str| {
            cells
                .iter()
                .find(|c| c.gateway == *gateway && c.client == **client)
        };
        let row = clients.iter().filter_map(cell).map(outcome);
        lines.push(std::iter::once((*gateway).to_string()).chain(row).collect());
    }
    table(&lines, true)
}

fn outcome(cell: &Cell) -> String {
    let first_loss = cell.first_loss_s.map_or_else(|| "never".into(), duration);
    format!("{}: {first_loss}", cell.method)
}

/// A row for each client and what it loses, with the gateways where that is so.
fn losses(losing: &[&Cell]) -> String {
    let header = [
        "client",
        "first loss",
        "cause",
        "down",
        "missed toasts/user-day",
        "gateways",
    ];
    let mut rows: Vec<(Vec<String>, Vec<&str>)> = Vec::new();
    let clients = losing.iter().map(|c| c.client.as_str());
    let mut clients: Vec<&str> = clients.collect();
    clients.sort_unstable();
    clients.dedup();
    for client in clients {
        for cell in losing.iter().filter(|c| c.client == client) {
            let row = vec![
                cell.client.clone(),
                cell.first_loss_s.map_or_else(String::new, duration),
                cell.cause.as_deref().unwrap_or("–").into(),
                cell.down_fraction.map_or("–".into(), percent),
                cell.missed_toasts_per_user_day.map_or("–".into(), human),
            ];
            match rows.iter_mut().find(|(other, _)| *other == row) {
                Some((_, gateways)) => gateways.push(&cell.gateway),
                None => rows.push((row, vec![&cell.gateway])),
            }
        }
    }
    let lines = rows.into_iter().map(|(mut row, gateways)| {
        row.push(gateways.join(", "));
        row
    });
    let header = header.map(String::from).to_vec();
    table(
        &std::iter::once(header).chain(lines).collect::<Vec<_>>(),
        true,
    )
}

fn remedies(losing: &[&Cell]) -> String {
    // By what helps, then by client: the gateways that it helps with.
    let mut gateways_by_remedy: BTreeMap<(String, &str), Vec<&str>> = BTreeMap::new();
    for cell in losing {
        let remedy = match cell.remedy.is_empty() {
            true => "nothing that was tried helps".to_string(),
            false => cell.remedy.join("\n  or "),
        };
        gateways_by_remedy
            .entry((remedy, &cell.client))
            .or_default()
            .push(&cell.gateway);
    }
    let mut out = String::new();
    let mut last = "";
    for ((word, client), gateways) in &gateways_by_remedy {
        if word != last {
            out += &format!("  {word}\n");
            last = word;
        }
        out += &format!("    {client} on {}\n", gateways.join(", "));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows alike stand under each other, those that lose a session above those that keep all.
    #[test]
    fn gateways_that_differ_come_first() {
        let cell = |gateway: &str, client: &str, first_loss_s: Option<f64>| Cell {
            gateway: gateway.into(),
            client: client.into(),
            method: "UPDATE".into(),
            first_loss_s,
            ..Cell::default()
        };
        let losses = [
            ("healthy", None, None),
            ("silent", Some(932.0), None),
            ("refuses", Some(1800.0), Some(1800.0)),
            ("also-silent", Some(932.0), None),
            ("also-healthy", None, None),
        ];
        let cells: Vec<Cell> = losses
            .iter()
            .flat_map(|(name, a, b)| [cell(name, "one", *a), cell(name, "two", *b)])
            .collect();
        let order = [
            "silent",
            "also-silent",
            "refuses",
            "healthy",
            "also-healthy",
        ];
        assert_eq!(gateways(&cells), order);
        let text = text(&MatrixRecord {
            cells,
            ..MatrixRecord::default()
        });
        let first = text.lines().nth(2).unwrap_or_default();
        assert_eq!(
            first.split_whitespace().collect::<Vec<_>>().join(" "),
            "silent UPDATE: 15 min 32 s UPDATE: never"
        );
    }
}
