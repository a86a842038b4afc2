//! Packets as `tcpdump -A` prints them: a line of when, from where and to where, then all bytes from the IP header on as
//! characters, others as full stops, CRLF as a line end.
//!
//! A message may go on in the next segment, or in the next fragment, behind another line and other headers: packets
//! are taken apart here as far as their text lets.

use super::clock::Stamp;
use super::intro::{Intro, OPENINGS};
use super::observation::Transport;
use crate::wire::is_start_line;

/// What a packet carries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Carried {
    /// A datagram, or its first fragment.
    Datagram,
    /// A later fragment of a datagram.
    Fragment,
    /// A TCP segment.
    Segment(DumpedSegment),
    /// What is no SIP: ICMP, though it holds the beginning of a datagram that found nobody.
    Other,
}

/// What the line of a TCP segment says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct DumpedSegment {
    /// The number of its first byte: as it was sent, or counted from the beginning of the connection; `None`: not printed.
    pub sequence: Option<u32>,
    /// SYN.
    pub begins: bool,
    /// FIN or RST.
    pub ends: bool,
    /// Bytes of its payload.
    pub length: usize,
    /// Bytes of its options, as far as their names tell.
    options: Option<usize>,
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

/// One direction of a connection. tcpdump prints the number of its first byte as it was sent; those that follow count from
/// there, or with `-S` are as they were sent too.
#[derive(Clone, Copy)]
pub(super) struct Direction {
    /// The number of the first byte, as it was sent.
    first: u32,
    /// The number of the next byte, counted from the first.
    next: u32,
    /// Whether all numbers are as they were sent: the second one tells.
    are_as_sent: Option<bool>,
}

impl Direction {
    /// One whose first byte had this number, and whose next one is so far from it.
    pub(super) fn with_start(first: u32, next: u32) -> Self {
        Self {
            first,
            next,
            are_as_sent: None,
        }
    }

    /// Takes a segment of so many bytes; the number of its first one, counted from the first of all. With `-q` no number is
    /// printed: what comes follows what came.
    pub(super) fn take(&mut self, number: Option<u32>, length: u32) -> u32 {
        let sequence = number.map_or(self.next, |number| self.relative_sequence(number));
        if length > 0 {
            self.next = sequence.wrapping_add(length);
        }
        sequence
    }

    /// The number of a byte, counted from the first.
    fn relative_sequence(&mut self, number: u32) -> u32 {
        let since = number.wrapping_sub(self.first);
        let from_next = |n: u32| (n.wrapping_sub(self.next) as i32).unsigned_abs();
        let are_as_sent = *(self.are_as_sent).get_or_insert(from_next(since) < from_next(number));
        if are_as_sent { since } else { number }
    }
}

/// The number of the packet (`-#`), where a line begins with one, left aside.
fn without_number(line: &str) -> &str {
    let line = line.trim_start();
    match line.split_once(' ') {
        Some((number, rest)) if number.bytes().all(|b| b.is_ascii_digit()) => rest.trim_start(),
        _ => line,
    }
}

/// The time that a line begins with, and what follows it.
fn stamped(line: &str) -> (Option<Stamp>, &str) {
    let (first, rest) = line.split_once(' ').unwrap_or((line, ""));
    let is_date = first.len() == 10 && first.split('-').count() == 3;
    let (words, rest) = match rest.split_once(' ').filter(|_| is_date) {
        Some((_, after)) => (&line[..line.len() - after.len() - 1], after),
        None => (first, rest),
    };
    let begins = words.starts_with(|c: char| c.is_ascii_digit());
    match Stamp::find(words).filter(|_| begins) {
        Some(stamp) => (Some(stamp), rest.trim_start()),
        None => (None, line),
    }
}

/// Whether a line is the first of a packet of any protocol.
pub(super) fn opens_packet(line: &str) -> bool {
    let line = without_number(line);
    let names = ["ARP, ", "RARP, ", "STP ", "LLDP, ", "EAPOL "];
    stamped(line).0.is_some() || names.iter().any(|name| line.starts_with(name))
}

/// The time of a packet of IP, and what its first line says behind the protocol.
fn first_line(line: &str) -> Option<(Option<Stamp>, &str)> {
    let (stamp, rest) = stamped(without_number(line));
    // The interface and the direction, of a capture on all of them.
    let is_direction = |word: &str| ["In", "Out", "B", "M", "P"].contains(&word);
    let mut words = rest.split_whitespace();
    let is_on_any = words.next().is_some() && words.next().is_some_and(is_direction);
    let rest = match is_on_any {
        true => rest
            .split_once(' ')?
            .1
            .trim_start()
            .split_once(' ')?
            .1
            .trim_start(),
        false => rest,
    };
    // With -e the link layer stands before.
    let link = ["ethertype IPv4", "ethertype IPv6"];
    let behind_link = link.iter().find_map(|name| rest.split_once(name));
    let after = match behind_link {
        Some((_, rest)) => rest.split_once(": ")?.1,
        None => rest
            .strip_prefix("IP ")
            .or_else(|| rest.strip_prefix("IP6 "))?,
    };
    let is_packet = after.starts_with('(') || ends_of(after).is_some();
    is_packet.then_some((stamp, after))
}

/// From where to where, and what follows: `127.0.0.1.5070 > 127.0.0.1.5060: SIP, length: 544`.
fn ends_of(text: &str) -> Option<(&str, &str, &str)> {
    let (before, after) = text.split_once(" > ")?;
    let from = before.split_whitespace().next_back()?;
    let (to, rest) = (after.split_once(": ")).or_else(|| Some((after.strip_suffix(':')?, "")))?;
    // A later fragment and ICMP name hosts alone, which may be a word.
    let is_named = is_later_fragment(rest) || rest.starts_with("ICMP");
    let is_address =
        |a: &str| (is_named || a.contains(['.', ':'])) && !a.contains([' ', '<', '@', '/']);
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

/// The number at the beginning of a text.
fn number(text: &str) -> Option<u32> {
    let end = text.find(|c: char| !c.is_ascii_digit());
    text[..end.unwrap_or(text.len())].parse().ok()
}

/// Bytes of TCP options by their names (RFC 9293, 7323, 2018), in whole words; `None`: one is not known.
fn length_of_options(names: &str) -> Option<usize> {
    let mut bytes = 0;
    for name in names.split(',') {
        let mut words = name.split_whitespace();
        bytes += match words.next()? {
            "nop" | "eol" => 1,
            "mss" => 4,
            "wscale" => 3,
            "sackOK" => 2,
            "TS" => 10,
            "sack" => 2 + 8 * usize::from(words.next()?.parse::<u8>().ok()?),
            _ => return None,
        };
    }
    Some(bytes.next_multiple_of(4)).filter(|bytes| *bytes <= 40)
}

fn carried(rest: &str) -> Carried {
    if let Some(flags) = rest.strip_prefix("Flags [") {
        let (flags, details) = flags.split_once(']').unwrap_or((flags, ""));
        let options = details.split_once("options [").map(|(_, names)| names);
        return Carried::Segment(DumpedSegment {
            sequence: (details.split_once("seq ")).and_then(|(_, n)| number(n)),
            begins: flags.contains('S'),
            ends: flags.contains(['F', 'R']),
            length: (details.rsplit_once("length "))
                .and_then(|(_, n)| number(n))
                .unwrap_or(0) as usize,
            options: match options {
                Some(names) => length_of_options(names.split(']').next().unwrap_or_default()),
                None => Some(0),
            },
        });
    }
    // -q says no more than this.
    if let Some(length) = rest.strip_prefix("tcp ").and_then(number) {
        return Carried::Segment(DumpedSegment {
            sequence: None,
            begins: false,
            ends: false,
            length: length as usize,
            options: None,
        });
    }
    if rest.starts_with("ICMP") {
        return Carried::Other;
    }
    match is_later_fragment(rest) {
        true => Carried::Fragment,
        false => Carried::Datagram,
    }
}

impl DumpedPacket {
    /// A packet, if this is the first line of one.
    pub(super) fn begin(number: u64, line: &str) -> Option<Self> {
        let (stamp, after) = first_line(line)?;
        let mut packet = Self {
            line: number,
            intro: Intro {
                stamp,
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

    /// Where the bytes behind the IP header begin: its first byte tells its length. With `-AA` the link layer stands before.
    fn behind_ip(&self) -> usize {
        let byte = |at: usize| self.text.as_bytes().get(at).copied().unwrap_or(0);
        if let first @ b'E'..=b'O' = byte(0) {
            return usize::from(first & 15) * 4;
        }
        let is_ip = |at: &usize| matches!(byte(*at), b'E' | b'`');
        // Behind nothing, Ethernet, Linux cooked, Ethernet with a tag, Linux cooked of the second kind, loopback.
        let begins = [0, 14, 16, 18, 20, 4].into_iter().find(is_ip);
        begins.map_or(0, |at| at + if byte(at) == b'E' { 20 } else { 40 })
    }

    /// The text from about there on: exactly where a start line begins, if one does nearby. A CR and LF within the headers
    /// are one character, and unknown options make them longer.
    fn text_near(&self, cut: usize) -> &str {
        let near = cut.saturating_sub(SHORTER)..cut + LONGER;
        let begins = |at: &usize| {
            let rest = self.text.get(*at..).unwrap_or_default();
            OPENINGS.iter().any(|word| rest.starts_with(word)) && is_start_line(rest.as_bytes())
        };
        let at = near.clone().find(begins).unwrap_or(cut);
        self.text.get(at..).unwrap_or_default()
    }

    /// The text of a datagram, or of a fragment of one.
    pub(super) fn datagram(&self) -> &str {
        if self.is_empty {
            return &self.decoded;
        }
        match self.carried {
            Some(Carried::Datagram) => self.text_near(self.behind_ip() + 8),
            _ => self.text.get(self.behind_ip()..).unwrap_or_default(),
        }
    }

    /// The payload of a segment: line ends were CRLF, as many as its length has room for, first those of the headers.
    pub(super) fn payload(&self, segment: &DumpedSegment) -> Vec<u8> {
        if self.is_empty || segment.length == 0 {
            return self.decoded.replace('\n', "\r\n").into_bytes();
        }
        let ip = self.behind_ip();
        let header = segment.options.map_or_else(
            // It stands in the 13th byte; 32 is that with times, and shows as a full stop.
            || match self.text.as_bytes().get(ip + 12) {
                Some(offset @ (b'P' | b'`' | b'p')) => usize::from(offset >> 4) * 4,
                _ => 32,
            },
            |options| 20 + options,
        );
        let line_ends = |text: &str| text.bytes().filter(|byte| *byte == b'\n').count();
        let mut text = self.text_near(ip + header);
        // One or a few too little: as many characters of the headers were two bytes.
        let lacking = segment.length.saturating_sub(text.len() + line_ends(text));
        if (1..=SHORTER).contains(&lacking) {
            let at = self.text.len() - text.len();
            text = self.text.get(at - lacking.min(at)..).unwrap_or_default();
        }
        let mut missing = segment.length.saturating_sub(text.len());
        let mut bytes = Vec::with_capacity(text.len() + line_ends(text));
        for byte in text.bytes() {
            if byte == b'\n' && missing > 0 {
                bytes.push(b'\r');
                missing -= 1;
            }
            bytes.push(byte);
        }
        bytes.truncate(segment.length);
        bytes
    }
}

/// So many characters may the headers have less than bytes: each CR with its LF is one.
const SHORTER: usize = 4;
/// So many bytes may TCP options have that are not known.
const LONGER: usize = 40;

#[cfg(test)]
mod tests;
