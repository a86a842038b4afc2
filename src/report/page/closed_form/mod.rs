//! Closed forms beside the simulation, where a scenario meets their conditions; else what is against them.
//!
//! A family of formulas to a file, each with its law, its conditions and what may be between it and a run: what the end of
//! the run cuts, and chance. Of chance so much is allowed as the law itself says, four standard deviations, else as the
//! spread of the replications says, at 99.99 %.

mod crash;
mod cycle;
mod day;
mod group;
mod idle;
mod keys;
mod load;
mod loss;
mod outage;
mod row;
mod session;
mod simulated;
mod site;
mod station;
mod storm;

use serde::Serialize;

use self::group::Group;
use self::row::Row;
use self::simulated::Simulated;
use self::site::Site;
use super::table::Table;
use crate::report::inputs::Input;
use crate::report::results::{Replicated, Series};

/// Theory beside simulation.
#[derive(Serialize)]
pub struct Theory {
    /// How many of them agree, in a sentence.
    agreement: String,
    /// The figures that have a closed form.
    table: Option<Table>,
    /// What has none, and why.
    without: Vec<String>,
}

/// What has no closed form here.
struct Without {
    scopes: Vec<String>,
    about: Vec<&'static str>,
    why: String,
}

impl Without {
    fn line(&self) -> String {
        format!(
            "{} ({}): not with {}.",
            self.about.join(", "),
            self.scopes.join(", "),
            self.why
        )
    }
}

/// What is alike in everything but its scope stands together.
fn merged(all: Vec<Without>) -> Vec<Without> {
    let mut merged: Vec<Without> = Vec::new();
    for mut one in all {
        match merged
            .iter_mut()
            .find(|other| other.about == one.about && other.why == one.why)
        {
            Some(other) => other.scopes.append(&mut one.scopes),
            None => merged.push(one),
        }
    }
    merged
}

/// The rows of a family, none where it is not concerned; or what is against it.
type Found = Result<Vec<Row>, String>;
/// What a family is about, and its rows of a client group.
type OfGroup = (&'static str, fn(&Group, &Simulated) -> Found);
/// The same of a gateway.
type OfSite = (&'static str, fn(&Site, &Simulated) -> Found);

const OF_GROUPS: [OfGroup; 8] = [
    ("lost sessions", cycle::rows),
    ("a crash found at the next refresh", crash::rows),
    ("an idle timeout", idle::rows),
    ("refreshes that UDP loses", loss::rows),
    ("an outage on UDP", outage::rows),
    ("refreshes", load::refreshes),
    ("messages", load::messages),
    ("toasts due", load::toasts),
];
const OF_SITES: [OfSite; 2] = [
    ("utilisation", station::rows),
    ("the way back of all users", storm::rows),
];

/// The closed forms of a run, by its inputs, every figure of every replication, and the series.
pub fn closed_forms(inputs: &[Input], figures: Vec<Replicated>, series: Vec<Series>) -> Theory {
    let simulated = Simulated::new(figures, series);
    let (groups, sites) = (Group::all(inputs), Site::all(inputs));
    let mut rows: Vec<Row> = Vec::new();
    let mut without: Vec<Without> = Vec::new();
    let mut take = |scope: &str, about: &'static str, found: Found| match found {
        Ok(found) => rows.extend(found),
        Err(why) => match without
            .iter_mut()
            .find(|w| w.scopes == [scope] && w.why == why)
        {
            Some(alike) => alike.about.push(about),
            None => without.push(Without {
                scopes: vec![scope.into()],
                about: vec![about],
                why,
            }),
        },
    };
    for group in &groups {
        OF_GROUPS
            .iter()
            .for_each(|(about, rows)| take(&group.scope, about, rows(group, &simulated)));
    }
    for site in &sites {
        OF_SITES
            .iter()
            .for_each(|(about, rows)| take(&site.scope, about, rows(site, &simulated)));
        if simulated
            .totals(&site.scope, "gateway_utilisation")
            .is_some()
        {
            take(
                &site.scope,
                "waiting in the gateway",
                Err(station::NOT_POISSON.into()),
            );
        }
    }
    let mut table = Table::new("Simulated beside closed form", &row::COLUMNS);
    table.note =
        "Mean over the replications. Of chance four standard deviations are allowed, or a 99.99 % interval.".into();
    table.rows = rows.iter().map(Row::cells).collect();
    let without = merged(without).iter().map(Without::line).collect();
    Theory {
        agreement: agreement(&rows),
        table: table.if_any(),
        without,
    }
}

/// How many rows agree.
fn agreement(rows: &[Row]) -> String {
    let off = rows.iter().filter(|row| !row.agrees()).count();
    match (rows.len(), off) {
        (0, _) => "No figure of this run has a closed form.".into(),
        (1, 0) => "One figure has a closed form, and the simulation agrees with it.".into(),
        (n, 0) => {
            format!("{n} figures have a closed form, and the simulation agrees with all of them.")
        }
        (n, off) => format!(
            "Of {n} figures that have a closed form {off} differ from it by more than is allowed."
        ),
    }
}
