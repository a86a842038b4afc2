//! The client: set-up, refresh, and what it does when nobody answers.

use super::call::NextCall;
use super::*;

#[derive(Debug)]
pub(super) struct SignIn {
    pub(super) user: u32,
}

impl OkEvent<Deployment, u64> for SignIn {
    fn execute(&mut self, sim: &mut Sim) {
        let now = count_event(sim);
        user(sim, self.user).down_since = Some(now);
        invite(sim, self.user);
        NextCall::schedule(sim, self.user, true);
        NextCall::schedule(sim, self.user, false);
    }
}

#[derive(Debug)]
struct Reestablish {
    user: u32,
}

impl OkEvent<Deployment, u64> for Reestablish {
    fn execute(&mut self, sim: &mut Sim) {
        count_event(sim);
        invite(sim, self.user);
    }
}

/// The refresh interval of a dialog is over.
#[derive(Debug)]
struct Refresh {
    user: u32,
    dialog: u32,
}

impl OkEvent<Deployment, u64> for Refresh {
    fn execute(&mut self, sim: &mut Sim) {
        count_event(sim);
        let user = user(sim, self.user);
        if user.dialog == self.dialog && user.is_in_dialog() {
            request(sim, self.user, Subject::Update, 0);
        }
    }
}

/// The time of a client's request is up.
#[derive(Debug)]
struct GiveUp {
    user: u32,
    dialog: u32,
    cseq: u32,
}

impl OkEvent<Deployment, u64> for GiveUp {
    fn execute(&mut self, sim: &mut Sim) {
        count_event(sim);
        let user = user(sim, self.user);
        let waits = user.pending.iter().position(|cseq| *cseq == self.cseq);
        if let Some(index) = waits.filter(|_| user.dialog == self.dialog) {
            user.pending.swap_remove(index);
            if user.phase != Phase::Resting {
                lose(sim, self.user, true);
            }
        }
    }
}

/// A session timer runs out that was started by a 2xx to INVITE or UPDATE: the client's.
#[derive(Debug)]
struct SessionExpires {
    user: u32,
    dialog: u32,
    since: u64,
}

impl OkEvent<Deployment, u64> for SessionExpires {
    fn execute(&mut self, sim: &mut Sim) {
        count_event(sim);
        let user = user(sim, self.user);
        if user.dialog == self.dialog && user.is_in_dialog() && user.refreshed_us == self.since {
            lose(sim, self.user, true);
        }
    }
}

fn invite(sim: &mut Sim, u: u32) {
    let user = user(sim, u);
    user.phase = Phase::Inviting;
    user.dialog += 1;
    user.cseq = 0;
    user.pending.clear();
    request(sim, u, Subject::Invite, 0);
}

pub(super) fn request(sim: &mut Sim, u: u32, subject: Subject, call: u32) {
    let message = next_request(sim, u, subject, call);
    user(sim, u).pending.push(message.cseq);
    let gives_up = *sim.current_time() + sim.state().setting.give_up_us;
    schedule(
        sim,
        gives_up,
        GiveUp {
            user: u,
            dialog: message.dialog,
            cseq: message.cseq,
        },
    );
    send(sim, u, true, message);
}

fn next_request(sim: &mut Sim, u: u32, subject: Subject, call: u32) -> Message {
    let user = user(sim, u);
    user.cseq += 1;
    Message {
        dialog: user.dialog,
        cseq: user.cseq,
        call,
        subject,
        kind: Kind::Request,
    }
}

/// The session, or the set-up under way, is over.
fn lose(sim: &mut Sim, u: u32, bye: bool) {
    let now = *sim.current_time();
    let state = sim.state_mut();
    let user = &mut state.users[u as usize];
    let in_dialog = user.is_in_dialog();
    if user.phase == Phase::Established {
        state.counts.session_drops += 1;
        user.down_since = Some(now);
    }
    user.pending.clear();
    user.phase = Phase::Resting;
    let resumes = now + state.setting.reestablish_us;
    if bye && in_dialog {
        if state.setting.has_all_timers() {
            request(sim, u, Subject::Bye, 0);
        } else {
            let bye = next_request(sim, u, Subject::Bye, 0);
            send(sim, u, true, bye);
        }
    }
    schedule(sim, resumes, Reestablish { user: u });
}

pub(super) fn receives(sim: &mut Sim, u: u32, message: Message) {
    let now = *sim.current_time();
    let user = user(sim, u);
    let ours = message.dialog == user.dialog;
    if message.kind == Kind::Request {
        let held = ours && user.is_in_dialog();
        if held && message.subject == Subject::Delivered {
            let ringing = user
                .calls
                .iter_mut()
                .find(|c| c.number == message.call && !c.talking);
            ringing.into_iter().for_each(|call| call.shown = true);
        }
        let kind = if held {
            Kind::Ok200
        } else {
            Kind::DoesNotExist481
        };
        send(sim, u, true, message.answer(kind));
        if held && message.subject == Subject::Bye {
            lose(sim, u, false);
        }
        return;
    }
    let Some(index) = user
        .pending
        .iter()
        .position(|cseq| ours && *cseq == message.cseq)
    else {
        return;
    };
    user.pending.swap_remove(index);
    if user.phase == Phase::Resting {
        return; // the answer to BYE
    }
    if message.kind == Kind::DoesNotExist481 {
        return lose(sim, u, false);
    }
    match message.subject {
        Subject::Invite => {
            user.phase = Phase::Querying;
            send(
                sim,
                u,
                true,
                Message {
                    subject: Subject::Ack,
                    kind: Kind::Request,
                    ..message
                },
            );
            session_refreshed(sim, u);
            request(sim, u, Subject::GetCstaFeatures, 0);
        }
        Subject::GetCstaFeatures => {
            user.phase = Phase::Monitoring;
            request(sim, u, Subject::MonitorStart, 0);
        }
        Subject::MonitorStart => {
            user.phase = Phase::Established;
            let down = user.down_since.take().map_or(0, |since| now - since);
            sim.state_mut().counts.down_us += down;
        }
        Subject::Update => session_refreshed(sim, u),
        _ => {}
    }
}

/// A 2xx to INVITE or UPDATE came: both timers start anew.
fn session_refreshed(sim: &mut Sim, u: u32) {
    let now = *sim.current_time();
    let user = user(sim, u);
    user.refreshed_us = now;
    let dialog = user.dialog;
    let setting = &sim.state().setting;
    let (refresh, expiry, has_all) = (
        setting.refresh_us,
        setting.session_expires_us,
        setting.has_all_timers(),
    );
    schedule(sim, now + refresh, Refresh { user: u, dialog });
    if has_all {
        schedule(
            sim,
            now + expiry,
            SessionExpires {
                user: u,
                dialog,
                since: now,
            },
        );
    }
}
