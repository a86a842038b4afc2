//! Which point costs least: the cost of each with its interval, and those within the difference that matters.

use super::super::chart::{Along, Axis, Bar, Bars, Chart, Layer, Marker, Region, Tone};
use super::grid::{Grid, Spot, points};
use super::key::called;
use super::{Plot, tradeoff};
use crate::quantity::number::{human, small};
use crate::record::{Figure, PointCost, PointValues, Selection, StudyRecord, is_label, labelled};
use crate::study::Verdict;

/// The plots of a selection.
pub(super) fn plots(study: &StudyRecord<Selection>) -> Vec<Plot> {
    let best = &study.body;
    let points = points(&study.rows);
    let mut plots = vec![Plot::new(
        "cost",
        along(&points, best).unwrap_or_else(|| bars(&points, best)),
    )];
    plots.extend(tradeoff::plot(&study.rows, None, best.best.as_deref()));
    plots
}

fn title(points: &[&PointValues], best: &Selection) -> String {
    let of_delta = best.delta.map_or_else(String::new, human);
    let unfit = |p: &PointCost| p.verdict == Some(Verdict::Fail);
    match (&best.best, best.within_delta.len()) {
        (None, _) if best.points.iter().all(unfit) => "No point meets the objectives".into(),
        (None, _) => "Which point costs least remains open".into(),
        (Some(label), 0) => format!("{} costs least", name(points.iter().copied(), label)),
        (Some(label), n) => format!(
            "{} costs least, {n} more within {of_delta} of it",
            name(points.iter().copied(), label)
        ),
    }
}

/// The point of that label, "clients.refresh_interval=5 min", as "Refresh interval 5 min".
pub(super) fn name<'p>(points: impl IntoIterator<Item = &'p PointValues>, label: &str) -> String {
    let name = |pairs: Vec<(&str, &str)>| {
        let pairs = pairs.iter().map(|(k, v)| format!("{} {v}", called(k)));
        pairs.collect::<Vec<_>>().join(", ")
    };
    let mut pairs = (points.into_iter()).filter_map(|point| labelled(label, point));
    pairs.next().map_or_else(|| label.into(), name)
}

fn note(best: &Selection) -> Vec<String> {
    vec![format!(
        "Cost: {}. Points were left out once they could not be best: they have fewer replications.",
        best.cost
    )]
}

fn figure(p: &PointCost) -> Figure {
    Figure {
        mean: p.mean,
        lower: p.lower,
        upper: p.upper,
        ..Figure::default()
    }
}

/// Along the key that was varied, where it is the only one.
fn along(points: &[&PointValues], best: &Selection) -> Option<Chart> {
    let grid = Grid::along(points, None)?;
    let is_alone = points.iter().all(|point| point.len() == 1);
    let [curve] = &grid.curves[..] else {
        return None;
    };
    let spots = &curve.spots;
    if !is_alone || spots.len() != best.points.len() {
        return None;
    }
    let cost = |spot: &Spot| best.points.iter().find(|p| is_label(&p.point, spot.point));
    let costs: Vec<Figure> = spots
        .iter()
        .map(|spot| cost(spot).map(figure))
        .collect::<Option<_>>()?;
    let xs: Vec<f64> = spots.iter().map(|s| s.x).collect();
    let mut layers = super::sweep::curve(&costs.iter().map(Some).collect::<Vec<_>>(), &xs, "", 1.0);
    let is_best = |spot: &Spot| (best.best.as_deref()).is_some_and(|l| is_label(l, spot.point));
    let place = spots.iter().position(is_best);
    if let Some(place) = place {
        let (x, y) = (xs[place], costs[place].mean.unwrap_or(f64::NAN));
        if let Some(delta) = best.delta {
            let label = "within δ".into();
            layers.insert(
                0,
                Layer::Region(Region {
                    along: Along::Y,
                    from: y,
                    to: y + delta,
                    label,
                    tone: Tone::Good,
                    faint: false,
                }),
            );
        }
        layers.push(Layer::Marker(Marker {
            x,
            y,
            label: format!("{}: least", spots[place].value),
        }));
    }
    let title = title(points, best);
    Some(Chart {
        description: format!(
            "The cost by {}, with 95 % intervals. {title}.",
            small(&called(grid.key))
        ),
        title,
        x: grid.places.axis,
        y: Axis::new("Cost", ""),
        layers,
        notes: note(best),
    })
}

fn bars(points: &[&PointValues], best: &Selection) -> Chart {
    // The costs stand in the order of the points, as a rule: the first that is looked at is the right one.
    let from = |i: usize| {
        (points.iter().skip(i))
            .chain(points.iter().take(i))
            .copied()
    };
    let bar = |(i, p): (usize, &PointCost)| Bar {
        label: name(from(i), &p.point),
        value: p.mean.unwrap_or(f64::NAN),
        interval: p.lower.zip(p.upper),
        text: p.mean.map_or_else(|| "–".into(), human),
        ..Bar::default()
    };
    let title = title(points, best);
    Chart {
        description: format!("The cost of each point, with 95 % intervals. {title}."),
        title,
        x: Axis::new("Cost", ""),
        y: Axis::default(),
        layers: vec![Layer::Bars(Bars {
            bars: best.points.iter().enumerate().map(bar).collect(),
            ..Bars::default()
        })],
        notes: note(best),
    }
}
