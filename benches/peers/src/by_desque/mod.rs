//! The model in desque, as its manual shows: a type for each kind of event, which executes on the state and schedules
//! further events. desque takes no event back, so a deadline that has become void finds nothing to do when it comes.

mod call;
mod client;
mod gateway;

use desque::SimState;
use desque::serial::{OkEvent, Simulation};
use rand::RngExt;
use rand_distr::{Distribution, Exp1};
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::figures::Counts;
use crate::message::{Kind, Message, Subject};
use crate::setting::Setting;
use call::Call;
use client::SignIn;

type Sim = Simulation<Deployment, u64>;

/// Simulates one event set.
pub fn simulate(setting: &Setting) -> Counts {
    let mut rng = setting.generator(0);
    let sign_ins: Vec<u64> = (0..setting.users)
        .map(|_| (rng.random::<f64>() * setting.sign_in_over_us as f64) as u64)
        .collect();
    let users = sign_ins.iter().map(|at| User::new(*at)).collect();
    let state = Deployment {
        setting: *setting,
        users,
        rng,
        counts: Counts::default(),
        is_over: false,
    };
    let mut sim = Simulation::new(state, 0);
    schedule(&mut sim, setting.horizon_us, End);
    for (user, at) in sign_ins.iter().enumerate() {
        schedule(&mut sim, *at, SignIn { user: user as u32 });
    }
    sim.run().expect("no event fails");
    sim.state().counts
}

struct Deployment {
    setting: Setting,
    users: Vec<User>,
    rng: Xoshiro256PlusPlus,
    counts: Counts,
    is_over: bool,
}

impl SimState<u64> for Deployment {
    fn is_complete(&self, _: &u64) -> bool {
        self.is_over
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Resting,
    Inviting,
    Querying,
    Monitoring,
    Established,
}

/// A user: the client, what the gateway holds for it, and the calls in progress.
struct User {
    phase: Phase,
    dialog: u32,
    cseq: u32,
    /// Requests that wait for an answer.
    pending: Vec<u32>,
    sign_in_us: u64,
    /// Since when the user is down, if so.
    down_since: Option<u64>,
    /// The last 2xx to INVITE or UPDATE.
    refreshed_us: u64,
    /// The dialog that the gateway holds.
    held: Option<Held>,
    gateway_cseq: u32,
    /// Events that wait for an answer.
    gateway_pending: Vec<u32>,
    calls: Vec<Call>,
    calls_made: u32,
}

#[derive(Clone, Copy)]
struct Held {
    dialog: u32,
    acknowledged: bool,
    monitored: bool,
}

impl User {
    fn new(sign_in_us: u64) -> User {
        User {
            phase: Phase::Resting,
            dialog: 0,
            cseq: 0,
            pending: Vec::new(),
            sign_in_us,
            down_since: None,
            refreshed_us: 0,
            held: None,
            gateway_cseq: 0,
            gateway_pending: Vec::new(),
            calls: Vec::new(),
            calls_made: 0,
        }
    }

    fn is_in_dialog(&self) -> bool {
        matches!(
            self.phase,
            Phase::Querying | Phase::Monitoring | Phase::Established
        )
    }
}

fn schedule(sim: &mut Sim, at: u64, event: impl OkEvent<Deployment, u64> + 'static) {
    sim.schedule(event, at)
        .expect("no event is scheduled in the past");
}

fn count_event(sim: &mut Sim) -> u64 {
    sim.state_mut().counts.events += 1;
    *sim.current_time()
}

fn user(sim: &mut Sim, user: u32) -> &mut User {
    &mut sim.state_mut().users[user as usize]
}

/// The horizon: what is still open is closed.
#[derive(Debug)]
struct End;

impl OkEvent<Deployment, u64> for End {
    fn execute(&mut self, sim: &mut Sim) {
        let now = *sim.current_time();
        let state = sim.state_mut();
        state.is_over = true;
        for user in state.users.iter().filter(|u| u.sign_in_us < now) {
            state.counts.signed_in_us += now - user.sign_in_us;
            state.counts.down_us += user.down_since.map_or(0, |since| now - since);
        }
    }
}

/// A message reaches the other end.
#[derive(Debug)]
struct Arrival {
    user: u32,
    at_gateway: bool,
    message: Message,
}

impl OkEvent<Deployment, u64> for Arrival {
    fn execute(&mut self, sim: &mut Sim) {
        count_event(sim);
        if self.at_gateway {
            gateway::receives(sim, self.user, self.message);
        } else {
            client::receives(sim, self.user, self.message);
        }
    }
}

fn send(sim: &mut Sim, user: u32, at_gateway: bool, message: Message) {
    let state = sim.state_mut();
    state.counts.messages_sent += 1;
    let arrives = state.setting.delay_us;
    let arrives = *sim.current_time() + arrives;
    schedule(
        sim,
        arrives,
        Arrival {
            user,
            at_gateway,
            message,
        },
    );
}

fn exponential(state: &mut Deployment, mean_us: f64) -> u64 {
    let unit: f64 = Exp1.sample(&mut state.rng);
    (unit * mean_us + 0.5) as u64
}

#[cfg(test)]
mod tests {
    use super::simulate;
    use crate::setting::{Scope, Setting, exact_case};

    #[test]
    fn a_user_without_calls_loses_18_sessions_and_540_s_in_8_h() {
        for scope in [Scope::Whole, Scope::Lean] {
            // 1532 s up and 30 s down in turn: 18 losses in 28,800 s, the last at 28,086 s.
            let counts = simulate(&Setting {
                scope,
                ..exact_case()
            });
            assert_eq!(
                (counts.session_drops, counts.down_us),
                (3 * 18, 3 * 540_000_000),
                "{scope:?}"
            );
            // 19 set-ups of 7 messages, of which the last is still up; 18 refreshes without an answer; 18 BYE, answered.
            assert_eq!(
                counts.messages_sent,
                3 * (19 * 7 + 18 + 18 * 2),
                "{scope:?}"
            );
            // A second after the last loss.
            let counts = simulate(&Setting {
                scope,
                horizon_us: 28_087_000_000,
                ..exact_case()
            });
            assert_eq!(
                (counts.session_drops, counts.down_us),
                (3 * 18, 3 * (17 * 30 + 1) * 1_000_000),
                "{scope:?}"
            );
        }
    }
}
