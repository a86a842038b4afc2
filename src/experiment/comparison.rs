//! Alternatives against a baseline, paired by replication: they meet common random numbers.

use super::campaign::{Campaign, Replications};
use super::case::Case;
use super::error::ExperimentError;
use super::factor::{Candidate, KeyPath};
use super::replicate::scopes;
use super::robustness::{Finding, Robustness, RobustnessCheck, TestedCandidate, user_hours_of};
use crate::deployment::Plan;
use crate::quantity::number::count_phrase;
use crate::quantity::{Span, print_moment, print_span};
use crate::study::{
    Against, CONFIDENCE, ComparedMetric, Comparison, DECISIVE, PrecisionTarget, Relation, Samples,
    bonferroni, compare, is_precise, verdict,
};

/// The figures beside those that decide.
const SECONDARY_FIGURES: [&str; 5] = [
    "missed_toasts_per_client_hour",
    "session_drops",
    "recovery_mean_s",
    "message_rate_per_s",
    "message_rate_peak_per_s",
];

/// One of those that are compared.
#[derive(Clone, Debug)]
pub struct Contender {
    /// Its name, for people.
    pub name: String,
    /// The scenario.
    pub case: Case,
    /// What it assumes, where that is known from results and not from the scenario.
    pub known_assumptions: Vec<KeyPath>,
    /// Numbers of its replications, counted from 0.
    pub numbers: Vec<u32>,
    /// Its samples; `None`: it is not simulated yet.
    pub samples: Option<Samples>,
}

/// Why two cannot be compared: the difference would say nothing of the alternatives.
#[derive(thiserror::Error, Clone, PartialEq, Debug)]
pub enum Incomparable {
    /// They met other random numbers, or served other users.
    #[error(
        "{a} and {b} cannot be compared: {subject} {baseline} against {alternative}; the replications are paired by common random numbers of the same users"
    )]
    Differs {
        /// The baseline.
        a: String,
        /// The other one.
        b: String,
        /// What differs.
        subject: &'static str,
        /// In the baseline.
        baseline: String,
        /// In the other one.
        alternative: String,
    },
    /// They have too few replications in common.
    #[error(
        "{a} and {b} have {} in common, at least 2 are needed to see a spread: more --reps", count_phrase(*common as u64, "replication")
    )]
    TooFew {
        /// The baseline.
        a: String,
        /// The other one.
        b: String,
        /// In common.
        common: usize,
    },
}

impl Contender {
    /// A case that is still to be simulated.
    pub fn new(name: String, case: Case) -> Self {
        Self {
            name,
            known_assumptions: Vec::new(),
            numbers: (0..case.scenario.replications).collect(),
            case,
            samples: None,
        }
    }

    /// Its samples, once it is simulated.
    pub fn samples(&self) -> &Samples {
        self.samples
            .as_ref()
            .unwrap_or_else(|| unreachable!("{} is simulated before it is compared", self.name))
    }

    /// Whether another one can be compared with it.
    ///
    /// # Errors
    /// Why not.
    pub fn check_comparable(&self, other: &Self) -> Result<(), Incomparable> {
        let (p, q) = (&self.case.scenario.plan, &other.case.scenario.plan);
        let span = |plan: &Plan| print_span(Span(plan.horizon.0));
        let checks = [
            ("seed", p.seed.to_string(), q.seed.to_string()),
            (
                "start",
                print_moment(p.start_moment()),
                print_moment(q.start_moment()),
            ),
            ("horizon", span(p), span(q)),
            ("client population", population(p), population(q)),
        ];
        let (a, b) = (self.name.clone(), other.name.clone());
        for (subject, baseline_value, other_value) in checks {
            if baseline_value != other_value {
                return Err(Incomparable::Differs {
                    a,
                    b,
                    subject,
                    baseline: baseline_value,
                    alternative: other_value,
                });
            }
        }
        let common = self.numbers.iter().filter(|n| other.numbers.contains(n));
        match common.count() {
            common @ 0..2 => Err(Incomparable::TooFew { a, b, common }),
            _ => Ok(()),
        }
    }
}

/// "200 desk and 100 mobile".
fn population(plan: &Plan) -> String {
    let mut groups: Vec<String> = plan
        .clients
        .iter()
        .map(|c| format!("{} {}", c.count, c.name))
        .collect();
    groups.sort();
    groups.join(" and ")
}

/// Simulates the contenders that have no samples yet, each as often as it says, or until the figures of all of them are as
/// close as is wanted; whether it was not interrupted.
///
/// # Errors
/// That of the store.
pub fn simulate_until_precise(
    campaign: &Campaign,
    contenders: &mut [&mut Contender],
    targets: &[PrecisionTarget],
    maximum: u32,
) -> Result<bool, ExperimentError> {
    let missing: Vec<usize> = (0..contenders.len())
        .filter(|i| contenders[*i].samples.is_none())
        .collect();
    let start = missing.iter().map(|i| contenders[*i].numbers.len() as u32);
    let (Some(start), false) = (start.max(), targets.is_empty()) else {
        return simulate_missing(campaign, contenders);
    };
    let schedule = Replications {
        first: 0,
        start,
        targets,
        maximum,
    };
    for n in schedule.schedule() {
        for i in &missing {
            contenders[*i].numbers = (0..n).collect();
        }
        if !simulate_missing(campaign, contenders)? {
            return Ok(false);
        }
        let is_done = |i: &usize| {
            let contender = &contenders[*i];
            let objectives = &contender.case.scenario.objectives;
            is_precise(contender.samples(), objectives, targets)
        };
        if missing.iter().all(is_done) {
            break;
        }
    }
    Ok(true)
}

/// Simulates the replications that contenders have not yet; whether it was not interrupted.
///
/// # Errors
/// That of the store.
fn simulate_missing(
    campaign: &Campaign,
    contenders: &mut [&mut Contender],
) -> Result<bool, ExperimentError> {
    let cases: Vec<Case> = contenders.iter().map(|c| c.case.clone()).collect();
    let mut pairs: Vec<(usize, u32)> = Vec::new();
    for (place, contender) in contenders.iter().enumerate() {
        let present_numbers = contender.samples.as_ref().map_or(&[][..], |s| &s.numbers);
        let missing_numbers = contender
            .numbers
            .iter()
            .filter(|n| !present_numbers.contains(n));
        pairs.extend(missing_numbers.map(|number| (place, *number)));
    }
    let Some(observations) = campaign.observe(&cases, &pairs)? else {
        return Ok(false);
    };
    for ((place, number), observation) in pairs.into_iter().zip(observations) {
        let plan = &cases[place].scenario.plan;
        let empty = || Samples::new(scopes(plan), plan.horizon);
        let samples = contenders[place].samples.get_or_insert_with(empty);
        samples.add(number, observation);
    }
    Ok(true)
}

/// Compares simulated contenders with the first of them, the baseline.
pub fn compare_all(contenders: &[&Contender]) -> Comparison {
    let Some((baseline, alternatives)) = contenders.split_first() else {
        unreachable!("a comparison has a baseline")
    };
    let confidence = bonferroni(CONFIDENCE, alternatives.len() * DECISIVE.len());
    Comparison {
        baseline: baseline.name.clone(),
        confidence,
        alternatives: alternatives
            .iter()
            .map(|alternative| against(baseline, alternative, confidence))
            .collect(),
    }
}

fn against(baseline: &Contender, alternative: &Contender, confidence: f64) -> Against {
    let objectives = baseline.case.scenario.objectives.iter();
    let deciding = objectives
        .filter(|o| o.cause.is_none())
        .map(|o| o.metric.name);
    let mut metrics: Vec<&str> = DECISIVE.into_iter().collect();
    for metric in deciding.chain(SECONDARY_FIGURES) {
        if !metrics.contains(&metric) {
            metrics.push(metric);
        }
    }
    let figures = compare(
        baseline.samples(),
        alternative.samples(),
        &metrics,
        confidence,
    );
    let replications = figures.first().map_or(0, |f| f.alternative.replications);
    Against {
        name: alternative.name.clone(),
        replications,
        verdict: verdict(&figures),
        figures,
    }
}

/// How each alternative stands to the baseline where both are under another value of an assumed key; `describe` puts a
/// difference into words. `None`: interrupted.
///
/// # Errors
/// That of the store.
pub fn comparison_robustness(
    contenders: &[&Contender],
    comparison: &Comparison,
    campaign: &Campaign,
    describe: impl Fn(&ComparedMetric) -> Option<String>,
) -> Result<Option<Robustness>, ExperimentError> {
    let candidates = contenders.iter().map(|c| Candidate {
        name: c.name.clone(),
        case: &c.case,
        known_assumptions: &c.known_assumptions,
    });
    let replications = contenders.iter().map(|c| (&c.case, c.numbers.len() as u32));
    let check = RobustnessCheck {
        candidates: candidates.collect(),
        min_candidates: contenders.len(),
        study_user_hours: user_hours_of(replications),
    };
    let answer = |candidates: usize| {
        let alternatives = comparison
            .alternatives
            .iter()
            .take(candidates.saturating_sub(1));
        let relations: Vec<&str> = alternatives.map(|o| o.verdict.name()).collect();
        relations.join(" ")
    };
    check.run(campaign, answer, |tested| {
        judge(comparison, tested, &describe)
    })
}

/// How trials of the alternatives stand to that of the baseline.
fn judge(
    comparison: &Comparison,
    tested: &[TestedCandidate],
    describe: impl Fn(&ComparedMetric) -> Option<String>,
) -> Finding {
    let Some((baseline, rivals)) = tested.split_first() else {
        unreachable!("a comparison has a baseline")
    };
    let (mut relations, mut texts, mut settled) = (Vec::new(), Vec::new(), true);
    for (against, rival) in comparison.alternatives.iter().zip(rivals) {
        let figures = compare(
            baseline.samples,
            rival.samples,
            &DECISIVE,
            comparison.confidence,
        );
        let relation = verdict(&figures);
        // That two cannot be told apart is shown only where the trial sees that their difference is not what it was.
        settled &= relation != Relation::Indistinguishable
            || figures.iter().any(|now| is_gone(against, now));
        let differences = figures
            .iter()
            .filter(|f| f.relation != Relation::Indistinguishable);
        let words: Vec<String> = std::iter::once(relation.name().to_string())
            .chain(differences.filter_map(&describe))
            .collect();
        let name = if rivals.len() > 1 {
            format!("{}: ", against.name)
        } else {
            String::new()
        };
        texts.push(format!("{name}{}", words.join(", ")));
        relations.push(relation.name());
    }
    Finding {
        answer: relations.join(" "),
        text: texts.join("; "),
        settled,
        verdict: None,
    }
}

/// Whether a trial's interval excludes the difference that the study found.
fn is_gone(against: &Against, now: &ComparedMetric) -> bool {
    let mut before = against.figures.iter();
    let before =
        before.find(|f| f.metric == now.metric && f.relation != Relation::Indistinguishable);
    let mean = before.and_then(|f| f.paired).map(|p| p.difference.mean);
    let bounds = now
        .paired
        .and_then(|p| p.difference.lower.zip(p.difference.upper));
    bounds
        .zip(mean)
        .is_some_and(|((lower, upper), mean)| mean < lower || mean > upper)
}
