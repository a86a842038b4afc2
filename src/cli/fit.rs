//! Text as a terminal shows it whole: no line is wider, and what belongs to a column stays below it.

/// The text with each line that is wider than `width` in several; what is cut off goes on below the last column.
pub(super) fn fitted(text: &str, width: usize) -> String {
    if width < NARROWEST {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + text.len() / 20);
    for line in text.split_inclusive('\n') {
        let (line, end) = match line.strip_suffix('\n') {
            Some(line) => (line, "\n"),
            None => (line, ""),
        };
        fit(&mut out, line, width);
        out += end;
    }
    out
}

/// A terminal that is narrower wraps by itself.
const NARROWEST: usize = 30;

fn fit(out: &mut String, line: &str, width: usize) {
    if line.chars().count() <= width {
        *out += line;
        return;
    }
    let indent = hanging(line, width);
    let mut column = 0;
    // Gaps between columns are kept, but where a line is cut.
    for (gap, word) in words(line) {
        let size = word.chars().count();
        if column > indent && column + gap + size > width {
            *out += &format!("\n{}", " ".repeat(indent));
            column = indent;
        } else {
            *out += &" ".repeat(gap);
            column += gap;
        }
        *out += word;
        column += size;
    }
}

/// Each word with the number of spaces before it.
fn words(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = line;
    std::iter::from_fn(move || {
        let gap = rest.len() - rest.trim_start_matches(' ').len();
        let word = &rest[gap..];
        let end = word.find(' ').unwrap_or(word.len());
        rest = &word[end..];
        (!word.is_empty()).then(|| (gap, &word[..end]))
    })
}

/// Where the last column of a table begins, if more than half of the line is left for it; else a little deeper than the line.
fn hanging(line: &str, width: usize) -> usize {
    let indent = line.chars().take_while(|c| *c == ' ').count();
    let mut column = 0;
    let mut last = None;
    for (gap, word) in words(line) {
        column += gap;
        if gap >= 2 && column > indent && column <= width / 2 {
            last = Some(column);
        }
        column += word.chars().count();
    }
    last.unwrap_or(indent + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_and_tables_stay_within_the_width() {
        let prose = "a long sentence of many words that goes on and on until it is too wide for the terminal of anybody";
        let table = "  name  a long text in the last column that is wider than the terminal is and goes on below itself";
        for text in [prose, table] {
            for width in [40, 60, 80] {
                let wrapped = fitted(text, width);
                assert!(
                    wrapped.lines().all(|line| line.chars().count() <= width),
                    "{wrapped}"
                );
                let words = |text: &str| {
                    text.split_whitespace()
                        .map(String::from)
                        .collect::<Vec<_>>()
                };
                assert_eq!(words(&wrapped), words(text), "no word is lost");
            }
        }
        assert!(
            fitted(table, 60)
                .lines()
                .nth(1)
                .unwrap()
                .starts_with("        ")
        );
    }

    #[test]
    fn what_fits_stays_as_it_is() {
        let text = "  a   b\n\n  c   d\n";
        assert_eq!(fitted(text, 80), text);
        let word = "x".repeat(100);
        assert_eq!(
            fitted(&word, 80),
            word,
            "a word that is too wide is not cut"
        );
        assert_eq!(fitted(&"a b ".repeat(50), 10), "a b ".repeat(50));
    }
}
