//! What a sizing answers: what to buy, what binds, and whether the values that were tried contradict the search.

use super::answer::{outcome, weaknesses};
use crate::experiment::{SearchResult, TestedValue};
use crate::quantity::number::{capital, rounded_text, small, whole};
use crate::report::words;
use crate::scenario::Axis;
use crate::study::Verdict;

/// A search that is put into words.
pub(super) struct SizeAnswer<'a> {
    /// The key with its values.
    pub axis: &'a Axis,
    /// The largest value instead of the smallest.
    pub largest: bool,
    /// Gateways that may be down, and as many that stand by.
    pub spare: u32,
    /// Gateways that stand by in the scenario itself, beside those that are counted.
    pub standing_by: u32,
    /// When they go down; none: at the start.
    pub down_at: Option<&'a str>,
    /// No stretch of so many neighbouring values that serves is missed; none: they are in order.
    pub tolerance: Option<usize>,
    /// What was tried.
    pub result: &'a SearchResult,
}

impl SizeAnswer<'_> {
    /// The answer, a line each.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines = match &self.result.chosen_value {
            Some(value) => self.answer_with_value(value),
            None => self.answer_without_value(),
        };
        // Where nothing is settled, no order is taken for granted.
        let is_open = |t: &TestedValue| t.verdict == Verdict::Inconclusive;
        match self.tolerance {
            Some(tolerance) => {
                lines.extend(self.windows());
                lines.push(self.grid(tolerance));
            }
            None if self.result.tested_values().all(is_open) => {}
            None => lines.push(self.monotone()),
        }
        lines
    }

    fn key(&self) -> String {
        small(&words::key(&self.axis.key))
    }

    /// "5 gateways", "refresh interval 12 min".
    fn amount(&self, value: &str) -> String {
        match self.axis.key.rsplit('.').next() {
            Some("count") if self.axis.key.starts_with("gateway") => match value {
                "1" => "1 gateway".into(),
                n => format!("{n} gateways"),
            },
            Some("count") if self.axis.key.starts_with("clients") => match value {
                "1" => "1 user".into(),
                n => format!("{n} users"),
            },
            _ => format!("{} {value}", self.key()),
        }
    }

    /// What is to be bought, where gateways are counted; of other keys the value.
    fn headline(&self, value: &str, proof: &str) -> String {
        let direction = if self.largest { "largest" } else { "smallest" };
        let is_count = self.axis.key.starts_with("gateway") && self.axis.key.ends_with(".count");
        match (is_count && !self.largest, value.parse::<u32>()) {
            (true, Ok(n)) if self.spare > 0 => {
                let spare = match self.spare {
                    1 => "one spare".into(),
                    n => format!("{n} spare"),
                };
                format!(
                    "Buy {} gateways: {n} and {spare} ({} = {n}), {proof}.",
                    n + self.spare,
                    self.axis.key
                )
            }
            (true, Ok(n)) if self.standing_by > 0 => {
                let spare = match self.standing_by {
                    1 => "the one spare".into(),
                    n => format!("the {n} spare"),
                };
                format!(
                    "{} and {spare} of the scenario, {} in all, meet the objectives and no fewer do ({} = {n}), {proof}.",
                    capital(&self.amount(value)),
                    n + self.standing_by,
                    self.axis.key
                )
            }
            (true, Ok(n)) => {
                let amount_text = capital(&self.amount(value));
                let meet = if n == 1 { "meets" } else { "meet" };
                format!(
                    "{amount_text} {meet} the objectives and no fewer do ({} = {n}), {proof}.",
                    self.axis.key
                )
            }
            _ if self.axis.key.ends_with(".count") => format!(
                "{} are the {} that meet the objectives ({} = {value}), {proof}.",
                self.amount(value),
                if self.largest { "most" } else { "fewest" },
                self.axis.key
            ),
            _ => format!(
                "{} is the {direction} that meets the objectives ({} = {value}), {proof}.",
                capital(&self.amount(value)),
                self.axis.key
            ),
        }
    }

    fn answer_with_value(&self, best_value: &str) -> Vec<String> {
        let result = self.result;
        let fresh = result.fresh.iter().find(|t| t.value == *best_value);
        let replications = whole(fresh.map_or(0, |t| t.samples.replications().into()));
        if !result.is_confirmed() {
            let why = result.probe(best_value).map_or(String::new(), failing);
            return vec![
                format!(
                    "No value is confirmed: {} met the objectives in the search, not in {replications} fresh replications.",
                    self.amount(best_value)
                ),
                format!("{}. More replications help (--reps).", capital(&why)),
            ];
        }
        let proof = format!("confirmed by {replications} fresh replications");
        let mut lines = vec![self.headline(best_value, &proof)];
        let trial = result.probe(best_value);
        let weak = trial.map_or_else(Vec::new, |t| weaknesses(&t.samples));
        if !weak.is_empty() {
            lines[0] += &format!(" Even then {}.", weak.join(", and "));
        }
        if let Some((binding, room)) = trial.and_then(TestedValue::margin) {
            lines.push(format!(
                "What binds: {}. The end of its interval leaves {} % of the limit.",
                outcome(binding),
                rounded_text(room * 100.0, None)
            ));
        }
        lines.push(self.neighbour());
        lines.extend(self.spares(trial));
        lines
    }

    fn neighbour(&self) -> String {
        match self
            .result
            .beyond
            .as_ref()
            .and_then(|v| self.result.probe(v))
        {
            Some(next) if next.verdict == Verdict::Pass => format!(
                "With {} it passes too in fresh replications: the border lies in the noise.",
                self.amount(&next.value)
            ),
            Some(next) => format!("With {}: {}.", self.amount(&next.value), failing(next)),
            None => "It is the last of the values given: the border may lie beyond.".into(),
        }
    }

    fn spares(&self, trial: Option<&TestedValue>) -> Option<String> {
        if self.spare == 0 {
            return None;
        }
        let when = self
            .down_at
            .map_or("all the time".into(), |at| format!("from {at} on"));
        let down = match self.spare {
            1 => "one gateway".into(),
            n => format!("{n} gateways"),
        };
        let instances = trial.and_then(|t| t.down.as_deref()).unwrap_or_default();
        Some(format!(
            "This holds while {down} of {instances} is down {when}; the spare takes over its users."
        ))
    }

    /// No value is shown to serve.
    fn answer_without_value(&self) -> Vec<String> {
        let probes = &self.result.probes;
        let values: Vec<&str> = probes.iter().map(|t| t.value.as_str()).collect();
        let open = probes
            .iter()
            .filter(|t| t.verdict == Verdict::Inconclusive)
            .count();
        let first = match open {
            0 => format!(
                "No value of {} that was tried meets the objectives: {}.",
                self.key(),
                values.join(", ")
            ),
            _ => format!(
                "No value of {} is shown to meet the objectives: {} tried, {open} inconclusive.",
                self.key(),
                whole(probes.len() as u64)
            ),
        };
        let mut lines = vec![first];
        if let Some(serves) = probes.iter().find(|t| t.verdict == Verdict::Pass) {
            lines.push(format!(
                "{} meets them: larger values serve here, so leave --largest out.",
                capital(&self.amount(&serves.value))
            ));
        }
        let missed = probes.iter().rev().find(|t| t.verdict != Verdict::Pass);
        lines.extend(missed.map(|t| format!("With {}: {}.", self.amount(&t.value), failing(t))));
        lines
    }

    /// Every stretch of values that serves, unless it is the one from the answer to the end of the values.
    fn windows(&self) -> Option<String> {
        let windows = &self.result.windows;
        let ends = [self.axis.values.first()?, self.axis.values.last()?];
        let end = ends[usize::from(!self.largest)].value();
        let is_to_the_end = |(first, last): &(String, String)| match self.largest {
            true => first == end,
            false => last == end,
        };
        match &windows[..] {
            [] => None,
            [window] if is_to_the_end(window) => None,
            _ => {
                let spans = windows.iter().map(|(first, last)| match first == last {
                    true => first.clone(),
                    false => format!("{first} to {last}"),
                });
                Some(format!(
                    "In the search these values of {} served: {}.",
                    self.key(),
                    spans.collect::<Vec<_>>().join(", ")
                ))
            }
        }
    }

    /// What lies between the values that were tried.
    fn grid(&self, tolerance: usize) -> String {
        let total = self.axis.values.len();
        let probes_with = |verdict| {
            self.result
                .probes
                .iter()
                .filter(move |t| t.verdict == verdict)
        };
        let open = match probes_with(Verdict::Inconclusive).count() {
            // Where nothing is chosen, it has been said.
            _ if self.result.chosen_value.is_none() => String::new(),
            0 => String::new(),
            1 => " One of them is inconclusive.".into(),
            n => format!(" {} of them are inconclusive.", whole(n as u64)),
        };
        if self.result.probes.len() == total {
            return match total {
                1 => format!("The only value was tried.{open}"),
                n => format!("All {} values were tried.{open}", whole(n as u64)),
            };
        }
        format!(
            "{} of {} values were tried, no two more than {} apart: a narrower stretch that serves, or fails, may be missed (--tolerance 1 tries all).{open}",
            whole(self.result.probes.len() as u64),
            whole(total as u64),
            whole(tolerance as u64)
        )
    }

    /// Whether what was tried speaks against an order in the values, and that it was taken for granted elsewhere.
    fn monotone(&self) -> String {
        let number = |t: &TestedValue| self.axis.number(&t.value).unwrap_or(f64::NAN);
        let mut probes: Vec<&TestedValue> = self.result.tested_values().collect();
        probes.sort_by(|a, b| number(a).total_cmp(&number(b)));
        if self.largest {
            probes.reverse();
        }
        // From the risky to the safe side: once a value passes, no later one may fail.
        let pass = probes.iter().position(|t| t.verdict == Verdict::Pass);
        let fails = pass.and_then(|p| {
            let later = probes[p..].iter().find(|t| t.verdict == Verdict::Fail)?;
            Some((probes[p], *later))
        });
        match fails {
            Some((pass, fail)) => format!(
                "The answer is not monotone: {} passes and {} fails. rccsim sweep shows every value.",
                self.amount(&pass.value),
                self.amount(&fail.value)
            ),
            None => {
                // Some were tried twice: in the search, and in fresh replications.
                probes.dedup_by_key(|trial| trial.value.clone());
                format!(
                    "Values between the {} tried are taken to be in order; rccsim sweep shows every value.",
                    whole(probes.len() as u64)
                )
            }
        }
    }
}

/// Why a value does not serve.
fn failing(trial: &TestedValue) -> String {
    let missed: Vec<String> = trial
        .judgements
        .iter()
        .filter(|j| j.verdict != Verdict::Pass)
        .enumerate()
        // The first goes on after "With 4 gateways:", each further one begins a sentence.
        .map(|(i, j)| match i {
            0 => outcome(j),
            _ => capital(&outcome(j)),
        })
        .collect();
    missed.join(". ")
}
