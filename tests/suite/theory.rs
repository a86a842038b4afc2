//! The closed forms, at their printed values and at others; fixed seeds, failing at |z| > 4.

use std::path::Path;

use rccsim::deployment::{Transport, simulate};
use rccsim::measure::{Counter, Scope};
use rccsim::protocol::*;
use rccsim::quantity::Span;
use rccsim::scenario::{Override, load};
use rccsim::study::Samples;
use rccsim::theory::{Agreement, Form, RunFigures, Violation, predict};
use rccsim::workload::SignIn;

use crate::deployments::*;

/// (up, down) of a cycle when UPDATE is ignored, seconds.
fn cycle(on_no_answer: OnNoAnswer, r: u64, se: u64, d: u64) -> (u64, u64) {
    match on_no_answer {
        OnNoAnswer::TearDown => ((r + 32).min(se), d),
        OnNoAnswer::Hold => (se, d),
        OnNoAnswer::KeepPolling => (se, r * se.div_ceil(r) - se + d),
    }
}

#[test]
fn ignored_updates_cycle_as_the_closed_form_says() {
    let gw = GatewayConfig {
        enforces_session_timer: SessionTimer::Silent,
        ..gateway(UpdateBehaviour::Ignored, Allow::Absent)
    };
    for (r, se, d) in [
        (1500, 1800, 30),
        (600, 1800, 45),
        (700, 1000, 0),
        (1790, 1800, 600),
        (500, 90 * 20, 7),
    ] {
        for policy in [
            OnNoAnswer::TearDown,
            OnNoAnswer::Hold,
            OnNoAnswer::KeepPolling,
        ] {
            let config = ClientConfig {
                refresh_interval: Span::from_secs(r),
                session_expires_s: se as u32,
                on_no_answer: policy,
                reestablish: Reestablish::Fixed(Span::from_secs(d)),
                ..r2()
            };
            let (up, down) = cycle(policy, r, se, d);
            // 40 whole cycles and a bit of the next one up.
            let horizon = 40 * (up + down) + 1;
            let tally =
                simulate(&plan(gw.clone(), vec![clients("c", 1, config)], horizon), 0).total;
            let label = format!("R {r} SE {se} D {d} {policy:?}");
            assert_eq!(tally.all_drops(), 40, "{label}");
            assert_eq!(
                tally.signed_in_us - tally.usable_us,
                u128::from(40 * down * 1_000_000),
                "{label}"
            );
        }
    }
}

#[test]
fn missed_toasts_follow_the_down_fraction() {
    // Missed per hour 3600 λ W/(U+W), λ = 1/600 per s: the printed figures at R 1500, SE 1800, D 30, and those of other values.
    let gw = GatewayConfig {
        enforces_session_timer: SessionTimer::Silent,
        ..gateway(UpdateBehaviour::Ignored, Allow::Absent)
    };
    use OnNoAnswer::*;
    for (policy, r, se, d, per_hour, expected) in [
        (TearDown, 1500, 1800, 30, 6.0, 0.115237),
        (Hold, 1500, 1800, 30, 6.0, 0.098361),
        (KeepPolling, 1500, 1800, 30, 6.0, 2.435644),
        // 12·120/(932 + 120); 12·120/(2400 + 120); 900·⌈2400/900⌉ = 2700, so 12·(300 + 120)/(2400 + 420).
        (TearDown, 900, 2400, 120, 12.0, 1.368821),
        (Hold, 900, 2400, 120, 12.0, 0.571429),
        (KeepPolling, 900, 2400, 120, 12.0, 1.787234),
    ] {
        let config = ClientConfig {
            refresh_interval: Span::from_secs(r),
            session_expires_s: se as u32,
            on_no_answer: policy,
            reestablish: Reestablish::Fixed(Span::from_secs(d)),
            ..r2()
        };
        let mut c = clients("c", 400, config);
        c.workload = calls(per_hour, 0.0);
        // Whole cycles, for an exact expectation.
        let (u, w) = cycle(policy, r, se, d);
        let horizon = 10 * (u + w);
        let tally = simulate(&plan(gw.clone(), vec![c], horizon), 0).total;
        let hours = 400.0 * horizon as f64 / 3600.0;
        let missed = tally.all_missed() as f64;
        // Poisson: the standard deviation of the count is its root.
        let z = (missed - expected * hours) / (expected * hours).sqrt();
        assert!(
            z.abs() < 4.0,
            "{policy:?}: {missed} of {} expected, z {z}",
            expected * hours
        );
    }
}

#[test]
fn calls_are_poisson_by_mean_and_by_variance() {
    let healthy = gateway(UpdateBehaviour::Accepted, Allow::WithUpdate);
    let mut c = clients("c", 1, r2());
    c.workload = calls(3.0, 0.0);
    let p = plan(healthy, vec![c], 8 * HOUR);
    let counts: Vec<f64> = (0..2000)
        .map(|rep| simulate(&p, rep).total.get(Counter::ToastsDue) as f64)
        .collect();
    let n = counts.len() as f64;
    let mean = counts.iter().sum::<f64>() / n;
    let variance = counts.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0);
    // A call is decided when it stops ringing, 8.65 s later on average: 24 · (1 − 8.65/28800) are due.
    let expected = 24.0 * (1.0 - 8.65 / 28_800.0);
    assert!(
        ((mean - expected) / (expected / n).sqrt()).abs() < 4.0,
        "mean {mean}"
    );
    // The ratio of variance to mean of a Poisson sample has standard deviation √(2/n).
    assert!(
        (variance / mean - 1.0).abs() < 4.0 * (2.0 / n).sqrt(),
        "variance/mean {}",
        variance / mean
    );
}

/// P(an INVITE transaction fails) under independent loss p each way on UDP: all 7 copies lost, or after the first that arrives every copy of the 2xx sent before 32 s.
fn invite_fails(p: f64) -> f64 {
    let sent = [0.0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5];
    let mut total = libm::pow(p, 7.0);
    for (k, at) in sent.into_iter().enumerate() {
        let mut copies = 0;
        let (mut after, mut interval) = (0.0, 0.5);
        while at + after < 32.0 {
            copies += 1;
            after += interval;
            interval = f64::min(interval * 2.0, 4.0);
        }
        total += libm::pow(p, k as f64) * (1.0 - p) * libm::pow(p, f64::from(copies));
    }
    total
}

#[test]
fn the_invite_formula_gives_the_printed_figures() {
    assert!((invite_fails(0.3) - 3.752373e-4).abs() < 1e-10);
    assert!((invite_fails(0.5) - 1.257324e-2).abs() < 1e-8);
    // p = 0.1: 10⁻⁷ where no copy of the request arrives; after its copies come 11, 10, 10, 10, 9, 7 and 1 of the 2xx, so
    // the last alone adds 10⁻⁶·0.9·0.1 = 9·10⁻⁸, the first two 9·10⁻¹² each, the others 2·10⁻¹² together.
    assert!(
        (invite_fails(0.1) - 1.9002e-7).abs() < 1e-12,
        "{}",
        invite_fails(0.1)
    );
}

#[test]
fn loss_on_udp_fails_transactions_as_often_as_the_schedules_allow() {
    // A non-INVITE transaction fails with q¹¹, q = 1 − (1−p)²; a re-INVITE as above.
    for (p, method) in [
        (0.3, RefreshMethod::Update),
        (0.5, RefreshMethod::Update),
        (0.6, RefreshMethod::Update),
        (0.3, RefreshMethod::ReInvite),
        (0.45, RefreshMethod::ReInvite),
        (0.5, RefreshMethod::ReInvite),
    ] {
        let config = ClientConfig {
            refresh_method: method,
            refresh_interval: Span::from_secs(300),
            on_no_answer: OnNoAnswer::KeepPolling,
            ..r2()
        };
        let mut c = clients("c", 300, config);
        c.path.transport = Transport::Udp;
        c.path.loss = p;
        c.sign_in = SignIn::AtStart;
        let gw = gateway(UpdateBehaviour::Accepted, Allow::WithUpdate);
        let tally = simulate(&plan(gw, vec![c], 48 * HOUR), 0).total;
        let failing = match method {
            RefreshMethod::Update => libm::pow(1.0 - (1.0 - p) * (1.0 - p), 11.0),
            _ => invite_fails(p),
        };
        let n = tally.get(Counter::RefreshesAttempted) as f64;
        let failed = tally.get(Counter::RefreshesFailed) as f64;
        let z = (failed - n * failing) / (n * failing * (1.0 - failing)).sqrt();
        assert!(n > 50_000.0, "{n}");
        assert!(
            z.abs() < 4.0,
            "p {p} {method:?}: {failed} of {n}, expected {}, z {z}",
            n * failing
        );
    }
}

#[test]
fn predictions_of_a_plan_agree_with_its_simulation() {
    let gw = GatewayConfig {
        enforces_session_timer: SessionTimer::Silent,
        ..gateway(UpdateBehaviour::Ignored, Allow::Absent)
    };
    let mut c = clients("c", 200, r2());
    c.workload = calls(6.0, 0.0);
    let p = plan(gw, vec![c], 8 * HOUR);
    let mut samples = Samples::new(vec![Scope::Clients("c".into())], p.horizon);
    for n in 0..5 {
        samples.push(n, &[&simulate(&p, n).total]);
    }
    let figures = RunFigures::from(&samples);
    let predictions = predict(&p);
    let prediction_about = |about| predictions.iter().find(|p| p.about == about).unwrap();
    // U 1532 s, W 30 s: the printed figures of R 1500, SE 1800, D 30, λ 1/600.
    let sessions = prediction_about("lost sessions").compare(&figures).unwrap();
    let lines: Vec<String> = sessions
        .iter()
        .map(|a| format!("{} {:.6}", a.metric, a.expected))
        .collect();
    assert_eq!(
        lines,
        [
            "first_loss_s 1532.000000",
            "drops_per_client_hour 2.304738",
            "down_fraction 0.019206",
            "missed_toasts_per_client_hour 0.115237"
        ]
    );
    let due = prediction_about("toasts due").compare(&figures).unwrap();
    // 200 users for 8 h at 6 an hour.
    assert!((due[0].expected - 9600.0).abs() < 1e-6 && due[0].z().unwrap().abs() < 4.0);
    assert!(
        sessions.iter().chain(&due).all(|a| a.holds()),
        "{sessions:?} {due:?}"
    );
    let violation = Violation::Update(UpdateBehaviour::Ignored);
    assert_eq!(prediction_about("refreshes").form, Err(violation));
    assert!(
        matches!(&prediction_about("lost sessions").form, Ok(Form::Sessions(s)) if s.users == 200.0)
    );
    assert!(
        predictions.iter().all(|p| p.about != "an outage on UDP"),
        "there is none"
    );
}

/// What a closed form says of a case in `models/cases`, beside its simulation.
fn agreements_of(case: &str, set: &[&str], about: &str, runs: u32) -> Vec<Agreement> {
    let overrides: Vec<Override> = set.iter().map(|s| Override::parse(s).unwrap()).collect();
    let file = Path::new("models/cases").join(format!("{case}.toml"));
    let p = load(&file, &overrides)
        .unwrap_or_else(|e| panic!("{e}"))
        .plan;
    let scopes = vec![
        Scope::Clients(p.clients[0].name.clone()),
        Scope::Gateway(p.gateways[0].name.clone()),
    ];
    let mut samples = Samples::new(scopes, p.horizon);
    for n in 0..runs {
        let run = simulate(&p, n);
        samples.push(n, &[&run.clients[0], &run.gateways[0]]);
    }
    let predictions = predict(&p);
    let prediction = predictions.iter().find(|p| p.about == about);
    let prediction = prediction.unwrap_or_else(|| panic!("{case}: nothing about {about}"));
    let agreements = prediction.compare(&RunFigures::from(&samples));
    agreements.unwrap_or_else(|why| panic!("{case}: {about}: {why}"))
}

#[test]
fn closed_forms_of_real_cases_agree_with_their_simulation() {
    let no_calls = "clients.outgoing_calls=0 /h";
    for (case, set, about, runs, metric, expected) in [
        // A proxy's timer of 1800 s that no refresh restarts, and 30 s until the session is back: 3600/1830 drops an hour.
        (
            "p08-proxy-timer",
            &[][..],
            "lost sessions",
            2,
            "first_loss_s",
            1800.0,
        ),
        (
            "p08-proxy-timer",
            &[],
            "lost sessions",
            2,
            "drops_per_client_hour",
            1.967_213,
        ),
        // 600/(1 − e^(−600/14400)) − 14400 + 32: R/2 + R²/(12 M) = 300 + 2.083, and 32.
        (
            "p17-silent-death",
            &[no_calls],
            "a connection that dies in silence",
            5,
            "detection_mean_s",
            334.083,
        ),
        // 1152 users with 12 calls an hour of 0.864665 · 190 s are 630.86 at once; 560 places: B by its recursion.
        (
            "p20-calls-at-once",
            &["gateway.max_sessions=unlimited"],
            "calls that are not followed",
            5,
            "missed_toast_fraction",
            0.122_762,
        ),
        // 500 users: 15 calls a second of 2 jobs, doubled, and a third of a refresh: 60.33 − 50 jobs/s for 60 s.
        (
            "p22-throttle-outlives",
            &[
                "gateway.throttle_at=never",
                no_calls,
                "clients.incoming_calls=108 /h",
            ],
            "a step of the load",
            5,
            "gateway_queue_peak",
            620.25,
        ),
    ] {
        let agreements = agreements_of(case, set, about, runs);
        let agreement = agreements.iter().find(|a| a.metric == metric).unwrap();
        assert!(
            (agreement.expected / expected - 1.0).abs() < 1e-3,
            "{case}: {agreement:?}"
        );
        assert!(agreement.holds(), "{case}: {agreement:?}");
    }
    // One re-INVITE in a hundred: as many of those attempted fail, and as many sessions are lost.
    let shares = agreements_of(
        "p12-one-in-a-hundred",
        &[],
        "a share of refreshes that is ignored",
        5,
    );
    assert_eq!(shares.len(), 2);
    assert!(shares.iter().all(|a| a.holds()), "{shares:?}");
}
