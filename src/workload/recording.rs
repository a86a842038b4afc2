//! Recorded calls and sign-ins, instead of drawn ones, in scratch space, so that memory does not grow with their number.
//!
//! The rows are stored in chains of blocks, one chain for each part (the users whose numbers have the same remainder). A
//! replay of a part reads only its own blocks, at their positions, so that any number of threads can read at once.

use std::fmt;
use std::io;
use std::marker::PhantomData;
use std::sync::Arc;

use super::calls::CallDraws;
use super::scratch::Scratch;
use crate::quantity::{Span, Time};

/// What a recording consists of.
pub trait RecordedRow: Copy + fmt::Debug {
    /// Bytes of a row on disk.
    const BYTES: usize;
    /// When it happens.
    fn at(&self) -> Time;
    /// Whose it is: the number within the client group, from 0.
    fn user(&self) -> u32;
    /// Whether it is an incoming call, or a sign-in.
    fn is_in(&self) -> bool;
    /// Appends the bytes of the row.
    fn encode(&self, bytes: &mut Vec<u8>);
    /// The row of so many bytes.
    fn decode(bytes: &[u8]) -> Self;
}

/// A call as it was recorded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RecordedCall {
    /// When it came.
    pub at: Time,
    /// The user's number within the client group, from 0.
    pub user: u32,
    /// Whether somebody called the user; else the user called from the PC.
    pub incoming: bool,
    /// What would be drawn for a call that is not recorded.
    pub draws: CallDraws,
}

/// A sign-in or sign-out as it was recorded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RecordedSign {
    /// When.
    pub at: Time,
    /// The user's number within the client group, from 0.
    pub user: u32,
    /// Whether the user signs in; else out.
    pub signs_in: bool,
}

/// The low bytes of a number: six hold every instant of a run, and every duration that a record may have.
fn put_six(bytes: &mut Vec<u8>, number: u64) {
    debug_assert!(number < 1 << 48, "no run is that long");
    bytes.extend_from_slice(&number.to_le_bytes()[..6]);
}

fn six(bytes: &[u8]) -> u64 {
    let mut fields = [0; 8];
    fields[..6].copy_from_slice(&bytes[..6]);
    u64::from_le_bytes(fields)
}

fn four(bytes: &[u8]) -> u32 {
    u32::from_le_bytes(std::array::from_fn(|i| bytes[i]))
}

impl RecordedRow for RecordedCall {
    const BYTES: usize = 23;
    fn at(&self) -> Time {
        self.at
    }
    fn user(&self) -> u32 {
        self.user
    }
    fn is_in(&self) -> bool {
        self.incoming
    }
    fn encode(&self, bytes: &mut Vec<u8>) {
        put_six(bytes, self.at.0);
        put_six(bytes, self.draws.ring.0);
        put_six(bytes, self.draws.talk.0);
        bytes.extend_from_slice(&self.user.to_le_bytes());
        bytes.push(
            u8::from(self.incoming)
                | u8::from(self.draws.answered) << 1
                | u8::from(self.draws.at_pc) << 2,
        );
    }
    fn decode(bytes: &[u8]) -> Self {
        let flags = bytes[22];
        let draws = CallDraws {
            ring: Span(six(&bytes[6..])),
            talk: Span(six(&bytes[12..])),
            answered: flags & 2 != 0,
            at_pc: flags & 4 != 0,
        };
        Self {
            at: Time(six(bytes)),
            user: four(&bytes[18..]),
            incoming: flags & 1 != 0,
            draws,
        }
    }
}

impl RecordedRow for RecordedSign {
    const BYTES: usize = 11;
    fn at(&self) -> Time {
        self.at
    }
    fn user(&self) -> u32 {
        self.user
    }
    fn is_in(&self) -> bool {
        self.signs_in
    }
    fn encode(&self, bytes: &mut Vec<u8>) {
        put_six(bytes, self.at.0);
        bytes.extend_from_slice(&self.user.to_le_bytes());
        bytes.push(u8::from(self.signs_in));
    }
    fn decode(bytes: &[u8]) -> Self {
        Self {
            at: Time(six(bytes)),
            user: four(&bytes[6..]),
            signs_in: bytes[10] != 0,
        }
    }
}

/// Where the rows of a part begin, and how many there are.
#[derive(Clone, Copy, Debug, Default)]
struct PartRows {
    first_block: u64,
    rows: u64,
}

/// The rows of a file, in the order of time. Two recordings are equal where their digests are: what a plan keeps of a file
/// is its content.
#[derive(Clone)]
pub struct Recording<R> {
    storage: Arc<Storage>,
    row: PhantomData<R>,
}

/// What a file of records has, whatever of it lies within the run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct FileExtent {
    /// Its rows.
    pub rows: u64,
    /// The users whom they name.
    pub users: u32,
    /// The instants of its first and last row, microseconds from the start of the run; `None`: it has no row.
    pub times_us: Option<(i64, i64)>,
    /// Rows before the run.
    pub before: u64,
    /// Rows at its end or later.
    pub after: u64,
}

struct Storage {
    digest: String,
    outside: u64,
    extent: FileExtent,
    rows_in: u64,
    scratch: Scratch,
    rows_per_block: usize,
    parts: Vec<PartRows>,
}

impl<R> PartialEq for Recording<R> {
    fn eq(&self, other: &Self) -> bool {
        self.storage.digest == other.storage.digest
    }
}

impl<R> fmt::Debug for Recording<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recording")
            .field("digest", &self.storage.digest)
            .field("rows", &self.rows())
            .finish()
    }
}

impl<R> Recording<R> {
    /// The digest of the file that it came from.
    pub fn digest(&self) -> &str {
        &self.storage.digest
    }

    /// How many rows there are within the run.
    pub fn rows(&self) -> u64 {
        self.storage.parts.iter().map(|part| part.rows).sum()
    }

    /// How many of them are incoming calls, or sign-ins.
    pub fn rows_in(&self) -> u64 {
        self.storage.rows_in
    }

    /// How many rows of the file were left out, because the run does not reach them.
    pub fn outside(&self) -> u64 {
        self.storage.outside
    }

    /// What the whole file has.
    pub fn extent(&self) -> FileExtent {
        self.storage.extent
    }
}

impl<R: RecordedRow> Recording<R> {
    /// Reads the rows of the users below `count` whose number leaves the remainder `part` when divided by `parts`.
    pub fn replay(&self, part: u32, parts: u32, count: u32) -> Replay<R> {
        let part_count = self.storage.parts.len() as u32;
        // A plan that was made smaller for a trial has fewer parts than the recording: their rows are merged.
        let part_range = if parts == part_count {
            part..part + 1
        } else {
            0..part_count.min(count)
        };
        let chains = part_range
            .map(|p| Chain::new(&self.storage, self.storage.parts[p as usize]))
            .collect();
        Replay {
            storage: self.storage.clone(),
            chains,
            part,
            parts,
            count,
            row: PhantomData,
        }
    }
}

/// A part of a recording while it is read.
#[derive(Debug)]
struct Chain {
    next_block: u64,
    /// Rows that are not yet in memory.
    rows_left: u64,
    block: Vec<u8>,
    /// Where the next row begins in the block.
    place: usize,
}

impl Chain {
    fn new(storage: &Storage, part: PartRows) -> Self {
        debug_assert!(storage.rows_per_block > 0, "a block has room");
        Self {
            next_block: part.first_block,
            rows_left: part.rows,
            block: Vec::new(),
            place: 0,
        }
    }

    /// The next row, which stays the next; `None`: there is no more.
    fn peek<R: RecordedRow>(&mut self, storage: &Storage) -> io::Result<Option<R>> {
        if self.place == self.block.len() {
            if self.rows_left == 0 {
                return Ok(None);
            }
            let rows = self.rows_left.min(storage.rows_per_block as u64);
            self.block.resize(LINK + rows as usize * R::BYTES, 0);
            storage.scratch.read_at(&mut self.block, self.next_block)?;
            self.next_block = u64::from_le_bytes(std::array::from_fn(|i| self.block[i]));
            self.rows_left -= rows;
            self.place = LINK;
        }
        Ok(Some(R::decode(
            &self.block[self.place..self.place + R::BYTES],
        )))
    }
}

/// Reads some users' rows of a recording, one after another.
pub struct Replay<R> {
    storage: Arc<Storage>,
    chains: Vec<Chain>,
    part: u32,
    parts: u32,
    count: u32,
    row: PhantomData<R>,
}

impl<R: RecordedRow> Replay<R> {
    /// The next row in the order of time.
    ///
    /// # Errors
    /// The temporary file cannot be read.
    pub fn advance(&mut self) -> io::Result<Option<R>> {
        loop {
            let mut first: Option<(usize, R)> = None;
            for (index, chain) in self.chains.iter_mut().enumerate() {
                let Some(row) = chain.peek::<R>(&self.storage)? else {
                    continue;
                };
                if first.is_none_or(|(_, next_row)| {
                    (row.at(), row.user()) < (next_row.at(), next_row.user())
                }) {
                    first = Some((index, row));
                }
            }
            let Some((index, row)) = first else {
                return Ok(None);
            };
            self.chains[index].place += R::BYTES;
            if row.user() < self.count && row.user() % self.parts == self.part {
                return Ok(Some(row));
            }
        }
    }
}

/// A recording while it is written.
pub(crate) struct RecordingWriter<R> {
    scratch: Scratch,
    /// Where the next block goes.
    end: u64,
    rows_per_block: usize,
    rows_in: u64,
    parts: Vec<(PartRows, Open)>,
    row: PhantomData<R>,
}

/// The last block of a part, before it is on disk.
#[derive(Default)]
struct Open {
    at: u64,
    rows: usize,
    bytes: Vec<u8>,
}

/// Each block begins with the place of the next one.
const LINK: usize = 8;
/// Rows that wait in memory for their blocks to be full, over all parts, unless there are very many parts.
const WAITING: usize = 1 << 16;

impl<R: RecordedRow> RecordingWriter<R> {
    /// An empty recording in so many parts.
    ///
    /// # Errors
    /// There is no place for temporary files.
    pub(crate) fn new(parts: u32) -> io::Result<Self> {
        let parts = parts.max(1) as usize;
        Ok(Self {
            scratch: Scratch::new()?,
            end: 0,
            rows_in: 0,
            rows_per_block: (WAITING / parts).clamp(16, 2048),
            parts: std::iter::repeat_with(Default::default)
                .take(parts)
                .collect(),
            row: PhantomData,
        })
    }

    /// Adds a row; they come in the order of time.
    ///
    /// # Errors
    /// The disk is full, or the like.
    pub(crate) fn push(&mut self, row: &R) -> io::Result<()> {
        let index = row.user() as usize % self.parts.len();
        let (part, open) = &mut self.parts[index];
        if part.rows == 0 || open.rows == self.rows_per_block {
            let at = self.end;
            self.end += (LINK + self.rows_per_block * R::BYTES) as u64;
            if part.rows == 0 {
                part.first_block = at;
            } else {
                write_block(&mut self.scratch, open, at)?;
            }
            open.bytes.clear();
            open.bytes.extend_from_slice(&[0; LINK]);
            (open.at, open.rows) = (at, 0);
        }
        row.encode(&mut open.bytes);
        open.rows += 1;
        part.rows += 1;
        self.rows_in += u64::from(row.is_in());
        Ok(())
    }

    /// The whole recording: of a file with this digest and all this in it, of which so many rows were left out.
    ///
    /// # Errors
    /// The disk is full, or the like.
    pub(crate) fn finish(
        mut self,
        digest: String,
        outside: u64,
        extent: FileExtent,
    ) -> io::Result<Recording<R>> {
        for (_, open) in self.parts.iter_mut().filter(|(part, _)| part.rows > 0) {
            write_block(&mut self.scratch, open, 0)?;
        }
        let parts = self.parts.into_iter().map(|(part, _)| part).collect();
        let (scratch, rows_in, rows_per_block) = (self.scratch, self.rows_in, self.rows_per_block);
        let storage = Storage {
            digest,
            outside,
            extent,
            rows_in,
            scratch,
            rows_per_block,
            parts,
        };
        Ok(Recording {
            storage: Arc::new(storage),
            row: PhantomData,
        })
    }
}

fn write_block(scratch: &mut Scratch, open: &mut Open, next: u64) -> io::Result<()> {
    open.bytes[..LINK].copy_from_slice(&next.to_le_bytes());
    scratch.write_at(&open.bytes, open.at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(n: u32) -> RecordedCall {
        let draws = CallDraws {
            ring: Span(u64::from(n) << 15),
            answered: n.is_multiple_of(3),
            talk: Span(u64::from(n) << 20),
            at_pc: n.is_multiple_of(5),
        };
        RecordedCall {
            at: Time(u64::from(n) << 16),
            user: n * 7919 % 1000,
            incoming: n.is_multiple_of(2),
            draws,
        }
    }

    fn rows(mut replay: Replay<RecordedCall>) -> Vec<RecordedCall> {
        std::iter::from_fn(|| replay.advance().unwrap()).collect()
    }

    #[test]
    fn each_part_reads_its_own_rows_in_order() {
        for parts in [1, 3, 700] {
            let mut writer = RecordingWriter::new(parts).unwrap();
            let calls: Vec<RecordedCall> = (0..20_000).map(call).collect();
            calls.iter().for_each(|row| writer.push(row).unwrap());
            let recording = writer.finish("x".into(), 0, FileExtent::default()).unwrap();
            assert_eq!(recording.rows(), 20_000);
            for part in 0..parts {
                let expected: Vec<RecordedCall> = calls
                    .iter()
                    .filter(|c| c.user % parts == part)
                    .copied()
                    .collect();
                assert_eq!(
                    rows(recording.replay(part, parts, 1000)),
                    expected,
                    "{part} of {parts}"
                );
            }
            // A smaller plan: other parts, fewer users.
            let first_calls: Vec<RecordedCall> =
                calls.iter().filter(|c| c.user < 20).copied().collect();
            assert_eq!(rows(recording.replay(0, 1, 20)), first_calls, "{parts}");
        }
    }

    #[test]
    fn sign_ins_come_back() {
        let row = RecordedSign {
            at: Time(1 << 40),
            user: 999_999_999,
            signs_in: true,
        };
        let mut bytes = Vec::new();
        row.encode(&mut bytes);
        assert_eq!(
            (bytes.len(), RecordedSign::decode(&bytes)),
            (RecordedSign::BYTES, row)
        );
    }
}
