//! What people really have: mixed clients, calls per hour, recurring faults, and CSV files as programs write them.

use std::fs;
use std::path::Path;

use rccsim::deployment::{Direction, FaultTarget, Observer, Plan, observe, simulate};
use rccsim::faults::Schedule;
use rccsim::measure::Counter;
use rccsim::protocol::ClientNote;
use rccsim::quantity::{Span, Time};
use rccsim::scenario::{Override, Scenario, expanded, hash, load, parse};
use rccsim::workload::CallDraws;

use crate::determinism::assert_ways_agree;

/// A site: the start, the length, and the rest of its client group and of the file.
fn site(start: &str, horizon: &str, clients: &str, extra: &str) -> Scenario {
    let text = format!(
        r#"
        [scenario]
        name = "site"
        start = "{start}"
        horizon = "{horizon}"
        [[gateway]]
        name = "gw"
        profile = "ignores-update"
        path = "lan-tls"
        count = 2
        [[clients]]
        name = "berlin"
        gateway = "gw"
        path = "lan-tls"
        {clients}
        {extra}
        "#
    );
    Scenario::from_toml(&text).unwrap_or_else(|e| panic!("{e}"))
}

#[derive(Default)]
struct Diary {
    calls: Vec<(u32, Time)>,
    came: Vec<(u32, Time)>,
}

impl Observer for Diary {
    fn call(&mut self, now: Time, user: u32, _: u32, _: Direction, _: &CallDraws) {
        self.calls.push((user, now));
    }
    fn client(&mut self, now: Time, user: u32, note: ClientNote) {
        if note == ClientNote::SetupBegan {
            self.came.push((user, now));
        }
    }
}

fn diary(plan: &Plan) -> Diary {
    observe(plan, 0, 0, 0, Diary::default()).unwrap()
}

const MIX: &str =
    "count = 2000\nmix = { communicator-2007-r2 = \"60 %\", communicator-2007 = \"40 %\" }";

#[test]
fn a_mix_of_clients_lies_between_its_parts() {
    let site_with = |clients: &str| site("08:00", "8 h", clients, "");
    let drops = |scenario: &Scenario| simulate(&scenario.plan, 0).total.all_drops() as f64;
    let r2 = site_with("count = 2000\nprofile = \"communicator-2007-r2\"");
    let older = site_with("count = 2000\nprofile = \"communicator-2007\"");
    let mix = site_with(MIX);
    // R2 loses its session each 1532 s, 2007 never: it refreshes by re-INVITE. Of 2000 users 1200 ± 4·22 are R2.
    assert_eq!(drops(&older), 0.0);
    let share = drops(&mix) / drops(&r2);
    assert!((share - 0.6).abs() < 4.0 * 22.0 / 2000.0, "{share}");
    assert_ways_agree(&mix.plan);
    assert_ne!(hash(&mix), hash(&r2));
    // Everybody comes when they would without a mix, and is called alike.
    let (mixed, baseline) = (diary(&mix.plan), diary(&r2.plan));
    assert_eq!(mixed.calls, baseline.calls);
}

#[test]
fn other_shares_leave_the_other_users_as_they_are() {
    let site_with = |r2: u32| {
        let mix = format!(
            "count = 400\nmix = {{ communicator-2007-r2 = \"{r2} %\", communicator-2007 = \"{} %\" }}",
            100 - r2
        );
        let lossy = diary(&site("08:00", "4 h", &mix, "").plan);
        // Who sets up again lost a session.
        let mut counts = vec![0; 400];
        lossy
            .came
            .iter()
            .for_each(|(user, _)| counts[*user as usize] += 1);
        (
            counts.into_iter().map(|n| n > 1).collect::<Vec<bool>>(),
            lossy.calls,
        )
    };
    let ((small, calls), (large, same_calls)) = (site_with(30), site_with(60));
    assert_eq!(calls, same_calls);
    // Nobody who is R2 at 30 % is not at 60 %.
    assert!(small.iter().zip(&large).all(|(few, many)| !few || *many));
    let count = |flags: &[bool]| flags.iter().filter(|is_lost| **is_lost).count();
    assert!(
        count(&small) > 30 && count(&large) > count(&small) + 20,
        "{} {}",
        count(&small),
        count(&large)
    );
}

#[test]
fn a_mix_is_written_and_read_back() {
    let mix = site("08:00", "8 h", MIX, "");
    let text = expanded(&mix);
    let rerun =
        parse("x.toml", &text, Path::new("."), &[]).unwrap_or_else(|e| panic!("{e}\n{text}"));
    assert_eq!(rerun.plan, mix.plan, "{text}");
    assert_eq!(hash(&rerun), hash(&mix));
}

#[test]
fn calls_per_hour_are_those_of_a_user_or_of_the_group() {
    let site_with = |hours: &str| {
        let clients = format!(
            "count = 1000\nsign_in = \"at start\"\nincoming_calls = \"3 /h\"\noutgoing_calls = \"1 /h\"\ncalls_by_hour = \"{hours}\""
        );
        site("08:00", "2 h", &clients, "").plan
    };
    let per_user = site_with("08:00 2 /h, 09:00 6 /h");
    let steps = |plan: &Plan| plan.clients[0].workload.by_hour.steps.clone();
    let expected = [
        (Span::from_secs(8 * 3600), 0.5),
        (Span::from_secs(9 * 3600), 1.5),
    ];
    assert_eq!(steps(&per_user), expected);
    assert_eq!(
        steps(&site_with("08:00 2000 calls/h, 09:00 6000 calls/h")),
        expected
    );
    // 2000 calls in the first hour, 6000 in the second, over both gateways; a quarter of them outgoing.
    let tally = simulate(&per_user, 0).total;
    let due = tally.get(Counter::ToastsDue) as f64;
    assert!((due - 6000.0).abs() < 5.0 * 6000f64.sqrt(), "{due}");
}

#[test]
fn so_many_users_of_each_gateway() {
    let per_gateway = site("08:00", "1 h", "count_per_gateway = 300", "");
    assert_eq!(per_gateway.plan.clients[0].count, 600);
    let gateway_count = Override::parse("gateway.count=5").unwrap();
    assert_eq!(
        per_gateway.with(&[gateway_count]).unwrap().plan.clients[0].count,
        1500
    );
}

#[test]
fn a_flag_takes_values_as_a_file_has_them() {
    let fault = "[[fault]]\nkind = \"crash\"\ntarget = \"gateway:gw\"\nat = \"12:00\"";
    let with = |sets: &[&str]| {
        let sets = sets.iter().map(|set| Override::parse(set).unwrap());
        let base = site("08:00", "8 h", MIX, fault);
        base.with(&sets.collect::<Vec<_>>()).unwrap().plan
    };
    let baseline = [
        "clients.mix=rfc4028 30 %, communicator-2007 70 %",
        "fault.fault-1.at=09:00, 10:30",
    ];
    let tables = [
        "clients.mix={ rfc4028 = \"30 %\", communicator-2007 = \"70 %\" }",
        "fault.fault-1.at=[\"09:00\", \"10:30\"]",
    ];
    let plan = with(&baseline);
    assert_eq!(plan.faults.len(), 2);
    assert_eq!(plan.clients[0].mix[0].from, 0.3);
    assert_eq!(with(&tables), plan);
}

#[test]
fn a_date_without_quotes_is_read() {
    let starting = |start: &str| {
        let text = fs::read_to_string("models/nec-r2.toml").unwrap();
        let text = text.replace("start = \"08:00\"", &format!("start = {start}"));
        Scenario::from_toml(&text).unwrap_or_else(|e| panic!("{e}"))
    };
    let date_text = starting("\"2026-11-30 08:10\"");
    for start in [
        "2026-11-30 08:10:00",
        "2026-11-30T08:10:00",
        "2026-11-30 08:10",
    ] {
        assert_eq!(starting(start).plan, date_text.plan, "{start}");
        assert_eq!(hash(&starting(start)), hash(&date_text), "{start}");
    }
    assert_eq!(starting("08:10:00").plan, starting("\"08:10\"").plan);
}

/// Instants of the scheduled faults, in minutes, with their targets.
fn faults(plan: &Plan) -> Vec<(u64, FaultTarget)> {
    let at = |s: &Schedule| match s {
        Schedule::Once { at, .. } => at.0 / 60_000_000,
        Schedule::Recurrent { .. } => unreachable!("none is drawn"),
    };
    let faults = plan.faults.iter();
    faults.map(|f| (at(&f.config.schedule), f.target)).collect()
}

#[test]
fn faults_come_again_as_they_say() {
    let fault_times = |start: &str, horizon: &str, fault: &str| {
        let fault = format!("[[fault]]\n{fault}");
        faults(&site(start, horizon, "count = 10", &fault).plan)
    };
    let hourly = "kind = \"link-outage\"\ntarget = \"clients:berlin\"\nevery = \"1 h\"\nfrom = \"09:00\"\nuntil = \"15:00\"\nduration = \"40 s\"";
    let all: Vec<u64> = fault_times("08:00", "8 h", hourly)
        .iter()
        .map(|f| f.0)
        .collect();
    assert_eq!(all, [60, 120, 180, 240, 300, 360, 420]);
    let sundays = "kind = \"crash\"\ntarget = \"gateway:gw\"\nevery = \"Sunday 03:00\"\nduration = \"4 min\"\nreset = true";
    let all: Vec<u64> = fault_times("Monday 00:00", "14 d", sundays)
        .iter()
        .map(|f| f.0)
        .collect();
    assert_eq!(all, [(6 * 24 + 3) * 60, (13 * 24 + 3) * 60]);
    let two_targets =
        "kind = \"stall\"\ntarget = [\"gateway:gw\", \"all\"]\nat = [\"09:00:30\", \"10:00\"]";
    let targets = [FaultTarget::Gateway(0, None), FaultTarget::All];
    assert_eq!(
        fault_times("08:00", "8 h", two_targets),
        [
            (60, targets[0]),
            (60, targets[1]),
            (120, targets[0]),
            (120, targets[1])
        ]
    );
    // A path is every leg that takes it.
    let path = "kind = \"link-outage\"\ntarget = \"path:lan-tls\"\nat = \"09:00\"";
    assert_eq!(
        fault_times("08:00", "8 h", path),
        [
            (60, FaultTarget::Gateway(0, None)),
            (60, FaultTarget::Clients(0))
        ]
    );
}

#[test]
fn seven_copies_of_a_fault_are_one_that_recurs() {
    let clients = "count = 50\nsign_in = \"uniform over 10 min\"";
    let fault = |at: &str| {
        format!(
            "[[fault]]\nkind = \"link-outage\"\ntarget = \"clients:berlin\"\n{at}\nduration = \"40 s\"\n"
        )
    };
    let copies: String = (9..16)
        .map(|h| fault(&format!("at = \"{h:02}:00\"")))
        .collect();
    let copies = site("08:00", "8 h", clients, &copies);
    let every = fault("every = \"1 h\"\nfrom = \"09:00\"\nuntil = \"15:00\"");
    let every = site("08:00", "8 h", clients, &every);
    let tally_of = |s: &Scenario| simulate(&s.plan, 0).total;
    assert_eq!(tally_of(&copies), tally_of(&every));
    let rerun = parse("x.toml", &expanded(&every), Path::new("."), &[]).unwrap();
    assert_eq!(rerun.plan, every.plan);
}

/// Reads a site whose calls come from such a file, and whose sign-ins from another.
fn replayed(
    calls: impl AsRef<[u8]>,
    signs: impl AsRef<[u8]>,
    start: &str,
    keys: &str,
) -> Result<Diary, String> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("calls.csv"), calls).unwrap();
    fs::write(folder.path().join("signs.csv"), signs).unwrap();
    let text = format!(
        "[scenario]\nname = \"x\"\nstart = \"{start}\"\nhorizon = \"10 h\"\n[[gateway]]\nname = \"gw\"\nupdate = \"accepted\"\n\
         [[clients]]\nname = \"c\"\ngateway = \"gw\"\ncount = 3\ncalls_file = \"calls.csv\"\nsign_in_file = \"signs.csv\"\n{keys}\n"
    );
    let file = folder.path().join("x.toml");
    fs::write(&file, text.replace('\n', "\r\n")).unwrap();
    let scenario = load(&file, &[]).map_err(|e| e.to_string())?;
    Ok(diary(&scenario.plan))
}

const PLAIN_CALLS: &str =
    "time,user,direction,ring_s,talk_s\n09:00:00,1,incoming,3.5,60\n09:30:00,2,incoming,3,0\n";
const PLAIN_SIGNS: &str = "time,user,action\n08:10:00,2,in\n08:20:00,1,in\n";

#[test]
fn files_of_spreadsheets_say_the_same_as_plain_ones() {
    let baseline = replayed(PLAIN_CALLS, PLAIN_SIGNS, "08:00", "").unwrap();
    assert_eq!(baseline.calls.len(), 2);
    let assert_same = |calls: &str, signs: &str, start: &str, keys: &str| {
        let diary_read = replayed(calls, signs, start, keys).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(
            (diary_read.calls, diary_read.came),
            (baseline.calls.clone(), baseline.came.clone()),
            "{calls}"
        );
    };
    // A German spreadsheet: semicolons, decimal commas, a byte-order mark and Windows line ends.
    let german = "\u{feff}time;user;direction;ring_s;talk_s\r\n9:00:00;1;incoming;3,5;60\r\n9:30:00;2;incoming;3;0\r\n";
    assert_same(german, PLAIN_SIGNS, "8:00", "");
    assert_same(
        &PLAIN_CALLS.replace(',', "\t"),
        &PLAIN_SIGNS.replace(',', "\t"),
        "08:00",
        "",
    );
    // A log with columns of its own, and extensions or names instead of numbers, the same in both files.
    let log = "Id;Start;Ext;direction;Ring;talk_s\n7;2026-11-30 09:00:00;4711;incoming;3,5;60\n8;2026-11-30 09:30:00;4712;incoming;3;0\n";
    let signs = "When;Ext;action\n2026-11-30T08:10:00;4712;in\n2026-11-30T08:20:00;4711;in\n";
    let keys = "calls_columns = { time = \"Start\", user = \"Ext\", ring_s = \"Ring\" }\nsign_in_columns = { time = \"When\", user = \"Ext\" }";
    assert_same(log, signs, "2026-11-30 08:00", keys);
    let zones = PLAIN_CALLS
        .replace("09:00:00", "2026-11-30T09:00:00+01:00")
        .replace("09:30:00", "2026-11-30T08:30:00Z");
    assert_same(&zones, PLAIN_SIGNS, "Monday 08:00", "");
    let names = |text: &str| text.replace(",1,", ",miller,").replace(",2,", ",smith,");
    assert_same(&names(PLAIN_CALLS), &names(PLAIN_SIGNS), "08:00", "");
}

/// One instant is one instant in both files of a group: the calls' first row says which zone the users' clocks have.
#[test]
fn files_of_other_zones_say_the_same_as_plain_ones() {
    let baseline = replayed(PLAIN_CALLS, PLAIN_SIGNS, "Monday 08:00", "").unwrap();
    let calls = PLAIN_CALLS
        .replace("09:00:00", "2026-11-30T09:00:00Z")
        .replace("09:30:00", "2026-11-30T10:30:00+01:00");
    let signs = |first: &str, second: &str| {
        let first = PLAIN_SIGNS.replace("08:10:00", first);
        first.replace("08:20:00", second)
    };
    for signs in [
        signs("2026-11-30T09:10:00+01:00", "2026-11-30T08:20:00Z"),
        // There it is still the day before.
        signs("2026-11-29T22:10:00-10:00", "2026-11-30T08:20:00+00:00"),
        signs("2026-12-01 00:10:00 +1600", "2026-11-30 09:20:00+01"),
    ] {
        for start in ["Monday 08:00", "2026-11-30 08:00"] {
            let diary_read = replayed(&calls, &signs, start, "").unwrap_or_else(|e| panic!("{e}"));
            assert_eq!(
                (diary_read.calls, diary_read.came),
                (baseline.calls.clone(), baseline.came.clone()),
                "{start}, {signs}"
            );
        }
    }
}

/// What a telephone system exports, and what Excel makes of it, says the same as the plain file.
#[test]
fn exports_of_telephone_systems_say_the_same_as_plain_ones() {
    let baseline = replayed(PLAIN_CALLS, PLAIN_SIGNS, "2026-11-30 08:00", "").unwrap();
    let assert_same = |calls: &str, signs: &str, keys: &str| {
        let diary_read = replayed(calls, signs, "2026-11-30 08:00", keys);
        let diary_read = diary_read.unwrap_or_else(|e| panic!("{e}"));
        let [diary_read, baseline] =
            [&diary_read, &baseline].map(|diary| (&diary.calls, &diary.came));
        assert_eq!(diary_read, baseline, "{calls}");
    };
    // German: points, separators at the ends of lines, rows of empty cells, capitals.
    let german = "sep=;\r\nTime;User;Direction;Ring_S;Talk_S;\r\n30.11.2026 09:00;1;Incoming;3,5;60;\r\n;;;;;\r\n\
                  30.11.2026 9:30:00;2;INBOUND;3;;\r\n";
    assert_same(german, PLAIN_SIGNS, "");
    let words = "time;user;direction;ring_s;talk_s;answered;at_pc\n09:00:00;1;Kommend;3,5;60;ja;nein\n\
                 09:30:00;2;eingehend;3;0;Nein;nein\n";
    assert_same(words, PLAIN_SIGNS, "");
    // American and British: only the row of the file's end says where the day stands.
    let dated_rows = |first: &str, second: &str, last: &str| {
        format!(
            "time,user,direction,ring_s,talk_s\n{first},1,incoming,3.5,00:01:00\n{second},2,in,3 s,0\n{last},3,in,1,1\n"
        )
    };
    let signs = PLAIN_SIGNS.replace(":00,", ":00 AM,").replace(",in", ",In");
    let american = dated_rows(
        "\"11/30/2026, 9:00:00 AM\"",
        "11/30/2026 9:30 AM",
        "12/01/2026 1:00 PM",
    );
    assert_same(&american, &signs, "");
    let british = dated_rows(
        "30/11/2026 09:00",
        "30-11-2026 09:30:00",
        "01/12/2026 13:00",
    );
    assert_same(&british, &signs, "");
    // The date in a column of its own.
    let two_columns = "Call Date;Call Time;user;direction;ring_s;talk_s\n30/11/2026;09:00;1;incoming;3,5;60\n30/11/2026;09:30;2;incoming;3;0\n";
    assert_same(
        two_columns,
        PLAIN_SIGNS,
        "calls_columns = { time = \"Call Date Call Time\" }",
    );
    // An answer by its own column, and more columns than a table of ours has.
    let extra_columns = (0..40).fold(String::new(), |text, n| format!("{text},x{n}"));
    let asterisk = format!(
        "calldate,src,direction,ring,billsec,disposition{extra_columns}\n\"2026-11-30 09:00:00\",\"4711\",incoming,3.5,60,ANSWERED{extra_columns}\n\
         2026-11-30 08:30:00Z,4712,incoming,3,0,NO ANSWER{extra_columns}\n"
    );
    let asterisk = asterisk.replace("09:00:00\"", "09:00:00+01:00\"");
    let signs = PLAIN_SIGNS
        .replace(",1,", ",4711,")
        .replace(",2,", ",4712,");
    let keys = "calls_columns = { time = \"Calldate\", user = \"src\", ring_s = \"ring\", talk_s = \"billsec\", answered = \"disposition\" }";
    assert_same(&asterisk, &signs, keys);
}

/// Names with umlauts are other names, in whichever of two encodings.
#[test]
fn names_in_latin_1_are_names() {
    let names = |text: &str| text.replace(",1,", ",Möller,").replace(",2,", ",Müller,");
    let latin = |text: &str| text.chars().map(|c| c as u8).collect::<Vec<u8>>();
    let calls = names(PLAIN_CALLS).replace("ring_s", "Läuten");
    let keys = "calls_columns = { ring_s = \"LÄUTEN\" }";
    let baseline = replayed(PLAIN_CALLS, PLAIN_SIGNS, "08:00", "").unwrap();
    for (calls, signs) in [
        (latin(&calls), latin(&names(PLAIN_SIGNS))),
        (latin(&calls), names(PLAIN_SIGNS).into_bytes()),
        (calls.into_bytes(), latin(&names(PLAIN_SIGNS))),
    ] {
        let diary_read = replayed(calls, signs, "08:00", keys).unwrap();
        assert_eq!(
            (diary_read.calls, diary_read.came),
            (baseline.calls.clone(), baseline.came.clone())
        );
    }
}

#[test]
fn more_names_than_users_are_refused() {
    let calls = "time,user,direction,ring_s,talk_s\n1,a,incoming,1,1\n2,b,incoming,1,1\n3,c,incoming,1,1\n4,d,incoming,1,1\n";
    let error = replayed(calls, PLAIN_SIGNS, "08:00", "").err().unwrap();
    assert!(
        error.contains(
            "found \"d\" after 3 other users, expected the name of one of 3, the count of clients.c"
        ),
        "{error}"
    );
    let yesterday = PLAIN_CALLS.replace("09:00:00", "2026-11-29 09:00:00");
    let recording = replayed(&yesterday, PLAIN_SIGNS, "2026-11-30 08:00", "").unwrap();
    assert_eq!(
        recording.calls.len(),
        1,
        "what lies before the run is left out"
    );
}
