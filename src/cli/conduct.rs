//! What every command that asks for many runs does alike: simulate, look what the answer rests on, publish, print.

use super::fault::Fault;
use super::flags::Format;
use super::outcome::Outcome;
use super::outlook::plan_study;
use super::publish::show;
use super::results::Results;
use super::share::{conduct_share, share};
use super::study::{Publication, Study};
use super::terminal::{print_answer, print_record};
use super::trials::assumptions;
use crate::report::levers;

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
    let mut results = Results::open(study.flags(), &study.folder())?;
    results.keep(&study.files())?;
    let pool = study.flags().jobs.pool()?;
    let answered = pool.install(|| match study.answer(&results.campaign)? {
        Some(answer) => {
            let assumptions = assumptions(&study, &answer, &results.campaign)?;
            Ok::<_, Fault>(assumptions.map(|assumptions| (answer, assumptions)))
        }
        None => Ok(None),
    })?;
    results.tell(answered.is_none(), study.flags().quiet);
    let Some((answer, assumptions)) = answered else {
        return Ok(Outcome::Interrupted);
    };
    let publication = study.publication(&answer, assumptions);
    let keeps_units = study.keeps_units(&answer);
    let (path, flags) = (results.path().to_path_buf(), study.flags());
    let (shows_report, opens_report) = (!flags.no_report, flags.open);
    let files = pool.install(|| results.publish(&study, &publication, keeps_units))?;
    let Publication { record, text, .. } = publication;
    let verdict = record.head().verdict.unwrap_or_default();
    match study.flags().format {
        Format::Json => print_record(&record)?,
        Format::Text => print_answer(
            &(text + &levers::text(record.head().levers) + &files),
            record.head().verdict,
        )?,
    }
    if shows_report {
        show(&path, opens_report)?;
    }
    Ok(study.outcome(verdict))
}
