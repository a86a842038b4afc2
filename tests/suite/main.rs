//! All integration tests, grouped by question.

mod circles;
mod closed_form;
mod command;
mod conversation;
mod day;
mod deployments;
mod determinism;
mod durable;
mod facts;
mod faults;
mod laws;
mod models;
mod page;
mod plots;
mod premises;
mod rejected;
mod replay;
mod station;
mod study;
mod theory;
mod tidy;
mod transitions;
mod understood;
