//! What the commands without results print: profiles, checks, the matrix, traces.

use std::fs;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::command::{code, rccsim, text};

#[test]
fn profiles_show_provenance_and_guess_nothing() {
    let list = text(&rccsim(&["profiles"]).stdout);
    for name in ["communicator-2007-r2", "nec-ow5000", "heavy", "wan-tls"] {
        assert!(list.contains(name), "{list}");
    }
    let nec = text(&rccsim(&["profiles", "nec-ow5000"]).stdout);
    assert!(
        nec.contains("ignored") && nec.contains("assumption: named as failing"),
        "{nec}"
    );
    let mitel = text(&rccsim(&["profiles", "mitel"]).stdout);
    assert!(
        mitel.contains("unknown") && mitel.contains("assume"),
        "{mitel}"
    );
    let unknown = rccsim(&["profiles", "nec-ow500"]);
    assert_eq!(code(&unknown), 2);
    assert!(
        text(&unknown.stderr).contains("did you mean `nec-ow5000`"),
        "{}",
        text(&unknown.stderr)
    );
    let json: Value = serde_json::from_slice(
        &rccsim(&["profiles", "communicator-2007-r2", "--format", "json"]).stdout,
    )
    .unwrap();
    assert_eq!(json[0]["values"][0]["standing"], "published");
}

#[test]
fn a_profile_file_of_ones_own_works_like_a_shipped_one() {
    let folder = TempDir::new().unwrap();
    let here = |args: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_rccsim"))
            .args(args)
            .current_dir(folder.path())
            .output()
            .unwrap()
    };
    let profile = |update: &str| {
        format!(
            "# Our gateway.\n{update} = {{ value = \"405\", standing = \"seen\", source = \"our trace of Monday\" }}\n\
                 allow = {{ value = \"absent\", standing = \"seen\", source = \"our trace of Monday\" }}\n"
        )
    };
    fs::write(folder.path().join("ours.toml"), profile("update")).unwrap();
    let scenario = fs::read_to_string("models/nec-2007.toml")
        .unwrap()
        .replace("nec-ow5000", "ours.toml");
    fs::write(folder.path().join("scenario.toml"), scenario).unwrap();
    let output = text(&here(&["profiles", "ours.toml"]).stdout);
    assert!(
        output.contains("ours.toml (gateways)\nOur gateway.")
            && output.contains("seen: our trace of Monday"),
        "{output}"
    );
    let checked = text(&here(&["check", "scenario.toml"]).stdout);
    assert!(
        checked.contains("405        ours.toml, seen: our trace of Monday"),
        "{checked}"
    );
    fs::write(folder.path().join("ours.toml"), profile("updat")).unwrap();
    let wrong = here(&["profiles", "ours.toml"]);
    assert_eq!(code(&wrong), 2);
    assert!(
        text(&wrong.stderr).contains("ours.toml:2:1: unknown key `updat`"),
        "{}",
        text(&wrong.stderr)
    );
    assert_eq!(code(&here(&["profiles", "nothing.toml"])), 2);
}

#[test]
fn check_explained_has_every_key_and_its_meaning() {
    let check = |flags: &[&str]| {
        let output = rccsim(&[&["check", "models/nec-r2.toml"], flags].concat());
        assert_eq!(code(&output), 0);
        text(&output.stdout)
    };
    let (brief, explained) = (check(&[]), check(&["--explain"]));
    let json: serde_json::Value = serde_json::from_str(&check(&["--format", "json"])).unwrap();
    let settings = json["settings"].as_array().unwrap();
    let lists = |text: &str, key: &str| {
        text.lines()
            .any(|l| l.trim_start().starts_with(&format!("{key} ")))
    };
    for table in ["gateway", "clients"] {
        let keys = rccsim::scenario::catalogue::keys_of(table).unwrap();
        // What has a value without being given; a file of calls or of sign-ins has none.
        for key in keys
            .iter()
            .filter(|k| k.default.is_some_and(|d| !d.is_empty()))
        {
            assert!(
                lists(&explained, key.name),
                "{table}.{}: {explained}",
                key.name
            );
            let is_it = |s: &&serde_json::Value| s["table"] == table && s["key"] == key.name;
            assert!(settings.iter().any(|s| is_it(&s)), "{table}.{}", key.name);
        }
    }
    assert!(
        !lists(&brief, "on_glare") && lists(&explained, "on_glare"),
        "{brief}"
    );
    let ellipsis = "more keys at their defaults: --explain lists them";
    assert!(
        brief.contains(ellipsis) && !explained.contains(ellipsis),
        "{brief}"
    );
}

#[test]
fn check_tells_each_value_with_its_source_and_warns() {
    let output = rccsim(&[
        "check",
        "models/nec-r2.toml",
        "--set",
        "clients.refresh_interval=40 min",
    ]);
    assert_eq!(code(&output), 0);
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(
        out.contains("given on the command line") && out.contains("default, assumption"),
        "{out}"
    );
    assert!(
        err.contains(
            "refresh_interval 40 min is not shorter than the granted Session-Expires 30 min"
        ),
        "{err}"
    );
    assert!(
        err.contains("every session expires before its first refresh"),
        "{err}"
    );
}

#[test]
fn the_matrix_agrees_with_the_table_of_first_losses() {
    let matrix: Value =
        serde_json::from_slice(&rccsim(&["matrix", "--format", "json"]).stdout).unwrap();
    let cells = matrix["cells"].as_array().unwrap();
    // 12 classes, NEC, four more behaviours and two that were met on a wire; three clients of the story, three from a wire.
    assert_eq!(cells.len(), 19 * 6);
    let first_loss = |gateway: &str, client: &str| {
        let cell = cells
            .iter()
            .find(|c| c["gateway"] == gateway && c["client"] == client)
            .unwrap();
        assert_eq!(
            cell["first_loss_s"].is_null(),
            cell["remedy"].as_array().unwrap().is_empty(),
            "{cell}"
        );
        cell["first_loss_s"].as_f64()
    };
    // the columns R2, 2007 and rfc4028
    for (gateway, r2, rfc4028) in [
        ("healthy", None, None),
        ("allow-fix", None, None),
        ("no-session-expires", None, None),
        ("min-se-422", None, None),
        ("ignores-update", Some(1532.0), None),
        ("answer-lost", Some(1532.0), None),
        ("rejects-405", Some(1800.0), None),
        ("rejects-501", Some(1800.0), None),
        ("unavailable-503", Some(1800.0), None),
        ("disowns-481", Some(1500.0), None),
        ("lying-allow-ignores", Some(1532.0), Some(932.0)),
        ("lying-allow-501", Some(1800.0), None),
    ] {
        assert_eq!(first_loss(gateway, "communicator-2007-r2"), r2, "{gateway}");
        assert_eq!(first_loss(gateway, "communicator-2007"), None, "{gateway}");
        assert_eq!(first_loss(gateway, "rfc4028"), rfc4028, "{gateway}");
    }
    // Refreshes by re-INVITE, and clients that were met on a wire.
    for (gateway, client, at) in [
        ("ignores-reinvite", "communicator-2007", Some(632.0)),
        ("ignores-reinvite", "rfc4028", Some(932.0)),
        ("rejects-reinvite-488", "communicator-2007", Some(1800.0)),
        ("not-counted", "communicator-2007-r2", Some(1768.0)),
        ("refresher-silent", "pjsip-2.15", Some(1768.0)),
        // Sofia-SIP sends UPDATE even where Allow leaves it out.
        ("allow-fix", "sofia-sip-1.12", Some(932.0)),
        ("nec-ow5000", "pidgin-sipe-1.25", None),
        ("baresip-1.0", "communicator-2007-r2", None),
    ] {
        assert_eq!(first_loss(gateway, client), at, "{gateway} {client}");
    }
    let csv = text(&rccsim(&["matrix", "--format", "csv"]).stdout);
    assert_eq!(csv.lines().count(), 1 + cells.len());
}

#[test]
fn the_trace_shows_the_relay_at_work_and_why_a_refresh_was_refused() {
    let trace = |args: &[&str]| text(&rccsim(&[&["trace"], args].concat()).stdout);
    let relay = trace(&["models/nec-r2-relay-fix.toml"]);
    let answer = relay
        .lines()
        .find(|l| l.contains("200 OK (INVITE)"))
        .unwrap();
    assert!(
        answer.contains("Allow absent")
            && answer.contains("rewritten on the way to without UPDATE: relay_allow"),
        "{answer}"
    );
    for (class, reason) in [
        ("405", "on_rejection = hold"),
        ("481", "481 to any request ends the dialog"),
        ("503", "a 503 changes no dialog: again after Retry-After"),
    ] {
        let refused = trace(&[
            "models/rejecting-gateway.toml",
            "--set",
            &format!("gateway.update={class}"),
        ]);
        let line = refused
            .lines()
            .find(|l| l.contains("refresh refused"))
            .unwrap();
        assert!(line.contains(reason), "{class}: {line}");
    }
}

#[test]
fn the_trace_shows_update_unanswered_and_what_follows() {
    let trace = text(&rccsim(&["trace", "models/nec-r2.toml"]).stdout);
    let place = |label: &str| {
        trace
            .find(label)
            .unwrap_or_else(|| panic!("no {label:?} in\n{trace}"))
    };
    let order = [
        "Allow absent",
        "session up",
        "UPDATE, SE 1800",
        "no answer in 32 s",
        "SESSION LOST",
        "gateway  BYE",
        "set up again",
    ];
    assert!(
        order.windows(2).all(|pair| place(pair[0]) < place(pair[1])),
        "{trace}"
    );
    let json: Value = serde_json::from_slice(
        &rccsim(&["trace", "models/nec-r2.toml", "--format", "json"]).stdout,
    )
    .unwrap();
    let rungs = json["rungs"].as_array().unwrap();
    let at = |label: &str| {
        rungs
            .iter()
            .find(|r| r["what"].as_str().unwrap().starts_with(label))
            .unwrap()["at_us"]
            .as_u64()
            .unwrap()
    };
    // R runs from the receipt of the 2xx to INVITE.
    let round_trip = 1000 * rungs[0]["transit_ms"].as_f64().unwrap() as u64
        + 1000 * rungs[1]["transit_ms"].as_f64().unwrap() as u64;
    assert_eq!(at("UPDATE") - at("INVITE"), round_trip + 1_500_000_000);
    assert_eq!(at("SESSION LOST") - at("UPDATE"), 32_000_000);
    assert_eq!(
        code(&rccsim(&["trace", "models/nec-r2.toml", "--user", "2001"])),
        2
    );
}
