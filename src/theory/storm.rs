//! Everybody comes back after a gateway lost every session.
//!
//! A set-up is m = 3 jobs one after the other. N users need N m of them, and a gateway of capacity C does no more than C a
//! second: whatever the clients do, everybody is back no sooner than N m/C after it is up again. Where all come at once
//! and nothing but their set-ups waits, it is never idle in between, and they are back just then. They come at once where
//! they all notice at once (a reset) and all wait for the same time D: refused while the gateway is down, they are there
//! at the first multiple of D that is not within it. From N > 32 C on some give up before their turn.

use super::agreement::{Agreement, Reason};
use super::chance::normal_chance;
use super::client_group::{ClientGroup, TIMEOUT_S};
use super::expected::ExpectedFigure;
use super::figures::RunFigures;
use super::gateway::{Gateway, single_occurrence};
use super::precondition::{Violation, require};
use super::station::Service;
use crate::deployment::{FaultPlan, Forgets};
use crate::faults::{FaultKind, Schedule};
use crate::measure::Scope;
use crate::quantity::number::plain;

/// The figure.
const METRIC: &str = "all_back_s";
/// Jobs of a set-up: INVITE, GetCSTAFeatures, MonitorStart.
const JOBS: f64 = 3.0;
/// A set-up that failed is not repeated sooner (T1).
const LEAST_PAUSE_S: f64 = 0.5;

/// The way back of all users of the gateways of one name.
#[derive(Clone, PartialEq, Debug)]
pub struct Storm {
    /// The scheduled losses of every session.
    pub losses: Vec<Outage>,
    /// What a gateway has to do for a set-up.
    pub work: Work,
    /// How many gateways there are.
    pub gateways: f64,
    /// That all users come at once; else why they do not, or do not find the gateway to themselves.
    pub simultaneous_return: Result<SimultaneousReturn, Violation>,
    /// What service times are drawn from, where they are; how many places a queue has.
    guards: [Option<Violation>; 2],
}

/// A gateway that lost every session.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Outage {
    /// When, seconds from the start of the run.
    pub at_s: f64,
    /// How long it is down, seconds.
    pub out_s: f64,
}

/// What a gateway has to do for a set-up.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Work {
    /// Servers.
    pub servers: f64,
    /// The service time of a job.
    pub service: Service,
    /// The time of a set-up in the serial section, seconds.
    pub serial_s: f64,
}

/// Users who come back all at once.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct SimultaneousReturn {
    /// N: all users of all gateways.
    pub users: f64,
    /// D: how long after its loss a session is set up again, seconds.
    pub delay_s: f64,
    /// Jobs of their calls, per second.
    call_jobs_per_s: f64,
    /// The longest way there and back [s].
    round_trip_s: f64,
}

/// A loss, and the users who came back from it.
struct Return {
    /// Users of a gateway.
    users: f64,
    /// By how many that changed in the minute before.
    change: f64,
    /// How long the gateway is down [s].
    out_s: f64,
    /// How long it has to do with their set-ups [s].
    work_s: f64,
    /// What that may be off by chance [s].
    chance_s: f64,
}

/// That of the gateways of one name; `None`: no scheduled fault takes all sessions.
pub(super) fn predict(gateway: &Gateway) -> Result<Option<Storm>, Violation> {
    let loses_all = |f: &&&FaultPlan| {
        use FaultKind::{Crash, Maintenance};
        matches!(f.config.kind, Crash | Maintenance)
            && matches!(f.config.schedule, Schedule::Once { .. })
    };
    let losses = gateway.faults.iter().filter(loses_all);
    let losses =
        losses.map(|fault| single_occurrence(fault).map(|(at_s, out_s)| Outage { at_s, out_s }));
    let losses: Vec<Outage> = losses.collect::<Result<_, _>>()?;
    if losses.is_empty() {
        return Ok(None);
    }
    let plan = gateway.plan;
    require(plan.forgets == Forgets::Sessions, || {
        Violation::Forgets(plan.forgets)
    })?;
    require(plan.spare == 0, || Violation::Spare(plan.spare))?;
    let work = Work::at_gateway(gateway)?;
    let random_station = plan
        .station
        .as_ref()
        .filter(|_| work.service.variance > 0.0);
    let queue = plan.station.as_ref().and_then(|station| station.queue);
    Ok(Some(Storm {
        losses,
        work,
        gateways: f64::from(plan.count),
        simultaneous_return: simultaneous_return(gateway),
        guards: [
            random_station.map(|station| Violation::ServiceTime(station.service[0].clone())),
            queue.map(Violation::Queue),
        ],
    }))
}

/// Preconditions: all users notice at once, wait for the same time, and find the gateway to themselves.
fn simultaneous_return(gateway: &Gateway) -> Result<SimultaneousReturn, Violation> {
    let [loss] = gateway.faults.as_slice() else {
        return Err(Violation::SeveralFaults);
    };
    let has_several = gateway.groups.iter().any(|group| group.faults.len() > 1);
    require(!has_several, || Violation::FaultsOfClients)?;
    require(loss.config.reset, || Violation::Silent)?;
    if let Some(station) = &gateway.plan.station {
        require(station.setup_serial.0 == 0, || {
            Violation::SetupSerial(station.setup_serial)
        })?;
    }
    for group in &gateway.groups {
        group.takes_everybody()?;
        let is_paced = group.clients.config.setup_pace.is_some();
        require(!is_paced, || Violation::Behaviour("setup_pace"))?;
        group.reliable()?;
        group.no_loss()?;
        group.short_delays()?;
        group.lasting_routes()?;
        group.connections_last(f64::INFINITY)?;
        group.stays()?;
    }
    let groups = gateway.groups.iter();
    let delays = groups.clone().map(ClientGroup::reestablish_s);
    let delays: Vec<f64> = delays.collect::<Result<_, _>>()?;
    let first = delays.first().ok_or(Violation::SeveralDelays)?;
    require(delays.iter().all(|delay| delay == first), || {
        Violation::SeveralDelays
    })?;
    Ok(SimultaneousReturn {
        users: groups.clone().map(ClientGroup::users).sum(),
        delay_s: *first,
        call_jobs_per_s: groups.clone().filter_map(call_jobs_per_s).sum(),
        round_trip_s: groups.map(ClientGroup::round_trip_s).fold(0.0, f64::max),
    })
}

/// Jobs of the calls of a group, per second.
fn call_jobs_per_s(group: &ClientGroup) -> Option<f64> {
    let calls = group.calls().ok()?;
    // Delivered, ConnectionCleared and, if answered, Established, perhaps AnswerCall; from the PC MakeCall and Originated too.
    let incoming = calls.incoming_per_s * (2.0 + calls.answered * (1.0 + calls.at_pc));
    Some(group.users() * (incoming + calls.outgoing_per_s * (4.0 + calls.answered)))
}

impl Work {
    fn at_gateway(gateway: &Gateway) -> Result<Self, Violation> {
        let at_once = gateway
            .groups
            .iter()
            .try_for_each(ClientGroup::answers_at_once);
        let station = gateway.plan.station.as_ref();
        let idle = Service {
            mean_s: 0.0,
            variance: 0.0,
        };
        let service = match (at_once, station) {
            (Ok(()), _) => idle,
            (Err(_), Some(station)) => Service::from_config(station)?,
            (Err(why), None) => return Err(why),
        };
        Ok(Self {
            servers: station.map_or(1.0, |s| f64::from(s.servers)),
            service,
            serial_s: station.map_or(0.0, |s| s.setup_serial.as_secs_f64()),
        })
    }

    /// How long a gateway has to do with the set-ups of so many users, N m/C or longer, seconds.
    pub(crate) fn of_users_s(&self, users: f64) -> f64 {
        let user_s = JOBS * self.service.mean_s / self.servers;
        users * f64::max(user_s, self.serial_s)
    }

    /// C: jobs per second.
    pub(crate) fn jobs_per_s(&self) -> f64 {
        self.servers / self.service.mean_s
    }
}

impl SimultaneousReturn {
    /// When they come, so long after a loss of so long [s].
    fn come_s(&self, out_s: f64) -> f64 {
        let pause = self.delay_s.max(LEAST_PAUSE_S);
        self.delay_s + pause * ((out_s - self.delay_s) / pause).ceil().max(0.0)
    }

    /// Jobs of calls, of those who are back, for a job of a set-up.
    fn calls_share(&self, users: f64, work: &Work) -> f64 {
        let per_s = self.call_jobs_per_s * users / self.users;
        let busy = f64::min(per_s * work.service.mean_s / work.servers, 0.9);
        busy / (1.0 - busy)
    }

    /// What messages add: a round trip for each refusal and each job of a set-up, and what is not a whole number of jobs [s].
    fn message_delays_s(&self, out_s: f64) -> f64 {
        self.round_trip_s * (JOBS + out_s)
    }
}

impl Storm {
    /// The users who are back, if they come all at once.
    ///
    /// # Errors
    /// Why they do not, or do not find the gateway to themselves.
    fn at_once(&self, users: f64, change: f64) -> Result<&SimultaneousReturn, Violation> {
        let burst = self.simultaneous_return.as_ref().map_err(Clone::clone)?;
        let everybody = burst.users / self.gateways;
        require(change == 0.0 && (everybody - users).abs() <= 0.01, || {
            Violation::YetToSignIn
        })?;
        if let [Some(violation), _] = &self.guards {
            return Err(violation.clone());
        }
        let job_s = self.work.service.mean_s / self.work.servers;
        require(users * job_s <= TIMEOUT_S - 1.0, || {
            Violation::BeyondCapacity
        })?;
        match self.guards[1] {
            Some(Violation::Queue(places)) if f64::from(places) < users => {
                Err(Violation::Queue(places))
            }
            _ => Ok(burst),
        }
    }

    fn size(&self, users: f64) -> String {
        format!(
            "N {} a gateway, C {} jobs/s",
            plain(users),
            plain(self.work.jobs_per_s())
        )
    }

    fn formula(&self, come_s: f64, users: f64) -> String {
        let size = self.size(users);
        format!("{} s until all come + N m/C, {size}", plain(come_s))
    }

    pub(super) fn expected(&self) -> Vec<ExpectedFigure> {
        let Ok(burst) = &self.simultaneous_return else {
            return Vec::new();
        };
        let users = burst.users / self.gateways;
        if self.at_once(users, 0.0).is_err() {
            return Vec::new();
        }
        let work_s = self.work.of_users_s(users);
        let loss = |loss: &Outage| {
            let come_s = burst.come_s(loss.out_s);
            ExpectedFigure::new(METRIC, come_s + work_s, self.formula(come_s, users))
        };
        self.losses.iter().map(loss).collect()
    }

    /// The loss from which the way back takes longest; `None`: nobody was there before any.
    fn longest(&self, figures: &RunFigures, scope: &Scope) -> Option<Return> {
        let work = &self.work;
        let storm = |loss: &Outage| {
            let (users, change) = figures.usable_before(scope, loss.at_s)?;
            let [users, change] = [users / self.gateways, change / self.gateways];
            let variance = users * JOBS * work.service.variance / figures.replications();
            Some(Return {
                users,
                change,
                out_s: loss.out_s,
                work_s: work.of_users_s(users),
                chance_s: normal_chance(variance) / work.servers,
            })
        };
        let back_s = |storm: &Return| storm.out_s + storm.work_s;
        let storms = self.losses.iter().filter_map(storm);
        storms.max_by(|a, b| back_s(a).total_cmp(&back_s(b)))
    }

    pub(super) fn compare(&self, figures: &RunFigures, scope: &Scope) -> Vec<Agreement> {
        let Some(storm) = self.longest(figures, scope) else {
            return Vec::new();
        };
        let work = &self.work;
        let base = |expected, formula| Agreement::new(figures, scope, METRIC, expected, formula);
        let agreement = match self.at_once(storm.users, storm.change) {
            Ok(burst) => {
                let come_s = burst.come_s(storm.out_s);
                let share = burst.calls_share(storm.users, work);
                let delays_s = burst.message_delays_s(storm.out_s);
                base(come_s + storm.work_s, self.formula(come_s, storm.users)).map(|base| {
                    base.tolerate(storm.work_s * share, Reason::CallsOfOthers)
                        .tolerate(work.service.mean_s + delays_s, Reason::JobAndDelays)
                })
            }
            Err(why) => {
                let size = self.size(storm.users);
                let down = plain(storm.out_s);
                base(
                    storm.out_s + storm.work_s,
                    format!("at least {down} s down + N m/C, {size} (no more is known with {why})"),
                )
                .map(|base| {
                    base.bounded_below()
                        .tolerate(work.of_users_s(storm.change), Reason::Newcomers)
                })
            }
        };
        let agreement = agreement.map(|a| a.tolerate(storm.chance_s, Reason::ServiceTimes));
        agreement.into_iter().collect()
    }
}

#[cfg(test)]
mod tests;
