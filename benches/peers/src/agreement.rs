//! Whether the peers find what rccsim finds. Each figure of each peer is compared by Student's t with pooled variance: the
//! same model has the same mean and the same spread. All comparisons together call a difference that is none at most once
//! in a thousand races (Bonferroni).

use rccsim::study::{Estimate, mean_interval, student_t};
use rccsim_peers::figures::FIGURES;

use crate::race::{Lane, samples};

/// Probability that equal models are called different in any figure.
const FALSE_ALARM: f64 = 0.001;
/// Confidence of the intervals that are printed.
const CONFIDENCE: f64 = 0.95;

/// One figure of one peer next to rccsim's.
pub struct Judged {
    /// Index of the lane.
    pub lane: usize,
    /// Index into [`FIGURES`].
    pub figure: usize,
    /// The peer's mean with its 95 % interval.
    pub peer: Estimate,
    /// rccsim's, over the runs of all lanes.
    pub rccsim: Estimate,
    /// The difference of the means.
    pub difference: f64,
    /// How large it may be by chance.
    pub allowed: f64,
}

impl Judged {
    /// Whether the two differ by chance alone.
    pub fn agrees(&self) -> bool {
        self.difference.abs() <= self.allowed
    }
}

/// Compares every figure of every lane.
pub fn judge(lanes: &[Lane]) -> Vec<Judged> {
    let comparisons = lanes.len() * FIGURES.len();
    let pairs =
        (0..lanes.len()).flat_map(|lane| (0..FIGURES.len()).map(move |figure| (lane, figure)));
    pairs
        .filter_map(|(lane, figure)| {
            let rccsim: Vec<f64> = lanes
                .iter()
                .flat_map(|l| samples(l.rccsim_runs(), figure))
                .collect();
            let peer = samples(lanes[lane].peer_runs(), figure);
            Some(Judged {
                lane,
                figure,
                peer: mean_interval(&peer, CONFIDENCE)?,
                rccsim: mean_interval(&rccsim, CONFIDENCE)?,
                difference: mean(&peer) - mean(&rccsim),
                allowed: allowed(&peer, &rccsim, FALSE_ALARM / comparisons as f64),
            })
        })
        .collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The difference of two means that equal distributions exceed with this probability.
fn allowed(a: &[f64], b: &[f64], probability: f64) -> f64 {
    let squares = |values: &[f64]| {
        values
            .iter()
            .map(|x| (x - mean(values)) * (x - mean(values)))
            .sum::<f64>()
    };
    let (n, m) = (a.len() as f64, b.len() as f64);
    let freedom = n + m - 2.0;
    let variance = (squares(a) + squares(b)) / freedom;
    student_t(1.0 - probability / 2.0, freedom) * (variance * (1.0 / n + 1.0 / m)).sqrt()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use rccsim_peers::setting::Setting;
    use rccsim_peers::system::{Run, System};

    use super::{allowed, judge};
    use crate::race::Lane;

    /// A lane whose peer finds what rccsim finds, but for `excess` of the second figure.
    fn lane(excess: f64) -> Lane {
        let run = |figure: f64| Run {
            figures: [1.0, figure, 1.0, 1.0, 1.0],
            events: None,
            cpu_s: 1.0,
        };
        let pairs = [2.0, 2.1, 1.9].map(|x| (run(x), run(x + excess)));
        let setting = Setting::read(Path::new("scenario.toml"), &[]).unwrap();
        Lane {
            peer: System::Desque,
            setting,
            pairs: pairs.to_vec(),
        }
    }

    #[test]
    fn a_peer_that_finds_something_else_is_found_out() {
        // Variance 0.01, 4 degrees of freedom, 1/5000: t(0.9999, 4) = 13.034, times 0.1 times 0.816497: 1.064.
        let verdicts = |excess| {
            judge(&[lane(excess)])
                .iter()
                .map(|j| j.agrees())
                .collect::<Vec<_>>()
        };
        assert_eq!(verdicts(0.5), [true; 5]);
        assert_eq!(verdicts(1.2), [true, false, true, true, true]);
    }

    #[test]
    fn the_allowed_difference_is_that_of_the_pooled_t_test() {
        // Squares 2 and 2 over 4 degrees of freedom: variance 1; t(0.975, 4) = 2.776445; √(1/3 + 1/3) = 0.816497.
        let found = allowed(&[1.0, 2.0, 3.0], &[5.0, 6.0, 7.0], 0.05);
        assert!((found - 2.776445 * 0.816497).abs() < 1e-5, "{found}");
    }
}
