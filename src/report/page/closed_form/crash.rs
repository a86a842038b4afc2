//! A silent crash at random, which nobody notices before the next refresh (Crash found at the next refresh).
//!
//! A gateway is up for times that are exponential with mean M, so from the last refresh before it, a crash comes after a
//! time x on [0, R] with density e^(−x/M) / (M (1 − e^(−R/M))): the next refresh is R/(1 − e^(−R/M)) − M later on
//! average. That refresh is answered 481 at once where the gateway is up again. Where it is down, the client knows only
//! when the refresh has been unanswered for 32 s. Down d after a crash is, with exponential repairs of mean m, a share of
//! π + (1 − π) e^(−d (1/m + 1/M)), π = m/(m + M) (a Markov chain of two states).

use super::super::plain;
use super::group::{Group, TIMEOUT_S};
use super::row::Row;
use super::session::{Fate, session};
use super::simulated::Simulated;

/// The rows of a client group.
///
/// # Errors
/// What is against it.
pub fn rows(group: &Group, found: &Simulated) -> Result<Vec<Row>, String> {
    let Some(crash) = group
        .faults
        .iter()
        .find(|f| f.get("kind") == "crash" && f.get("reset") != "true")
    else {
        return Ok(Vec::new());
    };
    if crash.get("mtbf").is_empty() {
        return Err(crash.shown("at"));
    }
    if let Some(other) = group.faults.iter().find(|f| f.name() != crash.name()) {
        return Err(format!("the {} of {}", other.get("kind"), other.name()));
    }
    let (mtbf, mttr) = (crash.seconds("mtbf")?, crash.seconds("mttr")?);
    let session = session(group)?;
    if session.fate != Fate::Kept {
        return Err(group.gateway.shown("update"));
    }
    group
        .gateway
        .must(&[("forgets", &["sessions"]), ("spare", &["0"])])?;
    group
        .clients
        .must(&[("refresh_jitter", &["0 %"]), ("sign_in_file", &[])])?;
    group.sends_refreshes_only()?;
    group.answers_at_once()?;
    group.short_delays()?;
    group.lasting_routes()?;
    group.no_loss()?;
    group.connections_last(session.refresh_s)?;
    let r = session.refresh_s;
    let mut exact = to_refresh(r, mtbf);
    let mut formula = format!(
        "R/(1 − e^(−R/M)) − M, R {} s, M {} s",
        plain(r),
        plain(mtbf)
    );
    if mttr > 0.0 {
        // On UDP a copy of the refresh may meet the gateway repaired.
        group.reliable()?;
        group.clients.must(&[("on_no_answer", &["tear-down"])])?;
        let down = down_at_refresh(r, mtbf, mttr);
        exact += down * TIMEOUT_S.min(session.expires_s - r);
        formula += &format!(" + 32 s · {} still down, m {} s", plain(down), plain(mttr));
    }
    let metric = "detection_mean_s";
    let Some(row) = Row::new(found, &group.scope, metric, exact, formula) else {
        return Err("no crash that was found".into());
    };
    let Some(chance) = found.chance(&group.scope, metric) else {
        return Err("one replication, which does not tell its spread".into());
    };
    let delays = 2.0 * group.round_trip_s();
    Ok(vec![
        row.allow(chance, "chance, from the spread of the replications")
            .allow(delays, "message delays"),
    ])
}

/// Mean time from a crash to the next refresh [s].
fn to_refresh(r: f64, mtbf: f64) -> f64 {
    r / -libm::expm1(-r / mtbf) - mtbf
}

/// The share of crashes after which the gateway is down at the next refresh.
fn down_at_refresh(r: f64, mtbf: f64, mttr: f64) -> f64 {
    let settled = mttr / (mttr + mtbf);
    // E e^(−D (1/m + 1/M)) over the density of the time D to the next refresh.
    let fades =
        libm::exp(-r / mtbf) * mttr * libm::expm1(-r / mttr) / (mtbf * libm::expm1(-r / mtbf));
    settled + (1.0 - settled) * fades
}

#[cfg(test)]
mod tests {
    use super::super::group::tests::inputs;
    use super::super::simulated::tests::simulated;
    use super::*;
    use crate::report::results::Value;

    #[test]
    fn the_formula_gives_the_printed_figures_and_those_of_an_integral() {
        // Model §5, M = 7 d.
        assert!((to_refresh(600.0, 604_800.0) - 300.05).abs() < 0.005);
        assert!((to_refresh(1500.0, 604_800.0) - 750.31).abs() < 0.005);
        // By Simpson's rule with 200,000 steps over x on [0, R] of R − x, and of the chain's share at d = R − x, both weighted
        // with e^(−x/M) and divided by the integral of that.
        for (r, mtbf, mttr, delay, down) in INTEGRALS {
            assert!(
                (to_refresh(r, mtbf) - delay).abs() < 1e-4,
                "{}",
                to_refresh(r, mtbf)
            );
            assert!(
                (down_at_refresh(r, mtbf, mttr) - down).abs() < 1e-6,
                "{}",
                down_at_refresh(r, mtbf, mttr)
            );
        }
    }

    fn of(changed: &[(&str, &str, &str)]) -> Result<f64, String> {
        let crash = [
            ("fault", "kind", "crash"),
            ("fault", "target", "gateway:x"),
            ("fault", "mtbf", "4 h"),
            ("fault", "mttr", "2 min"),
            ("fault", "reset", "false"),
        ];
        let own = crash
            .into_iter()
            .filter(|(t, k, _)| !changed.iter().any(|(table, key, _)| t == table && k == key));
        let given = inputs(&[changed, &own.collect::<Vec<_>>()].concat());
        let detection = [Value::Ratio(7600.0, 10.0), Value::Ratio(7700.0, 10.0)];
        let found = simulated("clients:x", &[("detection_mean_s", &detection)]);
        Ok(rows(&Group::all(&given)[0], &found)?
            .first()
            .map_or(0.0, Row::exact))
    }

    #[test]
    fn what_delays_the_client_is_added() {
        // The delay of the second of the integrals, and 32 s where it is down; a session of 1510 s leaves only 10.
        assert!((of(&[]).unwrap() - (INTEGRALS[1].3 + 32.0 * INTEGRALS[1].4)).abs() < 1e-3);
        assert!((of(&[("fault", "mttr", "0 s")]).unwrap() - INTEGRALS[1].3).abs() < 1e-3);
        let short = of(&[("clients", "session_expires", "1510 s")]).unwrap();
        assert!((short - (INTEGRALS[1].3 + 10.0 * INTEGRALS[1].4)).abs() < 1e-3);
        assert_eq!(
            of(&[("fault", "reset", "true")]),
            Ok(0.0),
            "a reset is noticed at once"
        );
        for (table, key, value) in [
            ("clients", "outgoing_calls", "1 /h"),
            ("clients", "loss", "1 %"),
            ("clients", "transport", "udp"),
            ("clients", "on_no_answer", "hold"),
            ("gateway", "forgets", "nothing"),
            ("gateway", "spare", "1"),
        ] {
            assert_eq!(of(&[(table, key, value)]), Err(format!("{key} = {value}")));
        }
    }

    /// R, M, m, mean time to the next refresh, share that is down then.
    const INTEGRALS: [(f64, f64, f64, f64, f64); 2] = [
        (900.0, 800.0, 300.0, 532.647_202, 0.397_305_1),
        (1500.0, 14_400.0, 120.0, 763.018_479, 0.083_542_5),
    ];
}
