//! The vocabulary of metrics, and the accumulators behind them: integers only, so that merging is associative and the order
//! of merging cannot show.
//!
//! # Definitions
//!
//! [`METRICS`] holds every metric with its unit and definition; the unit is the last part of the name. In groups:
//!
//! | metrics | definition |
//! |---|---|
//! | `sessions_established`, `session_drops`, `interruptions`, `setups_attempted`, `setups_failed` | counts; drops also by cause |
//! | `drops_per_client_hour`, `dropped_session_fraction` | drops / signed-in client-hours; drops / sessions established |
//! | `down_fraction` = `setting_up_fraction` + `silent_fraction` + `visible_fraction`; `down_peak` | time / signed-in time; most users down at once |
//! | `toasts_due`, `toasts_missed`, `missed_toast_fraction`, `missed_toasts_per_client_hour` | missed toasts also by cause |
//! | `originations_attempted`, `originations_failed`, `failed_origination_fraction` | calls from the PC |
//! | `refreshes_attempted`, `refreshes_failed`, `refresh_rate_per_s` | transactions; per second of the run |
//! | `messages_sent`, `messages_lost`, `message_rate_per_s`, `message_rate_peak_per_s` | gateway leg, every copy on the wire, both directions; the peak over bins of 1 s, summed over gateways first |
//! | `gateway_utilisation`, `gateway_queue_peak`, `gateway_response_…_ms`, `jobs_offered`, `jobs_refused` | per gateway and over all; the queue is what waits, not what is in service |
//! | `setup_mean_ms`, `setup_p99_ms` | first INVITE to usable |
//! | `detection_mean_s`, `detection_p95_s` | usability ended to the client knowing; 0 where the client ended it |
//! | `recovery_mean_s`, `recovery_p95_s` | usability ended to usable |
//! | `first_loss_s`, `all_back_s` | first establishment to first drop; scheduled fault until as many are usable as before |
//!
//! `gateway_utilisation` is the one fraction whose name does not end in its unit.
//!
//! # Samples
//!
//! - A quantile is the nearest rank within a replication; over replications it is the mean of those.
//! - What is open at the horizon is *censored*: counted, and a quantile among the censored is printed as `> x`.
//! - A count exists at 0. A ratio or quantile without samples is absent, and judged inconclusive, never passed.
//! - What is undecided at the horizon or at sign-out is not counted.
//!
//! # Drops and their causes
//!
//! A drop is an established session that ends other than by sign-out, dated at the instant at which usability ended. It has
//! one root cause ([`DropCause`]), what ended usability, and one proximate event ([`EndedBy`]), what ended the session:
//!
//! | cause | meaning |
//! |---|---|
//! | `refresh_unanswered`, `refresh_rejected` | the last refresh failed so, or is still unanswered when the timer ends the session |
//! | `session_expired` | the timer ran out; no refresh failed or pends |
//! | `dialog_lost` | a running gateway disowned the dialog |
//! | `gateway_down` | the gateway was down when usability ended |
//! | `path_lost` | the path broke; also a 2xx to INVITE whose ACK never came |
//! | `route_expired` | OCS ended the long-lived dialog |
//! | `overload` | the request that failed was itself refused or dropped |
//!
//! A loss of usability that heals without a new set-up is an interruption, not a drop.

mod buckets;
mod catalogue;
mod histogram;
mod metric;
mod objective;
mod presence;
mod reading;
mod series;
mod tally;

pub use catalogue::METRICS;
pub use histogram::Histogram;
pub use metric::{Basis, Metric, Sample, Unit};
pub use objective::{Bound, DayShare, Objective, Scope};
pub use presence::Presence;
pub(crate) use series::SERIES;
pub use tally::{Counter, DropCause, DropRow, EndedBy, MinuteBin, MissCause, StationTally, Tally};
