//! Global sensitivity: how much of the spread of an answer each unknown makes, alone and together with the others, over all
//! combinations of their values.
//!
//! Elementary effects screen: one unknown at a time is changed, from many random combinations. Source: M. D. Morris,
//! Factorial sampling plans for preliminary computational experiments, Technometrics 33 (1991); their mean size is μ* of
//! F. Campolongo, J. Cariboni, A. Saltelli, Environmental Modelling & Software 22 (2007). Sobol's indices then share the
//! variance out, by the design of A. Saltelli (Computer Physics Communications 145, 2002) and the estimators of M. J. W. Jansen
//! (Computer Physics Communications 117, 1999), with percentile intervals of the bootstrap over the rows of the design.

use super::estimate::{CONFIDENCE, Estimate, mean_interval};

/// How far an unknown moves the answer from where the others happen to be.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ElementaryEffect {
    /// μ*: the mean of the sizes of its effects, with Student's interval over the trajectories.
    pub size: Estimate,
    /// σ: the deviation of its effects; as large as μ*, it depends on the other unknowns.
    pub deviation: f64,
}

/// Of the effects of an unknown, one for each trajectory; `None`: there is none.
pub fn elementary_effect(effects: &[f64]) -> Option<ElementaryEffect> {
    let sizes: Vec<f64> = effects.iter().map(|e| e.abs()).collect();
    let n = effects.len() as f64;
    let mean = effects.iter().sum::<f64>() / n;
    let squares: f64 = effects.iter().map(|e| (e - mean) * (e - mean)).sum();
    Some(ElementaryEffect {
        size: mean_interval(&sizes, CONFIDENCE)?,
        deviation: match effects.len() {
            0 | 1 => 0.0,
            _ => (squares / (n - 1.0)).sqrt(),
        },
    })
}

/// The answers at the points of Saltelli's design.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct SaltelliAnswers {
    /// Where all unknowns are those of the first sample.
    pub first: Vec<f64>,
    /// Where all are those of the second, independent sample.
    pub second: Vec<f64>,
    /// Per unknown: as in the first sample, but this one is that of the second.
    pub mixed: Vec<Vec<f64>>,
}

/// The shares of the variance that an unknown makes.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct SobolIndices {
    /// Alone: so much of the variance would go on average if it were known.
    pub first: Estimate,
    /// In all, with whatever it does together with others: so much would stay if it alone were unknown.
    pub total: Estimate,
}

/// Resamples of the bootstrap.
const RESAMPLES: usize = 1000;

/// The indices of each unknown, with 95 % intervals; `uniform` draws from [0, 1). `None`: the answer does not vary.
pub fn sobol_indices(
    answers: &SaltelliAnswers,
    mut uniform: impl FnMut() -> f64,
) -> Option<Vec<SobolIndices>> {
    let rows = answers.first.len();
    let row_indices: Vec<usize> = (0..rows).collect();
    let means = indices(answers, &row_indices)?;
    let mut resampled: Vec<Vec<[f64; 2]>> = Vec::with_capacity(RESAMPLES);
    for _ in 0..RESAMPLES {
        let resample: Vec<usize> = (0..rows).map(|_| below(rows, uniform())).collect();
        // A resample of equal answers says nothing of their shares.
        resampled.extend(indices(answers, &resample));
    }
    let interval = |unknown: usize, order: usize| {
        let mean = means[unknown][order];
        let mut resamples: Vec<f64> = resampled.iter().map(|r| r[unknown][order]).collect();
        resamples.sort_unstable_by(f64::total_cmp);
        let at = |p: f64| resamples.get(below(resamples.len(), p)).copied();
        let tail = (1.0 - CONFIDENCE) / 2.0;
        Estimate {
            mean,
            lower: at(tail).map(|lower| lower.min(mean)),
            upper: at(1.0 - tail).map(|upper| upper.max(mean)),
        }
    };
    let indices_of = |unknown: usize| SobolIndices {
        first: interval(unknown, 0),
        total: interval(unknown, 1),
    };
    Some((0..means.len()).map(indices_of).collect())
}

/// Which of `n` a number of [0, 1) falls on.
pub fn below(n: usize, uniform: f64) -> usize {
    ((uniform * n as f64) as usize).min(n.saturating_sub(1))
}

/// The numbers below `n` in a random order (Fisher and Yates).
pub(crate) fn shuffled(n: usize, mut uniform: impl FnMut() -> f64) -> Vec<usize> {
    let mut indices: Vec<usize> = (0..n).collect();
    for i in (1..n).rev() {
        indices.swap(i, below(i + 1, uniform()));
    }
    indices
}

/// Per unknown the first and the total index, of some rows; `None`: the answer does not vary in them.
fn indices(answers: &SaltelliAnswers, rows: &[usize]) -> Option<Vec<[f64; 2]>> {
    let SaltelliAnswers {
        first,
        second,
        mixed,
    } = answers;
    let n = rows.len() as f64;
    let base_answers = || rows.iter().flat_map(|r| [first[*r], second[*r]]);
    let mean = base_answers().sum::<f64>() / (2.0 * n);
    let variance = base_answers().map(|y| (y - mean) * (y - mean)).sum::<f64>() / (2.0 * n - 1.0);
    if variance.is_nan() || variance <= 1e-24 * mean * mean {
        return None;
    }
    let half_square = |a: &[f64], b: &[f64]| {
        let squares = rows.iter().map(|r| (a[*r] - b[*r]) * (a[*r] - b[*r]));
        squares.sum::<f64>() / (2.0 * n)
    };
    let indices_of_unknown = |mixed: &Vec<f64>| {
        [
            1.0 - half_square(second, mixed) / variance,
            half_square(first, mixed) / variance,
        ]
    };
    Some(mixed.iter().map(indices_of_unknown).collect())
}

/// A Latin hypercube: so many rows of uniform numbers, of which each column has one in each of as many equal strata, so that
/// each value of an unknown comes equally often. Source: M. D. McKay, R. J. Beckman, W. J. Conover, Technometrics 21 (1979).
pub(crate) fn latin_hypercube(
    rows: usize,
    columns: usize,
    mut uniform: impl FnMut() -> f64,
) -> Vec<Vec<f64>> {
    let mut table = vec![vec![0.0; columns]; rows];
    for column in 0..columns {
        let strata = shuffled(rows, &mut uniform);
        for (row, stratum) in table.iter_mut().zip(strata) {
            row[column] = (stratum as f64 + uniform()) / rows as f64;
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Stream;

    /// The answers of a function at the points of the design.
    fn answers(
        stream: &mut Stream,
        rows: usize,
        unknowns: usize,
        answer: impl Fn(&[f64]) -> f64,
    ) -> SaltelliAnswers {
        let a = latin_hypercube(rows, unknowns, || stream.uniform());
        let b = latin_hypercube(rows, unknowns, || stream.uniform());
        let mixed = |i: usize| {
            let point = |(a, b): (&Vec<f64>, &Vec<f64>)| {
                let mut point = a.clone();
                point[i] = b[i];
                answer(&point)
            };
            a.iter().zip(&b).map(point).collect()
        };
        SaltelliAnswers {
            mixed: (0..unknowns).map(mixed).collect(),
            first: a.iter().map(|x| answer(x)).collect(),
            second: b.iter().map(|x| answer(x)).collect(),
        }
    }

    fn near(indices: &[SobolIndices], exact: &[(f64, f64)], tolerance: f64) {
        for (i, (index, (first, total))) in indices.iter().zip(exact).enumerate() {
            let off = (index.first.mean - first)
                .abs()
                .max((index.total.mean - total).abs());
            assert!(off < tolerance, "{i}: {index:?}, known {first} {total}");
        }
    }

    /// sin x + 7 sin² y + 0.1 z⁴ sin x on [−π, π]³, whose variance is shared out in closed form: V = a²/8 + bπ⁴/5 + b²π⁸/18
    /// + ½, of which x makes ½(1 + bπ⁴/5)², y a²/8, and x with z 8b²π⁸/225. Source: T. Ishigami, T. Homma, ISUMA 1990.
    #[test]
    fn the_indices_of_ishigami() {
        let pi = std::f64::consts::PI;
        let ishigami = |x: &[f64]| {
            let [x, y, z] = [0, 1, 2].map(|i| (2.0 * x[i] - 1.0) * pi);
            let (sin_x, sin_y) = (libm::sin(x), libm::sin(y));
            sin_x + 7.0 * sin_y * sin_y + 0.1 * z * z * z * z * sin_x
        };
        let mut stream = Stream::open(11, 0, 0, 0);
        let answers = answers(&mut stream, 8192, 3, ishigami);
        let indices = sobol_indices(&answers, || stream.uniform()).unwrap();
        let exact = [(0.313_9, 0.557_6), (0.442_4, 0.442_4), (0.0, 0.243_7)];
        near(&indices, &exact, 0.03);
    }

    /// Sobol's g, the product of (|4x − 2| + a)/(1 + a): V of one factor is 1/(3(1 + a)²), that of all Π(1 + V) − 1.
    #[test]
    fn the_indices_of_sobols_g() {
        let a = [0.0, 1.0, 4.5, 9.0];
        let g = |x: &[f64]| -> f64 {
            let factor = |(x, a): (&f64, f64)| ((4.0 * x - 2.0).abs() + a) / (1.0 + a);
            x.iter().zip(a).map(factor).product()
        };
        let v = a.map(|a| 1.0 / (3.0 * (1.0 + a) * (1.0 + a)));
        let variance = v.iter().map(|v| 1.0 + v).product::<f64>() - 1.0;
        let exact = v.map(|v| (v / variance, v * (1.0 + variance) / (1.0 + v) / variance));
        let mut stream = Stream::open(12, 0, 0, 0);
        let answers = answers(&mut stream, 8192, 4, g);
        let indices = sobol_indices(&answers, || stream.uniform()).unwrap();
        near(&indices, &exact, 0.03);
    }

    /// Unknowns with levels, as those of a scenario: 10 for one of three levels, 4 more where another is on as well.
    #[test]
    fn the_intervals_of_levels_cover_what_is_known() {
        let level = |x: f64, levels| below(levels, x);
        let answer = |x: &[f64]| {
            let (a, b) = (level(x[0], 3) == 1, level(x[1], 2) == 1);
            10.0 * f64::from(a) + 4.0 * f64::from(a && b) + 0.0 * x[2]
        };
        // By hand: E(y | a) is 12 where a and 0 elsewhere, V = 144 · 2/9 = 32; E(y | b) is 10/3 or 14/3, V = 4/9; E(y²) is
        // (100 + 196)/6 and E(y) 4, V = 33⅓ in all.
        let (v, v_a): (f64, f64) = (32.0 + 4.0 / 3.0, 32.0);
        let (v_b, v_ab) = (4.0 / 9.0, 4.0 / 3.0 - 4.0 / 9.0);
        let exact = [
            (v_a / v, (v_a + v_ab) / v),
            (v_b / v, (v_b + v_ab) / v),
            (0.0, 0.0),
        ];
        let studies = 200;
        let mut covered = [0; 2];
        for study in 0..studies {
            let mut stream = Stream::open(13, study, 0, 0);
            let answers = answers(&mut stream, 64, 3, answer);
            let indices = sobol_indices(&answers, || stream.uniform()).unwrap();
            let covers = |e: Estimate, x: f64| e.lower <= Some(x) && e.upper >= Some(x);
            covered[0] += u32::from(covers(indices[0].total, exact[0].1));
            covered[1] += u32::from(covers(indices[1].total, exact[1].1));
            assert_eq!(
                indices[2].total.mean, 0.0,
                "it has no effect, and shows none"
            );
        }
        assert!(
            covered.iter().all(|n| *n >= studies * 9 / 10),
            "{covered:?}"
        );
    }

    #[test]
    fn what_does_not_vary_has_no_indices() {
        let flat = SaltelliAnswers {
            first: vec![2.0; 8],
            second: vec![2.0; 8],
            mixed: vec![vec![2.0; 8]; 2],
        };
        assert_eq!(sobol_indices(&flat, || 0.5), None);
    }

    #[test]
    fn elementary_effects_have_a_size_and_a_deviation() {
        // −2 and 4: sizes 2 and 4, deviation √18.
        let effect = elementary_effect(&[-2.0, 4.0]).unwrap();
        assert_eq!((effect.size.mean, effect.deviation), (3.0, 18.0f64.sqrt()));
        assert_eq!(elementary_effect(&[]), None);
    }

    #[test]
    fn each_stratum_of_a_latin_hypercube_has_one_row() {
        let mut stream = Stream::open(14, 0, 0, 0);
        let table = latin_hypercube(12, 2, || stream.uniform());
        for column in 0..2 {
            let mut levels = [0; 3];
            table
                .iter()
                .for_each(|row| levels[below(3, row[column])] += 1);
            assert_eq!(levels, [4, 4, 4]);
        }
    }
}
