//! The strings on a running simulation: how far it is, and whether it should stop.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Shared between the simulation and whoever watches it.
#[derive(Debug, Default)]
pub struct Control {
    simulated_us: AtomicU64,
    stop: AtomicBool,
}

impl Control {
    /// Asks every unit in flight to stop; their replications are given up.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Whether somebody asked to stop.
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Simulated time over all units, microseconds.
    pub fn simulated_us(&self) -> u64 {
        self.simulated_us.load(Ordering::Relaxed)
    }

    /// A unit went on by that much.
    pub fn advance(&self, us: u64) {
        self.simulated_us.fetch_add(us, Ordering::Relaxed);
    }
}
