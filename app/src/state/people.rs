//! The members of the room, and who of them is typing.

use client::room::Event;
use protocol::{Member, MembersPage, RoomEvent, RoomId, UserId, limits};

use super::people_list::PeopleList;

/// The members of a room, as the page knows them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct People {
    room: RoomId,
    me: UserId,
    list: PeopleList,
    count: usize,
    paging: Paging,
    typing: Vec<(Member, u64)>,
}

/// The state of loading more members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paging {
    /// No more were asked for.
    Resting,
    /// The next page is being loaded.
    Coming,
    /// The members that were asked for came.
    Done,
    /// The next page could not be loaded.
    Failed,
}

impl People {
    /// The members that the page was rendered with.
    pub(crate) fn new(room: RoomId, me: UserId, members: Vec<Member>, count: usize) -> Self {
        let list = PeopleList::new(me.clone(), members, count);
        Self { room, me, list, count, paging: Paging::Resting, typing: Vec::new() }
    }

    /// The first members; [`Self::count`] tells how many there are.
    pub(crate) fn members(&self) -> &[Member] {
        self.list.members()
    }

    /// The number of all members.
    pub(crate) fn count(&self) -> usize {
        self.count.max(self.members().len())
    }

    /// The number of members beside those in the list.
    pub(crate) fn more(&self) -> usize {
        self.count().saturating_sub(self.members().len())
    }

    /// A member in the list.
    pub(crate) fn find(&self, id: &UserId) -> Option<&Member> {
        self.list.find(id)
    }

    /// The state of loading more members.
    pub(crate) fn paging(&self) -> Paging {
        self.paging
    }

    /// Begins to load more, unless that is going on: the room, and the member to begin after.
    pub(crate) fn ask(&mut self) -> Option<(RoomId, Option<UserId>)> {
        if self.paging == Paging::Coming {
            return None;
        }
        self.paging = Paging::Coming;
        Some((self.room.clone(), self.list.ask()))
    }

    /// Takes the next page; `None`: it could not be loaded.
    pub(crate) fn answer(&mut self, page: Option<MembersPage>) {
        self.paging = if page.is_some() { Paging::Done } else { Paging::Failed };
        match page {
            Some(page) => self.list.take(page),
            None => self.list.give_up(),
        }
    }

    /// Whether this is the reader.
    pub(crate) fn is_me(&self, id: &UserId) -> bool {
        self.me == *id
    }

    /// Whether this member is typing.
    pub(crate) fn is_typing(&self, id: &UserId) -> bool {
        self.typing.iter().any(|(member, _)| member.id == *id)
    }

    /// The names of members who are typing.
    pub(crate) fn typing(&self) -> Vec<String> {
        self.typing.iter().map(|(member, _)| member.name.to_string()).collect()
    }

    /// Applies an event of the client; true if anything changed.
    pub(crate) fn fold(&mut self, event: &Event, now_ms: u64) -> bool {
        match event {
            Event::Entered(joined) => {
                self.me = joined.you.id.clone();
                self.list = PeopleList::new(self.me.clone(), joined.members.clone(), joined.member_count);
                self.count = joined.member_count;
                self.typing.retain(|(member, _)| self.list.find(&member.id).is_some());
            }
            Event::Presence(presence) => {
                presence.left.iter().for_each(|user| self.list.leave(user));
                self.typing.retain(|(member, _)| !presence.left.contains(&member.id));
                presence.joined.iter().for_each(|member| self.list.arrive(member));
                self.count = presence.member_count;
            }
            Event::Typing(typing) if typing.member.id != self.me => {
                let until = now_ms + limits::TYPING_TTL.as_millis() as u64;
                self.typing.retain(|(member, _)| member.id != typing.member.id);
                self.typing.push((typing.member.clone(), until));
            }
            Event::Logged(events) => {
                // Somebody who has sent a message is no longer typing it.
                let before = self.typing.len();
                let is_by = |event: &RoomEvent, member: &Member| matches!(event, RoomEvent::Posted(message) if message.author.id == member.id);
                self.typing.retain(|(member, _)| !events.iter().any(|event| is_by(event, member)));
                return self.typing.len() != before;
            }
            _ => return false,
        }
        true
    }

    /// Drops members who have not typed for a while; true if there were any.
    pub(crate) fn expire(&mut self, now_ms: u64) -> bool {
        let before = self.typing.len();
        self.typing.retain(|(_, until)| *until > now_ms);
        self.typing.len() != before
    }
}

#[cfg(test)]
mod tests {
    use protocol::{Presence, Typing};

    use super::*;
    use crate::state::testing::{member, message, room, said};

    fn garden() -> People {
        People::new(room(), member("ana").id, vec![member("ana"), member("ben")], 2)
    }

    fn typing(who: &str) -> Event {
        Event::Typing(Typing { room_id: room(), member: member(who) })
    }

    fn presence(joined: &[&str], left: &[&str], member_count: usize) -> Event {
        Event::Presence(Presence {
            room_id: room(),
            joined: joined.iter().map(|who| member(who)).collect(),
            left: left.iter().map(|who| member(who).id).collect(),
            member_count,
        })
    }

    fn names(people: &People) -> Vec<&str> {
        people.members().iter().map(|member| member.name.as_str()).collect()
    }

    #[test]
    fn people_come_and_go() {
        let mut people = garden();
        assert!(people.fold(&presence(&["cem"], &["ben"], 2), 0));
        assert_eq!(names(&people), ["Ana", "Cem"]);
        assert_eq!(people.count(), 2);
    }

    #[test]
    fn a_new_name_replaces_the_old_one() {
        let mut people = garden();
        let renamed = Member { name: protocol::Name::parse("Benedikt").unwrap(), ..member("ben") };
        let event = Event::Presence(Presence { room_id: room(), joined: vec![renamed], left: vec![], member_count: 2 });
        people.fold(&event, 0);
        assert_eq!(names(&people), ["Ana", "Benedikt"]);
    }

    #[test]
    fn a_long_list_is_counted_not_shown() {
        let mut people = garden();
        people.fold(&presence(&[], &[], 250), 0);
        assert_eq!((people.members().len(), people.more()), (2, 248));
    }

    #[test]
    fn more_are_asked_for_once_at_a_time() {
        let mut people = garden();
        people.fold(&presence(&[], &[], 250), 0);
        assert_eq!(people.ask(), Some((room(), None)));
        assert_eq!(people.ask(), None);
        people.answer(None);
        assert_eq!(people.paging(), Paging::Failed);
        assert!(people.ask().is_some());
        let members = vec![member("ana"), member("ben"), member("cem")];
        people.answer(Some(MembersPage { members, member_count: 250, next: Some(member("cem").id) }));
        assert_eq!((people.paging(), people.more()), (Paging::Done, 247));
        assert_eq!(people.ask(), Some((room(), Some(member("cem").id))));
    }

    #[test]
    fn typing_is_shown_until_it_is_said_or_some_seconds_later() {
        let mut people = garden();
        people.fold(&typing("ben"), 1000);
        assert_eq!(people.typing(), ["Ben"]);
        assert!(people.fold(&said([message(1, "ben", "hi", 0)]), 1100));
        assert!(people.typing().is_empty());

        people.fold(&typing("ben"), 1000);
        assert!(!people.expire(5999));
        assert!(people.expire(6000));
        assert!(people.typing().is_empty());
    }

    #[test]
    fn nobody_is_told_that_they_are_typing_themselves() {
        let mut people = garden();
        assert!(!people.fold(&typing("ana"), 0));
        assert!(people.typing().is_empty());
    }
}
