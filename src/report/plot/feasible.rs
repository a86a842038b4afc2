//! Which points of a sweep meet every objective, and how that is shown: shaded stretches, filled and hollow points.

use std::collections::{BTreeMap, BTreeSet};

use super::super::chart::{Along, Key, Layer, Region, Tone};
use super::grid::{Grid, Spot};
use crate::record::SweepRecord;
use crate::study::Verdict;

/// The points that meet every objective.
pub(super) type Meeting<'a> = BTreeSet<&'a BTreeMap<String, String>>;

/// Those of a sweep that are shown to.
pub(super) fn meeting(sweep: &SweepRecord) -> Meeting<'_> {
    sweep
        .points
        .iter()
        .filter(|p| p.verdict == Some(Verdict::Pass))
        .map(|p| &*p.point)
        .collect()
}

/// Empties the points that are not shown to meet the objectives, and says so; nothing where there are no objectives.
pub(super) fn mark(
    layers: &mut Vec<Layer>,
    sweep: &SweepRecord,
    is_met: impl Fn(f64, &str) -> bool,
) {
    if sweep.points.iter().all(|p| p.objectives.is_empty()) {
        return;
    }
    let (mut filled, mut hollow) = (false, false);
    for layer in layers.iter_mut() {
        let Layer::Points(points) = layer else {
            continue;
        };
        for point in &mut points.points {
            point.hollow = !is_met(point.x, &points.name);
            filled |= !point.hollow;
            hollow |= point.hollow;
        }
    }
    if !filled && !hollow {
        return;
    }
    let text_if = |condition: bool, text: &str| {
        if condition {
            text.into()
        } else {
            String::new()
        }
    };
    let open = sweep
        .points
        .iter()
        .any(|p| p.verdict == Some(Verdict::Inconclusive));
    let not = if open {
        "does not, or is not shown to"
    } else {
        "does not"
    };
    let key = Key {
        filled: text_if(filled, "meets the objectives"),
        hollow: if filled {
            text_if(hollow, not)
        } else {
            text_if(hollow, "is not shown to meet the objectives")
        },
    };
    layers.push(Layer::Key(key));
}

/// How far the points at one place along the axis meet the objectives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum ObjectivesMet {
    /// None of them.
    None,
    /// Of several some.
    Some,
    /// All of them.
    All,
}

/// Where every objective is met, by every curve and by some, each point with half of the way to its neighbours, beyond the
/// last one to the edge.
pub(super) fn feasible(grid: &Grid, meeting: &Meeting) -> Vec<Layer> {
    let membership = |s: &Spot| (s.x, meeting.contains(s.point));
    let mut spots: Vec<(f64, bool)> = grid
        .curves
        .iter()
        .flat_map(|c| c.spots.iter().map(membership))
        .collect();
    spots.sort_by(|a, b| a.0.total_cmp(&b.0));
    let places: Vec<&[(f64, bool)]> = spots.chunk_by(|a, b| a.0 == b.0).collect();
    let xs: Vec<f64> = places.iter().map(|place| place[0].0).collect();
    let share_of_place = |place: &&[(f64, bool)]| match place.iter().filter(|(_, met)| *met).count()
    {
        0 => ObjectivesMet::None,
        n if n == place.len() => ObjectivesMet::All,
        _ => ObjectivesMet::Some,
    };
    let shares: Vec<ObjectivesMet> = places.iter().map(share_of_place).collect();
    let half = |i: usize| (xs[i - 1] + xs[i]) / 2.0;
    let mut layers = Vec::new();
    let mut text_if: Vec<ObjectivesMet> = Vec::new();
    let mut i = 0;
    for stretch in shares.chunk_by(|a, b| a == b) {
        let (first, until) = (i, i + stretch.len());
        i = until;
        let label = match stretch[0] {
            ObjectivesMet::None => continue,
            ObjectivesMet::All if grid.curves.len() == 1 => "meets the objectives",
            ObjectivesMet::All => "all curves meet the objectives",
            ObjectivesMet::Some => "some curves meet the objectives",
        };
        let from = if first == 0 {
            f64::NEG_INFINITY
        } else {
            half(first)
        };
        let to = if until == xs.len() {
            f64::INFINITY
        } else {
            half(until)
        };
        let label = if text_if.contains(&stretch[0]) {
            String::new()
        } else {
            label.into()
        };
        text_if.push(stretch[0]);
        let faint = stretch[0] == ObjectivesMet::Some;
        layers.push(Layer::Region(Region {
            along: Along::X,
            from,
            to,
            label,
            tone: Tone::Good,
            faint,
        }));
    }
    layers
}

/// What the shading means, where there is any.
pub(super) fn shading(layers: &[Layer]) -> Option<String> {
    let mut regions = layers
        .iter()
        .filter_map(|l| match l {
            Layer::Region(region) => Some(region.faint),
            _ => None,
        })
        .peekable();
    regions.peek()?;
    let note = if regions.any(|faint| faint) {
        "; faint where not all curves do"
    } else {
        ""
    };
    Some(format!(
        "Shaded: points that meet every objective, with half of the way to their neighbours{note}."
    ))
}
