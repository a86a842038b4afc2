//! Finished shards in the files of a results folder.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::fault::Fault;
use crate::experiment::{ExperimentError, RunError, ShardName, Store, StoreError, StoredShard};
use crate::record::{FolderError, UnitState, Units};

impl From<FolderError> for StoreError {
    fn from(error: FolderError) -> Self {
        Self {
            place: error.path.display().to_string(),
            cause: error.cause,
        }
    }
}

impl From<ExperimentError> for Fault {
    fn from(error: ExperimentError) -> Self {
        match error {
            ExperimentError::Scenario(e) => e.into(),
            ExperimentError::Store(e) => Self::World {
                action: e.place,
                cause: e.cause,
            },
        }
    }
}

/// What a run could not do; `what` takes the rows of its lost sessions.
pub(super) fn run_fault(action: &str, error: RunError<io::Error>) -> Fault {
    match error {
        RunError::Drops(cause) => Fault::World {
            action: action.into(),
            cause,
        },
        RunError::Experiment(e) => e.into(),
    }
}

/// What a loss of power may undo; a process that is killed loses nothing.
const SYNC_EVERY: Duration = Duration::from_secs(1);

/// The units of a study, synced together once a second: to sync each of ten thousand small ones took a minute.
pub(super) struct SyncedUnits {
    units: Units,
    /// The scenarios of which units were looked for or kept, by their hashes.
    scenarios: Mutex<BTreeSet<String>>,
    synced: Mutex<Instant>,
}

impl SyncedUnits {
    pub(super) fn new(units: Units) -> Self {
        Self {
            units,
            scenarios: Mutex::default(),
            synced: Mutex::new(now()),
        }
    }

    fn scenarios(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.scenarios
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note of whose unit it is.
    fn note(&self, shard: &ShardName) {
        let mut scenarios = self.scenarios();
        if !scenarios.contains(&shard.scenario_hash) {
            scenarios.insert(shard.scenario_hash.clone());
        }
    }

    /// Whether it is time to sync; whoever is told so does it.
    fn is_due(&self) -> bool {
        let mut synced = self.synced.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = synced.elapsed() >= SYNC_EVERY;
        if is_due {
            *synced = now();
        }
        is_due
    }
}

/// The time of the disk's user, not of the model.
#[expect(
    clippy::disallowed_methods,
    reason = "when to wait for the disk changes no result"
)]
fn now() -> Instant {
    Instant::now()
}

fn read(units: &Units, shard: &ShardName) -> Result<StoredShard<Vec<u8>>, StoreError> {
    Ok(match units.read(&shard.file(), &shard.header())? {
        UnitState::Valid(content) => StoredShard::Valid(content),
        UnitState::Missing => StoredShard::Missing,
        UnitState::Unusable(why) => StoredShard::Unusable(why),
    })
}

impl Store for SyncedUnits {
    fn read(&self, shard: &ShardName) -> Result<StoredShard<Vec<u8>>, StoreError> {
        self.note(shard);
        read(&self.units, shard)
    }

    fn write(&self, shard: &ShardName, content: &[u8]) -> Result<(), StoreError> {
        self.note(shard);
        self.units.write(&shard.file(), &shard.header(), content)?;
        if self.is_due() {
            self.units.sync()?;
        }
        Ok(())
    }

    fn forget(&self, shard: &ShardName) -> Result<(), StoreError> {
        Ok(self.units.forget(&shard.file())?)
    }

    fn sync(&self) -> Result<(), StoreError> {
        Ok(self.units.sync()?)
    }

    fn clear(&self) -> Result<usize, StoreError> {
        let scenarios = self.scenarios();
        let is_ours = |file: &str| scenarios.contains(ShardName::scenario_of(file));
        Ok(self.units.remove(is_ours)?)
    }
}

/// The units of a study as they are found, which are left alone.
pub(super) struct ReadUnits(Option<Units>);

impl ReadUnits {
    /// Those of a folder, which need not be there.
    pub(super) fn new(path: &Path) -> Self {
        Self(Units::look(path))
    }
}

impl Store for ReadUnits {
    fn read(&self, shard: &ShardName) -> Result<StoredShard<Vec<u8>>, StoreError> {
        match &self.0 {
            Some(units) => read(units, shard),
            None => Ok(StoredShard::Missing),
        }
    }

    fn write(&self, _: &ShardName, _: &[u8]) -> Result<(), StoreError> {
        Ok(())
    }

    fn forget(&self, _: &ShardName) -> Result<(), StoreError> {
        Ok(())
    }

    fn clear(&self) -> Result<usize, StoreError> {
        Ok(0)
    }
}
