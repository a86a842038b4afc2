//! What turns a scenario into samples and answers: replications of cases, trials of other values, search, selection,
//! comparison.
//!
//! It reads no file and no clock and prints nothing. Finished work is kept through a [`Store`]; progress and warnings go to
//! a [`Monitor`]; threads stand behind the feature `parallel`.

mod advice;
mod answer;
mod backlog;
mod builder;
mod campaign;
mod case;
mod comparison;
mod error;
mod factor;
mod front;
mod global;
mod interaction;
mod joint;
mod ladder;
mod lever;
mod matrix;
mod ranking;
mod replicate;
mod robustness;
mod run;
mod search;
mod selection;
mod sensitivity;
mod settled;
mod share;
mod store;
mod sweep;
mod trial;
mod typical;

pub use advice::{
    Advice, FigureOf, Goal, Help, JudgedFigure, RunFigure, RunFindings, TrialOutcome, advise,
};
pub use answer::Answer;
pub use backlog::Backlog;
pub use builder::{Experiment, Sweep};
pub use campaign::{Campaign, Monitor, Replications, ShardCounts};
pub use case::{Case, cases, hash_of};
pub use comparison::{
    Contender, Incomparable, compare_all, comparison_robustness, simulate_until_precise,
};
pub use error::ExperimentError;
pub use factor::KeyPath;
pub use front::{FrontResult, PointStanding};
pub use global::{GlobalAnalysis, GlobalPoint, GlobalResult, Unknown, UnknownLevel, unknowns};
pub use interaction::{MOST_PAIRS, Pair, PairEffect, pair_effects, pairs};
pub use joint::{JointResult, JointSearch, JointSearchError, TriedPoint};
pub use ladder::{Ladder, Rung, ladder};
pub use lever::{LEVERS, Lever, Turn};
pub use matrix::{CELL_USERS, Cell, Matrix, matrix};
pub use replicate::scopes;
pub use robustness::{
    Assumption, Basis, Effect, Finding, Robustness, WORTH_TELLING, assumptions, can_be_tried,
    most_trial_hours, trial_hours_of_run,
};
pub use run::{DropSink, RunError, RunSamples, run};
pub use search::{OutageCase, Search, SearchResult, TestedValue};
pub use selection::{Delta, NoCost, SelectionResult, Selector};
pub use sensitivity::{FactorEffects, LevelEffect, Variation, factor_effects, variations};
pub use share::Share;
pub use store::{NoStore, ShardName, Store, StoreError, StoredShard};
pub use sweep::SweepResult;

pub use typical::FirstLosses;
