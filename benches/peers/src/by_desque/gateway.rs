//! The gateway's side: the dialogs that it holds, and the events that it reports.

use super::call::ring;
use super::*;

pub(super) fn receives(sim: &mut Sim, u: u32, message: Message) {
    let user = user(sim, u);
    let held = user
        .held
        .as_mut()
        .filter(|held| held.dialog == message.dialog);
    if message.kind != Kind::Request {
        user.gateway_pending.retain(|cseq| *cseq != message.cseq);
        if held.is_some() && message.kind == Kind::DoesNotExist481 {
            user.held = None;
        }
        return;
    }
    match (message.subject, held) {
        (Subject::Ack, held) => {
            held.into_iter().for_each(|held| held.acknowledged = true);
            return;
        }
        (Subject::Invite, _) => {
            user.held = Some(Held {
                dialog: message.dialog,
                acknowledged: false,
                monitored: false,
            });
            start_dialog_timers(sim, u, message.dialog);
        }
        (_, None) => return send(sim, u, false, message.answer(Kind::DoesNotExist481)),
        (Subject::Update, _) => return, // the defect: it is ignored
        (Subject::Bye, _) => user.held = None,
        (Subject::MonitorStart, Some(held)) => held.monitored = true,
        _ => {}
    }
    send(sim, u, false, message.answer(Kind::Ok200));
    match message.subject {
        Subject::MakeCall => {
            report(sim, u, Subject::Originated, message.call);
            report(sim, u, Subject::Delivered, message.call);
            ring(sim, u, message.call);
        }
        Subject::AnswerCall => report(sim, u, Subject::Established, message.call),
        _ => {}
    }
}

fn start_dialog_timers(sim: &mut Sim, u: u32, dialog: u32) {
    let (now, setting) = (*sim.current_time(), &sim.state().setting);
    let (ack_due, expires) = (now + setting.give_up_us, now + setting.session_expires_us);
    if setting.has_all_timers() {
        schedule(sim, ack_due, AckIsDue { user: u, dialog });
        schedule(sim, expires, DialogExpires { user: u, dialog });
    }
}

/// Reports an event of a call, where the line is monitored.
pub(super) fn report(sim: &mut Sim, u: u32, subject: Subject, call: u32) {
    let now = *sim.current_time();
    let state = sim.state_mut();
    let (gives_up, has_all_timers) = (
        now + state.setting.give_up_us,
        state.setting.has_all_timers(),
    );
    let user = &mut state.users[u as usize];
    if let Some(Held {
        dialog,
        monitored: true,
        ..
    }) = user.held
    {
        let message = next_event(user, dialog, subject, call);
        if has_all_timers {
            user.gateway_pending.push(message.cseq);
            schedule(
                sim,
                gives_up,
                EventGivenUp {
                    user: u,
                    cseq: message.cseq,
                },
            );
        }
        send(sim, u, false, message);
    }
}

fn next_event(user: &mut User, dialog: u32, subject: Subject, call: u32) -> Message {
    user.gateway_cseq += 1;
    Message {
        dialog,
        cseq: user.gateway_cseq,
        call,
        subject,
        kind: Kind::Request,
    }
}

/// The gateway has waited long enough for the ACK of its 200 to INVITE.
#[derive(Debug)]
struct AckIsDue {
    user: u32,
    dialog: u32,
}

impl OkEvent<Deployment, u64> for AckIsDue {
    fn execute(&mut self, sim: &mut Sim) {
        count_event(sim);
        let user = user(sim, self.user);
        if user
            .held
            .is_some_and(|held| held.dialog == self.dialog && !held.acknowledged)
        {
            user.held = None;
            let bye = next_event(user, self.dialog, Subject::Bye, 0);
            send(sim, self.user, false, bye);
        }
    }
}

/// The gateway's session timer, which no UPDATE has restarted: it forgets the dialog.
#[derive(Debug)]
struct DialogExpires {
    user: u32,
    dialog: u32,
}

impl OkEvent<Deployment, u64> for DialogExpires {
    fn execute(&mut self, sim: &mut Sim) {
        count_event(sim);
        let user = user(sim, self.user);
        user.held = user.held.filter(|held| held.dialog != self.dialog);
    }
}

/// The time of an event that the gateway sent is up: the dialog stands.
#[derive(Debug)]
struct EventGivenUp {
    user: u32,
    cseq: u32,
}

impl OkEvent<Deployment, u64> for EventGivenUp {
    fn execute(&mut self, sim: &mut Sim) {
        count_event(sim);
        user(sim, self.user)
            .gateway_pending
            .retain(|cseq| *cseq != self.cseq);
    }
}
