//! Profiles of what was found, as `run` takes them.

use super::finding::Finding;
use super::party::{Identification, Party};
use crate::quantity::number::count_phrase;
use crate::scenario::Profile;

/// Text for a basic string of TOML: no quotes, no backslashes, no control characters.
fn basic_string_text(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c == '"' || c == '\\' || c.is_control() {
                '\''
            } else {
                c
            }
        })
        .collect()
}

/// "frames 8, 10–12 of a.pcap"
pub(super) fn evidence(
    identification: &Identification,
    finding: &Finding,
    with_file: bool,
) -> String {
    let mut numbers = Vec::new();
    for places in &finding.evidence {
        let Some(file) = identification.files.get(places.file) else {
            continue;
        };
        let unit = if places.places.len() == 1 {
            file.unit.to_string()
        } else {
            format!("{}s", file.unit)
        };
        let name = if with_file {
            format!(" of {}", base_name(&file.file))
        } else {
            String::new()
        };
        numbers.push(format!("{unit} {}{name}", ranges(&places.places)));
        if numbers.len() == 3 {
            break;
        }
    }
    let remainder = finding.evidence.len().saturating_sub(numbers.len());
    let mut text = numbers.join(", ");
    if remainder > 0 {
        text += &format!(" and {remainder} more");
    }
    text
}

/// The last part of a path.
fn base_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// "8, 10–12"
fn ranges(places: &[u64]) -> String {
    let mut sorted = places.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for place in sorted {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == place => *last = place,
            _ => runs.push((place, place)),
        }
    }
    let is_long = runs.len() > 6;
    let texts = runs.iter().take(6).map(|(a, b)| match b - a {
        0 => a.to_string(),
        1 => format!("{a}, {b}"),
        _ => format!("{a}–{b}"),
    });
    let text = texts.collect::<Vec<_>>().join(", ");
    if is_long { text + ", …" } else { text }
}

fn profile(
    kind: &str,
    identification: &Identification,
    party: &Party,
    opening: &str,
    assumptions: &[(&str, &str, &str)],
) -> String {
    let mut text = format!("# {}\n", basic_string_text(opening));
    let settings = party.findings.iter().filter_map(|finding| {
        let (key, value) = finding.sets.as_ref()?;
        let evidence_text = evidence(identification, finding, true);
        let source = format!("{evidence_text}; {}", finding.sureness);
        Some(line(key, value, finding.standing, &source))
    });
    let assumed = assumptions
        .iter()
        .map(|(key, value, source)| line(key, value, "assumption", source));
    for line in settings.chain(assumed) {
        // A value may be real and yet beyond what the model takes: it is kept as a comment.
        match Profile::parse(kind, "measured", "measured", &line) {
            Ok(_) => text += &line,
            Err(_) => text += &format!("# outside of what the model takes: {line}"),
        }
    }
    text
}

fn line(key: &str, value: &str, standing: &str, source: &str) -> String {
    let value = basic_string_text(value);
    let is_count = value.bytes().all(|b| b.is_ascii_digit()) && key == "servers";
    let value = if is_count {
        value
    } else {
        format!("\"{value}\"")
    };
    format!(
        "{key} = {{ value = {value}, standing = \"{standing}\", source = \"{}\" }}\n",
        basic_string_text(source)
    )
}

/// "1 dialog", "3 dialogs"
pub(super) fn dialogs(party: &Party) -> String {
    count_phrase(party.dialogs as u64, "dialog")
}

fn product(party: &Party) -> String {
    if party.product.is_empty() {
        String::new()
    } else {
        format!(" ({})", party.product)
    }
}

/// The profile of a gateway, as TOML. What was not seen is left to the defaults; a class of UPDATE has none, so it is
/// assumed from Allow where no UPDATE was seen.
pub fn gateway_profile(identification: &Identification, party: &Party) -> String {
    let sets = |key: &str| {
        party
            .findings
            .iter()
            .find_map(|f| f.sets.as_ref().filter(|(k, _)| *k == key))
    };
    let mut assumptions = Vec::new();
    if sets("update").is_none() {
        assumptions.push(match sets("allow").map(|(_, v)| v.as_str()) {
            Some("with-update") => (
                "update",
                "accepted",
                "no UPDATE was seen answered or ignored; Allow lists it (RFC 3311 §4)",
            ),
            Some("without-update") => (
                "update",
                "ignored",
                "no UPDATE was seen answered or ignored; Allow leaves it out",
            ),
            _ => (
                "update",
                "ignored",
                "no UPDATE was seen answered or ignored; as the gateways of the published reports",
            ),
        });
    }
    if sets("service_time").is_some() {
        assumptions.push(("servers", "100000", "the response time is a delay here: whether requests wait for each other was not measured"));
    }
    let opening = format!(
        "A gateway as it was seen{} in {}.",
        product(party),
        dialogs(party)
    );
    profile("gateways", identification, party, &opening, &assumptions)
}

/// The profile of a client, as TOML. What was not seen is left to the defaults.
pub fn client_profile(identification: &Identification, party: &Party) -> String {
    let opening = format!(
        "A client as it was seen{} in {}.",
        product(party),
        dialogs(party)
    );
    profile("clients", identification, party, &opening, &[])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_written_as_ranges() {
        assert_eq!(ranges(&[8, 9, 10, 14, 3, 4]), "3, 4, 8–10, 14");
        assert_eq!(ranges(&[1, 3, 5, 7, 9, 11, 13]), "1, 3, 5, 7, 9, 11, …");
        assert_eq!(basic_string_text("a \"b\"\\ \n"), "a 'b'' '");
    }
}
