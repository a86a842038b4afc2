//! The style of the house, kept by a test: who may name whom, what is banned where, and a README that tells the truth.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Which rooms a room may name, besides itself.
const ARROWS: [(&str, &[&str]); 19] = [
    ("quantity", &[]),
    ("engine", &["quantity"]),
    ("measure", &["quantity"]),
    ("protocol", &["quantity"]),
    ("workload", &["quantity", "engine"]),
    ("faults", &["quantity", "engine"]),
    (
        "deployment",
        &[
            "quantity", "engine", "measure", "protocol", "workload", "faults",
        ],
    ),
    (
        "scenario",
        &[
            "quantity",
            "measure",
            "protocol",
            "workload",
            "faults",
            "deployment",
        ],
    ),
    ("study", &["quantity", "measure"]),
    (
        "experiment",
        &[
            "quantity",
            "engine",
            "measure",
            "protocol",
            "workload",
            "faults",
            "deployment",
            "scenario",
            "study",
        ],
    ),
    (
        "theory",
        &[
            "quantity",
            "measure",
            "protocol",
            "workload",
            "faults",
            "deployment",
            "study",
        ],
    ),
    ("record", &["quantity", "measure", "study"]),
    ("wire", &["quantity", "protocol"]),
    ("capture", &["quantity", "wire"]),
    ("live", &["quantity", "protocol", "wire"]),
    (
        "identify",
        &["quantity", "protocol", "wire", "capture", "scenario"],
    ),
    (
        "report",
        &["quantity", "measure", "study", "record", "theory"],
    ),
    ("reference", &["quantity", "measure", "scenario", "report"]),
    (
        "cli",
        &[
            "quantity",
            "wire",
            "capture",
            "identify",
            "live",
            "measure",
            "protocol",
            "faults",
            "deployment",
            "scenario",
            "study",
            "experiment",
            "record",
            "theory",
            "report",
            "reference",
        ],
    ),
];

/// The model's part of a file: what stands above its unit tests, which come last; nothing of a file that is all tests.
fn without_tests(text: &str) -> &str {
    if text.contains("#![cfg(test)]") {
        return "";
    }
    text.split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default()
}

/// The Rust files below a folder with their text, without unit tests.
fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs")
            && path.file_name().is_some_and(|n| n != "tests.rs")
        {
            let text = fs::read_to_string(&path).unwrap();
            let code = without_tests(&text).to_string();
            files.push((path, code));
        }
    }
    files
}

fn rooms() -> BTreeMap<&'static str, Vec<(PathBuf, String)>> {
    let src = Path::new("src");
    let folders = fs::read_dir(src)
        .unwrap()
        .filter(|f| f.as_ref().unwrap().path().is_dir())
        .count();
    assert_eq!(folders, ARROWS.len(), "a room without arrows");
    ARROWS
        .iter()
        .map(|(room, _)| (*room, sources(&src.join(room))))
        .collect()
}

/// The rooms that a file names, by whatever way: `crate::room`, `crate::{room, …}`, or up by `super` and down again.
fn rooms_named_in<'a>(path: &Path, code: &str, rooms: &[&'a str]) -> Vec<&'a str> {
    // `src/room/mod.rs` is one module below the root, `src/room/file.rs` two.
    let inner = path.file_name().is_some_and(|n| n != "mod.rs");
    let depth = path.components().count() - 2 + usize::from(inner);
    let root = "super::".repeat(depth);
    let code = code.replace(&root, "crate::");
    let mut rooms_found = Vec::new();
    for after in code.split("crate::").skip(1) {
        let list = after
            .strip_prefix('{')
            .map(|inside| inside.split("};").next().unwrap_or_default());
        for room in rooms {
            let is_named = |text: &str| {
                let rest = text.trim_start().strip_prefix(room);
                rest.is_some_and(|rest| {
                    !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_')
                })
            };
            if is_named(after) || list.is_some_and(|list| list.split([',', '{']).any(is_named)) {
                rooms_found.push(*room);
            }
        }
    }
    rooms_found
}

#[test]
fn rooms_name_only_whom_they_may() {
    let names = ARROWS.map(|(room, _)| room);
    for (room, files) in rooms() {
        let (_, rooms_allowed) = ARROWS.iter().find(|(name, _)| *name == room).unwrap();
        for (path, code) in files {
            for target in rooms_named_in(&path, &code, &names) {
                assert!(
                    target == room || rooms_allowed.contains(&target),
                    "{} names {target}",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn no_way_of_naming_a_room_escapes() {
    let names = ARROWS.map(|(room, _)| room);
    let names_in = |path: &str, code: &str| rooms_named_in(Path::new(path), code, &names);
    assert_eq!(
        names_in("src/protocol/client.rs", "use crate::engine::Key;"),
        ["engine"]
    );
    assert_eq!(
        names_in(
            "src/protocol/client.rs",
            "use crate::{\n    quantity::{Span, Time},\n    study,\n};"
        ),
        ["quantity", "study"]
    );
    assert_eq!(
        names_in("src/protocol/client.rs", "super::super::engine::mix(1, 2)"),
        ["engine"]
    );
    assert_eq!(
        names_in("src/protocol/mod.rs", "use super::engine::Key;"),
        ["engine"]
    );
    assert_eq!(
        names_in(
            "src/report/chart/data.rs",
            "use super::super::number::rounded; use crate::engines::X;"
        ),
        [""; 0]
    );
    assert_eq!(
        names_in("src/report/chart/mod.rs", "use super::super::cli::main;"),
        ["cli"]
    );
    assert_eq!(
        without_tests("a\n#[cfg(test)]\nfn b() {}\nc\n#[cfg(test)]\nmod tests {\nd"),
        "a\n#[cfg(test)]\nfn b() {}\nc\n"
    );
}

#[test]
fn the_command_line_is_the_only_printer() {
    for (room, files) in rooms().iter().filter(|(room, _)| **room != "cli") {
        for (path, code) in files {
            for banned in ["println!", "print!", "dbg!", "io::stdout", "io::stderr"] {
                assert!(
                    !code.contains(banned),
                    "{} in {room} has {banned}",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn no_clock_no_operating_system_randomness_no_hash_order_in_the_model() {
    let waits_for_people_or_peers = |room: &str| ["cli", "live"].contains(&room);
    for (room, files) in rooms()
        .iter()
        .filter(|(room, _)| !waits_for_people_or_peers(room))
    {
        for (path, code) in files {
            for banned in [
                "Instant::now",
                "SystemTime",
                "OsRng",
                "rand::rng()",
                "thread_rng",
                "HashMap",
                "HashSet",
                "std::env",
            ] {
                assert!(
                    !code.contains(banned),
                    "{} in {room} has {banned}",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn platform_functions_stay_out_of_the_model() {
    for (_, files) in rooms()
        .iter()
        .filter(|(room, _)| !["report", "cli"].contains(room))
    {
        for (path, code) in files {
            for function in [
                "ln", "exp", "powf", "powi", "sin", "cos", "tan", "log", "log10", "log2", "ln_1p",
                "exp_m1", "exp2", "sinh", "cosh", "tanh", "asin", "acos", "atan", "atan2", "hypot",
                "cbrt", "sin_cos",
            ] {
                for banned in [
                    format!(".{function}("),
                    format!("f64::{function}"),
                    format!("f32::{function}"),
                ] {
                    assert!(!code.contains(&banned), "{} has {banned}", path.display());
                }
            }
        }
    }
}

/// What stands in the README below `$ cargo run --release -- ARGS`, until the block ends.
fn transcripts() -> Vec<(Vec<String>, String)> {
    let readme = fs::read_to_string("README.md").unwrap();
    let blocks = readme
        .split("```console\n")
        .skip(1)
        .map(|rest| rest.split("```\n").next().unwrap().to_string());
    blocks
        .map(|block| {
            let (command, output) = block.split_once('\n').unwrap();
            let args = command.strip_prefix("$ cargo run --release -- ").unwrap();
            (
                args.split(' ').map(String::from).collect(),
                output.to_string(),
            )
        })
        .collect()
}

#[cfg(unix)]
#[test]
fn the_readme_shows_what_the_tool_prints() {
    let folder = tempfile::tempdir().unwrap();
    for folder_name in ["models", "tests"] {
        let there = folder.path().join(folder_name);
        std::os::unix::fs::symlink(fs::canonicalize(folder_name).unwrap(), there).unwrap();
    }
    let listings = transcripts();
    assert!(listings.len() >= 2, "the README lost its transcripts");
    for (args, listing) in listings {
        let run = Command::new(env!("CARGO_BIN_EXE_rccsim"))
            .args(&args)
            .current_dir(folder.path())
            .output()
            .unwrap();
        let output = String::from_utf8(run.stdout).unwrap();
        // A long answer is cut: it goes on below the dots.
        let is_shown = match listing.strip_suffix("…\n") {
            Some(first) => output.starts_with(first) && output.len() > first.len(),
            None => output == listing,
        };
        assert!(
            is_shown,
            "README and `{}` differ; it prints\n{output}",
            args.join(" ")
        );
    }
}

/// Details stand in the documentation.
const README_WORDS_MOST: usize = 1500;

#[test]
fn the_readme_is_read_in_five_minutes() {
    let words = fs::read_to_string("README.md").unwrap();
    let words = words.split_whitespace().count();
    assert!(words <= README_WORDS_MOST, "{words} words");
}

#[test]
fn the_readme_asks_the_questions_of_the_models() {
    let readme = fs::read_to_string("README.md").unwrap();
    for entry in fs::read_dir("models").unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "toml") {
            let text = fs::read_to_string(&path).unwrap();
            let question = text.lines().next().unwrap().trim_start_matches("# ");
            assert!(readme.contains(question), "{}: {question}", path.display());
        }
    }
}

/// A file of more lines has a noun that wants one of its own.
const LINES_MOST: usize = 500;

/// Every Rust file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    let (folders, files): (Vec<PathBuf>, Vec<PathBuf>) = entries.partition(|path| path.is_dir());
    let is_rust = |path: &PathBuf| path.extension().is_some_and(|e| e == "rs");
    let folders = folders.iter().filter(|folder| !folder.ends_with("target"));
    let inner = folders.flat_map(|folder| self::files(folder));
    files.into_iter().filter(is_rust).chain(inner).collect()
}

/// A function of more lines is two functions.
const FUNCTION_LINES_MOST: usize = 70;

/// The functions of a file, as rustfmt has it, each with the number of its lines up to the brace that closes it.
fn functions(text: &str) -> Vec<(&str, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let function = |first: usize| {
        let line = lines[first];
        let code = line.trim_start();
        let indent = &line[..line.len() - code.len()];
        let (qualifiers, name) = code.split_once("fn ")?;
        let is_qualifier = |c: char| c.is_ascii_lowercase() || " ():".contains(c);
        let is_made_by_a_macro = name.starts_with('$');
        if is_made_by_a_macro || !qualifiers.chars().all(is_qualifier) {
            return None;
        }
        let is_end = |line: &&str| {
            let code = line.strip_prefix(indent).unwrap_or_default();
            !code.starts_with(' ') && code.ends_with(['}', ';'])
        };
        let end = lines[first..].iter().position(is_end)?;
        Some((name.split(['(', '<']).next()?, end + 1))
    };
    (0..lines.len()).filter_map(function).collect()
}

#[test]
fn no_function_is_longer_than_can_be_read_at_once() {
    let sources = ["src", "tests", "benches"]
        .map(|folder| files(Path::new(folder)))
        .concat();
    let mut count = 0;
    for path in sources {
        let text = fs::read_to_string(&path).unwrap();
        for (name, lines) in functions(&text) {
            let file = path.display();
            assert!(lines <= FUNCTION_LINES_MOST, "{name} in {file}: {lines}");
            count += 1;
        }
    }
    assert!(count > 3000, "the functions were not found: {count}");
}

#[test]
fn the_lines_of_a_function_are_counted_to_its_brace() {
    let text = "trait A {\n    fn a(\n        &self,\n    );\n    fn b() {}\n}\n\
        /// A fn in words.\npub(crate) const fn c<T>() -> T {\n    d();\n}\n";
    assert_eq!(functions(text), [("a", 3), ("b", 1), ("c", 3)]);
}

#[test]
fn no_file_is_longer_than_can_be_read_at_once() {
    let sources = ["src", "tests", "benches"]
        .map(|folder| files(Path::new(folder)))
        .concat();
    assert!(sources.len() > 300, "the sources were not found");
    for path in sources {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= LINES_MOST, "{} has {lines} lines", path.display());
    }
}
