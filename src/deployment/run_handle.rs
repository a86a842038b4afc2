//! Progress counter and cancellation flag of a running simulation.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Progress and cancellation, shared between the simulation and its caller.
#[derive(Debug, Default)]
pub struct RunHandle {
    simulated_us: AtomicU64,
    stop: AtomicBool,
}

impl RunHandle {
    /// Asks every running work item to stop; their replications are discarded.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Whether [`RunHandle::stop`] was called.
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Simulated time over all work items, microseconds.
    pub fn simulated_us(&self) -> u64 {
        self.simulated_us.load(Ordering::Relaxed)
    }

    /// Adds simulated time, microseconds.
    pub fn advance(&self, us: u64) {
        self.simulated_us.fetch_add(us, Ordering::Relaxed);
    }
}
