//! Call records and sign-in records: CSV files of any length, read once, row by row, and kept as recordings.
//!
//! `calls_file`: a first line with the columns, in any order: `time,user,direction,ring_s,talk_s`, and perhaps `answered`
//! and `at_pc`. `sign_in_file`: `time,user,action`.
//!
//! - `time`: seconds from the start of the run, `3600` or `3600.25`, or a time of day on the users' clocks, `09:00:00` or
//!   `09:00:00.25`; the hours go on after midnight, `24:10:00`. With a date, `2026-11-30 09:00:00`, it is on that day: of the
//!   scenario's start, else the first row's day is that of the start. `30.11.2026 09:00` is the same; `11/30/2026 9:00 AM` and
//!   `30/11/2026 09:00` are where a number above 12 in some row of the file says where the day stands. With a zone too,
//!   `2026-11-30T09:00:00+01:00`, rows of other zones are moved to that of the first row with one, of the calls before that
//!   of the sign-ins: it is the zone of the users' clocks. The date may stand in a column of its own: `time = "Date Time"` in
//!   the map of columns names both. Rows go by time. What lies outside the run is left out: calls before it or at its end and
//!   later, sign-ins and sign-outs at its end and later. Who signed in before the run, and not out again, is signed in from
//!   its start.
//! - `user`: 1 to the `count` of the client group; or a name, where the first row has one or a map of columns says which it is:
//!   users are numbered in the order in which their names first appear, in calls first.
//! - `direction`: `incoming` or `outgoing`. `action`: `in` or `out`, in turn for each user. Words may have capitals, and other
//!   programs' words stand for ours: `DIRECTIONS`, `FLAGS`, `ANSWERED`.
//! - `ring_s`, `talk_s`: seconds that it rang and that they talked, `90`, or `00:01:30` or `1.5 min`. A call is answered if
//!   they talked; where there is a column `answered`, if that says `true`.
//! - `at_pc`: `true` where the user answers at the PC, if the toast is there; else `false`.
//!
//! Ten million calls of 20,000 users, 300 MB, are read in 2 s and replayed in 20 s on one core, in 20 MB of memory.
//!
//! Fields are separated by commas, by `;` or by tabs, as the first line has it; where no comma separates them, it may be a
//! decimal one. Six decimals of a second at most. Fields may stand in double quotes. Empty lines, rows of empty fields, lines
//! that begin with `#` and a first line `sep=;` are skipped.
//!
//! The rows are split here, not by the crate `csv`: an error shows the line as it stands in the file with a mark below the
//! field, and `csv` keeps neither the line nor the places of fields in it.

mod dated;
mod field;
mod header;
mod lines;
mod reading;
mod rows;
mod wrong_rows;

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

pub(super) use reading::{Precedent, Reading};

use super::error::ScenarioError;
use super::files::Files;
#[cfg(not(feature = "files"))]
use super::files::NoFiles;
use super::record_kind::RecordKind;
use super::setting::{Setting, Settings};
use crate::quantity::{Span, Time};
use crate::workload::{
    CallDraws, FileExtent, RecordedCall, RecordedRow, RecordedSign, Recording, RecordingWriter,
};
use header::RowColumns;
use rows::Rows;

/// What was read from a file, and what it settles for the group's other one.
type Settling<R> = (Recording<R>, Arc<Precedent>);

/// The recordings of a scenario's files. A file is read once for all variants of the scenario that read it alike.
pub struct Records {
    files: Box<dyn Files>,
    calls: Mutex<Vec<(Reading, Settling<RecordedCall>)>>,
    signs: Mutex<Vec<(Reading, Settling<RecordedSign>)>>,
    /// No file of records is read: every recording is empty.
    are_empty: bool,
}

const CALLS: RowColumns = RowColumns {
    columns: RecordKind::Calls.columns(),
    required_count: 5,
};
const SIGNS: RowColumns = RowColumns {
    columns: RecordKind::SignIns.columns(),
    required_count: 3,
};
/// Words of a value, and the value.
type Words = &'static [(&'static [&'static str], bool)];

const DIRECTIONS: Words = &[
    (
        &[
            "incoming",
            "in",
            "inbound",
            "kommend",
            "eingehend",
            "ankommend",
        ],
        true,
    ),
    (
        &[
            "outgoing",
            "out",
            "outbound",
            "gehend",
            "ausgehend",
            "abgehend",
        ],
        false,
    ),
];
const ACTIONS: Words = &[(&["in"], true), (&["out"], false)];
const FLAGS: Words = &[
    (&["true", "yes", "1", "ja"], true),
    (&["false", "no", "0", "nein"], false),
];
const ANSWERED: Words = &[
    (&["true", "yes", "1", "ja", "answered"], true),
    (
        &[
            "false",
            "no",
            "0",
            "nein",
            "no answer",
            "unanswered",
            "missed",
        ],
        false,
    ),
];
/// A day.
const RING_MOST_S: u64 = 86_400;
const TALK_MOST_S: u64 = 31 * 86_400;

impl Default for Records {
    /// Of the file system, where the feature `files` is on.
    fn default() -> Self {
        #[cfg(feature = "files")]
        return Self::from_files(super::files::Disk);
        #[cfg(not(feature = "files"))]
        return Records::from_files(NoFiles);
    }
}

impl fmt::Debug for Records {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Records").finish_non_exhaustive()
    }
}

impl Records {
    /// Of these files.
    pub fn from_files(files: impl Files + 'static) -> Self {
        Self {
            files: Box::new(files),
            calls: Mutex::default(),
            signs: Mutex::default(),
            are_empty: false,
        }
    }

    /// Recordings without any row, whatever the files hold.
    pub(super) fn empty() -> Self {
        Self {
            are_empty: true,
            ..Self::default()
        }
    }

    /// The digest of a file that was read.
    pub(super) fn digest(&self, path: &Path) -> Option<String> {
        let calls = digest_of(&self.calls, path, |(r, _)| r.digest());
        let digest = calls.or_else(|| digest_of(&self.signs, path, |(r, _)| r.digest()));
        digest.filter(|digest| !digest.is_empty())
    }

    /// Where they are read from.
    pub(super) fn files(&self) -> &dyn Files {
        self.files.as_ref()
    }

    /// The calls of a client group.
    ///
    /// # Errors
    /// The rows that are wrong.
    pub(super) fn calls(
        &self,
        settings: &Settings,
        file: &Setting,
        reading: Reading,
    ) -> Result<Settling<RecordedCall>, ScenarioError> {
        keep(&self.calls, reading, |reading| {
            if self.are_empty {
                return empty();
            }
            read_calls(Rows::open(&CALLS, self.files(), settings, file, reading)?)
        })
    }

    /// The sign-ins and sign-outs of a client group.
    ///
    /// # Errors
    /// The rows that are wrong.
    pub(super) fn signs(
        &self,
        settings: &Settings,
        file: &Setting,
        reading: Reading,
    ) -> Result<Settling<RecordedSign>, ScenarioError> {
        keep(&self.signs, reading, |reading| {
            if self.are_empty {
                return empty();
            }
            read_signs(Rows::open(&SIGNS, self.files(), settings, file, reading)?)
        })
    }
}

fn empty<R: RecordedRow>() -> Result<Settling<R>, ScenarioError> {
    let writer = RecordingWriter::new(1).map_err(no_room)?;
    let nothing = FileExtent::default();
    let recording = writer.finish(String::new(), 0, nothing);
    let recording = recording.map_err(no_room)?;
    Ok((recording, Arc::default()))
}

fn digest_of<R>(
    cache: &Mutex<Vec<(Reading, R)>>,
    path: &Path,
    digest: impl Fn(&R) -> &str,
) -> Option<String> {
    let recordings = cache.lock().unwrap_or_else(PoisonError::into_inner);
    let of_path = recordings.iter().find(|(reading, _)| reading.path == path);
    of_path.map(|(_, recording)| digest(recording).into())
}

/// What was read before, or is read now; of each group's file the last reading is kept.
fn keep<R: Clone>(
    cache: &Mutex<Vec<(Reading, R)>>,
    reading: Reading,
    read: impl FnOnce(&Reading) -> Result<R, ScenarioError>,
) -> Result<R, ScenarioError> {
    let mut recordings = cache.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, recording)) = recordings.iter().find(|(earlier, _)| *earlier == reading) {
        return Ok(recording.clone());
    }
    let recording = read(&reading)?;
    recordings.retain(|(earlier, _)| {
        (&earlier.path, &earlier.clients) != (&reading.path, &reading.clients)
    });
    recordings.push((reading, recording.clone()));
    Ok(recording)
}

fn read_calls(mut rows: Rows) -> Result<Settling<RecordedCall>, ScenarioError> {
    let reading = rows.reading();
    let mut writer = RecordingWriter::new(reading.parts).map_err(no_room)?;
    let mut count = RowCount::new(reading);
    while rows.advance() {
        let (at, user) = (rows.time(), rows.user());
        let incoming = rows.word(2, DIRECTIONS);
        let ring = rows.seconds(3, RING_MOST_S);
        let talk = match rows.is_empty(4) {
            true => Some(Span::ZERO),
            false => rows.seconds(4, TALK_MOST_S),
        };
        let (answered, at_pc) = (rows.flag(5, ANSWERED), rows.flag(6, FLAGS));
        let (Some(at), Some(user), Some(incoming)) = (at, user, incoming) else {
            continue;
        };
        let (Some(ring), Some(talk)) = (ring, talk) else {
            continue;
        };
        let (Some(answered), Some(at_pc)) = (answered, at_pc) else {
            continue;
        };
        count.add(at, user);
        let Some(at) = rows.time_within(at) else {
            continue;
        };
        let draws = CallDraws {
            ring,
            answered: answered.unwrap_or(talk > Span::ZERO),
            talk,
            at_pc: at_pc.unwrap_or(false),
        };
        let call = RecordedCall {
            at,
            user,
            incoming,
            draws,
        };
        writer.push(&call).map_err(no_room)?;
    }
    let digest = rows.digest();
    let precedent = rows.finish()?;
    let FileExtent { before, after, .. } = count.extent;
    let recording = writer.finish(digest, before + after, count.extent);
    let recording = recording.map_err(no_room)?;
    Ok((recording, Arc::new(precedent)))
}

fn read_signs(mut rows: Rows) -> Result<Settling<RecordedSign>, ScenarioError> {
    let reading = rows.reading();
    let mut writer = RecordingWriter::new(reading.parts).map_err(no_room)?;
    let mut signed_in = Bits::none(reading.count);
    let (mut count, mut has_row) = (RowCount::new(reading), false);
    while rows.advance() {
        let (at, user, signs_in) = (rows.time(), rows.user(), rows.word(2, ACTIONS));
        let (Some(at), Some(user), Some(signs_in)) = (at, user, signs_in) else {
            continue;
        };
        if signed_in.has(user) == signs_in {
            let is = if signs_in {
                "is signed in already"
            } else {
                "is not signed in"
            };
            let (action, name) = (rows.cell_text(2), rows.cell_text(1));
            rows.wrong::<()>(2, &format!("found {action:?}, but user {name} {is}"));
            continue;
        }
        if at >= 0 && !has_row {
            has_row = true;
            signed_in.write(&mut writer).map_err(no_room)?;
        }
        signed_in.turn(user);
        count.add(at, user);
        if let Some(at) = rows.time_within(at) {
            writer
                .push(&RecordedSign { at, user, signs_in })
                .map_err(no_room)?;
        }
    }
    if !has_row {
        signed_in.write(&mut writer).map_err(no_room)?;
    }
    let digest = rows.digest();
    let precedent = rows.finish()?;
    // Those before the run say who is signed in at its start.
    let recording = writer.finish(digest, count.extent.after, count.extent);
    let recording = recording.map_err(no_room)?;
    Ok((recording, Arc::new(precedent)))
}

/// What a file has, while it is read.
struct RowCount {
    extent: FileExtent,
    seen: Bits,
    horizon: Time,
}

impl RowCount {
    fn new(reading: &Reading) -> Self {
        Self {
            extent: FileExtent::default(),
            seen: Bits::none(reading.count),
            horizon: reading.horizon,
        }
    }

    fn add(&mut self, at_us: i64, user: u32) {
        let extent = &mut self.extent;
        extent.rows += 1;
        let (first, _) = extent.times_us.unwrap_or((at_us, at_us));
        extent.times_us = Some((first, at_us));
        extent.before += u64::from(at_us < 0);
        extent.after += u64::from(at_us >= self.horizon.0 as i64);
        if !self.seen.has(user) {
            self.seen.turn(user);
            extent.users += 1;
        }
    }
}

/// A bit for each user: who is signed in, who was seen.
struct Bits(Vec<u64>);

impl Bits {
    fn none(count: u32) -> Self {
        Self(vec![0; count.div_ceil(64) as usize])
    }

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
