//! SIP in TCP streams: segments put in order, copies and overlaps left out, messages cut by Content-Length, all in
//! bounded memory.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::net::SocketAddr;

use super::observation::{Observation, Transport};
use super::summary::{Unit, Warnings};
use crate::wire::{Framer, is_start_line};

/// A place in a file: `frame 5`, `line 70`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Place {
    /// Of what.
    pub unit: Unit,
    /// Counted from 1.
    pub number: u64,
}

impl Display for Place {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.unit.word(), self.number)
    }
}

/// A TCP segment.
pub(super) struct Segment<'a, A = SocketAddr> {
    /// Where it stands in the file.
    pub place: Place,
    /// When.
    pub at_us: Option<u64>,
    /// The sender.
    pub from: A,
    /// The receiver.
    pub to: A,
    /// The number of its first byte.
    pub sequence: u32,
    /// SYN.
    pub begins: bool,
    /// FIN or RST.
    pub ends: bool,
    /// Its bytes.
    pub payload: &'a [u8],
}

/// One direction of a connection.
#[derive(Default)]
struct Flow {
    /// The number of the next byte; `None`: not yet in step.
    next: Option<u32>,
    /// Segments that came before their turn.
    early: Vec<(u32, Vec<u8>)>,
    early_bytes: usize,
    /// When the gap before them opened.
    gap_since_us: Option<u64>,
    framer: Framer,
    /// No SIP: its bytes are passed over until a segment begins with a start line.
    foreign: bool,
    last: Option<Place>,
    at_us: Option<u64>,
}

/// All flows of a capture, by their ends: addresses, or names of which a log has no address.
pub(super) struct Streams<A = SocketAddr> {
    flows: BTreeMap<(A, A), Flow>,
    tls: u64,
}

/// Flows at once; the one that rested longest gives way.
const FLOWS_MOST: usize = 4096;
/// Bytes and segments before their turn; more, or a longer wait, and what is missing is given up.
const EARLY_BYTES_MOST: usize = 128 * 1024;
const EARLY_MOST: usize = 256;
const GAP_MOST_US: u64 = 10_000_000;

impl<A> Default for Streams<A> {
    fn default() -> Self {
        Self {
            flows: BTreeMap::new(),
            tls: 0,
        }
    }
}

impl<A: Ord + Clone + Display> Streams<A> {
    /// Takes a segment and hands the messages on that it completes.
    pub(super) fn segment(
        &mut self,
        segment: &Segment<A>,
        sink: &mut dyn FnMut(Observation),
        warnings: &mut Warnings,
    ) {
        let key = (segment.from.clone(), segment.to.clone());
        if !self.flows.contains_key(&key) && self.flows.len() >= FLOWS_MOST {
            let rested = self
                .flows
                .iter()
                .min_by_key(|(_, f)| f.last.map(|place| place.number))
                .map(|(key, _)| key.clone());
            rested.and_then(|key| self.flows.remove(&key));
        }
        let flow = self.flows.entry(key.clone()).or_default();
        flow.last = Some(segment.place);
        flow.at_us = segment.at_us;
        if segment.begins {
            *flow = Flow {
                next: Some(segment.sequence.wrapping_add(1)),
                last: Some(segment.place),
                at_us: segment.at_us,
                ..Flow::default()
            };
        }
        let sequence = segment.sequence.wrapping_add(u32::from(segment.begins));
        if !segment.payload.is_empty() {
            if flow.next.is_none() && segment.payload.starts_with(&[0x16, 3]) {
                self.tls += 1;
                flow.next = Some(sequence);
            }
            flow.take(sequence, segment.payload, &mut self.tls);
            flow.close_gap(segment.at_us, false, segment.place, warnings);
            flow.hand_on(&key, segment.place, segment.at_us, sink, warnings);
        }
        if segment.ends {
            flow.close_gap(segment.at_us, true, segment.place, warnings);
            flow.hand_on(&key, segment.place, segment.at_us, sink, warnings);
        }
    }

    /// The capture has ended: what waits for missing bytes is read without them.
    pub(super) fn finish(&mut self, sink: &mut dyn FnMut(Observation), warnings: &mut Warnings) {
        for (key, flow) in &mut self.flows {
            let (Some(place), at_us) = (flow.last, flow.at_us) else {
                continue;
            };
            flow.close_gap(at_us, true, place, warnings);
            flow.hand_on(key, place, at_us, sink, warnings);
            if flow.framer.waiting() > 0 {
                warnings.push(format!("{place}: the stream ends within a SIP message"));
            }
        }
        if self.tls > 0 {
            warnings.push(format!(
                "{} connections are TLS: without their keys nothing of them can be read",
                self.tls.div_ceil(2)
            ));
        }
    }
}

impl Flow {
    fn take(&mut self, sequence: u32, payload: &[u8], tls: &mut u64) {
        let starts = is_start_line(payload);
        let Some(next) = self.next.filter(|_| !self.foreign || !starts) else {
            if starts {
                self.foreign = false;
                self.next = Some(sequence.wrapping_add(payload.len() as u32));
                self.framer.clear();
                self.framer.push(payload);
            }
            return;
        };
        if self.foreign {
            return;
        }
        let ahead = sequence.wrapping_sub(next) as i32;
        if ahead > 0 {
            if !self
                .early
                .iter()
                .any(|(s, p)| *s == sequence && p.len() >= payload.len())
            {
                self.early_bytes += payload.len();
                self.early.push((sequence, payload.to_vec()));
            }
            return;
        }
        let overlap = ahead.unsigned_abs() as usize;
        if let Some(new) = payload.get(overlap..).filter(|new| !new.is_empty()) {
            if self.framer.waiting() == 0 && may_be_foreign(new) {
                *tls += u64::from(new.starts_with(&[0x16, 3]));
                self.foreign = true;
                return;
            }
            self.framer.push(new);
            self.next = Some(next.wrapping_add(new.len() as u32));
        }
    }

    /// Takes the segments whose turn has come; gives up the bytes before them that will not come any more.
    fn close_gap(
        &mut self,
        at_us: Option<u64>,
        at_once: bool,
        place: Place,
        warnings: &mut Warnings,
    ) {
        while let Some(next) = self.next {
            let distance = |sequence: u32| sequence.wrapping_sub(next) as i32;
            let nearest = self
                .early
                .iter()
                .enumerate()
                .min_by_key(|(_, (s, _))| distance(*s));
            let Some((index, ahead)) = nearest.map(|(i, (s, _))| (i, distance(*s))) else {
                self.gap_since_us = None;
                return;
            };
            if ahead > 0 {
                let since = *self.gap_since_us.get_or_insert(at_us.unwrap_or(0));
                let waited = at_us.unwrap_or(0).saturating_sub(since);
                let full = self.early.len() > EARLY_MOST || self.early_bytes > EARLY_BYTES_MOST;
                if !(at_once || full || waited > GAP_MOST_US) {
                    return;
                }
                warnings.push(format!(
                    "{place}: {ahead} {} of the TCP stream {} not captured",
                    if ahead == 1 { "byte" } else { "bytes" },
                    if ahead == 1 { "was" } else { "were" }
                ));
                self.framer.clear();
                self.next = Some(next.wrapping_add(ahead.unsigned_abs()));
            }
            let (sequence, payload) = self.early.swap_remove(index);
            self.early_bytes -= payload.len();
            self.gap_since_us = None;
            self.take(sequence, &payload, &mut 0);
        }
    }

    fn hand_on(
        &mut self,
        (from, to): &(impl Display, impl Display),
        place: Place,
        at_us: Option<u64>,
        sink: &mut dyn FnMut(Observation),
        warnings: &mut Warnings,
    ) {
        while let Some(read) = self.framer.message() {
            match read {
                Ok(message) => sink(Observation {
                    place: place.number,
                    at_us,
                    from: Some(from.to_string()),
                    to: Some(to.to_string()),
                    transport: Some(Transport::Tcp),
                    message,
                }),
                Err(error) => warnings.push(format!("{place}: {error}")),
            }
        }
    }
}

/// Whether bytes where a message should begin are none of SIP. Part of a start line may be one.
fn may_be_foreign(bytes: &[u8]) -> bool {
    let Some(first) = bytes.iter().position(|b| !b"\r\n".contains(b)) else {
        return false; // a keep-alive
    };
    let line = &bytes[first..];
    match line.iter().position(|b| *b == b'\n') {
        Some(_) => !is_start_line(line),
        None => {
            line.len() > 4096
                || !line
                    .iter()
                    .all(|b| (32..127).contains(b) || b"\r\t".contains(b))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn update(number: u32) -> Vec<u8> {
        format!("UPDATE sip:gw SIP/2.0\r\nCSeq: {number} UPDATE\r\nContent-Length: 0\r\n\r\n")
            .into_bytes()
    }

    /// Numbers of the messages that come out of segments: sequence, SYN, payload.
    fn numbers(segments: &[(u32, bool, &[u8])]) -> (Vec<(u64, u32)>, Vec<String>) {
        let (mut streams, mut warnings, mut cseqs) =
            (Streams::default(), Warnings::default(), Vec::new());
        let mut sink = |o: Observation| cseqs.push((o.place, o.message.cseq().unwrap().0));
        for (i, (sequence, begins, payload)) in segments.iter().enumerate() {
            let segment: Segment = Segment {
                place: Place {
                    unit: Unit::Frame,
                    number: i as u64 + 1,
                },
                at_us: Some(i as u64 * 1000),
                from: "192.0.2.1:1".parse().unwrap(),
                to: "192.0.2.2:2".parse().unwrap(),
                sequence: *sequence,
                begins: *begins,
                ends: false,
                payload,
            };
            streams.segment(&segment, &mut sink, &mut warnings);
        }
        streams.finish(&mut sink, &mut warnings);
        (cseqs, warnings.finish())
    }

    #[test]
    fn order_copies_overlap_and_the_end_of_the_numbers() {
        let stream = [update(1), update(2), update(3)].concat();
        let first = u32::MAX - 70; // the numbers wrap within the second message
        let at = |n: usize| first.wrapping_add(1).wrapping_add(n as u32);
        let (cseqs, warnings) = numbers(&[
            (first, true, b""),
            (at(40), false, &stream[40..90]),
            (at(0), false, &stream[..30]),
            (at(0), false, &stream[..30]),
            (at(20), false, &stream[20..60]),
            (at(80), false, &stream[80..]),
        ]);
        assert_eq!(cseqs.iter().map(|(_, n)| *n).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(cseqs[0].0, 5, "whole when the gap closed");
        assert_eq!(warnings, [""; 0]);
    }

    #[test]
    fn a_stream_that_is_joined_late_or_has_a_hole_goes_on_with_the_next_message() {
        let (one, two, three) = (update(1), update(2), update(3));
        let length = one.len() as u32;
        let (cseqs, _) = numbers(&[
            (100, false, b"the rest of a message\r\n"),
            (200, false, &one),
            (200 + length, false, &two),
        ]);
        assert_eq!(cseqs, [(2, 1), (3, 2)]);
        let (cseqs, warnings) = numbers(&[
            (99, true, b""),
            (100, false, &one),
            (100 + 2 * length, false, &three),
        ]);
        assert_eq!(cseqs.iter().map(|(_, n)| *n).collect::<Vec<_>>(), [1, 3]);
        assert!(warnings[0].contains("were not captured"), "{warnings:?}");
    }

    #[test]
    fn other_protocols_are_passed_over_without_a_word_and_tls_with_one() {
        let (cseqs, warnings) = numbers(&[
            (0, true, b""),
            (1, false, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
            (28, false, &[0; 900]),
        ]);
        assert_eq!((cseqs.len(), warnings.len()), (0, 0));
        let (_, warnings) = numbers(&[(0, true, b""), (1, false, &[0x16, 3, 1, 0, 9, 1, 1])]);
        assert!(warnings[0].contains("TLS"));
    }
}
