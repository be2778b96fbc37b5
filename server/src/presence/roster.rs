//! Everybody in one channel, as this node knows it: a pure fold over changes
//! and snapshots.
//!
//! Changes may come late, twice, in any order or not at all. What is told stays
//! right: a change is applied only on top of the version before it, and
//! whenever that cannot be, a snapshot is wanted. No clock, no IO.

use std::collections::BTreeMap;
use std::ops::Bound;

use protocol::{Member, Name, UserId};

use super::{Change, Snapshot};

/// Changes that wait for a snapshot at most; the snapshot after that has them anyway.
const HELD: usize = 1024;

/// Is told of each person who is not as before: who, their name before, their
/// name now; none where they are not there.
pub type Watch<'a> = dyn FnMut(&UserId, Option<&Name>, Option<&Name>) + 'a;

/// Tells the answer to one question for a snapshot from answers to earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket(u64);

/// The people of one channel.
#[derive(Debug, Default)]
pub struct Roster {
    /// `None` until the first snapshot.
    version: Option<u64>,
    members: BTreeMap<UserId, Name>,
    /// Changes above `version` that cannot be applied yet.
    held: BTreeMap<u64, Change>,
    asked: Option<Asked>,
    tickets: u64,
    doubtful: bool,
    /// A version that the store has, and whose notice is on its way, or lost.
    awaited: Option<u64>,
}

#[derive(Debug)]
struct Asked {
    ticket: Ticket,
    /// What was known when the question was asked.
    version: Option<u64>,
    /// Something may have been missed since, so the answer may be too old.
    too_early: bool,
}

impl Roster {
    /// Whether a snapshot ever came.
    pub fn is_loaded(&self) -> bool {
        self.version.is_some()
    }

    /// Whether a snapshot is needed that nobody asked for yet.
    pub fn wants_snapshot(&self) -> bool {
        self.asked.is_none() && (self.version.is_none() || self.doubtful || !self.held.is_empty())
    }

    /// The version that is known.
    pub fn version(&self) -> Option<u64> {
        self.version
    }

    /// In the order of their ids.
    pub fn members(&self) -> impl Iterator<Item = Member> + '_ {
        self.members.iter().map(|(id, name)| Member { id: id.clone(), name: name.clone() })
    }

    /// Those after somebody, in the order of their ids.
    pub fn members_after(&self, user: &UserId) -> impl Iterator<Item = Member> + '_ {
        let after = (Bound::Excluded(user.clone()), Bound::Unbounded);
        self.members.range(after).map(|(id, name)| Member { id: id.clone(), name: name.clone() })
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.members.len()
    }

    /// Whether somebody is there.
    pub fn has(&self, user: &UserId) -> bool {
        self.members.contains_key(user)
    }

    /// Something may have been missed: a snapshot that is asked for from now on decides.
    pub fn doubt(&mut self) {
        self.doubtful = true;
        if let Some(asked) = &mut self.asked {
            asked.too_early = true;
        }
    }

    /// Compares with what the store says of itself, in an answer to a question
    /// that was asked when `known` was the version here. Costs the same in a
    /// room of any size.
    pub fn compare(&mut self, known: u64, version: u64, count: usize) {
        match self.version {
            Some(_) if version < known => self.doubt(),
            Some(here) if version > here => self.awaited = Some(version),
            Some(here) if version == here && count != self.count() => self.doubt(),
            _ => {}
        }
    }

    /// A notice that was on its way at the last comparison should be here by now.
    pub fn expect_awaited(&mut self) {
        if self.awaited.take() > self.version {
            self.doubt();
        }
    }

    /// Begins anew. Answers that are under way no longer count.
    pub fn forget(&mut self) {
        *self = Self { tickets: self.tickets, ..Self::default() };
    }

    /// Somebody now asks for a snapshot.
    ///
    /// Everything heard up to now is in the answer, or belongs to a past that
    /// the store has lost; so it is no longer held.
    pub fn ask(&mut self) -> Ticket {
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        self.held.clear();
        self.doubtful = false;
        self.asked = Some(Asked { ticket, version: self.version, too_early: false });
        ticket
    }

    /// The question failed; a snapshot is still needed.
    pub fn unanswered(&mut self, ticket: Ticket) {
        if self.asked.take_if(|asked| asked.ticket == ticket).is_some() {
            self.doubtful = true;
        }
    }

    /// Takes the answer to a question; false: the question no longer counts.
    pub fn answer(&mut self, ticket: Ticket, snapshot: &Snapshot, watch: &mut Watch) -> bool {
        let Some(asked) = self.asked.take_if(|asked| asked.ticket == ticket) else { return false };
        if asked.too_early {
            return false;
        }
        let went_back = asked.version.is_some_and(|known| snapshot.version < known);
        if went_back {
            // The store lost its last changes. Some notices of its new past
            // looked old and were left aside, so look once more.
            self.held.clear();
            self.doubtful = true;
        } else if self.version.is_some_and(|version| snapshot.version < version) {
            // Overtaken by changes that came one by one since the question.
            return true;
        }
        self.replace(snapshot, watch);
        self.apply_held(watch);
        true
    }

    /// Takes a change that a node announced.
    pub fn hear(&mut self, change: Change, watch: &mut Watch) {
        if self.version.is_some_and(|version| change.version <= version) {
            return;
        }
        if self.held.len() >= HELD {
            self.held.clear();
            self.doubt();
        }
        self.held.insert(change.version, change);
        self.apply_held(watch);
    }

    fn apply_held(&mut self, watch: &mut Watch) {
        let Some(mut version) = self.version else { return };
        self.held.retain(|held, _| *held > version);
        while let Some(change) = self.held.remove(&(version + 1)) {
            version = change.version;
            self.version = Some(version);
            self.apply(change, watch);
        }
    }

    fn apply(&mut self, change: Change, watch: &mut Watch) {
        for user in change.left {
            if let Some(before) = self.members.remove(&user) {
                watch(&user, Some(&before), None);
            }
        }
        for Member { id, name } in change.joined {
            let before = self.members.insert(id.clone(), name.clone());
            if before.as_ref() != Some(&name) {
                watch(&id, before.as_ref(), Some(&name));
            }
        }
    }

    fn replace(&mut self, snapshot: &Snapshot, watch: &mut Watch) {
        let new = snapshot.members.iter().map(|member| (member.id.clone(), member.name.clone())).collect();
        let old = std::mem::replace(&mut self.members, new);
        for (user, before) in old.iter().filter(|(user, _)| !self.members.contains_key(*user)) {
            watch(user, Some(before), None);
        }
        for (user, now) in &self.members {
            let before = old.get(user);
            if before != Some(now) {
                watch(user, before, Some(now));
            }
        }
        self.version = Some(snapshot.version);
        self.awaited = None;
    }
}

#[cfg(test)]
mod tests;
