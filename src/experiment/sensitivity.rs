//! Sensitivity, one factor at a time: how far a figure moves with each level of each factor.

use super::case::Case;
use super::factor::{Candidate, factors, one_at_a_time};
use super::robustness::settled;
use crate::measure::Metric;
use crate::scenario::{Axis, Scenario, ScenarioError, StudyPoint};
use crate::study::{
    CONFIDENCE, MetricRow, PairedDifference, Samples, Verdict, bonferroni, judge_all, overall,
    paired_figures,
};

/// A factor at another level than its own.
#[derive(Clone, Debug)]
pub struct Variation {
    /// The key with its table.
    pub key: String,
    /// The value of the scenario itself; empty where it is not looked up.
    pub base: String,
    /// The scenario with the other value.
    pub case: Case,
}

impl Variation {
    /// The other value.
    pub fn value(&self) -> &str {
        let (_, value) = &self.case.point.values[0];
        value
    }
}

/// The assumed keys of a scenario at their other levels, then the axes at each of their values.
///
/// # Errors
/// A value makes no valid scenario.
pub fn variations(base: &Scenario, axes: &[Axis]) -> Result<Vec<Variation>, ScenarioError> {
    let mut variations = Vec::new();
    let case = Case::new(base.clone());
    let candidates = [Candidate {
        name: String::new(),
        case: &case,
        known_assumptions: &[],
    }];
    let factors = factors(&candidates);
    for level in one_at_a_time(&candidates, &factors) {
        let mut level = level?;
        let factor = &factors[level.factor];
        let point = StudyPoint {
            values: vec![(factor.name(), level.value.to_string())],
            overrides: level.overrides.swap_remove(0),
        };
        variations.push(Variation {
            key: factor.name(),
            base: factor.base(),
            case: Case {
                point,
                ..Case::new(level.scenarios.swap_remove(0))
            },
        });
    }
    for axis in axes {
        for level in &axis.values {
            let point = StudyPoint {
                values: vec![(axis.key.clone(), level.value().to_string())],
                overrides: vec![level.clone()],
            };
            variations.push(Variation {
                key: axis.key.clone(),
                base: String::new(),
                case: Case::at(base, point)?,
            });
        }
    }
    Ok(variations)
}

/// What a level gives.
#[derive(Clone, Debug)]
pub struct LevelEffect {
    /// The level.
    pub value: String,
    /// The figure.
    pub row: MetricRow,
    /// Its difference to that of the scenario itself.
    pub paired: Option<PairedDifference>,
    /// How the objectives come out.
    pub verdict: Verdict,
}

/// What the levels of a factor give: a bar of the tornado.
#[derive(Clone, Debug)]
pub struct FactorEffects {
    /// The key with its table.
    pub key: String,
    /// The value of the scenario itself.
    pub base: String,
    /// By level.
    pub levels: Vec<LevelEffect>,
}

impl FactorEffects {
    /// From the least to the greatest mean, the scenario's own among them.
    pub fn swing(&self) -> f64 {
        let differences = self
            .levels
            .iter()
            .filter_map(|e| Some(e.paired?.difference.mean));
        let (low, high) =
            differences.fold((0.0f64, 0.0f64), |(low, high), d| (low.min(d), high.max(d)));
        high - low
    }

    /// Whether some level flips a verdict.
    pub fn flips(&self, verdict: Verdict) -> bool {
        let mut levels = self.levels.iter();
        levels.any(|e| settled(e.verdict) && settled(verdict) && e.verdict != verdict)
    }
}

/// The effects of all factors on a metric, the largest swing first; the samples are those of the scenario itself and of each
/// variation. All differences hold at once with 95 %.
pub fn factor_effects(
    base: &Scenario,
    metric: &Metric,
    base_samples: &Samples,
    variations: &[Variation],
    by_variation: &[Samples],
) -> Vec<FactorEffects> {
    let column = base_samples.column(metric.name).unwrap_or(0);
    let figure = |samples: &Samples| samples.deployment_figure(metric.name);
    let confidence = bonferroni(CONFIDENCE, variations.len());
    let mut factors: Vec<FactorEffects> = Vec::new();
    for (variation, level_samples) in variations.iter().zip(by_variation) {
        let effect = LevelEffect {
            value: variation.value().into(),
            row: level_samples.row(0, column),
            paired: paired_figures(&figure(base_samples), &figure(level_samples), confidence),
            verdict: overall(&judge_all(&base.objectives, level_samples)),
        };
        match factors.iter_mut().find(|f| f.key == variation.key) {
            Some(factor) => factor.levels.push(effect),
            None => factors.push(FactorEffects {
                key: variation.key.clone(),
                base: variation.base.clone(),
                levels: vec![effect],
            }),
        }
    }
    factors.sort_by(|a, b| b.swing().total_cmp(&a.swing()));
    factors
}
