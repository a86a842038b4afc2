//! Input of somebody else, mutated: it is read, or refused in words, without a panic and soon.
//!
//! Each target takes shipped files, changes them at random places and reads the result in this process. `RCCSIM_FUZZ`
//! says how many cases each target tries; `.ci/mutate` tries many. The same number tries the same cases. `.ci/fuzz` hammers the
//! same readers with input that libFuzzer guides by coverage.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rccsim::scenario::SHIPPED;
use tempfile::TempDir;

use crate::study::{rccsim, text};
use folder::ForeignFolder;

#[path = "../../fuzz/folder.rs"]
mod folder;
#[path = "../../fuzz/readers.rs"]
mod readers;

/// Nothing that is read takes longer.
const LONGEST: Duration = Duration::from_secs(10);

/// How many cases each target tries, of those that it tries by default.
fn cases(default: u64) -> u64 {
    let setting = std::env::var("RCCSIM_FUZZ").ok();
    setting.map_or(default, |n| n.parse().expect("RCCSIM_FUZZ is a number"))
}

/// SplitMix64 (Steele, Lea and Flood 2014): the same numbers everywhere.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`.
    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }
}

/// What has meaning somewhere.
const WORDS: &[&str] = &[
    "",
    "0",
    "-1",
    "1",
    "18446744073709551616",
    "9223372036854775807",
    "1e308",
    "nan",
    "inf",
    "0.1",
    "1 us",
    "1 d",
    "30 min",
    "100 %",
    "1 /s",
    "\"",
    "'",
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    "=",
    ",",
    ".",
    "\n",
    "\r\n",
    "\0",
    "\u{1b}",
    "\u{202e}",
    "ä",
    "#",
    "never",
    "at start",
    "fixed 30 s",
    "uniform",
    "backoff 1 s x2 max 1 min",
    "exponential",
    "[[gateway]]\n",
    "[[clients]]\n",
    "[[fault]]\n",
    "[[objective]]\n",
    "[study]\n",
    "name = \"x\"\n",
    "count = 0\n",
    "1..5",
    "1 s..5 s step 1 s",
    "..",
    " step ",
    ";",
    "true",
    "null",
    "INVITE sip:a@b SIP/2.0\r\n",
    "SIP/2.0 200 OK\r\n",
    "Session-Expires: 1800;refresher=uac\r\n",
    "Content-Length: 99999999\r\n",
    "\u{feff}",
    "=1+2",
    "NaN",
    "Infinity",
];

/// The same with some changes.
fn mutated(dice: &mut Dice, bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=dice.below(4) {
        let from = dice.below(bytes.len() + 1);
        let to = (from + dice.below(40)).min(bytes.len());
        match dice.below(7) {
            0 => {
                if let Some(byte) = bytes.get_mut(from) {
                    *byte ^= 1 << dice.below(8);
                }
            }
            1 => drop(bytes.drain(from..to)),
            2 => {
                let copy = bytes[from..to].to_vec();
                bytes.splice(from..from, copy);
            }
            3 => {
                let position = dice.below(bytes.len() + 1);
                let piece = bytes[from..to].to_vec();
                bytes.splice(position..position, piece);
            }
            4 => bytes.truncate(from),
            5 => drop(bytes.splice(from..to, dice.pick(WORDS).bytes())),
            _ => {
                // In the place of a number, as files have many of them.
                let is_digit = |b: &u8| b.is_ascii_digit();
                let start = bytes[from..].iter().position(is_digit).map(|n| n + from);
                if let Some(start) = start {
                    let length = bytes[start..].iter().take_while(|b| is_digit(b)).count();
                    bytes.splice(start..start + length, dice.pick(WORDS).bytes());
                }
            }
        }
    }
    bytes
}

/// Tries a target; each case that panics or lasts is shown.
#[allow(clippy::disallowed_methods)] // how long reading takes is what is asked
fn hammer(target: &str, default: u64, seeds: &[Vec<u8>], take: impl Fn(&[u8], &mut Dice)) {
    let mut dice = Dice(target.bytes().map(u64::from).sum());
    let cases = cases(default);
    for case in 0..cases {
        let seed = dice.pick(seeds);
        let bytes = mutated(&mut dice, seed);
        let start = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| take(&bytes, &mut Dice(case))));
        let lasted = start.elapsed();
        let input = || String::from_utf8_lossy(&bytes).into_owned();
        assert!(
            outcome.is_ok(),
            "{target}, case {case}: a panic for\n{}",
            input()
        );
        assert!(
            lasted < LONGEST,
            "{target}, case {case}: {lasted:?} for\n{}",
            input()
        );
    }
    println!("{target}: {cases} cases");
}

/// The files of a folder whose names end so.
fn of_folder(folder: &str, end: &str) -> Vec<Vec<u8>> {
    let mut paths: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    paths.sort();
    let is_file = |path: &Path| path.is_file() && path.to_string_lossy().ends_with(end);
    paths
        .iter()
        .filter(|path| is_file(path))
        .map(|path| fs::read(path).unwrap())
        .collect()
}

fn scenarios() -> Vec<Vec<u8>> {
    ["models", "models/studies", "models/cases", "tests/rejected"]
        .map(|folder| of_folder(folder, ".toml"))
        .concat()
}

#[test]
fn scenarios_are_read_or_refused() {
    hammer("scenario", 300, &scenarios(), |bytes, _| {
        readers::scenario(bytes)
    });
}

/// Set in the process of [`short_runs_end`] that has nothing else to do.
const ALONE_VARIABLE: &str = "RCCSIM_FUZZ_ALONE";

/// Whatever was read can be simulated: a few users, a few minutes. Memory is that of a process, so they have one of their own.
#[test]
fn short_runs_end() {
    if std::env::var_os(ALONE_VARIABLE).is_none() {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", "fuzz::short_runs_end", "--nocapture"]);
        assert!(child.env(ALONE_VARIABLE, "yes").status().unwrap().success());
        return;
    }
    let runs = AtomicU64::new(0);
    let valid = ["models", "models/cases"].map(|folder| of_folder(folder, ".toml"));
    hammer("run", 60, &valid.concat(), |bytes, _| {
        runs.fetch_add(readers::run(bytes).into(), Ordering::Relaxed);
    });
    let runs = runs.into_inner();
    println!("{runs} of them were simulated, in {:?} kB", peak_kb());
    assert!(runs > 0);
    assert!(
        peak_kb().is_none_or(|kb| kb < 1_000_000),
        "{:?} kB",
        peak_kb()
    );
}

/// The most memory that this process has had, where the system says so.
fn peak_kb() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[test]
fn profiles_are_read_or_refused() {
    let seeds: Vec<Vec<u8>> = SHIPPED.iter().map(|(_, _, text)| (*text).into()).collect();
    hammer("profile", 300, &seeds, |bytes, _| readers::profile(bytes));
}

#[test]
fn overrides_axes_and_costs_are_read_or_refused() {
    let seeds = [
        "clients.refresh_interval=10 min",
        "gateway.cstagw.allow=absent",
        "scenario.seed=7",
        "clients.count=20",
        "clients.reestablish=backoff 1 s x2 max 1 min",
        "clients.refresh_interval=5 min..60 min step 5 min",
        "clients.count=1..1000",
        "gateway.max_sessions=10, 20, 30",
        "scenario.replications=2",
        "message_rate_per_s + 100 * missed_toasts_per_client_hour",
        "2 * (down_fraction - 1) / 3",
        "session_drops",
    ];
    let seeds: Vec<Vec<u8>> = seeds.map(|text| text.as_bytes().to_vec()).into();
    let model = fs::read_to_string("models/nec-r2.toml").unwrap();
    hammer("overrides, axes and costs", 300, &seeds, |bytes, _| {
        readers::flag(bytes, &model)
    });
}

#[test]
fn records_are_read_or_refused() {
    let text = fs::read_to_string("models/replay.toml").unwrap();
    let seeds = of_folder("models/replay", ".csv");
    assert!(!seeds.is_empty());
    hammer("records", 100, &seeds, |bytes, _| {
        readers::records(bytes, &text)
    });
}

#[test]
fn captures_and_logs_are_read_or_refused() {
    let seeds = [
        of_folder("tests/captures", ".pcap"),
        of_folder("tests/captures", ".pcapng"),
    ]
    .concat();
    let log: Vec<u8> = seeds[0]
        .iter()
        .copied()
        .filter(|b| b.is_ascii() && *b != 0)
        .collect();
    let seeds = [seeds, vec![log]].concat();
    hammer("captures and logs", 100, &seeds, |bytes, _| {
        readers::capture(bytes)
    });
}

#[test]
fn results_folders_are_read_or_refused() {
    let results_folder = TempDir::new().unwrap();
    let out = results_folder.path().join("out");
    let short = [
        "--reps",
        "2",
        "--set",
        "clients.count=4",
        "--set",
        "scenario.horizon=2 h",
        "--quiet",
    ];
    let output = rccsim(
        &[
            &["run", "models/nec-r2.toml", "--out", out.to_str().unwrap()],
            &short[..],
        ]
        .concat(),
    );
    assert!(
        matches!(output.status.code(), Some(0 | 3 | 4)),
        "{}",
        text(&output.stderr)
    );
    let folder = ForeignFolder::new(&out);
    let names = folder.names();
    hammer("results folder", 60, &[vec![]], |_, dice| {
        let name = dice.pick(&names);
        let bytes = mutated(dice, &folder.file(name));
        folder.with_file(name, &bytes);
    });
    hammer("manifest", 200, &[folder.manifest()], |bytes, _| {
        folder.with_manifest(bytes)
    });
}
