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
    let lost = format!(
        "Sessions are lost in {} of {} combinations of client and gateway.",
        losing.len(),
        cells.len()
    );
    match best(&losing) {
        None => format!("{lost} No change that was tried helps in any of these."),
        Some(best) => format!(
            "{lost} A change helps in {} of these, most often {best}.",
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
        match counts.iter_mut().find(|(what, _)| *what == remedy.as_str()) {
            Some((_, n)) => *n += 1,
            None => counts.push((remedy, 1)),
        }
    }
    let most = counts.iter().map(|(_, n)| *n).max()?;
    let (what, _) = counts.iter().find(|(_, n)| *n == most)?;
    Some((*what).to_string())
}

/// For people: who keeps sessions by which method, then what the losses cost and what to change.
pub fn text(matrix: &MatrixRecord) -> String {
    let clients = distinct(&matrix.cells, |c| &c.client);
    let gateways = distinct(&matrix.cells, |c| &c.gateway);
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

fn distinct(cells: &[Cell], of: fn(&Cell) -> &String) -> Vec<&str> {
    let mut all: Vec<&str> = Vec::new();
    for name in cells.iter().map(of) {
        if !all.contains(&name.as_str()) {
            all.push(name);
        }
    }
    all
}

/// A row for each gateway, those that differ first: where sessions are lost, the alike under each other, then the others.
fn outcomes(cells: &[Cell], clients: &[&str], gateways: &[&str]) -> String {
    let row = |gateway: &&str| -> (Vec<&Cell>, Vec<String>) {
        let cell = |client: &&str| {
            cells
                .iter()
                .find(|c| c.gateway == **gateway && c.client == **client)
        };
        let row: Vec<&Cell> = clients.iter().filter_map(cell).collect();
        let outcomes = row.iter().map(|cell| outcome(cell)).collect();
        (row, outcomes)
    };
    let rows: Vec<_> = (gateways.iter())
        .map(|gateway| (*gateway, row(gateway)))
        .collect();
    // Of rows alike the place of the first, behind all with a loss where there is none.
    let place = |(cells, outcomes): &(Vec<&Cell>, Vec<String>)| {
        let is_kept = cells.iter().all(|c| c.first_loss_s.is_none());
        let first = rows.iter().position(|(_, (_, other))| other == outcomes);
        (is_kept, first)
    };
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by_key(|i| place(&rows[*i].1));
    let header = std::iter::once("gateway").chain(clients.iter().copied());
    let mut lines = vec![header.map(String::from).collect::<Vec<_>>()];
    for (gateway, (_, outcomes)) in order.into_iter().map(|i| &rows[i]) {
        let line = std::iter::once((*gateway).to_string()).chain(outcomes.iter().cloned());
        lines.push(line.collect());
    }
    table(&lines, true)
}

fn outcome(cell: &Cell) -> String {
    let first_loss = cell
        .first_loss_s
        .map_or_else(|| "never".into(), |s| format!("{} s", human(s)));
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
    for ((what, client), gateways) in &gateways_by_remedy {
        if what != last {
            out += &format!("  {what}\n");
            last = what;
        }
        out += &format!("    {client} on {}\n", gateways.join(", "));
    }
    out
}
