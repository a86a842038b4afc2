//! JSON Schemas of scenarios and profiles, for editors: what can be said of a value alone. What depends on other values, and
//! whether a name is one of the file, `rccsim check` says.

use serde_json::{Map, Value, json};

use super::entry::{Entry, entries};
use super::example::example;
use crate::measure::{DropCause, METRICS, MissCause, SERIES};
use crate::quantity::span_words;
use crate::scenario::catalogue::{Key, Standing, TABLES, is_single, keys_of_profile, meaning_of};
use crate::scenario::{Kind, Profiles, SHIPPED};

/// Of what a schema is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SchemaKind {
    /// A scenario.
    Scenario,
    /// A profile of this kind.
    Profile(Profiles),
}

/// The JSON Schema, draft 7: the newest that editors of TOML understand.
pub fn schema(kind: SchemaKind) -> Value {
    let (title, mut schema) = match kind {
        SchemaKind::Scenario => ("rccsim scenario".to_string(), scenario()),
        SchemaKind::Profile(profiles) => (
            format!("rccsim {} profile", profiles.name()),
            profile(profiles),
        ),
    };
    schema["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    schema["title"] = json!(title);
    schema
}

/// An object with these properties and no others.
fn object(properties: Map<String, Value>, required: &[&str]) -> Value {
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn scenario() -> Value {
    let tables = TABLES
        .iter()
        .map(|table| (table.to_string(), table_schema(table)));
    object(tables.collect(), &["scenario", "gateway", "clients"])
}

fn table_schema(table: &'static str) -> Value {
    let properties = entries(table).into_iter().map(|entry| {
        let value = match entry {
            Entry::Key(key) => described(key_schema(&key.kind), key),
            Entry::Rule(rule) => {
                let mut value = rule_schema(table, rule.name);
                value["description"] = json!(format!("{}\n\n{}", rule.meaning, rule.expects));
                value
            }
        };
        (entry.name().to_string(), with_example(value, table, entry))
    });
    // Of a gateway a profile may give what must be given.
    let is_needed = |entry: &Entry| match entry {
        Entry::Key(key) => key.is_needed() && key.name != "update",
        Entry::Rule(rule) => matches!(
            (table, rule.name),
            ("objective", "metric") | ("plot", "x" | "y")
        ),
    };
    let required_keys: Vec<&str> = entries(table)
        .iter()
        .filter(|e| is_needed(e))
        .map(Entry::name)
        .collect();
    let mut section = object(properties.collect(), &required_keys);
    section["description"] = json!(meaning_of(table));
    let any_of =
        |first: &str, second: &str| json!([{ "required": [first] }, { "required": [second] }]);
    match table {
        "objective" => section["oneOf"] = any_of("at_most", "at_least"),
        "study" => section["oneOf"] = any_of("vary", "points"),
        "gateway" => section["anyOf"] = any_of("update", "profile"),
        _ => {}
    }
    match is_single(table) {
        true => section,
        false => json!({ "type": "array", "minItems": 1, "items": section }),
    }
}

fn with_example(mut value: Value, table: &'static str, entry: Entry) -> Value {
    let section = example(table, entry).section;
    if let Some(line) = section.lines().last() {
        let text = format!(
            "{}\n\n{line}",
            value["description"].as_str().unwrap_or_default()
        );
        value["description"] = json!(text);
    }
    value
}

fn described(mut value: Value, key: &Key) -> Value {
    let default = match key.default {
        None | Some("") => String::new(),
        Some(text) => format!("\n\nDefault {text} ({}: {})", key.standing, key.source),
    };
    value["description"] = json!(format!(
        "{}\n\n{}{default}",
        key.meaning,
        key.kind.expects()
    ));
    value
}

/// Patterns of the parts of a value, as `quantity` and `scenario` read them.
/// [`SPAN`] stands for a duration until [`text`] fills in how one is written.
const SPAN: &str = "<duration>";
const SHARE: &str = r"[0-9.]+\s*%";
const PRICE: &str = r"[0-9][0-9.]*\s*[A-Za-z€$£¥]{0,8}";
const CLOCK: &str = r"([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?";

fn text(pattern: &str) -> Value {
    let span = format!(r"[0-9][0-9.]*\s*({})", span_words().join("|"));
    let pattern = pattern.replace(SPAN, &span);
    json!({ "type": "string", "pattern": format!(r"^\s*({pattern})\s*$") })
}

fn integer_schema(min: u64, max: u64) -> Value {
    json!({ "type": "integer", "minimum": min, "maximum": max })
}

fn key_schema(kind: &Kind) -> Value {
    match *kind {
        Kind::Name => {
            json!({ "type": "string", "minLength": 1, "maxLength": 100, "pattern": r"^[^./\\][^/\\]*$" })
        }
        Kind::GatewayName | Kind::File(_) => json!({ "type": "string", "minLength": 1 }),
        Kind::Reference(profiles) => reference(profiles, false),
        Kind::Shared(profiles) => reference(profiles, true),
        Kind::Count(min, max) => integer_schema(min, max),
        Kind::CountOr(word, min, max) => {
            json!({ "anyOf": [integer_schema(min, max), { "const": word }] })
        }
        Kind::Span(..) | Kind::Seconds(..) => text(SPAN),
        Kind::SpanOr(word, ..) => text(&format!("{SPAN}|{word}")),
        Kind::Spans(..) => text(&format!(r"{SPAN}\s*\.\.\s*{SPAN}|never")),
        Kind::Moment => text(&moment()),
        Kind::Moments => {
            let moment_list = text(&format!("{}(,\\s*{})*", moment(), moment()));
            json!({ "anyOf": [moment_list, { "type": "array", "items": text(&moment()) }] })
        }
        Kind::Weekdays => text(&format!("every day|{DAYS}")),
        Kind::Every => text(&format!("{SPAN}|((every day|day|{DAYS}) )?{CLOCK}")),
        Kind::Mix(_) => {
            let items = json!({ "type": "object", "additionalProperties": { "type": "string" } });
            json!({ "anyOf": [items, { "type": "string", "minLength": 1 }] })
        }
        Kind::Columns(records) => {
            let names = records.columns().iter();
            let names: Map<String, Value> = names
                .map(|name| (name.to_string(), json!({ "type": "string" })))
                .collect();
            let items =
                json!({ "type": "object", "properties": names, "additionalProperties": false });
            json!({ "anyOf": [items, { "type": "string", "minLength": 1 }] })
        }
        Kind::Rate { .. } => text(r"[0-9.]+\s*/(s|min|h|d)"),
        Kind::PriceOr(word) => text(&format!("{PRICE}|{word}")),
        Kind::Share(_, 100.0) => text(r"(100(\.0*)?|[0-9]{1,2}(\.[0-9]*)?|\.[0-9]+)\s*%"),
        Kind::Share(..) => text(SHARE),
        Kind::Choice(words) => {
            let constants = words
                .iter()
                .map(|w| json!({ "const": w.word, "description": w.meaning }));
            let names: Vec<&str> = words.iter().map(|w| w.word).collect();
            json!({ "enum": names, "oneOf": constants.collect::<Vec<_>>() })
        }
        Kind::SignIn => text(&sign_in()),
        Kind::SignOut => text(&format!("never|{}", time_of_day())),
        Kind::Lunch => text(&format!("never|({}) for {SPAN}", time_of_day())),
        Kind::Reestablish => text(&format!(
            r"never|fixed {SPAN}|uniform {SPAN}\s*\.\.\s*{SPAN}|backoff {SPAN} x[0-9.]+ max {SPAN}( jitter {SHARE})?"
        )),
        Kind::Timing => text(&format!(
            r"interval|SE/([2-9]|[1-9][0-9]|100)|SE\s*[-−]\s*{SPAN}"
        )),
        Kind::Service => text(&format!(
            "none|{SPAN}|exponential {SPAN}|log-normal {SPAN} sd {SPAN}|quantiles .*100(\\.0*)? *% *{SPAN}"
        )),
        Kind::Capacity => text(r"[0-9][0-9.,]* (calls|messages|jobs)/(s|min|h)"),
        Kind::Targets => {
            let scope = text("all|gateway:.+|clients:.+|path:.+");
            json!({ "anyOf": [scope, { "type": "array", "items": scope }] })
        }
        Kind::Hours => text(&format!(r"flat|{CLOCK} ({HOUR})(,\s*{CLOCK} ({HOUR}))*")),
        Kind::Offset => text(&format!(r"[+-]?{SPAN}")),
        Kind::Flag => json!({ "type": "boolean" }),
    }
}

/// What may stand after a time of day in `calls_by_hour`.
const HOUR: &str = r"x[0-9.]+|[0-9.]+\s*/(s|min|h|d)|[0-9.]+\s*calls/h";
/// Days of the week.
const DAYS: &str = r"[A-Za-z]+(\.\.[A-Za-z]+)?(,\s*[A-Za-z]+(\.\.[A-Za-z]+)?)*";

/// A time of day, perhaps on a certain day.
fn moment() -> String {
    format!("([A-Za-z]+ |[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[ T])?{CLOCK}")
}

fn sign_in() -> String {
    format!("at start|uniform over {SPAN}|{}", time_of_day())
}

fn time_of_day() -> String {
    format!("at {CLOCK}|normal {CLOCK} sd {SPAN}")
}

/// The name of a profile, or a file; where sections of the scenario serve too, any name.
fn reference(profiles: Profiles, or_section: bool) -> Value {
    let names: Vec<&str> = SHIPPED
        .iter()
        .filter(|(kind, ..)| *kind == profiles.name())
        .map(|(_, name, _)| *name)
        .collect();
    let other = if or_section {
        json!({ "type": "string", "minLength": 1 })
    } else {
        text(r".*\.toml")
    };
    json!({ "anyOf": [{ "enum": names }, other] })
}

fn rule_schema(table: &str, key: &str) -> Value {
    let metrics = METRICS.iter().map(|m| m.name);
    let one_or_many = |item: Value| json!({ "anyOf": [item, { "type": "array", "items": item }] });
    match (table, key) {
        ("objective", "metric") => json!({ "enum": metrics.collect::<Vec<_>>() }),
        ("objective", "cause") => {
            let drops = DropCause::ALL.iter().map(|cause| cause.name());
            let causes = drops.chain(MissCause::ALL.iter().map(|cause| cause.name()));
            let mut causes: Vec<&str> = causes.collect();
            causes.sort_unstable();
            causes.dedup();
            json!({ "enum": causes })
        }
        ("objective", "scope") => text("all|gateway:.+|clients:.+"),
        ("objective", "quantile") => text(r"[0-9]+\s+of\s+[0-9]+\s*days"),
        ("objective", _) => json!({
            "anyOf": [{ "type": "number", "minimum": 0 }, text(&format!(r"{SPAN}|{SHARE}|[0-9.]+\s*/(s|min|h|d)"))]
        }),
        ("study", "vary") => one_or_many(text(r"[^=]+\.[^=]+=.+")),
        ("study", "combine") => json!({ "enum": ["product", "zip"] }),
        ("study", "precision") => one_or_many(text(&format!("{SHARE}|[^=]+=.+"))),
        ("plot", "y") => {
            let mut names: Vec<&str> = metrics.chain(SERIES).collect();
            names.sort_unstable();
            names.dedup();
            json!({ "enum": names })
        }
        _ => json!({ "type": "string", "minLength": 1 }),
    }
}

/// A profile: each key with its value, or with its value, standing and source.
fn profile(profiles: Profiles) -> Value {
    let words: Vec<&str> = Standing::ALL.iter().map(|(_, name)| *name).collect();
    let properties = keys_of_profile(profiles).into_iter().map(|key| {
        let value_properties: Map<String, Value> = [
            ("value", key_schema(&key.kind)),
            ("unknown", json!({ "const": true, "description": "nobody published it: a scenario has to set it" })),
            ("standing", json!({ "enum": words, "description": "how far it can be relied on" })),
            ("source", json!({ "type": "string", "description": "where it comes from" })),
        ]
        .map(|(name, value)| (name.to_string(), value))
        .into_iter()
        .collect();
        let mut provenanced = object(value_properties, &[]);
        provenanced["anyOf"] = json!([{ "required": ["value"] }, { "required": ["unknown"] }]);
        let any_of = json!({ "anyOf": [key_schema(&key.kind), provenanced] });
        (key.name.to_string(), described(any_of, key))
    });
    let notes = json!({
        "type": "array", "items": { "type": "string" }, "description": "facts that no key holds",
    });
    let mut properties: Map<String, Value> = properties.collect();
    properties.insert("notes".into(), notes);
    object(properties, &[])
}
