//! The points of a study, arranged: which key runs along the axis, and what the others tell apart.

use std::collections::{BTreeMap, BTreeSet};

use super::key::{AxisPlaces, called, places};
use crate::record::Figure;

/// More curves than this are told apart by nobody.
pub(super) const MOST_CURVES: usize = 7;

/// One point of a study.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Spot<'a> {
    /// Every varied key with its value.
    pub point: &'a BTreeMap<String, String>,
    /// Where it lies along the axis.
    pub x: f64,
    /// The value there.
    pub value: &'a str,
}

/// The points that differ in the key of the axis alone.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Curve<'a> {
    /// The values of the other keys; empty: there is no other.
    pub name: String,
    /// Its points, by x.
    pub spots: Vec<Spot<'a>>,
}

/// The points of a study along one key.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Grid<'a> {
    /// The key of the axis.
    pub key: &'a str,
    /// Its axis, and the place of each of its values.
    pub places: AxisPlaces,
    /// The curves, in the order of the points.
    pub curves: Vec<Curve<'a>>,
}

/// Every point that the figures speak of, in its order.
pub(super) fn points(rows: &[Figure]) -> Vec<&BTreeMap<String, String>> {
    let mut points: Vec<&BTreeMap<String, String>> = Vec::new();
    // The rows of a point stand together.
    for row in rows
        .iter()
        .filter(|r| r.metric == "users" && r.scope == "all")
    {
        if points.last() != Some(&&*row.point) {
            points.push(&row.point);
        }
    }
    points
}

/// The keys with more than one value, each with its values in their order.
pub(super) fn keys<'a>(points: &[&'a BTreeMap<String, String>]) -> Vec<(&'a str, Vec<&'a str>)> {
    let mut keys: Vec<(&str, Vec<&str>)> = Vec::new();
    let mut pairs: BTreeSet<(&str, &str)> = BTreeSet::new();
    for (key, value) in points
        .iter()
        .flat_map(|p| p.iter())
        .filter(|(k, v)| pairs.insert((k, v)))
    {
        match keys.iter_mut().find(|(k, _)| k == key) {
            Some((_, values)) => values.push(value),
            None => keys.push((key, vec![value])),
        }
    }
    keys.retain(|(_, values)| values.len() > 1);
    keys
}

/// What these keys are at a point: "good, allow-fix".
pub(super) fn name(point: &BTreeMap<String, String>, keys: &[&str]) -> String {
    let value = |key: &&str| {
        point.get(*key).map(|v| {
            if v.chars().all(|c| c.is_ascii_digit()) {
                format!("{} {v}", called(key))
            } else {
                v.clone()
            }
        })
    };
    keys.iter().filter_map(value).collect::<Vec<_>>().join(", ")
}

impl<'a> Grid<'a> {
    /// Along that key, or else along the one with the most numbers; `None`: no key has numbers.
    pub(super) fn along(
        points: &[&'a BTreeMap<String, String>],
        key_name: Option<&str>,
    ) -> Option<Self> {
        let keys = keys(points);
        let numbered = keys
            .iter()
            .filter(|(key, _)| key_name.is_none_or(|w| w == *key));
        let numbered =
            numbered.filter_map(|(key, values)| Some((*key, values, places(key, values)?)));
        // Of keys with equally many values a refresh interval is what people ask about.
        let rank = |(key, values, _): &(&str, &Vec<&str>, AxisPlaces)| {
            (values.len(), key.ends_with("refresh_interval"))
        };
        let (key, values, places) = numbered.max_by_key(rank)?;
        // Keys that turn together with this one tell nothing apart.
        let zipped = values.len() == points.len();
        let other_keys: Vec<&str> = keys
            .iter()
            .map(|(k, _)| *k)
            .filter(|k| *k != key && !zipped)
            .collect();
        let at: BTreeMap<&str, f64> = values
            .iter()
            .copied()
            .zip(places.at.iter().copied())
            .collect();
        let mut curves: Vec<Curve> = Vec::new();
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for point in points {
            let Some((value, x)) = point.get(key).and_then(|v| Some((v, *at.get(v.as_str())?)))
            else {
                continue;
            };
            let name = name(point, &other_keys);
            let place = *counts.entry(name.clone()).or_insert(curves.len());
            if place == curves.len() {
                curves.push(Curve {
                    name,
                    spots: Vec::new(),
                });
            }
            curves[place].spots.push(Spot { point, x, value });
        }
        curves
            .iter_mut()
            .for_each(|c| c.spots.sort_by(|a, b| a.x.total_cmp(&b.x)));
        Some(Grid {
            key,
            places,
            curves,
        })
    }
}

/// The figures of a record by point: a look-up for each figure of each chart would take long in a large study.
pub(super) struct FigureIndex<'a>(
    BTreeMap<(&'a BTreeMap<String, String>, &'a str, &'a str), &'a Figure>,
);

impl<'a> FigureIndex<'a> {
    /// All of them.
    pub(super) fn from_rows(rows: &'a [Figure]) -> Self {
        let totals = rows.iter().filter(|r| r.cause.is_none());
        FigureIndex(
            totals
                .map(|r| ((&*r.point, r.scope.as_str(), &*r.metric), r))
                .collect(),
        )
    }

    /// Whether two points have about the same mean in a metric over everything.
    pub(super) fn has_same_mean(
        &self,
        a: &'a BTreeMap<String, String>,
        b: &'a BTreeMap<String, String>,
        metric: &'a str,
    ) -> bool {
        let mean = |p| self.get(p, "all", metric).and_then(|f| f.mean);
        match (mean(a), mean(b)) {
            (Some(a), Some(b)) => (a - b).abs() <= 0.005 * a.abs().max(b.abs()),
            _ => a == b,
        }
    }

    /// One of them.
    pub(super) fn get(
        &self,
        point: &'a BTreeMap<String, String>,
        scope: &'a str,
        metric: &'a str,
    ) -> Option<&'a Figure> {
        self.0.get(&(point, scope, metric)).copied()
    }
}
