//! Connections that die in silence, at random, which nobody notices before the next refresh.
//!
//! A connection that lasts for exponential times with mean M is dead at the next refresh, R/(1 − e^(−R/M)) − M later on
//! average, as a crash is found ([`Crash`](super::Crash)); nothing answers that refresh, so that the client knows 32 s later.

use super::agreement::Agreement;
use super::client_group::{ClientGroup, TIMEOUT_S};
use super::expected::ExpectedFigure;
use super::figures::RunFigures;
use super::precondition::{Violation, require};
use super::session::session;
use crate::deployment::ConnectionEnd;
use crate::measure::Scope;
use crate::quantity::number::plain;

/// The figure.
const METRIC: &str = "detection_mean_s";

/// A dead connection that clients find at their next refresh.
#[derive(Clone, PartialEq, Debug)]
pub struct Death {
    /// R: from one refresh to the next, seconds.
    pub refresh_s: f64,
    /// M: how long a connection lasts on average, seconds.
    pub lifetime_s: f64,
    /// There and back, seconds.
    pub round_trip_s: f64,
}

/// That of a client group; `None`: its connections do not die.
pub(super) fn predict(group: &ClientGroup) -> Result<Option<Death>, Violation> {
    let Some(lifetime) = group.clients.path.connection_lifetime else {
        return Ok(None);
    };
    let is_silent = group.clients.path.connection_end == ConnectionEnd::Silent;
    require(is_silent, || Violation::Behaviour("connection_end"))?;
    // The session of a connection that lasts.
    let mut lasting = group.clients.clone();
    lasting.path.connection_lifetime = None;
    let on_lasting = ClientGroup {
        clients: &lasting,
        ..group.clone()
    };
    let session = session(&on_lasting)?;
    session.require_kept(group)?;
    session.require_tear_down(group)?;
    group.no_faults()?;
    group.no_jitter()?;
    group.no_recorded_signs()?;
    group.sends_refreshes_only()?;
    group.answers_at_once()?;
    group.short_delays()?;
    group.lasting_routes()?;
    group.no_loss()?;
    group.reliable()?;
    group.connections_last(session.refresh_s)?;
    Ok(Some(Death {
        refresh_s: session.refresh_s,
        lifetime_s: lifetime.as_secs_f64(),
        round_trip_s: group.round_trip_s(),
    }))
}

impl Death {
    pub(super) fn expected(&self) -> Vec<ExpectedFigure> {
        let (r, m) = (self.refresh_s, self.lifetime_s);
        let to_refresh_s = r / -libm::expm1(-r / m) - m;
        let formula = format!(
            "R/(1 − e^(−R/M)) − M + 32 s, R {} s, M {} s",
            plain(r),
            plain(m)
        );
        vec![ExpectedFigure::new(
            METRIC,
            to_refresh_s + TIMEOUT_S,
            formula,
        )]
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
    use super::super::example::{plan, secs};
    use super::*;
    use crate::deployment::{Plan, Transport};

    fn death_with(change: impl FnOnce(&mut Plan)) -> Result<Option<Death>, Violation> {
        let mut plan = plan();
        plan.clients[0].path.connection_lifetime = Some(secs(14_400));
        change(&mut plan);
        predict(&ClientGroup::new(&plan, 0))
    }

    #[test]
    fn a_dead_connection_is_found_as_a_crash_is_and_32_s_later() {
        // R 1500 s, M 4 h: 1500/(1 − e^(−1500/14400)) − 14400 = 763.0186 (R/2 + R²/(12 M) = 750 + 13.02).
        let mean_s = death_with(|_| ()).unwrap().unwrap().expected()[0].value;
        assert!((mean_s - 795.0186).abs() < 1e-2, "{mean_s}");
        assert_eq!(
            death_with(|p| p.clients[0].path.connection_lifetime = None),
            Ok(None)
        );
        type Change = fn(&mut Plan);
        let cases: [(Change, &str); 3] = [
            (
                |p| p.clients[0].path.connection_end = ConnectionEnd::ResetAtUse,
                "the value of connection_end",
            ),
            (
                |p| p.clients[0].path.transport = Transport::Udp,
                "transport = udp",
            ),
            (
                |p| p.clients[0].workload.outgoing_per_s = 1.0 / 3600.0,
                "outgoing_calls = 1 /h",
            ),
        ];
        for (change, why) in cases {
            assert_eq!(death_with(change).unwrap_err().to_string(), why);
        }
    }
}
