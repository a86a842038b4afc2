//! A middlebox that forgets a connection sooner than the next refresh comes (Idle timeout F < R).
//!
//! Single messages that reset its clock come at a rate λ. With R ≤ 2F the connection is forgotten once between two
//! refreshes at most: F after the last refresh (no message within F, e^(−λF)) or F after a message at v in (0, R − F)
//! (density λ e^(−λF)). From then on until the refresh at R it is a hole: R − F − v. So with a = R − F the lost time L of an
//! interval and the share P of intervals with a loss are E L = e^(−λF) (a + λ a²/2), E L² = e^(−λF) (a² + λ a³/3) and
//! P = e^(−λF) (1 + λ a). On UDP the refresh reopens the way. On TCP it waits out its 32 s, and the session is set up again
//! after D: w = 32 + D longer. Without messages (λ = 0) all that holds for any R > F.

use super::super::plain;
use super::group::{Group, TIMEOUT_S, idles_after};
use super::row::Row;
use super::session::{Fate, reestablish_s, session};
use super::simulated::{Simulated, normal_chance};

/// Unanswered at once: calls that ring so short against the mean of those that are answered are one message.
const MOST_ANSWERED: f64 = 0.01;

/// The rows of a client group.
///
/// # Errors
/// What is against it.
pub fn rows(group: &Group, found: &Simulated) -> Result<Vec<Row>, String> {
    let (clients, gateway) = (&group.clients, &group.gateway);
    let Some(idle) = idles_after(clients)? else {
        return Ok(Vec::new());
    };
    let session = session(group)?;
    let r = session.refresh_s;
    if r <= idle {
        return Ok(Vec::new());
    }
    if session.fate != Fate::Kept {
        return Err(gateway.shown("update"));
    }
    clients.must(&[
        ("idle_action", &["silent"]),
        ("refresh_jitter", &["0 %"]),
        ("sign_in_file", &[]),
    ])?;
    let calls = group.sends_refreshes_only()?;
    if calls.incoming_per_s > 0.0 {
        group.calls_alike()?;
        if calls.answered > MOST_ANSWERED {
            return Err(format!(
                "calls of several messages ({})",
                clients.shown("no_answer")
            ));
        }
        if r > 2.0 * idle {
            return Err(format!(
                "calls and {}, less than half of R",
                clients.shown("idle_timeout")
            ));
        }
    }
    group.no_faults()?;
    group.no_loss()?;
    group.answers_at_once()?;
    group.short_delays()?;
    group.lasting_routes()?;
    if idles_after(gateway)?.is_some() {
        return Err(gateway.shown("idle_timeout"));
    }
    let (longer, way) = if clients.get("transport") == "udp" {
        (0.0, "B/R")
    } else {
        clients.must(&[("on_no_answer", &["tear-down"])])?;
        if session.expires_s < r + TIMEOUT_S {
            return Err(clients.shown("session_expires"));
        }
        (
            TIMEOUT_S + reestablish_s(clients)?,
            "(B + (1 − G)(32 + D))/(R + (1 − G)(32 + D))",
        )
    };
    let interval = Interval::of(r, idle, calls.incoming_per_s);
    let share = interval.down(longer);
    let formula = format!(
        "{way}, R {} s, F {} s, B {} s",
        plain(r),
        plain(idle),
        plain(interval.lost)
    );
    let signed_in = found.signed_in_s(&group.scope);
    let Some(row) = Row::new(found, &group.scope, "down_fraction", share, formula) else {
        return Ok(Vec::new());
    };
    let cuts = group.users() * group.sign_ins() * found.replications();
    let cut = (r - idle + longer) * cuts / signed_in;
    let chance = normal_chance(interval.variance(longer, signed_in));
    let row = row.allow(cut, "the end of the run cuts an interval of each user");
    let row = row.allow(4.0 * group.round_trip_s() / r, "message delays");
    // Without messages there is no chance in it, but for rounding.
    Ok(vec![if calls.incoming_per_s > 0.0 {
        row.allow(chance, "chance of when messages come")
    } else {
        row
    }])
}

/// What is lost in an interval between two refreshes.
struct Interval {
    length: f64,
    /// E L.
    lost: f64,
    /// E L².
    squared: f64,
    /// P, which is 1 − G.
    share: f64,
}

impl Interval {
    fn of(length: f64, idle: f64, rate: f64) -> Interval {
        let (silence, a) = (libm::exp(-rate * idle), length - idle);
        Interval {
            length,
            lost: silence * (a + rate * a * a / 2.0),
            squared: silence * (a * a + rate * a * a * a / 3.0),
            share: silence * (1.0 + rate * a),
        }
    }

    /// The share of time down, where a loss lasts so much longer than the interval.
    fn down(&self, longer: f64) -> f64 {
        (self.lost + self.share * longer) / (self.length + self.share * longer)
    }

    /// The variance of that share over so much time: of a renewal reward process, with the reward less f times the length
    /// of a cycle, L + wI − f (R + wI).
    fn variance(&self, longer: f64, time: f64) -> f64 {
        let f = self.down(longer);
        let (w, cycle) = (longer * (1.0 - f), self.length + self.share * longer);
        let of_cycle = self.squared + 2.0 * w * self.lost + w * w * self.share
            - f * f * self.length * self.length;
        of_cycle / (cycle * time)
    }
}

#[cfg(test)]
mod tests {
    use super::super::group::tests::inputs;
    use super::super::simulated::tests::simulated;
    use super::*;
    use crate::report::results::Value;

    #[test]
    fn shares_are_the_printed_ones_and_those_of_an_integral() {
        let down = |r, f, rate, longer| Interval::of(r, f, rate).down(longer);
        // Model §5: R 1500, F 1200, λ 1/600, D 30.
        assert!((down(1500.0, 1200.0, 1.0 / 600.0, 0.0) - 0.033834).abs() < 5e-7);
        assert!((down(1500.0, 1200.0, 1.0 / 600.0, 62.0) - 0.041873).abs() < 5e-7);
        // Simpson's rule over v, the last reset before the hole; 400,000 simulated intervals gave 188.6 s, 0.6982 and
        // 54,492 s² for the first.
        let interval = Interval::of(1000.0, 700.0, 1.0 / 1200.0);
        assert!(
            (interval.lost - 188.336_862).abs() < 1e-5
                && (interval.share - 0.697_543_9).abs() < 1e-6
        );
        assert!((interval.squared - 54_408.427).abs() < 1e-2);
        assert!((down(1000.0, 700.0, 1.0 / 1200.0, 62.0) - 0.221_984_3).abs() < 1e-6);
        assert!((down(1800.0, 1000.0, 1.0 / 500.0, 0.0) - 0.108_268_2).abs() < 1e-6);
        // Without messages every interval loses R − F: 300 of 1500 s, and 362 of 1562 s with 32 + 30 s.
        assert_eq!(
            (
                down(1500.0, 1200.0, 0.0, 0.0),
                down(1500.0, 1200.0, 0.0, 62.0)
            ),
            (0.2, 362.0 / 1562.0)
        );
    }

    #[test]
    fn the_variance_is_none_without_chance_and_that_of_a_sum_with_it() {
        let certain = Interval::of(1500.0, 1200.0, 0.0);
        assert!(
            certain.variance(62.0, 1e6).abs() < 1e-12 && certain.variance(0.0, 1e6).abs() < 1e-12
        );
        // On UDP intervals all last R: Var L / (n R²), n = T/R; Var L = 14210.2047 − 50.75073² = 11634.57.
        let interval = Interval::of(1500.0, 1200.0, 1.0 / 600.0);
        assert!(
            (interval.variance(0.0, 1.5e6) - 11_634.57 / (1000.0 * 1500.0 * 1500.0)).abs() < 1e-9
        );
    }

    #[test]
    fn who_calls_or_idles_otherwise_has_none() {
        let found = simulated(
            "clients:x",
            &[("down_fraction", &[Value::Ratio(20.0e6, 100.0e6)])],
        );
        let of = |changed: &[(&str, &str, &str)]| {
            let given = inputs(&[changed, &[("clients", "idle_timeout", "20 min")]].concat());
            rows(&Group::all(&given)[0], &found).map(|rows| rows.first().map(Row::exact))
        };
        assert_eq!(of(&[]), Ok(Some(362.0 / 1562.0)));
        assert_eq!(of(&[("clients", "transport", "udp")]), Ok(Some(0.2)));
        assert_eq!(of(&[("clients", "refresh_interval", "10 min")]), Ok(None));
        assert_eq!(of(&[("clients", "keep_alive", "10 min")]), Ok(None));
        for (key, value) in [
            ("outgoing_calls", "1 /h"),
            ("idle_action", "reset"),
            ("loss", "0.1 %"),
            ("reestablish", "never"),
        ] {
            assert_eq!(
                of(&[("clients", key, value)]),
                Err(format!("{key} = {value}"))
            );
        }
        let calls = of(&[("clients", "incoming_calls", "6 /h")]).unwrap_err();
        assert_eq!(calls, "calls of several messages (no_answer = 20 s)");
        let single = [
            ("clients", "incoming_calls", "6 /h"),
            ("clients", "no_answer", "1 ms"),
        ];
        assert!((of(&single).unwrap().unwrap() - 0.041873).abs() < 5e-7);
    }
}
