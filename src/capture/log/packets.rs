//! The packets of tcpdump in a log: fragments and segments are put together before their messages are read.

use std::cell::Cell;

use super::{Log, MESSAGE_MOST};
use crate::capture::intro::Intro;
use crate::capture::stream::{Place, Segment};
use crate::capture::summary::Unit;
use crate::capture::tcpdump::{Carried, Direction, DumpedPacket, DumpedSegment};

/// Directions of connections that are kept, in a log of any length.
const DIRECTIONS_MOST: usize = 1 << 14;

impl Log<'_> {
    /// The first line of a packet of tcpdump.
    pub(super) fn begin_packet(&mut self, packet: DumpedPacket) {
        let at_us = packet.intro.stamp.map(|stamp| stamp.us());
        match (self.elapsed_us, at_us) {
            (Some(last), Some(at_us)) => {
                self.are_differences |= at_us < last;
                self.elapsed_us = Some(at_us);
            }
            (None, Some(0)) if !self.has_packets => self.elapsed_us = Some(0),
            _ => {}
        }
        self.packet = Some(packet);
        self.has_packets = true;
    }

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
            Some(Carried::Other) | None => self.end_datagram(),
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
        let at_us = stamp.map(|stamp| self.clock.at_us(stamp));
        let sequence = self.relative_sequence((from.clone(), to.clone()), &segment);
        let payload = packet.payload(&segment);
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
        let messages = Cell::new(0);
        let mut sink = |observation| {
            messages.set(messages.get() + 1);
            (self.sink)(observation);
        };
        (self.streams).segment(&segment, &mut sink, &mut self.warnings);
        self.note(form, stamp, messages.get());
    }

    /// The number of a segment's first byte, counted from the first of its direction.
    fn relative_sequence(&mut self, ends: (String, String), segment: &DumpedSegment) -> u32 {
        if self.directions.len() >= DIRECTIONS_MOST {
            self.directions.clear();
        }
        let start_direction =
            |next: u32| Direction::with_start(segment.sequence.unwrap_or(0), next);
        if segment.begins {
            self.directions.insert(ends, start_direction(1));
            return 0;
        }
        let length = segment.length as u32;
        let Some(direction) = self.directions.get_mut(&ends) else {
            // What carries nothing has no number, or one that tells nothing of the others.
            if length > 0 {
                self.directions.insert(ends, start_direction(length));
            }
            return 0;
        };
        direction.take(segment.sequence, length)
    }
}
