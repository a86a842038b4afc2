//! Lines that are broken between words, never within a value: "12.3 ± 0.4 %" stays whole.

/// The words of a line below each other, each line `width` wide at most unless a single word is wider. The first keeps its
/// indent, the others have `indent` spaces; gaps between words are kept but where a line is broken.
pub(super) fn wrap_line(line: &str, width: usize, indent: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut current = String::new();
    let mut column = 0;
    let room = width.saturating_sub(indent);
    let words = pieces(line).flat_map(|(gap, piece)| {
        // What has no room in a line of its own is broken all the same.
        let limit = if piece.chars().count() > room {
            piece.len()
        } else {
            1
        };
        let words = piece.splitn(limit, ' ').enumerate();
        words.map(move |(i, word)| (if i > 0 { 1 } else { gap }, word))
    });
    for (gap, piece) in words {
        let size = piece.chars().count();
        if !current.trim_start().is_empty() && column + gap + size > width {
            lines.push(std::mem::replace(&mut current, " ".repeat(indent)));
            column = indent;
        } else {
            current += &" ".repeat(gap);
            column += gap;
        }
        current += piece;
        column += size;
    }
    lines.push(current);
    lines
}

/// Words, and values of several words, each with the number of spaces before it.
fn pieces(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = line;
    std::iter::from_fn(move || {
        let text = rest.trim_start_matches(' ');
        let gap = rest.len() - text.len();
        let mut end = text.find(' ').unwrap_or(text.len());
        let mut last = &text[..end];
        while let Some(next) = text[end..].strip_prefix(' ') {
            let next = &next[..next.find(' ').unwrap_or(next.len())];
            if !is_one_value(last, next) {
                break;
            }
            end += 1 + next.len();
            last = next;
        }
        rest = &text[end..];
        (!text.is_empty()).then(|| (gap, &text[..end]))
    })
}

/// Whether two neighbouring words belong to a value: a number and its unit, a flag and what is set, both sides of a sign, "15 min" and "32 s",
/// "(0.4 to" and "1.7) %".
fn is_one_value(word: &str, next: &str) -> bool {
    const SIGNS: [&str; 7] = ["±", "≤", "≥", "<", ">", "=", "×"];
    const TIMES: [&str; 4] = ["d", "h", "min", "s"];
    let is_number = |word: &str| word.ends_with(|c: char| c.is_ascii_digit());
    let begins_number = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
    let is_sign = |word: &str| SIGNS.contains(&word);
    is_sign(word)
        || is_sign(next)
        || next.starts_with('%')
        || word.starts_with("--") && next.contains('=')
        || is_number(word) && next.starts_with(|c: char| c.is_alphabetic() || "/(".contains(c))
        || (word == "to" || TIMES.contains(&word)) && begins_number(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stay_whole() {
        let words = |text| pieces(text).map(|(_, piece)| piece).collect::<Vec<_>>();
        assert_eq!(
            words("so 12.3 ± 0.4 % of it"),
            ["so", "12.3 ± 0.4 %", "of", "it"]
        );
        assert_eq!(words("UPDATE: 15 min 32 s"), ["UPDATE:", "15 min 32 s"]);
        assert_eq!(words("0.5 /client-h,  1, 2"), ["0.5 /client-h,", "1,", "2"]);
        assert_eq!(
            words("(update = ignored) < 1 %"),
            ["(update = ignored) < 1 %"]
        );
        assert_eq!(words("0.9 (0.4 to 1.7) % of"), ["0.9 (0.4 to 1.7) %", "of"]);
        assert_eq!(words(" "), [""; 0]);
    }

    #[test]
    fn gaps_stay_but_at_a_break() {
        assert_eq!(wrap_line("  a   bc d", 8, 4), ["  a   bc", "    d"]);
        assert_eq!(wrap_line("too_long a", 4, 0), ["too_long", "a"]);
        assert_eq!(wrap_line("1 h 30 min", 4, 0), ["1 h", "30", "min"]);
        assert_eq!(wrap_line("", 4, 0), [""]);
    }
}
