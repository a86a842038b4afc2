//! What a gateway and its client are, told from the messages that they exchanged: each value with the frames or lines
//! that show it, and how sure it is.
//!
//! Calls of people pass through these files: user names, addresses of people and numbers are compared, never written.

mod client;
mod dialog;
mod exchange;
mod finding;
mod gateway;
mod party;
mod profile;
mod text;

use std::collections::BTreeMap;

use crate::capture::{Observation, Resolution, Summary, Transport};
use crate::protocol::Subject;
use crate::wire::{Csta, Start};
use exchange::DialogTrace;

pub use dialog::{DialogFacts, Evidence, ResponseTimes};
pub use finding::{FilePlaces, Finding};
pub use party::{FileFacts, Identification, Party};
pub use profile::{client_profile, gateway_profile};
pub use text::text;

/// Takes the messages of files, one file after the other.
#[derive(Default)]
pub struct Identifier {
    files: Vec<(String, Option<Summary>)>,
    dialogs: Vec<DialogTrace>,
    by_id: BTreeMap<(usize, String), usize>,
}

impl Identifier {
    /// The messages that follow are of this file.
    pub fn begin(&mut self, file: &str) {
        self.files.push((file.into(), None));
    }

    /// Takes a message. Requests outside of INVITE dialogs (REGISTER, OPTIONS, …) are passed over.
    pub fn observe(&mut self, observation: &Observation) {
        let message = &observation.message;
        let Some(file) = self.files.len().checked_sub(1) else {
            return;
        };
        let Some(id) = message.call_id() else { return };
        let key = (file, id.to_string());
        let present_index = self.by_id.get(&key).copied();
        let (index, caller) = match present_index {
            Some(index) => (index, String::new()),
            None => {
                let Some(caller) = opens(observation) else {
                    return;
                };
                self.dialogs.push(DialogTrace::of_file(file));
                self.by_id.insert(key, self.dialogs.len() - 1);
                (self.dialogs.len() - 1, caller)
            }
        };
        self.dialogs[index].take(observation, &caller);
    }

    /// The file has ended.
    pub fn end(&mut self, summary: Summary) {
        if let Some((_, place)) = self.files.last_mut() {
            *place = Some(summary);
        }
    }

    /// What the messages show.
    pub fn finish(self) -> Identification {
        let files: Vec<FileFacts> = self
            .files
            .iter()
            .filter_map(|(f, s)| Some(file_facts(f, s.as_ref()?)))
            .collect();
        let names: Vec<&str> = self.files.iter().map(|(name, _)| name.as_str()).collect();
        let mut groups: Vec<(String, Vec<&DialogTrace>)> = Vec::new();
        for dialog in &self.dialogs {
            let key = dialog.gateway_key();
            match groups.iter_mut().find(|(k, _)| *k == key) {
                Some((_, dialogs)) => dialogs.push(dialog),
                None => groups.push((key, vec![dialog])),
            }
        }
        let (mut gateways, mut clients, mut facts) = (Vec::new(), Vec::new(), Vec::new());
        for (index, (address, dialogs)) in groups.iter().enumerate() {
            let number = index + 1;
            gateways.push(gateway::party(number, address, dialogs));
            let mut agents: Vec<&str> = dialogs.iter().map(|d| d.agent.as_str()).collect();
            agents.sort_unstable();
            agents.dedup();
            for agent in agents {
                let of_agent: Vec<&DialogTrace> = dialogs
                    .iter()
                    .filter(|d| d.agent == agent)
                    .copied()
                    .collect();
                clients.push(client::party(number, agent, &of_agent));
            }
            facts.extend(
                dialogs
                    .iter()
                    .map(|d| (d.file, d.facts(names[d.file], number))),
            );
        }
        facts.sort_by_key(|(file, f)| (*file, f.evidence.invite));
        Identification {
            schema: "rccsim.identify/1",
            files,
            gateways,
            clients,
            dialogs: facts.into_iter().map(|(_, f)| f).collect(),
        }
    }
}

/// The tag of the client, where a message belongs to a dialog that is not known yet: an INVITE, or what only stands
/// within a dialog, as in a capture that began late.
fn opens(observation: &Observation) -> Option<String> {
    let message = &observation.message;
    let Start::Request { method, .. } = &message.start else {
        return None;
    };
    let subject = Csta::read(&message.body).and_then(|c| c.subject());
    let from = message.tag_of_from().unwrap_or_default().to_string();
    match (method.as_str(), subject) {
        (
            _,
            Some(
                Subject::Delivered
                | Subject::Originated
                | Subject::Established
                | Subject::ConnectionCleared,
            ),
        ) => message.to_tag().map(String::from),
        ("INVITE" | "UPDATE", _) | ("INFO", Some(_)) => Some(from),
        _ => None,
    }
}

fn file_facts(file: &str, summary: &Summary) -> FileFacts {
    FileFacts {
        file: file.into(),
        forms: summary.forms.clone(),
        unit: summary.unit.word(),
        places: summary.places,
        messages: summary.messages,
        times: match summary.resolution {
            Resolution::None => "none",
            Resolution::Second => "seconds",
            Resolution::Fine => "fine",
        },
        warnings: summary.warnings.clone(),
    }
}

impl DialogTrace {
    /// Where the gateway is: the end of the last leg; a proxy both receives and sends.
    fn gateway_key(&self) -> String {
        let last = self
            .ways
            .iter()
            .find(|(_, to)| !self.ways.iter().any(|(from, _)| from == to));
        let address = last
            .or(self.ways.last())
            .map(|(_, to)| to.clone())
            .unwrap_or_default();
        if address.is_empty() {
            self.server.clone()
        } else {
            address
        }
    }

    fn transport_word(&self) -> Option<&'static str> {
        self.transport.map(|t| match t {
            Transport::Udp => "UDP",
            Transport::Tcp => "TCP",
            Transport::Tls => "TLS",
        })
    }
}
