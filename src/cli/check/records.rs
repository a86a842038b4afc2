//! What was read of the files of a client group.

use crate::quantity::number::{count_phrase, whole};
use crate::quantity::print_moment;
use crate::scenario::{Kind, RecordKind, Scenario, Settings, Value};

/// A line for each file: its rows, users and instants, and what of it is left out.
pub(super) fn text(scenario: &Scenario, section: &Settings) -> String {
    let mut clients = scenario.plan.clients.iter();
    let Some(clients) = clients.find(|c| c.name == section.name) else {
        return String::new();
    };
    // Rows go by the users' own clocks.
    let ahead_us = match section.find("time_zone").map(|s| &s.value) {
        Some(Value::Offset(us)) => *us,
        _ => 0,
    };
    let start = scenario.plan.start_moment();
    let clock = |at_us: i64| print_moment(start.plus(ahead_us + at_us));
    let files = section.entries.iter().filter_map(|setting| {
        let key = setting.key.name;
        let (extent, early) = match setting.key.kind {
            Kind::File(RecordKind::Calls) => {
                let calls = clients.recorded_calls.as_ref()?;
                (calls.extent(), "before the run left out")
            }
            Kind::File(RecordKind::SignIns) => {
                let signs = clients.recorded_signs.as_ref()?;
                let early = "before the run, which say who is signed in at its start";
                (signs.extent(), early)
            }
            _ => return None,
        };
        let Some((first, last)) = extent.times_us else {
            return Some(format!("  {key} has no row\n"));
        };
        let parts = [
            (extent.before, early),
            (extent.after, "at its end or later left out"),
        ];
        let parts = parts.iter().filter(|(n, _)| *n > 0);
        let parts: Vec<String> = parts
            .map(|(n, what)| format!("{} {what}", whole(*n)))
            .collect();
        let rest = match parts.is_empty() {
            true => "none is left out".into(),
            false => parts.join(", "),
        };
        Some(format!(
            "  {key} has {} of {}, from {} to {}; {rest}\n",
            count_phrase(extent.rows, "row"),
            count_phrase(extent.users.into(), "user"),
            clock(first),
            clock(last)
        ))
    });
    files.collect()
}
