//! The chat of a game's class: a room for those who play and those who host, and
//! for nobody else.
//!
//! It is named by the game's id, so that the next game with this PIN has another
//! one. Whoever is not in the game gets the same answer, whether there is such a
//! game or not, and is counted as if they had typed a wrong PIN.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use axum::http::HeaderMap;
use protocol::{CloseCode, ErrorCode, HostId, Pin, Refusal, RoomId, UserId};

use super::{Games, Key, Seeker, texts};
use crate::channel::{CLASS_ROOM, Channel};
use crate::outbox::Outbox;
use crate::session::{HostRole, Sessions, person_of};

/// Stands between the PIN and the id of the game; neither has one.
const BETWEEN: char = '~';
/// Where a program that keeps no cookies shows the token of a seat or of a host.
const HEADER: &str = "hubbub-token";
/// Tokens that are looked at, at most.
const TOKENS: usize = 200;

/// Whether a room is a class's, as far as its name tells; not whether there is
/// one. It is for nobody who is not let in here.
pub fn is_class_room(room: &RoomId) -> bool {
    room.as_str().starts_with(CLASS_ROOM)
}

impl Key {
    /// The room in which the class of this game chats.
    pub fn class_room(&self) -> Option<RoomId> {
        RoomId::parse(&format!("{CLASS_ROOM}{}{BETWEEN}{}", self.pin, self.id)).ok()
    }

    /// The game whose class chats in a room. It has one spelling alone.
    pub fn of_class_room(room: &RoomId) -> Option<Self> {
        let (pin, id) = room.as_str().strip_prefix(CLASS_ROOM)?.split_once(BETWEEN)?;
        let key = Self { pin: Pin::parse(pin).ok()?, id: id.to_owned() };
        (key.class_room().as_ref() == Some(room)).then_some(key)
    }
}

/// What somebody brings along who wants to read or write.
#[derive(Clone, Debug)]
pub struct Papers {
    /// Tokens of hosts and of seats, not looked at yet.
    tokens: Box<[String]>,
    /// Where those who are in no game are counted.
    address: IpAddr,
}

impl Papers {
    /// What a request from `address` brings, in its cookies or in a header of its own.
    pub fn of(sessions: &Sessions, headers: &HeaderMap, address: IpAddr) -> Self {
        let shown = headers.get_all(HEADER).iter().filter_map(|token| token.to_str().ok()).map(str::to_owned);
        let tokens = shown.chain(sessions.host_tokens(headers)).take(TOKENS).collect();
        Self { tokens, address }
    }
}

/// As what somebody is in a class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClassMember {
    /// Began the game.
    Owner(UserId),
    /// Was added as a host.
    AddedHost(HostId),
    /// Plays, by this seat.
    Player(UserId),
}

impl Games {
    /// Lets somebody into a room, to read or to write. Into the room of a class
    /// come those who are in it; all other rooms are open, and give `None`.
    ///
    /// # Errors
    /// The refusal to answer with.
    pub async fn admit_to_room(
        &self,
        room: &RoomId,
        person: &UserId,
        papers: &Papers,
    ) -> Result<Option<ClassMember>, Refusal> {
        if !is_class_room(room) {
            return Ok(None);
        }
        let Some(key) = Key::of_class_room(room) else { return Err(self.stranger(papers).await) };
        let (found, member) = self.class_of(&key.pin, person, papers).await?;
        if found == key { Ok(Some(member)) } else { Err(self.stranger(papers).await) }
    }

    /// Where the class of a PIN chats, for those who are in it.
    ///
    /// # Errors
    /// The refusal to answer with.
    pub async fn class_room(&self, pin: &Pin, person: &UserId, papers: &Papers) -> Result<RoomId, Refusal> {
        let (key, _) = self.class_of(pin, person, papers).await?;
        key.class_room().ok_or_else(texts::no_class)
    }

    /// What the chat of a class is called.
    pub async fn class_title(&self, room: &RoomId) -> Option<String> {
        let key = Key::of_class_room(room)?;
        let loaded = self.load(&key.pin).await.ok().filter(|loaded| loaded.key == key)?;
        Some(format!("Class chat: {}", self.played_in(&loaded).await.ok()?.quiz.quiz.title))
    }

    async fn class_of(&self, pin: &Pin, person: &UserId, papers: &Papers) -> Result<(Key, ClassMember), Refusal> {
        let seat = papers.tokens.first().map(String::as_str);
        let seeker = Seeker { address: papers.address, person: Some(person), hosts: &papers.tokens, seat };
        let key = match self.find(pin, seeker).await {
            // Counted already.
            Err(refusal) if refusal.code == ErrorCode::NoGame => return Err(texts::no_class()),
            found => found?.key,
        };
        match self.member_of(&key, person, papers).await? {
            Some(member) => Ok((key, member)),
            None => Err(self.stranger(papers).await),
        }
    }

    async fn member_of(&self, key: &Key, person: &UserId, papers: &Papers) -> Result<Option<ClassMember>, Refusal> {
        match self.host_role(key, &papers.tokens).await? {
            Some(HostRole::Owner) => return Ok(Some(ClassMember::Owner(self.owner(key).await?))),
            Some(HostRole::Added(host)) => return Ok(Some(ClassMember::AddedHost(host))),
            None => {}
        }
        let seats = papers.tokens.iter().filter_map(|token| self.sessions.seat_of(token, &key.pin, &key.id));
        for player in seats.chain([person.clone()]) {
            let standing = self.store.standing(key, &player).await.map_err(texts::unavailable)?;
            if standing.is_in_class() {
                return Ok(Some(ClassMember::Player(player)));
            }
        }
        Ok(None)
    }

    /// Somebody who is in no such class, if there is one.
    async fn stranger(&self, papers: &Papers) -> Refusal {
        self.count_wrong_try(papers.address).await;
        texts::no_class()
    }
}

/// Who listens to the chats of classes on this node.
#[derive(Default)]
pub(super) struct ClassListeners(Mutex<HashMap<RoomId, Vec<Listener>>>);

struct Listener {
    member: ClassMember,
    outbox: Weak<Outbox>,
}

impl ClassListeners {
    fn enter(&self, room: &RoomId, member: &ClassMember, outbox: &Arc<Outbox>) {
        let listener = Listener { member: member.clone(), outbox: Arc::downgrade(outbox) };
        self.lock().entry(room.clone()).or_default().push(listener);
    }

    fn leave(&self, room: &RoomId, outbox: &Arc<Outbox>) {
        let mut known = self.lock();
        let Some(listeners) = known.get_mut(room) else { return };
        listeners.retain(|one| !std::ptr::eq(one.outbox.as_ptr(), Arc::as_ptr(outbox)));
        if listeners.is_empty() {
            known.remove(room);
        }
    }

    /// Somebody was sent away from the class that chats in a channel: their
    /// connections end. Those that are in other rooms come back to them, and to
    /// this one no more.
    pub(super) fn send_away(&self, channel: &Channel, member: &ClassMember) {
        let Channel::Room(room) = channel else { return };
        let known = self.lock();
        let listeners = known.get(room).into_iter().flatten().filter(|one| one.member == *member);
        listeners.filter_map(|one| one.outbox.upgrade()).for_each(|outbox| outbox.close(CloseCode::Removed));
    }

    /// People signed out: whoever listens by a right of theirs does so no more.
    pub(super) fn end_those_of(&self, users: &HashSet<UserId>) {
        let known = self.lock();
        let is_over = |listener: &&Listener| match &listener.member {
            ClassMember::Owner(user) | ClassMember::Player(user) => users.contains(user),
            ClassMember::AddedHost(host) => person_of(host).is_some_and(|user| users.contains(&user)),
        };
        let ended = known.values().flatten().filter(is_over);
        ended.filter_map(|one| one.outbox.upgrade()).for_each(|outbox| outbox.close(CloseCode::SignedOut));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<RoomId, Vec<Listener>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Games {
    /// A connection listens to the chat of its class until [`Games::leaves_class`].
    pub fn enters_class(&self, room: &RoomId, member: &ClassMember, outbox: &Arc<Outbox>) {
        self.local_games().classes.enter(room, member, outbox);
    }

    /// It does not any more.
    pub fn leaves_class(&self, room: &RoomId, outbox: &Arc<Outbox>) {
        if is_class_room(room) {
            self.local_games().classes.leave(room, outbox);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(id: &str) -> RoomId {
        RoomId::parse(id).unwrap()
    }

    #[test]
    fn a_class_has_one_room_and_the_room_one_spelling() {
        let key = Key { pin: Pin::parse("482915").unwrap(), id: "abc123".into() };
        assert_eq!(key.class_room(), Some(room("class~482915~abc123")));
        assert_eq!(Key::of_class_room(&room("class~482915~abc123")), Some(key));
        for alias in ["class~482 915~abc123", "class~482915", "class~", "class~482915~"] {
            assert!(is_class_room(&room(alias)), "{alias} is nobody's");
            let found = Key::of_class_room(&room(alias));
            assert!(found.is_none_or(|key| key.id.is_empty()), "{alias}");
        }
        for other in ["game-482915", "my-class~482915~abc123", "class-482915"] {
            assert!(!is_class_room(&room(other)), "{other} is a room like any other");
        }
    }
}
