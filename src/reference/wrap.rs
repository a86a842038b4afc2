//! Text in lines that a terminal of 80 columns shows whole.

/// Columns of a line.
pub const WIDTH: usize = 80;

/// Words in lines of [`WIDTH`] columns at most, below each other at `indent`; the first line continues one that has reached
/// that column.
pub fn wrap_text(text: &str, indent: usize) -> String {
    let mut out = String::new();
    let mut column = indent;
    for word in text.split_whitespace() {
        let width = word.chars().count();
        if column > indent && column + 1 + width > WIDTH {
            out += &format!("\n{}", " ".repeat(indent));
            column = indent;
        }
        if column > indent {
            out.push(' ');
            column += 1;
        }
        out += word;
        column += width;
    }
    out
}

/// Rows of a name and a text; the texts stand below each other.
pub fn rows<'a>(rows: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let rows: Vec<(&str, String)> = rows.into_iter().collect();
    let width = |(name, _): &(&str, String)| name.chars().count();
    let widest = rows.iter().map(width).filter(|w| *w <= NAME_MOST).max();
    let indent = widest.unwrap_or(NAME_MOST) + 4;
    let row = |(name, text): &(&str, String)| {
        let column = name.chars().count() + 2;
        let gap = match column + 2 <= indent {
            true => " ".repeat(indent - column),
            // A long name has a line of its own.
            false => format!("\n{}", " ".repeat(indent)),
        };
        format!("  {name}{gap}{}\n", wrap_text(text, indent))
    };
    rows.iter().map(row).collect()
}

/// A name that is longer has a line of its own.
const NAME_MOST: usize = 30;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_wider_than_the_terminal_unless_a_word_is() {
        let text = "a word and another ".repeat(20);
        for line in wrap_text(&text, 20).lines().skip(1) {
            assert!(
                line.chars().count() <= WIDTH && line.starts_with(&" ".repeat(20)),
                "{line}"
            );
        }
        assert_eq!(wrap_text("one two", 70), "one two");
        assert_eq!(
            wrap_text("one thousand", 70),
            "one\n".to_string() + &" ".repeat(70) + "thousand"
        );
    }

    #[test]
    fn the_texts_of_rows_stand_below_each_other() {
        let long = "x".repeat(NAME_MOST + 1);
        let text = rows([
            ("a", "one".into()),
            ("bcd", "two".into()),
            (&long, "three".into()),
        ]);
        assert_eq!(
            text,
            format!("  a    one\n  bcd  two\n  {long}\n       three\n")
        );
    }
}
