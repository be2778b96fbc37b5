//! Everybody in one channel, as this node knows it: a pure fold over changes
//! and snapshots.
//!
//! Changes may come late, twice, in any order or not at all. What is told stays
//! right: a change is applied only on top of the version before it, and
//! whenever that cannot be, a snapshot is wanted. No clock, no IO.

use std::collections::BTreeMap;

use protocol::{Member, Name, UserId};

use super::{Change, Snapshot};

/// Changes that wait for a snapshot at most; the snapshot after that has them anyway.
const HELD: usize = 1024;

/// What became different for whoever watches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delta {
    /// Who came, or has a new name.
    pub joined: Vec<Member>,
    /// Who went.
    pub left: Vec<UserId>,
}

impl Delta {
    /// Whether nothing became different.
    pub fn is_empty(&self) -> bool {
        self.joined.is_empty() && self.left.is_empty()
    }
}

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
}

#[derive(Debug)]
struct Asked {
    ticket: Ticket,
    /// What was known when the question was asked.
    version: Option<u64>,
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

    /// In the order of their ids.
    pub fn members(&self) -> impl Iterator<Item = Member> + '_ {
        self.members.iter().map(|(id, name)| Member { id: id.clone(), name: name.clone() })
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.members.len()
    }

    /// Whether somebody is there.
    pub fn has(&self, user: &UserId) -> bool {
        self.members.contains_key(user)
    }

    /// Something may have been missed: the next snapshot decides.
    pub fn doubt(&mut self) {
        self.doubtful = true;
        // An answer that is under way may be older than what was missed.
        self.asked = None;
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
        self.asked = Some(Asked { ticket, version: self.version });
        ticket
    }

    /// The question failed; a snapshot is still needed.
    pub fn unanswered(&mut self, ticket: Ticket) {
        if self.asked.take_if(|asked| asked.ticket == ticket).is_some() {
            self.doubtful = true;
        }
    }

    /// Takes the answer to a question. `None`: the question no longer counts.
    pub fn answer(&mut self, ticket: Ticket, snapshot: &Snapshot) -> Option<Delta> {
        let asked = self.asked.take_if(|asked| asked.ticket == ticket)?;
        let went_back = asked.version.is_some_and(|known| snapshot.version < known);
        if went_back {
            // The store lost its last changes. Some notices of its new past
            // looked old and were left aside, so look once more.
            self.held.clear();
            self.doubtful = true;
        } else if self.version.is_some_and(|version| snapshot.version < version) {
            // Overtaken by changes that came one by one since the question.
            return Some(Delta::default());
        }
        let mut delta = self.replace(snapshot);
        self.apply_held(&mut delta);
        Some(delta)
    }

    /// Takes a change that a node announced.
    pub fn hear(&mut self, change: Change) -> Delta {
        let mut delta = Delta::default();
        if self.version.is_some_and(|version| change.version <= version) {
            return delta;
        }
        if self.held.len() >= HELD {
            self.held.clear();
            self.doubt();
        }
        self.held.insert(change.version, change);
        self.apply_held(&mut delta);
        delta
    }

    fn apply_held(&mut self, delta: &mut Delta) {
        let Some(mut version) = self.version else { return };
        self.held.retain(|held, _| *held > version);
        while let Some(change) = self.held.remove(&(version + 1)) {
            version = change.version;
            self.version = Some(version);
            self.apply(change, delta);
        }
    }

    fn apply(&mut self, change: Change, delta: &mut Delta) {
        for user in change.left {
            if self.members.remove(&user).is_some() {
                delta.joined.retain(|member| member.id != user);
                delta.left.push(user);
            }
        }
        for member in change.joined {
            if self.members.get(&member.id) != Some(&member.name) {
                self.members.insert(member.id.clone(), member.name.clone());
                delta.left.retain(|user| *user != member.id);
                delta.joined.retain(|other| other.id != member.id);
                delta.joined.push(member);
            }
        }
    }

    fn replace(&mut self, snapshot: &Snapshot) -> Delta {
        let new: BTreeMap<_, _> =
            snapshot.members.iter().map(|member| (member.id.clone(), member.name.clone())).collect();
        let left = self.members.keys().filter(|user| !new.contains_key(*user)).cloned().collect();
        let joined =
            snapshot.members.iter().filter(|member| self.members.get(&member.id) != Some(&member.name)).cloned();
        let delta = Delta { joined: joined.collect(), left };
        self.members = new;
        self.version = Some(snapshot.version);
        delta
    }
}

#[cfg(test)]
mod tests;
