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
    let text = format!("{x:.decimals$}");
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_string()
    } else {
        text
    };
    grouped(&text)
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

/// A share in percent to two decimals: what a short trial can say.
pub fn percent(share: f64) -> String {
    format!("{} %", human((share * 1e4).round() / 100.0))
}

/// A number of seconds for people: "25 min 32 s".
pub fn duration(seconds: f64) -> String {
    let parts = [(3600.0, "h"), (60.0, "min"), (1.0, "s")];
    if seconds < 60.0 {
        return format!("{} s", human(seconds));
    }
    let mut left = seconds.round();
    let mut out = Vec::new();
    for (size, unit) in parts {
        let n = (left / size).floor();
        left -= n * size;
        if n > 0.0 {
            out.push(format!("{n} {unit}"));
        }
    }
    out.truncate(2);
    out.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_people() {
        let shown: Vec<String> = [
            0.0, 1234567.0, 12345.6, 1234.5, 99.96, 1.5, 0.01921, -0.5, 1e-6,
        ]
        .map(human)
        .into();
        assert_eq!(
            shown,
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
    fn nine_digits_are_kept() {
        assert_eq!(rounded(0.0192061459667), 0.0192061460);
        assert_eq!(rounded(123456789.4), 123456789.0);
        assert_eq!(field(None), "");
    }
}
