//! Where finished shards of an experiment are kept, so that an interrupted one goes on where it stopped.
//!
//! A shard is one replication of one case; where the groups of its plan are large, each group of it is a shard too, until
//! the replication is complete.

use std::io;
use std::sync::OnceLock;

use super::ladder::Ladder;
use crate::deployment::PartialResult;
use crate::measure::{Presence, Sample, Tally};
use crate::study::{Observation, columns};

/// The version of a shard's shape.
const SCHEMA: &str = "rccsim.unit/4";

/// Which shard.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ShardName {
    /// Hash of what is simulated, seed excluded.
    pub scenario_hash: String,
    /// The seed.
    pub seed: u64,
    /// The replication, counted from 0.
    pub replication: u32,
    /// Which of the plan's groups, counted from 0; `None`: the whole replication.
    pub group: Option<usize>,
}

impl ShardName {
    /// A name for its file: no other shard of any scenario has it.
    pub fn file(&self) -> String {
        let group = self
            .group
            .map_or(String::new(), |group| format!("-group-{}", group + 1));
        format!(
            "{}-{}-{}{group}.unit",
            self.scenario_hash,
            self.seed,
            self.replication + 1
        )
    }

    /// The hash of the scenario by the name of a [file](Self::file).
    pub fn scenario_of(file: &str) -> &str {
        file.split_once('-').map_or(file, |(hash, _)| hash)
    }

    /// The line that its file begins with. Another version, a build of another commit or with other features, or a program
    /// that measures something else, writes another one.
    pub fn header(&self) -> String {
        let Self {
            scenario_hash,
            seed,
            replication,
            group,
        } = self;
        let group = group.map_or(String::new(), |group| format!(" group {}", group + 1));
        format!(
            "{SCHEMA} by {} scenario {scenario_hash} seed {seed} replication {}{group} figures {}\n",
            crate::version::IDENTITY,
            replication + 1,
            shape()
        )
    }
}

/// What a store holds of a shard.
#[derive(Clone, PartialEq, Debug)]
pub enum StoredShard<T> {
    /// It is there, whole and the right one.
    Valid(T),
    /// There is none.
    Missing,
    /// What is there is of no use, and why.
    Unusable(&'static str),
}

impl<T> StoredShard<T> {
    /// The content in another form; `None` where it has not that form.
    pub fn and_then<U>(self, read: impl FnOnce(T) -> Option<U>) -> StoredShard<U> {
        match self {
            Self::Valid(content) => {
                read(content).map_or(StoredShard::Unusable("unreadable"), StoredShard::Valid)
            }
            Self::Missing => StoredShard::Missing,
            Self::Unusable(why) => StoredShard::Unusable(why),
        }
    }
}

/// What a shard holds.
pub(super) trait ShardContent: Sized + Send {
    /// Its bytes.
    fn to_bytes(&self) -> Vec<u8>;

    /// Reads them; `None`: they are something else.
    fn from_bytes(bytes: &[u8]) -> Option<Self>;
}

impl ShardContent for Observation {
    fn to_bytes(&self) -> Vec<u8> {
        encode(self)
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        decode(bytes)
    }
}

/// Integers and text, which JSON keeps as they are.
macro_rules! kept_as_json {
    ($($counts:ty),*) => {$(
        impl ShardContent for $counts {
            fn to_bytes(&self) -> Vec<u8> {
                serde_json::to_vec(self).unwrap_or_else(|e| unreachable!("they are JSON: {e}"))
            }

            fn from_bytes(bytes: &[u8]) -> Option<Self> {
                serde_json::from_slice(bytes).ok()
            }
        }
    )*};
}

kept_as_json!(PartialResult, Tally, Vec<Tally>, Ladder);

/// A store cannot keep or give back a shard.
#[derive(thiserror::Error, Debug)]
#[error("{place}: {cause}")]
pub struct StoreError {
    /// The file or folder.
    pub place: String,
    /// What the system said.
    pub cause: io::Error,
}

/// Keeps finished shards.
pub trait Store: Send + Sync {
    /// Whether what it keeps outlives the process.
    fn is_lasting(&self) -> bool {
        true
    }

    /// Looks for a shard.
    ///
    /// # Errors
    /// The system refuses to read what is there.
    fn read(&self, shard: &ShardName) -> Result<StoredShard<Vec<u8>>, StoreError>;

    /// Keeps a shard, whole or not at all.
    ///
    /// # Errors
    /// The system's refusal.
    fn write(&self, shard: &ShardName, content: &[u8]) -> Result<(), StoreError>;

    /// Removes a shard that is part of a greater one, where there is one.
    ///
    /// # Errors
    /// The system's refusal.
    fn forget(&self, shard: &ShardName) -> Result<(), StoreError>;

    /// Makes every shard outlive a loss of power.
    ///
    /// # Errors
    /// The system's refusal.
    fn sync(&self) -> Result<(), StoreError> {
        Ok(())
    }

    /// Removes every shard of the scenarios that were read or kept here: the results are published. How many of other
    /// scenarios stay.
    ///
    /// # Errors
    /// The system's refusal.
    fn clear(&self) -> Result<usize, StoreError>;
}

/// Keeps nothing: an experiment that is interrupted begins anew.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoStore;

impl Store for NoStore {
    fn is_lasting(&self) -> bool {
        false
    }

    fn read(&self, _: &ShardName) -> Result<StoredShard<Vec<u8>>, StoreError> {
        Ok(StoredShard::Missing)
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

/// A hash of the names of all figures.
fn shape() -> &'static str {
    static SHAPE: OnceLock<String> = OnceLock::new();
    SHAPE.get_or_init(|| {
        let mut hasher = blake3::Hasher::new();
        for column in columns() {
            hasher.update(format!("{} {:?}\n", column.metric.name, column.cause).as_bytes());
        }
        hasher.finalize().to_hex()[..16].into()
    })
}

/// The samples of a replication, bit for bit.
fn encode(observation: &Observation) -> Vec<u8> {
    let mut out = Vec::new();
    let mut word = |w: u64| out.extend_from_slice(&w.to_le_bytes());
    word(observation.fingerprint);
    word(observation.events);
    word(u64::from(observation.is_random));
    word(observation.values.len() as u64);
    for scope in &observation.values {
        word(scope.len() as u64);
        for sample in scope {
            let (tag, first, second) = match *sample {
                Sample::Absent => (0, 0, 0),
                Sample::Count(n) => (1, n, 0),
                Sample::Ratio(above, below) => (2, above.to_bits(), below.to_bits()),
                Sample::Value(x) => (3, x.to_bits(), 0),
                Sample::Beyond(x) => (4, x.to_bits(), 0),
            };
            [tag, first, second].into_iter().for_each(&mut word);
        }
    }
    word(observation.presence.len() as u64);
    (observation.presence.iter()).for_each(|p| p.words().into_iter().for_each(&mut word));
    word(observation.rare.len() as u64);
    for scope in &observation.rare {
        word(scope.len() as u64);
        scope.iter().for_each(|part| word(part.to_bits()));
    }
    out
}

/// Reads what [`encode`] wrote; `None`: it is something else.
fn decode(bytes: &[u8]) -> Option<Observation> {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut words = words.iter().map(|w| u64::from_le_bytes(*w));
    let mut word = || words.next();
    let (fingerprint, events) = (word()?, word()?);
    let is_random = match word()? {
        0 => false,
        1 => true,
        _ => return None,
    };
    let scopes = word()?;
    let mut values = Vec::new();
    for _ in 0..scopes {
        let columns = word()?;
        let mut scope = Vec::new();
        for _ in 0..columns {
            let (tag, first, second) = (word()?, word()?, word()?);
            scope.push(match tag {
                0 => Sample::Absent,
                1 => Sample::Count(first),
                2 => Sample::Ratio(f64::from_bits(first), f64::from_bits(second)),
                3 => Sample::Value(f64::from_bits(first)),
                4 => Sample::Beyond(f64::from_bits(first)),
                _ => return None,
            });
        }
        values.push(scope);
    }
    let mut presence = Vec::new();
    for _ in 0..word()? {
        presence.push(Presence::of_words([word()?, word()?, word()?, word()?]));
    }
    let mut rare = Vec::new();
    for _ in 0..word()? {
        let columns = word()?;
        let mut scope = Vec::new();
        for _ in 0..columns {
            scope.push(f64::from_bits(word()?));
        }
        rare.push(scope);
    }
    (rest.is_empty() && word().is_none()).then_some(Observation {
        values,
        fingerprint,
        events,
        is_random,
        presence,
        rare,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_observation_comes_back_bit_for_bit() {
        let sample_values = vec![
            Sample::Absent,
            Sample::Count(u64::MAX),
            Sample::Ratio(0.1 + 0.2, 1e-300),
        ];
        let group = vec![Sample::Value(-0.0), Sample::Beyond(f64::MAX)];
        let observation = Observation {
            values: vec![sample_values, group],
            fingerprint: 0x0123_4567_89ab_cdef,
            events: 7,
            is_random: true,
            presence: vec![Presence::of_words([9, 8, 7, 6]), Presence::default()],
            rare: vec![vec![0.1, -0.0], vec![f64::MIN_POSITIVE]],
        };
        let bytes = encode(&observation);
        let read = decode(&bytes).unwrap();
        assert_eq!(
            format!("{read:?}"),
            format!("{observation:?}"),
            "the sign of zero too"
        );
        assert_eq!(decode(&bytes[..bytes.len() - 1]), None);
        assert_eq!(decode(&[&bytes[..], &[0; 8]].concat()), None);
    }

    #[test]
    fn a_group_is_not_its_replication() {
        let replication = ShardName {
            scenario_hash: "abc".into(),
            seed: 1,
            replication: 0,
            group: None,
        };
        let group = ShardName {
            group: Some(0),
            ..replication.clone()
        };
        assert_eq!(replication.file(), "abc-1-1.unit");
        assert_ne!(replication.file(), group.file());
        assert_ne!(replication.header(), group.header());
    }
}
