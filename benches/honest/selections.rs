//! How often `best` selects another point than the best.

use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;
use rccsim::deployment::RunHandle;
use rccsim::experiment::{Campaign, Case, Delta, NoStore, Selector};
use rccsim::scenario::{Axis, Place, Scenario, StudyPoint, parse};
use rccsim::study::{Cost, SelectionState};

use super::MACRO_REPLICATIONS;
use super::rows::Rows;

/// A choice whose best point is known.
struct Choice {
    name: &'static str,
    text: &'static str,
    values: &'static [&'static str],
    /// Replications behind what counts as true.
    truth: u32,
}

const KEY: &str = "clients.refresh_interval";
const COST: &str = "message_rate_per_s + 100 * missed_toasts_per_client_hour";

/// A crash that forgets every session is found at the next refresh, R later at most: the cost is a/R + bR.
const CHOICES: [Choice; 3] = [
    Choice {
        name: "a silent crash every 2 h",
        text: "mtbf = \"2 h\"\nmttr = \"1 s\"",
        values: &["5 min", "10 min", "20 min", "40 min"],
        truth: 3_000,
    },
    Choice {
        name: "a silent crash every 60 days",
        text: "mtbf = \"60 d\"\nmttr = \"1 s\"",
        values: &["5 min", "60 min"],
        truth: 6_000,
    },
    Choice {
        name: "a silent crash every 10 days, four points",
        text: "mtbf = \"10 d\"\nmttr = \"1 s\"",
        values: &["5 min", "15 min", "30 min", "60 min"],
        truth: 6_000,
    },
];

fn scenario(fault: &str, seed: u64) -> Scenario {
    let text = format!(
        "[scenario]\nname = \"curve\"\nstart = \"08:00\"\nhorizon = \"8 h\"\nreplications = 10\nseed = {seed}\n\
         [[gateway]]\nname = \"gw\"\nprofile = \"healthy\"\nforgets = \"sessions\"\n\
         [[clients]]\nname = \"c\"\nprofile = \"communicator-2007-r2\"\ncount = 2\ngateway = \"gw\"\n\
         incoming_calls = \"1 /h\"\noutgoing_calls = \"0 /h\"\npath = \"ideal\"\nsign_in = \"uniform over 30 min\"\n\
         reestablish = \"fixed 30 s\"\nrefresh_jitter = \"20 %\"\nsession_expires = \"7200 s\"\n\
         [[fault]]\nname = \"crash\"\nkind = \"crash\"\ntarget = \"gateway:gw\"\n{fault}\n"
    );
    parse("curve.toml", &text, Path::new("."), &[]).unwrap_or_else(|e| panic!("{e}"))
}

fn campaign() -> Campaign {
    Campaign::new(NoStore, Arc::new(RunHandle::default()), ())
}

fn cases(choice: &Choice, seed: u64) -> Vec<Case> {
    let base = scenario(choice.text, seed);
    let axis = format!("{KEY}={}", choice.values.join(", "));
    let axis = Axis::parse(&axis, &Place::file_only("--vary")).unwrap_or_else(|e| panic!("{e}"));
    let case = |place| {
        let point = StudyPoint::at(std::slice::from_ref(&axis), &[place]);
        Case::at(&base, point).unwrap_or_else(|e| panic!("{e}"))
    };
    (0..axis.values.len()).map(case).collect()
}

fn true_costs(choice: &Choice, cost: &Cost) -> Vec<f64> {
    let cases = cases(choice, 1);
    let replications = rccsim::experiment::Replications::fixed(choice.truth);
    let samples = campaign().replicate(&cases, replications);
    let samples = samples
        .unwrap_or_else(|e| panic!("{e}"))
        .unwrap_or_default();
    let mean = |samples: &rccsim::study::Samples| {
        let costs = samples
            .values
            .iter()
            .map(|v| cost.evaluate_values(v).unwrap_or(f64::NAN));
        costs.sum::<f64>() / f64::from(samples.replications())
    };
    samples.iter().map(mean).collect()
}

pub(crate) fn measure(rows: &mut Rows) {
    let cost = Cost::parse(COST).unwrap_or_else(|e| panic!("{e}"));
    for choice in &CHOICES {
        let truth = true_costs(choice, &cost);
        let minimum = truth.iter().copied().fold(f64::INFINITY, f64::min);
        let listing: Vec<String> = (choice.values.iter().zip(&truth))
            .map(|(value, cost)| format!("{value}: {cost:.5}"))
            .collect();
        println!("\n{}; true costs {}", choice.name, listing.join(", "));
        // A tenth of the distance to the second best matters.
        let second = truth
            .iter()
            .copied()
            .filter(|c| *c > minimum)
            .fold(f64::INFINITY, f64::min);
        let delta = (second - minimum) / 2.0;
        let outcomes: Vec<(bool, bool, usize)> = (0..MACRO_REPLICATIONS)
            .into_par_iter()
            .map(|m| {
                let cases = cases(choice, 7000 + u64::from(m));
                let selector = Selector {
                    costs: vec![cost.clone(); cases.len()],
                    within_objectives: false,
                    delta: Delta::Absolute(delta),
                    alpha: 0.05,
                    first_stage: 10,
                    most_replications: 1000,
                };
                let selection = selector.select(&campaign(), &cases);
                let selection = selection
                    .unwrap_or_else(|e| panic!("{e}"))
                    .unwrap_or_else(|| unreachable!());
                let observations = selection.observations();
                match selection.state {
                    Some(SelectionState::Selected { best, .. }) => {
                        (truth[best] - minimum > delta, false, observations)
                    }
                    _ => (false, true, observations),
                }
            })
            .collect();
        let share = |is: fn(&(bool, bool, usize)) -> bool| {
            100.0 * outcomes.iter().filter(|o| is(o)).count() as f64 / f64::from(MACRO_REPLICATIONS)
        };
        let (wrong, open) = (share(|o| o.0), share(|o| o.1));
        let runs = outcomes.iter().map(|o| o.2).sum::<usize>() / outcomes.len();
        println!(
            "  best: wrong {wrong:.1} % (stated 5 %), not decided {open:.1} %, {runs} replications on average"
        );
        rows.add(
            choice.name,
            MACRO_REPLICATIONS.into(),
            "wrong selections",
            wrong,
            "%",
        );
        rows.add(
            choice.name,
            MACRO_REPLICATIONS.into(),
            "open selections",
            open,
            "%",
        );
    }
}
