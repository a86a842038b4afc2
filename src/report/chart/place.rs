//! Names that do not stand on each other: each as near as can be to where it wants to be.

/// Centres for names of that height, in the order given, between `top` and `bottom`; nothing if they do not all fit.
///
/// Names that touch form a block, and a block stands at the mean of what its members want: the least squares answer.
pub(super) fn separate(ideal: &[f64], height: f64, top: f64, bottom: f64) -> Option<Vec<f64>> {
    if ideal.len() as f64 * height > bottom - top + 1e-9 {
        return None;
    }
    let mut order: Vec<usize> = (0..ideal.len()).collect();
    order.sort_by(|a, b| ideal[*a].total_cmp(&ideal[*b]).then(a.cmp(b)));
    // A block: how many, and the sum of where its first would stand if each had its way.
    let mut blocks: Vec<(usize, f64)> = Vec::new();
    let centre = |(n, sum): (usize, f64)| {
        let half = height / 2.0;
        (sum / n as f64).clamp(top + half, bottom - half - (n - 1) as f64 * height)
    };
    for i in &order {
        blocks.push((1, ideal[*i]));
        while let [.., above, below] = blocks[..] {
            if centre(above) + above.0 as f64 * height <= centre(below) + 1e-9 {
                break;
            }
            blocks.truncate(blocks.len() - 2);
            blocks.push((
                above.0 + below.0,
                above.1 + below.1 - below.0 as f64 * above.0 as f64 * height,
            ));
        }
    }
    let mut places = vec![0.0; ideal.len()];
    let mut members = order.into_iter();
    for block in blocks {
        let first = centre(block);
        for (k, i) in members.by_ref().take(block.0).enumerate() {
            places[i] = first + k as f64 * height;
        }
    }
    Some(places)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_make_way_for_each_other() {
        assert_eq!(
            separate(&[10.0, 90.0], 10.0, 0.0, 100.0),
            Some(vec![10.0, 90.0]),
            "nobody is in the way"
        );
        assert_eq!(
            separate(&[50.0, 50.0], 10.0, 0.0, 100.0),
            Some(vec![45.0, 55.0]),
            "both give half"
        );
        assert_eq!(
            separate(&[100.0, 100.0], 10.0, 0.0, 100.0),
            Some(vec![85.0, 95.0]),
            "the edge holds"
        );
        assert_eq!(
            separate(&[1.0; 11], 10.0, 0.0, 100.0),
            None,
            "there is no room"
        );
    }

    proptest! {
        #[test]
        fn never_on_each_other(ideal in proptest::collection::vec(-50.0f64..400.0, 0..20)) {
            let mut places = separate(&ideal, 15.0, 0.0, 300.0).unwrap_or_default();
            places.sort_by(f64::total_cmp);
            for pair in places.windows(2) {
                prop_assert!(pair[1] - pair[0] >= 15.0 - 1e-6);
            }
            prop_assert!(places.iter().all(|p| (7.5 - 1e-6..=292.5 + 1e-6).contains(p)));
        }
    }
}
