//! A relay or session border controller between the two legs: a dialog timer of its own, and OPTIONS in the dialog.
//!
//! It sends each of its requests once (assumption): BYE to both sides at the end of its timer, OPTIONS to probe them.

use super::super::plan::{PathConfig, RelayEnd, RelayRestarts};
use super::digest::digest;
use super::links::Leg;
use super::relay_dialog::RelayDialog;
use super::*;

/// CSeq numbers of the relay's own requests begin here, beyond those of both sides (assumption).
const OWN_CSEQ: u16 = 50_000;
/// How long it waits for the answer to an OPTIONS: Timer F (RFC 3261 §17.1.2.2).
const PROBE_WAITS: Span = Span::from_secs(32);

impl<W: Observer, P: PendingEvents> Group<'_, W, P> {
    /// The leg whose relay holds the user's dialogs, if one does.
    fn relay_path(&self, u: u32) -> Option<&PathConfig> {
        let cohort = &self.cohorts[self.users[u as usize].cohort as usize];
        let holds = |path: &&PathConfig| path.relay_timer.is_some() || path.relay_probe.is_some();
        [&cohort.plan.path, &self.gateway.path]
            .into_iter()
            .find(holds)
    }

    fn relay_dialog(&mut self, u: u32, dialog: u32) -> Option<&mut RelayDialog> {
        let dialogs = &mut self.lines.get_mut(u as usize)?.relayed;
        dialogs.iter_mut().find(|d| d.dialog == dialog)
    }

    /// The relay sees a message on its way; `true`: it was for the relay itself.
    pub(super) fn relay_takes(&mut self, u: u32, message: &Message) -> bool {
        let Some(path) = self.relay_path(u) else {
            return false;
        };
        let (timer, probe, restarts) = (
            path.relay_timer,
            path.relay_probe,
            path.relay_timer_restarts,
        );
        let dialog = message.dialog;
        if !message.is_request() && message.cseq >= OWN_CSEQ {
            self.relay_answered(u, message);
            return true;
        }
        let ok = message.status == Status::Ok200;
        match message.subject {
            Subject::Bye if message.is_request() => self.relay_forgets(u, dialog),
            Subject::Invite if ok && self.relay_dialog(u, dialog).is_none() => {
                self.lines[u as usize].relayed.push(RelayDialog {
                    dialog,
                    expires_at: timer.map(|t| self.now + t),
                    awaits: [false; 2],
                    misses: 0,
                    probes: 0,
                });
                if let Some(timer) = timer {
                    let at = self.now + timer;
                    self.schedule_for_user(u, at, Class::SessionExpiry, Event::RelayTimer(dialog));
                }
                if let Some(every) = probe {
                    let at = self.now + every;
                    self.schedule_for_user(u, at, Class::ClientTimer, Event::RelayProbe(dialog));
                }
            }
            Subject::ReInvite | Subject::Update if ok => {
                let counts = match restarts {
                    RelayRestarts::Both => true,
                    RelayRestarts::ReInvite => message.subject == Subject::ReInvite,
                    RelayRestarts::Update => message.subject == Subject::Update,
                    RelayRestarts::Nothing => false,
                };
                let expires_at = timer.filter(|_| counts).map(|t| self.now + t);
                if let Some(entry) = self.relay_dialog(u, dialog).filter(|_| counts) {
                    entry.expires_at = expires_at;
                }
            }
            _ => {}
        }
        false
    }

    fn relay_forgets(&mut self, u: u32, dialog: u32) {
        if let Some(line) = self.lines.get_mut(u as usize) {
            line.relayed.retain(|d| d.dialog != dialog);
        }
    }

    fn relay_answered(&mut self, u: u32, answer: &Message) {
        if answer.subject != Subject::Options {
            return;
        }
        if answer.status == Status::DoesNotExist481 {
            return self.relay_forgets(u, answer.dialog); // that side has ended it
        }
        if let Some(entry) = self.relay_dialog(u, answer.dialog) {
            entry.awaits[answer.from as usize] = false;
        }
    }

    /// A request of the relay in a dialog, as from the other side.
    fn relay_sends(&mut self, u: u32, dialog: u32, to: Side, subject: Subject, cseq: u16) {
        let (from, leg) = match to {
            Side::Client => (Side::Gateway, Leg::Client),
            Side::Gateway => (Side::Client, Leg::Gateway),
        };
        let message = Message::request(from, dialog, cseq, subject);
        self.observer.message(self.now, u, &message, Fate::Sent);
        self.observe(u, 1, digest(&message));
        self.cross(u, message, leg);
    }

    /// The relay's timer for a dialog may have run out.
    pub(super) fn relay_timer(&mut self, u: u32, dialog: u32) {
        let now = self.now;
        let Some(at) = self.relay_dialog(u, dialog).and_then(|d| d.expires_at) else {
            return;
        };
        if at > now {
            let event = Event::RelayTimer(dialog);
            return self.schedule_for_user(u, at, Class::SessionExpiry, event);
        }
        self.relay_ends(u, dialog, "its dialog timer ran out", "relay_timer");
    }

    fn relay_ends(&mut self, u: u32, dialog: u32, why: &'static str, key: &'static str) {
        let end = self.relay_path(u).map(|path| path.relay_timer_end);
        self.relay_forgets(u, dialog);
        self.observer.relay(self.now, u, why, key);
        self.lines[u as usize].ended_by_relay = Some(dialog);
        match end {
            Some(RelayEnd::Silent) => self.route_expires(u, dialog),
            _ => {
                for to in [Side::Client, Side::Gateway] {
                    self.relay_sends(u, dialog, to, Subject::Bye, u16::MAX);
                }
            }
        }
    }

    /// The relay probes both sides of a dialog.
    pub(super) fn relay_probe(&mut self, u: u32, dialog: u32) {
        let Some(every) = self.relay_path(u).and_then(|path| path.relay_probe) else {
            return;
        };
        let Some(entry) = self.relay_dialog(u, dialog) else {
            return;
        };
        entry.awaits = [true; 2];
        entry.probes = (entry.probes + 1) % 10_000;
        let cseq = OWN_CSEQ + entry.probes;
        for to in [Side::Client, Side::Gateway] {
            self.relay_sends(u, dialog, to, Subject::Options, cseq);
        }
        let verdict_at = self.now + PROBE_WAITS.min(every);
        let event = Event::RelayProbeJudged(dialog);
        self.schedule_for_user(u, verdict_at, Class::TransactionTimeout, event);
        let next = self.now + every;
        self.schedule_for_user(u, next, Class::ClientTimer, Event::RelayProbe(dialog));
    }

    /// The time for the answers to the last OPTIONS is over.
    pub(super) fn relay_probe_judged(&mut self, u: u32, dialog: u32) {
        let max_misses = self.relay_path(u).map_or(1, |path| path.relay_probe_misses);
        let Some(entry) = self.relay_dialog(u, dialog) else {
            return;
        };
        entry.misses = match entry.awaits {
            [false, false] => 0,
            _ => entry.misses + 1,
        };
        if entry.misses >= max_misses {
            self.relay_ends(u, dialog, "no answer to its OPTIONS", "relay_probe");
        }
    }

    /// Whether the relay ended the user's present dialog.
    pub(super) fn is_ended_by_relay(&self, u: u32) -> bool {
        let line = self.lines.get(u as usize);
        line.is_some_and(|l| l.ended_by_relay == Some(self.users[u as usize].client.dialog()))
    }
}
