//! Replications, intervals and verdicts; it knows no SIP and no files.

mod estimate;
mod samples;
mod verdict;

pub use estimate::{CONFIDENCE, Estimate, binomial_bounds, mean_interval, poisson_bounds, ratio_interval, student_t};
pub use samples::{Column, Row, Samples, columns};
pub use verdict::{Judgement, Verdict, judge_all, overall};
