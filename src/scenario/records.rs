//! Call records and sign-in records: CSV files of any length, read once, row by row, and kept as recordings.
//!
//! `calls_file`: a first line with the columns, in any order: `time,user,direction,ring_s,talk_s`, and perhaps `answered`
//! and `at_pc`. `sign_in_file`: `time,user,action`.
//!
//! - `time`: seconds from the start of the run, `3600` or `3600.25`, or a time of day on the users' clocks, `09:00:00` or
//!   `09:00:00.25`; the hours go on after midnight, `24:10:00`. Rows go by time. What lies outside the run is left out: calls
//!   before it or at its end and later, sign-ins and sign-outs at its end and later. Who signed in before the run, and not out again,
//!   is signed in from its start.
//! - `user`: 1 to the `count` of the client group.
//! - `direction`: `incoming` or `outgoing`. `action`: `in` or `out`, in turn for each user.
//! - `ring_s`, `talk_s`: seconds that it rang and that they talked. A call is answered if they talked; where there is a column
//!   `answered`, if that says `true`.
//! - `at_pc`: `true` where the user answers at the PC, if the toast is there; else `false`.
//!
//! Ten million calls of 20,000 users, 300 MB, are read in 2 s and replayed in 20 s on one core, in 20 MB of memory.
//!
//! Six decimals of a second at most. Fields may stand in double quotes; empty lines and lines that begin with `#` are skipped.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use super::error::{Place, ScenarioError, nearest};
use super::settings::Settings;
use crate::quantity::{Span, Time};
use crate::workload::{CallDraws, RecordedCall, RecordedSign, Recording, RecordingWriter};

/// The recordings of a scenario's files. A file is read once for all variants of the scenario that read it alike.
#[derive(Debug, Default)]
pub struct Records {
    calls: Mutex<Vec<(Reading, Recording<RecordedCall>)>>,
    signs: Mutex<Vec<(Reading, Recording<RecordedSign>)>>,
}

/// All that decides what is read from a file.
#[derive(Clone, PartialEq, Debug)]
pub struct Reading {
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
}

/// A line is no longer than this.
const LINE_MOST: usize = 4096;
const COLUMNS_MOST: usize = 16;
const CALLS: Table = Table {
    key: "calls_file",
    columns: &[
        "time",
        "user",
        "direction",
        "ring_s",
        "talk_s",
        "answered",
        "at_pc",
    ],
    needed: 5,
};
const SIGNS: Table = Table {
    key: "sign_in_file",
    columns: &["time", "user", "action"],
    needed: 3,
};
const TIME_FORMS: &str = "seconds from the start of the run like 3600.25, or a time of day like 09:00:00.25, with 6 decimals at most";
/// A day.
const RING_MOST_S: u64 = 86_400;
const TALK_MOST_S: u64 = 31 * 86_400;

/// The columns of a kind of file.
struct Table {
    key: &'static str,
    columns: &'static [&'static str],
    /// So many of them must be there.
    needed: usize,
}

impl Table {
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

impl Records {
    /// The calls of a client group.
    ///
    /// # Errors
    /// The first row that is wrong.
    pub fn calls(
        &self,
        settings: &Settings,
        reading: Reading,
    ) -> Result<Recording<RecordedCall>, ScenarioError> {
        keep(&self.calls, reading, |reading| {
            read_calls(settings, reading)
        })
    }

    /// The sign-ins and sign-outs of a client group.
    ///
    /// # Errors
    /// The first row that is wrong.
    pub fn signs(
        &self,
        settings: &Settings,
        reading: Reading,
    ) -> Result<Recording<RecordedSign>, ScenarioError> {
        keep(&self.signs, reading, |reading| {
            read_signs(settings, reading)
        })
    }
}

/// What was read before, or is read now; of each group's file the last reading is kept.
fn keep<R: Clone>(
    kept: &Mutex<Vec<(Reading, R)>>,
    reading: Reading,
    read: impl FnOnce(&Reading) -> Result<R, ScenarioError>,
) -> Result<R, ScenarioError> {
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, recording)) = kept.iter().find(|(known, _)| *known == reading) {
        return Ok(recording.clone());
    }
    let recording = read(&reading)?;
    kept.retain(|(known, _)| (&known.path, &known.clients) != (&reading.path, &reading.clients));
    kept.push((reading, recording.clone()));
    Ok(recording)
}

fn read_calls(
    settings: &Settings,
    reading: &Reading,
) -> Result<Recording<RecordedCall>, ScenarioError> {
    let mut rows = Rows::open(&CALLS, settings, reading)?;
    let mut writer = RecordingWriter::new(reading.parts).map_err(no_room)?;
    let mut outside = 0;
    while rows.advance()? {
        let at = rows.time()?;
        let user = rows.user()?;
        let incoming = rows.word(2, &["incoming", "outgoing"])? == 0;
        let ring = rows.seconds(3, RING_MOST_S)?;
        let talk = if rows.field(4).is_empty() {
            Span::ZERO
        } else {
            rows.seconds(4, TALK_MOST_S)?
        };
        let answered = rows.flag(5)?.unwrap_or(talk > Span::ZERO);
        let at_pc = rows.flag(6)?.unwrap_or(false);
        match rows.within(at) {
            Some(at) => {
                let draws = CallDraws {
                    ring,
                    answered,
                    talk,
                    at_pc,
                };
                writer
                    .push(&RecordedCall {
                        at,
                        user,
                        incoming,
                        draws,
                    })
                    .map_err(no_room)?;
            }
            None => outside += 1,
        }
    }
    writer.finish(rows.digest(), outside).map_err(no_room)
}

fn read_signs(
    settings: &Settings,
    reading: &Reading,
) -> Result<Recording<RecordedSign>, ScenarioError> {
    let mut rows = Rows::open(&SIGNS, settings, reading)?;
    let mut writer = RecordingWriter::new(reading.parts).map_err(no_room)?;
    let mut signed_in = Bits(vec![0; reading.count.div_ceil(64) as usize]);
    let (mut outside, mut begun) = (0, false);
    while rows.advance()? {
        let at = rows.time()?;
        let user = rows.user()?;
        let signs_in = rows.word(2, &["in", "out"])? == 0;
        if signed_in.has(user) == signs_in {
            let is = if signs_in {
                "is signed in already"
            } else {
                "is not signed in"
            };
            return Err(rows.wrong(
                2,
                &format!("found {:?}, but user {} {is}", rows.shown(2), user + 1),
            ));
        }
        if at >= 0 && !begun {
            begun = true;
            signed_in.write(&mut writer).map_err(no_room)?;
        }
        signed_in.turn(user);
        match rows.within(at) {
            Some(at) => writer
                .push(&RecordedSign { at, user, signs_in })
                .map_err(no_room)?,
            None => outside += u64::from(at >= 0),
        }
    }
    if !begun {
        signed_in.write(&mut writer).map_err(no_room)?;
    }
    writer.finish(rows.digest(), outside).map_err(no_room)
}

/// Who is signed in.
struct Bits(Vec<u64>);

impl Bits {
    fn has(&self, user: u32) -> bool {
        self.0[user as usize / 64] >> (user % 64) & 1 == 1
    }

    fn turn(&mut self, user: u32) {
        self.0[user as usize / 64] ^= 1 << (user % 64);
    }

    /// Those who are signed in when the run starts.
    fn write(&self, writer: &mut RecordingWriter<RecordedSign>) -> io::Result<()> {
        let users = 0..self.0.len() as u32 * 64;
        users.filter(|user| self.has(*user)).try_for_each(|user| {
            writer.push(&RecordedSign {
                at: Time::ZERO,
                user,
                signs_in: true,
            })
        })
    }
}

fn no_room(cause: io::Error) -> ScenarioError {
    ScenarioError::World {
        path: "temporary file of recorded rows".into(),
        cause,
    }
}

/// The bytes of a file on their way, and their digest.
struct Digested {
    file: File,
    hasher: blake3::Hasher,
}

impl Read for Digested {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.hasher.update(&buffer[..read]);
        Ok(read)
    }
}

/// The rows of a file, one at a time.
struct Rows<'a> {
    table: &'static Table,
    reading: &'a Reading,
    /// Where the file is named.
    key_place: Place,
    input: BufReader<Digested>,
    line_number: u64,
    line: Vec<u8>,
    /// Where the fields of the line begin and end, in the order of the file.
    fields: [(usize, usize); COLUMNS_MOST],
    /// Fields in the header.
    width: usize,
    /// For each column of the table its place in the file.
    places: [Option<usize>; 8],
    last: i64,
}

impl<'a> Rows<'a> {
    fn open(
        table: &'static Table,
        settings: &Settings,
        reading: &'a Reading,
    ) -> Result<Rows<'a>, ScenarioError> {
        let key_place = settings.place_of(table.key).clone();
        let file =
            File::open(&reading.path).map_err(|e| unreadable(table, reading, &key_place, &e))?;
        let digested = Digested {
            file,
            hasher: blake3::Hasher::new(),
        };
        let mut rows = Rows {
            table,
            reading,
            key_place,
            input: BufReader::with_capacity(1 << 16, digested),
            line_number: 0,
            line: Vec::new(),
            fields: [(0, 0); COLUMNS_MOST],
            width: 0,
            places: [None; 8],
            last: i64::MIN,
        };
        rows.read_header()?;
        Ok(rows)
    }

    fn digest(&self) -> String {
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
        let too_many = |rows: &Rows| Err(rows.input(0, &format!("too many columns; {expected}")));
        let Some(found) = self.split() else {
            return too_many(self);
        };
        for index in 0..found {
            let name = self.text_at(index)?;
            let columns = self.table.columns;
            match columns.iter().position(|c| *c == name) {
                Some(column) if self.places[column].is_some() => {
                    return Err(self.input(
                        self.fields[index].0,
                        &format!("column `{name}` stands twice"),
                    ));
                }
                Some(column) => self.places[column] = Some(index),
                None => {
                    let near = nearest(&name, columns.iter().copied());
                    let message = format!("unknown column `{name}`{near}; {expected}");
                    return Err(self.input(self.fields[index].0, &message));
                }
            }
        }
        self.width = found;
        match (0..self.table.needed).find(|column| self.places[*column].is_none()) {
            Some(missing) => Err(self.input(
                0,
                &format!("no column `{}`; {expected}", self.table.columns[missing]),
            )),
            None => Ok(()),
        }
    }

    /// Reads the next row; `false`: there is none.
    fn advance(&mut self) -> Result<bool, ScenarioError> {
        if !self.read_line()? {
            return Ok(false);
        }
        let found = self.split();
        if found == Some(self.width) {
            return Ok(true);
        }
        let found = found.map_or_else(|| "too many".into(), |n| n.to_string());
        Err(self.input(
            0,
            &format!(
                "found {found} fields, expected {}, as in the first line",
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
            let read =
                read.map_err(|e| unreadable(self.table, self.reading, &self.key_place, &e))?;
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
        let (mut found, mut begin) = (0, 0);
        for end in (0..self.line.len())
            .filter(|i| self.line[*i] == b',')
            .chain([self.line.len()])
        {
            *self.fields.get_mut(found)? = trimmed(&self.line, begin, end);
            found += 1;
            begin = end + 1;
        }
        Some(found)
    }

    /// The field of a column, empty where the file has no such column.
    fn field(&self, column: usize) -> &[u8] {
        match self.places[column] {
            Some(place) => {
                let (begin, end) = self.fields[place];
                &self.line[begin..end]
            }
            None => &[],
        }
    }

    fn shown(&self, column: usize) -> String {
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
    fn time(&mut self) -> Result<i64, ScenarioError> {
        let Some(time) = read_time(self.field(0), self.reading.start_us) else {
            return Err(self.wrong(
                0,
                &format!("found {:?}, expected {TIME_FORMS}", self.shown(0)),
            ));
        };
        if time < self.last {
            let message = format!(
                "found {:?}, earlier than the row before: rows go by time",
                self.shown(0)
            );
            return Err(self.wrong(0, &message));
        }
        self.last = time;
        Ok(time)
    }

    fn within(&self, at: i64) -> Option<Time> {
        u64::try_from(at)
            .ok()
            .map(Time)
            .filter(|at| *at < self.reading.horizon)
    }

    /// The user's number, from 0.
    fn user(&self) -> Result<u32, ScenarioError> {
        let count = u64::from(self.reading.count);
        match decimal(self.field(1), 0).filter(|n| (1..=count).contains(n)) {
            Some(number) => Ok(number as u32 - 1),
            None => {
                let (found, clients) = (self.shown(1), &self.reading.clients);
                let message = format!(
                    "found {found:?}, expected a user from 1 to {count}, the count of clients.{clients}"
                );
                Err(self.wrong(1, &message))
            }
        }
    }

    fn seconds(&self, column: usize, most: u64) -> Result<Span, ScenarioError> {
        match decimal(self.field(column), 6).filter(|us| *us <= most * 1_000_000) {
            Some(us) => Ok(Span(us)),
            None => {
                let found = self.shown(column);
                let message = format!(
                    "found {found:?}, expected seconds from 0 to {most} with 6 decimals at most"
                );
                Err(self.wrong(column, &message))
            }
        }
    }

    fn word(&self, column: usize, words: &[&str]) -> Result<usize, ScenarioError> {
        words
            .iter()
            .position(|w| w.as_bytes() == self.field(column))
            .ok_or_else(|| {
                let valid = words
                    .iter()
                    .map(|w| format!("{w:?}"))
                    .collect::<Vec<_>>()
                    .join(" or ");
                self.wrong(
                    column,
                    &format!("found {:?}, expected {valid}", self.shown(column)),
                )
            })
    }

    /// `None`: the file has no such column.
    fn flag(&self, column: usize) -> Result<Option<bool>, ScenarioError> {
        if self.places[column].is_none() {
            return Ok(None);
        }
        self.word(column, &["true", "false"]).map(|i| Some(i == 0))
    }

    /// A field of the row is wrong.
    fn wrong(&self, column: usize, message: &str) -> ScenarioError {
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
            format!(
                "clients.{}.{}: {message}",
                self.reading.clients, self.table.key
            ),
        )
    }
}

/// Spreadsheets begin a UTF-8 file with it.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
const NOT_UTF8: &str = "not UTF-8 text: save the file as UTF-8";

fn unreadable(table: &Table, reading: &Reading, place: &Place, cause: &io::Error) -> ScenarioError {
    let path = reading.path.display();
    let what = match cause.kind() {
        io::ErrorKind::NotFound => {
            format!("there is no file {path}; a path is relative to the scenario's folder")
        }
        _ => format!("{path} cannot be read: {cause}"),
    };
    ScenarioError::input(
        place,
        format!("clients.{}.{}: {what}", reading.clients, table.key),
    )
}

/// The bounds of a field without the spaces and quotes round it.
fn trimmed(line: &[u8], mut begin: usize, mut end: usize) -> (usize, usize) {
    let space = |byte: u8| byte == b' ' || byte == b'\t';
    while begin < end && space(line[begin]) {
        begin += 1;
    }
    while begin < end && space(line[end - 1]) {
        end -= 1;
    }
    if end - begin >= 2 && line[begin] == b'"' && line[end - 1] == b'"' {
        (begin, end) = (begin + 1, end - 1);
    }
    (begin, end)
}

/// A number with so many decimals at most, in units of the last of them; `None` where it is none, or too large for any use.
fn decimal(text: &[u8], decimals: u32) -> Option<u64> {
    let point = text.iter().position(|b| *b == b'.');
    let (whole, fraction) = point.map_or((text, None), |at| (&text[..at], Some(&text[at + 1..])));
    let digits = |bytes: &[u8], from: u64| {
        bytes.iter().try_fold(from, |n, b| {
            b.is_ascii_digit().then(|| n * 10 + u64::from(b - b'0'))
        })
    };
    let fraction = fraction.unwrap_or(b"");
    if !(1..=10).contains(&whole.len())
        || fraction.len() > decimals as usize
        || (point.is_some() && fraction.is_empty())
    {
        return None;
    }
    let number = digits(fraction, digits(whole, 0)?)?;
    Some(number * 10u64.pow(decimals - fraction.len() as u32))
}

/// Microseconds from the start of the run, which is at `start_us` on the users' clocks.
fn read_time(text: &[u8], start_us: i64) -> Option<i64> {
    let mut parts = text.split(|b| *b == b':');
    let (first, minutes) = (parts.next()?, parts.next());
    let Some(minutes) = minutes else {
        return decimal(first, 6).map(|us| us as i64);
    };
    let seconds = parts.next().unwrap_or(b"00");
    let two = |part: &[u8]| part.len() == 2 || part.get(2) == Some(&b'.');
    if !(2..=3).contains(&first.len())
        || minutes.len() != 2
        || !two(seconds)
        || parts.next().is_some()
    {
        return None;
    }
    let (hours, minutes, seconds) = (
        decimal(first, 0)?,
        decimal(minutes, 0)?,
        decimal(seconds, 6)?,
    );
    let clock = (hours * 60 + minutes) * 60_000_000 + seconds;
    (minutes < 60 && seconds < 60_000_000).then_some(clock as i64 - start_us)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_exactly() {
        for (text, us) in [
            ("0", 0),
            ("7.25", 7_250_000),
            ("0.000001", 1),
            ("86400.000000", 86_400_000_000),
        ] {
            assert_eq!(decimal(text.as_bytes(), 6), Some(us), "{text}");
        }
        for text in [
            "",
            ".5",
            "5.",
            "-1",
            "+1",
            "1e3",
            "0.0000001",
            "99999999999",
            "1.2.3",
            "1 2",
            "NaN",
        ] {
            assert_eq!(decimal(text.as_bytes(), 6), None, "{text}");
        }
    }

    #[test]
    fn times_of_day_count_from_the_start() {
        let eight = 8 * 3_600_000_000;
        for (text, us) in [
            ("08:00", 0),
            ("08:00:00.5", 500_000),
            ("07:59:59", -1_000_000),
            ("24:00:00", 2 * eight),
            ("12.5", 12_500_000),
        ] {
            assert_eq!(read_time(text.as_bytes(), eight), Some(us), "{text}");
        }
        for text in [
            "8:00",
            "08:60",
            "08:00:60",
            "08:0",
            "08:00:0",
            "08:00:00:00",
            "08:00:00.",
            "0800:00",
            "-1",
            ":",
            "",
        ] {
            assert_eq!(read_time(text.as_bytes(), eight), None, "{text}");
        }
    }
}
