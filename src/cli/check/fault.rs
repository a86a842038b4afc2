//! When a fault comes.

use crate::deployment::{FaultPlan, Plan};
use crate::faults::Schedule;
use crate::quantity::number::{count_phrase, human};
use crate::quantity::{Time, print_moment, print_span};

/// Instants that are listed; of more the last one too.
const LISTED: usize = 5;
const DAY_US: u64 = 86_400_000_000;

/// "  comes 7 times: at Monday 03:00, …, each for 5 min".
pub(super) fn text(plan: &Plan, name: &str) -> String {
    let faults: Vec<&FaultPlan> = plan.faults.iter().filter(|f| f.name == name).collect();
    let Some(first) = faults.first() else {
        return String::new();
    };
    match first.config.schedule {
        Schedule::Recurrent { mtbf, mttr } => {
            let expected = faults
                .iter()
                .filter_map(|f| Some(plan.expected_faults(f)?.0));
            let expected: f64 = expected.sum();
            let often = match human(expected) {
                once if once == "1" => "once".into(),
                times => format!("{times} times"),
            };
            format!(
                "  comes at random: about {often} a run, {} after the repair before on average (mtbf), and lasts {} on average (mttr)\n",
                print_span(mtbf),
                print_span(mttr)
            )
        }
        Schedule::Once { duration, .. } => {
            let times = faults.iter().filter_map(|f| match f.config.schedule {
                Schedule::Once { at, .. } => Some(at),
                Schedule::Recurrent { .. } => None,
            });
            let mut times: Vec<Time> = times.collect();
            // One for each target.
            times.dedup();
            let long = print_span(duration);
            match times[..] {
                [only] => format!("  comes once: at {} for {long}\n", clock(plan, only)),
                _ => format!(
                    "  comes {}: at {}, each for {long}\n",
                    count_phrase(times.len() as u64, "time"),
                    list(plan, &times)
                ),
            }
        }
    }
}

/// The first instants, and the last one.
fn list(plan: &Plan, times: &[Time]) -> String {
    let listed = |times: &[Time]| {
        let clocks: Vec<String> = times.iter().map(|at| clock(plan, *at)).collect();
        clocks.join(", ")
    };
    match times {
        [first @ .., last] if first.len() > LISTED => {
            format!("{}, … and {}", listed(&first[..LISTED]), clock(plan, *last))
        }
        _ => listed(times),
    }
}

/// A moment; where no day is known, with the number of the day after the first.
fn clock(plan: &Plan, at: Time) -> String {
    let start = plan.start_moment();
    let clock = print_moment(start.plus(at.0 as i64));
    match (start.clock.0 + at.0) / DAY_US {
        day if day > 0 && start.day.is_none() => format!("{clock} of day {}", day + 1),
        _ => clock,
    }
}
