//! Trials that look at what is counted, not at samples: those of levers.

use super::Campaign;
use crate::deployment::{PartialResult, Replication, parallel};
use crate::experiment::case::Model;
use crate::experiment::error::ExperimentError;
use crate::measure::Tally;

impl Campaign {
    /// What all users count in the first replication of each model, then those of each client group, without time series;
    /// `None`: it was interrupted, or is not there yet where nothing is done here. Every share does all of them.
    ///
    /// # Errors
    /// That of the store.
    pub(in crate::experiment) fn count(
        &self,
        models: &[Model],
    ) -> Result<Option<Vec<Vec<Tally>>>, ExperimentError> {
        let one = |model: Model| self.trial(model, 0, || self.tallies(model));
        parallel::map(models.to_vec(), one).into_iter().collect()
    }

    fn tallies(&self, model: Model) -> Option<Vec<Tally>> {
        let mut counted = Replication::empty(model.plan);
        for group in 0..model.plan.groups().len() {
            let part = PartialResult::simulate(model.plan, group, 0, self.handle())?;
            counted.add(model.plan, group, &part);
        }
        let tallies = std::iter::once(counted.total).chain(counted.clients);
        Some(tallies.map(Tally::without_series).collect())
    }
}
