//! Sessions that nothing disturbs: kept for good, or lost and set up again, cycle after cycle.
//!
//! A client that loses its session after U and has it back after W goes through cycles of U + W: in a run without end it
//! is down for W/(U + W) of the time and loses 3600/(U + W) sessions an hour. A run has an end, which cuts the last cycle
//! of each user: that moves a count by less than one a user, a time by less than W. A set-up takes three round trips, and
//! the client's clock starts after the first of them, the gateway's half of one before: so much later a session is usable, and
//! so much shorter it lasts.

use super::agreement::{Agreement, Reason};
use super::chance::poisson_chance;
use super::client_group::ClientGroup;
use super::expected::ExpectedFigure;
use super::figures::RunFigures;
use super::precondition::Violation;
use super::session::{Fate, session};
use crate::deployment::PathConfig;
use crate::measure::Scope;
use crate::quantity::number::plain;

/// Of the packets on TCP so many may be lost while sessions are kept: what holds a message up for 32 s is seven losses in
/// a row, one of 10¹⁴ messages.
const MOST_LOSS: f64 = 0.01;

/// Sessions of a client group, kept or lost cycle after cycle.
#[derive(Clone, PartialEq, Debug)]
pub struct Sessions {
    /// What becomes of them.
    pub fate: Fate,
    /// Users.
    pub users: f64,
    /// Stretches of time signed in of a user, each with a cycle that is cut.
    pub sign_ins: f64,
    /// There and back, seconds.
    pub round_trip_s: f64,
    /// λ: incoming calls of a user per second; `None`: not the same for all, all day.
    pub incoming_per_s: Option<f64>,
}

/// Those of a client group.
pub(super) fn predict(group: &ClientGroup) -> Result<Sessions, Violation> {
    let session = session(group)?;
    group.no_faults()?;
    group.answers_at_once()?;
    group.short_delays()?;
    group.lasting_routes()?;
    let jitter = group.clients.config.refresh_jitter;
    group.connections_last(session.refresh_s * (1.0 + jitter))?;
    if session.fate == Fate::Kept {
        let max_loss = |leg: &PathConfig| if leg.is_reliable() { MOST_LOSS } else { 0.0 };
        let lossy = group
            .legs()
            .into_iter()
            .find(|leg| leg.loss > max_loss(leg));
        lossy.map_or(Ok(()), |leg| Err(Violation::Loss(leg.loss)))?;
    } else {
        group.no_loss()?;
        group.calls()?;
        group.no_recorded_signs()?;
    }
    Ok(Sessions {
        fate: session.fate,
        users: group.users(),
        sign_ins: group.sign_ins(),
        round_trip_s: group.round_trip_s(),
        incoming_per_s: group.calls_alike().ok().map(|calls| calls.incoming_per_s),
    })
}

impl Sessions {
    pub(super) fn expected(&self) -> Vec<ExpectedFigure> {
        let Fate::Cycle { up_s, down_s } = self.fate else {
            return vec![ExpectedFigure::new(
                "session_drops",
                0.0,
                "no session is lost",
            )];
        };
        let (cycle, lengths) = (up_s + down_s, lengths(up_s, down_s));
        let drops = format!("3600/(U + W), {lengths}");
        let mut figures = vec![
            ExpectedFigure::new("first_loss_s", up_s, format!("U = {} s", plain(up_s))),
            ExpectedFigure::new("drops_per_client_hour", 3600.0 / cycle, drops),
            ExpectedFigure::new(
                "down_fraction",
                down_s / cycle,
                format!("W/(U + W), {lengths}"),
            ),
        ];
        if let Some(rate) = self.incoming_per_s {
            figures.push(ExpectedFigure::new(
                "missed_toasts_per_client_hour",
                3600.0 * rate * down_s / cycle,
                format!("3600 λ W/(U + W), {lengths}"),
            ));
        }
        figures
    }

    pub(super) fn compare(&self, figures: &RunFigures, scope: &Scope) -> Vec<Agreement> {
        let signed_in = figures.signed_in_s(scope);
        let cuts = self.users * self.sign_ins * figures.replications();
        let agreement = |e: ExpectedFigure| {
            let base = Agreement::new(figures, scope, e.figure, e.value, e.formula)?;
            let Fate::Cycle { up_s, down_s } = self.fate else {
                return Some(base);
            };
            let (cycle, trip) = (up_s + down_s, self.round_trip_s);
            if e.figure == "first_loss_s" {
                return Some(base.tolerate(3.0 * trip, Reason::MessageDelays));
            }
            if signed_in <= cycle * cuts {
                return None;
            }
            Some(match e.figure {
                "drops_per_client_hour" => base
                    .tolerate(3600.0 * cuts / signed_in, Reason::CutCycle)
                    .tolerate(e.value * trip / cycle, Reason::MessageDelays),
                "down_fraction" => base
                    .tolerate(down_s * cuts / signed_in, Reason::CutCycle)
                    .tolerate(4.0 * trip / cycle, Reason::MessageDelays),
                _ => {
                    let rate = self.incoming_per_s.unwrap_or(0.0);
                    let missed = rate * signed_in * down_s / cycle;
                    let chance = 3600.0 * poisson_chance(missed) / signed_in;
                    let cut = 3600.0 * rate * down_s * cuts / signed_in;
                    base.tolerate(cut, Reason::CutCycle)
                        .tolerate(3600.0 * rate * 4.0 * trip / cycle, Reason::MessageDelays)
                        .tolerate(chance, Reason::PoissonCount)
                }
            })
        };
        self.expected().into_iter().filter_map(agreement).collect()
    }
}

fn lengths(up_s: f64, down_s: f64) -> String {
    format!("U {} s, W {} s", plain(up_s), plain(down_s))
}

#[cfg(test)]
mod tests {
    use super::super::example::{
        CRASH, clients, fault, plan, recorded_calls, recorded_signs, secs, station,
    };
    use super::super::figures::tests::figures;
    use super::*;
    use crate::deployment::{FaultTarget, Plan, ServiceTime, Transport};
    use crate::measure::Sample;
    use crate::protocol::{OnNoAnswer, Reestablish, UpdateBehaviour};
    use crate::quantity::Span;

    fn sessions_with(change: impl FnOnce(&mut Plan)) -> Result<Sessions, Violation> {
        let mut plan = plan();
        change(&mut plan);
        predict(&ClientGroup::new(&plan, 0))
    }

    fn ignored(p: &mut Plan) {
        p.gateways[0].config.update = UpdateBehaviour::Ignored;
    }

    fn values(change: impl FnOnce(&mut Plan)) -> Vec<String> {
        let sessions = sessions_with(|p| {
            ignored(p);
            change(p);
        });
        let expected = sessions.unwrap().expected();
        expected.iter().map(|e| format!("{:.6}", e.value)).collect()
    }

    #[test]
    fn cycles_are_the_printed_ones_and_others_by_hand() {
        let policy = |policy, r, se, d, per_hour: f64| {
            values(|p| {
                let c = &mut p.clients[0];
                c.config.on_no_answer = policy;
                c.config.refresh_interval = secs(r);
                c.config.session_expires_s = se;
                c.config.reestablish = Reestablish::Fixed(secs(d));
                c.workload.incoming_per_s = per_hour / 3600.0;
            })
        };
        use OnNoAnswer::{Hold, KeepPolling, TearDown};
        // R 1500, SE 1800, D 30, λ = 1/600 /s: U 1532, 1800, 1800 and W 30, 30, 1230.
        assert_eq!(
            policy(TearDown, 1500, 1800, 30, 6.0),
            ["1532.000000", "2.304738", "0.019206", "0.115237"]
        );
        assert_eq!(
            policy(Hold, 1500, 1800, 30, 6.0),
            ["1800.000000", "1.967213", "0.016393", "0.098361"]
        );
        assert_eq!(
            policy(KeepPolling, 1500, 1800, 30, 6.0),
            ["1800.000000", "1.188119", "0.405941", "2.435644"]
        );
        // R 900, SE 2400, D 120, 12 calls an hour. U 932: 3600/1052 = 3.422053, 120/1052 = 0.114068, 12 times that 1.368821.
        assert_eq!(
            policy(TearDown, 900, 2400, 120, 12.0),
            ["932.000000", "3.422053", "0.114068", "1.368821"]
        );
        // U 2400, W 2700 − 2400 + 120 = 420: 3600/2820 = 1.276596, 420/2820 = 0.148936, 12 times that 1.787234.
        assert_eq!(
            policy(KeepPolling, 900, 2400, 120, 12.0),
            ["2400.000000", "1.276596", "0.148936", "1.787234"]
        );
        // U 2400, W 120: 3600/2520 = 1.428571, 120/2520 = 0.047619, 12 times that 0.571429.
        assert_eq!(
            policy(Hold, 900, 2400, 120, 12.0),
            ["2400.000000", "1.428571", "0.047619", "0.571429"]
        );
    }

    #[test]
    fn a_run_agrees_with_its_own_cycle_and_not_with_another() {
        // 100 users for 8 h, down 1.9 % of the time: 18 drops of 30 s each (18.44 cycles of 1562 s).
        let figures = figures(
            &clients(),
            &[
                ("session_drops", &[Sample::Count(0)]),
                ("first_loss_s", &[Sample::Value(1532.0)]),
                ("drops_per_client_hour", &[Sample::Ratio(1800.0, 800.0)]),
                ("down_fraction", &[Sample::Ratio(54_000e6, 2_880_000e6)]),
                (
                    "missed_toasts_per_client_hour",
                    &[Sample::Ratio(90.0, 800.0)],
                ),
            ],
        );
        let holds = |policy| {
            let sessions = sessions_with(|p| {
                ignored(p);
                p.clients[0].config.on_no_answer = policy;
                p.clients[0].workload.incoming_per_s = 6.0 / 3600.0;
            });
            let comparison = sessions.unwrap().compare(&figures, &clients());
            comparison.iter().map(Agreement::holds).collect::<Vec<_>>()
        };
        assert_eq!(holds(OnNoAnswer::TearDown), [true; 4]);
        assert_eq!(
            holds(OnNoAnswer::KeepPolling),
            [false; 4],
            "it is down far longer"
        );
        let agreements = sessions_with(|_| ()).unwrap().compare(&figures, &clients());
        assert!(agreements.len() == 1 && agreements[0].holds() && agreements[0].expected == 0.0);
    }

    type Change = fn(&mut Plan);

    const NOT_COVERED: [(Change, &str); 15] = [
        (|p| p.clients[0].path.loss = 0.05, "loss = 5 %"),
        (
            |p| p.gateways[0].path.delay = Span::from_millis(200),
            "delay = 200 ms",
        ),
        (
            |p| p.clients[0].config.refresh_jitter = 0.1,
            "refresh_jitter = 10 %",
        ),
        (
            |p| p.clients[0].config.reestablish = Reestablish::Uniform(secs(0), secs(600)),
            "reestablish = uniform 0 s..10 min",
        ),
        (
            |p| p.gateways[0].station = Some(station(ServiceTime::Fixed(Span(4000)))),
            "service_time = 4 ms",
        ),
        (
            |p| {
                let mut config = station(ServiceTime::Fixed(Span::ZERO));
                config.service[1] = ServiceTime::Fixed(Span(4000));
                p.gateways[0].station = Some(config);
            },
            "service_time_refresh = 4 ms",
        ),
        (
            |p| {
                let mut config = station(ServiceTime::Fixed(Span::ZERO));
                config.setup_serial = Span(1_500_000);
                p.gateways[0].station = Some(config);
            },
            "setup_serial_time = 1500 ms",
        ),
        (
            |p| {
                let mut config = station(ServiceTime::Fixed(Span::ZERO));
                config.response_service = Span(1000);
                p.gateways[0].station = Some(config);
            },
            "response_service = 1 ms",
        ),
        (
            |p| p.gateways[0].max_sessions = Some(100),
            "max_sessions = 100",
        ),
        (
            |p| p.gateways[0].max_sessions_per_line = Some(1),
            "max_sessions_per_line = 1",
        ),
        (
            |p| p.gateways[0].path.idle_timeout = Some(secs(1200)),
            "idle_timeout = 20 min",
        ),
        (
            |p| p.clients[0].path.route_expiry = Some((secs(43_200), secs(86_400))),
            "route_expiry = 12 h..1 d",
        ),
        (
            |p| p.faults.push(fault("fault-1", FaultTarget::All, CRASH)),
            "the crash of fault-1",
        ),
        (
            |p| p.clients[0].recorded_calls = Some(recorded_calls()),
            "recorded calls (calls_file)",
        ),
        (
            |p| p.clients[0].recorded_signs = Some(recorded_signs()),
            "recorded sign-ins (sign_in_file)",
        ),
    ];

    #[test]
    fn what_it_does_not_cover_is_named() {
        for (change, why) in NOT_COVERED {
            let lost = sessions_with(|p| {
                ignored(p);
                change(p);
            });
            assert_eq!(lost.unwrap_err().to_string(), why);
        }
    }

    #[test]
    fn what_is_kept_is_kept_whatever_tcp_has_to_repeat() {
        assert_eq!(sessions_with(|_| ()).unwrap().fate, Fate::Kept);
        let lossy = |loss, transport| {
            sessions_with(|p| {
                p.clients[0].path.loss = loss;
                p.clients[0].path.transport = transport;
                p.clients[0].path.idle_timeout = Some(secs(1800));
            })
        };
        assert!(lossy(0.001, Transport::Tls).is_ok());
        assert_eq!(lossy(0.02, Transport::Tls), Err(Violation::Loss(0.02)));
        assert_eq!(lossy(0.001, Transport::Udp), Err(Violation::Loss(0.001)));
        let idle = sessions_with(|p| p.clients[0].path.idle_timeout = Some(secs(1200)));
        assert_eq!(idle, Err(Violation::IdleTimeout(secs(1200))));
    }
}
