//! The one deadline of a machine. Moving it is a store: its entry stays in the future event list and is checked when popped.

/// No entry scheduled, no deadline.
const NEVER: u64 = u64::MAX;

/// A machine's deadline and its entries in the future event list, all as time·8 + class.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Alarm {
    due: u64,
    /// The next entry.
    filed: u64,
    /// A second, later entry: when a timeout before it is cleared, it need not be scheduled again.
    behind: u64,
}

/// What a popped entry means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Expiry {
    /// Nothing: another entry replaced it, or there is no deadline.
    Stale,
    /// The deadline was moved: schedule the entry again at this due.
    Moved(u64),
    /// The deadline has come.
    Expired,
}

impl Alarm {
    /// No deadline.
    pub const IDLE: Self = Self {
        due: NEVER,
        filed: NEVER,
        behind: NEVER,
    };

    /// Sets the deadline; returns the due of a new entry where the scheduled one would come too late.
    #[inline]
    pub fn set(&mut self, deadline: Option<(crate::quantity::Time, u8)>) -> Option<u64> {
        self.due = deadline.map_or(NEVER, |(at, class)| at.0 << 3 | u64::from(class));
        (self.due < self.filed).then(|| {
            self.behind = self.filed;
            self.filed = self.due;
            self.due
        })
    }

    /// Whether there is a deadline, with an entry scheduled by then.
    pub fn is_set(&self) -> bool {
        self.due != NEVER && self.filed <= self.due
    }

    /// The entry scheduled at `due` was popped.
    #[inline]
    pub fn expire(&mut self, due: u64) -> Expiry {
        if due != self.filed {
            if due == self.behind {
                self.behind = NEVER;
            }
            return Expiry::Stale;
        }
        self.filed = std::mem::replace(&mut self.behind, NEVER);
        if self.due > due {
            if self.due >= self.filed {
                return Expiry::Stale; // the later entry stands for the deadline, or there is none
            }
            self.behind = self.filed;
            self.filed = self.due;
            return Expiry::Moved(self.due);
        }
        self.due = NEVER;
        Expiry::Expired
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantity::Time;

    #[test]
    fn a_deadline_moved_later_is_found_by_the_old_entry() {
        let mut a = Alarm::IDLE;
        assert_eq!(a.set(Some((Time(10), 1))), Some(81));
        assert_eq!(a.set(Some((Time(20), 4))), None);
        assert_eq!(a.expire(81), Expiry::Moved(164));
        assert_eq!(a.expire(164), Expiry::Expired);
        assert_eq!(a.expire(164), Expiry::Stale);
    }

    #[test]
    fn a_deadline_moved_earlier_leaves_a_stale_entry_behind() {
        let mut a = Alarm::IDLE;
        assert_eq!(a.set(Some((Time(20), 4))), Some(164));
        assert_eq!(a.set(Some((Time(10), 4))), Some(84));
        assert_eq!(a.expire(84), Expiry::Expired);
        assert_eq!(a.expire(164), Expiry::Stale);
    }

    #[test]
    fn an_entry_behind_is_not_filed_twice() {
        let mut a = Alarm::IDLE;
        assert_eq!(a.set(Some((Time(20), 4))), Some(164));
        assert_eq!(a.set(Some((Time(10), 1))), Some(81));
        // The timeout is cleared: the first entry finds that the other stands for the deadline.
        assert_eq!(a.set(Some((Time(20), 4))), None);
        assert_eq!(a.expire(81), Expiry::Stale);
        assert!(a.is_set());
        assert_eq!(a.expire(164), Expiry::Expired);
    }

    #[test]
    fn a_deadline_between_two_entries_is_filed() {
        let mut a = Alarm::IDLE;
        assert_eq!(a.set(Some((Time(30), 4))), Some(244));
        assert_eq!(a.set(Some((Time(10), 1))), Some(81));
        assert_eq!(a.set(Some((Time(20), 4))), None);
        assert_eq!(a.expire(81), Expiry::Moved(164));
        assert_eq!(a.expire(164), Expiry::Expired);
        assert_eq!(a.set(Some((Time(30), 4))), None);
        assert_eq!(a.expire(244), Expiry::Expired);
    }

    #[test]
    fn a_cleared_deadline_does_not_ring() {
        let mut a = Alarm::IDLE;
        assert_eq!(a.set(Some((Time(20), 4))), Some(164));
        assert_eq!(a.set(None), None);
        assert_eq!(a.expire(164), Expiry::Stale);
    }
}
