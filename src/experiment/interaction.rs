//! Pairs of factors that act together: what one factor at a time cannot show.

use super::case::Case;
use super::robustness::settled;
use super::sensitivity::{FactorEffects, Variation};
use crate::measure::Metric;
use crate::scenario::{Scenario, StudyPoint};
use crate::study::{
    CONFIDENCE, Corners, Estimate, MetricRow, Samples, Verdict, bonferroni, judge_all, overall,
};

/// Factors whose pairs are tried: those that move the figure most.
const MOST_FACTORS: usize = 3;
/// Pairs of these.
pub const MOST_PAIRS: usize = MOST_FACTORS * (MOST_FACTORS - 1) / 2;

/// Two factors at the levels that move the figure most, together.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The places of both among the variations.
    pub variations: [usize; 2],
    /// The scenario with both.
    pub case: Case,
}

/// What two factors do together.
#[derive(Clone, Debug)]
pub struct PairEffect {
    /// The keys, with their tables.
    pub keys: [String; 2],
    /// Their levels.
    pub values: [String; 2],
    /// The figure with both.
    pub row: MetricRow,
    /// Beyond the sum of what each does alone; `None`: a figure is missing.
    pub interaction: Option<Estimate>,
    /// How the objectives come out with both.
    pub verdict: Verdict,
    /// How they come out with either alone.
    pub singles: [Verdict; 2],
}

impl PairEffect {
    /// Whether the interaction is more than noise.
    pub fn is_shown(&self) -> bool {
        let Some((lower, upper)) = self.interaction.and_then(|e| e.lower.zip(e.upper)) else {
            return false;
        };
        lower > 0.0 || upper < 0.0
    }

    /// Whether both turn a verdict that neither turns alone.
    pub fn flips(&self, verdict: Verdict) -> bool {
        let turns = |single_verdict: Verdict| {
            settled(single_verdict) && settled(verdict) && single_verdict != verdict
        };
        turns(self.verdict) && !self.singles.iter().any(|single| turns(*single))
    }
}

/// The pairs of the factors with the largest swings, each at the level that moves the figure most. Pairs whose levels make no
/// valid scenario together are left out.
pub fn pairs(base: &Scenario, variations: &[Variation], effects: &[FactorEffects]) -> Vec<Pair> {
    let movers = effects.iter().filter(|factor| factor.swing() > 0.0);
    let levels: Vec<usize> = (movers.take(MOST_FACTORS))
        .filter_map(|factor| largest_level(factor, variations))
        .collect();
    let firsts = levels.iter().enumerate();
    firsts
        .flat_map(|(i, first)| levels[i + 1..].iter().map(move |second| [*first, *second]))
        .filter_map(|places| {
            let points = places.map(|place| &variations[place].case.point);
            let point = StudyPoint {
                values: points.iter().flat_map(|p| p.values.clone()).collect(),
                overrides: points.iter().flat_map(|p| p.overrides.clone()).collect(),
            };
            Some(Pair {
                variations: places,
                case: Case::at(base, point).ok()?,
            })
        })
        .collect()
}

/// The place of the level that moves the figure most.
fn largest_level(factor: &FactorEffects, variations: &[Variation]) -> Option<usize> {
    let moves = |level: &super::sensitivity::LevelEffect| {
        level.paired.map_or(0.0, |p| p.difference.mean.abs())
    };
    let largest = (factor.levels.iter()).max_by(|a, b| moves(a).total_cmp(&moves(b)))?;
    variations
        .iter()
        .position(|v| v.key == factor.key && v.value() == largest.value)
}

/// What the pairs do, from the samples of the scenario itself, of each variation and of each pair; all intervals hold at once
/// with 95 %.
pub fn pair_effects(
    base: &Scenario,
    metric: &Metric,
    base_samples: &Samples,
    variations: (&[Variation], &[Samples]),
    pairs: (&[Pair], &[Samples]),
) -> Vec<PairEffect> {
    let confidence = bonferroni(CONFIDENCE, pairs.0.len());
    let figure = |samples: &Samples| samples.deployment_figure(metric.name);
    let verdict = |samples: &Samples| overall(&judge_all(&base.objectives, samples));
    let base_figure = figure(base_samples);
    let effect = |(pair, samples): (&Pair, &Samples)| {
        let single_variations = pair.variations.map(|place| &variations.1[place]);
        let [first, second] = single_variations.map(figure);
        let joint = figure(samples);
        let corners = Corners {
            base: &base_figure,
            first: &first,
            second: &second,
            joint: &joint,
        };
        Some(PairEffect {
            keys: pair.variations.map(|place| variations.0[place].key.clone()),
            values: pair
                .variations
                .map(|place| variations.0[place].value().into()),
            row: samples.figure(metric.name)?,
            interaction: corners.interaction(confidence),
            verdict: verdict(samples),
            singles: single_variations.map(verdict),
        })
    };
    pairs.0.iter().zip(pairs.1).filter_map(effect).collect()
}
