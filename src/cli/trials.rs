//! The trials behind the answer of a study: other values of what is assumed, and what might help.

use super::advice::{RunSays, levers};
use super::fault::Fault;
use super::robustness::recorded;
use super::study::Study;
use crate::experiment::Campaign;
use crate::record::Assumptions;
use crate::study::Assessment;

/// The answer of a study, and what it rests on, which is the last round; `None`: interrupted, or other shares have not made all of it
/// yet.
///
/// # Errors
/// Those of the study, or of the store.
pub(super) fn answered<S: Study>(
    study: &mut S,
    campaign: &Campaign,
) -> Result<Option<(S::Findings, Assumptions)>, Fault> {
    let Some(answer) = study.answer(campaign)? else {
        return Ok(None);
    };
    let assumptions = assumptions(study, &answer, campaign)?;
    Ok(assumptions.map(|assumptions| (answer, assumptions)))
}

/// What the answer of a study rests on, as far as a report is asked for; `None`: interrupted, or trials of other shares are
/// not there yet.
///
/// # Errors
/// What is wrong with a scenario that is tried, or a refusal of the system.
fn assumptions<S: Study>(
    study: &S,
    answer: &S::Findings,
    campaign: &Campaign,
) -> Result<Option<Assumptions>, Fault> {
    if study.flags().no_report {
        return Ok(Some(Assumptions::default()));
    }
    let Some(robustness) = study.robustness(answer, campaign)? else {
        return Ok(None);
    };
    let mut assumptions = recorded(robustness, |set| study.command(set));
    if let Some(decisive) = study.decisive(answer)? {
        let assessment = Assessment::new(decisive.samples.clone(), &decisive.scenario.objectives);
        let levers = levers(&decisive.scenario, &RunSays::of(&assessment), campaign)?;
        let Some(levers) = levers else {
            return Ok(None);
        };
        assumptions.levers = levers;
    }
    Ok(Some(assumptions))
}
