//! Results for people: text, plots, and the page.

pub mod chart;
pub mod compare;
mod down;
pub mod ladder;
pub mod levers;
pub mod matrix;
pub mod page;
pub mod plot;
pub mod run;
pub mod settled;
pub mod sweep;
pub mod text;
pub mod value;
pub mod words;
