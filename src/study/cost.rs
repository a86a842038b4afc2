//! A cost: metrics, each at a price.

use super::observation::{Observation, columns};
use crate::measure::{METRICS, Metric, Sample};

/// A weighted sum of metrics over the whole deployment.
#[derive(Clone, PartialEq, Debug)]
pub struct Cost {
    /// Price and metric of each term, in the order given; the column of the metric.
    pub terms: Vec<(f64, &'static Metric)>,
    columns: Vec<usize>,
}

impl Cost {
    /// Reads `message_rate_per_s + 100 * missed_toasts_per_client_hour`.
    ///
    /// # Errors
    /// What is wrong with it, and what is valid.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut terms = Vec::new();
        // Each term keeps its sign.
        for term in text
            .replace('-', "+-")
            .split('+')
            .map(str::trim)
            .filter(|t| !t.is_empty())
        {
            let (sign, term) = term
                .strip_prefix('-')
                .map_or((1.0, term), |rest| (-1.0, rest.trim()));
            let parts: Vec<&str> = term.split('*').map(str::trim).collect();
            let (price, name) = match parts[..] {
                [name] => (1.0, name),
                [price, name] if price.parse::<f64>().is_ok() => {
                    (price.parse().unwrap_or(1.0), name)
                }
                [name, price] if price.parse::<f64>().is_ok() => {
                    (price.parse().unwrap_or(1.0), name)
                }
                _ => {
                    return Err(format!(
                        "{term:?} is no term; a cost is like \"message_rate_per_s + 100 * missed_toasts_per_client_hour\""
                    ));
                }
            };
            let metric = Metric::named(name).ok_or_else(|| {
                let names: Vec<&str> = METRICS.iter().map(|m| m.name).collect();
                format!("unknown metric {name:?}; valid: {}", names.join(", "))
            })?;
            if !f64::is_finite(price) {
                return Err(format!("{term:?} has no finite price"));
            }
            terms.push((sign * price, metric));
        }
        if terms.is_empty() {
            return Err("a cost needs a term, like \"message_rate_per_s\"".into());
        }
        let all = columns();
        let column = |m: &Metric| {
            all.iter()
                .position(|c| c.metric == m && c.cause.is_none())
                .unwrap_or(0)
        };
        let columns = terms.iter().map(|(_, m)| column(m)).collect();
        Ok(Self { terms, columns })
    }

    /// What one replication cost. A ratio is taken as that of the replication; a metric without samples has no cost.
    pub fn evaluate(&self, observation: &Observation) -> Result<f64, &'static Metric> {
        self.evaluate_values(&observation.values)
    }

    /// The same of what a replication said, per scope and column.
    pub fn evaluate_values(&self, values: &[Vec<Sample>]) -> Result<f64, &'static Metric> {
        let mut sum = 0.0;
        for ((price, metric), column) in self.terms.iter().zip(&self.columns) {
            sum += price
                * match values[0][*column] {
                    Sample::Count(n) => n as f64,
                    Sample::Ratio(above, below) => above / below,
                    Sample::Value(x) => x,
                    Sample::Absent | Sample::Beyond(_) => return Err(metric),
                };
        }
        Ok(sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(cost: &Cost) -> Vec<(f64, &str)> {
        cost.terms.iter().map(|(p, m)| (*p, m.name)).collect()
    }

    #[test]
    fn terms_have_prices_and_signs() {
        let cost =
            Cost::parse("message_rate_per_s + 100*missed_toast_fraction - session_drops * 0.5")
                .unwrap();
        let expected = [
            (1.0, "message_rate_per_s"),
            (100.0, "missed_toast_fraction"),
            (-0.5, "session_drops"),
        ];
        assert_eq!(names(&cost), expected);
        assert!(Cost::parse("").is_err() && Cost::parse("2 * 3 * down_fraction").is_err());
        assert!(
            Cost::parse("load")
                .unwrap_err()
                .contains("unknown metric \"load\"")
        );
    }

    #[test]
    fn a_replication_costs_the_sum() {
        let cost = Cost::parse("2 * session_drops + 10 * down_fraction").unwrap();
        let observation = |drops| {
            let sample = |c: &super::super::observation::Column| match (c.metric.name, c.cause) {
                ("session_drops", None) => Sample::Count(drops),
                ("down_fraction", None) => Sample::Ratio(1.0, 4.0),
                _ => Sample::Absent,
            };
            Observation {
                values: vec![columns().iter().map(sample).collect()],
                fingerprint: 0,
                events: 0,
                presence: Vec::new(),
            }
        };
        assert_eq!(cost.evaluate(&observation(3)), Ok(8.5));
        let recovery = Cost::parse("recovery_mean_s").unwrap();
        assert_eq!(
            recovery.evaluate(&observation(3)).unwrap_err().name,
            "recovery_mean_s"
        );
    }
}
