//! Nothing takes a time that grows with the square of its input: eight times as much takes less than three times eight as
//! long. Only what the thread itself computes is timed, and yet a busy machine may tell lies: run it on an idle one, by
//! `cargo test --release --test suite linear -- --ignored`.
#![cfg(target_os = "linux")]

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;

use rccsim::deployment::simulate;
use rccsim::record::{Folder, Manifest, Results};
use rccsim::scenario::{Override, Scenario};
use tempfile::TempDir;

const SMALL: usize = 400;
const LARGE: usize = 8 * SMALL;

/// Nanoseconds that this thread has computed.
fn computed_ns() -> u64 {
    let stat = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    stat.split(' ').next().unwrap().parse().unwrap()
}

/// The least time of three.
fn least_ns(work: impl Fn()) -> u64 {
    // The system counts at its ticks: what is short is done often.
    let measure = || {
        let (begin, mut times) = (computed_ns(), 0);
        loop {
            work();
            times += 1;
            let computed = computed_ns() - begin;
            if computed > 50_000_000 {
                return computed / times;
            }
        }
    };
    (0..3).map(|_| measure()).min().unwrap().max(1)
}

/// Work on a few, and on eight times as many; all of it on one thread.
#[track_caller]
fn assert_linear(label: &str, work: impl Fn(usize) + Sync) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    let [small, large] = pool.unwrap().install(|| {
        work(SMALL);
        [SMALL, LARGE].map(|n| least_ns(|| work(n)))
    });
    let times = large as f64 / small as f64;
    println!(
        "{label}: {:.1} ms, {times:.1} times as long for 8 times as many",
        small as f64 / 1e6
    );
    assert!(
        times < 24.0,
        "{label}: {times:.1} times as long for 8 times as many"
    );
}

const BASE: &str = "[scenario]\nname = \"b\"\nhorizon = \"1 h\"\n\
    [[gateway]]\nname = \"g\"\nprofile = \"ignores-update\"\n\
    [[clients]]\nname = \"c\"\ngateway = \"g\"\ncount = 5\n";

fn with(tables: impl Fn(usize) -> String, n: usize) -> String {
    (0..n).fold(String::from(BASE), |mut text, i| {
        text += &tables(i);
        text
    })
}

/// A table of a scenario, and its text with a number.
type Repeated = (&'static str, fn(usize) -> String);

#[test]
#[ignore = "timed: for an idle machine"]
fn a_scenario_is_read_in_the_time_of_its_length() {
    let tables: [Repeated; 11] = [
        ("objectives", |_| {
            "[[objective]]\nmetric = \"session_drops\"\nscope = \"clients:c\"\nat_most = 3\n".into()
        }),
        ("client groups", |i| {
            format!("[[clients]]\nname = \"c{i}\"\ncount = 1\ngateway = \"g\"\n")
        }),
        ("gateways", |i| {
            format!("[[gateway]]\nname = \"g{i}\"\nprofile = \"healthy\"\n")
        }),
        ("paths", |i| {
            format!("[[path]]\nname = \"p{i}\"\ndelay = \"1 ms\"\n")
        }),
        ("workloads", |i| {
            format!("[[workload]]\nname = \"w{i}\"\nincoming_calls = \"1 /h\"\n")
        }),
        ("faults", |i| {
            format!(
                "[[fault]]\nname = \"f{i}\"\nkind = \"crash\"\ntarget = \"gateway:g\"\nat = \"08:10\"\nduration = \"1 s\"\n"
            )
        }),
        ("faults without a name", |_| {
            "[[fault]]\nkind = \"crash\"\ntarget = \"gateway:g\"\nat = \"08:10\"\nduration = \"1 s\"\n".into()
        }),
        ("random faults with an objective each", |i| {
            format!(
                "[[fault]]\nname = \"f{i}\"\nkind = \"crash\"\ntarget = \"gateway:g\"\nmtbf = \"10 d\"\nmttr = \"1 min\"\n\
                 [[objective]]\nmetric = \"session_drops\"\nscope = \"clients:c\"\nat_most = 3\n"
            )
        }),
        ("paths with a group each", |i| {
            format!(
                "[[path]]\nname = \"p{i}\"\ndelay = \"1 ms\"\n\
                 [[clients]]\nname = \"c{i}\"\ncount = 1\ngateway = \"g\"\npath = \"p{i}\"\n"
            )
        }),
        (
            "gateways with a group, a fault and an objective each",
            |i| {
                format!(
                    "[[gateway]]\nname = \"g{i}\"\nprofile = \"healthy\"\n\
                 [[clients]]\nname = \"c{i}\"\ncount = 1\ngateway = \"g{i}\"\n\
                 [[fault]]\nname = \"f{i}\"\nkind = \"link-outage\"\ntarget = \"clients:c{i}\"\nat = \"08:10\"\n\
                 duration = \"1 s\"\n\
                 [[objective]]\nmetric = \"session_drops\"\nscope = \"gateway:g{i}\"\nat_most = 3\n"
                )
            },
        ),
        ("groups with an objective each", |i| {
            format!(
                "[[clients]]\nname = \"c{i}\"\ncount = 1\ngateway = \"g\"\n\
                 [[objective]]\nmetric = \"session_drops\"\nscope = \"clients:c{i}\"\nat_most = 3\n"
            )
        }),
    ];
    for (label, table) in tables {
        let texts = [SMALL, LARGE].map(|n| with(table, n));
        assert_linear(label, |n| {
            Scenario::from_toml(&texts[usize::from(n == LARGE)]).unwrap();
        });
    }
}

#[test]
#[ignore = "timed: for an idle machine"]
fn a_long_list_of_values_is_read_in_the_time_of_its_length() {
    assert_linear("values of a study", |n| {
        let values: Vec<String> = (1..=n).map(|i| format!("{i} s")).collect();
        let vary = format!("clients.refresh_interval = {}", values.join(", "));
        let text = format!("{BASE}[study]\nvary = [\"{vary}\"]\n");
        let study = Scenario::from_toml(&text).unwrap().study.unwrap();
        assert_eq!(study.points().len(), n);
    });
}

/// Hours, as a few of the units of `assert_linear`.
fn hours(n: usize) -> usize {
    2 * n / SMALL
}

#[test]
#[ignore = "timed: for an idle machine"]
fn a_run_takes_the_time_of_its_length() {
    let run_of = |sets: &[&str], n: usize| {
        let horizon = format!("scenario.horizon={} h", hours(n));
        let sets = sets.iter().copied().chain([&horizon[..]]);
        let sets: Vec<Override> = sets.map(|s| Override::parse(s).unwrap()).collect();
        let plan = Scenario::from_toml(BASE).unwrap().with(&sets).unwrap().plan;
        simulate(&plan, 0);
    };
    // The second of two users finds no place and tries again, thousands of times.
    let refused = [
        "clients.count=2",
        "gateway.max_sessions=1",
        "clients.sign_in=at start",
        "gateway.update=accepted",
        "clients.reestablish=backoff 1 s x2 max 1 s",
    ];
    assert_linear("back-off after many failures", |n| run_of(&refused, n));
    // Calls last as long as the longest that is allowed: 1,000 at once.
    let calls = [
        "clients.count=2",
        "clients.incoming_calls=1 /s",
        "clients.talk_time=990 s",
        "clients.ring_time=1 ms",
        "clients.sign_in=at start",
        "gateway.update=accepted",
    ];
    assert_linear("calls of a user that overlap", |n| run_of(&calls, n));
}

#[test]
#[ignore = "timed: for an idle machine"]
fn tables_are_read_in_the_time_of_their_length() {
    let root = TempDir::new().unwrap();
    let folders = [SMALL, LARGE].map(|n| {
        let mut runs = String::from(
            "point,replication,fingerprint,scope,metric,cause,value,beyond,numerator,denominator,unit\n",
        );
        for replication in 1..=2 {
            for scope in 0..n {
                for metric in ["session_drops", "setups_failed", "interruptions"] {
                    writeln!(
                        runs,
                        ",{replication},0f,clients:c{scope},{metric},,5,,,,count"
                    )
                    .unwrap();
                }
            }
        }
        let path = root.path().join(n.to_string());
        let mut folder = Folder::open(&path).unwrap();
        let summary = "{\"schema\":\"rccsim.matrix/1\",\"basis\":\"\",\"cells\":[]}";
        for (name, text) in [("summary.json", summary), ("runs.csv", &runs)] {
            folder
                .put(name, |out| out.write_all(text.as_bytes()))
                .unwrap();
        }
        folder.publish(Manifest::default()).unwrap();
        path
    });
    assert_linear("figures of many groups", |n| {
        let results = Results::read(&folders[usize::from(n == LARGE)]).unwrap();
        assert_eq!(results.runs().unwrap().len(), 3 * n);
    });
    assert_linear("replications of many groups", |n| {
        let results = Results::read(&folders[usize::from(n == LARGE)]).unwrap();
        let scopes = |_: &str| (0..n).map(|i| format!("clients:c{i}")).collect();
        let points = results.all_replications(scopes).unwrap();
        assert_eq!(points[0].1.len(), 2);
    });
}
