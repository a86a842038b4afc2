//! One of a thing, where a clause is written of several.

/// What stands behind a number in a clause, of one: " session is lost a run".
pub(super) fn of_one(behind: &str) -> String {
    const NOUNS: [(&str, &str); 10] = [
        ("calls", "call"),
        ("jobs", "job"),
        ("losses", "loss"),
        ("messages", "message"),
        ("refreshes", "refresh"),
        ("sessions", "session"),
        ("set-ups", "set-up"),
        ("times", "time"),
        ("toasts", "toast"),
        ("users", "user"),
    ];
    const VERBS: [(&str, &str); 6] = [
        (" are ", " is "),
        (" fail ", " fails "),
        (" have ", " has "),
        (" pass ", " passes "),
        (" take ", " takes "),
        (" wait ", " waits "),
    ];
    let rest = behind.trim_start();
    let noun = NOUNS.iter().find(|(many, _)| rest.starts_with(many));
    let Some((many, one)) = noun else {
        return behind.into();
    };
    let clause = format!(" {one}{}", &rest[many.len()..]);
    VERBS
        .iter()
        .fold(clause, |clause, (many, one)| clause.replacen(many, one, 1))
}

#[cfg(test)]
mod tests {
    use super::super::clause;
    use crate::measure::Metric;

    #[test]
    fn one_of_a_thing_is_said_in_the_singular() {
        let said = |metric: &str, amount: &str| clause(Metric::by_name(metric).unwrap(), amount);
        assert_eq!(said("session_drops", "1"), "1 session is lost a run");
        assert_eq!(said("session_drops", "2"), "2 sessions are lost a run");
        assert_eq!(said("users", "1"), "1 user takes part");
        assert_eq!(
            said("drops_per_client_hour", "1"),
            "a user loses 1 session an hour"
        );
        assert_eq!(
            said("down_peak", "1"),
            "at most 1 user is without a session at once"
        );
    }
}
