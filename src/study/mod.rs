//! Replications, intervals and verdicts; it knows no SIP and no files.

mod estimate;
mod mser;
mod optimum;
mod paired;
mod quantile;
mod replications;
mod samples;
mod selection;
mod skew;
mod verdict;

pub use estimate::{CONFIDENCE, Estimate, binomial_bounds, mean_interval, poisson_bounds, ratio_interval, student_t};
pub use mser::{Truncation, mser5};
pub use optimum::{Optimum, Point, optimum};
pub use paired::{Paired, bonferroni, paired_difference, paired_ratio};
pub use quantile::{quantile_interval, quantile_replications};
pub use replications::{Precision, checkpoints, replications_needed};
pub use samples::{Column, Row, Samples, columns};
pub use selection::{Selection, Standing, kim_nelson_h2};
pub use skew::{Skew, skew_warning, skewness};
pub use verdict::{Judgement, Verdict, judge_all, overall};
