//! Figures of conversations: missed toasts, and what is open at the horizon.

use super::*;

/// A toast comes 15 s late: P(a call rings on until then) = e^(−15/10).
#[test]
fn a_toast_is_missed_for_the_state_in_which_the_call_came_or_for_being_late() {
    let mut c = clients("c", 400, r2());
    c.workload = calls(6.0, 0.0);
    c.path.delay = Span::from_secs(15);
    let p = plan(
        gateway(UpdateBehaviour::Accepted, Allow::WithUpdate),
        vec![c],
        4 * HOUR,
    );
    let tally = simulate(&p, 0).total;
    let missed = |cause| tally.missed[cause as usize] as f64;
    // Set-up takes three round trips of 30 s.
    assert_eq!(tally.setting_up_us, 400 * u128::from(90 * S));
    assert_eq!(
        (
            missed(MissCause::Silent),
            missed(MissCause::Visible),
            missed(MissCause::Overload)
        ),
        (0.0, 0.0, 0.0)
    );
    let in_setup = 400.0 * 90.0 * 6.0 / 3600.0;
    assert!(((missed(MissCause::SettingUp) - in_setup) / f64::sqrt(in_setup)).abs() < 4.0);
    let n = tally.get(Counter::ToastsDue) as f64 - missed(MissCause::SettingUp);
    let late = 1.0 - libm::exp(-1.5);
    let z = (missed(MissCause::Late) - n * late) / (n * late * (1.0 - late)).sqrt();
    assert!(n > 9000.0 && z.abs() < 4.0, "{n} {z}");
}

#[test]
fn a_toast_is_missed_silently_while_the_client_believes_and_visibly_once_it_knows() {
    let silent = GatewayConfig {
        enforces_session_timer: SessionTimer::Silent,
        ..gateway(UpdateBehaviour::Ignored, Allow::Absent)
    };
    let client = ClientConfig {
        on_no_answer: OnNoAnswer::KeepPolling,
        reestablish: Reestablish::Fixed(Span::from_secs(600)),
        ..r2()
    };
    let mut c = clients("c", 400, client);
    c.workload = calls(6.0, 0.0);
    // One cycle: forgotten at 1800, found at 3000 by 481, back at 3600.
    let tally = simulate(&plan(silent, vec![c], HOUR), 0).total;
    assert_eq!(
        (tally.silent_us, tally.visible_us),
        (400 * u128::from(1200 * S), 400 * u128::from(600 * S))
    );
    for (cause, seconds) in [
        (MissCause::Silent, 1200.0),
        (MissCause::Visible, 600.0 - 8.65),
    ] {
        // Of the last calls those still ringing at the horizon are not decided: 8.65 s of them, the mean ring time.
        let expected = 400.0 * seconds * 6.0 / 3600.0;
        let z = (tally.missed[cause as usize] as f64 - expected) / expected.sqrt();
        assert!(z.abs() < 4.0, "{cause:?}: z {z}");
    }
}

#[test]
fn what_is_open_at_the_horizon_is_censored() {
    let metric = |name: &str, p: &Plan| {
        rccsim::measure::Metric::by_name(name)
            .unwrap()
            .sample(&simulate(p, 0).total, p.horizon)
    };
    // Lost at 1532.020 s for ever: the recovery takes longer than the rest of the hour.
    let never = ClientConfig {
        reestablish: Reestablish::Never,
        ..r2()
    };
    let p = near(
        gateway(UpdateBehaviour::Ignored, Allow::Absent),
        never,
        HOUR,
    );
    assert_eq!(
        metric("recovery_p95_s", &p),
        Sample::Beyond(3600.0 - 1532.02)
    );
    assert_eq!(metric("recovery_mean_s", &p), Sample::Absent);
    // A set-up takes 60 ms; one of two users began 30 ms before the end.
    let mut p = near(
        gateway(UpdateBehaviour::Accepted, Allow::WithUpdate),
        r2(),
        100,
    );
    p.clients.push(ClientPlan {
        name: "late".into(),
        sign_in: SignIn::At(p.start + Span::from_millis(99_970)),
        ..p.clients[0].clone()
    });
    assert_eq!(metric("setup_mean_ms", &p), Sample::Ratio(60.0, 1.0));
    assert_eq!(metric("setup_p99_ms", &p), Sample::Beyond(60.0));
}
