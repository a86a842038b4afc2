//! The data behind the page, inside it as long as there is room.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use minijinja::Value;
use serde::Serialize;

use crate::record::{Results, ResultsError};

/// The report's name in a results folder.
pub const NAME: &str = "report.html";

/// A file of the folder.
#[derive(Serialize)]
pub(super) struct Download {
    name: String,
    size: String,
    /// The file itself as a link; none: it is too large. Nothing in base64 needs an escape, and escaped slashes would make
    /// it larger than was counted.
    link: Option<Value>,
}

/// The files that are wanted most, first.
const FIRST: [&str; 6] = [
    "summary.json",
    "summary.csv",
    "scenario.toml",
    "inputs.csv",
    "series.csv",
    "runs.csv",
];
/// What an entry takes besides the file.
const ENTRY: usize = 300;

/// Every file of the folder, within the page while it fits into `room`.
///
/// # Errors
/// A file cannot be read.
pub(super) fn downloads(results: &Results, mut room: usize) -> Result<Vec<Download>, ResultsError> {
    let first = FIRST.iter().copied().filter(|name| results.has(name));
    let file_names = results.manifest.files.keys().map(String::as_str);
    let rest = file_names.filter(|n| *n != NAME && !FIRST.contains(n) && !n.contains('/'));
    let mut downloads = Vec::new();
    let names: Vec<&str> = first.chain(rest).collect();
    room = room.saturating_sub(ENTRY * names.len());
    for name in names {
        let bytes = results.size(name)?;
        let mut link = None;
        if base64::encoded_len(bytes as usize, true).is_some_and(|n| n <= room) {
            let encoded = STANDARD.encode(results.bytes(name)?);
            room -= encoded.len();
            link = Some(Value::from_safe_string(format!(
                "data:{};base64,{encoded}",
                media(name)
            )));
        }
        downloads.push(Download {
            name: name.into(),
            size: size(bytes),
            link,
        });
    }
    Ok(downloads)
}

fn media(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("json") => "application/json",
        Some("csv") => "text/csv",
        _ => "text/plain",
    }
}

/// "44 kB".
fn size(bytes: u64) -> String {
    match bytes {
        0..1000 => format!("{bytes} B"),
        1000..1_000_000 => format!("{} kB", bytes.div_ceil(1000)),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::record::{Folder, Manifest};

    #[test]
    fn what_does_not_fit_is_named_with_its_size() {
        let root = tempfile::tempdir().unwrap();
        let mut folder = Folder::open(root.path()).unwrap();
        let mut put = |name: &str, text: &str| {
            folder
                .put(name, |out| out.write_all(text.as_bytes()))
                .unwrap()
        };
        put(
            "summary.json",
            r#"{"schema":"rccsim.matrix/1","basis":"","cells":[]}"#,
        );
        put("notes.csv", "{}\n");
        put("series.csv", &"x".repeat(3_000));
        put("plots/day.svg", "<svg/>");
        folder.publish(Manifest::default()).unwrap();
        let results = Results::read(root.path()).unwrap();
        let entries: Vec<(String, String, Option<String>)> = downloads(&results, 3 * ENTRY + 80)
            .unwrap()
            .into_iter()
            .map(|d| (d.name, d.size, d.link.map(|link| link.to_string())))
            .collect();
        assert!(
            entries[0]
                .2
                .as_ref()
                .unwrap()
                .starts_with("data:application/json;base64,eyJ"),
            "{entries:?}"
        );
        assert_eq!(entries[1], ("series.csv".into(), "3 kB".into(), None));
        // "{}\n" in base64, by hand: 011110 110111 110100 001010.
        assert_eq!(
            entries[2],
            (
                "notes.csv".into(),
                "3 B".into(),
                Some("data:text/csv;base64,e30K".into())
            )
        );
        assert_eq!(entries.len(), 3);
    }
}
