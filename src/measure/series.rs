//! What is followed over time.

/// The names in `series.csv`: mean users in each state, counts and rates of each minute, and those of stations.
pub(crate) const SERIES: [&str; 11] = [
    "usable",
    "setting_up",
    "silent",
    "visible",
    "message_rate_per_s",
    "refresh_rate_per_s",
    "session_drops",
    "toasts_missed",
    "gateway_queue_mean",
    "gateway_response_p50_ms",
    "gateway_response_p99_ms",
];
