//! How much of a deployment a trial of levers is: a few users of a gateway, more of them, or all.

use crate::deployment::{FaultTarget, Plan, ServiceTime, StationConfig};
use crate::quantity::Span;

/// Users of the first trial where they share nothing, twice as many in the next.
const FEWEST_USERS: u32 = 5;

/// Who takes part in a trial.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum TrialPart {
    /// So many users of one instance of the gateway; what they share is smaller in proportion.
    Users(u32),
    /// All users of all its instances.
    Whole,
}

impl TrialPart {
    /// The parts of a gateway's users that are tried until one shows what the run does, from the smallest on, as far as a
    /// trial costs no more than so many hours of users. Where users share a queue or a limit, no small part is like all of
    /// them: the largest that can be afforded comes first.
    pub(super) fn sizes(plan: &Plan, gateway: usize, affordable: u64) -> Vec<Self> {
        let all: u64 = counts(plan, gateway).map(u64::from).sum();
        let of_one: u64 = counts(plan, gateway)
            .map(|count| u64::from(of_one(plan, gateway, count)))
            .sum();
        let most = (affordable / plan.whole_hours()).max(u64::from(FEWEST_USERS));
        let largest = match all <= most {
            true => Self::Whole,
            false => Self::Users(of_one.min(most) as u32),
        };
        if plan.shares_limit(gateway) {
            return vec![largest];
        }
        let doubled = std::iter::successors(Some(FEWEST_USERS), |users| users.checked_mul(2));
        doubled
            .take_while(|users| u64::from(*users) < of_one.min(most))
            .map(Self::Users)
            .chain([largest])
            .collect()
    }

    /// One gateway of the plan with this part of its users.
    pub(super) fn of(self, plan: &Plan, gateway: usize) -> Plan {
        match self {
            Self::Users(users) => smaller(plan, gateway, users),
            Self::Whole => {
                let mut plan = plan.clone();
                keep_faults(&mut plan, gateway, Some);
                keep_gateway(&mut plan, gateway);
                plan
            }
        }
    }
}

fn counts(plan: &Plan, gateway: usize) -> impl Iterator<Item = u32> {
    let clients = plan.clients.iter().filter(move |c| c.gateway == gateway);
    clients.map(|c| c.count)
}

/// How many of so many users one instance of a gateway has.
fn of_one(plan: &Plan, gateway: usize, count: u32) -> u32 {
    count.div_ceil(plan.gateways[gateway].count.max(1))
}

/// Takes a service time for so many users to one for fewer.
fn scaled(service: &ServiceTime, by: f64) -> ServiceTime {
    let times = |span: &Span| Span::from_micros_f64(span.0 as f64 * by);
    match service {
        ServiceTime::Fixed(span) => ServiceTime::Fixed(times(span)),
        ServiceTime::Exponential(mean) => ServiceTime::Exponential(times(mean)),
        ServiceTime::LogNormal { mean, sd } => ServiceTime::LogNormal {
            mean: times(mean),
            sd: times(sd),
        },
        ServiceTime::Quantiles(points) => ServiceTime::Quantiles(
            points
                .iter()
                .map(|(share, span)| (*share, times(span)))
                .collect(),
        ),
    }
}

fn scale_station(station: &mut StationConfig, by: f64) {
    station.service = std::array::from_fn(|i| scaled(&station.service[i], by));
    station.response_service = Span::from_micros_f64(station.response_service.0 as f64 * by);
    station.setup_serial = Span::from_micros_f64(station.setup_serial.0 as f64 * by);
    let fewer = |n: u32| (f64::from(n) / by).ceil() as u32;
    station.queue = station.queue.map(fewer);
    if let Some(throttle) = &mut station.throttle {
        throttle.waiting = fewer(throttle.waiting);
        throttle.period = Span::from_micros_f64(throttle.period.0 as f64 * by);
    }
}

/// Leaves out faults of others than a gateway and its users; `kept` says which instance one hits that hit that instance.
fn keep_faults(plan: &mut Plan, gateway: usize, kept: impl Fn(u32) -> Option<u32>) {
    let groups: Vec<usize> = (0..plan.clients.len())
        .filter(|c| plan.clients[*c].gateway == gateway)
        .collect();
    plan.faults.retain_mut(|fault| match &mut fault.target {
        FaultTarget::Gateway(index, instance) => {
            let is_of_gateway = *index == gateway;
            *index = 0;
            match *instance {
                None => is_of_gateway,
                Some(hit) => {
                    *instance = kept(hit);
                    is_of_gateway && instance.is_some()
                }
            }
        }
        FaultTarget::Clients(index) => match groups.iter().position(|c| c == index) {
            Some(new) => {
                *index = new;
                true
            }
            None => false,
        },
        FaultTarget::All => true,
    });
}

/// Leaves out the other gateways, and their clients.
fn keep_gateway(plan: &mut Plan, gateway: usize) {
    plan.clients.retain(|c| c.gateway == gateway);
    plan.clients.iter_mut().for_each(|c| c.gateway = 0);
    plan.gateways = vec![plan.gateways.swap_remove(gateway)];
}

/// One gateway of the plan with so many of its users; what its users share is smaller in proportion.
fn smaller(plan: &Plan, gateway: usize, users: u32) -> Plan {
    let mut plan = plan.clone();
    // The instance that is shown is one that a fault hits, where there is one.
    let shown = plan.faults.iter().find_map(|fault| match fault.target {
        FaultTarget::Gateway(index, instance) if index == gateway => instance,
        _ => None,
    });
    keep_faults(&mut plan, gateway, |hit| (Some(hit) == shown).then_some(0));
    keep_gateway(&mut plan, gateway);
    let shares: Vec<u32> = counts(&plan, 0).map(|c| of_one(&plan, 0, c)).collect();
    let all: u32 = shares.iter().sum();
    let by = f64::from(all.max(1)) / f64::from(users.min(all).max(1));
    for (c, share) in plan.clients.iter_mut().zip(shares) {
        c.count = (f64::from(share) / by).ceil() as u32;
        c.config.setup_pace =
            (c.config.setup_pace).map(|gap| Span::from_micros_f64(gap.0 as f64 * by));
        for part in &mut c.mix {
            part.config.setup_pace = c.config.setup_pace;
        }
    }
    let gateway_plan = &mut plan.gateways[0];
    gateway_plan.count = 1;
    if let Some(station) = &mut gateway_plan.station {
        scale_station(station, by);
    }
    let fewer = |n: u32| ((f64::from(n) / by) as u32).max(1);
    gateway_plan.max_sessions = gateway_plan.max_sessions.map(fewer);
    gateway_plan.max_calls = gateway_plan.max_calls.map(fewer);
    plan
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::scenario::parse;

    fn plan(gateway: &str, count: u32) -> Plan {
        let text = format!(
            "[scenario]\nname = \"s\"\nhorizon = \"10 h\"\n[[gateway]]\nname = \"gw\"\nprofile = \"healthy\"\n{gateway}\n\
             [[clients]]\nname = \"office\"\ncount = {count}\ngateway = \"gw\"\n"
        );
        let scenario = parse("s.toml", &text, Path::new("."), &[]);
        scenario.unwrap_or_else(|e| panic!("{e}")).plan
    }

    fn sizes(gateway: &str, count: u32, affordable: u64) -> Vec<TrialPart> {
        TrialPart::sizes(&plan(gateway, count), 0, affordable)
    }

    #[test]
    fn trials_grow_until_all_take_part_or_no_larger_one_can_be_afforded() {
        use TrialPart::{Users, Whole};
        assert_eq!(
            sizes("", 30, 50_000),
            [Users(5), Users(10), Users(20), Whole]
        );
        assert_eq!(sizes("", 4, 50_000), [Whole]);
        // 10 h: 1,000 hours of users are those of 100.
        assert_eq!(sizes("", 5000, 1000), [5, 10, 20, 40, 80, 100].map(Users));
        // Who shares a queue is tried with all who do, where that can be afforded.
        let queue = "capacity = \"22 messages/s\"";
        assert_eq!(sizes(queue, 5000, 50_000), [Whole]);
        assert_eq!(sizes(queue, 6000, 50_000), [Users(5000)]);
        let four = "capacity = \"22 messages/s\"\ncount = 4";
        assert_eq!(sizes(four, 6000, 50_000), [Users(1500)]);
    }

    #[test]
    fn the_whole_keeps_its_instances_and_faults_and_no_others() {
        let text = "[scenario]\nname = \"s\"\n[[gateway]]\nname = \"a\"\nprofile = \"healthy\"\n\
             [[gateway]]\nname = \"b\"\nprofile = \"healthy\"\ncount = 3\n\
             [[clients]]\nname = \"one\"\ncount = 9\ngateway = \"a\"\n\
             [[clients]]\nname = \"two\"\ncount = 9\ngateway = \"b\"\n\
             [[fault]]\nkind = \"crash\"\ntarget = \"gateway:a\"\nat = \"09:00\"\nduration = \"5 min\"\n\
             [[fault]]\nkind = \"crash\"\ntarget = \"gateway:b\"\ninstance = 2\nat = \"09:00\"\nduration = \"5 min\"\n";
        let plan = parse("s.toml", text, Path::new("."), &[]).unwrap_or_else(|e| panic!("{e}"));
        let whole = TrialPart::Whole.of(&plan.plan, 1);
        let targets: Vec<FaultTarget> = whole.faults.iter().map(|f| f.target).collect();
        assert_eq!(targets, [FaultTarget::Gateway(0, Some(1))]);
        assert_eq!((whole.gateways[0].count, whole.clients[0].count), (3, 9));
        // The instance that is tried alone is the one that is hit.
        let three = TrialPart::Users(3).of(&plan.plan, 1);
        assert_eq!(three.faults[0].target, FaultTarget::Gateway(0, Some(0)));
        assert_eq!((three.gateways[0].count, three.clients[0].count), (1, 3));
    }
}
