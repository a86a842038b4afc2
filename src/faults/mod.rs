//! What goes wrong when: conditions, not messages. Whom a fault hits, and what it does to messages, is the deployment's business.

use rand_distr::Distribution;

use crate::engine::{Exponential, Stream};
use crate::quantity::{Span, Time};

/// What goes wrong.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum FaultKind {
    /// A gateway stops without a word and starts again; what it forgets is a key of the gateway.
    Crash,
    /// A gateway accepts messages and answers nothing.
    Stall,
    /// A gateway ends every dialog with BYE and is away.
    Maintenance,
    /// A leg carries nothing: messages wait for its end on TCP and TLS, and are lost on UDP.
    LinkOutage,
    /// OCS drops every connection and is away; it keeps no dialog.
    OcsFailover,
    /// The PC of a client sleeps, until its user signs in or out at the latest: its timers wait, messages to it are lost.
    Sleep,
    /// The address of a client changes: its connection is reset.
    NetworkChange,
    /// People call more, or less, than they usually do: a step of the load.
    Surge,
}

impl FaultKind {
    /// What happens to gateways alone.
    pub const OF_GATEWAYS: [Self; 3] = [Self::Crash, Self::Stall, Self::Maintenance];

    /// Whether something fails: a surge is load.
    pub fn is_failure(self) -> bool {
        self != Self::Surge
    }

    /// Whether each user has one of their own: of their PC, not of what they share.
    pub fn is_personal(self) -> bool {
        matches!(self, Self::Sleep | Self::NetworkChange)
    }
}

/// When it happens.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Schedule {
    /// Once.
    Once {
        /// From the start of the run.
        at: Time,
        /// How long it lasts.
        duration: Span,
    },
    /// Again and again: exponential times from repair to fault and from fault to repair, in order at the start.
    Recurrent {
        /// Mean time from repair to fault.
        mtbf: Span,
        /// Mean time from fault to repair.
        mttr: Span,
    },
}

/// A fault.
#[derive(Clone, PartialEq, Debug)]
pub struct FaultConfig {
    /// What goes wrong.
    pub kind: FaultKind,
    /// When.
    pub schedule: Schedule,
    /// Whether connections are reset, which is noticed at once, where silence is not. Default: no.
    pub reset: bool,
    /// Of a surge: the rate of calls while it lasts, of the usual one. Default twice.
    pub call_rate: f64,
}

/// One occurrence: from when to when.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Occurrence {
    /// When it begins.
    pub begins: Time,
    /// When it is over.
    pub ends: Time,
}

impl Schedule {
    /// The first occurrence after `now`, a repair or the start of the run; `None`: there is none.
    pub fn next(&self, now: Time, stream: &mut Stream) -> Option<Occurrence> {
        match *self {
            Self::Once { at, duration } => (at >= now).then(|| Occurrence {
                begins: at,
                ends: at + duration,
            }),
            Self::Recurrent { mtbf, .. } => self.at(now + exponential(mtbf, stream), stream),
        }
    }

    /// The occurrence that begins then, of a fault that is drawn at random; `None`: it is not.
    pub fn at(&self, begins: Time, stream: &mut Stream) -> Option<Occurrence> {
        match *self {
            Self::Once { .. } => None,
            Self::Recurrent { mttr, .. } => Some(Occurrence {
                begins,
                ends: begins + exponential(mttr, stream),
            }),
        }
    }
}

fn exponential(mean: Span, stream: &mut Stream) -> Span {
    let unit: f64 = Exponential.sample(stream);
    Span::from_micros_f64(unit * mean.0 as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_between_and_to_repair_have_their_means() {
        let schedule = Schedule::Recurrent {
            mtbf: Span::from_secs(1000),
            mttr: Span::from_secs(10),
        };
        let mut stream = Stream::open(1, 2, 3, 4);
        let (mut now, mut up, mut down, n) = (Time::ZERO, 0.0, 0.0, 20_000);
        for _ in 0..n {
            let o = schedule.next(now, &mut stream).unwrap();
            up += (o.begins - now).as_secs_f64();
            down += (o.ends - o.begins).as_secs_f64();
            now = o.ends;
        }
        // The standard deviation of a mean of n exponentials is the mean over √n, here 0.7 %.
        let n = f64::from(n);
        assert!((up / n / 1000.0 - 1.0).abs() < 4.0 * 0.0071, "{}", up / n);
        assert!((down / n / 10.0 - 1.0).abs() < 4.0 * 0.0071, "{}", down / n);
    }

    #[test]
    fn a_scheduled_fault_happens_once() {
        let schedule = Schedule::Once {
            at: Time(50),
            duration: Span(7),
        };
        let mut stream = Stream::open(1, 2, 3, 4);
        let first = schedule.next(Time::ZERO, &mut stream).unwrap();
        assert_eq!(
            first,
            Occurrence {
                begins: Time(50),
                ends: Time(57)
            }
        );
        assert_eq!(schedule.next(first.ends, &mut stream), None);
    }
}
