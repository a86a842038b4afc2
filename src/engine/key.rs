//! Keys of events: the total order.

use std::cmp::Ordering;

use crate::quantity::Time;

/// The place of an event in the total order: time, class, entity, the entity's own count ([order](super#order)).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct EventKey {
    /// Time in microseconds times 8, plus the class.
    pub due: u64,
    /// Entity times 2³², plus its own count.
    pub tie: u64,
}

impl EventKey {
    /// A key; `class` is below 8.
    #[inline]
    pub fn new(time: Time, class: u8, entity: u32, count: u32) -> Self {
        debug_assert!(class < 8, "a class has three bits");
        Self {
            due: time.0 << 3 | u64::from(class),
            tie: u64::from(entity) << 32 | u64::from(count),
        }
    }

    /// Greater than every other key.
    pub const NEVER: Self = Self {
        due: u64::MAX,
        tie: u64::MAX,
    };

    /// The time of the event.
    #[inline]
    pub fn time(self) -> Time {
        Time(self.due >> 3)
    }

    /// The class, lower first.
    pub fn class(self) -> u8 {
        (self.due & 7) as u8
    }

    /// The entity of the event.
    #[inline]
    pub fn entity(self) -> u32 {
        (self.tie >> 32) as u32
    }

    /// The entity's own count.
    pub fn count(self) -> u32 {
        self.tie as u32
    }

    /// Both words as one: compared without a branch.
    #[inline]
    fn rank(self) -> u128 {
        u128::from(self.due) << 64 | u128::from(self.tie)
    }
}

impl Ord for EventKey {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank().cmp(&other.rank())
    }
}
impl PartialOrd for EventKey {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
    #[inline]
    fn lt(&self, other: &Self) -> bool {
        self.rank() < other.rank()
    }
    #[inline]
    fn gt(&self, other: &Self) -> bool {
        self.rank() > other.rank()
    }
}
