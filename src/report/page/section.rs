//! The inputs, section by section.

use serde::Serialize;

use crate::report::inputs::Input;

/// A section with its inputs.
#[derive(Serialize)]
pub struct Section<'a> {
    title: String,
    inputs: Vec<Shown<'a>>,
    /// Defaults that are not shown because there are so many.
    left_out: usize,
}

#[derive(Serialize)]
struct Shown<'a> {
    changed: bool,
    #[serde(flatten)]
    input: &'a Input,
}

/// With more inputs, defaults are left to `inputs.csv`.
const MOST: usize = 1500;

/// Every section; with very many inputs only what is not a default.
pub fn sections(inputs: &[Input]) -> Vec<Section<'_>> {
    let all = inputs.len() <= MOST;
    let mut room = MOST;
    let mut sections: Vec<Section> = Vec::new();
    for group in inputs.chunk_by(|a, b| (&a.table, &a.name) == (&b.table, &b.name)) {
        let title = format!("{} {}", group[0].table, group[0].name);
        let mut section = Section { title: title.trim().into(), inputs: Vec::new(), left_out: 0 };
        for input in group {
            let changed = input.origin != "default" && input.value != input.default;
            if all || (changed && room > 0) {
                room = room.saturating_sub(1);
                section.inputs.push(Shown { changed, input });
            } else {
                section.left_out += 1;
            }
        }
        sections.push(section);
    }
    sections
}
