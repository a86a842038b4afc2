//! `[[objective]]`: read by the unit of its metric, and checked before anything runs.

use super::document::{Document, Entry, RawValue, Section};
use super::error::{Errors, ScenarioError, nearest};
use super::instead::instead;
use super::kind::Kind;
use super::names::Names;
use super::rule::{RuleKey, check_rule_keys};
use crate::deployment::Plan;
use crate::measure::{Bound, DayShare, METRICS, Metric, Objective, Scope, Unit};
use crate::quantity::{Span, parse_rate, parse_share, parse_span, print_span};

/// The keys of `[[objective]]`.
pub(super) const KEYS: [RuleKey; 6] = [
    RuleKey {
        name: "metric",
        meaning: "the figure that is judged; it must be given",
        expects: "a metric (`rccsim help metrics` lists them)",
        example: "\"missed_toast_fraction\"",
    },
    RuleKey {
        name: "cause",
        meaning: "only what has this cause, of a metric that is counted by cause",
        expects: "a cause of the metric (`rccsim help METRIC` lists them)",
        example: "\"refresh_unanswered\"",
    },
    RuleKey {
        name: "scope",
        meaning: "of whom; without it, of all",
        expects: "\"all\", \"clients:NAME\" or \"gateway:NAME\"",
        example: "\"clients:office\"",
    },
    RuleKey {
        name: "at_most",
        meaning: "the largest value that is good enough; this or at_least must be given",
        expects: "a value in the unit of the metric, like \"0.5 %\", \"5 min\" or 100",
        example: "\"0.5 %\"",
    },
    RuleKey {
        name: "at_least",
        meaning: "the smallest value that is good enough",
        expects: "a value in the unit of the metric, like \"0.5 %\", \"5 min\" or 100",
        example: "\"1 h\"",
    },
    RuleKey {
        name: "quantile",
        meaning: "on how many days the figure of the day is to be so good; a replication is a day; without it, on the mean \
                  over all days",
        expects: "some of all days, like \"19 of 20 days\"",
        example: "\"19 of 20 days\"",
    },
];

const DAY_US: u64 = 86_400_000_000;

/// Figures of lost sessions: a day without a loss has no value of them, hence no place among the days.
const OF_LOSSES: [&str; 5] = [
    "first_loss_s",
    "detection_mean_s",
    "detection_p95_s",
    "recovery_mean_s",
    "recovery_p95_s",
];

/// What a target of that unit looks like.
pub(super) fn example(unit: Unit) -> String {
    let what = match unit {
        Unit::Count => "a number",
        Unit::Fraction => "a share in percent",
        Unit::PerClientHour | Unit::PerSecond => "a rate with its unit",
        Unit::Milliseconds | Unit::Seconds => "a duration with its unit",
    };
    format!("{what}, like {}", example_target(unit))
}

/// A target in that unit, as it stands in a file.
pub(crate) fn example_target(unit: Unit) -> &'static str {
    match unit {
        Unit::Count => "100",
        Unit::Fraction => "\"0.5 %\"",
        Unit::PerClientHour => "\"0.1 /h\"",
        Unit::PerSecond => "\"12 /s\"",
        Unit::Milliseconds => "\"200 ms\"",
        Unit::Seconds => "\"5 min\"",
    }
}

/// The kind of key whose values are written like a target in that unit.
fn kind_like(unit: Unit) -> Option<Kind> {
    match unit {
        Unit::Count => None,
        Unit::Fraction => Some(Kind::Share(0.0, 100.0)),
        Unit::PerClientHour | Unit::PerSecond => Some(Kind::Rate {
            most_per_s: f64::MAX,
        }),
        Unit::Milliseconds | Unit::Seconds => Some(Kind::Span(Span::ZERO, Span(u64::MAX))),
    }
}

/// A target read by the unit of its metric.
pub(super) fn target(unit: Unit, form: &RawValue) -> Option<f64> {
    match (unit, form) {
        (Unit::Count, RawValue::Number(text)) => text
            .parse()
            .ok()
            .filter(|n: &f64| n.is_finite() && *n >= 0.0),
        (Unit::Fraction, RawValue::Text(text)) => parse_share(text),
        (Unit::PerClientHour, RawValue::Text(text)) => parse_rate(text).map(|per_s| per_s * 3600.0),
        (Unit::PerSecond, RawValue::Text(text)) => parse_rate(text),
        (Unit::Milliseconds, RawValue::Text(text)) => parse_span(text).map(|s| s.0 as f64 / 1e3),
        (Unit::Seconds, RawValue::Text(text)) => parse_span(text).map(|s| s.0 as f64 / 1e6),
        _ => None,
    }
}

/// A target as it would stand in a file.
pub(super) fn written_target(unit: Unit, target: f64) -> String {
    let text = |t: String| RawValue::Text(t).display();
    match unit {
        Unit::Count => format!("{target}"),
        Unit::Fraction => text(format!("{} %", target * 100.0)),
        Unit::PerClientHour => text(format!("{target} /h")),
        Unit::PerSecond => text(format!("{target} /s")),
        Unit::Milliseconds => text(print_span(Span((target * 1e3) as u64))),
        Unit::Seconds => text(print_span(Span((target * 1e6) as u64))),
    }
}

fn text(entry: &Entry) -> Result<&str, ScenarioError> {
    match &entry.form {
        RawValue::Text(text) => Ok(text),
        other => Err(ScenarioError::input(
            &entry.place,
            format!(
                "objective.{}: found {}, expected text in quotes",
                entry.key,
                other.display()
            ),
        )),
    }
}

fn scope(entry: &Entry, names: &Names) -> Result<Scope, ScenarioError> {
    let scope = names.scope(text(entry)?);
    scope.map_err(|detail| ScenarioError::input(&entry.place, format!("objective.scope: {detail}")))
}

fn metric(section: &Section) -> Result<&'static Metric, ScenarioError> {
    let Some(entry) = section.entry("metric") else {
        return Err(ScenarioError::input(
            &section.place,
            "objective has no `metric`",
        ));
    };
    let name = text(entry)?;
    Metric::by_name(name).ok_or_else(|| {
        let names = METRICS.iter().map(|m| m.name);
        let near = nearest(name, names.clone());
        ScenarioError::input(
            &entry.place,
            format!(
                "objective.metric: unknown metric {name:?}{near}; valid: {}",
                names.collect::<Vec<_>>().join(", ")
            ),
        )
    })
}

fn cause(entry: &Entry, metric: &Metric) -> Result<usize, ScenarioError> {
    let name = text(entry)?;
    let causes = (metric.causes)();
    causes.iter().position(|c| *c == name).ok_or_else(|| {
        let valid = if causes.is_empty() {
            format!("{} is not counted by cause", metric.name)
        } else {
            format!("valid: {}", causes.join(", "))
        };
        ScenarioError::input(
            &entry.place,
            format!("objective.cause: found {name:?}; {valid}"),
        )
    })
}

/// On how many days an objective is to hold.
fn quantile_of(entry: &Entry, metric: &Metric, plan: &Plan) -> Result<DayShare, ScenarioError> {
    let text = text(entry)?;
    let bad = |why: String| ScenarioError::input(&entry.place, format!("objective.quantile{why}"));
    if OF_LOSSES.contains(&metric.name) {
        return Err(bad(format!(
            " of {}: a day without a lost session has no value of it, so that the days cannot be ordered; take down_fraction or missed_toast_fraction",
            metric.name
        )));
    }
    if plan.horizon.0 > DAY_US {
        return Err(bad(
            ": a replication is the day, and this run is longer: scenario.horizon must be 24 h at most".into(),
        ));
    }
    if let Some((index, _)) = plan.rare_faults().first() {
        return Err(bad(format!(
            ": {} comes so rarely that each replication is the weighted mean of a run with it and one without, which is no day; \
             leave out the quantile, or the fault",
            plan.faults[*index].name
        )));
    }
    DayShare::parse(text).ok_or_else(|| {
        bad(format!(
            ": found {text:?}, expected some of all days, like \"19 of 20 days\""
        ))
    })
}

/// An objective as it stands, on the mean of all days.
fn stated(section: &Section, names: &Names) -> Result<Objective, ScenarioError> {
    check_rule_keys(section, &KEYS)?;
    let metric = metric(section)?;
    let (entry, at_most) = match (section.entry("at_most"), section.entry("at_least")) {
        (Some(entry), None) => (entry, true),
        (None, Some(entry)) => (entry, false),
        _ => {
            return Err(ScenarioError::input(
                &section.place,
                format!(
                    "objective on {}: give either `at_most` or `at_least`",
                    metric.name
                ),
            ));
        }
    };
    let target = target(metric.unit, &entry.form).ok_or_else(|| {
        let message = format!(
            "objective.{} of {}: found {}, expected {}{}",
            entry.key,
            metric.name,
            entry.form.display(),
            example(metric.unit),
            kind_like(metric.unit).map_or_else(String::new, |kind| instead(&kind, &entry.form))
        );
        ScenarioError::input(&entry.place, message)
    })?;
    let scope = section.entry("scope").map(|entry| scope(entry, names));
    let cause = section.entry("cause").map(|entry| cause(entry, metric));
    Ok(Objective {
        rarest_fault: None,
        metric,
        cause: cause.transpose()?,
        scope: scope.transpose()?.unwrap_or(Scope::All),
        quantile: None,
        bound: if at_most {
            Bound::AtMost(target)
        } else {
            Bound::AtLeast(target)
        },
    })
}

/// Every objective of the file as it stands, before the plan is known.
pub(super) struct Stated<'a>(Vec<(&'a Section, Objective)>);

impl<'a> Stated<'a> {
    /// Reads them.
    ///
    /// # Errors
    /// What is wrong with each.
    pub(super) fn read(document: &'a Document, names: &Names) -> Result<Self, ScenarioError> {
        let mut errors = Errors::default();
        let sections = document.sections.iter().filter(|s| s.table == "objective");
        let objectives = sections.filter_map(|s| Some((s, errors.value(stated(s, names))?)));
        let objectives = objectives.collect();
        errors.into_result()?;
        Ok(Self(objectives))
    }

    /// The objectives of a plan.
    ///
    /// # Errors
    /// What this plan cannot be judged by.
    pub(super) fn for_plan(self, plan: &Plan) -> Result<Vec<Objective>, ScenarioError> {
        let mut errors = Errors::default();
        let rarest_faults = plan.rarest_faults();
        let of_plan = |(section, mut objective): (&Section, Objective)| {
            let quantile = section.entry("quantile");
            let quantile = quantile.map(|entry| quantile_of(entry, objective.metric, plan));
            objective.quantile = quantile.transpose()?;
            objective.rarest_fault = rarest_faults.for_scope(&objective.scope);
            Ok(objective)
        };
        let objectives = self.0.into_iter().filter_map(|o| errors.value(of_plan(o)));
        let objectives = objectives.collect();
        errors.into_result()?;
        Ok(objectives)
    }
}
