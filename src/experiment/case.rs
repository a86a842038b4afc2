//! The cases of an experiment: each point of a study with its scenario, all read before anything runs.

use super::store::ShardName;
use crate::deployment::Plan;
use crate::scenario::{
    Scenario, ScenarioError, Study, StudyPoint, hash_of_simulated, simulation_hash,
};

/// A point with its scenario.
#[derive(Clone, Debug)]
pub struct Case {
    /// The factors and their levels here; empty: the scenario as it is.
    pub point: StudyPoint,
    /// The scenario at this point.
    pub scenario: Scenario,
    /// Hash of the resolved scenario, seed excluded.
    pub hash: String,
    /// Hash of what is simulated: the same without objectives.
    pub simulation_hash: String,
}

impl Case {
    /// The scenario as it is.
    pub fn new(scenario: Scenario) -> Self {
        let point = StudyPoint {
            values: Vec::new(),
            overrides: Vec::new(),
        };
        let simulation_hash = simulation_hash(&scenario);
        Self {
            hash: hash_of_simulated(&simulation_hash, &scenario),
            simulation_hash,
            point,
            scenario,
        }
    }

    /// The scenario at a point.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn at(base: &Scenario, point: StudyPoint) -> Result<Self, ScenarioError> {
        let scenario = base.with(&point.overrides)?;
        Ok(Self {
            point,
            ..Self::new(scenario)
        })
    }
}

/// What is simulated, and the name of it in a store.
#[derive(Clone, Copy, Debug)]
pub(super) struct Model<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// A hash of all that its replications depend on but their numbers and the seed.
    pub hash: &'a str,
}

/// Signed-in hours of a group from which it is kept on its own: some tenths of a second, a hundred times what its file
/// costs.
const LARGE_USER_HOURS: u64 = 20_000;

impl<'a> From<&'a Case> for Model<'a> {
    fn from(case: &'a Case) -> Self {
        Self {
            plan: &case.scenario.plan,
            hash: &case.simulation_hash,
        }
    }
}

impl Model<'_> {
    /// Whether the groups are many, and each takes so long that losing one by a kill would hurt: each is a unit of its own.
    pub(super) fn has_large_groups(&self) -> bool {
        let plan = self.plan;
        let (groups, users): (usize, u64) = (
            plan.groups().len(),
            plan.clients.iter().map(|c| u64::from(c.count)).sum(),
        );
        let hours = plan.horizon.0 / 3_600_000_000;
        groups > 1 && users.saturating_mul(hours) / groups as u64 >= LARGE_USER_HOURS
    }

    /// The unit of one of its replications.
    pub(super) fn unit(&self, replication: u32) -> ShardName {
        ShardName {
            scenario_hash: self.hash.into(),
            seed: self.plan.seed,
            replication,
            group: None,
        }
    }
}

/// Every point of a study.
///
/// # Errors
/// What is wrong with one of them.
pub fn cases(base: &Scenario, study: &Study) -> Result<Vec<Case>, ScenarioError> {
    study
        .points()
        .into_iter()
        .map(|point| Case::at(base, point))
        .collect()
}

/// The hash of several cases by their own.
pub fn hash_of<'a>(hashes: impl IntoIterator<Item = &'a str>) -> String {
    let mut hasher = blake3::Hasher::new();
    for hash in hashes {
        hasher.update(hash.as_bytes());
    }
    hasher.finalize().to_hex()[..32].into()
}
