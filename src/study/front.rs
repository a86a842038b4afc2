//! The points of several figures at once that nothing dominates, as far as paired replications show it.
//!
//! A point is dominated by another that is worse in none of the figures and better in one. That is said only where the
//! paired differences show it: of a pair every figure must say so, hence the error of the pair is that of one figure
//! (R. L. Berger, Multiparameter hypothesis testing and acceptance sampling, Technometrics 24 (1982): the intersection-union
//! test), and over all pairs the errors add up to no more than is stated (Bonferroni). Anything else stays in the set.

use super::estimate::CONFIDENCE;
use super::paired::{FigureSamples, bonferroni, paired_figures};
use crate::measure::Metric;

/// Figures that are wanted at once, each with the direction in which it gets better.
#[derive(Clone, PartialEq, Debug)]
pub struct FrontMetrics {
    /// The metrics, each once.
    pub metrics: Vec<&'static Metric>,
}

/// What is wrong with a list of metrics.
#[derive(thiserror::Error, Clone, PartialEq, Eq, Debug)]
pub enum FrontMetricsError {
    /// There is no such metric.
    #[error("unknown metric {0:?}")]
    UnknownMetric(String),
    /// It gets neither better nor worse.
    #[error("{0} gets neither better nor worse: more of it is no aim, and less is none")]
    NoDirection(&'static str),
    /// It stands there twice.
    #[error("{0} stands there twice")]
    Twice(&'static str),
    /// One figure has a best point, and no set.
    #[error(
        "found {0:?}, expected two metrics or more with commas between them; of one figure `--cost` selects the best"
    )]
    TooFew(String),
}

impl FrontMetrics {
    /// Reads "missed_toast_fraction, message_rate_per_s".
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, FrontMetricsError> {
        let mut metrics: Vec<&'static Metric> = Vec::new();
        for name in text
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
        {
            let metric = Metric::by_name(name)
                .ok_or_else(|| FrontMetricsError::UnknownMetric(name.into()))?;
            if less_is_better(metric).is_none() {
                return Err(FrontMetricsError::NoDirection(metric.name));
            }
            if metrics.contains(&metric) {
                return Err(FrontMetricsError::Twice(metric.name));
            }
            metrics.push(metric);
        }
        match metrics.len() {
            0 | 1 => Err(FrontMetricsError::TooFew(text.into())),
            _ => Ok(Self { metrics }),
        }
    }

    /// For each figure whether less of it is better.
    fn directions(&self) -> Vec<bool> {
        let directions = self
            .metrics
            .iter()
            .map(|m| less_is_better(m) != Some(false));
        directions.collect()
    }
}

/// What a gateway has to do: of itself neither good nor bad, and the less of it the better where something else is wanted too.
const LOADS: [&str; 8] = [
    "refreshes_attempted",
    "refresh_rate_per_s",
    "messages_sent",
    "message_rate_per_s",
    "message_rate_peak_per_s",
    "client_leg_messages_sent",
    "gateway_utilisation",
    "jobs_offered",
];

/// Whether less of a figure is better, as one aim among several; `None`: neither.
pub fn less_is_better(metric: &Metric) -> Option<bool> {
    let is_load = LOADS.contains(&metric.name);
    metric.less_is_better.or(is_load.then_some(true))
}

/// What a point showed.
#[derive(Clone, Debug)]
pub struct FrontPoint {
    /// Per figure its samples, by replication.
    pub samples: Vec<FigureSamples>,
    /// A figure that is the same in every replication counts as equal: not where what happens too rarely to be seen could
    /// have made the difference.
    pub knows_ties: bool,
}

/// How a point stands among the others.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// By the means no other point dominates it.
    Front,
    /// By the means another one does; the replications do not show it.
    Open {
        /// That point.
        by: usize,
    },
    /// Another one is shown to dominate it.
    Dominated {
        /// That point, one of the front where there is such.
        by: usize,
    },
}

/// What is said of a pair.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Dominance {
    None,
    ByMeans,
    Shown,
}

/// How each point stands; all statements that one dominates another hold at once with 95 %, whatever is true.
pub fn front(points: &[FrontPoint], metrics: &FrontMetrics) -> Vec<Standing> {
    let k = points.len();
    let directions = metrics.directions();
    // Of a pair at most one dominates the other, each by one-sided tests of half the error of an interval.
    let confidence = bonferroni(CONFIDENCE, k * k.saturating_sub(1) / 2);
    let dominance_between = |i: usize, j: usize| match i == j {
        true => Dominance::None,
        false => dominance(&points[i], &points[j], &directions, confidence),
    };
    let table: Vec<Vec<Dominance>> = (0..k)
        .map(|i| (0..k).map(|j| dominance_between(i, j)).collect())
        .collect();
    let is_front = |i: usize| table[i].iter().all(|d| *d == Dominance::None);
    let by = |i: usize, threshold: Dominance| {
        let does = |j: &usize| table[i][*j] >= threshold;
        let indices = || (0..k).filter(does);
        indices()
            .find(|j| is_front(*j))
            .or_else(|| indices().next())
    };
    let standing = |i: usize| match (by(i, Dominance::Shown), by(i, Dominance::ByMeans)) {
        (Some(by), _) => Standing::Dominated { by },
        (None, Some(by)) => Standing::Open { by },
        (None, None) => Standing::Front,
    };
    (0..k).map(standing).collect()
}

/// Whether `other` dominates `point`.
fn dominance(
    point: &FrontPoint,
    rival: &FrontPoint,
    directions: &[bool],
    confidence: f64,
) -> Dominance {
    let (mut is_worse, mut is_shown, mut is_shown_worse) = (false, true, false);
    for ((a, b), less_is_better) in point.samples.iter().zip(&rival.samples).zip(directions) {
        let Some(paired) = paired_figures(b, a, confidence) else {
            return Dominance::None;
        };
        let difference = paired.difference;
        let (mean, near) = match less_is_better {
            true => (difference.mean, difference.lower),
            false => (-difference.mean, difference.upper.map(|upper| -upper)),
        };
        if mean < 0.0 {
            return Dominance::None;
        }
        is_worse |= mean > 0.0;
        let n = a.samples.len().min(b.samples.len());
        let is_tie = a.samples[..n] == b.samples[..n] && n > 1;
        is_shown &= match is_tie {
            true => point.knows_ties && rival.knows_ties,
            false => near.is_some_and(|near| near >= 0.0),
        };
        is_shown_worse |= !is_tie && near.is_some_and(|near| near > 0.0);
    }
    match (is_worse, is_shown && is_shown_worse) {
        (false, _) => Dominance::None,
        (true, false) => Dominance::ByMeans,
        (true, true) => Dominance::Shown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Normal, Stream};
    use crate::measure::Sample;
    use rand_distr::Distribution;

    fn metrics() -> FrontMetrics {
        FrontMetrics::parse("missed_toast_fraction, message_rate_per_s").unwrap()
    }

    fn point(figures: [&[f64]; 2]) -> FrontPoint {
        let samples = |values: &&[f64]| FigureSamples {
            samples: values.iter().map(|x| Sample::Value(*x)).collect(),
            rare: Vec::new(),
        };
        FrontPoint {
            samples: figures.iter().map(samples).collect(),
            knows_ties: true,
        }
    }

    #[test]
    fn a_list_of_metrics_is_read_before_anything_runs() {
        use FrontMetricsError::{NoDirection, TooFew, Twice, UnknownMetric};
        let error_of = |text: &str| FrontMetrics::parse(text).unwrap_err();
        assert_eq!(
            error_of("missed_toasts, users"),
            UnknownMetric("missed_toasts".into())
        );
        assert_eq!(error_of("down_fraction, users"), NoDirection("users"));
        assert_eq!(
            error_of("down_fraction,down_fraction"),
            Twice("down_fraction")
        );
        assert_eq!(error_of("down_fraction"), TooFew("down_fraction".into()));
    }

    #[test]
    fn what_is_worse_in_both_figures_is_dominated_and_a_trade_is_not() {
        // Missed and load, in three replications that rise and fall together: 0 and 1 are a trade, 2 is worse than 1 in
        // both, 3 equals 1 in load and is worse in what is missed.
        let points = [
            point([&[1.0, 1.1, 1.2], &[9.0, 9.1, 9.2]]),
            point([&[5.0, 5.1, 5.2], &[3.0, 3.1, 3.2]]),
            point([&[7.0, 7.1, 7.2001], &[4.0, 4.1, 4.2001]]),
            point([&[6.0, 6.1, 6.2001], &[3.0, 3.1, 3.2]]),
        ];
        let by = |by| Standing::Dominated { by };
        assert_eq!(
            front(&points, &metrics()),
            [Standing::Front, Standing::Front, by(1), by(1)]
        );
        // Where what could differ was too rare to be seen, equal figures show nothing.
        let mut blind = points.clone();
        blind[3].knows_ties = false;
        let standings = front(&blind, &metrics());
        assert_eq!(standings[2..], [by(1), Standing::Open { by: 1 }]);
    }

    #[test]
    fn what_the_replications_do_not_show_stays_open() {
        let points = [
            point([&[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0]]),
            point([&[3.0, 1.0, 2.5], &[2.0, 3.0, 1.5]]),
        ];
        let standings = front(&points, &metrics());
        assert_eq!(standings, [Standing::Front, Standing::Open { by: 0 }]);
        let single = [point([&[1.0], &[1.0]]), point([&[2.0], &[2.0]])];
        assert_eq!(front(&single, &metrics())[1], Standing::Open { by: 0 });
        // first_loss_s is better the later it comes: what was dominated is a trade then.
        let later = FrontMetrics::parse("first_loss_s, message_rate_per_s").unwrap();
        assert_eq!(front(&points, &later), [Standing::Front; 2]);
        // Twins dominate nobody.
        let twins = [points[0].clone(), points[0].clone()];
        assert_eq!(front(&twins, &metrics()), [Standing::Front; 2]);
    }

    /// Six points of a true trade-off, with noise in common and of their own: in at most 5 % of studies is one of them said
    /// to be dominated. Two more lie behind them by what 10 replications show.
    #[test]
    fn a_point_of_the_true_front_is_seldom_called_dominated() {
        let studies = 400;
        let (mut wrong, mut count) = (0, 0);
        for study in 0..studies {
            let mut stream = Stream::open(71, study, 0, 0);
            let common: Vec<f64> = (0..10).map(|_| Normal.sample(&mut stream)).collect();
            let mut point = |means: [f64; 2]| FrontPoint {
                samples: (means.iter())
                    .map(|mean| {
                        let mut sample = |c: &f64| mean + c + 0.3 * Normal.sample(&mut stream);
                        FigureSamples {
                            samples: common.iter().map(|c| Sample::Value(sample(c))).collect(),
                            rare: Vec::new(),
                        }
                    })
                    .collect(),
                knows_ties: true,
            };
            // Far apart in one figure and all but equal in the other: the least favourable case.
            let mut points: Vec<FrontPoint> = (0..6)
                .map(f64::from)
                .map(|i| point([10.0 + 2.0 * i, 10.0 - 1e-9 * i]))
                .collect();
            points.extend([point([30.0, 14.0]), point([31.0, 15.0])]);
            let standings = front(&points, &metrics());
            let dominated = |s: &Standing| matches!(s, Standing::Dominated { .. });
            wrong += u32::from(standings[..6].iter().any(dominated));
            count += u32::from(standings[6..].iter().all(dominated));
        }
        assert!(wrong <= studies / 20, "{wrong} of {studies}");
        assert!(count >= studies * 9 / 10, "{count} of {studies}");
    }
}
