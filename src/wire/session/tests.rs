#![cfg(test)]

use super::*;
use crate::protocol::Allow;

fn ends(side: Side) -> Ends {
    Ends {
        side,
        local_uri: "sip:user1@example.test".into(),
        remote_uri: "sip:line1@gw.example.test".into(),
        local_host: "127.0.0.1:5070".into(),
        transport: "UDP",
        line: "tel:+12025550101".into(),
        product: "rccsim".into(),
    }
}

fn invite() -> Message {
    Message {
        value: 1800,
        min_se: 90,
        ..Message::request(Side::Client, 1, 1, Subject::Invite)
    }
}

#[test]
fn two_ends_understand_each_other() {
    let mut client = Session::new(ends(Side::Client), 1, "c1", "a");
    let request = client.write(&invite()).unwrap();
    let mut gateway = Session::of_invite(ends(Side::Gateway), 1, &request, "b");
    assert_eq!(gateway.read(&request), Reading::Message(invite()));
    let ok = Message {
        value: 1800,
        allow: Allow::WithUpdate,
        ..invite().answer(Status::Ok200)
    };
    let answer = gateway.write(&ok).unwrap();
    assert_eq!(client.read(&answer), Reading::Message(ok));
    for subject in [
        Subject::Update,
        Subject::MonitorStart,
        Subject::Bye,
        Subject::ReInvite,
    ] {
        let message = Message::request(Side::Client, 1, 7, subject);
        let mut client = client.clone();
        let text = client.write(&message).unwrap();
        assert_eq!(text.to_tag(), Some("b"));
        assert_eq!(
            gateway.clone().read(&text),
            Reading::Message(message),
            "{subject:?}"
        );
    }
    let event = Message {
        value: 3,
        ..Message::request(Side::Gateway, 1, 1, Subject::Delivered)
    };
    let text = gateway.write(&event).unwrap();
    assert_eq!(client.read(&text), Reading::Message(event));
    let ok_text = client.write(&event.answer(Status::Ok200)).unwrap();
    assert_eq!(
        gateway.read(&ok_text),
        Reading::Message(event.answer(Status::Ok200))
    );
}

#[test]
fn numbers_of_the_peer_may_be_large_and_an_ack_may_bear_an_old_one() {
    let text = |line: &str, cseq: &str, to: &str| {
        let head = format!(
            "{line}\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>{to}\r\nCall-ID: x\r\nCSeq: {cseq}\r\n\r\n"
        );
        SipText::parse(head.as_bytes()).unwrap()
    };
    let invite = text("INVITE sip:c@d SIP/2.0", "1001202109 INVITE", "");
    let mut gateway = Session::of_invite(ends(Side::Gateway), 1, &invite, "b");
    let Reading::Message(message) = gateway.read(&invite) else {
        panic!()
    };
    assert_eq!((message.cseq, message.subject), (1, Subject::Invite));
    let Reading::Message(ack) = gateway.read(&text("ACK sip:c@d SIP/2.0", "7 ACK", ";tag=b"))
    else {
        panic!()
    };
    assert_eq!((ack.cseq, gateway.odd_acks), (1, 1));
    let second = text("INVITE sip:c@d SIP/2.0", "1001202111 INVITE", ";tag=b");
    assert!(matches!(
        gateway.read(&second),
        Reading::Message(Message {
            cseq: 3,
            subject: Subject::ReInvite,
            ..
        })
    ));
    let Reading::Reply(reply) = gateway.read(&text(
        "SUBSCRIBE sip:c@d SIP/2.0",
        "1001202112 SUBSCRIBE",
        ";tag=b",
    )) else {
        panic!()
    };
    assert_eq!(reply.code(), Some(501));
}

#[test]
fn the_route_of_the_answer_is_kept_in_reverse_and_provisional_answers_are_told_apart() {
    let mut client = Session::new(ends(Side::Client), 1, "c1", "a");
    let request = client.write(&invite()).unwrap();
    let mut trying = SipText::response(100, "Trying");
    echo(&mut trying, &request, "b");
    assert!(matches!(
        client.read(&trying),
        Reading::Provisional(m) if (m.cseq, m.subject) == (1, Subject::Invite)
    ));
    let mut ok = SipText::response(200, "OK");
    echo(&mut ok, &request, "b");
    ok.push("Record-Route", "<sip:p2;lr>");
    ok.push("Record-Route", "<sip:p1;lr>");
    ok.push("Contact", "<sip:gw@192.0.2.2:5070>");
    assert!(matches!(client.read(&ok), Reading::Message(_)));
    let update = client
        .write(&Message::request(Side::Client, 1, 2, Subject::Update))
        .unwrap();
    assert_eq!(
        update.header_values("Route").collect::<Vec<_>>(),
        ["<sip:p1;lr>", "<sip:p2;lr>"]
    );
    assert!(matches!(&update.start, Start::Request { uri, .. } if uri == "sip:gw@192.0.2.2:5070"));
}
