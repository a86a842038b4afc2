//! Finding every stretch of ordered values that serves, where nothing says that they serve from one value on.
//!
//! An interval that is too short overloads a gateway, one that is too long loses connections: the values that serve lie
//! between. A grid of every so many values finds any window as wide as that; bisection then finds both ends of each. Where
//! no value of the grid serves, the search goes on around the one that is closest to it, so that a narrower window at the
//! best value is found too.

use std::collections::BTreeMap;

/// How a value came out.
#[derive(Clone, Copy, PartialEq, Debug)]
struct WindowTrial {
    serves: bool,
    /// How far it stays from its limit; negative: how far it misses it.
    margin: f64,
}

/// A search among `n` ordered values for every window of those that serve.
#[derive(Clone, Debug)]
pub struct Windows {
    n: usize,
    tolerance: usize,
    trials: BTreeMap<usize, WindowTrial>,
}

impl Windows {
    /// A search that has seen nothing yet, and misses no window of so many neighbouring values (at least 1).
    pub fn new(n: usize, tolerance: usize) -> Self {
        Self {
            n,
            tolerance: tolerance.max(1),
            trials: BTreeMap::new(),
        }
    }

    /// The place of the next value to try; `None`: the search is over.
    pub fn next(&self) -> Option<usize> {
        let grid = (0..self.n)
            .step_by(self.tolerance)
            .chain(self.n.checked_sub(1));
        let untried = |place: &usize| !self.trials.contains_key(place);
        grid.into_iter()
            .find(untried)
            .or_else(|| self.border())
            .or_else(|| self.beside_the_best())
    }

    /// Tells how the value at that place came out, and how far it stays from its limit (negative: misses it).
    pub fn record(&mut self, place: usize, serves: bool, margin: f64) {
        self.trials.insert(place, WindowTrial { serves, margin });
    }

    /// The windows: the first and last place of each stretch of values of which all that were tried serve.
    pub fn list(&self) -> Vec<(usize, usize)> {
        let verdicts: Vec<(usize, bool)> =
            self.trials.iter().map(|(i, t)| (*i, t.serves)).collect();
        verdicts
            .chunk_by(|a, b| a.1 == b.1)
            .filter(|stretch| stretch[0].1)
            .map(|stretch| (stretch[0].0, stretch[stretch.len() - 1].0))
            .collect()
    }

    /// Values of so many that are tried at most, by a search with that tolerance, where there are so many windows.
    pub fn most_tried(n: usize, tolerance: usize, windows: usize) -> usize {
        let tolerance = tolerance.max(1);
        let digits = (usize::BITS - tolerance.leading_zeros()) as usize;
        (n.div_ceil(tolerance) + 1 + 2 * digits * windows.max(1)).min(n)
    }

    /// Between two that were tried next to each other and came out differently.
    fn border(&self) -> Option<usize> {
        let neighbours = self.trials.iter().zip(self.trials.iter().skip(1));
        neighbours
            .filter(|((a, x), (b, y))| x.serves != y.serves && **b - **a > 1)
            .map(|((a, _), (b, _))| a + (b - a) / 2)
            .next()
    }

    /// Where nothing serves: beside the value that misses its limit by least, in the wider gap.
    fn beside_the_best(&self) -> Option<usize> {
        if self.trials.values().any(|t| t.serves) {
            return None;
        }
        let (best, _) = (self.trials.iter()).max_by(|a, b| a.1.margin.total_cmp(&b.1.margin))?;
        let before = self.trials.range(..best).next_back().map(|(i, _)| *i);
        let after = self.trials.range(best + 1..).next().map(|(i, _)| *i);
        let gaps = [
            before.map(|i| (best - i, i + (best - i) / 2)),
            after.map(|i| (i - best, best + (i - best) / 2)),
        ];
        gaps.into_iter()
            .flatten()
            .filter(|(gap, _)| *gap > 1)
            .max_by_key(|(gap, _)| *gap)
            .map(|(_, place)| place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Searches values of which those in these windows serve; each misses by its distance from the nearest window.
    fn search(n: usize, tolerance: usize, serving: &[(usize, usize)]) -> (Windows, usize) {
        let mut windows = Windows::new(n, tolerance);
        let mut count = 0;
        while let Some(place) = windows.next() {
            let distance = |(first, last): &(usize, usize)| {
                first.saturating_sub(place) + place.saturating_sub(*last)
            };
            let distance = serving.iter().map(distance).min().unwrap_or(n);
            windows.record(place, distance == 0, -(distance as f64));
            count += 1;
            assert!(count <= n, "no value is tried twice");
        }
        (windows, count)
    }

    #[test]
    fn no_window_as_wide_as_the_tolerance_is_missed() {
        for tolerance in [1, 2, 3, 5, 8] {
            for first in 0..40 {
                for last in first + tolerance - 1..40 {
                    let (windows, trial_count) = search(40, tolerance, &[(first, last)]);
                    assert_eq!(windows.list(), [(first, last)], "{tolerance}");
                    assert!(trial_count <= Windows::most_tried(40, tolerance, 1));
                }
            }
        }
    }

    #[test]
    fn every_window_is_told() {
        let (windows, _) = search(100, 10, &[(3, 20), (45, 60), (85, 99)]);
        assert_eq!(windows.list(), [(3, 20), (45, 60), (85, 99)]);
    }

    #[test]
    fn a_narrow_window_at_the_best_value_is_found() {
        for place in 0..60 {
            assert_eq!(search(60, 10, &[(place, place)]).0.list(), [(place, place)]);
        }
    }

    #[test]
    fn where_all_or_none_serve_that_is_said() {
        assert_eq!(search(50, 7, &[(0, 49)]).0.list(), [(0, 49)]);
        let (windows, trial_count) = search(50, 7, &[]);
        assert_eq!(windows.list(), []);
        assert!(trial_count < 20, "{trial_count}");
        assert_eq!(search(1, 7, &[(0, 0)]).0.list(), [(0, 0)]);
        assert_eq!(Windows::new(0, 3).next(), None);
    }
}
