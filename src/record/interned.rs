//! Texts and points that stand in millions of rows, kept once when they are read back.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Deserializer};

use crate::measure::METRICS;

/// As a figure has it.
type PointValues = BTreeMap<String, String>;
type Name = Cow<'static, str>;

/// Reads a point. Rows of a point follow each other: they share it.
pub(super) fn point<'de, D: Deserializer<'de>>(from: D) -> Result<Arc<PointValues>, D::Error> {
    thread_local! {
        static LAST: RefCell<Arc<PointValues>> = RefCell::default();
    }
    let point = PointValues::deserialize(from)?;
    Ok(LAST.with_borrow_mut(|last| {
        if **last != point {
            *last = Arc::new(point);
        }
        Arc::clone(last)
    }))
}

/// Reads a name.
pub(super) fn name<'de, D: Deserializer<'de>>(from: D) -> Result<Name, D::Error> {
    let text = String::deserialize(from)?;
    Ok(match names().get(text.as_str()) {
        Some(name) => Name::Borrowed(name),
        None => Name::Owned(text),
    })
}

/// Reads a name, where there is one.
pub(super) fn maybe_name<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Name>, D::Error> {
    #[derive(Deserialize)]
    struct NameField(#[serde(deserialize_with = "name")] Name);
    Ok(Option::<NameField>::deserialize(from)?.map(|field| field.0))
}

/// The names of metrics, of their units and causes.
fn names() -> &'static BTreeSet<&'static str> {
    static KNOWN_NAMES: OnceLock<BTreeSet<&'static str>> = OnceLock::new();
    KNOWN_NAMES.get_or_init(|| {
        let metrics = METRICS.iter();
        let names = metrics.flat_map(|m| (m.causes)().into_iter().chain([m.name, m.unit.name()]));
        names.collect()
    })
}
