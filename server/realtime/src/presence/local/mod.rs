//! One channel as this node sees it: its own people, beside the roster of all.
//!
//! Counts connections and tells which call to the store is due for whom: at most one at a time for each
//! person, so that a leave cannot overtake the enter after it. Makes no call itself and reads no clock.

use std::collections::{HashMap, HashSet};

use protocol::{Member, Name, UserId};

use super::delta::Delta;
use super::local_member::{Departure, GraceToken, LocalMember, StoreCall};
use super::roster::{Roster, SnapshotRequest};
use super::{Snapshot, Summary};
use crate::channel::Channel;
use crate::notice::PresenceChange;

mod shown;

/// What one node knows of one channel.
#[derive(Debug)]
pub(super) struct Local {
    channel: Channel,
    pub(super) roster: Roster,
    people: HashMap<UserId, LocalMember>,
    connections: usize,
    graces: u64,
    /// How many calls have ended, to know whether one did during a [`SummaryRequest`].
    calls: u64,
    /// Whether a client of this node was shown the members, so that changes must be announced.
    shown: bool,
    delta: Delta,
    /// Whether changes were announced a moment ago; the next ones wait for the end of the pause.
    pauses: bool,
}

/// The state at the time when the store was asked for its [`Summary`].
#[derive(Clone, Copy, Debug)]
pub(super) struct SummaryRequest {
    version: u64,
    calls: u64,
}

impl Local {
    pub(super) fn new(channel: Channel) -> Self {
        Self {
            channel,
            roster: Roster::default(),
            people: HashMap::new(),
            connections: 0,
            graces: 0,
            calls: 0,
            shown: false,
            delta: Delta::default(),
            pauses: false,
        }
    }

    /// Whether nobody of this node is in the channel and no call is due.
    pub(super) fn is_over(&self) -> bool {
        self.people.is_empty()
    }

    /// Whether a snapshot is needed that nobody has asked for yet.
    pub(super) fn wants_snapshot(&self) -> bool {
        self.connections > 0 && self.roster.wants_snapshot()
    }

    /// Whether the first snapshot is needed and has not come yet.
    pub(super) fn waits_for_first(&self) -> bool {
        self.connections > 0 && !self.roster.is_loaded()
    }

    /// Counts one more connection of a member.
    pub(super) fn arrive(&mut self, member: &Member) {
        self.connections += 1;
        let person = self.people.entry(member.id.clone()).or_insert_with(|| LocalMember::new(member.name.clone()));
        person.connections += 1;
        person.grace = None;
        person.name = member.name.clone();
    }

    /// Counts one connection less; returns a token if a grace begins.
    pub(super) fn depart(&mut self, user: &UserId, departure: Departure) -> Option<GraceToken> {
        let person = self.people.get_mut(user).filter(|person| person.connections > 0)?;
        person.connections -= 1;
        self.connections -= 1;
        if self.connections == 0 {
            // Without a connection here the node gets no notices of this channel.
            self.roster.forget();
            self.delta = Delta::default();
            self.shown = false;
        }
        if person.connections > 0 || departure == Departure::Clean {
            return None;
        }
        self.graces += 1;
        person.grace = Some(GraceToken(self.graces));
        person.grace
    }

    /// Ends a grace: unless the person came back meanwhile, they are gone.
    pub(super) fn end_grace(&mut self, user: &UserId, grace: GraceToken) {
        if let Some(person) = self.people.get_mut(user) {
            person.grace.take_if(|latest| *latest == grace);
        }
    }

    /// Gives a person a new name; false when they are not on this node.
    pub(super) fn rename(&mut self, member: &Member) -> bool {
        let Some(person) = self.people.get_mut(&member.id) else { return false };
        person.is_renamed |= person.name != member.name;
        person.name = member.name.clone();
        true
    }

    /// The name of somebody with a connection to this node.
    pub(super) fn name_of(&self, user: &UserId) -> Option<Name> {
        self.people.get(user).map(|person| person.name.clone())
    }

    /// Whether a person who enters was absent until now, or had another name, as far as this node knows.
    pub(super) fn is_new(&mut self, user: &UserId) -> bool {
        match self.people.get_mut(user) {
            Some(person) => std::mem::take(&mut person.is_renamed),
            None => !self.roster.has(user),
        }
    }

    /// Takes the call that is due for a person, unless one is under way.
    pub(super) fn next_call(&mut self, user: &UserId) -> Option<StoreCall> {
        let person = self.people.get_mut(user)?;
        match person.due(user) {
            Some(call) => {
                person.calls();
                Some(call)
            }
            None => {
                if person.is_over() {
                    self.people.remove(user);
                }
                None
            }
        }
    }

    /// Notes how a call ended.
    pub(super) fn called<E>(&mut self, call: StoreCall, outcome: &Result<(), E>) {
        self.calls += 1;
        let (user, name) = match call {
            StoreCall::Enter(member) => (member.id, Some(member.name)),
            StoreCall::Leave(user) => (user, None),
        };
        if let Some(person) = self.people.get_mut(&user) {
            person.called(name, outcome.is_ok());
        }
    }

    /// Marks every entry of this node as possibly lost; returns for whom a call is due.
    pub(super) fn doubt_entries(&mut self) -> Vec<UserId> {
        self.people.values_mut().for_each(LocalMember::doubt);
        self.unsettled()
    }

    /// The persons for whom a call is due.
    pub(super) fn unsettled(&self) -> Vec<UserId> {
        self.people
            .iter()
            .filter(|(user, person)| person.due(user).is_some() || person.is_over())
            .map(|(user, _)| user.clone())
            .collect()
    }

    /// Takes a change that a node announced.
    pub(super) fn on_change(&mut self, change: PresenceChange) {
        if self.connections > 0 {
            let Self { roster, people, delta, shown, .. } = self;
            roster.on_change(change, &mut watch(people, shown.then_some(delta)));
        }
    }

    /// Takes a snapshot, and marks the entries of this node that differ from it.
    pub(super) fn answer(&mut self, ticket: SnapshotRequest, snapshot: &Snapshot) {
        let Self { roster, people, delta, shown, .. } = self;
        if roster.answer(ticket, snapshot, &mut watch(people, shown.then_some(delta))) {
            self.compare_entries(snapshot);
        }
    }

    /// Begins a comparison with the store's [`Summary`]; `None` when a snapshot is under way or not needed.
    pub(super) fn begin_comparison(&self) -> Option<SummaryRequest> {
        let version = self.roster.version().filter(|_| self.connections > 0 && !self.roster.wants_snapshot())?;
        Some(SummaryRequest { version, calls: self.calls })
    }

    /// Compares with the store's summary. Only a difference that no notice or call under way explains
    /// asks for a snapshot.
    pub(super) fn compare(&mut self, question: SummaryRequest, summary: Summary) {
        self.roster.compare(question.version, summary.version, summary.count);
        let entries = self.people.values().filter(|person| person.has_entry()).count();
        let unsure = self.people.values().filter(|person| !person.is_settled()).count() as u64;
        let ended = self.calls - question.calls;
        if entries.abs_diff(summary.mine) as u64 > unsure + ended {
            self.roster.doubt();
        }
    }

    /// A store that was set back may have lost entries, or have old ones again.
    fn compare_entries(&mut self, snapshot: &Snapshot) {
        let mine: HashSet<&UserId> = snapshot.mine.iter().collect();
        for (user, person) in &mut self.people {
            if person.has_entry() && !mine.contains(user) {
                person.doubt();
            }
        }
        for member in snapshot.members.iter().filter(|member| mine.contains(&member.id)) {
            let ghost = || LocalMember::left_behind(member.name.clone());
            self.people.entry(member.id.clone()).or_insert_with(ghost);
        }
    }
}

/// Watches changes of the roster: notes them for those who were shown the members, and takes over names that
/// people of this node got elsewhere.
fn watch<'a>(
    people: &'a mut HashMap<UserId, LocalMember>,
    mut delta: Option<&'a mut Delta>,
) -> impl FnMut(&UserId, Option<&Name>, Option<&Name>) + 'a {
    move |user, before, now| {
        if let Some(delta) = &mut delta {
            delta.note(user, before, now);
        }
        if let (Some(person), Some(name)) = (people.get_mut(user), now) {
            person.learn_name(name);
        }
    }
}
