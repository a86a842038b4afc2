//! A fault as a person reads it: where, what, and the line with a mark below the place.

use super::fault::Fault;
use crate::scenario::{Place, ScenarioError, more_wrong_rows};

/// Errors of one scenario that are shown.
const MAX_ERRORS: usize = 10;

/// The fault, each of several errors with its line.
pub(super) fn complaint(fault: &Fault) -> String {
    let Fault::Scenario(error) = fault else {
        return format!("error: {fault}");
    };
    let errors = error.parts();
    let messages: Vec<String> = errors
        .iter()
        .take(MAX_ERRORS)
        .map(|error| error_text(error))
        .collect();
    let mut text = messages.join("\n");
    if errors.len() > 1 {
        let cut = if errors.len() > MAX_ERRORS {
            format!(", the first {MAX_ERRORS} of them above")
        } else {
            String::new()
        };
        text += &format!("\n{} errors{cut}", errors.len());
    }
    if error.more_rows() > 0 {
        let gap = if errors.len() > 1 { ", " } else { "\n" };
        text += &format!("{gap}{}", more_wrong_rows(error.more_rows()));
    }
    text
}

fn error_text(error: &ScenarioError) -> String {
    let excerpt = match error {
        ScenarioError::Input {
            place,
            message,
            line,
        } if !line.is_empty() => excerpt(place, line, quoted_text(message)),
        _ => String::new(),
    };
    format!("error: {error}{excerpt}")
}

/// Characters of a line that are shown.
const WIDTH: usize = 100;

/// The text that a message has found, where it shows one between quotes.
fn quoted_text(message: &str) -> &str {
    let after = message.split_once(": found \"");
    after.map_or("", |(_, text)| text.split('"').next().unwrap_or_default())
}

/// The line, and below it a mark from the place to the end of what was found, or of the word or the text there.
fn excerpt(place: &Place, line: &str, quotation: &str) -> String {
    let number = place.line.to_string();
    let column = place.column.saturating_sub(1) as usize;
    // Of a long line, what stands about the place.
    let first = column.saturating_sub(WIDTH / 2);
    let first = if line.chars().count() > WIDTH {
        first
    } else {
        0
    };
    let window: String = line.chars().skip(first).take(WIDTH).collect();
    let before: String = window
        .chars()
        .take(column - first)
        .map(|c| if c == '\t' { '\t' } else { ' ' })
        .collect();
    let rest: String = window.chars().skip(column - first).collect();
    let width = match rest.starts_with(quotation) {
        true => quotation.chars().count().max(mark_length(&rest)),
        false => mark_length(&rest),
    };
    let mark = "^".repeat(width.max(1));
    let gutter = " ".repeat(number.len());
    format!("\n {number} | {window}\n {gutter} | {before}{mark}")
}

/// Characters of the word, or of the quoted text, that begins here.
fn mark_length(rest: &str) -> usize {
    let mut chars = rest.chars();
    match chars.next() {
        Some(quote @ ('"' | '\'')) => match chars.as_str().find(quote) {
            Some(end) => chars.as_str()[..end].chars().count() + 2,
            None => rest.chars().count(),
        },
        Some('[') if rest.starts_with("[[") => 2,
        _ => rest
            .chars()
            .take_while(|c| c.is_alphanumeric() || "_-.%".contains(*c))
            .count(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked_line(column: u32, line: &str) -> String {
        let place = Place {
            file: "a.toml".into(),
            line: 12,
            column,
        };
        excerpt(&place, line, "")
    }

    #[test]
    fn the_mark_stands_below_what_is_wrong() {
        assert_eq!(
            marked_line(9, "count = \"500\" # x"),
            "\n 12 | count = \"500\" # x\n    |         ^^^^^"
        );
        assert_eq!(
            marked_line(1, "cuont = 5"),
            "\n 12 | cuont = 5\n    | ^^^^^"
        );
        assert_eq!(
            marked_line(1, "[[gateway]]"),
            "\n 12 | [[gateway]]\n    | ^^"
        );
        assert_eq!(
            marked_line(4, "\ta = 0.5"),
            "\n 12 | \ta = 0.5\n    | \t  ^"
        );
        assert_eq!(
            marked_line(6, "\ta = 0.5"),
            "\n 12 | \ta = 0.5\n    | \t    ^^^"
        );
    }

    #[test]
    fn what_was_found_is_marked_to_its_end() {
        let (place, line) = (Place::at("a.csv", "", 0), "9 am,1,incoming");
        let text = excerpt(
            &place,
            line,
            quoted_text("time: found \"9 am\", expected seconds"),
        );
        assert!(text.ends_with("\n   | ^^^^"), "{text}");
        let other = excerpt(
            &place,
            line,
            quoted_text("time: found \"8 am\", expected seconds"),
        );
        assert!(other.ends_with("\n   | ^"), "{other}");
    }

    #[test]
    fn of_a_long_line_the_part_about_the_place_is_shown() {
        let line = format!("a = \"{}\" b = 1", "x".repeat(300));
        let text = marked_line(308, &line);
        assert!(
            text.lines().all(|line| line.chars().count() <= WIDTH + 10),
            "{text}"
        );
        assert!(text.lines().last().unwrap().ends_with('^'), "{text}");
    }
}
