//! A share of an experiment's work: what one of several processes, on one machine or many, simulates of it.

/// The `number`th of `count` shares, counted from 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Share {
    number: u32,
    count: u32,
}

impl Share {
    /// A share; `None`: there is no such one of so many.
    pub fn new(number: u32, count: u32) -> Option<Self> {
        (1..=count)
            .contains(&number)
            .then_some(Self { number, count })
    }

    /// A share of nothing: what it would take is seen, and none of it is done.
    pub fn empty() -> Self {
        Self {
            number: 0,
            count: 1,
        }
    }

    /// Whether it is [`nothing`](Self::nothing).
    pub(super) fn is_nothing(self) -> bool {
        self.number == 0
    }

    /// Its number, from 1.
    pub fn number(self) -> u32 {
        self.number
    }

    /// How many there are.
    pub fn count(self) -> u32 {
        self.count
    }

    /// Whether the piece of work with that index, from 0, is its own: every piece is one share's.
    pub fn has(self, index: usize) -> bool {
        !self.is_nothing() && index as u64 % u64::from(self.count) == u64::from(self.number - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_piece_of_work_has_one_share() {
        let shares: Vec<Share> = (1..=4).filter_map(|n| Share::new(n, 4)).collect();
        assert_eq!(shares.len(), 4);
        for index in 0..100 {
            assert_eq!(shares.iter().filter(|s| s.has(index)).count(), 1);
        }
        assert!(!(0..100).any(|index| Share::empty().has(index)));
        assert_eq!(
            [Share::new(0, 4), Share::new(5, 4), Share::new(1, 0)],
            [None; 3]
        );
    }
}
