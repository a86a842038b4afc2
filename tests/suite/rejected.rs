//! Scenarios that are rejected, each beside its exact message.

use std::fs;
use std::path::{Path, PathBuf};

use rccsim::scenario::{ScenarioError, load};

fn rejected() -> Vec<PathBuf> {
    let files = fs::read_dir("tests/rejected").unwrap().map(|f| f.unwrap().path());
    let mut files: Vec<PathBuf> = files.filter(|f| f.extension().is_some_and(|e| e == "toml")).collect();
    files.sort();
    files
}

#[test]
fn every_rejected_scenario_says_what_stands_beside_it() {
    let files = rejected();
    assert!(files.len() >= 50, "only {} rejected scenarios", files.len());
    for file in files {
        let wanted = fs::read_to_string(file.with_extension("txt")).unwrap();
        let shown = Path::new("tests/rejected").join(file.file_name().unwrap());
        match load(&shown, &[]) {
            Err(error @ ScenarioError::Input { .. }) => assert_eq!(error.to_string(), wanted.trim_end(), "{shown:?}"),
            Err(error) => panic!("{shown:?}: {error}"),
            Ok(_) => panic!("{shown:?} was accepted"),
        }
    }
}

#[test]
fn every_message_names_its_file() {
    for file in rejected() {
        let text = fs::read_to_string(file.with_extension("txt")).unwrap();
        // What is wrong in a file of records is shown there.
        let either = [file.clone(), file.with_extension("csv")];
        assert!(either.iter().any(|file| text.starts_with(&format!("{}:", file.display()))), "{text}");
    }
}

#[test]
fn a_file_that_is_not_there_is_the_worlds_fault() {
    let error = load(Path::new("tests/rejected/nothing"), &[]).unwrap_err();
    assert!(matches!(error, ScenarioError::World { .. }));
    assert!(error.to_string().starts_with("tests/rejected/nothing: "), "{error}");
}
