//! From a `[[fault]]` to single faults: one for each of its targets and each of its times.

use std::collections::{BTreeMap, BTreeSet};

use crate::deployment::{FaultPlan, FaultTarget, Plan};
use crate::faults::{FaultConfig, FaultKind, Schedule};
use crate::quantity::number::count_phrase;
use crate::quantity::{
    Day, DayUnknown, Every, Moment, Recurrence, Span, Time, print_moment, print_span,
};
use crate::scenario::catalogue::Fault;
use crate::scenario::error::{ScenarioError, nearest};
use crate::scenario::setting::{Setting, SettingValue, Settings};
use crate::scenario::words::Choice;

/// Faults that one section stands for at most: each is looked at by each group that it hits.
const FAULTS_MOST: usize = 1000;

/// How many faults there are of each kind and target.
pub(super) type Numbers = BTreeMap<(FaultKind, FaultTarget), u32>;

/// The faults of a section; `numbers` are of those before it.
pub(super) fn read(
    s: &Settings,
    all_targets: &Targets,
    numbers: &mut Numbers,
    plan: &Plan,
) -> Result<Vec<FaultPlan>, ScenarioError> {
    let keys = Fault::from_settings(s);
    let targets = targets(s, &keys, all_targets, plan)?;
    let schedules = schedules(s, &keys, plan)?;
    let (times, hit) = (schedules.len(), targets.len());
    if times * hit > FAULTS_MOST {
        let suffix = if times > FAULTS_MOST { " or more" } else { "" };
        let message = format!(
            "fault.{}: it happens {times}{suffix} times to {}, expected {FAULTS_MOST} faults at most: make `every` longer, or the time from `from` to `until` shorter",
            s.name,
            count_phrase(hit as u64, "target"),
        );
        return Err(ScenarioError::input(&s.place, message));
    }
    check_surge(s, &keys)?;
    check_reset(s, &keys)?;
    let mut faults = Vec::new();
    for schedule in schedules {
        for target in &targets {
            let number = numbers.entry((keys.kind, *target)).or_default();
            let config = FaultConfig {
                kind: keys.kind,
                schedule,
                reset: keys.reset.value,
                call_rate: keys.call_rate.value,
            };
            faults.push(FaultPlan {
                name: s.name.clone(),
                config,
                target: *target,
                number: *number,
                occurrence: faults.len() as u32,
            });
            *number += 1;
        }
    }
    Ok(faults)
}

fn refuse(s: &Settings, setting: &Setting, message: &str) -> ScenarioError {
    let message = format!("fault.{}.{}: {message}", s.name, setting.key.name);
    ScenarioError::input(s.place_of(setting), message)
}

/// What only a surge has, and what it has not.
fn check_surge(s: &Settings, keys: &Fault) -> Result<(), ScenarioError> {
    let is_surge = keys.kind == FaultKind::Surge;
    if is_surge && keys.instance.value.is_some() {
        let message = format!(
            "found {}, but a surge is of the users of every gateway of that name",
            keys.instance.setting.text
        );
        return Err(refuse(s, &keys.instance.setting, &message));
    }
    if !is_surge && s.find("call_rate").is_some() {
        let message = format!(
            "found {}, but a {} changes no calls: only a surge does",
            keys.call_rate.setting.text,
            keys.kind.word()
        );
        return Err(refuse(s, &keys.call_rate.setting, &message));
    }
    Ok(())
}

fn check_reset(s: &Settings, keys: &Fault) -> Result<(), ScenarioError> {
    let resets_nothing = matches!(
        keys.kind,
        FaultKind::LinkOutage | FaultKind::Sleep | FaultKind::Surge
    );
    if keys.reset.value && resets_nothing {
        let message = format!(
            "found true, but a {} resets no connection{}",
            keys.kind.word(),
            match keys.kind {
                FaultKind::Surge => "",
                _ => ": messages wait for its end or are lost",
            }
        );
        return Err(refuse(s, &keys.reset.setting, &message));
    }
    Ok(())
}

/// What a name stands for, as legs of the network too.
#[derive(Default)]
struct NamedTargets {
    targets: Vec<FaultTarget>,
    /// Only an outage of a link hits it.
    is_path: bool,
}

/// Everything that can be hit, by name, in the order of the scenario.
pub(super) struct Targets {
    by_name: BTreeMap<String, NamedTargets>,
    names: Vec<String>,
}

impl Targets {
    /// Those of a scenario with these settings.
    pub(super) fn new(settings: &[Settings], plan: &Plan) -> Self {
        let mut targets = Self {
            by_name: BTreeMap::new(),
            names: Vec::new(),
        };
        for (i, gateway) in plan.gateways.iter().enumerate() {
            let name = format!("gateway:{}", gateway.name);
            targets.add(name, FaultTarget::Gateway(i, None), false);
        }
        for (i, clients) in plan.clients.iter().enumerate() {
            let name = format!("clients:{}", clients.name);
            targets.add(name, FaultTarget::Clients(i), false);
        }
        targets.add("all".into(), FaultTarget::All, false);
        let of_table = |table| {
            settings
                .iter()
                .filter(move |s| s.table == table)
                .enumerate()
        };
        let gateways = of_table("gateway").map(|(i, s)| (s, FaultTarget::Gateway(i, None)));
        let clients = of_table("clients").map(|(i, s)| (s, FaultTarget::Clients(i)));
        for (section, leg) in gateways.chain(clients) {
            let name = format!("path:{}", section.setting("path").text);
            targets.add(name, leg, true);
        }
        targets
    }

    fn add(&mut self, name: String, target: FaultTarget, is_path: bool) {
        if !self.by_name.contains_key(&name) {
            self.names.push(name.clone());
        }
        let targets = self.by_name.entry(name).or_default();
        targets.targets.push(target);
        targets.is_path = is_path;
    }

    /// What a name stands for, to a fault.
    fn find(&self, fault: &Fault, name: &str) -> Option<&[FaultTarget]> {
        let targets = self.by_name.get(name)?;
        can_hit(fault, targets).then_some(&targets.targets)
    }

    /// What there is for a fault to hit.
    fn names(&self, fault: &Fault) -> Vec<&str> {
        let is_of_gateway = FaultKind::OF_GATEWAYS.contains(&fault.kind);
        let is_hit = |name: &&str| {
            can_hit(fault, &self.by_name[*name]) && !(is_of_gateway && name.starts_with("clients:"))
        };
        self.names
            .iter()
            .map(String::as_str)
            .filter(is_hit)
            .collect()
    }
}

fn can_hit(fault: &Fault, targets: &NamedTargets) -> bool {
    !targets.is_path || fault.kind == FaultKind::LinkOutage
}

/// Whom a fault hits, and whether a fault of that kind can.
fn targets(
    s: &Settings,
    fault: &Fault,
    all_targets: &Targets,
    plan: &Plan,
) -> Result<Vec<FaultTarget>, ScenarioError> {
    let instance = fault.instance.value.map(|n| n - 1);
    let mut targets = Vec::new();
    let mut distinct = BTreeSet::new();
    for text in &fault.target.value {
        // A text may be a name with a comma in it, or several.
        let parts = match all_targets.find(fault, text) {
            Some(_) => vec![text.as_str()],
            None => text.split(',').map(str::trim).collect(),
        };
        for part in parts {
            let Some(hit) = all_targets.find(fault, part) else {
                let names = all_targets.names(fault);
                let near = nearest(part, names.iter().copied());
                let there_are = names.join(", ");
                let message = format!("found {part:?}{near}; there are: {there_are}");
                return Err(refuse(s, &fault.target.setting, &message));
            };
            for target in hit {
                let target = match *target {
                    FaultTarget::Gateway(index, _) if !part.starts_with("path:") => {
                        FaultTarget::Gateway(index, instance)
                    }
                    other => other,
                };
                check_target(s, fault, part, target, plan)?;
                if distinct.insert(target) {
                    targets.push(target);
                }
            }
        }
    }
    Ok(targets)
}

fn check_target(
    s: &Settings,
    fault: &Fault,
    text: &str,
    target: FaultTarget,
    plan: &Plan,
) -> Result<(), ScenarioError> {
    match (fault.kind, target) {
        (kind, FaultTarget::Clients(_)) if FaultKind::OF_GATEWAYS.contains(&kind) => {
            let message =
                format!("found {text:?}: this happens to a gateway, \"gateway:NAME\" or \"all\"");
            Err(refuse(s, &fault.target.setting, &message))
        }
        (_, FaultTarget::Gateway(index, Some(instance))) => {
            let there_are = plan.gateways[index].count + plan.gateways[index].spare;
            if instance < there_are {
                return Ok(());
            }
            let message = format!("found {}, {text} has 1 to {there_are}", instance + 1);
            Err(refuse(s, &fault.instance.setting, &message))
        }
        (_, FaultTarget::Gateway(_, None)) => Ok(()),
        _ if fault.instance.value.is_some() => {
            let message = format!(
                "found {}, but the target is {text:?}: only a \"gateway:NAME\" has instances",
                fault.instance.setting.text
            );
            Err(refuse(s, &fault.instance.setting, &message))
        }
        _ => Ok(()),
    }
}

/// When it happens.
fn schedules(s: &Settings, fault: &Fault, plan: &Plan) -> Result<Vec<Schedule>, ScenarioError> {
    let bounds = [&fault.from, &fault.until];
    if let (None, Some(bound)) = (&fault.every, bounds.into_iter().flatten().next()) {
        let message = "it bounds `every`: say how often it happens, like every = \"1 h\"";
        return Err(refuse(s, &bound.setting, message));
    }
    match (&fault.at, &fault.every, fault.mtbf) {
        (Some(at), None, None) => {
            for moment in &at.value {
                check_within(s, at, *moment, plan)?;
            }
            let moments = Recurrence::At(at.value.clone());
            once(s, fault, &at.setting, &moments, plan)
        }
        (None, Some(every), None) => {
            check_overlap(s, fault, every)?;
            let [from, until] = bounds.map(|bound| bound.as_ref().map(|bound| bound.value));
            let recurrence = Recurrence::Every {
                every: every.value,
                from,
                until,
            };
            once(s, fault, &every.setting, &recurrence, plan)
        }
        (None, None, Some(mtbf)) => Ok(vec![Schedule::Recurrent {
            mtbf,
            mttr: fault.mttr,
        }]),
        (at, every, _) => {
            let instead = match (at, every) {
                (Some(_), Some(_)) => {
                    "; each day at a time is every = \"03:00\", and after an interval every = \"1 h\", with `from` for the first"
                }
                _ => "",
            };
            let message = format!(
                "fault.{}: give one of `at`, `every` (with `duration`) and `mtbf` (with `mttr`){instead}",
                s.name
            );
            Err(ScenarioError::input(&s.place, message))
        }
    }
}

/// A fault that comes again before it is over would never end.
fn check_overlap(
    s: &Settings,
    fault: &Fault,
    every: &SettingValue<Every>,
) -> Result<(), ScenarioError> {
    match every.value {
        Every::Interval(interval) if interval <= fault.duration => {
            let message = format!(
                "found {}, but it lasts {}: it would never end; make it longer than `duration`",
                every.setting.text,
                print_span(fault.duration)
            );
            Err(refuse(s, &every.setting, &message))
        }
        _ => Ok(()),
    }
}

/// Each time that it happens, for its duration.
fn once(
    s: &Settings,
    fault: &Fault,
    setting: &Setting,
    recurrence: &Recurrence,
    plan: &Plan,
) -> Result<Vec<Schedule>, ScenarioError> {
    let start = plan.start_moment();
    let instants = recurrence.instants(start, plan.horizon, FAULTS_MOST);
    let instants = instants.map_err(|unknown| {
        let message = format!("found {}, {}", setting.text, unknown_day(unknown, start));
        refuse(s, setting, &message)
    })?;
    if instants.is_empty() {
        let message = format!("found {}, {}", setting.text, outside(plan));
        return Err(refuse(s, setting, &message));
    }
    let duration = fault.duration;
    let schedule = |at: Time| Schedule::Once { at, duration };
    Ok(instants.into_iter().map(schedule).collect())
}

/// A moment that is named is a mistake where the run does not reach it.
fn check_within(
    s: &Settings,
    at: &SettingValue<Vec<Moment>>,
    moment: Moment,
    plan: &Plan,
) -> Result<(), ScenarioError> {
    let start = plan.start_moment();
    let message = match moment.after(start) {
        Ok(us) if (0..plan.horizon.0 as i64).contains(&us) => return Ok(()),
        Ok(_) => outside(plan),
        Err(unknown) => unknown_day(unknown, start),
    };
    let message = format!("found {}, {message}", print_moment(moment));
    Err(refuse(s, &at.setting, &message))
}

fn outside(plan: &Plan) -> String {
    format!(
        "the run goes from {} for {}: nothing happens outside it",
        print_moment(plan.start_moment()),
        print_span(Span(plan.horizon.0))
    )
}

/// What the start must say, so that a day is known.
fn unknown_day(unknown: DayUnknown, start: Moment) -> String {
    let example = match unknown {
        DayUnknown::Weekday => "\"Monday 08:00\"",
        DayUnknown::Date => "\"2026-11-30 08:00\"",
    };
    let start_day = match start.day {
        None => "no day",
        Some(Day::Week(_)) => "a weekday and no date",
        Some(Day::Date(_)) => "a date",
    };
    format!(
        "but scenario.start, {}, has {start_day}: write one like {example}",
        print_moment(start)
    )
}
