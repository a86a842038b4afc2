//! A report made of its folder afterwards: the same bytes as at the end of the command, and what was left out.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::page::{RunFolder, between, is_sound, page, rccsim, scenario};

/// A study and plots, of which no command can show both.
const REQUESTS: &str = "
[study]
vary = [\"clients.refresh_interval = 10 min, 20 min\"]
[[plot]]
x = \"clients.refresh_interval\"
y = \"down_fraction\"
[[plot]]
x = \"time\"
y = \"visible\"
";

/// Makes report and plots of a folder anew; what is then in it.
fn made_anew(run_folder: &RunFolder) -> Vec<(String, Vec<u8>)> {
    fs::remove_file(run_folder.out.join("report.html")).unwrap();
    fs::remove_dir_all(run_folder.out.join("plots")).unwrap();
    let output = rccsim(&["report", run_folder.out.to_str().unwrap()]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    files(&run_folder.out)
}

#[test]
fn the_same_folder_gives_the_same_bytes() {
    let run_folder = RunFolder::run(&["--jobs", "1"]);
    let first = run_folder.page();
    assert_eq!(
        first,
        RunFolder::run(&["--jobs", "3"]).page(),
        "the number of threads"
    );
    let manifest = fs::read_to_string(run_folder.out.join("manifest.json")).unwrap();
    assert!(manifest.contains(&blake3::hash(first.as_bytes()).to_hex().to_string()));
}

#[test]
fn results_of_every_kind_give_the_same_report_from_memory_and_from_their_folder() {
    let root = TempDir::new().unwrap();
    let model = fs::read_to_string("models/nec-r2.toml").unwrap();
    let asking = scenario(root.path(), &format!("{model}{REQUESTS}"));
    let small = ["--set", "clients.count=20", "--reps", "2"];
    let of_few = |args: &[&str]| RunFolder::by(&[args, &small].concat());
    let queue = [
        "run",
        "models/overload.toml",
        "--set",
        "scenario.horizon=2 h",
        "--set",
        "clients.count=200",
        "--reps",
        "2",
        "--steady-state",
    ];
    let keys = [
        "size",
        &asking,
        "--key",
        "clients.refresh_interval=10 min..20 min step 5 min",
    ];
    let run_folders = [
        of_few(&["run", &asking]),
        RunFolder::by(&queue),
        of_few(&["sweep", &asking]),
        of_few(&keys),
        of_few(&["best", &asking, "--most-reps", "12"]),
        of_few(&[
            "best",
            &asking,
            "--objectives",
            "missed_toast_fraction, message_rate_per_s",
        ]),
        of_few(&["sensitivity", &asking]),
        RunFolder::by(&["compare", &asking, "--reps", "2"]),
        RunFolder::by_loud(&["matrix"]),
    ];
    for run_folder in run_folders {
        let at_once = files(&run_folder.out);
        let read_back = made_anew(&run_folder);
        let names = |contents: &[(String, Vec<u8>)]| {
            contents
                .iter()
                .map(|(name, _)| name.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(names(&read_back), names(&at_once));
        for ((name, bytes), (_, memory)) in read_back.iter().zip(&at_once) {
            let command = fs::read_to_string(run_folder.out.join("summary.json")).unwrap();
            let command = between(&command, "\"command\": \"", "\"")[0].to_string();
            assert!(bytes == memory, "{command}: {name} differs");
        }
    }
}

#[test]
fn a_plot_that_a_command_cannot_show_is_named_with_what_it_takes() {
    let root = TempDir::new().unwrap();
    let file = scenario(
        root.path(),
        &format!(
            "{}{REQUESTS}",
            fs::read_to_string("models/nec-r2.toml").unwrap()
        ),
    );
    let by_run = "Plot 1 (down_fraction over clients.refresh_interval) is left out: a run has one value of clients.refresh_interval: \
         `rccsim sweep scenario.toml` simulates all of them.";
    let by_sweep = "Plot 2 (visible over time) is left out: a sweep keeps no day: `rccsim run scenario.toml` does.";
    for (command, expected, foreign) in [("run", by_run, by_sweep), ("sweep", by_sweep, by_run)] {
        let out = root.path().join(command);
        let args = [
            command,
            &file,
            "--set",
            "clients.count=10",
            "--reps",
            "2",
            "--out",
            out.to_str().unwrap(),
        ];
        let stderr = String::from_utf8(rccsim(&args).stderr).unwrap();
        assert!(
            stderr.contains(&format!("warning: {expected}\n")) && !stderr.contains(foreign),
            "{stderr}"
        );
        let page = page(&out).replace("&#x2f;", "/").replace("&#x60;", "`");
        assert!(
            page.contains(&format!("<p class=\"note\">{expected}</p>")) && !page.contains(foreign),
            "{command}"
        );
    }
}

/// Every file of a folder.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files_found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(place) = folders.pop() {
        for entry in fs::read_dir(place).unwrap().map(|e| e.unwrap().path()) {
            match entry.is_dir() {
                true => folders.push(entry),
                false => files_found.push((
                    entry.strip_prefix(folder).unwrap().display().to_string(),
                    fs::read(&entry).unwrap(),
                )),
            }
        }
    }
    files_found.sort();
    files_found
}

#[test]
fn a_run_without_a_report_gets_afterwards_what_a_run_has() {
    // Values of a profile, of the file and of the command line; two gateways; a queue, whose users are tried whole.
    let path = |name: &str| format!("models/{name}.toml");
    let root = TempDir::new().unwrap();
    let asking = scenario(
        root.path(),
        &format!(
            "{}{REQUESTS}",
            fs::read_to_string("models/nec-r2.toml").unwrap()
        ),
    );
    for (file, flags) in [
        (
            path("nec-r2"),
            &[
                "--set",
                "clients.count=30",
                "--set",
                "clients.reestablish=uniform 0 s..600 s",
            ][..],
        ),
        (path("mixed-fleet"), &["--set", "scenario.horizon=2 h"]),
        (
            path("overload"),
            &[
                "--set",
                "clients.count=200",
                "--set",
                "scenario.horizon=2 h",
            ],
        ),
        (path("nec-r2-allow-fix"), &["--set", "clients.count=30"]),
        (path("replay"), &["--set", "scenario.horizon=3 h"]),
        // Its plot is of a key that a run does not vary.
        (asking, &["--set", "clients.count=20"]),
    ] {
        let args = [&["run", &file, "--reps", "2"], flags].concat();
        let at_once = RunFolder::by(&args);
        let later = RunFolder::by(&[&args[..], &["--no-report"]].concat());
        let bare = fs::read_to_string(later.out.join("summary.json")).unwrap();
        assert!(
            bare.contains("\n  \"assumptions\": null,\n"),
            "{file}: nothing was tried"
        );
        let report = rccsim(&["report", later.out.to_str().unwrap()]);
        let stderr = String::from_utf8(report.stderr).unwrap();
        assert!(
            report.status.success() && !stderr.contains("lacks"),
            "{file}: {stderr}"
        );
        let (now, expected) = (files(&later.out), files(&at_once.out));
        let names = |contents: &[(String, Vec<u8>)]| {
            contents
                .iter()
                .map(|(name, _)| name.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(names(&now), names(&expected), "{file}");
        for ((name, bytes), (_, expected_bytes)) in now.iter().zip(&expected) {
            assert!(bytes == expected_bytes, "{file}: {name} differs");
        }
    }
}

#[test]
fn what_cannot_be_simulated_again_is_said_in_the_page() {
    let root = TempDir::new().unwrap();
    fs::write(
        root.path().join("calls.csv"),
        "time,user,direction,ring_s,talk_s\n09:00,1,incoming,5,60\n",
    )
    .unwrap();
    let text = fs::read_to_string("models/nec-r2.toml").unwrap();
    let text = text.replace("workload = \"moderate\"", "calls_file = \"calls.csv\"");
    let file = scenario(root.path(), &text);
    let run_folder = RunFolder::by(&[
        "run",
        &file,
        "--reps",
        "2",
        "--set",
        "clients.count=20",
        "--no-report",
    ]);
    // What the folder kept of it is what counts.
    fs::remove_dir_all(run_folder.out.join("files")).unwrap();
    let report = rccsim(&["report", run_folder.out.to_str().unwrap()]);
    let stderr = String::from_utf8(report.stderr).unwrap();
    assert_eq!(report.status.code(), Some(0), "{stderr}");
    assert!(
        stderr.contains("lacks the ladder of a lost session") && stderr.contains("files/"),
        "{stderr}"
    );
    let page = run_folder.page();
    is_sound(&page);
    assert!(
        page.contains("This run was made without its report")
            && !page.contains("<section id=\"ladder\">")
    );
    // That calls are replayed is known without their file.
    let omission =
        "lost sessions, toasts due (clients:front-office): not with recorded calls (calls_file).";
    assert!(
        page.contains(omission),
        "{:?}",
        between(&page, "<li>", "</li>")
    );
    let command =
        "They come with <code>rccsim run scenario.toml --set clients.count=20 --reps 2</code>";
    assert!(
        page.replace("&#x2f;", "/").contains(command),
        "{:?}",
        between(&page, "They come with", "</p>")
    );
}

#[test]
fn no_report_is_none_and_what_is_no_result_is_refused() {
    let run_folder = RunFolder::run(&["--no-report"]);
    assert!(!run_folder.out.join("report.html").exists());
    let refused = |folder: &Path, why: &str| {
        let output = rccsim(&["report", folder.to_str().unwrap()]);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(
            output.status.code() == Some(2) && stderr.contains(why),
            "{stderr}"
        );
    };
    let empty = TempDir::new().unwrap();
    refused(empty.path(), "manifest.json");
    // A folder without a report gets one; one whose files were changed does not.
    assert_eq!(
        rccsim(&["report", run_folder.out.to_str().unwrap()])
            .status
            .code(),
        Some(0)
    );
    is_sound(&run_folder.page());
    fs::write(run_folder.out.join("summary.json"), "{}").unwrap();
    refused(&run_folder.out, "summary.json");
}
