//! The calls of one user: when they come and what is drawn for each.

use rand_distr::Distribution;

use super::WorkloadConfig;
use crate::engine::{Exponential, Stream};
use crate::quantity::{Span, Time};

/// What is drawn for a call when it is created: always all of it, used or not, so that no reaction shifts a later draw (model §1).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CallDraws {
    /// How long it rings.
    pub ring: Span,
    /// Whether anybody answers.
    pub answered: bool,
    /// How long they talk.
    pub talk: Span,
    /// Whether the user would answer at the PC.
    pub at_pc: bool,
}

/// The Poisson process of one user's calls in one direction.
#[derive(Clone, Debug)]
pub struct CallProcess {
    stream: Stream,
    rate_per_s: f64,
    next: Option<Time>,
}

fn exponential(stream: &mut Stream, mean_us: f64) -> Span {
    let unit: f64 = Exponential.sample(stream);
    Span::from_micros_f64(unit * mean_us)
}

impl CallProcess {
    /// Calls at `rate_per_s` from `from` on; none at a rate of 0.
    pub fn new(mut stream: Stream, rate_per_s: f64, from: Time) -> CallProcess {
        let next = (rate_per_s > 0.0).then(|| from + exponential(&mut stream, 1e6 / rate_per_s));
        CallProcess { stream, rate_per_s, next }
    }

    /// When the next call comes.
    pub fn next(&self) -> Option<Time> {
        self.next
    }

    /// Takes the call that is due and draws it, and the time of the next one.
    pub fn take(&mut self, config: &WorkloadConfig) -> CallDraws {
        // A call rings min(Exp, limit) and is answered if the draw is below the limit (model §3).
        let ring = exponential(&mut self.stream, config.ring_time.0 as f64);
        let talk = exponential(&mut self.stream, config.talk_time.0 as f64);
        let at_pc = self.stream.chance(config.answered_at_pc);
        let gap = exponential(&mut self.stream, 1e6 / self.rate_per_s);
        self.next = self.next.map(|at| at + gap);
        CallDraws { ring: ring.min(config.no_answer), answered: ring < config.no_answer, talk, at_pc }
    }
}
