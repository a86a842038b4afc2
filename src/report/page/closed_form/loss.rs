//! Messages that UDP loses, each copy by itself (Independent loss p each way).
//!
//! A non-INVITE transaction sends 11 copies within its 32 s (RFC 3261 §17.1.2.2: timer E doubles up to T2), and each is
//! answered by itself: it fails with q¹¹, q = 1 − (1 − p)². An INVITE sends 7; the first that arrives is answered by a 2xx
//! that is itself retransmitted until the ACK (§13.3.1.4), so it fails where all 7 are lost, or all the copies of the 2xx
//! that are sent before the client gives up.

use super::super::plain;
use super::group::{Group, TIMEOUT_S};
use super::row::Row;
use super::session::{Fate, session};
use super::simulated::{Simulated, poisson_chance};

/// T1 and T2 (RFC 3261 §17.1.1.1) [s].
const T1_S: f64 = 0.5;
const T2_S: f64 = 4.0;

/// The rows of a client group.
///
/// # Errors
/// What is against it.
pub fn rows(group: &Group, found: &Simulated) -> Result<Vec<Row>, String> {
    let mut arrives = 1.0;
    for leg in group
        .legs()
        .into_iter()
        .filter(|leg| leg.get("transport") == "udp")
    {
        arrives *= 1.0 - leg.share("loss")?;
    }
    let p: f64 = 1.0 - arrives;
    if p == 0.0 {
        return Ok(Vec::new());
    }
    let session = session(group)?;
    if session.fate != Fate::Kept {
        return Err(group.gateway.shown("update"));
    }
    group
        .legs()
        .iter()
        .filter(|leg| leg.get("transport") != "udp")
        .try_for_each(|leg| leg.must(&[("loss", &["0 %"])]))?;
    group
        .clients
        .must(&[("on_no_answer", &["tear-down", "hold"])])?;
    let jitter = group.clients.share("refresh_jitter")?;
    if session.refresh_s * (1.0 + jitter) + TIMEOUT_S > session.expires_s {
        return Err(group.clients.shown("session_expires"));
    }
    group.no_faults()?;
    group.answers_at_once()?;
    group.short_delays()?;
    group.lasting_routes()?;
    group.connections_last(session.refresh_s * (1.0 + jitter))?;
    let (fails, formula) = if session.by_update {
        (request_fails(p), "q¹¹ of the refreshes, q = 1 − (1 − p)²")
    } else {
        (
            invite_fails(p),
            "p⁷ + Σ pᵏ(1 − p)p^(copies of the 2xx) of the refreshes",
        )
    };
    let attempted = found.total(&group.scope, "refreshes_attempted");
    let n = found.replications();
    let expected = attempted * fails;
    let formula = format!("{formula}, p {}", plain(p));
    let row = Row::new(
        found,
        &group.scope,
        "refreshes_failed",
        expected / n,
        formula,
    );
    let open = expected * TIMEOUT_S / group.day.horizon_s;
    let row = row.map(|row| {
        row.allow(poisson_chance(expected) / n, "chance of a Poisson count")
            .allow(open / n, "refreshes still open at the end")
    });
    Ok(row.into_iter().collect())
}

/// The copies that are sent before the client gives up, of a request or a 2xx that is first sent so late [s].
fn copies(first_s: f64, most_s: f64) -> Vec<f64> {
    let (mut at, mut wait) = (first_s, T1_S);
    let mut sent = Vec::new();
    while at < TIMEOUT_S {
        sent.push(at);
        at += wait;
        wait = f64::min(wait * 2.0, most_s);
    }
    sent
}

/// P(a non-INVITE transaction fails).
fn request_fails(p: f64) -> f64 {
    let q = 1.0 - (1.0 - p) * (1.0 - p);
    copies(0.0, T2_S).iter().fold(1.0, |all, _| all * q)
}

/// P(an INVITE transaction fails).
fn invite_fails(p: f64) -> f64 {
    let mut none_yet = 1.0;
    let mut fails = 0.0;
    for at in copies(0.0, f64::INFINITY) {
        fails += copies(at, T2_S)
            .iter()
            .fold(none_yet * (1.0 - p), |lost, _| lost * p);
        none_yet *= p;
    }
    fails + none_yet
}

#[cfg(test)]
mod tests {
    use super::super::group::tests::inputs;
    use super::super::simulated::tests::simulated;
    use super::*;
    use crate::report::results::Value;

    #[test]
    fn schedules_are_those_of_the_rfc() {
        assert_eq!(
            copies(0.0, T2_S),
            [0.0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
        );
        assert_eq!(
            copies(0.0, f64::INFINITY),
            [0.0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5]
        );
        // Of a 2xx that is first sent at 31.5 s only that copy can still help.
        assert_eq!(
            (copies(15.5, T2_S).len(), copies(31.5, T2_S)),
            (7, vec![31.5])
        );
    }

    #[test]
    fn failures_are_the_printed_ones_and_others_by_hand() {
        // Model §5.
        assert!(
            (invite_fails(0.3) - 3.752373e-4).abs() < 1e-10
                && (invite_fails(0.5) - 1.257324e-2).abs() < 1e-8
        );
        // p = 0.1: 10⁻⁷ where no copy arrives, 10⁻⁶·0.9·0.1 where the last alone does, 2·10⁻¹¹ the rest.
        assert!((invite_fails(0.1) - 1.9002e-7).abs() < 1e-12);
        // q = 0.75 at p = 0.5: 3¹¹/4¹¹ = 177147/4194304; q = 0.0975 at p = 0.05: e^(11 ln 0.0975) = 7.5692·10⁻¹².
        assert_eq!(request_fails(0.5), 177_147.0 / 4_194_304.0);
        assert!(
            (request_fails(0.05) - 7.5692e-12).abs() < 1e-15,
            "{:e}",
            request_fails(0.05)
        );
    }

    #[test]
    fn legs_that_both_lose_lose_more_and_what_is_expected_is_of_what_was_tried() {
        let figures: [(&str, &[Value]); 2] = [
            (
                "refreshes_attempted",
                &[Value::Of(1000.0), Value::Of(3000.0)],
            ),
            ("refreshes_failed", &[Value::Of(40.0), Value::Of(130.0)]),
        ];
        let found = simulated("clients:x", &figures);
        let of = |changed: &[(&str, &str, &str)]| {
            let udp = [("clients", "transport", "udp"), ("clients", "loss", "50 %")];
            let own = udp
                .into_iter()
                .filter(|(t, k, _)| !changed.iter().any(|(table, key, _)| t == table && k == key));
            let given = inputs(&[changed, &own.collect::<Vec<_>>()].concat());
            rows(&Group::all(&given)[0], &found)
                .map(|rows| rows.first().map(|row| (row.exact(), row.agrees())))
        };
        // 2000 a replication: 84.47 fail at q = 0.75, 25.15 re-INVITEs.
        assert_eq!(of(&[]), Ok(Some((2000.0 * 177_147.0 / 4_194_304.0, true))));
        let (exact, agrees) = of(&[("clients", "refresh_method", "re-invite")])
            .unwrap()
            .unwrap();
        assert!(
            (exact - 25.146).abs() < 1e-3 && !agrees,
            "{exact}: 85 is far from it"
        );
        // p = 0.5 is 0.75 of the gateway's 50 % and the client's 50 %: q = 0.9375.
        let both = [("gateway", "transport", "udp"), ("gateway", "loss", "50 %")];
        let (exact, _) = of(&both).unwrap().unwrap();
        assert!(
            (exact - 2000.0 * 0.491_681_7).abs() < 0.01,
            "0.9375¹¹ = 0.4916817: {exact}"
        );
        assert_eq!(
            of(&[("clients", "transport", "tls")]),
            Ok(None),
            "TCP repeats what is lost"
        );
        assert_eq!(
            of(&[("clients", "on_no_answer", "keep-polling")]),
            Err("on_no_answer = keep-polling".into())
        );
        assert_eq!(of(&[("gateway", "loss", "1 %")]), Err("loss = 1 %".into()));
    }
}
