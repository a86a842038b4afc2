//! `--shard K/N`: which share of a study this process simulates.

use std::path::Path;

use super::fault::Fault;
use super::outcome::Outcome;
use super::results::{UNITS, watched};
use super::store::SyncedUnits;
use super::study::Study;
use super::terminal::say;
use super::trials::answered;
use crate::experiment::{Campaign, ShardCounts, Share};
use crate::quantity::number::{count_phrase, whole};
use crate::record::Units;

/// What batch systems call the number of a task, and what to add so that it counts from 1.
const TASKS: [(&str, u32); 2] = [("SLURM_ARRAY_TASK_ID", 0), ("JOB_COMPLETION_INDEX", 1)];

/// Reads `3/10`, or `/10` where the batch system says which.
///
/// # Errors
/// What is valid; two numbers that disagree.
pub(super) fn share(text: &str) -> Result<Share, Fault> {
    let tasks = TASKS.map(|(name, first)| (name, first, std::env::var(name).ok()));
    read(text, &tasks).map_err(|why| Fault::Input(format!("--shard: {why}")))
}

fn read(text: &str, tasks: &[(&str, u32, Option<String>)]) -> Result<Share, String> {
    let expected = || {
        format!(
            "found {text:?}, expected the number of this shard of so many, like \"3/10\", or \"/10\" in a job array ({})",
            TASKS.map(|(name, _)| name).join(", ")
        )
    };
    let (number, count) = text.split_once('/').ok_or_else(expected)?;
    let count: u32 = count.trim().parse().map_err(|_| expected())?;
    let mut numbers: Vec<(String, u32)> = Vec::new();
    if !number.trim().is_empty() {
        let number = number.trim().parse().map_err(|_| expected())?;
        numbers.push(("the flag".into(), number));
    }
    for (name, first, value) in tasks {
        let Some(value) = value else { continue };
        let index: u32 = value
            .trim()
            .parse()
            .map_err(|_| format!("{name} is {value:?}, expected a whole number"))?;
        numbers.push((name.to_string(), index.saturating_add(*first)));
    }
    let (_, number) = numbers.first().ok_or_else(expected)?;
    if let Some((second_share, differs)) = numbers.iter().find(|(_, n)| n != number) {
        return Err(format!(
            "{} says shard {number}, {second_share} says {differs}: one of them is wrong",
            numbers[0].0
        ));
    }
    Share::new(*number, count).ok_or_else(|| {
        format!(
            "there is no shard {number} of {count}: shards are counted from 1 (--array=1-{count})"
        )
    })
}

/// Simulates a share of a study beside other processes, and publishes nothing.
///
/// # Errors
/// Those of the study, units of another build, or a refusal of the system.
pub(super) fn conduct_share<S: Study>(mut study: S, share: Share) -> Result<Outcome, Fault> {
    let path = study.folder();
    let (pool, quiet) = (study.flags().jobs.pool()?, study.flags().quiet);
    simulate_share(&path, share, quiet, |campaign| {
        pool.install(|| do_share(&mut study, campaign))
    })
}

/// Does what a campaign has a share of; whether nothing is left that publishing would simulate.
///
/// # Errors
/// Those of the study, or of the store.
pub(super) fn do_share<S: Study>(study: &mut S, campaign: &Campaign) -> Result<bool, Fault> {
    Ok(answered(study, campaign)?.is_some())
}

/// Does a share of some work beside other processes, and publishes nothing; `work` says whether all of it is there.
///
/// # Errors
/// Those of the work, units of another build, or a refusal of the system.
pub(super) fn simulate_share(
    path: &Path,
    share: Share,
    quiet: bool,
    work: impl FnOnce(&Campaign) -> Result<bool, Fault>,
) -> Result<Outcome, Fault> {
    let units = SyncedUnits::new(Units::share(path, UNITS)?);
    let (campaign, bar) = watched(units, quiet);
    let campaign = campaign.with_share(share);
    let is_complete = work(&campaign)?;
    bar.end();
    let counts = campaign.shards();
    campaign.sync()?;
    if campaign.is_stopped() {
        say!(
            "interrupted: {} kept in {}; the same command goes on from there",
            match counts.simulated + counts.trials_simulated {
                1 => "1 unit is".into(),
                n => format!("{n} units are"),
            },
            path.join(UNITS).display()
        );
        return Ok(Outcome::Interrupted);
    }
    if !quiet {
        say!("{}", report(share, counts, is_complete));
    }
    Ok(Outcome::Pass)
}

fn report(share: Share, counts: ShardCounts, is_complete: bool) -> String {
    let ShardCounts {
        reused,
        simulated,
        trials_reused,
        trials_simulated,
        awaited,
        ..
    } = counts;
    let next = if is_complete {
        "all units are there: the same command without --shard publishes the results".into()
    } else {
        format!(
            "{} of other shards are not there yet; when they are, the same commands do the next round, or the one without --shard publishes",
            whole(awaited.into())
        )
    };
    let trials = match trials_simulated + trials_reused {
        0 => String::new(),
        _ => format!(
            "; {} simulated, {} found",
            count_phrase(trials_simulated.into(), "trial"),
            whole(trials_reused.into())
        ),
    };
    format!(
        "shard {} of {}: {} simulated, {} found{trials}; {next}",
        share.number(),
        share.count(),
        count_phrase(simulated.into(), "unit"),
        whole(reused.into())
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share_of(
        text: &str,
        slurm: Option<&str>,
        kubernetes: Option<&str>,
    ) -> Result<(u32, u32), String> {
        let values = [slurm, kubernetes].map(|v| v.map(String::from));
        let tasks: Vec<_> = (TASKS.into_iter().zip(values))
            .map(|((name, first), value)| (name, first, value))
            .collect();
        read(text, &tasks).map(|share| (share.number(), share.count()))
    }

    #[test]
    fn the_number_comes_from_the_flag_or_the_batch_system() {
        assert_eq!(share_of("3/10", None, None), Ok((3, 10)));
        assert_eq!(share_of("/10", Some("3"), None), Ok((3, 10)));
        assert_eq!(share_of("/10", None, Some("0")), Ok((1, 10)));
        assert_eq!(share_of("3/10", Some("3"), Some("2")), Ok((3, 10)));
    }

    #[test]
    fn what_disagrees_or_is_no_shard_is_refused() {
        for (text, slurm, kubernetes, why) in [
            ("3/10", Some("4"), None, "SLURM_ARRAY_TASK_ID says 4"),
            ("/10", Some("4"), Some("4"), "JOB_COMPLETION_INDEX says 5"),
            ("/10", None, None, "expected the number of this shard"),
            ("0/10", None, None, "no shard 0 of 10"),
            ("11/10", None, None, "no shard 11 of 10"),
            ("3", None, None, "expected the number of this shard"),
            ("/10", Some("x"), None, "expected a whole number"),
        ] {
            let refused = share_of(text, slurm, kubernetes).unwrap_err();
            assert!(refused.contains(why), "{text}: {refused}");
        }
    }
}
