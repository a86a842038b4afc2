//! Every client profile against every gateway profile whose behaviour is known: a small deployment of each pair.

use std::path::Path;

use super::advice::{Help, advise};
use super::case::hash_of;
use super::factor::mean;
use crate::deployment::{Fate, Observer, observe_with_tally, parallel};
use crate::measure::{DropCause, Metric, Scope};
use crate::protocol::{ClientNote, Message, Side, Subject};
use crate::quantity::Time;
use crate::scenario::{Override, Profile, SHIPPED, Scenario, ScenarioError, hash, parse};
use crate::study::Samples;

/// Users of each cell: enough for a rate of toasts, few enough to answer at once.
pub const CELL_USERS: u32 = 20;

/// A client profile behind a gateway profile.
#[derive(Clone, Debug)]
pub struct Cell {
    /// The gateway profile.
    pub gateway: String,
    /// The client profile.
    pub client: String,
    /// The methods of the first session's refreshes.
    pub methods: Vec<&'static str>,
    /// Seconds until the first session is lost; `None`: none is.
    pub first_loss_s: Option<f64>,
    /// The root cause of most drops.
    pub cause: Option<DropCause>,
    /// Share of time down.
    pub down_fraction: Option<f64>,
    /// Missed toasts of a user in the cell's 8 h.
    pub missed_toasts_per_user_day: Option<f64>,
    /// What helps, best first.
    pub helps: Vec<Help>,
}

/// All cells.
#[derive(Clone, Debug)]
pub struct Matrix {
    /// By gateway, then by client.
    pub cells: Vec<Cell>,
    /// Hash of the resolved scenario, seed excluded.
    pub hash: String,
}

/// The shipped profiles of a kind.
fn profiles(kind: &'static str) -> impl Iterator<Item = &'static str> {
    let of_kind = SHIPPED.iter().filter(move |(k, ..)| *k == kind);
    of_kind.map(|(_, name, _)| *name)
}

/// The gateway profiles that say what UPDATE gets: of most products nobody knows.
fn gateways() -> impl Iterator<Item = &'static str> {
    let says = |(kind, name, text): &&(&'static str, &'static str, &str)| {
        let profile = Profile::parse(kind, name, name, text);
        let is_known = |p: Profile| p.value("update").is_some_and(|v| v.form.is_some());
        *kind == "gateways" && profile.is_ok_and(is_known)
    };
    SHIPPED.iter().filter(says).map(|(_, name, _)| *name)
}

/// Simulates every cell.
///
/// # Errors
/// An override that a cell refuses.
pub fn matrix(overrides: &[Override], seed: u64) -> Result<Matrix, ScenarioError> {
    let pairs: Vec<(&'static str, &'static str)> = gateways()
        .flat_map(|gateway| profiles("clients").map(move |client| (gateway, client)))
        .collect();
    let results = parallel::map(pairs, |(gateway, client)| {
        let text = format!(
            "[scenario]\nname = \"matrix\"\nhorizon = \"8 h\"\nseed = {seed}\n\
             [[gateway]]\nname = \"gateway\"\nprofile = \"{gateway}\"\n\
             [[clients]]\nname = \"clients\"\nprofile = \"{client}\"\ncount = {CELL_USERS}\ngateway = \"gateway\"\nsign_in = \"at start\"\n"
        );
        let scenario = parse("matrix", &text, Path::new("."), overrides)?;
        let profiles = match overrides {
            [] => None,
            _ => Some(parse("matrix", &text, Path::new("."), &[])?),
        };
        let name = |table, section: &str, profile: &str| {
            let changed = profiles
                .as_ref()
                .map(|p| changes(p, &scenario, table, section));
            format!("{profile}{}", changed.unwrap_or_default())
        };
        let names = [
            name("gateway", "gateway", gateway),
            name("clients", "clients", client),
        ];
        Ok((hash(&scenario), cell(names, &scenario)))
    });
    // The first refusal of the table, whichever came first in time.
    let results: Result<Vec<(String, Cell)>, ScenarioError> = results.into_iter().collect();
    let (hashes, cells): (Vec<String>, Vec<Cell>) = results?.into_iter().unzip();
    Ok(Matrix {
        cells,
        hash: hash_of(hashes.iter().map(String::as_str)),
    })
}

/// What is no longer as the profile of a row or column says: ", update = accepted". It goes into its name.
fn changes(profile: &Scenario, changed: &Scenario, table: &str, name: &str) -> String {
    let (Some(before), Some(after)) = (profile.section(table, name), changed.section(table, name))
    else {
        return String::new();
    };
    let pairs = before.entries.iter().zip(&after.entries);
    pairs
        .filter(|(before, after)| before.text != after.text)
        .map(|(_, after)| format!(", {} = {}", after.key.name, after.text))
        .collect()
}

/// The root cause of most drops.
fn cause(samples: &Samples) -> Option<DropCause> {
    let drops = Metric::by_name("session_drops")?;
    let causes = samples
        .columns
        .iter()
        .enumerate()
        .filter(|(_, c)| c.metric == drops);
    let means = causes.filter_map(|(i, c)| Some((c.cause?.0, samples.row(0, i).estimate?.mean)));
    means
        .filter(|(_, n)| *n > 0.0)
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(cause, _)| DropCause::ALL[cause])
}

fn cell([gateway, client]: [String; 2], scenario: &Scenario) -> Cell {
    let plan = &scenario.plan;
    let (replication, methods) = observe_with_tally(plan, 0, 0, 0, Methods::default())
        .unwrap_or_else(|| unreachable!("nobody stops it"));
    let mut samples = Samples::new(vec![Scope::All], plan.horizon);
    samples.push(0, &[&replication]);
    let hours = plan.horizon.0 as f64 / 3.6e9;
    let is_losing = mean(&samples, "session_drops").is_some_and(|n| n > 0.0);
    let advice = is_losing.then(|| advise(scenario, 0)).flatten();
    Cell {
        gateway,
        client,
        methods: methods.names,
        first_loss_s: mean(&samples, "first_loss_s"),
        cause: cause(&samples),
        down_fraction: mean(&samples, "down_fraction"),
        missed_toasts_per_user_day: mean(&samples, "missed_toasts_per_client_hour")
            .map(|per_hour| per_hour * hours),
        helps: advice.map_or(Vec::new(), |advice| advice.helps),
    }
}

/// The refresh methods of one user's first session.
#[derive(Default)]
struct Methods {
    names: Vec<&'static str>,
    is_over: bool,
}

impl Observer for Methods {
    fn message(&mut self, _: Time, user: u32, message: &Message, fate: Fate) {
        let refresh = match message.subject {
            Subject::Update => "UPDATE",
            Subject::ReInvite => "re-INVITE",
            _ => return,
        };
        let is_sent = fate == Fate::Sent && message.is_request() && message.from == Side::Client;
        if user == 0 && is_sent && !self.is_over && !self.names.contains(&refresh) {
            self.names.push(refresh);
        }
    }

    fn client(&mut self, _: Time, user: u32, note: ClientNote) {
        self.is_over |= user == 0 && matches!(note, ClientNote::Ended(_));
    }
}
