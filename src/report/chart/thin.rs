//! Fewer points, the same picture: of all that fall on one column of pixels, the first, the lowest, the highest and the last.

use super::scene::Spot;

/// The stretches of a curve between its gaps, thinned: which points are left. Curves that turn back stay as they are.
pub(super) fn thinned_stretches(points: &[Spot]) -> Vec<Vec<usize>> {
    let is_there = |i: &usize| points[*i].0.is_finite() && points[*i].1.is_finite();
    let indices: Vec<usize> = (0..points.len()).collect();
    let stretches = indices.split(|i| !is_there(i)).filter(|s| !s.is_empty());
    stretches.map(|stretch| thinned(points, stretch)).collect()
}

/// A curve without gaps, thinned.
pub(super) fn columns(points: &[Spot]) -> Vec<Spot> {
    let indices: Vec<usize> = (0..points.len()).collect();
    thinned(points, &indices)
        .into_iter()
        .map(|i| points[i])
        .collect()
}

/// An area between two curves, thinned: there on the one, and back on the other over as many points.
pub(super) fn outline(points: &[Spot]) -> Vec<Spot> {
    let (upper, lower) = points.split_at(points.len() / 2);
    let back: Vec<Spot> = lower.iter().rev().copied().collect();
    let mut outline = columns(upper);
    outline.extend(columns(&back).into_iter().rev());
    outline
}

fn thinned(points: &[Spot], stretch: &[usize]) -> Vec<usize> {
    if !stretch.is_sorted_by(|a, b| points[*a].0 <= points[*b].0) {
        return stretch.to_vec();
    }
    let mut indices = Vec::new();
    for column in stretch.chunk_by(|a, b| points[*a].0.floor() == points[*b].0.floor()) {
        let by_height = |a: &&usize, b: &&usize| points[**a].1.total_cmp(&points[**b].1);
        let ends = [
            column.first(),
            column.iter().min_by(by_height),
            column.iter().max_by(by_height),
            column.last(),
        ];
        let mut ends: Vec<usize> = ends.into_iter().flatten().copied().collect();
        ends.sort_unstable();
        ends.dedup();
        indices.extend(ends);
    }
    indices
}

/// Points of which no two would hide each other: one for each pixel.
pub(super) fn cloud(points: impl Iterator<Item = Spot>) -> Vec<usize> {
    let mut cells = std::collections::BTreeSet::new();
    let cell = |v: f64| v.round() as i64;
    let place = |(i, (x, y)): (usize, Spot)| {
        (x.is_finite() && y.is_finite()).then(|| (i, (cell(x), cell(y))))
    };
    points
        .enumerate()
        .filter_map(place)
        .filter(|(_, at)| cells.insert(*at))
        .map(|(i, _)| i)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peaks_stay_and_gaps_stay() {
        let height = |i: u32| if i == 5_005 { 99.0 } else { f64::from(i % 7) };
        let wave: Vec<Spot> = (0..10_000)
            .map(|i| (f64::from(i) / 100.0, height(i)))
            .collect();
        let thin = columns(&wave);
        assert!(thin.len() <= 400, "{}", thin.len());
        assert!(thin.iter().any(|p| p.1 == 99.0), "the peak is there");
        assert!(thin.is_sorted_by(|a, b| a.0 <= b.0));
        let back: Vec<Spot> = wave.iter().rev().map(|p| (p.0, p.1 + 100.0)).collect();
        let area = outline(&[wave, back].concat());
        assert_eq!(area.len(), 2 * thin.len(), "there as well as back");
        assert_eq!(area[..thin.len()], thin);
        let gaps = thinned_stretches(&[
            (0.0, 1.0),
            (1.0, f64::NAN),
            (2.0, f64::NAN),
            (3.0, 1.0),
            (4.0, 2.0),
        ]);
        assert_eq!(gaps, [vec![0], vec![3, 4]]);
    }

    #[test]
    fn a_cloud_keeps_one_for_each_spot() {
        assert_eq!(
            cloud([(1.0, 1.0), (1.1, 1.1), (2.0, 2.0), (f64::NAN, 0.0)].into_iter()),
            [0, 2]
        );
    }
}
