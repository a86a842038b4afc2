//! A printed table in fewer columns of the screen: texts are wrapped, else groups of columns stand below each other.

use std::collections::BTreeSet;

use super::wrap::wrap_line;

/// A table as it was printed, cut into cells, with the sentences between its rows.
pub(super) struct Columns<'a> {
    lines: Vec<Line<'a>>,
    indent: usize,
    columns: Vec<Column>,
}

enum Line<'a> {
    Row(Vec<String>),
    Sentence(&'a str),
}

struct Column {
    /// The width as it was printed.
    natural: usize,
    /// The width that it must have to be read.
    min_width: usize,
    /// Figures are aligned to the right, and never wrapped.
    is_figure: bool,
    /// Figures with a name above them.
    has_header: bool,
}

/// A text that is narrower is hard to read: columns stand below each other instead.
const NARROW: usize = 20;
/// A text that is longer is of sentences, which stand below their row where they would be narrower than that.
const LONG: usize = 80;
const NARROW_SENTENCE: usize = 30;
/// What begins like a figure and is longer is a text.
const LONGEST_FIGURE: usize = 60;
/// Spaces between columns.
const GAP: usize = 2;

impl<'a> Columns<'a> {
    /// The table that these lines show; `None` where they show none.
    pub(super) fn read(lines: &[&'a str]) -> Option<Self> {
        let starts = starts(lines);
        let (indent, _) = (*starts.first()?, starts.get(1)?);
        let lines = lines.iter().enumerate();
        let mut lines: Vec<Line> = lines.map(|(i, line)| cut(line, &starts, i == 0)).collect();
        let mut columns = Vec::new();
        for c in 0..starts.len() {
            let cells = lines
                .iter()
                .filter_map(Line::row)
                .map(|row| row[c].as_str());
            let column = Column::from_cells(&cells.collect::<Vec<_>>(), c > 0);
            if column.is_figure {
                lines.iter_mut().for_each(|line| line.trim(c));
            }
            columns.push(column);
        }
        Some(Self {
            lines,
            indent,
            columns,
        })
    }

    /// Whether a row is wider than that.
    pub(super) fn is_wider(&self, room: usize) -> bool {
        let indices = self.indices();
        let widths = self.narrowed(&indices, usize::MAX);
        let mut lines = self
            .rows()
            .flat_map(|row| self.row_lines(row, &indices, &widths));
        lines.any(|line| width(&line) > room)
    }

    /// The same in lines of that width; a value that is wider alone stays whole.
    pub(super) fn lines_within(&self, room: usize) -> Vec<String> {
        let (indices, last) = (self.indices(), self.columns.len() - 1);
        let widths = self.narrowed(&indices, room);
        if self.has_long_text() && widths[last] < NARROW_SENTENCE {
            let other_widths = self.narrowed(&indices[..last], room);
            if self.size(&indices[..last], &other_widths) <= room {
                return self.with_last_below(&other_widths, room);
            }
        }
        if self.size(&indices, &widths) <= room {
            return self.with_sentences(room, |row| self.row_lines(row, &indices, &widths));
        }
        let has_header = self.columns.iter().any(|c| c.has_header);
        let mut lines = match self.keys(room) {
            None if has_header => self.rows_below_each_other(room),
            keys => {
                let keys = keys.unwrap_or_else(|| vec![0]);
                self.below_each_other(&self.parts(&keys, room), room)
            }
        };
        lines.extend(self.with_sentences(room, |_| Vec::new()));
        lines
    }

    fn indices(&self) -> Vec<usize> {
        (0..self.columns.len()).collect()
    }

    fn rows(&self) -> impl Iterator<Item = &[String]> {
        self.lines.iter().filter_map(Line::row)
    }

    /// Every row as drawn, and the sentences between them.
    fn with_sentences(&self, room: usize, draw: impl Fn(&[String]) -> Vec<String>) -> Vec<String> {
        let lines = self.lines.iter().flat_map(|line| match line {
            Line::Row(row) => draw(row),
            // What belongs to a text that is moved is moved too.
            Line::Sentence(text) if depth(text) > room / 2 => {
                wrap_line(&format!("{:6}{}", "", text.trim_start()), room, 6)
            }
            Line::Sentence(text) => sentence(text, room),
        });
        lines.collect()
    }

    /// Whether the last column has sentences.
    fn has_long_text(&self) -> bool {
        let last = self.columns.last();
        last.is_some_and(|c| !c.is_figure && c.natural > LONG)
    }

    /// The last column below the one before it, or where that begins too far to the right, below the first.
    fn with_last_below(&self, widths: &[usize], room: usize) -> Vec<String> {
        let (last, indices) = (self.columns.len() - 1, self.indices());
        let deep = match self.size(&indices[..last - 1], widths) + 2 * GAP {
            deep if deep <= room / 2 => deep,
            _ => self.indent + GAP,
        };
        self.with_sentences(room, |row| {
            let mut lines = self.row_lines(row, &indices[..last], widths);
            let below = format!("{:deep$}{}", "", row[last]);
            lines.extend(wrap_line(&below, room, deep));
            lines.retain(|line| !line.trim().is_empty());
            lines
        })
    }

    /// Groups of columns below each other.
    fn below_each_other(&self, parts: &[Vec<usize>], room: usize) -> Vec<String> {
        let part = |part: &Vec<usize>| {
            let widths = self.narrowed(part, room);
            let lines = self
                .rows()
                .flat_map(|row| self.row_lines(row, part, &widths));
            lines.filter(|line| !line.is_empty()).collect()
        };
        let parts: Vec<Vec<String>> = parts.iter().map(part).collect();
        parts.join(&String::new())
    }

    /// Each row as a block of its own: the names of the header, each with its value.
    fn rows_below_each_other(&self, room: usize) -> Vec<String> {
        let Some(names) = self.rows().next() else {
            return Vec::new();
        };
        let widest = names.iter().map(|name| width(name)).max().unwrap_or(0);
        let deep = self.indent + widest + GAP;
        let line = |(name, value): (&String, &String)| {
            let line = format!(
                "{:indent$}{name:widest$}{:GAP$}{}",
                "",
                "",
                value.trim(),
                indent = self.indent
            );
            wrap_line(&line, room, deep)
        };
        let block = |row: &[String]| names.iter().zip(row).flat_map(line).collect();
        let blocks: Vec<Vec<String>> = self.rows().skip(1).map(block).collect();
        blocks.join(&String::new())
    }

    /// The width of a line with these columns.
    fn size(&self, columns: &[usize], widths: &[usize]) -> usize {
        let cells: usize = columns.iter().map(|c| widths[*c]).sum();
        self.indent + cells + GAP * columns.len().saturating_sub(1)
    }

    /// The widths of all columns when these share the room: the widest are made narrower.
    fn narrowed(&self, columns: &[usize], room: usize) -> Vec<usize> {
        let mut widths: Vec<usize> = self.columns.iter().map(|c| c.natural).collect();
        while self.size(columns, &widths) > room {
            let can_shrink = |c: &&usize| widths[**c] > self.columns[**c].min_width;
            let shrinking = columns.iter().filter(can_shrink);
            let Some(widest) = shrinking.max_by_key(|c| widths[**c]) else {
                break;
            };
            widths[*widest] -= 1;
        }
        widths
    }

    /// Groups of columns that have room beside each other, each with the columns that tell the rows apart; texts in them are
    /// wrapped where that makes fewer groups.
    fn parts(&self, keys: &[usize], room: usize) -> Vec<Vec<usize>> {
        let parts = |widths: &[usize]| {
            let mut parts: Vec<Vec<usize>> = Vec::new();
            for c in self.indices().into_iter().filter(|c| !keys.contains(c)) {
                let has_room = |part: &[usize]| self.size(&[part, &[c]].concat(), widths) <= room;
                match parts.last_mut() {
                    Some(part) if has_room(part) => part.push(c),
                    _ => parts.push([keys, &[c]].concat()),
                }
            }
            parts
        };
        let natural_parts = parts(&self.narrowed(&[], room));
        let wrapped_parts = parts(&self.columns.iter().map(|c| c.min_width).collect::<Vec<_>>());
        let mut parts = if wrapped_parts.len() < natural_parts.len() {
            wrapped_parts
        } else {
            natural_parts
        };
        parts.iter_mut().for_each(|part| part.sort_unstable());
        parts
    }

    /// The first column, and those after it that tell more rows apart; `None` where no other has room beside them.
    fn keys(&self, room: usize) -> Option<Vec<usize>> {
        let told_apart = |keys: &[usize]| {
            let key = |row: &[String]| keys.iter().map(|c| row[*c].clone()).collect::<Vec<_>>();
            self.rows().map(key).collect::<BTreeSet<_>>().len()
        };
        let natural = self.narrowed(&[], room);
        let mut keys = vec![0];
        for c in 1..self.columns.len() {
            let candidate_keys = [&keys[..], &[c]].concat();
            if told_apart(&candidate_keys) > told_apart(&keys) {
                let remaining_columns = self.columns.iter().enumerate();
                let remaining_columns =
                    remaining_columns.filter(|(i, _)| !candidate_keys.contains(i));
                let widest = remaining_columns
                    .map(|(_, column)| column.min_width)
                    .max()
                    .unwrap_or(0);
                if self.size(&candidate_keys, &natural) + GAP + widest > room {
                    return None;
                }
                keys = candidate_keys;
            }
        }
        Some(keys)
    }

    /// The lines of a row.
    fn row_lines(&self, row: &[String], columns: &[usize], widths: &[usize]) -> Vec<String> {
        let cell = |c: &usize| wrap_line(&row[*c], widths[*c], depth(&row[*c]));
        let cells: Vec<Vec<String>> = columns.iter().map(cell).collect();
        let line = |i: usize| {
            let mut line = " ".repeat(self.indent);
            for (c, cell) in columns.iter().zip(&cells) {
                let text = cell.get(i).map_or("", String::as_str);
                let pad = " ".repeat(widths[*c].saturating_sub(width(text)));
                line += &match self.columns[*c].is_figure {
                    true => format!("{pad}{text}{:GAP$}", ""),
                    false => format!("{text}{pad}{:GAP$}", ""),
                };
            }
            line.trim_end().to_string()
        };
        let height = cells.iter().map(Vec::len).max().unwrap_or(0);
        (0..height).map(line).collect()
    }
}

impl Column {
    fn from_cells(cells: &[&str], may_be_figures: bool) -> Self {
        let natural = cells.iter().map(|c| width(c)).max().unwrap_or(0);
        let words = cells.iter().flat_map(|c| c.split(' ')).map(width);
        let word = words.max().unwrap_or(0);
        let figures = cells.iter().filter(|c| is_figure(c));
        let figure = figures.map(|c| width(c.trim())).max();
        let mut below = cells.iter().skip(1).filter(|c| !c.is_empty());
        let figure = figure.filter(|_| may_be_figures && below.all(|c| is_figure(c)));
        Self {
            natural,
            min_width: figure.unwrap_or(natural.min(NARROW)).max(word),
            is_figure: figure.is_some(),
            has_header: figure.is_some() && !is_figure(cells[0]),
        }
    }
}

impl Line<'_> {
    fn row(&self) -> Option<&[String]> {
        match self {
            Self::Row(cells) => Some(cells),
            Self::Sentence(_) => None,
        }
    }

    fn trim(&mut self, column: usize) {
        if let Self::Row(cells) = self {
            cells[column] = cells[column].trim().to_string();
        }
    }
}

/// A sentence in lines; what is cut off goes on a little deeper.
pub(super) fn sentence(text: &str, room: usize) -> Vec<String> {
    match width(text) <= room {
        true => vec![text.into()],
        false => wrap_line(text, room, depth(text) + 2),
    }
}

fn is_figure(cell: &str) -> bool {
    let begins = |c: char| c.is_ascii_digit() || "-–<>≤≥".contains(c);
    cell.trim_start().starts_with(begins) && width(cell.trim()) <= LONGEST_FIGURE
}

fn width(text: &str) -> usize {
    text.chars().count()
}

/// Spaces before a text.
fn depth(text: &str) -> usize {
    text.len() - text.trim_start_matches(' ').len()
}

/// Whether a line has more than one cell.
fn is_tabular(line: &str) -> bool {
    line.trim().contains("  ")
}

/// Where columns begin: behind two spaces in every row.
fn starts(lines: &[&str]) -> Vec<usize> {
    let mut positions = Vec::new();
    for line in lines.iter().filter(|line| is_tabular(line)) {
        positions.resize(positions.len().max(width(line)), false);
        for (at, c) in line.chars().enumerate() {
            positions[at] |= c != ' ';
        }
    }
    let is_free = |at: usize, back: usize| at < back || !positions[at - back];
    let is_start = |at: &usize| positions[*at] && is_free(*at, 1) && is_free(*at, 2);
    (0..positions.len()).filter(is_start).collect()
}

/// A line as a row, unless its words run across the columns, or it goes on below a text of the last.
fn cut<'a>(line: &'a str, starts: &[usize], is_first: bool) -> Line<'a> {
    let letters: Vec<char> = line.chars().collect();
    let is_free = |at: usize| letters.get(at).is_none_or(|c| *c == ' ');
    let is_across = !starts[1..]
        .iter()
        .all(|at| is_free(at - 1) && is_free(at - 2));
    let goes_on = !is_first && depth(line) > starts[starts.len() - 1] && !is_tabular(line);
    if is_across || goes_on || depth(line) < starts[0] {
        return Line::Sentence(line);
    }
    let ends = starts[1..].iter().copied().chain([letters.len()]);
    let cell = |(start, end): (&usize, usize)| {
        let end = end.min(letters.len());
        let text: String = letters[(*start).min(end)..end].iter().collect();
        text.trim_end().to_string()
    };
    Line::Row(starts.iter().zip(ends).map(cell).collect())
}
