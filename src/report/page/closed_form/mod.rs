//! Closed forms beside the simulation, where a scenario meets their conditions.
//!
//! A client that loses its session after U and has it back after W goes through cycles of U + W: in a run without end it
//! is down for W/(U + W) of the time and loses 3600/(U + W) sessions an hour. A run has an end, which cuts the last cycle
//! of each user: that moves a count by less than one a user, a time by less than W.

use serde_json::Value as Json;

use super::table::{Table, items};
use super::{cell, unit_name};
use crate::measure::Metric;
use crate::quantity::{parse_rate, parse_span};
use crate::report::inputs::Input;

/// A timer of a transaction that nobody answers: 64·T1 (RFC 3261 §17.1).
const TIMEOUT_S: f64 = 32.0;
/// Delays up to here shift instants by less than the second that is allowed for [s].
const MOST_DELAY_S: f64 = 0.05;

/// The values of one section.
struct Keys<'a>(Vec<&'a Input>);

impl<'a> Keys<'a> {
    fn of(inputs: &'a [Input], table: &str, name: &str) -> Keys<'a> {
        Keys(inputs.iter().filter(|i| i.table == table && i.name == name).collect())
    }

    fn get(&self, key: &str) -> &'a str {
        self.0.iter().find(|i| i.key == key).map_or("", |i| i.value.as_str())
    }

    fn seconds(&self, key: &str) -> Result<f64, String> {
        let value = self.get(key);
        parse_span(value).map(|s| s.0 as f64 / 1e6).ok_or_else(|| format!("{key} = {value} is no duration"))
    }

    /// Each key has one of its values, or is not given.
    fn must(&self, wanted: &[(&str, &[&str])]) -> Result<(), String> {
        let other = wanted.iter().find(|(key, values)| {
            let value = self.get(key);
            !value.is_empty() && !values.contains(&value)
        });
        other.map_or(Ok(()), |(key, _)| Err(format!("{key} = {}", self.get(key))))
    }
}

/// What becomes of a session.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Fate {
    Kept,
    /// Up for so long, then down for so long [s].
    Cycle(f64, f64),
}

/// The closed forms of every client group that has some.
///
/// # Errors
/// Why there are none.
pub fn closed_forms(summary: &Json, inputs: &[Input]) -> Result<Table, String> {
    if inputs.iter().any(|i| i.table == "fault") {
        return Err("there are faults".into());
    }
    let columns =
        ["of", "figure", "#closed form", "#simulated", "#difference", "#end of the run allows", "unit", "agrees"];
    let mut table = Table::new("Simulated beside closed form", &columns);
    let mut why = None;
    let groups = inputs.iter().filter(|i| i.table == "clients" && i.key == "name").map(|i| i.name.as_str());
    for group in groups {
        let clients = Keys::of(inputs, "clients", group);
        let gateway = Keys::of(inputs, "gateway", clients.get("gateway"));
        match fate(&clients, &gateway) {
            Ok(fate) => table.rows.extend(rows(summary, group, &clients, fate)),
            Err(reason) => why = why.or(Some(format!("it would need other conditions than {reason} of {group}"))),
        }
    }
    table.note = "A run without end, each user alone; the end of the run cuts the last cycle of every user.".into();
    if table.rows.is_empty() { Err(why.unwrap_or_else(|| "there are no clients".into())) } else { Ok(table) }
}

/// What the rules say (README, How figures are defined; RFC 4028): the conditions first.
fn fate(clients: &Keys, gateway: &Keys) -> Result<Fate, String> {
    let never: &[&str] = &["never"];
    let path: [(&str, &[&str]); 3] = [("loss", &["0 %"]), ("idle_timeout", never), ("route_expiry", never)];
    clients.must(&path)?;
    gateway.must(&path)?;
    clients.must(&[
        ("refresh_clock", &["since-refresh"]),
        ("refresh_jitter", &["0 %"]),
        ("calls_file", &[]),
        ("sign_in_file", &[]),
    ])?;
    gateway.must(&[
        ("service_time", &["none"]),
        ("service_time_setup", &[]),
        ("service_time_refresh", &[]),
        ("service_time_call", &[]),
        ("service_time_teardown", &[]),
        ("capacity", &[]),
        ("setup_serial_time", &["0 s"]),
        ("max_sessions", &["unlimited"]),
        ("max_sessions_per_line", &["unlimited"]),
        ("refresher", &["uac"]),
    ])?;
    for keys in [clients, gateway] {
        if keys.seconds("delay")? > MOST_DELAY_S {
            return Err(format!("delay = {}", keys.get("delay")));
        }
    }
    let granted = clients.seconds("session_expires")?.min(gateway.seconds("session_expires")?);
    let se = granted.max(clients.seconds("min_se")?).max(gateway.seconds("min_se")?);
    let method = clients.get("refresh_method");
    let r = if method == "rfc4028" { se / 2.0 } else { clients.seconds("refresh_interval")? };
    if r >= se {
        return Err("a refresh interval that is no shorter than the session".into());
    }
    let relayed = [clients, gateway].map(|k| k.get("relay_allow")).into_iter().find(|a| !["", "untouched"].contains(a));
    let allow = relayed.unwrap_or(gateway.get("allow"));
    let by_update = match method {
        "update" => true,
        "re-invite" => false,
        "rfc4028" => allow == "with-update",
        _ => allow != "without-update",
    };
    if !by_update {
        return Ok(Fate::Kept);
    }
    let own_timer = match gateway.get("enforces_session_timer") {
        "bye" => se - f64::min(TIMEOUT_S, se / 3.0),
        _ => se,
    };
    let up = match (gateway.get("update"), clients.get("on_no_answer"), clients.get("on_rejection")) {
        ("accepted" | "no-session-expires", ..) | ("405" | "501", _, "fall-back") => return Ok(Fate::Kept),
        ("ignored", "tear-down", _) => own_timer.min(r + TIMEOUT_S),
        ("answer-lost", "tear-down", _) => se.min(r + TIMEOUT_S),
        ("ignored" | "405" | "501", "hold", _) | ("405" | "501", _, "hold") => own_timer,
        ("405" | "501", _, "tear-down") | ("481", ..) => r,
        ("ignored", "keep-polling", _) if own_timer == se => {
            // The next poll after the gateway forgot the session is answered 481.
            return Ok(Fate::Cycle(se, r * (se / r).ceil() - se + delay(clients)?));
        }
        (update, ..) => return Err(format!("update = {update}")),
    };
    Ok(Fate::Cycle(up, delay(clients)?))
}

/// The re-establishment delay, where it is fixed.
fn delay(clients: &Keys) -> Result<f64, String> {
    let policy = clients.get("reestablish");
    let fixed = policy.strip_prefix("fixed ").and_then(parse_span);
    fixed.map(|s| s.0 as f64 / 1e6).ok_or_else(|| format!("reestablish = {policy}"))
}

/// The rows of a group.
fn rows(summary: &Json, group: &str, clients: &Keys, fate: Fate) -> Vec<Vec<String>> {
    let scope = format!("clients:{group}");
    let figure = |metric: &str| {
        let is = |r: &&Json| r["scope"] == scope.as_str() && r["metric"] == metric && r.get("cause").is_none();
        items(summary, "rows").find(is)
    };
    let simulated = |metric: &str| figure(metric).and_then(|r| r["mean"].as_f64());
    let row = |metric: &str, exact: f64, allowed: f64| -> Option<Vec<String>> {
        let unit = Metric::named(metric)?.unit.name();
        let found = simulated(metric)?;
        let half = figure(metric).and_then(|r| Some((r["upper"].as_f64()? - r["lower"].as_f64()?) / 2.0));
        let agrees = (found - exact).abs() <= allowed + half.unwrap_or(0.0);
        let mut row = vec![group.to_string(), metric.into()];
        row.extend([exact, found, found - exact, allowed].map(|x| cell(Some(x), unit)));
        row.push(unit_name(unit).into());
        row.push(if agrees { "yes" } else { "no" }.into());
        Some(row)
    };
    let Fate::Cycle(up, down) = fate else { return row("session_drops", 0.0, 0.0).into_iter().collect() };
    let cycle = up + down;
    let drops = simulated("session_drops").unwrap_or(0.0);
    let users: f64 = clients.get("count").parse().unwrap_or(0.0);
    // Signed-in time of a user, from the figures themselves.
    let hours = simulated("drops_per_client_hour").filter(|rate| *rate > 0.0).map_or(0.0, |rate| drops / rate);
    let seconds = 3600.0 * hours / users;
    if seconds <= cycle {
        return row("first_loss_s", up, 1.0).into_iter().collect();
    }
    let mut found = vec![
        row("first_loss_s", up, 1.0),
        row("drops_per_client_hour", 3600.0 / cycle, 3600.0 / seconds),
        row("down_fraction", down / cycle, down.max(1.0) / seconds),
    ];
    let flat = ["", "flat"].contains(&clients.get("calls_by_hour"));
    if let Some(rate) = parse_rate(clients.get("incoming_calls")).filter(|_| flat) {
        let missed = 3600.0 * rate * down / cycle;
        found.push(row("missed_toasts_per_client_hour", missed, 3600.0 * rate * down / seconds));
    }
    found.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(table: &str, values: &[(&str, &str)]) -> Vec<Input> {
        let input = |(key, value): &(&str, &str)| Input {
            table: table.into(),
            name: "x".into(),
            key: (*key).into(),
            value: (*value).into(),
            ..Input::default()
        };
        values.iter().map(input).collect()
    }

    fn of(client: &[(&str, &str)], gateway: &[(&str, &str)]) -> Result<Fate, String> {
        let common = [("delay", "0 s"), ("session_expires", "1800 s"), ("min_se", "90 s"), ("refresher", "uac")];
        let own = [
            ("refresh_interval", "25 min"),
            ("refresh_method", "by-allow"),
            ("on_no_answer", "tear-down"),
            ("on_rejection", "hold"),
            ("reestablish", "fixed 30 s"),
        ];
        let clients = keys("clients", &[client, &common[..], &own[..]].concat());
        let gateway = keys("gateway", &[gateway, &common[..], &[("enforces_session_timer", "silent")][..]].concat());
        fate(&Keys::of(&clients, "clients", "x"), &Keys::of(&gateway, "gateway", "x"))
    }

    #[test]
    fn first_losses_are_those_of_the_contract() {
        // R 1500 s, SE 1800 s, D 30 s; the times by hand from RFC 3261 and RFC 4028.
        let absent = |update| [("update", update), ("allow", "absent")];
        assert_eq!(of(&[], &absent("accepted")), Ok(Fate::Kept));
        assert_eq!(of(&[], &absent("ignored")), Ok(Fate::Cycle(1532.0, 30.0)));
        assert_eq!(of(&[("on_no_answer", "hold")], &absent("ignored")), Ok(Fate::Cycle(1800.0, 30.0)));
        // Polls at 1500 s and 3000 s; the one at 3000 s is answered 481: 1200 s and the delay.
        assert_eq!(of(&[("on_no_answer", "keep-polling")], &absent("ignored")), Ok(Fate::Cycle(1800.0, 1230.0)));
        assert_eq!(of(&[], &absent("405")), Ok(Fate::Cycle(1800.0, 30.0)));
        assert_eq!(of(&[("on_rejection", "fall-back")], &absent("501")), Ok(Fate::Kept));
        assert_eq!(of(&[], &absent("481")), Ok(Fate::Cycle(1500.0, 30.0)));
        let bye = [("enforces_session_timer", "bye"), ("update", "405"), ("allow", "absent")];
        assert_eq!(of(&[], &bye), Ok(Fate::Cycle(1768.0, 30.0)));
        // RFC 4028: UPDATE only where Allow lists it, every 900 s.
        let strict = [("refresh_method", "rfc4028")];
        assert_eq!(of(&strict, &absent("ignored")), Ok(Fate::Kept));
        assert_eq!(of(&strict, &[("update", "ignored"), ("allow", "with-update")]), Ok(Fate::Cycle(932.0, 30.0)));
        assert_eq!(of(&[], &[("update", "ignored"), ("allow", "without-update")]), Ok(Fate::Kept));
    }

    #[test]
    fn what_a_closed_form_does_not_cover_has_none() {
        let ignored = [("update", "ignored"), ("allow", "absent")];
        for (key, value) in [("loss", "5 %"), ("delay", "200 ms"), ("refresh_jitter", "10 %"), ("reestablish", "never")]
        {
            assert!(of(&[(key, value)], &ignored).unwrap_err().contains(key), "{key}");
        }
        for (key, value) in [("service_time", "4 ms"), ("max_sessions", "100"), ("idle_timeout", "20 min")] {
            assert!(of(&[], &[&[(key, value)], &ignored[..]].concat()).unwrap_err().contains(key), "{key}");
        }
    }
}
