//! Which point costs least: the cost of each with its interval, and those within the difference that matters.

use super::super::chart::{Along, Axis, Bar, Bars, Chart, Layer, Marker, Region, Tone};
use super::grid::{Grid, points};
use super::key::called;
use super::sweep::curve;
use super::{Plot, tradeoff};
use crate::quantity::number::{human, small};
use crate::record::{Figure, PointCost, Selection, StudyRecord};
use crate::study::Verdict;

/// The plots of a selection.
pub(super) fn plots(study: &StudyRecord<Selection>) -> Vec<Plot> {
    let best = &study.body;
    let mut all = vec![Plot::new(
        "cost",
        along(&study.rows, best).unwrap_or_else(|| bars(best)),
    )];
    all.extend(tradeoff::plot(&study.rows, None, best.best.as_deref()));
    all
}

fn title(best: &Selection) -> String {
    let of_delta = best.delta.map_or_else(String::new, human);
    let unfit = |p: &PointCost| p.verdict == Some(Verdict::Fail);
    match (&best.best, best.within_delta.len()) {
        (None, _) if best.points.iter().all(unfit) => "No point meets the objectives".into(),
        (None, _) => "Which point costs least remains open".into(),
        (Some(label), 0) => format!("{} costs least", value(label)),
        (Some(label), n) => format!(
            "{} costs least, {n} more within {of_delta} of it",
            value(label)
        ),
    }
}

/// "clients.refresh_interval=5 min" as "Refresh interval 5 min".
fn value(label: &str) -> String {
    let part = |part: &str| {
        part.split_once('=')
            .map_or_else(|| part.into(), |(k, v)| format!("{} {v}", called(k)))
    };
    label.split(", ").map(part).collect::<Vec<_>>().join(", ")
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

/// Along the one key that was turned.
fn along(rows: &[Figure], best: &Selection) -> Option<Chart> {
    let points = points(rows);
    let grid = Grid::along(&points, None)
        .filter(|g| g.curves.len() == 1 && g.curves[0].spots.len() == best.points.len())?;
    let spots = &grid.curves[0].spots;
    // The cost has a point's label: of one key alone it is the same text.
    let of = |value: &str| {
        best.points
            .iter()
            .find(|p| p.point == format!("{}={value}", grid.key))
    };
    let costs: Vec<Figure> = spots
        .iter()
        .map(|s| of(s.value).map(figure))
        .collect::<Option<_>>()?;
    let xs: Vec<f64> = spots.iter().map(|s| s.x).collect();
    let mut layers = curve(&costs.iter().map(Some).collect::<Vec<_>>(), &xs, "", 1.0);
    let place = spots
        .iter()
        .position(|s| best.best.as_deref() == Some(&format!("{}={}", grid.key, s.value)));
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
    let title = title(best);
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

fn bars(best: &Selection) -> Chart {
    let bar = |p: &PointCost| Bar {
        label: value(&p.point),
        value: p.mean.unwrap_or(f64::NAN),
        interval: p.lower.zip(p.upper),
        text: p.mean.map_or_else(|| "–".into(), human),
        ..Bar::default()
    };
    let title = title(best);
    Chart {
        description: format!("The cost of each point, with 95 % intervals. {title}."),
        title,
        x: Axis::new("Cost", ""),
        y: Axis::default(),
        layers: vec![Layer::Bars(Bars {
            bars: best.points.iter().map(bar).collect(),
            ..Bars::default()
        })],
        notes: note(best),
    }
}
