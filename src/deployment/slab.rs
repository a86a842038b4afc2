//! What each user has a few of, its dialogs or its calls, in one vector for all: a place that was freed is the next to be
//! handed out, and nothing is allocated once there were the most at a time.

use std::ops::{Index, IndexMut};

/// After the last of a list.
const NONE: u32 = u32::MAX;

/// The places that one user has in a [`Slab`], in the order in which they were added.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct List {
    first: u32,
}

impl List {
    /// No places.
    pub const EMPTY: List = List { first: NONE };

    /// The first place.
    pub fn first(self) -> Option<u32> {
        (self.first != NONE).then_some(self.first)
    }
}

#[derive(Debug)]
struct Place<T> {
    item: T,
    next: List,
}

/// Items in numbered places. What stood in a place stays there to be looked at until the place is handed out again.
#[derive(Debug)]
pub struct Slab<T> {
    places: Vec<Place<T>>,
    free: List,
}

impl<T> Slab<T> {
    /// Bytes of a place.
    pub const PLACE: usize = size_of::<Place<T>>();

    /// Without places.
    pub fn new() -> Slab<T> {
        Slab {
            places: Vec::new(),
            free: List::EMPTY,
        }
    }

    /// Puts an item at the end of a list; returns its place.
    pub fn add(&mut self, list: &mut List, item: T) -> u32 {
        let place = match self.free.first() {
            Some(place) => {
                let free = &mut self.places[place as usize];
                self.free = std::mem::replace(&mut free.next, List::EMPTY);
                free.item = item;
                place
            }
            None => {
                self.places.push(Place {
                    item,
                    next: List::EMPTY,
                });
                self.places.len() as u32 - 1
            }
        };
        self.link_before(list, NONE).first = place;
        place
    }

    /// Frees a place; `false`: it is not of this list.
    pub fn remove(&mut self, list: &mut List, place: u32) -> bool {
        if !self.of(*list).any(|p| p == place) {
            return false;
        }
        let next = self.places[place as usize].next;
        *self.link_before(list, place) = next;
        self.places[place as usize].next = std::mem::replace(&mut self.free, List { first: place });
        true
    }

    /// What points to the place in its list, or to no place at the end of the list.
    fn link_before<'a>(&'a mut self, list: &'a mut List, place: u32) -> &'a mut List {
        let mut before = NONE;
        let mut at = list.first;
        while at != place {
            before = at;
            at = self.places[at as usize].next.first;
        }
        if before == NONE {
            list
        } else {
            &mut self.places[before as usize].next
        }
    }

    /// The places of a list.
    pub fn of(&self, list: List) -> impl Iterator<Item = u32> {
        std::iter::successors(list.first(), |place| self.after(*place))
    }

    /// The place after this one in its list.
    pub fn after(&self, place: u32) -> Option<u32> {
        self.places[place as usize].next.first()
    }

    /// How many places there are, free ones included.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Without places again.
    pub fn clear(&mut self) {
        self.places.clear();
        self.free = List::EMPTY;
    }
}

impl<T> Index<u32> for Slab<T> {
    type Output = T;
    fn index(&self, place: u32) -> &T {
        &self.places[place as usize].item
    }
}

impl<T> IndexMut<u32> for Slab<T> {
    fn index_mut(&mut self, place: u32) -> &mut T {
        &mut self.places[place as usize].item
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_keep_their_order_and_share_freed_places() {
        let mut slab = Slab::new();
        let (mut one, mut other) = (List::EMPTY, List::EMPTY);
        let a = slab.add(&mut one, 'a');
        let b = slab.add(&mut other, 'b');
        let c = slab.add(&mut one, 'c');
        let d = slab.add(&mut one, 'd');
        let items = |slab: &Slab<char>, list| slab.of(list).map(|p| slab[p]).collect::<String>();
        assert_eq!(
            (items(&slab, one), items(&slab, other)),
            ("acd".into(), "b".into())
        );
        assert!(!slab.remove(&mut other, c));
        assert!(slab.remove(&mut one, c));
        assert!(!slab.remove(&mut one, c));
        assert_eq!((items(&slab, one), slab[c]), ("ad".into(), 'c'));
        assert!(slab.remove(&mut one, a));
        // The place freed last is handed out first.
        assert_eq!(
            (slab.add(&mut other, 'e'), slab.add(&mut other, 'f')),
            (a, c)
        );
        assert_eq!(
            (items(&slab, one), items(&slab, other)),
            ("d".into(), "bef".into())
        );
        assert!(slab.remove(&mut other, b) && slab.remove(&mut one, d));
        assert_eq!((one, slab.len()), (List::EMPTY, 4));
    }
}
