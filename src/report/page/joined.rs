//! Rows of a sweep that differ by one key alone: what that key does not move is one row.

/// Joins rows that follow each other, are alike but for the value of one of the first `keys` columns, and say so in it.
pub(super) fn join_rows(rows: Vec<Vec<String>>, keys: usize) -> Vec<Vec<String>> {
    let mut out: Vec<Vec<String>> = Vec::new();
    let mut rest = &rows[..];
    while let [first, tail @ ..] = rest {
        let moved_key = tail
            .first()
            .and_then(|next| differing_key(first, next, keys));
        let run_length = moved_key.map_or(0, |key| {
            let is_alike = |row: &&Vec<String>| self::differing_key(first, row, keys) == Some(key);
            tail.iter().take_while(is_alike).count()
        });
        let (group, after) = rest.split_at(1 + run_length);
        let mut row = first.clone();
        if let Some(key) = moved_key.filter(|_| run_length > 0) {
            row[key] = join_values(
                &group
                    .iter()
                    .map(|row| row[key].as_str())
                    .collect::<Vec<_>>(),
            );
        }
        out.push(row);
        rest = after;
    }
    out
}

/// The one key by which two rows differ; `None`: they differ by more.
fn differing_key(a: &[String], b: &[String], keys: usize) -> Option<usize> {
    let mut differing = (0..a.len().max(b.len())).filter(|i| a.get(*i) != b.get(*i));
    let key = differing.next().filter(|key| *key < keys)?;
    differing.next().is_none().then_some(key)
}

/// Values that follow each other as one: quantities as a stretch, words as a list.
fn join_values(values: &[&str]) -> String {
    let is_quantity = |value: &&str| value.starts_with(|c: char| c.is_ascii_digit());
    match values {
        [first, .., last] if values.iter().all(is_quantity) => {
            format!("{first} to {last} ({} points)", values.len())
        }
        _ => values.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Vec<String>> {
        let row = |line: &str| {
            line.split('|')
                .map(|cell| cell.trim().to_string())
                .collect()
        };
        text.lines().map(row).collect()
    }

    #[test]
    fn what_a_key_does_not_move_is_one_row() {
        let table = rows(
            "good | 5 min | 1\ngood | 10 min | 2\ngood | 15 min | 2\ngood | 20 min | 2\nbad | 5 min | 2\nbad | 10 min | 3",
        );
        assert_eq!(
            join_rows(table, 2),
            rows(
                "good | 5 min | 1\ngood | 10 min to 20 min (3 points) | 2\nbad | 5 min | 2\nbad | 10 min | 3"
            )
        );
    }

    #[test]
    fn words_are_listed_and_rows_that_differ_by_two_keys_stay_apart() {
        let table = rows("a | x | 1\nb | x | 1\nc | y | 1");
        assert_eq!(join_rows(table, 2), rows("a, b | x | 1\nc | y | 1"));
        assert_eq!(join_rows(Vec::new(), 1), Vec::<Vec<String>>::new());
    }
}
