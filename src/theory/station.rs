//! A station: how busy its servers are (utilisation law).
//!
//! Whatever the arrivals and the order of service, servers are busy for the jobs served times the mean service time over
//! servers times time (Denning & Buzen 1978). What is in the station when the run ends, or when it stops, is counted as
//! offered and yet not served to the end: that is all the difference where each service takes the same time.

use super::agreement::{Agreement, Reason};
use super::chance::normal_chance;
use super::client_group::odd_class;
use super::expected::ExpectedFigure;
use super::figures::RunFigures;
use super::gateway::{Gateway, single_occurrence};
use super::precondition::{Violation, require};
use crate::deployment::{ServiceTime, StationConfig};
use crate::faults::FaultKind;
use crate::measure::Scope;
use crate::quantity::Span;
use crate::quantity::number::plain;

/// The figure.
const METRIC: &str = "gateway_utilisation";

/// Service times that are alike for every job.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Service {
    /// Their mean, seconds.
    pub mean_s: f64,
    /// Their variance, s².
    pub variance: f64,
}

impl Service {
    /// That of a station.
    ///
    /// # Errors
    /// Jobs differ, or their service time has no variance that is known here.
    pub(super) fn from_config(station: &StationConfig) -> Result<Self, Violation> {
        if let Some(class) = odd_class(&station.service) {
            let time = station.service[class as usize].clone();
            return Err(Violation::ServiceTimeOf(class, time));
        }
        require(station.response_service == Span::ZERO, || {
            Violation::ResponseService(station.response_service)
        })?;
        match &station.service[0] {
            ServiceTime::Fixed(duration) if *duration > Span::ZERO => Ok(Self {
                mean_s: duration.as_secs_f64(),
                variance: 0.0,
            }),
            ServiceTime::Exponential(mean) => {
                let mean_s = mean.as_secs_f64();
                Ok(Self {
                    mean_s,
                    variance: mean_s * mean_s,
                })
            }
            other => Err(Violation::ServiceTime(other.clone())),
        }
    }
}

/// Servers that are busy for the jobs that they serve.
#[derive(Clone, PartialEq, Debug)]
pub struct Utilisation {
    /// The service time of a job.
    pub service: Service,
    /// Servers of a gateway.
    pub servers: f64,
    /// How often a gateway stops with jobs inside: at the end of the run, and at each fault.
    pub stops: f64,
    /// The length of the run, seconds.
    pub horizon_s: f64,
}

/// That of the gateways of one name; `None`: they have no station.
pub(super) fn predict(gateway: &Gateway) -> Result<Option<Utilisation>, Violation> {
    let Some(station) = &gateway.plan.station else {
        return Ok(None);
    };
    let service = Service::from_config(station)?;
    let mut stops = 1.0;
    for fault in &gateway.faults {
        use FaultKind::{Crash, Maintenance, Stall};
        if matches!(fault.config.kind, Crash | Stall | Maintenance) {
            single_occurrence(fault)?;
            stops += 1.0;
        }
    }
    Ok(Some(Utilisation {
        service,
        servers: f64::from(station.servers),
        stops,
        horizon_s: gateway.horizon_s,
    }))
}

impl Utilisation {
    pub(super) fn expected(&self) -> Vec<ExpectedFigure> {
        let formula = format!(
            "jobs served × {} ms/(servers × time)",
            plain(self.service.mean_s * 1e3)
        );
        vec![ExpectedFigure::new(
            "utilisation of a gateway by one job a second",
            self.service.mean_s / self.servers,
            formula,
        )]
    }

    pub(super) fn compare(&self, figures: &RunFigures, scope: &Scope) -> Vec<Agreement> {
        let Some((busy_us, server_us)) = figures.totals(scope, METRIC) else {
            return Vec::new();
        };
        let (service, runs) = (&self.service, figures.replications());
        let total = |metric| figures.total(scope, metric);
        let served = total("jobs_offered") - total("jobs_refused");
        let utilisation = served * service.mean_s * 1e6 / server_us;
        // Each of the gateways has its own end; the peak is that of the worst of them.
        let gateways = server_us / (self.servers * self.horizon_s * 1e6 * runs);
        let inside = (total("gateway_queue_peak") + self.servers * runs) * gateways * self.stops;
        let unserved = f64::min(inside * service.mean_s, busy_us / 1e6) * 1e6 / server_us;
        let chance = normal_chance(served * service.variance) * 1e6 / server_us;
        let agreement = |e: ExpectedFigure| {
            let base = Agreement::new(figures, scope, METRIC, utilisation, e.formula)?;
            Some(
                base.tolerate(unserved, Reason::JobsInside)
                    .tolerate(chance, Reason::ServiceTimes),
            )
        };
        self.expected().into_iter().filter_map(agreement).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{CRASH, fault, gateways, plan, station};
    use super::super::figures::tests::figures;
    use super::*;
    use crate::deployment::{FaultTarget, JobClass, Plan};
    use crate::measure::Sample;

    fn utilisation_with(station: StationConfig) -> Result<Option<Utilisation>, Violation> {
        let mut plan = plan();
        plan.gateways[0].station = Some(station);
        predict(&Gateway::new(&plan, 0))
    }

    fn fixed_station(us: u64) -> StationConfig {
        station(ServiceTime::Fixed(Span(us)))
    }

    fn beside(station: StationConfig, busy_us: f64, server_us: f64) -> (f64, bool) {
        let figures = figures(
            &gateways(),
            &[
                (METRIC, &[Sample::Ratio(busy_us, server_us)]),
                ("jobs_offered", &[Sample::Count(162_000)]),
                ("jobs_refused", &[Sample::Count(2_000)]),
                ("gateway_queue_peak", &[Sample::Count(200)]),
            ],
        );
        let form = utilisation_with(station).unwrap().unwrap();
        let agreements = form.compare(&figures, &gateways());
        (agreements[0].expected, agreements[0].holds())
    }

    #[test]
    fn servers_are_busy_for_the_jobs_served() {
        // 90 ms each, as 10,000 calls or 40,000 jobs an hour need: 160,000 jobs in 8 h = 28,800 s are 14,400 s: one half.
        assert_eq!(
            beside(fixed_station(90_000), 14_400e6, 28_800e6),
            (0.5, true)
        );
        // 201 jobs may be unserved: 18.09 s.
        assert_eq!(
            beside(fixed_station(90_000), 14_382e6, 28_800e6),
            (0.5, true)
        );
        assert_eq!(
            beside(fixed_station(90_000), 14_381e6, 28_800e6),
            (0.5, false)
        );
        // Two servers that do as much together take 180 ms each.
        let two_servers = || StationConfig {
            servers: 2,
            ..fixed_station(180_000)
        };
        assert_eq!(beside(two_servers(), 28_800e6, 57_600e6), (0.5, true));
        // One job a second keeps a server busy for 180 ms, one of two: 9 %.
        let utilisation = utilisation_with(two_servers()).unwrap().unwrap().expected()[0].value;
        assert!((utilisation - 0.09).abs() < 1e-12);
    }

    #[test]
    fn services_by_chance_may_sum_to_another_time() {
        // 160,000 exponential services of 90 ms: 4·√160000·0.09 s = 144 s more or less, and 18.09 s unserved.
        let random = || station(ServiceTime::Exponential(Span(90_000)));
        assert_eq!(beside(random(), 14_240e6, 28_800e6), (0.5, true));
        assert_eq!(beside(random(), 14_230e6, 28_800e6), (0.5, false));
    }

    #[test]
    fn what_it_does_not_cover_is_named() {
        let mut classes = fixed_station(4000);
        classes.service[JobClass::Setup as usize] = ServiceTime::Fixed(Span(5000));
        let responses = StationConfig {
            response_service: Span(1000),
            ..fixed_station(4000)
        };
        let quantiles = ServiceTime::Quantiles(vec![(1.0, Span(20_000))]);
        let log_normal = ServiceTime::LogNormal {
            mean: Span(4000),
            sd: Span(2000),
        };
        for (station, why) in [
            (classes, "service_time_setup = 5 ms"),
            (responses, "response_service = 1 ms"),
            (
                station(log_normal),
                "service_time = log-normal 4 ms sd 2 ms",
            ),
            (station(quantiles), "service_time = quantiles 100 % 20 ms"),
            // Set-ups alone take time, at the serial section.
            (fixed_station(0), "service_time = none"),
        ] {
            assert_eq!(utilisation_with(station).unwrap_err().to_string(), why);
        }
        let mut random = plan();
        random.gateways[0].station = Some(fixed_station(4000));
        random
            .faults
            .push(fault("night", FaultTarget::Gateway(0, None), CRASH));
        let why = predict(&Gateway::new(&random, 0)).unwrap_err();
        assert_eq!(why.to_string(), "mtbf = 4 h");
        let prediction = |p: Plan| predict(&Gateway::new(&p, 0));
        assert_eq!(prediction(plan()), Ok(None));
    }
}
