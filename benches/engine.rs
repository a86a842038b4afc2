//! The agenda against a binary heap, in the same run: `cargo bench --bench engine [-- PENDING…]`.
//!
//! Two workloads, each at a constant number of pending events:
//!
//! - *hold*: take an event, file one at an exponential time later;
//! - *sip*: the same, and each event sets and cancels a timeout of 32 s through the machine's [`Alarm`], as a transaction
//!   does. One entry stands for it and is looked at when it comes up; both sides of the comparison do so.
//!
//! At one size, hold is repeated with other delays, to see that the agenda adapts: a fixed interval, bursts at equal
//! times, a few long ones among many short, heavy tails.
//!
//! The two sides alternate; the table gives the median and the best of each, and the ratio of the medians. The heap holds
//! bare 128-bit keys, and so does the agenda beside it, which must give the same order; the agenda with payloads of 16 and
//! 40 bytes is measured after them, not in alternation.

#![allow(
    clippy::disallowed_methods,
    reason = "a benchmark reads the clock of the machine"
)]

mod rows;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::hint::black_box;
use std::time::Instant;

use rand_distr::Distribution;
use rccsim::engine::{Alarm, EventKey, Expiry, Exponential, FutureEventList, Normal, Stream};
use rccsim::quantity::Time;
use rows::Rows;

/// Alternations of the two sides.
const ROUNDS: usize = 5;

/// Mean time from an event to the one filed for it [µs].
const MEAN_US: f64 = 100e6;

const TIMEOUT_US: u64 = 32_000_000;

fn main() {
    let arguments: Vec<usize> = std::env::args().filter_map(|a| a.parse().ok()).collect();
    let sizes = if arguments.is_empty() {
        vec![1_000, 10_000, 100_000, 1_000_000, 10_000_000]
    } else {
        arguments
    };
    let mut rows = Rows::for_bench("engine");
    println!(
        "millions of events a second, median (best) of {ROUNDS} alternations; ratio of medians to the heap's"
    );
    println!(
        "{:8} {:>9} {:>14} {:>22} {:>22} {:>22}",
        "", "pending", "heap", "agenda", "16-byte payload", "40-byte payload"
    );
    for sip in [false, true] {
        for &pending in &sizes {
            compare(
                &mut rows,
                if sip { "sip" } else { "hold" },
                &Delays::exponential(),
                sip,
                pending,
            );
        }
    }
    for (name, delays) in Delays::shapes() {
        compare(&mut rows, name, &delays, false, 100_000);
    }
    compare_samplers();
}

/// Nanoseconds a draw, against inversion of the same generator.
fn compare_samplers() {
    let mut stream = Stream::open(1, 0, 0, 0);
    let mut time = |draw: &dyn Fn(&mut Stream) -> f64| {
        let mut best = f64::INFINITY;
        for _ in 0..ROUNDS {
            let start = Instant::now();
            let sum: f64 = (0..1_000_000).map(|_| draw(&mut stream)).sum();
            black_box(sum);
            best = best.min(start.elapsed().as_secs_f64() * 1e3);
        }
        best
    };
    let exponential = time(&|s| Exponential.sample(s));
    let normal = time(&|s| Normal.sample(s));
    let inversion = time(&|s| -libm::log(1.0 - s.uniform()));
    println!(
        "a draw: exponential {exponential:.1} ns, normal {normal:.1} ns; exponential by inversion {inversion:.1} ns"
    );
}

/// One line of the table.
fn compare(rows: &mut Rows, name: &str, delays: &Delays, sip: bool, pending: usize) {
    // A heap of 10⁷ takes microseconds an event, and has been warmed up by 2·10⁷ of them before.
    let events = (pending * 2).clamp(1_000_000, 2_000_000);
    let mut heap = Hold::<BinaryHeap<Reverse<u128>>>::new(pending, delays, sip);
    let mut empty = Hold::<FutureEventList<()>>::new(pending, delays, sip);
    let mut rates = [const { Vec::new() }; 4];
    for _ in 0..ROUNDS {
        rates[0].push(heap.rate(events));
        rates[1].push(empty.rate(events));
    }
    assert_eq!(heap.check, empty.check, "the orders differ");
    drop((heap, empty));
    let mut small = Hold::<FutureEventList<[u64; 2]>>::new(pending, delays, sip);
    (0..ROUNDS).for_each(|_| rates[2].push(small.rate(events)));
    drop(small);
    let mut large = Hold::<FutureEventList<[u64; 5]>>::new(pending, delays, sip);
    (0..ROUNDS).for_each(|_| rates[3].push(large.rate(events)));
    let [heap, empty, small, large] = rates.map(|mut r| {
        r.sort_by(f64::total_cmp);
        (r[ROUNDS / 2], r[ROUNDS - 1])
    });
    let cell =
        |(median, best): (f64, f64)| format!("{median:.2} ({best:.2}) {:4.1}x", median / heap.0);
    println!(
        "{name:8} {pending:>9} {:>14} {:>22} {:>22} {:>22}",
        format!("{:.2} ({:.2})", heap.0, heap.1),
        cell(empty),
        cell(small),
        cell(large),
    );
    let mut add = |metric, value, unit| rows.add(name, pending as u64, metric, value, unit);
    add("heap_million_events_per_s", heap.0, "1e6/s");
    add("million_events_per_s", empty.0, "1e6/s");
    add("million_events_per_s_best", empty.1, "1e6/s");
    add("rate_to_heap", empty.0 / heap.0, "");
}

/// What is compared.
trait Pending {
    fn new() -> Self;
    fn schedule(&mut self, key: EventKey);
    fn take(&mut self) -> EventKey;
}

impl Pending for BinaryHeap<Reverse<u128>> {
    fn new() -> Self {
        Self::new()
    }
    #[inline]
    fn schedule(&mut self, key: EventKey) {
        self.push(Reverse(u128::from(key.due) << 64 | u128::from(key.tie)));
    }
    #[inline]
    fn take(&mut self) -> EventKey {
        let Reverse(key) = self.pop().expect("something is pending");
        EventKey {
            due: (key >> 64) as u64,
            tie: key as u64,
        }
    }
}

impl<P: Copy + Default> Pending for FutureEventList<P> {
    fn new() -> Self {
        Self::new(Time(u64::MAX))
    }
    #[inline]
    fn schedule(&mut self, key: EventKey) {
        Self::schedule(self, key, P::default());
    }
    #[inline]
    fn take(&mut self) -> EventKey {
        let (key, payload) = Self::pop(self).expect("something is pending");
        black_box(payload);
        key
    }
}

/// Delays [µs], drawn beforehand: the queue is measured, not the logarithm.
struct Delays {
    draws: Vec<u32>,
    /// A uniform addition below this power of two.
    jitter: u64,
}

impl Delays {
    fn new(jitter: u64, delay: impl Fn(&mut Stream) -> f64) -> Self {
        let mut stream = Stream::open(1, 0, 0, 0);
        Self {
            draws: (0..1 << 14).map(|_| delay(&mut stream) as u32).collect(),
            jitter,
        }
    }

    fn exponential() -> Self {
        Self::new(1 << 16, |s| {
            Distribution::<f64>::sample(&Exponential, s) * MEAN_US
        })
    }

    fn shapes() -> [(&'static str, Self); 4] {
        [
            ("interval", Self::new(1, |_| 3.6e9)),
            (
                "burst",
                Self::new(1, |s| 20e3 * (s.uniform() * 10.0).floor()),
            ),
            (
                "bimodal",
                Self::new(1 << 10, |s| {
                    if s.chance(0.9) {
                        s.uniform() * 50e3
                    } else {
                        3.6e9 * s.uniform()
                    }
                }),
            ),
            ("tailed", Self::new(1, |s| libm::exp(22.0 * s.uniform()))),
        ]
    }
}

/// A workload under way.
struct Hold<'a, Q> {
    queue: Q,
    delays: &'a Delays,
    alarms: Vec<Alarm>,
    draws: u64,
    check: u64,
}

impl<'a, Q: Pending> Hold<'a, Q> {
    fn new(pending: usize, delays: &'a Delays, sip: bool) -> Self {
        let alarms = if sip {
            vec![Alarm::IDLE; pending]
        } else {
            Vec::new()
        };
        let mut hold = Hold {
            queue: Q::new(),
            delays,
            alarms,
            draws: 0,
            check: 0,
        };
        for entity in 0..pending as u32 {
            let at = Time(hold.delay());
            hold.queue.schedule(EventKey::new(at, 3, entity, 0));
        }
        hold.run(2 * pending);
        hold
    }

    #[inline]
    fn delay(&mut self) -> u64 {
        self.draws = self
            .draws
            .wrapping_mul(0x5851_F42D_4C95_7F2D)
            .wrapping_add(0x1405_7B7E_F767_814F);
        u64::from(self.delays.draws[(self.draws >> 50) as usize])
            + (self.draws >> 34 & (self.delays.jitter - 1))
    }

    fn rate(&mut self, events: usize) -> f64 {
        let start = Instant::now();
        self.run(events);
        events as f64 / start.elapsed().as_secs_f64() / 1e6
    }

    fn run(&mut self, events: usize) {
        for _ in 0..events {
            let key = self.queue.take();
            self.check = self.check.wrapping_mul(31).wrapping_add(key.due ^ key.tie);
            let entity = key.entity();
            if key.class() == 1 {
                if let Expiry::Moved(due) = self.alarms[entity as usize].expire(key.due) {
                    self.queue.schedule(EventKey { due, tie: key.tie });
                }
                continue;
            }
            let at = Time(key.time().0 + self.delay());
            self.queue
                .schedule(EventKey::new(at, 3, entity, key.count().wrapping_add(1)));
            if let Some(alarm) = self.alarms.get_mut(entity as usize) {
                if let Some(due) = alarm.set(Some((Time(key.time().0 + TIMEOUT_US), 1))) {
                    self.queue.schedule(EventKey {
                        due,
                        tie: u64::from(entity) << 32,
                    });
                }
                alarm.set(None);
            }
        }
    }
}
