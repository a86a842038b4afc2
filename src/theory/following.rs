//! Calls that a gateway does not follow, since it follows as many as it can.
//!
//! Calls come by a Poisson process, and those that find every place taken are lost to the gateway: M/G/c/c, whose loss is
//! Erlang's formula B(a, c), whatever the calls last (Sevast'yanov 1957). a is how many calls there are at once.

use super::agreement::{Agreement, Reason};
use super::client_group::{ClientGroup, violated_by};
use super::expected::ExpectedFigure;
use super::figures::RunFigures;
use super::gateway::Gateway;
use super::precondition::{Violation, require};
use super::session::session;
use crate::measure::Scope;
use crate::quantity::number::plain;
use crate::workload::SignIn;

/// The figure.
const METRIC: &str = "missed_toast_fraction";
/// After so many mean lengths of a call there are as many at once as ever.
const FILLING: f64 = 5.0;

/// The limit on the calls of a gateway.
#[derive(Clone, PartialEq, Debug)]
pub struct Following {
    /// c: the places.
    pub places: u32,
    /// a: calls at once, followed or not, on average.
    pub offered: f64,
    /// How long a call lasts on average, seconds.
    pub lasts_s: f64,
    /// The length of the run, seconds.
    pub horizon_s: f64,
}

/// That of the gateways of one name; `None`: there is no limit.
pub(super) fn predict(gateway: &Gateway) -> Result<Option<Following>, Violation> {
    let plan = gateway.plan;
    let Some(places) = plan.max_calls else {
        return Ok(None);
    };
    require(plan.spare == 0, || Violation::Spare(plan.spare))?;
    let faults = (gateway.groups.iter()).flat_map(|group| group.faults.iter());
    let mut faults = faults.chain(gateway.faults.iter());
    faults
        .next()
        .map_or(Ok(()), |fault| Err(violated_by(fault)))?;
    if let Some(station) = &plan.station {
        return Err(Violation::ServiceTime(station.service[0].clone()));
    }
    let (mut per_s, mut offered) = (0.0, 0.0);
    for group in &gateway.groups {
        session(group)?.require_kept(group)?;
        everybody_all_day(group)?;
        let calls = group.calls_alike()?;
        let rate = group.users() * (calls.incoming_per_s + calls.outgoing_per_s);
        per_s += rate;
        offered += rate * (calls.ring_s + calls.answered * calls.talk_s);
    }
    if per_s == 0.0 {
        return Ok(None);
    }
    Ok(Some(Following {
        places,
        offered: offered / f64::from(plan.count),
        lasts_s: offered / per_s,
        horizon_s: gateway.horizon_s,
    }))
}

/// Precondition: everybody is monitored, from the start to the end.
fn everybody_all_day(group: &ClientGroup) -> Result<(), Violation> {
    group.monitors_everybody()?;
    group.stays()?;
    group.no_recorded_signs()?;
    let at = group.clients.sign_in;
    require(at == SignIn::AtStart, || Violation::SignIn(at))?;
    group.no_loss()?;
    group.short_delays()?;
    group.lasting_routes()?;
    group.reliable()
}

impl Following {
    /// The share of calls that are not followed: Erlang's loss formula, by its recursion.
    fn loss_share(&self) -> f64 {
        let next = |b: f64, n: u32| self.offered * b / (f64::from(n) + self.offered * b);
        (1..=self.places).fold(1.0, next)
    }

    pub(super) fn expected(&self) -> Vec<ExpectedFigure> {
        let formula = format!(
            "Erlang's B(a, c), a {} calls at once, c {} places",
            plain(self.offered),
            self.places
        );
        vec![ExpectedFigure::new(METRIC, self.loss_share(), formula)]
    }

    pub(super) fn compare(
        &self,
        figures: &RunFigures,
        scope: &Scope,
    ) -> Result<Vec<Agreement>, Violation> {
        let filling = FILLING * self.lasts_s / self.horizon_s;
        let chance = figures.chance(scope, METRIC);
        let chance = chance.ok_or(Violation::OneReplication)?;
        let agreement = |e: ExpectedFigure| {
            let base = Agreement::new(figures, scope, METRIC, e.value, e.formula)?;
            Some(
                base.tolerate(chance, Reason::Spread)
                    .tolerate(e.value * filling, Reason::FewCalls),
            )
        };
        Ok(self.expected().into_iter().filter_map(agreement).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{plan, station};
    use super::*;
    use crate::deployment::{Plan, ServiceTime};
    use crate::quantity::Span;

    fn following_with(change: impl FnOnce(&mut Plan)) -> Result<Option<Following>, Violation> {
        let mut plan = plan();
        plan.gateways[0].max_calls = Some(10);
        let workload = &mut plan.clients[0].workload;
        // Calls of 36 s that nobody answers: 100 users with 10 an hour have 10 at once.
        workload.incoming_per_s = 10.0 / 3600.0;
        workload.ring_time = Span::from_secs(1_000_000_000);
        workload.no_answer = Span::from_secs(36);
        change(&mut plan);
        predict(&Gateway::new(&plan, 0))
    }

    #[test]
    fn losses_are_those_of_erlangs_table() {
        // B(10, 10) = 0.214582, B(10, 20) = 0.001869 (tables of the loss formula); B(a, 1) = a/(1 + a).
        let loss_share = |places| {
            let limited = following_with(|p| p.gateways[0].max_calls = Some(places));
            limited.unwrap().unwrap().loss_share()
        };
        assert!(
            (loss_share(10) - 0.214_582).abs() < 1e-5,
            "{}",
            loss_share(10)
        );
        assert!(
            (loss_share(20) - 0.001_869).abs() < 1e-5,
            "{}",
            loss_share(20)
        );
        assert!((loss_share(1) - 10.0 / 11.0).abs() < 1e-5);
    }

    #[test]
    fn what_it_does_not_cover_is_named() {
        assert_eq!(following_with(|p| p.gateways[0].max_calls = None), Ok(None));
        type Change = fn(&mut Plan);
        let cases: [(Change, &str); 3] = [
            (
                |p| p.gateways[0].max_sessions = Some(50),
                "max_sessions = 50",
            ),
            (|p| p.clients[0].attendance = 0.5, "attendance = 50 %"),
            (
                |p| {
                    let service_time = ServiceTime::Fixed(Span::from_millis(4));
                    p.gateways[0].station = Some(station(service_time));
                },
                "service_time = 4 ms",
            ),
        ];
        for (change, why) in cases {
            assert_eq!(following_with(change).unwrap_err().to_string(), why);
        }
    }
}
