//! `rccsim identify`: what a gateway and its client are, from captures and logs.

use std::path::{Path, PathBuf};

use clap::Args;

use super::Outcome;
use super::fault::Fault;
use super::flags::Format;
use super::terminal::{print, print_text, say};
use crate::capture::{self, CaptureError};
use crate::identify::{Identification, Identifier, Party, client_profile, gateway_profile, text};
use crate::scenario::Profile;

/// Tell what a gateway and its client are from packet captures and logs.
#[derive(Args)]
pub(super) struct IdentifyArgs {
    /// Captures (pcap, pcapng) and logs of programs
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Write the gateway's profile to this file, for `profile = "FILE"` of a [[gateway]]
    #[arg(long, value_name = "OUT.toml")]
    profile: Option<PathBuf>,
    /// Write the client's profile to this file, for `profile = "FILE"` of [[clients]]
    #[arg(long, value_name = "OUT.toml")]
    client_profile: Option<PathBuf>,
    /// Which gateway, by its number in the result, where there are several
    #[arg(long, value_name = "N")]
    gateway: Option<usize>,
    /// Form of the output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

impl IdentifyArgs {
    /// Runs the command.
    ///
    /// # Errors
    /// A file that cannot be read or has no SIP in it; a profile that cannot be written.
    pub(super) fn run(self) -> Result<Outcome, Fault> {
        let identification = self.read()?;
        for (file, warning) in identification
            .files
            .iter()
            .flat_map(|f| f.warnings.iter().map(move |w| (&f.file, w)))
        {
            say!("warning: {file}: {warning}");
        }
        if identification.gateways.is_empty() {
            return Err(Fault::Input(
                "there is SIP, but no dialog of an INVITE: nothing says what the gateway is".into(),
            ));
        }
        if let Some(path) = &self.profile {
            let gateway = self.choose(&identification.gateways, "gateways", "--gateway N")?;
            write(path, "gateways", &gateway_profile(&identification, gateway))?;
        }
        if let Some(path) = &self.client_profile {
            let client = self.choose(
                &identification.clients,
                "clients",
                "--gateway N, or a file with one client",
            )?;
            write(path, "clients", &client_profile(&identification, client))?;
        }
        match self.format {
            Format::Text => print_text(&text(&identification))?,
            Format::Json => {
                let json = serde_json::to_string_pretty(&identification);
                print(&(json.unwrap_or_else(|_| unreachable!("plain data")) + "\n"))?;
            }
        }
        Ok(Outcome::Pass)
    }

    fn read(&self) -> Result<Identification, Fault> {
        let mut identifier = Identifier::default();
        for path in &self.files {
            identifier.begin(&path.display().to_string());
            let summary = capture::read(path, &mut |observation| identifier.observe(&observation));
            identifier.end(summary.map_err(|error| match error {
                CaptureError::World { file, cause } => Fault::World {
                    action: file,
                    cause,
                },
                content @ CaptureError::Content { .. } => Fault::Input(content.to_string()),
            })?);
        }
        Ok(identifier.finish())
    }

    fn choose<'a>(&self, parties: &'a [Party], noun: &str, how: &str) -> Result<&'a Party, Fault> {
        let matches: Vec<&Party> = parties
            .iter()
            .filter(|p| self.gateway.is_none_or(|n| p.gateway == n))
            .collect();
        match matches.as_slice() {
            [party] => Ok(party),
            [] => Err(Fault::Input(format!(
                "--gateway {}: there are {} {noun}",
                self.gateway.unwrap_or(0),
                parties.len()
            ))),
            candidates => Err(Fault::Input(format!(
                "a profile is of one of the {} {noun}: choose it by {how}",
                candidates.len()
            ))),
        }
    }
}

/// Writes a profile, after checking that it is one.
///
/// # Errors
/// It is none, or the system's.
pub(super) fn write(path: &Path, kind: &str, text: &str) -> Result<(), Fault> {
    let name = path.display().to_string();
    Profile::parse(kind, &name, &name, text)?;
    std::fs::write(path, text).map_err(|cause| Fault::World {
        action: name,
        cause,
    })
}
