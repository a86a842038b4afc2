//! What the interrupt key does, and the wish of the system that the process end (SIGTERM, SIGHUP).
//!
//! The first signal stops what can be stopped and keeps what is finished. The second one, and the first one where there is
//! nothing to keep, ends the process at once with the exit code of an interruption.

use std::sync::{Mutex, PoisonError};

/// Stops the work; whether it had been stopped before.
type Stop = Box<dyn Fn() -> bool + Send>;

/// The work that a signal stops.
static STOP: Mutex<Option<Stop>> = Mutex::new(None);

/// From now on the first signal calls `stop`, which says whether it was called before.
pub(super) fn stop_by(stop: impl Fn() -> bool + Send + 'static) {
    *STOP.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(stop));
}

/// Answers a signal.
fn answer() {
    let stop = STOP.lock().unwrap_or_else(PoisonError::into_inner);
    if stop.as_ref().is_none_or(|stop| stop()) {
        std::process::exit(i32::from(super::Outcome::Interrupted as u8));
    }
}

/// From now on signals end the process with the exit code of an interruption.
#[cfg(unix)]
pub(super) fn listen() {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let mut signals = vec![SIGINT, SIGTERM];
    if !is_ignored(SIGHUP) {
        signals.push(SIGHUP);
    }
    // A process whose handlers cannot be set is ended by a signal as any other.
    if let Ok(mut signals) = signal_hook::iterator::Signals::new(signals) {
        std::thread::spawn(move || signals.forever().for_each(|_| answer()));
    }
}

/// Whether the program was started with a signal ignored, as `nohup` does it; only Linux says so.
#[cfg(unix)]
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|l| l.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    ignored.is_some_and(|mask| mask & (1 << (signal - 1)) != 0)
}

/// From now on the interrupt key ends the process with the exit code of an interruption.
#[cfg(not(unix))]
pub(super) fn listen() {
    // A process whose handler cannot be set is ended by the key as any other.
    let _ = ctrlc::set_handler(answer);
}
