//! The screen: what was found, each value with its evidence.

use std::fmt::Write;

use super::party::{Identification, Party};
use super::profile::{dialogs, evidence};

/// The result for people.
pub fn text(identification: &Identification) -> String {
    let mut text = String::new();
    for file in &identification.files {
        let _ = writeln!(
            text,
            "{}: {}, {} {}s, {} SIP messages",
            file.file,
            file.forms.join(" and "),
            file.places,
            file.unit,
            file.messages
        );
        match file.times {
            "none" => {
                text += "  it has no times: classes only, no intervals and no response times\n"
            }
            "seconds" => text += "  its times are whole seconds\n",
            _ => {}
        }
    }
    for gateway in &identification.gateways {
        let place = gateway
            .address
            .as_ref()
            .map_or(String::new(), |a| format!(" at {a}"));
        heading(
            &mut text,
            &format!("Gateway {}{place}", gateway.gateway),
            gateway,
        );
        findings(&mut text, identification, gateway);
        let class = gateway.class.as_deref();
        let _ = writeln!(
            text,
            "  {:<27} {}",
            "behaves like",
            class.unwrap_or("not enough was seen to say")
        );
        for client in identification
            .clients
            .iter()
            .filter(|c| c.gateway == gateway.gateway)
        {
            heading(
                &mut text,
                &format!("Client of gateway {}", gateway.gateway),
                client,
            );
            findings(&mut text, identification, client);
        }
    }
    text
}

fn heading(text: &mut String, title: &str, party: &Party) {
    let product = if party.product.is_empty() {
        String::new()
    } else {
        format!(", {}", party.product)
    };
    let transport = party.transport.map_or(String::new(), |t| format!(", {t}"));
    let dialogs = dialogs(party);
    let _ = writeln!(text, "\n{title}{product}{transport}, {dialogs}");
}

fn findings(text: &mut String, identification: &Identification, party: &Party) {
    let with_file = identification.files.len() > 1;
    for finding in &party.findings {
        let evidence_text = evidence(identification, finding, with_file);
        let standing = if finding.standing == "measured" {
            format!("measured, {evidence_text}; ")
        } else {
            String::new()
        };
        let _ = writeln!(
            text,
            "  {:<27} {:<36} {standing}{}",
            finding.name, finding.value, finding.sureness
        );
    }
}
