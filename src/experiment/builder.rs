//! An experiment as another program asks for it: a scenario, a number of replications, perhaps keys that are varied.

use super::answer::Answer;
use super::campaign::{Campaign, Replications};
use super::case::{Case, cases};
use super::error::ExperimentError;
use crate::scenario::{Axis, Combine, Place, Scenario, Study};

/// Replications of one scenario, in memory; the crate's documentation shows one.
#[derive(Clone, Debug)]
pub struct Experiment {
    scenario: Scenario,
    replications: u32,
}

/// Replications of a scenario at every combination of the values of some keys.
#[derive(Clone, Debug)]
pub struct Sweep {
    experiment: Experiment,
    axes: Vec<String>,
}

impl Experiment {
    /// The scenario as it is, as often as it says.
    pub fn new(scenario: Scenario) -> Self {
        Self {
            replications: scenario.replications,
            scenario,
        }
    }

    /// Another number of replications.
    #[must_use]
    pub fn replications(mut self, replications: u32) -> Self {
        self.replications = replications;
        self
    }

    /// The same at each value of a key: `"clients.refresh_interval"`, `["5 min", "25 min"]`.
    pub fn vary<V: AsRef<str>>(self, key: &str, values: impl IntoIterator<Item = V>) -> Sweep {
        let sweep = Sweep {
            experiment: self,
            axes: Vec::new(),
        };
        sweep.vary(key, values)
    }

    /// Simulates it.
    ///
    /// # Errors
    /// None that a scenario without a store can have; the type is that of every experiment.
    pub fn run(&self) -> Result<Answer, ExperimentError> {
        let mut answers = self.answer(vec![Case::new(self.scenario.clone())])?;
        Ok(answers.swap_remove(0))
    }

    fn answer(&self, cases: Vec<Case>) -> Result<Vec<Answer>, ExperimentError> {
        let campaign = Campaign::in_memory();
        let samples = campaign.replicate(&cases, Replications::fixed(self.replications))?;
        let samples = samples.unwrap_or_else(|| unreachable!("nobody stops it"));
        let answers = cases.into_iter().zip(samples);
        Ok(answers
            .map(|(case, samples)| Answer::new(case, samples))
            .collect())
    }
}

impl Sweep {
    /// A further key: every value of it with every value of the others.
    #[must_use]
    pub fn vary<V: AsRef<str>>(mut self, key: &str, values: impl IntoIterator<Item = V>) -> Self {
        let values: Vec<String> = values.into_iter().map(|v| v.as_ref().to_string()).collect();
        self.axes.push(format!("{key} = {}", values.join(", ")));
        self
    }

    /// Simulates every point; the last key changes fastest.
    ///
    /// # Errors
    /// A key that there is not, or a value that makes no valid scenario.
    pub fn run(&self) -> Result<Vec<Answer>, ExperimentError> {
        let place = Place::file_only("vary");
        let axes = self.axes.iter().map(|text| Axis::parse(text, &place));
        let axes = axes.collect::<Result<Vec<Axis>, _>>()?;
        let study = Study::new(axes, Combine::Product, &place)?;
        self.experiment
            .answer(cases(&self.experiment.scenario, &study)?)
    }
}
