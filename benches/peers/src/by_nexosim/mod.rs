//! The model in NeXosim, as its manual shows: a model for each client and each gateway, connected by ports. A port
//! delivers at once; what takes time is an event that a model schedules on itself, and a deadline has a key that
//! cancels it. One thread: the single-threaded executor.

mod client;
mod gateway;

use std::time::Duration;

use nexosim::ports::{EventSinkReader, EventSource, SinkState, event_queue};
use nexosim::simulation::{EventKey, Mailbox, SimInit, SimulationError};
use nexosim::time::MonotonicTime;
use rand_distr::{Distribution, Exp1};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde::{Deserialize, Serialize};

use crate::figures::Counts;
use crate::setting::Setting;
use client::Client;
use gateway::Gateway;

/// Simulates one event set.
///
/// # Panics
/// Where the simulator gives up, which would be a fault of this model.
pub fn simulate(setting: &Setting) -> Counts {
    assemble_and_run(setting).unwrap_or_else(|e| panic!("NeXosim: {e}"))
}

fn assemble_and_run(setting: &Setting) -> Result<Counts, SimulationError> {
    let (sink, mut reports) = event_queue(SinkState::Enabled);
    let mut gateways: Vec<(Gateway, Mailbox<Gateway>)> = (0..setting.gateways)
        .map(|n| (Gateway::new(setting, n), Mailbox::new()))
        .collect();
    let mut clients = Vec::new();
    let mut close = EventSource::new();
    for number in 0..setting.users {
        let (gateway, gateway_mailbox) = &mut gateways[(number % setting.gateways) as usize];
        let mut client = Client::new(setting, number);
        let mailbox = Mailbox::new();
        let line = gateway.lines.len() as u32;
        client.to_gateway.map_connect(
            move |message| (line, *message),
            Gateway::receive,
            &*gateway_mailbox,
        );
        client.report.connect_sink(sink.clone());
        gateway
            .add_line(client.sign_in)
            .connect(Client::receive, &mailbox);
        close = close.connect(Client::close, &mailbox);
        clients.push((client, mailbox));
    }
    for (gateway, mailbox) in &mut gateways {
        gateway.report.connect_sink(sink.clone());
        close = close.connect(Gateway::close, &*mailbox);
    }

    let mut bench = SimInit::with_num_threads(1);
    let close = close.register(&mut bench);
    for (number, (client, mailbox)) in clients.into_iter().enumerate() {
        bench = bench.add_model(client, mailbox, &format!("client {number}"));
    }
    for (number, (gateway, mailbox)) in gateways.into_iter().enumerate() {
        bench = bench.add_model(gateway, mailbox, &format!("gateway {number}"));
    }
    let mut simulation = bench.init(MonotonicTime::EPOCH)?;
    // Nothing happens at the horizon itself.
    simulation.step_until(Duration::from_micros(setting.horizon_us - 1))?;
    simulation.process_event(
        &close,
        MonotonicTime::EPOCH + Duration::from_micros(setting.horizon_us),
    )?;

    let reports: Vec<Report> = std::iter::from_fn(|| reports.try_read()).collect();
    let mut counts: Counts = reports.iter().map(|r| r.counts).sum();
    counts.toasts_missed = counts.toasts_due - reports.iter().map(|r| r.toasts_shown).sum::<u64>();
    Ok(counts)
}

/// What a model counted.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
struct Report {
    counts: Counts,
    toasts_shown: u64,
}

/// What a client must know of a ringing phone.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub struct Alert {
    /// When it stops ringing.
    until: MonotonicTime,
    /// The user will answer at the PC then.
    at_pc: bool,
}

fn exponential(rng: &mut Xoshiro256PlusPlus, mean: Duration) -> Duration {
    let unit: f64 = Exp1.sample(rng);
    // A microsecond at least: NeXosim schedules nothing at the present instant.
    Duration::from_micros((unit * mean.as_micros() as f64 + 0.5) as u64)
        .max(Duration::from_micros(1))
}

/// The mean time between the events of a process, `None` if there are none.
fn gap(rate_per_s: f64) -> Option<Duration> {
    (rate_per_s > 0.0).then(|| Duration::from_secs_f64(1.0 / rate_per_s))
}

/// A request that waits for an answer, and its give-up.
#[derive(Serialize, Deserialize)]
struct Pending {
    dialog: u32,
    cseq: u32,
    give_up_key: EventKey,
}

fn micros(from: MonotonicTime, to: MonotonicTime) -> u64 {
    to.duration_since(from).as_micros() as u64
}

#[cfg(test)]
mod tests {
    use super::simulate;
    use crate::setting::{Scope, Setting, exact_case};

    #[test]
    fn a_user_without_calls_loses_18_sessions_and_540_s_in_8_h() {
        for scope in [Scope::Whole, Scope::Lean] {
            // 1532 s up and 30 s down in turn: 18 losses in 28,800 s, the last at 28,086 s.
            let counts = simulate(&Setting {
                scope,
                ..exact_case()
            });
            assert_eq!(
                (counts.session_drops, counts.down_us),
                (3 * 18, 3 * 540_000_000),
                "{scope:?}"
            );
            // 19 set-ups of 7 messages, of which the last is still up; 18 refreshes without an answer; 18 BYE, answered.
            assert_eq!(
                counts.messages_sent,
                3 * (19 * 7 + 18 + 18 * 2),
                "{scope:?}"
            );
            // A second after the last loss.
            let counts = simulate(&Setting {
                scope,
                horizon_us: 28_087_000_000,
                ..exact_case()
            });
            assert_eq!(
                (counts.session_drops, counts.down_us),
                (3 * 18, 3 * (17 * 30 + 1) * 1_000_000),
                "{scope:?}"
            );
        }
    }
}
