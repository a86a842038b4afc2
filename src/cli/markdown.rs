//! An answer as Markdown, for a ticket: its sentences, then each table under its heading.

/// The text of an answer as Markdown.
pub(super) fn markdown(text: &str) -> String {
    let mut out = String::new();
    for (i, block) in text.trim_end().split("\n\n").enumerate() {
        if i > 0 {
            out.push('\n');
        }
        out += &of_block(block, i == 0);
    }
    out
}

/// A heading with its table, or sentences.
fn of_block(block: &str, is_first: bool) -> String {
    let (title, rest) = block.split_once('\n').unwrap_or((block, ""));
    let is_table = !rest.is_empty() && rest.lines().all(|line| line.starts_with("  "));
    if is_table {
        let rows: Vec<&str> = rest.lines().map(|line| &line[2..]).collect();
        return format!(
            "### {}\n\n```text\n{}\n```\n",
            escape(title),
            rows.join("\n")
        );
    }
    let line = |(i, line): (usize, &str)| match is_first && i == 0 {
        true => format!("**{}**\n", escape(line)),
        false => format!("{}\n", escape(line)),
    };
    // A line of its own each.
    block
        .lines()
        .enumerate()
        .map(line)
        .collect::<Vec<_>>()
        .join("\n")
}

/// What Markdown would read as more than text.
fn escape(text: &str) -> String {
    let escape = |c: char| match c {
        '*' | '_' | '<' | '>' | '`' | '[' | ']' | '|' | '#' => format!("\\{c}"),
        c => c.to_string(),
    };
    text.chars().map(escape).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_stands_out_and_tables_keep_their_columns() {
        let text = "1 % of toasts are missed: fail.\n\nFigures\n  Lost  3  session_drops\n  Time  1 %\n\nSimulated: rccsim run a_b\nFiles: x\n";
        assert_eq!(
            markdown(text),
            "**1 % of toasts are missed: fail.**\n\n### Figures\n\n```text\nLost  3  session_drops\nTime  1 %\n```\n\n\
             Simulated: rccsim run a\\_b\n\nFiles: x\n"
        );
    }
}
