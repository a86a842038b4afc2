//! Overload control: a gateway that measures its queue, and answers 503 to the requests beyond a rate that it lowers quickly
//! and raises slowly, so that it refuses long after the load is gone (seen: sprout issue 1234).

use crate::quantity::{Span, Time};

/// The settings of the overload control of a [`Station`](super::Station).
///
/// At the end of each period it counts who waits. From `waiting` jobs on it admits no more requests than it served in that
/// period, less `cut`; each further period with as many cuts again, each with fewer raises the rate, by as much as takes
/// `recovery` from nothing to the rate that was served.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ThrottleConfig {
    /// So many waiting jobs make it throttle, at least 1.
    pub waiting: u32,
    /// How often it measures. Default 1 s (assumption).
    pub period: Span,
    /// By what share it lowers the rate at a time, 0 to 1. Default a half (assumption).
    pub cut: f64,
    /// How long the rate takes from nothing to what was served. Default 30 min (seen: sprout issue 1234).
    pub recovery: Span,
}

/// The overload control of one station.
#[derive(Debug)]
pub(super) struct Throttle {
    config: ThrottleConfig,
    /// The present period ends then.
    period_ends: Time,
    /// Requests served in it.
    served: u64,
    limit: Option<Limit>,
}

/// What is admitted while it throttles, in millionths of a request.
#[derive(Clone, Copy, Debug)]
struct Limit {
    /// Requests of a period as they were served before.
    full: u64,
    /// Requests of a period that are admitted now.
    rate: u64,
    /// What is left of them.
    remaining: u64,
}

/// Millionths of a request.
const REQUEST: u64 = 1_000_000;

impl Throttle {
    pub(super) fn new(config: ThrottleConfig) -> Self {
        Self {
            config,
            period_ends: Time::ZERO + config.period,
            served: 0,
            limit: None,
        }
    }

    /// Takes it to this instant; so many jobs have waited since the last change.
    pub(super) fn advance(&mut self, now: Time, waiting: u64) {
        let is_crowded = waiting >= u64::from(self.config.waiting);
        while self.period_ends <= now {
            if self.limit.is_none() && !is_crowded {
                // Nothing happens at the ends of these periods.
                let periods = (now - self.period_ends).0 / self.config.period.0 + 1;
                self.period_ends += self.config.period * periods;
                self.served = 0;
                return;
            }
            self.end_period(is_crowded);
            self.period_ends += self.config.period;
        }
    }

    fn end_period(&mut self, is_crowded: bool) {
        let served = std::mem::take(&mut self.served).max(1) * REQUEST;
        let mut limit = self.limit.unwrap_or(Limit {
            full: served,
            rate: served,
            remaining: 0,
        });
        if is_crowded {
            limit.rate -= (limit.rate as f64 * self.config.cut) as u64;
        } else {
            let step = u128::from(limit.full) * u128::from(self.config.period.0)
                / u128::from(self.config.recovery.0);
            limit.rate += (step as u64).max(1);
        }
        limit.remaining = limit.remaining % REQUEST + limit.rate;
        self.limit = Some(limit).filter(|l| l.rate < l.full);
    }

    /// Whether a request that comes is admitted.
    pub(super) fn admits(&mut self) -> bool {
        let Some(limit) = &mut self.limit else {
            return true;
        };
        let has_room = limit.remaining >= REQUEST;
        limit.remaining -= if has_room { REQUEST } else { 0 };
        has_room
    }

    /// A request was served.
    pub(super) fn served(&mut self) {
        self.served += 1;
    }

    /// The gateway stopped.
    pub(super) fn clear(&mut self) {
        (self.served, self.limit) = (0, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn throttle(cut: f64) -> Throttle {
        Throttle::new(ThrottleConfig {
            waiting: 10,
            period: Span::from_secs(1),
            cut,
            recovery: Span::from_secs(100),
        })
    }

    /// Requests admitted of so many in the period that begins now.
    fn admitted(throttle: &mut Throttle, attempts: u32) -> usize {
        (0..attempts).filter(|_| throttle.admits()).count()
    }

    #[test]
    fn the_rate_falls_quickly_and_rises_slowly() {
        let mut limiter = throttle(0.5);
        assert_eq!(admitted(&mut limiter, 1000), 1000, "nobody waits yet");
        (0..200).for_each(|_| limiter.served());
        // 200 served in the second, 10 wait at its end: half of them, and half of that.
        limiter.advance(Time(1_000_000), 10);
        assert_eq!(admitted(&mut limiter, 1000), 100);
        limiter.advance(Time(2_000_000), 11);
        assert_eq!(admitted(&mut limiter, 1000), 50);
        // With fewer waiting, 200/100 more each second: 98 s until 50 + 2·75 = 200 are admitted and it throttles no more.
        limiter.advance(Time(3_000_000), 9);
        assert_eq!(admitted(&mut limiter, 1000), 52);
        limiter.advance(Time(76_000_000), 0);
        assert_eq!(admitted(&mut limiter, 1000), 198);
        limiter.advance(Time(77_000_000), 0);
        assert_eq!(admitted(&mut limiter, 1000), 1000);
    }

    #[test]
    fn a_part_of_a_request_is_kept_for_the_next_period() {
        let mut limiter = throttle(0.75);
        (0..2).for_each(|_| limiter.served());
        limiter.advance(Time(1_000_000), 10);
        assert_eq!(admitted(&mut limiter, 9), 0, "half a request");
        // 0.02 more each second: 0.5 + 0.52 + … pass 1 in the next one.
        limiter.advance(Time(2_000_000), 0);
        assert_eq!(admitted(&mut limiter, 9), 1);
        limiter.clear();
        assert_eq!(admitted(&mut limiter, 9), 9);
    }

    #[test]
    fn a_long_time_without_a_queue_is_one_step() {
        let mut limiter = throttle(0.5);
        limiter.served();
        limiter.advance(Time(u64::MAX / 4), 0);
        assert!(limiter.admits() && limiter.period_ends > Time(u64::MAX / 4));
        assert_eq!(limiter.served, 0);
    }
}
