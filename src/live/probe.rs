//! What a gateway is, asked of itself: a session is set up, refreshed in each way, and left.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::{Event, Line};
use crate::protocol::{Message, Pending, Side, Status, Subject};
use crate::quantity::{Span, Time};
use crate::wire::{Ends, Reading, Session};

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
/// How long a re-INVITE and requests on leaving may take: the whole probe stays within 75 s.
const PATIENCE: Span = Span::from_secs(8);

/// Asks the gateway at `peer`: INVITE (once more without CSTA after a 415), GetCSTAFeatures, MonitorStart, UPDATE, a
/// re-INVITE with the least Session-Expires, MonitorStop, BYE. It never places a call. Every message is reported.
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
    let session = Session::new(ends, 1, &format!("{id}@probe"), id);
    let mut probe = Probe {
        line,
        peer,
        session,
        start: Instant::now(),
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
    }
    let session_s = if answer.value > 0 {
        answer.value
    } else {
        OFFERED_S
    };
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
            probe.ended |= answer.is_some_and(|a| a.status == Status::DoesNotExist481);
        }
    }
    Ok(ProbeEnd::Done)
}

struct Probe<'a> {
    line: &'a mut dyn Line,
    peer: SocketAddr,
    session: Session,
    start: Instant,
    cseq: u16,
    /// The code of the last final answer.
    code: u16,
    ended: bool,
    report: &'a mut dyn FnMut(Event),
}

impl Probe<'_> {
    fn now(&self) -> Time {
        Time(u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX))
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
                _ if self.code == 415 && self.session.with_csta => self.session.with_csta = false,
                _ => break,
            }
        }
        Ok(Err(ProbeEnd::Refused(self.code)))
    }

    /// Sends a request, again where the transport asks for it, until it is answered.
    fn ask(&mut self, subject: Subject, value: u32, patience: Span) -> io::Result<Option<Message>> {
        self.cseq += 1;
        let mut request = Message::request(Side::Client, 1, self.cseq, subject);
        request.value = value;
        if matches!(subject.method(), "INVITE" | "UPDATE") {
            request.min_se = LEAST_S as u16;
        }
        let mut pending = Pending::request(self.now(), &request, self.line.is_reliable());
        self.send(&request)?;
        let end = pending.first_sent + patience;
        let mut heard = false;
        loop {
            let now = self.now();
            if now >= end {
                return Ok(None);
            }
            // A provisional answer stops the copies of an INVITE (RFC 3261 §17.1.1.2).
            let copy = pending.next_copy().filter(|_| !heard);
            if copy.is_some_and(|at| at <= now) {
                let copy = pending.copy(Side::Client);
                self.send(&copy)?;
                continue;
            }
            let until = copy.map_or(end, |at| at.min(end));
            let wait = Duration::from_micros((until - now).0);
            let Some((text, _)) = self.line.receive(wait)? else {
                continue;
            };
            let at = Span(self.now().0);
            (self.report)(Event {
                at,
                sent: false,
                text: text.clone(),
            });
            let code = text.code();
            match self.session.read(&text) {
                Reading::Provisional => heard |= subject.is_invite(),
                Reading::Reply(reply) => self.reply(reply)?,
                Reading::Message(message) if message.is_request() => self.serve(&message)?,
                Reading::Message(message) => {
                    if message.subject.is_invite() {
                        self.send(&Message::request(
                            Side::Client,
                            1,
                            message.cseq,
                            Subject::Ack,
                        ))?;
                    }
                    if pending.is_answered_by(&message) {
                        self.code = code.unwrap_or(0);
                        return Ok(Some(message));
                    }
                }
                Reading::Nothing => {}
            }
        }
    }

    fn reply(&mut self, reply: crate::wire::SipText) -> io::Result<()> {
        self.line.send(&reply, self.peer)?;
        let at = Span(self.now().0);
        (self.report)(Event {
            at,
            sent: true,
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
