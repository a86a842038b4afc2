//! What a terminal, a pipe and the system do to a command: it goes on, ends in time, and says nothing that steers them.
#![cfg(unix)]

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::command::{code, text};

const RCCSIM: &str = env!("CARGO_BIN_EXE_rccsim");

/// A scenario of 5 users that lose their sessions, with a warning: one replication.
const SCENARIO: &str = "[scenario]\nname = \"b\"\nhorizon = \"1 h\"\nreplications = 1\n\
    [[gateway]]\nname = \"g\"\nprofile = \"ignores-update\"\n\
    [[clients]]\nname = \"c\"\ngateway = \"g\"\ncount = 5\n";

fn scenario_file(folder: &Path, name: &str, text: &str) -> String {
    let file = folder.join(name);
    fs::write(&file, text).unwrap();
    file.to_str().unwrap().into()
}

fn run(args: &[&str], folder: &Path) -> Output {
    Command::new(RCCSIM)
        .args(args)
        .current_dir(folder)
        .output()
        .unwrap()
}

/// Waits for a child: its exit code, and what it said on standard error. One that does not end is killed, and fails.
fn ended(mut child: Child, label: &str) -> (Option<i32>, String) {
    #[expect(
        clippy::disallowed_methods,
        reason = "a real program is given a real time"
    )]
    let start = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if start.elapsed() > Duration::from_secs(60) {
            child.kill().unwrap();
            panic!("{label}: it went on");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let output = child.wait_with_output().unwrap();
    (output.status.code(), text(&output.stderr))
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_or_closed_standard_error_changes_nothing() {
    let folder = TempDir::new().unwrap();
    scenario_file(folder.path(), "a.toml", SCENARIO);
    let full = || File::options().write(true).open("/dev/full").unwrap();
    let code_of = |args: &[&str]| {
        let mut command = Command::new(RCCSIM);
        command.args(args).current_dir(folder.path());
        command.stdout(Stdio::null()).stderr(full());
        command.status().unwrap().code()
    };
    assert_eq!(code_of(&["check", "nope.toml"]), Some(1));
    assert_eq!(code_of(&["check", "a.toml"]), Some(0));
    let reference = run(
        &["run", "a.toml", "--no-report", "--out", "o"],
        folder.path(),
    );
    assert_eq!(
        code_of(&["run", "a.toml", "--no-report", "--out", "o"]),
        reference.status.code()
    );
}

#[test]
fn the_verdict_stays_when_the_reader_has_gone() {
    let folder = TempDir::new().unwrap();
    let objective = "[[objective]]\nmetric = \"session_drops\"\nat_most = 0\n";
    scenario_file(folder.path(), "a.toml", &format!("{SCENARIO}{objective}"));
    let mut command = Command::new(RCCSIM);
    command.args([
        "run",
        "a.toml",
        "--reps",
        "2",
        "--quiet",
        "--no-report",
        "--out",
        "o",
    ]);
    command.current_dir(folder.path());
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(3), "objective missed");
    assert!(folder.path().join("o/summary.json").exists());
}

/// Waits until something is so; fails where the child ends before.
#[cfg(target_os = "linux")]
fn await_of(child: &mut Child, label: &str, is_so: impl Fn(u32) -> bool) {
    #[expect(
        clippy::disallowed_methods,
        reason = "a real program is given a real time"
    )]
    let start = Instant::now();
    while !is_so(child.id()) {
        let end = child.try_wait().unwrap();
        assert!(end.is_none(), "{label}: it ended before: {end:?}");
        assert!(start.elapsed() < Duration::from_secs(60), "{label}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Whether a process has a handler for SIGTERM.
#[cfg(target_os = "linux")]
fn catches_sigterm(process: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let signals = status.lines().find_map(|l| l.strip_prefix("SigCgt:"));
    let signals = signals.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    signals.is_some_and(|mask| mask & (1 << (15 - 1)) != 0)
}

#[cfg(target_os = "linux")]
#[test]
fn a_signal_ends_every_study_and_keeps_its_finished_units() {
    let folder = TempDir::new().unwrap();
    let objective = "[[objective]]\nmetric = \"down_fraction\"\nat_most = \"1 %\"\n";
    let long = format!("{SCENARIO}{objective}")
        .replace("count = 5", "count = 500")
        .replace("1 h", "8 h")
        .replace("replications = 1", "replications = 1000");
    // The same users, refreshed more often.
    const COUNT: &str = "count = 500";
    const OTHER_KEYS: &str = "count = 500\nrefresh_interval = \"10 min\"";
    scenario_file(folder.path(), "a.toml", &long);
    scenario_file(folder.path(), "b.toml", &long.replace(COUNT, OTHER_KEYS));
    let vary = "clients.count=400, 500";
    let studies: [&[&str]; 5] = [
        &["sweep", "a.toml", "--vary", vary],
        &["size", "a.toml", "--key", vary, "--largest"],
        &["best", "a.toml", "--vary", vary, "--first-stage", "1000"],
        &["sensitivity", "a.toml"],
        &["compare", "a.toml", "b.toml"],
    ];
    for (study, signal) in studies
        .iter()
        .zip(["-INT", "-TERM", "-HUP", "-TERM", "-INT"])
    {
        let out = folder.path().join(study[0]);
        let mut command = Command::new(RCCSIM);
        command.args(*study).current_dir(folder.path());
        command.args(["--quiet", "--no-report", "--jobs", "1", "--out", study[0]]);
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let units = || {
            let files = fs::read_dir(out.join("units")).into_iter().flatten();
            let names = files.map(|f| f.unwrap().file_name().into_string().unwrap());
            names.filter(|n| n.ends_with(".unit")).count()
        };
        await_of(&mut child, study[0], |_| units() > 0);
        send(signal, &child);
        let (code, message) = ended(child, study[0]);
        assert_eq!(code, Some(130), "{study:?}, {signal}: {message}");
        assert!(
            message.contains("goes on from there"),
            "{study:?}: {message}"
        );
        assert!(units() > 0, "{study:?}");
        assert!(!out.join("summary.json").exists(), "{study:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_command_that_keeps_nothing_ends_at_the_first_signal() {
    for signal in ["-INT", "-TERM", "-HUP"] {
        let mut command = Command::new(RCCSIM);
        command
            .args(["matrix", "--jobs", "1"])
            .stdout(Stdio::null());
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        await_of(&mut child, signal, catches_sigterm);
        send(signal, &child);
        assert_eq!(ended(child, signal).0, Some(130), "{signal}");
    }
}

/// A long run, once it catches signals.
#[cfg(target_os = "linux")]
fn long_run(folder: &Path, program: &[&str]) -> Child {
    let large = SCENARIO.replace("count = 5", "count = 200000");
    scenario_file(folder, "long.toml", &large.replace("1 h", "200 h"));
    let args = ["run", "long.toml", "--quiet", "--no-report", "--jobs", "1"];
    let mut command = Command::new(program[0]);
    command.args(&program[1..]).args(args).current_dir(folder);
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    await_of(&mut child, "long run", catches_sigterm);
    child
}

#[cfg(target_os = "linux")]
fn send(signal: &str, child: &Child) {
    let id = child.id().to_string();
    let kill = Command::new("kill").args([signal, &id]).status();
    assert!(kill.unwrap().success());
}

#[cfg(target_os = "linux")]
#[test]
fn a_second_signal_ends_a_run_at_once() {
    let folder = TempDir::new().unwrap();
    let child = long_run(folder.path(), &[RCCSIM]);
    // Of different kinds: two that wait together are one.
    for signal in ["-INT", "-TERM"] {
        send(signal, &child);
    }
    assert_eq!(ended(child, "two signals").0, Some(130));
}

#[cfg(target_os = "linux")]
#[test]
fn a_run_under_nohup_goes_on_when_the_terminal_closes() {
    let folder = TempDir::new().unwrap();
    let mut child = long_run(folder.path(), &["nohup", RCCSIM]);
    send("-HUP", &child);
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(child.try_wait().unwrap(), None, "it ended");
    send("-TERM", &child);
    assert_eq!(ended(child, "nohup").0, Some(130));
}

#[test]
fn a_signal_of_the_system_ends_a_run_as_the_interrupt_key_does() {
    let folder = TempDir::new().unwrap();
    let large = SCENARIO
        .replace("count = 5", "count = 200000")
        .replace("1 h", "8 h");
    let file = scenario_file(folder.path(), "large.toml", &large);
    for signal in ["-INT", "-TERM", "-HUP"] {
        let mut command = Command::new(RCCSIM);
        command.args([
            "run",
            &file,
            "--quiet",
            "--no-report",
            "--jobs",
            "1",
            "--out",
            "o",
        ]);
        command.current_dir(folder.path()).stdout(Stdio::null());
        let child = command.stderr(Stdio::piped()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(700));
        let kill = Command::new("kill")
            .args([signal, &child.id().to_string()])
            .status();
        assert!(kill.unwrap().success());
        // In a second where nothing else runs; here other tests do.
        let (code, message) = ended(child, signal);
        assert_eq!(code, Some(130), "{signal}");
        assert!(message.contains("interrupted"), "{signal}: {message}");
        assert!(!folder.path().join("o/summary.json").exists());
    }
}

#[test]
fn no_input_steers_the_terminal() {
    let folder = TempDir::new().unwrap();
    let bad = "u\u{1b}]0;x\u{7}";
    scenario_file(folder.path(), "e.csv", &format!("time,user,{bad}\n"));
    let file = format!("{SCENARIO}sign_in_file = \"e.csv\"\n");
    scenario_file(folder.path(), "a.toml", &file);
    scenario_file(
        folder.path(),
        "p.toml",
        "update = { value = \"ignored\", source = \"x \\u001b[31m\" }\n",
    );
    scenario_file(
        folder.path(),
        "lines.toml",
        "update = { value = \"ignored\", source = \"x\\nerror: spoofed\" }\n",
    );
    for (name, profile) in [("b.toml", "p.toml"), ("c.toml", "lines.toml")] {
        let scenario = SCENARIO.replace("ignores-update", profile);
        scenario_file(folder.path(), name, &scenario);
    }
    for args in [
        &["check", "a.toml"][..],
        &["check", "b.toml"],
        &["check", bad],
    ] {
        let output = run(args, folder.path());
        let printed = text(&output.stdout) + &text(&output.stderr);
        assert_ne!(code(&output), 0, "{printed}");
        assert!(!printed.contains(['\u{1b}', '\u{7}']), "{printed:?}");
    }
    let lines = run(&["check", "c.toml"], folder.path());
    assert_eq!(code(&lines), 0, "{}", text(&lines.stderr));
    let lines_text = text(&lines.stdout);
    assert!(lines_text.contains("x error: spoofed"), "{lines_text}");
    assert!(
        !lines_text.lines().any(|l| l.starts_with("error")),
        "{lines_text}"
    );
}

/// What a command prints into a pipe, with COLUMNS in the environment or without.
fn output_of(args: &[&str], folder: &Path, columns: Option<&str>) -> String {
    let mut command = Command::new(RCCSIM);
    command.args(args).current_dir(folder).env_remove("COLUMNS");
    if let Some(columns) = columns {
        command.env("COLUMNS", columns);
    }
    let output = command.output().unwrap();
    text(&output.stdout) + &text(&output.stderr)
}

#[test]
fn lines_into_a_pipe_fit_the_columns_that_are_asked_for() {
    let folder = TempDir::new().unwrap();
    let groups: String = (1..=8)
        .map(|g| format!("[[clients]]\nname = \"floor-{g}\"\ngateway = \"g\"\ncount = 5\nrefresh_interval = \"40 min\"\n"))
        .collect();
    let objective = "[[objective]]\nmetric = \"session_drops\"\nat_most = 0\n";
    let file = SCENARIO.replace("replications = 1", "replications = 3") + &groups + objective;
    scenario_file(folder.path(), "a.toml", &file);
    scenario_file(
        folder.path(),
        "b.toml",
        &file.replace("ignores-update", "healthy"),
    );
    let vary = |key: &'static str| ["--vary", key];
    let two_keys = [
        vary("clients.c.count=5, 6"),
        vary("clients.floor-1.count=5, 6"),
    ]
    .concat();
    let three_keys = [&two_keys[..], &vary("clients.floor-2.count=5, 6")].concat();
    let study = ["--no-folder", "--quiet"];
    for args in [
        [&["run", "a.toml"], &study[..]].concat(),
        [&["sweep", "a.toml"], &study[..], &two_keys].concat(),
        [&["sweep", "a.toml"], &study[..], &three_keys].concat(),
        [
            &["best", "a.toml", "--cost", "session_drops"],
            &study[..],
            &two_keys,
        ]
        .concat(),
        [&["compare", "a.toml", "b.toml"], &study[..]].concat(),
        vec!["check", "a.toml", "--explain"],
        vec!["trace", "nec-r2"],
        vec!["matrix", "--no-folder"],
        vec!["profiles"],
        vec!["profiles", "communicator-2007-r2"],
    ] {
        let wrapped_text = output_of(&args, folder.path(), Some("80"));
        for line in wrapped_text.lines() {
            assert!(line.chars().count() <= 80, "{args:?}: {line}");
        }
        let baseline = output_of(&args, folder.path(), None);
        assert!(
            baseline.lines().any(|line| line.chars().count() > 80),
            "{args:?}"
        );
        assert_eq!(
            baseline,
            output_of(&args, folder.path(), Some("0")),
            "{args:?}"
        );
        let mut words: Vec<&str> = baseline.split_whitespace().collect();
        words.retain(|word| !wrapped_text.contains(word));
        assert_eq!(words, [""; 0], "{args:?}: words that are lost");
    }
    let json = ["check", "a.toml", "--format", "json"];
    assert_eq!(
        output_of(&json, folder.path(), Some("80")),
        output_of(&json, folder.path(), None)
    );
}

#[test]
fn the_help_of_commands_fits_the_columns_that_are_asked_for() {
    let folder = TempDir::new().unwrap();
    let widest = |args: &[&str], columns: Option<&str>| {
        let help = output_of(args, folder.path(), columns);
        help.lines().map(|line| line.chars().count()).max().unwrap()
    };
    for args in [
        &["--help"][..],
        &["-h"],
        &["run", "--help"],
        &["best", "--help"],
        &["help"],
        &["help", "sweep"],
    ] {
        assert!(widest(args, Some("64")) <= 64, "{args:?}");
        // Nobody says how wide it is: as wide as the help of keys.
        assert!((65..=80).contains(&widest(args, None)), "{args:?}");
        assert!((81..=100).contains(&widest(args, Some("200"))), "{args:?}");
    }
}

#[test]
fn a_command_that_is_printed_is_one_for_the_shell() {
    let folder = TempDir::new().unwrap();
    let name = "$(touch pwned)";
    let file = SCENARIO
        .replace("\"g\"", &format!("\"{name}\""))
        .replace("count = 5", "count = 20\nsign_in = \"at start\"")
        .replace("1 h", "2 h");
    scenario_file(folder.path(), "a b.toml", &file);
    let output = run(&["run", "a b.toml", "--quiet", "--out", "o"], folder.path());
    let printed = text(&output.stdout);
    let of_gateway = |l: &&str| l.contains("--set") && l.contains(name);
    let advice: Vec<&str> = printed.lines().filter(of_gateway).collect();
    assert!(!advice.is_empty(), "{printed}");
    for line in advice {
        let quotes = line.matches(&format!("--set 'gateway.{name}.")).count();
        assert_eq!(quotes, line.matches(name).count(), "{line}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn files_that_never_end_or_never_begin_are_refused() {
    let folder = TempDir::new().unwrap();
    let fifo = Command::new("mkfifo")
        .arg(folder.path().join("pipe"))
        .status();
    assert!(fifo.unwrap().success());
    let calls = |file: &str| format!("{SCENARIO}calls_file = \"{file}\"\n");
    scenario_file(folder.path(), "pipe.toml", &calls("pipe"));
    scenario_file(folder.path(), "zero.toml", &calls("/dev/zero"));
    scenario_file(folder.path(), "folder.toml", &calls("."));
    let points = format!("{SCENARIO}[study]\npoints = \"/dev/zero\"\n");
    scenario_file(folder.path(), "points.toml", &points);
    for (verb, file, expected) in [
        ("check", "pipe.toml", "not a regular file"),
        ("check", "zero.toml", "not a regular file"),
        ("check", "folder.toml", "not a regular file"),
        ("check", "points.toml", "not a regular file"),
        ("check", "/dev/zero", "longer than 16 MB"),
        ("check", ".", ""),
        ("identify", "/dev/urandom", "it is a device"),
        ("identify", ".", "it is a folder"),
    ] {
        let mut command = Command::new(RCCSIM);
        command.args([verb, file]).current_dir(folder.path());
        let child = command
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (code, message) = ended(child, file);
        assert!(matches!(code, Some(1 | 2)), "{file}: {message}");
        assert!(message.contains(expected), "{file}: {message}");
    }
    // A scenario itself may come from a pipe.
    let mut command = Command::new(RCCSIM);
    command
        .args(["check", "/dev/stdin"])
        .current_dir(folder.path());
    command.stdin(Stdio::piped()).stdout(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(SCENARIO.as_bytes()).unwrap();
    drop(input);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
