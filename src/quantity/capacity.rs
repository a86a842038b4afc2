//! Capacities as vendors and administrators write them: calls, messages or jobs in a time.

/// Requests of a published call: DeliveredEvent, AnswerCall, EstablishedEvent, ConnectionClearedEvent, with their answers 8
/// messages (the table of messages per action in the documentation of `protocol`).
pub(crate) const JOBS_PER_CALL: f64 = 4.0;
/// A job is a request and its answer: published figures count messages in both directions.
pub(crate) const MESSAGES_PER_JOB: f64 = 2.0;

/// Reads a capacity, "10000 calls/h", "22 messages/s" or "11 jobs/s", in jobs per second.
pub(crate) fn parse_capacity(text: &str) -> Option<f64> {
    let (number, rate) = text.split_once(' ')?;
    let number: f64 = number
        .replace(',', "")
        .parse()
        .ok()
        .filter(|n: &f64| n.is_finite() && *n > 0.0 && *n <= 1e9)?;
    let (noun, per) = rate.split_once('/')?;
    let seconds = match per {
        "s" => 1.0,
        "min" => 60.0,
        "h" => 3600.0,
        _ => return None,
    };
    let jobs = match noun {
        "calls" => JOBS_PER_CALL,
        "messages" => 1.0 / MESSAGES_PER_JOB,
        "jobs" => 1.0,
        _ => return None,
    };
    Some(number * jobs / seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capacities_are_read_in_jobs() {
        // 10,000 calls of 8 messages an hour are 22.2 messages a second (Nortel MCM 3.0 publishes 10,000 calls/h), 11.1 requests with their answers.
        assert!((parse_capacity("10000 calls/h").unwrap() - 10_000.0 * 4.0 / 3600.0).abs() < 1e-12);
        assert_eq!(
            (
                parse_capacity("22 messages/s"),
                parse_capacity("0 jobs/s"),
                parse_capacity("5 calls")
            ),
            (Some(11.0), None, None)
        );
    }
}
