//! What users whose sessions are kept ask of a gateway: calls, refreshes and messages for the time that they are signed in.
//!
//! The closed forms are for a time without beginning and end. Signed in for T, a user refreshes T/R times, less a part of
//! the interval that the end cuts. Of incoming calls, a Poisson process of rate λ, those are due whose ring is over.

use super::agreement::{Agreement, Reason};
use super::chance::{normal_chance, poisson_chance};
use super::client_group::{Calls, ClientGroup};
use super::expected::ExpectedFigure;
use super::figures::RunFigures;
use super::precondition::{Violation, require};
use super::session::session;
use crate::measure::Scope;
use crate::protocol::UpdateBehaviour;
use crate::quantity::number::plain;

/// What a refresh takes at most until its answer is there, on average, under the conditions below [s].
const TRANSACTION_S: f64 = 1.0;
/// Of the packets so many may be lost: on UDP one refresh in five is repeated then, after half a second mostly.
const MOST_LOSS: f64 = 0.05;
/// Within the gateway a message takes no longer [ms].
const MOST_RESPONSE_MS: f64 = 500.0;
/// Messages of a set-up, with its ACK (INVITE, GetCSTAFeatures, MonitorStart), and of a sign-out (MonitorStop, BYE).
const SET_UP: f64 = 7.0;
const SIGN_OUT: f64 = 4.0;

/// Toasts due, whatever becomes of the sessions.
#[derive(Clone, PartialEq, Debug)]
pub struct Toasts {
    /// λ: incoming calls of a user per second.
    pub incoming_per_s: f64,
    /// Phones that ring when all sign out at once, or at the end.
    pub ringing: f64,
}

/// Those of a client group; `None`: nobody calls.
pub(super) fn toasts(group: &ClientGroup) -> Result<Option<Toasts>, Violation> {
    let calls = group.calls_alike()?;
    if calls.incoming_per_s == 0.0 {
        return Ok(None);
    }
    Ok(Some(Toasts {
        incoming_per_s: calls.incoming_per_s,
        ringing: calls.incoming_per_s * calls.ring_s * group.users() * group.sign_ins(),
    }))
}

impl Toasts {
    pub(super) fn expected(&self) -> Vec<ExpectedFigure> {
        let rate = plain(self.incoming_per_s * 3600.0);
        vec![ExpectedFigure::new(
            "toasts due of a user signed in, per second",
            self.incoming_per_s,
            format!("λ × time signed in, λ {rate} /h"),
        )]
    }

    pub(super) fn compare(&self, figures: &RunFigures, scope: &Scope) -> Vec<Agreement> {
        let (runs, signed_in) = (figures.replications(), figures.signed_in_s(scope));
        let due = self.incoming_per_s * signed_in;
        if due == 0.0 {
            return Vec::new();
        }
        let agreement = |e: ExpectedFigure| {
            let base = Agreement::new(figures, scope, "toasts_due", due / runs, e.formula)?;
            Some(
                base.tolerate(poisson_chance(due) / runs, Reason::PoissonCount)
                    .tolerate(self.ringing, Reason::RingingPhones),
            )
        };
        self.expected().into_iter().filter_map(agreement).collect()
    }
}

/// Refreshes of users whose sessions are kept.
#[derive(Clone, PartialEq, Debug)]
pub struct Refreshes {
    /// R: from one refresh to the next, seconds.
    pub refresh_s: f64,
    /// Refreshes are UPDATEs, else re-INVITEs.
    pub by_update: bool,
    /// Relative jitter of R.
    pub jitter: f64,
    /// The length of the run, seconds.
    pub horizon_s: f64,
    /// Their gateway.
    gateway: Scope,
}

/// Those of a client group.
pub(super) fn refreshes(group: &ClientGroup) -> Result<Refreshes, Violation> {
    use UpdateBehaviour as U;
    let session = session(group)?;
    let update = group.gateway.config.update;
    // A gateway that knows no session timer answers every method without one.
    let knows = match update {
        U::Accepted => true,
        U::Ignored | U::Rejected405 | U::Rejected501 | U::DialogLost481 | U::AnswerLost => {
            !session.by_update
        }
        U::NoSessionExpires
        | U::IntervalTooSmall422
        | U::Unavailable503
        | U::NotCounted
        | U::Rejected488
        | U::Rejected500 => false,
    };
    require(knows, || Violation::Update(update))?;
    group.no_faults()?;
    group.takes_everybody()?;
    let lossy = group.legs().into_iter().find(|leg| leg.loss > MOST_LOSS);
    lossy.map_or(Ok(()), |leg| Err(Violation::Loss(leg.loss)))?;
    Ok(Refreshes {
        refresh_s: session.refresh_s,
        by_update: session.by_update,
        jitter: group.clients.config.refresh_jitter,
        horizon_s: group.horizon_s,
        gateway: Scope::Gateway(group.gateway.name.clone()),
    })
}

/// What a run had of kept sessions, over all replications.
struct KeptSessions {
    /// Sessions.
    sessions: f64,
    /// Intervals R of the time signed in.
    intervals: f64,
    /// Length of all replications [s].
    time_s: f64,
}

impl KeptSessions {
    /// Of the interval that is cut, a half.
    fn refreshes(&self) -> f64 {
        self.intervals - self.sessions / 2.0
    }
}

impl Refreshes {
    /// Precondition: every session was kept, and the gateway was not slow.
    fn kept_sessions(
        &self,
        figures: &RunFigures,
        scope: &Scope,
    ) -> Result<KeptSessions, Violation> {
        for metric in ["session_drops", "setups_failed", "refreshes_failed"] {
            require(figures.total(scope, metric) == 0.0, || {
                Violation::Counted(metric)
            })?;
        }
        let response = figures.mean(&self.gateway, "gateway_response_mean_ms");
        require(response.is_none_or(|ms| ms <= MOST_RESPONSE_MS), || {
            Violation::SlowGateway
        })?;
        Ok(KeptSessions {
            sessions: figures.total(scope, "sessions_established"),
            intervals: figures.signed_in_s(scope) / self.refresh_s,
            time_s: figures.replications() * self.horizon_s,
        })
    }

    /// By how many refreshes the cut and the transactions themselves may differ from the mean.
    fn cut(&self, sessions: &KeptSessions) -> f64 {
        sessions.sessions / 2.0 + sessions.intervals * TRANSACTION_S / self.refresh_s
    }

    /// By how many refreshes the jitter may differ from its mean by chance: of a renewal process, variance over squared mean
    /// of an interval, for each.
    fn chance(&self, sessions: &KeptSessions) -> f64 {
        normal_chance(sessions.intervals * self.jitter * self.jitter / 3.0)
    }

    pub(super) fn expected(&self) -> Vec<ExpectedFigure> {
        let formula = format!("1/R, R {} s", plain(self.refresh_s));
        vec![ExpectedFigure::new(
            "refreshes of a user signed in, per second",
            1.0 / self.refresh_s,
            formula,
        )]
    }

    pub(super) fn compare(
        &self,
        figures: &RunFigures,
        scope: &Scope,
    ) -> Result<Vec<Agreement>, Violation> {
        let sessions = self.kept_sessions(figures, scope)?;
        let (r, time) = (self.refresh_s, sessions.time_s);
        let formula = format!(
            "N/R less half a refresh a session, N {} signed in on average, R {} s",
            plain(sessions.intervals * r / time),
            plain(r)
        );
        let rate = sessions.refreshes() / time;
        let base = Agreement::new(figures, scope, "refresh_rate_per_s", rate, formula);
        let agreement = base.map(|base| {
            base.tolerate(self.cut(&sessions) / time, Reason::PartInterval)
                .tolerate(self.chance(&sessions) / time, Reason::Jitter)
        });
        Ok(agreement.into_iter().collect())
    }
}

/// Messages of users whose sessions are kept, where none is sent twice.
#[derive(Clone, PartialEq, Debug)]
pub struct Messages {
    /// Their refreshes.
    pub refreshes: Refreshes,
    /// Messages of an incoming call with the share of calls that have so many.
    pub of_incoming: [(f64, f64); 3],
    /// The same of an outgoing call.
    pub of_outgoing: [(f64, f64); 2],
    calls: Calls,
    leaves: bool,
}

/// Those of a client group.
pub(super) fn messages(group: &ClientGroup) -> Result<Messages, Violation> {
    let refreshes = refreshes(group)?;
    group.reliable()?;
    let calls = group.calls_alike()?;
    // Delivered and ConnectionCleared with their answers, Established where answered, AnswerCall where at the PC; MakeCall
    // and Originated of those made from the PC.
    let (a, pc) = (calls.answered, calls.at_pc);
    Ok(Messages {
        refreshes,
        of_incoming: [(4.0, 1.0 - a), (6.0, a * (1.0 - pc)), (8.0, a * pc)],
        of_outgoing: [(8.0, 1.0 - a), (10.0, a)],
        calls,
        leaves: group.leaves(),
    })
}

fn moment(messages: &[(f64, f64)], order: f64) -> f64 {
    messages
        .iter()
        .map(|(n, share)| libm::pow(*n, order) * share)
        .sum()
}

impl Messages {
    fn of_refresh(&self) -> f64 {
        if self.refreshes.by_update { 2.0 } else { 3.0 }
    }

    /// The first or second moment of the messages of calls, of a user per second.
    fn of_calls(&self, order: f64) -> f64 {
        self.calls.incoming_per_s * moment(&self.of_incoming, order)
            + self.calls.outgoing_per_s * moment(&self.of_outgoing, order)
    }

    pub(super) fn expected(&self) -> Vec<ExpectedFigure> {
        let formula = format!(
            "7 a set-up, {} a refresh, {} an incoming and {} an outgoing call on average",
            self.of_refresh(),
            plain(moment(&self.of_incoming, 1.0)),
            plain(moment(&self.of_outgoing, 1.0))
        );
        vec![ExpectedFigure::new(
            "messages of a user signed in, per second, without set-up",
            self.of_refresh() / self.refreshes.refresh_s + self.of_calls(1.0),
            formula,
        )]
    }

    pub(super) fn compare(
        &self,
        figures: &RunFigures,
        scope: &Scope,
    ) -> Result<Vec<Agreement>, Violation> {
        let sessions = self.refreshes.kept_sessions(figures, scope)?;
        let signed_in = figures.signed_in_s(scope);
        let (per_refresh, time) = (self.of_refresh(), sessions.time_s);
        let exact = SET_UP * sessions.sessions
            + per_refresh * sessions.refreshes()
            + self.of_calls(1.0) * signed_in;
        // Calls under way when their user goes, or the run ends, have at most two events yet to come.
        let c = &self.calls;
        let open = (c.incoming_per_s + c.outgoing_per_s) * (c.ring_s + c.talk_s) * 4.0;
        let goodbye = if self.leaves { SIGN_OUT } else { 0.0 };
        let ends =
            sessions.sessions * (open + goodbye) + per_refresh * self.refreshes.cut(&sessions);
        let chance = normal_chance(signed_in * self.of_calls(2.0))
            + per_refresh * self.refreshes.chance(&sessions);
        let agreement = |e: ExpectedFigure| {
            let base = Agreement::new(
                figures,
                scope,
                "message_rate_per_s",
                exact / time,
                e.formula,
            )?;
            Some(
                base.tolerate(ends / time, Reason::CutCalls)
                    .tolerate(chance / time, Reason::PoissonCalls),
            )
        };
        Ok(self.expected().into_iter().filter_map(agreement).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{CRASH, clients, fault, gateways, plan, recorded_calls, secs};
    use super::super::figures::tests::figures;
    use super::*;
    use crate::deployment::{FaultTarget, Plan, Transport};
    use crate::measure::Sample;
    use crate::protocol::RefreshMethod;
    use crate::quantity::Span;
    use crate::workload::DayShape;

    /// 100 users for 8 h in each of two replications: 2,880,000 s each.
    fn run(changes: &[(&str, Sample)]) -> RunFigures {
        let mut metrics = vec![
            ("down_fraction", Sample::Ratio(0.0, 2.88e12)),
            ("sessions_established", Sample::Count(100)),
            ("session_drops", Sample::Count(0)),
            ("setups_failed", Sample::Count(0)),
            ("refreshes_failed", Sample::Count(0)),
        ];
        metrics.retain(|(metric, _)| {
            changes
                .iter()
                .all(|(changed_metric, _)| changed_metric != metric)
        });
        metrics.extend(changes.iter().copied());
        let pairs: Vec<_> = metrics.iter().map(|(m, s)| (*m, [*s, *s])).collect();
        let rows: Vec<_> = pairs.iter().map(|(m, s)| (*m, &s[..])).collect();
        figures(&clients(), &rows)
    }

    fn with<T>(change: impl FnOnce(&mut Plan), read: impl FnOnce(&ClientGroup) -> T) -> T {
        let mut plan = plan();
        change(&mut plan);
        read(&ClientGroup::new(&plan, 0))
    }

    #[test]
    fn toasts_are_due_by_the_rate_and_the_time() {
        let hourly = |p: &mut Plan| p.clients[0].workload.incoming_per_s = 1.0 / 3600.0;
        let form = with(hourly, toasts).unwrap().unwrap();
        assert!((form.expected()[0].value * 3600.0 - 1.0).abs() < 1e-12);
        // 1 an hour for 800 h: 800 a replication; 4·√1600 / 2 = 80 by chance, and 100 · 8.6466/3600 = 0.24 that ring.
        let due = |n: f64| {
            let agreements = form.compare(&run(&[("toasts_due", Sample::Value(n))]), &clients());
            assert!((agreements[0].expected - 800.0).abs() < 1e-9);
            agreements[0].holds()
        };
        assert!(due(880.0) && !due(881.0) && due(719.8) && !due(719.0));
        assert_eq!(with(|_| (), toasts), Ok(None));
        type Change = fn(&mut Plan);
        let cases: [(Change, &str); 3] = [
            (|p| p.clients[0].workload.spread = 0.5, "call_spread = 50 %"),
            (
                |p| {
                    p.clients[0].workload.by_hour = DayShape {
                        steps: vec![(Span::ZERO, 0.5), (secs(43_200), 2.0)],
                    };
                },
                "calls_by_hour = 00:00 x0.5, 12:00 x2",
            ),
            (
                |p| p.clients[0].recorded_calls = Some(recorded_calls()),
                "recorded calls (calls_file)",
            ),
        ];
        for (change, why) in cases {
            assert_eq!(with(change, toasts).unwrap_err().to_string(), why);
        }
    }

    /// So many refreshes in 8 h, beside the closed form.
    fn refreshing(change: impl FnOnce(&mut Plan), n: f64) -> Agreement {
        let form = with(change, refreshes).unwrap();
        let figures = run(&[("refresh_rate_per_s", Sample::Ratio(n, 28_800.0))]);
        form.compare(&figures, &clients()).unwrap().remove(0)
    }

    #[test]
    fn refreshes_are_the_time_by_the_interval() {
        // 28,800 s are 19.2 intervals of 1500 s: 1920 of 100 users, less 50, ± 50, and 1.28 that may be late.
        let holds = |n| refreshing(|_| (), n).holds();
        assert!(holds(1900.0) && holds(1819.0) && !holds(1818.0));
        assert!(holds(1921.0) && !holds(1922.0));
        assert!((refreshing(|_| (), 1900.0).expected * 28_800.0 - 1870.0).abs() < 1e-6);
        let jitter = |p: &mut Plan| p.clients[0].config.refresh_jitter = 0.15;
        // 4·√(3840·0.15²/3) = 21.5 by chance in two runs, 10.7 in each.
        assert!(refreshing(jitter, 1930.0).holds() && !refreshing(jitter, 1933.0).holds());
        // R 600 s: 48 intervals of each user, 4800 less 50.
        let often = |p: &mut Plan| p.clients[0].config.refresh_interval = secs(600);
        assert!((refreshing(often, 4750.0).expected * 28_800.0 - 4750.0).abs() < 1e-6);
    }

    #[test]
    fn sessions_that_are_not_kept_are_named() {
        type Change = fn(&mut Plan);
        let cases: [(Change, &str); 6] = [
            (|p| p.clients[0].path.loss = 0.06, "loss = 6 %"),
            (
                |p| p.gateways[0].config.update = UpdateBehaviour::Ignored,
                "update = ignored",
            ),
            (
                |p| {
                    p.clients[0].config.refresh_method = RefreshMethod::ReInvite;
                    p.gateways[0].config.update = UpdateBehaviour::NoSessionExpires;
                },
                "update = no-session-expires",
            ),
            (
                |p| p.gateways[0].max_sessions = Some(99),
                "max_sessions = 99",
            ),
            (
                |p| p.faults.push(fault("night", FaultTarget::All, CRASH)),
                "the crash of night",
            ),
            (
                |p| p.clients[0].config.refresh_interval = secs(1800),
                "a refresh interval that is no shorter than the session",
            ),
        ];
        for (change, why) in cases {
            assert_eq!(with(change, refreshes).unwrap_err().to_string(), why);
        }
        let form = with(|_| (), refreshes).unwrap();
        for metric in ["session_drops", "setups_failed", "refreshes_failed"] {
            let figures = run(&[(metric, Sample::Count(1))]);
            let why = form.compare(&figures, &clients()).unwrap_err();
            assert_eq!(why, Violation::Counted(metric));
        }
        let mut slow = run(&[]);
        let samples = vec![Sample::Value(501.0)];
        slow.insert(gateways(), "gateway_response_mean_ms", samples);
        assert_eq!(form.compare(&slow, &clients()), Err(Violation::SlowGateway));
    }

    /// So many messages in 8 h, beside the closed form.
    fn sending(change: impl FnOnce(&mut Plan), n: f64) -> Agreement {
        let form = with(change, messages).unwrap();
        let figures = run(&[("message_rate_per_s", Sample::Ratio(n, 28_800.0))]);
        form.compare(&figures, &clients()).unwrap().remove(0)
    }

    #[test]
    fn messages_are_those_of_set_ups_refreshes_and_calls() {
        // 1870 refreshes on average (above) of 2 messages, or 3 by re-INVITE, and 700 messages of set-ups.
        let update = sending(|_| (), 4500.0);
        assert!((update.expected * 28_800.0 - 4440.0).abs() < 1e-6 && update.holds());
        let reinvite = |p: &mut Plan| p.clients[0].config.refresh_method = RefreshMethod::ReInvite;
        let reinvite = sending(reinvite, 6400.0);
        assert!((reinvite.expected * 28_800.0 - 6310.0).abs() < 1e-6 && reinvite.holds());
        // Calls that nobody fails to answer (ring 1 s of 100 at most): 6 messages an incoming one, 10 one from the PC: 800 of
        // each are 12,800 more.
        let calls = |p: &mut Plan| {
            let w = &mut p.clients[0].workload;
            (w.incoming_per_s, w.outgoing_per_s) = (1.0 / 3600.0, 1.0 / 3600.0);
            (w.ring_time, w.no_answer) = (secs(1), secs(100));
        };
        let busy = sending(calls, 17_340.0);
        assert!((busy.expected * 28_800.0 - 17_240.0).abs() < 1e-6 && busy.holds());
        assert!(!sending(calls, 15_000.0).holds());
        let udp = with(|p| p.gateways[0].path.transport = Transport::Udp, messages);
        assert_eq!(
            udp,
            Err(Violation::Transport(Transport::Udp)),
            "copies of what is not answered at once"
        );
    }
}
