//! A capture file written: Ethernet, IPv4, UDP or TCP, every checksum right, the same bytes for the same messages.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use etherparse::{IpHeaders, PacketBuilder, PacketBuilderStep};

/// The two ends of a conversation. Each has a hardware address of its own that nobody was given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Endpoints {
    /// Who sends.
    pub from: SocketAddr,
    /// Who receives.
    pub to: SocketAddr,
}

/// The numbers of one direction of a TCP connection.
type Numbers = BTreeMap<(SocketAddr, SocketAddr), u32>;

/// Collects packets into the bytes of a pcap file.
#[derive(Debug)]
pub struct PcapWriter {
    bytes: Vec<u8>,
    next: Numbers,
}

/// Bytes of a TCP segment on Ethernet.
const SEGMENT_MOST: usize = 1460;
const HOPS: u8 = 64;
const WINDOW: u16 = u16::MAX;

impl Default for PcapWriter {
    fn default() -> Self {
        Self::new()
    }
}

impl Endpoints {
    fn back(self) -> Self {
        Self {
            from: self.to,
            to: self.from,
        }
    }
}

/// Locally administered, and made of the address.
fn hardware(address: SocketAddr) -> [u8; 6] {
    let [a, b, c, d] = match address.ip() {
        IpAddr::V4(ip) => ip.octets(),
        IpAddr::V6(ip) => {
            let [.., a, b, c, d] = ip.octets();
            [a, b, c, d]
        }
    };
    [2, 0, a, b, c, d]
}

/// The headers up to IP. Where the two ends are of different versions, as with an unspecified address, both are IPv6.
fn lower_headers(ends: Endpoints) -> PacketBuilderStep<IpHeaders> {
    let builder = PacketBuilder::ethernet2(hardware(ends.from), hardware(ends.to));
    match (ends.from.ip(), ends.to.ip()) {
        (IpAddr::V4(from), IpAddr::V4(to)) => builder.ipv4(from.octets(), to.octets(), HOPS),
        (from, to) => {
            let octets = |ip: IpAddr| match ip {
                IpAddr::V4(ip) => ip.to_ipv6_mapped().octets(),
                IpAddr::V6(ip) => ip.octets(),
            };
            builder.ipv6(octets(from), octets(to), HOPS)
        }
    }
}

enum Flag {
    Open,
    OpenAnswer,
    Data,
    Acknowledge,
    Close,
}

impl PcapWriter {
    /// A file without packets: version 2.4, microseconds, Ethernet.
    pub fn new() -> Self {
        let mut bytes = Vec::new();
        for word in [0xa1b2_c3d4_u32, 0x0004_0002, 0, 0, 262_144, 1] {
            bytes.extend_from_slice(&word.to_le_bytes());
        }
        Self {
            bytes,
            next: BTreeMap::new(),
        }
    }

    fn record(&mut self, at_us: u64, packet: &[u8]) {
        let length = packet.len() as u32;
        let seconds = u32::try_from(at_us / 1_000_000).unwrap_or(u32::MAX);
        for word in [seconds, (at_us % 1_000_000) as u32, length, length] {
            self.bytes.extend_from_slice(&word.to_le_bytes());
        }
        self.bytes.extend_from_slice(packet);
    }

    /// A datagram. What is longer than one can be is cut.
    pub fn udp(&mut self, at_us: u64, ends: Endpoints, payload: &[u8]) {
        let payload = &payload[..payload.len().min(65_507)];
        let (from, to) = (ends.from, ends.to);
        let builder = lower_headers(ends).udp(from.port(), to.port());
        let mut packet = Vec::with_capacity(builder.size(payload.len()));
        if builder.write(&mut packet, payload).is_ok() {
            self.record(at_us, &packet);
        }
    }

    /// Bytes of the connection between two ends, which the first bytes open; each segment is acknowledged at once.
    pub fn tcp(&mut self, at_us: u64, ends: Endpoints, payload: &[u8]) {
        if !self.next.contains_key(&(ends.from, ends.to)) {
            self.segment(at_us, ends, Flag::Open, &[]);
            self.segment(at_us, ends.back(), Flag::OpenAnswer, &[]);
            self.segment(at_us, ends, Flag::Acknowledge, &[]);
        }
        for part in payload.chunks(SEGMENT_MOST) {
            self.segment(at_us, ends, Flag::Data, part);
            self.segment(at_us, ends.back(), Flag::Acknowledge, &[]);
        }
    }

    /// Closes the connection between two ends, if there is one.
    pub fn close(&mut self, at_us: u64, ends: Endpoints) {
        if self.next.contains_key(&(ends.from, ends.to)) {
            self.segment(at_us, ends, Flag::Close, &[]);
            self.segment(at_us, ends.back(), Flag::Close, &[]);
            self.segment(at_us, ends, Flag::Acknowledge, &[]);
            self.next.remove(&(ends.from, ends.to));
            self.next.remove(&(ends.to, ends.from));
        }
    }

    fn segment(&mut self, at_us: u64, ends: Endpoints, flag: Flag, payload: &[u8]) {
        let (from, to) = (ends.from, ends.to);
        let sequence = *self.next.entry((from, to)).or_insert(1000);
        let acknowledged = self.next.get(&(to, from)).copied().unwrap_or(0);
        let builder = lower_headers(ends).tcp(from.port(), to.port(), sequence, WINDOW);
        let builder = match flag {
            Flag::Open => builder.syn(),
            Flag::OpenAnswer => builder.syn().ack(acknowledged),
            Flag::Data => builder.psh().ack(acknowledged),
            Flag::Acknowledge => builder.ack(acknowledged),
            Flag::Close => builder.fin().ack(acknowledged),
        };
        let sequence_length = payload.len() as u32
            + u32::from(matches!(flag, Flag::Open | Flag::OpenAnswer | Flag::Close));
        self.next
            .insert((from, to), sequence.wrapping_add(sequence_length));
        let mut packet = Vec::with_capacity(builder.size(payload.len()));
        if builder.write(&mut packet, payload).is_ok() {
            self.record(at_us, &packet);
        }
    }

    /// The bytes since the last time: the next part of the file, for one that grows.
    pub fn drain(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }

    /// The bytes of the file.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Observation, Transport, read_from};
    use super::*;

    fn ends() -> Endpoints {
        let address = |last| SocketAddr::from(([192, 0, 2, last], 5060));
        Endpoints {
            from: address(1),
            to: address(2),
        }
    }

    fn message(number: u32, body: usize) -> Vec<u8> {
        let body = "x".repeat(body);
        format!(
            "INFO sip:gw SIP/2.0\r\nCSeq: {number} INFO\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .into_bytes()
    }

    #[test]
    fn what_is_written_is_read_back_over_udp_and_tcp() {
        for tcp in [false, true] {
            let mut writer = PcapWriter::new();
            for number in 1..=3 {
                let ends = if number == 2 { ends().back() } else { ends() };
                let at_us = u64::from(number) * 1_500_000;
                if tcp {
                    writer.tcp(at_us, ends, &message(number, 4000));
                } else {
                    writer.udp(at_us, ends, &message(number, 4000));
                }
            }
            writer.close(9_000_000, ends());
            let mut observations: Vec<Observation> = Vec::new();
            let bytes = writer.into_bytes();
            let summary = read_from("x", bytes.as_slice(), &mut |o| observations.push(o)).unwrap();
            assert_eq!(summary.warnings, [""; 0]);
            let messages: Vec<_> = observations
                .iter()
                .map(|o| {
                    (
                        o.at_us.unwrap(),
                        o.message.cseq().unwrap().0,
                        o.message.body.len(),
                    )
                })
                .collect();
            assert_eq!(
                messages,
                [
                    (1_500_000, 1, 4000),
                    (3_000_000, 2, 4000),
                    (4_500_000, 3, 4000)
                ]
            );
            assert_eq!(observations[1].from.as_deref(), Some("192.0.2.2:5060"));
            let transport = if tcp { Transport::Tcp } else { Transport::Udp };
            assert!(observations.iter().all(|o| o.transport == Some(transport)));
        }
    }
}
