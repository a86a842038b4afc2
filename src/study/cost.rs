//! A cost: metrics, each at a price.

use super::observation::{Observation, columns};
use super::paired::FigureSamples;
use super::samples::Samples;
use crate::measure::{Metric, Sample};

/// Why a text is no cost.
#[derive(thiserror::Error, Clone, PartialEq, Eq, Debug)]
pub enum CostError {
    /// There is no term.
    #[error("a cost needs a term, like \"message_rate_per_s\"")]
    Nothing,
    /// A term is no metric with or without a price.
    #[error(
        "{0:?} is no term; a cost is like \"message_rate_per_s + 100 * missed_toasts_per_client_hour\""
    )]
    NoTerm(String),
    /// There is no such metric.
    #[error("unknown metric {0:?}")]
    UnknownMetric(String),
    /// A key that the scenario cannot price.
    #[error("{0}")]
    Key(String),
    /// A price with which a cost is no number.
    #[error("the price in {0:?} is too large: expected one from -1e100 to 1e100")]
    Price(String),
}

/// The largest price.
const PRICE_MOST: f64 = 1e100;

/// A weighted sum of metrics over the whole deployment, of values of the scenario's keys, and of a constant.
#[derive(Clone, PartialEq, Debug)]
pub struct Cost {
    /// Price and metric of each term, in the order given; the column of the metric.
    pub terms: Vec<(f64, &'static Metric)>,
    columns: Vec<usize>,
    /// Price and key of each term of the scenario: `500 * gateway.count`.
    keys: Vec<(f64, String)>,
    /// What does not depend on what is simulated.
    constant: f64,
}

impl Cost {
    /// Reads `message_rate_per_s + 100 * missed_toasts_per_client_hour + 500 * gateway.count + 20`.
    ///
    /// # Errors
    /// What is wrong with it, and what is valid.
    pub fn parse(text: &str) -> Result<Self, CostError> {
        let (mut terms, mut keys, mut constant) = (Vec::new(), Vec::new(), 0.0);
        for term in terms_of(text).into_iter().filter(|t| !t.is_empty()) {
            let (sign, term) = term
                .strip_prefix('-')
                .map_or((1.0, term), |rest| (-1.0, rest.trim()));
            let (price, name) = priced(term)?;
            // So are costs and their squares.
            if !(-PRICE_MOST..=PRICE_MOST).contains(&price) {
                return Err(CostError::Price(term.into()));
            }
            let price = sign * price;
            match name {
                None => constant += price,
                Some(key) if key.contains('.') => keys.push((price, key.to_string())),
                Some(name) => {
                    let metric = Metric::by_name(name);
                    let unknown = || CostError::UnknownMetric(name.into());
                    terms.push((price, metric.ok_or_else(unknown)?));
                }
            }
        }
        if terms.is_empty() {
            return Err(CostError::Nothing);
        }
        let all_columns = columns();
        let column = |m: &Metric| {
            all_columns
                .iter()
                .position(|c| c.metric == m && c.cause.is_none())
                .unwrap_or(0)
        };
        let columns = terms.iter().map(|(_, m)| column(m)).collect();
        Ok(Self {
            terms,
            columns,
            keys,
            constant,
        })
    }

    /// The cost where the scenario's keys have values: they become part of the constant.
    ///
    /// # Errors
    /// The first key that has none, with what is valid instead.
    pub fn priced_by(
        &self,
        value: impl Fn(&str) -> Result<f64, String>,
    ) -> Result<Self, CostError> {
        let mut priced = self.clone();
        for (price, key) in std::mem::take(&mut priced.keys) {
            priced.constant += price * value(&key).map_err(CostError::Key)?;
        }
        Ok(priced)
    }

    /// What one replication cost. A ratio is taken as that of the replication; a metric without samples has no cost.
    pub fn evaluate(&self, observation: &Observation) -> Result<f64, &'static Metric> {
        self.evaluate_values(&observation.values)
    }

    /// The same of what a replication said, per scope and column.
    pub fn evaluate_values(&self, values: &[Vec<Sample>]) -> Result<f64, &'static Metric> {
        let mut sum = self.constant;
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

    /// What each replication cost, with what rare faults add to it. `None`: one of them has no cost.
    pub fn figure(&self, samples: &Samples) -> Option<FigureSamples> {
        let values = samples.values.iter();
        let costs = values.map(|values| self.evaluate_values(values).ok().map(Sample::Value));
        let mut figure = FigureSamples {
            samples: costs.collect::<Option<_>>()?,
            rare: vec![0.0; samples.values.len()],
        };
        for ((price, _), column) in self.terms.iter().zip(&self.columns) {
            let term = samples.figure_samples(*column);
            for (sum, (sample, rare)) in
                (figure.rare.iter_mut()).zip(term.samples.iter().zip(&term.rare))
            {
                let below = match sample {
                    Sample::Ratio(_, below) => *below,
                    _ => 1.0,
                };
                *sum += price * rare / below;
            }
        }
        Some(figure)
    }
}

/// The price of a term, and what has it; `None`: the term is a number.
fn priced(term: &str) -> Result<(f64, Option<&str>), CostError> {
    let parts: Vec<&str> = term.split('*').map(str::trim).collect();
    let number = |text: &str| text.parse::<f64>().ok();
    match parts[..] {
        [factor] if !factor.is_empty() => Ok(match number(factor) {
            Some(constant) => (constant, None),
            None => (1.0, Some(factor)),
        }),
        [a, b] => match (number(a), number(b)) {
            (Some(price), None) if !b.is_empty() => Ok((price, Some(b))),
            (None, Some(price)) if !a.is_empty() => Ok((price, Some(a))),
            _ => Err(CostError::NoTerm(term.into())),
        },
        _ => Err(CostError::NoTerm(term.into())),
    }
}

/// The terms of a sum, each with its sign; `1e-3` and `1e+3` are one number.
fn terms_of(text: &str) -> Vec<&str> {
    let (mut terms, mut begins) = (Vec::new(), 0);
    for (at, sign) in text.match_indices(['+', '-']) {
        let before = &text[begins..at];
        let mantissa = before.strip_suffix(['e', 'E']).unwrap_or_default();
        let mantissa = mantissa.rsplit(['*', ' ']).next().unwrap_or_default();
        if mantissa.parse::<f64>().is_ok() {
            continue;
        }
        terms.push(before.trim());
        begins = if sign == "-" { at } else { at + 1 };
    }
    terms.push(text[begins..].trim());
    terms
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
        let unknown = CostError::UnknownMetric("load".into());
        assert_eq!(Cost::parse("load"), Err(unknown));
        assert_eq!(Cost::parse(" + - "), Err(CostError::NoTerm("".into())));
        for price in ["1e101", "-inf", "nan", "1e999"] {
            let text = format!("{price} * session_drops");
            assert!(
                matches!(Cost::parse(&text), Err(CostError::Price(_))),
                "{price}"
            );
        }
    }

    #[test]
    fn a_price_may_have_an_exponent() {
        let cost = Cost::parse("1e-3 * session_drops-2E+1*down_fraction + 1e2*setups_failed");
        let terms = [
            (0.001, "session_drops"),
            (-20.0, "down_fraction"),
            (100.0, "setups_failed"),
        ];
        assert_eq!(names(&cost.unwrap()), terms);
        // A metric's name that ends in e is no number.
        let cost = Cost::parse("session_drops*2 - 1 * setups_failed").unwrap();
        assert_eq!(names(&cost)[1], (-1.0, "setups_failed"));
    }

    #[test]
    fn constants_and_keys_have_prices_too() {
        let cost = Cost::parse("1e-3 + 500*gateway.count - clients.c.count * 2 + session_drops");
        let cost = cost.unwrap();
        assert_eq!(names(&cost), [(1.0, "session_drops")]);
        let value = |key: &str| match key {
            "gateway.count" => Ok(3.0),
            "clients.c.count" => Ok(100.0),
            other => Err(format!("no {other}")),
        };
        assert_eq!(
            cost.priced_by(value).unwrap().constant,
            1e-3 + 1500.0 - 200.0
        );
        let refused = cost.priced_by(|key| Err(format!("no {key}")));
        assert_eq!(refused, Err(CostError::Key("no gateway.count".into())));
        // What costs the same everywhere is least nowhere.
        assert_eq!(Cost::parse("5 + gateway.count"), Err(CostError::Nothing));
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
                is_random: true,
                presence: Vec::new(),
                rare: Vec::new(),
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
