//! One game with somebody on this node: who sits there, what they are told, and
//! what there is to look at. Makes no call.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use protocol::game::GameServerMessage;
use protocol::game::frame::{InGame, Renamed};
use protocol::{CloseCode, HostId, Name, Pin, UserId, wire};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::participant::{Participant, Role};
use super::texts;
use super::{Key, Played};
use crate::presence::Departure;

/// What there is to look at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Due {
    /// The game went on.
    pub(super) stepped: bool,
    /// Somebody came or went.
    pub(super) people: bool,
    /// Answers were taken here.
    pub(super) answers: bool,
    /// Answers were taken somewhere.
    pub(super) turnout: bool,
    /// Who waits to be let in, or what is kept out, changed.
    pub(super) entrance: bool,
    /// Hosts were added or removed.
    pub(super) hosts: bool,
}

impl Due {
    /// Everything: what was said before may have been missed.
    pub(super) const ALL: Self =
        Self { stepped: true, people: true, answers: true, turnout: true, entrance: true, hosts: true };
}

/// One game with somebody here.
pub(super) struct LocalGame {
    pub(super) pin: Pin,
    people: Mutex<People>,
    due: Mutex<Due>,
    /// Rings when something is due.
    pub(super) bell: Notify,
    /// Set when nobody is here any more.
    pub(super) over: CancellationToken,
    /// Whether the class could chat when the game was looked at last.
    chat: AtomicBool,
    /// What was played then, in which game.
    played: Mutex<Option<(Key, Arc<Played>)>>,
}

#[derive(Default)]
struct People {
    /// By their ids; one player may have several connections.
    players: HashMap<UserId, Vec<Arc<Participant>>>,
    hosts: Vec<Arc<Participant>>,
}

impl LocalGame {
    pub(super) fn new(pin: &Pin) -> Self {
        Self {
            pin: pin.clone(),
            people: Mutex::default(),
            due: Mutex::default(),
            bell: Notify::new(),
            over: CancellationToken::new(),
            chat: AtomicBool::new(false),
            played: Mutex::default(),
        }
    }

    /// Leaves a word and rings.
    pub(super) fn ring(&self, note: impl FnOnce(&mut Due)) {
        note(&mut self.due.lock().unwrap_or_else(PoisonError::into_inner));
        self.bell.notify_one();
    }

    /// What is due, which is nobody else's matter from now on.
    pub(super) fn take_due(&self) -> Due {
        std::mem::take(&mut *self.due.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// One more sits here.
    pub(super) fn sit(&self, participant: Arc<Participant>) {
        self.people().add(participant);
    }

    /// One less. True: that was the last one.
    pub(super) fn rise(&self, participant: &Participant) -> bool {
        let mut people = self.people();
        people.remove(participant);
        people.players.is_empty() && people.hosts.is_empty()
    }

    /// Whether the class could chat when the game was looked at last.
    pub(super) fn has_open_chat(&self, key: &Key) -> bool {
        self.chat.load(Ordering::Relaxed) && self.people().any().is_some_and(|participant| participant.key == *key)
    }

    /// Whether the class may chat.
    pub(super) fn note_chat(&self, is_open: bool) {
        self.chat.store(is_open, Ordering::Relaxed);
    }

    /// What is played, as somebody here saw it; of two rounds, the later one stays.
    pub(super) fn note_played(&self, key: &Key, played: &Arc<Played>) {
        let mut known = self.played.lock().unwrap_or_else(PoisonError::into_inner);
        if known.as_ref().is_none_or(|(of, known)| of != key || known.round < played.round) {
            *known = Some((key.clone(), played.clone()));
        }
    }

    /// What is played in a game, as far as was seen here.
    pub(super) fn played(&self, key: &Key) -> Option<Arc<Played>> {
        let known = self.played.lock().unwrap_or_else(PoisonError::into_inner);
        known.as_ref().filter(|(of, _)| of == key).map(|(_, played)| played.clone())
    }

    /// Whether a host is connected here.
    pub(super) fn has_host(&self) -> bool {
        !self.people().hosts.is_empty()
    }

    /// The players who are connected here.
    pub(super) fn players(&self) -> HashSet<UserId> {
        self.people().players.keys().cloned().collect()
    }

    /// Tells every host here.
    pub(super) fn tell_hosts(&self, message: &GameServerMessage) {
        let frame = wire::encode_game_server(message);
        let hosts = self.people().hosts.clone();
        hosts.iter().for_each(|host| host.outbox.push(&frame));
    }

    /// Tells every player here.
    pub(super) fn tell_players(&self, message: &GameServerMessage) {
        let frame = wire::encode_game_server(message);
        let players: Vec<_> = self.people().players.values().flatten().cloned().collect();
        players.iter().for_each(|player| player.outbox.push(&frame));
    }

    /// Tells one player, wherever they are connected here.
    pub(super) fn tell(&self, player: &UserId, message: &GameServerMessage) {
        let participants = self.people().players.get(player).cloned().unwrap_or_default();
        if !participants.is_empty() {
            let frame = wire::encode_game_server(message);
            participants.iter().for_each(|participant| participant.outbox.push(&frame));
        }
    }

    /// Tells a player what they are called, wherever they know another name here.
    pub(super) fn call(&self, player: &UserId, name: &Name, by_host: bool) {
        let participants = self.people().players.get(player).cloned().unwrap_or_default();
        let renamed = || GameServerMessage::Renamed(Renamed { pin: self.pin.clone(), name: name.clone(), by_host });
        for participant in participants.iter().filter(|participant| participant.learns(name)) {
            participant.outbox.push(&wire::encode_game_server(&renamed()));
        }
    }

    /// A player was sent away.
    pub(super) fn send_away(&self, player: &UserId) {
        let participants = self.people().players.get(player).cloned().unwrap_or_default();
        let kicked = GameServerMessage::Kicked(InGame { pin: self.pin.clone() });
        for participant in participants {
            participant.end(Departure::Clean);
            participant.outbox.push(&wire::encode_game_server(&kicked));
        }
    }

    /// An added host was removed.
    pub(super) fn remove_host(&self, host: &HostId) {
        let is_removed = |participant: &Arc<Participant>| participant.added_host() == Some(host);
        let removed: Vec<_> =
            self.people().hosts.iter().filter(|participant| is_removed(participant)).cloned().collect();
        for participant in removed {
            participant.end(Departure::Clean);
            participant.outbox.push(&wire::encode_game_server(&GameServerMessage::Error(texts::removed_host())));
        }
    }

    /// People signed out: whoever sits here by a right of theirs does so no more.
    pub(super) fn end_those_of(&self, users: &HashSet<UserId>) {
        let people = self.people();
        let all = people.hosts.iter().chain(people.players.values().flatten());
        let ended = all.filter(|participant| participant.whose.as_ref().is_some_and(|whose| users.contains(whose)));
        ended.for_each(|participant| participant.outbox.close(CloseCode::SignedOut));
    }

    /// The added hosts who are connected here.
    pub(super) fn added_hosts(&self) -> HashSet<HostId> {
        self.people().hosts.iter().filter_map(|participant| participant.added_host().cloned()).collect()
    }

    fn people(&self) -> MutexGuard<'_, People> {
        self.people.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl People {
    /// Somebody of them: all are in the same game.
    fn any(&self) -> Option<&Arc<Participant>> {
        self.hosts.first().or_else(|| self.players.values().flatten().next())
    }

    fn add(&mut self, participant: Arc<Participant>) {
        match participant.role {
            Role::Host(_) => self.hosts.push(participant),
            Role::Player => self.players.entry(participant.member.id.clone()).or_default().push(participant),
        }
    }

    fn remove(&mut self, participant: &Participant) {
        let is_other = |one: &Arc<Participant>| !std::ptr::eq(Arc::as_ptr(one), participant);
        self.hosts.retain(is_other);
        if let Some(participants) = self.players.get_mut(&participant.member.id)
            && participant.role == Role::Player
        {
            participants.retain(is_other);
            if participants.is_empty() {
                self.players.remove(&participant.member.id);
            }
        }
    }
}

/// A place in a local game that is given up once.
#[derive(Debug, Default)]
pub(super) struct Latch(AtomicBool);

impl Latch {
    /// True the first time.
    pub(super) fn up(&self) -> bool {
        !self.0.swap(true, Ordering::AcqRel)
    }

    /// Whether it was.
    pub(super) fn is_up(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}
