//! The people in the list: the first ones in the order of their ids, as far as pages of them were
//! loaded, and the reader.
//!
//! Follows who comes and goes within what is listed, so the next page goes on
//! exactly where the list ends. Stays as long as what was asked
//! for, however many come.

use protocol::{Member, MembersPage, UserId, limits};

/// A part of a room's members, without gaps.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PeopleList {
    me: UserId,
    /// In the order of their ids.
    members: Vec<Member>,
    available: Availability,
    /// How many it holds at most.
    room_for: usize,
    /// Members who left since a page was asked for, which may still name them.
    gone: Option<Vec<UserId>>,
}

/// How far the list is complete; beyond that, it contains the reader alone.
#[derive(Clone, Debug, PartialEq)]
enum Availability {
    All,
    UpTo(UserId),
    Nobody,
}

impl PeopleList {
    /// The first page of `count` members.
    pub(crate) fn new(me: UserId, members: Vec<Member>, count: usize) -> Self {
        let room_for = limits::MEMBERS_PER_FRAME.max(members.len());
        let mut list = Self { me, members: Vec::new(), available: Availability::All, room_for, gone: None };
        // Inserted one by one, as later ones are: sorting would cost more bytes than time.
        for member in members {
            list.insert(member);
        }
        if list.members.len() < count {
            list.end_here();
        }
        list
    }

    pub(crate) fn members(&self) -> &[Member] {
        &self.members
    }

    pub(crate) fn find(&self, id: &UserId) -> Option<&Member> {
        self.place(id).ok().and_then(|at| self.members.get(at))
    }

    /// Adds a member who came, or has a new name.
    pub(crate) fn arrive(&mut self, new: &Member) {
        if let Some(gone) = &mut self.gone {
            gone.retain(|user| *user != new.id);
        }
        let is_listed = new.id == self.me
            || match &self.available {
                Availability::All => true,
                Availability::UpTo(last) => new.id <= *last,
                Availability::Nobody => false,
            };
        match self.place(&new.id) {
            Ok(at) => self.members[at].name = new.name.clone(),
            Err(at) if is_listed => self.members.insert(at, new.clone()),
            Err(_) => {}
        }
        if self.members.len() > self.room_for {
            if let Some(last) = self.members.iter().rposition(|member| member.id != self.me) {
                self.members.remove(last);
            }
            self.end_here();
        }
    }

    /// Notes that somebody left the room.
    pub(crate) fn leave(&mut self, user: &UserId) {
        if let Ok(at) = self.place(user) {
            self.members.remove(at);
        }
        if let Some(gone) = &mut self.gone {
            gone.push(user.clone());
        }
    }

    /// Begins to wait for the next page; returns the member to begin after.
    pub(crate) fn ask(&mut self) -> Option<UserId> {
        self.gone = Some(Vec::new());
        match &self.available {
            Availability::UpTo(last) => Some(last.clone()),
            // All were listed, and still some are missing: from the beginning.
            Availability::All | Availability::Nobody => None,
        }
    }

    /// Takes the next page. One that was asked for before the list began anew is ignored.
    pub(crate) fn take(&mut self, page: MembersPage) {
        let Some(gone) = self.gone.take() else { return };
        for member in page.members {
            if !gone.contains(&member.id) {
                self.insert(member);
            }
        }
        self.available = page.next.map_or(Availability::All, Availability::UpTo);
        self.room_for = self.room_for.max(self.members.len());
    }

    /// Notes that no page will come.
    pub(crate) fn give_up(&mut self) {
        self.gone = None;
    }

    fn end_here(&mut self) {
        let last = self.members.iter().rev().find(|member| member.id != self.me);
        self.available = last.map_or(Availability::Nobody, |last| Availability::UpTo(last.id.clone()));
    }

    /// Inserts a member in order, unless they are there.
    fn insert(&mut self, member: Member) {
        if let Err(at) = self.place(&member.id) {
            self.members.insert(at, member);
        }
    }

    fn place(&self, id: &UserId) -> Result<usize, usize> {
        self.members.binary_search_by(|member| member.id.cmp(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::testing::member;

    const MOST: usize = limits::MEMBERS_PER_FRAME;

    fn person(n: usize) -> Member {
        member(&format!("p{n:04}"))
    }

    /// The server's page after somebody, of a room with all even people below `end`.
    fn page(after: Option<&UserId>, end: usize) -> MembersPage {
        let all = (0..end).step_by(2).map(person);
        let mut members: Vec<_> =
            all.filter(|member| after.is_none_or(|after| member.id > *after)).take(MOST + 1).collect();
        let next = (members.len() > MOST).then(|| members[MOST - 1].id.clone());
        members.truncate(MOST);
        MembersPage { members, member_count: end / 2, next }
    }

    /// What somebody is shown who enters a room of 250.
    fn entered() -> PeopleList {
        let mut members = page(None, 500).members;
        members.pop();
        members.push(member("zoe"));
        PeopleList::new(member("zoe").id, members, 251)
    }

    fn ids(list: &PeopleList) -> Vec<&str> {
        list.members().iter().map(|member| member.id.as_str()).collect()
    }

    #[test]
    fn page_after_page_lists_everybody_once() {
        let mut list = entered();
        for expected in [200, 251] {
            let after = list.ask();
            list.take(page(after.as_ref(), 500));
            assert_eq!(list.members().len(), expected);
        }
        let all: Vec<_> = (0..500).step_by(2).map(person).chain([member("zoe")]).collect();
        assert_eq!(list.members(), all);
        assert_eq!(list.ask(), None);
    }

    #[test]
    fn the_list_follows_its_own_part_and_does_not_grow() {
        let mut list = entered();
        list.arrive(&person(401));
        assert!(!ids(&list).contains(&"p0401"), "beyond the list");
        list.arrive(&person(51));
        assert_eq!(list.members().len(), MOST, "one came and the last one made room");
        assert!(ids(&list).contains(&"p0051") && !ids(&list).contains(&"p0196") && ids(&list).contains(&"zoe"));
        let after = list.ask();
        list.take(page(after.as_ref(), 500));
        assert!(ids(&list).contains(&"p0196"), "the next page goes on where the list ends");
    }

    #[test]
    fn who_went_while_a_page_was_on_its_way_is_not_listed() {
        let mut list = entered();
        let after = list.ask();
        let page = page(after.as_ref(), 500);
        list.leave(&person(210).id);
        list.leave(&person(220).id);
        list.arrive(&person(220));
        list.take(page);
        assert!(!ids(&list).contains(&"p0210") && ids(&list).contains(&"p0220"));
    }

    #[test]
    fn a_page_for_a_list_that_began_anew_is_left_aside() {
        let mut list = entered();
        let after = list.ask();
        let mut anew = entered();
        anew.take(page(after.as_ref(), 500));
        assert_eq!(anew, entered());
    }

    #[test]
    fn a_small_room_is_listed_whole_until_it_is_large() {
        let mut list = PeopleList::new(member("ana").id, vec![member("ana")], 1);
        (0..500).rev().for_each(|n| list.arrive(&person(n)));
        let first: Vec<_> = [member("ana")].into_iter().chain((0..MOST - 1).map(person)).collect();
        assert_eq!(list.members(), first);
    }
}
