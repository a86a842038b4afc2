//! What every command that asks for many runs does alike: simulate, look what the answer rests on, publish, print.

use super::fault::Fault;
use super::flags::Format;
use super::outcome::Outcome;
use super::outlook::plan_study;
use super::publish::show;
use super::results::{Results, watched};
use super::share::{conduct_share, share};
use super::study::{Publication, Study};
use super::terminal::{print_answer, print_record, say};
use super::trials::answered;
use crate::experiment::NoStore;
use crate::report::levers;
use crate::study::Verdict;

/// Conducts a study.
///
/// # Errors
/// Those of the study, or a refusal of the system.
pub(super) fn conduct<S: Study>(mut study: S) -> Result<Outcome, Fault> {
    if let Some(division) = study.flags().plan {
        return plan_study(study, division);
    }
    if let Some(shard) = &study.flags().shard {
        let share = share(shard)?;
        return conduct_share(study, share);
    }
    if study.flags().no_folder {
        return print_only(study);
    }
    let mut results = Results::open(study.flags(), &study.folder())?;
    results.keep(&study.files())?;
    let pool = study.flags().jobs.pool()?;
    let answered = pool.install(|| answered(&mut study, &results.campaign))?;
    results.tell(answered.is_none(), study.flags().quiet);
    let Some((answer, assumptions)) = answered else {
        return Ok(Outcome::Interrupted);
    };
    let publication = study.publication(&answer, assumptions);
    let keeps_units = study.keeps_units(&answer);
    let (path, flags) = (results.path().to_path_buf(), study.flags());
    let (shows_report, opens_report) = (!flags.no_report, flags.open);
    let files = pool.install(|| results.publish(&study, &publication, keeps_units))?;
    let verdict = print(publication, study.flags().format, &files)?;
    if shows_report {
        show(&path, opens_report);
    }
    Ok(study.outcome(verdict))
}

/// Conducts a study in memory: what is printed is all that is left of it.
fn print_only<S: Study>(mut study: S) -> Result<Outcome, Fault> {
    let (campaign, bar) = watched(NoStore, study.flags().quiet);
    let pool = study.flags().jobs.pool()?;
    let answered = pool.install(|| answered(&mut study, &campaign))?;
    bar.end();
    let Some((answer, assumptions)) = answered else {
        say!("interrupted: nothing is kept of it (--no-folder)");
        return Ok(Outcome::Interrupted);
    };
    let publication = study.publication(&answer, assumptions);
    let verdict = print(publication, study.flags().format, "")?;
    Ok(study.outcome(verdict))
}

/// Prints the answer and which files there are, or the document; the verdict.
fn print(publication: Publication, format: Format, files: &str) -> Result<Verdict, Fault> {
    let Publication { record, text, .. } = publication;
    let head = record.head();
    match format {
        Format::Json => print_record(&record)?,
        Format::Text => print_answer(&(text + &levers::text(head.levers) + files), head.verdict)?,
    }
    Ok(head.verdict.unwrap_or_default())
}
