//! Times of faults that are no faults of their own, and keys that say nothing of them.

use crate::deployment::{FaultPlan, Plan};
use crate::faults::Schedule;
use crate::quantity::number::whole;
use crate::quantity::{Moment, Span, Time, print_moment, print_span};
use crate::scenario::kind::Value;
use crate::scenario::setting::{Origin, Settings};

/// Every fault of the scenario, each with its section.
pub(super) fn of_schedules(plan: &Plan, settings: &[Settings], warnings: &mut Vec<String>) {
    for section in settings.iter().filter(|s| s.table == "fault") {
        let faults = plan.faults.iter().filter(|f| f.name == section.name);
        let faults: Vec<&FaultPlan> = faults.collect();
        of_repeats(plan, section, warnings);
        of_overlaps(plan, section, &faults, warnings);
        of_lengths(section, &faults, warnings);
    }
}

/// Moments of `at` that are one.
fn of_repeats(plan: &Plan, section: &Settings, warnings: &mut Vec<String>) {
    let Some(Value::Moments(moments)) = section.find("at").map(|at| &at.value) else {
        return;
    };
    let start = plan.start_moment();
    let instant = |moment: &Moment| moment.after(start).ok();
    for (i, moment) in moments.iter().enumerate() {
        let mut others = moments[..i].iter();
        if let Some(first) = others.find(|other| instant(other) == instant(moment)) {
            let same = match first == moment {
                true => "stands there twice".to_string(),
                false => format!("is the same instant as {}", print_moment(*first)),
            };
            warnings.push(format!(
                "fault {:?}: {} in `at` {same}: it happens once",
                section.name,
                print_moment(*moment)
            ));
        }
    }
}

/// A time that comes before the fault is over.
fn of_overlaps(plan: &Plan, section: &Settings, faults: &[&FaultPlan], warnings: &mut Vec<String>) {
    let mut times: Vec<(Time, Span)> = (faults.iter())
        .filter_map(|fault| match fault.config.schedule {
            Schedule::Once { at, duration } => Some((at, duration)),
            Schedule::Recurrent { .. } => None,
        })
        .collect();
    // One for each target.
    times.dedup();
    let clock = |at: Time| print_moment(plan.start_moment().plus(at.0 as i64));
    let overlaps = |pair: &&[(Time, Span)]| pair[1].0 < pair[0].0 + pair[0].1;
    let pairs: Vec<&[(Time, Span)]> = times.windows(2).filter(overlaps).collect();
    for pair in pairs.iter().take(NAMED_MOST) {
        let [(first, duration), (next, _)] = [pair[0], pair[1]];
        warnings.push(format!(
            "fault {:?}: that at {} begins before that at {} is over, at {} (duration {}): users see one fault, not two",
            section.name,
            clock(next),
            clock(first),
            clock(first + duration),
            print_span(duration)
        ));
    }
    if let Some(more) = pairs.len().checked_sub(NAMED_MOST).filter(|n| *n > 0) {
        warnings.push(format!(
            "fault {:?}: {} more of its times come before the one before is over",
            section.name,
            whole(more as u64)
        ));
    }
}

/// Overlaps that are named one by one.
const NAMED_MOST: usize = 5;

/// How long it lasts by a key that counts for other schedules.
fn of_lengths(section: &Settings, faults: &[&FaultPlan], warnings: &mut Vec<String>) {
    let Some(fault) = faults.first() else { return };
    let (idle, why) = match fault.config.schedule {
        Schedule::Once { duration, .. } => (
            "mttr",
            format!(
                "without mtbf: the fault lasts {} (duration)",
                print_span(duration)
            ),
        ),
        Schedule::Recurrent { mttr, .. } => (
            "duration",
            format!(
                "with mtbf: the fault lasts {} on average (mttr)",
                print_span(mttr)
            ),
        ),
    };
    let is_given = |key: &str| {
        section
            .find(key)
            .is_some_and(|s| s.origin != Origin::Default)
    };
    if is_given(idle) {
        warnings.push(format!(
            "fault {:?}: {idle} has no effect {why}",
            section.name
        ));
    }
}
