//! Selecting the alternative of least mean, sampling only as long as it takes: the fully sequential procedure of Kim and Nelson.
//!
//! All survivors are observed once per round. One is eliminated as soon as its mean exceeds another's by more than an
//! allowance that shrinks with the rounds; when one is left it is selected. Where the least mean is less than every
//! other by δ (the indifference zone: the least difference that matters) or more, it is selected with probability 1 − α
//! at least, for normal observations, independent from round to round. Within a round they may be dependent: with common
//! random numbers the variances of the differences are less, and so are the rounds.
//! Source: S.-H. Kim, B. L. Nelson, A fully sequential procedure for indifference-zone selection in simulation, ACM
//! TOMACS 11 (2001), section 3, with c = 1.
//!
//! Measured over 2,000 selections among 5 normals of variance 1, n₀ = 10, δ = 0.5, α = 0.05 (where "close" means that
//! another one was shown to be within δ of the selected one):
//!
//! | means, in δ | selected the best | close | observations |
//! |---|---|---|---|
//! | 0 1 1 1 1 | 96.3 % | 78 % | 164 |
//! | the same, correlation 0.8 | 99.2 % | 81 % | 53 |
//! | 0 1 2 3 4 | 99.0 % | 45 % | 109 |
//! | 0 3 6 9 12 | 100 % | 0.1 % | 60 |
//! | 0 0 2 3 4 | 100 %, one of the two | 90 % | 155 |
//! | 0 0 0 0 0 | 100 %, any | 99 % | 258 |

use super::estimate::CONFIDENCE;
use super::paired::{bonferroni, paired_difference};

/// The constant h² = 2cη(n₀ − 1), c = 1, η = ½((2α/(k − 1))^(−2/(n₀ − 1)) − 1), of k alternatives whose variances are
/// estimated from n₀ rounds, at an error of α; dimensionless. `None` where there is no procedure: k < 2, n₀ < 2, or α
/// not in (0, 1 − 1/k), at which guessing does as well.
pub fn kim_nelson_h2(k: usize, n0: usize, alpha: f64) -> Option<f64> {
    let possible = k >= 2 && n0 >= 2 && alpha > 0.0 && alpha < 1.0 - 1.0 / k as f64;
    possible.then(|| {
        let freedom = (n0 - 1) as f64;
        let eta = 0.5 * (libm::pow(2.0 * alpha / (k - 1) as f64, -2.0 / freedom) - 1.0);
        2.0 * eta * freedom
    })
}

/// A selection in progress. Give it one [`round`](Selection::round) after another until it says [`SelectionState::Selected`].
#[derive(Clone, Debug)]
pub struct Selection {
    delta: f64,
    first_stage: usize,
    h2: f64,
    /// Per alternative: its observations, as many as the rounds it took part in.
    observations: Vec<Vec<f64>>,
    survivors: Vec<usize>,
    /// Variances of the differences of two alternatives over the first stage; empty before its end.
    variances: Vec<Vec<f64>>,
    selected_index: Option<usize>,
}

/// Where a selection stands after a round.
#[derive(Clone, PartialEq, Debug)]
pub enum SelectionState {
    /// Each of these alternatives (indices, ascending) is to be observed once more.
    Open(Vec<usize>),
    /// Over: no more observations are needed.
    Selected {
        /// The index of the selected alternative.
        best: usize,
        /// The others (indices, ascending) that are shown to cost less than δ more than the best: the whole interval of
        /// their difference, over the rounds they shared with it, lies below δ, all of them at once with 95 %.
        within_delta: Vec<usize>,
    },
}

impl SelectionState {
    /// The same, where the alternatives were chosen from a longer list: by their places there.
    pub fn at_places(self, places: &[usize]) -> Self {
        let translate = |indices: Vec<usize>| indices.into_iter().map(|i| places[i]).collect();
        match self {
            Self::Open(survivors) => Self::Open(translate(survivors)),
            Self::Selected { best, within_delta } => Self::Selected {
                best: places[best],
                within_delta: translate(within_delta),
            },
        }
    }
}

impl Selection {
    /// A selection among `alternatives`, with the indifference zone `delta` in the unit of the observations, `first_stage`
    /// rounds (n₀, of which 10 to 20 are usual) before anything is eliminated, and the probability `alpha` of error. `None`
    /// where [`kim_nelson_h2`] is, or where delta is not a positive number.
    pub fn new(alternatives: usize, first_stage: usize, alpha: f64, delta: f64) -> Option<Self> {
        let h2 = kim_nelson_h2(alternatives, first_stage, alpha)?;
        (delta > 0.0 && delta.is_finite()).then(|| Self {
            delta,
            first_stage,
            h2,
            observations: vec![Vec::new(); alternatives],
            survivors: (0..alternatives).collect(),
            variances: Vec::new(),
            selected_index: None,
        })
    }

    /// The alternatives to observe in the next round (indices, ascending); none when the selection is over.
    pub fn survivors(&self) -> &[usize] {
        if self.selected_index.is_some() {
            &[]
        } else {
            &self.survivors
        }
    }

    /// Rounds so far.
    pub fn rounds(&self) -> usize {
        self.survivors
            .first()
            .map_or(0, |i| self.observations[*i].len())
    }

    /// Observations so far, of each alternative.
    pub fn observations_of(&self) -> impl Iterator<Item = usize> + '_ {
        self.observations.iter().map(Vec::len)
    }

    /// Observations so far, of all alternatives: what the selection cost.
    pub fn observations(&self) -> usize {
        self.observations.iter().map(Vec::len).sum()
    }

    /// Takes the next round: one observation of each survivor, in their order. What it says depends on the observations
    /// alone, so that a selection can be resumed by telling it the same rounds again.
    ///
    /// Panics where their number is another, one is not finite, or the selection is over.
    pub fn round(&mut self, values: &[f64]) -> SelectionState {
        assert!(self.selected_index.is_none(), "the selection is over");
        assert_eq!(
            values.len(),
            self.survivors.len(),
            "one observation of each survivor"
        );
        assert!(values.iter().all(|x| x.is_finite()), "finite observations");
        for (i, x) in self.survivors.iter().zip(values) {
            self.observations[*i].push(*x);
        }
        if self.rounds() < self.first_stage {
            return self.state();
        }
        if self.variances.is_empty() {
            let indices = 0..self.observations.len();
            self.variances = indices
                .clone()
                .map(|i| indices.clone().map(|l| self.variance(i, l)).collect())
                .collect();
        }
        self.screen();
        if self.is_exhausted() {
            // The allowances are used up: whoever is left is told apart by the mean, equal ones by their order.
            let rounds = self.rounds();
            let by_mean =
                |a: &&usize, b: &&usize| self.sum(**a, rounds).total_cmp(&self.sum(**b, rounds));
            self.selected_index = self.survivors.iter().min_by(by_mean).copied();
        }
        self.state()
    }

    /// Where it stands now.
    pub fn state(&self) -> SelectionState {
        let Some(best) = self.selected_index else {
            return SelectionState::Open(self.survivors.clone());
        };
        let confidence = bonferroni(CONFIDENCE, self.observations.len() - 1);
        let is_within_delta = |i: &usize| {
            let rival = &self.observations[*i];
            let common = &self.observations[best][..rival.len().min(self.observations[best].len())];
            let paired = paired_difference(common, &rival[..common.len()], confidence);
            paired
                .and_then(|p| p.difference.upper)
                .is_some_and(|upper| upper < self.delta)
        };
        let within_delta = (0..self.observations.len())
            .filter(|i| *i != best)
            .filter(is_within_delta)
            .collect();
        SelectionState::Selected { best, within_delta }
    }

    /// Eliminates whoever exceeds any of the survivors of the last round by more than the allowance of the two.
    fn screen(&mut self) {
        let rounds = self.rounds();
        let sums: Vec<f64> = self
            .survivors
            .iter()
            .map(|i| self.sum(*i, rounds))
            .collect();
        let old = self.survivors.clone();
        let beaten = |i: usize, sum: f64| {
            old.iter()
                .zip(&sums)
                .any(|(l, rival)| *l != i && sum - rival > self.allowance(i, *l, rounds))
        };
        self.survivors = old
            .iter()
            .zip(&sums)
            .filter(|(i, sum)| !beaten(**i, **sum))
            .map(|(i, _)| *i)
            .collect();
    }

    /// By how much the sums of two alternatives may differ after so many rounds: r·W = max(0, δ/2c·(h²S²/δ² − r)).
    fn allowance(&self, i: usize, l: usize, rounds: usize) -> f64 {
        (self.delta / 2.0 * (self.last_round(i, l) - rounds as f64)).max(0.0)
    }

    /// After this round nothing is allowed between these two.
    fn last_round(&self, i: usize, l: usize) -> f64 {
        self.h2 * self.variances[i][l] / (self.delta * self.delta)
    }

    /// One is left, or no two of the survivors are allowed to differ any more.
    fn is_exhausted(&self) -> bool {
        let rounds = self.rounds() as f64;
        let s = &self.survivors;
        s.iter()
            .enumerate()
            .all(|(n, i)| s[..n].iter().all(|l| self.last_round(*i, *l) < rounds))
    }

    /// S²: the variance of the differences of two alternatives over the first stage.
    fn variance(&self, i: usize, l: usize) -> f64 {
        let n = self.first_stage as f64;
        let differences = || {
            self.observations[i]
                .iter()
                .zip(&self.observations[l])
                .map(|(x, y)| x - y)
        };
        let mean = differences().sum::<f64>() / n;
        differences().map(|d| (d - mean) * (d - mean)).sum::<f64>() / (n - 1.0)
    }

    fn sum(&self, i: usize, rounds: usize) -> f64 {
        self.observations[i][..rounds].iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::super::estimate::near;
    use super::*;
    use crate::engine::{Normal, Stream};
    use rand_distr::Distribution;

    // Computed from the definition with mpmath at 40 digits.
    #[test]
    fn the_constant() {
        near(kim_nelson_h2(5, 10, 0.05).unwrap(), 11.42941077276612);
        near(kim_nelson_h2(2, 10, 0.05).unwrap(), 6.012904834800529);
        near(kim_nelson_h2(10, 20, 0.05).unwrap(), 11.51148453867245);
        near(kim_nelson_h2(3, 50, 0.05).unwrap(), 6.37316470472717);
        near(kim_nelson_h2(5, 2, 0.05).unwrap(), 1599.0);
        for (k, n0, alpha) in [
            (1, 10, 0.05),
            (5, 1, 0.05),
            (5, 10, 0.0),
            (5, 10, 0.8),
            (5, 10, f64::NAN),
        ] {
            assert_eq!(kim_nelson_h2(k, n0, alpha), None, "{k} {n0} {alpha}");
        }
        assert!(Selection::new(3, 10, 0.05, 0.0).is_none());
    }

    /// What many selections among normals of variance 1 came to.
    struct Outcome {
        /// The first was selected.
        correct: f64,
        /// The selected one was within δ of the first.
        good: f64,
        /// Something was called within δ of the best.
        close: f64,
        /// Observations of one selection, on average.
        observations: f64,
    }

    /// Selects among normals of the given means; `common` of the variance is shared within a round. δ is 0.5.
    fn outcome(means: &[f64], common: f64, selections: u32) -> Outcome {
        let mut sums = [0.0; 4];
        for n in 0..selections {
            let mut stream = Stream::open(2001, n, means.len() as u64, 0);
            let mut selection = Selection::new(means.len(), 10, 0.05, 0.5).unwrap();
            let (best, within_delta) = loop {
                let common_part = Normal.sample(&mut stream) * common.sqrt();
                let values: Vec<f64> = selection
                    .survivors()
                    .iter()
                    .map(|i| {
                        means[*i] + common_part + Normal.sample(&mut stream) * (1.0 - common).sqrt()
                    })
                    .collect();
                if let SelectionState::Selected { best, within_delta } = selection.round(&values) {
                    break (best, within_delta);
                }
            };
            sums[0] += f64::from(u8::from(best == 0));
            sums[1] += f64::from(u8::from(means[best] - means[0] < 0.5));
            sums[2] += f64::from(u8::from(!within_delta.is_empty()));
            sums[3] += selection.observations() as f64;
        }
        let [correct, good, close, observations] = sums.map(|sum| sum / f64::from(selections));
        Outcome {
            correct,
            good,
            close,
            observations,
        }
    }

    #[test]
    fn the_best_is_selected_as_often_as_promised() {
        for (name, means, common) in [
            ("slippage", [0.0, 0.5, 0.5, 0.5, 0.5], 0.0),
            (
                "slippage, common random numbers",
                [0.0, 0.5, 0.5, 0.5, 0.5],
                0.8,
            ),
            ("steps of δ", [0.0, 0.5, 1.0, 1.5, 2.0], 0.0),
            ("steps of 3δ", [0.0, 1.5, 3.0, 4.5, 6.0], 0.0),
            ("one as good", [0.0, 0.0, 1.0, 1.5, 2.0], 0.0),
            ("all equal", [0.0; 5], 0.0),
        ] {
            let o = outcome(&means, common, 2000);
            println!(
                "{name}: best {:.3}, good {:.3}, within δ {:.3}, observations {:.0}",
                o.correct, o.good, o.close, o.observations
            );
            assert!(o.good >= 0.95, "{name}");
            assert!(o.correct >= 0.95 || means[1] == 0.0, "{name}");
        }
    }

    #[test]
    fn nothing_is_eliminated_before_the_end_of_the_first_stage() {
        let mut selection = Selection::new(3, 4, 0.05, 0.1).unwrap();
        for round in 1..4 {
            assert_eq!(
                selection.round(&[0.0, 50.0, 100.0]),
                SelectionState::Open(vec![0, 1, 2])
            );
            assert_eq!(selection.rounds(), round);
        }
        // Without variance nothing is allowed: the least is selected as soon as it may be.
        assert_eq!(
            selection.round(&[0.0, 50.0, 100.0]),
            SelectionState::Selected {
                best: 0,
                within_delta: vec![]
            }
        );
        assert_eq!(selection.observations(), 12);
    }

    #[test]
    fn equal_ones_are_within_delta_of_each_other() {
        let mut selection = Selection::new(3, 4, 0.05, 0.1).unwrap();
        let state = (0..4).map(|_| selection.round(&[7.0, 2.0, 2.0])).last();
        assert_eq!(
            state,
            Some(SelectionState::Selected {
                best: 1,
                within_delta: vec![2]
            })
        );
        assert!(selection.survivors().is_empty(), "it is over");
    }

    #[test]
    fn the_same_rounds_again_resume_it() {
        let mut stream = Stream::open(7, 0, 0, 0);
        let mut first = Selection::new(2, 5, 0.05, 0.3).unwrap();
        let mut rounds_so_far: Vec<Vec<f64>> = Vec::new();
        while first.selected_index.is_none() {
            rounds_so_far.push(
                first
                    .survivors()
                    .iter()
                    .map(|_| Normal.sample(&mut stream))
                    .collect(),
            );
            first.round(&rounds_so_far[rounds_so_far.len() - 1]);
        }
        let mut replay = Selection::new(2, 5, 0.05, 0.3).unwrap();
        let last = rounds_so_far
            .iter()
            .map(|values| replay.round(values))
            .last();
        assert_eq!(last, Some(first.state()));
    }
}
