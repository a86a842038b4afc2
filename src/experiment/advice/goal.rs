//! What levers are judged by: the objectives that a run misses or leaves open at a gateway; and whether a trial shows what
//! the run says.

use super::outcome::{ENOUGH, JudgedFigure, LEAVES, TrialOutcome};
use crate::deployment::Plan;
use crate::experiment::trial::OF_EXTREMES;
use crate::measure::{Basis, Bound, Metric, Objective, Sample, Scope, Tally, Unit};
use crate::scenario::Scenario;
use crate::study::Verdict;

/// A trial shows what a run says where its figure is within this factor of the run's, or in the run's interval.
const ALIKE: f64 = 1.25;
/// Shares that are judged by no objective may differ by so much besides.
const SLACK: f64 = 0.001;
/// Hours of users that a trial takes at most, whatever the run took: some tenths of a second.
const CHEAP_USER_HOURS: u64 = 50_000;
/// What a trial may take besides, as a part of the run: one in so many.
const PART_OF_RUN: u64 = 20;
/// Hours of users that no trial exceeds.
const MOST_USER_HOURS: u64 = 200_000;
/// The figures that are shown of every trial.
const SHOWN: [&str; 2] = ["down_fraction", "missed_toast_fraction"];
/// What figures begin with that depend on how busy a gateway is.
const OF_LOAD: [&str; 5] = ["setup_", "gateway_", "jobs_", "all_back_", "recovery_"];

/// A figure of a run with its interval.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct RunFigure {
    /// The mean over the replications.
    pub mean: Option<f64>,
    /// Lower end of its 95 % interval.
    pub lower: Option<f64>,
    /// Upper end.
    pub upper: Option<f64>,
    /// It lies among what was still open at the horizon: more than this.
    pub beyond: Option<f64>,
}

/// A figure of a scope, by the index of its cause where it is of one.
pub type FigureOf<'a> = dyn Fn(&Scope, &Metric, Option<usize>) -> Option<RunFigure> + 'a;

/// What a run says that levers are tried for.
pub struct RunFindings<'a> {
    /// How each objective of the scenario came out.
    pub verdicts: &'a [Verdict],
    /// The figures of the run.
    pub figure: &'a FigureOf<'a>,
    /// Replications.
    pub replications: u32,
}

/// What levers are to improve at a gateway, and what the run says of it there. The default judges by time down and missed
/// toasts, of a run of which nothing is known.
#[derive(Clone, Debug, Default)]
pub struct Goal {
    /// The objectives that are missed or open.
    pub(super) open: Vec<Objective>,
    /// Those that hold.
    held: Vec<Objective>,
    /// What the run says of those that are open, then of [`SHOWN`]; empty: nothing is known.
    expected: Vec<Option<RunFigure>>,
    replications: u32,
    /// Hours of users that a trial takes at most.
    most_hours: Option<u64>,
}

/// How much a lever helps.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Merit {
    /// Open objectives that a trial with it meets.
    pub(super) met: usize,
    /// The largest part that it leaves of a figure that is judged.
    pub(super) remains: f64,
}

impl Goal {
    /// The gateways where objectives are missed or open, and what is to be improved there; where there is no objective,
    /// every gateway.
    pub fn of_gateways(scenario: &Scenario, findings: &RunFindings) -> Vec<(usize, Self)> {
        let gateways = 0..scenario.plan.gateways.len();
        let goals = gateways.map(|index| (index, Self::of_gateway(scenario, index, findings)));
        let all: Vec<(usize, (Self, bool))> = goals
            .filter_map(|(index, goal)| Some((index, goal?)))
            .collect();
        let is_missed_somewhere = all.iter().any(|(_, (_, is_missed))| *is_missed);
        let decides = |is_missed: bool| is_missed || !is_missed_somewhere;
        let deciding = all.into_iter().filter(|(_, (_, missed))| decides(*missed));
        let mut goals: Vec<_> = deciding.map(|(index, (goal, _))| (index, goal)).collect();
        let taken = u64::from(findings.replications) * scenario.plan.user_hours();
        let most = (taken / PART_OF_RUN).clamp(CHEAP_USER_HOURS, MOST_USER_HOURS);
        let share = most / goals.len().max(1) as u64;
        (goals.iter_mut()).for_each(|(_, goal)| goal.most_hours = Some(share));
        goals
    }

    /// What is to be improved at a gateway, and whether its own figures miss an objective; `None`: all that concern it hold.
    fn of_gateway(
        scenario: &Scenario,
        gateway: usize,
        findings: &RunFindings,
    ) -> Option<(Self, bool)> {
        let plan = &scenario.plan;
        let name = &plan.gateways[gateway].name;
        let is_here = |scope: &Scope| match scope {
            Scope::All => true,
            Scope::Gateway(other) => other == name,
            Scope::Clients(group) => {
                let mut clients = plan.clients.iter();
                clients.any(|c| c.name == *group && c.gateway == gateway)
            }
        };
        let here = |scope: &Scope| match scope {
            Scope::Clients(_) => scope.clone(),
            _ => Scope::Gateway(name.clone()),
        };
        let figure = |scope: &Scope, metric, cause| (findings.figure)(&here(scope), metric, cause);
        let mut goal = Self {
            replications: findings.replications,
            ..Self::default()
        };
        let (mut concerns, mut is_missed) = (scenario.objectives.is_empty(), false);
        for (objective, verdict) in scenario.objectives.iter().zip(findings.verdicts) {
            if !is_here(&objective.scope) {
                continue;
            }
            if *verdict == Verdict::Pass {
                goal.held.push(objective.clone());
                continue;
            }
            concerns = true;
            let expected = figure(&objective.scope, objective.metric, objective.cause);
            let own = expected.unwrap_or_default();
            is_missed |= is_missed_by(objective, own);
            if !is_of_others(objective, *verdict, own) {
                goal.open.push(objective.clone());
                goal.expected.push(expected);
            }
        }
        let shown = SHOWN.map(|name| figure(&Scope::All, Metric::by_name(name)?, None));
        goal.expected.extend(shown);
        concerns.then_some((goal, is_missed))
    }

    /// Hours of users that a trial takes at most.
    pub(super) fn most_hours(&self) -> u64 {
        self.most_hours.unwrap_or(CHEAP_USER_HOURS)
    }

    /// Every figure that is looked at: of open objectives, which are judged, then of those that hold.
    pub(super) fn figures(&self, counted: &Counted) -> Vec<JudgedFigure> {
        let objectives = self.open.iter().chain(&self.held);
        objectives.map(|o| counted.figure(o)).collect()
    }

    /// Whether a trial misses an objective that the run misses or leaves open.
    pub(super) fn is_missed(&self, outcome: &TrialOutcome) -> bool {
        let judged = self.open.iter().zip(&outcome.judged);
        judged.into_iter().any(|(o, figure)| !meets(o, figure))
    }

    /// Whether the events behind what is judged suffice to tell a lever's help from chance.
    pub(super) fn is_enough(&self, outcome: &TrialOutcome) -> bool {
        let judged = outcome.judged.iter().take(self.open.len());
        judged
            .into_iter()
            .all(|f| f.events.is_none_or(|n| n >= ENOUGH))
    }

    /// Whether something is judged that depends on how busy the gateway is.
    pub(super) fn is_of_load(&self) -> bool {
        let begins = |o: &Objective| OF_LOAD.iter().any(|name| o.metric.name.starts_with(name));
        self.open.iter().any(begins)
    }

    /// Whether a trial without any lever shows what the run says. One of all users is as one replication of the run.
    pub(super) fn is_shown_by(&self, outcome: &TrialOutcome, is_whole: bool) -> bool {
        let share = |x| JudgedFigure {
            value: Some(x),
            is_beyond: false,
            events: None,
            is_of_time: false,
        };
        let judged = outcome.judged.iter().take(self.open.len()).copied();
        let shown = [share(outcome.down), share(outcome.missed)];
        let figures = judged.map(|f| (f, 0.0)).chain(shown.map(|f| (f, SLACK)));
        let widened = match is_whole {
            true => (f64::from(self.replications) + 1.0).sqrt(),
            false => 1.0,
        };
        let is_only = is_whole && self.replications == 1;
        let mut expected = self.expected.iter().zip(figures);
        is_only
            || expected.all(|(run, (figure, slack))| {
                run.is_none_or(|run| run.is_like(figure, slack, widened))
            })
    }

    /// How much a lever helps; `None`: not at all, or it makes a figure worse that is judged, or misses an objective that
    /// held.
    pub(super) fn merit(&self, before: &TrialOutcome, after: &TrialOutcome) -> Option<Merit> {
        let (open, held) = (self.open.len(), self.held.len());
        if open == 0 {
            let keeps = (0..held).all(|i| self.keeps(i, before, after));
            let merit = Merit {
                met: 0,
                remains: 0.0,
            };
            return (after.helps(before) && keeps).then_some(merit);
        }
        let (mut met, mut remains, mut is_better) = (0, 0.0, false);
        for (index, objective) in self.open.iter().enumerate() {
            let (was, is) = (before.judged[index], after.judged[index]);
            let (bad, good) = (badness(objective, &was), badness(objective, &is));
            if good > bad {
                return None;
            }
            let left = part_left(objective, bad, good);
            let is_met = meets(objective, &is);
            met += usize::from(is_met);
            remains = left.max(remains);
            let is_new = is_met && !meets(objective, &was);
            // Of a few missed toasts a trial cannot tell; that their users are down for less time it can.
            let is_told = after.is_told_apart(index, before) || after.is_shorter_than(before);
            is_better |= (left <= LEAVES || is_new) && is_told;
        }
        let keeps = (open..open + held).all(|i| self.keeps(i - open, before, after));
        (is_better && keeps).then_some(Merit { met, remains })
    }

    /// Whether an objective that holds is met with a lever, as far as it is without.
    fn keeps(&self, held: usize, before: &TrialOutcome, after: &TrialOutcome) -> bool {
        let (objective, index) = (&self.held[held], self.open.len() + held);
        meets(objective, &after.judged[index]) || !meets(objective, &before.judged[index])
    }
}

/// Whether the figure of one gateway misses an objective, or adds to a count that does.
fn is_missed_by(objective: &Objective, own: RunFigure) -> bool {
    let Some(value) = own.mean.or(own.beyond) else {
        return false;
    };
    match objective.metric.unit {
        Unit::Count | Unit::PerSecond if objective.scope == Scope::All => value > 0.0,
        _ => !is_met(objective.bound, value),
    }
}

/// Whether an objective is open only since its figure, which meets it or cannot be less, says nothing of those who are
/// without a session, or were when a fault came: then the time without one is what is to be improved.
fn is_of_others(objective: &Objective, verdict: Verdict, own: RunFigure) -> bool {
    let meets = |x: Option<f64>| x.is_none_or(|x| is_met(objective.bound, x));
    let is_least = matches!(objective.bound, Bound::AtMost(_)) && own.mean == Some(0.0);
    verdict == Verdict::Inconclusive
        && own.beyond.is_none()
        && objective.metric.basis != Basis::SignedIn
        && (is_least || [own.mean, own.lower, own.upper].into_iter().all(meets))
}

fn is_met(bound: Bound, value: f64) -> bool {
    match bound {
        Bound::AtMost(target) => value <= target,
        Bound::AtLeast(target) => value >= target,
    }
}

/// Whether nothing to measure is the best that can be: without a loss, none takes time. Where nobody ever has a session, a
/// set-up or a return takes for ever.
fn is_best_absent(metric: &Metric) -> bool {
    !metric.name.starts_with("setup_") && !metric.name.starts_with("all_back_")
}

fn meets(objective: &Objective, figure: &JudgedFigure) -> bool {
    match (figure.value, objective.bound) {
        (None, _) => is_best_absent(objective.metric),
        (Some(_), Bound::AtMost(_)) if figure.is_beyond => false,
        (Some(value), bound) => is_met(bound, value),
    }
}

/// How bad a figure is, in the metric's unit, whatever is better of it.
fn badness(objective: &Objective, figure: &JudgedFigure) -> f64 {
    match (figure.value, objective.bound) {
        (None, _) if is_best_absent(objective.metric) => f64::NEG_INFINITY,
        (None, _) => f64::INFINITY,
        (Some(_), Bound::AtMost(_)) if figure.is_beyond => f64::INFINITY,
        (Some(value), Bound::AtMost(_)) => value,
        (Some(value), Bound::AtLeast(_)) => -value,
    }
}

/// Which part of what is bad a lever leaves: of a figure that is to be small itself, of another what it lacks.
fn part_left(objective: &Objective, before: f64, after: f64) -> f64 {
    let trouble = |bad: f64| match objective.bound {
        Bound::AtMost(_) => bad.max(0.0),
        Bound::AtLeast(target) => (target + bad).max(0.0),
    };
    let (before, after) = (trouble(before), trouble(after));
    match after < before {
        true if before.is_infinite() => 0.0,
        true => after / before,
        false => 1.0,
    }
}

impl RunFigure {
    /// Whether a trial's figure is like it: within a factor, or in its interval, `widened` times as wide.
    fn is_like(&self, trial: JudgedFigure, slack: f64, widened: f64) -> bool {
        if self.beyond.is_some() || trial.is_beyond {
            return self.beyond.is_some() == trial.is_beyond;
        }
        let (Some(mean), Some(value)) = (self.mean, trial.value) else {
            return self.mean.unwrap_or(0.0) == trial.value.unwrap_or(0.0);
        };
        let end = |end: Option<f64>| end.map_or(0.0, |end| (end - mean).abs() * widened);
        let (below, above) = (end(self.lower), end(self.upper));
        let is_near = value <= mean * ALIKE && value >= mean / ALIKE;
        is_near || (mean - below - slack..=mean + above + slack).contains(&value)
    }
}

/// What a trial counted.
pub(super) struct Counted<'a> {
    /// What was simulated.
    pub(super) plan: &'a Plan,
    /// Of all users, then of each client group.
    pub(super) tallies: &'a [Tally],
    /// How many users of the deployment one of the trial stands for, and how many of the trial without any lever one of this
    /// trial does.
    pub(super) stands_for: f64,
    pub(super) as_many: f64,
}

impl Counted<'_> {
    /// The figure of an objective as the whole gateway would have it.
    fn figure(&self, objective: &Objective) -> JudgedFigure {
        let metric = objective.metric;
        let group = match &objective.scope {
            Scope::Clients(name) => self.plan.clients.iter().position(|c| c.name == *name),
            _ => None,
        };
        let tally = &self.tallies[group.map_or(0, |index| index + 1)];
        let sample = match objective.cause {
            None => metric.sample(tally, self.plan.horizon),
            Some(cause) => metric.sample_of_cause(tally, cause),
        };
        let grows = matches!(metric.unit, Unit::Count | Unit::PerSecond)
            && !OF_EXTREMES.contains(&metric.name);
        let factor = if grows { self.stands_for } else { 1.0 };
        let is_of_time = metric.is_share_of_time();
        let is_counted = matches!(metric.unit, Unit::Fraction | Unit::PerClientHour)
            && !is_of_time
            && metric.name != "gateway_utilisation";
        let as_many = |events: f64| (events * self.as_many).round() as u64;
        let (value, events) = match sample {
            Sample::Absent => (None, None),
            Sample::Count(n) => (Some(n as f64), Some(as_many(n as f64))),
            Sample::Ratio(above, below) => {
                (Some(above / below), is_counted.then(|| as_many(above)))
            }
            Sample::Value(x) | Sample::Beyond(x) => (Some(x), None),
        };
        JudgedFigure {
            value: value.map(|x| x * factor),
            is_beyond: matches!(sample, Sample::Beyond(_)),
            events,
            is_of_time,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn objective(metric: &str, bound: Bound) -> Objective {
        Objective {
            metric: Metric::by_name(metric).unwrap(),
            cause: None,
            scope: Scope::All,
            bound,
            quantile: None,
            rarest_fault: None,
        }
    }

    fn goal(objectives: &[Objective]) -> Goal {
        Goal {
            open: objectives.to_vec(),
            ..Goal::default()
        }
    }

    /// A trial of 100 users without a lost session, with those figures.
    fn outcome(values: &[f64]) -> TrialOutcome {
        let figure = |x: &f64| JudgedFigure {
            value: Some(*x),
            is_beyond: false,
            events: None,
            is_of_time: false,
        };
        let mut all = Tally::default();
        all.users = 100;
        TrialOutcome::new(&all, values.iter().map(figure).collect(), (100, 100))
    }

    #[test]
    fn what_makes_one_of_several_worse_is_no_help_and_what_meets_more_is_better() {
        let goal = goal(&[
            objective("setup_p99_ms", Bound::AtMost(5000.0)),
            objective("first_loss_s", Bound::AtLeast(3600.0)),
        ]);
        let before = outcome(&[1e4, 1800.0]);
        let merit = |values: &[f64]| goal.merit(&before, &outcome(values));
        let (met, remains) = (1, 1.0);
        assert_eq!(merit(&[4900.0, 1800.0]), Some(Merit { met, remains }));
        // A third of what it lacks.
        assert_eq!(
            merit(&[1e4, 2400.0]),
            Some(Merit {
                met: 0,
                remains: 1.0
            })
        );
        assert_eq!(
            merit(&[1000.0, 3600.0]),
            Some(Merit {
                met: 2,
                remains: 0.1
            })
        );
        assert_eq!(merit(&[1.0, 1799.0]), None);
        assert_eq!(merit(&[9000.0, 1800.0]), None);
    }

    #[test]
    fn of_one_missed_toast_the_time_down_tells() {
        let goal = goal(&[objective("missed_toast_fraction", Bound::AtMost(0.001))]);
        let trial = |missed: u64, down: f64| {
            let mut outcome = outcome(&[missed as f64 / 100.0]);
            outcome.judged[0].events = Some(missed);
            outcome.down = down;
            outcome
        };
        let merit = |after: &TrialOutcome| goal.merit(&trial(1, 0.02), after);
        assert!(merit(&trial(0, 0.001)).is_some() && merit(&trial(0, 0.019)).is_none());
    }

    #[test]
    fn what_misses_an_objective_that_held_is_no_help() {
        let goal = Goal {
            held: vec![objective("missed_toast_fraction", Bound::AtMost(0.01))],
            ..goal(&[objective("setup_p99_ms", Bound::AtMost(5000.0))])
        };
        let before = outcome(&[1e4, 0.001]);
        assert!(goal.merit(&before, &outcome(&[1000.0, 0.009])).is_some());
        assert!(goal.merit(&before, &outcome(&[1000.0, 0.02])).is_none());
    }

    #[test]
    fn a_trial_is_like_the_run_within_a_factor_or_in_its_interval() {
        let run = RunFigure {
            mean: Some(0.056),
            lower: Some(0.05),
            upper: Some(0.062),
            beyond: None,
        };
        let trial = |x: f64| outcome(&[x]).judged[0];
        let is_like = |x: f64, widened: f64| run.is_like(trial(x), 0.0, widened);
        assert!(is_like(0.069, 1.0) && !is_like(0.64, 1.0) && !is_like(0.075, 1.0));
        // As one of 9 replications may be.
        assert!(is_like(0.073, 10.0_f64.sqrt()) && !is_like(0.64, 10.0_f64.sqrt()));
        // Not everyone is back, in the run and in the trial.
        let open = RunFigure {
            beyond: Some(9000.0),
            ..RunFigure::default()
        };
        let beyond = JudgedFigure {
            is_beyond: true,
            ..trial(9000.0)
        };
        assert!(open.is_like(beyond, 0.0, 1.0) && !open.is_like(trial(60.0), 0.0, 1.0));
    }
}
