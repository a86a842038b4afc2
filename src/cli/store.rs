//! Finished shards in the files of a results folder.

use super::fault::Fault;
use crate::experiment::{ExperimentError, ShardName, Store, StoreError, StoredShard};
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
                what: e.place,
                cause: e.cause,
            },
        }
    }
}

impl Store for Units {
    fn read(&self, shard: &ShardName) -> Result<StoredShard<Vec<u8>>, StoreError> {
        Ok(match Self::read(self, &shard.file(), &shard.header())? {
            UnitState::Valid(content) => StoredShard::Valid(content),
            UnitState::Missing => StoredShard::Missing,
            UnitState::Unusable(why) => StoredShard::Unusable(why),
        })
    }

    fn write(&self, shard: &ShardName, content: &[u8]) -> Result<(), StoreError> {
        Ok(Self::write(self, &shard.file(), &shard.header(), content)?)
    }

    fn forget(&self, shard: &ShardName) -> Result<(), StoreError> {
        Ok(Self::forget(self, &shard.file())?)
    }

    fn clear(&self) -> Result<(), StoreError> {
        Ok(self.remove()?)
    }
}
