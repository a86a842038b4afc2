//! The packets of tcpdump in a log: fragments and segments are put together before their messages are read.

use std::cell::Cell;

use super::{Log, MESSAGE_MOST};
use crate::capture::intro::Intro;
use crate::capture::stream::{Place, Segment};
use crate::capture::summary::Unit;
use crate::capture::tcpdump::{Carried, DumpedPacket, DumpedSegment};

/// The numbers of a connection's bytes within this distance of its first one are as they were sent.
const SEQUENCES_NEAR: u32 = 1 << 28;

/// Directions of connections whose first number is kept, in a log of any length.
const CONNECTIONS_MOST: usize = 1 << 14;

impl Log<'_> {
    /// The lines of a packet of tcpdump are over.
    pub(super) fn end_packet(&mut self) {
        let Some(packet) = self.packet.take() else {
            return;
        };
        match packet.carried {
            Some(Carried::Fragment) => {
                let first = self.datagram.as_mut();
                if let Some(first) = first.filter(|first| first.size() <= MESSAGE_MOST) {
                    first.text.push_str(packet.datagram());
                }
            }
            Some(Carried::Datagram) => {
                self.end_datagram();
                self.datagram = Some(packet);
            }
            Some(Carried::Segment(segment)) => {
                self.end_datagram();
                self.segment(&packet, segment);
            }
            None => self.end_datagram(),
        }
    }

    /// No more fragments follow: the lines of the datagram are read.
    pub(super) fn end_datagram(&mut self) {
        let Some(packet) = self.datagram.take() else {
            return;
        };
        let now = std::mem::replace(&mut self.line, packet.line);
        (self.context, self.fresh) = (packet.intro.clone(), true);
        for line in packet.datagram().split('\n') {
            self.line += 1;
            self.take_text(line);
        }
        self.end();
        (self.context, self.fresh) = (Intro::default(), false);
        self.line = now;
    }

    fn segment(&mut self, packet: &DumpedPacket, segment: DumpedSegment) {
        let Intro {
            from,
            to,
            stamp,
            form,
            ..
        } = packet.intro.clone();
        let (Some(from), Some(to)) = (from, to) else {
            return;
        };
        let at_us = stamp.map(|stamp| self.at_us(stamp));
        let messages = Cell::new(0);
        let mut sink = |observation| {
            messages.set(messages.get() + 1);
            (self.sink)(observation);
        };
        // The first of a direction has its number as it was sent, the others count from there; with -S all have it.
        if self.first_sequences.len() >= CONNECTIONS_MOST {
            self.first_sequences.clear();
        }
        let first = self.first_sequences.entry((from.clone(), to.clone()));
        let first = match segment.begins {
            true => *first.insert_entry(segment.sequence).get(),
            false => *first.or_insert(segment.sequence),
        };
        let sent = segment.sequence.wrapping_sub(first);
        let sequence = if sent < SEQUENCES_NEAR {
            sent
        } else {
            segment.sequence
        };
        let payload = packet.payload(segment.length);
        let segment = Segment {
            place: Place {
                unit: Unit::Line,
                number: packet.line,
            },
            at_us,
            from,
            to,
            sequence,
            begins: segment.begins,
            ends: segment.ends,
            payload: &payload,
        };
        self.streams
            .segment(&segment, &mut sink, &mut self.warnings);
        self.note(form, stamp, messages.get());
    }
}
