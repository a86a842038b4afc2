//! The whole model over a working day: `cargo bench --bench day [-- USERS…]`.
//!
//! A healthy deployment of Communicator 2007 R2 as in `models/large.toml`: 8 h, moderate use, half of the incoming calls
//! answered at the PC, `lan-tls`, one thread. In groups of 5,000 from 1e3 to 1e6 users, and as one group: of 1e6, of 1e5
//! behind 20 gateways and a spare one, and the same with a limit on sessions, which no user alone may pass by, so that
//! all share one agenda. An event is an entry taken from the agenda; a client-day is one user over the 8 h.
//!
//! The table gives the median and the best of several alternated rounds, the rate relative to 1e4 users, and the most
//! memory resident in a run of its own.

#![allow(
    clippy::disallowed_methods,
    reason = "a benchmark reads the clock of the machine"
)]

mod rows;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rccsim::deployment::{Plan, simulate};
use rccsim::measure::Counter;
use rccsim::scenario::{Override, load};
use rows::{Rows, median_and_best};

/// Alternations of the cases.
const ROUNDS: usize = 3;

struct Case {
    name: &'static str,
    users: u32,
    set: Vec<String>,
    plan: Plan,
    seconds: Vec<f64>,
    events: u64,
}

fn case(name: &'static str, users: u32, gateways: u32, flags: &[&str]) -> Case {
    let mut set = vec![
        format!("clients.count={users}"),
        format!("gateway.count={gateways}"),
    ];
    set.extend(flags.iter().map(ToString::to_string));
    let overrides: Vec<Override> = set
        .iter()
        .map(|s| Override::parse(s).unwrap_or_else(|e| panic!("{e}")))
        .collect();
    let scenario =
        load(Path::new("models/large.toml"), &overrides).unwrap_or_else(|e| panic!("{e}"));
    Case {
        name,
        users,
        set,
        plan: scenario.plan,
        seconds: Vec::new(),
        events: 0,
    }
}

/// The most memory resident while the command runs the case, in MB: what Linux says of it until a few milliseconds before
/// its end; elsewhere unknown.
fn resident_mb(case: &Case) -> f64 {
    let folder = tempfile::tempdir().expect("a folder");
    let sets = case.set.iter().flat_map(|s| ["--set", s]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_rccsim"));
    command
        .args([
            "run",
            "models/large.toml",
            "--jobs",
            "1",
            "--no-report",
            "--quiet",
        ])
        .args(sets);
    let child = command
        .arg("--out")
        .arg(folder.path())
        .stdout(Stdio::null())
        .spawn();
    let mut child = child.expect("rccsim starts");
    let mut most_kb = f64::NAN;
    while child.try_wait().expect("rccsim is waited for").is_none() {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let peak = status.lines().find_map(|line| {
            line.strip_prefix("VmHWM:")?
                .split_whitespace()
                .next()?
                .parse()
                .ok()
        });
        most_kb = most_kb.max(peak.unwrap_or(f64::NAN));
        std::thread::sleep(Duration::from_millis(5));
    }
    most_kb * 1.024e-3
}

fn main() {
    let arguments: Vec<u32> = std::env::args().filter_map(|a| a.parse().ok()).collect();
    let sizes = if arguments.is_empty() {
        vec![10_000, 1_000, 100_000, 1_000_000]
    } else {
        arguments.clone()
    };
    let mut cases: Vec<Case> = sizes
        .iter()
        .map(|n| case("groups of 5,000", *n, n.div_ceil(5_000), &[]))
        .collect();
    if arguments.is_empty() {
        cases.push(case("one group", 1_000_000, 1, &[]));
        cases.push(case(
            "one group, 20 + 1 gateways",
            100_000,
            20,
            &["gateway.spare=1"],
        ));
        cases.push(case(
            "the same, all in one agenda",
            100_000,
            20,
            &["gateway.spare=1", "gateway.max_sessions=100000"],
        ));
    }
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .unwrap_or_else(|e| panic!("{e}"));
    for _ in 0..ROUNDS {
        for case in &mut cases {
            let started = Instant::now();
            let tally = pool.install(|| simulate(&case.plan, 0)).total;
            case.seconds.push(started.elapsed().as_secs_f64());
            case.events = tally.get(Counter::Events);
        }
    }
    report(&cases);
}

fn report(cases: &[Case]) {
    let mut rows = Rows::for_bench("day");
    println!("median (best) of {ROUNDS} alternated rounds on one thread");
    println!(
        "{:28} {:>9} {:>24} {:>20} {:>11} {:>9} {:>9}",
        "",
        "users",
        "client-days/core-second",
        "million events/s",
        "events/day",
        "to first",
        "resident"
    );
    let rate = |case: &Case| {
        let (median, best) = median_and_best(case.seconds.clone());
        (f64::from(case.users) / median, f64::from(case.users) / best)
    };
    let first = rate(&cases[0]).0;
    for case in cases {
        let (median, best) = rate(case);
        let per_day = case.events as f64 / f64::from(case.users);
        let resident = resident_mb(case);
        println!(
            "{:28} {:>9} {:>24} {:>20} {:>11.0} {:>8.2}x {:>6.0} MB",
            case.name,
            case.users,
            format!("{median:.0} ({best:.0})"),
            format!(
                "{:.1} ({:.1})",
                median * per_day / 1e6,
                best * per_day / 1e6
            ),
            per_day,
            median / first,
            resident,
        );
        let mut add =
            |metric, value, unit| rows.add(case.name, u64::from(case.users), metric, value, unit);
        add("client_days_per_core_s", median, "1/s");
        add("client_days_per_core_s_best", best, "1/s");
        add("events_per_core_s", median * per_day, "1/s");
        add("events_per_client_day", per_day, "");
        add("rate_to_first", median / first, "");
        add("resident_mb", resident, "MB");
    }
}
