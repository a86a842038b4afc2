//! The first line of a file of records: which of its columns is which.

use crate::scenario::error::nearest;

/// The columns of a kind of file.
pub(super) struct RowColumns {
    pub columns: &'static [&'static str],
    /// So many of them must be there.
    pub required_count: usize,
}

impl RowColumns {
    pub(super) fn header(&self) -> String {
        let (required, optional) = self.columns.split_at(self.required_count);
        let also = if optional.is_empty() {
            String::new()
        } else {
            format!(", and perhaps {}", optional.join(","))
        };
        format!("{}{also}", required.join(","))
    }
}

/// What is wrong with a first line.
pub(super) struct HeaderFault {
    /// The column of the file that it is about; `None`: the whole line.
    pub index: Option<usize>,
    pub text: String,
    /// What to write instead.
    pub hint: String,
}

/// Where the columns of a table stand in a file.
#[derive(Default)]
pub(super) struct Places {
    /// For each column of the table its place.
    pub columns: Vec<Option<usize>>,
    /// The place of the time of day, where the column `time` has the date alone.
    pub clock: Option<usize>,
}

/// Where the columns of a table stand in a file with such names of columns. `map` has what the file calls them, of the key
/// `key`.
pub(super) fn places_of(
    table: &RowColumns,
    map: &[(String, String)],
    key: &str,
    names: &[String],
) -> Result<Places, HeaderFault> {
    let name_of = |column_name: &'static str| {
        let pair = map.iter().find(|(column, _)| column == column_name);
        pair.map_or(column_name, |(_, name)| name.as_str())
    };
    let mut places = vec![None; table.columns.len()];
    let mut unknown = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let is_named = |c: &&'static str| name_of(c).to_lowercase() == name.to_lowercase();
        match table.columns.iter().position(is_named) {
            Some(column) if places[column].is_some() => {
                return Err(HeaderFault {
                    index: Some(index),
                    text: format!("column `{name}` stands twice"),
                    hint: String::new(),
                });
            }
            Some(column) => places[column] = Some(index),
            None if !map.is_empty() || name.is_empty() => {}
            None => unknown.push(index),
        }
    }
    let mut clock = None;
    if places[0].is_none() {
        (places[0], clock) = date_and_clock(name_of(table.columns[0]), names).unzip();
    }
    let missing = |column: &usize| places[*column].is_none();
    let missing: Vec<&str> = (0..table.required_count)
        .filter(missing)
        .map(|c| table.columns[c])
        .collect();
    if let [first, ..] = unknown[..] {
        let unknown_names: Vec<&str> = unknown.iter().map(|i| names[*i].as_str()).collect();
        let near = nearest(&names[first], table.columns.iter().copied());
        return Err(HeaderFault {
            index: Some(first),
            text: format!("unknown {}{near}", columns(&unknown_names)),
            hint: map_hint(key, &missing, &unknown_names),
        });
    }
    if missing.is_empty() {
        return Ok(Places {
            columns: places,
            clock,
        });
    }
    let missing_names: Vec<&str> = missing
        .iter()
        .map(|column_name| name_of(column_name))
        .collect();
    let near = nearest(missing_names[0], names.iter().map(String::as_str));
    Err(HeaderFault {
        index: None,
        text: format!(
            "no {} among {}{near}",
            columns(&missing_names),
            names.join(", ")
        ),
        hint: map_hint(key, &missing, &[]),
    })
}

/// The places of a date and a time of day that stand in two columns: "Date Time" names both.
fn date_and_clock(text: &str, names: &[String]) -> Option<(usize, usize)> {
    let place = |part: &str| {
        let is_it = |name: &String| name.to_lowercase() == part.to_lowercase();
        names.iter().position(is_it)
    };
    text.match_indices(' ').find_map(|(at, _)| {
        let (date, clock) = text.split_at(at);
        Some((place(date)?, place(clock.trim_start())?))
    })
}

/// "column `a`" or "columns `a`, `b`".
fn columns(names: &[&str]) -> String {
    let s = if names.len() == 1 { "" } else { "s" };
    format!("column{s} `{}`", names.join("`, `"))
}

/// How a file says which of its columns is which, or that one counts for nothing.
fn map_hint(key: &str, missing: &[&str], unknown: &[&str]) -> String {
    let key = key.replace("_file", "_columns");
    if let [_] = unknown
        && missing.len() > 2
    {
        return "; commas, ; or tabs separate them".into();
    }
    match missing {
        [] => format!("; {key} = {{ time = \"time\" }} leaves other columns aside"),
        missing => {
            let its_name = match (missing, unknown) {
                ([_], [name]) => name,
                _ => "its name",
            };
            let pairs: Vec<String> = missing
                .iter()
                .map(|column_name| format!("{column_name} = \"{its_name}\""))
                .collect();
            format!(
                "; a column of another name is told by {key} = {{ {} }}",
                pairs.join(", ")
            )
        }
    }
}
