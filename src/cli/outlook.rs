//! What a study takes: the units of the present round, and their cost by a short trial. Nothing is kept, nothing published.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use super::Outcome;
use super::fault::Fault;
use super::progress::interruptible;
use super::results::UNITS;
use super::share::do_share;
use super::store::ReadUnits;
use super::study::{Division, MaxEffort, Study};
use super::terminal::print_text;
use crate::deployment::{FastPaths, Plan, RunHandle, RunOptions, simulate_with_options};
use crate::experiment::{Backlog, Campaign, Share, most_trial_hours};
use crate::quantity::number::{count_phrase, human, whole};

/// Says what a study takes, instead of doing it.
///
/// # Errors
/// Those of the study, or a refusal of the system.
pub(super) fn plan_study<S: Study>(mut study: S, division: Division) -> Result<Outcome, Fault> {
    let (path, max_effort) = (study.folder(), study.max_effort());
    let trials = match study.flags().no_report {
        true => TrialHours::None,
        false => TrialHours::PartOfStudy,
    };
    let pool = study.flags().jobs.pool()?;
    plan(&path, division, max_effort, trials, |campaign| {
        pool.install(|| do_share(&mut study, campaign))
    })
}

/// What the trials may cost that an answer rests on.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum TrialHours {
    /// There are none.
    None,
    /// So many hours of users at most.
    AtMost(u64),
    /// As many as a study allows, by what it takes itself.
    PartOfStudy,
}

/// Says what some work takes; `work` does the share of a campaign that has none of it.
///
/// # Errors
/// Those of the work, or a refusal of the system.
pub(super) fn plan(
    path: &Path,
    division: Division,
    max_effort: Option<MaxEffort>,
    trials: TrialHours,
    work: impl FnOnce(&Campaign) -> Result<bool, Fault>,
) -> Result<Outcome, Fault> {
    let handle = interruptible();
    let store = ReadUnits::new(&path.join(UNITS));
    let campaign = Campaign::new(store, Arc::clone(&handle), ()).with_share(Share::empty());
    let is_complete = work(&campaign)?;
    let present = campaign.shards().reused;
    let mut backlog = campaign.backlog();
    if is_complete || backlog.is_empty() {
        print_text("Nothing is left to simulate: the command itself publishes the results.\n")?;
        return Ok(Outcome::Pass);
    }
    let Some(seconds_per_hour) = core_seconds_per_hour(&mut backlog, &handle) else {
        return Ok(Outcome::Interrupted);
    };
    let round = Round::new(&backlog, seconds_per_hour);
    let outlook = Outlook {
        round,
        present,
        max_effort,
        trials,
        seconds_per_hour,
        division,
    };
    print_text(&outlook.text())?;
    Ok(Outcome::Pass)
}

/// How long one unit may be simulated before the rest of it is extrapolated.
const TRIAL: Duration = Duration::from_secs(1);

/// Core-seconds of an hour of a user, by units of the first, the middle and the last point; `None`: interrupted.
fn core_seconds_per_hour(backlog: &mut [Backlog], handle: &RunHandle) -> Option<f64> {
    backlog.sort_by_key(|b| user_hours(&b.plan));
    let mut places = vec![0, backlog.len() / 2, backlog.len() - 1];
    places.dedup();
    let (mut seconds, mut hours) = (0.0, 0.0);
    for place in places {
        let plan = &backlog[place].plan;
        seconds += timed(plan);
        hours += user_hours(plan) as f64;
        if handle.is_stopped() {
            return None;
        }
    }
    Some(seconds / hours)
}

/// Core-seconds of a replication on one thread, of a long one by its beginning.
#[expect(
    clippy::disallowed_methods,
    reason = "what a study costs is a question of time, and no result"
)]
fn timed(plan: &Plan) -> f64 {
    let handle = Arc::new(RunHandle::default());
    let (finish, ended) = channel::<()>();
    let watched = Arc::clone(&handle);
    let watcher = std::thread::spawn(move || {
        let mut wait = TRIAL;
        while ended.recv_timeout(wait) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
            // Of nothing, nothing can be extrapolated.
            if watched.simulated_us() > 0 {
                watched.stop();
            }
            wait = Duration::from_millis(50);
        }
    });
    let options = RunOptions {
        fast_paths: FastPaths::On,
        drop_rows: 0,
        handle: &handle,
    };
    let begin = Instant::now();
    let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    let replication = match one_thread {
        Ok(pool) => pool.install(|| simulate_with_options(plan, 0, options)),
        Err(_) => simulate_with_options(plan, 0, options),
    };
    let seconds = begin.elapsed().as_secs_f64();
    drop(finish);
    let _ = watcher.join();
    let gateways: u64 = plan.gateways.iter().map(|g| u64::from(g.count)).sum();
    let all_us = plan.horizon.0 as f64 * gateways as f64;
    let runs = plan.strata().len().max(1) as f64;
    match replication {
        Some(_) => runs * seconds,
        None => runs * seconds * (all_us / handle.simulated_us().max(1) as f64).max(1.0),
    }
}

/// Hours of the users of a replication, by which its cost is taken to grow.
fn user_hours(plan: &Plan) -> u64 {
    plan.user_hours().max(1)
}

/// The units that can be done now.
#[derive(Clone, Copy, Debug)]
struct Round {
    points: u64,
    units: u64,
    replications: u64,
    hours: u64,
    seconds: f64,
    are_trials: bool,
}

impl Round {
    fn new(backlog: &[Backlog], seconds_per_hour: f64) -> Self {
        let hours = backlog.iter().map(|b| b.replications * user_hours(&b.plan));
        let hours = hours.sum::<u64>();
        Self {
            points: backlog.len() as u64,
            units: backlog.iter().map(|b| b.units).sum(),
            replications: backlog.iter().map(|b| b.replications).sum(),
            hours,
            seconds: hours as f64 * seconds_per_hour,
            are_trials: backlog.iter().all(|b| b.is_trial),
        }
    }
}

/// What is known of a study before it is done.
struct Outlook {
    round: Round,
    /// Units that were found.
    present: u32,
    max_effort: Option<MaxEffort>,
    trials: TrialHours,
    seconds_per_hour: f64,
    division: Division,
}

impl Outlook {
    /// Core-seconds of all replications at most, as if each cost as much as those of this round; `None`: this round is all.
    fn most_seconds(&self) -> Option<f64> {
        let Round {
            replications,
            seconds,
            ..
        } = self.round;
        let remaining = self
            .max_effort?
            .replications
            .saturating_sub(self.present.into());
        let replication_seconds = seconds / replications as f64;
        Some((remaining as f64 * replication_seconds).max(seconds))
    }

    /// How long the shards take for so many core-seconds: whole units of this round, which cannot be divided.
    fn elapsed(&self, seconds: f64) -> f64 {
        let Division { shards, cores } = self.division;
        let at_once = f64::from(shards) * f64::from(cores);
        let unit_seconds = self.round.seconds / self.round.units as f64;
        (seconds / unit_seconds / at_once).ceil() * unit_seconds
    }

    fn text(&self) -> String {
        let Round {
            points,
            units,
            seconds,
            are_trials,
            ..
        } = self.round;
        let (noun, place) = match are_trials {
            true => ("trials", "scenarios"),
            false => ("units", if points == 1 { "point" } else { "points" }),
        };
        let note = match self.present {
            0 => String::new(),
            n => format!(", where {} are there", whole(n.into())),
        };
        let mut lines = vec![format!(
            "This round{note}: {} {noun} of {} {place}, {}.",
            whole(units),
            whole(points),
            cost(seconds)
        )];
        let further = self
            .max_effort
            .filter(|_| !are_trials)
            .zip(self.most_seconds());
        if let Some((maximum, seconds)) = further {
            lines.push(format!(
                "What the next one needs is known only after it: at most {}, {} in all, {}.",
                count_phrase(maximum.rounds, "round"),
                count_phrase(maximum.replications, "replication"),
                cost(seconds)
            ));
        }
        if let Some(seconds) = self.trial_seconds().filter(|_| !are_trials) {
            lines.push(format!(
                "Then perhaps a round of trials (of what is assumed, of what might help), known after the others: at most {}.",
                cost(seconds)
            ));
        }
        lines.push(self.total(further.map(|(_, maximum)| maximum)));
        lines.join("\n") + "\n"
    }

    /// "2.1 core-hours, 10 shards: 13 min".
    fn total(&self, max_seconds: Option<f64>) -> String {
        let Division { shards, cores } = self.division;
        let of_cores = match cores {
            1 => String::new(),
            n => format!(" of {n} cores"),
        };
        let shards = format!("{}{of_cores}", count_phrase(shards.into(), "shard"));
        let minimum = self.round.seconds;
        match max_seconds {
            None => format!(
                "{}, {shards}: {}",
                cost(minimum),
                time(self.elapsed(minimum))
            ),
            Some(maximum) => format!(
                "{} at least and {} at most, {shards}: {} to {}",
                cost(minimum),
                cost(maximum),
                time(self.elapsed(minimum)),
                time(self.elapsed(maximum))
            ),
        }
    }

    fn trial_seconds(&self) -> Option<f64> {
        let Round {
            hours,
            replications,
            ..
        } = self.round;
        let hours = match self.trials {
            TrialHours::None => return None,
            TrialHours::AtMost(hours) => hours,
            TrialHours::PartOfStudy => {
                let known_count = replications + u64::from(self.present);
                let total_count = self.max_effort.map_or(known_count, |m| m.replications);
                most_trial_hours(total_count.max(known_count) * (hours / replications.max(1)))
            }
        };
        Some(hours as f64 * self.seconds_per_hour)
    }
}

/// "2.1 core-hours", "8 core-minutes".
fn cost(seconds: f64) -> String {
    match seconds {
        s if s < 60.0 => format!("{} core-seconds", two_digits(s)),
        s if s < 3600.0 => format!("{} core-minutes", two_digits(s / 60.0)),
        s => format!("{} core-hours", two_digits(s / 3600.0)),
    }
}

/// "13 min".
fn time(seconds: f64) -> String {
    match seconds {
        s if s < 60.0 => format!("{} s", two_digits(s)),
        s if s < 5400.0 => format!("{} min", two_digits(s / 60.0)),
        s => format!("{} h", two_digits(s / 3600.0)),
    }
}

/// No estimate is better than that.
fn two_digits(x: f64) -> String {
    let rounded: f64 = format!("{x:.1e}").parse().unwrap_or(x);
    human(rounded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outlook(max_effort: Option<MaxEffort>, shards: u32) -> Outlook {
        Outlook {
            // 300 units of 25.2 s are 2.1 h.
            round: Round {
                points: 6,
                units: 300,
                replications: 300,
                hours: 3_000_000,
                seconds: 7560.0,
                are_trials: false,
            },
            present: 0,
            max_effort,
            trials: TrialHours::PartOfStudy,
            seconds_per_hour: 0.00252,
            division: Division { shards, cores: 1 },
        }
    }

    #[test]
    fn a_round_that_is_all_has_one_cost() {
        let text = outlook(None, 10).text();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[0],
            "This round: 300 units of 6 points, 2.1 core-hours."
        );
        // A tenth of the study.
        assert!(lines[1].ends_with("at most 13 core-minutes."), "{text}");
        assert_eq!(lines[2], "2.1 core-hours, 10 shards: 13 min");
        assert_eq!(lines.len(), 3);
        // 300 units of 25.2 s among 299 shards take two of them.
        let text = outlook(None, 299).text();
        assert!(text.ends_with("299 shards: 50 s\n"), "{text}");
    }

    #[test]
    fn what_rounds_decide_has_a_least_and_a_most() {
        let max_effort = MaxEffort {
            rounds: 7,
            replications: 6000,
        };
        let text = outlook(Some(max_effort), 10).text();
        assert!(
            text.contains("at most 7 rounds, 6,000 replications in all, 42 core-hours."),
            "{text}"
        );
        assert!(
            text.ends_with(
                "2.1 core-hours at least and 42 core-hours at most, 10 shards: 13 min to 4.2 h\n"
            ),
            "{text}"
        );
    }
}
