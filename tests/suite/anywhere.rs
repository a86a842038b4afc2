//! Results are the same bytes wherever a command runs: in any folder, under any locale and time zone, on any number of
//! threads, from a scenario named by any path.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::study::{files, text};

const MODEL: &str = "models/nec-r2.toml";

/// A folder with a scenario that has a profile of its own beside it.
fn project(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    let profile = "update = \"ignored\"\n";
    fs::write(folder.join("mine.toml"), profile).unwrap();
    let scenario = "[scenario]\nname = \"here\"\nhorizon = \"1 h\"\nreplications = 2\n\
        [[gateway]]\nname = \"g\"\nprofile = \"mine.toml\"\n\
        [[clients]]\nname = \"c\"\ngateway = \"g\"\ncount = 5\nsign_in = \"at start\"\n\
        [[objective]]\nmetric = \"down_fraction\"\nat_most = \"1 %\"\n";
    fs::write(folder.join("here.toml"), scenario).unwrap();
}

/// The files that a command leaves, run in a folder with other variables of the environment.
fn files_made_by(
    folder: &Path,
    args: &[&str],
    environment: &[(&str, &str)],
) -> BTreeMap<String, Vec<u8>> {
    let out = folder.join("out");
    let mut command = Command::new(env!("CARGO_BIN_EXE_rccsim"));
    command
        .current_dir(folder)
        .args(args)
        .args(["--out", "out", "--quiet"]);
    command.envs(environment.iter().copied());
    let output = command.output().unwrap();
    assert!(
        matches!(output.status.code(), Some(0 | 3 | 4)),
        "{}",
        text(&output.stderr)
    );
    let tables = files(&out);
    fs::remove_dir_all(out).unwrap();
    tables
}

#[test]
fn a_scenario_gives_the_same_bytes_by_any_path_and_from_any_folder() {
    let root = TempDir::new().unwrap();
    let (first, second) = (root.path().join("one"), root.path().join("ein anderer"));
    for folder in [&first, &second] {
        project(folder);
    }
    let by_path = first.join("here.toml");
    let commands: [&[&str]; 2] = [&["run"], &["sweep", "--vary", "clients.count=4, 5"]];
    for command in commands {
        let run = |folder: &Path, file: &str| {
            let mut args = vec![command[0], file];
            args.extend(&command[1..]);
            files_made_by(folder, &args, &[])
        };
        let here = run(&first, "here.toml");
        assert!(
            here.len() > 6 && here.contains_key("report.html"),
            "{:?}",
            here.keys()
        );
        assert!(here == run(&second, "here.toml"), "in another folder");
        assert!(
            here == run(&first, by_path.to_str().unwrap()),
            "by its whole path"
        );
        assert!(
            here == run(&second, by_path.to_str().unwrap()),
            "from elsewhere"
        );
        let place = root.path().to_str().unwrap();
        for (name, bytes) in &here {
            let holds = bytes.windows(place.len()).any(|w| w == place.as_bytes());
            assert!(!holds, "{name} names {place}");
        }
    }
}

#[test]
fn locale_time_zone_and_threads_change_nothing() {
    let root = TempDir::new().unwrap();
    let model = fs::canonicalize(MODEL).unwrap();
    let model = model.to_str().unwrap();
    let run = |jobs: &str, environment: &[(&str, &str)]| {
        let args = [
            "run",
            model,
            "--reps",
            "3",
            "--set",
            "clients.count=30",
            "--jobs",
            jobs,
        ];
        files_made_by(root.path(), &args, environment)
    };
    let usual = run("1", &[("LC_ALL", "C"), ("TZ", "UTC")]);
    assert!(usual.contains_key("summary.json"));
    let turkish = [
        ("LC_ALL", "tr_TR.UTF-8"),
        ("LANG", "tr_TR.UTF-8"),
        ("TZ", "Asia/Kathmandu"),
    ];
    assert!(usual == run("2", &turkish));
    let german = [
        ("LC_NUMERIC", "de_DE.UTF-8"),
        ("TZ", "America/St_Johns"),
        ("COLUMNS", "20"),
    ];
    assert!(usual == run("7", &german));
    assert!(
        usual
            == run(
                "4",
                &[
                    ("TERM", "dumb"),
                    ("NO_COLOR", "1"),
                    ("RAYON_NUM_THREADS", "3")
                ]
            )
    );
}
