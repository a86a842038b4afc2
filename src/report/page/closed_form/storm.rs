//! Everybody comes back after a gateway lost every session (Storm).
//!
//! A set-up is m = 3 jobs one after the other. N users need N m of them, and a gateway of capacity C does no more than C a
//! second: whatever the clients do, everybody is back no sooner than N m/C after it is up again. Where all come at once
//! and nothing but their set-ups waits, it is never idle in between, and they are back just then. They come at once where
//! they all notice at once (a reset) and all wait for the same time D: refused while the gateway is down, they are there
//! at the first multiple of D that is not within it. From N > 32 C on some give up before their turn.

use super::super::plain;
use super::group::TIMEOUT_S;
use super::keys::Keys;
use super::row::Row;
use super::session::reestablish_s;
use super::simulated::{Simulated, normal_chance};
use super::site::Site;
use super::station::Service;

/// Jobs of a set-up: INVITE, GetCSTAFeatures, MonitorStart.
const JOBS: f64 = 3.0;
/// A set-up that failed is not repeated sooner (T1).
const LEAST_PAUSE_S: f64 = 0.5;

/// The rows of a gateway.
///
/// # Errors
/// What is against it.
pub fn rows(site: &Site, found: &Simulated) -> Result<Vec<Row>, String> {
    let loses_all =
        |f: &&Keys| ["crash", "maintenance"].contains(&f.get("kind")) && !f.get("at").is_empty();
    let losses: Vec<&Keys> = site.faults.iter().filter(loses_all).collect();
    if losses.is_empty() {
        return Ok(Vec::new());
    }
    site.gateway
        .must(&[("forgets", &["sessions"]), ("spare", &["0"])])?;
    let gateways = site.gateway.number("count")?;
    let work = Work::of(site)?;
    let mut storms = Vec::new();
    for loss in losses {
        let at = site.day.at_s(loss)?;
        let Some([users, change]) = found.usable_before(&site.scope, at) else {
            continue;
        };
        let [users, change] = [users / gateways, change / gateways];
        let (work_s, out_s) = (work.of_users(users), loss.seconds("duration")?);
        let chance =
            normal_chance(users * JOBS * work.variance / found.replications()) / work.servers;
        storms.push(Storm {
            users,
            change,
            out_s,
            work_s,
            chance,
        });
    }
    let back_s = |storm: &Storm| storm.out_s + storm.work_s;
    let Some(storm) = storms.iter().max_by(|a, b| back_s(a).total_cmp(&back_s(b))) else {
        return Ok(Vec::new());
    };
    let of = format!(
        "N {} a gateway, C {} jobs/s",
        plain(storm.users),
        plain(work.jobs_per_s())
    );
    let new = |exact, formula: String| Row::new(found, &site.scope, "all_back_s", exact, formula);
    let row = match at_once(site, storm, &work) {
        Ok(come_s) => new(
            come_s + storm.work_s,
            format!("{} s until all come + N m/C, {of}", plain(come_s)),
        )
        .map(|row| {
            row.allow(
                storm.work_s * calls_share(site, storm, &work),
                "calls of those who are back",
            )
        })
        .map(|row| {
            row.allow(
                work.service_s + message_delays(site, storm),
                "a job, message delays",
            )
        }),
        Err(why) => new(
            storm.out_s + storm.work_s,
            format!(
                "at least {} s down + N m/C, {of} (no more is known with {why})",
                plain(storm.out_s)
            ),
        )
        .map(|row| {
            row.at_least().allow(
                work.of_users(storm.change),
                "who came or left in the minute before",
            )
        }),
    };
    Ok(row
        .map(|row| row.allow(storm.chance, "chance of the service times"))
        .into_iter()
        .collect())
}

/// A gateway that lost every session.
struct Storm {
    /// Whose.
    users: f64,
    /// By how many that changed in the minute before.
    change: f64,
    /// How long it is down [s].
    out_s: f64,
    /// How long it has to do with their set-ups [s].
    work_s: f64,
    /// What that may be off by chance [s].
    chance: f64,
}

/// What a gateway has to do for a set-up.
struct Work {
    servers: f64,
    service_s: f64,
    variance: f64,
    serial_s: f64,
}

impl Work {
    fn of(site: &Site) -> Result<Work, String> {
        let serial_s = site.gateway.seconds("setup_serial_time")?;
        let servers = site.gateway.number("servers")?;
        if site
            .groups
            .iter()
            .all(|group| group.answers_at_once().is_ok())
        {
            return Ok(Work {
                servers,
                service_s: 0.0,
                variance: 0.0,
                serial_s,
            });
        }
        let service = Service::of(&site.gateway)?;
        Ok(Work {
            servers,
            service_s: service.mean_s,
            variance: service.variance,
            serial_s,
        })
    }

    fn of_users(&self, users: f64) -> f64 {
        users * f64::max(JOBS * self.service_s / self.servers, self.serial_s)
    }

    fn jobs_per_s(&self) -> f64 {
        self.servers / self.service_s
    }
}

/// When all come at once, after the loss [s].
///
/// # Errors
/// Why they do not, or do not find the gateway to themselves.
fn at_once(site: &Site, storm: &Storm, work: &Work) -> Result<f64, String> {
    let [loss] = site.faults.as_slice() else {
        return Err("more than one fault".into());
    };
    if site.groups.iter().any(|group| group.faults.len() > 1) {
        return Err("faults of clients".into());
    }
    loss.must(&[("reset", &["true"])])?;
    site.gateway.must(&[("setup_serial_time", &["0 s"])])?;
    let mut everybody = 0.0;
    for group in &site.groups {
        group.takes_everybody()?;
        group.reliable()?;
        group.no_loss()?;
        group.short_delays()?;
        group.lasting_routes()?;
        group.connections_last(f64::INFINITY)?;
        let all_day: &[&str] = &["never"];
        group.clients.must(&[
            ("sign_out", all_day),
            ("lunch", all_day),
            ("attendance", &["100 %"]),
        ])?;
        everybody += group.users();
    }
    let delays: Result<Vec<f64>, String> = site
        .groups
        .iter()
        .map(|group| reestablish_s(&group.clients))
        .collect();
    let delays = delays?;
    let Some(delay) = delays
        .first()
        .copied()
        .filter(|first| delays.iter().all(|d| d == first))
    else {
        return Err("delays of several lengths".into());
    };
    if storm.change != 0.0 || (everybody / site.gateway.number("count")? - storm.users).abs() > 0.01
    {
        return Err("users who have yet to sign in".into());
    }
    if work.variance > 0.0 {
        return Err(site.gateway.shown("service_time"));
    }
    if storm.users * work.service_s / work.servers > TIMEOUT_S - 1.0 {
        return Err("N > 32 C".into());
    }
    if site
        .gateway
        .number("queue")
        .is_ok_and(|places| places < storm.users)
    {
        return Err(site.gateway.shown("queue"));
    }
    let pause = delay.max(LEAST_PAUSE_S);
    Ok(delay + pause * ((storm.out_s - delay) / pause).ceil().max(0.0))
}

/// Jobs of calls, of those who are back, for a job of a set-up.
fn calls_share(site: &Site, storm: &Storm, work: &Work) -> f64 {
    let jobs = |group: &super::group::Group| {
        let calls = group.calls().ok()?;
        // Delivered, ConnectionCleared and, if answered, Established, perhaps AnswerCall; from the PC MakeCall and Originated too.
        let incoming = calls.incoming_per_s * (2.0 + calls.answered * (1.0 + calls.at_pc));
        Some(group.users() * (incoming + calls.outgoing_per_s * (4.0 + calls.answered)))
    };
    let users: f64 = site.groups.iter().map(super::group::Group::users).sum();
    let per_s = site.groups.iter().filter_map(jobs).sum::<f64>() * storm.users / users;
    let busy = f64::min(per_s * work.service_s / work.servers, 0.9);
    busy / (1.0 - busy)
}

/// What messages add: a round trip for each refusal and each job of a set-up, and what is not a whole number of jobs.
fn message_delays(site: &Site, storm: &Storm) -> f64 {
    let longest = site
        .groups
        .iter()
        .map(super::group::Group::round_trip_s)
        .fold(0.0, f64::max);
    longest * (JOBS + storm.out_s)
}

#[cfg(test)]
mod tests {
    use super::super::group::tests::inputs;
    use super::super::simulated::tests::{simulated, with_usable};
    use super::*;
    use crate::report::results::Value;

    fn of(changed: &[(&str, &str, &str)], back: Value) -> Result<(String, bool), String> {
        let crash = [
            ("fault", "kind", "crash"),
            ("fault", "target", "gateway:x"),
            ("fault", "at", "10:00"),
            ("fault", "duration", "100 s"),
            ("fault", "reset", "true"),
            ("gateway", "service_time", "20 ms"),
        ];
        let own = crash
            .into_iter()
            .filter(|(t, k, _)| !changed.iter().any(|(table, key, _)| t == table && k == key));
        let given = inputs(&[changed, &own.collect::<Vec<_>>()].concat());
        let found = with_usable(
            simulated("gateway:x", &[("all_back_s", &[back])]),
            "gateway:x",
            &[100.0; 200],
        );
        let rows = rows(&Site::all(&given)[0], &found)?;
        Ok(rows
            .first()
            .map(|row| (row.cells()[2].clone(), row.agrees()))
            .unwrap())
    }

    #[test]
    fn all_at_once_are_back_after_their_jobs() {
        // 100 users, D 30 s: refused at 30, 60 and 90 s, all there at 120 s; 300 jobs of 20 ms are 6 s.
        assert_eq!(of(&[], Value::Of(126.01)), Ok(("126".into(), true)));
        assert_eq!(
            of(&[], Value::Of(126.03)),
            Ok(("126".into(), false)),
            "a job is allowed, no more"
        );
        assert_eq!(of(&[], Value::Of(125.0)), Ok(("126".into(), false)));
        let four = [("gateway", "servers", "4")];
        assert_eq!(of(&four, Value::Of(121.5)), Ok(("121.5".into(), true)));
        let at_once = [("gateway", "service_time", "none")];
        assert_eq!(of(&at_once, Value::Of(120.0)), Ok(("120".into(), true)));
        // A delay of nothing: refused at once, then every half second: at 100 s.
        let no_delay = [("clients", "reestablish", "fixed 0 s")];
        assert_eq!(of(&no_delay, Value::Of(106.0)), Ok(("106".into(), true)));
    }

    #[test]
    fn otherwise_that_is_the_least_it_takes() {
        // Down for 100 s and 6 s of work, whenever they come; 5,000 ms of serial section for each of 100 are 500 s.
        let spread = [("clients", "reestablish", "uniform 0 s..60 s")];
        assert_eq!(of(&spread, Value::Of(107.0)), Ok(("> 106".into(), true)));
        assert_eq!(of(&spread, Value::Of(105.9)), Ok(("> 106".into(), false)));
        assert_eq!(
            of(&spread, Value::Beyond(9000.0)),
            Ok(("> 106".into(), true))
        );
        assert_eq!(
            of(&[("gateway", "setup_serial_time", "5 s")], Value::Of(700.0)),
            Ok(("> 600".into(), true))
        );
        // 100 users at half a job a second give up: 32 C is 16.
        assert_eq!(
            of(&[("gateway", "service_time", "2 s")], Value::Of(900.0)),
            Ok(("> 700".into(), true))
        );
        assert_eq!(
            of(&[("gateway", "queue", "50")], Value::Of(150.0)),
            Ok(("> 106".into(), true))
        );
        assert_eq!(
            of(&[("gateway", "forgets", "nothing")], Value::Of(1.0)),
            Err("forgets = nothing".into())
        );
    }
}
