//! Datagrams put together from IP fragments, in bounded memory (RFC 791 §3.2, RFC 8200 §4.5).

use std::collections::BTreeMap;
use std::net::IpAddr;

/// Where a fragment belongs.
#[derive(Debug)]
pub(super) struct Fragment {
    /// The datagram's identification.
    pub id: u32,
    /// Its first byte within the datagram.
    pub offset: usize,
    /// Whether others follow.
    pub more_fragments: bool,
}

/// Source, destination, identification, protocol.
pub(super) type FragmentKey = (IpAddr, IpAddr, u32, u8);

#[derive(Default)]
struct Datagram {
    pieces: Vec<(usize, Vec<u8>)>,
    length: Option<usize>,
    /// The count of fragments when it began.
    born: u64,
}

/// Fragments that wait for the others.
#[derive(Default)]
pub(super) struct Fragments {
    waiting: BTreeMap<FragmentKey, Datagram>,
    count: u64,
    lost: u64,
}

/// Datagrams that wait at once; the oldest gives way.
const WAITING_MOST: usize = 256;
/// Fragments of one datagram: 65,535 bytes in pieces of 8.
const PIECES_MOST: usize = 1024;
const DATAGRAM_MOST: usize = 65_535;

impl Fragments {
    /// Takes a fragment; returns the datagram that it completes.
    pub(super) fn add(
        &mut self,
        key: FragmentKey,
        fragment: &Fragment,
        bytes: &[u8],
    ) -> Option<Vec<u8>> {
        self.count += 1;
        if !self.waiting.contains_key(&key) && self.waiting.len() >= WAITING_MOST {
            let oldest = self
                .waiting
                .iter()
                .min_by_key(|(_, d)| d.born)
                .map(|(key, _)| *key);
            oldest.and_then(|key| self.waiting.remove(&key));
            self.lost += 1;
        }
        let born = self.count;
        let datagram = self.waiting.entry(key).or_insert_with(|| Datagram {
            born,
            ..Datagram::default()
        });
        let end = fragment.offset + bytes.len();
        if end > DATAGRAM_MOST || datagram.pieces.len() >= PIECES_MOST {
            self.waiting.remove(&key);
            self.lost += 1;
            return None;
        }
        if !fragment.more_fragments {
            datagram.length = Some(end);
        }
        if !datagram
            .pieces
            .iter()
            .any(|(offset, piece)| *offset == fragment.offset && piece.len() >= bytes.len())
        {
            datagram.pieces.push((fragment.offset, bytes.to_vec()));
        }
        let payload = datagram.reassemble()?;
        self.waiting.remove(&key);
        Some(payload)
    }

    /// How many datagrams never became whole.
    pub(super) fn unfinished(&self) -> u64 {
        self.lost + self.waiting.len() as u64
    }
}

impl Datagram {
    /// The datagram, if nothing is missing. Where pieces overlap, the one that begins first wins.
    fn reassemble(&mut self) -> Option<Vec<u8>> {
        let length = self.length?;
        self.pieces.sort_by_key(|(offset, _)| *offset);
        let mut buffer = Vec::with_capacity(length);
        for (offset, piece) in &self.pieces {
            let overlap = buffer.len().checked_sub(*offset)?;
            buffer.extend_from_slice(piece.get(overlap..).unwrap_or_default());
        }
        buffer.truncate(length);
        (buffer.len() == length).then_some(buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    fn key(id: u32) -> FragmentKey {
        (
            IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V4(Ipv4Addr::LOCALHOST),
            id,
            17,
        )
    }

    #[test]
    fn pieces_in_any_order_twice_and_overlapping() {
        let mut fragments = Fragments::default();
        let mut add = |offset, more, bytes: &[u8]| {
            fragments.add(
                key(1),
                &Fragment {
                    id: 1,
                    offset,
                    more_fragments: more,
                },
                bytes,
            )
        };
        assert_eq!(add(16, false, b"end"), None);
        assert_eq!(add(16, false, b"end"), None);
        assert_eq!(add(0, true, b"12345678"), None);
        assert_eq!(
            add(8, true, b"abcdefghEN").as_deref(),
            Some(&b"12345678abcdefghENd"[..])
        );
        assert_eq!(fragments.unfinished(), 0);
    }

    #[test]
    fn what_never_becomes_whole_takes_no_more_than_its_room() {
        let mut fragments = Fragments::default();
        for id in 0..1000 {
            assert_eq!(
                fragments.add(
                    key(id),
                    &Fragment {
                        id,
                        offset: 8,
                        more_fragments: true
                    },
                    &[0; 1400]
                ),
                None
            );
        }
        assert_eq!(fragments.waiting.len(), WAITING_MOST);
        assert_eq!(fragments.unfinished(), 1000);
        let beyond = Fragment {
            id: 0,
            offset: 65_528,
            more_fragments: false,
        };
        assert_eq!(fragments.add(key(0), &beyond, &[0; 100]), None);
    }
}
