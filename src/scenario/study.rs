//! `[study]`: what is turned, and how closely the figures are wanted.

mod table;

use std::path::Path;

use super::axis::Axis;
use super::document::{Document, Entry, RawValue, Section};
use super::error::{Place, ScenarioError, nearest};
use super::files::Files;
use super::kind::Kind;
use super::objective::target;
use super::overrides::Override;
use super::rule::{RuleKey, check_rule_keys};
use crate::measure::{METRICS, Metric};
use crate::quantity::parse_share;

/// How several keys make points.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Combine {
    /// Every value with every value of the others; the last key turns fastest.
    #[default]
    Product,
    /// The first values together, then the second ones.
    Zip,
}

/// How narrow an interval is wanted, as half of its width.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum HalfWidth {
    /// As a fraction of the figure: of every metric that the study is about.
    Relative(f64),
    /// Of one metric, in its unit.
    Absolute(&'static Metric, f64),
}

/// A study: the keys that are turned, and the precision that is wanted.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Study {
    /// The keys with their values.
    pub axes: Vec<Axis>,
    /// How they make points.
    pub combine: Combine,
    /// How narrow the intervals shall be; empty: as the number of replications makes them.
    pub precision: Vec<HalfWidth>,
    /// The table that the points were read from; `None`: they were not.
    pub table: Option<String>,
}

/// One point of a study.
#[derive(Clone, PartialEq, Debug)]
pub struct StudyPoint {
    /// Every key with its value, in the order of the axes.
    pub values: Vec<(String, String)>,
    /// The same as overrides.
    pub overrides: Vec<Override>,
}

impl StudyPoint {
    /// The point with these places on the axes.
    pub fn at(axes: &[Axis], places: &[usize]) -> Self {
        let levels = || {
            axes.iter()
                .zip(places)
                .map(|(axis, place)| (axis, &axis.values[*place]))
        };
        Self {
            values: levels()
                .map(|(axis, level)| (axis.key.clone(), level.value().to_string()))
                .collect(),
            overrides: levels().map(|(_, level)| level.clone()).collect(),
        }
    }

    /// "clients.refresh_interval=5 min, gateway.allow=absent".
    pub fn label(&self) -> String {
        self.values
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect::<Vec<_>>()
            .join(", ")
    }
}

/// More points than anybody waits for, or reads.
const MOST_POINTS: usize = 100_000;
/// The keys of `[study]`.
pub(super) const KEYS: [RuleKey; 4] = [
    RuleKey {
        name: "vary",
        meaning: "the keys that are turned, each with its values; this or points must be given",
        expects: "a list of \"table.key = a, b, c\", \"table.key = a..b step s\" or \"table.key = a..b log n\"; values \
                  that hold commas have `;` between them",
        example: "[\"clients.refresh_interval = 10 min..30 min step 10 min\"]",
    },
    RuleKey {
        name: "combine",
        meaning: "how several keys make points; without it, product",
        expects: "\"product\", every value with every other, or \"zip\", the first values together, then the second ones",
        example: "\"zip\"",
    },
    RuleKey {
        name: "points",
        meaning: "a table of points instead of vary: a line of keys, then a line of values for each point",
        expects: "a CSV file, relative to the scenario's folder; commas, ; or tabs between its fields, as in its first line",
        example: "\"points.csv\"",
    },
    RuleKey {
        name: "precision",
        meaning: "how narrow intervals are wanted, as half of their width; replications are added until then",
        expects: "a share of the figure, like \"5 %\", or a list of \"metric = half-width\"",
        example: "\"5 %\"",
    },
];

impl Study {
    /// A study of these axes.
    ///
    /// # Errors
    /// A key twice, lists of different length that are zipped, or too many points; `place` is where it is told.
    pub fn new(axes: Vec<Axis>, combine: Combine, place: &Place) -> Result<Self, ScenarioError> {
        let bad = |message: String| Err(ScenarioError::input(place, message));
        for (i, axis) in axes.iter().enumerate() {
            if axes[..i].iter().any(|a| a.key == axis.key) {
                return bad(format!("{} is varied twice", axis.key));
            }
            if let Some(earlier) = axes[..i].iter().find(|a| axis.overlaps(a)) {
                return bad(format!(
                    "{} and {} turn the same value, and the last one would win: vary one of them",
                    earlier.key, axis.key
                ));
            }
            if axis.catalogue_key().is_some_and(|key| key.is_sampling) {
                return bad(format!(
                    "{} says how often and with which random numbers every point is simulated: give --seed or --reps instead of varying it",
                    axis.key
                ));
            }
        }
        let lengths: Vec<usize> = axes.iter().map(|a| a.values.len()).collect();
        if combine == Combine::Zip && lengths.windows(2).any(|pair| pair[0] != pair[1]) {
            let lengths_text: Vec<String> = axes
                .iter()
                .map(|a| format!("{} has {}", a.key, a.values.len()))
                .collect();
            return bad(format!(
                "zipped keys need equally many values: {}",
                lengths_text.join(", ")
            ));
        }
        let points = match combine {
            Combine::Product => lengths
                .iter()
                .try_fold(1usize, |n, l| n.checked_mul(*l))
                .unwrap_or(usize::MAX),
            Combine::Zip => lengths.first().copied().unwrap_or(0),
        };
        if points > MOST_POINTS {
            return bad(format!("more than {MOST_POINTS} points"));
        }
        let study = Self {
            axes,
            combine,
            precision: Vec::new(),
            table: None,
        };
        let mut labels: Vec<String> = study.points().iter().map(StudyPoint::label).collect();
        labels.sort_unstable();
        match labels.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => bad(format!("a point comes twice: {}", pair[0])),
            None => Ok(study),
        }
    }

    /// A study of a table of points: a line of keys, then a line of values for each point.
    ///
    /// # Errors
    /// The file system's refusal, or what is wrong and in which line.
    #[cfg(feature = "files")]
    pub fn of_table(path: &Path) -> Result<Self, ScenarioError> {
        Self::read_table(&super::files::Disk, path)
    }

    fn read_table(files: &dyn Files, path: &Path) -> Result<Self, ScenarioError> {
        let axes = table::read(files, path)?;
        let file = path.display().to_string();
        let study = Self::new(axes, Combine::Zip, &Place::file_only(&file))?;
        Ok(Self {
            table: Some(file),
            ..study
        })
    }

    /// Every point, in its order.
    pub fn points(&self) -> Vec<StudyPoint> {
        let lengths: Vec<usize> = self.axes.iter().map(|a| a.values.len()).collect();
        let point = |places: &[usize]| StudyPoint::at(&self.axes, places);
        match self.combine {
            _ if lengths.is_empty() => Vec::new(),
            Combine::Zip => (0..lengths[0])
                .map(|i| point(&vec![i; lengths.len()]))
                .collect(),
            Combine::Product => {
                let count = lengths.iter().product();
                let mut points = Vec::with_capacity(count);
                for mut index in 0..count {
                    let mut places = vec![0; lengths.len()];
                    for (place, length) in places.iter_mut().zip(&lengths).rev() {
                        *place = index % length;
                        index /= length;
                    }
                    points.push(point(&places));
                }
                points
            }
        }
    }

    /// Whether it turns a profile, or what may serve as one.
    pub(super) fn turns_references(&self) -> bool {
        let mut values = self.axes.iter().flat_map(|a| a.values.first());
        values.any(|o| {
            o.catalogue_key().kind.is_reference() || matches!(o.table(), "path" | "workload")
        })
    }

    /// As it would stand in a file.
    pub fn to_toml(&self) -> String {
        self.written_with(|_, value| value.into())
    }

    /// The same, where each value has another name.
    pub(super) fn written_with(&self, name: impl Fn(&Kind, &str) -> String) -> String {
        let quote = |text: String| toml::Value::String(text).to_string();
        let vary: Vec<String> = self
            .axes
            .iter()
            .map(|a| {
                let value = |o: &Override| name(&o.catalogue_key().kind, o.value());
                let values: Vec<String> = a.values.iter().map(value).collect();
                format!(
                    "  {},\n",
                    quote(format!("{} = {}", a.key, values.join(", ")))
                )
            })
            .collect();
        let combine = if self.combine == Combine::Zip {
            "zip"
        } else {
            "product"
        };
        let mut out = format!(
            "\n[study]\nvary = [\n{}]\ncombine = \"{combine}\"\n",
            vary.concat()
        );
        if !self.precision.is_empty() {
            let widths: Vec<String> = self.precision.iter().map(|p| quote(p.to_toml())).collect();
            out += &format!("precision = [{}]\n", widths.join(", "));
        }
        out
    }
}

impl HalfWidth {
    /// Reads `5 %`, relative, or `metric = half-width`.
    ///
    /// # Errors
    /// What is valid.
    pub fn parse(text: &str, place: &Place) -> Result<Self, ScenarioError> {
        let bad = |message: String| ScenarioError::input(place, message);
        let Some((name, width)) = text.split_once('=') else {
            let share = parse_share(text).filter(|p| *p > 0.0);
            return share.map(HalfWidth::Relative).ok_or_else(|| {
                bad(format!(
                    "precision: found {text:?}, expected a share of the figure, like \"5 %\", or a metric and half of its interval's width, like \"missed_toast_fraction = 0.1 %\""
                ))
            });
        };
        let name = name.trim();
        let metric = Metric::by_name(name).ok_or_else(|| {
            let names = METRICS.iter().map(|m| m.name);
            let near = nearest(name, names.clone());
            bad(format!(
                "precision: unknown metric {name:?}{near}; valid: {}",
                names.collect::<Vec<_>>().join(", ")
            ))
        })?;
        let width = width.trim();
        let read = target(metric.unit, &RawValue::Text(width.into()))
            .or_else(|| target(metric.unit, &RawValue::Number(width.into())));
        let half = read.filter(|h| *h > 0.0);
        half.map(|h| Self::Absolute(metric, h)).ok_or_else(|| {
            bad(format!(
                "precision of {name}: found {width:?}, expected {}",
                super::objective::example(metric.unit)
            ))
        })
    }

    fn to_toml(self) -> String {
        match self {
            Self::Relative(share) => format!("{} %", share * 100.0),
            Self::Absolute(metric, half) => {
                format!(
                    "{} = {}",
                    metric.name,
                    super::objective::written_target(metric.unit, half).trim_matches('"')
                )
            }
        }
    }
}

fn texts(entry: &Entry) -> Result<Vec<(&str, &Place)>, ScenarioError> {
    let text = |form: &RawValue, place: &Place| {
        ScenarioError::input(
            place,
            format!(
                "study.{}: found {}, expected text in quotes",
                entry.key,
                form.display()
            ),
        )
    };
    match &entry.form {
        RawValue::Text(word) => Ok(vec![(word, &entry.place)]),
        RawValue::List(items) => items
            .iter()
            .map(|item| match &item.form {
                RawValue::Text(word) => Ok((word.as_str(), &item.place)),
                other => Err(text(other, &item.place)),
            })
            .collect(),
        other => Err(text(other, &entry.place)),
    }
}

fn combine(entry: &Entry) -> Result<Combine, ScenarioError> {
    match &entry.form {
        RawValue::Text(word) if word == "product" => Ok(Combine::Product),
        RawValue::Text(word) if word == "zip" => Ok(Combine::Zip),
        other => {
            let message = format!(
                "study.combine: found {}, expected \"product\" or \"zip\"",
                other.display()
            );
            Err(ScenarioError::input(&entry.place, message))
        }
    }
}

/// The study of a file, where it has one.
pub(super) fn read(
    document: &Document,
    (files, folder): (&dyn Files, &Path),
) -> Result<Option<Study>, ScenarioError> {
    let Some(section) = document.sections.iter().find(|s| s.table == "study") else {
        return Ok(None);
    };
    // How often and with which seed is said of the scenario, once.
    let is_of_scenario = |key: &str| matches!(key, "replications" | "seed");
    if let Some(entry) = section.entries.iter().find(|e| is_of_scenario(&e.key)) {
        let key = &entry.key;
        let message = format!(
            "unknown key `{key}` in study; it stands in [scenario]: write `{key} = …` there"
        );
        return Err(ScenarioError::input(&entry.key_place, message));
    }
    check_rule_keys(section, &KEYS)?;
    let mut study = points(section, (files, folder))?;
    for axis in &study.axes {
        axis.values.iter().try_for_each(|o| o.check(document))?;
    }
    if let Some(entry) = section.entry("precision") {
        let widths = texts(entry)?
            .into_iter()
            .map(|(text, place)| HalfWidth::parse(text, place));
        study.precision = widths.collect::<Result<_, _>>()?;
    }
    Ok(Some(study))
}

fn points(section: &Section, (files, folder): (&dyn Files, &Path)) -> Result<Study, ScenarioError> {
    match (section.entry("vary"), section.entry("points")) {
        (Some(vary), None) => {
            let axes = texts(vary)?
                .into_iter()
                .map(|(text, place)| Axis::parse(text, place));
            let combine = section
                .entry("combine")
                .map(combine)
                .transpose()?
                .unwrap_or_default();
            let axes: Vec<Axis> = axes.collect::<Result<_, _>>()?;
            if axes.is_empty() {
                return Err(ScenarioError::input(
                    &vary.place,
                    "study.vary: found an empty list, expected keys with their values, like \"clients.refresh_interval = 5 min..60 min step 5 min\"",
                ));
            }
            Study::new(axes, combine, &vary.place)
        }
        (None, Some(points)) => match &points.form {
            RawValue::Text(name) => {
                let path = folder.join(name);
                // A file that a scenario names and that is not there is a fault of the scenario.
                Study::read_table(files, &path).map_err(|error| match error {
                    ScenarioError::World { cause, .. } => {
                        let why = crate::refusal::refusal_text(&cause);
                        let message = format!("study.points: {}: {why}", path.display());
                        ScenarioError::input(&points.place, message)
                    }
                    input => input,
                })
            }
            other => {
                let message = format!(
                    "study.points: found {}, expected the name of a CSV file",
                    other.display()
                );
                Err(ScenarioError::input(&points.place, message))
            }
        },
        (Some(_), Some(points)) => Err(ScenarioError::input(
            &points.place,
            "study: give either `vary` or `points`, not both",
        )),
        (None, None) => Err(ScenarioError::input(
            &section.place,
            "study: no `vary` and no `points`: nothing is varied",
        )),
    }
}
