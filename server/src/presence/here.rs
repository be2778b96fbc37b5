//! One channel as this node sees it: its own people, beside the roster of all.
//!
//! Counts connections and says which call to the store is due for whom: at
//! most one at a time for each person, so that a leave cannot overtake the
//! enter after it. Makes no call itself and reads no clock.

use std::collections::{HashMap, HashSet};

use protocol::{Member, Name, Presence, UserId, limits};

use super::roster::{Delta, Roster, Ticket};
use super::service::Departure;
use super::{Change, Glimpse, Snapshot};
use crate::channel::Channel;

const PAGE: usize = limits::MEMBERS_PER_FRAME;

/// Something that is due in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Call {
    Enter(Member),
    Leave(UserId),
}

/// The end of a grace; worth something only while it is the person's latest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Goodbye(u64);

/// What one node knows of one channel.
#[derive(Debug)]
pub(super) struct Here {
    channel: Channel,
    pub(super) roster: Roster,
    people: HashMap<UserId, Person>,
    connections: usize,
    goodbyes: u64,
    /// Somebody was shown who is here, so they must be told what changes.
    shown: bool,
}

#[derive(Debug)]
struct Person {
    name: Name,
    connections: usize,
    /// The last connection was lost, and may come back until this is due.
    goodbye: Option<Goodbye>,
    entry: Entry,
    call: Under,
}

/// What is known of a person's entry in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Entry {
    Absent,
    As(Name),
    Unknown,
}

/// Whether a call is under way for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Under {
    Nothing,
    Way,
    /// It is, but entries were lost meanwhile: its outcome proves nothing.
    Doubt,
}

impl Here {
    pub(super) fn new(channel: Channel) -> Self {
        Self { channel, roster: Roster::default(), people: HashMap::new(), connections: 0, goodbyes: 0, shown: false }
    }

    /// Whether nobody is here and nothing is left to do.
    pub(super) fn is_over(&self) -> bool {
        self.people.is_empty()
    }

    /// Whether the roster has to be right, is not, and nobody asked for it yet.
    pub(super) fn wants_snapshot(&self) -> bool {
        self.connections > 0 && self.roster.wants_snapshot()
    }

    /// Whether the roster has to be right, and the first answer is still to come.
    pub(super) fn waits_for_first(&self) -> bool {
        self.connections > 0 && !self.roster.is_loaded()
    }

    /// One more connection.
    pub(super) fn arrive(&mut self, member: &Member) {
        self.connections += 1;
        let person = self.people.entry(member.id.clone()).or_insert_with(|| Person::new(member.name.clone()));
        person.connections += 1;
        person.goodbye = None;
        person.name = member.name.clone();
    }

    /// One connection less. Says when a grace begins.
    pub(super) fn depart(&mut self, user: &UserId, departure: Departure) -> Option<Goodbye> {
        let person = self.people.get_mut(user).filter(|person| person.connections > 0)?;
        person.connections -= 1;
        self.connections -= 1;
        if self.connections == 0 {
            // Without a connection the node gets no notices of this channel.
            self.roster.forget();
            self.shown = false;
        }
        if person.connections > 0 || departure == Departure::Clean {
            return None;
        }
        self.goodbyes += 1;
        person.goodbye = Some(Goodbye(self.goodbyes));
        person.goodbye
    }

    /// The grace is over; unless they came back meanwhile, the person is gone.
    pub(super) fn say_goodbye(&mut self, user: &UserId, goodbye: Goodbye) {
        if let Some(person) = self.people.get_mut(user) {
            person.goodbye.take_if(|latest| *latest == goodbye);
        }
    }

    /// Says whether the person is here.
    pub(super) fn rename(&mut self, member: &Member) -> bool {
        let Some(person) = self.people.get_mut(&member.id) else { return false };
        person.name = member.name.clone();
        true
    }

    /// What is due for a person, if no call is under way. It is under way now.
    pub(super) fn next_call(&mut self, user: &UserId) -> Option<Call> {
        let person = self.people.get_mut(user)?;
        match person.due(user) {
            Some(call) => {
                person.call = Under::Way;
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

    /// The outcome of a call.
    pub(super) fn called<E>(&mut self, call: Call, outcome: &Result<(), E>) {
        let (user, entry) = match call {
            Call::Enter(member) => (member.id, Entry::As(member.name)),
            Call::Leave(user) => (user, Entry::Absent),
        };
        let Some(person) = self.people.get_mut(&user) else { return };
        let is_known = outcome.is_ok() && person.call == Under::Way;
        person.entry = if is_known { entry } else { Entry::Unknown };
        person.call = Under::Nothing;
    }

    /// The store may have lost every entry of this node.
    pub(super) fn doubt_entries(&mut self) {
        self.people.values_mut().for_each(Person::doubt);
    }

    /// For whom something is due.
    pub(super) fn unsettled(&self) -> Vec<UserId> {
        self.people
            .iter()
            .filter(|(user, person)| person.due(user).is_some() || person.is_over())
            .map(|(user, _)| user.clone())
            .collect()
    }

    /// Takes a change that a node announced; gives what to tell.
    pub(super) fn hear(&mut self, change: Change) -> Option<Presence> {
        if self.connections == 0 {
            return None;
        }
        let delta = self.roster.hear(change);
        self.learn_names(&delta.joined);
        self.frame(delta)
    }

    /// Takes a snapshot, and marks whose entries are not as they should be;
    /// gives what to tell.
    pub(super) fn answer(&mut self, ticket: Ticket, snapshot: &Snapshot) -> Option<Presence> {
        let delta = self.roster.answer(ticket, snapshot)?;
        self.compare_entries(snapshot);
        self.learn_names(&delta.joined);
        self.frame(delta)
    }

    /// The first page of who is here, as one of them is shown it.
    pub(super) fn page(&mut self, you: &UserId) -> Glimpse {
        self.shown = true;
        let mut page = if self.roster.is_loaded() {
            Glimpse { members: self.roster.members().take(PAGE).collect(), count: self.roster.count() }
        } else {
            self.own_people()
        };
        let Some(person) = self.people.get(you) else { return page };
        if page.members.iter().all(|member| member.id != *you) {
            page.count += usize::from(self.roster.is_loaded() && !self.roster.has(you));
            page.members.truncate(PAGE - 1);
            page.members.push(Member { id: you.clone(), name: person.name.clone() });
        }
        page
    }

    /// Until the store has answered, at least those on this node are known.
    fn own_people(&self) -> Glimpse {
        let people = || self.people.iter().filter(|(_, person)| person.connections > 0);
        let member = |(id, person): (&UserId, &Person)| Member { id: id.clone(), name: person.name.clone() };
        Glimpse { members: people().take(PAGE).map(member).collect(), count: people().count() }
    }

    fn frame(&self, delta: Delta) -> Option<Presence> {
        if delta.is_empty() || !self.shown {
            return None;
        }
        let mut joined = delta.joined;
        joined.truncate(PAGE);
        Some(Presence {
            room_id: self.channel.room().clone(),
            joined,
            left: delta.left,
            member_count: self.roster.count(),
        })
    }

    /// Somebody who has another name elsewhere has it here too; otherwise
    /// entering them again would bring the old one back.
    fn learn_names(&mut self, members: &[Member]) {
        for member in members {
            let Some(person) = self.people.get_mut(&member.id) else { continue };
            if matches!(person.entry, Entry::As(_)) && person.is_settled(&member.id) {
                person.name = member.name.clone();
                person.entry = Entry::As(member.name.clone());
            }
        }
    }

    /// A store that was set back has lost entries, or brought some back.
    fn compare_entries(&mut self, snapshot: &Snapshot) {
        let mine: HashSet<&UserId> = snapshot.mine.iter().collect();
        for (user, person) in &mut self.people {
            if matches!(person.entry, Entry::As(_)) && !mine.contains(user) {
                person.doubt();
            }
        }
        for member in snapshot.members.iter().filter(|member| mine.contains(&member.id)) {
            // Nobody is connected, so all that is due for them is a leave.
            let back_from_the_past = || Person { entry: Entry::Unknown, ..Person::new(member.name.clone()) };
            self.people.entry(member.id.clone()).or_insert_with(back_from_the_past);
        }
    }
}

impl Person {
    fn new(name: Name) -> Self {
        Self { name, connections: 0, goodbye: None, entry: Entry::Absent, call: Under::Nothing }
    }

    fn due(&self, user: &UserId) -> Option<Call> {
        if self.call != Under::Nothing {
            return None;
        }
        let is_here = self.connections > 0 || self.goodbye.is_some();
        match &self.entry {
            Entry::As(name) if is_here && *name == self.name => None,
            Entry::Absent if !is_here => None,
            _ if is_here => Some(Call::Enter(Member { id: user.clone(), name: self.name.clone() })),
            _ => Some(Call::Leave(user.clone())),
        }
    }

    fn is_settled(&self, user: &UserId) -> bool {
        self.call == Under::Nothing && self.due(user).is_none()
    }

    fn is_over(&self) -> bool {
        self.connections == 0 && self.goodbye.is_none() && self.entry == Entry::Absent && self.call == Under::Nothing
    }

    fn doubt(&mut self) {
        match self.call {
            Under::Nothing => self.entry = Entry::Unknown,
            Under::Way | Under::Doubt => self.call = Under::Doubt,
        }
    }
}
