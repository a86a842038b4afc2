//! The station alone, against queueing theory, and in a deployment.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rand_distr::Distribution;
use rccsim::deployment::{
    FaultPlan, FaultTarget, JobClass, Overload, ServiceTime, Station, StationConfig, Transport,
    Work, observe, simulate,
};
use rccsim::engine::{Exponential, Stream};
use rccsim::faults::{FaultConfig, FaultKind, Schedule};
use rccsim::measure::{Counter, MissCause, StationTally};
use rccsim::protocol::*;
use rccsim::quantity::{Span, Time};

use crate::deployments::*;

mod in_deployment;
mod queueing;

fn config(servers: u32, queue: Option<u32>, service: ServiceTime) -> StationConfig {
    StationConfig {
        servers,
        queue,
        service: std::array::from_fn(|_| service.clone()),
        response_service: Span::ZERO,
        setup_serial: Span::ZERO,
        overload: Overload::Drop,
        calls_first: false,
        throttle: None,
    }
}

fn job() -> Work {
    Work::Received(Message::request(Side::Client, 1, 1, Subject::Update))
}

/// Drives a station with jobs that arrive at the given times, in order.
fn drive(
    config: &StationConfig,
    arrivals: impl IntoIterator<Item = Time>,
    horizon: Time,
    seed: u64,
) -> StationTally {
    let mut station = Station::new(config, Stream::open(seed, 0, 7, 10), horizon);
    let mut services: BinaryHeap<Reverse<(Time, u32, u32)>> = BinaryHeap::new();
    let mut arrivals = arrivals
        .into_iter()
        .take_while(|at| *at < horizon)
        .peekable();
    loop {
        let next_end = services.peek().map(|Reverse((at, ..))| *at);
        match (arrivals.peek().copied(), next_end) {
            (Some(at), end) if end.is_none_or(|end| at < end) => {
                arrivals.next();
                if let Ok(Some(service)) = station.offer(at, 0, job()) {
                    services.push(Reverse((service.ends, service.slot, service.number)));
                }
            }
            (_, Some(end)) if end < horizon => {
                let Some(Reverse((_, place, number))) = services.pop() else {
                    unreachable!()
                };
                let (_, next_start) = station.served(end, place, number);
                services.extend(
                    next_start
                        .into_iter()
                        .flatten()
                        .map(|b| Reverse((b.ends, b.slot, b.number))),
                );
            }
            _ => break,
        }
    }
    let tally = station.finish(horizon);
    assert_eq!(tally.area_us, tally.sojourn_us, "Little's law");
    tally
}

fn poisson(rate_per_s: f64, seed: u64) -> impl Iterator<Item = Time> {
    let mut stream = Stream::open(seed, 0, 3, 1);
    let mut now = 0.0;
    std::iter::repeat_with(move || {
        let unit: f64 = Exponential.sample(&mut stream);
        now += unit * 1e6 / rate_per_s;
        Time(now as u64)
    })
}

/// The mean over independent runs is within 4 standard errors of theory.
fn agrees(label: &str, runs: &[f64], theory: f64) {
    let n = runs.len() as f64;
    let mean = runs.iter().sum::<f64>() / n;
    let variance = runs.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0);
    let z = (mean - theory) / (variance / n).sqrt();
    assert!(
        z.abs() < 4.0,
        "{label}: {mean} instead of {theory}, z = {z:.1}"
    );
}

const RUNS: u64 = 20;
/// Seconds of a run: thousands of busy periods.
const LENGTH: u64 = 600;

fn mean_ms(tally: &StationTally) -> f64 {
    tally.response.sum_us() as f64 / tally.response.count() as f64 / 1e3
}

/// M/M/c/K: probability of loss and mean time in the system of those who enter, ms.
fn mmck(rate_per_s: f64, service_s: f64, servers: u32, places: u32) -> (f64, f64) {
    let offered = rate_per_s * service_s;
    let mut weights = vec![1.0];
    for n in 1..=places {
        let last = weights[n as usize - 1];
        weights.push(last * offered / f64::from(n.min(servers)));
    }
    let total: f64 = weights.iter().sum();
    let loss = weights[places as usize] / total;
    let inside: f64 = weights
        .iter()
        .enumerate()
        .map(|(n, w)| n as f64 * w)
        .sum::<f64>()
        / total;
    (loss, inside / (rate_per_s * (1.0 - loss)) * 1e3)
}
