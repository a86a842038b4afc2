//! The scheduled faults of a day, set apart in each of its pictures.

use super::super::chart::{Along, Chart, Layer, Region, Tone};
use crate::quantity::{Span, print_clock};
use crate::record::ScheduledFault;

/// What people call the kinds.
const KIND_NAMES: [(&str, &str); 7] = [
    ("crash", "crash"),
    ("stall", "stall"),
    ("maintenance", "maintenance"),
    ("link-outage", "link outage"),
    ("ocs-failover", "OCS fail-over"),
    ("sleep", "PCs asleep"),
    ("network-change", "network change"),
];

/// More faults than this are told by their number alone.
const MOST_TOLD: usize = 6;

/// "link outage, cstagw 2".
fn fault_label(fault: &ScheduledFault) -> String {
    let kind = KIND_NAMES
        .iter()
        .find(|(name, _)| *name == fault.kind)
        .map_or(fault.kind.as_str(), |(_, kind_name)| kind_name);
    let names: Vec<&str> = (fault.target.split(", "))
        .filter_map(|target| Some(target.split_once(':')?.1))
        .collect();
    match (&names[..], fault.instance) {
        ([], _) => kind.into(),
        (names, Some(instance)) => format!("{kind}, {} {instance}", names.join(" and ")),
        (names, None) => format!("{kind}, {}", names.join(" and ")),
    }
}

/// "09:05 to 09:35", "day 7, 03:00 to 03:04".
fn when(fault: &ScheduledFault) -> String {
    let clock = |s: f64| print_clock(Span((s.rem_euclid(DAY_S) * 1e6).round() as u64));
    let day = fault.from_s.div_euclid(DAY_S) as u64;
    let day = match day {
        0 => String::new(),
        _ => format!("day {}, ", day + 1),
    };
    format!("{day}{} to {}", clock(fault.from_s), clock(fault.to_s))
}

const DAY_S: f64 = 86_400.0;

/// Shades each fault in the chart of a day that ends at `until_s`, and says when it is, to those who see it and to those
/// who do not.
pub(super) fn shade(chart: &mut Chart, faults: &[ScheduledFault], until_s: f64) {
    let Some(note) = note(faults) else { return };
    let region = |(index, fault): (usize, &ScheduledFault)| {
        let (from, to) = (fault.from_s, fault.to_s.min(until_s));
        // Of many alike the first one is named.
        let is_first = || {
            faults[..index]
                .iter()
                .all(|f| fault_label(f) != fault_label(fault))
        };
        let is_named = faults.len() <= MOST_TOLD || is_first();
        Layer::Region(Region {
            along: Along::X,
            from,
            to,
            label: if is_named {
                fault_label(fault)
            } else {
                String::new()
            },
            tone: Tone::Bad,
            faint: false,
        })
    };
    chart
        .layers
        .splice(0..0, faults.iter().enumerate().map(region));
    chart.description += &format!(" {note}");
    chart.notes.push(note);
}

fn note(faults: &[ScheduledFault]) -> Option<String> {
    let mut parts: Vec<String> = faults
        .iter()
        .take(MOST_TOLD)
        .map(|f| format!("{} ({})", fault_label(f), when(f)))
        .collect();
    let remainder = faults.len().saturating_sub(MOST_TOLD);
    if remainder > 0 {
        parts.push(format!("and {remainder} more"));
    }
    (!parts.is_empty()).then(|| format!("Shaded: {}.", parts.join("; ")))
}
