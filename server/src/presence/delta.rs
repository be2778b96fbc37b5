//! What people were not told yet: one line for each person who is not as they
//! were when it was told last, however often they came and went meanwhile.
//!
//! Knows no clock: somebody else says when it is time to tell.

use std::collections::BTreeMap;
use std::ops::Bound;

use protocol::limits::{LEAVES_PER_FRAME, MEMBERS_PER_FRAME};
use protocol::{Member, Name, UserId};

/// Changes that wait to be told.
#[derive(Debug, Default)]
pub(super) struct Delta {
    lines: BTreeMap<UserId, Line>,
    /// The lines from the oldest to the youngest, so that nobody waits for ever.
    order: BTreeMap<u64, UserId>,
    next: u64,
}

#[derive(Debug)]
struct Line {
    place: u64,
    told: Told,
    now: Option<Name>,
}

/// What those who watch believe.
#[derive(Debug, PartialEq, Eq)]
enum Told {
    /// All of them this: the name, or that the person is not there.
    This(Option<Name>),
    /// Some this and some that, so the person is told of in any case.
    Mixed,
}

impl Delta {
    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// A person was not there, or had another name, before now.
    pub(super) fn note(&mut self, user: &UserId, before: Option<&Name>, now: Option<&Name>) {
        let now = now.cloned();
        if let Some(line) = self.lines.get_mut(user) {
            line.now = now;
            if matches!(&line.told, Told::This(told) if *told == line.now) {
                let place = line.place;
                self.lines.remove(user);
                self.order.remove(&place);
            }
        } else if before != now.as_ref() {
            let place = self.next;
            self.next += 1;
            self.order.insert(place, user.clone());
            self.lines.insert(user.clone(), Line { place, told: Told::This(before.cloned()), now });
        }
    }

    /// Somebody new was shown all of these people as they are now, and so
    /// believes something else than those who were told before.
    pub(super) fn shown(&mut self, people: (Bound<&UserId>, Bound<&UserId>)) {
        self.lines.range_mut::<UserId, _>(people).for_each(|(_, line)| line.told = Told::Mixed);
    }

    /// The oldest changes, as many as one frame may hold: who came or has a new
    /// name, and who went.
    pub(super) fn take(&mut self) -> Option<(Vec<Member>, Vec<UserId>)> {
        let (mut joined, mut left) = (Vec::new(), Vec::new());
        let mut rest = BTreeMap::new();
        while let Some((place, user)) = self.order.pop_first() {
            let here = self.lines.get(&user).is_some_and(|line| line.now.is_some());
            let is_full = if here { joined.len() >= MEMBERS_PER_FRAME } else { left.len() >= LEAVES_PER_FRAME };
            if is_full {
                rest.insert(place, user);
                if joined.len() >= MEMBERS_PER_FRAME && left.len() >= LEAVES_PER_FRAME {
                    break;
                }
                continue;
            }
            match self.lines.remove(&user).and_then(|line| line.now) {
                Some(name) => joined.push(Member { id: user, name }),
                None => left.push(user),
            }
        }
        self.order.append(&mut rest);
        (!joined.is_empty() || !left.is_empty()).then_some((joined, left))
    }
}

#[cfg(test)]
mod tests;
