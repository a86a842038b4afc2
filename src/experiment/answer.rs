//! What an experiment answers for one case.

use super::case::Case;
use crate::measure::Scope;
use crate::study::{Assessment, Estimate, Samples, Verdict};

/// A case, its samples, and how its objectives come out.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What was simulated: the scenario, and what was varied in it.
    pub case: Case,
    /// The samples of every replication, and what they say.
    pub assessment: Assessment,
}

impl Answer {
    /// Of the samples of a case.
    pub fn new(case: Case, samples: Samples) -> Self {
        Self {
            assessment: Assessment::new(samples, &case.scenario.objectives),
            case,
        }
    }

    /// Of all objectives.
    pub fn verdict(&self) -> Verdict {
        self.assessment.verdict()
    }

    /// The mean of a metric over the whole deployment, in the metric's unit, with its 95 % interval; `None`: there is no such
    /// metric, or nothing of the kind happened.
    pub fn estimate(&self, metric: &str) -> Option<Estimate> {
        self.assessment.row(&Scope::All, metric)?.estimate
    }

    /// What was varied, in one text: "clients.refresh_interval=5 min".
    pub fn label(&self) -> String {
        self.case.point.label()
    }
}
