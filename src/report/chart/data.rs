//! The chart as data for a script: what it says, and where in the picture values are.

use serde_json::{Value, json};

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
    json!({ "size": size, "plot": place, "chart": thinned })
}

fn thin_layer(layer: &Layer, plot: &Option<Plot>) -> Layer {
    let mut layer = layer.clone();
    if let (Layer::Line(line) | Layer::Steps(line), Some(plot)) = (&mut layer, plot) {
        let places: Vec<(f64, f64)> = line.points.iter().map(|(x, y)| plot.spot(*x, *y)).collect();
        let stretches = thin::kept(&places);
        let whole = line.points.clone();
        line.points.clear();
        for stretch in stretches {
            if !line.points.is_empty() {
                // A gap stays one.
                line.points.push((whole[stretch[0]].0, f64::NAN));
            }
            line.points.extend(stretch.into_iter().map(|i| whole[i]));
        }
    }
    layer
}
