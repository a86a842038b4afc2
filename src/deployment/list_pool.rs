//! A pool of short lists, such as the dialogs or calls of each user, in one vector: a freed slot is the next to be reused,
//! and nothing is allocated once the greatest number in use was reached.

use std::ops::{Index, IndexMut};

/// After the last of a list.
const NONE: u32 = u32::MAX;

/// The slots that one user has in a [`ListPool`], in the order in which they were added.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct List {
    first: u32,
}

impl List {
    /// No slots.
    pub(super) const EMPTY: Self = Self { first: NONE };

    /// The first slot.
    pub(super) fn first(self) -> Option<u32> {
        (self.first != NONE).then_some(self.first)
    }
}

#[derive(Debug)]
struct Slot<T> {
    item: T,
    next: List,
}

/// Items in numbered slots. A removed item can be read until its slot is reused.
#[derive(Debug)]
pub(super) struct ListPool<T> {
    slots: Vec<Slot<T>>,
    free: List,
}

impl<T> ListPool<T> {
    /// Bytes of a slot.
    pub(super) const SLOT_BYTES: usize = size_of::<Slot<T>>();

    /// Without slots.
    pub(super) fn new() -> Self {
        Self {
            slots: Vec::new(),
            free: List::EMPTY,
        }
    }

    /// Puts an item at the end of a list; returns its slot.
    pub(super) fn add(&mut self, list: &mut List, item: T) -> u32 {
        let slot = match self.free.first() {
            Some(slot) => {
                let free = &mut self.slots[slot as usize];
                self.free = std::mem::replace(&mut free.next, List::EMPTY);
                free.item = item;
                slot
            }
            None => {
                self.slots.push(Slot {
                    item,
                    next: List::EMPTY,
                });
                self.slots.len() as u32 - 1
            }
        };
        self.link_before(list, NONE).first = slot;
        slot
    }

    /// Frees a slot; `false`: it is not of this list.
    pub(super) fn remove(&mut self, list: &mut List, slot: u32) -> bool {
        if !self.iter(*list).any(|p| p == slot) {
            return false;
        }
        let next = self.slots[slot as usize].next;
        *self.link_before(list, slot) = next;
        self.slots[slot as usize].next = std::mem::replace(&mut self.free, List { first: slot });
        true
    }

    /// What points to the slot in its list, or to no slot at the end of the list.
    fn link_before<'a>(&'a mut self, list: &'a mut List, slot: u32) -> &'a mut List {
        let mut before = NONE;
        let mut at = list.first;
        while at != slot {
            before = at;
            at = self.slots[at as usize].next.first;
        }
        if before == NONE {
            list
        } else {
            &mut self.slots[before as usize].next
        }
    }

    /// The slots of a list.
    pub(super) fn iter(&self, list: List) -> impl Iterator<Item = u32> {
        std::iter::successors(list.first(), |slot| self.after(*slot))
    }

    /// The slot after this one in its list.
    pub(super) fn after(&self, slot: u32) -> Option<u32> {
        self.slots[slot as usize].next.first()
    }

    /// How many slots there are, free ones included.
    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    /// Without slots again.
    pub(super) fn clear(&mut self) {
        self.slots.clear();
        self.free = List::EMPTY;
    }
}

impl<T> Index<u32> for ListPool<T> {
    type Output = T;
    fn index(&self, slot: u32) -> &T {
        &self.slots[slot as usize].item
    }
}

impl<T> IndexMut<u32> for ListPool<T> {
    fn index_mut(&mut self, slot: u32) -> &mut T {
        &mut self.slots[slot as usize].item
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_keep_their_order_and_share_freed_places() {
        let mut pool = ListPool::new();
        let (mut first, mut second) = (List::EMPTY, List::EMPTY);
        let a = pool.add(&mut first, 'a');
        let b = pool.add(&mut second, 'b');
        let c = pool.add(&mut first, 'c');
        let d = pool.add(&mut first, 'd');
        let items =
            |pool: &ListPool<char>, list| pool.iter(list).map(|p| pool[p]).collect::<String>();
        assert_eq!(
            (items(&pool, first), items(&pool, second)),
            ("acd".into(), "b".into())
        );
        assert!(!pool.remove(&mut second, c));
        assert!(pool.remove(&mut first, c));
        assert!(!pool.remove(&mut first, c));
        assert_eq!((items(&pool, first), pool[c]), ("ad".into(), 'c'));
        assert!(pool.remove(&mut first, a));
        // The slot freed last is handed out first.
        assert_eq!(
            (pool.add(&mut second, 'e'), pool.add(&mut second, 'f')),
            (a, c)
        );
        assert_eq!(
            (items(&pool, first), items(&pool, second)),
            ("d".into(), "bef".into())
        );
        assert!(pool.remove(&mut second, b) && pool.remove(&mut first, d));
        assert_eq!((first, pool.len()), (List::EMPTY, 4));
    }
}
