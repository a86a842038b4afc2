//! The first line of a file of records: which of its columns is which.

use crate::scenario::error::nearest;

/// The columns of a kind of file.
pub(super) struct RowColumns {
    pub columns: &'static [&'static str],
    /// So many of them must be there.
    pub needed: usize,
}

impl RowColumns {
    pub(super) fn header(&self) -> String {
        let (needed, optional) = self.columns.split_at(self.needed);
        let also = if optional.is_empty() {
            String::new()
        } else {
            format!(", and perhaps {}", optional.join(","))
        };
        format!("{}{also}", needed.join(","))
    }
}

/// What is wrong with a first line.
pub(super) struct HeaderFault {
    /// The column of the file that it is about; `None`: the whole line.
    pub index: Option<usize>,
    pub what: String,
    /// What to write instead.
    pub hint: String,
}

/// For each column of the table its place in a file with such names of columns. `map` has what the file calls them, of the key
/// `key`.
pub(super) fn columns_of(
    table: &RowColumns,
    map: &[(String, String)],
    key: &str,
    names: &[String],
) -> Result<Vec<Option<usize>>, HeaderFault> {
    let name_of = |ours: &'static str| {
        let pair = map.iter().find(|(column, _)| column == ours);
        pair.map_or(ours, |(_, name)| name.as_str())
    };
    let mut places = vec![None; table.columns.len()];
    let mut unknown = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let is_named = |c: &&'static str| name_of(c).to_lowercase() == name.to_lowercase();
        match table.columns.iter().position(is_named) {
            Some(column) if places[column].is_some() => {
                return Err(HeaderFault {
                    index: Some(index),
                    what: format!("column `{name}` stands twice"),
                    hint: String::new(),
                });
            }
            Some(column) => places[column] = Some(index),
            None if !map.is_empty() || name.is_empty() => {}
            None => unknown.push(index),
        }
    }
    let missing = |column: &usize| places[*column].is_none();
    let missing: Vec<&str> = (0..table.needed)
        .filter(missing)
        .map(|c| table.columns[c])
        .collect();
    if let [first, ..] = unknown[..] {
        let listed: Vec<&str> = unknown.iter().map(|i| names[*i].as_str()).collect();
        let near = nearest(&names[first], table.columns.iter().copied());
        return Err(HeaderFault {
            index: Some(first),
            what: format!("unknown {}{near}", columns(&listed)),
            hint: map_hint(key, &missing, &listed),
        });
    }
    if missing.is_empty() {
        return Ok(places);
    }
    let called: Vec<&str> = missing.iter().map(|ours| name_of(ours)).collect();
    let near = nearest(called[0], names.iter().map(String::as_str));
    Err(HeaderFault {
        index: None,
        what: format!("no {} among {}{near}", columns(&called), names.join(", ")),
        hint: map_hint(key, &missing, &[]),
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
    match missing {
        [] => format!("; {key} = {{ time = \"time\" }} leaves other columns aside"),
        missing => {
            let its_name = match (missing, unknown) {
                ([_], [name]) => name,
                _ => "its name",
            };
            let pairs: Vec<String> = missing
                .iter()
                .map(|ours| format!("{ours} = \"{its_name}\""))
                .collect();
            format!(
                "; a column of another name is told by {key} = {{ {} }}",
                pairs.join(", ")
            )
        }
    }
}
