//! `scenario.toml` of a results folder: every input with its value and where that came from.

/// A section of the scenario.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Section {
    /// `scenario`, `gateway`, `clients`, `fault`, `objective`, `study` …
    pub table: String,
    /// Its name; empty where it has none.
    pub name: String,
    /// Its keys, in the order of the file.
    pub inputs: Vec<Input>,
}

/// A key with its value.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Input {
    /// The key.
    pub key: String,
    /// The value as the file writes it, text without its quotes.
    pub value: String,
    /// Where it came from: `given`, `given on the command line`, `default, assumption: …`, a profile's name with its standing; empty: unsaid.
    pub origin: String,
    /// Whether it stands for other keys, which have its values: a profile, a workload, a path.
    pub reference: bool,
}

impl Section {
    /// A key's value.
    pub fn value(&self, key: &str) -> Option<&str> {
        self.inputs.iter().find(|i| i.key == key).map(|i| i.value.as_str())
    }
}

impl Input {
    /// Whether the user chose it.
    pub fn is_given(&self) -> bool {
        self.origin.starts_with("given")
    }
}

/// Reads the form that this program writes: one key a line, its origin behind it. A list over several lines is one value.
pub fn inputs(text: &str) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let line = line.trim();
        if let Some(table) = line.strip_prefix('[') {
            let table = table.trim_matches(['[', ']']).into();
            sections.push(Section { table, ..Section::default() });
            continue;
        }
        let (reference, line) = line.strip_prefix("# ").map_or((false, line), |rest| (true, rest));
        let Some(section) = sections.last_mut() else { continue };
        let Some((key, rest)) = line.split_once(" = ") else { continue };
        let mut rest = rest.to_string();
        if rest == "[" {
            rest.extend(lines.by_ref().take_while(|l| *l != "]").map(|l| format!("\n{}", l.trim())));
            rest += "\n]";
        }
        let (value, origin) = split_comment(&rest);
        let value = plain(value.trim());
        if key == "name" {
            section.name = value.clone();
        }
        section.inputs.push(Input { key: key.into(), value, origin: origin.trim().into(), reference });
    }
    sections
}

/// A value and the comment behind it; a `#` within quotes begins none.
fn split_comment(text: &str) -> (&str, &str) {
    let mut quoted = false;
    let mut escaped = false;
    for (i, c) in text.char_indices() {
        match c {
            '"' if !escaped => quoted = !quoted,
            '#' if !quoted => return (&text[..i], &text[i + 1..]),
            _ => {}
        }
        escaped = c == '\\' && !escaped;
    }
    (text, "")
}

/// Text without its quotes and escapes; anything else as it is.
fn plain(value: &str) -> String {
    let document: Option<toml::Table> = format!("v = {value}").parse().ok();
    let text = document.and_then(|d| d.get("v").and_then(|v| v.as_str().map(String::from)));
    text.unwrap_or_else(|| value.into())
}
