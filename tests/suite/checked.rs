//! What `check` says of a scenario, and a run of its causes: every profile of a mix, every time of a fault, every row of a file.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::command::text;

/// Two groups of 30 users with a mix each, and one of 20 that refreshes in time, behind the same firewall.
const MIXED: &str = r#"[scenario]
name = "mixed"
start = "08:00"
horizon = "2 h"
replications = 1

[[gateway]]
name = "gw"
profile = "healthy"

[[path]]
name = "firewall"
idle_timeout = "20 min"

[[clients]]
name = "office"
mix = "communicator-2007 30 %, communicator-2007-r2 70 %"
count = 30
gateway = "gw"
path = "firewall"
sign_in = "at start"
incoming_calls = "1 /h"
outgoing_calls = "0 /h"

[[clients]]
name = "home"
mix = "communicator-2007-r2 50 %, rfc4028 50 %"
count = 30
gateway = "gw"
path = "firewall"
sign_in = "at start"
incoming_calls = "1 /h"
outgoing_calls = "0 /h"

[[clients]]
name = "plant"
profile = "communicator-2007"
count = 20
gateway = "gw"
path = "firewall"
sign_in = "at start"
incoming_calls = "1 /h"
outgoing_calls = "0 /h"
"#;

/// What a command prints and what it says.
fn said(folder: &Path, args: &[&str]) -> (String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rccsim"));
    let output = command.args(args).current_dir(folder).output().unwrap();
    (text(&output.stdout), text(&output.stderr))
}

fn checked(scenario: &str, more: &[&str]) -> (String, String) {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("a.toml"), scenario).unwrap();
    said(folder.path(), &[&["check", "a.toml"], more].concat())
}

#[test]
fn every_profile_of_a_mix_is_listed_and_warned_of() {
    let (printed, warned) = checked(MIXED, &[]);
    let office = printed.split("\nclients ").nth(1).unwrap();
    let rows = |key: &str| {
        let lines = office
            .lines()
            .skip_while(|l| l.split(' ').nth(2) != Some(key));
        let lines: Vec<String> = lines
            .take(2)
            .map(|l| l.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        lines.join("\n")
    };
    assert_eq!(
        rows("refresh_interval"),
        "refresh_interval 10 min communicator-2007, published: Communicator 2007\n\
         25 min communicator-2007-r2, published: Communicator 2007 R2"
    );
    // What the group gives itself is one line.
    assert!(
        rows("incoming_calls").ends_with("ring_time 10 s moderate, assumption: no published value")
            || rows("incoming_calls").contains("outgoing_calls"),
        "{office}"
    );
    let idle = |who: &str| {
        format!(
            "clients.{who}: idle_timeout 20 min of its path is shorter than the refresh interval 25 min"
        )
    };
    for who in [
        "office (communicator-2007-r2)",
        "home (communicator-2007-r2)",
    ] {
        assert!(warned.contains(&idle(who)), "{warned}");
    }
    // A client of 10 min or of half of 30 min keeps its connection.
    assert_eq!(warned.matches("idle_timeout").count(), 2, "{warned}");
    let (json, _) = checked(MIXED, &["--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let intervals: Vec<(&str, &str, &str)> = json["settings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|s| s["key"] == "refresh_interval" && s["name"] != "home")
        .map(|s| {
            let field = |key: &str| s[key].as_str().unwrap_or_default();
            (field("name"), field("profile"), field("value"))
        })
        .collect();
    assert_eq!(
        intervals,
        [
            ("office", "communicator-2007", "10 min"),
            ("office", "communicator-2007-r2", "25 min"),
            ("plant", "", "10 min")
        ]
    );
}

#[test]
fn what_is_true_of_every_profile_of_a_mix_is_said_once() {
    let zero = MIXED.replacen("count = 30", "count = 30\nreestablish = \"fixed 0 s\"", 1);
    let (_, warned) = checked(&zero, &[]);
    assert_eq!(warned.matches("reestablish = \"fixed 0 s\"").count(), 1);
    assert!(warned.contains("clients.office: reestablish"), "{warned}");
}

#[test]
fn a_cause_is_told_of_every_group_that_has_it_by_the_key_that_makes_it() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("a.toml"), MIXED).unwrap();
    let run = ["run", "a.toml", "--no-folder", "--quiet"];
    let (printed, _) = said(folder.path(), &run);
    // Clients that refresh in time lose nothing, and are not named.
    let both = ["home and office", "office and home"].map(|names| {
        format!("a middlebox on the path of {names} forgets idle connections (path.firewall.idle_timeout = 20 min)")
    });
    assert!(
        both.iter().any(|clause| printed.contains(clause)),
        "{printed}"
    );
    assert!(
        printed.contains("the session was lost or its path broken, and the client did not know"),
        "{printed}"
    );
    // A gateway that ignores UPDATE is the cause for the second profile of the mix.
    let ignores = MIXED
        .replace("\"healthy\"", "\"ignores-update\"")
        .replace("idle_timeout = \"20 min\"", "loss = \"0 %\"");
    fs::write(folder.path().join("a.toml"), ignores).unwrap();
    let (printed, _) = said(folder.path(), &run);
    assert!(
        printed.contains("the gateway gw does not answer UPDATE (update = ignored)"),
        "{printed}"
    );
}

#[test]
fn the_times_of_a_fault_are_listed() {
    let fault = |keys: &str| {
        let scenario = MIXED.replace(
            "\"08:00\"\nhorizon = \"2 h\"",
            "\"Monday 08:00\"\nhorizon = \"7 d\"",
        );
        let fault =
            format!("[[fault]]\nname = \"f\"\nkind = \"stall\"\ntarget = \"all\"\n{keys}\n");
        let (printed, warned) = checked(&(scenario + &fault), &[]);
        let line = printed
            .lines()
            .find(|l| l.starts_with("  comes"))
            .unwrap_or_default();
        let warned = warned.lines().filter(|l| l.contains("\"f\""));
        (
            line.trim().to_string(),
            warned.map(String::from).collect::<Vec<_>>(),
        )
    };
    assert_eq!(
        fault("at = \"Tuesday 09:00\"").0,
        "comes once: at Tuesday 09:00 for 5 min"
    );
    assert_eq!(
        fault("every = \"03:00\"\nduration = \"1 min\"").0,
        "comes 7 times: at Tuesday 03:00, Wednesday 03:00, Thursday 03:00, Friday 03:00, Saturday 03:00, … and Monday \
         03:00, each for 1 min"
    );
    // The run is 7 d long.
    let (line, warned) = fault("mtbf = \"14 d\"\nmttr = \"10 min\"\nduration = \"1 h\"");
    assert_eq!(
        line,
        "comes at random: about 0.5 times a run, 14 d after the repair before on average (mtbf), and lasts 10 min on \
         average (mttr)"
    );
    assert!(
        warned[0].ends_with(
            "duration has no effect with mtbf: the fault lasts 10 min on average (mttr)"
        ),
        "{warned:?}"
    );
    let (line, warned) = fault(
        "at = [\"09:00\", \"09:03\", \"Monday 09:00\", \"10:00\"]\nduration = \"5 min\"\nmttr = \"1 min\"",
    );
    assert_eq!(
        line,
        "comes 3 times: at Monday 09:00, Monday 09:03, Monday 10:00, each for 5 min"
    );
    assert_eq!(
        warned,
        [
            "warning: fault \"f\": Monday 09:00 in `at` is the same instant as 09:00: it happens once",
            "warning: fault \"f\": that at Monday 09:03 begins before that at Monday 09:00 is over, at Monday 09:05 \
             (duration 5 min): users see one fault, not two",
            "warning: fault \"f\": mttr has no effect without mtbf: the fault lasts 5 min (duration)",
        ]
    );
}

#[test]
fn what_was_read_of_files_is_told() {
    let folder = TempDir::new().unwrap();
    // The run goes from 08:00 to 10:00: one call comes before it and two after.
    let calls = "time,user,direction,ring_s,talk_s\n07:59:30,1,incoming,5,60\n08:30:00,2,incoming,5,60\n\
                 09:00:00,1,outgoing,5,60\n10:00:00,1,incoming,5,60\n11:00:00,3,incoming,5,60\n";
    let signs = "time,user,action\n07:50:00,1,in\n08:10:00,2,in\n09:30:00,1,out\n";
    let points = "clients.plant.count;gateway.update\n10;ignored\n20;accepted\n";
    let plant = "name = \"plant\"\ncalls_file = \"calls.csv\"\nsign_in_file = \"signs.csv\"";
    let scenario = MIXED.replace("name = \"plant\"", plant);
    let (head, tail) = scenario.split_at(scenario.find("name = \"plant\"").unwrap());
    let tail = tail.replace("incoming_calls = \"1 /h\"\noutgoing_calls = \"0 /h\"\n", "");
    let tail = tail.replace("sign_in = \"at start\"\n", "");
    for (name, content) in [
        ("calls.csv", calls),
        ("signs.csv", signs),
        ("points.csv", points),
        (
            "a.toml",
            &format!("{head}{tail}\n[study]\npoints = \"points.csv\"\n"),
        ),
    ] {
        fs::write(folder.path().join(name), content).unwrap();
    }
    let (printed, warned) = said(folder.path(), &["check", "a.toml"]);
    for line in [
        "  calls_file has 5 rows of 3 users, from 07:59:30 to 11:00; 1 before the run left out, 2 at its end or later left out\n",
        "  sign_in_file has 3 rows of 2 users, from 07:50 to 09:30; 1 before the run, which say who is signed in at its start\n",
        "\nstudy: 2 points of points.csv, a row each, with the columns clients.plant.count, gateway.update (rccsim sweep)\n",
    ] {
        assert!(printed.contains(line), "{line}\n{printed}\n{warned}");
    }
}

#[test]
fn one_is_told_as_one() {
    let one = MIXED
        .replace("count = 30", "count = 1")
        .replace("count = 20", "count = 1");
    let one = &one[..one.find("[[clients]]\nname = \"home\"").unwrap()];
    let (printed, _) = checked(one, &[]);
    assert!(
        printed.contains("\n1 user on 1 gateway, 2 h from 08:00, 1 replication; about "),
        "{printed}"
    );
    assert!(
        printed.contains("  … 1 more key at its default: --explain lists it\n"),
        "{printed}"
    );
}
