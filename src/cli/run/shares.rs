//! The replications of a run among several processes: doing a share of them, and saying what they take.

use super::RunArgs;
use crate::cli::advice::{RunSays, trials};
use crate::cli::fault::Fault;
use crate::cli::outcome::Outcome;
use crate::cli::outlook::{TrialHours, plan};
use crate::cli::share::simulate_share;
use crate::cli::store::run_fault;
use crate::cli::study::{Division, MaxEffort};
use crate::experiment::{self, Campaign, FirstLosses, Share, trial_hours_of_run};
use crate::scenario::Scenario;
use crate::study::Assessment;

impl RunArgs {
    /// Simulates a share of the replications, and of the trials once all replications are there.
    pub(super) fn share(&self, scenario: &Scenario, share: Share) -> Result<Outcome, Fault> {
        let pool = self.jobs.pool()?;
        let path = self.folder(scenario);
        simulate_share(&path, share, self.quiet, |campaign| {
            pool.install(|| self.is_complete(scenario, campaign))
        })
    }

    /// Says what it takes.
    pub(super) fn plan(&self, scenario: &Scenario, division: Division) -> Result<Outcome, Fault> {
        let targets = self.precision.targets(scenario.study.as_ref())?;
        let most = MaxEffort::for_points(self.replications(scenario, &targets), 1);
        let trials = match self.no_report {
            true => TrialHours::None,
            false => TrialHours::AtMost(trial_hours_of_run(scenario)),
        };
        let pool = self.jobs.pool()?;
        plan(&self.folder(scenario), division, most, trials, |campaign| {
            pool.install(|| self.is_complete(scenario, campaign))
        })
    }

    /// Does what the campaign has a share of; whether nothing is left that publishing would simulate.
    fn is_complete(&self, scenario: &Scenario, campaign: &Campaign) -> Result<bool, Fault> {
        let targets = self.precision.targets(scenario.study.as_ref())?;
        let replications = self.replications(scenario, &targets);
        let mut losses = FirstLosses::new(scenario.plan.drops_limit);
        let simulated = experiment::run(scenario, replications, campaign, &mut losses);
        let Some(run) = simulated.map_err(|e| run_fault("scratch space", e))? else {
            return Ok(false);
        };
        if run.is_interrupted || self.no_report {
            return Ok(!run.is_interrupted);
        }
        let assessment = Assessment::new(run.samples, &scenario.objectives);
        losses.ladder(scenario, campaign)?;
        let trials = trials(scenario, &RunSays::of(&assessment), campaign)?;
        Ok(trials.is_some() && campaign.shards().awaited == 0)
    }
}
