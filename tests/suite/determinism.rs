//! Same version, scenario and seed: same results, whatever the threads.

use rccsim::deployment::{
    ClientPlan, Direction, FastPaths, Observer, Plan, observe, simulate, simulate_with_fast_paths,
};
use rccsim::protocol::*;
use rccsim::quantity::{Span, Time};
use rccsim::workload::{CallDraws, SignIn};

use crate::deployments::*;

fn busy(interval_s: u64) -> Plan {
    let config = ClientConfig {
        refresh_interval: Span::from_secs(interval_s),
        ..r2()
    };
    let mut c = clients("office", 40, config);
    c.workload = calls(3.0, 3.0);
    c.workload.answered_at_pc = 0.5;
    c.sign_in = SignIn::UniformOver(Span::from_secs(1800));
    c.path.delay = Span::from_millis(3);
    let mut p = plan(
        gateway(UpdateBehaviour::Ignored, Allow::Absent),
        vec![c],
        8 * HOUR,
    );
    p.gateways[0].count = 4;
    p.gateways[0].path.delay = Span::from_millis(2);
    p
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let p = busy(1500);
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        let result = pool.install(|| simulate(&p, 3));
        (
            result.clients.clone(),
            result.gateways.clone(),
            result.total.clone(),
            drop_rows(result),
        )
    };
    let single_thread = on(1);
    assert!(single_thread.2.all_drops() > 0 && single_thread.2.all_missed() > 0);
    assert_eq!(single_thread, on(2));
    assert_eq!(single_thread, on(8));
}

/// The short way, both legs in one event and uncoupled users one by one, gives what the long one gives.
pub(crate) fn assert_ways_agree(p: &Plan) -> u64 {
    let (mut fast, mut slow) = (
        simulate_with_fast_paths(p, 0, FastPaths::On),
        simulate_with_fast_paths(p, 0, FastPaths::Off),
    );
    // The count of events is the engine's book-keeping; all else must be equal.
    for result in [&mut fast, &mut slow] {
        for tally in result
            .clients
            .iter_mut()
            .chain(&mut result.gateways)
            .chain([&mut result.total])
        {
            tally.forget_events();
        }
    }
    assert_eq!(fast.total.fingerprint, slow.total.fingerprint);
    assert_eq!(fast.clients, slow.clients);
    assert_eq!(fast.gateways, slow.gateways);
    assert_eq!(fast.total, slow.total);
    let rows = drop_rows(fast);
    assert_eq!(rows, drop_rows(slow));
    rows.len() as u64
}

#[test]
fn crossing_both_legs_in_one_event_changes_nothing() {
    assert!(assert_ways_agree(&busy(1500)) > 0);
}

#[test]
fn users_one_by_one_end_as_all_together() {
    let mut p = busy(1500);
    p.gateways[0].count = 1;
    p.clients[0].count = 700;
    p.clients[0].sign_out = Some(SignIn::UniformOver(Span::from_secs(10 * HOUR)));
    let refused = ClientConfig {
        on_no_answer: OnNoAnswer::KeepPolling,
        ..r2()
    };
    p.clients.push(ClientPlan {
        name: "polling".into(),
        count: 300,
        config: refused,
        ..p.clients[0].clone()
    });
    let rows = assert_ways_agree(&p);
    // The first rows of all users are wanted, not all rows of the first users.
    for limit in [rows - 1, rows / 5, 1, 0] {
        assert_eq!(
            assert_ways_agree(&Plan {
                drops_limit: limit,
                ..p.clone()
            }),
            limit.min(rows)
        );
    }
}

#[test]
fn users_one_by_one_keep_the_order_of_what_is_simultaneous() {
    // No delay, everybody at once and at the same intervals: every drop of a user coincides with all others'.
    let config = ClientConfig {
        session_expires_s: 1500,
        on_no_answer: OnNoAnswer::Hold,
        ..r2()
    };
    for timer in [SessionTimer::No, SessionTimer::Silent, SessionTimer::Bye] {
        let mut p = plan(
            gateway(UpdateBehaviour::Ignored, Allow::Absent),
            Vec::new(),
            4 * HOUR,
        );
        p.gateways[0].config.enforces_session_timer = timer;
        p.clients = vec![
            clients("one", 600, config.clone()),
            clients("other", 600, r2()),
        ];
        p.clients[1].workload = calls(4.0, 4.0);
        assert!(assert_ways_agree(&p) > 5_000);
    }
}

#[derive(Default)]
struct Calls(Vec<(Time, u32, u32, Direction, CallDraws)>);

impl Observer for Calls {
    fn call(&mut self, now: Time, user: u32, number: u32, direction: Direction, draws: &CallDraws) {
        self.0.push((now, user, number, direction, *draws));
    }
}

#[test]
fn another_refresh_interval_meets_the_same_calls() {
    let lists: Vec<_> = [600, 1500]
        .map(|r| observe(&busy(r), 0, 1, 0, Calls::default()).unwrap().0)
        .into();
    assert!(lists[0].len() > 300, "{}", lists[0].len());
    assert!(
        simulate(&busy(600), 0).total.all_drops() != simulate(&busy(1500), 0).total.all_drops()
    );
    assert_eq!(lists[0], lists[1]);
}

#[test]
fn another_client_group_leaves_the_draws_of_the_first_alone() {
    let first_group = busy(1500);
    let mut both_groups = first_group.clone();
    both_groups.clients.push(clients("newcomers", 17, c2007()));
    let calls = |p: &Plan| -> Vec<_> {
        observe(p, 0, 2, 0, Calls::default())
            .unwrap()
            .0
            .into_iter()
            .filter(|(_, user, ..)| *user < 10)
            .collect()
    };
    assert_eq!(calls(&first_group), calls(&both_groups));
    let (before, after) = (
        simulate(&first_group, 0).clients,
        simulate(&both_groups, 0).clients,
    );
    assert_eq!(before[0].usable_us, after[0].usable_us);
    assert_eq!(before[0].missed, after[0].missed);
}

#[test]
fn another_seed_or_replication_is_another_day() {
    let p = busy(1500);
    let other_day = Plan {
        seed: 2,
        ..p.clone()
    };
    let prints =
        [simulate(&p, 0), simulate(&p, 1), simulate(&other_day, 0)].map(|r| r.total.fingerprint);
    assert!(prints[0] != prints[1] && prints[0] != prints[2] && prints[1] != prints[2]);
}
