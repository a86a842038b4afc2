//! The chart as data for a script: what it says, and where in the picture values are.

use serde_json::{Value, json};

use super::super::number::rounded;
use super::layout::Plot;
use super::scale::Domain;
use super::{Chart, Layer, Size, thin};

/// `plot` is in the units of the SVG's view box; `x` and `y` say which values its sides stand for. Layers keep their
/// index, which is `data-layer` in the SVG; long curves have the points that are drawn.
pub fn value(chart: &Chart, size: Size, plot: &Option<Plot>) -> Value {
    let thinned = Chart { layers: chart.layers.iter().map(|l| thin_layer(l, plot)).collect(), ..chart.clone() };
    let domain = |d: &Domain| json!({ "from": d.from, "to": d.to, "scale": d.scale });
    let place = plot.as_ref().map(|p| {
        let tenth = |v: f64| (v * 10.0).round() / 10.0;
        let rect = [p.rect.x, p.rect.y, p.rect.w, p.rect.h].map(tenth);
        json!({ "x": rect[0], "y": rect[1], "width": rect[2], "height": rect[3],
                "across": domain(&p.x), "down": domain(&p.y) })
    });
    let mut value = json!({ "size": size, "plot": place, "chart": thinned });
    shorten(&mut value);
    value
}

fn thin_layer(layer: &Layer, plot: &Option<Plot>) -> Layer {
    let mut layer = layer.clone();
    let Some(plot) = plot else { return layer };
    let places = |points: &[(f64, f64)]| points.iter().map(|(x, y)| plot.spot(*x, *y)).collect::<Vec<_>>();
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
            band.points = thin::kept(&places(&upper)).concat().into_iter().map(|i| whole[i]).collect();
        }
        Layer::Points(points) => {
            let whole = std::mem::take(&mut points.points);
            let at: Vec<(f64, f64)> = whole.iter().map(|p| (p.x, p.y)).collect();
            points.points = thin::cloud(places(&at).into_iter()).into_iter().map(|i| whole[i].clone()).collect();
        }
        Layer::Stack(stack) => {
            let sum =
                |i: usize| stack.parts.iter().filter_map(|(_, v)| v.get(i)).filter(|v| v.is_finite()).sum::<f64>();
            let top: Vec<(f64, f64)> = stack.xs.iter().enumerate().map(|(i, x)| (*x, sum(i))).collect();
            let kept = thin::kept(&places(&top)).concat();
            let pick = |of: &[f64]| kept.iter().map(|i| of.get(*i).copied().unwrap_or(f64::NAN)).collect::<Vec<f64>>();
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
