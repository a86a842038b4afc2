//! A step of the load that a gateway cannot take, by the fluid limit of its queue.
//!
//! At a load ρ₀ < 1, and ρ₁ > 1 for a time D, work piles up at a rate of ρ₁ − 1: the fluid limit of M/D/1, and of any queue
//! whose arrivals and services are many in D (Newell 1982). At the end of the step (ρ₁ − 1) D seconds of work wait, the
//! longest wait, and it takes (ρ₁ − 1) D/(1 − ρ₀) until the queue is gone.

use super::agreement::{Agreement, Reason};
use super::chance::normal_chance;
use super::client_group::ClientGroup;
use super::expected::ExpectedFigure;
use super::figures::RunFigures;
use super::gateway::{Gateway, single_occurrence};
use super::precondition::{Violation, require};
use super::session::session;
use super::station::Service;
use crate::deployment::FaultPlan;
use crate::faults::FaultKind;
use crate::measure::Scope;
use crate::quantity::Span;
use crate::quantity::number::plain;
use crate::workload::SignIn;

/// The figure.
const METRIC: &str = "gateway_queue_peak";
/// Calls are over at once beside the step where they last no longer than this part of it.
const SHORT: f64 = 0.05;

/// A step of the load.
#[derive(Clone, PartialEq, Debug)]
pub struct Step {
    /// ρ₀: the load before and after.
    pub before: f64,
    /// ρ₁: the load during the step.
    pub during: f64,
    /// D: how long it lasts, seconds.
    pub lasts_s: f64,
    /// C: what the gateway can do, jobs per second.
    pub jobs_per_s: f64,
    /// Jobs of calls that the step brings, each squared by call: their variance.
    variance: f64,
    /// Jobs of calls under way when it begins or ends.
    under_way: f64,
}

/// That of the gateways of one name; `None`: no surge brings more than it can take.
pub(super) fn predict(gateway: &Gateway) -> Result<Option<Step>, Violation> {
    let faults = (gateway.groups.iter()).flat_map(|group| group.faults.iter());
    let is_surge = |f: &&&FaultPlan| f.config.kind == FaultKind::Surge && f.config.call_rate > 1.0;
    let (Some(surge), Some(station)) = (faults.clone().find(is_surge), &gateway.plan.station)
    else {
        return Ok(None);
    };
    let mut other_faults = faults.filter(|f| f.name != surge.name);
    require(other_faults.next().is_none(), || Violation::SeveralFaults)?;
    let (at_s, lasts_s) = single_occurrence(surge)?;
    let service = Service::from_config(station)?;
    require(station.setup_serial == Span::ZERO, || {
        Violation::SetupSerial(station.setup_serial)
    })?;
    station
        .queue
        .map_or(Ok(()), |places| Err(Violation::Queue(places)))?;
    let plan = gateway.plan;
    require(plan.count == 1 && plan.spare == 0, || {
        Violation::Behaviour("count")
    })?;
    let jobs_per_s = f64::from(station.servers) / service.mean_s;
    let mut load = Load::default();
    for group in &gateway.groups {
        group.takes_everybody()?;
        let hit = group.faults.iter().any(|f| f.name == surge.name);
        let factor = if hit { surge.config.call_rate } else { 1.0 };
        load.add(group, factor, (at_s, lasts_s))?;
    }
    let (before, during) = (load.before / jobs_per_s, load.during / jobs_per_s);
    if during <= 1.0 || before >= 1.0 {
        return Ok(None);
    }
    Ok(Some(Step {
        before,
        during,
        lasts_s,
        jobs_per_s,
        variance: load.squares_per_s * lasts_s,
        under_way: load.under_way,
    }))
}

/// Jobs per second.
#[derive(Default)]
struct Load {
    before: f64,
    during: f64,
    squares_per_s: f64,
    under_way: f64,
}

impl Load {
    fn add(
        &mut self,
        group: &ClientGroup,
        factor: f64,
        (at_s, lasts_s): (f64, f64),
    ) -> Result<(), Violation> {
        let session = session(group)?;
        session.require_kept(group)?;
        group.stays()?;
        group.no_recorded_signs()?;
        group.no_loss()?;
        group.short_delays()?;
        let sign_in = group.clients.sign_in;
        let is_there = match sign_in {
            SignIn::AtStart => true,
            SignIn::UniformOver(width) => width.as_secs_f64() < at_s,
            SignIn::At(_) | SignIn::Normal { .. } => false,
        };
        require(is_there, || Violation::SignIn(sign_in))?;
        // The jobs of a call from the PC come one after the other, each when the one before is done: a queue holds them up.
        group.sends_refreshes_only()?;
        let calls = group.calls_of_usual_rate()?;
        let call_s = calls.ring_s + calls.answered * calls.talk_s;
        require(call_s <= SHORT * lasts_s, || {
            Violation::Behaviour("talk_time")
        })?;
        // Delivered, ConnectionCleared and, if answered, Established.
        let jobs = 2.0 + calls.answered;
        let users = group.users();
        let (per_s, refreshes) = (users * calls.incoming_per_s, users / session.refresh_s);
        self.before += per_s * jobs + refreshes;
        self.during += per_s * jobs * factor + refreshes;
        self.squares_per_s += per_s * jobs * jobs * factor + refreshes;
        self.under_way += per_s * jobs * factor * call_s + jobs;
        Ok(())
    }
}

impl Step {
    pub(super) fn expected(&self) -> Vec<ExpectedFigure> {
        let surplus_s = (self.during - 1.0) * self.lasts_s;
        let load = format!(
            "ρ₀ {}, ρ₁ {}, D {} s, C {} jobs/s",
            plain(self.before),
            plain(self.during),
            plain(self.lasts_s),
            plain(self.jobs_per_s)
        );
        let figure = |name, value, formula: &str| {
            ExpectedFigure::new(name, value, format!("{formula}, {load}"))
        };
        vec![
            figure(METRIC, surplus_s * self.jobs_per_s, "(ρ₁ − 1) D C"),
            figure("seconds of the longest wait", surplus_s, "(ρ₁ − 1) D"),
            figure(
                "seconds until the queue is gone",
                surplus_s / (1.0 - self.before),
                "(ρ₁ − 1) D/(1 − ρ₀)",
            ),
        ]
    }

    pub(super) fn compare(&self, figures: &RunFigures, scope: &Scope) -> Vec<Agreement> {
        let chance = normal_chance(self.variance / figures.replications().max(1.0));
        let agreement = |e: ExpectedFigure| {
            let base = Agreement::new(figures, scope, METRIC, e.value, e.formula)?;
            Some(
                base.tolerate(chance, Reason::PoissonCalls)
                    .tolerate(self.under_way, Reason::JobsInside),
            )
        };
        let peak = self.expected().into_iter().take(1);
        peak.filter_map(agreement).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{fault, plan, station};
    use super::*;
    use crate::deployment::{FaultTarget, Plan, ServiceTime};
    use crate::faults::{FaultConfig, Schedule};
    use crate::quantity::Time;

    fn step_with(change: impl FnOnce(&mut Plan)) -> Result<Option<Step>, Violation> {
        let mut plan = plan();
        // 100 users with 270 calls an hour are 7.5 a second of 2 jobs: 0.6 of 25 jobs/s; refreshes are 1/15 a second more.
        let workload = &mut plan.clients[0].workload;
        workload.incoming_per_s = 270.0 / 3600.0;
        workload.ring_time = Span::from_secs(1_000_000_000);
        workload.no_answer = Span::from_secs(1);
        plan.gateways[0].station = Some(station(ServiceTime::Fixed(Span::from_millis(40))));
        let config = FaultConfig {
            kind: FaultKind::Surge,
            schedule: Schedule::Once {
                at: Time(3_600_000_000),
                duration: Span::from_secs(60),
            },
            reset: false,
            call_rate: 2.0,
        };
        plan.faults.push(fault("step", FaultTarget::All, config));
        change(&mut plan);
        predict(&Gateway::new(&plan, 0))
    }

    #[test]
    fn the_queue_is_what_comes_beyond_what_the_gateway_can_do() {
        let step = step_with(|_| ()).unwrap().unwrap();
        let [peak, wait, end] = [0, 1, 2].map(|i| step.expected()[i].value);
        // 60 s of 30 + 1/15 − 25 jobs/s; at 25/s 12.16 s; gone at 25 − 15 − 1/15 jobs/s.
        assert!((peak - 304.0).abs() < 1e-3, "{peak}");
        assert!((wait - 12.16).abs() < 1e-4, "{wait}");
        assert!((end - 304.0 / (10.0 - 1.0 / 15.0)).abs() < 1e-3, "{end}");
    }

    #[test]
    fn what_it_does_not_cover_is_named_and_what_is_no_overload_left_out() {
        assert_eq!(step_with(|p| p.faults[0].config.call_rate = 1.5), Ok(None));
        assert_eq!(step_with(|p| p.gateways[0].station = None), Ok(None));
        type Change = fn(&mut Plan);
        let cases: [(Change, &str); 3] = [
            (
                |p| p.gateways[0].station.as_mut().unwrap().queue = Some(50),
                "queue = 50",
            ),
            (
                |p| p.clients[0].workload.outgoing_per_s = 1.0 / 3600.0,
                "outgoing_calls = 1 /h",
            ),
            (
                |p| p.clients[0].workload.no_answer = Span::from_secs(10),
                "the value of talk_time",
            ),
        ];
        for (change, why) in cases {
            assert_eq!(step_with(change).unwrap_err().to_string(), why);
        }
    }
}
