//! What a trial of a lever came to, and whether it came to less than another by more than chance.

use crate::measure::{Counter, Tally};

/// Where a lever leaves at most this part of the trouble, it helps.
pub(super) const LEAVES: f64 = 2.0 / 3.0;
/// With fewer sessions lost, it also helps if it leaves at most this part of the time down.
const NOTICEABLY: f64 = 0.95;
/// Lost sessions, failed set-ups and missed toasts that a trial must show: of fewer, a difference is chance.
pub(super) const ENOUGH: u64 = 20;

/// What a trial came to.
#[derive(Clone, PartialEq, Debug)]
pub struct TrialOutcome {
    /// Share of time down.
    pub down: f64,
    /// Sessions lost.
    pub drops: u64,
    /// Share of toasts missed.
    pub missed: f64,
    /// Messages of a user in an hour.
    pub messages: f64,
    /// What the levers are judged by, in the order of [`Advice::judged_by`](super::Advice::judged_by).
    pub judged: Vec<JudgedFigure>,
    /// Toasts missed.
    missed_toasts: u64,
    /// Times that users waited for a session: once each, and after every loss and failed set-up.
    waits: u64,
}

/// A figure of a trial by which levers are judged.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct JudgedFigure {
    /// The figure, or what it lies beyond; `None`: nothing of the kind happened.
    pub value: Option<f64>,
    /// A quantile among what was open at the end: more than this.
    pub is_beyond: bool,
    /// The events behind it, where it is made of counted ones.
    pub(super) events: Option<u64>,
    /// Whether it is a share of the users' time, of which each wait has its part.
    pub(super) is_of_time: bool,
}

impl TrialOutcome {
    /// What all users counted, and the figures that are judged. Sessions lost are those of `per` users, where the trial
    /// has so many.
    pub(super) fn new(all: &Tally, judged: Vec<JudgedFigure>, (users, per): (u32, u32)) -> Self {
        let down = all.setting_up_us + all.silent_us + all.visible_us;
        let signed_in = all.signed_in_us.max(1) as f64;
        let due = all.get(Counter::ToastsDue);
        let missed_toasts = all.all_missed();
        let as_many = |n: u64| match users == per {
            true => n,
            false => (n as f64 * f64::from(per) / f64::from(users.max(1))).round() as u64,
        };
        Self {
            down: down as f64 / signed_in,
            drops: as_many(all.all_drops()),
            missed: missed_toasts as f64 / due.max(1) as f64,
            messages: all.get(Counter::MessagesSent) as f64 * 3.6e9 / signed_in,
            judged,
            missed_toasts: as_many(missed_toasts),
            waits: all.users + all.all_drops() + all.get(Counter::SetupsFailed),
        }
    }

    /// Whether its time down is shorter than before by more than chance: each wait has its part of it.
    pub(super) fn is_shorter_than(&self, before: &Self) -> bool {
        is_shorter((before, before.down), (self, self.down))
    }

    /// Whether it helps where nothing is judged: less time down, fewer toasts missed or fewer sessions lost.
    pub(super) fn helps(&self, before: &Self) -> bool {
        let less = |before: f64, after: f64| after < before && after <= before * LEAVES;
        let no_worse = self.missed <= before.missed || self.down <= before.down;
        // Fewer losses that leave people waiting as long help nobody.
        let fewer_drops = less(before.drops as f64, self.drops as f64)
            && is_fewer(before.drops, self.drops)
            && self.down < before.down * NOTICEABLY
            && self.missed <= before.missed;
        let fewer_missed = less(before.missed, self.missed)
            && is_fewer(before.missed_toasts, self.missed_toasts)
            && self.down <= before.down;
        less(before.down, self.down) && self.is_shorter_than(before) && no_worse
            || fewer_missed
            || fewer_drops
    }

    /// Whether a figure of it differs from the same of another by more than chance makes of two that are alike, as far as
    /// that is known of it.
    pub(super) fn is_told_apart(&self, index: usize, before: &Self) -> bool {
        let (was, is) = (before.judged[index], self.judged[index]);
        match (was.events, is.events) {
            (Some(was), Some(is)) => is_fewer(was, is) || is_fewer(is, was),
            _ if was.is_of_time && is.is_of_time => {
                let share = |figure: JudgedFigure| figure.value.unwrap_or(0.0);
                is_shorter((before, share(was)), (self, share(is)))
            }
            _ => true,
        }
    }
}

/// Whether a trial shows anything that a lever could help.
pub(super) fn is_in_trouble(all: &Tally) -> bool {
    let missed = all.all_missed() > 0;
    all.all_drops() > 0 || all.get(Counter::SetupsFailed) > 0 || missed || all.setting_up_us > 0
}

/// So much trouble that a lever's help can be told from chance.
pub(super) fn is_enough(all: &Tally) -> bool {
    all.all_drops() + all.get(Counter::SetupsFailed) + all.all_missed() >= ENOUGH
}

/// Whether a number is smaller than another by more than chance makes of two that are alike: by more than twice the standard
/// deviation of the difference of two Poisson counts.
fn is_fewer(before: u64, after: u64) -> bool {
    let (before, after) = (before as f64, after as f64);
    before > after && (before - after) * (before - after) > 4.0 * (before + after)
}

/// The same of a share of time, of which each wait has its part.
fn is_shorter((before, was): (&TrialOutcome, f64), (after, is): (&TrialOutcome, f64)) -> bool {
    let part = |outcome: &TrialOutcome| 1.0 / outcome.waits.max(1) as f64;
    was - is > 2.0 * (part(before) + part(after)).sqrt() * was
}
