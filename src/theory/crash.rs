//! A silent crash at random, which nobody notices before the next refresh.
//!
//! A gateway is up for times that are exponential with mean M, so from the last refresh before it, a crash comes after a
//! time x on [0, R] with density e^(−x/M) / (M (1 − e^(−R/M))): the next refresh is R/(1 − e^(−R/M)) − M later on
//! average. That refresh is answered 481 at once where the gateway is up again. Where it is down, the client knows only
//! when the refresh has been unanswered for 32 s. Down d after a crash is, with exponential repairs of mean m, a share of
//! π + (1 − π) e^(−d (1/m + 1/M)), π = m/(m + M) (a Markov chain of two states).

use super::agreement::Agreement;
use super::client_group::{ClientGroup, TIMEOUT_S};
use super::expected::ExpectedFigure;
use super::figures::RunFigures;
use super::precondition::{Violation, require};
use super::session::session;
use crate::deployment::Forgets;
use crate::faults::{FaultKind, Schedule};
use crate::measure::Scope;
use crate::protocol::OnNoAnswer;
use crate::quantity::number::plain;
use crate::quantity::{Span, Time};

/// The figure.
const METRIC: &str = "detection_mean_s";

/// A crash that clients find at their next refresh.
#[derive(Clone, PartialEq, Debug)]
pub struct Crash {
    /// R: from one refresh to the next, seconds.
    pub refresh_s: f64,
    /// M: mean time from repair to crash, seconds.
    pub mtbf_s: f64,
    /// m: mean time to repair, seconds.
    pub mttr_s: f64,
    /// How long a refresh that nobody answers may last: 32 s, or what is left of the session, seconds.
    pub give_up_s: f64,
    /// There and back, seconds.
    pub round_trip_s: f64,
}

/// That of a client group; `None`: there is no silent crash.
pub(super) fn predict(group: &ClientGroup) -> Result<Option<Crash>, Violation> {
    let mut faults = group.faults.iter();
    let silent = faults.find(|f| f.config.kind == FaultKind::Crash && !f.config.reset);
    let Some(crash) = silent else {
        return Ok(None);
    };
    let (mtbf, mttr) = match crash.config.schedule {
        Schedule::Recurrent { mtbf, mttr } => (mtbf, mttr),
        Schedule::Once { at, .. } => {
            return Err(Violation::FaultAt(group.start + (at - Time::ZERO)));
        }
    };
    group.no_fault_but(crash)?;
    let session = session(group)?;
    session.require_kept(group)?;
    let gateway = group.gateway;
    require(gateway.forgets == Forgets::Sessions, || {
        Violation::Forgets(gateway.forgets)
    })?;
    require(gateway.spare == 0, || Violation::Spare(gateway.spare))?;
    group.no_jitter()?;
    group.no_recorded_signs()?;
    group.sends_refreshes_only()?;
    group.answers_at_once()?;
    group.short_delays()?;
    group.lasting_routes()?;
    group.no_loss()?;
    group.connections_last(session.refresh_s)?;
    if mttr > Span::ZERO {
        // On UDP a copy of the refresh may meet the gateway repaired.
        group.reliable()?;
        let policy = group.clients.config.on_no_answer;
        require(policy == OnNoAnswer::TearDown, || {
            Violation::OnNoAnswer(policy)
        })?;
    }
    Ok(Some(Crash {
        refresh_s: session.refresh_s,
        mtbf_s: mtbf.as_secs_f64(),
        mttr_s: mttr.as_secs_f64(),
        give_up_s: TIMEOUT_S.min(session.expires_s - session.refresh_s),
        round_trip_s: group.round_trip_s(),
    }))
}

impl Crash {
    /// Mean time from a crash to the next refresh, seconds.
    pub(crate) fn to_refresh_s(&self) -> f64 {
        self.refresh_s / -libm::expm1(-self.refresh_s / self.mtbf_s) - self.mtbf_s
    }

    /// The share of crashes after which the gateway is down at the next refresh.
    pub(crate) fn down_at_refresh(&self) -> f64 {
        let (r, mtbf, mttr) = (self.refresh_s, self.mtbf_s, self.mttr_s);
        if mttr == 0.0 {
            return 0.0;
        }
        let settled = mttr / (mttr + mtbf);
        // E e^(−D (1/m + 1/M)) over the density of the time D to the next refresh.
        let fades =
            libm::exp(-r / mtbf) * mttr * libm::expm1(-r / mttr) / (mtbf * libm::expm1(-r / mtbf));
        settled + (1.0 - settled) * fades
    }

    pub(super) fn expected(&self) -> Vec<ExpectedFigure> {
        let mut mean_s = self.to_refresh_s();
        let mut formula = format!(
            "R/(1 − e^(−R/M)) − M, R {} s, M {} s",
            plain(self.refresh_s),
            plain(self.mtbf_s)
        );
        if self.mttr_s > 0.0 {
            let down = self.down_at_refresh();
            mean_s += down * self.give_up_s;
            let note = format!(
                " + 32 s · {} still down, m {} s",
                plain(down),
                plain(self.mttr_s)
            );
            formula += &note;
        }
        vec![ExpectedFigure::new(METRIC, mean_s, formula)]
    }

    pub(super) fn compare(
        &self,
        figures: &RunFigures,
        scope: &Scope,
    ) -> Result<Vec<Agreement>, Violation> {
        let agreement = |e| Agreement::of_detection(figures, scope, e, self.round_trip_s);
        self.expected().into_iter().map(agreement).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{
        CRASH, clients, fault, plan, recorded_signs, secs, single_schedule,
    };
    use super::super::figures::tests::figures;
    use super::*;
    use crate::deployment::{FaultTarget, Plan, Transport};
    use crate::faults::FaultConfig;
    use crate::measure::Sample;
    use crate::protocol::UpdateBehaviour;

    /// R, M, m, mean time to the next refresh, share that is down then: by Simpson's rule with 200,000 steps over x on [0, R]
    /// of R − x, and of the chain's share at d = R − x, both weighted with e^(−x/M) and divided by the integral of that.
    const INTEGRALS: [(f64, f64, f64, f64, f64); 2] = [
        (900.0, 800.0, 300.0, 532.647_202, 0.397_305_1),
        (1500.0, 14_400.0, 120.0, 763.018_479, 0.083_542_5),
    ];

    fn crash(refresh_s: f64, mtbf_s: f64, mttr_s: f64) -> Crash {
        Crash {
            refresh_s,
            mtbf_s,
            mttr_s,
            give_up_s: 32.0,
            round_trip_s: 0.0,
        }
    }

    #[test]
    fn the_formula_gives_the_printed_figures_and_those_of_an_integral() {
        // M = 7 d: 300.05 s at R = 600 s, 750.31 s at R = 1500 s; about R/2 + R²/(12 M): 300 + 0.0496, 750 + 0.3100.
        let week = 604_800.0;
        assert!((crash(600.0, week, 0.0).to_refresh_s() - 300.0496).abs() < 1e-3);
        assert!((crash(1500.0, week, 0.0).to_refresh_s() - 750.3100).abs() < 1e-3);
        for (r, mtbf, mttr, delay, down) in INTEGRALS {
            let form = crash(r, mtbf, mttr);
            assert!((form.to_refresh_s() - delay).abs() < 1e-4);
            assert!((form.down_at_refresh() - down).abs() < 1e-6);
        }
    }

    fn crash_with(change: impl FnOnce(&mut Plan)) -> Result<Option<Crash>, Violation> {
        let mut plan = plan();
        plan.faults
            .push(fault("fault-1", FaultTarget::Gateway(0, None), CRASH));
        change(&mut plan);
        predict(&ClientGroup::new(&plan, 0))
    }

    fn mean_s(change: impl FnOnce(&mut Plan)) -> f64 {
        crash_with(change).unwrap().unwrap().expected()[0].value
    }

    fn recurrent(mttr: Span) -> Schedule {
        Schedule::Recurrent {
            mtbf: secs(14_400),
            mttr,
        }
    }

    #[test]
    fn what_delays_the_client_is_added() {
        // The delay of the second of the integrals, and 32 s where it is down; a session of 1510 s leaves only 10.
        let (.., delay, down) = INTEGRALS[1];
        assert!((mean_s(|_| ()) - (delay + 32.0 * down)).abs() < 1e-3);
        let at_once = mean_s(|p| p.faults[0].config.schedule = recurrent(Span::ZERO));
        assert!((at_once - delay).abs() < 1e-3);
        let short = mean_s(|p| p.clients[0].config.session_expires_s = 1510);
        assert!((short - (delay + 10.0 * down)).abs() < 1e-3);
        assert_eq!(
            crash_with(|p| p.faults[0].config.reset = true),
            Ok(None),
            "a reset is noticed at once"
        );
    }

    #[test]
    fn what_it_does_not_cover_is_named() {
        type Change = fn(&mut Plan);
        let cases: [(Change, &str); 13] = [
            (
                |p| p.clients[0].workload.outgoing_per_s = 1.0 / 3600.0,
                "outgoing_calls = 1 /h",
            ),
            (
                |p| {
                    p.clients[0].workload.incoming_per_s = 1.0 / 3600.0;
                    p.clients[0].workload.answered_at_pc = 0.3;
                },
                "answered_at_pc = 30 %",
            ),
            (|p| p.clients[0].path.loss = 0.01, "loss = 1 %"),
            (
                |p| p.clients[0].path.transport = Transport::Udp,
                "transport = udp",
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
                |p| p.gateways[0].forgets = Forgets::Nothing,
                "forgets = nothing",
            ),
            (|p| p.gateways[0].spare = 1, "spare = 1"),
            (
                |p| p.gateways[0].config.update = UpdateBehaviour::Ignored,
                "update = ignored",
            ),
            (
                |p| p.clients[0].recorded_signs = Some(recorded_signs()),
                "recorded sign-ins (sign_in_file)",
            ),
            // Two hours after 08:00.
            (
                |p| p.faults[0].config.schedule = single_schedule(7200, secs(60)),
                "at = 10:00",
            ),
            (
                |p| {
                    let stall = FaultConfig {
                        kind: FaultKind::Stall,
                        ..CRASH
                    };
                    p.faults.push(fault("slow", FaultTarget::All, stall));
                },
                "the stall of slow",
            ),
            (
                |p| p.clients[0].path.idle_timeout = Some(secs(600)),
                "idle_timeout = 10 min",
            ),
        ];
        for (change, why) in cases {
            assert_eq!(crash_with(change).unwrap_err().to_string(), why);
        }
    }

    #[test]
    fn a_run_must_have_crashes_and_replications() {
        let form = crash_with(|_| ()).unwrap().unwrap();
        let compare = |samples: &[Sample]| {
            let figures = figures(&clients(), &[(METRIC, samples)]);
            form.compare(&figures, &clients())
        };
        assert_eq!(compare(&[Sample::Absent]), Err(Violation::NoDetection));
        let lone = [Sample::Ratio(7650.0, 10.0)];
        assert_eq!(compare(&lone), Err(Violation::OneReplication));
        let two_runs = [Sample::Ratio(7600.0, 10.0), Sample::Ratio(7700.0, 10.0)];
        assert!(compare(&two_runs).unwrap()[0].holds());
    }
}
