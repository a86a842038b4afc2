//! The chart as data for a script: what it says, as far as it is drawn.

use serde_json::{Value, json};

use super::super::number::rounded;
use super::layout::Plot;
use super::{Chart, Layer, thin};

/// Layers keep their index, which is `data-layer` in the SVG; long curves have the points that are drawn.
pub fn value(chart: &Chart, plot: &Plot) -> Value {
    let thinned = Chart {
        layers: chart.layers.iter().map(|l| thin_layer(l, plot)).collect(),
        ..chart.clone()
    };
    let mut value = json!(thinned);
    shorten(&mut value);
    value
}

fn thin_layer(layer: &Layer, plot: &Plot) -> Layer {
    let mut layer = layer.clone();
    let places = |points: &[(f64, f64)]| {
        points
            .iter()
            .map(|(x, y)| plot.spot(*x, *y))
            .collect::<Vec<_>>()
    };
    match &mut layer {
        Layer::Line(line) | Layer::Steps(line) => {
            let whole = std::mem::take(&mut line.points);
            for stretch in thin::kept(&places(&whole)) {
                if !line.points.is_empty() {
                    // A gap stays one.
                    line.points.push((whole[stretch[0]].0, f64::NAN));
                }
                line.points.extend(stretch.into_iter().map(|i| whole[i]));
            }
        }
        Layer::Band(band) => {
            let whole = std::mem::take(&mut band.points);
            let upper: Vec<(f64, f64)> = whole.iter().map(|p| (p.0, p.2)).collect();
            band.points = thin::kept(&places(&upper))
                .concat()
                .into_iter()
                .map(|i| whole[i])
                .collect();
        }
        Layer::Points(points) => {
            let whole = std::mem::take(&mut points.points);
            let at: Vec<(f64, f64)> = whole.iter().map(|p| (p.x, p.y)).collect();
            points.points = thin::cloud(places(&at).into_iter())
                .into_iter()
                .map(|i| whole[i].clone())
                .collect();
        }
        Layer::Stack(stack) => {
            let sum = |i: usize| {
                stack
                    .parts
                    .iter()
                    .filter_map(|(_, v)| v.get(i))
                    .filter(|v| v.is_finite())
                    .sum::<f64>()
            };
            let top: Vec<(f64, f64)> = stack
                .xs
                .iter()
                .enumerate()
                .map(|(i, x)| (*x, sum(i)))
                .collect();
            let kept = thin::kept(&places(&top)).concat();
            let pick = |of: &[f64]| {
                kept.iter()
                    .map(|i| of.get(*i).copied().unwrap_or(f64::NAN))
                    .collect::<Vec<f64>>()
            };
            stack.xs = pick(&stack.xs);
            for (_, values) in &mut stack.parts {
                *values = pick(values);
            }
        }
        _ => {}
    }
    layer
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
