//! From packets to SIP messages: link layer, IP with its fragments, UDP datagrams and TCP streams.

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};

use etherparse::{EtherType, IpNumber, LaxNetSlice, LaxSlicedPacket, TcpSlice, UdpSlice};

use super::fragment::{Fragment, Fragments};
use super::stream::{Segment, Streams};
use super::{Observation, Resolution, Stop, Summary, Transport, Unit, Warnings};
use crate::wire::{SipText, is_start_line};

/// A packet of a capture.
pub(super) struct Packet<'a> {
    /// Its number, counted from 1.
    pub frame: u64,
    /// When it was captured.
    pub at_us: Option<u64>,
    /// The link type (LINKTYPE_ registry of tcpdump.org).
    pub link: u16,
    /// Its bytes, as far as they were captured.
    pub data: &'a [u8],
}

/// Copies of one packet that the capture holds twice, as on the interface `any`, come within this time, µs. A
/// retransmission comes after T1, 500 ms.
const TWICE_WITHIN_US: u64 = 5_000;

/// Takes packets, hands SIP messages on.
pub(super) struct Decoder<'a> {
    sink: &'a mut dyn FnMut(Observation),
    warnings: Warnings,
    fragments: Fragments,
    streams: Streams,
    /// The last datagrams with SIP: when, from where to where, and their bytes.
    last: VecDeque<(u64, SocketAddr, SocketAddr, Vec<u8>)>,
    twice: u64,
    has_times: bool,
    last_at_us: Option<u64>,
}

impl<'a> Decoder<'a> {
    pub fn new(sink: &'a mut dyn FnMut(Observation)) -> Decoder<'a> {
        Decoder {
            sink,
            warnings: Warnings::default(),
            fragments: Fragments::default(),
            streams: Streams::default(),
            last: VecDeque::new(),
            twice: 0,
            has_times: false,
            last_at_us: None,
        }
    }

    /// Notes what is wrong with a frame.
    pub fn warn(&mut self, frame: u64, problem: &str) {
        self.warnings.push(format!("frame {frame}: {problem}"));
    }

    /// Takes a packet.
    ///
    /// # Errors
    /// A link type that is not supported.
    pub fn packet(&mut self, packet: &Packet) -> Result<(), Stop> {
        self.has_times |= packet.at_us.is_some();
        self.last_at_us = packet.at_us.or(self.last_at_us);
        let sliced = match ip(packet.link, packet.data) {
            Ok(sliced) => sliced,
            Err(Link::Unsupported) => {
                return Err(Stop::Content(format!(
                    "frame {}: link type {} is not supported; supported are Ethernet, Linux cooked (v1, v2), loopback and raw IP",
                    packet.frame, packet.link
                )));
            }
            Err(Link::Short) => {
                self.warn(packet.frame, "too short for its link layer");
                return Ok(());
            }
            Err(Link::NoIp) => return Ok(()),
        };
        let Some(net) = &sliced.net else {
            return Ok(());
        };
        let Some(payload) = net.ip_payload_ref() else {
            return Ok(());
        };
        let (from, to, fragment) = match net {
            LaxNetSlice::Ipv4(v4) => {
                let header = v4.header();
                let fragment = payload.fragmented.then(|| Fragment {
                    id: u32::from(header.identification()),
                    offset: usize::from(header.fragments_offset().value()) * 8,
                    more: header.more_fragments(),
                });
                (
                    IpAddr::V4(header.source_addr()),
                    IpAddr::V4(header.destination_addr()),
                    fragment,
                )
            }
            LaxNetSlice::Ipv6(v6) => {
                let header = v6.header();
                let mut fragment = None;
                for extension in v6.extensions().clone() {
                    if let etherparse::Ipv6ExtensionSlice::Fragment(f) = extension {
                        fragment = Some(Fragment {
                            id: f.identification(),
                            offset: usize::from(f.fragment_offset().value()) * 8,
                            more: f.more_fragments(),
                        });
                    }
                }
                let fragment = fragment.filter(|_| payload.fragmented);
                (
                    IpAddr::V6(header.source_addr()),
                    IpAddr::V6(header.destination_addr()),
                    fragment,
                )
            }
            _ => return Ok(()),
        };
        let number = payload.ip_number;
        match fragment {
            None => self.transport(packet, from, to, number, payload.payload),
            Some(fragment) => {
                let key = (from, to, fragment.id, number.0);
                if let Some(whole) = self.fragments.add(key, &fragment, payload.payload) {
                    self.transport(packet, from, to, number, &whole);
                }
            }
        }
        Ok(())
    }

    fn transport(
        &mut self,
        packet: &Packet,
        from: IpAddr,
        to: IpAddr,
        number: IpNumber,
        payload: &[u8],
    ) {
        match number {
            IpNumber::UDP => {
                // A length of zero, or beyond what was captured, is passed over.
                let Ok(udp) = UdpSlice::from_slice_lax(payload) else {
                    return;
                };
                let from = SocketAddr::new(from, udp.source_port());
                let to = SocketAddr::new(to, udp.destination_port());
                self.datagram(packet, from, to, udp.payload());
            }
            IpNumber::TCP => {
                let Ok(tcp) = TcpSlice::from_slice(payload) else {
                    return;
                };
                let segment = Segment {
                    frame: packet.frame,
                    at_us: packet.at_us,
                    from: SocketAddr::new(from, tcp.source_port()),
                    to: SocketAddr::new(to, tcp.destination_port()),
                    sequence: tcp.sequence_number(),
                    begins: tcp.syn(),
                    ends: tcp.fin() || tcp.rst(),
                    payload: tcp.payload(),
                };
                self.streams
                    .segment(&segment, self.sink, &mut self.warnings);
            }
            _ => {}
        }
    }

    fn datagram(&mut self, packet: &Packet, from: SocketAddr, to: SocketAddr, payload: &[u8]) {
        let blank = payload.iter().take_while(|b| b"\r\n".contains(b)).count();
        let payload = &payload[blank..];
        if !is_start_line(payload) {
            return;
        }
        if let Some(at_us) = packet.at_us {
            let known = self.last.iter().any(|(at, f, t, bytes)| {
                at_us.abs_diff(*at) <= TWICE_WITHIN_US && (*f, *t) == (from, to) && bytes == payload
            });
            if known {
                self.twice += 1;
                return;
            }
            self.last.push_back((at_us, from, to, payload.to_vec()));
            if self.last.len() > 16 {
                self.last.pop_front();
            }
        }
        let Ok(message) = SipText::parse(payload) else {
            return;
        };
        if message.missing > 0 {
            self.warn(
                packet.frame,
                &format!("{} bytes of the body are missing", message.missing),
            );
        }
        (self.sink)(Observation {
            place: packet.frame,
            at_us: packet.at_us,
            from: Some(from.to_string()),
            to: Some(to.to_string()),
            transport: Some(Transport::Udp),
            message,
        });
    }

    /// The capture has ended.
    pub fn finish(mut self, form: &'static str, places: u64) -> Summary {
        self.streams.finish(self.sink, &mut self.warnings);
        if self.twice > 0 {
            self.warnings.push(format!(
                "{} datagrams are in the capture twice and count once, as a capture on all interfaces shows them",
                self.twice
            ));
        }
        let unfinished = self.fragments.unfinished();
        if unfinished > 0 {
            self.warnings.push(format!(
                "{unfinished} fragmented datagrams are not complete"
            ));
        }
        Summary {
            forms: vec![form],
            unit: Unit::Frame,
            places,
            messages: 0,
            resolution: if self.has_times {
                Resolution::Fine
            } else {
                Resolution::None
            },
            warnings: self.warnings.finish(),
        }
    }
}

/// Why there is no IP packet.
enum Link {
    Unsupported,
    Short,
    NoIp,
}

/// The IP packet within a frame.
fn ip(link: u16, data: &[u8]) -> Result<LaxSlicedPacket<'_>, Link> {
    let typed = |at: usize, header: usize| {
        let number = data.get(at..at + 2).ok_or(Link::Short)?;
        let rest = data.get(header..).ok_or(Link::Short)?;
        let number = u16::from_be_bytes([number[0], number[1]]);
        Ok(LaxSlicedPacket::from_ether_type(EtherType(number), rest))
    };
    let raw = |header: usize| {
        let rest = data.get(header..).ok_or(Link::Short)?;
        LaxSlicedPacket::from_ip(rest).map_err(|_| Link::NoIp)
    };
    match link {
        1 => LaxSlicedPacket::from_ethernet(data).map_err(|_| Link::Short),
        // Linux cooked: the protocol is the last field of the older header and the first of the newer.
        113 => typed(14, 16),
        276 => typed(0, 20),
        // BSD loopback: four bytes of address family, in the order of whoever captured.
        0 | 108 => raw(4),
        // Raw IP, by its several numbers.
        12 | 14 | 101 | 228 | 229 => raw(0),
        _ => Err(Link::Unsupported),
    }
}
