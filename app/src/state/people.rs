//! Who is in the room, and who of them is typing.

use protocol::link::Event;
use protocol::{Member, UserId, limits};

/// The people of a room.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct People {
    me: UserId,
    members: Vec<Member>,
    count: usize,
    typing: Vec<(Member, u64)>,
}

impl People {
    /// Those that the page came with.
    pub(crate) fn new(me: UserId, members: Vec<Member>, count: usize) -> Self {
        Self { me, members, count, typing: Vec::new() }
    }

    /// The first of them; [`Self::count`] tells how many there are.
    pub(crate) fn members(&self) -> &[Member] {
        &self.members
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.count.max(self.members.len())
    }

    /// How many there are beside those in the list.
    pub(crate) fn more(&self) -> usize {
        self.count().saturating_sub(self.members.len())
    }

    /// Somebody in the list.
    pub(crate) fn find(&self, id: &UserId) -> Option<&Member> {
        self.members.iter().find(|member| member.id == *id)
    }

    /// Whether this is the reader.
    pub(crate) fn is_me(&self, id: &UserId) -> bool {
        self.me == *id
    }

    /// Whether somebody is typing.
    pub(crate) fn is_typing(&self, id: &UserId) -> bool {
        self.typing.iter().any(|(member, _)| member.id == *id)
    }

    /// The names of those who are typing.
    pub(crate) fn typing(&self) -> Vec<String> {
        self.typing.iter().map(|(member, _)| member.name.to_string()).collect()
    }

    /// Takes in what the link tells; says whether anything is different now.
    pub(crate) fn fold(&mut self, event: &Event, now_ms: u64) -> bool {
        match event {
            Event::Entered(joined) => {
                self.me = joined.you.id.clone();
                self.members = joined.members.clone();
                self.count = joined.member_count;
                let present: Vec<_> = self.members.iter().map(|member| member.id.clone()).collect();
                self.typing.retain(|(member, _)| present.contains(&member.id));
            }
            Event::Presence(presence) => {
                self.leave(&presence.left);
                presence.joined.iter().for_each(|member| self.arrive(member));
                self.count = presence.member_count;
            }
            Event::Typing(typing) if typing.member.id != self.me => {
                let until = now_ms + limits::TYPING_SHOWN.as_millis() as u64;
                self.typing.retain(|(member, _)| member.id != typing.member.id);
                self.typing.push((typing.member.clone(), until));
            }
            Event::Said(messages) => {
                // Who has said it is no longer typing it.
                let before = self.typing.len();
                self.typing.retain(|(member, _)| messages.iter().all(|message| message.author.id != member.id));
                return self.typing.len() != before;
            }
            _ => return false,
        }
        true
    }

    /// Forgets who has not been typing for a while; says whether anybody was.
    pub(crate) fn expire(&mut self, now_ms: u64) -> bool {
        let before = self.typing.len();
        self.typing.retain(|(_, until)| *until > now_ms);
        self.typing.len() != before
    }

    fn arrive(&mut self, new: &Member) {
        if let Some(known) = self.members.iter_mut().find(|member| member.id == new.id) {
            known.name = new.name.clone();
        } else if self.members.len() < limits::MEMBERS_PER_FRAME {
            self.members.push(new.clone());
        }
    }

    fn leave(&mut self, left: &[UserId]) {
        self.members.retain(|member| !left.contains(&member.id));
        self.typing.retain(|(member, _)| !left.contains(&member.id));
    }
}

#[cfg(test)]
mod tests {
    use protocol::{Presence, Typing};

    use super::*;
    use crate::state::testing::{member, message, room};

    fn garden() -> People {
        People::new(member("ana").id, vec![member("ana"), member("ben")], 2)
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
    fn typing_is_shown_until_it_is_said_or_some_seconds_later() {
        let mut people = garden();
        people.fold(&typing("ben"), 1000);
        assert_eq!(people.typing(), ["Ben"]);
        assert!(people.fold(&Event::Said(vec![message(1, "ben", "hi", 0)]), 1100));
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
