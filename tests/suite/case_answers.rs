//! What is printed of the models of real reports: the first sentences, the trace and the advice name what decides.

use crate::command::{rccsim, text};

/// What the program prints of a case.
fn output_of(command: &str, name: &str, set: &[&str], flags: &[&str]) -> String {
    let file = format!("models/cases/{name}.toml");
    let mut args = vec![command, &file];
    set.iter().for_each(|set| args.extend(["--set", set]));
    args.extend(flags);
    text(&rccsim(&args).stdout)
}

/// The answer of a run, which comes before everything else.
fn first_sentences(name: &str, set: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let flags = ["--quiet", "--no-report", "--out", out];
    let answer = output_of("run", name, set, &flags);
    answer.lines().next().unwrap_or_default().into()
}

fn trace(name: &str, set: &[&str]) -> String {
    output_of("trace", name, set, &[])
}

#[test]
fn who_takes_the_role_of_the_refresher_over_is_named_and_what_was_granted() {
    let case = "p03-role-moves-to-gateway";
    let answer = first_sentences(case, &[]);
    assert!(
        answer.contains(
            "mostly because gw takes the refresher's role (refresher_on_refresh = uas) and does not refresh (refreshes = never)"
        ),
        "{answer}"
    );
    let answer = first_sentences(case, &["gateway.refreshes=once", "gateway.refresher=uas"]);
    assert!(
        answer.contains("mostly because the gateway gw is the refresher and refreshes once only (refreshes = once)"),
        "{answer}"
    );
    // Without a delay both timers end at the same instant. The client's is that of the session that was granted.
    let trace = trace(case, &["clients.delay=0 s"]);
    assert!(
        trace.contains("without a refresh of the gateway (RFC 4028 §10), SE 120 granted; session_expires = 120 s (given)"),
        "{trace}"
    );
}

#[test]
fn answers_to_options_are_no_losses_in_a_trace() {
    let trace = trace(
        "p19-missed-options",
        &["clients.delay=20 ms", "gateway.delay=5 ms"],
    );
    let answers: Vec<&str> = trace
        .lines()
        .filter(|l| l.contains("200 OK (OPTIONS)"))
        .collect();
    assert!(answers.len() >= 2, "{trace}");
    let arrives = |l: &&str| l.contains("──▶") || l.contains("◀──");
    assert!(answers.iter().all(arrives), "{answers:?}");
    // What the relay's BYE gets is not lost either; those that the stall swallows are.
    let byes: Vec<&str> = trace
        .lines()
        .filter(|l| l.contains("200 OK (BYE)"))
        .collect();
    assert!(!byes.is_empty() && byes.iter().all(arrives), "{trace}");
}

#[test]
fn a_loop_is_advised_on_whatever_is_judged() {
    let folder = tempfile::tempdir().unwrap();
    let model = std::fs::read_to_string("models/cases/p11-422-loop.toml").unwrap();
    let objective = model.split("[[objective]]").next().unwrap();
    let drops = format!("{objective}[[objective]]\nmetric = \"session_drops\"\nat_most = 0\n");
    let file = folder.path().join("loop.toml");
    std::fs::write(&file, drops).unwrap();
    let out = folder.path().join("out");
    let run = rccsim(&[
        "run",
        file.to_str().unwrap(),
        "--quiet",
        "--out",
        out.to_str().unwrap(),
    ]);
    let output = text(&run.stdout);
    assert!(
        output.contains("None of the 10 users ever gets a session"),
        "{output}"
    );
    assert!(
        output.contains("--set gateway.gw.relay_session_expires=untouched"),
        "{output}"
    );
}

#[test]
fn limits_of_the_gateway_are_named() {
    for (case, sentence) in [
        (
            "p20-calls-at-once",
            "of calls that the gateway gw does not follow (max_calls = 560)",
        ),
        (
            "p22-throttle-outlives",
            "overload control at gw refuses requests (throttle_at = 50, throttle_recovery = 50 min)",
        ),
        (
            "p30-thirty-seconds",
            "the session that gw grants (session_expires = 30 s) ends before a refresh",
        ),
    ] {
        let answer = first_sentences(case, &["scenario.replications=1"]);
        assert!(answer.contains(sentence), "{case}: {answer}");
    }
    // Nobody loses a session, and calls fail all the same.
    let shorter = ["gateway.throttle_recovery=20 min"];
    let answer = first_sentences("p22-throttle-outlives", &shorter);
    assert!(
        answer.contains("All 500 users keep their sessions")
            && answer.contains("Calls from the PC fail mostly because overload control at gw refuses requests (throttle_at = 50, throttle_recovery = 20 min)"),
        "{answer}"
    );
}

#[test]
fn what_holds_set_ups_back_is_named() {
    // Given up at 1532 s without BYE; the gateway keeps the places until 1800 s, and refuses set-ups meanwhile.
    let zombies = [
        "clients.sends_bye=false",
        "gateway.max_sessions=10",
        "clients.refresh_timing=interval",
    ];
    let answer = first_sentences("p31-update-whatever", &zombies);
    assert!(
        answer.contains("users give sessions up without BYE (sends_bye = false) and gw keeps their places (max_sessions = 10)"),
        "{answer}"
    );
    let answer = first_sentences("p21-paced-lines", &[]);
    assert!(
        answer.contains("because lines are let in one at a time (setup_pace = 500 ms)"),
        "{answer}"
    );
    // Where a pace hardly counts, it is not named.
    let answer = first_sentences("p21-paced-lines", &["clients.setup_pace=10 ms"]);
    assert!(!answer.contains("setup_pace"), "{answer}");
    // Users that sign in one after the other wait for their first session.
    let slow = ["clients.setup_pace=20 s"];
    let answer = first_sentences("p21-paced-lines", &slow);
    assert!(
        answer.contains("let in one at a time (setup_pace = 20 s)"),
        "{answer}"
    );
}
