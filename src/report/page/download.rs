//! The data behind the page, inside it as long as there is room.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::{Files, NAME};

/// A file of the folder.
#[derive(Serialize)]
pub struct Download {
    name: String,
    size: String,
    /// The file itself as a link; none: it is too large.
    link: Option<String>,
}

/// The files that are wanted most, first.
const FIRST: [&str; 6] = ["summary.json", "summary.csv", "scenario.toml", "inputs.csv", "series.csv", "runs.csv"];
/// What an entry takes besides the file.
const ENTRY: usize = 300;

/// Every file of the folder, within the page while it fits into `room`.
///
/// # Errors
/// A file cannot be read.
pub fn downloads(files: &Files, mut room: usize) -> Result<Vec<Download>, String> {
    let known = FIRST.iter().copied().filter(|name| files.sizes.contains_key(*name));
    let rest = files.sizes.keys().map(String::as_str).filter(|n| *n != NAME && !FIRST.contains(n) && !n.contains('/'));
    let mut downloads = Vec::new();
    let names: Vec<&str> = known.chain(rest).collect();
    room = room.saturating_sub(ENTRY * names.len());
    for name in names {
        let bytes = files.sizes[name];
        let mut link = None;
        if base64::encoded_len(bytes as usize, true).is_some_and(|n| n <= room) {
            let text = (files.read)(name)?;
            let encoded = STANDARD.encode(text);
            room -= encoded.len();
            link = Some(format!("data:{};base64,{encoded}", media(name)));
        }
        downloads.push(Download { name: name.into(), size: size(bytes), link });
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
    use super::*;

    #[test]
    fn what_does_not_fit_is_named_with_its_size() {
        let sizes = [("summary.json", 3), ("series.csv", 3_000), ("drops.csv", 10_138_493), (NAME, 9)];
        let sizes = sizes.map(|(n, s)| (n.to_string(), s)).into();
        let files = Files { sizes: &sizes, read: &|_| Ok("{}\n".into()) };
        let told: Vec<(String, String, Option<String>)> =
            downloads(&files, 3 * ENTRY + 4).unwrap().into_iter().map(|d| (d.name, d.size, d.link)).collect();
        // "{}\n" is e30K in base64: four characters.
        let link = Some("data:application/json;base64,e30K".to_string());
        assert_eq!(told[0], ("summary.json".into(), "3 B".into(), link));
        assert_eq!(told[1], ("series.csv".into(), "3 kB".into(), None));
        assert_eq!(told[2], ("drops.csv".into(), "10.1 MB".into(), None));
        assert_eq!(told.len(), 3);
    }
}
