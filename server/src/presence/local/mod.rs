//! One channel as this node sees it: its own people, beside the roster of all.
//!
//! Counts connections and says which call to the store is due for whom: at
//! most one at a time for each person, so that a leave cannot overtake the
//! enter after it. Makes no call itself and reads no clock.

use std::collections::{HashMap, HashSet};

use protocol::{Member, Name, UserId};

use super::delta::Delta;
use super::local_member::{Call, GraceToken, LocalMember};
use super::roster::{Roster, Ticket};
use super::service::Departure;
use super::{Change, Snapshot, Summary};
use crate::channel::Channel;

mod shown;

/// What one node knows of one channel.
#[derive(Debug)]
pub(super) struct Local {
    channel: Channel,
    pub(super) roster: Roster,
    people: HashMap<UserId, LocalMember>,
    connections: usize,
    goodbyes: u64,
    /// Calls that ended.
    calls: u64,
    /// Somebody was shown who is here, so they must be told what changes.
    shown: bool,
    news: Delta,
    /// Changes were told a moment ago; the next ones wait until it is over.
    pauses: bool,
}

/// What was known when the store was asked for its [`Summary`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Question {
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
            goodbyes: 0,
            calls: 0,
            shown: false,
            news: Delta::default(),
            pauses: false,
        }
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
        let person = self.people.entry(member.id.clone()).or_insert_with(|| LocalMember::new(member.name.clone()));
        person.connections += 1;
        person.goodbye = None;
        person.name = member.name.clone();
    }

    /// One connection less. Says when a grace begins.
    pub(super) fn depart(&mut self, user: &UserId, departure: Departure) -> Option<GraceToken> {
        let person = self.people.get_mut(user).filter(|person| person.connections > 0)?;
        person.connections -= 1;
        self.connections -= 1;
        if self.connections == 0 {
            // Without a connection the node gets no notices of this channel.
            self.roster.forget();
            self.news = Delta::default();
            self.shown = false;
        }
        if person.connections > 0 || departure == Departure::Clean {
            return None;
        }
        self.goodbyes += 1;
        person.goodbye = Some(GraceToken(self.goodbyes));
        person.goodbye
    }

    /// The grace is over; unless they came back meanwhile, the person is gone.
    pub(super) fn say_goodbye(&mut self, user: &UserId, goodbye: GraceToken) {
        if let Some(person) = self.people.get_mut(user) {
            person.goodbye.take_if(|latest| *latest == goodbye);
        }
    }

    /// Says whether the person is here.
    pub(super) fn rename(&mut self, member: &Member) -> bool {
        let Some(person) = self.people.get_mut(&member.id) else { return false };
        person.is_renamed |= person.name != member.name;
        person.name = member.name.clone();
        true
    }

    /// What somebody with a connection here is called.
    pub(super) fn name_of(&self, user: &UserId) -> Option<Name> {
        self.people.get(user).map(|person| person.name.clone())
    }

    /// Whether somebody who comes in is new here by their name, for all that this node knows: they were
    /// not here, or not under that name.
    pub(super) fn is_new(&mut self, user: &UserId) -> bool {
        match self.people.get_mut(user) {
            Some(person) => std::mem::take(&mut person.is_renamed),
            None => !self.roster.has(user),
        }
    }

    /// What is due for a person, if no call is under way. It is under way now.
    pub(super) fn next_call(&mut self, user: &UserId) -> Option<Call> {
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

    /// The outcome of a call.
    pub(super) fn called<E>(&mut self, call: Call, outcome: &Result<(), E>) {
        self.calls += 1;
        let (user, name) = match call {
            Call::Enter(member) => (member.id, Some(member.name)),
            Call::Leave(user) => (user, None),
        };
        if let Some(person) = self.people.get_mut(&user) {
            person.called(name, outcome.is_ok());
        }
    }

    /// The store may have lost every entry of this node. Gives for whom
    /// something is due.
    pub(super) fn doubt_entries(&mut self) -> Vec<UserId> {
        self.people.values_mut().for_each(LocalMember::doubt);
        self.unsettled()
    }

    /// For whom something is due.
    pub(super) fn unsettled(&self) -> Vec<UserId> {
        self.people
            .iter()
            .filter(|(user, person)| person.due(user).is_some() || person.is_over())
            .map(|(user, _)| user.clone())
            .collect()
    }

    /// Takes a change that a node announced.
    pub(super) fn hear(&mut self, change: Change) {
        if self.connections > 0 {
            let Self { roster, people, news, shown, .. } = self;
            roster.hear(change, &mut watch(people, shown.then_some(news)));
        }
    }

    /// Takes a snapshot, and marks whose entries are not as they should be.
    pub(super) fn answer(&mut self, ticket: Ticket, snapshot: &Snapshot) {
        let Self { roster, people, news, shown, .. } = self;
        if roster.answer(ticket, snapshot, &mut watch(people, shown.then_some(news))) {
            self.compare_entries(snapshot);
        }
    }

    /// What to compare a [`Summary`] with that is asked for now; nothing
    /// where a snapshot is on its way anyway, or not needed.
    pub(super) fn question(&self) -> Option<Question> {
        let version = self.roster.version().filter(|_| self.connections > 0 && !self.roster.wants_snapshot())?;
        Some(Question { version, calls: self.calls })
    }

    /// Compares with what the store says of itself. Only what cannot be
    /// explained by what is on its way asks for a snapshot.
    pub(super) fn compare(&mut self, question: Question, standing: Summary) {
        self.roster.compare(question.version, standing.version, standing.count);
        let entries = self.people.values().filter(|person| person.has_entry()).count();
        let unsure = self.people.values().filter(|person| !person.is_settled()).count() as u64;
        let ended = self.calls - question.calls;
        if entries.abs_diff(standing.mine) as u64 > unsure + ended {
            self.roster.doubt();
        }
    }

    /// A store that was set back has lost entries, or brought some back.
    fn compare_entries(&mut self, snapshot: &Snapshot) {
        let mine: HashSet<&UserId> = snapshot.mine.iter().collect();
        for (user, person) in &mut self.people {
            if person.has_entry() && !mine.contains(user) {
                person.doubt();
            }
        }
        for member in snapshot.members.iter().filter(|member| mine.contains(&member.id)) {
            let ghost = || LocalMember::back_from_the_past(member.name.clone());
            self.people.entry(member.id.clone()).or_insert_with(ghost);
        }
    }
}

/// Writes down what is different for those who were shown who is here, and
/// learns the names that people of this node have elsewhere.
fn watch<'a>(
    people: &'a mut HashMap<UserId, LocalMember>,
    mut news: Option<&'a mut Delta>,
) -> impl FnMut(&UserId, Option<&Name>, Option<&Name>) + 'a {
    move |user, before, now| {
        if let Some(news) = &mut news {
            news.note(user, before, now);
        }
        if let (Some(person), Some(name)) = (people.get_mut(user), now) {
            person.learn_name(name);
        }
    }
}
