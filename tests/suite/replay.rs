//! What was recorded is replayed: the same calls give the same toasts, whoever draws them.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use rccsim::deployment::{Direction, Observer, Plan, Replication, observe, simulate};
use rccsim::measure::{Counter, Tally};
use rccsim::quantity::{Span, Time};
use rccsim::scenario::{Override, Scenario, ScenarioError, hash, load};
use rccsim::workload::CallDraws;

/// A busy office behind three gateways that ignore UPDATE, with stations, so that the order of everything matters.
const OFFICE: &str = r#"
[scenario]
name = "office"
horizon = "8 h"
seed = 7

[[gateway]]
name = "gw"
profile = "ignores-update"
count = 3
service_time = "exponential 200 ms"
path = "lan-tls"

[[clients]]
name = "office"
count = 50
gateway = "gw"
path = "wan-tls"
"#;

const DRAWN_CALLS: &str =
    "incoming_calls = \"4 /h\"\noutgoing_calls = \"3 /h\"\nanswered_at_pc = \"50 %\"\n";
const DRAWN_DAY: &str =
    "sign_in = \"uniform over 30 min\"\nsign_out = \"normal 15:00 sd 20 min\"\n";

/// Writes the office with these keys of its clients, and reads it.
fn office(folder: &Path, keys: &str) -> Scenario {
    let file = folder.join("office.toml");
    fs::write(&file, format!("{OFFICE}{keys}")).unwrap();
    load(&file, &[]).unwrap_or_else(|e| panic!("{e}"))
}

#[derive(Default)]
struct Scribe {
    calls: Vec<(Time, u32, Direction, CallDraws)>,
}

impl Observer for Scribe {
    fn call(&mut self, now: Time, user: u32, _: u32, direction: Direction, draws: &CallDraws) {
        self.calls.push((now, user, direction, *draws));
    }
}

fn seconds(us: u64) -> String {
    format!("{}.{:06}", us / 1_000_000, us % 1_000_000)
}

/// The calls of a replication as a call record; `all` says everything that was drawn, else what a PBX would say.
fn record(plan: &Plan, with_all: bool) -> String {
    let mut calls: Vec<(Time, u32, Direction, CallDraws)> = Vec::new();
    for group in 0..plan.gateways[0].count {
        let draws_by_user = observe(plan, 0, group, 0, Scribe::default()).unwrap().calls;
        let number = |place: u32| place * plan.gateways[0].count + group + 1;
        calls.extend(
            draws_by_user
                .into_iter()
                .map(|(at, place, direction, draws)| (at, number(place), direction, draws)),
        );
    }
    calls.sort_by_key(|(at, user, ..)| (*at, *user));
    let mut csv = String::from("time,user,direction,ring_s,talk_s,at_pc");
    csv += if with_all { ",answered\n" } else { "\n" };
    for (at, user, direction, draws) in calls {
        let direction = if direction == Direction::Incoming {
            "incoming"
        } else {
            "outgoing"
        };
        let (at, ring, mut talk, at_pc) = (
            seconds(at.0),
            seconds(draws.ring.0),
            seconds(draws.talk.0),
            draws.at_pc,
        );
        if !with_all && !draws.answered {
            talk.clear();
        }
        write!(csv, "{at},{user},{direction},{ring},{talk},{at_pc}").unwrap();
        csv += &if with_all {
            format!(",{}\n", draws.answered)
        } else {
            "\n".into()
        };
    }
    csv
}

/// All that a replication says; the count of events is the engine's own.
fn tallies(mut result: Replication) -> Vec<Tally> {
    let sums = result
        .clients
        .iter_mut()
        .chain(&mut result.gateways)
        .chain([&mut result.total]);
    sums.map(|tally| {
        tally.forget_events();
        tally.clone()
    })
    .collect()
}

#[test]
fn a_replayed_call_gives_the_same_toasts_as_the_same_call_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let drawn_plan = office(folder.path(), &format!("{DRAWN_CALLS}{DRAWN_DAY}")).plan;
    fs::write(folder.path().join("calls.csv"), record(&drawn_plan, true)).unwrap();
    let replayed = office(
        folder.path(),
        &format!("calls_file = \"calls.csv\"\n{DRAWN_DAY}"),
    )
    .plan;
    let (drawn_run, replayed) = (simulate(&drawn_plan, 0), simulate(&replayed, 0));
    assert!(
        drawn_run.total.get(Counter::ToastsDue) > 1000
            && drawn_run.total.all_missed() > 10
            && drawn_run.total.all_drops() > 100
    );
    assert_eq!(tallies(drawn_run), tallies(replayed));
}

#[test]
fn a_call_that_nobody_answered_needs_no_talk_time() {
    let folder = tempfile::tempdir().unwrap();
    let drawn_plan = office(folder.path(), &format!("{DRAWN_CALLS}{DRAWN_DAY}")).plan;
    fs::write(folder.path().join("calls.csv"), record(&drawn_plan, false)).unwrap();
    let replayed = office(
        folder.path(),
        &format!("calls_file = \"calls.csv\"\n{DRAWN_DAY}"),
    )
    .plan;
    let (mut drawn_tallies, mut replayed) = (
        tallies(simulate(&drawn_plan, 0)),
        tallies(simulate(&replayed, 0)),
    );
    // The fingerprint covers the talk time of a call that nobody answered, and the record does not have it.
    drawn_tallies
        .iter_mut()
        .chain(&mut replayed)
        .for_each(|tally| tally.fingerprint = 0);
    assert_eq!(drawn_tallies, replayed);
}

#[test]
fn replayed_sign_ins_are_the_same_day_as_drawn_ones() {
    let folder = tempfile::tempdir().unwrap();
    let day = "sign_in = \"at 08:10\"\nsign_out = \"at 15:30\"\n";
    let drawn_plan = office(folder.path(), &format!("{DRAWN_CALLS}{day}")).plan;
    let mut csv = String::from("time,user,action\n");
    (1..=50).for_each(|user| writeln!(csv, "600,{user},in").unwrap());
    (1..=50).for_each(|user| writeln!(csv, "15:30,{user},out").unwrap());
    fs::write(folder.path().join("signs.csv"), csv).unwrap();
    let replayed = office(
        folder.path(),
        &format!("sign_in_file = \"signs.csv\"\n{DRAWN_CALLS}"),
    )
    .plan;
    assert_eq!(
        tallies(simulate(&drawn_plan, 0)),
        tallies(simulate(&replayed, 0))
    );
}

/// One user of a healthy gateway under these records, eight hours long: due and missed toasts, sessions, signed-in seconds.
fn one_user(signs: &str, calls: &str) -> (u64, u64, u64, u64) {
    let folder = tempfile::tempdir().unwrap();
    let toml = "[scenario]\nname = \"one\"\n[[gateway]]\nname = \"gw\"\nprofile = \"healthy\"\n[[clients]]\nname = \"a\"\n\
                count = 1\ngateway = \"gw\"\ncalls_file = \"c.csv\"\nsign_in_file = \"s.csv\"\n";
    fs::write(folder.path().join("one.toml"), toml).unwrap();
    fs::write(
        folder.path().join("c.csv"),
        format!("time,user,direction,ring_s,talk_s\n{calls}"),
    )
    .unwrap();
    fs::write(
        folder.path().join("s.csv"),
        format!("time,user,action\n{signs}"),
    )
    .unwrap();
    let tally = simulate(&load(&folder.path().join("one.toml"), &[]).unwrap().plan, 0).total;
    let signed_in = (tally.signed_in_us / 1_000_000) as u64;
    (
        tally.get(Counter::ToastsDue),
        tally.all_missed(),
        tally.get(Counter::SessionsEstablished),
        signed_in,
    )
}

#[test]
fn who_signs_in_again_has_a_new_session_and_only_calls_while_signed_in_count() {
    let signs = "08:10:00,1,in\n09:10:00,1,out\n10:10:00,1,in\n11:10:00,1,out\n";
    // Before the first sign-in, in the first session, in the pause, in the second session, after it.
    let calls = ["08:05", "08:40", "09:40", "10:40", "11:40"]
        .map(|at| format!("{at}:00,1,incoming,10,0\n"));
    assert_eq!(one_user(signs, &calls.concat()), (2, 0, 2, 7200));
    // A call comes at the instant of the sign-in: the sign-in goes first, and on an ideal path the session is up at once.
    assert_eq!(
        one_user(signs, "08:10:00,1,incoming,10,0\n"),
        (1, 0, 2, 7200)
    );
    // Undecided at the sign-out, and not decided by the next sign-in: not counted.
    let quick = "08:10:00,1,in\n09:10:00,1,out\n09:10:05,1,in\n";
    assert_eq!(
        one_user(quick, "09:09:58,1,incoming,20,0\n"),
        (0, 0, 2, 28_800 - 605)
    );
    // Out and in at the same instant.
    assert_eq!(one_user("60,1,in\n90,1,out\n90,1,in\n", "").2, 2);
    // Signed in before the run and not out again: from its start. What comes at its end or later is left out.
    assert_eq!(
        one_user(
            "07:00:00,1,in\n07:30:00,1,out\n07:40:00,1,in\n16:00:00,1,out\n",
            ""
        ),
        (0, 0, 1, 28_800)
    );
}

#[test]
fn results_and_hash_depend_on_the_content_not_on_the_name() {
    let folder = tempfile::tempdir().unwrap();
    let csv = "time,user,direction,ring_s,talk_s\n100,1,incoming,5,10\n";
    for (name, text) in [
        ("a.csv", csv.to_string()),
        ("b.csv", csv.into()),
        ("c.csv", csv.replace("100,1", "100,2")),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let [a, b, c] = ["a", "b", "c"]
        .map(|name| office(folder.path(), &format!("calls_file = \"{name}.csv\"\n")));
    assert!(a.plan == b.plan && hash(&a) == hash(&b));
    assert!(a.plan != c.plan && hash(&a) != hash(&c));
    assert_eq!(
        simulate(&a.plan, 0).total.fingerprint,
        simulate(&b.plan, 0).total.fingerprint
    );
}

#[test]
fn what_lies_outside_the_run_is_left_out_with_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let header = "\u{feff}# from the PBX\r\n\r\nuser, time ,talk_s,direction,\"ring_s\"\r\n";
    let rows = "1,07:59:59.999999,1,incoming,2\r\n50,08:00:00,1,\"outgoing\",2\r\n1,28800,1,incoming,2\r\n";
    fs::write(folder.path().join("calls.csv"), format!("{header}{rows}")).unwrap();
    let scenario = office(folder.path(), "calls_file = \"calls.csv\"\n");
    assert_eq!(
        scenario.plan.clients[0]
            .recorded_calls
            .as_ref()
            .unwrap()
            .rows(),
        1
    );
    let warning = "clients.office: 2 rows of calls_file lie outside the run, 8 h from 08:00: they are not replayed";
    assert_eq!(scenario.warnings, [warning]);
}

#[test]
fn the_threads_and_the_replications_read_the_same_file() {
    let plan = load(Path::new("models/replay.toml"), &[]).unwrap().plan;
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| [0, 1, 0].map(|replication| simulate(&plan, replication).total))
    };
    let results = on(1);
    assert_eq!(results, on(8));
    assert_eq!(results[0], results[2]);
    assert_eq!(
        results[0].get(Counter::ToastsDue),
        results[1].get(Counter::ToastsDue)
    );
}

#[test]
fn a_variant_of_the_scenario_reads_the_records_anew_where_it_must() {
    let file = Path::new("models/replay.toml");
    for (set, parts) in [("gateway.cstagw.count=5", 5), ("gateway.cstagw.spare=1", 1)] {
        let plan = load(file, &[Override::parse(set).unwrap()]).unwrap().plan;
        assert_eq!(plan.groups().len(), parts);
        assert!(simulate(&plan, 0).total.get(Counter::ToastsDue) > 100);
    }
    let error = load(
        file,
        &[Override::parse("clients.front-office.count=39").unwrap()],
    )
    .unwrap_err();
    let message = error.to_string();
    assert!(
        !matches!(error, ScenarioError::World { .. })
            && message.contains("expected a user from 1 to 39"),
        "{message}"
    );
}

#[test]
fn no_damage_to_a_file_is_more_than_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let mut chance = Recipe(3);
    let [calls, signs] =
        ["calls", "sign-ins"].map(|name| fs::read(format!("models/replay/{name}.csv")).unwrap());
    let pieces: [&[u8]; 10] = [
        b",",
        b"\n",
        b"\"",
        b"-",
        b"99999999999",
        b"\xFF",
        b"\0",
        b":",
        b".",
        b",,,,,,,,,,,,,,,,,,,,,,,,",
    ];
    let mut rejected = 0;
    for round in 0..400 {
        for (name, content) in [("calls.csv", &calls), ("signs.csv", &signs)] {
            let mut damaged = content.clone();
            for _ in 0..1 + chance.below(3) {
                let at = chance.below(damaged.len() as u32) as usize;
                let end = (at + chance.below(3) as usize).min(damaged.len());
                let piece = pieces[chance.below(10) as usize];
                damaged.splice(at..end, piece.iter().copied());
            }
            damaged.truncate(if round % 10 == 0 {
                chance.below(2000) as usize
            } else {
                usize::MAX
            });
            fs::write(folder.path().join(name), damaged).unwrap();
        }
        let file = folder.path().join("office.toml");
        fs::write(
            &file,
            format!("{OFFICE}calls_file = \"calls.csv\"\nsign_in_file = \"signs.csv\"\n"),
        )
        .unwrap();
        match load(&file, &[]) {
            Ok(scenario) => drop(simulate(&scenario.plan, 0)),
            Err(error) => {
                rejected += 1;
                let is_placed = |error: &&ScenarioError| matches!(error, ScenarioError::Input { place, .. } if place.line > 0);
                assert!(error.parts().iter().all(is_placed), "{error}");
            }
        }
    }
    assert!((200..400).contains(&rejected), "{rejected}");
    // A file without an end of line, however long, is not taken into memory.
    fs::write(folder.path().join("calls.csv"), vec![b'x'; 100_000]).unwrap();
    let error = load(&folder.path().join("office.toml"), &[])
        .unwrap_err()
        .to_string();
    assert!(
        error.ends_with(
            "calls.csv:1:1: clients.office.calls_file: the line is longer than 4096 bytes"
        ),
        "{error}"
    );
}

/// The example files are made, not recorded: by this recipe, from the generator of the C standard's example.
struct Recipe(u32);

impl Recipe {
    fn below(&mut self, n: u32) -> u32 {
        self.0 = self.0.wrapping_mul(1_103_515_245).wrapping_add(12_345);
        (self.0 >> 16) % n
    }

    /// A call every 10 to 190 s from 08:30 on, 7 in 10 incoming, 3 in 4 answered, mostly within 20 s.
    fn calls(&mut self) -> String {
        let mut csv = String::from(
            "# An example, made by the recipe in tests/suite/replay.rs\ntime,user,direction,ring_s,talk_s\n",
        );
        let mut at = Span::from_secs(30_600);
        while at < Span::from_secs(63_000) {
            let user = 1 + self.below(40);
            let direction = if self.below(10) < 7 {
                "incoming"
            } else {
                "outgoing"
            };
            let talk = if self.below(4) > 0 {
                15 + self.below(400)
            } else {
                0
            };
            let ring = if talk > 0 { 2 + self.below(16) } else { 20 };
            let s = at.0 / 1_000_000;
            let (clock, tenth) = (
                format!("{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60),
                self.below(10),
            );
            writeln!(csv, "{clock}.{tenth},{user},{direction},{ring},{talk}").unwrap();
            at = at + Span::from_secs(u64::from(10 + self.below(181)));
        }
        csv
    }

    /// In between 08:40 and 09:20, out for lunch at 12:00 to 12:19 and back 45 min later, out between 17:00 and 17:40.
    fn sign_ins(&mut self) -> String {
        let mut rows: Vec<(u32, u32, &str)> = Vec::new();
        for user in 1..=40 {
            let lunch = 12 * 60 + self.below(20);
            rows.push((8 * 60 + 40 + self.below(40), user, "in"));
            rows.push((lunch, user, "out"));
            rows.push((lunch + 45, user, "in"));
            rows.push((17 * 60 + self.below(40), user, "out"));
        }
        rows.sort_by_key(|(minute, user, _)| (*minute, *user));
        let mut csv = String::from(
            "# An example, made by the recipe in tests/suite/replay.rs\ntime,user,action\n",
        );
        for (minute, user, action) in rows {
            writeln!(
                csv,
                "{:02}:{:02}:{:02},{user},{action}",
                minute / 60,
                minute % 60,
                user
            )
            .unwrap();
        }
        csv
    }
}

#[test]
fn the_example_files_are_what_their_recipe_makes() {
    for (name, text) in [
        ("calls", Recipe(1).calls()),
        ("sign-ins", Recipe(2).sign_ins()),
    ] {
        let file = format!("models/replay/{name}.csv");
        if std::env::var_os("WRITE_EXAMPLES").is_some() {
            fs::write(&file, &text).unwrap();
        }
        assert!(fs::read_to_string(&file).unwrap() == text, "{file}");
    }
}
