//! `rccsim profiles`: what is shipped, and where each value comes from.

use std::path::Path;

use clap::Args;
use serde::Serialize;

use super::Outcome;
use super::fault::Fault;
use super::flags::Format;
use super::terminal::{print, print_text};
use crate::report::text::table;
use crate::scenario::{KINDS, Place, Profile, SHIPPED, ScenarioError, catalogue, nearest};

/// Show profiles.
#[derive(Args)]
pub(super) struct ProfilesArgs {
    /// The profile, or a profile file of your own (FILE.toml, or KIND/FILE.toml, KIND one of clients, gateways,
    /// workloads, paths)
    name: Option<String>,
    /// Form of the output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Serialize)]
struct ProfileView<'a> {
    kind: &'a str,
    name: &'a str,
    description: &'a str,
    notes: &'a [String],
    values: Vec<ProfileValueView<'a>>,
}

#[derive(Serialize)]
struct ProfileValueView<'a> {
    key: &'a str,
    value: Option<String>,
    standing: String,
    source: &'a str,
    meaning: &'a str,
}

impl ProfilesArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// An unknown name, or a profile that is not valid.
    pub(super) fn run(self) -> Result<Outcome, Fault> {
        let profiles = match &self.name {
            None => shipped(|_, _| true)?,
            Some(name) => find_profiles(name)?,
        };
        match (self.format, &self.name) {
            (Format::Json, _) => {
                let views: Vec<ProfileView> = profiles.iter().map(view).collect();
                print(&crate::record::json(&views))?;
            }
            (Format::Text, None) => print_text(&list(&profiles))?,
            (Format::Text, Some(_)) => {
                let details: Vec<String> = profiles.iter().map(details).collect();
                print_text(&details.join("\n"))?;
            }
        }
        Ok(Outcome::Pass)
    }
}

fn shipped(filter: impl Fn(&str, &str) -> bool) -> Result<Vec<Profile>, ScenarioError> {
    let profiles = SHIPPED.iter().filter(|(kind, name, _)| filter(kind, name));
    profiles
        .map(|(kind, name, text)| {
            Profile::parse(
                kind,
                name,
                &format!("models/profiles/{kind}/{name}.toml"),
                text,
            )
        })
        .collect()
}

/// A shipped profile by its name (one of each kind that has it), or the user's own file.
fn find_profiles(name: &str) -> Result<Vec<Profile>, Fault> {
    let profiles = shipped(|kind, n| n == name || format!("{kind}/{n}") == name)?;
    if !profiles.is_empty() {
        return Ok(profiles);
    }
    if let Some((kind, file)) = name
        .split_once('/')
        .filter(|(kind, file)| KINDS.contains(kind) && file.ends_with(".toml"))
    {
        return Ok(vec![Profile::find(
            kind,
            file,
            Path::new("."),
            &Place::file_only(name),
            &[],
        )?]);
    }
    if name.ends_with(".toml") {
        return own_file(name);
    }
    let names: Vec<&str> = SHIPPED.iter().map(|(_, name, _)| *name).collect();
    let near = nearest(name, names.iter().copied());
    Err(Fault::Input(format!(
        "unknown profile {name:?}{near}; there are: {}",
        names.join(", ")
    )))
}

/// A profile file does not say of which kind it is, but its keys do.
fn own_file(name: &str) -> Result<Vec<Profile>, Fault> {
    let mut wrong = Vec::new();
    for kind in KINDS {
        match Profile::find(kind, name, Path::new("."), &Place::file_only(name), &[]) {
            Ok(profile) => return Ok(vec![profile]),
            Err(error) => wrong.push(error),
        }
    }
    // What is wrong is told by the kind that knows all of the keys, where there is one.
    let index = wrong
        .iter()
        .position(|e| !e.to_string().contains("unknown key"))
        .unwrap_or(0);
    Err(wrong.swap_remove(index).into())
}

fn list(profiles: &[Profile]) -> String {
    let mut out = String::new();
    for kind in KINDS {
        out += &format!("{kind}\n");
        let of_kind = profiles.iter().filter(|p| p.kind == kind);
        let rows: Vec<Vec<String>> = of_kind
            .map(|p| vec![p.name.clone(), first_line(&p.description)])
            .collect();
        out += &table(&rows, false);
    }
    out + "\nrccsim profiles NAME shows each value with where it comes from.\n"
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().into()
}

fn details(profile: &Profile) -> String {
    let mut out = format!(
        "{} ({})\n{}\n",
        profile.name, profile.kind, profile.description
    );
    profile
        .notes
        .iter()
        .for_each(|note| out += &format!("  note: {note}\n"));
    let mut rows = vec![
        ["key", "value", "standing: source"]
            .map(String::from)
            .to_vec(),
    ];
    for entry in &profile.values {
        let value = entry
            .form
            .as_ref()
            .map_or_else(|| "unknown".into(), |form| form.bare());
        let source = match entry.form {
            Some(_) => format!("{}: {}", entry.standing, entry.source),
            None => entry.source.clone(),
        };
        rows.push(vec![entry.key.into(), value, source]);
    }
    out += &table(&rows, true);
    let unknown: Vec<&str> = profile
        .values
        .iter()
        .filter(|g| g.form.is_none())
        .map(|g| g.key)
        .collect();
    if !unknown.is_empty() {
        out += &format!(
            "  Nobody published {}: a scenario that uses this profile has to assume and set it.\n",
            unknown.join(" and ")
        );
    }
    out
}

fn view(profile: &Profile) -> ProfileView<'_> {
    let keys: Vec<_> = ["clients", "gateway", "workload", "path"]
        .iter()
        .filter_map(|t| catalogue::keys_of(t))
        .flatten()
        .collect();
    ProfileView {
        kind: &profile.kind,
        name: &profile.name,
        description: &profile.description,
        notes: &profile.notes,
        values: profile
            .values
            .iter()
            .map(|entry| ProfileValueView {
                key: entry.key,
                value: entry.form.as_ref().map(|f| f.bare()),
                standing: entry.standing.to_string(),
                source: &entry.source,
                meaning: keys
                    .iter()
                    .find(|k| k.name == entry.key)
                    .map_or("", |k| k.meaning),
            })
            .collect(),
    }
}
