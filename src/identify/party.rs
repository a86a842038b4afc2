//! What files show of gateways and clients, as it is written.

use serde::Serialize;

use super::dialog::DialogFacts;
use super::finding::Finding;

/// What was read of a file.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct FileFacts {
    /// Its name.
    pub file: String,
    /// The forms of its content.
    pub forms: Vec<&'static str>,
    /// `frame` or `line`: what evidence in it counts.
    pub unit: &'static str,
    /// How many of them.
    pub places: u64,
    /// SIP messages.
    pub messages: u64,
    /// `none`, `seconds` or `fine`.
    pub times: &'static str,
    /// What could not be read.
    pub warnings: Vec<String>,
}

/// A gateway, or a client of it.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Party {
    /// The gateway's number.
    pub gateway: usize,
    /// Its host and port, for a gateway.
    pub address: Option<String>,
    /// Its Server or User-Agent header.
    pub product: String,
    /// `UDP`, `TCP`, `TLS`, where it is known.
    pub transport: Option<&'static str>,
    /// Dialogs seen.
    pub dialogs: usize,
    /// The generic profile that it behaves like, for a gateway.
    pub class: Option<String>,
    /// What was found.
    pub findings: Vec<Finding>,
}

/// What was found in some files.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Identification {
    /// The name and version of this form.
    pub schema: &'static str,
    /// The files.
    pub files: Vec<FileFacts>,
    /// The gateways.
    pub gateways: Vec<Party>,
    /// The clients, by gateway and product.
    pub clients: Vec<Party>,
    /// Each dialog on its own.
    pub dialogs: Vec<DialogFacts>,
}
