//! How often the intervals of figures and of paired differences hold the truth, and how often verdicts are wrong.

use rayon::prelude::*;
use rccsim::experiment::Experiment;
use rccsim::measure::{METRICS, Unit};
use rccsim::study::{Estimate, Samples, Verdict, compare};

use super::MACRO_REPLICATIONS;
use super::models::{MODELS, Model};
use super::rows::Rows;

/// Replications behind what counts as true.
const TRUTH: u32 = 6_000;
/// Fewer tries than these with an interval say nothing of it.
const FEWEST: usize = 100;

fn samples(model: &Model, seed: u64, is_other: bool, replications: u32) -> Samples {
    let scenario = model.scenario(seed, is_other, "");
    let answer = Experiment::new(scenario).replications(replications).run();
    answer.unwrap_or_else(|e| panic!("{e}")).assessment.samples
}

fn holds(estimate: Estimate, truth: f64) -> Option<bool> {
    let (lower, upper) = (estimate.lower?, estimate.upper?);
    // What every replication repeats is printed without an interval.
    if upper - lower <= 2e-9 * truth.abs() {
        return None;
    }
    // As far as sums of floating-point numbers are equal.
    let slack = 1e-9 * truth.abs();
    Some(lower <= truth + slack && truth - slack <= upper)
}

/// In how many tries a statement was made, and in how many of them it held.
struct Tries {
    hits: usize,
    total: usize,
}

impl Tries {
    fn count(outcomes: impl Iterator<Item = Option<bool>>) -> Self {
        let outcomes: Vec<bool> = outcomes.flatten().collect();
        Self {
            hits: outcomes.iter().filter(|is_held| **is_held).count(),
            total: outcomes.len(),
        }
    }

    fn share(&self) -> f64 {
        100.0 * self.hits as f64 / self.total.max(1) as f64
    }
}

pub(crate) fn measure(replications: u32, rows: &mut Rows) {
    println!("studies of {replications} replications");
    for model in &MODELS {
        println!("\n{}", model.name);
        let [truth, other_truth] = [false, true].map(|is_other| samples(model, 1, is_other, TRUTH));
        let studies: Vec<[Samples; 2]> = (0..MACRO_REPLICATIONS)
            .into_par_iter()
            .map(|m| {
                let seed = 1000 + u64::from(m);
                [false, true].map(|is_other| samples(model, seed, is_other, replications))
            })
            .collect();
        figures(model, &truth, &studies, rows);
        differences(model, [&truth, &other_truth], &studies, rows);
        verdicts(model, replications, &truth, rows);
    }
}

fn names() -> impl Iterator<Item = &'static str> {
    METRICS.iter().map(|m| m.name)
}

fn figures(model: &Model, truth: &Samples, studies: &[[Samples; 2]], rows: &mut Rows) {
    let mut shares: Vec<(f64, &str)> = Vec::new();
    for name in names() {
        let row = truth
            .figure(name)
            .unwrap_or_else(|| unreachable!("a metric has a column"));
        let Some(truth) = row
            .estimate
            .filter(|e| e.half_width().is_some_and(|h| h > 0.0))
        else {
            continue; // Always the same, or nothing of the kind.
        };
        let hits = studies.iter().map(|[study, _]| {
            let estimate = study.figure(name)?.estimate?;
            holds(estimate, truth.mean)
        });
        let tries = Tries::count(hits);
        if tries.total < FEWEST || truth.mean == 0.0 {
            continue;
        }
        rows.add(model.name, tries.total as u64, name, tries.share(), "%");
        shares.push((tries.share(), name));
    }
    table("figures", shares);
}

fn differences(model: &Model, truths: [&Samples; 2], studies: &[[Samples; 2]], rows: &mut Rows) {
    let all_names: Vec<&str> = names().collect();
    let truths = compare(truths[0], truths[1], &all_names, 0.95);
    let comparisons: Vec<_> = studies
        .iter()
        .map(|[a, b]| compare(a, b, &all_names, 0.95))
        .collect();
    let mut shares: Vec<(f64, &str)> = Vec::new();
    for (place, truth) in truths.iter().enumerate() {
        let Some(truth_difference) = truth.paired.map(|p| p.difference) else {
            continue;
        };
        if truth_difference.half_width().is_none_or(|h| h == 0.0) {
            continue;
        }
        let hits = comparisons.iter().map(|study| {
            let paired = study.get(place)?.paired?;
            holds(paired.difference, truth_difference.mean)
        });
        let tries = Tries::count(hits);
        if tries.total < FEWEST {
            continue;
        }
        let name = truth.metric.name;
        rows.add(
            model.name,
            tries.total as u64,
            &format!("difference of {name}"),
            tries.share(),
            "%",
        );
        shares.push((tries.share(), name));
    }
    table("paired differences", shares);
}

/// How many of them cover, and those that do not.
fn table(label: &str, mut shares: Vec<(f64, &str)>) {
    shares.sort_by(|a, b| a.0.total_cmp(&b.0));
    let inside = shares
        .iter()
        .filter(|(s, _)| (93.0..=98.0).contains(s))
        .count();
    let above = shares.iter().filter(|(s, _)| *s > 98.0).count();
    let median = shares.get(shares.len() / 2).map_or(f64::NAN, |s| s.0);
    println!(
        "  {label}: {} of them, {inside} in 93–98 %, {above} above, median {median:.1} %; the least:",
        shares.len()
    );
    for (share, name) in shares.iter().take(6) {
        println!("    {share:5.1} %  {name}");
    }
}

/// Of an objective whose target is the truth, at most 2.5 % should pass and 2.5 % fail.
fn verdicts(model: &Model, replications: u32, truth: &Samples, rows: &mut Rows) {
    for metric in ["missed_toast_fraction", "down_fraction", "session_drops"] {
        let row = truth
            .figure(metric)
            .and_then(|r| Some((r.column.metric.unit, r.estimate?.mean)));
        let Some((unit, mean)) = row.filter(|(_, mean)| *mean > 0.0) else {
            continue;
        };
        let target = match unit {
            Unit::Fraction => format!("\"{} %\"", mean * 100.0),
            _ => mean.to_string(),
        };
        let objective = format!("[[objective]]\nmetric = \"{metric}\"\nat_most = {target}\n");
        let verdicts: Vec<Verdict> = (0..MACRO_REPLICATIONS)
            .into_par_iter()
            .map(|m| {
                let scenario = model.scenario(5000 + u64::from(m), false, &objective);
                let answer = Experiment::new(scenario).replications(replications).run();
                answer.unwrap_or_else(|e| panic!("{e}")).verdict()
            })
            .collect();
        let share = |verdict| {
            100.0 * verdicts.iter().filter(|v| **v == verdict).count() as f64
                / f64::from(MACRO_REPLICATIONS)
        };
        let (pass, fail) = (share(Verdict::Pass), share(Verdict::Fail));
        println!("  verdict on {metric} at the target: pass {pass:.1} %, fail {fail:.1} %");
        rows.add(
            model.name,
            MACRO_REPLICATIONS.into(),
            &format!("{metric} passes at the target"),
            pass,
            "%",
        );
        rows.add(
            model.name,
            MACRO_REPLICATIONS.into(),
            &format!("{metric} fails at the target"),
            fail,
            "%",
        );
    }
}
