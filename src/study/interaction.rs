//! What two changes do together beyond the sum of what each does alone.
//!
//! Of a figure f at two levels of two factors the interaction is f(both) − f(first) − f(second) + f(neither): 0 where the
//! effects add up. Source: A. M. Law, Simulation Modeling and Analysis, 5th edition, section 12.2 (2ᵏ factorial designs).

use super::estimate::{Estimate, mean_interval};
use super::paired::{FigureSamples, influences};
use super::rare::share_unseen;
use crate::measure::Sample;

/// A figure at the four corners of two factors.
#[derive(Clone, Copy, Debug)]
pub struct Corners<'a> {
    /// Neither is changed.
    pub base: &'a FigureSamples,
    /// The first factor alone.
    pub first: &'a FigureSamples,
    /// The second alone.
    pub second: &'a FigureSamples,
    /// Both.
    pub joint: &'a FigureSamples,
}

impl Corners<'_> {
    /// The interaction with its interval, paired by replication; without bounds where there was one. `None`: a corner has no
    /// figure in some replication, or they have not equally many.
    pub fn interaction(&self, confidence: f64) -> Option<Estimate> {
        let signed = [
            (1.0, self.joint),
            (-1.0, self.first),
            (-1.0, self.second),
            (1.0, self.base),
        ];
        let n = self.base.samples.len();
        let (mut mean, mut sums) = (0.0, vec![0.0; n]);
        for (sign, corner) in signed {
            let (figure, added) = figure(&corner.samples).filter(|(_, added)| added.len() == n)?;
            mean += sign * figure;
            sums.iter_mut()
                .zip(added)
                .for_each(|(sum, x)| *sum += sign * x);
        }
        let half_width = mean_interval(&sums, confidence)?.half_width();
        // The next rare fault may do in some corners what it always did, and nothing in the others.
        let rare = |with: f64| -> f64 {
            let corners = signed.iter().filter(|(sign, _)| *sign == with);
            corners.map(|(_, corner)| corner.rare_part()).sum()
        };
        let unseen = rare(1.0).max(rare(-1.0)) * share_unseen(n as u32, confidence);
        Some(Estimate::around(mean, half_width).widened(unseen))
    }
}

/// A figure, and what each replication adds to it: these sum to 0.
fn figure(samples: &[Sample]) -> Option<(f64, Vec<f64>)> {
    let pair = |sample: &Sample| match *sample {
        Sample::Ratio(above, below) => Some((above, below)),
        Sample::Count(n) => Some((n as f64, 1.0)),
        Sample::Value(x) => Some((x, 1.0)),
        Sample::Absent | Sample::Beyond(_) => None,
    };
    influences(&samples.iter().map(pair).collect::<Option<Vec<_>>>()?)
}

#[cfg(test)]
mod tests {
    use super::super::estimate::near;
    use super::*;

    fn values(sample_list: &[f64]) -> FigureSamples {
        FigureSamples {
            samples: sample_list.iter().map(|x| Sample::Value(*x)).collect(),
            rare: Vec::new(),
        }
    }

    fn interaction(corners: [&FigureSamples; 4]) -> Option<Estimate> {
        let [base, first, second, joint] = corners;
        let corners = Corners {
            base,
            first,
            second,
            joint,
        };
        corners.interaction(0.95)
    }

    #[test]
    fn it_is_what_does_not_add_up() {
        // By replication 10 − 3 − 2 + 1 = 6, 12 − 3 − 2 + 1 = 8 and 11 − 4 − 1 + 1 = 7: 7 ± 4.302653 · 1/√3.
        let [base, first] = [values(&[1.0; 3]), values(&[3.0, 3.0, 4.0])];
        let [second, joint] = [values(&[2.0, 2.0, 1.0]), values(&[10.0, 12.0, 11.0])];
        let e = interaction([&base, &first, &second, &joint]).unwrap();
        near(e.mean, 7.0);
        near(e.half_width().unwrap(), 4.302652729749464 / 3.0_f64.sqrt());
        // 3 and 2 alone, 4 together: effects of 2 and 1 add up.
        let sum = values(&[4.0, 4.0, 4.0]);
        let e = interaction([&base, &first, &second, &sum]).unwrap();
        assert!(e.mean.abs() < 1e-12, "{e:?}");
        assert!(e.half_width().unwrap() < 1e-12, "{e:?}");
    }

    #[test]
    fn shares_are_ratios_of_totals() {
        let ratios = |above: [f64; 2], below: [f64; 2]| FigureSamples {
            samples: (above.iter().zip(below))
                .map(|(x, y)| Sample::Ratio(*x, y))
                .collect(),
            rare: Vec::new(),
        };
        // 2/100, 4/100, 3/100 and 30/100 in all: 30 − 4 − 3 + 2 = 25 %.
        let below = [40.0, 60.0];
        let corners = [[1.0, 1.0], [2.0, 2.0], [1.0, 2.0], [10.0, 20.0]];
        let corners = corners.map(|above| ratios(above, below));
        let [base, first, second, joint] = &corners;
        near(
            interaction([base, first, second, joint]).unwrap().mean,
            0.25,
        );
    }

    #[test]
    fn without_a_figure_there_is_none_and_rare_faults_widen_it() {
        let figure = values(&[1.0, 2.0]);
        let absent = FigureSamples {
            samples: vec![Sample::Absent, Sample::Value(1.0)],
            rare: Vec::new(),
        };
        assert_eq!(interaction([&figure, &figure, &figure, &absent]), None);
        assert_eq!(
            interaction([&figure, &figure, &figure, &values(&[1.0])]),
            None
        );
        let faults = FigureSamples {
            rare: vec![1.0, 1.0],
            ..values(&[1.0, 1.0])
        };
        // 1 − 0.025^(1/2) of the faults may do nothing in both corners of one sign: twice the 1 that they cost.
        let e = interaction([&faults, &faults, &faults, &faults]).unwrap();
        near(e.half_width().unwrap(), 2.0 * (1.0 - 0.025_f64.sqrt()));
    }
}
