//! The calls of one user: when they come and what is drawn for each.

use rand_distr::Distribution;

use super::config::WorkloadConfig;
use super::surge::CallRate;
use crate::engine::{Exponential, Normal, Stream};
use crate::quantity::{MaybeTime, Span, Time};

/// What is drawn for a call when it is created: always all of it, used or not, so that no reaction shifts a later draw.
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
pub(crate) struct CallProcess {
    stream: Stream,
    rate_per_s: f64,
    next: MaybeTime,
}

fn exponential(stream: &mut Stream, mean_us: f64) -> Span {
    let unit: f64 = Exponential.sample(stream);
    Span::from_micros_f64(unit * mean_us)
}

/// The share of the common rate that one user has: log-normal with mean 1.
pub(crate) fn own_rate(spread: f64, stream: &mut Stream) -> f64 {
    if spread == 0.0 {
        return 1.0;
    }
    let variance = libm::log(1.0 + spread * spread);
    let z: f64 = Normal.sample(stream);
    libm::exp(libm::sqrt(variance) * z - variance / 2.0)
}

impl CallProcess {
    /// No calls before [`CallProcess::begin`].
    pub(crate) fn idle(stream: Stream, rate_per_s: f64) -> Self {
        Self {
            stream,
            rate_per_s,
            next: MaybeTime::NONE,
        }
    }

    /// Draws the first call after `from`.
    pub(crate) fn begin(&mut self, from: Time, varies: CallRate) {
        if self.rate_per_s > 0.0 {
            let unit: f64 = Exponential.sample(&mut self.stream);
            self.next = varies.after(from, unit * (1e6 / self.rate_per_s)).into();
        }
    }

    /// The same calls of another day: other draws at the same rate, none before [`CallProcess::begin`].
    pub(crate) fn renewed(&self, stream: Stream) -> Self {
        Self::idle(stream, self.rate_per_s)
    }

    /// When the next call comes.
    pub(crate) fn next(&self) -> Option<Time> {
        self.next.get()
    }

    /// Takes the call that is due and draws it, and the time of the next one.
    pub(crate) fn take(&mut self, config: &WorkloadConfig, varies: CallRate) -> CallDraws {
        // A call rings min(Exp, limit) and is answered if the draw is below the limit.
        let ring = exponential(&mut self.stream, config.ring_time.0 as f64);
        let talk = exponential(&mut self.stream, config.talk_time.0 as f64);
        let at_pc = self.stream.chance(config.answered_at_pc);
        let gap: f64 = Exponential.sample(&mut self.stream);
        let gap = gap * (1e6 / self.rate_per_s);
        self.next = self.next.get().map(|at| varies.after(at, gap)).into();
        CallDraws {
            ring: ring.min(config.no_answer),
            answered: ring < config.no_answer,
            talk,
            at_pc,
        }
    }
}
