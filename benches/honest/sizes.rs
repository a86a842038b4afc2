//! `size` against brute force: ten keys, three of them not monotone.

use std::path::Path;
use std::sync::Arc;

use rccsim::deployment::RunHandle;
use rccsim::experiment::{Campaign, Case, NoStore, OutageCase, Replications, Search};
use rccsim::measure::Bound;
use rccsim::scenario::{Axis, Place, Scenario, StudyPoint, parse};
use rccsim::study::{Verdict, judge_all};

use super::rows::Rows;

/// Replications of each value of a brute-force sweep.
const BRUTE: u32 = 60;
/// Searches of each key, each with its own seed.
const SEARCHES: u64 = 10;
/// Replications of a value at most, in a search.
const MOST_REPLICATIONS: u32 = 40;

/// A key to size.
struct Question {
    name: &'static str,
    gateway: &'static str,
    clients: &'static str,
    extra_keys: &'static str,
    objective: &'static str,
    key: &'static str,
    largest: bool,
    /// `None`: it is counted, and taken to be in order.
    tolerance: Option<usize>,
}

const STORM: &str = "count = 120\nworkload = \"light\"\npath = \"ideal\"\nsign_in = \"uniform over 10 min\"\nreestablish = \"fixed 30 s\"";
const OFFICE: &str = "count = 20\nworkload = \"moderate\"\npath = \"ideal\"\nsign_in = \"uniform over 10 min\"\nreestablish = \"fixed 30 s\"";
/// Too short an interval overloads the gateway, too long a one lets the firewall forget the connection.
const WINDOW: &str = "count = 200\nworkload = \"light\"\npath = \"fw\"\nsign_in = \"uniform over 30 min\"\nreestablish = \"fixed 30 s\"";
const FIREWALL: &str = "[[path]]\nname = \"fw\"\nprofile = \"lan-tls\"\nidle_timeout = \"13 min\"\nidle_action = \"silent\"\n";
const SLOW: &str = "profile = \"healthy\"\nservers = 1\nqueue = 5\nservice_time = \"1 s\"";

const QUESTIONS: [Question; 10] = [
    Question {
        name: "sessions of 30 min, the longest interval",
        gateway: "profile = \"healthy\"",
        clients: OFFICE,
        extra_keys: "",
        objective: "metric = \"session_drops\"\nat_most = 3",
        key: "clients.refresh_interval=20 min..40 min step 1 min",
        largest: true,
        tolerance: Some(2),
    },
    Question {
        name: "UPDATE ignored, the shortest interval",
        gateway: "profile = \"ignores-update\"",
        clients: OFFICE,
        extra_keys: "",
        objective: "metric = \"down_fraction\"\nat_most = \"2.5 %\"",
        key: "clients.refresh_interval=5 min..28 min step 1 min",
        largest: false,
        tolerance: Some(2),
    },
    Question {
        name: "UPDATE ignored, the longest delay",
        gateway: "profile = \"ignores-update\"",
        clients: OFFICE,
        extra_keys: "",
        objective: "metric = \"missed_toast_fraction\"\nat_most = \"3 %\"",
        key: "clients.reestablish=fixed 10 s, fixed 20 s, fixed 40 s, fixed 60 s, fixed 80 s, fixed 120 s, fixed 240 s",
        largest: true,
        tolerance: Some(1),
    },
    Question {
        name: "gateways for a storm",
        gateway: "profile = \"healthy\"\nservers = 1\nqueue = 20\nservice_time = \"1 s\"",
        clients: STORM,
        extra_keys: "",
        objective: "metric = \"setup_p99_ms\"\nat_most = \"20 s\"",
        key: "gateway.count=1..8 step 1",
        largest: false,
        tolerance: None,
    },
    Question {
        name: "users of a gateway",
        gateway: "profile = \"healthy\"\nservers = 1\nqueue = 20\nservice_time = \"1 s\"",
        clients: STORM,
        extra_keys: "",
        objective: "metric = \"setup_p99_ms\"\nat_most = \"20 s\"",
        key: "clients.count=10..120 step 5",
        largest: true,
        tolerance: None,
    },
    Question {
        name: "the longest service time",
        gateway: "profile = \"healthy\"\nservers = 1\nqueue = 20",
        clients: STORM,
        extra_keys: "",
        objective: "metric = \"setup_p99_ms\"\nat_most = \"10 s\"",
        key: "gateway.service_time=100 ms, 200 ms, 300 ms, 400 ms, 500 ms, 600 ms, 700 ms, 800 ms, 1000 ms, 1200 ms, 1500 ms",
        largest: true,
        tolerance: Some(1),
    },
    Question {
        name: "the shortest idle timeout",
        gateway: "profile = \"healthy\"",
        clients: "count = 20\nworkload = \"light\"\npath = \"fw\"\nsign_in = \"uniform over 10 min\"\nreestablish = \"fixed 30 s\"",
        extra_keys: "[[path]]\nname = \"fw\"\nprofile = \"lan-tls\"\nidle_timeout = \"13 min\"\nidle_action = \"silent\"\n",
        objective: "metric = \"missed_toast_fraction\"\nat_most = \"3 %\"",
        key: "path.fw.idle_timeout=5 min..40 min step 1 min",
        largest: false,
        tolerance: Some(3),
    },
    Question {
        name: "a window of intervals, at most 18 % missed",
        gateway: SLOW,
        clients: WINDOW,
        extra_keys: FIREWALL,
        objective: "metric = \"missed_toast_fraction\"\nat_most = \"18 %\"",
        key: "clients.refresh_interval=1 min..40 min step 1 min",
        largest: true,
        tolerance: Some(3),
    },
    Question {
        name: "a window of intervals, at most 30 % missed",
        gateway: SLOW,
        clients: WINDOW,
        extra_keys: FIREWALL,
        objective: "metric = \"missed_toast_fraction\"\nat_most = \"30 %\"",
        key: "clients.refresh_interval=1 min..60 min step 1 min",
        largest: false,
        tolerance: Some(3),
    },
    Question {
        name: "a window by load and loss",
        gateway: "profile = \"ignores-update\"",
        clients: OFFICE,
        extra_keys: "",
        objective: "metric = \"down_fraction\"\nat_most = \"3.5 %\"\n[[objective]]\nmetric = \"first_loss_s\"\nat_most = \"20 min\"",
        key: "clients.refresh_interval=2 min..29 min step 1 min",
        largest: false,
        tolerance: Some(2),
    },
];

impl Question {
    fn scenario(&self, seed: u64) -> Scenario {
        let text = format!(
            "[scenario]\nname = \"size\"\nstart = \"08:00\"\nhorizon = \"4 h\"\nreplications = 5\nseed = {seed}\n\
             [[gateway]]\nname = \"gw\"\n{}\n[[clients]]\nname = \"c\"\nprofile = \"communicator-2007-r2\"\ngateway = \"gw\"\n\
             {}\n{}\n[[objective]]\n{}\n",
            self.gateway, self.clients, self.extra_keys, self.objective
        );
        parse("size.toml", &text, Path::new("."), &[])
            .unwrap_or_else(|e| panic!("{}: {e}", self.name))
    }

    fn axis(&self) -> Axis {
        Axis::parse(self.key, &Place::file_only("--key"))
            .unwrap_or_else(|e| panic!("{}: {e}", self.name))
    }
}

/// Whether a value serves, by brute force.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Truth {
    Serves,
    Misses,
    /// Within three half-widths: brute force itself does not tell.
    Close,
}

fn campaign() -> Campaign {
    Campaign::new(NoStore, Arc::new(RunHandle::default()), ())
}

fn brute_force(question: &Question) -> Vec<Truth> {
    let base = question.scenario(99);
    let axis = question.axis();
    let cases: Vec<Case> = (0..axis.values.len())
        .map(|place| {
            let point = StudyPoint::at(std::slice::from_ref(&axis), &[place]);
            Case::at(&base, point).unwrap_or_else(|e| panic!("{}: {e}", question.name))
        })
        .collect();
    let samples = campaign().replicate(&cases, Replications::fixed(BRUTE));
    let samples = samples
        .unwrap_or_else(|e| panic!("{e}"))
        .unwrap_or_default();
    let truth = |samples| {
        let judgements = judge_all(&base.objectives, samples);
        let rooms = judgements.iter().map(|j| {
            // What is 0 by clockwork has no other spread than none; what has no figure serves not.
            let estimate = j.row.estimate?;
            let room = match j.objective.bound {
                Bound::AtMost(target) => target - estimate.mean,
                Bound::AtLeast(target) => estimate.mean - target,
            };
            Some((room, estimate.half_width().unwrap_or(0.0) * 1.5))
        });
        let rooms: Option<Vec<(f64, f64)>> = rooms.collect();
        match rooms {
            None => Truth::Misses,
            Some(rooms) if rooms.iter().any(|(room, close)| *room < -close) => Truth::Misses,
            Some(rooms) if rooms.iter().all(|(room, close)| *room > *close) => Truth::Serves,
            Some(_) => Truth::Close,
        }
    };
    samples.iter().map(truth).collect()
}

/// The stretches of values that serve, first and last.
fn windows(truth: &[Truth]) -> Vec<(usize, usize)> {
    let mut windows: Vec<(usize, usize)> = Vec::new();
    for (place, truth) in truth.iter().enumerate() {
        match windows.last_mut() {
            _ if *truth != Truth::Serves => {}
            Some((_, last)) if *last + 1 == place => *last = place,
            _ => windows.push((place, place)),
        }
    }
    windows
}

pub(crate) fn measure(rows: &mut Rows) {
    for question in &QUESTIONS {
        let truth = brute_force(question);
        let axis = question.axis();
        let value = |place: usize| axis.values[place].value();
        let place = |text: &str| axis.values.iter().position(|o| o.value() == text);
        let real = windows(&truth);
        let listing: Vec<String> = real
            .iter()
            .map(|(a, b)| format!("{}..{}", value(*a), value(*b)))
            .collect();
        let (mut unsafe_answers, mut missed, mut confirmed, mut probes) = (0, 0, 0, 0);
        for seed in 0..SEARCHES {
            let situations = [OutageCase::intact(question.scenario(seed))];
            let search = Search {
                situations: &situations,
                axis: &axis,
                largest: question.largest,
                start: 5,
                max_replications: MOST_REPLICATIONS,
                tolerance: question.tolerance,
                admit: Box::new(|_| Ok(())),
            };
            let result = search.run(&campaign());
            let result = result.unwrap_or_else(|e| panic!("{e}")).unwrap_or_default();
            probes += result.tested_values().count();
            let size = result
                .chosen_value
                .as_deref()
                .filter(|_| result.verdict() == Verdict::Pass);
            let size = size.and_then(place);
            confirmed += u32::from(size.is_some());
            unsafe_answers += u32::from(size.is_some_and(|place| truth[place] == Truth::Misses));
            let shown_windows: Vec<(usize, usize)> = (result.windows.iter())
                .filter_map(|(a, b)| Some((place(a)?, place(b)?)))
                .collect();
            let is_told = |(a, b): &(usize, usize)| match question.tolerance {
                None => size.is_some_and(|c| *a <= c && c <= *b),
                Some(_) => shown_windows.iter().any(|(c, d)| c <= b && a <= d),
            };
            let is_wide = |(a, b): &&(usize, usize)| b - a + 1 > question.tolerance.unwrap_or(0);
            missed += real.iter().filter(is_wide).filter(|w| !is_told(w)).count() as u32;
        }
        println!(
            "{}: {} values, serve {}; {SEARCHES} searches of {} values on average: confirmed {confirmed}, unsafe {unsafe_answers}, windows missed {missed}",
            question.name,
            truth.len(),
            if listing.is_empty() {
                "none".into()
            } else {
                listing.join(" and ")
            },
            probes as u64 / SEARCHES
        );
        for (metric, count) in [
            ("unsafe", unsafe_answers),
            ("windows missed", missed),
            ("confirmed", confirmed),
        ] {
            rows.add(question.name, truth.len() as u64, metric, count.into(), "");
        }
    }
}
