//! The inputs, section by section.

use serde::Serialize;

use crate::record::inputs::Input;

/// A section with its inputs.
#[derive(Serialize)]
pub(super) struct Section<'a> {
    title: String,
    inputs: Vec<SectionView<'a>>,
    /// Defaults that are not shown because there are so many.
    left_out: usize,
}

#[derive(Serialize)]
struct SectionView<'a> {
    /// `changed`, `varied`, `default`, or `given` where there is no default.
    state: &'static str,
    #[serde(flatten)]
    input: &'a Input,
}

/// An input that the scenario sets, with its section.
#[derive(Serialize)]
pub(super) struct SetInput<'a> {
    section: String,
    #[serde(flatten)]
    view: SectionView<'a>,
}

/// More than this are not shown at first.
const MOST_CHANGED: usize = 60;

/// With more inputs, defaults are left to `inputs.csv`.
const MAX_INPUTS: usize = 1500;

/// Every section; with very many inputs only what is not a default.
pub(super) fn sections(inputs: &[Input]) -> Vec<Section<'_>> {
    let are_all_shown = inputs.len() <= MAX_INPUTS;
    let mut room = MAX_INPUTS;
    let mut sections: Vec<Section> = Vec::new();
    for group in inputs.chunk_by(|a, b| (&a.table, &a.name) == (&b.table, &b.name)) {
        let mut section = Section {
            title: title(&group[0]),
            inputs: Vec::new(),
            left_out: 0,
        };
        for input in group {
            let state = state(input);
            if are_all_shown || (state != "default" && room > 0) {
                room = room.saturating_sub(1);
                section.inputs.push(SectionView { state, input });
            } else {
                section.left_out += 1;
            }
        }
        sections.push(section);
    }
    sections
}

/// What a scenario says itself: what differs from its default, and what has none; without the names, which are titles.
pub(super) fn changed(inputs: &[Input]) -> Vec<SetInput<'_>> {
    let is_changed = |input: &&Input| state(input) != "default" && input.key != "name";
    let changed = |input| SetInput {
        section: title(input),
        view: SectionView {
            state: state(input),
            input,
        },
    };
    inputs
        .iter()
        .filter(is_changed)
        .take(MOST_CHANGED)
        .map(changed)
        .collect()
}

/// The table of an input and the name of what it is of.
fn title(input: &Input) -> String {
    format!("{} {}", input.table, input.name).trim().into()
}

fn state(input: &Input) -> &'static str {
    match () {
        () if input.origin == "varied" => "varied",
        () if input.origin == "default" || input.value == input.default => "default",
        () if input.default.is_empty() => "given",
        () => "changed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(table: &str, value: &str, default: &str, origin: &str) -> Input {
        let [table, value, default, origin] = [table, value, default, origin].map(String::from);
        Input {
            table,
            value,
            default,
            origin,
            ..Input::default()
        }
    }

    #[test]
    fn what_is_changed_is_told_from_what_must_be_given() {
        let state_of = |value, default, origin| state(&input("clients", value, default, origin));
        assert_eq!(state_of("10 min", "25 min", "file"), "changed");
        assert_eq!(state_of("25 min", "25 min", "file"), "default");
        assert_eq!(state_of("2000", "", "file"), "given");
        assert_eq!(state_of("0 s", "0 s", "default"), "default");
        assert_eq!(state_of("5 min, 10 min", "25 min", "varied"), "varied");
    }

    #[test]
    fn at_first_only_what_the_scenario_says_is_shown() {
        let mut inputs = [
            input("clients", "0 s", "0 s", "default"),
            input("clients", "1 ms", "0 s", "file"),
            input("clients", "2000", "", "file"),
            input("clients", "office", "", "file"),
        ];
        inputs[3].key = "name".into();
        let states: Vec<&str> = changed(&inputs).iter().map(|c| c.view.state).collect();
        assert_eq!(states, ["changed", "given"]);
    }

    #[test]
    fn with_very_many_inputs_the_defaults_are_left_out() {
        let mut inputs = vec![input("clients", "0 s", "0 s", "default"); MAX_INPUTS];
        inputs.push(input("clients", "1 s", "0 s", "file"));
        let sections = sections(&inputs);
        assert_eq!(
            (
                sections.len(),
                sections[0].inputs.len(),
                sections[0].left_out
            ),
            (1, 1, MAX_INPUTS)
        );
    }
}
