//! Logs of programs: every start line with headers below it is a message, whatever the program; what stands above it
//! says when, from where and to where.

mod packets;

use std::collections::BTreeMap;
use std::io::{BufRead, Read};

use super::clock::{Clock, Stamp};
use super::error::Stop;
use super::intro::{Dress, HERE, Intro, LineKind, OPENINGS, ends, intro};
use super::observation::Observation;
use super::stream::Streams;
use super::summary::{Resolution, Summary, Unit, Warnings};
use super::tcpdump::{Direction, DumpedPacket, opens_packet};
use crate::quantity::number::count_phrase;
use crate::wire::{SipText, Start};

/// The longest line that is kept; of a longer one the rest is read as lines of its own.
const LINE_MOST: u64 = 1 << 16;
/// The longest message.
const MESSAGE_MOST: usize = 1 << 18;

/// Reads a text.
pub(super) fn read(
    reader: &mut impl BufRead,
    sink: &mut dyn FnMut(Observation),
) -> Result<Summary, Stop> {
    let mut log = Log {
        sink,
        line: 0,
        context: Intro::default(),
        fresh: false,
        message: None,
        has_packets: false,
        packet: None,
        datagram: None,
        streams: Streams::default(),
        directions: BTreeMap::new(),
        elapsed_us: None,
        are_differences: false,
        clock: Clock::default(),
        forms: Vec::new(),
        timed: 0,
        fine: false,
        untimed: 0,
        warnings: Warnings::default(),
    };
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        if reader
            .by_ref()
            .take(LINE_MOST)
            .read_until(b'\n', &mut bytes)?
            == 0
        {
            break;
        }
        log.line += 1;
        let text = String::from_utf8_lossy(&bytes);
        let text = text.trim_end_matches(['\n', '\r']);
        let text = text.strip_suffix("^M").unwrap_or(text);
        // syslog writes a line end within a message as #012.
        for line in text.split("#012") {
            log.take(line.trim_end_matches("#015"));
        }
    }
    log.end_packet();
    log.end_datagram();
    log.end();
    log.streams.finish(log.sink, &mut log.warnings);
    if log.are_differences {
        return Err(Stop::Content(
            "its times are differences (tcpdump -ttt): print it with -tttt".into(),
        ));
    }
    Ok(log.summary())
}

/// A message that is being collected.
struct PartialMessage {
    line: u64,
    intro: Intro,
    message: SipText,
    body: Option<String>,
    /// The indentation of a tree's headers.
    indent: Option<usize>,
    size: usize,
}

struct Log<'a> {
    sink: &'a mut dyn FnMut(Observation),
    line: u64,
    context: Intro,
    /// The context belongs to the message to come.
    fresh: bool,
    message: Option<PartialMessage>,
    /// tcpdump printed packets.
    has_packets: bool,
    /// The packet of tcpdump whose lines these are.
    packet: Option<DumpedPacket>,
    /// A datagram of tcpdump, whose fragments may follow.
    datagram: Option<DumpedPacket>,
    streams: Streams<String>,
    /// Directions of connections in tcpdump.
    directions: BTreeMap<(String, String), Direction>,
    /// The time of the last packet of tcpdump, where the first one is at 0.
    elapsed_us: Option<u64>,
    /// Such times fall: each counts from the one before.
    are_differences: bool,
    clock: Clock,
    forms: Vec<&'static str>,
    timed: u64,
    fine: bool,
    untimed: u64,
    warnings: Warnings,
}

/// A start line within a line: after the bytes of lower headers (tcpdump), a field name (Snooper), a bracket (Avaya).
fn start_within(line: &str) -> Option<(usize, Start)> {
    let line = &line[..line.floor_char_boundary(4096)];
    if let Some(start) = Start::parse(line.trim_start()) {
        return Some((line.len() - line.trim_start().len(), start));
    }
    if !line.to_ascii_uppercase().contains("SIP/2.0") {
        return None;
    }
    let mut places: Vec<usize> = OPENINGS
        .iter()
        .flat_map(|o| line.match_indices(o))
        .map(|(at, _)| at)
        .collect();
    places.sort_unstable();
    places
        .into_iter()
        .find_map(|at| Some((at, Start::parse(&line[at..])?)))
}

impl Log<'_> {
    fn take(&mut self, line: &str) {
        if let Some(packet) = DumpedPacket::begin(self.line, line) {
            self.end_packet();
            self.end();
            self.begin_packet(packet);
            return;
        }
        if let Some(packet) = &mut self.packet {
            let is_other = opens_packet(line) || matches!(intro(line), Some(LineKind::Opens(_)));
            if !is_other && packet.size() <= MESSAGE_MOST {
                return packet.push(line);
            }
            self.end_packet();
            self.end_datagram();
        }
        self.take_text(line);
    }

    /// A line of a text, outside of packets.
    fn take_text(&mut self, line: &str) {
        if self.message.is_some() {
            self.take_within(line);
        } else {
            self.take_outside(line);
        }
    }

    fn take_outside(&mut self, line: &str) {
        match intro(line) {
            Some(LineKind::Opens(new)) => {
                // The time may stand in the line before.
                let stamp = new.stamp.or(self
                    .context
                    .stamp
                    .filter(|_| !self.fresh || new.form == self.context.form));
                self.context = Intro { stamp, ..new };
                self.fresh = true;
            }
            Some(LineKind::Adds(addition)) => {
                self.context.refine(addition);
                self.fresh = true;
            }
            None => {
                if let Some(peer) = line
                    .strip_prefix("Peer: ")
                    .filter(|_| self.context.dress == Dress::Record)
                {
                    let remote = Some(peer.trim().to_string());
                    let is_sender = self.context.from.as_deref() == Some(HERE);
                    *(if is_sender {
                        &mut self.context.to
                    } else {
                        &mut self.context.from
                    }) = remote;
                    return;
                }
            }
        }
        let bare_line = if self.context.dress == Dress::FullStops {
            line.trim_end_matches('.')
        } else {
            line
        };
        if let Some((_, start)) = start_within(bare_line) {
            self.begin(start);
        } else if let Some(stamp) = Stamp::find(line).filter(|_| !self.fresh) {
            self.context.stamp = Some(stamp);
        }
    }

    fn begin(&mut self, start: Start) {
        let message = match start {
            Start::Request { method, uri } => SipText::request(&method, &uri),
            Start::Response { code, reason } => SipText::response(code, &reason),
        };
        self.message = Some(PartialMessage {
            line: self.line,
            intro: self.context.clone(),
            message,
            body: None,
            indent: None,
            size: 0,
        });
    }

    fn take_within(&mut self, line: &str) {
        let Some(open_message) = &mut self.message else {
            return;
        };
        open_message.size += line.len() + 2;
        let dress = open_message.intro.dress;
        let is_next = || Start::parse(line.trim_start()).is_some();
        let is_introduced = match intro(line) {
            Some(LineKind::Opens(_)) => true,
            Some(LineKind::Adds(addition)) => addition.dress == Dress::Tree,
            None => false,
        };
        if ends(line) || is_introduced || is_next() {
            self.end();
            return self.take_outside(line);
        }
        if open_message.size > MESSAGE_MOST {
            let at = open_message.line;
            self.warnings
                .push(format!("line {at}: a message without an end"));
            return self.end();
        }
        let line = match dress {
            Dress::FullStops => line.strip_suffix('.').unwrap_or(line),
            Dress::Indented => line.strip_prefix("   ").unwrap_or(line),
            _ => line,
        };
        if dress == Dress::Tree {
            return self.take_branch(line);
        }
        if let Some(body) = &mut open_message.body {
            if !body.is_empty() {
                body.push('\n');
            }
            body.push_str(line);
        } else if let Some(body) = line
            .strip_prefix("Message-Body: ")
            .filter(|_| dress == Dress::Record)
        {
            open_message.body = Some(if body == "-" {
                String::new()
            } else {
                body.into()
            });
        } else if line.trim().is_empty() {
            open_message.body = Some(String::new());
        } else {
            open_message.message.push_line(line);
        }
        self.end_if_whole();
    }

    /// A message is over when its body is as long as Content-Length says: line ends may have lost a byte.
    fn end_if_whole(&mut self) {
        let Some(open_message) = &self.message else {
            return;
        };
        let Some(body) = &open_message.body else {
            return;
        };
        let promised = open_message.message.content_length().unwrap_or(0);
        let breaks = body.matches('\n').count();
        if open_message.intro.dress != Dress::Record && body.len() + breaks >= promised {
            self.end();
        }
    }

    /// A line of a tree: headers stand at one depth, what stands deeper says the same again.
    fn take_branch(&mut self, line: &str) {
        let Some(open_message) = &mut self.message else {
            return;
        };
        let depth = line.len() - line.trim_start().len();
        let text = line.trim();
        if text.starts_with("Message Header") {
            open_message.indent = None;
            return;
        }
        if text.is_empty() || text.starts_with("Message Body") {
            if !open_message.message.headers.is_empty() {
                self.end();
            }
            return;
        }
        if text.starts_with("Method:")
            || text.starts_with("Request-URI:")
            || text.starts_with("Status-Code:")
            || text.starts_with('[')
        {
            return;
        }
        if depth == *open_message.indent.get_or_insert(depth) {
            open_message.message.push_line(text);
        } else if open_message.indent.is_some_and(|indent| depth < indent) {
            self.end();
        }
    }

    /// Hands the message on, if it is one: a start line alone is talk about a message.
    fn end(&mut self) {
        let Some(open_message) = self.message.take() else {
            return;
        };
        self.fresh = false;
        let PartialMessage {
            line,
            intro,
            mut message,
            body,
            ..
        } = open_message;
        let stamp = self.context.stamp;
        self.context = Intro {
            stamp,
            ..Intro::default()
        };
        if message.header("CSeq").is_none() {
            if message.headers.len() > 1 {
                self.warnings
                    .push(format!("line {line}: a message without CSeq is left out"));
            }
            return;
        }
        message.set_body(body.unwrap_or_default().trim_end().as_bytes());
        let at_us = intro.stamp.map(|stamp| self.clock.at_us(stamp));
        self.note(intro.form, intro.stamp, 1);
        (self.sink)(Observation {
            place: line,
            at_us,
            from: intro.from,
            to: intro.to,
            transport: intro.transport,
            message,
        });
    }

    /// Notes the form of so many messages, and whether they have a time.
    fn note(&mut self, form: Option<&'static str>, stamp: Option<Stamp>, messages: u64) {
        if messages == 0 {
            return;
        }
        if let Some(form) = form.filter(|f| !self.forms.contains(f)) {
            self.forms.push(form);
        }
        match stamp {
            Some(stamp) => {
                self.fine |= stamp.digits >= 2;
                self.timed += messages;
            }
            None => self.untimed += messages,
        }
    }

    fn summary(mut self) -> Summary {
        if self.forms.is_empty() {
            self.forms.push("text of an unknown form");
            if self.has_packets {
                self.warnings
                    .push("tcpdump printed packets without their text: give it -A".into());
            }
        }
        if self.forms.len() > 1 {
            self.warnings.push(format!(
                "several forms in one file: {}",
                self.forms.join(", ")
            ));
        }
        if self.untimed > 0 && self.timed > 0 {
            self.warnings.push(format!(
                "{} without a time",
                count_phrase(self.untimed, "message")
            ));
        }
        let resolution = match (self.timed > 0, self.fine) {
            (false, _) => Resolution::None,
            (true, false) => Resolution::Second,
            (true, true) => Resolution::Fine,
        };
        Summary {
            forms: self.forms,
            unit: Unit::Line,
            places: self.line,
            messages: 0,
            resolution,
            warnings: self.warnings.finish(),
        }
    }
}
