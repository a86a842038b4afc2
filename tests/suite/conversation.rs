//! A client and a gateway, or one of them alone, on a virtual clock: who says what when. Every timeline is written by hand.

use std::collections::VecDeque;

use rccsim::deployment::{ClientPlan, Fate, Observer, Plan, Transport, observe, simulate};
use rccsim::measure::{Counter, DropCause, EndedBy, MissCause, Sample};
use rccsim::protocol::*;
use rccsim::quantity::{Span, Time};
use rccsim::workload::SignIn;

use crate::deployments::*;

const MS: u64 = 1000;
const S: u64 = 1_000_000;

// --- both, as wired in a deployment ---

/// Every message put on the wire: microseconds, user, sender, what.
#[derive(Default)]
struct Wire(Vec<(u64, u32, Message)>);

impl Observer for Wire {
    fn message(&mut self, now: Time, user: u32, message: &Message, fate: Fate) {
        if fate == Fate::Sent {
            self.0.push((now.0, user, *message));
        }
    }
}

fn said(m: &Message) -> String {
    let (from, subject) = (
        if m.from == Side::Client {
            "client"
        } else {
            "gateway"
        },
        m.subject,
    );
    match m.status {
        Status::Request => format!("{from} {subject:?}"),
        status => format!(
            "{from} {} to {subject:?}",
            status.line().split(' ').next().unwrap()
        ),
    }
}

fn wire(p: &Plan) -> Vec<(u64, u32, Message)> {
    observe(p, 0, 0, 0, Wire::default()).unwrap().0
}

/// The conversation of the first user, from `from_ms` on.
fn conversation(p: &Plan, from_ms: u64) -> Vec<(u64, String)> {
    let own = wire(p)
        .into_iter()
        .filter(|(at, user, _)| *user == 0 && *at >= from_ms * MS);
    own.map(|(at, _, message)| (at / MS, said(&message)))
        .collect()
}

#[track_caller]
fn expect(found: Vec<(u64, String)>, wanted: &[(u64, &str)]) {
    let wanted: Vec<(u64, String)> = wanted
        .iter()
        .map(|(at, what)| (*at, what.to_string()))
        .collect();
    assert_eq!(found, wanted);
}

/// One user 10 ms away from the gateway.
fn near(gateway: GatewayConfig, client: ClientConfig, horizon_s: u64) -> Plan {
    let mut c = clients("c", 1, client);
    c.path.delay = Span::from_millis(10);
    plan(gateway, vec![c], horizon_s)
}

#[test]
fn a_set_up_is_seven_messages_each_after_the_answer_to_the_one_before() {
    let p = near(
        gateway(UpdateBehaviour::Accepted, Allow::WithUpdate),
        r2(),
        100,
    );
    expect(
        conversation(&p, 0),
        &[
            (0, "client Invite"),
            (10, "gateway 200 to Invite"),
            (20, "client Ack"),
            (20, "client GetCstaFeatures"),
            (30, "gateway 200 to GetCstaFeatures"),
            (40, "client MonitorStart"),
            (50, "gateway 200 to MonitorStart"),
        ],
    );
    // Usable when the 200 to MonitorStart is received, at 60 ms.
    assert_eq!(simulate(&p, 0).all.setting_up_us, u128::from(60 * MS));
}

#[test]
fn a_session_too_short_is_offered_once_more() {
    let min_se = GatewayConfig {
        min_se_s: 2400,
        ..gateway(UpdateBehaviour::IntervalTooSmall422, Allow::Absent)
    };
    let p = near(min_se, r2(), 1502);
    let offers: Vec<u32> = wire(&p)
        .iter()
        .filter(|(_, _, m)| m.subject == Subject::Invite)
        .map(|m| m.2.value)
        .collect();
    // Offered 1800; 422; offered again with its Min-SE; granted 2400.
    assert_eq!(offers, [1800, 0, 2400, 2400]);
    expect(
        conversation(&p, 0)[..5].to_vec(),
        &[
            (0, "client Invite"),
            (10, "gateway 422 to Invite"),
            (20, "client Ack"),
            (20, "client Invite"),
            (30, "gateway 200 to Invite"),
        ],
    );
    // R runs from the receipt of the 2xx, at 40 ms; the refresh offers what was granted.
    let update = wire(&p)
        .into_iter()
        .find(|(_, _, m)| m.subject == Subject::Update)
        .unwrap();
    assert_eq!(
        (update.0, update.2.value, update.2.min_se),
        (1500 * S + 40 * MS, 2400, 2400)
    );
}

#[test]
fn fall_back_holds_for_the_rest_of_the_dialog() {
    // R = 900 under rfc4028: SE 1800 over 2. The 2xx to INVITE is received at 20 ms, that of the re-INVITE at 900.060 s.
    for refused in [UpdateBehaviour::Rejected501, UpdateBehaviour::Rejected405] {
        let p = near(gateway(refused, Allow::WithUpdate), rfc4028(), 2000);
        let code = if refused == UpdateBehaviour::Rejected405 {
            "gateway 405 to Update"
        } else {
            "gateway 501 to Update"
        };
        expect(
            conversation(&p, 800_000),
            &[
                (900_020, "client Update"),
                (900_030, code),
                (900_040, "client ReInvite"),
                (900_050, "gateway 200 to ReInvite"),
                (900_060, "client Ack"),
                (1_800_060, "client ReInvite"),
                (1_800_070, "gateway 200 to ReInvite"),
                (1_800_080, "client Ack"),
            ],
        );
    }
}

#[test]
fn tear_down_on_rejection_is_at_once() {
    let client = ClientConfig {
        on_rejection: OnRejection::TearDown,
        reestablish: Reestablish::Never,
        ..r2()
    };
    let p = near(
        gateway(UpdateBehaviour::Rejected405, Allow::Absent),
        client,
        HOUR,
    );
    expect(
        conversation(&p, 1_000_000),
        &[
            (1_500_020, "client Update"),
            (1_500_030, "gateway 405 to Update"),
            (1_500_040, "client Bye"),
            (1_500_050, "gateway 200 to Bye"),
        ],
    );
    let row = drop_rows(simulate(&p, 0))[0].clone();
    assert_eq!(
        (row.cause, row.ended_by),
        (DropCause::RefreshRejected, Some(EndedBy::ClientGiveUp))
    );
}

#[test]
fn hold_sends_no_further_refresh_and_waits_for_its_timer() {
    let client = ClientConfig {
        on_no_answer: OnNoAnswer::Hold,
        reestablish: Reestablish::Never,
        ..r2()
    };
    let p = near(
        gateway(UpdateBehaviour::Ignored, Allow::Absent),
        client,
        HOUR,
    );
    // SE runs from the receipt of the 2xx, at 20 ms.
    expect(
        conversation(&p, 1_000_000),
        &[
            (1_500_020, "client Update"),
            (1_800_020, "client Bye"),
            (1_800_030, "gateway 200 to Bye"),
        ],
    );
}

#[test]
fn a_session_disowned_by_481_ends_without_bye_under_every_policy() {
    for on_no_answer in [
        OnNoAnswer::TearDown,
        OnNoAnswer::Hold,
        OnNoAnswer::KeepPolling,
    ] {
        for on_rejection in [
            OnRejection::FallBack,
            OnRejection::TearDown,
            OnRejection::Hold,
        ] {
            let client = ClientConfig {
                on_no_answer,
                on_rejection,
                reestablish: Reestablish::Never,
                ..r2()
            };
            let p = near(
                gateway(UpdateBehaviour::DialogLost481, Allow::Absent),
                client,
                HOUR,
            );
            expect(
                conversation(&p, 1_000_000),
                &[
                    (1_500_020, "client Update"),
                    (1_500_030, "gateway 481 to Update"),
                ],
            );
        }
    }
}

#[test]
fn an_ignored_update_goes_out_eleven_times_over_udp_and_once_over_tls() {
    for (transport, copies) in [
        (
            Transport::Udp,
            &[
                0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500,
            ][..],
        ),
        (Transport::Tls, &[0][..]),
    ] {
        let client = ClientConfig {
            reestablish: Reestablish::Never,
            ..r2()
        };
        let mut p = near(
            gateway(UpdateBehaviour::Ignored, Allow::Absent),
            client,
            HOUR,
        );
        p.clients[0].path.transport = transport;
        let mut wanted: Vec<(u64, &str)> = copies
            .iter()
            .map(|at| (1_500_020 + at, "client Update"))
            .collect();
        wanted.extend([(1_532_020, "client Bye"), (1_532_030, "gateway 200 to Bye")]);
        expect(conversation(&p, 1_000_000), &wanted);
    }
}

#[test]
fn the_gateways_bye_dates_the_drop_when_it_is_sent() {
    let client = ClientConfig {
        reestablish: Reestablish::Never,
        ..r2()
    };
    let bye = GatewayConfig {
        enforces_session_timer: SessionTimer::Bye,
        ..gateway(UpdateBehaviour::Rejected405, Allow::Absent)
    };
    let p = near(bye, client, HOUR);
    // 1800 − 32 s from the sending of the 2xx, at 10 ms.
    expect(
        conversation(&p, 1_600_000),
        &[(1_768_010, "gateway Bye"), (1_768_020, "client 200 to Bye")],
    );
    let result = simulate(&p, 0);
    assert_eq!(
        result.all.silent_us,
        u128::from(10 * MS),
        "the client believes in it while the BYE is under way"
    );
    let row = drop_rows(result)[0].clone();
    assert_eq!(
        (row.lost_at, row.detected_at),
        (Time(1768 * S + 10 * MS), Some(Time(1768 * S + 20 * MS)))
    );
}

#[test]
fn a_silent_gateway_counts_from_the_refresh_that_arrived_though_its_2xx_was_lost() {
    // UPDATE arrives at 1500.030, its 200 never comes back; polled again at 3000.020, in time for the gateway (3300.030).
    let silent = GatewayConfig {
        enforces_session_timer: SessionTimer::Silent,
        ..gateway(UpdateBehaviour::AnswerLost, Allow::Absent)
    };
    let client = ClientConfig {
        on_no_answer: OnNoAnswer::KeepPolling,
        ..r2()
    };
    let all = simulate(&near(silent, client, 8 * HOUR), 0).all;
    assert_eq!(all.all_drops(), 0);
    assert_eq!(
        (
            all.get(Counter::RefreshesAttempted),
            all.get(Counter::RefreshesFailed)
        ),
        (19, 19)
    );
}

#[test]
fn polling_goes_on_after_half_of_the_granted_session_under_rfc4028() {
    // SE 2000: R = 1000 s after the unanswered UPDATE was sent, not the refresh_interval of 1500 s.
    let client = ClientConfig {
        session_expires_s: 2000,
        on_no_answer: OnNoAnswer::KeepPolling,
        ..rfc4028()
    };
    let p = near(
        gateway(UpdateBehaviour::Ignored, Allow::WithUpdate),
        client,
        3500,
    );
    expect(
        conversation(&p, 500_000),
        &[
            (1_000_020, "client Update"),
            (2_000_020, "client Update"),
            (3_000_020, "client Update"),
        ],
    );
}

#[test]
fn nobody_runs_a_timer_without_session_expires() {
    let none = gateway(UpdateBehaviour::NoSessionExpires, Allow::WithUpdate);
    let refreshes = |client| {
        simulate(&near(none.clone(), client, 8 * HOUR), 0)
            .all
            .get(Counter::RefreshesAttempted)
    };
    // R2 goes on every 1500 s: 28800/1500 = 19.2; the strict client stops.
    assert_eq!((refreshes(r2()), refreshes(rfc4028())), (19, 0));
}

#[test]
fn a_strict_client_leaves_refreshing_to_the_gateway_and_r2_does_not() {
    let uas = GatewayConfig {
        refresher: Refresher::Uas,
        ..gateway(UpdateBehaviour::Accepted, Allow::WithUpdate)
    };
    // The gateway refreshes SE/2 = 900 s after it sent the 2xx, at 10 ms, and after it received that of its re-INVITE.
    expect(
        conversation(&near(uas.clone(), rfc4028(), 2000), 100_000),
        &[
            (900_010, "gateway ReInvite"),
            (900_020, "client 200 to ReInvite"),
            (900_030, "gateway Ack"),
            (1_800_030, "gateway ReInvite"),
            (1_800_040, "client 200 to ReInvite"),
            (1_800_050, "gateway Ack"),
        ],
    );
    let r2_asks = conversation(&near(uas, r2(), 1600), 1_000_000);
    expect(
        r2_asks,
        &[
            (1_500_020, "client Update"),
            (1_500_030, "gateway 200 to Update"),
        ],
    );
}

#[test]
fn re_invites_that_cross_are_refused_and_wait_out_their_windows() {
    // The gateway's goes out 900 s after 10 ms; the client's, R = 899.995 s after 20 ms, 5 ms later: they cross.
    let uas = GatewayConfig {
        refresher: Refresher::Uas,
        ..gateway(UpdateBehaviour::Accepted, Allow::WithoutUpdate)
    };
    let client = ClientConfig {
        refresh_interval: Span::from_millis(899_995),
        ..c2007()
    };
    let mut p = near(uas, client, 1000);
    p.clients[0].count = 500;
    let all = wire(&p);
    let of = |user: u32, what: &str| -> Vec<u64> {
        all.iter()
            .filter(|(_, u, m)| *u == user && said(m) == what)
            .map(|(at, ..)| *at / MS)
            .collect()
    };
    let (mut clients, mut gateways) = (Vec::new(), Vec::new());
    for user in 0..500 {
        assert_eq!(of(user, "client 491 to ReInvite"), [900_020]);
        assert_eq!(of(user, "gateway 491 to ReInvite"), [900_025]);
        let (client, gateway) = (of(user, "client ReInvite"), of(user, "gateway ReInvite"));
        assert_eq!((client[0], gateway[0]), (900_015, 900_010));
        // From the receipt of 491 on, in steps of 10 ms: 2.1 to 4.0 s for the owner of the Call-ID, 0 to 2.0 s for the other.
        clients.push(client[1] - 900_035);
        gateways.push(gateway[1] - 900_030);
    }
    for (waits, least, most) in [(&clients, 2100, 4000), (&gateways, 0, 2000)] {
        assert!(
            waits
                .iter()
                .all(|w| w % 10 == 0 && (least..=most).contains(w)),
            "{waits:?}"
        );
        let n = waits.len() as f64;
        let mean = waits.iter().sum::<u64>() as f64 / n;
        // Uniform on (most − least)/10 + 1 steps of 10 ms: variance (k² − 1)/12 of them.
        let k = (most - least) as f64 / 10.0 + 1.0;
        let error = 10.0 * ((k * k - 1.0) / 12.0 / n).sqrt();
        let z = (mean - (least + most) as f64 / 2.0) / error;
        assert!(z.abs() < 4.0, "mean {mean}, z {z}");
    }
    let tally = simulate(&p, 0).all;
    assert_eq!(tally.all_drops(), 0);
    // Per user: both refused, both again; the client's second is a second transaction.
    assert_eq!(tally.get(Counter::RefreshesFailed), 2 * 500);
}

#[test]
fn a_sign_out_says_monitor_stop_and_bye_and_during_set_up_bye_alone() {
    let healthy = gateway(UpdateBehaviour::Accepted, Allow::WithUpdate);
    let leaves = |after_ms: u64| {
        let mut p = near(healthy.clone(), r2(), 100);
        p.clients[0].sign_out = Some(SignIn::At(p.start + Span::from_millis(after_ms)));
        p
    };
    expect(
        conversation(&leaves(50_000), 1000),
        &[
            (50_000, "client MonitorStop"),
            (50_000, "client Bye"),
            (50_010, "gateway 200 to MonitorStop"),
            (50_010, "gateway 200 to Bye"),
        ],
    );
    expect(
        conversation(&leaves(35), 35),
        &[(35, "client Bye"), (45, "gateway 200 to Bye")],
    );
    // Before the 200 to INVITE there is no dialog; the one it opens is acknowledged and ended (RFC 3261 §13.2.2.4).
    expect(
        conversation(&leaves(5), 5),
        &[
            (10, "gateway 200 to Invite"),
            (20, "client Ack"),
            (20, "client Bye"),
            (30, "gateway 200 to Bye"),
        ],
    );
}

#[test]
fn a_copy_of_make_call_makes_no_second_call() {
    let mut c = clients(
        "c",
        40,
        ClientConfig {
            on_no_answer: OnNoAnswer::Hold,
            ..r2()
        },
    );
    c.workload = calls(0.0, 60.0);
    (c.path.transport, c.path.loss) = (Transport::Udp, 0.4);
    let p = plan(
        gateway(UpdateBehaviour::Accepted, Allow::WithUpdate),
        vec![c],
        2 * HOUR,
    );
    let mut requests = std::collections::BTreeSet::new();
    let mut accepted = std::collections::BTreeSet::new();
    for (_, user, m) in wire(&p) {
        match m.subject {
            Subject::Originated if m.is_request() => {
                requests.insert((user, m.dialog, m.cseq, m.value));
            }
            // The answer does not name the call; the request with its CSeq did.
            Subject::MakeCall if !m.is_request() && m.status == Status::Ok200 => {
                accepted.insert((user, m.dialog, m.cseq));
            }
            _ => {}
        }
    }
    assert!(accepted.len() > 2000, "{}", accepted.len());
    // One OriginatedEvent per MakeCall accepted, whichever copy came first and whatever call overtook it.
    assert_eq!(requests.len(), accepted.len());
}

// --- figures ---

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
    let all = simulate(&p, 0).all;
    let missed = |cause| all.missed[cause as usize] as f64;
    // Set-up takes three round trips of 30 s.
    assert_eq!(all.setting_up_us, 400 * u128::from(90 * S));
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
    let n = all.get(Counter::ToastsDue) as f64 - missed(MissCause::SettingUp);
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
    let all = simulate(&plan(silent, vec![c], HOUR), 0).all;
    assert_eq!(
        (all.silent_us, all.visible_us),
        (400 * u128::from(1200 * S), 400 * u128::from(600 * S))
    );
    for (cause, seconds) in [
        (MissCause::Silent, 1200.0),
        (MissCause::Visible, 600.0 - 8.65),
    ] {
        // Of the last calls those still ringing at the horizon are not decided: 8.65 s of them, the mean ring time.
        let expected = 400.0 * seconds * 6.0 / 3600.0;
        let z = (all.missed[cause as usize] as f64 - expected) / expected.sqrt();
        assert!(z.abs() < 4.0, "{cause:?}: z {z}");
    }
}

#[test]
fn what_is_open_at_the_horizon_is_censored() {
    let metric = |name: &str, p: &Plan| {
        rccsim::measure::Metric::named(name)
            .unwrap()
            .sample(&simulate(p, 0).all, p.horizon)
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

// --- one machine alone ---

/// What a machine says, and the draws it is given.
#[derive(Default)]
struct Desk {
    sent: Vec<(u64, String)>,
    notes: Vec<String>,
    draws: VecDeque<f64>,
    drawn: usize,
    now: u64,
}

impl Desk {
    fn push(&mut self, message: Message) {
        self.sent.push((self.now / MS, said(&message)));
    }
    fn next_draw(&mut self) -> f64 {
        self.drawn += 1;
        self.draws.pop_front().unwrap_or(0.5)
    }
}

impl ClientPort for Desk {
    fn send(&mut self, message: Message) {
        self.push(message);
    }
    fn note(&mut self, note: ClientNote) {
        self.notes.push(format!("{note:?}"));
    }
    fn draw(&mut self, _: Draw) -> f64 {
        self.next_draw()
    }
}

impl GatewayPort for Desk {
    fn send(&mut self, message: Message) {
        self.push(message);
    }
    fn note(&mut self, note: GatewayNote) {
        self.notes.push(format!("{note:?}"));
    }
    fn draw_glare(&mut self) -> f64 {
        self.next_draw()
    }
}

/// A client alone with its clock.
struct Alone {
    client: Client,
    config: ClientConfig,
    desk: Desk,
}

impl Alone {
    fn new(config: ClientConfig) -> Alone {
        Alone {
            client: Client::new(true),
            config,
            desk: Desk::default(),
        }
    }
    fn at(&mut self, s: f64) -> Time {
        self.desk.now = (s * 1e6).round() as u64;
        Time(self.desk.now)
    }
    /// Fires every deadline up to then.
    fn run_to(&mut self, s: f64) {
        while let Some((at, _)) = self
            .client
            .deadline()
            .filter(|(at, _)| at.0 as f64 <= s * 1e6)
        {
            self.desk.now = at.0;
            self.client.fire(&self.config, at, &mut self.desk);
        }
    }
    fn hears(&mut self, s: f64, message: Message) {
        self.run_to(s);
        let now = self.at(s);
        self.client
            .receive(&self.config, now, message, &mut self.desk);
    }
    fn sign_in(&mut self) {
        let now = self.at(0.0);
        self.client.sign_in(&self.config, now, &mut self.desk);
    }
    fn call(&mut self, s: f64, number: u32) {
        self.run_to(s);
        let now = self.at(s);
        self.client
            .make_call(&self.config, now, number, &mut self.desk);
    }
    /// The 200 to its request with this CSeq.
    fn accepts(&mut self, s: f64, subject: Subject, cseq: u16) {
        self.answers(s, subject, cseq, Status::Ok200, 1800);
    }
    fn answers(&mut self, s: f64, subject: Subject, cseq: u16, status: Status, value: u32) {
        self.run_to(s);
        let dialog = self.client.dialog();
        let mut answer = Message::request(Side::Client, dialog, cseq, subject).answer(status);
        answer.value = value;
        self.hears(s, answer);
    }
    /// Signs in and is established, all at 0 s.
    fn established(config: ClientConfig) -> Alone {
        let mut alone = Alone::new(config);
        alone.sign_in();
        alone.accepts(0.0, Subject::Invite, 1);
        alone.accepts(0.0, Subject::GetCstaFeatures, 2);
        alone.accepts(0.0, Subject::MonitorStart, 3);
        assert!(alone.client.is_established());
        alone.desk.sent.clear();
        alone.desk.notes.clear();
        alone
    }
    fn event(&mut self, s: f64, cseq: u16) {
        let message = Message::request(
            Side::Gateway,
            self.client.dialog(),
            cseq,
            Subject::Established,
        );
        self.hears(s, message);
    }
    /// When it sent this.
    fn sent(&self, what: &str) -> Vec<u64> {
        self.desk
            .sent
            .iter()
            .filter(|(_, said)| said == what)
            .map(|(at, _)| *at)
            .collect()
    }
}

#[test]
fn traffic_restarts_the_clock_where_it_may_and_never_the_expiry() {
    let since = |refresh_clock| ClientConfig {
        refresh_clock,
        ..r2()
    };
    let mut alone = Alone::established(since(RefreshClock::SinceTraffic));
    alone.event(200.0, 1);
    alone.run_to(1700.0);
    // 1500 s after the event, though the session ends at 1800.
    assert_eq!(alone.sent("client Update"), [1_700_000]);
    let mut alone = Alone::established(since(RefreshClock::SinceRefresh));
    alone.event(200.0, 1);
    alone.run_to(1700.0);
    assert_eq!(alone.sent("client Update"), [1_500_000]);
    // A healthy session runs out: the events at 700 and 1400 postpone the refresh to 2900, SE ends it at 1800.
    let mut alone = Alone::established(since(RefreshClock::SinceTraffic));
    alone.event(700.0, 1);
    alone.event(1400.0, 2);
    alone.run_to(1801.0);
    assert_eq!(
        (alone.sent("client Update"), alone.sent("client Bye")),
        (vec![], vec![1_800_000])
    );
}

#[test]
fn traffic_rescues_no_refresh_that_is_pending() {
    let client = ClientConfig {
        refresh_clock: RefreshClock::SinceTraffic,
        ..c2007()
    };
    // Unanswered since 600: the event at 610 changes nothing, BYE at 632.
    let mut alone = Alone::established(client.clone());
    alone.event(610.0, 1);
    alone.run_to(640.0);
    assert_eq!(
        (alone.sent("client ReInvite"), alone.sent("client Bye")),
        (vec![600_000], vec![632_000])
    );
    // Put off by 491: draw 0.5 of 191 steps is 2.1 + 0.95 s; the event on the way postpones it no further.
    let mut alone = Alone::established(client.clone());
    alone.answers(600.1, Subject::ReInvite, 4, Status::Pending491, 0);
    alone.event(601.0, 1);
    alone.run_to(640.0);
    assert_eq!(alone.sent("client ReInvite"), [600_000, 603_150]);
    // Put off by Retry-After, 20 s from 600.1.
    let mut alone = Alone::established(client);
    alone.answers(600.1, Subject::ReInvite, 4, Status::Unavailable503, 20);
    alone.event(610.0, 1);
    alone.run_to(640.0);
    assert_eq!(alone.sent("client ReInvite"), [600_000, 620_100]);
}

#[test]
fn jitter_is_drawn_once_per_refresh() {
    let client = ClientConfig {
        refresh_jitter: 0.2,
        refresh_clock: RefreshClock::SinceTraffic,
        ..r2()
    };
    let mut alone = Alone::new(client);
    // R·(0.8 + 0.4·u): u = 0.25 makes 0.9 · 1500 = 1350 s, u = 0.75 makes 1650 s.
    alone.desk.draws = VecDeque::from([0.25, 0.75]);
    alone.sign_in();
    alone.accepts(0.0, Subject::Invite, 1);
    alone.accepts(0.0, Subject::GetCstaFeatures, 2);
    alone.accepts(0.0, Subject::MonitorStart, 3);
    alone.event(100.0, 1);
    alone.run_to(1450.0);
    assert_eq!(alone.sent("client Update"), [1_450_000]);
    alone.accepts(1450.0, Subject::Update, 4);
    assert_eq!(
        alone.desk.drawn, 2,
        "one draw per refresh, however often traffic restarts the clock"
    );
    alone.run_to(3150.0);
    assert_eq!(alone.sent("client Update"), [1_450_000, 3_100_000]);
}

#[test]
fn a_503_changes_no_dialog_and_nothing_is_sent_for_retry_after() {
    let mut alone = Alone::established(r2());
    alone.call(10.0, 1);
    alone.answers(10.0, Subject::MakeCall, 4, Status::Unavailable503, 60);
    // A call within the minute fails at once and sends nothing; one after it is sent.
    alone.call(30.0, 2);
    alone.call(70.0, 3);
    assert_eq!(alone.sent("client MakeCall"), [10_000, 70_000]);
    assert_eq!(alone.desk.notes, ["CallFailed(1)", "CallFailed(2)"]);
    assert!(alone.client.is_established());
    // Refused at 1500 for 400 s: at 1800 the timer ends the session, without the BYE that may not be sent; set up again at 1900.
    let mut alone = Alone::established(r2());
    alone.answers(1500.0, Subject::Update, 4, Status::Unavailable503, 400);
    alone.run_to(1950.0);
    assert_eq!(
        alone.desk.sent[1..],
        [(1_900_000, "client Invite".to_string())]
    );
}

#[test]
fn an_origination_without_a_session_sends_nothing() {
    let mut alone = Alone::new(r2());
    alone.sign_in();
    alone.call(1.0, 1);
    assert_eq!(alone.desk.sent, [(0, "client Invite".to_string())]);
    assert_eq!(alone.desk.notes, ["SetupBegan", "CallFailed(1)"]);
}

#[test]
fn another_request_unanswered_ends_the_session_under_tear_down_alone() {
    for (on_no_answer, byes) in [
        (OnNoAnswer::TearDown, vec![132_000]),
        (OnNoAnswer::Hold, vec![]),
        (OnNoAnswer::KeepPolling, vec![]),
    ] {
        let mut alone = Alone::established(ClientConfig {
            on_no_answer,
            ..r2()
        });
        alone.call(100.0, 7);
        alone.run_to(140.0);
        assert_eq!(alone.sent("client Bye"), byes, "{on_no_answer:?}");
        assert!(alone.desk.notes.contains(&"CallFailed(7)".to_string()));
        assert_eq!(alone.client.is_established(), byes.is_empty());
    }
}

#[test]
fn a_481_to_any_request_ends_the_dialog_without_bye() {
    for on_no_answer in [
        OnNoAnswer::TearDown,
        OnNoAnswer::Hold,
        OnNoAnswer::KeepPolling,
    ] {
        let mut alone = Alone::established(ClientConfig {
            on_no_answer,
            ..r2()
        });
        alone.call(100.0, 7);
        alone.answers(100.5, Subject::MakeCall, 4, Status::DoesNotExist481, 0);
        alone.run_to(130.0);
        assert_eq!(alone.desk.sent, [(100_000, "client MakeCall".to_string())]);
        assert_eq!(alone.desk.notes, ["CallFailed(7)", "Ended(Answer481)"]);
        // Set up again 30 s after the end.
        alone.run_to(131.0);
        assert_eq!(alone.sent("client Invite"), [130_500]);
    }
}

/// The instants of the INVITEs of a client whose set-ups all stay unanswered for 32 s, ms.
fn attempts(reestablish: Reestablish, draws: &[f64], until_s: f64) -> Vec<u64> {
    let mut alone = Alone::new(ClientConfig {
        reestablish,
        ..r2()
    });
    alone.desk.draws = draws.iter().copied().collect();
    alone.sign_in();
    alone.run_to(until_s);
    alone.sent("client Invite")
}

#[test]
fn a_failed_first_set_up_follows_the_policy_too() {
    let s = Span::from_secs;
    assert_eq!(attempts(Reestablish::Never, &[], 9999.0), [0]);
    // 32 s to give up, then the delay.
    assert_eq!(
        attempts(Reestablish::Fixed(s(28)), &[], 130.0),
        [0, 60_000, 120_000]
    );
    // Drawn anew: 10 + 0.25·40 = 20 s, 10 + 0.75·40 = 40 s.
    assert_eq!(
        attempts(Reestablish::Uniform(s(10), s(50)), &[0.25, 0.75], 130.0),
        [0, 52_000, 124_000]
    );
    // min(8·3ᵏ, 50)·U: 8, 24, 50, 50; U = 0.8 + 0.4·u: 1, 0.9, 1.1, 1.
    let backoff = Reestablish::Backoff {
        first: s(8),
        factor: 3.0,
        cap: s(50),
        jitter: 0.2,
    };
    assert_eq!(
        attempts(backoff, &[0.5, 0.25, 0.75, 0.5], 300.0),
        [0, 40_000, 93_600, 180_600, 262_600],
        "32 + 8; 32 + 21.6; 32 + 55; 32 + 50"
    );
}

#[test]
fn an_unanswered_invite_goes_out_seven_times_over_udp() {
    let mut alone = Alone::new(ClientConfig {
        reestablish: Reestablish::Never,
        ..r2()
    });
    alone.client = Client::new(false);
    alone.sign_in();
    alone.run_to(1000.0);
    assert_eq!(
        alone.sent("client Invite"),
        [0, 500, 1500, 3500, 7500, 15_500, 31_500]
    );
    assert_eq!(
        (alone.desk.notes.last().map(String::as_str), alone.desk.now),
        (Some("SetupFailed"), 32 * S)
    );
}

#[test]
fn a_completed_set_up_resets_the_back_off() {
    let backoff = Reestablish::Backoff {
        first: Span::from_secs(8),
        factor: 3.0,
        cap: Span::from_secs(500),
        jitter: 0.0,
    };
    let mut alone = Alone::new(ClientConfig {
        reestablish: backoff,
        ..r2()
    });
    alone.sign_in();
    // Fails at 32 and, begun at 40, at 72; the third, at 72 + 24, succeeds at 100.
    alone.accepts(100.0, Subject::Invite, 1);
    alone.accepts(100.0, Subject::GetCstaFeatures, 2);
    alone.accepts(100.0, Subject::MonitorStart, 3);
    // The refresh of 1600 is disowned: 8 s, not 72.
    alone.answers(1600.0, Subject::Update, 4, Status::DoesNotExist481, 0);
    alone.run_to(1700.0);
    assert_eq!(
        alone.sent("client Invite"),
        [0, 40_000, 96_000, 1_608_000, 1_664_000]
    );
}

#[test]
fn a_late_200_to_an_invite_given_up_is_acknowledged_and_ended() {
    let mut alone = Alone::new(ClientConfig {
        reestablish: Reestablish::Never,
        ..r2()
    });
    alone.sign_in();
    alone.accepts(33.0, Subject::Invite, 1);
    let wanted = [
        (0, "client Invite"),
        (33_000, "client Ack"),
        (33_000, "client Bye"),
    ];
    assert_eq!(
        alone.desk.sent,
        wanted.map(|(at, what)| (at, what.to_string()))
    );
}

/// A dialog at the gateway whose INVITE came at 0 s.
fn dialog(config: &GatewayConfig, reliable: bool, desk: &mut Desk) -> Dialog {
    let invite = Message {
        value: 1800,
        min_se: 90,
        ..Message::request(Side::Client, 1, 1, Subject::Invite)
    };
    Dialog::accept(config, Time::ZERO, &invite, reliable, desk).unwrap()
}

fn run_dialog(dialog: &mut Dialog, config: &GatewayConfig, desk: &mut Desk, s: u64) {
    while let Some((at, _)) = dialog.deadline().filter(|(at, _)| at.0 <= s * S) {
        desk.now = at.0;
        dialog.fire(config, at, desk);
    }
}

#[test]
fn a_2xx_that_is_never_acknowledged_is_repeated_and_then_ended_by_bye() {
    let config = gateway(UpdateBehaviour::Accepted, Allow::WithUpdate);
    let mut desk = Desk::default();
    let mut held = dialog(&config, true, &mut desk);
    run_dialog(&mut held, &config, &mut desk, 100);
    // T1 doubling to T2 on every transport (RFC 3261 §13.3.1.4), BYE at 64·T1.
    let copies = [
        0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500,
    ];
    let wanted = copies
        .map(|at| (at, "gateway 200 to Invite"))
        .into_iter()
        .chain([(32_000, "gateway Bye")]);
    assert_eq!(
        desk.sent,
        wanted
            .map(|(at, what)| (at, what.to_string()))
            .collect::<Vec<_>>()
    );
    assert!(!held.is_held());
}

#[test]
fn an_event_unanswered_keeps_the_dialog_and_481_ends_it() {
    let config = gateway(UpdateBehaviour::Accepted, Allow::WithUpdate);
    for (answer, is_held) in [
        (None, true),
        (Some(Status::Ok200), true),
        (Some(Status::DoesNotExist481), false),
    ] {
        let mut desk = Desk::default();
        let mut held = dialog(&config, true, &mut desk);
        for (cseq, subject) in [
            (1, Subject::Ack),
            (2, Subject::GetCstaFeatures),
            (3, Subject::MonitorStart),
        ] {
            held.receive(
                &config,
                Time::ZERO,
                &Message::request(Side::Client, 1, cseq, subject),
                &mut desk,
            );
        }
        held.event(Time(100 * S), Subject::Delivered, 5, &mut desk);
        if let Some(status) = answer {
            let answer = Message::request(Side::Gateway, 1, 1, Subject::Delivered).answer(status);
            held.receive(&config, Time(101 * S), &answer, &mut desk);
        }
        run_dialog(&mut held, &config, &mut desk, 1000);
        assert_eq!(held.is_held(), is_held, "{answer:?}");
        assert!(
            desk.sent.iter().all(|(_, what)| what != "gateway Bye"),
            "{answer:?}: {:?}",
            desk.sent
        );
    }
}

#[test]
fn a_gateway_answers_481_outside_its_dialogs_even_if_it_ignores_update() {
    for subject in [
        Subject::Update,
        Subject::ReInvite,
        Subject::MakeCall,
        Subject::MonitorStop,
        Subject::Bye,
    ] {
        let answer = answer_outside_dialog(&Message::request(Side::Client, 9, 4, subject)).unwrap();
        assert_eq!(
            (answer.status, answer.subject),
            (Status::DoesNotExist481, subject)
        );
    }
    assert_eq!(
        answer_outside_dialog(&Message::request(Side::Client, 9, 4, Subject::Ack)),
        None
    );
}
