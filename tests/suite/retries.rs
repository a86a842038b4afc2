//! What clients of the field do with a refresh that failed: another try, or one after the other; and how they give a session
//! up, or do not. Every expected value is written by hand, with its reason; SE is 1800 s unless said otherwise.

use rccsim::deployment::simulate;
use rccsim::measure::Counter;
use rccsim::protocol::*;
use rccsim::quantity::{Span, Time};

use crate::behaviours::{Wire, day, enforcing, first_loss, uas};
use crate::deployments::*;
use crate::identify::{identify, sets};

#[test]
fn a_refused_refresh_may_be_repeated_every_second_without_end() {
    let gateway = gateway(UpdateBehaviour::Rejected405, Allow::Absent);
    let client = ClientConfig {
        on_rejection: OnRejection::Retry,
        refresh_method: RefreshMethod::Update,
        ..r2()
    };
    let mut p = day(gateway, client);
    p.horizon = Time(2_000_000_000);
    let sent = Wire::from_plan(&p).requests(Side::Client, Subject::Update);
    // From 1500 s to the end, its own timer at 1800 s notwithstanding.
    assert_eq!((sent.len(), sent[0], sent[499]), (500, 1500.0, 1999.0));
    assert_eq!(simulate(&p, 0).total.all_drops(), 0);
}

#[test]
fn a_refused_refresh_may_be_repeated_once() {
    let wire = |gateway: GatewayConfig| {
        let client = ClientConfig {
            on_rejection: OnRejection::RetryOnce,
            refresh_method: RefreshMethod::Update,
            ..r2()
        };
        let mut p = day(gateway, client);
        p.horizon = Time(4_000_000_000);
        Wire::from_plan(&p)
    };
    let refuses = gateway(UpdateBehaviour::Rejected405, Allow::Absent);
    let refused = wire(refuses.clone());
    // Twice at 1500 s, ended at 1800 s, set up again at 1830 s and so twice at 3330 s.
    let updates = refused.requests(Side::Client, Subject::Update);
    assert_eq!(updates, [1500.0, 1500.0, 3330.0, 3330.0]);
    assert_eq!(
        refused.requests(Side::Client, Subject::Bye),
        [1800.0, 3630.0]
    );
    // Of refusals that half of the refreshes meet, one is followed by one try, and a 200 brings the next refresh.
    let half = wire(GatewayConfig {
        update_share: 0.5,
        ..refuses
    });
    let refusals = half.answers(Subject::Update, Status::MethodNotAllowed405);
    let updates = half.requests(Side::Client, Subject::Update);
    let repeats = updates.iter().filter(|at| **at == updates[0]).count();
    assert!(
        repeats <= 2 && refusals.len() < updates.len(),
        "{updates:?}"
    );
}

#[test]
fn a_second_try_before_it_gives_up() {
    let ignores = gateway(UpdateBehaviour::Ignored, Allow::Absent);
    let client = ClientConfig {
        refresh_tries: 2,
        retry_delay: Span::from_secs(5),
        ..r2()
    };
    // UPDATE at 1500 s, given up at 1532, again at 1537, given up with BYE at 1569.
    assert_eq!(first_loss(ignores.clone(), client.clone()), Some(1569));
    let wire = Wire::from_plan(&day(ignores.clone(), client.clone()));
    assert_eq!(
        wire.requests(Side::Client, Subject::Update)[..2],
        [1500.0, 1537.0]
    );
    assert_eq!(wire.requests(Side::Client, Subject::Bye)[0], 1569.0);
    // Held after the second: its timer at 1800 s.
    let hold = ClientConfig {
        on_no_answer: OnNoAnswer::Hold,
        ..client
    };
    assert_eq!(first_loss(ignores, hold), Some(1800));
}

#[test]
fn giving_up_without_bye_leaves_the_gateway_with_the_session() {
    let ignores = gateway(UpdateBehaviour::Ignored, Allow::Absent);
    let client = |sends_bye| ClientConfig { sends_bye, ..r2() };
    for (sends_bye, byes) in [(true, vec![1532.0]), (false, vec![])] {
        let mut p = day(ignores.clone(), client(sends_bye));
        p.horizon = Time(1_600_000_000);
        let wire = Wire::from_plan(&p);
        assert_eq!(wire.requests(Side::Client, Subject::Bye), byes);
    }
    // Seen by the next set-up: a gateway that monitors a line once refuses the second monitor, since it has the first.
    let mut p = day(ignores, client(false));
    (p.gateways[0].max_sessions_per_line, p.horizon) = (Some(1), Time(1_600_000_000));
    assert_eq!(
        simulate(&p, 0).total.get(Counter::SetupsFailed),
        2,
        "at 1562 and 1592 s"
    );
}

#[test]
fn a_client_whose_own_timer_ends_nothing() {
    let client = |enforces_timer| ClientConfig {
        enforces_timer,
        on_no_answer: OnNoAnswer::Hold,
        ..r2()
    };
    let ignores = gateway(UpdateBehaviour::Ignored, Allow::Absent);
    let ignores = enforcing(SessionTimer::No, ignores);
    assert_eq!(first_loss(ignores.clone(), client(true)), Some(1800));
    assert_eq!(first_loss(ignores.clone(), client(false)), None);
    // The gateway's timer still does.
    let bye = enforcing(SessionTimer::Bye, ignores);
    assert_eq!(first_loss(bye, client(false)), Some(1768));
    // As the side that does not refresh: 1800 − 32 s, or never.
    let strict = |enforces_timer| ClientConfig {
        enforces_timer,
        refresh_method: RefreshMethod::Rfc4028,
        ..r2()
    };
    let silent = GatewayConfig {
        refreshes: OwnRefreshes::Never,
        ..uas()
    };
    let silent = enforcing(SessionTimer::No, silent);
    assert_eq!(first_loss(silent.clone(), strict(true)), Some(1768));
    assert_eq!(first_loss(silent, strict(false)), None);
}

#[test]
fn captures_show_whether_a_refused_refresh_is_sent_again_once_or_without_end() {
    for (capture, word) in [
        ("pjsua-sdp-405-udp.pcap", "retry-once"),
        ("sofia-405-u1-udp.pcap", "retry"),
    ] {
        let sets = sets(&identify(&[capture]).clients[0]);
        assert!(sets.contains(&("on_rejection", word.into())), "{sets:?}");
    }
}
