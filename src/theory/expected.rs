//! What a closed form says of a figure from the plan alone.

/// A figure that follows from the plan.
#[derive(Clone, PartialEq, Debug)]
pub struct ExpectedFigure {
    /// A metric by its name; in words, where the form gives a rate or a share of what only a run counts.
    pub figure: &'static str,
    /// Its value: of a metric in its unit, of a share a fraction, of a rate per second.
    pub value: f64,
    /// The closed form, with its parameters.
    pub formula: String,
}

impl ExpectedFigure {
    pub(super) fn new(figure: &'static str, value: f64, formula: impl Into<String>) -> Self {
        Self {
            figure,
            value,
            formula: formula.into(),
        }
    }
}
