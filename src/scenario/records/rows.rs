//! The rows of a CSV file of records, one at a time, each field with its place.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io;

use time::{Date, Duration};

use super::dated::{DayPlace, OpenDate, read_dated};
use super::field::{decimal, duration_hint, read_duration, read_time};
use super::header::{Places, RowColumns, places_of};
use super::lines::{LINE_MOST, LineFault, Lines};
use super::reading::{Precedent, Reading, UserNames};
use super::wrong_rows::WrongRows;
use crate::quantity::number::count_phrase;
use crate::quantity::{Span, Time};
use crate::scenario::error::{Place, ScenarioError, nearest};
use crate::scenario::files::{Files, near_name};
use crate::scenario::setting::{Setting, Settings};

const DAY_US: i64 = 86_400_000_000;
const TIME_FORMS: &str = "seconds from the start of the run like 3600.25, or a time of day like 09:00:00.25, with 6 decimals at most, or with its date like 2026-11-30 09:00:00 or 30.11.2026 09:00, and its zone like +01:00 or Z";
/// Words of a value that a message lists after the first; help has all.
const OTHER_WORDS: usize = 3;
/// Users beyond the count of the group that are count_phrase, to say how many there are.
const SURPLUS_MOST: usize = 1 << 16;

/// The rows of a file, one at a time. What is wrong in them is kept, so that all of it is said at once.
pub(super) struct Rows<'a> {
    table: &'static RowColumns,
    reading: &'a Reading,
    files: &'a dyn Files,
    /// The key that names the file.
    key: &'static str,
    /// Where the file is named.
    key_place: Place,
    lines: Lines,
    /// Fields that a row must have.
    width: usize,
    places: Places,
    last: i64,
    /// The day of the run's start, and the time zone of the group's files: those of the first row where nothing else says so.
    date: Option<Date>,
    zone_us: Option<i64>,
    /// Where the day stands in dates like 11/30/2026; outer `None`: no row has had one, inner `None`: no row says it.
    day_place: Option<Option<DayPlace>>,
    /// Whether users have names; `None`: no row was read yet.
    is_named: Option<bool>,
    users: UserNames,
    /// Whether there were more users than the group has.
    has_surplus: bool,
    wrong: WrongRows,
}

impl<'a> Rows<'a> {
    pub(super) fn open(
        table: &'static RowColumns,
        files: &'a dyn Files,
        settings: &Settings,
        setting: &Setting,
        reading: &'a Reading,
    ) -> Result<Self, ScenarioError> {
        let (key, key_place) = (setting.key.name, settings.place_of(setting).clone());
        let file = files.open(&reading.path);
        let file = file.map_err(|e| unreadable(key, reading, files, &key_place, &e))?;
        let mut rows = Rows {
            table,
            reading,
            files,
            key,
            key_place,
            lines: Lines::new(file),
            width: 0,
            places: Places::default(),
            last: i64::MIN,
            date: reading.date,
            zone_us: reading.precedent.zone_us,
            day_place: None,
            is_named: (!reading.precedent.users.is_empty() || reading.maps("user")).then_some(true),
            users: reading.precedent.users.clone(),
            has_surplus: false,
            wrong: WrongRows::default(),
        };
        rows.read_header()?;
        Ok(rows)
    }

    /// What is read, and for whom.
    pub(super) fn reading(&self) -> &'a Reading {
        self.reading
    }

    /// What the rows settle for the group's other file.
    ///
    /// # Errors
    /// What is wrong in the rows that were read.
    pub(super) fn finish(self) -> Result<Precedent, ScenarioError> {
        self.wrong.into_result()?;
        Ok(Precedent {
            users: self.users,
            zone_us: self.zone_us,
        })
    }

    pub(super) fn digest(&self) -> String {
        self.lines.digest()
    }

    fn read_header(&mut self) -> Result<(), ScenarioError> {
        let expected = format!(
            "expected a first line with the columns {}",
            self.table.header()
        );
        if !self.lines.advance().map_err(|e| self.line_fault(&e))? {
            self.lines.number = 1;
            return Err(self.input(0, &format!("the file is empty, {expected}")));
        }
        // UTF-16, as spreadsheets write "Unicode text".
        if self.lines.bytes.starts_with(b"\xFF\xFE") || self.lines.bytes.contains(&0) {
            self.lines.bytes.clear();
            return Err(self.input(0, NOT_UTF8));
        }
        self.lines.find_delimiter();
        self.lines.split();
        let count = self.lines.fields.len();
        let names: Vec<String> = (0..count).map(|i| self.lines.text(i).into()).collect();
        let places = places_of(self.table, &self.reading.columns, self.key, &names);
        self.places = places.map_err(|fault| {
            let place = fault.index.map_or(0, |index| self.lines.fields[index].0);
            self.input(place, &format!("{}; {expected}{}", fault.text, fault.hint))
        })?;
        // A separator at the end of the line begins no column.
        let last = names.iter().rposition(|name| !name.is_empty());
        self.width = last.map_or(0, |last| last + 1);
        Ok(())
    }

    /// Reads the next row; `false`: there is none, or no more can be read.
    pub(super) fn advance(&mut self) -> bool {
        loop {
            match self.lines.advance() {
                Ok(true) => self.lines.split(),
                Ok(false) => return false,
                Err(fault) => {
                    let error = self.line_fault(&fault);
                    self.wrong.keep(self.lines.number, None, || error);
                    return false;
                }
            }
            let count = self.lines.fields.len();
            let is_empty = |index: usize| self.lines.field(index).is_empty();
            if count >= self.width && (self.width..count).all(is_empty) {
                return true;
            }
            let s = if count == 1 { "" } else { "s" };
            let delimiter = match self.lines.delimiter {
                b'\t' => "tabs".into(),
                other => format!("`{}`", char::from(other)),
            };
            let message = format!(
                "found {count} field{s}, expected {}, as in the first line, separated by {delimiter}",
                self.width
            );
            let error = self.input(0, &message);
            self.wrong.keep(self.lines.number, None, || error);
        }
    }

    /// The field of a column, empty where the file has no such column.
    fn field(&self, column: usize) -> &[u8] {
        self.places.columns[column].map_or(&[], |place| self.lines.field(place))
    }

    pub(super) fn is_empty(&self, column: usize) -> bool {
        self.field(column).is_empty()
    }

    pub(super) fn cell_text(&self, column: usize) -> String {
        let place = self.places.columns[column];
        place.map_or_else(String::new, |place| self.lines.text(place).into())
    }

    /// The instant of the row from the start of the run, microseconds.
    pub(super) fn time(&mut self) -> Option<i64> {
        if self.day_place.is_none() && OpenDate::parse(&self.time_text()).is_some() {
            self.day_place = Some(self.find_day_place());
        }
        let Some(time) = self.instant() else {
            let hint = self.time_hint();
            return self.wrong(0, &format!("found {:?}, {hint}", self.shown_time()));
        };
        let last = std::mem::replace(&mut self.last, time);
        if time < last {
            let hint = match read_dated(&self.time_text(), self.day_place.flatten()) {
                Some(_) => "",
                None => {
                    "; after midnight the hours go on, as in 24:10:00, or dates stand before the times"
                }
            };
            let message = format!(
                "found {:?}, earlier than the row before: rows go by time; sort the file by it{hint}",
                self.shown_time()
            );
            return self.wrong(0, &message);
        }
        Some(time)
    }

    /// What to write instead of a time that cannot be read.
    fn time_hint(&self) -> String {
        let Some(instead) = OpenDate::parse(&self.time_text()).map(OpenDate::instead) else {
            return format!("expected {TIME_FORMS}");
        };
        let why = match self.day_place.flatten() {
            None => "which may be month/day or day/month, and no row of the file says which",
            Some(DayPlace::First) => "but the day stands first in the row that says which",
            Some(DayPlace::Second) => "but the month stands first in the row that says which",
        };
        match instead.is_empty() {
            true => format!("expected {TIME_FORMS}"),
            false => format!("{why}: write {instead}"),
        }
    }

    /// The instant of the row, where its time can be read.
    fn instant(&mut self) -> Option<i64> {
        let Some(date) = read_dated(&self.time_text(), self.day_place.flatten()) else {
            return read_time(&self.time_text(), self.reading.start_us);
        };
        let zone = date
            .zone_us
            .map_or(0, |zone| *self.zone_us.get_or_insert(zone) - zone);
        let clock_us = date.clock_us + zone;
        // In another zone it may be the day before or after.
        let days_ahead = clock_us.div_euclid(DAY_US) - date.clock_us.div_euclid(DAY_US);
        let day = || date.date.saturating_add(Duration::days(days_ahead));
        let first = *self.date.get_or_insert_with(day);
        let days = i64::from(date.date.to_julian_day() - first.to_julian_day());
        Some(days * DAY_US + clock_us - self.reading.start_us)
    }

    /// Where the day stands in the file's dates, if any of its rows says so.
    fn find_day_place(&self) -> Option<DayPlace> {
        let mut place = None;
        self.scan(0, |lines, index| {
            let text = time_text(lines, index, self.places.clock);
            place = OpenDate::parse(&text).and_then(OpenDate::day_place);
            place.is_none()
        });
        place
    }

    /// Reads a column of the whole file beside these rows, while `goes_on`. Faults of the file end it: the rows meet them too.
    fn scan(&self, column: usize, mut goes_on: impl FnMut(&Lines, usize) -> bool) {
        let (Some(index), Ok(file)) = (
            self.places.columns[column],
            self.files.open(&self.reading.path),
        ) else {
            return;
        };
        let mut lines = Lines::new(file);
        if !matches!(lines.advance(), Ok(true)) {
            return;
        }
        lines.find_delimiter();
        while matches!(lines.advance(), Ok(true)) {
            lines.split();
            if lines.fields.len() >= self.width && !goes_on(&lines, index) {
                return;
            }
        }
    }

    fn time_text(&self) -> Cow<'_, [u8]> {
        let place = self.places.columns[0];
        place.map_or(Cow::default(), |place| {
            time_text(&self.lines, place, self.places.clock)
        })
    }

    /// The time as a message shows it.
    fn shown_time(&self) -> String {
        match self.places.clock {
            None => self.cell_text(0),
            Some(_) => String::from_utf8_lossy(&self.time_text()).into_owned(),
        }
    }

    fn number(&self, column: usize) -> Cow<'_, [u8]> {
        let place = self.places.columns[column];
        place.map_or(Cow::default(), |place| number(&self.lines, place))
    }

    pub(super) fn time_within(&self, at: i64) -> Option<Time> {
        u64::try_from(at)
            .ok()
            .map(Time)
            .filter(|at| *at < self.reading.horizon)
    }

    /// The user's number, from 0.
    pub(super) fn user(&mut self) -> Option<u32> {
        let count = u64::from(self.reading.count);
        let is_number = || decimal(self.field(1), 0).is_some();
        let is_named = self.is_named.unwrap_or_else(|| !is_number());
        self.is_named = Some(is_named);
        if is_named {
            return self.user_by_name();
        }
        match decimal(self.field(1), 0).filter(|n| (1..=count).contains(n)) {
            Some(number) => Some(number as u32 - 1),
            None => {
                let (text, clients) = (self.cell_text(1), &self.reading.clients);
                let columns = self.key.replace("_file", "_columns");
                let add = match self.reading.columns.is_empty() {
                    true => format!("{columns} = {{ user = \"user\" }}"),
                    false => format!("user = \"user\" in {columns}"),
                };
                let message = format!(
                    "found {text:?}, expected a user from 1 to {count}, the count of clients.{clients}; extensions are taken as names with {add}"
                );
                self.wrong(1, &message)
            }
        }
    }

    /// Users with names are numbered in the order in which they first appear.
    fn user_by_name(&mut self) -> Option<u32> {
        let (name, count) = (self.cell_text(1), self.reading.count);
        if let Some(number) = self.users.get(&name) {
            return Some(*number);
        }
        let number = self.users.len() as u32;
        if number >= count || name.is_empty() {
            let hint = match name.is_empty() || self.has_surplus {
                true => String::new(),
                false => self.all_users(),
            };
            self.has_surplus |= !name.is_empty();
            let message = format!(
                "found {name:?} after {}, expected the name of one of {count}, the count of clients.{}{hint}",
                count_phrase(number.into(), "other user"),
                self.reading.clients
            );
            return self.wrong(1, &message);
        }
        self.users.insert(name, number);
        Some(number)
    }

    /// How many users the file names, those of the group's other file included; empty where there are too many to count.
    fn all_users(&self) -> String {
        let mut other_users = BTreeSet::new();
        self.scan(1, |lines, index| {
            let name = lines.text(index);
            if !name.is_empty() && !self.users.contains_key(&*name) {
                other_users.insert(name.into_owned());
            }
            other_users.len() < SURPLUS_MOST
        });
        match other_users.len() {
            SURPLUS_MOST.. => String::new(),
            count => {
                let total = self.users.len() + count;
                format!("; there are {total} in all: count = {total} takes them")
            }
        }
    }

    pub(super) fn seconds(&mut self, column: usize, limit: u64) -> Option<Span> {
        let us = read_duration(&self.number(column)).filter(|us| *us <= limit * 1_000_000);
        us.map(Span).or_else(|| {
            let text = self.cell_text(column);
            let hint = duration_hint(&text).unwrap_or_default();
            let message = format!(
                "found {text:?}, expected seconds from 0 to {limit} with 6 decimals at most, or a duration like 00:01:30 or 1.5 min{hint}"
            );
            self.wrong(column, &message)
        })
    }

    /// The value of a word in whatever case; the first word of each value is the one that messages name.
    pub(super) fn word<T: Copy>(&mut self, column: usize, words: &[(&[&str], T)]) -> Option<T> {
        let field = self.field(column);
        let is_field = |word: &&str| word.as_bytes().eq_ignore_ascii_case(field);
        let value = words.iter().find(|(words, _)| words.iter().any(is_field));
        if let Some((_, value)) = value {
            return Some(*value);
        }
        let text = self.cell_text(column);
        let valid: Vec<String> = words.iter().map(|(w, _)| format!("{:?}", w[0])).collect();
        let near = nearest(&text, words.iter().map(|(words, _)| words[0]));
        let synonyms =
            (1..=OTHER_WORDS).flat_map(|i| words.iter().filter_map(move |(w, _)| w.get(i)));
        let synonyms: String = synonyms.map(|word| format!(", {word}")).collect();
        let also = synonyms
            .strip_prefix(',')
            .map(|synonyms| format!(", also{synonyms}"));
        self.wrong(
            column,
            &format!(
                "found {text:?}, expected {}{}{near}",
                valid.join(" or "),
                also.unwrap_or_default()
            ),
        )
    }

    /// `None`: the file has no such column.
    pub(super) fn flag(
        &mut self,
        column: usize,
        words: &[(&[&str], bool)],
    ) -> Option<Option<bool>> {
        match self.places.columns[column] {
            None => Some(None),
            Some(_) => self.word(column, words).map(Some),
        }
    }

    /// Keeps that a field of the row is wrong.
    pub(super) fn wrong<T>(&mut self, column: usize, message: &str) -> Option<T> {
        let begin = self.places.columns[column].map_or(0, |place| self.lines.fields[place].0);
        let error = match std::str::from_utf8(self.field(column)) {
            Err(e) if column != 1 => self.input(begin + e.valid_up_to(), NOT_UTF8),
            _ => self.input(begin, &format!("{}: {message}", self.table.columns[column])),
        };
        self.wrong.keep(self.lines.number, Some(column), || error);
        None
    }

    fn line_fault(&self, fault: &LineFault) -> ScenarioError {
        match fault {
            LineFault::Refused(cause) => {
                unreadable(self.key, self.reading, self.files, &self.key_place, cause)
            }
            LineFault::TooLong => {
                self.input(0, &format!("the line is longer than {LINE_MOST} bytes"))
            }
        }
    }

    fn input(&self, offset: usize, message: &str) -> ScenarioError {
        let bytes = &self.lines.bytes;
        let before = String::from_utf8_lossy(&bytes[..offset.min(bytes.len())]);
        let place = Place {
            file: self.reading.path.display().to_string(),
            line: u32::try_from(self.lines.number).unwrap_or(u32::MAX),
            column: before.chars().count() as u32 + 1,
        };
        ScenarioError::Input {
            place,
            message: format!("clients.{}.{}: {message}", self.reading.clients, self.key),
            line: String::from_utf8_lossy(bytes).into_owned(),
        }
    }
}

/// A field that holds a number: where a comma separates no fields it may be a decimal one.
fn number(lines: &Lines, index: usize) -> Cow<'_, [u8]> {
    let text = lines.field(index);
    // Nearly no number has one, and a recording has millions of them.
    if lines.delimiter == b',' || !text.contains(&b',') {
        return text.into();
    }
    let point = |b: &u8| if *b == b',' { b'.' } else { *b };
    text.iter().map(point).collect()
}

/// A time, whose date may stand in a column of its own before the time of day.
fn time_text(lines: &Lines, index: usize, clock: Option<usize>) -> Cow<'_, [u8]> {
    let text = number(lines, index);
    match clock {
        None => text,
        Some(clock) => [&*text, b" ", &*number(lines, clock)].concat().into(),
    }
}

const NOT_UTF8: &str = "not UTF-8 text: save the file as UTF-8";

fn unreadable(
    key: &str,
    reading: &Reading,
    files: &dyn Files,
    place: &Place,
    cause: &io::Error,
) -> ScenarioError {
    let path = reading.path.display();
    let text = match cause.kind() {
        io::ErrorKind::NotFound => {
            let near = near_name(files, &reading.path, |name| !name.ends_with(".toml"));
            format!("there is no file {path}{near}; a path is relative to the scenario's folder")
        }
        _ => format!("{path} cannot be read: {cause}"),
    };
    ScenarioError::input(place, format!("clients.{}.{key}: {text}", reading.clients))
}
