//! Calls: when they come, and how they go on at the desk phone.

use super::client::request;
use super::gateway::report;
use super::*;

#[derive(Clone, Copy)]
pub(super) struct Call {
    pub(super) number: u32,
    pub(super) incoming: bool,
    pub(super) talking: bool,
    pub(super) shown: bool,
    pub(super) ring_us: u64,
    pub(super) is_answered: bool,
    pub(super) talk_us: u64,
    pub(super) at_pc: bool,
}

/// Somebody calls the user, or the user calls.
#[derive(Debug)]
pub(super) struct NextCall {
    user: u32,
    incoming: bool,
}

impl NextCall {
    pub(super) fn schedule(sim: &mut Sim, user: u32, incoming: bool) {
        let state = sim.state_mut();
        let rate = if incoming {
            state.setting.incoming_per_s
        } else {
            state.setting.outgoing_per_s
        };
        if rate > 0.0 {
            let gap = exponential(state, 1e6 / rate);
            let at = *sim.current_time() + gap;
            schedule(sim, at, NextCall { user, incoming });
        }
    }
}

impl OkEvent<Deployment, u64> for NextCall {
    fn execute(&mut self, sim: &mut Sim) {
        count_event(sim);
        NextCall::schedule(sim, self.user, self.incoming);
        let number = begin_call(sim, self.user, self.incoming);
        if self.incoming {
            report(sim, self.user, Subject::Delivered, number);
            ring(sim, self.user, number);
        } else if user(sim, self.user).phase == Phase::Established {
            request(sim, self.user, Subject::MakeCall, number);
        } else {
            user(sim, self.user).calls.retain(|c| c.number != number);
        }
    }
}

/// A call stops ringing, or is over.
#[derive(Debug)]
struct CallChanges {
    user: u32,
    call: u32,
}

impl OkEvent<Deployment, u64> for CallChanges {
    fn execute(&mut self, sim: &mut Sim) {
        let now = count_event(sim);
        let state = sim.state_mut();
        let user = &mut state.users[self.user as usize];
        let Some(index) = user.calls.iter().position(|c| c.number == self.call) else {
            return;
        };
        let call = user.calls[index];
        if !call.talking && call.incoming {
            state.counts.toasts_due += 1;
            state.counts.toasts_missed += u64::from(!call.shown);
        }
        if call.talking || !call.is_answered {
            user.calls.swap_remove(index);
            return report(sim, self.user, Subject::ConnectionCleared, self.call);
        }
        user.calls[index].talking = true;
        let answers = call.at_pc && call.shown && user.phase == Phase::Established;
        schedule(
            sim,
            now + call.talk_us,
            CallChanges {
                user: self.user,
                call: self.call,
            },
        );
        if answers {
            request(sim, self.user, Subject::AnswerCall, self.call);
        } else {
            report(sim, self.user, Subject::Established, self.call);
        }
    }
}

fn begin_call(sim: &mut Sim, u: u32, incoming: bool) -> u32 {
    let state = sim.state_mut();
    let Setting {
        ring_us,
        no_answer_us,
        talk_us,
        answered_at_pc,
        ..
    } = state.setting;
    let ring = exponential(state, ring_us as f64);
    let talk_us = exponential(state, talk_us as f64);
    let at_pc = incoming && state.rng.random::<f64>() < answered_at_pc;
    let user = &mut state.users[u as usize];
    user.calls_made += 1;
    user.calls.push(Call {
        number: user.calls_made,
        incoming,
        talking: false,
        shown: false,
        ring_us: ring.min(no_answer_us),
        is_answered: ring < no_answer_us,
        talk_us,
        at_pc,
    });
    user.calls_made
}

pub(super) fn ring(sim: &mut Sim, u: u32, number: u32) {
    let now = *sim.current_time();
    let call = user(sim, u)
        .calls
        .iter()
        .find(|c| c.number == number)
        .copied();
    if let Some(call) = call {
        schedule(
            sim,
            now + call.ring_us,
            CallChanges {
                user: u,
                call: number,
            },
        );
    }
}
