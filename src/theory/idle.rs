//! A middlebox that forgets a connection sooner than the next refresh comes: F < R.
//!
//! Single messages that reset its clock come at a rate λ. With R ≤ 2F the connection is forgotten once between two
//! refreshes at most: F after the last refresh (no message within F, e^(−λF)) or F after a message at v in (0, R − F)
//! (density λ e^(−λF)). From then on until the refresh at R it is a hole: R − F − v. So with a = R − F the lost time L of an
//! interval and the share P of intervals with a loss are E L = e^(−λF) (a + λ a²/2), E L² = e^(−λF) (a² + λ a³/3) and
//! P = e^(−λF) (1 + λ a). On UDP the refresh reopens the way. On TCP it waits out its 32 s, and the session is set up again
//! after D: w = 32 + D longer. Without messages (λ = 0) all that holds for any R > F.

use super::agreement::{Agreement, Reason};
use super::chance::normal_chance;
use super::client_group::{ClientGroup, TIMEOUT_S};
use super::expected::ExpectedFigure;
use super::figures::RunFigures;
use super::precondition::{Violation, require};
use super::session::session;
use crate::deployment::IdleAction;
use crate::measure::Scope;
use crate::protocol::OnNoAnswer;
use crate::quantity::number::plain;

/// Unanswered at once: calls that ring so short against the mean of those that are answered are one message.
const MOST_ANSWERED: f64 = 0.01;

/// A connection that idles into a hole between two refreshes.
#[derive(Clone, PartialEq, Debug)]
pub struct Idle {
    /// R: from one refresh to the next, seconds.
    pub refresh_s: f64,
    /// F: the idle timeout, seconds.
    pub idle_s: f64,
    /// λ: messages that reset it, per second.
    pub messages_per_s: f64,
    /// w: how much longer than the interval a loss lasts, 32 s + D; `None`: the leg is UDP, and the refresh reopens it.
    pub longer_s: Option<f64>,
    /// Users.
    pub users: f64,
    /// Stretches of time signed in of a user, each with an interval that is cut.
    pub sign_ins: f64,
    /// There and back, seconds.
    pub round_trip_s: f64,
}

/// That of a client group; `None`: its connections last from refresh to refresh.
pub(super) fn predict(group: &ClientGroup) -> Result<Option<Idle>, Violation> {
    let leg = &group.clients.path;
    let Some(idle) = leg.idles_after() else {
        return Ok(None);
    };
    let session = session(group)?;
    let (r, idle_s) = (session.refresh_s, idle.as_secs_f64());
    if r <= idle_s {
        return Ok(None);
    }
    session.require_kept(group)?;
    require(leg.idle_action == IdleAction::Silent, || {
        Violation::IdleAction(leg.idle_action)
    })?;
    group.no_jitter()?;
    group.no_recorded_signs()?;
    let calls = group.sends_refreshes_only()?;
    if calls.incoming_per_s > 0.0 {
        group.calls_alike()?;
        require(calls.answered <= MOST_ANSWERED, || {
            Violation::SeveralMessages(group.clients.workload.no_answer)
        })?;
        require(r <= 2.0 * idle_s, || Violation::CallsAndIdle(idle))?;
    }
    group.no_faults()?;
    group.no_loss()?;
    group.answers_at_once()?;
    group.short_delays()?;
    group.lasting_routes()?;
    group.shared_connection_lasts()?;
    let longer_s = if leg.is_reliable() {
        let config = &group.clients.config;
        require(config.on_no_answer == OnNoAnswer::TearDown, || {
            Violation::OnNoAnswer(config.on_no_answer)
        })?;
        require(session.expires_s >= r + TIMEOUT_S, || {
            Violation::SessionExpires(config.session_expires_s)
        })?;
        Some(TIMEOUT_S + group.reestablish_s()?)
    } else {
        None
    };
    Ok(Some(Idle {
        refresh_s: r,
        idle_s,
        messages_per_s: calls.incoming_per_s,
        longer_s,
        users: group.users(),
        sign_ins: group.sign_ins(),
        round_trip_s: group.round_trip_s(),
    }))
}

impl Idle {
    /// a = R − F: the longest hole, seconds.
    fn hole_s(&self) -> f64 {
        self.refresh_s - self.idle_s
    }

    /// e^(−λF).
    fn silence(&self) -> f64 {
        libm::exp(-self.messages_per_s * self.idle_s)
    }

    /// B = E L: the lost time of an interval, seconds.
    pub(crate) fn lost_s(&self) -> f64 {
        let a = self.hole_s();
        self.silence() * (a + self.messages_per_s * a * a / 2.0)
    }

    /// P = 1 − G: the share of intervals with a loss.
    pub(crate) fn lost_share(&self) -> f64 {
        self.silence() * (1.0 + self.messages_per_s * self.hole_s())
    }

    /// E L² [s²].
    fn squared(&self) -> f64 {
        let a = self.hole_s();
        self.silence() * (a * a + self.messages_per_s * a * a * a / 3.0)
    }

    /// The share of time down.
    pub fn down_fraction(&self) -> f64 {
        let extra_down = self.lost_share() * self.longer_s.unwrap_or(0.0);
        (self.lost_s() + extra_down) / (self.refresh_s + extra_down)
    }

    /// The variance of that share over so much time: of a renewal reward process, with the reward less f times the length
    /// of a cycle, L + wI − f (R + wI).
    fn variance(&self, time_s: f64) -> f64 {
        let (f, longer) = (self.down_fraction(), self.longer_s.unwrap_or(0.0));
        let (r, share) = (self.refresh_s, self.lost_share());
        let (w, cycle) = (longer * (1.0 - f), r + share * longer);
        let of_cycle = self.squared() + 2.0 * w * self.lost_s() + w * w * share - f * f * r * r;
        of_cycle / (cycle * time_s)
    }

    pub(super) fn expected(&self) -> Vec<ExpectedFigure> {
        let way = match self.longer_s {
            Some(_) => "(B + (1 − G)(32 + D))/(R + (1 − G)(32 + D))",
            None => "B/R",
        };
        let formula = format!(
            "{way}, R {} s, F {} s, B {} s",
            plain(self.refresh_s),
            plain(self.idle_s),
            plain(self.lost_s())
        );
        vec![ExpectedFigure::new(
            "down_fraction",
            self.down_fraction(),
            formula,
        )]
    }

    pub(super) fn compare(&self, figures: &RunFigures, scope: &Scope) -> Vec<Agreement> {
        let signed_in = figures.signed_in_s(scope);
        let agreement = |e: ExpectedFigure| {
            let base = Agreement::new(figures, scope, e.figure, e.value, e.formula)?;
            let cuts = self.users * self.sign_ins * figures.replications();
            let cut = (self.hole_s() + self.longer_s.unwrap_or(0.0)) * cuts / signed_in;
            let base = base.tolerate(cut, Reason::CutInterval).tolerate(
                4.0 * self.round_trip_s / self.refresh_s,
                Reason::MessageDelays,
            );
            // Without messages there is no chance in it, but for rounding.
            if self.messages_per_s == 0.0 {
                return Some(base);
            }
            let chance = normal_chance(self.variance(signed_in));
            Some(base.tolerate(chance, Reason::MessageTimes))
        };
        self.expected().into_iter().filter_map(agreement).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{CRASH, clients, fault, plan, secs};
    use super::super::figures::tests::figures;
    use super::*;
    use crate::deployment::{FaultTarget, Plan, Transport};
    use crate::measure::Sample;
    use crate::protocol::{Reestablish, UpdateBehaviour};
    use crate::quantity::Span;

    fn idle(refresh_s: f64, idle_s: f64, messages_per_s: f64, longer_s: Option<f64>) -> Idle {
        Idle {
            refresh_s,
            idle_s,
            messages_per_s,
            longer_s,
            users: 100.0,
            sign_ins: 1.0,
            round_trip_s: 0.0,
        }
    }

    #[test]
    fn shares_are_the_printed_ones_and_those_of_an_integral() {
        let down = |r, f, rate, longer| idle(r, f, rate, longer).down_fraction();
        // R 1500, F 1200, λ 1/600, D 30.
        assert!((down(1500.0, 1200.0, 1.0 / 600.0, None) - 0.033834).abs() < 5e-7);
        assert!((down(1500.0, 1200.0, 1.0 / 600.0, Some(62.0)) - 0.041873).abs() < 5e-7);
        // Simpson's rule over v, the last reset before the hole; 400,000 simulated intervals gave 188.6 s, 0.6982 and
        // 54,492 s² for the first.
        let form = idle(1000.0, 700.0, 1.0 / 1200.0, None);
        assert!((form.lost_s() - 188.336_862).abs() < 1e-5);
        assert!((form.lost_share() - 0.697_543_9).abs() < 1e-6);
        assert!((form.squared() - 54_408.427).abs() < 1e-2);
        assert!((down(1000.0, 700.0, 1.0 / 1200.0, Some(62.0)) - 0.221_984_3).abs() < 1e-6);
        assert!((down(1800.0, 1000.0, 1.0 / 500.0, None) - 0.108_268_2).abs() < 1e-6);
        // Without messages every interval loses R − F: 300 of 1500 s, and 362 of 1562 s with 32 + 30 s.
        assert_eq!(down(1500.0, 1200.0, 0.0, None), 0.2);
        assert_eq!(down(1500.0, 1200.0, 0.0, Some(62.0)), 362.0 / 1562.0);
    }

    #[test]
    fn the_variance_is_none_without_chance_and_that_of_a_sum_with_it() {
        for longer in [None, Some(62.0)] {
            assert!(idle(1500.0, 1200.0, 0.0, longer).variance(1e6).abs() < 1e-12);
        }
        // On UDP intervals all last R: Var L / (n R²), n = T/R; Var L = 14210.2047 − 50.75073² = 11634.57.
        let form = idle(1500.0, 1200.0, 1.0 / 600.0, None);
        assert!((form.variance(1.5e6) - 11_634.57 / (1000.0 * 1500.0 * 1500.0)).abs() < 1e-9);
    }

    fn idle_with(change: impl FnOnce(&mut Plan)) -> Result<Option<Idle>, Violation> {
        let mut plan = plan();
        plan.clients[0].path.idle_timeout = Some(secs(1200));
        change(&mut plan);
        predict(&ClientGroup::new(&plan, 0))
    }

    fn single_calls(p: &mut Plan) {
        p.clients[0].workload.incoming_per_s = 1.0 / 600.0;
        p.clients[0].workload.no_answer = Span::from_millis(1);
    }

    #[test]
    fn it_concerns_those_who_idle_between_two_refreshes() {
        let down =
            |change: fn(&mut Plan)| idle_with(change).unwrap().map(|idle| idle.down_fraction());
        assert_eq!(down(|_| ()), Some(362.0 / 1562.0));
        assert_eq!(
            down(|p| p.clients[0].path.transport = Transport::Udp),
            Some(0.2)
        );
        assert!((down(single_calls).unwrap() - 0.041873).abs() < 5e-7);
        assert_eq!(
            down(|p| p.clients[0].config.refresh_interval = secs(600)),
            None
        );
        assert_eq!(
            down(|p| p.clients[0].path.keep_alive = Some(secs(600))),
            None
        );
        assert_eq!(down(|p| p.clients[0].path.idle_timeout = None), None);
    }

    #[test]
    fn what_it_does_not_cover_is_named() {
        type Change = fn(&mut Plan);
        let cases: [(Change, &str); 12] = [
            (
                |p| p.clients[0].workload.outgoing_per_s = 1.0 / 3600.0,
                "outgoing_calls = 1 /h",
            ),
            (
                |p| p.clients[0].path.idle_action = IdleAction::Reset,
                "idle_action = reset",
            ),
            (|p| p.clients[0].path.loss = 0.001, "loss = 0.1 %"),
            (
                |p| p.clients[0].config.reestablish = Reestablish::Never,
                "reestablish = never",
            ),
            (
                |p| p.clients[0].config.on_no_answer = OnNoAnswer::Hold,
                "on_no_answer = hold",
            ),
            (
                |p| p.clients[0].config.session_expires_s = 1510,
                "session_expires = 1510 s",
            ),
            (
                |p| p.clients[0].workload.incoming_per_s = 1.0 / 600.0,
                "calls of several messages (no_answer = 20 s)",
            ),
            (
                |p| {
                    single_calls(p);
                    p.clients[0].path.idle_timeout = Some(secs(600));
                },
                "calls and idle_timeout = 10 min, less than half of R",
            ),
            (
                |p| {
                    single_calls(p);
                    p.clients[0].workload.spread = 0.5;
                },
                "call_spread = 50 %",
            ),
            (
                |p| p.gateways[0].path.idle_timeout = Some(secs(3600)),
                "idle_timeout = 1 h",
            ),
            (
                |p| p.gateways[0].config.update = UpdateBehaviour::Ignored,
                "update = ignored",
            ),
            (
                |p| p.faults.push(fault("night", FaultTarget::All, CRASH)),
                "the crash of night",
            ),
        ];
        for (change, why) in cases {
            assert_eq!(idle_with(change).unwrap_err().to_string(), why);
        }
    }

    #[test]
    fn a_run_agrees_within_the_interval_that_its_end_cuts() {
        // 100 users of one replication for 28,800 s; each may lose up to 300 + 62 s more or less: 362/28,800 = 1.257 %.
        let form = idle_with(|_| ()).unwrap().unwrap();
        let holds = |down: f64| {
            let samples = [Sample::Ratio(down * 2.88e12, 2.88e12)];
            let figures = figures(&clients(), &[("down_fraction", &samples)]);
            form.compare(&figures, &clients())[0].holds()
        };
        let exact = 362.0 / 1562.0;
        assert!(holds(exact + 0.0125) && !holds(exact + 0.0126));
    }
}
