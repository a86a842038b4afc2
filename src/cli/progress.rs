//! A progress bar on a terminal, and the wish to stop.

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::signal;
use crate::deployment::RunHandle;

/// Hands signals to the control: the first stops the run and keeps what is finished, the second ends the process.
pub(super) fn interruptible() -> Arc<RunHandle> {
    let control = Arc::new(RunHandle::default());
    let handle = Arc::clone(&control);
    signal::stop_by(move || {
        let was_stopped = handle.is_stopped();
        handle.stop();
        was_stopped
    });
    control
}

/// Watches a control until it is dropped: one bar, whose end moves as more work comes up.
pub(super) struct Bar {
    total_us: Arc<AtomicU64>,
    watcher: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Bar {
    /// Shows how far the control is; nothing unless wanted and on a terminal.
    pub(super) fn watch(control: &Arc<RunHandle>, is_on: bool) -> Self {
        let total_us = Arc::new(AtomicU64::new(0));
        if !is_on || !std::io::stderr().is_terminal() {
            return Self {
                total_us,
                watcher: None,
            };
        }
        let total = Arc::clone(&total_us);
        let (finish, ended) = channel();
        let control = Arc::clone(control);
        let watcher = std::thread::spawn(move || {
            // Short runs end before a bar would help.
            if ended.recv_timeout(Duration::from_millis(300))
                != Err(std::sync::mpsc::RecvTimeoutError::Timeout)
            {
                return;
            }
            let bar = ProgressBar::new(total.load(Ordering::Relaxed));
            let style = ProgressStyle::with_template("{bar:40} {percent:>3} %, {eta} left{msg}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            while ended.recv_timeout(Duration::from_millis(100))
                == Err(std::sync::mpsc::RecvTimeoutError::Timeout)
            {
                let total = total.load(Ordering::Relaxed);
                if total == 0 {
                    continue; // It is not known yet how much there is to do.
                }
                bar.set_length(total);
                bar.set_position(control.simulated_us().min(total));
                if control.is_stopped() {
                    bar.set_message(": stopping");
                }
            }
            bar.finish_and_clear();
        });
        Self {
            total_us,
            watcher: Some((finish, watcher)),
        }
    }

    /// So much simulated time in all, as far as is known.
    pub(super) fn until(&self, total_us: u64) {
        self.total_us.store(total_us, Ordering::Relaxed);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some((finish, watcher)) = self.watcher.take() {
            drop(finish);
            let _ = watcher.join();
        }
    }
}
