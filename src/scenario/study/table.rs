//! A table of points: a CSV file with a line of keys, then a line of values for each point.
//!
//! Fields are separated by commas, by `;` or by tabs, as the first line has it. A byte-order mark, a first line `sep=;`, rows
//! of empty fields and separators at the ends of lines are left aside, since spreadsheets write them.

use std::path::Path;

use crate::quantity::number::count_phrase;
use crate::scenario::axis::Axis;
use crate::scenario::error::{Place, Places, ScenarioError};
use crate::scenario::files::{Files, read_text_from};
use crate::scenario::instead::instead;
use crate::scenario::overrides::Override;

/// A row with its place.
type Row = (Place, Vec<String>);

/// The keys of a table, each with its value at every point.
pub(super) fn read(files: &dyn Files, path: &Path) -> Result<Vec<Axis>, ScenarioError> {
    let text = read_text_from(files, path)?;
    let file = path.display().to_string();
    axes(&file, &text).map_err(|error| error.with_lines(&file, &text))
}

fn axes(file: &str, text: &str) -> Result<Vec<Axis>, ScenarioError> {
    let file_place = Place::file_only(file);
    let mut rows = rows(file, text)?.into_iter();
    let (_, mut keys) = rows.next().ok_or_else(|| {
        let message = "no points: expected a line of keys, then a line of values for each point";
        ScenarioError::input(&file_place, message)
    })?;
    let last = keys.iter().rposition(|key| !key.is_empty());
    keys.truncate(last.map_or(0, |last| last + 1));
    let axis = |key: &String| Axis {
        key: key.clone(),
        values: Vec::new(),
    };
    let mut axes: Vec<Axis> = keys.iter().map(axis).collect();
    for (place, mut values) in rows {
        while values.len() > keys.len() && values.last().is_some_and(String::is_empty) {
            values.pop();
        }
        if values.len() != keys.len() {
            let message = format!(
                "found {}, expected {}: one for each of {}",
                count_phrase(values.len() as u64, "value"),
                keys.len(),
                keys.join(", ")
            );
            return Err(ScenarioError::input(&place, message));
        }
        for (axis, value) in axes.iter_mut().zip(values) {
            axis.values.push(level(&axis.key, &value, &place)?);
        }
    }
    match axes.iter().any(|a| a.values.is_empty()) {
        true => Err(ScenarioError::input(
            &file_place,
            "no points below the line of keys",
        )),
        false => Ok(axes),
    }
}

/// A value of a key, where it is one.
fn level(key: &str, value: &str, place: &Place) -> Result<Override, ScenarioError> {
    let level = Override::parse_at(&format!("{key}={value}"), place)?;
    let kind = &level.catalogue_key().kind;
    let form = kind.form_of(level.value());
    match kind.read(&form) {
        Ok(_) => Ok(level),
        Err(valid) => {
            let hint = instead(kind, &form);
            let text = form.display();
            let message = format!("{key}: found {text}, expected {valid}{hint}");
            Err(ScenarioError::input(place, message))
        }
    }
}

/// The rows that have anything in them.
fn rows(file: &str, text: &str) -> Result<Vec<Row>, ScenarioError> {
    let text = text.trim_start_matches('\u{feff}');
    let (delimiter, declaring) = delimiter(text);
    let places = Places::new(file, text);
    let table = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let rows = table.into_records().skip(usize::from(declaring));
    let rows = rows.map(|record| {
        let record =
            record.map_err(|e| ScenarioError::input(&Place::file_only(file), e.to_string()))?;
        // The end of the line before, and lines that are empty, may stand before the row.
        let begins = record.position().map_or(0, |p| p.byte() as usize);
        let ends = text.get(begins..).unwrap_or_default();
        let before = ends.len() - ends.trim_start_matches(['\r', '\n']).len();
        let place = places.at(begins + before);
        Ok((place, record.iter().map(String::from).collect()))
    });
    let is_full = |row: &Result<Row, _>| match row {
        Ok((_, fields)) => fields.iter().any(|field| !field.is_empty()),
        Err(_) => true,
    };
    rows.filter(is_full).collect()
}

/// What separates fields, and whether the first line does nothing but say so.
fn delimiter(text: &str) -> (u8, bool) {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let first = lines.next().unwrap_or_default();
    if let [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter] = *first.as_bytes() {
        return (delimiter, true);
    }
    match () {
        () if first.contains(';') => (b';', false),
        () if !first.contains(',') && first.contains('\t') => (b'\t', false),
        () => (b',', false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Result<Vec<Vec<String>>, String> {
        let axes = axes("points.csv", text).map_err(|e| e.to_string())?;
        let values = |axis: &Axis| axis.values.iter().map(|o| o.value().to_string()).collect();
        Ok(axes.iter().map(values).collect())
    }

    #[test]
    fn tables_of_spreadsheets_say_the_same_as_plain_ones() {
        let commas = "clients.count,clients.refresh_interval\n10,5 min\n20,10 min\n";
        let expected = table(commas).unwrap();
        assert_eq!(expected, [["10", "20"], ["5 min", "10 min"]]);
        let german = format!("\u{feff}{}", commas.replace(',', ";")).replace('\n', ";\r\n");
        for text in [
            commas.replace(',', ";"),
            commas.replace(',', "\t"),
            format!("{german};;;\r\n"),
            format!("sep=;\n{}", commas.replace(',', ";")),
        ] {
            assert_eq!(table(&text).as_ref(), Ok(&expected), "{text}");
        }
        // Between `;` a comma belongs to the value; between commas it does where quotes stand round it.
        let service = "gateway.service_time;clients.count\nquantiles 50 % 3 ms, 100 % 8 ms;5\n";
        let quotes = "gateway.service_time,clients.count\n\"quantiles 50 % 3 ms, 100 % 8 ms\",5\n";
        assert_eq!(table(service), table(quotes));
    }

    #[test]
    fn a_wrong_row_is_told_with_its_line() {
        let short = table("clients.count;clients.refresh_interval\r\n10;5 min\r\n\r\n20\r\n");
        assert_eq!(
            short.unwrap_err(),
            "points.csv:4:1: found 1 value, expected 2: one for each of clients.count, clients.refresh_interval"
        );
        let comma = table("clients.answered_at_pc;clients.count\r\n0,5 %;10\r\n").unwrap_err();
        assert!(
            comma.starts_with("points.csv:2:1: clients.answered_at_pc: found \"0,5 %\"")
                && comma.ends_with("; write \"0.5 %\""),
            "{comma}"
        );
        assert!(table("\u{feff}\r\n").unwrap_err().contains("no points"));
        let no_rows = table("clients.count;clients.refresh_interval\n;\n").unwrap_err();
        assert_eq!(no_rows, "points.csv: no points below the line of keys");
    }
}
