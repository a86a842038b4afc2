//! The catalogue of keys, a file for each part of a scenario. A key is declared once, by a line of `keys!`
//! that gives its name, meaning, kind, range, default, standing, source, alternatives and the field that it fills; the
//! words of a choice are declared with their variants and meanings by `words!`.

mod bound;
mod clients;
mod fault;
mod gateway;
mod path;
mod run;
mod station;
mod workload;

pub use super::key::{Key, Standing};

pub(super) use clients::{Clients, client_config};
pub(super) use fault::Fault;
pub(super) use gateway::{Fleet, Limits, gateway_config};
pub(super) use path::path_config;
pub(super) use run::Run;
pub(super) use station::{Priority, Station};
pub(super) use workload::workload_config;

use super::kind::Profiles;

/// The keys that a table takes; `None`: there is no such table, or it is read by rules of its own.
pub fn keys_of(table: &str) -> Option<Vec<&'static Key>> {
    let lists: &[&'static [Key]] = match table {
        "scenario" => &[run::RUN],
        "gateway" => &[
            gateway::GATEWAY_OWN,
            gateway::GATEWAY,
            station::STATION,
            gateway::LIMITS,
            path::PATH,
        ],
        "clients" => &[
            clients::CLIENTS_OWN,
            clients::CLIENTS,
            workload::WORKLOAD,
            path::PATH,
        ],
        "workload" => &[workload::WORKLOAD_OWN, workload::WORKLOAD],
        "path" => &[path::PATH_OWN, path::PATH],
        "fault" => &[fault::FAULT],
        _ => return None,
    };
    Some(lists.iter().flat_map(|list| list.iter()).collect())
}

/// The keys that a profile may give.
pub fn keys_of_profile(kind: Profiles) -> Vec<&'static Key> {
    let lists: &[&'static [Key]] = match kind {
        Profiles::Clients => &[clients::CLIENTS],
        Profiles::Gateways => &[gateway::GATEWAY, station::STATION, gateway::LIMITS],
        Profiles::Workloads => &[workload::WORKLOAD],
        Profiles::Paths => &[path::PATH],
    };
    lists.iter().flat_map(|list| list.iter()).collect()
}

/// The tables of a scenario.
pub const TABLES: &[&str] = &[
    "scenario",
    "gateway",
    "clients",
    "workload",
    "path",
    "fault",
    "objective",
    "study",
    "plot",
];

/// Whether a scenario has that table once, `[scenario]`, and not as a list, `[[gateway]]`.
pub fn is_single(table: &str) -> bool {
    matches!(table, "scenario" | "study")
}

/// A table as it stands in a file.
pub fn header(table: &str) -> String {
    match is_single(table) {
        true => format!("[{table}]"),
        false => format!("[[{table}]]"),
    }
}

/// What a table of a scenario is for.
pub fn meaning_of(table: &str) -> &'static str {
    match table {
        "scenario" => "how long is simulated, how often, with which random numbers",
        "gateway" => "a gateway, or several alike: what it answers, holds and forgets",
        "clients" => "a group of users: their client, how many they are, when they are there",
        "workload" => {
            "the calls of a user, for groups to share; a group may have these keys itself"
        }
        "path" => {
            "one leg of the way, client to OCS or OCS to gateway, for sections to share; [[clients]] and [[gateway]] may have \
             these keys themselves"
        }
        "fault" => "what goes wrong, whom it hits and when",
        "objective" => "what must hold; `run` says whether it does, and its exit code too",
        "study" => "keys that `sweep` turns, and how closely figures are wanted",
        "plot" => "a plot besides those that every results folder has",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_and_alternative_is_valid() {
        for table in TABLES {
            for key in keys_of(table).unwrap_or_default() {
                let values = key
                    .default
                    .iter()
                    .filter(|d| !d.is_empty())
                    .chain(key.alternatives);
                for text in values {
                    assert!(
                        key.kind.read_text(text).is_some(),
                        "{table}.{} = {text}",
                        key.name
                    );
                }
                assert!(!key.meaning.is_empty() && !key.source.is_empty());
            }
        }
    }
}
