//! The whole model over a working day: `cargo bench --bench day [-- USERS…]`.
//!
//! A healthy deployment of Communicator 2007 R2 as in `models/large.toml`: 8 h, moderate use, half of the incoming calls
//! answered at the PC, `lan-tls`, one thread. In groups of 5,000 from 1e3 to 1e6 users, and once as one group of 1e5 with a
//! spare gateway, where all share one agenda. An event is an entry taken from the agenda; a client-day is one user over the
//! 8 h. The table gives the median and the best of several alternated rounds, and the rate relative to 1e4 users.

#![allow(clippy::disallowed_methods, reason = "a benchmark reads the clock of the machine")]

use std::path::Path;
use std::time::Instant;

use rccsim::deployment::{Plan, simulate};
use rccsim::measure::Counter;
use rccsim::scenario::{Override, load};

/// Alternations of the cases.
const ROUNDS: usize = 3;

struct Case {
    name: String,
    users: u32,
    plan: Plan,
    /// Seconds and events of each round.
    rounds: Vec<(f64, u64)>,
}

fn case(name: &str, users: u32, gateways: u32, spare: u32) -> Case {
    let set = [format!("clients.count={users}"), format!("gateway.count={gateways}"), format!("gateway.spare={spare}")];
    let overrides: Vec<Override> = set.iter().map(|s| Override::parse(s).unwrap_or_else(|e| panic!("{e}"))).collect();
    let scenario = load(Path::new("models/large.toml"), &overrides).unwrap_or_else(|e| panic!("{e}"));
    Case { name: name.into(), users, plan: scenario.plan, rounds: Vec::new() }
}

fn main() {
    let asked: Vec<u32> = std::env::args().filter_map(|a| a.parse().ok()).collect();
    let sizes = if asked.is_empty() { vec![10_000, 1_000, 100_000, 1_000_000] } else { asked };
    let mut cases: Vec<Case> = sizes.iter().map(|n| case("groups of 5,000", *n, n.div_ceil(5_000), 0)).collect();
    cases.push(case("one group, 20 + 1 gateways", 100_000, 20, 1));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap_or_else(|e| panic!("{e}"));
    for _ in 0..ROUNDS {
        for case in &mut cases {
            let started = Instant::now();
            let all = pool.install(|| simulate(&case.plan, 0)).all;
            case.rounds.push((started.elapsed().as_secs_f64(), all.get(Counter::Events)));
        }
    }
    println!("median (best) of {ROUNDS} alternated rounds on one thread");
    println!(
        "{:28} {:>9} {:>24} {:>20} {:>12} {:>9}",
        "", "users", "client-days/core-second", "million events/s", "events/day", "to first"
    );
    let rate = |case: &Case| {
        let mut seconds: Vec<f64> = case.rounds.iter().map(|r| r.0).collect();
        seconds.sort_by(f64::total_cmp);
        (f64::from(case.users) / seconds[ROUNDS / 2], f64::from(case.users) / seconds[0])
    };
    let first = rate(&cases[0]).0;
    for case in &cases {
        let (median, best) = rate(case);
        let per_day = case.rounds[0].1 as f64 / f64::from(case.users);
        println!(
            "{:28} {:>9} {:>24} {:>20} {:>12.0} {:>8.2}x",
            case.name,
            case.users,
            format!("{median:.0} ({best:.0})"),
            format!("{:.1} ({:.1})", median * per_day / 1e6, best * per_day / 1e6),
            per_day,
            median / first
        );
    }
}
