//! The chart as data for a script: what it says, as far as it is drawn.

use serde_json::{Value, json};

use super::content::level;
use super::description::Chart;
use super::layer::Layer;
use super::plot::PlotArea;
use super::scene::Spot;
use super::thin;
use crate::quantity::number::rounded;

/// Layers keep their index, which is `data-layer` in the SVG; long curves have the points that are drawn.
pub(super) fn value(chart: &Chart, plot: &PlotArea) -> Value {
    let thinned = Chart {
        layers: chart.layers.iter().map(|l| thin_layer(l, plot)).collect(),
        ..chart.clone()
    };
    let mut value = json!(thinned);
    shorten(&mut value);
    value
}

fn thin_layer(layer: &Layer, plot: &PlotArea) -> Layer {
    let mut layer = layer.clone();
    // Which of some values are drawn, gap by gap.
    let thinned_stretches = |values: &[(f64, f64)]| {
        let places: Vec<Spot> = values.iter().map(|(x, y)| plot.spot(*x, *y)).collect();
        thin::thinned_stretches(&places)
    };
    match &mut layer {
        Layer::Line(line) | Layer::Steps(line) => {
            let original = std::mem::take(&mut line.points);
            for stretch in thinned_stretches(&original) {
                if !line.points.is_empty() {
                    // A gap stays one.
                    line.points.push((original[stretch[0]].0, f64::NAN));
                }
                line.points.extend(stretch.into_iter().map(|i| original[i]));
            }
        }
        Layer::Band(band) => {
            let upper: Vec<(f64, f64)> = band.points.iter().map(|p| (p.0, p.2)).collect();
            band.points = at_indices(&band.points, &thinned_stretches(&upper).concat());
        }
        Layer::Points(points) => {
            let places = points.points.iter().map(|p| plot.spot(p.x, p.y));
            points.points = at_indices(&points.points, &thin::cloud(places));
        }
        Layer::Stack(stack) => {
            let top = |(i, x): (usize, &f64)| (*x, level(stack, stack.parts.len(), i));
            let top: Vec<(f64, f64)> = stack.xs.iter().enumerate().map(top).collect();
            let indices = thinned_stretches(&top).concat();
            stack.xs = at_indices(&stack.xs, &indices);
            for (_, values) in &mut stack.parts {
                values.resize(top.len(), f64::NAN);
                *values = at_indices(values, &indices);
            }
        }
        _ => {}
    }
    layer
}

fn at_indices<T: Clone>(items: &[T], indices: &[usize]) -> Vec<T> {
    indices.iter().map(|i| items[*i].clone()).collect()
}

/// Nobody hovers over the tenth digit.
fn shorten(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(shorten),
        Value::Object(fields) => fields.values_mut().for_each(shorten),
        Value::Number(n) if n.is_f64() => *value = json!(n.as_f64().map(rounded)),
        _ => {}
    }
}
