//! Faults so rare that a run hardly ever has one: simulated on condition that they come, and weighted by how likely that is.
//!
//! A gateway that crashes once in 60 days crashes in one of 180 eight-hour runs. Plain replications would see nothing of it
//! for hundreds of runs, and then a burst. Therefore each replication of such a plan consists of several runs, its *strata*:
//! one in which none of the rare faults comes, and one for each rare fault in which that fault comes, before the other rare
//! ones. What a replication says is the mean of its strata, each with its probability, which is known exactly: the first
//! of faults that come at rates λ₁ … λ_k is exponential with their sum Λ, so that none comes within the horizon H with
//! probability exp(−ΛH), and fault i comes first with probability (1 − exp(−ΛH))·λ_i/Λ. The time of the first one is drawn
//! from the exponential distribution cut at the horizon; after it every process goes on as it would, since exponential times
//! have no memory. The mean is therefore unbiased, and replications stay independent of each other.
//! Source: stratified sampling with proportional weights, A. M. Law, Simulation Modeling and Analysis, chapter 11; S. Asmussen,
//! P. W. Glynn, Stochastic Simulation, section V.7.

use super::plan::{FaultPlan, FaultTarget, Foreknown, Plan};
use crate::engine::{Stream, mix, name_key};
use crate::faults::FaultKind;
use crate::quantity::Time;

/// Occurrences in one run below which a fault is rare: of two expected ones, a run has none in 14 % of the cases, and two
/// replications both have none in 2 %.
const RARE_BELOW: f64 = 2.0;
/// More rare faults than these share one run, in which any of them comes first.
const MOST_STRATA_OF_ONE: usize = 4;
/// Purpose of the stream of the first occurrence; those of a group's own streams are smaller.
const PURPOSE: u32 = 256;

/// A run of a replication, by what is known of its rare faults.
#[derive(Clone, PartialEq, Debug)]
pub struct Stratum {
    /// How likely a run is of this kind: over all strata of a plan, 1.
    pub probability: f64,
    /// Its number among those of the plan.
    number: u32,
    /// Which of the rare faults may come first, with how often each is expected in a run; none: no rare fault comes.
    first: Vec<(usize, f64)>,
}

impl Plan {
    /// The rare faults, as indices into [`Plan::faults`], each with how often it is expected in a run, of all users together
    /// where each draws their own. Surges are none: they are load.
    pub fn rare_faults(&self) -> Vec<(usize, f64)> {
        let rare = |(index, fault): (usize, &FaultPlan)| {
            let (expected, _) = self.expected_faults(fault)?;
            let is_failure = fault.config.kind.is_failure();
            (is_failure && expected < RARE_BELOW).then_some((index, expected))
        };
        self.faults.iter().enumerate().filter_map(rare).collect()
    }

    /// The runs that a replication consists of; none: no fault is rare, and a replication is a run like any other.
    pub fn strata(&self) -> Vec<Stratum> {
        let rare = self.rare_faults();
        if rare.is_empty() || self.foreknown.is_some() {
            return Vec::new();
        }
        let total: f64 = rare.iter().map(|(_, expected)| expected).sum();
        let firsts: Vec<Vec<(usize, f64)>> = if rare.len() > MOST_STRATA_OF_ONE {
            vec![rare]
        } else {
            rare.into_iter().map(|fault| vec![fault]).collect()
        };
        let share = |first: &[(usize, f64)]| first.iter().map(|(_, e)| e).sum::<f64>() / total;
        let mut strata = vec![Stratum {
            probability: libm::exp(-total),
            number: 0,
            first: Vec::new(),
        }];
        strata.extend((1..).zip(firsts).map(|(number, first)| Stratum {
            probability: -libm::expm1(-total) * share(&first),
            number,
            first,
        }));
        strata
    }

    /// The plan of a stratum's run in a replication.
    pub fn given_stratum(&self, stratum: &Stratum, replication: u32) -> Self {
        let rare = self.rare_faults();
        let total: f64 = rare.iter().map(|(_, expected)| expected).sum();
        let horizon = self.horizon.0 as f64;
        let first_occurrence = |first: &[(usize, f64)]| {
            let key = mix(name_key("rare faults"), u64::from(stratum.number));
            let mut stream = Stream::open(self.seed, replication, key, PURPOSE);
            // Exponential with mean horizon/all, cut at the horizon, by inversion.
            let at = -libm::log1p(stream.uniform() * libm::expm1(-total)) * horizon / total;
            let mut remaining_weight = stream.uniform() * first.iter().map(|(_, e)| e).sum::<f64>();
            let mut chosen = first[0].0;
            for (index, expected) in first {
                chosen = *index;
                if remaining_weight < *expected {
                    break;
                }
                remaining_weight -= expected;
            }
            let sources = self.draws_of(&self.faults[chosen]);
            let source = (stream.uniform() * sources) as u64;
            (Time((at as u64).min(self.horizon.0 - 1)), (chosen, source))
        };
        let (until, first) = match &stratum.first[..] {
            [] => (self.horizon, None),
            first => {
                let (at, source) = first_occurrence(first);
                (at, Some(source))
            }
        };
        Self {
            foreknown: Some(Foreknown {
                faults: rare.into_iter().map(|(index, _)| index).collect(),
                until,
                first,
            }),
            ..self.clone()
        }
    }

    /// How often each fault is expected in the runs of one replication: a rare one comes in each run that is simulated for
    /// it. `None`: it is not drawn at random.
    pub fn simulated_faults(&self) -> Vec<Option<f64>> {
        let expected = |fault| Some(self.expected_faults(fault)?.0);
        let mut times: Vec<Option<f64>> = self.faults.iter().map(expected).collect();
        for stratum in self.strata() {
            let total = stratum.first.iter().map(|(_, e)| e).sum::<f64>();
            for (index, expected) in &stratum.first {
                times[*index] = Some(expected / total);
            }
        }
        times
    }
}

impl Foreknown {
    /// What is known of the first occurrence of a fault at one of those that draw it; `None`: it comes as it does.
    pub(super) fn first_occurrence(&self, fault: usize, source: u64) -> Option<FirstOccurrence> {
        if !self.faults.contains(&fault) {
            return None;
        }
        Some(if self.first == Some((fault, source)) {
            FirstOccurrence::At(self.until)
        } else {
            FirstOccurrence::After(self.until)
        })
    }
}

/// What is known of the first occurrence of a fault.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum FirstOccurrence {
    /// It begins then.
    At(Time),
    /// It does not begin before.
    After(Time),
}

/// The number of an instance among all that draw a fault.
pub(super) fn source(plan: &Plan, fault: &FaultPlan, gateway: usize, instance: u32) -> u64 {
    let before = &plan.gateways[..gateway];
    let before = before.iter().map(|g| u64::from(g.count + g.spare));
    match fault.target {
        // All users share one OCS.
        _ if fault.config.kind == FaultKind::OcsFailover => 0,
        FaultTarget::All => before.sum::<u64>() + u64::from(instance),
        FaultTarget::Gateway(_, None) => instance.into(),
        FaultTarget::Gateway(_, Some(_)) | FaultTarget::Clients(_) => 0,
    }
}

/// The number of a user among all that draw a fault of single users: by the client groups that it hits, in their order, and by
/// the number within the group.
pub(super) fn user_source(plan: &Plan, fault: &FaultPlan, clients: usize, number: u32) -> u64 {
    let before = plan.clients[..clients].iter().enumerate();
    let hit = before.filter(|(index, group)| fault.target.hits(*index, group));
    hit.map(|(_, group)| u64::from(group.count)).sum::<u64>() + u64::from(number)
}
