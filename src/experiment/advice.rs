//! Which levers help, tried in short trials with the same calls, best first.

use super::campaign::Campaign;
use super::case::{Model, hash_of};
use super::error::ExperimentError;
use super::lever::{LEVERS, Lever, LeverSituation, Turn};
use crate::deployment::{FaultTarget, Plan, ServiceTime, StationConfig, parallel};
use crate::measure::{Counter, DropCause, MissCause, Tally};
use crate::quantity::Span;
use crate::scenario::catalogue::keys_of;
use crate::scenario::{Override, Scenario, simulation_hash};

/// Users of a trial, more of them as long as none shows any trouble: what is rare takes many to be seen.
const TRIAL_USERS: [u32; 3] = [5, 50, 400];
/// Users of a trial where they share queues or limits.
const COUPLED_USERS: u32 = 100;
/// Lost sessions, failed set-ups and missed toasts that a trial must show: of fewer, a difference is chance.
const ENOUGH: u64 = 20;
/// A gateway whose servers are busy for so much of the time cannot take its load.
const BUSY: f64 = 0.9;
/// A lever helps if it leaves at most this part of the trouble.
const LEAVES: f64 = 2.0 / 3.0;
/// With fewer sessions lost, it also helps if it leaves at most this part of the time down.
const NOTICEABLY: f64 = 0.95;

/// What a trial came to.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct TrialOutcome {
    /// Share of time down.
    pub down: f64,
    /// Sessions lost.
    pub drops: u64,
    /// Share of toasts missed.
    pub missed: f64,
    /// Messages of a user in an hour.
    pub messages: f64,
    /// Toasts missed.
    missed_toasts: u64,
    /// Times that users waited for a session: once each, and after every loss and failed set-up.
    waits: u64,
}

/// A lever that helps, or two that do together.
#[derive(Clone, Debug)]
pub struct Help {
    /// The levers.
    pub levers: Vec<&'static Lever>,
    /// What is set.
    pub turns: Vec<Turn>,
    /// The trial with it.
    pub after: TrialOutcome,
}

/// What was tried for a gateway that loses sessions.
#[derive(Clone, Debug)]
pub struct Advice {
    /// The trial without any lever.
    pub before: TrialOutcome,
    /// Those that help, best first.
    pub helps: Vec<Help>,
    /// Those that were tried in vain.
    pub in_vain: Vec<&'static Lever>,
    /// Users of the trial.
    pub users: u32,
    /// Whether the trial is of a smaller deployment, its capacity scaled with its users.
    pub scaled: bool,
}

fn missed_toasts(all: &Tally) -> u64 {
    all.get(Counter::ToastsDue) - all.get(Counter::ToastsShown)
}

fn outcome(all: &Tally) -> TrialOutcome {
    let down = all.setting_up_us + all.silent_us + all.visible_us;
    let signed_in = all.signed_in_us.max(1) as f64;
    let due = all.get(Counter::ToastsDue);
    let missed_toasts = missed_toasts(all);
    TrialOutcome {
        down: down as f64 / signed_in,
        drops: all.all_drops(),
        missed: missed_toasts as f64 / due.max(1) as f64,
        messages: all.get(Counter::MessagesSent) as f64 * 3.6e9 / signed_in,
        missed_toasts,
        waits: all.users + all.all_drops() + all.get(Counter::SetupsFailed),
    }
}

/// Takes a service time for so many users to one for fewer.
fn scaled(service: &ServiceTime, by: f64) -> ServiceTime {
    let times = |span: &Span| Span::from_micros_f64(span.0 as f64 * by);
    match service {
        ServiceTime::Fixed(span) => ServiceTime::Fixed(times(span)),
        ServiceTime::Exponential(mean) => ServiceTime::Exponential(times(mean)),
        ServiceTime::LogNormal { mean, sd } => ServiceTime::LogNormal {
            mean: times(mean),
            sd: times(sd),
        },
        ServiceTime::Quantiles(points) => ServiceTime::Quantiles(
            points
                .iter()
                .map(|(share, span)| (*share, times(span)))
                .collect(),
        ),
    }
}

fn scale_station(station: &mut StationConfig, by: f64) {
    station.service = std::array::from_fn(|i| scaled(&station.service[i], by));
    station.response_service = Span::from_micros_f64(station.response_service.0 as f64 * by);
    station.setup_serial = Span::from_micros_f64(station.setup_serial.0 as f64 * by);
    let fewer = |n: u32| (f64::from(n) / by).ceil() as u32;
    station.queue = station.queue.map(fewer);
    if let Some(throttle) = &mut station.throttle {
        throttle.waiting = fewer(throttle.waiting);
        throttle.period = Span::from_micros_f64(throttle.period.0 as f64 * by);
    }
}

/// Leaves out the other gateways, and their clients.
fn keep_gateway(plan: &mut Plan, gateway: usize) {
    plan.clients.retain(|c| c.gateway == gateway);
    plan.clients.iter_mut().for_each(|c| c.gateway = 0);
    plan.gateways = vec![plan.gateways.swap_remove(gateway)];
}

/// One gateway of the plan with so many of its users; what its users share is smaller in proportion.
fn smaller(plan: &Plan, gateway: usize, users: u32) -> Plan {
    let mut plan = plan.clone();
    let groups: Vec<usize> = (0..plan.clients.len())
        .filter(|c| plan.clients[*c].gateway == gateway)
        .collect();
    // The instance that is shown is one that a fault hits, where there is one.
    let hit = plan.faults.iter().find_map(|fault| match fault.target {
        FaultTarget::Gateway(index, instance) if index == gateway => instance,
        _ => None,
    });
    plan.faults.retain_mut(|fault| match &mut fault.target {
        FaultTarget::Gateway(index, instance) => {
            let hits = *index == gateway && (instance.is_none() || *instance == hit);
            *index = 0;
            *instance = instance.map(|_| 0);
            hits
        }
        FaultTarget::Clients(index) => match groups.iter().position(|c| c == index) {
            Some(new) => {
                *index = new;
                true
            }
            None => false,
        },
        FaultTarget::All => true,
    });
    keep_gateway(&mut plan, gateway);
    let gateway_plan = &mut plan.gateways[0];
    let of_one = |count: u32| count.div_ceil(gateway_plan.count.max(1));
    let all: u32 = plan.clients.iter().map(|c| of_one(c.count)).sum();
    let by = f64::from(all.max(1)) / f64::from(users.min(all).max(1));
    for c in &mut plan.clients {
        c.count = (f64::from(of_one(c.count)) / by).ceil() as u32;
        c.config.setup_pace =
            (c.config.setup_pace).map(|gap| Span::from_micros_f64(gap.0 as f64 * by));
    }
    gateway_plan.count = 1;
    if let Some(station) = &mut gateway_plan.station {
        scale_station(station, by);
    }
    let fewer = |n: u32| ((f64::from(n) / by) as u32).max(1);
    gateway_plan.max_sessions = gateway_plan.max_sessions.map(fewer);
    gateway_plan.max_calls = gateway_plan.max_calls.map(fewer);
    plan
}

/// Whether a trial shows anything that a lever could help.
fn is_in_trouble(all: &Tally) -> bool {
    let missed = missed_toasts(all) > 0;
    all.all_drops() > 0 || all.get(Counter::SetupsFailed) > 0 || missed || all.setting_up_us > 0
}

/// So much trouble that a lever's help can be told from chance.
fn is_enough(all: &Tally) -> bool {
    all.all_drops() + all.get(Counter::SetupsFailed) + missed_toasts(all) >= ENOUGH
}

/// Whether the gateway cannot take its load, whatever its users then lose.
fn is_overloaded(all: &Tally) -> bool {
    let station = &all.station;
    station.refused > 0 || station.busy_us as f64 > BUSY * station.server_us as f64
}

/// Whether set-ups fail, or none ever comes to an end.
fn is_shut_out(all: &Tally) -> bool {
    all.get(Counter::SetupsFailed) > 0 || all.get(Counter::SessionsEstablished) == 0
}

/// Whether a lever is for what a trial shows.
fn fits(lever: &Lever, all: &Tally) -> bool {
    if lever.causes.contains(&DropCause::Overload) && is_overloaded(all) {
        return true;
    }
    if lever.causes.is_empty() {
        let overload = all.missed[MissCause::Overload as usize];
        return all.get(Counter::SetupsFailed) > 0 || all.setting_up_us > 0 || overload > 0;
    }
    lever
        .causes
        .iter()
        .any(|cause| all.drops[*cause as usize] > 0)
        || (all.all_drops() == 0 && is_shut_out(all))
}

/// Whether a number is smaller than another by more than chance makes of two that are alike: by more than twice the standard
/// deviation of the difference of two Poisson counts.
fn is_fewer(before: u64, after: u64) -> bool {
    let (before, after) = (before as f64, after as f64);
    before > after && (before - after) * (before - after) > 4.0 * (before + after)
}

/// The same of a time, of which each wait has its part.
fn is_shorter(before: &TrialOutcome, after: &TrialOutcome) -> bool {
    let part = |waits: u64| 1.0 / waits.max(1) as f64;
    let chance = 2.0 * (part(before.waits) + part(after.waits)).sqrt();
    before.down - after.down > chance * before.down
}

fn helps(before: &TrialOutcome, after: &TrialOutcome) -> bool {
    let less = |before: f64, after: f64| after < before && after <= before * LEAVES;
    let no_worse = after.missed <= before.missed || after.down <= before.down;
    // Fewer losses that leave people waiting as long help nobody.
    let fewer_drops = less(before.drops as f64, after.drops as f64)
        && is_fewer(before.drops, after.drops)
        && after.down < before.down * NOTICEABLY
        && after.missed <= before.missed;
    let fewer_missed = less(before.missed, after.missed)
        && is_fewer(before.missed_toasts, after.missed_toasts)
        && after.down <= before.down;
    less(before.down, after.down) && is_shorter(before, after) && no_worse
        || fewer_missed
        || fewer_drops
}

/// One gateway with a few of its users, and its name in a store.
struct LeverModel {
    plan: Plan,
    hash: String,
}

impl LeverModel {
    fn new(scenario: &Scenario, gateway: usize, users: u32) -> Self {
        let part = format!("at most {users} users of gateway {gateway}");
        Self {
            plan: smaller(&scenario.plan, gateway, users),
            hash: hash_of([&simulation_hash(scenario)[..], &part]),
        }
    }

    fn model(&self) -> Model<'_> {
        Model {
            plan: &self.plan,
            hash: &self.hash,
        }
    }
}

/// The smallest trial that shows enough trouble, or the largest that shows any; `None`: none does.
fn first_enough(
    scenario: &Scenario,
    gateway: usize,
    campaign: &Campaign,
) -> Result<Option<(Plan, Tally)>, ExperimentError> {
    let sizes: &[u32] = match scenario.plan.shares_limit(gateway) {
        true => &[COUPLED_USERS],
        false => &TRIAL_USERS,
    };
    let mut tried = None;
    for users in sizes {
        let small = LeverModel::new(scenario, gateway, *users);
        let all = campaign.count(&[small.model()])?;
        let Some(all) = all.into_iter().flatten().next() else {
            return Ok(None);
        };
        if is_in_trouble(&all) {
            let is_enough = is_enough(&all);
            tried = Some((small.plan, all));
            if is_enough {
                break;
            }
        }
    }
    Ok(tried)
}

/// Tries levers with so many users of a gateway; those that make no valid scenario are left out. `None`: interrupted.
fn attempt(
    scenario: &Scenario,
    (gateway, users): (usize, u32),
    attempts: Vec<Attempt>,
    campaign: &Campaign,
) -> Result<Option<Vec<Help>>, ExperimentError> {
    let turned = parallel::map(attempts, |(levers, turns)| {
        let overrides: Option<Vec<Override>> = turns.iter().map(override_of).collect();
        let turned = scenario.with(&overrides?).ok()?;
        Some((levers, turns, LeverModel::new(&turned, gateway, users)))
    });
    let turned: Vec<_> = turned.into_iter().flatten().collect();
    let models: Vec<Model> = turned.iter().map(|(_, _, small)| small.model()).collect();
    let counted = campaign.count(&models)?;
    let help = |((levers, turns, _), all): (_, Tally)| Help {
        levers,
        turns,
        after: outcome(&all),
    };
    Ok(counted.map(|all| turned.into_iter().zip(all).map(help).collect()))
}

/// What helps the users of a gateway; `None`: a trial with few of them shows no trouble.
pub fn advise(scenario: &Scenario, gateway: usize) -> Option<Advice> {
    let advice = Campaign::in_memory().advise(scenario, gateway);
    advice.unwrap_or_else(|e| unreachable!("nothing is kept: {e}"))
}

impl Campaign {
    /// What helps the users of a gateway; `None`: a trial with few of them shows no trouble, or it was interrupted.
    ///
    /// # Errors
    /// That of the store.
    pub fn advise(
        &self,
        scenario: &Scenario,
        gateway: usize,
    ) -> Result<Option<Advice>, ExperimentError> {
        let Some((plan, all)) = first_enough(scenario, gateway, self)? else {
            return Ok(None);
        };
        let users: u32 = plan.clients.iter().map(|c| c.count).sum();
        let before = outcome(&all);
        let does_help = |help: &Help| helps(&before, &help.after);
        let applicable = applicable(scenario, gateway, &all);
        let singles = applicable.iter().map(|(l, t)| (vec![*l], t.clone()));
        let size = (gateway, users);
        let Some(singles) = attempt(scenario, size, singles.collect(), self)? else {
            return Ok(None);
        };
        let (mut helpful, in_vain): (Vec<Help>, Vec<Help>) =
            singles.into_iter().partition(does_help);
        if helpful.is_empty() {
            let Some(both) = attempt(scenario, size, pairs(&applicable), self)? else {
                return Ok(None);
            };
            helpful.extend(both.into_iter().filter(does_help));
        }
        // Stable: of levers that do the same, the first of the table.
        helpful.sort_by(|a, b| {
            let rank = |h: &Help| (h.after.down, h.after.missed);
            let ((a_down, a_missed), (b_down, b_missed)) = (rank(a), rank(b));
            a_down
                .total_cmp(&b_down)
                .then(a_missed.total_cmp(&b_missed))
        });
        Ok(Some(Advice {
            before,
            helps: helpful,
            in_vain: in_vain.into_iter().flat_map(|help| help.levers).collect(),
            users,
            scaled: scenario.plan.shares_limit(gateway),
        }))
    }
}

/// The levers for what a trial shows, each with what it turns.
fn applicable(
    scenario: &Scenario,
    gateway: usize,
    all: &Tally,
) -> Vec<(&'static Lever, Vec<Turn>)> {
    let situation = LeverSituation {
        gateway: &scenario.plan.gateways[gateway],
        clients: (scenario.plan.clients.iter())
            .filter(|c| c.gateway == gateway)
            .collect(),
        horizon: Span(scenario.plan.horizon.0),
    };
    LEVERS
        .iter()
        .filter(|lever| fits(lever, all))
        .map(|lever| (lever, (lever.turns)(&situation)))
        .filter(|(_, turns)| !turns.is_empty())
        .collect()
}

/// Levers that are tried together, and what they turn.
type Attempt = (Vec<&'static Lever>, Vec<Turn>);

/// Every two that turn different keys.
fn pairs(singles: &[(&'static Lever, Vec<Turn>)]) -> Vec<Attempt> {
    let mut pairs = Vec::new();
    for (i, (one, turns)) in singles.iter().enumerate() {
        for (other, more) in &singles[i + 1..] {
            let same = |a: &Turn, b: &Turn| (&a.name, a.key) == (&b.name, b.key);
            if !turns.iter().any(|a| more.iter().any(|b| same(a, b))) {
                let turns = turns.iter().chain(more).cloned().collect();
                pairs.push((vec![*one, *other], turns));
            }
        }
    }
    pairs
}

fn override_of(turn: &Turn) -> Option<Override> {
    let keys = keys_of(turn.table)?;
    let key = keys.into_iter().find(|k| k.name == turn.key)?;
    Some(Override::for_key(turn.table, &turn.name, key, &turn.value))
}
