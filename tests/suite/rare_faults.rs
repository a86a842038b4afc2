//! Faults that hardly any run has: what is said of them on condition that they come is what many plain runs show.

use std::path::Path;

use rayon::prelude::*;
use rccsim::deployment::{Plan, simulate};
use rccsim::experiment::Experiment;
use rccsim::measure::Scope;
use rccsim::scenario::{Scenario, parse};
use rccsim::study::{Estimate, Observation, Samples};

/// A gateway for 20 users that crashes now and then, and users who notice at their next refresh.
fn crashes(faults: &str, seed: u64) -> Scenario {
    let text = format!(
        r#"
[scenario]
name = "rare"
start = "08:00"
horizon = "4 h"
replications = 10
seed = {seed}
[[gateway]]
name = "gw"
profile = "healthy"
count = 2
[[clients]]
name = "c"
profile = "communicator-2007-r2"
count = 20
gateway = "gw"
workload = "moderate"
path = "ideal"
sign_in = "uniform over 10 min"
reestablish = "fixed 30 s"
{faults}
"#
    );
    parse("rare.toml", &text, Path::new("."), &[]).unwrap_or_else(|e| panic!("{e}"))
}

fn crash(name: &str, mtbf: &str, mttr: &str) -> String {
    format!(
        "[[fault]]\nname = \"{name}\"\nkind = \"crash\"\ntarget = \"gateway:gw\"\nmtbf = \"{mtbf}\"\nmttr = \"{mttr}\"\n"
    )
}

/// Many runs of a plan as its faults come.
fn plain_runs(plan: &Plan, runs: u32) -> Samples {
    let observations: Vec<Observation> = (0..runs)
        .into_par_iter()
        .map(|r| Observation::from_tallies(&[&simulate(plan, r).total], plan.horizon))
        .collect();
    let mut samples = Samples::new(vec![Scope::All], plan.horizon);
    (0..).zip(observations).for_each(|(r, o)| samples.add(r, o));
    samples
}

fn figure(samples: &Samples, metric: &str) -> Estimate {
    samples.figure(metric).unwrap().estimate.unwrap()
}

/// Whether two independent estimates differ by no more than both of their intervals together.
#[track_caller]
fn agree(label: &str, a: Estimate, b: Estimate) {
    let room = a.half_width().unwrap() + b.half_width().unwrap();
    assert!(
        (a.mean - b.mean).abs() <= room,
        "{label}: {} and {} differ by more than {room}",
        a.mean,
        b.mean
    );
}

#[test]
fn the_strata_are_all_runs_there_are() {
    let two_faults = crash("often", "20 h", "5 min") + &crash("seldom", "400 h", "1 h");
    let plan = crashes(&two_faults, 1).plan;
    let strata = plan.strata();
    let expected = [8.0 / 20.0, 8.0 / 400.0];
    let sum: f64 = expected.iter().sum();
    // exp(−0.42)
    let calm_chance = 0.657_046_819_815_056_7;
    let probabilities = [
        calm_chance,
        (1.0 - calm_chance) * expected[0] / sum,
        (1.0 - calm_chance) * expected[1] / sum,
    ];
    assert_eq!(strata.len(), 3);
    for (stratum, probability) in strata.iter().zip(probabilities) {
        assert!((stratum.probability - probability).abs() < 1e-12);
    }
    let frequent = crashes(&crash("often", "3 h", "5 min"), 1).plan;
    assert_eq!(frequent.strata(), [], "2.7 are expected in a run");
    let five_faults: String = (0..5)
        .map(|i| crash(&format!("f{i}"), "400 h", "1 h"))
        .collect();
    let plan = crashes(&five_faults, 1).plan;
    assert_eq!(plan.strata().len(), 2, "one of them comes, or none does");
}

#[test]
fn a_run_of_a_stratum_has_the_faults_of_its_kind() {
    let plan = crashes(&crash("seldom", "400 h", "10 min"), 7).plan;
    let strata = plan.strata();
    for replication in 0..20 {
        let drops = |stratum| {
            let run = simulate(&plan.given_stratum(stratum, replication), replication);
            run.total.all_drops()
        };
        assert_eq!(drops(&strata[0]), 0);
        // A crash before the first sign-in, or in the last minutes, may go unnoticed.
        let quiet = drops(&strata[1]) == 0;
        let until = plan
            .given_stratum(&strata[1], replication)
            .foreknown
            .unwrap()
            .until;
        assert!(!quiet || until.as_secs_f64() < 600.0 || until.as_secs_f64() > 12_000.0);
    }
}

/// All users share one OCS, whatever their gateway: its fail-over comes to all of them at the same time, or to none.
#[test]
fn a_rare_fail_over_of_ocs_hits_the_users_of_every_gateway() {
    let second_gateway = "[[gateway]]\nname = \"other\"\nprofile = \"healthy\"\n[[clients]]\nname = \"d\"\n\
         profile = \"communicator-2007-r2\"\ncount = 20\ngateway = \"other\"\npath = \"ideal\"\n\
         sign_in = \"at start\"\nreestablish = \"fixed 30 s\"\n[[fault]]\nname = \"ocs\"\n\
         kind = \"ocs-failover\"\ntarget = \"all\"\nmtbf = \"400 h\"\nmttr = \"10 min\"\n";
    let plan = crashes(second_gateway, 5).plan;
    let strata = plan.strata();
    assert_eq!(strata.len(), 2);
    let mut hit = 0;
    for replication in 0..10 {
        let stratum_plan = plan.given_stratum(&strata[1], replication);
        // Later than the last sign-in, and early enough to be found out.
        let until = stratum_plan.foreknown.as_ref().unwrap().until.as_secs_f64();
        if (700.0..12_000.0).contains(&until) {
            let gateways = simulate(&stratum_plan, replication).gateways;
            let drops: Vec<u64> = gateways.iter().map(|g| g.all_drops()).collect();
            assert!(drops.iter().all(|drops| *drops >= 20), "{until}: {drops:?}");
            hit += 1;
        }
    }
    assert!(hit >= 5, "{hit}");
}

fn sleep(target: &str, mtbf: &str) -> String {
    format!(
        "[[fault]]\nname = \"sleep\"\nkind = \"sleep\"\ntarget = \"{target}\"\nmtbf = \"{mtbf}\"\nmttr = \"1 h\"\n"
    )
}

/// Each user draws sleep of their own: of 20 users with 4000 h between two of them, one run of 50 has one.
#[test]
fn a_rare_fault_of_single_users_hits_one_of_them() {
    let plan = crashes(&sleep("clients:c", "4000 h"), 3).plan;
    let strata = plan.strata();
    assert_eq!(strata.len(), 2);
    assert!((strata[1].probability + libm::expm1(-0.02)).abs() < 1e-12);
    let mut hit = 0;
    for replication in 0..30 {
        let down = |stratum| simulate(&plan.given_stratum(stratum, replication), replication).total;
        assert_eq!(down(&strata[0]).all_drops(), 0);
        // One PC sleeps in the whole run: one user at most has lost a session.
        let down_users = down(&strata[1]);
        assert!(down_users.all_drops() <= 2, "{}", down_users.all_drops());
        hit += u32::from(down_users.all_drops() > 0);
    }
    assert!(hit >= 10, "{hit}");
}

#[test]
fn conditional_replications_of_single_users_say_what_many_plain_runs_say() {
    let scenario = crashes(&sleep("all", "160 h"), 11);
    assert_eq!(scenario.plan.strata().len(), 2, "half a sleep in a run");
    let long = plain_runs(&scenario.plan, 3000);
    let answer = Experiment::new(scenario).replications(60).run().unwrap();
    let samples = &answer.assessment.samples;
    for metric in [
        "session_drops",
        "missed_toast_fraction",
        "down_fraction",
        "toasts_due",
    ] {
        agree(metric, figure(samples, metric), figure(&long, metric));
    }
}

/// The faults that are counted are those that are simulated: where there is none, nothing is lost.
#[test]
fn faults_are_counted_as_they_come() {
    for (faults, expected) in [
        (crash("often", "3 h", "1 s"), 8.0 / 3.0),
        (sleep("clients:c", "20 h"), 4.0),
    ] {
        let plan = crashes(&faults, 5).plan;
        assert_eq!(plan.strata(), [], "{expected} are expected in a run");
        let counts: Vec<u64> = (0..200).map(|r| plan.faults_in(0, r).unwrap()).collect();
        let mean = counts.iter().sum::<u64>() as f64 / 200.0;
        // 3.5 standard errors of a Poisson mean of 200; a sleep takes a part of the time in which the next one may come.
        let room = 3.5 * (expected / 200.0_f64).sqrt() + 0.05 * expected;
        assert!((mean - expected).abs() < room, "{mean} of {expected}");
        let mut quiet = 0;
        for (r, _) in (0..).zip(&counts).filter(|(_, count)| **count == 0) {
            assert_eq!(simulate(&plan, r).total.all_drops(), 0, "replication {r}");
            quiet += 1;
        }
        assert!(quiet > 0);
    }
    // Of a rare one each replication has a run with it.
    let rare = crashes(&crash("seldom", "400 h", "10 min"), 7).plan;
    let counts: Vec<u64> = (0..20).map(|r| rare.faults_in(0, r).unwrap()).collect();
    assert!(
        counts.iter().all(|count| (1..4).contains(count)),
        "{counts:?}"
    );
    let chance = rare.simulated_faults()[0].unwrap();
    assert_eq!(chance, 1.0);
}

/// A surge is load: no run is simulated on condition that it comes.
#[test]
fn a_surge_is_no_rare_fault() {
    let surge = "[[fault]]\nname = \"s\"\nkind = \"surge\"\ntarget = \"all\"\ncall_rate = \"200 %\"\n\
         mtbf = \"400 h\"\nmttr = \"10 min\"\n";
    assert_eq!(crashes(surge, 5).plan.strata(), []);
}

#[test]
fn conditional_replications_say_what_many_plain_runs_say() {
    let two_faults = crash("often", "40 h", "5 min") + &crash("seldom", "200 h", "1 h");
    let scenario = crashes(&two_faults, 3);
    let long = plain_runs(&scenario.plan, 3000);
    let answer = Experiment::new(scenario).replications(60).run().unwrap();
    let samples = &answer.assessment.samples;
    for metric in [
        "session_drops",
        "missed_toast_fraction",
        "down_fraction",
        "toasts_due",
        "drops_per_client_hour",
        "detection_mean_s",
    ] {
        agree(metric, figure(samples, metric), figure(&long, metric));
    }
    // Sixty of them, 180 runs, know the rare thing better than 500 plain ones, what they may not have seen included.
    let widths = [samples, &long].map(|s| figure(s, "session_drops").half_width().unwrap());
    assert!(
        widths[0] < (3000.0_f64 / 500.0).sqrt() * widths[1],
        "{widths:?}"
    );
}

/// The interval that a study prints holds what is true in 93 of 100 cases at least, of a crash that one run in a hundred has.
#[test]
#[ignore = "slow: 300 macro-replications"]
fn the_intervals_of_rare_faults_cover() {
    let faults = crash("seldom", "800 h", "30 min");
    let truth = {
        let answer = Experiment::new(crashes(&faults, 1))
            .replications(20_000)
            .run();
        let samples = answer.unwrap().assessment.samples;
        ["session_drops", "missed_toast_fraction", "down_fraction"]
            .map(|metric| (metric, figure(&samples, metric).mean))
    };
    for (metric, truth) in truth {
        let covered = (0..300u64).into_par_iter().filter(|m| {
            let answer = Experiment::new(crashes(&faults, 1000 + m)).replications(10);
            let samples = answer.run().unwrap().assessment.samples;
            let e = figure(&samples, metric);
            e.lower.unwrap() <= truth && truth <= e.upper.unwrap()
        });
        let share = covered.count() as f64 / 300.0;
        println!("{metric} {truth}: {:.1} %", 100.0 * share);
        assert!(share >= 0.93, "{metric}: {share}");
    }
}
