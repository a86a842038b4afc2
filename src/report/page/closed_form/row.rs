//! One row: a figure by a closed form beside the same by simulation, and whether they agree.

use super::super::{cell, unit_name};
use super::simulated::Simulated;
use crate::measure::Metric;

/// The columns.
pub const COLUMNS: [&str; 10] = [
    "of",
    "figure",
    "#closed form",
    "#simulated",
    "#difference",
    "#allowed",
    "unit",
    "agrees",
    "allowed for",
    "formula",
];

/// A figure by both.
pub struct Row {
    scope: String,
    metric: &'static Metric,
    formula: String,
    exact: f64,
    /// The closed form says that it is no less, not how much it is.
    is_bound: bool,
    found: f64,
    /// The simulation says that it is more, not how much.
    is_open: bool,
    allowed: f64,
    because: Vec<String>,
}

impl Row {
    /// A figure beside what it is by a formula; `None`: the simulation has none.
    pub fn new(
        found: &Simulated,
        scope: &str,
        metric: &str,
        exact: f64,
        formula: impl Into<String>,
    ) -> Option<Row> {
        let (found, is_open) = match found.mean(scope, metric) {
            Some(mean) => (mean, false),
            None => (found.at_least(scope, metric)?, true),
        };
        let metric = Metric::named(metric)?;
        let (scope, formula) = (scope.to_string(), formula.into());
        Some(Row {
            scope,
            metric,
            formula,
            exact,
            is_bound: false,
            found,
            is_open,
            allowed: 0.0,
            because: Vec::new(),
        })
    }

    /// The closed form is a lower bound.
    pub fn at_least(mut self) -> Row {
        self.is_bound = true;
        self
    }

    /// So much more difference is no disagreement, for that reason.
    pub fn allow(mut self, size: f64, because: &str) -> Row {
        if size > 0.0 {
            self.allowed += size;
            self.because.push(because.into());
        }
        self
    }

    /// Whether the simulation is where the closed form says.
    pub fn agrees(&self) -> bool {
        // Sums of many numbers are rounded.
        let allowed = self.allowed + 1e-9 * self.exact.abs();
        let above = self.is_bound || self.found - self.exact <= allowed;
        let below = self.is_open && self.is_bound || self.exact - self.found <= allowed;
        above && below && (self.is_bound || !self.is_open)
    }

    /// As the table shows it.
    pub fn cells(&self) -> Vec<String> {
        let unit = self.metric.unit.name();
        let [exact, found] = [self.exact, self.found].map(|x| cell(Some(x), unit));
        let [difference, allowed] =
            [self.found - self.exact, self.allowed].map(|x| cell(Some(rounded(x)), unit));
        let more = |is: bool, cell: String| if is { format!("> {cell}") } else { cell };
        let because = match (self.because.is_empty(), self.is_bound) {
            (false, _) => self.because.join("; "),
            (true, false) => "nothing: exact".into(),
            (true, true) => "any more than that".into(),
        };
        vec![
            self.scope.clone(),
            self.metric.name.into(),
            more(self.is_bound, exact),
            more(self.is_open, found),
            more(self.is_open, difference),
            allowed,
            unit_name(unit).into(),
            if self.agrees() { "yes" } else { "no" }.into(),
            because,
            self.formula.clone(),
        ]
    }

    /// The closed form, for tests.
    #[cfg(test)]
    pub fn exact(&self) -> f64 {
        self.exact
    }
}

/// Three significant digits: more of a difference are noise.
fn rounded(x: f64) -> f64 {
    format!("{x:.2e}").parse().unwrap_or(x)
}

#[cfg(test)]
mod tests {
    use super::super::simulated::tests::simulated;
    use super::*;
    use crate::report::results::Value;

    #[test]
    fn a_row_agrees_within_what_is_allowed_and_no_further() {
        let of = |exact| {
            let found = simulated(
                "all",
                &[("session_drops", &[Value::Of(10.0), Value::Of(14.0)])],
            );
            Row::new(&found, "all", "session_drops", exact, "f").unwrap()
        };
        assert!(
            of(12.0).agrees() && !of(11.9).agrees() && !of(12.1).agrees(),
            "12 on average"
        );
        assert!(of(13.0).allow(1.0, "x").agrees() && !of(13.1).allow(1.0, "x").agrees());
        assert!(of(10.5).allow(1.0, "x").allow(0.5, "y").agrees());
        assert!(of(5.0).at_least().agrees() && !of(13.0).at_least().agrees());
        let shown = of(11.0).allow(2.0, "x").cells();
        assert_eq!(
            shown,
            [
                "all",
                "session_drops",
                "11",
                "12",
                "1",
                "2",
                "",
                "yes",
                "x",
                "f"
            ]
        );
        assert_eq!(shown.len(), COLUMNS.len());
        assert_eq!(
            (rounded(-152.43), rounded(0.000_123_45), rounded(0.0)),
            (-152.0, 0.000_123, 0.0)
        );
    }

    #[test]
    fn what_is_still_open_agrees_with_a_bound_only() {
        let found = simulated("all", &[("all_back_s", &[Value::Beyond(9000.0)])]);
        let row = |exact| Row::new(&found, "all", "all_back_s", exact, "f").unwrap();
        assert!(row(700.0).at_least().agrees() && !row(700.0).allow(1e9, "x").agrees());
        assert_eq!(
            row(700.0).at_least().cells()[2..5],
            ["> 700", "> 9000", "> 8300"]
        );
        assert!(Row::new(&found, "all", "setup_mean_ms", 1.0, "f").is_none());
    }
}
