//! The rows of a CSV file of records, one at a time, each field with its place.

use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, Read};
use std::path::PathBuf;

use std::collections::BTreeMap;
use std::sync::Arc;

use time::Date;

use super::field::{decimal, read_dated, read_time, trimmed};
use crate::quantity::{Span, Time};
use crate::scenario::error::{Place, ScenarioError, nearest};
use crate::scenario::files::Files;
use crate::scenario::setting::{Setting, Settings};

/// All that decides what is read from a file.
#[derive(Clone, PartialEq, Debug)]
pub(in crate::scenario) struct Reading {
    /// The file.
    pub path: PathBuf,
    /// The client group.
    pub clients: String,
    /// How many users it has.
    pub count: u32,
    /// Groups that are simulated on their own.
    pub parts: u32,
    /// The run's start on the users' clocks, microseconds since midnight.
    pub start_us: i64,
    /// The run's length.
    pub horizon: Time,
    /// The day on which `start_us` is, where it is known.
    pub date: Option<Date>,
    /// Our names of columns, each with what the file calls it.
    pub columns: Vec<(String, String)>,
    /// The users whom another file of the group names.
    pub users: Arc<UserNames>,
}

/// Users by their names, each with the number within the client group, from 0.
pub(in crate::scenario) type UserNames = BTreeMap<String, u32>;

impl Reading {
    /// What the file calls a column.
    fn name_of<'a>(&'a self, column: &'a str) -> &'a str {
        let pair = self.columns.iter().find(|(ours, _)| ours == column);
        pair.map_or(column, |(_, name)| name)
    }

    /// Whether the file calls a column otherwise.
    fn maps(&self, column: &str) -> bool {
        self.columns.iter().any(|(ours, _)| ours == column)
    }
}

const DAY_US: i64 = 86_400_000_000;
/// A line is no longer than this.
const LINE_MOST: usize = 4096;
const COLUMNS_MOST: usize = 16;
const TIME_FORMS: &str = "seconds from the start of the run like 3600.25, or a time of day like 09:00:00.25, with 6 decimals at most, or with its date like 2026-11-30 09:00:00";
/// The columns of a kind of file.
pub(super) struct RowColumns {
    pub columns: &'static [&'static str],
    /// So many of them must be there.
    pub needed: usize,
}

impl RowColumns {
    fn header(&self) -> String {
        let (needed, optional) = self.columns.split_at(self.needed);
        let also = if optional.is_empty() {
            String::new()
        } else {
            format!(", and perhaps {}", optional.join(","))
        };
        format!("{}{also}", needed.join(","))
    }
}

/// The bytes of a file on their way, and their digest.
struct DigestReader {
    file: Box<dyn Read>,
    hasher: blake3::Hasher,
}

impl Read for DigestReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.hasher.update(&buffer[..read]);
        Ok(read)
    }
}

/// The rows of a file, one at a time.
pub(super) struct Rows<'a> {
    table: &'static RowColumns,
    reading: &'a Reading,
    /// The key that names the file.
    key: &'static str,
    /// Where the file is named.
    key_place: Place,
    input: BufReader<DigestReader>,
    line_number: u64,
    line: Vec<u8>,
    /// Where the fields of the line begin and end, in the order of the file.
    fields: [(usize, usize); COLUMNS_MOST],
    /// Fields in the header.
    width: usize,
    /// For each column of the table its place in the file.
    places: [Option<usize>; 8],
    last: i64,
    /// What separates fields.
    delimiter: u8,
    /// The day of the run's start, and the time zone of the file: those of the first row where nothing else says so.
    date: Option<Date>,
    zone_us: Option<i64>,
    /// Whether users have names; `None`: no row was read yet.
    is_named: Option<bool>,
    users: UserNames,
}

impl<'a> Rows<'a> {
    pub(super) fn open(
        table: &'static RowColumns,
        files: &dyn Files,
        settings: &Settings,
        setting: &Setting,
        reading: &'a Reading,
    ) -> Result<Self, ScenarioError> {
        let (key, key_place) = (setting.key.name, settings.place_of(setting).clone());
        let file = files.open(&reading.path);
        let file = file.map_err(|e| unreadable(key, reading, &key_place, &e))?;
        let digested = DigestReader {
            file,
            hasher: blake3::Hasher::new(),
        };
        let mut rows = Rows {
            table,
            reading,
            key,
            key_place,
            input: BufReader::with_capacity(1 << 16, digested),
            line_number: 0,
            line: Vec::new(),
            fields: [(0, 0); COLUMNS_MOST],
            width: 0,
            places: [None; 8],
            last: i64::MIN,
            delimiter: b',',
            date: reading.date,
            zone_us: None,
            is_named: (!reading.users.is_empty() || reading.maps("user")).then_some(true),
            users: BTreeMap::clone(&reading.users),
        };
        rows.read_header()?;
        Ok(rows)
    }

    /// What is read, and for whom.
    pub(super) fn reading(&self) -> &'a Reading {
        self.reading
    }

    /// The users whom the file names.
    pub(super) fn into_users(self) -> UserNames {
        self.users
    }

    pub(super) fn digest(&self) -> String {
        self.input.get_ref().hasher.finalize().to_hex().to_string()
    }

    fn read_header(&mut self) -> Result<(), ScenarioError> {
        let expected = format!(
            "expected a first line with the columns {}",
            self.table.header()
        );
        if !self.read_line()? {
            self.line_number = 1;
            return Err(self.input(0, &format!("the file is empty, {expected}")));
        }
        let has = |byte: u8| self.line.contains(&byte);
        self.delimiter = match () {
            () if has(b';') => b';',
            () if !has(b',') && has(b'\t') => b'\t',
            () => b',',
        };
        let too_many = |rows: &Rows| Err(rows.input(0, &format!("too many columns; {expected}")));
        let Some(width) = self.split() else {
            return too_many(self);
        };
        for index in 0..width {
            let name = self.text_at(index)?;
            let columns = self.table.columns;
            let is_named = |c: &&str| self.reading.name_of(c).eq_ignore_ascii_case(&name);
            match columns.iter().position(is_named) {
                Some(column) if self.places[column].is_some() => {
                    return Err(self.input(
                        self.fields[index].0,
                        &format!("column `{name}` stands twice"),
                    ));
                }
                Some(column) => self.places[column] = Some(index),
                None if !self.reading.columns.is_empty() => {}
                None => {
                    let near = nearest(&name, columns.iter().copied());
                    let message = format!("unknown column `{name}`{near}; {expected}");
                    return Err(self.input(self.fields[index].0, &message));
                }
            }
        }
        self.width = width;
        match (0..self.table.needed).find(|column| self.places[*column].is_none()) {
            Some(missing) => {
                let ours = self.table.columns[missing];
                let names: Result<Vec<_>, _> = (0..width).map(|i| self.text_at(i)).collect();
                let message = format!(
                    "no column `{}` among {}; {expected}; a column of another name is told by {} = {{ {ours} = \"its name\" }}",
                    self.reading.name_of(ours),
                    names?.join(", "),
                    self.key.replace("_file", "_columns")
                );
                Err(self.input(0, &message))
            }
            None => Ok(()),
        }
    }

    /// Reads the next row; `false`: there is none.
    pub(super) fn advance(&mut self) -> Result<bool, ScenarioError> {
        if !self.read_line()? {
            return Ok(false);
        }
        let width = self.split();
        if width == Some(self.width) {
            return Ok(true);
        }
        let count = width.map_or_else(|| "too many".into(), |n| n.to_string());
        Err(self.input(
            0,
            &format!(
                "found {count} fields, expected {}, as in the first line",
                self.width
            ),
        ))
    }

    /// Reads the next line that is neither empty nor a comment, without its end.
    fn read_line(&mut self) -> Result<bool, ScenarioError> {
        loop {
            self.line.clear();
            let most = LINE_MOST as u64 + 1;
            let read = (&mut self.input)
                .take(most)
                .read_until(b'\n', &mut self.line);
            let read = read.map_err(|e| unreadable(self.key, self.reading, &self.key_place, &e))?;
            if read == 0 {
                return Ok(false);
            }
            self.line_number += 1;
            if self.line_number == 1 && self.line.starts_with(BYTE_ORDER_MARK) {
                self.line.drain(..BYTE_ORDER_MARK.len());
            }
            while let [.., b'\n' | b'\r'] = self.line[..] {
                self.line.pop();
            }
            if self.line.len() > LINE_MOST {
                return Err(self.input(0, &format!("the line is longer than {LINE_MOST} bytes")));
            }
            if !self.line.is_empty() && self.line[0] != b'#' {
                return Ok(true);
            }
        }
    }

    /// Finds the fields of the line; `None`: there are more than any file has.
    fn split(&mut self) -> Option<usize> {
        let (mut count, mut begin) = (0, 0);
        // Whether the field began with a quote, and whether it is open: separators between quotes are text.
        let (mut is_quoted, mut is_open) = (false, false);
        for end in 0..=self.line.len() {
            match self.line.get(end) {
                Some(b'"') if is_quoted => is_open = !is_open,
                Some(b'"') => {
                    let is_first = self.line[begin..end].iter().all(|b| b" \t".contains(b));
                    (is_quoted, is_open) = (is_first, is_first);
                }
                Some(byte) if is_open || *byte != self.delimiter => {}
                _ => {
                    *self.fields.get_mut(count)? = trimmed(&self.line, begin, end);
                    count += 1;
                    begin = end + 1;
                    (is_quoted, is_open) = (false, false);
                }
            }
        }
        Some(count)
    }

    /// The field of a column, empty where the file has no such column.
    pub(super) fn field(&self, column: usize) -> &[u8] {
        match self.places[column] {
            Some(place) => {
                let (begin, end) = self.fields[place];
                &self.line[begin..end]
            }
            None => &[],
        }
    }

    pub(super) fn cell_text(&self, column: usize) -> String {
        String::from_utf8_lossy(self.field(column)).into_owned()
    }

    fn text_at(&self, index: usize) -> Result<String, ScenarioError> {
        let (begin, end) = self.fields[index];
        match std::str::from_utf8(&self.line[begin..end]) {
            Ok(text) => Ok(text.into()),
            Err(e) => Err(self.input(begin + e.valid_up_to(), NOT_UTF8)),
        }
    }

    /// The instant of the row from the start of the run, microseconds.
    pub(super) fn time(&mut self) -> Result<i64, ScenarioError> {
        let Some(time) = self.instant() else {
            return Err(self.wrong(
                0,
                &format!("found {:?}, expected {TIME_FORMS}", self.cell_text(0)),
            ));
        };
        if time < self.last {
            let message = format!(
                "found {:?}, earlier than the row before: rows go by time",
                self.cell_text(0)
            );
            return Err(self.wrong(0, &message));
        }
        self.last = time;
        Ok(time)
    }

    /// The instant of the row, where its time can be read.
    fn instant(&mut self) -> Option<i64> {
        let Some(dated) = read_dated(&self.number(0)) else {
            return read_time(&self.number(0), self.reading.start_us);
        };
        let first = *self.date.get_or_insert(dated.date);
        let days = i64::from(dated.date.to_julian_day() - first.to_julian_day());
        let zone = dated
            .zone_us
            .map_or(0, |zone| *self.zone_us.get_or_insert(zone) - zone);
        Some(days * DAY_US + dated.clock_us + zone - self.reading.start_us)
    }

    /// A field that holds a number: where a comma separates no fields it may be a decimal one.
    fn number(&self, column: usize) -> Cow<'_, [u8]> {
        let text = self.field(column);
        // Nearly no number has one, and a recording has millions of them.
        if self.delimiter == b',' || !text.contains(&b',') {
            return text.into();
        }
        let point = |b: &u8| if *b == b',' { b'.' } else { *b };
        text.iter().map(point).collect()
    }

    pub(super) fn within(&self, at: i64) -> Option<Time> {
        u64::try_from(at)
            .ok()
            .map(Time)
            .filter(|at| *at < self.reading.horizon)
    }

    /// The user's number, from 0.
    pub(super) fn user(&mut self) -> Result<u32, ScenarioError> {
        let count = u64::from(self.reading.count);
        let is_number = || decimal(self.field(1), 0).is_some();
        let is_named = self.is_named.unwrap_or_else(|| !is_number());
        self.is_named = Some(is_named);
        if is_named {
            return self.user_by_name();
        }
        match decimal(self.field(1), 0).filter(|n| (1..=count).contains(n)) {
            Some(number) => Ok(number as u32 - 1),
            None => {
                let (text, clients) = (self.cell_text(1), &self.reading.clients);
                let message = format!(
                    "found {text:?}, expected a user from 1 to {count}, the count of clients.{clients}"
                );
                Err(self.wrong(1, &message))
            }
        }
    }

    /// Users with names are numbered in the order in which they first appear.
    fn user_by_name(&mut self) -> Result<u32, ScenarioError> {
        let (name, count) = (self.cell_text(1), self.reading.count);
        if let Some(number) = self.users.get(&name) {
            return Ok(*number);
        }
        let number = self.users.len() as u32;
        if number >= count || name.is_empty() {
            let message = format!(
                "found {name:?} after {number} other users, expected the name of one of {count}, the count of clients.{}",
                self.reading.clients
            );
            return Err(self.wrong(1, &message));
        }
        self.users.insert(name, number);
        Ok(number)
    }

    pub(super) fn seconds(&self, column: usize, most: u64) -> Result<Span, ScenarioError> {
        match decimal(&self.number(column), 6).filter(|us| *us <= most * 1_000_000) {
            Some(us) => Ok(Span(us)),
            None => {
                let text = self.cell_text(column);
                let message = format!(
                    "found {text:?}, expected seconds from 0 to {most} with 6 decimals at most"
                );
                Err(self.wrong(column, &message))
            }
        }
    }

    pub(super) fn word<T: Copy>(
        &self,
        column: usize,
        words: &[(&str, T)],
    ) -> Result<T, ScenarioError> {
        let is_field = |(word, _): &&(&str, T)| word.as_bytes() == self.field(column);
        match words.iter().find(is_field) {
            Some((_, value)) => Ok(*value),
            None => {
                let valid: Vec<String> = words.iter().map(|(w, _)| format!("{w:?}")).collect();
                let message = format!(
                    "found {:?}, expected {}",
                    self.cell_text(column),
                    valid.join(" or ")
                );
                Err(self.wrong(column, &message))
            }
        }
    }

    /// `None`: the file has no such column.
    pub(super) fn flag(&self, column: usize) -> Result<Option<bool>, ScenarioError> {
        if self.places[column].is_none() {
            return Ok(None);
        }
        self.word(column, &[("true", true), ("false", false)])
            .map(Some)
    }

    /// A field of the row is wrong.
    pub(super) fn wrong(&self, column: usize, message: &str) -> ScenarioError {
        let begin = self.places[column].map_or(0, |place| self.fields[place].0);
        match std::str::from_utf8(self.field(column)) {
            Ok(_) => self.input(begin, &format!("{}: {message}", self.table.columns[column])),
            Err(e) => self.input(begin + e.valid_up_to(), NOT_UTF8),
        }
    }

    fn input(&self, offset: usize, message: &str) -> ScenarioError {
        let before = String::from_utf8_lossy(&self.line[..offset.min(self.line.len())]);
        let place = Place {
            file: self.reading.path.display().to_string(),
            line: u32::try_from(self.line_number).unwrap_or(u32::MAX),
            column: before.chars().count() as u32 + 1,
        };
        ScenarioError::input(
            &place,
            format!("clients.{}.{}: {message}", self.reading.clients, self.key),
        )
    }
}

/// Spreadsheets begin a UTF-8 file with it.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
const NOT_UTF8: &str = "not UTF-8 text: save the file as UTF-8";

fn unreadable(key: &str, reading: &Reading, place: &Place, cause: &io::Error) -> ScenarioError {
    let path = reading.path.display();
    let what = match cause.kind() {
        io::ErrorKind::NotFound => {
            format!("there is no file {path}; a path is relative to the scenario's folder")
        }
        _ => format!("{path} cannot be read: {cause}"),
    };
    ScenarioError::input(place, format!("clients.{}.{key}: {what}", reading.clients))
}
