//! Refreshes of which only a share is ignored, each by a draw of its own.
//!
//! A session lasts until the first refresh that meets the behaviour: a geometric number of intervals, 1/s on average, and
//! the 32 s after which that refresh is given up. Of all refreshes a share s fails, and each of them ends its session.

use super::agreement::{Agreement, Reason};
use super::chance::{DEVIATIONS, poisson_chance};
use super::client_group::{ClientGroup, TIMEOUT_S};
use super::expected::ExpectedFigure;
use super::figures::RunFigures;
use super::precondition::{Violation, require};
use super::session::session;
use crate::measure::Scope;
use crate::protocol::{ReInviteBehaviour, UpdateBehaviour};
use crate::quantity::number::plain;

/// A share of the refreshes that nobody answers.
#[derive(Clone, PartialEq, Debug)]
pub struct Share {
    /// s: the share.
    pub share: f64,
    /// R: from one refresh to the next, seconds.
    pub refresh_s: f64,
    /// The length of the run, seconds.
    pub horizon_s: f64,
}

/// That of a client group; `None`: all refreshes, or none, meet what the gateway does with them.
pub(super) fn predict(group: &ClientGroup) -> Result<Option<Share>, Violation> {
    let config = &group.gateway.config;
    let is_partial = |share: f64| share > 0.0 && share < 1.0;
    let has_share = is_partial(config.update_share) || is_partial(config.reinvite_share);
    if !has_share {
        return Ok(None);
    }
    // The session of the refreshes that are accepted.
    let mut plain_gateway = group.gateway.clone();
    plain_gateway.config.update = UpdateBehaviour::Accepted;
    plain_gateway.config.reinvite = ReInviteBehaviour::Accepted;
    plain_gateway.config.update_share = 1.0;
    let accepted = ClientGroup {
        gateway: &plain_gateway,
        ..group.clone()
    };
    let session = session(&accepted)?;
    let (share, is_silent) = match session.by_update {
        true => (
            config.update_share,
            matches!(
                config.update,
                UpdateBehaviour::Ignored | UpdateBehaviour::AnswerLost
            ),
        ),
        false => (
            config.reinvite_share,
            matches!(
                config.reinvite,
                ReInviteBehaviour::Ignored | ReInviteBehaviour::AnswerLost
            ),
        ),
    };
    require(is_silent, || {
        Violation::Behaviour(if session.by_update {
            "update"
        } else {
            "reinvite"
        })
    })?;
    if !is_partial(share) {
        return Ok(None);
    }
    session.require_tear_down(group)?;
    group.no_faults()?;
    group.no_loss()?;
    group.answers_at_once()?;
    group.short_delays()?;
    group.lasting_routes()?;
    group.connections_last(session.refresh_s)?;
    Ok(Some(Share {
        share,
        refresh_s: session.refresh_s,
        horizon_s: group.horizon_s,
    }))
}

impl Share {
    pub(super) fn expected(&self) -> Vec<ExpectedFigure> {
        let (s, r) = (self.share, self.refresh_s);
        vec![
            ExpectedFigure::new(
                "share of refreshes that fail",
                s,
                format!("s of the refreshes, s {}", plain(s)),
            ),
            ExpectedFigure::new(
                "seconds that a session lasts on average",
                r / s + TIMEOUT_S,
                format!("R/s + 32 s, R {} s, s {}", plain(r), plain(s)),
            ),
        ]
    }

    pub(super) fn compare(&self, figures: &RunFigures, scope: &Scope) -> Vec<Agreement> {
        let runs = figures.replications();
        let failed = figures.total(scope, "refreshes_attempted") * self.share;
        let chance = (poisson_chance(failed))
            .min(DEVIATIONS * (failed * (1.0 - self.share)).sqrt().max(1.0));
        let open = failed * TIMEOUT_S / self.horizon_s + self.share * runs;
        let formula = format!("s of the refreshes, s {}", plain(self.share));
        let agreement = |metric| {
            let base = Agreement::new(figures, scope, metric, failed / runs, formula.clone())?;
            Some(
                base.tolerate(chance / runs, Reason::BinomialCount)
                    .tolerate(open / runs, Reason::OpenRefreshes),
            )
        };
        let metrics = ["refreshes_failed", "session_drops"];
        metrics.into_iter().filter_map(agreement).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{clients, plan};
    use super::super::figures::tests::figures;
    use super::*;
    use crate::deployment::Plan;
    use crate::measure::Sample;
    use crate::protocol::OnNoAnswer;
    use crate::protocol::RefreshMethod;

    fn share_with(change: impl FnOnce(&mut Plan)) -> Result<Option<Share>, Violation> {
        let mut plan = plan();
        let config = &mut plan.gateways[0].config;
        (config.update, config.update_share) = (UpdateBehaviour::Ignored, 0.01);
        change(&mut plan);
        predict(&ClientGroup::new(&plan, 0))
    }

    #[test]
    fn sessions_last_a_geometric_number_of_intervals() {
        // 1500 s / 0.01 + 32 s.
        let form = share_with(|_| ()).unwrap().unwrap();
        assert_eq!(form.expected()[1].value, 150_032.0);
        let by_reinvite = share_with(|p| {
            p.clients[0].config.refresh_method = RefreshMethod::ReInvite;
            let config = &mut p.gateways[0].config;
            (config.reinvite, config.reinvite_share) = (ReInviteBehaviour::AnswerLost, 0.5);
        });
        assert_eq!(by_reinvite.unwrap().unwrap().expected()[1].value, 3032.0);
        // 1 % of 10,000: 100, four standard deviations of √99 in two replications, and a handful that are open.
        let agreement_at = |n: u64| {
            let pair = |n| [Sample::Count(n), Sample::Count(n)];
            let figures = figures(
                &clients(),
                &[
                    ("refreshes_attempted", &pair(10_000)),
                    ("refreshes_failed", &pair(n)),
                ],
            );
            form.compare(&figures, &clients())[0].holds()
        };
        assert!(agreement_at(100) && agreement_at(127) && !agreement_at(130) && !agreement_at(70));
    }

    #[test]
    fn what_it_does_not_cover_is_named() {
        assert_eq!(
            share_with(|p| p.gateways[0].config.update_share = 1.0),
            Ok(None)
        );
        type Change = fn(&mut Plan);
        let cases: [(Change, &str); 3] = [
            (
                |p| p.gateways[0].config.update = UpdateBehaviour::Rejected405,
                "the value of update",
            ),
            (
                |p| p.clients[0].config.on_no_answer = OnNoAnswer::Hold,
                "on_no_answer = hold",
            ),
            (|p| p.clients[0].path.loss = 0.01, "loss = 1 %"),
        ];
        for (change, why) in cases {
            assert_eq!(share_with(change).unwrap_err().to_string(), why);
        }
    }
}
