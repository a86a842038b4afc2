//! Finished shards in the files of a results folder.

use super::fault::Fault;
use crate::experiment::{ExperimentError, Kept, ShardName, Store, StoreError};
use crate::report::{FolderError, Found, Units};

impl From<FolderError> for StoreError {
    fn from(error: FolderError) -> StoreError {
        StoreError {
            place: error.path.display().to_string(),
            cause: error.cause,
        }
    }
}

impl From<ExperimentError> for Fault {
    fn from(error: ExperimentError) -> Fault {
        match error {
            ExperimentError::Scenario(e) => e.into(),
            ExperimentError::Store(e) => Fault::World {
                what: e.place,
                cause: e.cause,
            },
            e @ ExperimentError::NoCost { .. } => Fault::Input(format!("--cost: {e}")),
            e @ ExperimentError::ShareOfNothing => Fault::Input(format!("--delta: {e}")),
        }
    }
}

impl Store for Units {
    fn read(&self, shard: &ShardName) -> Result<Kept<Vec<u8>>, StoreError> {
        Ok(match Units::read(self, &shard.file(), &shard.header())? {
            Found::Valid(content) => Kept::Valid(content),
            Found::Missing => Kept::Missing,
            Found::Unusable(why) => Kept::Unusable(why),
        })
    }

    fn write(&self, shard: &ShardName, content: &[u8]) -> Result<(), StoreError> {
        Ok(Units::write(self, &shard.file(), &shard.header(), content)?)
    }

    fn forget(&self, shard: &ShardName) -> Result<(), StoreError> {
        Ok(Units::forget(self, &shard.file())?)
    }

    fn clear(&self) -> Result<(), StoreError> {
        Ok(self.remove()?)
    }
}
