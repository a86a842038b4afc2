//! What stands between client and gateway: relays with timers, probes and headers of their own, connections that die, and
//! messages lost one way only. Every expected value is written by hand, with its reason; SE is 1800 s.

use rccsim::deployment::*;
use rccsim::faults::{FaultConfig, FaultKind, Schedule};
use rccsim::measure::{Counter, DropCause, EndedBy};
use rccsim::protocol::*;
use rccsim::quantity::{Span, Time};

use crate::deployments::*;

fn healthy() -> GatewayConfig {
    gateway(UpdateBehaviour::Accepted, Allow::Absent)
}

fn day(client: ClientConfig) -> Plan {
    plan(healthy(), vec![clients("c", 1, client)], 24 * HOUR)
}

fn first_loss(p: &Plan) -> Option<u64> {
    simulate(p, 0).total.first_loss_us.map(|us| us / 1_000_000)
}

#[test]
fn a_relay_ends_at_its_timer_what_is_not_refreshed_for_it() {
    use RelayRestarts as R;
    // R2 refreshes by UPDATE at 1500 s, 2007 by re-INVITE at 600 s: where the relay does not count that, its timer of
    // 1600 s ends both sides, and neither knew of it.
    for (restarts, r2_lost, c2007_lost) in [
        (R::Both, None, None),
        (R::Update, None, Some(1600)),
        (R::ReInvite, Some(1600), None),
        (R::Nothing, Some(1600), Some(1600)),
    ] {
        for (client, loss_s) in [(r2(), r2_lost), (c2007(), c2007_lost)] {
            let mut p = day(client);
            p.gateways[0].path.relay_timer = Some(Span::from_secs(1600));
            p.gateways[0].path.relay_timer_restarts = restarts;
            assert_eq!(first_loss(&p), loss_s, "{restarts:?}, {loss_s:?}");
            // The same on the other leg.
            p.clients[0].path = std::mem::replace(&mut p.gateways[0].path, path());
            assert_eq!(first_loss(&p), loss_s, "{restarts:?}, client leg");
            if loss_s.is_some() {
                p.horizon = Time(1_605_000_000);
                let rows = drop_rows(simulate(&p, 0));
                let how = (rows[0].cause, rows[0].ended_by, rows[0].detected_at);
                let noticed = Some(Time(1_600_000_000));
                assert_eq!(
                    how,
                    (DropCause::SessionExpired, Some(EndedBy::Relay), noticed)
                );
            }
        }
    }
}

#[test]
fn a_relay_that_forgets_in_silence_is_found_at_the_next_request() {
    let mut p = day(r2());
    p.gateways[0].path.relay_timer = Some(Span::from_secs(1600));
    p.gateways[0].path.relay_timer_restarts = RelayRestarts::Nothing;
    p.gateways[0].path.relay_timer_end = RelayEnd::Silent;
    p.horizon = Time(3_010_000_000);
    // Refreshed at 1500 s, forgotten at 1600 s, and answered 481 at 3000 s.
    let rows = drop_rows(simulate(&p, 0));
    let (loss, noticed) = (Time(1_600_000_000), Some(Time(3_000_000_000)));
    assert_eq!((rows[0].lost_at, rows[0].detected_at), (loss, noticed));
    assert_eq!(rows[0].cause, DropCause::RouteExpired);
}

#[test]
fn a_relay_that_probes_ends_what_missed_an_answer() {
    // The gateway stalls for 40 s at 3600 s, between two refreshes. Nobody would have noticed but the probe of that instant.
    let mut p = day(r2());
    p.faults = vec![FaultPlan {
        occurrence: 0,
        name: "stall".into(),
        config: FaultConfig {
            kind: FaultKind::Stall,
            schedule: Schedule::Once {
                at: Time(3_600_000_000),
                duration: Span::from_secs(40),
            },
            reset: false,
            call_rate: 1.0,
        },
        target: FaultTarget::All,
        number: 0,
    }];
    let drops = |p: &Plan| simulate(p, 0).total.all_drops();
    assert_eq!(drops(&p), 0);
    p.gateways[0].path.relay_probe = Some(Span::from_secs(1200));
    assert_eq!(drops(&p), 1);
    let rows = drop_rows(simulate(&p, 0));
    // Usability ended with the stall, and the BYE comes when the OPTIONS has waited for 32 s.
    let at = |s: u64| Time(s * 1_000_000);
    assert_eq!(
        (rows[0].lost_at, rows[0].detected_at),
        (at(3600), Some(at(3632)))
    );
    assert_eq!(
        (rows[0].cause, rows[0].ended_by),
        (DropCause::GatewayDown, Some(EndedBy::Relay))
    );
    // Two misses in a row never happen.
    p.gateways[0].path.relay_probe_misses = 2;
    assert_eq!(drops(&p), 0);
}

#[test]
fn a_relay_that_shortens_what_the_gateway_wants_longer_is_a_loop_of_422() {
    let gateway = GatewayConfig {
        min_se_s: 700,
        ..healthy()
    };
    let set_ups = |on_too_small, relay_s: u64| {
        let client = ClientConfig {
            on_too_small,
            ..r2()
        };
        let mut p = plan(gateway.clone(), vec![clients("c", 1, client)], 60);
        p.gateways[0].path.relay_session_expires = Some(Span::from_secs(relay_s));
        let tally = simulate(&p, 0).total;
        [
            tally.get(Counter::SessionsEstablished),
            tally.get(Counter::SetupsFailed),
            tally.get(Counter::MessagesSent),
        ]
    };
    // INVITE, 422, ACK: twice at 0 s, and then every 0.5 s to 59.5 s: 2 + 119 rounds of one set-up that never ends.
    assert_eq!(set_ups(OnTooSmall::EveryTime, 600), [0, 0, 3 * 121]);
    // Once more and no further: a failed set-up at 0 s and at 30 s, two rounds each.
    assert_eq!(set_ups(OnTooSmall::Retry, 600), [0, 2, 12]);
    // With 700 s or more the two agree.
    assert_eq!(set_ups(OnTooSmall::Retry, 700)[..2], [1, 0]);
    // Raised by the relay, the Min-SE of the client decides what is granted.
    let mut p = day(r2());
    p.gateways[0].config.session_expires_s = 600;
    p.gateways[0].path.relay_min_se = Some(Span::from_secs(1600));
    assert_eq!(first_loss(&p), None, "granted 1600 s, refreshed at 1500");
    p.gateways[0].path.relay_min_se = None;
    assert_eq!(first_loss(&p), Some(600));
}

#[test]
fn an_ack_that_never_arrives_ends_the_session_after_32_s() {
    let mut p = day(r2());
    p.gateways[0].path.loses_ack = true;
    assert_eq!(first_loss(&p), Some(32)); // RFC 3261 §13.3.1.4
    let tally = simulate(&p, 0).total;
    assert_eq!(tally.drops[DropCause::PathLost as usize], tally.all_drops());
}

#[test]
fn loss_towards_the_client_only() {
    let mut p = plan(
        gateway(UpdateBehaviour::NoSessionExpires, Allow::Absent),
        vec![clients("c", 300, r2())],
        24 * HOUR,
    );
    p.clients[0].path.transport = Transport::Udp;
    p.clients[0].path.loss = 0.7;
    p.clients[0].path.loss_direction = LossDirection::ToClient;
    let tally = simulate(&p, 0).total;
    let attempted = tally.get(Counter::RefreshesAttempted) as f64;
    let failed = tally.drops[DropCause::RefreshUnanswered as usize] as f64;
    // A refresh fails when none of its 11 copies is answered: each answer is lost with 0.7, no request is.
    let q = libm::pow(0.7, 11.0);
    let z = (failed - q * attempted) / (q * (1.0 - q) * attempted).sqrt();
    assert!(
        failed > 200.0 && z.abs() < 4.0,
        "{failed} of {attempted}: z = {z}"
    );
    // Towards the gateway only, at the same rate: the same share, since a copy is lost instead of its answer.
    p.clients[0].path.loss_direction = LossDirection::ToGateway;
    let tally = simulate(&p, 0).total;
    let attempted = tally.get(Counter::RefreshesAttempted) as f64;
    let failed = tally.drops[DropCause::RefreshUnanswered as usize] as f64;
    let z = (failed - q * attempted) / (q * (1.0 - q) * attempted).sqrt();
    assert!(
        failed > 200.0 && z.abs() < 4.0,
        "{failed} of {attempted}: z = {z}"
    );
}

#[test]
fn a_connection_that_dies_in_silence_is_found_at_the_next_refresh() {
    // As with crashes: from death to refresh R/(1 − e^(−R/M)) − M on average, and 32 s more until it is given up.
    let (r, m) = (600.0, 14_400.0);
    let mut p = plan(healthy(), vec![clients("c", 300, c2007())], 48 * HOUR);
    p.clients[0].path.connection_lifetime = Some(Span::from_secs(14_400));
    let runs: Vec<f64> = (0..6)
        .map(|replication| {
            let tally = simulate(&p, replication).total;
            assert_eq!(tally.all_drops(), tally.drops[DropCause::PathLost as usize]);
            tally.detection.sum_us() as f64 / 1e6 / tally.detection.count() as f64
        })
        .collect();
    let n = runs.len() as f64;
    let mean = runs.iter().sum::<f64>() / n;
    let variance = runs.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0);
    let theory = r / (1.0 - libm::exp(-r / m)) - m + 32.0;
    let error = (variance / n).sqrt();
    assert!(
        (mean - theory).abs() < 4.0 * error,
        "{mean} ± {error}, not {theory}"
    );
    // Reset at the next use: the same, but noticed at once.
    p.clients[0].path.connection_end = ConnectionEnd::ResetAtUse;
    let tally = simulate(&p, 0).total;
    let reset = tally.detection.sum_us() as f64 / 1e6 / tally.detection.count() as f64;
    assert!((reset - (theory - 32.0)).abs() < 10.0, "{reset}");
}

#[test]
fn the_connection_of_a_gateway_dies_for_all_of_its_users_at_once() {
    let mut p = plan(healthy(), vec![clients("c", 10, r2())], 24 * HOUR);
    p.gateways[0].path.connection_lifetime = Some(Span::from_secs(6 * HOUR));
    let rows = drop_rows(simulate(&p, 0));
    let mut instants: Vec<Time> = rows.iter().map(|row| row.lost_at).collect();
    instants.sort_unstable();
    instants.dedup();
    assert!(
        !instants.is_empty() && rows.len() == 10 * instants.len(),
        "{instants:?}"
    );
}
