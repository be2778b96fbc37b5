//! Whatever happens to the notices, the roster ends up with the truth, and
//! whoever follows its deltas sees the same people.

use proptest::prelude::*;

use super::*;

fn member(user: u8, name: u8) -> Member {
    Member { id: UserId::parse(&format!("u{user}")).unwrap(), name: Name::parse(&format!("n{name}")).unwrap() }
}

/// What the store would hold, and what it announced.
#[derive(Clone, Default)]
struct Truth {
    version: u64,
    members: BTreeMap<UserId, Name>,
    announced: Vec<PresenceChange>,
}

impl Truth {
    fn at(version: u64) -> Self {
        Self { version, ..Self::default() }
    }

    fn enter(&mut self, member: Member) {
        if self.members.insert(member.id.clone(), member.name.clone()).as_ref() != Some(&member.name) {
            self.announce(vec![member], Vec::new());
        }
    }

    fn leave(&mut self, user: &UserId) {
        if self.members.remove(user).is_some() {
            self.announce(Vec::new(), vec![user.clone()]);
        }
    }

    fn announce(&mut self, joined: Vec<Member>, left: Vec<UserId>) {
        self.version += 1;
        self.announced.push(PresenceChange { version: self.version, count: self.members.len(), joined, left });
    }

    fn snapshot(&self) -> Snapshot {
        let members = self.members.iter().map(|(id, name)| Member { id: id.clone(), name: name.clone() }).collect();
        Snapshot { version: self.version, members, mine: Vec::new() }
    }
}

/// A roster and somebody who only sees its deltas.
#[derive(Default)]
struct Watched {
    roster: Roster,
    seen: BTreeMap<UserId, Name>,
}

impl Watched {
    fn loaded(truth: &Truth) -> Self {
        let mut watched = Self::default();
        watched.load(truth);
        watched
    }

    fn load(&mut self, truth: &Truth) {
        let ticket = self.roster.ask();
        self.answer(ticket, &truth.snapshot());
    }

    fn answer(&mut self, ticket: SnapshotRequest, snapshot: &Snapshot) {
        self.roster.answer(ticket, snapshot, &mut see(&mut self.seen));
        self.agrees();
    }

    fn on_change(&mut self, change: &PresenceChange) {
        self.roster.on_change(change.clone(), &mut see(&mut self.seen));
        self.agrees();
    }

    fn agrees(&self) {
        assert_eq!(self.seen, self.roster.members, "what is told is the whole story");
    }
}

fn see(seen: &mut BTreeMap<UserId, Name>) -> impl FnMut(&UserId, Option<&Name>, Option<&Name>) {
    |user, before, now| {
        assert_eq!(seen.get(user), before, "and the story hangs together");
        assert_ne!(before, now, "and says nothing that is not new");
        match now {
            Some(name) => seen.insert(user.clone(), name.clone()),
            None => seen.remove(user),
        };
    }
}

#[test]
fn a_change_on_top_is_told_at_once() {
    let mut truth = Truth::at(7);
    let mut watched = Watched::loaded(&truth);
    truth.enter(member(1, 1));
    watched.on_change(&truth.announced[0]);
    assert_eq!(watched.seen, truth.members);
    assert!(!watched.roster.wants_snapshot());
}

#[test]
fn a_missing_change_asks_for_a_snapshot_and_tells_the_difference() {
    let mut truth = Truth::default();
    let mut watched = Watched::loaded(&truth);
    for user in 1..=3 {
        truth.enter(member(user, 0));
    }
    truth.leave(&member(3, 0).id);
    watched.on_change(&truth.announced[0]);
    watched.on_change(&truth.announced[3]);
    assert_eq!(watched.seen.len(), 1, "nothing is told out of order");
    assert!(watched.roster.wants_snapshot());
    watched.load(&truth);
    assert_eq!(watched.seen, truth.members);
}

#[test]
fn an_answer_that_was_overtaken_changes_nothing() {
    let mut truth = Truth::default();
    let mut watched = Watched::loaded(&truth);
    let ticket = watched.roster.ask();
    let old = truth.snapshot();
    truth.enter(member(1, 1));
    watched.on_change(&truth.announced[0]);
    watched.answer(ticket, &old);
    assert_eq!(watched.seen, truth.members);
}

#[test]
fn an_answer_from_before_the_doubt_does_not_count() {
    let mut truth = Truth::default();
    let mut watched = Watched::loaded(&truth);
    let ticket = watched.roster.ask();
    let old = truth.snapshot();
    truth.enter(member(1, 1));
    watched.roster.doubt();
    assert!(!watched.roster.wants_snapshot(), "one question at a time");
    watched.answer(ticket, &old);
    assert!(watched.seen.is_empty() && watched.roster.wants_snapshot());
}

#[test]
fn a_comparison_of_two_numbers_finds_what_was_missed() {
    let mut truth = Truth::at(7);
    truth.enter(member(1, 1));
    let compare = |watched: &mut Watched, known: u64, truth: &Truth| {
        watched.roster.compare(known, truth.version, truth.members.len());
    };
    let mut watched = Watched::loaded(&truth);
    compare(&mut watched, 8, &truth);
    watched.roster.expect_awaited();
    assert!(!watched.roster.wants_snapshot(), "nothing was missed");

    // A notice that was on its way at that moment.
    truth.enter(member(2, 2));
    compare(&mut watched, 8, &truth);
    watched.on_change(&truth.announced[1]);
    watched.roster.expect_awaited();
    assert!(!watched.roster.wants_snapshot(), "it came");

    truth.enter(member(3, 3));
    compare(&mut watched, 9, &truth);
    watched.roster.expect_awaited();
    assert!(watched.roster.wants_snapshot(), "it never came");

    let mut watched = Watched::loaded(&truth);
    watched.roster.compare(truth.version, truth.version - 1, 2);
    assert!(watched.roster.wants_snapshot(), "the store went back");
    let mut watched = Watched::loaded(&truth);
    watched.roster.compare(truth.version, truth.version, 2);
    assert!(watched.roster.wants_snapshot(), "another past, as long as ours");
}

#[test]
fn a_store_that_went_back_is_believed_and_asked_again() {
    let mut truth = Truth::default();
    truth.enter(member(1, 1));
    let before = truth.clone();
    truth.enter(member(2, 2));
    truth.enter(member(3, 3));
    let mut watched = Watched::loaded(&truth);
    watched.load(&before);
    assert_eq!(watched.seen, before.members);
    assert!(watched.roster.wants_snapshot());
    watched.load(&before);
    assert!(!watched.roster.wants_snapshot());
}

#[test]
fn endless_holes_do_not_hold_endless_changes() {
    let mut watched = Watched::loaded(&Truth::default());
    for version in 0..5000 {
        watched.on_change(&PresenceChange { version: version * 2 + 10, count: 0, joined: vec![], left: vec![] });
    }
    assert!(watched.roster.held.len() <= HELD);
    assert!(watched.roster.wants_snapshot());
}

/// One thing that happens, to the truth or on the way to the roster.
#[derive(Clone, Debug)]
enum Event {
    Enter(u8, u8),
    Leave(u8),
    /// A notice arrives: some earlier one, perhaps again.
    Hear(prop::sample::Index),
    Ask,
    /// The answer is made now...
    Look,
    /// The answer that was made arrives now.
    Answer,
    Doubt,
    /// The store's version and count are asked for...
    Question,
    /// ...and come back now; after a while the roster must have caught up.
    Compare,
    Expect,
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        4 => (0..6u8, 0..3u8).prop_map(|(user, name)| Event::Enter(user, name)),
        3 => (0..6u8).prop_map(Event::Leave),
        9 => any::<prop::sample::Index>().prop_map(Event::Hear),
        2 => Just(Event::Ask),
        2 => Just(Event::Look),
        2 => Just(Event::Answer),
        1 => Just(Event::Doubt),
        1 => Just(Event::Question),
        1 => Just(Event::Compare),
        1 => Just(Event::Expect),
    ];
    prop::collection::vec(event, 0..120)
}

proptest! {
    #[test]
    fn after_any_order_of_notices_the_roster_is_the_snapshot(events in events()) {
        let mut truth = Truth::at(100);
        let mut watched = Watched::default();
        let (mut ticket, mut answer, mut question) = (None, None, None);
        for event in events {
            match event {
                Event::Enter(user, name) => truth.enter(member(user, name)),
                Event::Leave(user) => truth.leave(&member(user, 0).id),
                Event::Hear(index) if !truth.announced.is_empty() => {
                    let change = index.get(&truth.announced).clone();
                    watched.on_change(&change);
                }
                Event::Ask if watched.roster.wants_snapshot() => {
                    ticket = Some(watched.roster.ask());
                    answer = None;
                }
                Event::Look => answer = ticket.map(|ticket| (ticket, truth.snapshot())),
                Event::Answer => if let Some((ticket, snapshot)) = answer.take() {
                    watched.answer(ticket, &snapshot);
                },
                Event::Doubt => watched.roster.doubt(),
                Event::Question => {
                    let known = watched.roster.version();
                    question = known.map(|known| (known, truth.version, truth.members.len()));
                }
                Event::Compare => if let Some((known, version, count)) = question.take() {
                    watched.roster.compare(known, version, count);
                },
                Event::Expect => watched.roster.expect_awaited(),
                _ => {}
            }
        }
        for change in &truth.announced {
            watched.on_change(change);
        }
        if watched.roster.asked.is_some() || watched.roster.wants_snapshot() {
            watched.load(&truth);
        }
        prop_assert_eq!(&watched.seen, &truth.members);
        prop_assert!(!watched.roster.wants_snapshot());
    }
}
