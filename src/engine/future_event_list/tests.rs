//! The order of the future event list against a binary heap's, on schedules that try each of its paths.

use std::cmp::Reverse;

use super::*;
use crate::engine::Stream;

/// The future event list and a binary heap with the same events.
struct ListAndHeap {
    list: FutureEventList<u64>,
    heap: BinaryHeap<Reverse<(EventKey, u64)>>,
    scheduled: u64,
    stream: Stream,
}

impl ListAndHeap {
    fn new(seed: u64) -> Self {
        let stream = Stream::open(seed, 0, 0, 0);
        Self {
            list: FutureEventList::new(Time(u64::MAX)),
            heap: BinaryHeap::new(),
            scheduled: 0,
            stream,
        }
    }

    /// Files an event in a random class and of a random entity, with a count that makes its key the only such one.
    fn schedule(&mut self, at: u64) {
        self.file_in(None, at);
    }

    fn file_in(&mut self, lane: Option<usize>, at: u64) {
        self.scheduled += 1;
        let class = (self.stream.uniform() * 8.0) as u8;
        let entity = (self.stream.uniform() * 1e6) as u32;
        let key = EventKey::new(Time(at), class, entity, self.scheduled as u32);
        match lane {
            Some(lane) => self.list.schedule_in_lane(lane, key, self.scheduled),
            None => self.list.schedule(key, self.scheduled),
        }
        if key.time() < LAST {
            self.heap.push(Reverse((key, self.scheduled)));
        }
    }

    /// Takes from both, and finds the same.
    fn pop(&mut self) -> Option<u64> {
        let expected = self.heap.pop().map(|Reverse(event)| event);
        assert_eq!(self.list.pop(), expected);
        assert_eq!(self.list.len(), self.heap.len());
        assert_eq!(self.list.is_empty(), self.heap.is_empty());
        expected.map(|(key, _)| key.time().0)
    }

    /// Takes `steps` events; `after` says, from a uniform draw, after what times to file further ones.
    fn hold<const N: usize>(
        &mut self,
        steps: usize,
        mut after: impl FnMut(f64) -> [Option<f64>; N],
    ) {
        for _ in 0..steps {
            let Some(now) = self.pop() else { return };
            let u = self.stream.uniform();
            after(u)
                .into_iter()
                .flatten()
                .for_each(|delay| self.schedule(now + delay as u64));
        }
    }

    fn fill(&mut self, n: usize, at: impl Fn(f64) -> f64) {
        for _ in 0..n {
            let u = self.stream.uniform();
            self.schedule(at(u) as u64);
        }
    }

    fn empty(mut self) {
        while self.pop().is_some() {}
    }
}

const HOUR: f64 = 3.6e9;

#[test]
fn events_come_by_time_class_entity_count_and_never_at_the_horizon() {
    let mut list = FutureEventList::new(Time(100));
    let keys = [
        (50, 3, 1, 1),
        (50, 1, 9, 9),
        (50, 3, 0, 7),
        (50, 3, 1, 0),
        (7, 5, 2, 2),
        (100, 0, 0, 0),
    ];
    for (t, class, entity, count) in keys {
        list.schedule(EventKey::new(Time(t), class, entity, count), t);
    }
    let order: Vec<_> = std::iter::from_fn(|| list.pop())
        .map(|(k, _)| (k.time().0, k.class(), k.entity(), k.count()))
        .collect();
    assert_eq!(
        order,
        [
            (7, 5, 2, 2),
            (50, 1, 9, 9),
            (50, 3, 0, 7),
            (50, 3, 1, 0),
            (50, 3, 1, 1)
        ]
    );
}

#[test]
fn the_order_is_a_heaps_whatever_the_delays() {
    for pending in [1, 2, 25, 300, 5_000, 60_000] {
        let delays: [fn(f64) -> f64; 6] = [
            |u| -libm::log(1.0 - u) * 1e8,
            |u| libm::exp(u * 35.0), // heavy tails: from 1 µs to fifty years
            |_| HOUR,                // a fixed interval
            |u| if u < 0.9 { 20e3 } else { HOUR }, // bursts at equal times
            |u| (u * 3.0).floor(),   // at the very instant, or 1 or 2 µs later
            |u| 1e6 / (u * u * u * u + 1e-12),
        ];
        for (seed, delay) in delays.into_iter().enumerate() {
            let mut pair = ListAndHeap::new(seed as u64);
            pair.fill(pending, delay);
            pair.hold(3 * pending + 1_000, |u| [Some(delay(u))]);
            pair.empty();
        }
    }
}

#[test]
fn a_burst_at_one_instant_refiles_at_that_instant() {
    let mut pair = ListAndHeap::new(1);
    pair.fill(5_000, |_| 1e9);
    pair.fill(50, |u| u * HOUR);
    pair.hold(20_000, |u| {
        [
            (u < 0.5).then_some(0.0),
            (u < 0.9).then_some(u * 3.0),
            (u < 0.1).then_some(HOUR),
        ]
    });
    pair.empty();
}

#[test]
fn a_quiet_day_turns_into_a_storm_and_back() {
    let mut pair = ListAndHeap::new(2);
    pair.fill(10, |u| u * 8.0 * HOUR);
    pair.hold(200, |u| [Some(u * HOUR)]);
    // Each event brings two: the load doubles again and again, all of it within one bucket of the quiet time.
    pair.hold(40_000, |u| [Some(u * 2e4), Some(u * u * 1e6)]);
    pair.hold(100_000, |u| [(u < 0.9).then_some(u * 1e5)]);
    pair.fill(3, |u| 40.0 * HOUR + u * HOUR);
    pair.hold(500, |u| [Some(u * HOUR)]);
    pair.empty();
}

#[test]
fn most_of_what_is_pending_crowds_into_one_bucket() {
    let mut pair = ListAndHeap::new(3);
    // Two thousand far apart lay the coarse wheel wide; then three hundred thousand come within a second.
    pair.fill(2_000, |u| u * 1e4 * HOUR);
    pair.pop();
    let now = pair.pop().expect("more are pending") as f64;
    pair.fill(300_000, |u| now + HOUR + u * u * 1e6);
    pair.hold(100_000, |u| [Some(u * 1e5)]);
    pair.empty();
}

#[test]
fn an_emptied_list_starts_again() {
    let mut pair = ListAndHeap::new(4);
    let mut start = 0.0;
    for round in 0..50_i32 {
        pair.fill(1 << (round % 12), |u| {
            start + u * 1e3 * f64::from(round * round)
        });
        while let Some(now) = pair.pop() {
            start = now as f64;
        }
        start += [0.0, 1.0, 1e3, HOUR, 1e3 * HOUR][round as usize % 5];
    }
}

#[test]
fn events_in_lanes_come_in_their_place_among_all() {
    let mut pair = ListAndHeap::new(6);
    pair.fill(3_000, |u| u * HOUR);
    for _ in 0..200_000 {
        let Some(now) = pair.pop() else { return };
        let u = pair.stream.uniform();
        match (u * 100.0) as u32 {
            0..40 => pair.file_in(Some(0), now + 20_000),
            40..60 => pair.file_in(Some(1), now + 32_000_000),
            // As nothing should be filed in a lane, and yet in the right order: before, after and among the others.
            60..62 => pair.file_in(Some(0), now + (u * 1e5) as u64 % 30_000),
            62..64 => pair.file_in(Some(1), now + (u * 1e9) as u64 % 64_000_000),
            64..96 => pair.schedule(now + (u * u * HOUR) as u64),
            // At the very instant, in a class before or after that of the event under way.
            _ => pair.file_in(Some(usize::from(u < 0.98)), now),
        }
        if u < 0.01 {
            pair.schedule(now + 20_000);
        }
    }
    pair.empty();
}

#[test]
fn a_lane_alone_is_an_event_list() {
    let mut pair = ListAndHeap::new(7);
    (0..2_000).for_each(|n| pair.file_in(Some(0), n / 100 * 1_000));
    for _ in 0..20_000 {
        let now = pair.pop().expect("the number is constant");
        pair.file_in(Some(0), now + 20_000);
    }
    pair.empty();
}

#[test]
fn at_a_constant_load_nothing_is_allocated() {
    let mut pair = ListAndHeap::new(5);
    pair.fill(20_000, |u| u * 1e9);
    pair.hold(200_000, |u| [Some(-libm::log(1.0 - u) * 1e8)]);
    let room = |a: &FutureEventList<u64>| (a.pool.room(), a.run.capacity(), a.late.capacity());
    let before = room(&pair.list);
    pair.hold(200_000, |u| [Some(-libm::log(1.0 - u) * 1e8)]);
    assert_eq!(room(&pair.list), before);
}

#[test]
fn the_end_of_time_is_no_trap() {
    let mut list = FutureEventList::new(Time(u64::MAX));
    let times = [0, 1, LAST.0 - 1, LAST.0 / 2, LAST.0, u64::MAX >> 3];
    for t in times {
        (0..40).for_each(|n| list.schedule(EventKey::new(Time(t), 7, 0, n), ()));
    }
    let order: Vec<_> = std::iter::from_fn(|| list.pop())
        .map(|(k, ())| (k.time().0, k.count()))
        .collect();
    let expected = [0, 1, LAST.0 / 2, LAST.0 - 1]
        .into_iter()
        .flat_map(|t| (0..40).map(move |n| (t, n)));
    assert!(order.into_iter().eq(expected));
}
