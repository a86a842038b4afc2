//! Sessions that nothing disturbs: kept for good, or lost and set up again, cycle after cycle (UPDATE ignored, First loss).
//!
//! A client that loses its session after U and has it back after W goes through cycles of U + W: in a run without end it
//! is down for W/(U + W) of the time and loses 3600/(U + W) sessions an hour. A run has an end, which cuts the last cycle
//! of each user: that moves a count by less than one a user, a time by less than W. A set-up takes three round trips, and
//! the client's clock starts after the first of them, the gateway's half of one before: so much later a session is usable, and
//! so much shorter it lasts.

use super::super::plain;
use super::group::Group;
use super::row::Row;
use super::session::{Fate, session};
use super::simulated::{Simulated, poisson_chance};

/// Of the packets on TCP so many may be lost while sessions are kept: what holds a message up for 32 s is seven losses in
/// a row, one of 10¹⁴ messages.
const MOST_LOSS: f64 = 0.01;
/// A cut cycle, as the table names it.
const CUT: &str = "the end of the run cuts a cycle of each user";

/// The rows of a client group.
///
/// # Errors
/// What is against it.
pub fn rows(group: &Group, found: &Simulated) -> Result<Vec<Row>, String> {
    let session = session(group)?;
    group.no_faults()?;
    group.answers_at_once()?;
    group.short_delays()?;
    group.lasting_routes()?;
    let jitter = group.clients.share("refresh_jitter")?;
    group.connections_last(session.refresh_s * (1.0 + jitter))?;
    let scope = group.scope.as_str();
    let Fate::Cycle(up, down) = session.fate else {
        let lossy = |leg: &&&super::keys::Keys| {
            leg.share("loss").is_ok_and(|p| {
                p > if leg.get("transport") == "udp" {
                    0.0
                } else {
                    MOST_LOSS
                }
            })
        };
        return match group.legs().iter().find(lossy) {
            Some(leg) => Err(leg.shown("loss")),
            None => Ok(
                Row::new(found, scope, "session_drops", 0.0, "no session is lost")
                    .into_iter()
                    .collect(),
            ),
        };
    };
    group.no_loss()?;
    group
        .clients
        .must(&[("calls_file", &[]), ("sign_in_file", &[])])?;
    let cycle = up + down;
    let signed_in = found.signed_in_s(scope);
    // Stretches of time signed in, each with a cycle that is cut.
    let cuts = group.users() * group.sign_ins() * found.replications();
    let (trip, delays) = (group.round_trip_s(), "message delays");
    let first = Row::new(
        found,
        scope,
        "first_loss_s",
        up,
        format!("U = {} s", plain(up)),
    );
    let mut rows = vec![first.map(|row| row.allow(3.0 * trip, delays))];
    if signed_in > cycle * cuts {
        let of = format!("U {} s, W {} s", plain(up), plain(down));
        let exact = 3600.0 / cycle;
        let drops = Row::new(
            found,
            scope,
            "drops_per_client_hour",
            exact,
            format!("3600/(U + W), {of}"),
        );
        let drops = drops.map(|row| {
            row.allow(3600.0 * cuts / signed_in, CUT)
                .allow(exact * trip / cycle, delays)
        });
        let share = Row::new(
            found,
            scope,
            "down_fraction",
            down / cycle,
            format!("W/(U + W), {of}"),
        );
        let share = share.map(|row| {
            row.allow(down * cuts / signed_in, CUT)
                .allow(4.0 * trip / cycle, delays)
        });
        rows.extend([drops, share]);
        if let Ok(calls) = group.calls_alike() {
            let (rate, metric) = (calls.incoming_per_s, "missed_toasts_per_client_hour");
            let missed = rate * signed_in * down / cycle;
            let chance = 3600.0 * poisson_chance(missed) / signed_in;
            let toasts = Row::new(
                found,
                scope,
                metric,
                3600.0 * rate * down / cycle,
                format!("3600 λ W/(U + W), {of}"),
            );
            let cut = 3600.0 * rate * down * cuts / signed_in;
            let longer = 3600.0 * rate * 4.0 * trip / cycle;
            let toasts = toasts.map(|row| row.allow(cut, CUT).allow(longer, delays));
            rows.push(toasts.map(|row| row.allow(chance, "chance of a Poisson count")));
        }
    }
    Ok(rows.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::super::group::tests::inputs;
    use super::super::simulated::tests::simulated;
    use super::*;
    use crate::report::results::Value;

    fn of(changed: &[(&str, &str, &str)]) -> Result<Vec<(f64, bool)>, String> {
        // 100 users for 8 h, down 1.9 % of the time.
        let found = simulated(
            "clients:x",
            &[
                ("session_drops", &[Value::Of(0.0)]),
                ("first_loss_s", &[Value::Of(1532.0)]),
                ("drops_per_client_hour", &[Value::Ratio(1800.0, 800.0)]),
                ("down_fraction", &[Value::Ratio(54_000e6, 2_880_000e6)]),
                (
                    "missed_toasts_per_client_hour",
                    &[Value::Ratio(90.0, 800.0)],
                ),
            ],
        );
        let rows = rows(&Group::all(&inputs(changed))[0], &found)?;
        Ok(rows.iter().map(|row| (row.exact(), row.agrees())).collect())
    }

    #[test]
    fn cycles_are_those_of_the_contract() {
        // Model §5: R 1500, SE 1800, D 30, λ = 6 an hour. 8 h are 18.44 cycles of 1562 s: 18 drops and 540 s down each.
        let shown = |rows: Vec<(f64, bool)>| {
            rows.iter()
                .map(|(exact, _)| format!("{exact:.6}"))
                .collect::<Vec<_>>()
        };
        let rows = of(&[
            ("gateway", "update", "ignored"),
            ("clients", "incoming_calls", "6 /h"),
        ])
        .unwrap();
        assert!(rows.iter().all(|(_, agrees)| *agrees), "{rows:?}");
        assert_eq!(
            shown(rows),
            ["1532.000000", "2.304738", "0.019206", "0.115237"]
        );
        let hold = [
            ("gateway", "update", "ignored"),
            ("clients", "on_no_answer", "hold"),
        ];
        assert_eq!(shown(of(&hold).unwrap())[1..3], ["1.967213", "0.016393"]);
        let poll = [
            ("gateway", "update", "ignored"),
            ("clients", "on_no_answer", "keep-polling"),
        ];
        let rows = of(&poll).unwrap();
        assert!(
            rows[1..].iter().take(2).all(|(_, agrees)| !agrees),
            "it is down far longer"
        );
        assert_eq!(shown(rows)[1..3], ["1.188119", "0.405941"]);
    }

    #[test]
    fn what_it_does_not_cover_has_none() {
        for (table, key, value) in [
            ("clients", "loss", "5 %"),
            ("clients", "delay", "200 ms"),
            ("clients", "refresh_jitter", "10 %"),
            ("clients", "reestablish", "never"),
            ("gateway", "service_time", "4 ms"),
            ("gateway", "max_sessions", "100"),
            ("gateway", "idle_timeout", "20 min"),
        ] {
            let why = of(&[("gateway", "update", "ignored"), (table, key, value)]).unwrap_err();
            assert_eq!(why, format!("{key} = {value}"));
        }
    }

    #[test]
    fn what_is_kept_is_kept_whatever_tcp_has_to_repeat() {
        assert_eq!(of(&[]), Ok(vec![(0.0, true)]));
        assert_eq!(
            of(&[
                ("clients", "loss", "0.1 %"),
                ("clients", "idle_timeout", "30 min")
            ]),
            Ok(vec![(0.0, true)])
        );
        assert_eq!(of(&[("clients", "loss", "2 %")]), Err("loss = 2 %".into()));
        let udp = [
            ("clients", "loss", "0.1 %"),
            ("clients", "transport", "udp"),
        ];
        assert_eq!(of(&udp), Err("loss = 0.1 %".into()));
        assert_eq!(
            of(&[("clients", "idle_timeout", "20 min")]),
            Err("idle_timeout = 20 min".into())
        );
    }
}
