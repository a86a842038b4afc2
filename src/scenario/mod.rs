//! Scenarios: TOML in, checked and typed values out. After this module no value can be bad.
//!
//! A value comes from the command line, else the file, else a profile, else the catalogue's default, and remembers
//! which. Every error names the file, line, column and key, and says what is valid.
//!
//! A text passes the files of this room in this order: `document` (TOML with places), `layers` (which of the values given
//! for a key holds), `kind` and `syntax` (reading it), `build` (from values to the plan of a deployment), then `objective`,
//! `study`, `plot` and `warnings`; `parse` calls them. `expand` writes a scenario back with every key spelled out.
//!
//! # How to add a key
//!
//! 1. The field that obeys it, with its unit, default and standing, in a config type of `protocol`, `deployment`, `workload`
//!    or `faults`; where it is a choice, an enum there.
//! 2. The key, one declaration in a table of `catalogue/`. A table that `fills` a config type does not compile until every
//!    field has its key. A table `as struct` has a field of its own, which `build` hands on; one that nobody reads is a warning.
//! 3. The words of a choice, beside the table: `words!` gives each variant its word and meaning. A variant without a word
//!    does not compile.
//! 4. Only for a value of a new form: a variant of [`Kind`] and [`Value`], what is valid and how it is read in `kind` and
//!    `syntax`, its type in `setting` (`from_value!`) and its constructor in `declare` (`kinds!`).
//! 5. What depends on other keys: an error in `build`, or a sentence in `warnings`.
//! 6. Tests: `tests/rejected/NAME.toml` with a wrong value beside `NAME.txt`, its message; the behaviour in `tests/suite`.
//!
//! Reading, printing, `--set`, `--vary`, profiles, `inputs.csv`, `check` and the trials of alternatives follow from the
//! declaration. The hash of a scenario covers every key with its default. A new key whose default is what was there before is declared
//! `listed_when_given`: at its default it is no part of the hash, of the expanded scenario or of `inputs.csv`, so that results
//! of older versions stay what they are.

mod axis;
mod build;
pub mod catalogue;
mod declare;
mod defaults;
mod document;
mod error;
mod expand;
mod explain;
mod files;
mod hash;
mod input_file;
mod instead;
mod key;
mod kind;
mod layers;
mod names;
mod number;
mod objective;
mod overrides;
mod parse;
mod plot;
mod profile;
mod record_kind;
mod records;
mod rule;
mod rules;
mod section;
mod setting;
mod shipped;
mod source;
mod study;
mod syntax;
mod unread;
mod warnings;
mod words;

pub use axis::Axis;
pub use document::RawValue;
pub use error::{Place, ScenarioError, nearest};
#[cfg(feature = "cli")]
pub(crate) use error::{more_wrong_rows, nearest_name};
pub use expand::{expanded, expanded_study};
#[cfg(feature = "files")]
pub use files::Disk;
#[cfg(feature = "cli")]
pub(crate) use files::near_name;
pub use files::{Files, NoFiles};
pub use hash::hash;
pub(crate) use hash::{hash_of_simulated, simulation_hash};
pub use input_file::{INPUT_FILES, InputFile, input_files};
#[cfg(feature = "cli")]
pub(crate) use instead::digits;
pub use kind::{Kind, Profiles, Value};
#[cfg(feature = "report")]
pub(crate) use objective::example_target;
pub use overrides::Override;
#[cfg(feature = "files")]
pub use parse::load;
pub use parse::{Scenario, parse};
pub use plot::DeclaredPlot;
pub use profile::{KINDS, Profile, ProfileValue, SHIPPED};
pub use record_kind::RecordKind;
pub use records::Records;
pub use rule::RuleKey;
pub use rules::rules_of;
pub use setting::{Origin, Setting, Settings};
pub use shipped::{SHIPPED_SCENARIOS, ShippedScenario};
pub use source::Source;
pub use study::{Combine, HalfWidth, Study, StudyPoint};
pub use words::{Choice, Word};
