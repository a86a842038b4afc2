//! The typical lost session of a run: whose ladder a report shows.

use std::collections::BTreeMap;

use super::campaign::Campaign;
use super::case::{Model, hash_of};
use super::error::ExperimentError;
use super::ladder::{Ladder, ladder};
use super::run::DropSink;
use crate::deployment::DropLog;
use crate::measure::{DropCause, DropRow};
use crate::scenario::{Scenario, expanded, simulation_hash};

/// The first loss of every user in the first replication that has one, among the losses that a run shows.
pub struct FirstLosses {
    rows_left: u64,
    replication: Option<u32>,
    /// By client group and user: why, and after how many microseconds.
    losses: BTreeMap<(u32, u32), (DropCause, u64)>,
}

impl FirstLosses {
    /// None yet, of as many losses as a run shows.
    pub fn new(rows: u64) -> Self {
        Self {
            rows_left: rows,
            replication: None,
            losses: BTreeMap::new(),
        }
    }

    /// Takes note of a lost session; those of a replication come in the order of time. Whether it is among those shown.
    pub fn note(&mut self, replication: u32, row: &DropRow) -> bool {
        if self.rows_left == 0 {
            return false;
        }
        self.rows_left -= 1;
        if *self.replication.get_or_insert(replication) == replication {
            let loss = (row.cause, row.lost_at.0 - row.established_at.0);
            self.losses.entry((row.clients, row.user)).or_insert(loss);
        }
        true
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

    /// Its ladder, from the campaign's store where it is there; `None`: no session was lost, or it is not there and the
    /// campaign's share is [nothing](super::Share::empty), which awaits it then.
    ///
    /// # Errors
    /// That of the store.
    pub fn ladder(
        &self,
        scenario: &Scenario,
        campaign: &Campaign,
    ) -> Result<Option<Ladder>, ExperimentError> {
        let Some(((clients, user), replication)) = self.typical().zip(self.replication) else {
            return Ok(None);
        };
        // Its reasons tell where values come from, which no hash of what is simulated knows.
        let action = format!("the ladder of user {user} of group {clients}");
        let hash =
            hash_of([&simulation_hash(scenario), &expanded(scenario), &action].map(|s| &s[..]));
        let model = Model {
            plan: &scenario.plan,
            hash: &hash,
        };
        campaign.found_or_made(model, replication, || {
            let mut ladder = ladder(scenario, clients as usize, user, replication);
            ladder.shorten();
            ladder
        })
    }
}

/// The drops themselves are left aside.
impl DropSink for FirstLosses {
    type Error = std::io::Error;

    fn rows_left(&self) -> u64 {
        self.rows_left
    }

    fn take(&mut self, replication: u32, rows: DropLog) -> Result<(), Self::Error> {
        rows.drain(|row| {
            self.note(replication, row);
            Ok(())
        })
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
        let mut first = FirstLosses::new(7);
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
        // Of what a run does not show, none is told in full.
        assert!(first.note(4, &row(10, unanswered, 1600)));
        assert!(!first.note(4, &row(11, unanswered, 1650)));
        assert_eq!(first.losses.len(), 5);
    }
}
