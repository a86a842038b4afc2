//! How far a figure may be from its expectation by chance.

/// Of the intervals that say whether a difference can be chance: as rare as four standard deviations, so that of the
/// thousands of comparisons in a year's reports hardly one is off by chance alone.
pub(super) const CONFIDENCE: f64 = 0.9999;
/// Standard deviations that are put down to chance.
pub(super) const DEVIATIONS: f64 = 4.0;

/// How far a count of independent events may be from what is expected of it.
pub(super) fn poisson_chance(expected: f64) -> f64 {
    let deviation = DEVIATIONS * expected.sqrt();
    if expected > 100.0 {
        return deviation;
    }
    // Rare events are no bell curve: the least number that is exceeded as rarely as four deviations are.
    let mut term = libm::exp(-expected);
    let mut beyond = 1.0 - term;
    let mut largest = 0.0;
    while beyond > (1.0 - CONFIDENCE) / 2.0 {
        largest += 1.0;
        term *= expected / largest;
        beyond -= term;
    }
    deviation.max(largest - expected)
}

/// How far a sum may be from what is expected of it, by its variance.
pub(super) fn normal_chance(variance: f64) -> f64 {
    DEVIATIONS * variance.max(0.0).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_of_rare_events_is_by_their_own_law() {
        // P(N > 0) at 10⁻⁶ is below 5·10⁻⁵: one event is none too many only from there on; at 0.001 P(N > 1) = 5·10⁻⁷.
        assert_eq!(poisson_chance(1e-6), 4e-3);
        assert!((poisson_chance(0.001) - 0.999).abs() < 1e-9);
        // Poisson 1: P(N > 5) = 5.94·10⁻⁴, P(N > 6) = 8.3·10⁻⁵, P(N > 7) = 1.02·10⁻⁵ (tables).
        assert!((poisson_chance(1.0) - 6.0).abs() < 1e-9);
        assert_eq!((poisson_chance(400.0), normal_chance(25.0)), (80.0, 20.0));
    }
}
