//! `rccsim schema`: the JSON Schema of scenarios and profiles, with which editors complete and check.

use clap::{Args, ValueEnum};

use super::Outcome;
use super::fault::Fault;
use super::terminal::print;
use crate::reference::{SchemaKind, schema};
use crate::scenario::Profiles;

/// Of what the schema is.
#[derive(Clone, Copy, ValueEnum)]
enum Subject {
    Scenario,
    Clients,
    Gateways,
    Workloads,
    Paths,
}

/// Print a JSON Schema.
#[derive(Args)]
#[command(
    after_help = "Begin a scenario with the line `#:schema scenario.schema.json`, and editors with taplo (Even Better TOML in \
    VS Code) complete and check it: rccsim schema > scenario.schema.json"
)]
pub(super) struct SchemaArgs {
    /// Of scenarios, or of profiles of this kind
    #[arg(value_enum, default_value_t = Subject::Scenario)]
    subject: Subject,
}

impl SchemaArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// The output cannot be written.
    pub(super) fn run(self) -> Result<Outcome, Fault> {
        let kind = match self.subject {
            Subject::Scenario => SchemaKind::Scenario,
            Subject::Clients => SchemaKind::Profile(Profiles::Clients),
            Subject::Gateways => SchemaKind::Profile(Profiles::Gateways),
            Subject::Workloads => SchemaKind::Profile(Profiles::Workloads),
            Subject::Paths => SchemaKind::Profile(Profiles::Paths),
        };
        print(&crate::record::json(&schema(kind)))?;
        Ok(Outcome::Pass)
    }
}
