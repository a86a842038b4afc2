//! A leg that carries nothing for a time B, on UDP.
//!
//! The copies of a refresh go out over 31.5 s: one of those that fall due in the first B − 31.5 s fails, any other gets a
//! copy through. Where the users' refreshes are spread evenly over R that is a share min(1, (B − 31.5)⁺/R) of them.

use super::agreement::{Agreement, Reason};
use super::chance::normal_chance;
use super::client_group::ClientGroup;
use super::expected::ExpectedFigure;
use super::figures::RunFigures;
use super::gateway::single_occurrence;
use super::precondition::{Violation, require};
use super::session::session;
use crate::deployment::{FaultTarget, Transport};
use crate::faults::FaultKind;
use crate::measure::Scope;
use crate::protocol::OnNoAnswer;
use crate::quantity::number::plain;
use crate::quantity::{Span, Time};
use crate::workload::SignIn;

/// From the first copy of a request to the last: T1 doubling, up to T2 or not (RFC 3261 §17.1) [s].
const COPIES_S: f64 = 31.5;

/// Sessions lost to an outage.
#[derive(Clone, PartialEq, Debug)]
pub struct Outage {
    /// Users, their refreshes spread evenly.
    pub users: f64,
    /// B: how long the leg carries nothing, seconds.
    pub length_s: f64,
    /// R: from one refresh to the next, seconds.
    pub refresh_s: f64,
}

/// That of a client group; `None`: no link is out.
pub(super) fn predict(group: &ClientGroup) -> Result<Option<Outage>, Violation> {
    let mut faults = group.faults.iter();
    let Some(outage) = faults.find(|f| f.config.kind == FaultKind::LinkOutage) else {
        return Ok(None);
    };
    let clients = group.clients;
    let leg = match outage.target {
        FaultTarget::Clients(_) => &clients.path,
        FaultTarget::Gateway(..) | FaultTarget::All => &group.gateway.path,
    };
    require(leg.transport == Transport::Udp, || {
        Violation::Transport(leg.transport)
    })?;
    group.no_fault_but(outage)?;
    let (begins_s, length_s) = single_occurrence(outage)?;
    let session = session(group)?;
    session.require_kept(group)?;
    if let FaultTarget::Gateway(_, Some(instance)) = outage.target {
        return Err(Violation::Instance(instance + 1));
    }
    let policy = clients.config.on_no_answer;
    require(policy == OnNoAnswer::TearDown, || {
        Violation::OnNoAnswer(policy)
    })?;
    group.no_jitter()?;
    group.stays()?;
    group.no_recorded_signs()?;
    group.sends_refreshes_only()?;
    group.no_loss()?;
    group.answers_at_once()?;
    group.short_delays()?;
    group.lasting_routes()?;
    let r = session.refresh_s;
    group.connections_last(r)?;
    let width_s = match clients.sign_in {
        SignIn::UniformOver(width) if width.as_secs_f64() % r == 0.0 => width.as_secs_f64(),
        other => return Err(Violation::NoMultiple(other)),
    };
    let in_time = begins_s >= width_s + r && begins_s + length_s + r <= group.horizon_s;
    require(in_time, || {
        let since_start = Time(Span::from_micros_f64(begins_s * 1e6).0) - Time::ZERO;
        Violation::FaultAt(group.start + since_start)
    })?;
    Ok(Some(Outage {
        users: group.users(),
        length_s,
        refresh_s: r,
    }))
}

impl Outage {
    /// The share of users whose refresh fails.
    pub fn failing(&self) -> f64 {
        f64::min(
            1.0,
            f64::max(0.0, self.length_s - COPIES_S) / self.refresh_s,
        )
    }

    pub(super) fn expected(&self) -> Vec<ExpectedFigure> {
        let formula = format!(
            "N min(1, (B − 31.5)⁺/R), B {} s, R {} s",
            plain(self.length_s),
            plain(self.refresh_s)
        );
        vec![ExpectedFigure::new(
            "session_drops",
            self.users * self.failing(),
            formula,
        )]
    }

    pub(super) fn compare(&self, figures: &RunFigures, scope: &Scope) -> Vec<Agreement> {
        let variance = self.users * self.failing() * (1.0 - self.failing());
        let chance = normal_chance(variance / figures.replications());
        let agreement = |e: ExpectedFigure| {
            let base = Agreement::new(figures, scope, e.figure, e.value, e.formula)?;
            Some(base.tolerate(chance, Reason::BinomialCount))
        };
        self.expected().into_iter().filter_map(agreement).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{
        CRASH, clients, fault, plan, recorded_signs, secs, single_schedule,
    };
    use super::super::figures::tests::figures;
    use super::*;
    use crate::deployment::Plan;
    use crate::faults::{FaultConfig, Schedule};
    use crate::measure::Sample;
    use crate::protocol::UpdateBehaviour;
    use crate::workload::Lunch;

    fn outage_with(change: impl FnOnce(&mut Plan)) -> Result<Option<Outage>, Violation> {
        let mut plan = plan();
        plan.clients[0].path.transport = Transport::Udp;
        plan.clients[0].sign_in = SignIn::UniformOver(secs(3000));
        let config = FaultConfig {
            kind: FaultKind::LinkOutage,
            schedule: single_schedule(7200, Span::from_millis(331_500)),
            reset: false,
            call_rate: 1.0,
        };
        plan.faults
            .push(fault("fault-1", FaultTarget::Clients(0), config));
        change(&mut plan);
        predict(&ClientGroup::new(&plan, 0))
    }

    #[test]
    fn the_share_is_by_the_copies_that_get_through() {
        let drops = [Sample::Count(18), Sample::Count(24)];
        let figures = figures(&clients(), &[("session_drops", &drops)]);
        let loss_of = |length: Span| {
            let outage =
                outage_with(|p| p.faults[0].config.schedule = single_schedule(7200, length));
            let agreements = outage.unwrap().unwrap().compare(&figures, &clients());
            (agreements[0].expected, agreements[0].holds())
        };
        // 100 users, R 1500: B 331.5 s leaves 300 of 1500 s, 20 of 100; 21 were found, 4 σ of two runs are 4·√8 = 11.3.
        assert_eq!(loss_of(Span::from_millis(331_500)), (20.0, true));
        // B 106.5 s leaves 75 of 1500 s, 5 of 100; 4 σ of two runs are 4·√(100·0.05·0.95/2) = 6.2: 21 are too many.
        assert_eq!(loss_of(Span::from_millis(106_500)), (5.0, false));
        assert_eq!(loss_of(secs(31)), (0.0, false), "a copy gets through");
        assert_eq!(loss_of(secs(1560)), (100.0, false), "nobody's gets through");
        assert_eq!(outage_with(|p| p.faults.clear()), Ok(None));
    }

    type Change = fn(&mut Plan);

    const NOT_EVEN: [(Change, &str); 15] = [
        (
            |p| p.clients[0].path.transport = Transport::Tls,
            "transport = tls",
        ),
        (
            |p| p.faults.push(fault("night", FaultTarget::All, CRASH)),
            "the crash of night",
        ),
        (
            |p| {
                p.faults[0].config.schedule = Schedule::Recurrent {
                    mtbf: secs(14_400),
                    mttr: secs(60),
                };
            },
            "mtbf = 4 h",
        ),
        (
            |p| p.gateways[0].config.update = UpdateBehaviour::Ignored,
            "update = ignored",
        ),
        (
            |p| {
                p.gateways[0].path.transport = Transport::Udp;
                p.faults[0].target = FaultTarget::Gateway(0, Some(1));
            },
            "instance = 2",
        ),
        (
            |p| p.clients[0].config.on_no_answer = OnNoAnswer::Hold,
            "on_no_answer = hold",
        ),
        (
            |p| p.clients[0].config.refresh_jitter = 0.1,
            "refresh_jitter = 10 %",
        ),
        (
            |p| p.clients[0].sign_out = Some(SignIn::At(secs(61_200))),
            "sign_out = at 17:00",
        ),
        (
            |p| {
                p.clients[0].lunch = Some(Lunch {
                    at: SignIn::At(secs(43_200)),
                    lasts: secs(3600),
                });
            },
            "lunch = at 12:00 for 1 h",
        ),
        (|p| p.clients[0].attendance = 0.9, "attendance = 90 %"),
        (
            |p| p.clients[0].recorded_signs = Some(recorded_signs()),
            "recorded sign-ins (sign_in_file)",
        ),
        (
            |p| p.clients[0].workload.outgoing_per_s = 1.0 / 3600.0,
            "outgoing_calls = 1 /h",
        ),
        (|p| p.clients[0].path.loss = 0.01, "loss = 1 %"),
        (
            |p| p.clients[0].sign_in = SignIn::UniformOver(secs(1800)),
            "sign_in = uniform over 30 min, over no multiple of R",
        ),
        // One hour after 08:00, while some have not yet signed in and refreshed.
        (
            |p| p.faults[0].config.schedule = single_schedule(3600, secs(300)),
            "at = 09:00",
        ),
    ];

    #[test]
    fn refreshes_that_are_not_spread_evenly_have_none() {
        for (change, why) in NOT_EVEN {
            assert_eq!(outage_with(change).unwrap_err().to_string(), why);
        }
    }
}
