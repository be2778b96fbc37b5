//! Whoever follows the frames ends up with the truth, whenever they came.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

fn user(n: u16) -> UserId {
    UserId::parse(&format!("u{n:04}")).unwrap()
}

fn name(n: u8) -> Name {
    Name::parse(&format!("n{n}")).unwrap()
}

/// A room, its changes that are not announced yet, and clients that follow it.
#[derive(Default)]
struct Room {
    members: BTreeMap<UserId, Name>,
    delta: Delta,
    watchers: Vec<BTreeMap<UserId, Name>>,
}

impl Room {
    fn enter(&mut self, who: u16, called: u8) {
        let before = self.members.insert(user(who), name(called));
        self.delta.note(&user(who), before.as_ref(), Some(&name(called)));
    }

    fn leave(&mut self, who: u16) {
        if let Some(before) = self.members.remove(&user(who)) {
            self.delta.note(&user(who), Some(&before), None);
        }
    }

    /// Somebody comes and is shown those up to `last`, or everybody.
    fn watch(&mut self, last: Option<u16>) {
        let last = last.map(user);
        let people = (Bound::Unbounded, last.as_ref().map_or(Bound::Unbounded, Bound::Included));
        let seen = self.members.range::<UserId, _>(people).map(|(id, name)| (id.clone(), name.clone()));
        self.watchers.push(seen.collect());
        self.delta.shown(people);
    }

    /// Announces the next frame; returns how many came and left in it.
    fn take_announcement(&mut self) -> Option<(usize, usize)> {
        let (joined, left) = self.delta.take()?;
        for watcher in &mut self.watchers {
            for member in &joined {
                watcher.insert(member.id.clone(), member.name.clone());
            }
            left.iter().for_each(|user| drop(watcher.remove(user)));
        }
        Some((joined.len(), left.len()))
    }
}

#[test]
fn who_came_and_went_before_it_was_told_is_not_told() {
    let mut room = Room::default();
    room.watch(None);
    room.enter(1, 1);
    room.leave(1);
    room.enter(2, 1);
    assert_eq!(room.take_announcement(), Some((1, 0)));
    room.leave(2);
    room.enter(2, 1);
    assert_eq!(room.take_announcement(), None);
}

#[test]
fn who_was_shown_somebody_is_told_that_they_went() {
    let mut room = Room::default();
    room.watch(None);
    room.enter(1, 1);
    room.watch(None);
    room.leave(1);
    assert_eq!(room.take_announcement(), Some((0, 1)));
    assert!(room.watchers.iter().all(BTreeMap::is_empty));
}

#[test]
fn a_frame_stays_bounded_and_the_next_ones_have_the_rest() {
    let mut room = Room::default();
    room.watch(None);
    (0..1200).for_each(|who| room.enter(who, 1));
    let frames = std::iter::from_fn(|| room.take_announcement()).collect::<Vec<_>>();
    assert_eq!(frames, [(MEMBERS_PER_FRAME, 0); 12]);
    (0..1200).for_each(|who| room.leave(who));
    (2000..2050).for_each(|who| room.enter(who, 1));
    let frames = std::iter::from_fn(|| room.take_announcement()).collect::<Vec<_>>();
    assert_eq!(frames, [(50, LEAVES_PER_FRAME), (0, LEAVES_PER_FRAME), (0, 200)]);
    assert_eq!(room.watchers[0], room.members);
}

#[derive(Clone, Debug)]
enum Event {
    Enter(u16, u8),
    Leave(u16),
    Watch(Option<u16>),
    Tell,
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        5 => (0..12u16, 0..2u8).prop_map(|(who, called)| Event::Enter(who, called)),
        5 => (0..12u16).prop_map(Event::Leave),
        1 => prop::option::of(0..12u16).prop_map(Event::Watch),
        1 => Just(Event::Tell),
    ];
    prop::collection::vec(event, 0..80)
}

proptest! {
    #[test]
    fn nobody_keeps_a_ghost_or_an_old_name(events in events()) {
        let mut room = Room::default();
        room.watch(None);
        let mut saw_all = vec![true];
        for event in events {
            match event {
                Event::Enter(who, called) => room.enter(who, called),
                Event::Leave(who) => room.leave(who),
                Event::Watch(last) => {
                    room.watch(last);
                    saw_all.push(last.is_none());
                }
                Event::Tell => drop(room.take_announcement()),
            }
        }
        while room.take_announcement().is_some() {}
        for (watcher, saw_all) in room.watchers.iter().zip(saw_all) {
            let right = watcher.iter().all(|(user, name)| room.members.get(user) == Some(name));
            prop_assert!(right, "{watcher:?} of {:?}", room.members);
            let all: BTreeSet<_> = room.members.keys().collect();
            prop_assert!(!saw_all || watcher.keys().collect::<BTreeSet<_>>() == all);
        }
    }
}
