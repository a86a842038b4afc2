//! Same version, scenario and seed: same results, whatever the threads.

use rccsim::deployment::{Direction, Hops, Plan, Witness, simulate, simulate_with, watch};
use rccsim::protocol::*;
use rccsim::quantity::{Span, Time};
use rccsim::workload::{CallDraws, SignIn};

use crate::deployments::*;

fn busy(interval_s: u64) -> Plan {
    let config = ClientConfig { refresh_interval: Span::from_secs(interval_s), ..r2() };
    let mut c = clients("office", 40, config);
    c.workload = calls(3.0, 3.0);
    c.workload.answered_at_pc = 0.5;
    c.sign_in = SignIn::UniformOver(Span::from_secs(1800));
    c.path.delay = Span::from_millis(3);
    let mut p = plan(gateway(UpdateBehaviour::Ignored, Allow::Absent), vec![c], 8 * HOUR);
    p.gateways[0].count = 4;
    p.gateways[0].path.delay = Span::from_millis(2);
    p
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let p = busy(1500);
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let result = pool.install(|| simulate(&p, 3));
        (result.clients.clone(), result.gateways.clone(), result.all.clone(), drop_rows(result))
    };
    let one = on(1);
    assert!(one.2.all_drops() > 0 && one.2.all_missed() > 0);
    assert_eq!(one, on(2));
    assert_eq!(one, on(8));
}

#[test]
fn crossing_both_legs_in_one_event_changes_nothing() {
    let p = busy(1500);
    let (mut joined, mut apart) = (simulate_with(&p, 0, Hops::Joined), simulate_with(&p, 0, Hops::Apart));
    // The count of events is the engine's book-keeping; all else must be equal.
    for result in [&mut joined, &mut apart] {
        for tally in result.clients.iter_mut().chain(&mut result.gateways).chain([&mut result.all]) {
            tally.forget_events();
        }
    }
    assert_eq!(joined.all.fingerprint, apart.all.fingerprint);
    assert_eq!(joined.all, apart.all);
    assert_eq!(drop_rows(joined), drop_rows(apart));
}

#[derive(Default)]
struct Calls(Vec<(Time, u32, u32, Direction, CallDraws)>);

impl Witness for Calls {
    fn call(&mut self, now: Time, user: u32, number: u32, direction: Direction, draws: &CallDraws) {
        self.0.push((now, user, number, direction, *draws));
    }
}

#[test]
fn another_refresh_interval_meets_the_same_calls() {
    let lists: Vec<_> = [600, 1500].map(|r| watch(&busy(r), 0, 1, 0, Calls::default()).unwrap().0).into();
    assert!(lists[0].len() > 300, "{}", lists[0].len());
    assert!(simulate(&busy(600), 0).all.all_drops() != simulate(&busy(1500), 0).all.all_drops());
    assert_eq!(lists[0], lists[1]);
}

#[test]
fn another_client_group_leaves_the_draws_of_the_first_alone() {
    let alone = busy(1500);
    let mut together = alone.clone();
    together.clients.push(clients("newcomers", 17, c2007()));
    let calls = |p: &Plan| -> Vec<_> {
        watch(p, 0, 2, 0, Calls::default()).unwrap().0.into_iter().filter(|(_, user, ..)| *user < 10).collect()
    };
    assert_eq!(calls(&alone), calls(&together));
    let (before, after) = (simulate(&alone, 0).clients, simulate(&together, 0).clients);
    assert_eq!(before[0].usable_us, after[0].usable_us);
    assert_eq!(before[0].missed, after[0].missed);
}

#[test]
fn another_seed_or_replication_is_another_day() {
    let p = busy(1500);
    let other = Plan { seed: 2, ..p.clone() };
    let prints = [simulate(&p, 0), simulate(&p, 1), simulate(&other, 0)].map(|r| r.all.fingerprint);
    assert!(prints[0] != prints[1] && prints[0] != prints[2] && prints[1] != prints[2]);
}
