//! What the layers between two axes hold: their names and colours for the legend, their values for the axes.

use super::colour::Paint;
use super::description::{Chart, Scale};
use super::layer::{Along, Layer, Point, Stack, Tone};
use super::scene::Spot;

/// More points than this are drawn small.
pub(crate) const MANY_POINTS: usize = 200;
/// A curve of more points than this is drawn thin and without dashes, whose gaps would be lost in it.
pub(super) const DENSE: usize = 400;

/// How large a measured point is [px].
pub(super) const DOT: f64 = 3.5;

/// How a name is shown in the legend; a bar with so many hundredths of its colour.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Swatch {
    Line,
    Area,
    Bar { opacity: u8 },
    Dot,
}

/// A name and how what it names is drawn.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct LegendEntry {
    pub name: String,
    pub paint: Paint,
    pub swatch: Swatch,
    /// Drawn without its dashes, for being too jagged.
    pub dense: bool,
}

/// The name of a layer that is drawn between the axes, for scripts that switch it on and off.
pub(super) fn name(layer: &Layer) -> Option<&str> {
    match layer {
        Layer::Line(l) | Layer::Steps(l) => Some(&l.name),
        Layer::Band(b) => Some(&b.name),
        Layer::Points(p) => Some(&p.name),
        Layer::Histogram(h) => Some(&h.name),
        Layer::Stack(_) => Some(""),
        _ => None,
    }
}

fn tone(layer: &Layer) -> Tone {
    match layer {
        Layer::Line(l) | Layer::Steps(l) => l.tone,
        Layer::Band(b) => b.tone,
        Layer::Points(p) => p.tone,
        Layer::Histogram(h) => h.tone,
        _ => Tone::Auto,
    }
}

/// The colour of every layer; of a stack, that of its first part. The same name has the same colour.
pub(super) fn paints(chart: &Chart) -> Vec<Paint> {
    let chosen_paint = |l: &Layer| {
        name(l)
            .filter(|_| tone(l) != Tone::Auto)
            .map(|n| (n.to_string(), Paint::for_tone(tone(l), 0)))
    };
    let mut paints_by_name: Vec<(String, Paint)> =
        chart.layers.iter().filter_map(chosen_paint).collect();
    let mut next = 0;
    let mut paint = |layer: &Layer| {
        if let Layer::Stack(stack) = layer {
            next += stack.parts.len() as u8;
            return Paint::Series(next - stack.parts.len() as u8);
        }
        let Some(name) = name(layer) else {
            return Paint::Ink;
        };
        if tone(layer) != Tone::Auto {
            return Paint::for_tone(tone(layer), 0);
        }
        if let Some((_, paint)) = paints_by_name.iter().find(|(n, _)| n == name) {
            return *paint;
        }
        let paint = Paint::Series(next);
        next = next.wrapping_add(1);
        paints_by_name.push((name.into(), paint));
        paint
    };
    chart.layers.iter().map(&mut paint).collect()
}

/// The paint of a stack's part.
pub(super) fn part(stack: &Stack, first: Paint, i: usize) -> Paint {
    match (stack.tones.get(i), first) {
        (Some(tone), _) if *tone != Tone::Auto => Paint::for_tone(*tone, 0),
        (_, Paint::Series(n)) => Paint::Series(n.wrapping_add(i as u8)),
        _ => first,
    }
}

pub(super) fn entries(chart: &Chart, paints: &[Paint]) -> Vec<LegendEntry> {
    let mut entries: Vec<LegendEntry> = Vec::new();
    let mut add = |name: &str, paint, swatch| {
        match entries.iter_mut().find(|e| e.name == name) {
            // A curve says more of itself than its band or its points do.
            Some(entry) if swatch == Swatch::Line => entry.swatch = swatch,
            Some(_) => {}
            None if !name.is_empty() => entries.push(LegendEntry {
                name: name.into(),
                paint,
                swatch,
                dense: false,
            }),
            None => {}
        }
    };
    for (layer, paint) in chart.layers.iter().zip(paints) {
        match layer {
            Layer::Line(l) | Layer::Steps(l) => add(&l.name, *paint, Swatch::Line),
            Layer::Band(b) => add(&b.name, *paint, Swatch::Area),
            Layer::Points(p) => add(&p.name, *paint, Swatch::Dot),
            Layer::Histogram(h) => add(&h.name, *paint, Swatch::Area),
            Layer::Stack(s) => {
                // From above, as they lie.
                for (i, (name, _)) in s.parts.iter().enumerate().rev() {
                    add(name, part(s, *paint, i), Swatch::Area);
                }
            }
            _ => {}
        }
    }
    for layer in &chart.layers {
        if let Layer::Line(line) | Layer::Steps(line) = layer
            && let Some(entry) = entries.iter_mut().find(|e| e.name == line.name)
        {
            entry.dense = line.points.len() > DENSE;
        }
    }
    entries
}

/// The values of a layer, for the axes: x, y.
pub(super) fn points(layer: &Layer) -> Vec<Spot> {
    match layer {
        Layer::Line(l) | Layer::Steps(l) => l.points.clone(),
        Layer::Band(b) => b
            .points
            .iter()
            .flat_map(|(x, low, high)| [(*x, *low), (*x, *high)])
            .collect(),
        Layer::Points(p) => {
            let spots = |p: &Point| {
                let (low, high) = p.interval.unwrap_or((p.y, p.y));
                [(p.x, p.y), (p.x, low), (p.x, high)]
            };
            p.points.iter().flat_map(spots).collect()
        }
        Layer::Stack(s) => {
            s.xs.iter()
                .enumerate()
                .flat_map(|(i, x)| [(*x, 0.0), (*x, level(s, s.parts.len(), i))])
                .collect()
        }
        Layer::Histogram(h) => h
            .bins
            .iter()
            .flat_map(|(from, to, n)| [(*from, 0.0), (*to, *n)])
            .collect(),
        Layer::Marker(m) => vec![(m.x, m.y)],
        _ => Vec::new(),
    }
}

/// How high the first so many parts reach. What is not there takes no room.
pub(super) fn level(stack: &Stack, parts: usize, i: usize) -> f64 {
    let thickness = |(_, values): &(String, Vec<f64>)| {
        values
            .get(i)
            .copied()
            .filter(|v| v.is_finite())
            .unwrap_or(0.0)
    };
    stack.parts[..parts].iter().map(thickness).sum()
}

/// The values of lines across and of shaded stretches that the axis should reach.
pub(super) fn marks(chart: &Chart, axis: Along) -> Vec<f64> {
    let values = |layer: &Layer| match layer {
        Layer::Threshold(t) if t.along == axis => vec![t.value],
        Layer::Region(r) if r.along == axis => vec![r.from, r.to],
        _ => vec![],
    };
    chart.layers.iter().flat_map(values).collect()
}

/// Whether a logarithmic axis has values it has no place for.
pub(super) fn foot_note(chart: &Chart) -> Option<String> {
    let (x, y) = (
        has_nonpositive(chart, Along::X),
        has_nonpositive(chart, Along::Y),
    );
    (x || y)
        .then(|| "A logarithmic axis has no place for 0: such values are drawn at its foot.".into())
}

/// Whether a logarithmic axis meets values ≤ 0.
pub(super) fn has_nonpositive(chart: &Chart, along: Along) -> bool {
    let (axis, coordinate): (_, fn(&Spot) -> f64) = match along {
        Along::X => (&chart.x, |p| p.0),
        Along::Y => (&chart.y, |p| p.1),
    };
    let not_positive = |v: f64| v.is_finite() && v <= 0.0;
    axis.scale == Scale::Log
        && chart
            .layers
            .iter()
            .flat_map(points)
            .any(|p| not_positive(coordinate(&p)))
}

#[cfg(test)]
mod tests {
    use super::super::layer::{Band, Line};
    use super::*;

    #[test]
    fn the_same_name_has_the_same_colour() {
        let band = |name: &str| {
            Layer::Band(Band {
                name: name.into(),
                ..Band::default()
            })
        };
        let line = |name: &str, tone| {
            Layer::Line(Line {
                name: name.into(),
                tone,
                ..Line::default()
            })
        };
        let layers = vec![
            band("a"),
            line("a", Tone::Auto),
            band("b"),
            line("b", Tone::Bad),
            line("c", Tone::Auto),
            line("a", Tone::Auto),
        ];
        let chart = Chart {
            layers,
            ..Chart::default()
        };
        let (first, second) = (Paint::Series(0), Paint::Series(1));
        assert_eq!(
            paints(&chart),
            [first, first, Paint::Bad, Paint::Bad, second, first]
        );
        let entries = entries(&chart, &paints(&chart));
        let swatches: Vec<(&str, Swatch)> = entries
            .iter()
            .map(|e| (e.name.as_str(), e.swatch))
            .collect();
        assert_eq!(
            swatches,
            [
                ("a", Swatch::Line),
                ("b", Swatch::Line),
                ("c", Swatch::Line)
            ]
        );
    }
}
