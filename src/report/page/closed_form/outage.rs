//! A leg that carries nothing for a while, on UDP (An outage of length B).
//!
//! The copies of a refresh go out over 31.5 s: one of those that fall due in the first B − 31.5 s fails, any other gets a
//! copy through. Where the users' refreshes are spread evenly over R that is a share min(1, (B − 31.5)⁺/R) of them.

use super::super::plain;
use super::group::Group;
use super::row::Row;
use super::session::{Fate, session};
use super::simulated::{Simulated, normal_chance};
use crate::quantity::parse_span;

/// From the first copy of a request to the last: T1 doubling, up to T2 or not (RFC 3261 §17.1) [s].
const COPIES_S: f64 = 31.5;

/// The rows of a client group.
///
/// # Errors
/// What is against it.
pub fn rows(group: &Group, found: &Simulated) -> Result<Vec<Row>, String> {
    let Some(outage) = group.faults.iter().find(|f| f.get("kind") == "link-outage") else {
        return Ok(Vec::new());
    };
    let (clients, gateway) = (&group.clients, &group.gateway);
    let leg = if outage.get("target").starts_with("clients:") {
        clients
    } else {
        gateway
    };
    leg.must(&[("transport", &["udp"])])?;
    if let Some(other) = group.faults.iter().find(|f| f.name() != outage.name()) {
        return Err(format!("the {} of {}", other.get("kind"), other.name()));
    }
    if outage.get("at").is_empty() {
        return Err(outage.shown("mtbf"));
    }
    let session = session(group)?;
    if session.fate != Fate::Kept {
        return Err(gateway.shown("update"));
    }
    outage.must(&[("instance", &["every"])])?;
    clients.must(&[
        ("on_no_answer", &["tear-down"]),
        ("refresh_jitter", &["0 %"]),
        ("sign_out", &["never"]),
        ("lunch", &["never"]),
        ("attendance", &["100 %"]),
        ("sign_in_file", &[]),
    ])?;
    group.sends_refreshes_only()?;
    group.no_loss()?;
    group.answers_at_once()?;
    group.short_delays()?;
    group.lasting_routes()?;
    group.connections_last(session.refresh_s)?;
    let (r, length) = (session.refresh_s, outage.seconds("duration")?);
    let begins = group.day.at_s(outage)?;
    let Some(width) = spread_s(clients.get("sign_in")).filter(|width| width % r == 0.0) else {
        return Err(format!(
            "{}, over no multiple of R",
            clients.shown("sign_in")
        ));
    };
    if begins < width + r || begins + length + r > group.day.horizon_s {
        return Err(outage.shown("at"));
    }
    let (users, share) = (
        group.users(),
        f64::min(1.0, f64::max(0.0, length - COPIES_S) / r),
    );
    let formula = format!(
        "N min(1, (B − 31.5)⁺/R), B {} s, R {} s",
        plain(length),
        plain(r)
    );
    let row = Row::new(found, &group.scope, "session_drops", users * share, formula);
    let chance = normal_chance(users * share * (1.0 - share) / found.replications());
    Ok(row
        .map(|row| row.allow(chance, "chance of a binomial count"))
        .into_iter()
        .collect())
}

/// Over how long users sign in evenly [s].
fn spread_s(sign_in: &str) -> Option<f64> {
    sign_in
        .strip_prefix("uniform over ")
        .and_then(parse_span)
        .map(|width| width.0 as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::super::group::tests::inputs;
    use super::super::simulated::tests::simulated;
    use super::*;
    use crate::report::results::Value;

    fn of(changed: &[(&str, &str, &str)]) -> Result<Option<(f64, bool)>, String> {
        let outage = [
            ("clients", "transport", "udp"),
            ("clients", "sign_in", "uniform over 50 min"),
            ("fault", "kind", "link-outage"),
            ("fault", "target", "clients:x"),
            ("fault", "at", "10:00"),
            ("fault", "duration", "331500 ms"),
        ];
        let own = outage
            .into_iter()
            .filter(|(t, k, _)| !changed.iter().any(|(table, key, _)| t == table && k == key));
        let given = inputs(&[changed, &own.collect::<Vec<_>>()].concat());
        let found = simulated(
            "clients:x",
            &[("session_drops", &[Value::Of(18.0), Value::Of(24.0)])],
        );
        Ok(rows(&Group::all(&given)[0], &found)?
            .first()
            .map(|row| (row.exact(), row.agrees())))
    }

    #[test]
    fn the_share_is_that_of_the_contract() {
        // 100 users, R 1500: B 331.5 s leaves 300 of 1500 s, 20 of 100; 21 were found, 4 σ of two runs are 4·√8 = 11.3.
        assert_eq!(of(&[]), Ok(Some((20.0, true))));
        assert_eq!(
            of(&[("fault", "duration", "31 s")]),
            Ok(Some((0.0, false))),
            "a copy gets through"
        );
        assert_eq!(
            of(&[("fault", "duration", "26 min")]),
            Ok(Some((100.0, false))),
            "nobody's gets through"
        );
    }

    #[test]
    fn refreshes_that_are_not_spread_evenly_have_none() {
        for (table, key, value) in [
            ("clients", "transport", "tls"),
            ("clients", "outgoing_calls", "1 /h"),
            ("clients", "sign_out", "at 17:00"),
            ("fault", "at", "09:00"),
            ("fault", "instance", "2"),
        ] {
            assert_eq!(of(&[(table, key, value)]), Err(format!("{key} = {value}")));
        }
        let uneven = of(&[("clients", "sign_in", "uniform over 30 min")]).unwrap_err();
        assert_eq!(
            uneven,
            "sign_in = uniform over 30 min, over no multiple of R"
        );
    }
}
