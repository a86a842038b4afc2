//! Every dependency comes under a licence that deny.toml allows; asked of cargo, without the network.

use std::fs;
use std::process::Command;

use serde_json::Value;

/// Whether an SPDX expression can be met by the allowed licences. A slash is the old way to write OR.
fn is_met(expression: &str, licences: &[String]) -> bool {
    let expression = expression.replace('/', " OR ");
    let all_met = |part: &str| {
        let ids = part
            .split(" AND ")
            .map(|id| id.trim_matches(['(', ')', ' ']));
        ids.into_iter().all(|id| licences.iter().any(|a| a == id))
    };
    match expression.split_once(") AND ") {
        // "(A OR B) AND C"
        Some((left, right)) => {
            is_met(left.trim_start_matches('('), licences) && is_met(right, licences)
        }
        None => expression.split(" OR ").any(all_met),
    }
}

#[test]
fn every_dependency_has_an_allowed_licence() {
    let deny: toml::Table = fs::read_to_string("deny.toml").unwrap().parse().unwrap();
    let licences: Vec<String> = deny["licenses"]["allow"].clone().try_into().unwrap();
    let host = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let arguments = [
        "metadata",
        "--format-version",
        "1",
        "--locked",
        "--offline",
        "--filter-platform",
        &host,
    ];
    let run = Command::new(env!("CARGO"))
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    let metadata: Value = serde_json::from_slice(&run.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 50, "{} packages", packages.len());
    for package in packages {
        let licence = package["license"].as_str().unwrap_or_default();
        assert!(is_met(licence, &licences), "{}: {licence}", package["name"]);
    }
}

#[test]
fn a_licence_that_is_not_allowed_is_refused() {
    let licences = ["MIT", "Unicode-3.0"].map(String::from);
    for (expression, is_allowed) in [
        ("MIT", true),
        ("Unlicense/MIT", true),
        ("GPL-3.0 OR MIT", true),
        ("GPL-3.0", false),
        ("", false),
        ("MIT AND GPL-3.0", false),
        ("(MIT OR Apache-2.0) AND Unicode-3.0", true),
        ("(MIT OR Apache-2.0) AND GPL-3.0", false),
    ] {
        assert_eq!(is_met(expression, &licences), is_allowed, "{expression}");
    }
}
