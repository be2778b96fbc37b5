//! The members as clients are shown them, and the changes that are announced.

use std::collections::HashSet;
use std::ops::Bound;

use protocol::{Member, MembersPage, Name, Presence, UserId, limits};

use super::super::Preview;
use super::super::local_member::LocalMember;
use super::Local;

const PAGE: usize = limits::MEMBERS_PER_FRAME;

impl Local {
    /// The first page of the members, as one of them is shown it.
    pub(in crate::presence) fn page(&mut self, you: &UserId) -> Preview {
        self.shown = true;
        let mut page = match self.members(None) {
            Some(page) => Preview { members: page.members, count: page.member_count },
            None => self.own_people(),
        };
        let Some(person) = self.people.get(you) else { return page };
        if page.members.iter().all(|member| member.id != *you) {
            page.count += usize::from(self.roster.is_loaded() && !self.roster.has(you));
            page.members.truncate(PAGE - 1);
            page.members.push(Member { id: you.clone(), name: person.name.clone() });
            self.delta.shown((Bound::Included(you), Bound::Included(you)));
        }
        page
    }

    /// A page of the members, from the first or after somebody; `None` where this node does not know them.
    pub(in crate::presence) fn members(&mut self, after: Option<&UserId>) -> Option<MembersPage> {
        if self.connections == 0 || !self.roster.is_loaded() {
            return None;
        }
        let mut members: Vec<_> = match after {
            None => self.roster.members().take(PAGE + 1).collect(),
            Some(after) => self.roster.members_after(after).take(PAGE + 1).collect(),
        };
        let has_more = members.len() > PAGE;
        members.truncate(PAGE);
        let next = members.last().filter(|_| has_more).map(|member| member.id.clone());
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let upto = next.as_ref().map_or(Bound::Unbounded, Bound::Included);
        self.delta.shown((from, upto));
        Some(MembersPage { members, member_count: self.roster.count(), next })
    }

    /// Takes the changes to announce now. In a large room, and where one frame was not enough, a
    /// pause follows, until [`Self::end_pause`].
    pub(in crate::presence) fn take_announcement(&mut self) -> Option<Presence> {
        if self.pauses {
            return None;
        }
        let (joined, left) = self.delta.take()?;
        let member_count = self.roster.count();
        self.pauses = member_count > limits::MEMBERS_SENT_AT_ONCE || !self.delta.is_empty();
        Some(Presence { room_id: self.channel.room(), joined, left, member_count })
    }

    /// Whether announcements have to wait.
    pub(in crate::presence) fn pauses(&self) -> bool {
        self.pauses
    }

    /// Allows announcements again, at the end of a pause.
    pub(in crate::presence) fn end_pause(&mut self) {
        self.pauses = false;
    }

    /// The ids of the members with a name that is wanted; `None` where this node does not know the members.
    pub(in crate::presence) fn members_called(&self, is_wanted: impl Fn(&Name) -> bool) -> Option<HashSet<UserId>> {
        let wanted = || self.roster.names().filter(|(_, name)| is_wanted(name));
        self.knows_all().then(|| wanted().map(|(id, _)| id.clone()).collect())
    }

    /// Whether a member has a name that is wanted; `None` where this node does not know the members.
    pub(in crate::presence) fn is_any_called(&self, is_wanted: impl Fn(&Name) -> bool) -> Option<bool> {
        self.knows_all().then(|| self.roster.names().any(|(_, name)| is_wanted(name)))
    }

    /// Whether the roster has all members, as of the last notice.
    fn knows_all(&self) -> bool {
        self.connections > 0 && self.roster.is_loaded()
    }

    /// Until the store has answered, at least this node's own people are known.
    fn own_people(&self) -> Preview {
        let people = || self.people.iter().filter(|(_, person)| person.connections > 0);
        let member = |(id, person): (&UserId, &LocalMember)| Member { id: id.clone(), name: person.name.clone() };
        Preview { members: people().take(PAGE).map(member).collect(), count: people().count() }
    }
}
