//! Behaviours that only a share of the refreshes meets: one draw for each refresh.

use rccsim::deployment::{Plan, Transport, simulate};
use rccsim::measure::{Counter, DropCause, Tally};
use rccsim::protocol::*;

use crate::behaviours::{Wire, by_reinvite, day};
use crate::deployments::*;

#[test]
fn a_share_of_refreshes_is_a_draw_for_each() {
    let mut gateway = by_reinvite(ReInviteBehaviour::Ignored);
    gateway.reinvite_share = 0.01;
    let p = plan(gateway, vec![clients("c", 400, c2007())], 48 * HOUR);
    let tally = simulate(&p, 0).total;
    let attempted = tally.get(Counter::RefreshesAttempted) as f64;
    let failed = tally.get(Counter::RefreshesFailed) as f64;
    // Each refresh fails with probability 0.01 by itself: a binomial count.
    let z = (failed - 0.01 * attempted) / (0.01 * 0.99 * attempted).sqrt();
    assert!(
        attempted > 100_000.0 && z.abs() < 4.0,
        "{failed} of {attempted}, z = {z}"
    );
    // A session lasts a geometric number of intervals: up for 600/0.01 s on average and 32 s more (the failing one), down
    // for 30 s. Drops of a renewal process in time T: T/μ + (σ²/μ² − 1)/2, σ ≈ μ.
    let cycle = 600.0 / 0.01 + 32.0 + 30.0;
    let expected = 400.0 * 48.0 * 3600.0 / cycle;
    let z = (tally.all_drops() as f64 - expected) / expected.sqrt();
    assert!(z.abs() < 4.0, "{} of {expected}", tally.all_drops());
    assert_eq!(
        tally.drops[DropCause::RefreshUnanswered as usize],
        tally.all_drops()
    );
}

#[test]
fn what_a_share_meets_is_the_same_for_every_copy() {
    // Over UDP a re-INVITE that is ignored goes out 7 times (Timer A); none of its copies is taken.
    let mut p = day(by_reinvite(ReInviteBehaviour::Ignored), c2007());
    p.gateways[0].config.reinvite_share = 0.1;
    p.clients[0].path.transport = Transport::Udp;
    let wire = Wire::from_plan(&p);
    let mut copies = std::collections::BTreeMap::<(u32, u16), u32>::new();
    for (_, m) in wire
        .0
        .iter()
        .filter(|(_, m)| m.is_request() && m.subject == Subject::ReInvite)
    {
        *copies.entry((m.dialog, m.cseq)).or_default() += 1;
    }
    assert!(
        copies.len() > 100 && copies.values().all(|n| [1, 7].contains(n)),
        "{copies:?}"
    );
    assert!(copies.values().any(|n| *n == 7));
}

fn tally(p: &Plan) -> Tally {
    simulate(p, 0).total
}

#[test]
fn nothing_is_drawn_where_all_refreshes_meet_the_behaviour() {
    // A share of all, or of accepted ones, is today's behaviour, bit for bit.
    let ignoring = day(by_reinvite(ReInviteBehaviour::Ignored), c2007());
    let mut accepting = day(by_reinvite(ReInviteBehaviour::Accepted), c2007());
    let accepted = tally(&accepting);
    accepting.gateways[0].config.reinvite_share = 0.5;
    assert_eq!(tally(&accepting).fingerprint, accepted.fingerprint);
    assert_ne!(tally(&ignoring).fingerprint, accepted.fingerprint);
}
