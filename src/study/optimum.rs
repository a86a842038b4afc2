//! The best of a sweep, and how much of the sweep is as good: an optimum is often flat, and then the answer is a range.

use super::estimate::Estimate;

/// One value of what is swept, and the cost it came to.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct CostPoint {
    /// The value, in the unit of its key.
    pub x: f64,
    /// Its cost, with the interval.
    pub cost: Estimate,
}

/// Where the cost is least.
#[derive(Clone, PartialEq, Debug)]
pub struct Optimum {
    /// The index of the point of least estimated cost; of equal ones the first.
    pub best: usize,
    /// The indices, in the order of the points, of all whose interval overlaps that of the best, itself included. A point
    /// without an interval is among them: nothing says that it is worse.
    pub indistinguishable: Vec<usize>,
    /// The least and the greatest x around the best between which every point is indistinguishable from it.
    pub flat: (f64, f64),
    /// That range reaches the least or the greatest x that was tried: the optimum may lie beyond.
    pub at_edge: bool,
}

/// The least cost of the points, in any order. `None` without points, or where a cost or an x is not a number.
///
/// Two intervals that do not overlap do differ; two that overlap may yet, since the test of their difference is the
/// sharper one. So this calls too much indistinguishable rather than too little, and a close decision is one for
/// [`paired_difference`](super::paired_difference) or [`Selection`](super::Selection). For k points the caller makes
/// the intervals with [`bonferroni`](super::bonferroni), for all of them to hold at once. Source: N. Schenker,
/// J. F. Gentleman, On judging the significance of differences by examining the overlap between confidence intervals, The
/// American Statistician 55 (2001).
pub fn optimum(points: &[CostPoint]) -> Option<Optimum> {
    if points.iter().any(|p| p.x.is_nan() || p.cost.mean.is_nan()) {
        return None;
    }
    let best =
        (0..points.len()).min_by(|a, b| points[*a].cost.mean.total_cmp(&points[*b].cost.mean))?;
    let as_good = |i: usize| match (points[i].cost.lower, points[best].cost.upper) {
        (Some(lower), Some(upper)) => i == best || lower <= upper,
        _ => true,
    };
    let mut by_x: Vec<usize> = (0..points.len()).collect();
    by_x.sort_by(|a, b| points[*a].x.total_cmp(&points[*b].x));
    let place = by_x.iter().position(|i| *i == best)?;
    let after = by_x[place..].iter().take_while(|i| as_good(**i)).count();
    let before = by_x[..place]
        .iter()
        .rev()
        .take_while(|i| as_good(**i))
        .count();
    let (first, last) = (place - before, place + after - 1);
    Some(Optimum {
        best,
        indistinguishable: (0..points.len()).filter(|i| as_good(*i)).collect(),
        flat: (points[by_x[first]].x, points[by_x[last]].x),
        at_edge: first == 0 || last + 1 == points.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Normal, Stream};
    use crate::study::{bonferroni, mean_interval};
    use rand_distr::Distribution;

    fn point(x: f64, mean: f64, half_width: f64) -> CostPoint {
        CostPoint {
            x,
            cost: Estimate::around(mean, Some(half_width)),
        }
    }

    /// Load a/x and missed toasts b·x, whose sum is least at √(a/b), 2√(ab), and flat around it.
    #[test]
    fn a_flat_curve_against_its_closed_form() {
        let (a, b) = (400.0_f64, 1.0_f64);
        let points: Vec<CostPoint> = (1..=12u32)
            .map(|i| f64::from(5 * i))
            .map(|x| point(x, a / x + b * x, 1.0))
            .collect();
        let o = optimum(&points).unwrap();
        assert_eq!(points[o.best].x, (a / b).sqrt());
        assert_eq!(points[o.best].cost.mean, 2.0 * (a * b).sqrt());
        // 25: 41 and 15: 41.67 lie within 2 half-widths of 40; 10 and 40: 50, 30: 43.33 do not.
        assert_eq!(o.indistinguishable, [2, 3, 4]);
        assert_eq!((o.flat, o.at_edge), ((15.0, 25.0), false));
    }

    /// The same curve, measured with noise: the range must hold the closed form, though the best point often does not.
    #[test]
    fn the_flat_range_of_a_noisy_curve_holds_the_closed_form() {
        let (a, b) = (400.0_f64, 1.0_f64);
        let sweeps = 500;
        let (mut held, mut hit) = (0, 0);
        for sweep in 0..sweeps {
            let mut stream = Stream::open(20, sweep, 0, 0);
            let points: Vec<CostPoint> = (1..=12u32)
                .map(|i| f64::from(5 * i))
                .map(|x| {
                    let costs: Vec<f64> = (0..10)
                        .map(|_| a / x + b * x + 2.0 * Normal.sample(&mut stream))
                        .collect();
                    CostPoint {
                        x,
                        cost: mean_interval(&costs, bonferroni(0.95, 12)).unwrap(),
                    }
                })
                .collect();
            let o = optimum(&points).unwrap();
            held += i32::from(o.flat.0 <= (a / b).sqrt() && (a / b).sqrt() <= o.flat.1);
            hit += i32::from(points[o.best].x == (a / b).sqrt());
        }
        println!("held {held}, hit {hit} of {sweeps}");
        assert!(
            f64::from(held) >= 0.95 * f64::from(sweeps) && hit < sweeps as i32,
            "{held} {hit}"
        );
    }

    #[test]
    fn an_optimum_at_the_edge_may_lie_beyond() {
        let points: Vec<CostPoint> = (1..=5u32)
            .map(|i| point(f64::from(i), 10.0 - f64::from(i), 0.1))
            .collect();
        let o = optimum(&points).unwrap();
        assert_eq!((o.best, o.flat, o.at_edge), (4, (5.0, 5.0), true));
    }

    #[test]
    fn as_good_elsewhere_is_not_flat_around() {
        let shuffled = [
            point(3.0, 9.0, 0.1),
            point(1.0, 5.1, 0.1),
            point(2.0, 7.0, 0.1),
            point(4.0, 5.0, 0.1),
            point(5.0, 6.0, 0.1),
        ];
        let o = optimum(&shuffled).unwrap();
        assert_eq!((o.best, o.flat, o.at_edge), (3, (4.0, 4.0), false));
        assert_eq!(o.indistinguishable, [1, 3]);
    }

    #[test]
    fn without_intervals_nothing_is_worse() {
        let bare = |x: f64| CostPoint {
            x,
            cost: Estimate::around(x, None),
        };
        let o = optimum(&[bare(1.0), bare(2.0)]).unwrap();
        assert_eq!(
            (o.best, o.indistinguishable.len(), o.flat),
            (0, 2, (1.0, 2.0))
        );
        assert_eq!(optimum(&[]), None);
        assert_eq!(optimum(&[bare(f64::NAN)]), None);
    }
}
