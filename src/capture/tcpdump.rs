//! Packets as `tcpdump -A` prints them: a line of when, from where and to where, then all bytes from the IP header on as
//! characters, others as full stops, CRLF as a line end.
//!
//! A message may go on in the next segment, or in the next fragment, behind another line and other headers: packets
//! are taken apart here as far as their text lets.

use super::clock::Stamp;
use super::intro::Intro;
use super::observation::Transport;

/// What a packet carries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Carried {
    /// A datagram, or its first fragment.
    Datagram,
    /// A later fragment of a datagram.
    Fragment,
    /// A TCP segment.
    Segment(DumpedSegment),
}

/// What the line of a TCP segment says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct DumpedSegment {
    /// The number of its first byte: as it was sent, or counted from the beginning of the connection.
    pub sequence: u32,
    /// SYN.
    pub begins: bool,
    /// FIN or RST.
    pub ends: bool,
    /// Bytes of its payload.
    pub length: usize,
}

/// A packet whose lines are being collected.
#[derive(Debug)]
pub(super) struct DumpedPacket {
    /// The line it begins in.
    pub line: u64,
    /// When, from where and to where.
    pub intro: Intro,
    /// `None`: the line that says it is still to come (`-v`).
    pub carried: Option<Carried>,
    /// Its bytes as characters.
    pub text: String,
    /// What tcpdump understood of it (`-v`), in lines that begin with a tab.
    decoded: String,
    is_empty: bool,
}

/// The part of a line from `IP ` or `IP6 ` on, if it is the first of a packet, and what stands before.
fn first_line(line: &str) -> Option<(&str, &str)> {
    let head = &line[..line.floor_char_boundary(128)];
    let at = ["IP ", "IP6 "]
        .iter()
        .filter_map(|word| head.find(word))
        .find(|at| *at == 0 || head[..*at].ends_with(' '))?;
    let (before, after) = (&line[..at], line[at..].split_once(' ')?.1);
    // A time, or with -t nothing; the interface and the direction of the capture on all of them.
    let is_stamped = before.is_empty() || Stamp::find(before).is_some();
    let is_packet = after.starts_with('(') || ends_of(after).is_some();
    (is_stamped && is_packet).then_some((before, after))
}

/// From where to where, and what follows: `127.0.0.1.5070 > 127.0.0.1.5060: SIP, length: 544`.
fn ends_of(text: &str) -> Option<(&str, &str, &str)> {
    let (before, after) = text.split_once(" > ")?;
    let from = before.split_whitespace().next_back()?;
    let (to, rest) = after
        .split_once(": ")
        .or_else(|| Some((after.strip_suffix(':')?, "")))?;
    // A later fragment names hosts alone, which may be a word.
    let has_port = |a: &str| a.contains(['.', ':']) || is_later_fragment(rest);
    let is_address = |a: &str| has_port(a) && !a.contains([' ', '<', '@', '/']);
    (is_address(from) && is_address(to)).then_some((from, to, rest))
}

/// `127.0.0.1.15611` and `::1.5060` of tcpdump: host and port are separated by a full stop, the port may have a name.
fn dotted(text: &str) -> String {
    let text = text.trim().trim_end_matches(':');
    let Some((host, port)) = text.rsplit_once('.') else {
        return text.into();
    };
    let port = match port {
        "sip" => "5060",
        "sip-tls" | "sips" => "5061",
        port if port.bytes().all(|b| b.is_ascii_digit()) => port,
        _ => return text.into(),
    };
    match host.contains(':') {
        true => format!("[{host}]:{port}"),
        false => format!("{host}:{port}"),
    }
}

/// Where the line of a packet has no ports, its protocol is named in small letters or by its number: `UDP` is a first one.
fn is_later_fragment(rest: &str) -> bool {
    rest.starts_with("ip-proto-17") || rest.starts_with("udp")
}

fn carried(rest: &str) -> Carried {
    let after = |words: &str| {
        let (_, rest) = rest.rsplit_once(words)?;
        let digits = rest.trim_start_matches(':').trim_start();
        let end = digits.find(|c: char| !c.is_ascii_digit());
        digits[..end.unwrap_or(digits.len())].parse().ok()
    };
    if let Some(flags) = rest.strip_prefix("Flags [") {
        let flags = flags.split(']').next().unwrap_or_default();
        return Carried::Segment(DumpedSegment {
            sequence: after("seq ").unwrap_or(0),
            begins: flags.contains('S'),
            ends: flags.contains(['F', 'R']),
            length: after("length ").unwrap_or(0) as usize,
        });
    }
    match is_later_fragment(rest) {
        true => Carried::Fragment,
        false => Carried::Datagram,
    }
}

impl DumpedPacket {
    /// A packet, if this is the first line of one.
    pub(super) fn begin(number: u64, line: &str) -> Option<Self> {
        let (before, after) = first_line(line)?;
        let mut packet = Self {
            line: number,
            intro: Intro {
                stamp: Stamp::find(before),
                ..Intro::tcpdump()
            },
            carried: None,
            text: String::new(),
            decoded: String::new(),
            is_empty: true,
        };
        packet.takes_ends(after);
        Some(packet)
    }

    /// Whether the text says from where to where: it is part of the packet then.
    fn takes_ends(&mut self, text: &str) -> bool {
        let Some((from, to, rest)) = ends_of(text) else {
            return false;
        };
        let carried = carried(rest);
        self.carried = Some(carried);
        self.intro.from = Some(dotted(from));
        self.intro.to = Some(dotted(to));
        self.intro.transport = Some(match carried {
            Carried::Segment(_) => Transport::Tcp,
            _ => Transport::Udp,
        });
        true
    }

    /// Adds a line.
    pub(super) fn push(&mut self, line: &str) {
        if self.carried.is_none() && self.takes_ends(line) {
            return;
        }
        if let Some(line) = line.strip_prefix('\t').filter(|_| self.is_empty) {
            self.decoded.push_str(line);
            self.decoded.push('\n');
            return;
        }
        if !self.is_empty {
            self.text.push('\n');
        }
        self.is_empty = false;
        self.text.push_str(line);
    }

    /// Bytes that are kept of it.
    pub(super) fn size(&self) -> usize {
        self.text.len() + self.decoded.len()
    }

    /// Characters of the IP header: its first byte tells its length.
    fn ip_header(&self) -> usize {
        match self.text.bytes().next() {
            Some(b'`') => 40,
            Some(first @ b'E'..=b'O') => usize::from(first & 15) * 4,
            _ => 0,
        }
    }

    /// The text behind so many bytes of headers; of what was only understood, all.
    fn behind(&self, headers: usize) -> &str {
        if self.is_empty {
            return &self.decoded;
        }
        self.text.get(headers..).unwrap_or_default()
    }

    /// The text of a datagram, or of a fragment of one.
    pub(super) fn datagram(&self) -> &str {
        let udp = match self.carried {
            Some(Carried::Datagram) => 8,
            _ => 0,
        };
        self.behind(self.ip_header() + udp)
    }

    /// The payload of a segment of so many bytes: line ends were CRLF, as many as the length has room for, first those of
    /// the headers.
    pub(super) fn payload(&self, length: usize) -> Vec<u8> {
        let ip = self.ip_header();
        // The length of the TCP header stands in its 13th byte; 32 is that with times, and shows as a full stop.
        let tcp = match self.text.as_bytes().get(ip + 12) {
            Some(offset @ (b'P' | b'`' | b'p')) => usize::from(offset >> 4) * 4,
            _ => 32,
        };
        let text = self.behind(ip + tcp);
        let mut missing = length.saturating_sub(text.len());
        let mut bytes = Vec::with_capacity(length);
        for byte in text.bytes() {
            if byte == b'\n' && missing > 0 {
                bytes.push(b'\r');
                missing -= 1;
            }
            bytes.push(byte);
        }
        bytes.truncate(length);
        bytes
    }
}

#[cfg(test)]
mod tests {
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
        for other in [
            "Via: SIP/2.0/UDP 192.0.2.1 > a.b: c",
            "c=IN IP4 192.0.2.1",
            "22:28:32.5 ARP, Request who-has 192.0.2.1",
            "He said: IP 1 > 2 is odd",
        ] {
            assert!(DumpedPacket::begin(1, other).is_none(), "{other}");
        }
    }

    #[test]
    fn the_second_line_may_say_it() {
        let packet = packet(&[
            "1795818512.5 IP (tos 0x0, ttl 64, flags [DF], proto TCP (6), length 964)",
            "    192.0.2.1.15961 > 192.0.2.2.15960: Flags [P.], cksum 0x01b9 (incorrect -> 0x2cd9), seq 1:13, ack 1, length 12",
        ]);
        let segment = DumpedSegment {
            sequence: 1,
            begins: false,
            ends: false,
            length: 12,
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
            String::from_utf8(packet.payload(length)).unwrap()
        };
        let whole = "BYE sip:a@b SIP/2.0\r\nContent-Length: 3\r\n\r\na\nb";
        assert_eq!(read(whole.len()), whole);
        // Where the rest was not captured, all that is there.
        assert_eq!(read(500), whole.replace("a\nb", "a\r\nb"));
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
}
