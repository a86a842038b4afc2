//! What every study has in common: the questions that are shipped, and the folder that it leaves.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rccsim::scenario::load;
use serde_json::Value;
use tempfile::TempDir;

use crate::comparison::compare;

pub(crate) fn rccsim(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rccsim"))
        .args(args)
        .output()
        .unwrap()
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Every file of a folder with its bytes.
pub(crate) fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .map(|e| e.unwrap().path());
    let name = |p: &PathBuf| p.file_name().unwrap().to_string_lossy().into_owned();
    entries
        .filter(|p| p.is_file())
        .map(|p| (name(&p), fs::read(&p).unwrap_or_default()))
        .collect()
}

/// A scenario whose figures can be counted by hand: 20 users on an ideal path, signed in at the start of 8 h, without
/// calls from the PC, so that nothing but the refresh ends a session.
pub(crate) fn by_hand(folder: &Path, gateway: &str, objective: &str) -> String {
    let text = format!(
        "[scenario]\nname = \"by-hand\"\nhorizon = \"8 h\"\nreplications = 3\n\
         [[gateway]]\nname = \"g\"\nprofile = \"{gateway}\"\n\
         [[clients]]\nname = \"c\"\nprofile = \"communicator-2007-r2\"\ncount = 20\ngateway = \"g\"\n\
         sign_in = \"at start\"\noutgoing_calls = \"0 /h\"\nreestablish = \"fixed 30 s\"\n\
         [[objective]]\n{objective}\n"
    );
    let file = folder.join("by-hand.toml");
    fs::write(&file, text).unwrap();
    file.to_str().unwrap().into()
}

type Files = BTreeMap<String, Vec<u8>>;

/// The document says what the command found, the tables have its points, and the manifest names every file.
fn holds_the_answer(command: &str, list: &str, files: &Files) {
    let document: Value = serde_json::from_slice(&files["summary.json"]).unwrap();
    let schema = if command == "sweep" {
        "rccsim.summary/1".into()
    } else {
        format!("rccsim.{command}/1")
    };
    assert_eq!(document["schema"], schema.as_str());
    for key in [
        "scenario",
        "scenario_hash",
        "version",
        "fingerprint",
        "verdict",
        "answer",
        "command",
    ] {
        assert!(
            document[key].as_str().is_some_and(|v| !v.is_empty()),
            "{command}: {key}"
        );
    }
    assert!(
        document["command"]
            .as_str()
            .unwrap()
            .starts_with(&format!("rccsim {command} "))
    );
    assert!(
        !document[list].as_array().unwrap().is_empty(),
        "{command}: {list}"
    );
    tables_have_every_point(command, &document, files);
    let manifest: Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
    for (name, bytes) in files.iter().filter(|(name, _)| *name != "manifest.json") {
        assert_eq!(
            manifest["files"][name],
            blake3::hash(bytes).to_hex().as_str(),
            "{command}: {name}"
        );
    }
    assert_eq!(manifest["fingerprint"], document["fingerprint"]);
}

/// Every figure of everything that was tried, under the same name in the document and in both tables.
fn tables_have_every_point(command: &str, document: &Value, files: &Files) {
    let text_of_points = |records: &[u8]| -> BTreeSet<String> {
        let mut reader = csv::Reader::from_reader(records);
        reader
            .records()
            .map(|r| r.unwrap()[0].to_string())
            .collect()
    };
    let point = |row: &Value| {
        let values = row["point"].as_object().unwrap().iter();
        values
            .map(|(key, value)| format!("{key}={}", value.as_str().unwrap()))
            .collect::<BTreeSet<String>>()
    };
    let in_document: BTreeSet<BTreeSet<String>> = document["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(point)
        .collect();
    let in_tables = text_of_points(&files["runs.csv"]);
    assert_eq!(
        in_tables,
        text_of_points(&files["summary.csv"]),
        "{command}"
    );
    assert_eq!(
        in_document.len(),
        in_tables.len(),
        "{command}: {in_tables:?}"
    );
}

/// Charts and pages are made from the files alone: each study says there all that it says on the screen.
#[test]
fn every_study_leaves_its_whole_answer_in_its_folder() {
    let folder = TempDir::new().unwrap();
    let file = by_hand(
        folder.path(),
        "ignores-update",
        "metric = \"down_fraction\"\nat_most = \"2 %\"",
    );
    let vary = "clients.refresh_interval=20 min, 25 min";
    let second_file = folder.path().join("other.toml");
    fs::write(
        &second_file,
        fs::read_to_string(&file)
            .unwrap()
            .replace("ignores-update", "healthy"),
    )
    .unwrap();
    for (command, flags, answer) in [
        (
            "compare",
            vec![second_file.to_str().unwrap()],
            "alternatives",
        ),
        (
            "size",
            vec![
                "--key",
                "clients.refresh_interval=20 min..28 min step 1 min",
            ],
            "trials",
        ),
        (
            "best",
            vec!["--vary", vary, "--cost", "down_fraction"],
            "points",
        ),
        ("sensitivity", vec!["--vary", vary], "keys"),
        ("sweep", vec!["--vary", vary], "points"),
    ] {
        let out = folder.path().join(command);
        let args = [
            &[
                command,
                file.as_str(),
                "--format",
                "json",
                "--out",
                out.to_str().unwrap(),
            ],
            &flags[..],
        ]
        .concat();
        let output = rccsim(&args);
        let files = files(&out);
        assert_eq!(
            text(&output.stdout),
            text(&files["summary.json"]),
            "{command}: {}",
            text(&output.stderr)
        );
        holds_the_answer(command, answer, &files);
        // What stands beside the answer reads back.
        load(&out.join("scenario.toml"), &[]).unwrap_or_else(|e| panic!("{e}"));
    }
    let (code, _, message) = compare(&[folder.path().join("size").to_str().unwrap(), &file]);
    assert_eq!(code, Some(2));
    assert!(
        message.contains("`rccsim size`") && message.contains("`run` or `sweep`"),
        "{message}"
    );
}

#[test]
fn every_study_opens_with_its_question_and_has_valid_points() {
    let readme = fs::read_to_string("README.md").unwrap();
    let mut count = 0;
    for entry in fs::read_dir("models/studies").unwrap() {
        let file = entry.unwrap().path();
        if file.extension().is_none_or(|e| e != "toml") {
            continue;
        }
        let scenario = load(&file, &[]).unwrap_or_else(|e| panic!("{e}"));
        let question = scenario.question.trim_end();
        assert!(
            question.ends_with('?') && readme.contains(question),
            "{file:?} opens with {question:?}"
        );
        assert_eq!(
            scenario.plan.name,
            file.file_stem().unwrap().to_string_lossy(),
            "{file:?}"
        );
        let points = scenario
            .study
            .unwrap_or_else(|| panic!("{file:?} has no [study]"))
            .points();
        for point in &points {
            load(&file, &point.overrides).unwrap_or_else(|e| panic!("{e}"));
        }
        count += points.len();
    }
    assert!(count > 80, "{count} points");
}
