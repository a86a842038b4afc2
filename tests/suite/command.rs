//! The command as its users meet it: exit codes, files, the same bytes in whatever way they are made.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// Runs rccsim at the root of the project.
fn rccsim(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rccsim"))
        .args(args)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn code(output: &Output) -> i32 {
    output
        .status
        .code()
        .unwrap_or_else(|| panic!("ended by a signal: {}", text(&output.stderr)))
}

/// Every file of a folder with its bytes.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            let inner = files(&path).into_iter();
            all.extend(inner.map(|(name, bytes)| {
                (
                    format!("{}/{name}", path.file_name().unwrap().display()),
                    bytes,
                )
            }));
        } else {
            all.insert(
                path.file_name().unwrap().to_string_lossy().into_owned(),
                fs::read(&path).unwrap(),
            );
        }
    }
    all
}

/// Runs into a folder of its own and returns what is in it.
fn results(model: &str, more: &[&str]) -> BTreeMap<String, Vec<u8>> {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("out");
    let output = rccsim(&[&["run", model, "--out", out.to_str().unwrap()], more].concat());
    assert!(
        [0, 3, 4].contains(&code(&output)),
        "{}",
        text(&output.stderr)
    );
    files(&out)
}

#[test]
fn results_are_the_same_bytes_for_any_number_of_jobs_a_rerun_and_with_the_display_off() {
    for model in [
        "models/mixed-fleet.toml",
        "models/n-plus-one.toml",
        "models/large.toml",
    ] {
        let one = results(model, &["--jobs", "1"]);
        for name in [
            "manifest.json",
            "summary.json",
            "summary.csv",
            "runs.csv",
            "series.csv",
            "distribution.csv",
            "drops.csv",
            "scenario.toml",
        ] {
            assert!(one[name].len() > 50, "{model}: {name} is missing or empty");
        }
        for other in [
            &["--jobs", "2"][..],
            &["--jobs", "8", "--quiet"],
            &["--jobs", "1"],
        ] {
            let again = results(model, other);
            assert_eq!(
                one.keys().collect::<Vec<_>>(),
                again.keys().collect::<Vec<_>>()
            );
            for (name, bytes) in &one {
                assert!(*bytes == again[name], "{model} {other:?}: {name} differs");
            }
        }
    }
}

#[test]
fn a_crash_of_one_gateway_changes_not_one_byte_of_anothers_results() {
    let gateway = |name| {
        format!(
            "[[gateway]]\nname = \"{name}\"\nprofile = \"ignores-update\"\nservice_time = \"exponential 50 ms\"\n"
        )
    };
    let clients = |name| {
        format!(
            "[[clients]]\nname = \"{name}\"\ngateway = \"{name}\"\ncount = 300\npath = \"wan-tls\"\n"
        )
    };
    let calm = format!(
        "[scenario]\nname = \"two\"\nreplications = 3\n{}{}{}{}",
        gateway("north"),
        gateway("south"),
        clients("north"),
        clients("south")
    );
    let fault =
        "[[fault]]\nkind = \"crash\"\ntarget = \"gateway:north\"\nat = \"10:30\"\nreset = true\n";
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("two.toml");
    let [calm, crashed] = [calm.clone(), calm + fault].map(|text| {
        fs::write(&file, text).unwrap();
        results(file.to_str().unwrap(), &[])
    });
    for name in ["summary.csv", "series.csv", "drops.csv", "runs.csv"] {
        // The fingerprint, third column of runs.csv, is of the whole run.
        let rows = |all: &BTreeMap<String, Vec<u8>>, of: &str| -> Vec<String> {
            let whole = text(&all[name]);
            let mine = whole.lines().filter(|row| {
                row.split(',')
                    .any(|cell| cell.split(':').next_back() == Some(of))
            });
            let masked = |row: &str| match name {
                "runs.csv" => row
                    .split(',')
                    .enumerate()
                    .filter(|(i, _)| *i != 2)
                    .map(|(_, c)| format!("{c},"))
                    .collect(),
                _ => row.to_string(),
            };
            mine.map(masked).collect()
        };
        assert!(rows(&calm, "south").len() > 60, "{name}");
        assert!(
            rows(&calm, "south") == rows(&crashed, "south"),
            "{name}: the other gateway's rows differ"
        );
        assert!(
            rows(&calm, "north") != rows(&crashed, "north"),
            "{name}: the crash left no trace"
        );
    }
}

#[test]
fn the_manifest_has_the_digest_of_every_file() {
    let all = results("models/nec-r2.toml", &["--reps", "2"]);
    let manifest: Value = serde_json::from_slice(&all["manifest.json"]).unwrap();
    let listed = manifest["files"].as_object().unwrap();
    assert_eq!(listed.len(), all.len() - 1);
    for (name, digest) in listed {
        assert_eq!(
            digest.as_str().unwrap(),
            blake3::hash(&all[name]).to_hex().as_str(),
            "{name}"
        );
    }
}

#[test]
fn exit_codes_tell_the_verdict() {
    let folder = TempDir::new().unwrap();
    let run = |model: &str, more: &[&str]| {
        let out = folder.path().join("out");
        rccsim(
            &[
                &["run", model, "--quiet", "--out", out.to_str().unwrap()],
                more,
            ]
            .concat(),
        )
    };
    assert_eq!(
        code(&run("models/nec-r2-allow-fix.toml", &["--reps", "3"])),
        0
    );
    assert_eq!(code(&run("models/nec-r2.toml", &["--reps", "3"])), 3);
    assert_eq!(
        code(&run("models/nec-r2.toml", &["--reps", "1"])),
        4,
        "one replication has no interval"
    );
    assert_eq!(code(&run("models/nowhere.toml", &[])), 1);
    assert_eq!(code(&run("tests/rejected/key_unknown.toml", &[])), 2);
    assert_eq!(
        code(&run("models/nec-r2.toml", &["--set", "clients.colour=red"])),
        2
    );
    assert_eq!(code(&run("models/nec-r2.toml", &["--jobs", "0"])), 2);
    assert_eq!(code(&run("models/nec-r2.toml", &["--reps", "0"])), 2);
}

#[test]
fn json_on_standard_output_is_the_summary() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("out");
    let output = rccsim(&[
        "run",
        "models/mixed-fleet.toml",
        "--reps",
        "2",
        "--format",
        "json",
        "--out",
        out.to_str().unwrap(),
    ]);
    assert_eq!(output.stdout, fs::read(out.join("summary.json")).unwrap());
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(summary["schema"], "rccsim.summary/1");
    assert_eq!(
        (summary["scenario"].as_str(), summary["seed"].as_u64()),
        (Some("mixed-fleet"), Some(1))
    );
    let rows = summary["rows"].as_array().unwrap();
    let row = |scope: &str, metric: &str| {
        rows.iter()
            .find(|r| r["scope"] == scope && r["metric"] == metric && r.get("cause").is_none())
            .unwrap()
    };
    for scope in [
        "all",
        "clients:communicator-2007",
        "clients:communicator-2007-r2",
        "gateway:cstagw",
    ] {
        let drops = row(scope, "session_drops");
        assert_eq!(
            (drops["unit"].as_str(), drops["replications"].as_u64()),
            (Some("count"), Some(2))
        );
    }
    assert_eq!(
        row("clients:communicator-2007", "session_drops")["mean"],
        0.0
    );
    assert!(
        row("clients:communicator-2007", "session_drops")["upper"]
            .as_f64()
            .unwrap()
            > 0.0,
        "0 has its upper bound"
    );
    assert!(
        row("clients:communicator-2007-r2", "session_drops")["mean"]
            .as_f64()
            .unwrap()
            > 1400.0
    );
    // A quantile without samples is null.
    assert!(row("clients:communicator-2007", "recovery_mean_s")["mean"].is_null());
}

#[test]
fn an_unwritable_folder_is_told_before_anything_is_simulated() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "in the way").unwrap();
    let output = rccsim(&[
        "run",
        "models/large.toml",
        "--out",
        file.join("out").to_str().unwrap(),
    ]);
    assert_eq!(code(&output), 1);
    assert!(
        text(&output.stderr).contains("file/out"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn what_fails_leaves_earlier_results_alone() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().to_str().unwrap();
    assert_eq!(
        code(&rccsim(&[
            "run",
            "models/nec-2007.toml",
            "--reps",
            "2",
            "--out",
            out
        ])),
        0
    );
    let before = files(folder.path());
    let huge = [
        "run",
        "models/nec-2007.toml",
        "--out",
        out,
        "--set",
        "clients.count=1000000000",
    ];
    let output = rccsim(&huge);
    assert_eq!(code(&output), 2);
    let message = text(&output.stderr);
    assert!(
        message.contains("clients.front-office") && message.contains("GB"),
        "{message}"
    );
    // The same in a file: told where it stands.
    let file = folder.path().with_extension("toml");
    fs::write(
        &file,
        fs::read_to_string("models/nec-2007.toml")
            .unwrap()
            .replace("count = 2000", "count = 900000000"),
    )
    .unwrap();
    let output = rccsim(&["run", file.to_str().unwrap(), "--out", out]);
    let message = text(&output.stderr);
    assert_eq!(code(&output), 2);
    let told = format!(
        "error: {}:16:9: clients.front-office.count: found 900000000, expected fewer",
        file.display()
    );
    assert!(message.starts_with(&told), "{message}");
    fs::remove_file(file).unwrap();
    assert_eq!(
        code(&rccsim(&[
            "run",
            "tests/rejected/count_zero.toml",
            "--out",
            out
        ])),
        2
    );
    assert!(
        files(folder.path()) == before,
        "earlier results were touched"
    );
}

#[cfg(unix)]
#[test]
fn an_interrupt_keeps_what_is_finished() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("out");
    let args = [
        "run",
        "models/nec-2007.toml",
        "--reps",
        "100000",
        "--quiet",
        "--out",
        out.to_str().unwrap(),
    ];
    let child = Command::new(env!("CARGO_BIN_EXE_rccsim"))
        .args(args)
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    // Long enough for some replications on any machine, far too short for all.
    std::thread::sleep(std::time::Duration::from_secs(3));
    assert!(
        Command::new("kill")
            .args(["-INT", &child.id().to_string()])
            .status()
            .unwrap()
            .success()
    );
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    if out.join("manifest.json").exists() {
        let summary: Value =
            serde_json::from_slice(&fs::read(out.join("summary.json")).unwrap()).unwrap();
        assert_eq!(summary["interrupted"], true);
        let n = summary["replications"].as_u64().unwrap();
        assert!((1..100_000).contains(&n), "{n}");
        let runs = fs::read_to_string(out.join("runs.csv")).unwrap();
        let replications: std::collections::BTreeSet<&str> = runs
            .lines()
            .skip(1)
            .map(|l| l.split(',').nth(1).unwrap())
            .collect();
        assert_eq!(replications.len() as u64, n);
    } else {
        assert!(text(&output.stdout).is_empty());
    }
    let partial = files(&out).into_keys().find(|name| name.starts_with('.'));
    assert_eq!(partial, None);
}

#[test]
fn the_starting_scenario_runs_as_it_stands_and_is_never_overwritten() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("my-question.toml");
    let file = file.to_str().unwrap();
    assert_eq!(code(&rccsim(&["init", file])), 0);
    assert_eq!(code(&rccsim(&["check", file])), 0);
    let written = fs::read_to_string(file).unwrap();
    let out = folder.path().join("out");
    assert_eq!(
        code(&rccsim(&[
            "run",
            file,
            "--reps",
            "3",
            "--out",
            out.to_str().unwrap()
        ])),
        3
    );
    assert_eq!(code(&rccsim(&["init", file])), 2);
    assert_eq!(fs::read_to_string(file).unwrap(), written);
}

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
    let shown = text(&here(&["profiles", "ours.toml"]).stdout);
    assert!(
        shown.contains("ours.toml (gateways)\nOur gateway.")
            && shown.contains("seen: our trace of Monday"),
        "{shown}"
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
    assert_eq!(cells.len(), 12 * 3);
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
    let place = |what: &str| {
        trace
            .find(what)
            .unwrap_or_else(|| panic!("no {what:?} in\n{trace}"))
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
    let at = |what: &str| {
        rungs
            .iter()
            .find(|r| r["what"].as_str().unwrap().starts_with(what))
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
