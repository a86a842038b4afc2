//! Whether a cost is known well enough for a selection by it to begin.

use crate::study::{Cost, Samples};

/// Replications in which something happened that the cost counts: with fewer the spread of the cost is not known.
const MIN_REPLICATIONS: usize = 10;

/// Whether what the cost of a case counts happened often enough, or may cost no more than delta where it never did. Where
/// ten replications saw nothing they saw no spread either, and the procedure rests on that: it would leave a case out at
/// once for a burst that another one was spared so far.
pub(super) fn is_settled(cost: &Cost, samples: &Samples, delta: f64) -> bool {
    cost.terms.iter().all(|(price, metric)| {
        let deployment = samples.deployment_samples(metric.name);
        match deployment
            .iter()
            .filter(|sample| !sample.is_nothing())
            .count()
        {
            0 => {
                let upper = samples.figure(metric.name).and_then(|f| f.upper_if_none);
                upper.is_none_or(|upper| price.abs() * upper <= delta)
            }
            happened => happened >= MIN_REPLICATIONS,
        }
    })
}
