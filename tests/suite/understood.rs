//! What is understood of a scenario: values that are valid and unlikely to be meant, days past midnight, published units.

use std::path::Path;

use rccsim::deployment::simulate;
use rccsim::measure::Counter;
use rccsim::scenario::{Override, Scenario, expanded, parse};

/// A scenario of one gateway and one client group with these further keys.
fn scenario(run: &str, gateway: &str, clients: &str, flags: &str, set: &[&str]) -> Scenario {
    let text = format!(
        "[scenario]\nname = \"s\"\n{run}\n[[gateway]]\nname = \"gw\"\nprofile = \"healthy\"\n{gateway}\n\
         [[clients]]\nname = \"office\"\ngateway = \"gw\"\n{clients}\n{flags}\n"
    );
    let overrides: Vec<Override> = set.iter().map(|s| Override::parse(s).unwrap()).collect();
    parse("s.toml", &text, Path::new("."), &overrides).unwrap_or_else(|e| panic!("{e}\n{text}"))
}

#[test]
fn more_load_than_servers_is_warned_of_with_the_utilisation() {
    let warnings = |set: &[&str]| {
        let clients = "count = 900\nincoming_calls = \"2 /h\"\noutgoing_calls = \"0 /h\"";
        scenario("", "service_time = \"1 s\"\nservers = 2", clients, "", set).warnings
    };
    // 900 users: 2 calls an hour of 3 jobs are 1.5 jobs/s, refreshes every 1500 s 0.6 /s; 2.1 s of work for 2 servers.
    let overload_warnings = |percent: u32| {
        let needs =
            format!("gateway.gw: calls and refreshes alone need {percent} % of its servers");
        [format!(
            "{needs}: the queue grows without end, or jobs are refused"
        )]
    };
    assert_eq!(warnings(&[]), overload_warnings(105));
    assert!(warnings(&["gateway.servers=3"]).is_empty());
    // Half of them do not come; a client of RFC 4028 refreshes at half of 1800 s.
    assert!(warnings(&["clients.attendance=50 %"]).is_empty());
    assert_eq!(
        warnings(&["clients.refresh_method=rfc4028"]),
        overload_warnings(125)
    );
    assert_eq!(
        warnings(&["gateway.service_time_refresh=2 s"]),
        overload_warnings(135)
    );
}

#[test]
fn a_queue_at_a_gateway_that_answers_at_once_is_warned_of() {
    let warnings = |gateway: &str| scenario("", gateway, "count = 9", "", &[]).warnings;
    let warning = "gateway.gw: queue has no effect without a service_time or a capacity: the gateway answers at once";
    assert_eq!(warnings("queue = 9"), [warning]);
    assert!(warnings("queue = 9\nservice_time = \"1 ms\"").is_empty());
    assert!(
        warnings("queue = \"unlimited\"\nservers = 1").is_empty(),
        "as it is anyhow"
    );
}

#[test]
fn a_jitter_that_can_reach_session_expires_is_warned_of() {
    let warnings = |set: &[&str]| scenario("", "", "count = 9", "", set).warnings;
    // 25 min and a fifth of them are 30 min, the Session-Expires offered.
    let warning = "clients.office: refresh_jitter lets a refresh come 30 min after the last one, when the granted \
                   Session-Expires 30 min is over: some healthy sessions expire";
    assert_eq!(warnings(&["clients.refresh_jitter=20 %"]), [warning]);
    assert!(warnings(&["clients.refresh_jitter=19 %"]).is_empty());
}

#[test]
fn a_night_shift_signs_out_the_next_day() {
    let run = "start = \"20:00\"\nhorizon = \"12 h\"";
    let hours = |clients: &str, extra: &str, run: &str| {
        let clients =
            format!("count = 7\nincoming_calls = \"0 /h\"\noutgoing_calls = \"0 /h\"\n{clients}");
        let scenario = scenario(run, "", &clients, extra, &[]);
        let tally = simulate(&scenario.plan, 0).total;
        (
            tally.signed_in_us / 7 / 3_600_000_000,
            tally.all_drops(),
            scenario.warnings,
        )
    };
    let night = "sign_in = \"at 22:00\"\nsign_out = \"at 06:00\"";
    assert_eq!(hours(night, "", run), (8, 0, vec![]));
    assert_eq!(
        hours("sign_in = \"at start\"\nsign_out = \"at 06:00\"", "", run),
        (10, 0, vec![])
    );
    // A fault at 01:00 is five hours into the run: refused from then on for an hour, every session is lost once.
    let fault = "[[fault]]\nkind = \"crash\"\ntarget = \"all\"\nat = \"01:00\"\nduration = \"1 h\"\nreset = true";
    assert_eq!(hours(night, fault, run), (8, 7, vec![]));
    // Where the run ends before, it is said.
    let (signed_in, _, warnings) = hours(
        "sign_in = \"at 09:00\"\nsign_out = \"at 08:30\"",
        "",
        "start = \"08:00\"\nhorizon = \"8 h\"",
    );
    let beyond = "sign_out is not after sign_in, and so is one of the next day, 08:30, which the run does not reach";
    assert_eq!(
        (signed_in, warnings),
        (7, vec![format!("clients.office: {beyond}")])
    );
    // Nine hours ahead it is 05:00 of the next day when the run starts: they sign in four hours later, for the last eight.
    assert_eq!(
        hours(
            "time_zone = \"+9 h\"\nsign_in = \"at 09:00\"\nsign_out = \"at 17:30\"",
            "",
            run
        )
        .0,
        8
    );
    assert_eq!(
        hours(
            "time_zone = \"-11 h\"\nsign_in = \"at 09:00\"\nsign_out = \"at 16:00\"",
            "",
            run
        )
        .0,
        7
    );
}

#[test]
fn a_published_capacity_is_shown_in_every_unit() {
    let capacity_warnings = |capacity: &str| {
        let scenario = scenario(
            "",
            &format!("capacity = {capacity:?}"),
            "count = 10",
            "",
            &[],
        );
        let line = expanded(&scenario)
            .lines()
            .find(|l| l.starts_with("capacity"))
            .unwrap()
            .to_string();
        assert!(
            scenario
                .section("gateway", "gw")
                .unwrap()
                .setting("capacity")
                .provenance()
                .starts_with("given in line")
        );
        line.split_once("; ").unwrap().1.to_string()
    };
    // 10,000 · 8 / 3600 = 22.2222; a job is a request and its answer.
    let tail = "at 8 messages a call and 2 a job";
    assert_eq!(
        capacity_warnings("10000 calls/h"),
        format!("22.2222 messages/s, 11.1111 jobs/s, {tail}")
    );
    assert_eq!(
        capacity_warnings("90 messages/min"),
        format!("1.5000 messages/s, 0.7500 jobs/s, {tail}")
    );
    assert_eq!(
        capacity_warnings("7 jobs/s"),
        format!("14.0000 messages/s, 7.0000 jobs/s, {tail}")
    );
}

#[test]
fn who_goes_to_lunch_signs_out_and_in_again() {
    let day = |keys: &str| {
        let clients = format!("count = 10\nsign_in = \"at 09:00\"\n{keys}");
        let plan = scenario("horizon = \"10 h\"", "", &clients, "", &[]).plan;
        let tally = simulate(&plan, 0).total;
        (
            tally.signed_in_us as f64 / 3.6e10,
            tally.get(Counter::SessionsEstablished),
            tally,
        )
    };
    let lunch = "lunch = \"at 12:00 for 1 h\"\n";
    let (hours, sessions, with) = day(&format!("{lunch}sign_out = \"at 17:00\""));
    assert_eq!((hours, sessions, with.all_drops()), (7.0, 20, 0));
    let usable = |minute: usize| with.minutes[minute].usable_us / 60_000_000;
    assert_eq!(
        [239, 240, 299, 300].map(usable),
        [10, 0, 0, 10],
        "from the start at 08:00"
    );
    // The day ends during lunch; nobody is there yet at 08:30; the run ends before they are back.
    let (hours, sessions, _) = day(&format!("{lunch}sign_out = \"at 12:30\""));
    assert_eq!((hours, sessions), (3.0, 10));
    let (hours, sessions, _) = day("lunch = \"at 08:30 for 1 h\"\nsign_out = \"at 17:00\"");
    assert_eq!((hours, sessions), (8.0, 10));
    assert_eq!(day("lunch = \"at 17:30 for 1 h\"").0, 8.5);
    // The calls of the morning and the afternoon are those of who stays.
    let due = |keys: &str| {
        day(&format!("incoming_calls = \"60 /h\"\n{keys}"))
            .2
            .get(Counter::ToastsDue)
    };
    let stays = due("sign_out = \"at 17:00\"");
    let goes = due(&format!("{lunch}sign_out = \"at 17:00\""));
    // 600 calls of the hour of lunch, standard deviation √600.
    assert!((stays - goes).abs_diff(600) < 4 * 25, "{stays} {goes}");
}

#[test]
fn what_a_run_will_not_show_is_warned_of() {
    let warnings_of = |run: &str, gateway: &str, clients: &str, extra: &str| {
        scenario(run, gateway, &format!("count = 80\n{clients}"), extra, &[]).warnings
    };
    let assert_one = |warnings: Vec<String>, words: &str| {
        assert!(warnings.iter().any(|w| w.contains(words)), "{warnings:?}");
    };
    let idle = "idle_timeout = \"20 min\"";
    assert_one(
        warnings_of("", "", idle, ""),
        "idle_timeout 20 min of its path is shorter than the refresh interval 25 min",
    );
    assert_one(
        warnings_of("", "relay_timer = \"20 min\"", "", ""),
        "gateway.gw: relay_timer 20 min is not longer than the 25 min from one refresh of clients.office to the next",
    );
    assert!(warnings_of("", "relay_timer = \"26 min\"", "", "").is_empty());
    assert_one(
        warnings_of("", "min_se = \"1 h\"", "on_422 = \"fail\"", ""),
        "session_expires 30 min is below min_se 1 h of gateway.gw, and on_422 = \"fail\": no set-up succeeds",
    );
    assert_one(
        warnings_of("", "", "relay_session_expires = \"30 s\"", ""),
        "relay_session_expires 30 s is below the floor of 90 s",
    );
    // A keep-alive of OCS more often than that holds the connection.
    assert!(
        warnings_of(
            "",
            "",
            "idle_timeout = \"20 min\"\nkeep_alive = \"5 min\"",
            ""
        )
        .is_empty()
    );
    assert!(warnings_of("", "", "idle_timeout = \"26 min\"", "").is_empty());
    assert_one(
        warnings_of("", "max_sessions = 50", "", ""),
        "max_sessions 50 leaves room for 50 of about 80 users",
    );
    assert!(warnings_of("", "max_sessions = 40\ncount = 2", "", "").is_empty());
    assert!(warnings_of("", "max_sessions = 40", "attendance = \"50 %\"", "").is_empty());
}

#[test]
fn a_fault_while_nobody_is_signed_in_is_warned_of_on_the_users_clock() {
    let fault_warnings = |at: &str, clients: &str| {
        let fault = format!(
            "[[fault]]\nkind = \"crash\"\ntarget = \"gateway:gw\"\nat = \"{at}\"\nduration = \"1 min\"\n"
        );
        let run = "start = \"00:00\"\nhorizon = \"24 h\"";
        let clients = format!(
            "count = 9\nsign_in = \"normal 09:00 sd 10 min\"\nsign_out = \"normal 17:00 sd 10 min\"\n{clients}"
        );
        let warnings = scenario(run, "", &clients, &fault, &[]).warnings;
        warnings
            .iter()
            .any(|w| w.contains("nobody whom it hits is signed in"))
    };
    assert!(fault_warnings("03:00", "") && fault_warnings("20:00", ""));
    assert!(!fault_warnings("09:00", "") && !fault_warnings("12:00", ""));
    // One hour ahead, their day is from 08:00 to 16:00 here.
    assert!(!fault_warnings("08:00", "time_zone = \"+1 h\""));
    assert!(fault_warnings("17:00", "time_zone = \"+1 h\"") && !fault_warnings("17:00", ""));
}
