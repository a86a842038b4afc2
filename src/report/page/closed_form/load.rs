//! What users whose sessions are kept ask of a gateway: calls, refreshes and messages for the time that they are signed in.
//!
//! The closed forms are for a time without beginning and end. Signed in for T, a user refreshes T/R times, less a part of
//! the interval that the end cuts. Of incoming calls, a Poisson process of rate λ, those are due whose ring is over.

use super::super::plain;
use super::group::Group;
use super::row::Row;
use super::session::{Session, session};
use super::simulated::{Simulated, normal_chance, poisson_chance};

/// What a refresh takes at most until its answer is there, on average, under the conditions below [s].
const TRANSACTION_S: f64 = 1.0;
/// Of the packets so many may be lost: on UDP one refresh in five is repeated then, after half a second mostly.
const MOST_LOSS: f64 = 0.05;
/// Within the gateway a message takes no longer [ms].
const MOST_RESPONSE_MS: f64 = 500.0;
/// Messages of a set-up, with its ACK (INVITE, GetCSTAFeatures, MonitorStart), and of a sign-out (MonitorStop, BYE).
const SET_UP: f64 = 7.0;
const SIGN_OUT: f64 = 4.0;
/// The end of the run within an interval, as the table names it.
const PART: &str = "the interval that a sign-out or the end cuts";

/// Toasts due, whatever becomes of the sessions.
///
/// # Errors
/// What is against it.
pub fn toasts(group: &Group, found: &Simulated) -> Result<Vec<Row>, String> {
    let calls = group.calls_alike()?;
    let (n, signed_in) = (found.replications(), found.signed_in_s(&group.scope));
    let expected = calls.incoming_per_s * signed_in;
    if expected == 0.0 {
        return Ok(Vec::new());
    }
    let formula = format!(
        "λ × time signed in, λ {} /h",
        plain(calls.incoming_per_s * 3600.0)
    );
    let Some(row) = Row::new(found, &group.scope, "toasts_due", expected / n, formula) else {
        return Ok(Vec::new());
    };
    let rings = calls.incoming_per_s * calls.ring_s * group.users() * group.sign_ins();
    let row = row.allow(poisson_chance(expected) / n, "chance of a Poisson count");
    Ok(vec![
        row.allow(rings, "phones that ring at a sign-out or the end"),
    ])
}

/// Refreshes of users whose sessions are kept.
///
/// # Errors
/// What is against it.
pub fn refreshes(group: &Group, found: &Simulated) -> Result<Vec<Row>, String> {
    let kept = Kept::of(group, found)?;
    let r = kept.session.refresh_s;
    let on_average = plain(kept.intervals * r / kept.time);
    let formula = format!(
        "N/R less half a refresh a session, N {on_average} signed in on average, R {} s",
        plain(r)
    );
    let row = Row::new(
        found,
        &group.scope,
        "refresh_rate_per_s",
        kept.refreshes() / kept.time,
        formula,
    );
    let row = row.map(|row| {
        row.allow(kept.cut() / kept.time, PART)
            .allow(kept.chance / kept.time, "chance of the jitter")
    });
    Ok(row.into_iter().collect())
}

/// Messages of users whose sessions are kept, where none is sent twice.
///
/// # Errors
/// What is against it.
pub fn messages(group: &Group, found: &Simulated) -> Result<Vec<Row>, String> {
    let kept = Kept::of(group, found)?;
    group.reliable()?;
    let calls = group.calls_alike()?;
    let signed_in = found.signed_in_s(&group.scope);
    // Delivered and ConnectionCleared with their answers, Established where answered, AnswerCall where at the PC; MakeCall
    // and Originated of those made from the PC.
    let (a, pc) = (calls.answered, calls.at_pc);
    let incoming = [(4.0, 1.0 - a), (6.0, a * (1.0 - pc)), (8.0, a * pc)];
    let outgoing = [(8.0, 1.0 - a), (10.0, a)];
    let moment = |of: &[(f64, f64)], k: f64| {
        of.iter()
            .map(|(n, share)| libm::pow(*n, k) * share)
            .sum::<f64>()
    };
    let of_calls = |k| {
        calls.incoming_per_s * moment(&incoming, k) + calls.outgoing_per_s * moment(&outgoing, k)
    };
    let a_refresh = if kept.session.by_update { 2.0 } else { 3.0 };
    let exact = SET_UP * kept.sessions + a_refresh * kept.refreshes() + of_calls(1.0) * signed_in;
    let formula = format!(
        "7 a set-up, {a_refresh} a refresh, {} an incoming and {} an outgoing call on average",
        plain(moment(&incoming, 1.0)),
        plain(moment(&outgoing, 1.0))
    );
    let Some(row) = Row::new(
        found,
        &group.scope,
        "message_rate_per_s",
        exact / kept.time,
        formula,
    ) else {
        return Ok(Vec::new());
    };
    // Calls under way when their user goes, or the run ends, have at most two events yet to come.
    let open = (calls.incoming_per_s + calls.outgoing_per_s) * (calls.ring_s + calls.talk_s) * 4.0;
    let ends = kept.sessions * (open + if group.leaves() { SIGN_OUT } else { 0.0 })
        + a_refresh * kept.cut();
    let chance = normal_chance(signed_in * of_calls(2.0)) + a_refresh * kept.chance;
    let row = row.allow(ends / kept.time, "what a sign-out or the end cuts or adds");
    Ok(vec![
        row.allow(chance / kept.time, "chance of Poisson calls"),
    ])
}

/// Sessions that were kept, over all replications.
struct Kept {
    session: Session,
    /// How many.
    sessions: f64,
    /// Intervals R of the time signed in.
    intervals: f64,
    /// By how many refreshes the jitter may differ from its mean by chance.
    chance: f64,
    /// Length of all replications [s].
    time: f64,
}

impl Kept {
    fn of(group: &Group, found: &Simulated) -> Result<Kept, String> {
        let session = session(group)?;
        let knows: &[&str] = match session.by_update {
            true => &["accepted"],
            false => &["accepted", "ignored", "405", "501", "481", "answer-lost"],
        };
        group.gateway.must(&[("update", knows)])?;
        group.no_faults()?;
        group.takes_everybody()?;
        if let Some(leg) = group
            .legs()
            .into_iter()
            .find(|leg| leg.share("loss").is_ok_and(|p| p > MOST_LOSS))
        {
            return Err(leg.shown("loss"));
        }
        for metric in ["session_drops", "setups_failed", "refreshes_failed"] {
            if found.total(&group.scope, metric) > 0.0 {
                return Err(format!("{metric} > 0"));
            }
        }
        let at_gateway = found.mean(
            &format!("gateway:{}", group.gateway.name()),
            "gateway_response_mean_ms",
        );
        if at_gateway.is_some_and(|ms| ms > MOST_RESPONSE_MS) {
            return Err("a gateway that takes more than half a second".into());
        }
        let intervals = found.signed_in_s(&group.scope) / session.refresh_s;
        // Of a renewal process: variance over squared mean of an interval, for each.
        let jitter = group.clients.share("refresh_jitter")?;
        Ok(Kept {
            session,
            sessions: found.total(&group.scope, "sessions_established"),
            intervals,
            chance: normal_chance(intervals * jitter * jitter / 3.0),
            time: found.replications() * group.day.horizon_s,
        })
    }

    /// Of the interval that is cut, a half.
    fn refreshes(&self) -> f64 {
        self.intervals - self.sessions / 2.0
    }

    /// By how many refreshes the cut and the transactions themselves may differ from that.
    fn cut(&self) -> f64 {
        self.sessions / 2.0 + self.intervals * TRANSACTION_S / self.session.refresh_s
    }
}

#[cfg(test)]
mod tests {
    use super::super::group::tests::inputs;
    use super::super::simulated::tests::simulated;
    use super::*;
    use crate::report::results::Value;

    /// 100 users for 8 h in each of two replications: 2,880,000 s each.
    fn found(figures: &[(&str, [Value; 2])]) -> Simulated {
        let time = [Value::Ratio(0.0, 2.88e12), Value::Ratio(0.0, 2.88e12)];
        let none = [Value::Of(0.0), Value::Of(0.0)];
        let sessions = [Value::Of(100.0), Value::Of(100.0)];
        let mut all: Vec<(&str, &[Value])> = figures
            .iter()
            .map(|(metric, values)| (*metric, values.as_slice()))
            .collect();
        all.extend([
            ("down_fraction", &time[..]),
            ("sessions_established", &sessions[..]),
        ]);
        all.extend(
            ["session_drops", "setups_failed", "refreshes_failed"]
                .map(|metric| (metric, &none[..])),
        );
        simulated("clients:x", &all)
    }

    /// The closed form of a rate, and whether so many in 8 h agree with it.
    fn of(changed: &[(&str, &str, &str)], metric: &str, n: f64) -> Result<(f64, bool), String> {
        let given = inputs(changed);
        let group = &Group::all(&given)[0];
        let found = found(&[(
            metric,
            [Value::Ratio(n, 28_800.0), Value::Ratio(n, 28_800.0)],
        )]);
        let rows = if metric.starts_with("refresh") {
            refreshes(group, &found)?
        } else {
            messages(group, &found)?
        };
        Ok((rows[0].exact() * 28_800.0, rows[0].agrees()))
    }

    #[test]
    fn toasts_are_due_by_the_rate_and_the_time() {
        // 1 an hour for 800 h: 800 a replication; 4·√1600 / 2 = 80 by chance, and 100 · 8.6466/3600 = 0.24 that ring.
        let due = |n, changed: &[(&str, &str, &str)]| {
            let given = inputs(&[changed, &[("clients", "incoming_calls", "1 /h")]].concat());
            let found = found(&[("toasts_due", [Value::Of(n), Value::Of(n)])]);
            toasts(&Group::all(&given)[0], &found).map(|rows| (rows[0].exact(), rows[0].agrees()))
        };
        assert_eq!(
            (due(880.0, &[]), due(881.0, &[])),
            (Ok((800.0, true)), Ok((800.0, false)))
        );
        assert_eq!(
            (due(719.8, &[]), due(719.0, &[])),
            (Ok((800.0, true)), Ok((800.0, false)))
        );
        let spread = [("clients", "call_spread", "50 %")];
        assert_eq!(due(800.0, &spread), Err("call_spread = 50 %".into()));
    }

    #[test]
    fn refreshes_are_the_time_by_the_interval() {
        // 28,800 s are 19.2 intervals of 1500 s: 1920 of 100 users, less 50, ± 50, and 1.28 that may be late.
        let agrees = |n| of(&[], "refresh_rate_per_s", n).unwrap().1;
        assert!(
            agrees(1900.0)
                && agrees(1819.0)
                && !agrees(1818.0)
                && agrees(1921.0)
                && !agrees(1922.0)
        );
        assert!((of(&[], "refresh_rate_per_s", 1900.0).unwrap().0 - 1870.0).abs() < 1e-6);
        for (table, key, value) in [("clients", "loss", "6 %"), ("gateway", "update", "ignored")] {
            assert_eq!(
                of(&[(table, key, value)], "refresh_rate_per_s", 1900.0),
                Err(format!("{key} = {value}"))
            );
        }
    }

    #[test]
    fn messages_are_those_of_set_ups_refreshes_and_calls() {
        // 1870 refreshes on average (above) of 2 messages, or 3 by re-INVITE, and 700 messages of set-ups.
        let messages =
            |changed: &[(&str, &str, &str)], n| of(changed, "message_rate_per_s", n).unwrap();
        let update = messages(&[], 4500.0);
        assert!((update.0 - 4440.0).abs() < 1e-6 && update.1, "{update:?}");
        let reinvite = messages(&[("clients", "refresh_method", "re-invite")], 6400.0);
        assert!(
            (reinvite.0 - 6310.0).abs() < 1e-6 && reinvite.1,
            "{reinvite:?}"
        );
        // Calls that nobody fails to answer (ring 1 s of 100 at most): 6 messages an incoming one, 10 one from the PC: 800 of
        // each are 12,800 more.
        let calls = [
            ("clients", "incoming_calls", "1 /h"),
            ("clients", "outgoing_calls", "1 /h"),
            ("clients", "ring_time", "1 s"),
            ("clients", "no_answer", "100 s"),
        ];
        let busy = messages(&calls, 17_340.0);
        assert!((busy.0 - 17_240.0).abs() < 1e-6 && busy.1, "{busy:?}");
        assert!(!messages(&calls, 15_000.0).1);
        let udp = of(
            &[("gateway", "transport", "udp")],
            "message_rate_per_s",
            4500.0,
        );
        assert_eq!(
            udp,
            Err("transport = udp".into()),
            "copies of what is not answered at once"
        );
    }
}
