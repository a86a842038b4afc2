//! Runs of several days: each day drawn anew, weekends off, and users alone as all together.

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rccsim::deployment::{Direction, Observer, Plan, observe, simulate};
use rccsim::measure::{Counter, Scope};
use rccsim::protocol::{ClientNote, UpdateBehaviour};
use rccsim::quantity::{Span, Time, Weekdays};
use rccsim::scenario::Scenario;
use rccsim::study::{DayFigures, Estimate, Samples, days};
use rccsim::workload::{CallDraws, RunDays, SignIn};

use crate::alone::uncoupled;
use crate::determinism::assert_ways_agree;

const DAY_S: u64 = 86_400;

/// When each user came, and each call, in seconds from the start.
#[derive(Default)]
struct Diary {
    came: Vec<(u32, f64)>,
    calls: Vec<(u32, f64)>,
}

impl Observer for Diary {
    fn client(&mut self, now: Time, user: u32, note: ClientNote) {
        if note == ClientNote::SetupBegan {
            self.came.push((user, now.as_secs_f64()));
        }
    }
    fn call(&mut self, now: Time, user: u32, _: u32, _: Direction, _: &CallDraws) {
        self.calls.push((user, now.as_secs_f64()));
    }
}

fn office(start: &str, horizon: &str, clients: &str) -> Scenario {
    let text = format!(
        r#"
        [scenario]
        name = "office"
        start = "{start}"
        horizon = "{horizon}"
        [[gateway]]
        name = "gw"
        update = "accepted"
        [[clients]]
        name = "office"
        gateway = "gw"
        count = 200
        {clients}
        "#
    );
    Scenario::from_toml(&text).unwrap()
}

fn diary(plan: &Plan) -> Diary {
    observe(plan, 0, 0, 0, Diary::default()).unwrap()
}

/// Sign-ins on each day from the start.
fn by_day(diary: &Diary) -> Vec<usize> {
    let mut days = Vec::new();
    for (_, at) in &diary.came {
        let day = (at / DAY_S as f64) as usize;
        days.resize(days.len().max(day + 1), 0);
        days[day] += 1;
    }
    days
}

const HOURS: &str = "sign_in = \"normal 09:00 sd 25 min\"\nsign_out = \"normal 17:30 sd 25 min\"";

#[test]
fn every_day_is_another_of_the_same_kind() {
    let week = diary(&office("06:00", "3 d", HOURS).plan);
    assert_eq!(by_day(&week), [200; 3]);
    let of_day = |day: f64| {
        let from = day * DAY_S as f64;
        let mut came: Vec<(u32, f64)> = (week.came.iter())
            .filter(|(_, at)| (from..from + DAY_S as f64).contains(at))
            .map(|(user, at)| (*user, at - from))
            .collect();
        came.sort_by_key(|(user, _)| *user);
        came
    };
    let [first, second, third] = [0.0, 1.0, 2.0].map(of_day);
    let mean = |day: &[(u32, f64)]| day.iter().map(|(_, at)| at).sum::<f64>() / 200.0;
    for day in [&first, &second, &third] {
        // 25 min over √200 is 106 s; 09:00 is 3 h after the start.
        assert!((mean(day) - 10_800.0).abs() < 4.0 * 106.0, "{}", mean(day));
    }
    let common = first.iter().zip(&second).filter(|(a, b)| a == b).count();
    assert_eq!(common, 0, "a user comes at another time on another day");
    // The first day is that of a run of one day, call by call until the first run ends.
    let single_day = diary(&office("06:00", "18 h", HOURS).plan);
    assert_eq!(single_day.came[..], week.came[..200]);
    assert_eq!(single_day.calls[..], week.calls[..single_day.calls.len()]);
}

#[test]
fn what_happens_on_one_day_moves_nothing_on_the_next() {
    let baseline = diary(&office("06:00", "2 d", HOURS).plan);
    let early = "sign_in = \"normal 09:00 sd 25 min\"\nsign_out = \"at 13:00\"\nlunch = \"at 12:00 for 20 min\"";
    let early = diary(&office("06:00", "2 d", early).plan);
    // On the second day until noon the same users come at the same times and have the same calls.
    let until_noon = |d: &[(u32, f64)]| {
        let morning = DAY_S as f64..DAY_S as f64 + 6.0 * 3600.0;
        let mut mornings: Vec<(u32, f64)> = (d.iter().copied())
            .filter(|(_, at)| morning.contains(at))
            .collect();
        mornings.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
        mornings
    };
    assert_eq!(until_noon(&baseline.came), until_noon(&early.came));
    let calls = until_noon(&baseline.calls);
    assert!(calls.len() > 500, "{}", calls.len());
    assert_eq!(calls, until_noon(&early.calls));
}

#[test]
fn nobody_works_on_weekends_unless_the_workload_says_so() {
    let came = |start: &str, extra: &str| {
        let scenario = office(start, "5 d", &format!("{HOURS}\n{extra}"));
        by_day(&diary(&scenario.plan))
    };
    assert_eq!(came("Friday 06:00", ""), [200, 0, 0, 200, 200]);
    // 2026-11-27 is a Friday.
    assert_eq!(came("2026-11-27 06:00", ""), [200, 0, 0, 200, 200]);
    assert_eq!(
        came("Friday 06:00", "working_days = \"every day\""),
        [200; 5]
    );
    assert_eq!(
        came("Friday 06:00", "working_days = \"Sunday..Tuesday\""),
        [0, 0, 200, 200, 200]
    );
    assert_eq!(came("06:00", ""), [200; 5]);
    let half = came("06:00", "attendance = \"50 %\"");
    // Drawn anew each day: 100 ± 4 · √50.
    assert!(half.iter().all(|n| (72..=128).contains(n)), "{half:?}");
    // Who never leaves comes on the first working day.
    let stays = office("Saturday 06:00", "4 d", "sign_in = \"at 09:00\"");
    assert_eq!(by_day(&diary(&stays.plan)), [0, 0, 200]);
    let text = stays.warnings.join("\n");
    assert!(
        text.contains("its users stay signed in day and night for 4 d"),
        "{text}"
    );
}

#[test]
fn a_night_shift_belongs_to_the_day_on_which_it_begins() {
    let night = "sign_in = \"at 22:00\"\nsign_out = \"at 06:00\"\nincoming_calls = \"0 /h\"\noutgoing_calls = \"0 /h\"";
    let scenario = office("Thursday 12:00", "4 d", night);
    // Thursday and Friday night; the run ends on Monday at noon.
    assert_eq!(by_day(&diary(&scenario.plan)), [200, 200]);
    let tally = simulate(&scenario.plan, 0).total;
    let hours = tally.signed_in_us as f64 / 3.6e9;
    assert_eq!(hours, 200.0 * 16.0);
    // East of the start it begins and ends earlier, on the same weekdays there.
    let east = office(
        "Thursday 23:30",
        "4 d",
        &format!("{night}\ntime_zone = \"+1 h\""),
    );
    // From 00:30 on Friday there to 00:30 on Tuesday: Friday's shift, and Monday's.
    assert_eq!(by_day(&diary(&east.plan)), [200, 0, 0, 200]);
}

#[test]
fn a_shift_that_began_before_the_run_is_said_to_be_missing() {
    let night = "sign_in = \"at 22:00\"\nsign_out = \"at 07:00\"";
    let warning = |start: &str, extra: &str| {
        let scenario = office(start, "3 d", &format!("{night}\n{extra}"));
        let mut warnings = scenario.warnings.into_iter();
        warnings.find(|w| w.contains("that began before the run is not simulated"))
    };
    for start in ["Tuesday 06:00", "Tuesday 23:00", "Tuesday 00:00", "06:59"] {
        let text = warning(start, "").unwrap_or_else(|| panic!("{start}"));
        assert!(
            text.contains("from 22:00 to 07:00") && text.contains("until 07:00"),
            "{text}"
        );
    }
    // Nobody worked in the night to Monday.
    for start in ["Tuesday 07:00", "Tuesday 22:00", "Monday 06:00"] {
        assert_eq!(warning(start, ""), None, "{start}");
    }
    assert!(warning("Monday 06:00", "working_days = \"every day\"").is_some());
    // 05:30 at the start is 07:30 there.
    assert_eq!(warning("Tuesday 05:30", "time_zone = \"+2 h\""), None);
}

#[test]
fn who_would_come_again_before_leaving_stays() {
    let round = "sign_in = \"at 08:00\"\nsign_out = \"at 08:00\"";
    let tally = simulate(&office("08:00", "3 d", round).plan, 0).total;
    assert_eq!(tally.get(Counter::SessionsEstablished), 200);
    assert_eq!(tally.signed_in_us, 200 * 3 * u128::from(DAY_S) * 1_000_000);
}

/// What the days of an office behind a gateway that ignores UPDATE say, over some replications; whole, and by day.
fn figures_of(start: &str, horizon: &str) -> (Samples, Vec<DayFigures>) {
    let scenario = office(start, horizon, HOURS);
    let mut plan = scenario.plan;
    plan.gateways[0].config.update = UpdateBehaviour::Ignored;
    let mut samples = Samples::new(vec![Scope::All], plan.horizon).starting_at(plan.start);
    for replication in 0..6 {
        samples.push(replication, &[&simulate(&plan, replication).total]);
    }
    let days = days(&samples);
    (samples, days)
}

#[test]
fn the_days_of_a_fortnight_are_as_good_as_a_day_alone() {
    let (day_samples, no_days) = figures_of("06:00", "18 h");
    assert_eq!(no_days, [], "one day has no days");
    let (_, fortnight) = figures_of("Monday 00:00", "14 d");
    assert_eq!(fortnight.len(), 14);
    for metric in [
        "down_fraction",
        "missed_toast_fraction",
        "drops_per_client_hour",
    ] {
        let day_figure = day_samples
            .figure(metric)
            .and_then(|row| row.estimate)
            .unwrap();
        let of_day = |day: &DayFigures| {
            let row = day.rows.iter().find(|row| row.column.metric.name == metric);
            row.and_then(|row| row.estimate)
        };
        for (number, day) in fortnight.iter().enumerate() {
            let Some(of_day) = of_day(day) else {
                assert!(number % 7 >= 5, "somebody works on day {number}");
                continue;
            };
            assert!(number % 7 < 5, "nobody works on day {number}");
            // Both intervals are of 95 %; of 60 of them some miss each other, but none by as much again.
            let half = |e: Estimate| (e.upper.unwrap() - e.lower.unwrap()) / 2.0;
            let distance = (of_day.mean - day_figure.mean).abs();
            assert!(
                distance < 2.0 * (half(of_day) + half(day_figure)),
                "{metric} on day {number}: {of_day:?}, alone {day_figure:?}"
            );
        }
    }
}

#[test]
fn users_whom_nothing_couples_spend_many_days_alone_as_all_together() {
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        TestRng::deterministic_rng(RngAlgorithm::ChaCha),
    );
    let (mut established, mut of_first_days) = (0, 0);
    let days = (1u64..5, 0u8..7, 0u64..DAY_S, 0u64..40_000, 1u64..20_000);
    for _ in 0..60 {
        let mut p = uncoupled().new_tree(&mut runner).unwrap().current();
        let (days, first, more_s, leaves_s, sd_s) = days.new_tree(&mut runner).unwrap().current();
        p.horizon = Time((days * DAY_S + more_s) * 1_000_000);
        for (index, c) in p.clients.iter_mut().enumerate() {
            let leaves = Span::from_secs(8 * 3600 + leaves_s);
            let sd = Span::from_secs(sd_s);
            c.sign_out = Some(if index == 0 {
                SignIn::Normal { mean: leaves, sd }
            } else {
                SignIn::At(leaves)
            });
            c.days = RunDays {
                working: Weekdays::WORKING,
                first: Some(time::Weekday::Monday.nth_next(first)),
            };
            c.workload.incoming_per_s /= 10.0;
            c.workload.outgoing_per_s /= 10.0;
        }
        assert_ways_agree(&p);
        established += simulate(&p, 0).total.get(Counter::SessionsEstablished);
        p.horizon = Time(DAY_S * 1_000_000);
        of_first_days += simulate(&p, 0).total.get(Counter::SessionsEstablished);
    }
    assert!(established > of_first_days, "{established} {of_first_days}");
}
