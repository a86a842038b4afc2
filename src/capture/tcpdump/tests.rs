use super::*;

fn packet(lines: &[&str]) -> DumpedPacket {
    let mut packet = DumpedPacket::begin(1, lines[0]).expect("the first line of a packet");
    lines[1..].iter().for_each(|line| packet.push(line));
    packet
}

#[test]
fn a_line_says_from_where_to_where() {
    let ends = |line: &str| {
        let packet = packet(&[line]);
        (packet.intro.from.unwrap(), packet.intro.to.unwrap())
    };
    let pair = |a: &str, b: &str| (a.to_string(), b.to_string());
    assert_eq!(
        ends(
            "22:28:32.521054 IP 192.0.2.1.15961 > gw.example.test.sip: Flags [.], ack 1, length 0"
        ),
        pair("192.0.2.1:15961", "gw.example.test:5060")
    );
    assert_eq!(
        ends(
            "1795820121.79 IP6 (flowlabel 0x76899, payload length: 902) ::1.16351 > ::1.16350: [bad udp cksum 0x0399 -> 0xd622!] UDP, length 894"
        ),
        pair("[::1]:16351", "[::1]:16350")
    );
    assert_eq!(
        ends(
            "2026-11-27 22:28:32.5 eth0  In  IP 192.0.2.1.5070 > 192.0.2.2.5060: SIP: BYE sip:a@b SIP/2.0"
        ),
        pair("192.0.2.1:5070", "192.0.2.2:5060")
    );
    for line in [
        "    7  1795820121.79 IP 192.0.2.1.5070 > 192.0.2.2.5060: UDP, length 9",
        "VoIP  In  IP 192.0.2.1.5070 > 192.0.2.2.5060: UDP, length 9",
        "22:28:32.5 02:00:00:00:00:01 > 02:00:00:00:00:02, ethertype IPv4 (0x0800), length 51: 192.0.2.1.5070 > 192.0.2.2.5060: UDP, length 9",
    ] {
        assert_eq!(
            ends(line),
            pair("192.0.2.1:5070", "192.0.2.2:5060"),
            "{line}"
        );
    }
    for text in [
        "Via: SIP/2.0/UDP 192.0.2.1 > a.b: c",
        "c=IN IP4 192.0.2.1",
        "22:28:32.5 ARP, Request who-has 192.0.2.1",
        "He said: IP 1 > 2 is odd",
        "INVITE sip:a@b SIP/2.0",
    ] {
        assert!(DumpedPacket::begin(1, text).is_none(), "{text}");
    }
}

#[test]
fn the_second_line_may_say_it() {
    let packet = packet(&[
        "1795818512.5 IP (tos 0x0, ttl 64, flags [DF], proto TCP (6), length 964)",
        "    192.0.2.1.15961 > 192.0.2.2.15960: Flags [P.], cksum 0x01b9 (incorrect -> 0x2cd9), seq 1:13, ack 1, length 12",
    ]);
    let segment = DumpedSegment {
        sequence: Some(1),
        begins: false,
        ends: false,
        length: 12,
        options: Some(0),
    };
    assert_eq!(packet.carried, Some(Carried::Segment(segment)));
}

#[test]
fn line_ends_are_those_of_the_length() {
    let headers = "E.....@.@...........>Y>X....4...............-.W.....";
    let read = |length: usize| {
        let first = format!("{headers}BYE sip:a@b SIP/2.0");
        let packet = packet(&[
            &format!(
                "22:28:32.5 IP 192.0.2.1.1 > 192.0.2.2.2: Flags [P.], seq 1:9, length {length}"
            ),
            &first,
            "Content-Length: 3",
            "",
            "a",
            "b",
        ]);
        let Some(Carried::Segment(segment)) = packet.carried else {
            unreachable!("its line says so")
        };
        String::from_utf8(packet.payload(&segment)).unwrap()
    };
    let message = "BYE sip:a@b SIP/2.0\r\nContent-Length: 3\r\n\r\na\nb";
    assert_eq!(read(message.len()), message);
    // Where the rest was not captured, all that is there.
    assert_eq!(read(500), message.replace("a\nb", "a\r\nb"));
    assert_eq!(read(usize::MAX >> 32), message.replace("a\nb", "a\r\nb"));
}

/// The payload that a segment of so many bytes has, whose line says this and whose characters are these.
fn payload(line: &str, characters: &str) -> String {
    let packet = packet(&[
        &format!("22:28:32.5 IP 192.0.2.1.1 > 192.0.2.2.2: {line}"),
        characters,
    ]);
    let Some(Carried::Segment(segment)) = packet.carried else {
        unreachable!("its line says so")
    };
    String::from_utf8(packet.payload(&segment)).unwrap()
}

#[test]
fn headers_are_as_long_as_their_options_say_less_a_character_for_each_crlf() {
    let ip = "E..<..@.@...........";
    let tcp = |options: usize| ".".repeat(20 + options);
    for (options, bytes) in [
        ("", 0),
        ("options [nop,nop,TS val 5 ecr 6], ", 12),
        (
            "options [nop,nop,TS val 5 ecr 6,nop,nop,sack 1 {1:9}], ",
            24,
        ),
    ] {
        let line = format!("Flags [P.], seq 9:14, {options}length 5");
        assert_eq!(payload(&line, &format!("{ip}{}b: cd", tcp(bytes))), "b: cd");
        // An address with 13.10 has one character less.
        let shorter = tcp(bytes);
        assert_eq!(
            payload(&line, &format!("{ip}{}b: cd", &shorter[1..])),
            "b: cd"
        );
    }
    // What options are is not known: a start line tells.
    let line = "Flags [P.], seq 1:20, options [mptcp dss ack 5 seq 777], length 19";
    let text = format!("{ip}{}BYE sip:a@b SIP/2.0", tcp(28));
    assert_eq!(payload(line, &text), "BYE sip:a@b SIP/2.0");
}

#[test]
fn packets_of_other_protocols_end_one_too() {
    assert!(opens_packet(
        "22:28:32.5 ARP, Request who-has 192.0.2.1, length 28"
    ));
    assert!(opens_packet("ARP, Request who-has 192.0.2.1, length 28"));
    assert!(opens_packet("    7  1795818512.5 LLDP, length 60"));
    for line in [
        "E..<..@.@.",
        "Via: SIP/2.0/TCP 192.0.2.1",
        "Date: 22:28:32.5",
        "",
        "<a>1</a>",
    ] {
        assert!(!opens_packet(line), "{line}");
    }
    let unreachable = "22:28:32.5 IP a > b: ICMP b udp port 5060 unreachable, length 500";
    assert_eq!(packet(&[unreachable]).carried, Some(Carried::Other));
}

#[test]
fn a_later_fragment_has_no_port() {
    let carried = |line: &str| packet(&[line]).carried;
    let first = "22:51:56.2 IP 192.0.2.1.5070 > 192.0.2.2.5060: UDP, length 937";
    let later = "22:51:56.2 IP 192.0.2.1 > 192.0.2.2: ip-proto-17";
    assert_eq!(carried(first), Some(Carried::Datagram));
    assert_eq!(carried(later), Some(Carried::Fragment));
    let packet = packet(&[later, "E......E@.t.........xml", "Content-Length: 3"]);
    assert_eq!(packet.datagram(), "xml\nContent-Length: 3");
}
