//! A gateway of any class for real clients: the dialog machine of `protocol` behind a socket.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::clock::Clock;
use super::{Event, Line, WAIT_MOST};
use crate::protocol::{Dialog, GatewayConfig, GatewayNote, GatewayPort, Message, Side, Subject};
use crate::quantity::{Span, Time};
use crate::wire::{Ends, Reading, Session, SipText, Start};

/// What the gateway does besides answering.
#[derive(Clone, PartialEq, Debug)]
pub struct GatewayOptions {
    /// Its class and timers.
    pub config: GatewayConfig,
    /// How often a monitored line rings; `None`: never.
    pub call_every: Option<Span>,
    /// Its Server header.
    pub product: String,
}

/// A call that rings is answered after this, and over after three times as long.
const CALL_STEP: Span = Span::from_secs(1);
/// Dialogs kept; more are refused by 503.
const DIALOGS_MOST: usize = 10_000;

/// Plays the gateway on a line until `stop` is set, or a connection ends. Every message is reported.
///
/// # Errors
/// The system's.
pub fn serve(
    line: &mut dyn Line,
    options: &GatewayOptions,
    stop: &AtomicBool,
    report: &mut dyn FnMut(Event),
) -> io::Result<()> {
    let mut gateway = Gateway {
        line,
        options,
        dialogs: BTreeMap::new(),
        count: 0,
        clock: Clock::start(),
        report,
    };
    while !stop.load(Ordering::Relaxed) {
        gateway.fire()?;
        let now = gateway.now();
        let next = gateway.dialogs.values().filter_map(DialogEntry::next).min();
        let wait = next.map_or(WAIT_MOST, |at| {
            Span(at.0.saturating_sub(now.0)).min(WAIT_MOST)
        });
        match gateway.line.receive(Duration::from_micros(wait.0)) {
            Ok(Some((text, from))) => gateway.receive(&text, from)?,
            Ok(None) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

struct DialogEntry {
    session: Session,
    machine: Option<Dialog>,
    peer: SocketAddr,
    /// The next step of the scripted calls: when, which, of which call.
    step: Option<(Time, Subject, u32)>,
}

impl DialogEntry {
    fn next(&self) -> Option<Time> {
        let deadline = self
            .machine
            .as_ref()
            .and_then(Dialog::deadline)
            .map(|(at, _)| at);
        let step = self.step.map(|(at, ..)| at);
        deadline.into_iter().chain(step).min()
    }
}

/// What the machine says, until it has finished speaking.
#[derive(Default)]
struct Outbox {
    messages: Vec<Message>,
    monitored: bool,
}

impl GatewayPort for Outbox {
    fn send(&mut self, message: Message) {
        self.messages.push(message);
    }

    fn note(&mut self, note: GatewayNote) {
        self.monitored |= note == GatewayNote::Monitored;
    }

    /// The middle of the range: nobody else refreshes at the same instant here.
    fn draw_glare(&mut self) -> f64 {
        0.5
    }

    /// Steps of the golden ratio, which spread any share evenly over the refreshes: nothing is drawn here.
    fn draw_share(&mut self, refresh: &Message) -> f64 {
        (f64::from(refresh.cseq) * 0.618_033_988_749_895).fract()
    }
}

struct Gateway<'a> {
    line: &'a mut dyn Line,
    options: &'a GatewayOptions,
    dialogs: BTreeMap<String, DialogEntry>,
    count: u32,
    clock: Clock,
    report: &'a mut dyn FnMut(Event),
}

impl Gateway<'_> {
    fn now(&self) -> Time {
        self.clock.now()
    }

    fn send(&mut self, text: SipText, to: SocketAddr) -> io::Result<()> {
        self.line.send(&text, to)?;
        let at = Span(self.now().0);
        (self.report)(Event {
            at,
            sent: true,
            peer: to,
            text,
        });
        Ok(())
    }

    /// Whether another dialog may be held; makes room for it where some are over.
    fn has_place(&mut self) -> bool {
        if self.dialogs.len() >= DIALOGS_MOST {
            let is_over = |entry: &DialogEntry| entry.machine.as_ref().is_none_or(Dialog::is_over);
            self.dialogs.retain(|_, entry| !is_over(entry));
        }
        self.dialogs.len() < DIALOGS_MOST
    }

    fn receive(&mut self, text: &SipText, from: SocketAddr) -> io::Result<()> {
        let now = self.now();
        (self.report)(Event {
            at: Span(now.0),
            sent: false,
            peer: from,
            text: text.clone(),
        });
        let Some(id) = text.call_id().map(String::from) else {
            return Ok(());
        };
        let opens = matches!(&text.start, Start::Request { method, .. } if method == "INVITE")
            && text.to_tag().is_none();
        if !self.dialogs.contains_key(&id) {
            if !opens || !self.has_place() {
                return self.answer_stranger(text, from);
            }
            self.count += 1;
            let session =
                Session::of_invite(self.ends()?, self.count, text, &format!("g{}", self.count));
            self.dialogs.insert(
                id.clone(),
                DialogEntry {
                    session,
                    machine: None,
                    peer: from,
                    step: None,
                },
            );
        }
        let Some(entry) = self.dialogs.get_mut(&id) else {
            return Ok(());
        };
        entry.peer = from;
        let mut outbox = Outbox::default();
        match entry.session.read(text) {
            Reading::Message(message) => {
                let config = &self.options.config;
                // What remains of an INVITE that was refused over UDP has nothing to do with the next one.
                let is_new = message.subject == Subject::Invite && message.is_request();
                let takes = |machine: &Dialog| machine.takes(&message) && !machine.is_over();
                entry.machine = entry.machine.take().filter(|m| !is_new || takes(m));
                match &mut entry.machine {
                    Some(machine) => machine.receive(config, now, &message, &mut outbox),
                    None if message.subject == Subject::Invite => {
                        entry.machine = Dialog::accept(
                            config,
                            now,
                            &message,
                            self.line.is_reliable(),
                            &mut outbox,
                        );
                    }
                    None => {}
                }
                if let Some(every) = self.options.call_every.filter(|_| outbox.monitored) {
                    entry.step = Some((now + every, Subject::Delivered, 1));
                }
                self.say(&id, outbox)
            }
            Reading::Reply(reply) => self.send(reply, from),
            Reading::Provisional(request) => {
                if let Some(machine) = &mut entry.machine {
                    machine.provisional(&request);
                }
                Ok(())
            }
            Reading::Nothing => Ok(()),
        }
    }

    /// A request outside of any dialog: 481, or 200 to OPTIONS (RFC 3261 §11, §12.2.2).
    fn answer_stranger(&mut self, text: &SipText, from: SocketAddr) -> io::Result<()> {
        let Start::Request { method, .. } = &text.start else {
            return Ok(());
        };
        let (code, reason) = match method.as_str() {
            "ACK" => return Ok(()),
            "OPTIONS" => (200, "OK"),
            "INVITE" => (503, "Service Unavailable"),
            _ => (481, "Call/Transaction Does Not Exist"),
        };
        let stranger = Session::of_invite(self.ends()?, 0, text, "g0");
        self.send(stranger.reply(text, code, reason), from)
    }

    fn ends(&self) -> io::Result<Ends> {
        Ok(Ends {
            side: Side::Gateway,
            local_uri: String::new(),
            remote_uri: String::new(),
            local_host: self.line.local()?.to_string(),
            transport: self.line.transport(),
            line: "tel:+12025550101;ext=101".into(),
            product: self.options.product.clone(),
        })
    }

    fn say(&mut self, id: &str, outbox: Outbox) -> io::Result<()> {
        for message in outbox.messages {
            let Some(entry) = self.dialogs.get_mut(id) else {
                return Ok(());
            };
            let peer = entry.peer;
            // The class answer-lost answers, and the answer does not reach the client.
            if let Some(text) = entry
                .session
                .write(&message)
                .filter(|_| !message.unroutable)
            {
                self.send(text, peer)?;
            }
        }
        Ok(())
    }

    /// Lets every machine and script do what is due.
    fn fire(&mut self) -> io::Result<()> {
        let now = self.now();
        let due = |entry: &DialogEntry| entry.next().is_some_and(|at| at <= now);
        let ids: Vec<String> = self
            .dialogs
            .iter()
            .filter(|(_, entry)| due(entry))
            .map(|(id, _)| id.clone())
            .collect();
        for id in ids {
            let Some(entry) = self.dialogs.get_mut(&id) else {
                continue;
            };
            let mut outbox = Outbox::default();
            if let Some(machine) = &mut entry.machine {
                if machine.deadline().is_some_and(|(at, _)| at <= now) {
                    machine.fire(&self.options.config, now, &mut outbox);
                }
                if let Some((_, subject, call)) = entry.step.filter(|(at, ..)| *at <= now) {
                    machine.event(now, subject, call, &mut outbox);
                    let every = self.options.call_every.unwrap_or(CALL_STEP);
                    entry.step = machine.is_monitored().then(|| match subject {
                        Subject::Delivered => (now + CALL_STEP, Subject::Established, call),
                        Subject::Established => {
                            (now + CALL_STEP * 2, Subject::ConnectionCleared, call)
                        }
                        _ => (now + every, Subject::Delivered, call + 1),
                    });
                }
            }
            let over = entry.machine.as_ref().is_some_and(Dialog::is_over);
            self.say(&id, outbox)?;
            if over {
                self.dialogs.remove(&id);
            }
        }
        Ok(())
    }
}
