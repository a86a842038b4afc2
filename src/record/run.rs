//! Everything that is said of a run: data for every writer.

use crate::measure::{Metric, Scope};
use crate::study::{Judgement, Row, Samples, Spread, Steady, Verdict, overall};

/// What another value of an assumed key would give.
#[derive(Clone, Debug)]
pub struct Alternative {
    /// The value.
    pub value: String,
    /// Share of time down, by a short run.
    pub down_fraction: Option<f64>,
    /// Share of toasts missed, by a short run.
    pub missed_toast_fraction: Option<f64>,
    /// How the objectives would come out, where there are any.
    pub verdict: Option<Verdict>,
    /// What the answer of a study would be; none: of a run, whose answer is the verdict.
    pub answer: Option<String>,
}

/// A value that nobody published, and what hangs on it.
#[derive(Clone, Debug)]
pub struct Assumption {
    /// The key with its section.
    pub key: String,
    /// The value used.
    pub value: String,
    /// Its standing, in words.
    pub standing: String,
    /// What other values would give.
    pub alternatives: Vec<Alternative>,
    /// Whether one of them changes the verdict.
    pub decides: bool,
}

/// What the answer of a study rests on.
#[derive(Clone, Debug, Default)]
pub struct Premises {
    /// Those that move it, what decides first.
    pub assumptions: Vec<Assumption>,
    /// What was tried, how and on what, or why nothing was; empty: nothing was asked for.
    pub basis: String,
}

/// A run and its results.
#[derive(Clone, Debug)]
pub struct Run {
    /// The scenario's name.
    pub scenario: String,
    /// Hash of everything that decides the result but the seed.
    pub scenario_hash: String,
    /// The question that the scenario opens with.
    pub question: String,
    /// The seed.
    pub seed: u64,
    /// Time of day at which the run starts, seconds since midnight.
    pub start_s: f64,
    /// The run's length in seconds.
    pub horizon_s: f64,
    /// What the replications said.
    pub samples: Samples,
    /// Every figure.
    pub rows: Vec<Row>,
    /// The objectives.
    pub judgements: Vec<Judgement>,
    /// Unknown facts and what hangs on them; none: not tried.
    pub assumptions: Option<Vec<Assumption>>,
    /// What is valid and yet unlikely to be meant.
    pub warnings: Vec<String>,
    /// How far the replications lie apart.
    pub spread: Vec<Spread>,
    /// The steady state, where it was asked for.
    pub steady: Vec<Steady>,
    /// The answer in one sentence.
    pub answer: String,
    /// What to try next; none: not tried.
    pub advice: Option<Vec<String>>,
    /// Fewer replications than asked for, because the run was interrupted.
    pub interrupted: bool,
    /// The command that repeats it.
    pub command: String,
}

impl Run {
    /// Of all objectives.
    pub fn verdict(&self) -> Verdict {
        overall(&self.judgements)
    }

    /// A figure of the given scope.
    pub fn row(&self, scope: &Scope, metric: &str) -> Option<&Row> {
        let metric = Metric::named(metric)?;
        self.rows
            .iter()
            .find(|r| r.scope == *scope && r.column.metric == metric && r.column.cause.is_none())
    }

    /// The fingerprint of everything observable in all replications.
    pub fn fingerprint(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for (number, print) in self.samples.numbers.iter().zip(&self.samples.fingerprints) {
            hasher.update(&number.to_le_bytes());
            hasher.update(&print.to_le_bytes());
        }
        hasher.finalize().to_hex()[..16].into()
    }
}
