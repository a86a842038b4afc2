//! Users whom nothing couples, one by one and all together: the same results, in random deployments.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rccsim::deployment::{FastPaths, Plan, bytes_of_group, simulate, simulate_with_fast_paths};
use rccsim::measure::{Counter, DropCause};
use rccsim::protocol::*;
use rccsim::quantity::Span;
use rccsim::scenario::Scenario;
use rccsim::workload::{Lunch, SignIn};

use crate::deployments::*;
use crate::determinism::assert_ways_agree;
use crate::laws::{CLASSES, NO_ANSWER, REJECTION, TRANSPORTS, client};

prop_compose! {
    /// Delays of a whole number of seconds, or none, make the events of a user coincide.
    fn day()(
        leaves in any::<bool>(), lunch in any::<bool>(), lasts_s in 1u64..4000, attendance in 0.5..1.0f64,
        at_once in any::<bool>(), leg in 0usize..5, at_pc in 0.0..1.0f64, rewrites in 0usize..6,
        no_answer in 0usize..3, rejection in 0usize..3, per_h in 0.0..30.0f64, config in client(),
    ) -> rccsim::deployment::ClientPlan {
        let mut c = clients("some", 5, config);
        c.config.on_no_answer = NO_ANSWER[no_answer];
        c.config.on_rejection = REJECTION[rejection];
        c.workload = calls(per_h, per_h);
        c.workload.answered_at_pc = at_pc;
        c.path.delay = Span::from_millis([0, 1, 40, 1000, 9000][leg]);
        c.path.relay_allow = [Allow::Absent, Allow::WithUpdate, Allow::WithoutUpdate].get(rewrites).copied();
        c.path.relay_session_expires = (rewrites == 4).then_some(Span::from_secs(1200));
        c.path.relay_min_se = (rewrites == 5).then_some(Span::from_secs(200));
        c.sign_in = if at_once { SignIn::AtStart } else { SignIn::UniformOver(Span::from_secs(900)) };
        c.sign_out = leaves.then_some(SignIn::UniformOver(Span::from_secs(5 * HOUR)));
        c.lunch = lunch.then_some(Lunch { at: SignIn::At(Span::from_secs(9 * HOUR)), lasts: Span::from_secs(lasts_s) });
        c.attendance = attendance;
        c
    }
}

prop_compose! {
    pub(crate) fn uncoupled()(
        some in day(), others in day(), seed in any::<u64>(), class in 0usize..12, allow in 0usize..3, transport in 0usize..3,
        enforces in 0usize..3, uas in any::<bool>(), se in 90u32..4000, min_se in 90u16..3000, retry in 0u32..400,
        leg in 0usize..4, count in 1u32..4, of_line in 0u32..3, rows in 0u64..40, horizon_s in 1000u64..4 * HOUR,
    ) -> Plan {
        let (_, update, allows) = CLASSES[class];
        let mut p = plan(
            GatewayConfig {
                session_expires_s: se,
                min_se_s: min_se,
                retry_after_s: retry,
                refresher: if uas { Refresher::Uas } else { Refresher::Uac },
                enforces_session_timer: [SessionTimer::No, SessionTimer::Silent, SessionTimer::Bye][enforces],
                ..gateway(update, allows[allow % allows.len()])
            },
            vec![some, others],
            horizon_s,
        );
        (p.seed, p.drops_limit) = (seed, rows);
        p.clients[1].name = "others".into();
        p.clients[1].path.transport = TRANSPORTS[transport];
        p.gateways[0].count = count;
        p.gateways[0].path.delay = Span::from_millis([0, 2, 500, 40_000][leg]);
        p.gateways[0].max_sessions_per_line = (of_line > 0).then_some(of_line);
        p
    }
}

#[test]
fn users_whom_nothing_couples_end_alone_as_all_together() {
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        TestRng::deterministic_rng(RngAlgorithm::ChaCha),
    );
    let mut sum = rccsim::measure::Tally::default();
    for _ in 0..400 {
        let p = uncoupled().new_tree(&mut runner).unwrap().current();
        assert_ways_agree(&p);
        let alone = simulate(&p, 0).total;
        let together = simulate_with_fast_paths(&p, 0, FastPaths::Off).total;
        // A message is one event instead of two, so that it shows whether users went alone.
        let sent = together.get(Counter::MessagesDelivered);
        assert!(
            sent == 0 || alone.get(Counter::Events) < together.get(Counter::Events),
            "users went together: {p:?}"
        );
        sum.merge(&alone);
    }
    // Enough happens in them: sessions, drops of several causes, answers that OCS loses, messages under way at the end.
    let causes = DropCause::ALL
        .iter()
        .filter(|c| sum.drops[**c as usize] > 20);
    assert!(causes.count() >= 4, "{:?}", sum.drops);
    for counter in [
        Counter::SessionsEstablished,
        Counter::RefreshesFailed,
        Counter::ToastsShown,
        Counter::ClientLegLost,
        Counter::ClientLegInFlight,
        Counter::MessagesInFlight,
    ] {
        assert!(sum.get(counter) > 50, "{counter:?}: {}", sum.get(counter));
    }
}

#[test]
fn a_month_of_many_users_takes_little_more_memory_than_a_day() {
    let bytes = |users: u32, horizon: &str| {
        let text = format!(
            "[scenario]\nname = \"b\"\nhorizon = \"{horizon}\"\n\
             [[gateway]]\nname = \"g\"\nprofile = \"ignores-update\"\n\
             [[clients]]\nname = \"c\"\ngateway = \"g\"\ncount = {users}\n"
        );
        bytes_of_group(&Scenario::from_toml(&text).unwrap().plan, 0) / 1_000_000
    };
    // One by one: 24 bytes for each session, which lasts 15 min at least, and for each sign-in.
    assert_eq!(bytes(1_000_000, "8 h"), 33 * 24);
    assert_eq!(bytes(5_000, "31 d"), 2_977 * 24 * 5_000 / 1_000_000);
    // A million would leave 71 GB behind in a month: they are simulated together, at some 1.5 kB each.
    let month = bytes(1_000_000, "31 d");
    assert!((1_000..3_000).contains(&month), "{month} MB");
}
