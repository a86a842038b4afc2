//! What turns a scenario into samples and answers: replications of cases, trials of other values, search, selection,
//! comparison.
//!
//! It reads no file and no clock and prints nothing. Finished work is kept through a [`Store`]; progress and warnings go to
//! a [`Monitor`]; threads stand behind the feature `parallel`.

mod campaign;
mod case;
mod error;
mod factor;
mod ranking;
mod remedy;
mod replicate;
mod robustness;
mod store;
mod trial;

pub use campaign::{Campaign, Monitor, Replications, ShardCounts};
pub use case::{Case, cases, hash_of};
pub use error::ExperimentError;
pub use factor::{Candidate, Factor, Level, Place, factors, mean, one_at_a_time};
pub use ranking::{Judged, Least, Ranking};
pub use remedy::{REMEDIES, Remedy, Tried, remedies};
pub use replicate::{replicate, samples_of, scopes, simulated_us};
pub use robustness::{
    Assumption, Basis, Effect, Finding, Robustness, RobustnessCheck, Tested, WORTH_TELLING,
    assumptions, can_be_tried, settled, spent,
};
pub use store::{Kept, NoStore, ShardName, Store, StoreError};
pub use trial::{Trial, user_hours};
