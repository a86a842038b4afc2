//! Curves, bands, points, areas and lines across: every layer that lies between two axes of numbers.

use super::colour::Paint;
use super::layer::{Along, Band, Histogram, Layer, Line, Points, Region, Stack, Threshold, Tone};
use super::layout::{self, Entry, Plot, Swatch};
use super::name::Names;
use super::scale::Domain;
use super::scene::{Anchor, Rect, Scene, Shape, Spot, rule};
use super::text::{self, LABEL, plain};
use super::{Chart, Scale, clip, place, thin};

/// How dense areas are.
pub const AREA: f64 = 0.5;
const BAND: f64 = 0.2;
/// A curve of more points than this is drawn thin and without dashes, whose gaps would be lost in it.
const DENSE: usize = 400;
/// A name at the end of its curve may stand so far from it [px].
const FAR: f64 = 44.0;

/// Draws axes and layers; says where.
pub fn draw(scene: &mut Scene, chart: &Chart, room: Rect) -> Plot {
    let paints = paints(chart);
    let entries = entries(chart, &paints);
    let mut plot = frame(chart, room, 0.0);
    let ends = ends(chart, &entries, room);
    let mut room = room;
    match &ends {
        Some(wide) => plot = frame(chart, room, *wide),
        None if !entries.is_empty() => {
            layout::legend(scene, &entries, &mut room);
            plot = frame(chart, room, 0.0);
        }
        None => {}
    }
    for layer in &chart.layers {
        if let Layer::Region(region) = layer {
            self::region(scene, &plot, region);
        }
    }
    axes(scene, chart, &plot, room);
    let mut drawn: Vec<Spot> = Vec::new();
    for (i, layer) in chart.layers.iter().enumerate() {
        let Some(name) = name(layer) else { continue };
        scene.push(Shape::Begin { layer: i, name: name.into() });
        self::layer(scene, &plot, layer, paints[i], &mut drawn);
        scene.push(Shape::End);
    }
    if ends.is_some() {
        end_names(scene, chart, &entries, &plot);
    }
    let mut names = Names::new(plot.rect, drawn);
    across(scene, chart, &plot, &mut names);
    for point in chart.layers.iter().filter_map(|l| if let Layer::Points(p) = l { Some(p) } else { None }) {
        for p in point.points.iter().filter(|p| !p.label.is_empty()) {
            scene.extend(names.beside(plot.spot(p.x, p.y), &p.label, false));
        }
    }
    let there = |l: &Layer| points(l).iter().any(|p| p.0.is_finite() && p.1.is_finite());
    if !chart.layers.iter().any(there) {
        layout::nothing(scene, &plot.rect);
    }
    plot
}

impl Plot {
    /// Where a value is drawn.
    pub fn spot(&self, x: f64, y: f64) -> Spot {
        let Rect { x: left, y: top, w, h } = self.rect;
        (left + self.x.place(x) * w, top + (1.0 - self.y.place(y)) * h)
    }

    /// Far beyond the plot one place is as good as another; what is infinite has none.
    fn near(&self, spot: Spot) -> Spot {
        let bound = |v: f64| if v.is_finite() { v.clamp(-1e5, 1e5) } else { f64::NAN };
        (bound(spot.0), bound(spot.1))
    }
}

/// The name of a layer that is drawn between the axes, for scripts that switch it on and off.
fn name(layer: &Layer) -> Option<&str> {
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
fn paints(chart: &Chart) -> Vec<Paint> {
    let told = |l: &Layer| name(l).filter(|_| tone(l) != Tone::Auto).map(|n| (n.to_string(), Paint::of(tone(l), 0)));
    let mut known: Vec<(String, Paint)> = chart.layers.iter().filter_map(told).collect();
    let mut next = 0;
    let mut paint = |layer: &Layer| {
        if let Layer::Stack(stack) = layer {
            next += stack.parts.len() as u8;
            return Paint::Series(next - stack.parts.len() as u8);
        }
        let Some(name) = name(layer) else { return Paint::Ink };
        if tone(layer) != Tone::Auto {
            return Paint::of(tone(layer), 0);
        }
        if let Some((_, paint)) = known.iter().find(|(n, _)| n == name) {
            return *paint;
        }
        let paint = Paint::Series(next);
        next = next.wrapping_add(1);
        known.push((name.into(), paint));
        paint
    };
    chart.layers.iter().map(&mut paint).collect()
}

/// The paint of a stack's part.
fn part(first: Paint, i: usize) -> Paint {
    if let Paint::Series(n) = first { Paint::Series(n.wrapping_add(i as u8)) } else { first }
}

fn entries(chart: &Chart, paints: &[Paint]) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut add = |name: &str, paint, swatch| {
        match entries.iter_mut().find(|e| e.name == name) {
            // A curve says more of itself than its band or its points do.
            Some(entry) if swatch == Swatch::Line => entry.swatch = swatch,
            Some(_) => {}
            None if !name.is_empty() => entries.push(Entry { name: name.into(), paint, swatch, dense: false }),
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
                    add(name, part(*paint, i), Swatch::Area);
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
fn points(layer: &Layer) -> Vec<Spot> {
    match layer {
        Layer::Line(l) | Layer::Steps(l) => l.points.clone(),
        Layer::Band(b) => b.points.iter().flat_map(|(x, low, high)| [(*x, *low), (*x, *high)]).collect(),
        Layer::Points(p) => {
            let of = |p: &super::Point| {
                let (low, high) = p.interval.unwrap_or((p.y, p.y));
                [(p.x, p.y), (p.x, low), (p.x, high)]
            };
            p.points.iter().flat_map(of).collect()
        }
        Layer::Stack(s) => {
            s.xs.iter().enumerate().flat_map(|(i, x)| [(*x, 0.0), (*x, level(s, s.parts.len(), i))]).collect()
        }
        Layer::Histogram(h) => h.bins.iter().flat_map(|(from, to, n)| [(*from, 0.0), (*to, *n)]).collect(),
        Layer::Marker(m) => vec![(m.x, m.y)],
        _ => Vec::new(),
    }
}

/// How high the first so many parts reach. What is not there takes no room.
fn level(stack: &Stack, parts: usize, i: usize) -> f64 {
    let thickness = |(_, values): &(String, Vec<f64>)| values.get(i).copied().filter(|v| v.is_finite()).unwrap_or(0.0);
    stack.parts[..parts].iter().map(thickness).sum()
}

/// The values of lines across and of shaded stretches that the axis should reach.
fn marks(chart: &Chart, axis: Along) -> Vec<f64> {
    let of = |layer: &Layer| match layer {
        Layer::Threshold(t) if t.along == axis => vec![t.value],
        Layer::Region(r) if r.along == axis => vec![r.from, r.to],
        _ => vec![],
    };
    chart.layers.iter().flat_map(of).collect()
}

/// Whether a logarithmic axis has values it has no place for.
pub fn foot_note(chart: &Chart) -> Option<String> {
    let (x, y) = (homeless(chart, Along::X), homeless(chart, Along::Y));
    (x || y).then(|| "A logarithmic axis has no place for 0: such values are drawn at its foot.".into())
}

fn homeless(chart: &Chart, along: Along) -> bool {
    let (axis, of): (_, fn(&Spot) -> f64) = match along {
        Along::X => (&chart.x, |p| p.0),
        Along::Y => (&chart.y, |p| p.1),
    };
    let not_positive = |v: f64| v.is_finite() && v <= 0.0;
    axis.scale == Scale::Log && chart.layers.iter().flat_map(points).any(|p| not_positive(of(&p)))
}

/// The plot in that room, with so much kept free at the right for names.
fn frame(chart: &Chart, room: Rect, names: f64) -> Plot {
    let mut rect = room;
    let above = if chart.y.caption().is_empty() { 6.0 } else { layout::CAPTION };
    layout::shrink_top(&mut rect, above);
    rect.h = (rect.h - layout::below(&chart.x.caption())).max(20.0);
    let all: Vec<Spot> = chart.layers.iter().flat_map(points).collect();
    let from_zero = chart.layers.iter().any(|l| matches!(l, Layer::Stack(_) | Layer::Histogram(_)));
    let x = match chart.x.range {
        Some((from, to)) => Domain::between(from, to, chart.x.scale),
        None => {
            let domain = Domain::of(all.iter().map(|p| p.0).chain(marks(chart, Along::X)), chart.x.scale, 0.0);
            // Points are wider than nothing: those at the ends stay off the axis.
            if chart.layers.iter().any(|l| matches!(l, Layer::Points(_))) { domain.widened(0.02) } else { domain }
        }
    };
    let y = match chart.y.range {
        Some((from, to)) => Domain::between(from, to, chart.y.scale),
        None => {
            let zero = if from_zero { 2.0 } else { 0.6 };
            let mut domain = Domain::of(all.iter().map(|p| p.1).chain(marks(chart, Along::Y)), chart.y.scale, zero);
            if homeless(chart, Along::Y) {
                // What lies at the foot must not look like the least of the others.
                domain.from /= 5.0;
            }
            domain.nice(rows(&rect))
        }
    };
    let widest = y.ticks(rows(&rect)).iter().map(|t| text::width(&t.text, LABEL, false)).fold(0.0, f64::max);
    let left = (widest + 8.0).max(18.0);
    rect.x += left;
    rect.w = (rect.w - left - names.max(16.0)).max(20.0);
    Plot { rect, x, y }
}

/// About how many ticks the vertical axis has.
fn rows(rect: &Rect) -> usize {
    ((rect.h / 52.0) as usize).clamp(2, 8)
}

fn axes(scene: &mut Scene, chart: &Chart, plot: &Plot, mut room: Rect) {
    layout::caption_above(scene, chart.y.caption(), &mut room);
    let mut last = f64::INFINITY;
    for tick in plot.y.ticks(rows(&plot.rect)) {
        let y = plot.spot(plot.x.from, tick.at).1;
        if last - y < 14.0 {
            continue;
        }
        last = y;
        scene.push(rule((plot.rect.x, y), (plot.rect.right(), y), Paint::Grid, 1.0));
        scene.push(Shape::Text(plain((plot.rect.x - 7.0, y + 4.2), tick.text, Anchor::End, Paint::Soft)));
    }
    layout::horizontal(scene, &plot.rect, &plot.x, chart.x.caption(), false);
}

/// Where each curve's name wants to stand: the height of its last point.
fn wanted(chart: &Chart, entries: &[Entry], plot: &Plot) -> Option<Vec<f64>> {
    let last = |entry: &Entry| {
        let of = |l: &Layer| match l {
            Layer::Line(l) | Layer::Steps(l) if l.name == entry.name => {
                l.points.iter().rev().map(|p| plot.spot(p.0, p.1)).find(|p| p.0.is_finite() && p.1.is_finite())
            }
            _ => None,
        };
        let at = chart.layers.iter().find_map(of)?;
        Some(at.1.clamp(plot.rect.y, plot.rect.bottom()))
    };
    entries.iter().map(last).collect()
}

/// How wide the names at the ends of the curves are; nothing if they have no place there and a legend must do.
fn ends(chart: &Chart, entries: &[Entry], room: Rect) -> Option<f64> {
    if entries.is_empty() || room.w < 420.0 {
        return None;
    }
    let plot = frame(chart, room, 0.0);
    let wanted = wanted(chart, entries, &plot)?;
    let placed = placed(&wanted, &plot)?;
    let far = wanted.iter().zip(&placed).any(|(a, b)| (a - b).abs() > FAR);
    let wide = entries.iter().map(|e| text::width(&e.name, LABEL, false)).fold(0.0, f64::max) + 34.0;
    (!far && wide <= room.w * 0.3).then_some(wide)
}

fn placed(wanted: &[f64], plot: &Plot) -> Option<Vec<f64>> {
    place::apart(wanted, layout::LINE - 1.0, plot.rect.y - 8.0, plot.rect.bottom() + 8.0)
}

fn end_names(scene: &mut Scene, chart: &Chart, entries: &[Entry], plot: &Plot) {
    let Some(places) = wanted(chart, entries, plot).and_then(|w| placed(&w, plot)) else { return };
    for (entry, y) in entries.iter().zip(places) {
        let x = plot.rect.right() + 8.0;
        layout::swatch(scene, entry, (x, y));
        scene.push(Shape::Text(plain((x + 24.0, y + 4.2), entry.name.clone(), Anchor::Start, Paint::Ink)));
    }
}

fn layer(scene: &mut Scene, plot: &Plot, layer: &Layer, paint: Paint, drawn: &mut Vec<Spot>) {
    match layer {
        Layer::Line(line) => curve(scene, plot, &places(line, plot), paint, drawn),
        Layer::Steps(line) => curve(scene, plot, &stairs(&places(line, plot)), paint, drawn),
        Layer::Band(band) => self::band(scene, plot, band, paint),
        Layer::Points(points) => self::dots(scene, plot, points, paint, drawn),
        Layer::Stack(stack) => self::stack(scene, plot, stack, paint, drawn),
        Layer::Histogram(histogram) => self::histogram(scene, plot, histogram, paint, drawn),
        _ => {}
    }
}

fn places(line: &Line, plot: &Plot) -> Vec<Spot> {
    line.points.iter().map(|(x, y)| plot.near(plot.spot(*x, *y))).collect()
}

fn stairs(places: &[Spot]) -> Vec<Spot> {
    let mut out: Vec<Spot> = Vec::with_capacity(places.len() * 2);
    for (i, (x, y)) in places.iter().enumerate() {
        if i > 0 && places[i - 1].1.is_finite() {
            out.push((*x, places[i - 1].1));
        }
        out.push((*x, *y));
    }
    out
}

fn curve(scene: &mut Scene, plot: &Plot, places: &[Spot], paint: Paint, drawn: &mut Vec<Spot>) {
    for stretch in thin::curve(places) {
        if let [at] = stretch[..] {
            scene.push(Shape::Disc { at, radius: 3.0, paint });
        }
        let (width, dash): (f64, &[f64]) = if places.len() > DENSE { (1.3, &[]) } else { (2.0, paint.dash()) };
        let parts = clip::curve(&stretch, &plot.rect);
        drawn.extend(parts.iter().flat_map(|part| beads(part)));
        scene.extend(parts.into_iter().map(|points| Shape::Stroke { points, paint, width, dash }));
    }
}

/// Places all along a stroke, near enough to each other that no name slips between them.
fn beads(points: &[Spot]) -> Vec<Spot> {
    let piece = |pair: &[Spot]| {
        let ((ax, ay), (bx, by)) = (pair[0], pair[1]);
        let n = (libm::hypot(bx - ax, by - ay) / 4.0).ceil().max(1.0);
        (0..=n as u32).map(move |i| {
            let share = f64::from(i) / n;
            (ax + (bx - ax) * share, ay + (by - ay) * share)
        })
    };
    points.windows(2).flat_map(piece).collect()
}

fn band(scene: &mut Scene, plot: &Plot, band: &Band, paint: Paint) {
    let side = |of: fn(&(f64, f64, f64)) -> f64| -> Vec<Spot> {
        let there = |p: &(f64, f64, f64)| p.1.is_finite() && p.2.is_finite();
        band.points.iter().map(|p| plot.near(plot.spot(p.0, if there(p) { of(p) } else { f64::NAN }))).collect()
    };
    for (low, high) in thin::curve(&side(|p| p.1)).into_iter().zip(thin::curve(&side(|p| p.2))) {
        let points = clip::area(low.into_iter().chain(high.into_iter().rev()).collect(), &plot.rect);
        scene.push(Shape::Fill { points, paint, opacity: BAND });
    }
}

fn dots(scene: &mut Scene, plot: &Plot, points: &Points, paint: Paint, drawn: &mut Vec<Spot>) {
    let places: Vec<Spot> = points.points.iter().map(|p| plot.near(plot.spot(p.x, p.y))).collect();
    let radius = if places.len() > 200 { 2.0 } else { 3.5 };
    for i in thin::cloud(places.iter().copied()) {
        let (x, y) = places[i];
        if let Some((low, high)) = points.points[i].interval.filter(|(l, h)| l.is_finite() && h.is_finite()) {
            let ends = [low, high].map(|v| plot.near(plot.spot(points.points[i].x, v)).1);
            for part in clip::curve(&[(x, ends[0]), (x, ends[1])], &plot.rect) {
                scene.push(rule(part[0], part[1], paint, 1.4));
                drawn.extend(beads(&part));
                scene.extend(part.iter().map(|p| rule((p.0 - 4.0, p.1), (p.0 + 4.0, p.1), paint, 1.4)));
            }
        }
        drawn.push((x, y));
        if clip::curve(&[(x, y), (x, y)], &plot.rect).len() == 1 {
            scene.push(Shape::Disc { at: (x, y), radius, paint });
        }
    }
}

fn stack(scene: &mut Scene, plot: &Plot, stack: &Stack, first: Paint, drawn: &mut Vec<Spot>) {
    let edge = |parts: usize| -> Vec<Spot> {
        let place = |(i, x): (usize, &f64)| plot.near(plot.spot(*x, level(stack, parts, i)));
        thin::curve(&stack.xs.iter().enumerate().map(place).collect::<Vec<_>>()).concat()
    };
    let edges: Vec<Vec<Spot>> = (0..=stack.parts.len()).map(edge).collect();
    for (i, pair) in edges.windows(2).enumerate() {
        let points = pair[0].iter().chain(pair[1].iter().rev()).copied().collect();
        scene.push(Shape::Fill { points: clip::area(points, &plot.rect), paint: part(first, i), opacity: AREA });
    }
    for (i, edge) in edges[1..].iter().enumerate() {
        let paint = part(first, i);
        let dash = if edge.len() > 2 * DENSE { &[] } else { paint.dash() };
        let parts = clip::curve(edge, &plot.rect);
        scene.extend(parts.into_iter().map(|points| Shape::Stroke { points, paint, width: 1.5, dash }));
        drawn.extend(beads(edge));
    }
}

fn histogram(scene: &mut Scene, plot: &Plot, histogram: &Histogram, paint: Paint, drawn: &mut Vec<Spot>) {
    for (from, to, n) in &histogram.bins {
        let (a, b) = (plot.near(plot.spot(*from, *n)), plot.near(plot.spot(*to, 0.0)));
        if ![a.0, a.1, b.0, b.1].iter().all(|v| v.is_finite()) {
            continue;
        }
        let gap = if b.0 - a.0 > 4.0 { 1.0 } else { 0.0 };
        let (left, right) = (a.0.max(plot.rect.x), (b.0 - gap).min(plot.rect.right()));
        let (top, foot) = (a.1.max(plot.rect.y), plot.rect.bottom());
        if left < right && top < foot {
            let rect = Rect { x: left, y: top, w: right - left, h: foot - top };
            scene.push(Shape::Box { rect, paint, opacity: 0.75 });
            drawn.push(((left + right) / 2.0, top));
        }
    }
}

fn region(scene: &mut Scene, plot: &Plot, region: &Region) {
    let paint = if region.tone == Tone::Auto { Paint::Good } else { Paint::of(region.tone, 0) };
    let rect = stretch(plot, region);
    scene.push(Shape::Box { rect, paint, opacity: 0.1 });
}

/// Where a shaded stretch is drawn.
pub fn stretch(plot: &Plot, region: &Region) -> Rect {
    let domain = if region.along == Along::X { &plot.x } else { &plot.y };
    // What is infinite, or not positive on a logarithmic axis, is beyond the end.
    let share = |v: f64| {
        if v == f64::INFINITY {
            1.0
        } else if v.is_finite() {
            domain.place(v).clamp(0.0, 1.0)
        } else {
            0.0
        }
    };
    let (from, to) = (share(region.from), share(region.to));
    let (from, to) = (from.min(to), from.max(to));
    let Rect { x, y, w, h } = plot.rect;
    match region.along {
        Along::X => Rect { x: x + from * w, y, w: (to - from) * w, h },
        Along::Y => Rect { x, y: y + (1.0 - to) * h, w, h: (to - from) * h },
    }
}

/// Lines across with their names, names of shaded stretches, and markers, over everything else.
fn across(scene: &mut Scene, chart: &Chart, plot: &Plot, names: &mut Names) {
    let thresholds = chart.layers.iter().filter_map(|l| if let Layer::Threshold(t) = l { Some(t) } else { None });
    let lines: Vec<_> = thresholds.filter_map(|t| Some((t, line_across(plot, t)?))).collect();
    for (_, line) in &lines {
        if let Shape::Stroke { points, .. } = line {
            names.avoid(beads(points));
        }
        scene.push(line.clone());
    }
    for (threshold, line) in lines {
        if let Shape::Stroke { points, paint, .. } = line {
            scene.extend(names.along(points[0], points[1], &threshold.label, paint));
        }
    }
    for layer in &chart.layers {
        if let Layer::Marker(marker) = layer {
            let at = plot.spot(marker.x, marker.y);
            if !(at.0.is_finite() && at.1.is_finite()) {
                continue;
            }
            scene.push(Shape::Disc { at, radius: 6.0, paint: Paint::Ink });
            scene.push(Shape::Disc { at, radius: 2.0, paint: Paint::Paper });
            scene.extend(names.beside(at, &marker.label, true));
        }
    }
    for layer in &chart.layers {
        if let Layer::Region(region) = layer {
            scene.extend(names.within(stretch(plot, region), &region.label));
        }
    }
}

fn line_across(plot: &Plot, threshold: &Threshold) -> Option<Shape> {
    let domain = if threshold.along == Along::X { &plot.x } else { &plot.y };
    let share = domain.place(threshold.value);
    if !(-0.001..=1.001).contains(&share) {
        return None;
    }
    let paint = if threshold.tone == Tone::Auto { Paint::Bad } else { Paint::of(threshold.tone, 0) };
    let Rect { x, y, w, h } = plot.rect;
    let (from, to) = match threshold.along {
        Along::X => ((x + share * w, y + h), (x + share * w, y)),
        Along::Y => ((x, y + (1.0 - share) * h), (x + w, y + (1.0 - share) * h)),
    };
    Some(Shape::Stroke { points: vec![from, to], paint, width: 1.6, dash: &[6.0, 4.0] })
}
