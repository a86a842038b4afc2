//! A value with its evidence.

use serde::Serialize;

use super::exchange::{DialogTrace, Exchange};

/// Frames or lines of a file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct FilePlaces {
    /// The file, counted from 0.
    pub file: usize,
    /// The frames or lines.
    pub places: Vec<u64>,
}

/// A value with its evidence.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Finding {
    /// What it is about.
    pub name: &'static str,
    /// The value, for people.
    pub value: String,
    /// `measured`, or `not seen`.
    pub standing: &'static str,
    /// How sure it is.
    pub sureness: String,
    /// What shows it.
    pub evidence: Vec<FilePlaces>,
    /// The key of a profile that it sets, and the key's value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sets: Option<(&'static str, String)>,
}

/// Places of one dialog.
pub(super) fn places(dialog: &DialogTrace, places: impl IntoIterator<Item = u64>) -> FilePlaces {
    FilePlaces {
        file: dialog.file,
        places: places.into_iter().collect(),
    }
}

/// Places of an exchange: its requests and its answer.
pub(super) fn exchange_places(dialog: &DialogTrace, exchange: &Exchange) -> FilePlaces {
    let answer = exchange
        .answer
        .iter()
        .flat_map(|a| a.copies.iter().map(|s| s.place));
    let mut numbers: Vec<u64> = exchange.places().into_iter().chain(answer).collect();
    numbers.sort_unstable();
    places(dialog, numbers)
}

/// Evidence kept of one value; what follows is more of the same.
const EVIDENCE_MOST: usize = 8;

impl Finding {
    /// A measured value.
    pub(super) fn measured(
        name: &'static str,
        value: String,
        sureness: String,
        mut evidence: Vec<FilePlaces>,
    ) -> Self {
        evidence.truncate(EVIDENCE_MOST);
        Self {
            name,
            value,
            standing: "measured",
            sureness,
            evidence,
            sets: None,
        }
    }

    /// Nothing was seen of it.
    pub(super) fn unseen(name: &'static str, why: &str) -> Self {
        Self {
            name,
            value: "not seen".into(),
            standing: "not seen",
            sureness: why.into(),
            evidence: Vec::new(),
            sets: None,
        }
    }

    /// Sets a key of a profile.
    pub(super) fn setting(self, key: &'static str, value: impl Into<String>) -> Self {
        Self {
            sets: Some((key, value.into())),
            ..self
        }
    }
}

/// How often something was so.
pub(super) fn times(matches: usize, total: usize) -> String {
    match (matches, total) {
        (1, 1) => "once".into(),
        (so, total) if so == total => format!("{total} times, always so"),
        (so, total) => format!("{so} of {total} times: not always"),
    }
}

/// The value that is most frequent (the first of those that are), how often it came, and everything that shows it.
pub(super) fn majority<T: PartialEq + Clone>(
    samples: &[(T, FilePlaces)],
) -> Option<(T, usize, Vec<FilePlaces>)> {
    let mut counts: Vec<(&T, usize)> = Vec::new();
    for (value, _) in samples {
        match counts.iter_mut().find(|(v, _)| *v == value) {
            Some((_, count)) => *count += 1,
            None => counts.push((value, 1)),
        }
    }
    let maximum = counts.iter().map(|(_, n)| *n).max()?;
    let (value, count) = counts.into_iter().find(|(_, n)| *n == maximum)?;
    let evidence = samples
        .iter()
        .filter(|(v, _)| v == value)
        .map(|(_, p)| p.clone())
        .collect();
    Some((value.clone(), count, evidence))
}

/// A finding of the most frequent value.
pub(super) fn by_majority<T: PartialEq + Clone>(
    name: &'static str,
    samples: &[(T, FilePlaces)],
    text_of: impl Fn(&T) -> String,
) -> Option<(T, Finding)> {
    let (value, count, evidence) = majority(samples)?;
    let text = text_of(&value);
    Some((
        value,
        Finding::measured(name, text, times(count, samples.len()), evidence),
    ))
}

/// Seconds for people: 1500, 25.04.
pub(super) fn seconds(us: u64) -> String {
    let text = format!("{:.3}", us as f64 / 1e6);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{text} s")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_value_wins_the_first_of_equals() {
        let at = |n| FilePlaces {
            file: 0,
            places: vec![n],
        };
        let samples = [
            ("a", at(1)),
            ("b", at(2)),
            ("b", at(3)),
            ("a", at(4)),
            ("c", at(5)),
        ];
        assert_eq!(majority(&samples), Some(("a", 2, vec![at(1), at(4)])));
        assert_eq!(majority::<u8>(&[]), None);
        assert_eq!(times(2, 5), "2 of 5 times: not always");
    }

    #[test]
    fn seconds_are_short() {
        assert_eq!(
            [seconds(1_500_000_000), seconds(25_040_000), seconds(0)],
            ["1500 s", "25.04 s", "0 s"]
        );
    }
}
