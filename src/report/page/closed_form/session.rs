//! What the rules make of a session that nothing disturbs: how often it is refreshed, and whether it lives.

use super::group::{Group, TIMEOUT_S};
use super::keys::Keys;
use crate::quantity::parse_span;

/// What becomes of a session.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Fate {
    /// It lasts.
    Kept,
    /// Up for so long, then down for so long [s].
    Cycle(f64, f64),
}

/// A session by the rules.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Session {
    /// R: from one refresh to the next [s].
    pub refresh_s: f64,
    /// SE: how long it lasts without a refresh [s].
    pub expires_s: f64,
    /// Refreshed by UPDATE, else by re-INVITE.
    pub by_update: bool,
    /// What becomes of it.
    pub fate: Fate,
}

/// What the rules say (README, How figures are defined; RFC 4028).
///
/// # Errors
/// Which value they say nothing of here.
pub fn session(group: &Group) -> Result<Session, String> {
    let (clients, gateway) = (&group.clients, &group.gateway);
    clients.must(&[("refresh_clock", &["since-refresh"])])?;
    gateway.must(&[("refresher", &["uac"])])?;
    let granted = clients
        .seconds("session_expires")?
        .min(gateway.seconds("session_expires")?);
    let expires_s = granted
        .max(clients.seconds("min_se")?)
        .max(gateway.seconds("min_se")?);
    let method = clients.get("refresh_method");
    let refresh_s = if method == "rfc4028" {
        expires_s / 2.0
    } else {
        clients.seconds("refresh_interval")?
    };
    let jitter = clients.share("refresh_jitter")?;
    if refresh_s * (1.0 + jitter) >= expires_s {
        return Err("a refresh interval that is no shorter than the session".into());
    }
    let relayed = group
        .legs()
        .map(|leg| leg.get("relay_allow"))
        .into_iter()
        .find(|a| !["", "untouched"].contains(a));
    let allow = relayed.unwrap_or(gateway.get("allow"));
    let by_update = match method {
        "update" => true,
        "re-invite" => false,
        "rfc4028" => allow == "with-update",
        _ => allow != "without-update",
    };
    let session = Session {
        refresh_s,
        expires_s,
        by_update,
        fate: Fate::Kept,
    };
    let fate = if by_update {
        fate(group, &session)?
    } else {
        Fate::Kept
    };
    if fate != Fate::Kept && jitter > 0.0 {
        return Err(clients.shown("refresh_jitter"));
    }
    Ok(Session { fate, ..session })
}

/// Of a session that is refreshed by UPDATE.
fn fate(group: &Group, session: &Session) -> Result<Fate, String> {
    let (clients, gateway) = (&group.clients, &group.gateway);
    let (r, se) = (session.refresh_s, session.expires_s);
    let own_timer = match gateway.get("enforces_session_timer") {
        "bye" => se - f64::min(TIMEOUT_S, se / 3.0),
        _ => se,
    };
    let up = match (
        gateway.get("update"),
        clients.get("on_no_answer"),
        clients.get("on_rejection"),
    ) {
        ("accepted" | "no-session-expires", ..) | ("405" | "501", _, "fall-back") => {
            return Ok(Fate::Kept);
        }
        ("ignored", "tear-down", _) => own_timer.min(r + TIMEOUT_S),
        ("answer-lost", "tear-down", _) => se.min(r + TIMEOUT_S),
        ("ignored" | "405" | "501", "hold", _) | ("405" | "501", _, "hold") => own_timer,
        ("405" | "501", _, "tear-down") | ("481", ..) => r,
        ("ignored", "keep-polling", _) if own_timer == se => {
            // The next poll after the gateway forgot the session is answered 481, if nothing else is before.
            group.sends_refreshes_only()?;
            return Ok(Fate::Cycle(
                se,
                r * (se / r).ceil() - se + reestablish_s(clients)?,
            ));
        }
        _ => return Err(gateway.shown("update")),
    };
    Ok(Fate::Cycle(up, reestablish_s(clients)?))
}

/// D: how long after its loss a session is set up again [s], where that is fixed.
///
/// # Errors
/// The policy that is not.
pub fn reestablish_s(clients: &Keys) -> Result<f64, String> {
    let fixed = clients
        .get("reestablish")
        .strip_prefix("fixed ")
        .and_then(parse_span);
    fixed
        .map(|s| s.0 as f64 / 1e6)
        .ok_or_else(|| clients.shown("reestablish"))
}

#[cfg(test)]
mod tests {
    use super::super::group::tests::inputs;
    use super::*;

    fn of(changed: &[(&str, &str, &str)]) -> Result<Session, String> {
        session(&Group::all(&inputs(changed))[0])
    }

    fn fate_of(update: &str, allow: &str, more: &[(&str, &str, &str)]) -> Fate {
        of(&[
            &[("gateway", "update", update), ("gateway", "allow", allow)],
            more,
        ]
        .concat())
        .unwrap()
        .fate
    }

    #[test]
    fn first_losses_are_those_of_the_contract() {
        // R 1500 s, SE 1800 s, D 30 s; the times by hand from RFC 3261 and RFC 4028.
        assert_eq!(fate_of("accepted", "absent", &[]), Fate::Kept);
        assert_eq!(fate_of("ignored", "absent", &[]), Fate::Cycle(1532.0, 30.0));
        let hold = [("clients", "on_no_answer", "hold")];
        assert_eq!(
            fate_of("ignored", "absent", &hold),
            Fate::Cycle(1800.0, 30.0)
        );
        // Polls at 1500 s and 3000 s; the one at 3000 s is answered 481: 1200 s and the delay.
        let poll = [("clients", "on_no_answer", "keep-polling")];
        assert_eq!(
            fate_of("ignored", "absent", &poll),
            Fate::Cycle(1800.0, 1230.0)
        );
        let dials = [
            ("gateway", "update", "ignored"),
            poll[0],
            ("clients", "outgoing_calls", "1 /h"),
        ];
        assert_eq!(
            of(&dials).unwrap_err(),
            "outgoing_calls = 1 /h",
            "a call finds out sooner"
        );
        assert_eq!(fate_of("405", "absent", &[]), Fate::Cycle(1800.0, 30.0));
        assert_eq!(
            fate_of("501", "absent", &[("clients", "on_rejection", "fall-back")]),
            Fate::Kept
        );
        assert_eq!(fate_of("481", "absent", &[]), Fate::Cycle(1500.0, 30.0));
        let bye = [("gateway", "enforces_session_timer", "bye")];
        assert_eq!(fate_of("405", "absent", &bye), Fate::Cycle(1768.0, 30.0));
        // RFC 4028: UPDATE only where Allow lists it, every 900 s.
        let strict = [("clients", "refresh_method", "rfc4028")];
        assert_eq!(fate_of("ignored", "absent", &strict), Fate::Kept);
        assert_eq!(
            fate_of("ignored", "with-update", &strict),
            Fate::Cycle(932.0, 30.0)
        );
        assert_eq!(fate_of("ignored", "without-update", &[]), Fate::Kept);
        let relay = [("clients", "relay_allow", "without-update")];
        assert_eq!(fate_of("ignored", "absent", &relay), Fate::Kept);
    }

    #[test]
    fn a_jitter_keeps_a_session_as_long_as_no_interval_outlasts_it() {
        let jitter = |share| of(&[("clients", "refresh_jitter", share)]);
        assert_eq!(jitter("15 %").unwrap().fate, Fate::Kept);
        assert!(
            jitter("20 %").unwrap_err().contains("interval"),
            "1500 s and a fifth of it are the session"
        );
        let lost = [
            ("clients", "refresh_jitter", "15 %"),
            ("gateway", "update", "ignored"),
        ];
        assert_eq!(of(&lost).unwrap_err(), "refresh_jitter = 15 %");
        assert!(
            !of(&[("clients", "refresh_method", "re-invite")])
                .unwrap()
                .by_update
        );
    }
}
