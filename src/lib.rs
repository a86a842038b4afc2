//! rccsim: a deterministic discrete-event simulator of Remote Call Control deployments.
//!
//! The architecture, in dependency order, one sentence a module:
//!
//! - [`quantity`]: time, rates and probabilities with their units; parsed, printed, never a bare number.
//! - [`engine`]: the agenda of pending events, alarms, keyed random streams and the fingerprint; it has never heard of SIP.
//! - [`measure`]: the vocabulary of metrics and the integer accumulators that results are made of.
//! - [`protocol`]: sans-IO machines for the client, the gateway's dialog and transactions; no engine, no clock, no randomness.
//! - [`workload`]: who signs in when and who calls whom; intents, not messages.
//! - [`faults`]: what goes wrong when; conditions, not messages.
//! - [`deployment`]: the only place where engine meets protocol: wiring, paths, probes, `simulate()`.
//! - [`scenario`]: TOML in, checked and typed values out, every error with file, line, key and what is valid.
//! - [`study`]: replications, intervals, verdicts, comparison and search; it knows no SIP and no files.
//! - [`report`]: results to bytes: table, CSV, JSON.
//! - [`cli`]: the only printer, one file per subcommand.

pub mod cli;
pub mod deployment;
pub mod engine;
pub mod faults;
pub mod measure;
pub mod protocol;
pub mod quantity;
pub mod report;
pub mod scenario;
pub mod study;
pub mod workload;
