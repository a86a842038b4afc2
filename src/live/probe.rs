//! What a gateway is, asked of itself: a session is set up, refreshed in each way, and left.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use super::clock::Clock;
use super::{Event, Line};
use crate::protocol::{Message, Pending, Side, Status, Subject};
use crate::quantity::{Span, Time};
use crate::wire::{Ends, Reading, Session, SipText};

/// How a probe ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ProbeEnd {
    /// Everything was asked.
    Done,
    /// INVITE was not answered within 32 s.
    NoAnswer,
    /// INVITE was refused with this code.
    Refused(u16),
    /// The gateway ended the dialog, or did not know it any more.
    Ended,
}

/// Session-Expires offered, and the least there can be (RFC 4028 §4).
const OFFERED_S: u32 = 1800;
const LEAST_S: u32 = 90;
/// How long a re-INVITE and requests on leaving may take.
const PATIENCE: Span = Span::from_secs(8);
/// How programs refuse a body that they do not know: 415 is the code for it (RFC 3261 §21.4.13), the others are met, 500 from
/// baresip.
const REFUSES_BODY: [u16; 6] = [400, 406, 415, 488, 500, 606];
/// How long the probe listens to events before it goes on.
const LISTENS: Span = Span::from_secs(6);
/// By when it has left: the whole probe stays within 75 s.
const ENDS: Time = Time(74_000_000);

/// Asks the gateway at `peer`: INVITE (once more without CSTA after a 415), GetCSTAFeatures, MonitorStart, some seconds for
/// events, UPDATE, a re-INVITE with the least Session-Expires, MonitorStop, BYE; and, where that asked for it, whether an INVITE with the least
/// Session-Expires is refused. It never places a call. Every message is reported.
///
/// # Errors
/// The system's.
pub fn probe(
    line: &mut dyn Line,
    peer: SocketAddr,
    ends: Ends,
    id: &str,
    report: &mut dyn FnMut(Event),
) -> io::Result<ProbeEnd> {
    let mut probe = Probe {
        line,
        peer,
        session: Session::new(ends.clone(), 1, &format!("{id}@probe"), id),
        dialog: 1,
        clock: Clock::start(),
        cseq: 0,
        code: 0,
        ended: false,
        report,
    };
    let answer = match probe.set_up()? {
        Ok(answer) => answer,
        Err(end) => return Ok(end),
    };
    let give_up = Span::from_secs(32);
    if probe.session.with_csta {
        probe.ask(Subject::GetCstaFeatures, 0, give_up)?;
        probe.ask(Subject::MonitorStart, 0, give_up)?;
        probe.listen(LISTENS)?;
    }
    let session_s = if answer.value > 0 {
        answer.value
    } else {
        OFFERED_S
    };
    // A proxy on the way may refuse at a set-up what it lets pass within the dialog.
    let mut takes_least = false;
    for (subject, value, patience) in [
        (Subject::Update, session_s, give_up),
        (Subject::ReInvite, LEAST_S, PATIENCE),
        (Subject::MonitorStop, 0, PATIENCE),
        (Subject::Bye, 0, PATIENCE),
    ] {
        if probe.ended {
            return Ok(ProbeEnd::Ended);
        }
        if subject != Subject::MonitorStop || probe.session.with_csta {
            let answer = probe.ask(subject, value, patience)?;
            let is = |status| answer.is_some_and(|a| a.status == status);
            probe.ended |= is(Status::DoesNotExist481);
            takes_least |= subject == Subject::ReInvite && is(Status::Ok200);
        }
    }
    if takes_least && !probe.ended {
        probe.begin_again(ends, id);
        probe.offer_least()?;
    }
    Ok(ProbeEnd::Done)
}

struct Probe<'a> {
    line: &'a mut dyn Line,
    peer: SocketAddr,
    session: Session,
    /// Its number.
    dialog: u32,
    clock: Clock,
    cseq: u16,
    /// The code of the last final answer.
    code: u16,
    ended: bool,
    report: &'a mut dyn FnMut(Event),
}

impl Probe<'_> {
    fn now(&self) -> Time {
        self.clock.now()
    }

    fn send(&mut self, message: &Message) -> io::Result<()> {
        let Some(text) = self.session.write(message) else {
            return Ok(());
        };
        let at = Span(self.now().0);
        self.line.send(&text, self.peer)?;
        (self.report)(Event {
            at,
            sent: true,
            peer: self.peer,
            text,
        });
        Ok(())
    }

    /// The answer that sets the session up, or why there is none.
    fn set_up(&mut self) -> io::Result<Result<Message, ProbeEnd>> {
        let mut offered = OFFERED_S;
        for _ in 0..3 {
            let Some(answer) = self.ask(Subject::Invite, offered, Span::from_secs(32))? else {
                return Ok(Err(ProbeEnd::NoAnswer));
            };
            match answer.status {
                Status::Ok200 => return Ok(Ok(answer)),
                Status::IntervalTooSmall422 => offered = offered.max(u32::from(answer.min_se)),
                _ if REFUSES_BODY.contains(&self.code) && self.session.with_csta => {
                    self.session.with_csta = false;
                }
                _ => break,
            }
        }
        Ok(Err(ProbeEnd::Refused(self.code)))
    }

    /// The requests that follow are of another dialog.
    fn begin_again(&mut self, ends: Ends, id: &str) {
        self.dialog += 1;
        let tag = format!("{id}-{}", self.dialog);
        let with_csta = self.session.with_csta;
        self.session = Session::new(ends, self.dialog, &format!("{tag}@probe"), &tag);
        self.session.with_csta = with_csta;
        self.cseq = 0;
    }

    /// A set-up with the least Session-Expires, left at once where it succeeds.
    fn offer_least(&mut self) -> io::Result<()> {
        let answer = self.ask(Subject::Invite, LEAST_S, PATIENCE)?;
        if answer.is_some_and(|a| a.status == Status::Ok200) {
            self.ask(Subject::Bye, 0, PATIENCE)?;
        }
        Ok(())
    }

    /// Sends a request, again where the transport asks for it, until it is answered.
    fn ask(&mut self, subject: Subject, value: u32, patience: Span) -> io::Result<Option<Message>> {
        self.cseq += 1;
        let mut request = Message::request(Side::Client, self.dialog, self.cseq, subject);
        request.value = value;
        if matches!(subject.method(), "INVITE" | "UPDATE") {
            request.min_se = LEAST_S as u16;
        }
        let mut pending = Pending::request(self.now(), &request, self.line.is_reliable());
        self.send(&request)?;
        let end = (pending.first_sent + patience).min(ENDS);
        let mut is_proceeding = false;
        loop {
            let now = self.now();
            if now >= end {
                return Ok(None);
            }
            // A provisional answer stops the copies of an INVITE (RFC 3261 §17.1.1.2).
            let copy = pending.next_copy().filter(|_| !is_proceeding);
            if copy.is_some_and(|at| at <= now) {
                let copy = pending.copy(Side::Client);
                self.send(&copy)?;
                continue;
            }
            let until = copy.map_or(end, |at| at.min(end));
            match self.hear(until)? {
                Some((Reading::Provisional(message), _)) => {
                    is_proceeding |= subject.is_invite() && pending.is_answered_by(&message);
                }
                Some((Reading::Message(answer), code))
                    if !answer.is_request() && pending.is_answered_by(&answer) =>
                {
                    self.code = code;
                    return Ok(Some(answer));
                }
                _ => {}
            }
        }
    }

    /// Serves the gateway's requests for a while.
    fn listen(&mut self, span: Span) -> io::Result<()> {
        let end = self.now() + span;
        while !self.ended && self.now() < end {
            self.hear(end)?;
        }
        Ok(())
    }

    /// What comes until this instant, if something does, and its code; what asks for an answer or an ACK has got it.
    fn hear(&mut self, until: Time) -> io::Result<Option<(Reading, u16)>> {
        let wait = Duration::from_micros(until.0.saturating_sub(self.now().0));
        let Some((text, from)) = self.line.receive(wait)? else {
            return Ok(None);
        };
        let at = Span(self.now().0);
        let code = text.code().unwrap_or(0);
        let reading = self.session.read(&text);
        (self.report)(Event {
            at,
            sent: false,
            peer: from,
            text,
        });
        match &reading {
            Reading::Reply(reply) => self.reply(reply.clone())?,
            Reading::Message(message) if message.is_request() => self.serve(message)?,
            Reading::Message(answer) if answer.subject.is_invite() => {
                let ack = Message::request(Side::Client, self.dialog, answer.cseq, Subject::Ack);
                self.send(&ack)?;
            }
            _ => {}
        }
        Ok(Some((reading, code)))
    }

    fn reply(&mut self, reply: SipText) -> io::Result<()> {
        self.line.send(&reply, self.peer)?;
        let at = Span(self.now().0);
        (self.report)(Event {
            at,
            sent: true,
            peer: self.peer,
            text: reply,
        });
        Ok(())
    }

    /// Answers what the gateway asks: events, its refresh, its BYE.
    fn serve(&mut self, request: &Message) -> io::Result<()> {
        if request.subject == Subject::Ack {
            return Ok(());
        }
        self.ended |= request.subject == Subject::Bye;
        let mut answer = request.answer(Status::Ok200);
        if matches!(request.subject, Subject::ReInvite | Subject::Update) {
            answer.value = request.value;
        }
        self.send(&answer)
    }
}
