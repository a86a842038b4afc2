//! What lies outside the plot is cut off, as numbers: SVG's clip paths would need ids.

use super::scene::{Rect, Spot};

/// The parts of a curve within the rectangle.
pub(super) fn curve(points: &[Spot], to: &Rect) -> Vec<Vec<Spot>> {
    let mut parts: Vec<Vec<Spot>> = Vec::new();
    for pair in points.windows(2) {
        let Some((from, until)) = segment(pair[0], pair[1], to) else {
            continue;
        };
        match parts.last_mut() {
            Some(part) if part.last() == Some(&from) => part.push(until),
            _ => parts.push(vec![from, until]),
        }
    }
    parts
}

/// Liang and Barsky: the share of the segment that is inside.
fn segment(a: Spot, b: Spot, to: &Rect) -> Option<(Spot, Spot)> {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let (mut first, mut last) = (0.0, 1.0);
    let edges = [
        (-dx, a.0 - to.x),
        (dx, to.right() - a.0),
        (-dy, a.1 - to.y),
        (dy, to.bottom() - a.1),
    ];
    for (step, room) in edges {
        if step == 0.0 {
            if room < 0.0 {
                return None;
            }
        } else if step < 0.0 {
            first = f64::max(first, room / step);
        } else {
            last = f64::min(last, room / step);
        }
    }
    let at = |share: f64| (a.0 + dx * share, a.1 + dy * share);
    let from = if first == 0.0 { a } else { at(first) };
    let until = if last == 1.0 { b } else { at(last) };
    (first <= last).then_some((from, until))
}

/// The part of a rectangle within another; it has no width or no height if there is none.
pub(super) fn rectangle(rect: Rect, to: &Rect) -> Rect {
    let (x, y) = (rect.x.max(to.x), rect.y.max(to.y));
    let (right, bottom) = (rect.right().min(to.right()), rect.bottom().min(to.bottom()));
    Rect::new(x, y, right - x, bottom - y)
}

/// The part of an area within the rectangle (Sutherland and Hodgman).
pub(super) fn area(points: Vec<Spot>, to: &Rect) -> Vec<Spot> {
    // Along which axis, on which side of what.
    let sides = [
        (true, 1.0, to.x),
        (true, -1.0, to.right()),
        (false, 1.0, to.y),
        (false, -1.0, to.bottom()),
    ];
    let mut points = points;
    for (level, sign, edge) in sides {
        let inside = |p: Spot| (if level { p.0 } else { p.1 } - edge) * sign;
        let mut clipped = Vec::with_capacity(points.len());
        for (i, b) in points.iter().enumerate() {
            let a = points[(i + points.len() - 1) % points.len()];
            let (ia, ib) = (inside(a), inside(*b));
            if (ia < 0.0) != (ib < 0.0) {
                let share = ia / (ia - ib);
                clipped.push((a.0 + (b.0 - a.0) * share, a.1 + (b.1 - a.1) * share));
            }
            if ib >= 0.0 {
                clipped.push(*b);
            }
        }
        points = clipped;
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELD: Rect = Rect {
        x: 0.0,
        y: 0.0,
        w: 10.0,
        h: 10.0,
    };

    #[test]
    fn only_what_is_inside_is_left() {
        let parts = curve(
            &[
                (-5.0, 5.0),
                (5.0, 5.0),
                (5.0, 25.0),
                (8.0, 25.0),
                (8.0, 5.0),
            ],
            &FIELD,
        );
        assert_eq!(
            parts,
            [
                vec![(0.0, 5.0), (5.0, 5.0), (5.0, 10.0)],
                vec![(8.0, 10.0), (8.0, 5.0)]
            ]
        );
        let square = area(
            vec![(-5.0, -5.0), (5.0, -5.0), (5.0, 5.0), (-5.0, 5.0)],
            &FIELD,
        );
        assert!(
            square
                .iter()
                .all(|p| (0.0..=5.0).contains(&p.0) && (0.0..=5.0).contains(&p.1)),
            "{square:?}"
        );
        assert!(area(vec![(20.0, 20.0), (30.0, 20.0), (30.0, 30.0)], &FIELD).is_empty());
    }
}
