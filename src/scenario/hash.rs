//! What a scenario is, as a hash: of what its values mean, not of how they are written.

use super::expand::write_objective;
use super::input_file::digest;
use super::kind::Value;
use super::parse::Scenario;
use super::setting::{Setting, Settings};
use super::syntax::HourUnit;
use crate::quantity::{Moment, print_moment};

/// Hash of the resolved scenario, its objectives among it; the seed and the number of replications are excluded.
pub fn hash(scenario: &Scenario) -> String {
    hash_of_simulated(&simulation_hash(scenario), scenario)
}

/// The same of a scenario whose [`simulation_hash`] is known.
pub(crate) fn hash_of_simulated(simulation_hash: &str, scenario: &Scenario) -> String {
    let mut text = String::new();
    for objective in &scenario.objectives {
        write_objective(&mut text, objective);
    }
    let mut hasher = blake3::Hasher::new();
    hasher.update(simulation_hash.as_bytes());
    hasher.update(text.as_bytes());
    hex(&hasher)
}

/// Hash of what is simulated: of the resolved scenario without its objectives, which judge the same figures. The seed and
/// the number of replications are excluded.
pub(crate) fn simulation_hash(scenario: &Scenario) -> String {
    let mut hasher = blake3::Hasher::new();
    let parts = |s| std::iter::once(s).chain(Settings::parts(s));
    for settings in scenario.settings.iter().flat_map(parts) {
        for setting in &settings.entries {
            let default = || Setting::by_default(setting.key);
            let is_default = || default().is_some_and(|d| d.value == setting.value);
            let is_unlisted = setting.key.is_listed_when_given && is_default();
            if setting.key.kind.is_reference() || setting.key.is_sampling || is_unlisted {
                continue;
            }
            // Of a file the content counts, not its name.
            let content = match digest(scenario, settings, setting) {
                Some(digest) => digest.to_string(),
                None => meaning(&setting.value),
            };
            // The length of each part keeps two different scenarios from reading alike.
            for part in [settings.table, &settings.name, setting.key.name, &content] {
                hasher.update(&(part.len() as u64).to_le_bytes());
                hasher.update(part.as_bytes());
            }
        }
    }
    hex(&hasher)
}

fn hex(hasher: &blake3::Hasher) -> String {
    hasher.finalize().to_hex()[..32].into()
}

/// A value by its meaning: 60 min, 1 h and 3600 s are one.
fn meaning(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Count(n) | Value::MaybeCount(Some(n)) => n.to_string(),
        Value::Span(span) | Value::MaybeSpan(Some(span)) => format!("{} us", span.0),
        Value::Rate(x) | Value::Capacity(x) => format!("{x} /s"),
        Value::Share(x) => format!("{x}"),
        Value::Choice(word) => (*word).into(),
        Value::Flag(yes) => yes.to_string(),
        Value::Offset(us) => format!("{us} us"),
        Value::Texts(texts) => texts.join(", "),
        Value::Moment(moment) => of_moment(moment),
        Value::Moments(moments) => {
            let parts: Vec<String> = moments.iter().map(of_moment).collect();
            parts.join(", ")
        }
        // As they were when there were only factors.
        Value::Hours(hours) if hours.unit == HourUnit::Factor => {
            format!("Hours({:?})", hours.steps)
        }
        Value::MaybeCount(None) | Value::MaybeSpan(None) => "none".into(),
        // Their parts are numbers and words of the program, printed alike on every machine.
        Value::SignIn(_)
        | Value::SignOut(_)
        | Value::Lunch(_)
        | Value::Reestablish(_)
        | Value::Timing(_)
        | Value::Spans(_)
        | Value::Service(_)
        | Value::Hours(_)
        | Value::MaybePrice(_)
        | Value::Every(_)
        | Value::Weekdays(_)
        | Value::Columns(_)
        | Value::Mix(_) => format!("{value:?}"),
    }
}

/// A time of day, with its day where it has one.
fn of_moment(moment: &Moment) -> String {
    match moment.day {
        None => format!("{} us", moment.clock.0),
        Some(_) => print_moment(*moment),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::scenario::parse;

    fn hash_pair(lines: &str, objective: &str) -> [String; 2] {
        let text = format!(
            "[scenario]\nname = \"s\"\nhorizon = \"8 h\"\n[[gateway]]\nname = \"gw\"\nprofile = \"healthy\"\n[[clients]]\nname = \"c\"\nprofile = \"communicator-2007-r2\"\ncount = 5\ngateway = \"gw\"\nreestablish = \"fixed 30 s\"\n{lines}\n{objective}"
        );
        let scenario =
            parse("s.toml", &text, Path::new("."), &[]).unwrap_or_else(|e| panic!("{e}"));
        [simulation_hash(&scenario), hash(&scenario)]
    }

    #[test]
    fn the_wording_of_a_value_does_not_count() {
        let equivalents = [
            "refresh_interval = \"60 min\"\nsign_in = \"uniform over 30 min\"\nincoming_calls = \"1 /min\"",
            "refresh_interval = \"1 h\"\nsign_in = \"uniform over 1800 s\"\nincoming_calls = \"60 /h\"",
            "refresh_interval = \"3600 s\"\nsign_in = \"uniform over 0.5 h\"\nincoming_calls = \"60 /h\"",
        ];
        let hashes = equivalents.map(|lines| hash_pair(lines, ""));
        assert!(hashes.iter().all(|h| *h == hashes[0]), "{hashes:?}");
        let different = hash_pair("refresh_interval = \"61 min\"", "");
        assert_ne!(different, hashes[0]);
    }

    #[test]
    fn objectives_judge_and_do_not_simulate() {
        let objective = "[[objective]]\nmetric = \"session_drops\"\nat_most = 1";
        let [with, without_objective] = [hash_pair("", objective), hash_pair("", "")];
        assert_eq!(with[0], without_objective[0]);
        assert_ne!(with[1], without_objective[1]);
    }
}
