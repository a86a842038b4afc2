//! A client of any kind for a real gateway: the client machine of `protocol` behind a socket, which stays and refreshes.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::clock::Clock;
use super::{Event, Line, WAIT_MOST};
use crate::protocol::{Client, ClientConfig, ClientNote, ClientPort, Draw, Message};
use crate::quantity::{Span, Time};
use crate::wire::{Ends, Reading, Session, SipText};

/// What the client does.
#[derive(Clone, PartialEq, Debug)]
pub struct ClientOptions {
    /// How it behaves.
    pub config: ClientConfig,
    /// When it signs out; `None`: not before it is stopped.
    pub stays: Option<Span>,
}

/// Dialogs kept: late messages of older ones are passed over.
const DIALOGS_MOST: usize = 4;

/// Signs in at the gateway at `peer`, refreshes, comes back as its configuration says, and signs out when its time is over
/// or `stop` is set. It never places a call. Every message and every note is reported.
///
/// `connect` makes the way to the gateway, again where a connection was closed.
///
/// # Errors
/// The system's; a connection that cannot be made in the beginning.
pub fn attend(
    connect: &mut dyn FnMut() -> io::Result<Box<dyn Line>>,
    peer: SocketAddr,
    ends: &dyn Fn(SocketAddr) -> Ends,
    options: &ClientOptions,
    id: &str,
    stop: &AtomicBool,
    report: &mut dyn FnMut(Happening),
) -> io::Result<()> {
    let line = connect()?;
    let reliable = line.is_reliable();
    let mut attendance = Attendance {
        connect,
        line: Some(line),
        peer,
        ends,
        id,
        config: &options.config,
        machine: Client::new(reliable),
        sessions: BTreeMap::new(),
        with_csta: true,
        draws: 0,
        clock: Clock::start(),
        report,
    };
    let mut is_leaving = false;
    attendance.step(|machine, config, now, port| machine.sign_in(config, now, port))?;
    loop {
        let now = attendance.now();
        let is_over = options.stays.is_some_and(|span| now >= Time::ZERO + span);
        if !is_leaving && (is_over || stop.load(Ordering::Relaxed)) {
            is_leaving = true;
            attendance.step(|machine, config, now, port| machine.sign_out(config, now, port))?;
        }
        let deadline = attendance.machine.deadline().map(|(at, _)| at);
        if is_leaving && deadline.is_none() {
            return Ok(());
        }
        if deadline.is_some_and(|at| at <= now) {
            attendance.step(|machine, config, now, port| machine.fire(config, now, port))?;
            continue;
        }
        let wait = deadline.map_or(WAIT_MOST, |at| Span(at.0 - now.0).min(WAIT_MOST));
        attendance.listen(Duration::from_micros(wait.0))?;
    }
}

/// What happens to the client.
#[derive(Clone, PartialEq, Debug)]
pub enum Happening {
    /// A message was sent or received.
    Message(Event),
    /// What the machine notes.
    Note(Span, ClientNote),
    /// The connection was closed, or cannot be made again, for this reason.
    Disconnected(Span, String),
}

/// What the machine says and asks for.
struct Outbox<'a> {
    messages: Vec<Message>,
    notes: Vec<ClientNote>,
    draws: &'a mut u32,
}

impl ClientPort for Outbox<'_> {
    fn send(&mut self, message: Message) {
        self.messages.push(message);
    }

    fn note(&mut self, note: ClientNote) {
        self.notes.push(note);
    }

    /// Multiples of the golden ratio, modulo 1: evenly spread, and the same in every session.
    fn draw(&mut self, _purpose: Draw) -> f64 {
        *self.draws = self.draws.wrapping_add(0x9e37_79b9);
        f64::from(*self.draws) / 4_294_967_296.0
    }
}

struct Attendance<'a> {
    connect: &'a mut dyn FnMut() -> io::Result<Box<dyn Line>>,
    line: Option<Box<dyn Line>>,
    peer: SocketAddr,
    ends: &'a dyn Fn(SocketAddr) -> Ends,
    id: &'a str,
    config: &'a ClientConfig,
    machine: Client,
    sessions: BTreeMap<u32, Session>,
    with_csta: bool,
    draws: u32,
    clock: Clock,
    report: &'a mut dyn FnMut(Happening),
}

impl Attendance<'_> {
    fn now(&self) -> Time {
        self.clock.now()
    }

    /// Lets the machine do something, and carries out what it says.
    fn step(
        &mut self,
        act: impl FnOnce(&mut Client, &ClientConfig, Time, &mut Outbox),
    ) -> io::Result<()> {
        let now = self.now();
        let mut outbox = Outbox {
            messages: Vec::new(),
            notes: Vec::new(),
            draws: &mut self.draws,
        };
        act(&mut self.machine, self.config, now, &mut outbox);
        let Outbox {
            messages, notes, ..
        } = outbox;
        for note in notes {
            (self.report)(Happening::Note(Span(now.0), note));
        }
        for message in messages {
            self.send(&message)?;
        }
        Ok(())
    }

    fn send(&mut self, message: &Message) -> io::Result<()> {
        if self.line.is_none() {
            self.line = (self.connect)().map_or_else(
                |error| {
                    let at = Span(self.now().0);
                    (self.report)(Happening::Disconnected(at, error.to_string()));
                    None
                },
                Some,
            );
        }
        // Without a way the message is lost, and the machine's timers say what follows.
        let Some(line) = &self.line else {
            return Ok(());
        };
        let local = line.local()?;
        if !self.sessions.contains_key(&message.dialog) {
            let tag = format!("{}-{}", self.id, message.dialog);
            let mut session = Session::new(
                (self.ends)(local),
                message.dialog,
                &format!("{tag}@client"),
                &tag,
            );
            session.with_csta = self.with_csta;
            self.sessions.insert(message.dialog, session);
            if self.sessions.len() > DIALOGS_MOST {
                self.sessions.pop_first();
            }
        }
        let session = self.sessions.get_mut(&message.dialog);
        match session.and_then(|session| session.write(message)) {
            Some(text) => self.put(text),
            None => Ok(()),
        }
    }

    fn put(&mut self, text: SipText) -> io::Result<()> {
        let at = Span(self.now().0);
        let Some(line) = &mut self.line else {
            return Ok(());
        };
        if let Err(error) = line.send(&text, self.peer) {
            return self.disconnected(&error);
        }
        (self.report)(Happening::Message(Event {
            at,
            sent: true,
            peer: self.peer,
            text,
        }));
        Ok(())
    }

    /// The connection is gone: the machine learns it, and sets up again as it is configured to.
    fn disconnected(&mut self, error: &io::Error) -> io::Result<()> {
        let at = Span(self.now().0);
        self.line = None;
        (self.report)(Happening::Disconnected(at, error.to_string()));
        self.step(|machine, config, now, port| machine.connection_reset(config, now, port))
    }

    fn listen(&mut self, wait: Duration) -> io::Result<()> {
        let Some(line) = &mut self.line else {
            std::thread::sleep(wait);
            return Ok(());
        };
        match line.receive(wait) {
            Ok(Some((text, from))) => self.receive(text, from),
            Ok(None) => Ok(()),
            Err(error) if line.is_reliable() => self.disconnected(&error),
            Err(error) => Err(error),
        }
    }

    fn receive(&mut self, text: SipText, from: SocketAddr) -> io::Result<()> {
        let at = Span(self.now().0);
        let session = self
            .sessions
            .values_mut()
            .find(|session| text.call_id() == Some(session.call_id()));
        let reading = session.map_or(Reading::Nothing, |session| session.read(&text));
        // What a gateway does not take with a CSTA body it may take without: so do the sessions to come.
        self.with_csta &= text.code() != Some(415);
        (self.report)(Happening::Message(Event {
            at,
            sent: false,
            peer: from,
            text,
        }));
        match reading {
            Reading::Message(message) => {
                self.step(|machine, config, now, port| machine.receive(config, now, message, port))
            }
            Reading::Provisional(message) => {
                self.machine.provisional(&message);
                Ok(())
            }
            Reading::Reply(reply) => self.put(reply),
            Reading::Nothing => Ok(()),
        }
    }
}
