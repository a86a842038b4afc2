//! Names of shaded stretches of the horizontal axis: above the plot, where no curve is, each on a pole at the edge of its
//! stretch and in the lowest row in which no name crosses another or its pole. What finds no row goes without a name.

use super::across::{colour, stretch};
use super::colour::Paint;
use super::description::Chart;
use super::frame::is_narrow;
use super::layer::{Along, Layer, Region};
use super::plot::PlotArea;
use super::scene::{Anchor, Part, Rect, Shape, area, rule};
use super::sheet::Paper;
use super::text::{self, LABEL, plain_text};

/// From one row to the next [px].
pub(super) const ROW: f64 = 16.0;
/// Rows at most.
const MOST_ROWS: usize = 3;
/// Between two names, and between a name and a pole [px].
const GAP: f64 = 8.0;
/// How thick the mark above a stretch is [px].
const EDGE: f64 = 3.0;
/// A name takes no more than this share of the width, and of a narrow one.
const WIDEST: (f64, f64) = (0.45, 0.9);

/// A name with its place.
struct Flag {
    /// The edges of its stretch.
    stretch: Rect,
    /// What is drawn, and the whole of it.
    label: (String, String),
    /// Where the pole is.
    pole: f64,
    /// From where to where the name reaches.
    name: (f64, f64),
    /// Which row, from below; none: there is no room for it.
    row: Option<usize>,
}

impl Flag {
    fn new(plot: &PlotArea, region: &Region) -> Self {
        let rect = stretch(plot, region);
        let widest = if is_narrow(&plot.rect) {
            WIDEST.1
        } else {
            WIDEST.0
        };
        let label = text::fit(&region.label, plot.rect.w * widest, LABEL, false);
        let wide = text::width(&label, LABEL, false) + 5.0;
        let leftwards = rect.x + wide > plot.rect.right() + 12.0;
        let pole = if leftwards { rect.right() } else { rect.x };
        let name = if leftwards {
            (pole - wide, pole)
        } else {
            (pole, pole + wide)
        };
        Self {
            stretch: rect,
            label: (label, region.label.clone()),
            pole,
            name,
            row: None,
        }
    }

    fn leftwards(&self) -> bool {
        self.name.0 < self.pole
    }

    /// Whether in that row it would cross another that has one.
    fn crosses(&self, row: usize, other: &Self) -> bool {
        let Some(row_of_other) = other.row else {
            return false;
        };
        // A pole may stand right beside another's, but not in its name.
        let spans = |flag: &Self, pole: f64| {
            let (before, after) = if flag.leftwards() {
                (GAP, -2.0)
            } else {
                (-2.0, GAP)
            };
            flag.name.0 - before < pole && pole < flag.name.1 + after
        };
        let names = row == row_of_other
            && self.name.0 < other.name.1 + GAP
            && other.name.0 < self.name.1 + GAP;
        names
            || (row_of_other > row && spans(self, other.pole))
            || (row > row_of_other && spans(other, self.pole))
    }
}

fn flags(chart: &Chart, plot: &PlotArea, max_rows: usize) -> Vec<Flag> {
    let flag = |layer: &Layer| match layer {
        Layer::Region(r) if r.along == Along::X && !r.label.is_empty() => Some(Flag::new(plot, r)),
        _ => None,
    };
    let mut listed_flags: Vec<Flag> = chart.layers.iter().filter_map(flag).collect();
    // From the right, so that each pole stands clear of the names that were placed; then, from the left, those that reach
    // leftwards, over the others.
    let order = |f: &Flag| if f.leftwards() { f.pole } else { -f.pole };
    listed_flags.sort_by(|a, b| {
        a.leftwards()
            .cmp(&b.leftwards())
            .then(order(a).total_cmp(&order(b)))
    });
    for i in 0..listed_flags.len() {
        let row = (0..max_rows).find(|row| {
            !listed_flags[..i]
                .iter()
                .any(|earlier| listed_flags[i].crosses(*row, earlier))
        });
        listed_flags[i].row = row;
    }
    listed_flags
}

/// How many rows the names take.
pub(super) fn rows(chart: &Chart, plot: &PlotArea) -> usize {
    flags(chart, plot, MOST_ROWS)
        .iter()
        .filter_map(|f| f.row)
        .map(|row| row + 1)
        .max()
        .unwrap_or(0)
}

/// The mark above each stretch, and its name in one of so many rows.
pub(super) fn draw(paper: &Paper, chart: &Chart, plot: &PlotArea, rows: usize) {
    for layer in &chart.layers {
        if let Layer::Region(region) = layer
            && region.along == Along::X
        {
            let Rect { x, y, w, .. } = stretch(plot, region);
            let opacity = if region.faint { 0.35 } else { 0.8 };
            let mark = Rect::new(x, y - EDGE - 1.0, w, EDGE);
            paper.put(Part::Stretch, [area(mark, colour(region), opacity)]);
        }
    }
    for flag in flags(chart, plot, rows) {
        let Some(row) = flag.row else { continue };
        let foot = plot.rect.y - EDGE - 1.0;
        let base = foot - 4.0 - row as f64 * ROW;
        let (x, anchor) = if flag.leftwards() {
            (flag.pole - 5.0, Anchor::End)
        } else {
            (flag.pole + 5.0, Anchor::Start)
        };
        let mut text = plain_text((x, base), &flag.label.0, anchor, Paint::Soft);
        text.full_text = (flag.label.0 != flag.label.1).then_some(flag.label.1);
        let pole = rule((flag.pole, foot), (flag.pole, base - 9.0), Paint::Soft, 1.0);
        let part = Part::Flag(flag.stretch.x, flag.stretch.right());
        paper.put(part, [pole, Shape::Text(text)]);
    }
}

#[cfg(test)]
mod tests {
    use super::super::axes::frame;
    use super::super::description::Axis;
    use super::super::layer::Tone;
    use super::*;

    fn rows_of(stretches: &[(f64, f64, &str)]) -> Vec<(String, Option<usize>)> {
        let region = |(from, to, label): &(f64, f64, &str)| {
            let label = (*label).into();
            Layer::Region(Region {
                along: Along::X,
                from: *from,
                to: *to,
                label,
                tone: Tone::Bad,
                faint: false,
            })
        };
        let x = Axis {
            range: Some((0.0, 100.0)),
            ..Axis::default()
        };
        let chart = Chart {
            x,
            layers: stretches.iter().map(region).collect(),
            ..Chart::default()
        };
        let plot = frame(&chart, Rect::new(14.0, 12.0, 732.0, 378.0), 0.0);
        let mut row: Vec<_> = flags(&chart, &plot, MOST_ROWS)
            .into_iter()
            .map(|f| (f.label.1, f.row))
            .collect();
        row.sort();
        row
    }

    #[test]
    fn a_name_gives_way_to_the_pole_of_the_next_and_no_fourth_row_is_opened() {
        let row = |name: &str, row| (name.to_string(), row);
        // 7 pixels a hundredth: the names, some 60 pixels wide, reach over 9 hundredths.
        assert_eq!(
            rows_of(&[(10.0, 12.0, "a of gate"), (50.0, 52.0, "b of gate")]),
            [row("a of gate", Some(0)), row("b of gate", Some(0))]
        );
        let near = [
            (50.0, 51.0, "a of gate"),
            (52.0, 53.0, "b of gate"),
            (54.0, 55.0, "c of gate"),
            (56.0, 57.0, "d of gate"),
        ];
        assert_eq!(
            rows_of(&near)
                .into_iter()
                .map(|(_, row)| row)
                .collect::<Vec<_>>(),
            [None, Some(2), Some(1), Some(0)]
        );
        // The last one reaches leftwards, over the one before.
        let late = [(94.0, 95.0, "a of gate"), (99.0, 100.0, "b of gate")];
        assert_eq!(
            rows_of(&late),
            [row("a of gate", Some(0)), row("b of gate", Some(1))]
        );
    }
}
