//! The language of scenarios and profiles, explained: topics of `rccsim help`, one page, and a JSON Schema. All three are made
//! of the one declaration of each key (`scenario::catalogue`) and of each metric (`measure`), so that none can differ from
//! what is read.
//!
//! The page is [`language`].

mod entry;
mod example;
#[doc = include_str!("language.md")]
pub mod language {}
mod page;
mod schema;
mod topic;
mod wrap;

pub use example::{Example, examples};
pub use page::page;
pub use schema::{SchemaKind, schema};
pub use topic::{Topic, names, overview, topic};
pub use wrap::{WIDTH, rows, wrap_text};
