//! What an answer depends on, in words and as the record of it.

use super::flags::flag_text;
use crate::experiment::{self, Basis, Robustness, WORTH_TELLING};
use crate::quantity::number::{count_phrase, percent, rounded, whole};
use crate::record::{Alternative, Assumption, Assumptions};
use crate::report::words;

/// The record of a check; `command` repeats the study with a further flag.
pub(super) fn recorded(robustness: Robustness, command: impl Fn(&str) -> String) -> Assumptions {
    let basis = match robustness.basis {
        Basis::Nothing => String::new(),
        Basis::NothingAssumed => {
            "Nothing that this rests on is assumed and has other values to try.".into()
        }
        Basis::TooCostly { keys, example } => format!(
            "What hangs on the {} assumed was not tried. Only the whole deployment would tell, which takes more than a tenth of the time of the study. Try other values yourself, one at a time: {}",
            match keys {
                1 => "key that is".into(),
                n => format!("{} keys that are", whole(n as u64)),
            },
            command(&flag_text("--set", &example))
        ),
        Basis::Tried {
            levels,
            keys,
            candidates,
            trial,
            down: (lowest, highest),
        } => {
            let candidates: Vec<String> = candidates.iter().map(in_words).collect();
            format!(
                "{} of {} {} tried, one at a time, on {} ({trial} each). Over all of them users are \
             down {} of the time with {}. What is not listed moves that by less than {}.",
                count_phrase(levels as u64, "other value"),
                count_phrase(keys as u64, "assumed key"),
                if levels == 1 { "was" } else { "were" },
                name_list(&candidates),
                match (percent(lowest), percent(highest)) {
                    (least, most) if least == most => most,
                    (least, most) => format!("{least} to {most}"),
                },
                candidates[0],
                percent(WORTH_TELLING)
            )
        }
    };
    let mut assumptions: Vec<Assumption> = Vec::new();
    for effects in robustness.assumptions {
        let answers: Vec<String> = effects.effects.iter().map(|e| e.answer.clone()).collect();
        let mut of_study = assumption(effects);
        for (alternative, answer) in of_study.alternatives.iter_mut().zip(answers) {
            alternative.answer = Some(answer);
        }
        assumptions.push(of_study);
    }
    Assumptions {
        assumptions,
        basis,
        levers: Vec::new(),
    }
}

/// The record of an assumption of a run, whose answer is its verdict.
pub(super) fn assumption(assumption: experiment::Assumption) -> Assumption {
    let alternative = |effect: experiment::Effect| Alternative {
        value: effect.value,
        down_fraction: effect.down_fraction.map(rounded),
        missed_toast_fraction: effect.missed_toast_fraction.map(rounded),
        verdict: effect.verdict,
        answer: None,
    };
    Assumption {
        key: assumption.key,
        value: assumption.value,
        standing: assumption.standing.into(),
        alternatives: assumption.effects.into_iter().map(alternative).collect(),
        decides: assumption.decides,
    }
}

/// What is set there, or the name of a scenario that is as it is.
fn in_words((name, values): &(String, Vec<(String, String)>)) -> String {
    match values.is_empty() {
        true => name.clone(),
        false => words::point(values),
    }
}

/// "a and 3 more".
fn name_list(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [name] => name.clone(),
        [name, second] => format!("{name} and {second}"),
        [name, remainder @ ..] => format!("{name} and {} more", whole(remainder.len() as u64)),
    }
}
