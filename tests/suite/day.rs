//! The day of the users: when they come and how much they call, against the distributions that were asked for.

use rccsim::deployment::{ClientPlan, Direction, Observer, Plan, observe, simulate};
use rccsim::measure::Counter;
use rccsim::protocol::*;
use rccsim::quantity::{Span, Time};
use rccsim::workload::{CallDraws, SignIn};

use crate::deployments::*;

/// First set-up of each user, and the calls of each.
#[derive(Default)]
struct Diary {
    came: Vec<(u32, Time)>,
    calls: Vec<(u32, Time)>,
}

impl Observer for Diary {
    fn client(&mut self, now: Time, user: u32, note: ClientNote) {
        if note == ClientNote::SetupBegan {
            self.came.push((user, now));
        }
    }
    fn call(&mut self, now: Time, user: u32, _: u32, _: Direction, _: &CallDraws) {
        self.calls.push((user, now));
    }
}

fn office(count: u32, change: impl FnOnce(&mut ClientPlan)) -> Plan {
    let mut c = clients("office", count, r2());
    change(&mut c);
    plan(
        gateway(UpdateBehaviour::Accepted, Allow::Absent),
        vec![c],
        10 * HOUR,
    )
}

fn diary(plan: &Plan) -> Diary {
    observe(plan, 0, 0, 0, Diary::default()).unwrap()
}

/// Mean and variance.
fn moments(samples: &[f64]) -> (f64, f64) {
    let n = samples.len() as f64;
    let mean = samples.iter().sum::<f64>() / n;
    (
        mean,
        samples.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0),
    )
}

fn nine(sd_min: u64) -> SignIn {
    SignIn::Normal {
        mean: Span::from_secs(9 * HOUR),
        sd: Span::from_secs(60 * sd_min),
    }
}

#[test]
fn sign_ins_are_normal_around_nine() {
    let n = 4000;
    // From 08:00 on, nine o'clock is 6 standard deviations of 10 min away: nothing is cut off.
    let came = diary(&office(n, |c| c.sign_in = nine(10))).came;
    let (mean, variance) = moments(
        &came
            .iter()
            .map(|(_, at)| at.0 as f64 / 60e6)
            .collect::<Vec<_>>(),
    );
    assert_eq!(came.len(), n as usize);
    assert!(
        (mean - 60.0).abs() < 4.0 * 10.0 / f64::from(n).sqrt(),
        "{mean} min after 08:00"
    );
    // The variance of a sample variance of the normal is 2 σ⁴ / n.
    assert!(
        (variance / 100.0 - 1.0).abs() < 4.0 * (2.0 / f64::from(n)).sqrt(),
        "{variance}"
    );
    let within_one = came
        .iter()
        .filter(|(_, at)| (50..70).contains(&(at.0 / 60_000_000)))
        .count() as f64
        / f64::from(n);
    assert!(
        (within_one - 0.6827).abs() < 4.0 * (0.6827 * 0.3173 / f64::from(n)).sqrt(),
        "{within_one}"
    );
    // Half an hour ahead everybody comes half an hour earlier, each by exactly that.
    let ahead = diary(&office(n, |c| {
        (c.sign_in, c.ahead_us) = (nine(5), 1_800_000_000)
    }))
    .came;
    let here = diary(&office(n, |c| c.sign_in = nine(5))).came;
    assert!(
        here.iter()
            .zip(&ahead)
            .all(|((a, x), (b, y))| a == b && (*x - *y) == Span::from_secs(1800))
    );
}

#[test]
fn a_share_of_the_users_attends() {
    let n = 5000u32;
    let came = |share| {
        let tally = simulate(&office(n, |c| c.attendance = share), 0).total;
        tally.get(Counter::SessionsEstablished) as f64
    };
    assert_eq!((came(1.0), came(0.0)), (5000.0, 0.0));
    assert!(
        (came(0.8) - 4000.0).abs() < 4.0 * (5000.0f64 * 0.8 * 0.2).sqrt(),
        "{}",
        came(0.8)
    );
}

#[test]
fn calls_follow_the_hours_of_the_day_and_are_poisson() {
    let users = 1000u32;
    let steps =
        [(8, 1.0), (12, 0.25), (13, 2.0), (17, 0.0)].map(|(h, f)| (Span::from_secs(h * HOUR), f));
    let calls_of = |spread: f64| {
        diary(&office(users, |c| {
            c.workload = calls(2.0, 1.0);
            c.workload.by_hour.steps = steps.to_vec();
            c.workload.spread = spread;
        }))
        .calls
    };
    let baseline = calls_of(0.0);
    for (from, to, factor) in [(8, 12, 1.0), (12, 13, 0.25), (13, 17, 2.0), (17, 18, 0.0)] {
        let count = baseline
            .iter()
            .filter(|(_, at)| ((from - 8) * 3600..(to - 8) * 3600).contains(&(at.0 / 1_000_000)));
        // 3 calls an hour each; the standard deviation of a Poisson count is its root.
        let (count, expected) = (
            count.count() as f64,
            3.0 * f64::from(users) * factor * (to - from) as f64,
        );
        assert!(
            (count - expected).abs() <= 4.0 * expected.sqrt(),
            "{from}:00 to {to}:00: {count} for {expected}"
        );
    }
    let per_user = |calls: &[(u32, Time)]| {
        let mut counts = vec![0.0; users as usize];
        calls
            .iter()
            .for_each(|(user, _)| counts[*user as usize] += 1.0);
        moments(&counts)
    };
    // 3 an hour over 4 · 1 + 1 · 0.25 + 4 · 2 hours' worth: 36.75 calls a user, variance as mean (standard error √(2/n)).
    let (mean, variance) = per_user(&baseline);
    assert!(
        (variance / mean - 1.0).abs() < 4.0 * (2.0 / f64::from(users)).sqrt(),
        "{mean} {variance}"
    );
    // Own rates of mean 1 and standard deviation 0.5: the mean stays, the variance is mean + (0.5 mean)².
    let (mean, variance) = per_user(&calls_of(0.5));
    let own_sd = 0.5 * 36.75f64;
    let expected = 36.75 + own_sd * own_sd;
    assert!(
        (mean / 36.75 - 1.0).abs() < 4.0 * expected.sqrt() / 36.75 / f64::from(users).sqrt(),
        "{mean}"
    );
    // The kurtosis of this log-normal, 1.25⁴ + 2·1.25³ + 3·1.25² − 3 = 8.0, makes the sample variance √(7.0/n) uncertain.
    assert!(
        (variance / expected - 1.0).abs() < 4.0 * (7.0 / f64::from(users)).sqrt(),
        "{variance} for {expected}"
    );
}
