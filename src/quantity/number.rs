//! Numbers as bytes: the same on every machine, and readable.

/// Rounded to 9 significant digits: what files hold. The last bits of a quotient are nobody's business.
pub fn rounded(x: f64) -> f64 {
    if x == 0.0 || !x.is_finite() {
        return x;
    }
    format!("{x:.8e}").parse().unwrap_or(x)
}

/// As files hold it; nothing for nothing.
pub fn field(x: Option<f64>) -> String {
    x.map_or(String::new(), |x| rounded(x).to_string())
}

/// Five significant digits, whole numbers whole, no thousands apart.
pub fn plain(value: f64) -> String {
    if value == 0.0 || value.abs() >= 1e5 {
        return format!("{}", value.round());
    }
    let scientific = format!("{value:.4e}");
    let exponent: i32 = scientific
        .rsplit('e')
        .next()
        .and_then(|e| e.parse().ok())
        .unwrap_or(0);
    let text = format!("{value:.*}", (4 - exponent).clamp(0, 12) as usize);
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').into()
    } else {
        text
    }
}

/// Four significant digits, thousands apart.
pub fn human(x: f64) -> String {
    if x == 0.0 || !x.is_finite() {
        return if x == 0.0 { "0".into() } else { x.to_string() };
    }
    let magnitude = x.abs();
    let decimals = (0..9)
        .find(|d| magnitude >= [1000.0, 100.0, 10.0, 1.0, 0.1, 0.01, 1e-3, 1e-4, 1e-5][*d])
        .unwrap_or(9);
    grouped(without_zeros(&format!("{x:.decimals$}")))
}

/// Without the zeros at the end of its decimals.
fn without_zeros(text: &str) -> &str {
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.'),
        false => text,
    }
}

/// Thousands apart by a comma.
fn grouped(text: &str) -> String {
    let (sign, rest) = text.strip_prefix('-').map_or(("", text), |r| ("-", r));
    let (whole, fraction) = rest.split_once('.').map_or((rest, ""), |(w, f)| (w, f));
    let mut out = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    let dot = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{out}{dot}{fraction}")
}

/// A whole number, thousands apart.
pub fn whole(n: u64) -> String {
    grouped(&n.to_string())
}

/// "1 replication", "2,000 replications".
pub fn count_phrase(n: u64, noun: &str) -> String {
    let s = if n == 1 { "" } else { "s" };
    format!("{} {noun}{s}", whole(n))
}

/// The decimals that show an uncertainty in so many digits; negative: tens, hundreds. `None`: there is none to show.
fn decimals(half: f64, digits: i32) -> Option<i32> {
    if !(half > 0.0 && half.is_finite()) {
        return None;
    }
    // Rounded first: 0.0996 in two digits is 0.10.
    let text = format!("{half:.*e}", (digits - 1).max(0) as usize);
    let exponent: i32 = text.rsplit('e').next()?.parse().ok()?;
    Some((digits - 1 - exponent).min(9))
}

/// With so many decimals, thousands apart; negative: to tens, hundreds.
fn with_decimals(x: f64, decimals: i32) -> String {
    if decimals >= 0 {
        return grouped(&format!("{x:.*}", decimals as usize));
    }
    let step = (0..-decimals).fold(1.0, |step: f64, _| step * 10.0);
    grouped(&format!("{:.0}", (x / step).round() * step))
}

/// "290.8 ± 7.4": a half width in two digits, and its mean to match. What every replication repeats stands alone, since
/// the same number ten times says nothing of how far the next one may be off.
pub fn plus_minus(mean: f64, half: f64) -> String {
    // Its interval is one of rounding errors.
    let is_repeated = half <= 1e-9 * mean.abs();
    match decimals(half, 2).filter(|_| !is_repeated) {
        Some(d) => format!("{} ± {}", with_decimals(mean, d), with_decimals(half, d)),
        None => human(mean),
    }
}

/// Figures of one interval, each to the two digits of its half width; of none as they are.
pub fn matched(x: f64, half: Option<f64>) -> String {
    match half.and_then(|half| decimals(half, 2)) {
        Some(d) => with_decimals(x, d),
        None => human(x),
    }
}

/// A mean as far as it is known, for a sentence: to the first digit of its half width, in two digits at least.
pub fn rounded_text(mean: f64, half: Option<f64>) -> String {
    let Some(d) = half.and_then(|half| decimals(half, 1)) else {
        return three_digits(mean);
    };
    let min_decimals = decimals(mean.abs(), 2).unwrap_or(0);
    let max_decimals = decimals(mean.abs(), 4).unwrap_or(0);
    without_zeros(&with_decimals(mean, d.clamp(min_decimals, max_decimals))).into()
}

/// Five significant digits, thousands apart: for figures that are held against exact ones.
pub fn precise(x: f64) -> String {
    let digits = decimals(x.abs(), 5).map_or(0, |d| d.max(0));
    without_zeros(&with_decimals(x, digits)).into()
}

/// Three significant digits, thousands apart.
pub fn three_digits(x: f64) -> String {
    if x.abs() >= 1000.0 || x == 0.0 || !x.is_finite() {
        return human(x.round());
    }
    human(format!("{x:.2e}").parse().unwrap_or(x))
}

/// A share in percent to two decimals: what a short trial can say.
pub fn percent(share: f64) -> String {
    match (share * 1e4).round() / 100.0 {
        0.0 if share > 0.0 => "< 0.01 %".into(),
        shown => format!("{} %", human(shown)),
    }
}

/// A number of seconds for people: "25 min 32 s".
pub fn duration(seconds: f64) -> String {
    let parts = [(3600.0, "h"), (60.0, "min"), (1.0, "s")];
    if seconds < 60.0 {
        return format!("{} s", human(seconds));
    }
    let mut remaining_s = seconds.round();
    let mut out = Vec::new();
    for (size, unit) in parts {
        let n = (remaining_s / size).floor();
        remaining_s -= n * size;
        if n > 0.0 {
            out.push(format!("{n} {unit}"));
        }
    }
    out.truncate(2);
    out.join(" ")
}

/// With a capital letter.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + letters.as_str()
    })
}

/// With a small letter, unless it is an abbreviation.
pub fn small(text: &str) -> String {
    let mut letters = text.chars();
    let second = text.chars().nth(1).is_some_and(char::is_uppercase);
    match letters.next() {
        Some(first) if !second => first.to_lowercase().collect::<String>() + letters.as_str(),
        _ => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_people() {
        let texts: Vec<String> = [
            0.0, 1234567.0, 12345.6, 1234.5, 99.96, 1.5, 0.01921, -0.5, 1e-6,
        ]
        .map(human)
        .into();
        assert_eq!(
            texts,
            [
                "0",
                "1,234,567",
                "12,346",
                "1,234",
                "99.96",
                "1.5",
                "0.01921",
                "-0.5",
                "0.000001"
            ]
        );
        assert_eq!(
            [
                duration(1532.0),
                duration(59.5),
                duration(28_800.0),
                duration(3661.0)
            ],
            ["25 min 32 s", "59.5 s", "8 h", "1 h 1 min"]
        );
    }

    #[test]
    fn an_uncertainty_has_two_digits_and_its_mean_matches() {
        assert_eq!(plus_minus(1.8912, 0.0513), "1.891 ± 0.051");
        assert_eq!(plus_minus(4417.3, 123.4), "4,420 ± 120");
        assert_eq!(plus_minus(290.81, 7.38), "290.8 ± 7.4");
        assert_eq!(plus_minus(5.0, 0.0996), "5.00 ± 0.10");
        assert_eq!(plus_minus(12_345.0, 0.0), "12,345");
        assert_eq!(plus_minus(25.5333, 1e-12), "25.53");
        assert_eq!(matched(0.5, Some(0.0123)), "0.500");
    }

    #[test]
    fn a_mean_in_a_sentence_goes_as_far_as_it_is_known() {
        assert_eq!(rounded_text(1.8912, Some(0.0513)), "1.89");
        assert_eq!(
            rounded_text(1.8912, Some(3.0)),
            "1.9",
            "two digits at least"
        );
        assert_eq!(
            rounded_text(123_456.0, Some(0.5)),
            "123,500",
            "four at most"
        );
        assert_eq!(rounded_text(0.4567, None), "0.457");
        let texts = [1532.0, 788.239, 4.18731, 0.0, 347_987.2].map(precise);
        assert_eq!(texts, ["1,532", "788.24", "4.1873", "0", "347,987"]);
        assert_eq!(rounded_text(24.0, Some(0.1)), "24");
        assert_eq!(percent(0.000_01), "< 0.01 %");
        assert_eq!(percent(0.0), "0 %");
    }

    #[test]
    fn nine_digits_are_kept() {
        assert_eq!(rounded(0.0192061459667), 0.0192061460);
        assert_eq!(rounded(123456789.4), 123456789.0);
        assert_eq!(field(None), "");
    }
}
