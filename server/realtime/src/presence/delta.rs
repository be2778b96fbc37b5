//! The changes of members that were not announced yet: one line for each person who differs from what was
//! announced last, however often they came and went meanwhile.
//!
//! Knows no clock: the caller says when to announce.

use std::collections::BTreeMap;
use std::ops::Bound;

use protocol::limits::{LEAVES_PER_FRAME, MEMBERS_PER_FRAME};
use protocol::{Member, Name, UserId};

/// The changes that wait to be announced.
#[derive(Debug, Default)]
pub(super) struct Delta {
    lines: BTreeMap<UserId, PendingChange>,
    /// The persons, oldest change first, so that none waits for ever.
    order: BTreeMap<u64, UserId>,
    next: u64,
}

#[derive(Debug)]
struct PendingChange {
    place: u64,
    told: ClientView,
    now: Option<Name>,
}

/// What the clients know of a person.
#[derive(Debug, PartialEq, Eq)]
enum ClientView {
    /// All clients know the same: the name, or that the person is absent.
    This(Option<Name>),
    /// Clients know different things, so the person is announced in any case.
    Mixed,
}

impl Delta {
    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Notes that a person was absent (`None`) or had another name before `now`.
    pub(super) fn note(&mut self, user: &UserId, before: Option<&Name>, now: Option<&Name>) {
        let now = now.cloned();
        if let Some(line) = self.lines.get_mut(user) {
            line.now = now;
            if matches!(&line.told, ClientView::This(told) if *told == line.now) {
                let place = line.place;
                self.lines.remove(user);
                self.order.remove(&place);
            }
        } else if before != now.as_ref() {
            let place = self.next;
            self.next += 1;
            self.order.insert(place, user.clone());
            self.lines.insert(user.clone(), PendingChange { place, told: ClientView::This(before.cloned()), now });
        }
    }

    /// Notes that a new client was shown these people as they are now, which differs from
    /// what earlier ones know.
    pub(super) fn shown(&mut self, people: (Bound<&UserId>, Bound<&UserId>)) {
        self.lines.range_mut::<UserId, _>(people).for_each(|(_, line)| line.told = ClientView::Mixed);
    }

    /// Takes the oldest changes, as many as one frame may hold: who came or has a new name, and who left.
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
