//! From packets to SIP messages: link layer, IP with its fragments, UDP datagrams and TCP streams.

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};

use super::error::Stop;
use super::fragment::Fragments;
use super::ip::{self, IpPacket, NoIp};
use super::observation::{Observation, Transport};
use super::stream::{Place, Segment, Streams};
use super::summary::{Resolution, Summary, Unit, Warnings};
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
    duplicates: u64,
    has_times: bool,
    last_at_us: Option<u64>,
}

impl<'a> Decoder<'a> {
    pub(super) fn new(sink: &'a mut dyn FnMut(Observation)) -> Self {
        Decoder {
            sink,
            warnings: Warnings::default(),
            fragments: Fragments::default(),
            streams: Streams::default(),
            last: VecDeque::new(),
            duplicates: 0,
            has_times: false,
            last_at_us: None,
        }
    }

    /// Notes what is wrong with a frame.
    pub(super) fn warn(&mut self, frame: u64, problem: &str) {
        self.warnings.push(format!("frame {frame}: {problem}"));
    }

    /// Takes a packet.
    ///
    /// # Errors
    /// A link type that is not supported.
    pub(super) fn packet(&mut self, packet: &Packet) -> Result<(), Stop> {
        self.has_times |= packet.at_us.is_some();
        self.last_at_us = packet.at_us.or(self.last_at_us);
        let frame = match ip::frame(packet.link, packet.data) {
            Ok(frame) => frame,
            Err(NoIp::Unsupported) => {
                return Err(Stop::Content(format!(
                    "frame {}: link type {} is not supported; supported are Ethernet, Linux cooked (v1, v2), loopback and raw IP",
                    packet.frame, packet.link
                )));
            }
            Err(NoIp::Short) => {
                self.warn(packet.frame, "too short for its link layer");
                return Ok(());
            }
            Err(NoIp::Other) => return Ok(()),
        };
        let IpPacket {
            from,
            to,
            protocol,
            fragment,
            payload,
        } = frame;
        match fragment {
            None => self.transport(packet, from, to, protocol, payload),
            Some(fragment) => {
                let key = (from, to, fragment.id, protocol);
                if let Some(datagram) = self.fragments.add(key, &fragment, payload) {
                    self.transport(packet, from, to, protocol, &datagram);
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
        protocol: u8,
        payload: &[u8],
    ) {
        match protocol {
            ip::UDP => {
                let Some((source, destination, payload)) = ip::udp(payload) else {
                    return;
                };
                let (from, to) = (
                    SocketAddr::new(from, source),
                    SocketAddr::new(to, destination),
                );
                self.datagram(packet, from, to, payload);
            }
            ip::TCP => {
                let Some(tcp) = ip::tcp(payload) else { return };
                let segment = Segment {
                    place: Place {
                        unit: Unit::Frame,
                        number: packet.frame,
                    },
                    at_us: packet.at_us,
                    from: SocketAddr::new(from, tcp.from),
                    to: SocketAddr::new(to, tcp.to),
                    sequence: tcp.sequence,
                    begins: tcp.begins,
                    ends: tcp.ends,
                    payload: tcp.payload,
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
            let is_repeated = self.last.iter().any(|(at, f, t, bytes)| {
                at_us.abs_diff(*at) <= TWICE_WITHIN_US && (*f, *t) == (from, to) && bytes == payload
            });
            if is_repeated {
                self.duplicates += 1;
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
                &match message.missing {
                    1 => "1 byte of the body is missing".into(),
                    n => format!("{n} bytes of the body are missing"),
                },
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
    pub(super) fn finish(mut self, form: &'static str, places: u64) -> Summary {
        self.streams.finish(self.sink, &mut self.warnings);
        if self.duplicates > 0 {
            self.warnings.push(format!(
                "{} datagrams are in the capture twice and count once, as a capture on all interfaces shows them",
                self.duplicates
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
