//! Scenarios that are rejected, each beside its exact message.

use std::fs;
use std::path::{Path, PathBuf};

use rccsim::scenario::{Override, ScenarioError, load};

fn rejected() -> Vec<PathBuf> {
    let files = fs::read_dir("tests/rejected")
        .unwrap()
        .map(|f| f.unwrap().path());
    let mut files: Vec<PathBuf> = files
        .filter(|f| f.extension().is_some_and(|e| e == "toml"))
        .collect();
    files.sort();
    files
}

#[test]
fn every_rejected_scenario_says_what_stands_beside_it() {
    let files = rejected();
    assert!(files.len() >= 50, "only {} rejected scenarios", files.len());
    for file in files {
        let path = Path::new("tests/rejected").join(file.file_name().unwrap());
        // They are written by this test and read by you.
        if std::env::var_os("RCCSIM_BLESS").is_some()
            && let Err(error) = load(&path, &[])
        {
            fs::write(file.with_extension("txt"), format!("{error}\n")).unwrap();
        }
        let expected = fs::read_to_string(file.with_extension("txt")).unwrap();
        match load(&path, &[]) {
            Err(error @ (ScenarioError::Input { .. } | ScenarioError::Several { .. })) => {
                assert_eq!(error.to_string(), expected.trim_end(), "{path:?}")
            }
            Err(error) => panic!("{path:?}: {error}"),
            Ok(_) => panic!("{path:?} was accepted"),
        }
    }
}

#[test]
fn every_message_names_its_file() {
    for file in rejected() {
        let text = fs::read_to_string(file.with_extension("txt")).unwrap();
        // What is wrong in a file of records is shown there.
        let either_name = [file.clone(), file.with_extension("csv")];
        assert!(
            either_name
                .iter()
                .any(|file| text.starts_with(&format!("{}:", file.display()))),
            "{text}"
        );
    }
}

#[test]
fn a_file_that_is_not_there_is_the_worlds_fault() {
    let error = load(Path::new("tests/rejected/nothing"), &[]).unwrap_err();
    assert!(matches!(error, ScenarioError::World { .. }));
    assert!(
        error.to_string().starts_with("tests/rejected/nothing: "),
        "{error}"
    );
}

#[test]
fn a_session_that_expires_before_its_refresh_is_warned_of_and_no_other() {
    let warnings = |set: &[&str]| -> String {
        let overrides: Vec<Override> = set.iter().map(|s| Override::parse(s).unwrap()).collect();
        load(Path::new("models/nec-r2.toml"), &overrides)
            .unwrap()
            .warnings
            .join("\n")
    };
    assert_eq!(warnings(&[]), "");
    // Granted 1800 s.
    assert!(
        warnings(&["clients.refresh_interval=30 min"])
            .contains("every session expires before its first refresh")
    );
    assert_eq!(warnings(&["clients.refresh_interval=29 min"]), "");
    // A Min-SE of an hour, answered 422, raises what is granted to an hour.
    let hour = [
        "gateway.update=422",
        "gateway.min_se=60 min",
        "clients.refresh_interval=50 min",
    ];
    assert_eq!(warnings(&hour), "");
    // 25 min · 1.3 = 1950 s; 25 min · 1.1 = 1650 s.
    assert!(
        warnings(&["clients.refresh_jitter=30 %"])
            .contains("refresh_jitter lets a refresh come 1950 s after")
    );
    assert_eq!(warnings(&["clients.refresh_jitter=10 %"]), "");
}
