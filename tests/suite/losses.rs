//! First losses by what a refresh meets, the client's reaction to it, who refreshes and whether the gateway enforces its
//! timer, by hand.

use rccsim::protocol::*;

use crate::behaviours::first_loss;
use crate::deployments::*;

/// What a row says of the four gateways: the client refreshes, or the gateway does; without its own timer, or with BYE.
type Row = [Option<u64>; 4];

/// Communicator 2007 R2 sends UPDATE at 1500 s in a session of 1800 s. Where the gateway is the refresher it sends
/// re-INVITEs at 900 s, 1800 s and so on, which the client accepts, while R2's own refresh is a heartbeat that goes on.
fn assert_row(update: UpdateBehaviour, client: &ClientConfig, row: Row) {
    let gateways = [
        (Refresher::Uac, SessionTimer::No),
        (Refresher::Uac, SessionTimer::Bye),
        (Refresher::Uas, SessionTimer::No),
        (Refresher::Uas, SessionTimer::Bye),
    ];
    for ((refresher, enforces_session_timer), at) in gateways.into_iter().zip(row) {
        let gateway = GatewayConfig {
            refresher,
            enforces_session_timer,
            ..gateway(update, Allow::Absent)
        };
        let loss = first_loss(gateway, client.clone());
        let (no_answer, rejection) = (client.on_no_answer, client.on_rejection);
        assert_eq!(
            loss, at,
            "{update:?} {no_answer:?} {rejection:?} {refresher:?} {enforces_session_timer:?}"
        );
    }
}

const NEVER: Row = [None; 4];
/// The reaction ends the session, whoever else refreshes it: 32 s after 1500 s (Timer F), or at once.
const GIVEN_UP: Row = [Some(1532); 4];
const AT_ONCE: Row = [Some(1500); 4];
/// Nobody refreshes any more: the client's timer at 1800 s, the gateway's BYE at 1800 − 32 s. A gateway that refreshes
/// keeps the session for both.
const RUNS_OUT: Row = [Some(1800), Some(1768), None, None];
/// The client goes on trying, and its timer is off meanwhile: only the gateway's own ends the session.
const POLLED: Row = [None, Some(1768), None, None];

#[test]
fn first_losses_by_reaction_to_silence_and_refresher() {
    use OnNoAnswer::{Hold, KeepPolling, TearDown};
    use UpdateBehaviour as U;
    for (update, on_no_answer, row) in [
        (U::Ignored, TearDown, GIVEN_UP),
        (U::Ignored, Hold, RUNS_OUT),
        (U::Ignored, KeepPolling, POLLED),
        (U::AnswerLost, TearDown, GIVEN_UP),
        // The gateway has counted the refresh of 1500 s, the client has not: its timer comes first.
        (U::AnswerLost, Hold, [Some(1800), Some(1800), None, None]),
        // And it counts every poll.
        (U::AnswerLost, KeepPolling, NEVER),
    ] {
        for on_rejection in [OnRejection::FallBack, OnRejection::Hold] {
            let client = ClientConfig {
                on_no_answer,
                on_rejection,
                ..r2()
            };
            assert_row(update, &client, row);
        }
    }
}

#[test]
fn first_losses_by_reaction_to_a_refusal_and_refresher() {
    use OnRejection::{FallBack, Hold, Retry, RetryOnce, TearDown};
    use UpdateBehaviour as U;
    for update in [
        U::Rejected405,
        U::Rejected501,
        U::Rejected488,
        U::Rejected500,
    ] {
        for (on_rejection, row) in [
            // re-INVITE at 1500 s, which is accepted.
            (FallBack, NEVER),
            (TearDown, AT_ONCE),
            (Hold, RUNS_OUT),
            // Refused again at once.
            (RetryOnce, RUNS_OUT),
            (Retry, POLLED),
        ] {
            for on_no_answer in [OnNoAnswer::TearDown, OnNoAnswer::Hold] {
                let client = ClientConfig {
                    on_no_answer,
                    on_rejection,
                    ..r2()
                };
                assert_row(update, &client, row);
            }
        }
    }
}

#[test]
fn first_losses_that_no_reaction_changes() {
    use UpdateBehaviour as U;
    for (update, row) in [
        (U::Accepted, NEVER),
        // RFC 4028 §7.2: nobody runs a timer.
        (U::NoSessionExpires, NEVER),
        // 1800 s is no less than its Min-SE of 90 s.
        (U::IntervalTooSmall422, NEVER),
        // 481 to any request ends the dialog.
        (U::DialogLost481, AT_ONCE),
        // Again after each Retry-After, in vain.
        (U::Unavailable503, RUNS_OUT),
        // Only the gateway's own timer goes on, and a gateway that refreshes restarts that.
        (U::NotCounted, POLLED),
    ] {
        for on_no_answer in [OnNoAnswer::TearDown, OnNoAnswer::Hold] {
            for on_rejection in [
                OnRejection::FallBack,
                OnRejection::TearDown,
                OnRejection::Hold,
                OnRejection::RetryOnce,
                OnRejection::Retry,
            ] {
                let client = ClientConfig {
                    on_no_answer,
                    on_rejection,
                    ..r2()
                };
                assert_row(update, &client, row);
            }
        }
    }
    // Under keep-polling the client's timer is off as long as it has a refresh to send, a 503 or not.
    let client = ClientConfig {
        on_no_answer: OnNoAnswer::KeepPolling,
        ..r2()
    };
    assert_row(U::Unavailable503, &client, POLLED);
}
