//! A station: how busy its servers are (utilisation law).
//!
//! Whatever the arrivals and the order of service, servers are busy for the jobs served times the mean service time over
//! servers times time (Denning & Buzen 1978). What is in the station when the run ends, or when it stops, is counted as
//! offered and yet not served to the end: that is all the difference where each service takes the same time.
//!
//! Waiting times have no closed form here, see [`NOT_POISSON`].

use super::super::plain;
use super::keys::Keys;
use super::row::Row;
use super::simulated::{Simulated, normal_chance};
use super::site::Site;
use crate::quantity::{parse_capacity, parse_span};

/// What is against M/M/c/K and M/D/1: they are for Poisson arrivals at one rate.
pub const NOT_POISSON: &str = "these arrivals, which are not Poisson: refreshes are periodic, the jobs of a set-up come one after the other, and the load varies over the day";

/// The rows of a gateway.
///
/// # Errors
/// What is against it.
pub fn rows(site: &Site, found: &Simulated) -> Result<Vec<Row>, String> {
    let Some((busy_us, server_us)) = found.totals(&site.scope, "gateway_utilisation") else {
        return Ok(Vec::new());
    };
    let service = Service::of(&site.gateway)?;
    let stops = site
        .faults
        .iter()
        .filter(|f| ["crash", "stall", "maintenance"].contains(&f.get("kind")));
    let mut ends = 1.0;
    for stop in stops {
        site.day.at_s(stop)?;
        ends += 1.0;
    }
    let servers = site.gateway.number("servers")?;
    let total = |metric| found.total(&site.scope, metric);
    let served = total("jobs_offered") - total("jobs_refused");
    let exact = served * service.mean_s * 1e6 / server_us;
    let formula = format!(
        "jobs served × {} ms/(servers × time)",
        plain(service.mean_s * 1e3)
    );
    let Some(row) = Row::new(found, &site.scope, "gateway_utilisation", exact, formula) else {
        return Ok(Vec::new());
    };
    // Each of the gateways has its own end; the peak is that of the worst of them.
    let gateways = server_us / (servers * site.day.horizon_s * 1e6 * found.replications());
    let inside = (total("gateway_queue_peak") + servers * found.replications()) * gateways * ends;
    let unserved = f64::min(inside * service.mean_s, busy_us / 1e6) * 1e6 / server_us;
    let chance = normal_chance(served * service.variance) * 1e6 / server_us;
    let row = row.allow(unserved, "jobs inside at the end, or when it stops");
    Ok(vec![row.allow(chance, "chance of the service times")])
}

/// Service times that are alike for every job.
pub struct Service {
    /// Their mean [s].
    pub mean_s: f64,
    /// Their variance [s²].
    pub variance: f64,
}

impl Service {
    /// That of a gateway.
    ///
    /// # Errors
    /// Which value makes jobs differ, or has no mean that is known here.
    pub fn of(gateway: &Keys) -> Result<Service, String> {
        gateway.must(&[
            ("service_time_setup", &[]),
            ("service_time_refresh", &[]),
            ("service_time_call", &[]),
            ("service_time_teardown", &[]),
            ("response_service", &["0 s"]),
        ])?;
        let text = gateway.get("service_time");
        let exponential = text.strip_prefix("exponential ").and_then(parse_span);
        let mean = |span: crate::quantity::Span| span.0 as f64 / 1e6;
        if let Some(mean_s) = exponential.map(mean) {
            return Ok(Service {
                mean_s,
                variance: mean_s * mean_s,
            });
        }
        if let Some(jobs_per_s) =
            parse_capacity(gateway.get("capacity")).filter(|_| ["", "none"].contains(&text))
        {
            // A whole number of microseconds, as the clock counts.
            let us = (gateway.number("servers")? / jobs_per_s * 1e6).round();
            return Ok(Service {
                mean_s: us / 1e6,
                variance: 0.0,
            });
        }
        let mean_s = parse_span(text)
            .map(mean)
            .ok_or_else(|| gateway.shown("service_time"))?;
        Ok(Service {
            mean_s,
            variance: 0.0,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::group::tests::inputs;
    use super::super::simulated::tests::simulated;
    use super::*;
    use crate::report::results::Value;

    fn of(changed: &[(&str, &str, &str)], utilisation: (f64, f64)) -> Result<(f64, bool), String> {
        let found = simulated(
            "gateway:x",
            &[
                (
                    "gateway_utilisation",
                    &[Value::Ratio(utilisation.0, utilisation.1)],
                ),
                ("jobs_offered", &[Value::Of(162_000.0)]),
                ("jobs_refused", &[Value::Of(2_000.0)]),
                ("gateway_queue_peak", &[Value::Of(200.0)]),
            ],
        );
        let given = inputs(changed);
        Ok(rows(&Site::all(&given)[0], &found)?
            .first()
            .map(|row| (row.exact(), row.agrees()))
            .unwrap())
    }

    #[test]
    fn servers_are_busy_for_the_jobs_served() {
        // 10,000 calls an hour are 40,000 jobs: 90 ms each; 160,000 jobs in 8 h = 28,800 s are 14,400 s: one half.
        let capacity = [("gateway", "capacity", "10000 calls/h")];
        assert_eq!(of(&capacity, (14_400e6, 28_800e6)), Ok((0.5, true)));
        // 201 jobs may be unserved: 18.09 s.
        assert_eq!(of(&capacity, (14_382e6, 28_800e6)), Ok((0.5, true)));
        assert_eq!(of(&capacity, (14_381e6, 28_800e6)), Ok((0.5, false)));
        // Two servers that do as much together take 180 ms each.
        let two = [
            ("gateway", "capacity", "10000 calls/h"),
            ("gateway", "servers", "2"),
        ];
        assert_eq!(of(&two, (28_800e6, 57_600e6)), Ok((0.5, true)));
        // A seventh of a second, in whole microseconds.
        assert_eq!(
            Service::of(&Site::all(&inputs(&[("gateway", "capacity", "7 jobs/s")]))[0].gateway)
                .unwrap()
                .mean_s,
            0.142_857
        );
    }

    #[test]
    fn services_by_chance_may_sum_to_another_time() {
        // 160,000 exponential services of 90 ms: 4·√160000·0.09 s = 144 s more or less, and 18.09 s unserved.
        let random = [("gateway", "service_time", "exponential 90 ms")];
        assert_eq!(of(&random, (14_240e6, 28_800e6)), Ok((0.5, true)));
        assert_eq!(of(&random, (14_230e6, 28_800e6)), Ok((0.5, false)));
        let classes = [("gateway", "service_time_setup", "5 ms")];
        assert_eq!(
            of(&classes, (1.0, 2.0)),
            Err("service_time_setup = 5 ms".into())
        );
        let other = [("gateway", "service_time", "log-normal 4 ms sd 2 ms")];
        assert_eq!(
            of(&other, (1.0, 2.0)),
            Err("service_time = log-normal 4 ms sd 2 ms".into())
        );
    }
}
