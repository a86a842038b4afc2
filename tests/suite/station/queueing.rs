//! The station alone, against queueing theory; expected values by the formulas of the literature.

use super::*;

#[test]
fn the_formula_gives_the_printed_values() {
    let (loss, ms) = mmck(416.667, 0.004, 2, 10);
    assert!(
        (loss - 0.034418).abs() < 5e-7 && (ms - 9.0468).abs() < 5e-5,
        "{loss} {ms}"
    );
}

#[test]
fn mmck_from_a_poisson_source() {
    for (rate, service_ms, servers, places) in [
        (416.667, 4, 2, 10),
        (90.0, 10, 1, 5),
        (250.0, 20, 8, 12),
        (500.0, 4, 1, 3),
    ] {
        let service = ServiceTime::Exponential(Span::from_millis(service_ms));
        let config = config(servers, Some(places - servers), service);
        let runs: Vec<StationTally> = (0..RUNS)
            .map(|seed| drive(&config, poisson(rate, seed), Time(LENGTH * 1_000_000), seed))
            .collect();
        let (loss, ms) = mmck(rate, service_ms as f64 / 1e3, servers, places);
        let losses: Vec<f64> = runs
            .iter()
            .map(|t| t.refused as f64 / t.offered as f64)
            .collect();
        agrees(&format!("loss of M/M/{servers}/{places}"), &losses, loss);
        let means: Vec<f64> = runs.iter().map(mean_ms).collect();
        agrees(&format!("time in M/M/{servers}/{places}"), &means, ms);
        assert!(
            runs.iter().all(|t| t.queue_peak == places - servers),
            "the queue never was full"
        );
    }
}

#[test]
fn mmc_without_a_bound() {
    for (rate, service_ms, servers) in [(70.0, 10, 1), (300.0, 8, 3), (200.0, 20, 6)] {
        let config = config(
            servers,
            None,
            ServiceTime::Exponential(Span::from_millis(service_ms)),
        );
        let runs: Vec<StationTally> = (0..RUNS)
            .map(|seed| drive(&config, poisson(rate, seed), Time(LENGTH * 1_000_000), seed))
            .collect();
        // With so many places that nobody is ever lost, M/M/c/K is M/M/c.
        let (_, ms) = mmck(rate, service_ms as f64 / 1e3, servers, 2000);
        agrees(
            &format!("time in M/M/{servers}"),
            &runs.iter().map(mean_ms).collect::<Vec<_>>(),
            ms,
        );
        if servers == 1 {
            // The time in M/M/1 is exponential: its median is its mean times ln 2, its 99th percentile times ln 100.
            for (p, factor) in [(0.5, std::f64::consts::LN_2), (0.99, libm::log(100.0))] {
                let mean = runs
                    .iter()
                    .map(|t| t.response.quantile(p).unwrap().as_secs_f64() * 1e3)
                    .sum::<f64>();
                let error = mean / RUNS as f64 / (ms * factor) - 1.0;
                assert!(
                    (-0.02..0.028).contains(&error),
                    "percentile {p} of M/M/1: off by {error}"
                );
            }
        }
        let busy: Vec<f64> = runs
            .iter()
            .map(|t| t.busy_us as f64 / t.server_us as f64)
            .collect();
        agrees(
            "utilisation",
            &busy,
            rate * service_ms as f64 / 1e3 / f64::from(servers),
        );
    }
}

#[test]
fn md1_and_general_service() {
    // Pollaczek–Khinchine: W = s (1 + ρ (1 + c²) / (2 (1 − ρ))), c the coefficient of variation of the service.
    let ms = Span::from_millis;
    let uniform = ServiceTime::Quantiles(vec![(1.0, ms(20))]);
    for (service, mean_s, squared_variation) in [
        (ServiceTime::Fixed(ms(10)), 0.010, 0.0),
        (
            ServiceTime::LogNormal {
                mean: ms(10),
                sd: ms(5),
            },
            0.010,
            0.25,
        ),
        (uniform, 0.010, 1.0 / 3.0),
    ] {
        assert!((service.mean().as_secs_f64() - mean_s).abs() < 1e-9);
        for rate in [40.0, 80.0] {
            let config = config(1, None, service.clone());
            let runs: Vec<f64> = (0..RUNS)
                .map(|seed| {
                    mean_ms(&drive(
                        &config,
                        poisson(rate, seed),
                        Time(LENGTH * 1_000_000),
                        seed,
                    ))
                })
                .collect();
            let load = rate * mean_s;
            let theory = mean_s * (1.0 + load * (1.0 + squared_variation) / (2.0 * (1.0 - load)));
            agrees(&format!("{service:?} at {load}"), &runs, theory * 1e3);
        }
    }
}

/// Mean wait in nD/D/1 in units of the service time, n sources of period `period` (Roberts & Virtamo): an arrival
/// sees the work of the other n − 1 sources.
fn ndd1_wait(sources: u32, period: f64) -> f64 {
    let n = sources - 1;
    let beyond = |x: f64| -> f64 {
        ((x.floor() as u32 + 1)..=n)
            .map(|k| {
                let (kf, nf) = (f64::from(k), f64::from(n));
                let choose: f64 = (0..k)
                    .map(|i| f64::from(n - i) / f64::from(k - i))
                    .product();
                let p = (kf - x) / period;
                choose * libm::pow(p, kf) * libm::pow(1.0 - p, nf - kf) * (period - nf + x)
                    / (period - kf + x)
            })
            .sum()
    };
    // Midpoints: the function has steps in its derivative at whole numbers only.
    let steps = 200;
    (0..n * steps)
        .map(|i| beyond((f64::from(i) + 0.5) / f64::from(steps)) / f64::from(steps))
        .sum()
}

#[test]
fn periodic_sources_are_ndd1_and_not_md1() {
    for (sources, period_ms) in [(20u32, 25.0), (50, 60.0), (8, 16.0)] {
        let service = Span::from_millis(1);
        let config = config(1, None, ServiceTime::Fixed(service));
        let period_us = (period_ms * 1000.0) as u64;
        let mut stream = Stream::open(5, u32::from(sources as u16), 1, 1);
        let waits: Vec<f64> = (0..3000)
            .map(|seed| {
                let mut phases: Vec<u64> = (0..sources)
                    .map(|_| (stream.uniform() * period_us as f64) as u64)
                    .collect();
                phases.sort_unstable();
                // The pattern repeats from the second period on.
                let run = |periods: u64| {
                    let arrivals = (0..periods)
                        .flat_map(|p| phases.iter().map(move |at| Time(p * period_us + at)));
                    let tally = drive(
                        &config,
                        arrivals.collect::<Vec<_>>(),
                        Time(100 * period_us),
                        seed,
                    );
                    (tally.response.sum_us(), tally.response.count())
                };
                let ((short, a), (long, b)) = (run(2), run(3));
                ((long - short) as f64 / (b - a) as f64 - service.0 as f64) / service.0 as f64
            })
            .collect();
        let theory = ndd1_wait(sources, period_ms);
        agrees(&format!("{sources}D/D/1"), &waits, theory);
        let load = f64::from(sources) / period_ms;
        let md1 = load / (2.0 * (1.0 - load));
        assert!(
            theory < 0.8 * md1,
            "periodic sources wait less: {theory} and {md1}"
        );
    }
}
