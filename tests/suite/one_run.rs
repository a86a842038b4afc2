//! What draws no random number is one run, however often it is repeated: its figures are exact, and a recorded day that
//! comes again in every replication is counted once.

use std::fs;
use std::path::Path;

use rccsim::deployment::{PathConfig, Plan, ServiceTime, simulate};
use rccsim::faults::Schedule;
use rccsim::quantity::Span;
use rccsim::scenario::{Override, load};
use rccsim::workload::{SignIn, WorkloadConfig};
use serde_json::Value;
use tempfile::TempDir;

use crate::everything::{Dice, deployment};
use crate::study::{rccsim, text};

/// Twenty users who lose their sessions like clockwork, without a call.
const CLOCKWORK: &str = r#"
[scenario]
name = "clockwork"
horizon = "3 h"
[[gateway]]
name = "g"
profile = "ignores-update"
[[clients]]
name = "c"
count = 20
gateway = "g"
sign_in = "at start"
incoming_calls = "0 /h"
outgoing_calls = "0 /h"
reestablish = "fixed 30 s"
"#;

fn is_random(file: &Path, keys: &str) -> bool {
    let overrides: Vec<Override> = keys
        .split(';')
        .filter(|key| !key.is_empty())
        .map(|key| Override::parse(key).unwrap())
        .collect();
    let plan = load(file, &overrides)
        .unwrap_or_else(|e| panic!("{e}"))
        .plan;
    simulate(&plan, 0).total.is_random
}

#[test]
fn each_key_that_chance_decides_is_noticed() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("clockwork.toml");
    fs::write(&file, CLOCKWORK).unwrap();
    let fault =
        format!("{CLOCKWORK}[[fault]]\nname = \"f\"\nkind = \"crash\"\ntarget = \"gateway:g\"\n");
    let recurrent = folder.path().join("recurrent.toml");
    fs::write(
        &recurrent,
        format!("{fault}mtbf = \"1 h\"\nmttr = \"5 min\"\n"),
    )
    .unwrap();
    let scheduled = folder.path().join("scheduled.toml");
    fs::write(
        &scheduled,
        format!("{fault}at = \"09:00\"\nduration = \"5 min\"\n"),
    )
    .unwrap();
    assert!(is_random(&recurrent, ""));
    assert!(!is_random(&scheduled, ""));
    for keys in [
        "clients.incoming_calls=1 /h",
        "clients.outgoing_calls=1 /h",
        "clients.sign_in=uniform over 1 min",
        "clients.sign_in=normal 08:30 sd 1 min",
        "clients.sign_out=normal 10:00 sd 1 min",
        "clients.attendance=90 %",
        "clients.refresh_jitter=10 %",
        "clients.reestablish=uniform 0 s..60 s",
        "clients.reestablish=backoff 1 s x2 max 60 s jitter 10 %",
        "clients.loss=1 %",
        "gateway.loss=1 %",
        "gateway.route_expiry=10 min..20 min",
        "clients.connection_lifetime=1 h",
        "gateway.service_time=exponential 1 ms",
        "gateway.update_share=50 %",
        "clients.mix=communicator-2007-r2 60 %, communicator-2007 40 %",
    ] {
        assert!(is_random(&file, keys), "{keys}");
    }
    for keys in [
        "",
        "clients.sign_in=at 08:30;clients.sign_out=at 10:00",
        "clients.sign_in=uniform over 0 s",
        "clients.reestablish=uniform 60 s..60 s",
        "clients.reestablish=backoff 1 s x2 max 60 s jitter 0 %",
        // Nobody loses a session, so that nobody draws when to come back.
        "clients.reestablish=uniform 0 s..60 s;gateway.allow=without-update",
        "gateway.service_time=1 ms",
        "gateway.route_expiry=10 min..10 min",
    ] {
        assert!(!is_random(&file, keys), "{keys}");
    }
}

/// Takes most of what chance decides out of a deployment.
fn sobered(dice: &mut Dice, mut plan: Plan) -> Plan {
    let mut keeps = || dice.chance(0.02);
    let mut path = |path: &mut PathConfig| {
        if !keeps() {
            path.loss = 0.0;
            path.connection_lifetime = None;
            path.route_expiry = path.route_expiry.map(|(from, _)| (from, from));
        }
    };
    plan.gateways.iter_mut().for_each(|g| path(&mut g.path));
    plan.clients.iter_mut().for_each(|c| path(&mut c.path));
    for gateway in &mut plan.gateways {
        (gateway.config.update_share, gateway.config.reinvite_share) = (1.0, 1.0);
        if let Some(station) = &mut gateway.station {
            station.service = [const { ServiceTime::Fixed(Span::from_millis(20)) }; 4];
        }
    }
    for clients in &mut plan.clients {
        if !dice.chance(0.05) {
            clients.workload = WorkloadConfig {
                incoming_per_s: 0.0,
                outgoing_per_s: 0.0,
                ..clients.workload.clone()
            };
        }
        clients.attendance = 1.0;
        clients.sign_in = SignIn::AtStart;
        clients.sign_out = None;
    }
    (plan.faults).retain(|fault| matches!(fault.config.schedule, Schedule::Once { .. }));
    plan
}

#[test]
fn a_replication_without_chance_is_every_replication() {
    let (mut certain, mut random, mut the_same) = (0, 0, 0);
    for case in 0..400 {
        let mut dice = Dice::new(7_000 + case);
        let plan = deployment(&mut dice);
        let plan = sobered(&mut dice, plan);
        let [first, second, third] = [0, 1, 2].map(|n| simulate(&plan, n));
        let repeats = first.total == second.total && first.total == third.total;
        if first.total.is_random {
            random += 1;
            the_same += u32::from(repeats);
        } else {
            certain += 1;
            assert!(repeats && first.clients == second.clients, "case {case}");
        }
    }
    assert!(certain > 50 && random > 50, "{certain} {random}");
    // What is drawn decides something as a rule: else all runs would be called random.
    assert!(3 * the_same < random, "{the_same} of {random}");
}

/// A recorded day of 20 users with 27 calls, of which the first comes while its user has no session.
fn recorded(folder: &Path, target: &str) -> String {
    let rows: String = (0..27)
        .map(|i| {
            // Sessions are lost at 08:25:32 and back 30 s later, and again from 08:51:34, 09:17:36 and 09:43:38 on.
            let at_s = match i {
                0 => 8 * 3600 + 25 * 60 + 45,
                _ => 9 * 3600 + 20 * 60 + 45 * i,
            };
            let (hour, minute, second) = (at_s / 3600, at_s / 60 % 60, at_s % 60);
            format!(
                "{hour:02}:{minute:02}:{second:02},{},in,20,60\n",
                1 + i % 20
            )
        })
        .collect();
    fs::write(
        folder.join("calls.csv"),
        format!("time,user,direction,ring_s,talk_s\n{rows}"),
    )
    .unwrap();
    let text = CLOCKWORK.replace(
        "incoming_calls = \"0 /h\"\noutgoing_calls = \"0 /h\"\n",
        "calls_file = \"calls.csv\"\n",
    );
    let file = folder.join("recorded.toml");
    fs::write(
        &file,
        format!("{text}[[objective]]\nmetric = \"missed_toast_fraction\"\n{target}\n"),
    )
    .unwrap();
    file.to_str().unwrap().into()
}

#[test]
fn a_recorded_day_is_judged_alike_by_any_number_of_replications() {
    let folder = TempDir::new().unwrap();
    // One of 27 is missed: 3.7 %.
    for (target, set, code, mean) in [
        ("at_most = \"4 %\"", "gateway.allow=absent", 0, 1.0 / 27.0),
        ("at_most = \"3 %\"", "gateway.allow=absent", 3, 1.0 / 27.0),
        (
            "at_most = \"0.1 %\"",
            "gateway.allow=without-update",
            0,
            0.0,
        ),
        ("at_most = \"0 %\"", "gateway.allow=without-update", 0, 0.0),
    ] {
        let file = recorded(folder.path(), target);
        for reps in ["1", "2", "3", "50"] {
            let args = ["run", &file, "--reps", reps, "--set", set, "--no-folder"];
            let output = rccsim(&[&args[..], &["--format", "json"]].concat());
            let run: Value = serde_json::from_slice(&output.stdout).unwrap();
            let objective = &run["objectives"][0];
            let place = format!("{target} {set} {reps}: {objective}");
            assert_eq!(output.status.code(), Some(code), "{place}");
            let found = objective["mean"].as_f64().unwrap();
            assert!((found - mean).abs() < 1e-9, "{place}");
            assert_eq!(objective["replications_needed"], Value::Null, "{place}");
            if reps != "1" {
                let bounds = [&objective["lower"], &objective["upper"]];
                assert_eq!(bounds, [&objective["mean"]; 2], "{place}");
            }
            let answer = run["answer"].as_str().unwrap();
            assert!(
                answer.contains("every replication repeats the recorded day"),
                "{answer}"
            );
        }
    }
}

#[test]
fn one_recorded_day_says_nothing_of_others() {
    let folder = TempDir::new().unwrap();
    let target = "at_most = \"4 %\"\nquantile = \"19 of 20 days\"";
    let file = recorded(folder.path(), target);
    let output = rccsim(&["run", &file, "--reps", "80", "--no-folder", "--no-report"]);
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(4), "{said}");
    assert!(said.contains("every replication is the same day"), "{said}");
    assert!(!said.contains("would settle it"), "{said}");
    // Where something else is random the figures differ, and are of the recorded day still.
    let set = ["--set", "clients.sign_in=uniform over 10 min"];
    let output = rccsim(&[&["run", &file, "--no-folder", "--no-report"][..], &set].concat());
    let said = text(&output.stdout);
    assert!(
        said.contains("The calls are recorded and come again in each replication"),
        "{said}"
    );
    let vary = ["--vary", "clients.count=20,30"];
    let output = rccsim(&[&["sweep", &file, "--no-folder", "--no-report"][..], &vary].concat());
    let said = text(&output.stdout);
    assert!(
        said.contains("The calls are recorded and come again in each replication"),
        "{said}"
    );
}
