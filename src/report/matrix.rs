//! The matrix of client profiles against gateway behaviour classes, for people.

use std::collections::BTreeMap;

use super::text::table;
use crate::quantity::number::{duration, human, percent};
use crate::record::{Cell, MatrixRecord};

/// The answer of those cells.
pub fn answer(cells: &[Cell]) -> String {
    let losing: Vec<&Cell> = cells.iter().filter(|c| c.first_loss_s.is_some()).collect();
    let curable = losing.iter().filter(|c| !c.remedy.is_empty()).count();
    match losing.len() {
        0 => format!(
            "No session is lost in any of the {} combinations of client and gateway.",
            cells.len()
        ),
        n => format!(
            "Sessions are lost in {n} of {} combinations of client and gateway. An Allow header without UPDATE helps in {} of these.",
            cells.len(),
            if curable == n {
                "all".into()
            } else {
                curable.to_string()
            }
        ),
    }
}

/// For people: who keeps sessions by which method, then what the losses cost and what to change.
pub fn text(matrix: &MatrixRecord) -> String {
    let mut clients: Vec<&str> = Vec::new();
    let mut gateways: Vec<&str> = Vec::new();
    for cell in &matrix.cells {
        if !clients.contains(&cell.client.as_str()) {
            clients.push(&cell.client);
        }
        if !gateways.contains(&cell.gateway.as_str()) {
            gateways.push(&cell.gateway);
        }
    }
    let title = |text: &str| text.to_string();
    let mut rows = vec![
        std::iter::once("gateway")
            .chain(clients.iter().copied())
            .map(title)
            .collect::<Vec<_>>(),
    ];
    for gateway in gateways {
        let cell = |client: &&str| {
            matrix
                .cells
                .iter()
                .find(|c| c.gateway == gateway && c.client == **client)
        };
        rows.push(
            std::iter::once(gateway.into())
                .chain(clients.iter().filter_map(cell).map(outcome))
                .collect(),
        );
    }
    let mut out = format!("Refresh method and first loss\n{}", table(&rows, true));
    let losing: Vec<&Cell> = matrix
        .cells
        .iter()
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

fn outcome(cell: &Cell) -> String {
    let first_loss = cell
        .first_loss_s
        .map_or_else(|| "never".into(), |s| format!("{} s", human(s)));
    format!("{}: {first_loss}", cell.method)
}

fn losses(losing: &[&Cell]) -> String {
    let header = [
        "gateway",
        "client",
        "first loss",
        "cause",
        "down",
        "missed toasts/user-day",
    ];
    let mut rows = vec![header.map(String::from).to_vec()];
    for cell in losing {
        rows.push(vec![
            cell.gateway.clone(),
            cell.client.clone(),
            cell.first_loss_s.map_or_else(String::new, duration),
            cell.cause.as_deref().unwrap_or("–").into(),
            cell.down_fraction.map_or("–".into(), percent),
            cell.missed_toasts_per_user_day.map_or("–".into(), human),
        ]);
    }
    table(&rows, true)
}

fn remedies(losing: &[&Cell]) -> String {
    // By what helps, then by client: the gateways that it helps with.
    let mut gateways_by_remedy: BTreeMap<(String, &str), Vec<&str>> = BTreeMap::new();
    for cell in losing {
        let none = || vec!["neither an Allow header nor a relay helps".to_string()];
        let remedy = if cell.remedy.is_empty() {
            none()
        } else {
            cell.remedy.clone()
        };
        gateways_by_remedy
            .entry((remedy.join("\n  "), &cell.client))
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
