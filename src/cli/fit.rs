//! Text as a terminal shows it whole: no line is wider, no value is cut, and what belongs to a column stays below it.

use super::columns::{Columns, sentence};

/// The text without lines that are wider than `width`, unless a single word or value is.
pub(super) fn fit_text(text: &str, width: usize) -> String {
    if width < NARROWEST {
        return text.into();
    }
    let lines: Vec<&str> = text.split('\n').collect();
    let depth = |line: &str| (line.is_empty(), line.starts_with("  "));
    let mut out = Vec::with_capacity(lines.len());
    for block in lines.chunk_by(|a, b| depth(a) == depth(b)) {
        match Columns::read(block) {
            Some(columns) if columns.is_wider(width) => out.extend(columns.lines_within(width)),
            _ => out.extend(block.iter().flat_map(|line| sentence(line, width))),
        }
    }
    out.join("\n")
}

/// A terminal that is narrower wraps by itself.
const NARROWEST: usize = 30;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::text::table;
    use proptest::prelude::*;

    fn rows(rows: &[&[&str]]) -> Vec<Vec<String>> {
        let row = |row: &&[&str]| row.iter().map(|cell| cell.to_string()).collect();
        rows.iter().map(row).collect()
    }

    #[test]
    fn columns_without_room_stand_below_each_other() {
        let figures = rows(&[
            &["", "all", "office", "home", ""],
            &[
                "Lost sessions",
                "12.3 ± 0.4 %",
                "0 (at most 3)",
                "–",
                "drops",
            ],
            &["Set-up time", "15 min 32 s", "1 s", "2 s", "setup_s"],
        ]);
        assert_eq!(
            fit_text(&table(&figures, true), 45),
            "                          all         office
  Lost sessions  12.3 ± 0.4 %  0 (at most 3)
  Set-up time     15 min 32 s            1 s

                 home
  Lost sessions     –  drops
  Set-up time     2 s  setup_s
"
        );
    }

    #[test]
    fn every_part_has_the_columns_that_tell_its_rows_apart() {
        let points = rows(&[
            &["count", "interval", "drops_per_hour", "missed_toasts"],
            &["10", "5 min", "1.5", "2 %"],
            &["10", "9 min", "1.6", "3 %"],
        ]);
        assert_eq!(
            fit_text(&table(&points, true), 40),
            "  count  interval  drops_per_hour
  10        5 min             1.5
  10        9 min             1.6

  count  interval  missed_toasts
  10        5 min            2 %
  10        9 min            3 %
"
        );
        assert_eq!(
            fit_text(&table(&points, true), 30),
            "  count           10
  interval        5 min
  drops_per_hour  1.5
  missed_toasts   2 %

  count           10
  interval        9 min
  drops_per_hour  1.6
  missed_toasts   3 %
",
            "keys that leave no room"
        );
    }

    #[test]
    fn texts_are_wrapped_and_commands_move_to_the_left() {
        let long = "at the gateway: answer INVITE with an Allow header that leaves UPDATE out";
        let levers = rows(&[
            &["down", "lost", "what to change"],
            &["1.88 %", "12", long],
            &["", "", "  --set gateway.cstagw.relay_allow=without-update"],
        ]);
        assert_eq!(
            fit_text(&table(&levers, true), 70),
            "  down    lost  what to change
  1.88 %    12  at the gateway: answer INVITE with an Allow header
                that leaves UPDATE out
                  --set gateway.cstagw.relay_allow=without-update
"
        );
    }

    #[test]
    fn a_reason_that_would_be_narrow_stands_below() {
        let reason = "the session was refreshed because nobody had answered; ".repeat(2);
        let ladder = format!("08:00  client to gateway of the north  INVITE  {reason}\n");
        let wide = fit_text(&ladder, 76);
        assert_eq!(
            wide,
            "08:00  client to gateway of the north  INVITE
  the session was refreshed because nobody had answered; the session was
  refreshed because nobody had answered;
"
        );
    }

    /// A figure as tables have them; the number makes it one of its kind.
    fn figure((form, number): (usize, u32)) -> String {
        match form {
            0 => format!("{number}.5 ± 0.4 %"),
            1 => format!("0.{number} (0.009 to 0.036) /client-h"),
            2 => format!("0 (at most 0.{number})"),
            3 => format!("{number} min 32 s"),
            4 => format!("< 0.{number} %"),
            _ => "–".into(),
        }
    }

    proptest! {
        #[test]
        fn no_value_is_broken_and_no_line_is_wider(
            width in 60usize..140,
            groups in 1usize..=8,
            forms in proptest::collection::vec((0usize..6, 100u32..999), 8 * 4),
        ) {
            let names = ["Lost sessions", "Missed toasts per user and hour", "Refreshes", "Time to be back, mean"];
            let header = (0..groups).map(|g| format!("clients:group-{g}"));
            let mut rows = vec![
                [String::new()].into_iter().chain(header).chain([String::new()]).collect::<Vec<_>>(),
            ];
            for (name, figures) in names.iter().zip(forms.chunks(8)) {
                let figures = figures[..groups].iter().map(|form| figure(*form));
                let id = name.to_lowercase().replace(' ', "_");
                rows.push([name.to_string()].into_iter().chain(figures).chain([id]).collect());
            }
            let text = table(&rows, true);
            let shown = fit_text(&text, width);
            for line in shown.lines() {
                prop_assert!(line.chars().count() <= width, "{line}\n{text}");
            }
            for cell in rows.iter().flat_map(|row| &row[1..]) {
                prop_assert!(shown.lines().any(|line| line.contains(cell)), "{cell} in\n{shown}");
            }
        }
    }

    #[test]
    fn prose_and_tables_stay_within_the_width() {
        let prose = "a long sentence of many words that goes on and on until it is too wide for the terminal of anybody";
        let table = "  name  a long text in the last column that is wider than the terminal is and goes on below itself";
        for text in [prose, table] {
            for width in [40, 60, 80] {
                let lines = fit_text(text, width);
                assert!(
                    lines.lines().all(|line| line.chars().count() <= width),
                    "{lines}"
                );
                let words = |text: &str| {
                    text.split_whitespace()
                        .map(String::from)
                        .collect::<Vec<_>>()
                };
                assert_eq!(words(&lines), words(text), "no word is lost");
            }
        }
        assert!(
            fit_text(table, 60)
                .lines()
                .nth(1)
                .unwrap()
                .starts_with("        ")
        );
    }

    #[test]
    fn what_fits_stays_as_it_is() {
        let text = "  a   b\n\n  c   d\n";
        assert_eq!(fit_text(text, 80), text);
        let word = "x".repeat(100);
        assert_eq!(
            fit_text(&word, 80),
            word,
            "a word that is too wide is not cut"
        );
        assert_eq!(fit_text(&"a b ".repeat(50), 10), "a b ".repeat(50));
    }
}
