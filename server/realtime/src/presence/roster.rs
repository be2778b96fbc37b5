//! All members of one channel, as this node knows them: a fold over changes and snapshots
//! without clock or IO.
//!
//! Changes may come late, twice, in any order or not at all. The roster stays right: a change is applied only
//! to the version before it, and where that is not possible, a snapshot is needed.

use std::collections::BTreeMap;
use std::ops::Bound;

use protocol::{Member, Name, UserId};

use super::Snapshot;
use crate::notice::PresenceChange;

/// How many changes wait for a snapshot at most; the next snapshot has the others anyway.
const HELD: usize = 1024;

/// Is called for each person who changed, with their name before and now; `None` where they are absent.
pub type ChangeListener<'a> = dyn FnMut(&UserId, Option<&Name>, Option<&Name>) + 'a;

/// Identifies one request for a snapshot, so that an earlier answer is not taken for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnapshotRequest(u64);

/// Everybody in one channel on all nodes, as far as this node knows.
#[derive(Debug, Default)]
pub struct Roster {
    /// `None` until the first snapshot.
    version: Option<u64>,
    members: BTreeMap<UserId, Name>,
    /// Changes above `version` that cannot be applied yet.
    held: BTreeMap<u64, PresenceChange>,
    asked: Option<PendingSnapshot>,
    tickets: u64,
    doubtful: bool,
    /// A version that the store has and whose notice is under way, or lost.
    awaited: Option<u64>,
}

#[derive(Debug)]
struct PendingSnapshot {
    ticket: SnapshotRequest,
    /// The roster's version when the snapshot was asked for.
    version: Option<u64>,
    /// Notices may have been lost since, so the answer may be too old.
    too_early: bool,
}

impl Roster {
    /// Whether a snapshot has ever come.
    pub fn is_loaded(&self) -> bool {
        self.version.is_some()
    }

    /// Whether a snapshot is needed that nobody has asked for.
    pub fn wants_snapshot(&self) -> bool {
        self.asked.is_none() && (self.version.is_none() || self.doubtful || !self.held.is_empty())
    }

    /// The version that the roster is at; `None` before the first snapshot.
    pub fn version(&self) -> Option<u64> {
        self.version
    }

    /// All members, in the order of their ids.
    pub fn members(&self) -> impl Iterator<Item = Member> + '_ {
        self.members.iter().map(|(id, name)| Member { id: id.clone(), name: name.clone() })
    }

    /// The ids and names of all members, in the order of their ids.
    pub fn names(&self) -> impl Iterator<Item = (&UserId, &Name)> {
        self.members.iter()
    }

    /// The members after `user`, in the order of their ids.
    pub fn members_after(&self, user: &UserId) -> impl Iterator<Item = Member> + '_ {
        let after = (Bound::Excluded(user.clone()), Bound::Unbounded);
        self.members.range(after).map(|(id, name)| Member { id: id.clone(), name: name.clone() })
    }

    /// The number of members, on all nodes as far as this one knows.
    pub fn count(&self) -> usize {
        self.members.len()
    }

    /// Whether a person is a member.
    pub fn has(&self, user: &UserId) -> bool {
        self.members.contains_key(user)
    }

    /// Notes that notices may have been lost: only a snapshot that is asked for after this counts.
    pub fn doubt(&mut self) {
        self.doubtful = true;
        if let Some(asked) = &mut self.asked {
            asked.too_early = true;
        }
    }

    /// Compares with the store's version and count, which were asked for when the roster was at version
    /// `known`. Costs the same in a room of any size.
    pub fn compare(&mut self, known: u64, version: u64, count: usize) {
        match self.version {
            Some(_) if version < known => self.doubt(),
            Some(here) if version > here => self.awaited = Some(version),
            Some(here) if version == here && count != self.count() => self.doubt(),
            _ => {}
        }
    }

    /// Asks for a snapshot if the notice that was under way at the last comparison still has not come.
    pub fn expect_awaited(&mut self) {
        if self.awaited.take() > self.version {
            self.doubt();
        }
    }

    /// Begins anew; answers that are under way no longer count.
    pub fn forget(&mut self) {
        *self = Self { tickets: self.tickets, ..Self::default() };
    }

    /// Notes that a snapshot is asked for now.
    ///
    /// Every change received until now is in the answer, or belongs to a past that the store has lost; so
    /// none is held any longer.
    pub fn ask(&mut self) -> SnapshotRequest {
        self.tickets += 1;
        let ticket = SnapshotRequest(self.tickets);
        self.held.clear();
        self.doubtful = false;
        self.asked = Some(PendingSnapshot { ticket, version: self.version, too_early: false });
        ticket
    }

    /// Notes that the request failed; a snapshot is still needed.
    pub fn unanswered(&mut self, ticket: SnapshotRequest) {
        if self.asked.take_if(|asked| asked.ticket == ticket).is_some() {
            self.doubtful = true;
        }
    }

    /// Takes a snapshot; false: the request no longer counts.
    pub fn answer(&mut self, ticket: SnapshotRequest, snapshot: &Snapshot, watch: &mut ChangeListener) -> bool {
        let Some(asked) = self.asked.take_if(|asked| asked.ticket == ticket) else { return false };
        if asked.too_early {
            return false;
        }
        let went_back = asked.version.is_some_and(|known| snapshot.version < known);
        if went_back {
            // The store lost its last changes. Some notices of its new history looked old and were ignored,
            // so read once more.
            self.held.clear();
            self.doubtful = true;
        } else if self.version.is_some_and(|version| snapshot.version < version) {
            // Changes that came since the request are newer than the answer.
            return true;
        }
        self.replace(snapshot, watch);
        self.apply_held(watch);
        true
    }

    /// Takes a change that a node announced.
    pub fn on_change(&mut self, change: PresenceChange, watch: &mut ChangeListener) {
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

    fn apply_held(&mut self, watch: &mut ChangeListener) {
        let Some(mut version) = self.version else { return };
        self.held.retain(|held, _| *held > version);
        while let Some(change) = self.held.remove(&(version + 1)) {
            version = change.version;
            self.version = Some(version);
            self.apply(change, watch);
        }
    }

    fn apply(&mut self, change: PresenceChange, watch: &mut ChangeListener) {
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

    fn replace(&mut self, snapshot: &Snapshot, watch: &mut ChangeListener) {
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
