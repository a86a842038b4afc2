//! A TOML file as sections of keys and values, each with its place.

use std::collections::BTreeSet;

use toml::de::{DeTable, DeValue};

use super::error::{Errors, Place, Places, ScenarioError};
use crate::quantity::is_unprintable;

/// A value as written.
#[derive(Clone, PartialEq, Debug)]
pub enum RawValue {
    /// A string.
    Text(String),
    /// A bare number.
    Number(String),
    /// A boolean.
    Boolean(bool),
    /// A list.
    List(Vec<Entry>),
    /// An inline table.
    Table(Vec<Entry>),
}

impl RawValue {
    /// The value without quotes, for tables; the elements of a list or table one after the other.
    pub fn bare(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::List(entries) => {
                let texts: Vec<String> = entries.iter().map(|e| e.form.bare()).collect();
                texts.join(", ")
            }
            Self::Table(entries) => {
                let pair = |e: &Entry| format!("{} {}", e.key, e.form.bare());
                entries.iter().map(pair).collect::<Vec<_>>().join(", ")
            }
            other => other.display(),
        }
    }

    /// As the user wrote it, for messages.
    pub fn display(&self) -> String {
        match self {
            Self::Text(text) => format!("{text:?}"),
            Self::Number(text) => text.clone(),
            Self::Boolean(b) => b.to_string(),
            Self::List(_) => "a list".into(),
            Self::Table(_) => "a table".into(),
        }
    }
}

/// A key with its value; the elements of a list have no key.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub key_place: Place,
    /// The value.
    pub form: RawValue,
    /// Where the value stands.
    pub place: Place,
}

/// A `[table]` or one `[[table]]`.
#[derive(Clone, PartialEq, Debug)]
pub struct Section {
    /// The table's name.
    pub table: String,
    /// Whether it was written `[[table]]`.
    pub repeated: bool,
    /// Its number among those of its table, from 1.
    pub number: usize,
    /// Where it stands.
    pub place: Place,
    /// Its keys, in the order of the file.
    pub entries: Vec<Entry>,
}

impl Section {
    /// The entry of a key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|e| e.key == key)
    }
}

/// A parsed file.
#[derive(Clone, PartialEq, Debug)]
pub struct Document {
    /// The file as the user named it.
    pub file: String,
    /// The comment that the file opens with, without its `#`.
    pub opening: String,
    /// Keys before any table.
    pub top: Section,
    /// The tables, in the order of the file.
    pub sections: Vec<Section>,
}

struct Reader<'a> {
    places: Places<'a>,
}

impl Reader<'_> {
    fn place(&self, span: std::ops::Range<usize>) -> Place {
        self.places.at(span.start)
    }

    fn form(&self, value: &DeValue) -> RawValue {
        match value {
            // No key takes several lines.
            DeValue::String(text) => RawValue::Text(text.replace(['\n', '\r'], " ")),
            DeValue::Integer(n) => RawValue::Number(n.to_string()),
            DeValue::Float(n) => RawValue::Number(n.to_string()),
            DeValue::Boolean(b) => RawValue::Boolean(*b),
            // A date and time without quotes says the same.
            DeValue::Datetime(moment) => RawValue::Text(moment.to_string()),
            DeValue::Array(items) => RawValue::List(
                items
                    .iter()
                    .map(|item| Entry {
                        key: String::new(),
                        key_place: self.place(item.span()),
                        form: self.form(item.get_ref()),
                        place: self.place(item.span()),
                    })
                    .collect(),
            ),
            DeValue::Table(table) => RawValue::Table(self.entries(table)),
        }
    }

    fn entries(&self, table: &DeTable) -> Vec<Entry> {
        let mut entries: Vec<(usize, Entry)> = table
            .iter()
            .map(|(key, value)| {
                let entry = Entry {
                    key: key.get_ref().to_string(),
                    key_place: self.place(key.span()),
                    form: self.form(value.get_ref()),
                    place: self.place(value.span()),
                };
                (key.span().start, entry)
            })
            .collect();
        entries.sort_by_key(|(offset, _)| *offset);
        entries.into_iter().map(|(_, entry)| entry).collect()
    }

    fn section(&self, table: &str, repeated: bool, place: Place, entries: Vec<Entry>) -> Section {
        Section {
            table: table.into(),
            repeated,
            number: 1,
            place,
            entries,
        }
    }
}

fn opening(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .take_while(|line| line.starts_with('#'))
        // A line for editors, which names the schema.
        .filter(|line| !line.starts_with("#:schema"))
        .map(|line| line.trim_start_matches('#').trim())
        .collect();
    lines.join(" ").trim().into()
}

/// Where the line of most dots begins: the one thing that the parser refuses without its place is a key of too many parts.
fn deepest(text: &str) -> usize {
    let dots = |line: &str| line.matches('.').count();
    let mut deepest = (0, 0);
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        deepest = deepest.max((dots(line), text.len() - at));
        at += line.len();
    }
    text.len() - deepest.1
}

/// The first key or text with a character that would not be shown as itself.
fn unprintable(entries: &[Entry]) -> Option<&Place> {
    let is_bad = |text: &str| text.chars().any(|c| is_unprintable(c) && c != '\t');
    entries.iter().find_map(|entry| match &entry.form {
        _ if is_bad(&entry.key) => Some(&entry.key_place),
        RawValue::Text(text) if is_bad(text) => Some(&entry.place),
        RawValue::List(inner) | RawValue::Table(inner) => unprintable(inner),
        _ => None,
    })
}

impl Document {
    /// Parses `text`, which came from `file`.
    ///
    /// # Errors
    /// The places and messages of the syntax errors.
    pub fn parse(file: &str, text: &str) -> Result<Self, ScenarioError> {
        let reader = Reader {
            places: Places::new(file, text),
        };
        let (table, faults) = DeTable::parse_recoverable(text);
        let mut errors = Errors::default();
        let mut lines = BTreeSet::new();
        for fault in faults {
            let place = match fault.span() {
                Some(span) => reader.place(span),
                None => reader.places.at(deepest(text)),
            };
            let message = format!("not valid TOML: {}", fault.message().replace('\n', ", "));
            // What follows the first fault of a line follows from it.
            if lines.insert(place.line) {
                errors.value::<()>(Err(ScenarioError::input(&place, message)));
            }
        }
        errors.into_result()?;
        let mut top = reader.section("", false, reader.places.at(0), Vec::new());
        let mut sections = Vec::new();
        let entries = reader.entries(table.get_ref());
        if let Some(place) = unprintable(&entries) {
            let message = "a control character, or one that turns the direction of the text: write it without";
            return Err(ScenarioError::input(place, message));
        }
        for entry in entries {
            match entry.form {
                RawValue::Table(entries) => {
                    sections.push(reader.section(&entry.key, false, entry.key_place, entries))
                }
                RawValue::List(items)
                    if !items.is_empty()
                        && items.iter().all(|i| matches!(i.form, RawValue::Table(_))) =>
                {
                    for (number, item) in (1..).zip(items) {
                        let RawValue::Table(entries) = item.form else {
                            continue;
                        };
                        let section = reader.section(&entry.key, true, item.place, entries);
                        sections.push(Section { number, ..section });
                    }
                }
                _ => top.entries.push(entry),
            }
        }
        Ok(Self {
            file: file.into(),
            opening: opening(text.trim_start_matches('\u{feff}')),
            top,
            sections,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_knows_its_line_and_column() {
        let text =
            "# Why?\n# Because.\n[scenario]\nname = \"x\"\n[[clients]]\n  count = 5 # five\n";
        let document = Document::parse("a.toml", text).unwrap();
        assert_eq!(document.opening, "Why? Because.");
        let with_mark = Document::parse("a.toml", &format!("\u{feff}{text}")).unwrap();
        assert_eq!(
            with_mark.opening, document.opening,
            "a byte order mark is no part of the question"
        );
        let with_schema = Document::parse("a.toml", &format!("#:schema s.json\n{text}")).unwrap();
        assert_eq!(
            with_schema.opening, document.opening,
            "the name of a schema is no part of the question"
        );
        let clients = &document.sections[1];
        assert!(clients.repeated);
        let count = clients.entry("count").unwrap();
        assert_eq!((count.place.line, count.place.column), (6, 11));
        assert_eq!(count.key_place.to_string(), "a.toml:6:3");
        assert_eq!(count.form, RawValue::Number("5".into()));
    }

    #[test]
    fn a_syntax_error_has_a_place() {
        let error = Document::parse("a.toml", "[scenario]\nname = \n")
            .unwrap_err()
            .to_string();
        assert!(error.starts_with("a.toml:2:"), "{error}");
        let result = Document::parse("a.toml", "[scenario]\nname = t\nseed = 1\nstart = 8:00\n");
        let refusal = result.unwrap_err();
        let lines: Vec<String> = refusal.parts().iter().map(ToString::to_string).collect();
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[0].starts_with("a.toml:2:") && lines[1].starts_with("a.toml:4:"));
    }
}
