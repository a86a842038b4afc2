//! A price: an amount of money, with the word for its currency.

use std::fmt;

/// An amount of money.
#[derive(Clone, PartialEq, Debug)]
pub struct Price {
    /// How much.
    pub amount: f64,
    /// "EUR", as the user writes it; empty: no word.
    pub currency: String,
}

/// Nothing costs more.
const MAX_PRICE: f64 = 1e9;
/// Letters of a currency at most.
const LONGEST: usize = 8;

impl Price {
    /// Reads "30", "12.50 EUR"; `None`: it is something else, or below 0.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let is_digit = |c: char| c.is_ascii_digit() || c == '.';
        let digits = text.find(|c| !is_digit(c)).unwrap_or(text.len());
        let (amount, currency) = (text[..digits].parse().ok()?, text[digits..].trim_start());
        let is_word = |c: char| c.is_alphabetic() || "€$£¥".contains(c);
        let fits = currency.chars().count() <= LONGEST && currency.chars().all(is_word);
        (fits && (0.0..=MAX_PRICE).contains(&amount)).then(|| Self {
            amount,
            currency: currency.into(),
        })
    }

    /// " EUR", to stand behind an amount.
    pub fn suffix(&self) -> String {
        match self.currency.as_str() {
            "" => String::new(),
            word => format!(" {word}"),
        }
    }
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.amount, self.suffix())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_an_amount_and_perhaps_a_word() {
        let parse = |text: &str| Price::parse(text).map(|p| (p.amount, p.currency));
        assert_eq!(parse("30"), Some((30.0, String::new())));
        assert_eq!(parse("12.50 EUR"), Some((12.5, "EUR".into())));
        assert_eq!(parse("30€"), Some((30.0, "€".into())));
        for wrong in [
            "",
            "EUR",
            "-1 EUR",
            "1e5",
            "30 EUR/h",
            "1.2.3",
            "30 longerthan8",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
        assert_eq!(Price::parse("12.50 EUR").unwrap().to_string(), "12.5 EUR");
    }
}
