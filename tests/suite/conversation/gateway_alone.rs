//! A gateway's dialog alone with its clock.

use super::*;

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
    let mut machine = dialog(&config, true, &mut desk);
    run_dialog(&mut machine, &config, &mut desk, 100);
    // T1 doubling to T2 on every transport (RFC 3261 §13.3.1.4), BYE at 64·T1.
    let copies = [
        0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500,
    ];
    let expected = copies
        .map(|at| (at, "gateway 200 to Invite"))
        .into_iter()
        .chain([(32_000, "gateway Bye")]);
    assert_eq!(
        desk.sent,
        expected
            .map(|(at, what)| (at, what.to_string()))
            .collect::<Vec<_>>()
    );
    assert!(!machine.is_held());
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
        let mut machine = dialog(&config, true, &mut desk);
        for (cseq, subject) in [
            (1, Subject::Ack),
            (2, Subject::GetCstaFeatures),
            (3, Subject::MonitorStart),
        ] {
            machine.receive(
                &config,
                Time::ZERO,
                &Message::request(Side::Client, 1, cseq, subject),
                &mut desk,
            );
        }
        machine.event(Time(100 * S), Subject::Delivered, 5, &mut desk);
        if let Some(status) = answer {
            let answer = Message::request(Side::Gateway, 1, 1, Subject::Delivered).answer(status);
            machine.receive(&config, Time(101 * S), &answer, &mut desk);
        }
        run_dialog(&mut machine, &config, &mut desk, 1000);
        assert_eq!(machine.is_held(), is_held, "{answer:?}");
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
