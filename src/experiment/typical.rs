//! The typical lost session of a run: whose ladder a report shows.

use std::collections::BTreeMap;

use super::ladder::{Ladder, ladder};
use crate::measure::{DropCause, DropRow};
use crate::scenario::Scenario;

/// The first loss of every user in the first replication that has one.
#[derive(Default)]
pub struct FirstLosses {
    replication: Option<u32>,
    /// By client group and user: why, and after how many microseconds.
    losses: BTreeMap<(u32, u32), (DropCause, u64)>,
}

impl FirstLosses {
    /// Takes note of a lost session; those of a replication come in the order of time.
    pub fn note(&mut self, replication: u32, row: &DropRow) {
        if *self.replication.get_or_insert(replication) == replication {
            let loss = (row.cause, row.lost_at.0 - row.established_at.0);
            self.losses.entry((row.clients, row.user)).or_insert(loss);
        }
    }

    /// Of the users whose session was lost for the most frequent reason, the one in the middle by how long it had lasted.
    fn typical(&self) -> Option<(u32, u32)> {
        let count = |cause: DropCause| self.losses.values().filter(|(c, _)| *c == cause).count();
        let main = DropCause::ALL
            .into_iter()
            .rev()
            .max_by_key(|cause| count(*cause))?;
        let mut alike: Vec<_> = self
            .losses
            .iter()
            .filter(|(_, (cause, _))| *cause == main)
            .collect();
        alike.sort_by_key(|(user, (_, lasted))| (*lasted, **user));
        alike.get(alike.len() / 2).map(|(user, _)| **user)
    }

    /// Its ladder; `None`: no session was lost.
    pub fn ladder(&self, scenario: &Scenario) -> Option<Ladder> {
        let ((clients, user), replication) = (self.typical()?, self.replication?);
        let mut ladder = ladder(scenario, clients as usize, user, replication);
        ladder.shorten();
        Some(ladder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantity::Time;

    fn row(user: u32, cause: DropCause, lost_s: u64) -> DropRow {
        let (established_at, lost_at) = (Time(0), Time(lost_s * 1_000_000));
        DropRow {
            user,
            clients: 0,
            gateway: 0,
            lost_at,
            established_at,
            detected_at: None,
            cause,
            ended_by: None,
        }
    }

    #[test]
    fn the_middle_one_of_the_main_reason_is_typical() {
        let mut first = FirstLosses::default();
        assert_eq!(first.typical(), None);
        let unanswered = DropCause::RefreshUnanswered;
        for (user, cause, lost_s) in [
            (1, unanswered, 900),
            (2, DropCause::GatewayDown, 5),
            (3, unanswered, 1532),
        ] {
            first.note(4, &row(user, cause, lost_s));
        }
        first.note(4, &row(7, unanswered, 1700));
        // A second loss of the same user, and another replication, do not count.
        first.note(4, &row(1, unanswered, 4000));
        first.note(5, &row(9, unanswered, 1600));
        assert_eq!(first.typical(), Some((0, 3)));
    }
}
