//! What the program says first: the answer, verdict and exit code of every shipped model and study, and of small scenarios
//! that go wrong in different ways, in one table. It is reviewed by reading it aloud: no line may say more or less than was
//! computed. `RCCSIM_BLESS=1` writes it anew.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use tempfile::TempDir;

use super::page::rccsim;

const TABLE: &str = "tests/answers/table.txt";

/// The scenario files of a folder, by name.
pub(super) fn scenarios(folder: &str) -> Vec<String> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|f| f.unwrap().path())
        .filter(|f| f.extension().is_some_and(|e| e == "toml"))
        .collect();
    files.sort();
    files.iter().map(|f| f.to_str().unwrap().into()).collect()
}

/// Every command of the table.
fn commands() -> Vec<String> {
    let runs = |folder: &str, flags: &str| -> Vec<String> {
        let files = scenarios(folder).into_iter();
        files.map(|f| format!("run {f}{flags}")).collect()
    };
    let mut answers = runs("tests/answers", "");
    answers.extend(runs("models", " --reps 2"));
    answers.extend(runs("models/cases", " --reps 2"));
    answers.extend(
        scenarios("models/studies")
            .iter()
            .map(|f| format!("sweep {f} --reps 2")),
    );
    answers.extend(
        [
            "size models/studies/monday-sizing.toml --key gateway.count=1..8 --reps 2",
            "size models/studies/monday-sizing.toml --key gateway.count=1..8 --spare 1 --down-at 08:45 --reps 2",
            "size tests/answers/half-up-drops.toml --key gateway.max_sessions=10..40~step~5 --reps 2",
            "size tests/answers/overload.toml --key gateway.servers=1..16 --reps 2",
            "size tests/answers/by-a-hair.toml --key clients.count=10..40~step~5 --largest --reps 3",
            "compare models/nec-r2.toml models/nec-r2-allow-fix.toml --reps 3",
            "compare tests/answers/half-up-drops.toml tests/answers/half-up.toml --reps 3",
            "best models/nec-r2.toml --vary clients.refresh_interval=10~min..60~min~step~10~min --set clients.count=200 --reps 2",
            "best tests/answers/overload.toml --vary gateway.servers=1,2 --within-objectives --set clients.count=2000",
            "sweep tests/answers/all-lost.toml --vary gateway.update=ignored,405 --reps 2",
            "sweep tests/answers/half-up-drops.toml --vary gateway.max_sessions=40,100,120 --reps 3",
            "sensitivity models/nec-r2.toml --set clients.count=200 --reps 2",
            "matrix",
        ]
        .map(String::from),
    );
    answers
}

/// A blank within a word of the command line stands as `~` in the table.
fn argument(word: &str) -> String {
    word.replace('~', " ")
}

/// What a command answers: sentences, verdict, exit code.
fn answer(command: &str) -> (Vec<String>, String) {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("out");
    let mut words: Vec<String> = command.split(' ').map(argument).collect();
    if words[0] != "matrix" {
        words.push("--quiet".into());
    }
    words.extend(["--no-report", "--format", "json", "--out"].map(String::from));
    words.push(out.to_str().unwrap().into());
    let output = rccsim(&words.iter().map(String::as_str).collect::<Vec<_>>());
    let code = output.status.code().unwrap_or(-1);
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|e| {
        panic!(
            "{command}: {e}: {}",
            String::from_utf8_lossy(&output.stderr)
        )
    });
    let lines = match &summary["answer"] {
        Value::String(text) => text.lines().map(String::from).collect(),
        Value::Array(lines) => lines.iter().map(|l| l.as_str().unwrap().into()).collect(),
        other => panic!("{command}: {other}"),
    };
    let verdict = summary["verdict"].as_str().unwrap_or("none");
    (lines, format!("{verdict}, exit code {code}"))
}

/// Sentences of a line.
fn sentences(line: &str) -> Vec<&str> {
    line.split_inclusive(". ").map(str::trim).collect()
}

/// Without what stands in brackets: there a key may go by its name.
fn bare(sentence: &str) -> String {
    let mut depth = 0;
    let mut out = String::new();
    for c in sentence.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            c if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

#[test]

fn the_answers_are_those_of_the_table() {
    let mut output = String::new();
    let mut bad = Vec::new();
    for command in commands() {
        let (lines, outcome) = answer(&command);
        let _ = writeln!(output, "{command}");
        if let Some(file) = command.split(' ').nth(1) {
            let text = fs::read_to_string(file).unwrap();
            let question = text.lines().next().unwrap().trim_start_matches("# ");
            let _ = writeln!(output, "  Q: {question}");
        }
        for line in &lines {
            // An indented line is a row of a list, no sentence.
            let is_row = line.starts_with("  ");
            for sentence in sentences(line) {
                let _ = writeln!(output, "  {sentence}");
                let words = sentence
                    .split_whitespace()
                    .filter(|w| w.chars().any(char::is_alphanumeric));
                if words.count() > 25 && !is_row {
                    bad.push(format!("more than 25 words: {sentence}"));
                }
                if bare(sentence).split_whitespace().any(|w| w.contains('_')) {
                    bad.push(format!("an identifier without words: {sentence}"));
                }
            }
        }
        let _ = writeln!(output, "  {outcome}\n");
    }
    if std::env::var_os("RCCSIM_BLESS").is_some() {
        fs::write(TABLE, &output).unwrap();
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
    let table = fs::read_to_string(TABLE).unwrap_or_default();
    let first = table.lines().zip(output.lines()).find(|(a, b)| a != b);
    assert!(
        table == output,
        "{TABLE} differs, first at {first:?}; now it is\n{output}"
    );
}

/// What a template says, block by block: without markup, each value one word.
fn blocks(template: &str) -> Vec<String> {
    let cut = |text: &str, open: &str, close: &str, instead: &str| {
        let mut parts = text.split(open);
        let mut out = parts.next().unwrap_or_default().to_string();
        for part in parts {
            out += instead;
            out += part.split_once(close).map_or("", |(_, rest)| rest);
        }
        out
    };
    let text = cut(template, "{%", "%}", " ");
    let mut text = cut(&text, "{{", "}}", "X");
    for inline in ["strong", "code", "em", "a", "span", "b"] {
        text = text
            .replace(&format!("</{inline}>"), "")
            .replace(&format!("<{inline}>"), "");
        text = cut(&text, &format!("<{inline} "), ">", "");
    }
    cut(&text, "<", ">", "\n\n")
        .split("\n\n")
        .map(|block| block.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

#[test]
fn no_sentence_of_a_template_has_more_than_25_words() {
    let mut looked_at = 0;
    for file in fs::read_dir("src/report/page").unwrap() {
        let file = file.unwrap().path();
        if file.extension().is_none_or(|e| e != "html") {
            continue;
        }
        for block in blocks(&fs::read_to_string(&file).unwrap()) {
            for sentence in sentences(&block) {
                looked_at += 1;
                let words = sentence.split(' ').count();
                assert!(words <= 25, "{file:?}: {words} words: {sentence}");
            }
        }
    }
    assert!(looked_at > 50, "{looked_at}");
}
