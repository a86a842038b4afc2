//! Small scenarios that once came out wrong, each with the value that is right and why. The files say what came out.

use std::path::Path;

use rccsim::deployment::{Fate, Observer, Plan, Replication, observe, simulate};
use rccsim::measure::{Counter, DropCause, DropRow, EndedBy};
use rccsim::protocol::*;
use rccsim::quantity::{Span, Time};
use rccsim::scenario::{Scenario, load};

use crate::deployments::drop_rows;

fn scenario(name: &str) -> Scenario {
    let file = Path::new("tests/repro").join(format!("{name}.toml"));
    load(&file, &[]).unwrap_or_else(|e| panic!("{e}"))
}

fn plan(name: &str) -> Plan {
    scenario(name).plan
}

fn at(s: u64) -> Time {
    Time(s * 1_000_000)
}

/// Every message sent and received, and what clients say.
#[derive(Default)]
struct Log {
    messages: Vec<(Time, u32, Message, Fate)>,
    notes: Vec<(Time, ClientNote)>,
}

impl Observer for Log {
    fn message(&mut self, now: Time, user: u32, message: &Message, fate: Fate) {
        self.messages.push((now, user, *message, fate));
    }
    fn client(&mut self, now: Time, _: u32, note: ClientNote) {
        self.notes.push((now, note));
    }
}

fn log(p: &Plan) -> Log {
    observe(p, 0, 0, 0, Log::default()).unwrap()
}

impl Log {
    /// When messages of this kind met this fate.
    fn times(&self, from: Side, subject: Subject, status: Status, fate: Fate) -> Vec<Time> {
        let is_alike = |m: &Message| (m.from, m.subject, m.status) == (from, subject, status);
        let messages = self.messages.iter();
        messages
            .filter(|(_, _, m, f)| is_alike(m) && *f == fate)
            .map(|(now, ..)| *now)
            .collect()
    }
}

#[track_caller]
fn only_drop(replication: Replication) -> DropRow {
    let rows = drop_rows(replication);
    assert_eq!(rows.len(), 1, "{rows:?}");
    rows[0].clone()
}

#[test]
fn a_2xx_whose_ack_never_came_is_a_path_lost() {
    // Nobody refreshes within 10 min, so nothing but the ACK can fail an established session.
    let p = plan("d1-unacked-2xx");
    let mut drops = 0;
    for replication in 0..20 {
        let tally = simulate(&p, replication).total;
        assert_eq!(tally.get(Counter::RefreshesAttempted), 0);
        assert_eq!(tally.all_drops(), tally.drops[DropCause::PathLost as usize]);
        drops += tally.all_drops();
    }
    assert!(drops > 20, "{drops}");
}

#[test]
fn a_call_refused_long_before_makes_no_drop_one_of_overload() {
    // A refresh is refused itself only while one of at most five jobs of a call is served: 20/h · 5 · 2 s are 5.6 % of the time.
    let p = plan("d2-stale-overload");
    let mut drops = [0; 2];
    for replication in 0..40 {
        let tally = simulate(&p, replication).total;
        let drops_by = |cause| tally.drops[cause as usize];
        drops[0] += drops_by(DropCause::Overload);
        drops[1] += drops_by(DropCause::RefreshUnanswered);
        assert_eq!(
            tally.all_drops(),
            drops_by(DropCause::Overload) + drops_by(DropCause::RefreshUnanswered)
        );
    }
    let [overload, unanswered] = drops.map(|n| n as f64);
    assert!(unanswered > 300.0);
    assert!(
        overload < 0.056 * (overload + unanswered),
        "{overload} of {unanswered}"
    );
}

#[test]
fn a_session_that_ends_during_a_fault_never_heals() {
    // Down from 08:05 to 08:50, the gateway's timer runs out at 08:30; the client polls at 08:25 and 08:50 and hears 481.
    for name in ["d3-stall-45min", "d3-crash-nothing-forgotten"] {
        let p = plan(name);
        let tally = simulate(&p, 0).total;
        let drop = only_drop(simulate(&p, 0));
        assert_eq!(
            (drop.lost_at, drop.detected_at),
            (at(300), Some(at(3000))),
            "{name}"
        );
        assert_eq!(drop.cause, DropCause::GatewayDown);
        assert_eq!(drop.ended_by, Some(EndedBy::GatewayTimer));
        assert_eq!(tally.get(Counter::Interruptions), 0);
        assert_eq!(tally.first_loss_us, Some(300_000_000));
        assert_eq!(tally.detection.sum_us(), 2_700_000_000);
        assert_eq!(tally.recovery.sum_us(), 2_730_000_000);
    }
    // Asleep from 08:10 to 08:40, the client's timer runs out at 08:30; its expiry goes before the refresh that was due at 08:25.
    let p = plan("d3-sleep");
    let tally = simulate(&p, 0).total;
    let drop = only_drop(simulate(&p, 0));
    assert_eq!((drop.lost_at, drop.detected_at), (at(600), Some(at(2400))));
    assert_eq!(
        (drop.cause, drop.ended_by),
        (DropCause::PathLost, Some(EndedBy::ClientTimer))
    );
    assert_eq!(tally.get(Counter::Interruptions), 0);
    assert_eq!(tally.recovery.sum_us(), 1_830_000_000);
    // Up again at 2430 s: refreshes at 3930, 5430 and 6930 s.
    assert_eq!(tally.get(Counter::RefreshesAttempted), 3);
}

#[test]
fn a_session_that_ended_during_a_fault_is_lost_though_the_run_ends_first() {
    // The stall lasts beyond the end of the run at 08:40; the gateway's timer ran out at 08:30, or at 08:45 has yet to.
    let mut p = plan("d3-stall-45min");
    p.horizon = at(2400);
    let drop = only_drop(simulate(&p, 0));
    assert_eq!((drop.lost_at, drop.detected_at), (at(300), None));
    p.horizon = at(1800);
    assert!(drop_rows(simulate(&p, 0)).is_empty());
    p.horizon = at(1801);
    assert_eq!(drop_rows(simulate(&p, 0)).len(), 1);
}

#[test]
fn a_held_session_ends_at_its_timer_though_the_client_would_keep_polling() {
    // Refused at 1500 s, ended at 1800 s, up again at 1830 s: 15 cycles and 1350 s of a 16th in 8 h.
    let p = plan("d4-keep-polling-hold");
    let tally = simulate(&p, 0).total;
    assert_eq!(tally.drops[DropCause::RefreshRejected as usize], 15);
    assert_eq!(tally.all_drops(), 15);
    assert_eq!(tally.signed_in_us - tally.usable_us, 450_000_000);
}

#[test]
fn a_lost_route_never_comes_back() {
    let tally = simulate(&plan("d5-route-heals"), 0).total;
    assert_eq!(tally.get(Counter::Interruptions), 0);
}

#[test]
fn a_refresh_pending_when_its_session_ends_has_failed() {
    // Refresh at 45 s, the gateway's BYE at 90 − 30 s, set-up 30 s later: 320 cycles of 90 s in 8 h, 5 users.
    let p = plan("d6-refreshes-failed-0");
    let tally = simulate(&p, 0).total;
    assert_eq!(tally.drops[DropCause::RefreshUnanswered as usize], 1600);
    assert_eq!(tally.get(Counter::RefreshesAttempted), 1600);
    assert_eq!(tally.get(Counter::RefreshesFailed), 1600);
}

#[test]
fn a_422_is_repeated_over_udp_until_its_ack() {
    // An INVITE goes out 7 times and its answer up to 11 times, and once more for every copy of the INVITE that comes after
    // the first (RFC 3261 §17.2.1): the 422 fails with p⁷ + Σₖ pᵏ(1−p) p^(copies of Timer G before 32 s) (1−(1−p)²)^(6−k),
    // at p = 0.5 with 11, 10, 10, 10, 9, 7 and 1 copies 1.20106 %. The 200, absorbing copies, fails with 1.25732 %, and two
    // INFO with 0.75¹¹ each: 10.51 % together. A quarter per cent more is under way when the gateway sends BYE 32 s after
    // its 200, no ACK having come (by drawing these rules 400,000 times in another program: 10.76 ± 0.05 %).
    let p = plan("d7-timer-g");
    let (mut failed, mut attempted) = (0.0, 0.0);
    for replication in 0..5 {
        let tally = simulate(&p, replication).total;
        failed += tally.get(Counter::SetupsFailed) as f64;
        attempted += tally.get(Counter::SetupsAttempted) as f64;
    }
    assert_eq!(attempted, 20_000.0);
    let deviation = (0.1076f64 * 0.8924 / attempted).sqrt();
    let z = (failed / attempted - 0.1076) / deviation;
    assert!(z.abs() < 4.0, "{failed} of {attempted}: z = {z}");
}

#[test]
fn an_outage_that_ends_while_another_lasts_lets_nothing_through() {
    // The refresh of 08:12 waits for 08:35, the end of the second outage.
    let wire_log = log(&plan("d8-overlapping-outages"));
    let update = |fate| wire_log.times(Side::Client, Subject::Update, Status::Request, fate);
    assert_eq!(update(Fate::Sent)[0], at(720));
    assert_eq!(update(Fate::Received)[0], at(2100));
}

#[test]
fn a_stall_within_a_crash_ends_no_refusal() {
    // Reset at 600 s; tried every 30 s from 630 s on, and refused at once until 1170 s; the try of 1200 s succeeds.
    let tally = simulate(&plan("d8-stall-in-crash"), 0).total;
    assert_eq!(tally.get(Counter::SetupsFailed), 19);
    assert_eq!(tally.get(Counter::SetupsAttempted), 21);
    assert_eq!(tally.signed_in_us - tally.usable_us, 600_000_000);
}

#[test]
fn a_stalled_gateway_answers_nothing_though_its_user_is_served_by_another() {
    // The BYE of 632 s goes to the stalled gateway eleven times; the set-up of 637 s goes to the spare.
    let wire_log = log(&plan("d9-stalled-gateway-answers"));
    let byes = wire_log.times(Side::Client, Subject::Bye, Status::Request, Fate::Received);
    assert_eq!((byes.len(), byes[0]), (11, at(632)));
    assert!(
        wire_log
            .times(Side::Gateway, Subject::Bye, Status::Ok200, Fate::Sent)
            .is_empty()
    );
    let up = |(now, note): &(Time, ClientNote)| {
        (*note == ClientNote::Established && *now > at(600)).then_some(*now)
    };
    assert_eq!(wire_log.notes.iter().find_map(up), Some(at(637)));
}

#[test]
fn a_crash_at_home_wipes_what_was_kept_there_though_its_user_has_moved() {
    // After the stall of 600 to 2400 s, a crash: it forgets the dialog of the user who moved to the spare at 637 s, so that
    // the copies of no message find it. Nobody loses a session by that.
    let mut p = plan("d9-stalled-gateway-answers");
    let mut crash = p.faults[0].clone();
    crash.config.kind = rccsim::faults::FaultKind::Crash;
    crash.config.schedule = rccsim::faults::Schedule::Once {
        at: at(640),
        duration: Span::from_secs(4),
    };
    p.faults.push(crash);
    p.faults[0].config.schedule = rccsim::faults::Schedule::Once {
        at: at(600),
        duration: Span::from_secs(41),
    };
    let wire_log = log(&p);
    // The stall is over at 641 s, the crash at 644 s: the BYE's copies of 647.5 s and later meet a gateway that forgot.
    let answers = |status| wire_log.times(Side::Gateway, Subject::Bye, status, Fate::Sent);
    assert!(answers(Status::Ok200).is_empty());
    assert_eq!(answers(Status::DoesNotExist481).len(), 1);
    assert_eq!(drop_rows(simulate(&p, 0)).len(), 1);
}

#[test]
fn a_time_of_day_is_the_next_one_on_the_users_clock() {
    let began = |name| {
        let wire_log = log(&plan(name));
        let first = wire_log.notes.first().copied();
        assert_eq!(first.map(|(_, note)| note), Some(ClientNote::SetupBegan));
        first.unwrap().0
    };
    assert_eq!(began("d10-after-midnight"), at(5 * 3600));
    assert_eq!(began("d10-tz-minus"), at(3600));
    let wire_log = log(&plan("d10-tz-minus-sign-out"));
    let byes = wire_log.times(Side::Client, Subject::Bye, Status::Request, Fate::Sent);
    assert_eq!(byes, [at(5400)]);
}

#[test]
fn copies_restart_no_refresh_clock() {
    // Under since-traffic the next refresh comes 60 s after the last message of the dialog that was no copy: received for
    // the first time, or sent for the first time.
    for seed in 1..6 {
        let mut p = plan("d11-since-traffic-copy");
        p.seed = seed;
        let wire_log = log(&p);
        let (mut last, mut acknowledged, mut dialog) = (Time::ZERO, Vec::new(), 0);
        let mut notes = wire_log.notes.iter().peekable();
        let mut checks = 0;
        for (now, _, message, fate) in &wire_log.messages {
            let is_refresh = (message.from, *fate) == (Side::Client, Fate::Sent);
            let theirs = (message.from, *fate) == (Side::Gateway, Fate::Received);
            if !(is_refresh || theirs) {
                continue;
            }
            while let Some((at, note)) = notes.next_if(|(at, _)| at <= now) {
                if *note == ClientNote::RefreshBegan {
                    assert_eq!(*at, last + Span::from_secs(60), "seed {seed}");
                    checks += 1;
                }
            }
            dialog = dialog.max(message.dialog);
            if message.dialog == dialog && !acknowledged.contains(message) {
                acknowledged.push(*message);
                last = *now;
            }
        }
        assert!(checks > 10, "{checks}");
    }
}

#[test]
fn a_session_too_short_is_answered_422_whatever_becomes_of_updates() {
    // `ignored` concerns UPDATE alone: the INVITE is refused, and sent again with the 3600 s of the 422.
    let wire_log = log(&plan("d12-422"));
    let invites = wire_log
        .messages
        .iter()
        .filter(|(.., m, fate)| (m.subject, *fate) == (Subject::Invite, Fate::Sent));
    let answers: Vec<_> = invites.map(|(_, _, m, _)| (m.status, m.value)).collect();
    assert_eq!(
        answers[..4],
        [
            (Status::Request, 1800),
            (Status::IntervalTooSmall422, 0),
            (Status::Request, 3600),
            (Status::Ok200, 3600),
        ]
    );
}

#[test]
fn the_first_loss_counts_from_the_first_establishment_of_the_day() {
    // Back from lunch at 08:30, refresh at 08:55, given up 32 s later: 55 min 32 s after 08:00.
    let tally = simulate(&plan("d14-first-loss-lunch"), 0).total;
    assert_eq!(tally.first_loss_us, Some(3_332_000_000));
}

#[test]
fn the_serial_section_counts_in_utilisation() {
    // Nothing else takes time at this gateway: it is busy 500 ms for every MonitorStart answered, if only by 481, and for those under way
    // when it crashed and at the end.
    let p = plan("w2-serial-set-up-wrong-pass");
    let wire_log = log(&p);
    let answers = wire_log.messages.iter().filter(|(_, _, m, fate)| {
        let is_answer = !m.is_request() && m.from == Side::Gateway && *fate == Fate::Sent;
        is_answer && m.subject == Subject::MonitorStart
    });
    let answered = answers.count();
    let tally = simulate(&p, 0).total;
    let lower_bound = answered as u128 * 500_000;
    let busy = tally.station.busy_us;
    assert!(
        (lower_bound..=lower_bound + 1_000_000).contains(&busy),
        "{busy} instead of {lower_bound}"
    );
    assert!(answered > 300);
}

#[test]
fn no_re_invite_is_sent_before_the_ack_of_the_other_sides() {
    // Both sides refresh by re-INVITE after 900 s, and the gateway's arrives just when the client's is due (RFC 3261 §14.1).
    let p = plan("w6-glare");
    let wire_log = log(&p);
    let (mut open, mut sent) = ([false; 20], 0);
    for (_, user, message, fate) in &wire_log.messages {
        let open = &mut open[*user as usize];
        match (message.from, message.subject, message.status, fate) {
            (Side::Gateway, Subject::ReInvite, Status::Request, Fate::Received) => *open = true,
            (Side::Gateway, Subject::Ack, _, Fate::Received) => *open = false,
            (Side::Client, Subject::ReInvite, Status::Request, Fate::Sent) => {
                assert!(!*open, "a re-INVITE before the ACK");
                sent += 1;
            }
            _ => {}
        }
    }
    assert!(sent >= 20 * 14, "{sent}");
    assert_eq!(simulate(&p, 0).total.all_drops(), 0);
}

#[test]
fn who_never_refreshes_is_ended_by_the_gateways_timer() {
    // SE − min(32 s, SE/3) = 120 − 32 s, no refresh having failed or pending.
    let rows = drop_rows(simulate(&plan("w7-never-refreshes"), 0));
    assert_eq!(rows.len(), 20);
    for row in rows {
        assert_eq!(row.lost_at, at(88));
        assert_eq!(
            (row.cause, row.ended_by),
            (DropCause::SessionExpired, Some(EndedBy::GatewayTimer))
        );
    }
}
