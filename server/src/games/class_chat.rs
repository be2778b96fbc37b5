//! The chat of a game's class: a room that only its players and hosts can enter.
//!
//! It is named by the game's id, so that the next game under this PIN has another one. Somebody outside gets
//! the same refusal whether the game exists or not, and it counts as a wrong PIN.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use axum::http::HeaderMap;
use protocol::{CloseCode, ErrorCode, HostId, Pin, Refusal, RoomId, RoomKind, UserId};
use realtime::channel::Channel;
use realtime::outbox::Outbox;

use super::{Games, Key, Seeker, texts};
use crate::session::{HostRole, Sessions, person_of};

/// The header with the token of a seat or a host, from programs without cookies.
const HEADER: &str = "hubbub-token";
/// How many tokens of a request are checked at most.
const TOKENS: usize = 200;

impl Key {
    /// The room of this game's class.
    pub fn class_room(&self) -> Option<RoomId> {
        RoomId::of_class(&self.pin, &self.id).ok()
    }

    /// The game of a class's room; `None` for a room that is no class's.
    pub fn of_class_room(room: &RoomId) -> Option<Self> {
        let (pin, id) = room.class_game()?;
        Some(Self { pin, id: id.to_owned() })
    }
}

/// What a request brings to prove that somebody is in a class.
#[derive(Clone, Debug)]
pub struct ClassCredentials {
    /// Tokens of hosts and seats, not verified yet.
    tokens: Box<[String]>,
    /// The address that wrong tries are counted by.
    address: IpAddr,
}

impl ClassCredentials {
    /// Takes the tokens from the cookies and the header of a request from `address`.
    pub fn of(sessions: &Sessions, headers: &HeaderMap, address: IpAddr) -> Self {
        let shown = headers.get_all(HEADER).iter().filter_map(|token| token.to_str().ok()).map(str::to_owned);
        let tokens = shown.chain(sessions.host_tokens(headers)).take(TOKENS).collect();
        Self { tokens, address }
    }
}

/// What somebody is in a class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClassMember {
    /// The person who began the game.
    Owner(UserId),
    /// An added host, by their id.
    AddedHost(HostId),
    /// A player with this seat.
    Player(UserId),
}

impl Games {
    /// Checks whether somebody may enter a room, to read or to write. The room of a class is for its members;
    /// all other rooms are open, and give `None`.
    ///
    /// # Errors The refusal to answer with.
    pub async fn admit_to_room(
        &self,
        room: &RoomId,
        person: &UserId,
        credentials: &ClassCredentials,
    ) -> Result<Option<ClassMember>, Refusal> {
        if room.kind() != RoomKind::Class {
            return Ok(None);
        }
        let Some(key) = Key::of_class_room(room) else { return Err(self.refuse_stranger(credentials).await) };
        let (found, member) = self.class_of(&key.pin, person, credentials).await?;
        if found == key { Ok(Some(member)) } else { Err(self.refuse_stranger(credentials).await) }
    }

    /// The room of a PIN's class, for its members.
    ///
    /// # Errors The refusal to answer with.
    pub async fn class_room(
        &self,
        pin: &Pin,
        person: &UserId,
        credentials: &ClassCredentials,
    ) -> Result<RoomId, Refusal> {
        let (key, _) = self.class_of(pin, person, credentials).await?;
        key.class_room().ok_or_else(texts::no_class)
    }

    /// The title of a class's room, made of the quiz's.
    pub async fn class_title(&self, room: &RoomId) -> Option<String> {
        let key = Key::of_class_room(room)?;
        let loaded = self.load(&key.pin).await.ok().filter(|loaded| loaded.key == key)?;
        Some(format!("Class chat: {}", self.round_quiz(&loaded).await.ok()?.quiz.quiz.title))
    }

    async fn class_of(
        &self,
        pin: &Pin,
        person: &UserId,
        credentials: &ClassCredentials,
    ) -> Result<(Key, ClassMember), Refusal> {
        let seat = credentials.tokens.first().map(String::as_str);
        let seeker = Seeker { address: credentials.address, person: Some(person), hosts: &credentials.tokens, seat };
        let key = match self.find(pin, seeker).await {
            // It was counted already.
            Err(refusal) if refusal.code == ErrorCode::NoGame => return Err(texts::no_class()),
            found => found?.key,
        };
        match self.member_of(&key, person, credentials).await? {
            Some(member) => Ok((key, member)),
            None => Err(self.refuse_stranger(credentials).await),
        }
    }

    async fn member_of(
        &self,
        key: &Key,
        person: &UserId,
        credentials: &ClassCredentials,
    ) -> Result<Option<ClassMember>, Refusal> {
        match self.host_role(key, &credentials.tokens).await? {
            Some(HostRole::Owner) => return Ok(Some(ClassMember::Owner(self.owner(key).await?))),
            Some(HostRole::Added(host)) => return Ok(Some(ClassMember::AddedHost(host))),
            None => {}
        }
        let seats = credentials.tokens.iter().filter_map(|token| self.sessions.seat_of(token, &key.pin, &key.id));
        for player in seats.chain([person.clone()]) {
            let status = self.store.player_status(key, &player).await.map_err(texts::unavailable)?;
            if status.is_in_class() {
                return Ok(Some(ClassMember::Player(player)));
            }
        }
        Ok(None)
    }

    /// Counts a wrong try and returns the refusal, which is the same if there is no such class.
    async fn refuse_stranger(&self, credentials: &ClassCredentials) -> Refusal {
        self.count_wrong_try(credentials.address).await;
        texts::no_class()
    }
}

/// The connections of this node in rooms of classes.
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

    /// Closes a kicked member's connections to the room of this channel. Clients that are in other rooms
    /// reconnect to those only.
    pub(super) fn close_kicked(&self, channel: &Channel, member: &ClassMember) {
        let Channel::Room(room) = channel else { return };
        let known = self.lock();
        let listeners = known.get(room).into_iter().flatten().filter(|one| one.member == *member);
        listeners.filter_map(|one| one.outbox.upgrade()).for_each(|outbox| outbox.close(CloseCode::Removed));
    }

    /// Closes the connections of people who signed out, also those that came by their seat or host's token.
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
    /// Registers a connection that enters the room of its class, until [`Games::unregister_class_listener`].
    pub fn register_class_listener(&self, room: &RoomId, member: &ClassMember, outbox: &Arc<Outbox>) {
        self.local_games().classes.enter(room, member, outbox);
    }

    /// Removes a connection from the room of its class.
    pub fn unregister_class_listener(&self, room: &RoomId, outbox: &Arc<Outbox>) {
        if room.kind() == RoomKind::Class {
            self.local_games().classes.leave(room, outbox);
        }
    }
}
