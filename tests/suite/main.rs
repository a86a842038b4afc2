//! All integration tests, grouped by question.

mod deployments;
mod determinism;
mod facts;
mod laws;
mod theory;
