//! The inputs of a scenario as `inputs.csv` lists them.

use crate::record::inputs::Input;
use crate::scenario::catalogue::Standing;
use crate::scenario::{Origin, Scenario, Setting, Settings, Study};

/// Every input that has a value; those that a study turns are marked.
pub(super) fn inputs(scenario: &Scenario, study: Option<&Study>) -> Vec<Input> {
    let sections = scenario.settings.iter();
    let entries = sections.flat_map(|section| {
        section
            .entries
            .iter()
            .map(move |setting| (section, setting))
    });
    entries
        .filter(|(_, s)| !s.text.is_empty())
        .map(|(section, setting)| input(section, setting, study))
        .collect()
}

/// The name of a section; `[scenario]` has none.
pub(super) fn section_name(section: &Settings) -> &str {
    match section.table {
        "scenario" => "",
        _ => &section.name,
    }
}

/// The origin that an input tells of, where that of the value itself is another; `None`: it tells of none.
pub(super) fn origin(input: &Input, value_origin: &Origin) -> Option<Origin> {
    Some(
        match (input.origin.as_str(), input.origin.strip_prefix("profile ")) {
            ("default", _) => Origin::Default,
            ("command line", _) => Origin::Override,
            (_, Some(profile)) => {
                let mut standings = Standing::ALL.into_iter();
                let (standing, _) = standings.find(|(_, name)| *name == input.standing)?;
                Origin::Profile {
                    profile: profile.into(),
                    standing,
                    source: input.source.clone(),
                }
            }
            _ => value_origin.clone(),
        },
    )
}

fn input(section: &Settings, setting: &Setting, study: Option<&Study>) -> Input {
    let key = setting.key;
    let axes = study.map_or(&[][..], |s| &s.axes);
    let name = section_name(section);
    let study_axis = axes.iter().find(|a| {
        a.values
            .first()
            .is_some_and(|o| o.applies(section.table, name, key.name))
    });
    let (origin, source) = match &setting.origin {
        Origin::Override => ("command line".into(), "given with the command".into()),
        Origin::File(_) => ("file".into(), "this scenario".into()),
        Origin::Profile {
            profile, source, ..
        } => (format!("profile {profile}"), source.clone()),
        Origin::Default => ("default".into(), key.source.into()),
    };
    let (value, origin) = match study_axis {
        Some(axis) => (
            axis.values
                .iter()
                .map(|o| o.value())
                .collect::<Vec<_>>()
                .join(", "),
            "varied".into(),
        ),
        None => (setting.text.clone(), origin),
    };
    Input {
        table: section.table.into(),
        name: name.into(),
        key: key.name.into(),
        value,
        origin,
        standing: setting.standing().to_string(),
        source,
        default: key.default.unwrap_or_default().into(),
        meaning: key.meaning.into(),
        // A study has the same for all of its points, but what it varies.
        point_number: study.is_none().then_some(1),
    }
}
