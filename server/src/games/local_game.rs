//! One game with somebody on this node: its participants, the frames to them, and what is due for the
//! keeper. Makes no call.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use protocol::game::GameServerMessage;
use protocol::game::frame::{InGame, Renamed};
use protocol::{CloseCode, HostId, Name, Pin, UserId, wire};
use realtime::presence::Departure;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::participant::{Participant, Role};
use super::texts;
use super::{Key, RoundQuiz};

/// What is due for the keeper.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Due {
    /// The game has a new version.
    pub(super) stepped: bool,
    /// Somebody came to the game or left it, on any node.
    pub(super) people: bool,
    /// This node accepted answers, and has to tell the other nodes.
    pub(super) answers: bool,
    /// Some node accepted answers, so hosts may have to be told a new count.
    pub(super) turnout: bool,
    /// The list of those who wait, or of blocked networks, changed.
    pub(super) entrance: bool,
    /// A host was added or removed.
    pub(super) hosts: bool,
}

impl Due {
    /// Everything: earlier notices may have been missed.
    pub(super) const ALL: Self =
        Self { stepped: true, people: true, answers: true, turnout: true, entrance: true, hosts: true };
}

/// A game with participants on this node.
pub(super) struct LocalGame {
    pub(super) pin: Pin,
    people: Mutex<People>,
    due: Mutex<Due>,
    /// Wakes the keeper of this game.
    pub(super) wake: Notify,
    /// Cancelled when no participant is left.
    pub(super) over: CancellationToken,
    /// Whether the class chat was open when the game was last read.
    chat: AtomicBool,
    /// The quiz when the game was last read, and the game's key.
    played: Mutex<Option<(Key, Arc<RoundQuiz>)>>,
}

#[derive(Default)]
struct People {
    /// By user id; one player may have several connections.
    players: HashMap<UserId, Vec<Arc<Participant>>>,
    hosts: Vec<Arc<Participant>>,
}

impl LocalGame {
    pub(super) fn new(pin: &Pin) -> Self {
        Self {
            pin: pin.clone(),
            people: Mutex::default(),
            due: Mutex::default(),
            wake: Notify::new(),
            over: CancellationToken::new(),
            chat: AtomicBool::new(false),
            played: Mutex::default(),
        }
    }

    /// Notes what is due and wakes the keeper.
    pub(super) fn notify(&self, note: impl FnOnce(&mut Due)) {
        note(&mut self.due.lock().unwrap_or_else(PoisonError::into_inner));
        self.wake.notify_one();
    }

    /// Takes what is due; the keeper must handle it.
    pub(super) fn take_due(&self) -> Due {
        std::mem::take(&mut *self.due.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Adds a participant to the game.
    pub(super) fn enter(&self, participant: Arc<Participant>) {
        self.people().add(participant);
    }

    /// Removes a participant; true if it was the last one.
    pub(super) fn leave(&self, participant: &Participant) -> bool {
        let mut people = self.people();
        people.remove(participant);
        people.players.is_empty() && people.hosts.is_empty()
    }

    /// Whether the class chat was open when the game was last read.
    pub(super) fn has_open_chat(&self, key: &Key) -> bool {
        self.chat.load(Ordering::Relaxed) && self.people().any().is_some_and(|participant| participant.key == *key)
    }

    /// Notes whether the class chat is open.
    pub(super) fn set_chat_open(&self, is_open: bool) {
        self.chat.store(is_open, Ordering::Relaxed);
    }

    /// Notes which quiz is played; the later of two rounds stays.
    pub(super) fn set_round_quiz(&self, key: &Key, played: &Arc<RoundQuiz>) {
        let mut known = self.played.lock().unwrap_or_else(PoisonError::into_inner);
        if known.as_ref().is_none_or(|(of, known)| of != key || known.round < played.round) {
            *known = Some((key.clone(), played.clone()));
        }
    }

    /// The quiz of a game, if it was noted.
    pub(super) fn round_quiz_of(&self, key: &Key) -> Option<Arc<RoundQuiz>> {
        let known = self.played.lock().unwrap_or_else(PoisonError::into_inner);
        known.as_ref().filter(|(of, _)| of == key).map(|(_, played)| played.clone())
    }

    /// Whether a host is connected to this node.
    pub(super) fn has_host(&self) -> bool {
        !self.people().hosts.is_empty()
    }

    /// The players who are connected to this node.
    pub(super) fn players(&self) -> HashSet<UserId> {
        self.people().players.keys().cloned().collect()
    }

    /// Sends a frame to every host on this node.
    pub(super) fn send_to_hosts(&self, message: &GameServerMessage) {
        let frame = wire::encode_game_server(message);
        let hosts = self.people().hosts.clone();
        hosts.iter().for_each(|host| host.outbox.push(&frame));
    }

    /// Sends a frame to every player on this node.
    pub(super) fn send_to_players(&self, message: &GameServerMessage) {
        let frame = wire::encode_game_server(message);
        let players: Vec<_> = self.people().players.values().flatten().cloned().collect();
        players.iter().for_each(|player| player.outbox.push(&frame));
    }

    /// Sends a frame to all connections of one player on this node.
    pub(super) fn send_to(&self, player: &UserId, message: &GameServerMessage) {
        let participants = self.people().players.get(player).cloned().unwrap_or_default();
        if !participants.is_empty() {
            let frame = wire::encode_game_server(message);
            participants.iter().for_each(|participant| participant.outbox.push(&frame));
        }
    }

    /// Sends a player their name, on connections that were sent another one.
    pub(super) fn send_name(&self, player: &UserId, name: &Name, by_host: bool) {
        let participants = self.people().players.get(player).cloned().unwrap_or_default();
        let renamed = || GameServerMessage::Renamed(Renamed { pin: self.pin.clone(), name: name.clone(), by_host });
        for participant in participants.iter().filter(|participant| participant.learns(name)) {
            participant.outbox.push(&wire::encode_game_server(&renamed()));
        }
    }

    /// Closes the connections of a player who was kicked.
    pub(super) fn close_kicked(&self, player: &UserId) {
        let participants = self.people().players.get(player).cloned().unwrap_or_default();
        let kicked = GameServerMessage::Kicked(InGame { pin: self.pin.clone() });
        for participant in participants {
            participant.end(Departure::Clean);
            participant.outbox.push(&wire::encode_game_server(&kicked));
        }
    }

    /// Closes the connections of an added host who was removed.
    pub(super) fn remove_host(&self, host: &HostId) {
        let is_removed = |participant: &Arc<Participant>| participant.added_host() == Some(host);
        let removed: Vec<_> =
            self.people().hosts.iter().filter(|participant| is_removed(participant)).cloned().collect();
        for participant in removed {
            participant.end(Departure::Clean);
            participant.outbox.push(&wire::encode_game_server(&GameServerMessage::Error(texts::removed_host())));
        }
    }

    /// Closes the connections of people who signed out, also those that came by a token of theirs.
    pub(super) fn end_those_of(&self, users: &HashSet<UserId>) {
        let people = self.people();
        let all = people.hosts.iter().chain(people.players.values().flatten());
        let ended = all.filter(|participant| participant.whose.as_ref().is_some_and(|whose| users.contains(whose)));
        ended.for_each(|participant| participant.outbox.close(CloseCode::SignedOut));
    }

    /// The added hosts who are connected to this node.
    pub(super) fn added_hosts(&self) -> HashSet<HostId> {
        self.people().hosts.iter().filter_map(|participant| participant.added_host().cloned()).collect()
    }

    fn people(&self) -> MutexGuard<'_, People> {
        self.people.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl People {
    /// Any participant: all are in the same game.
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

/// A flag that is set once, so that a participant leaves its local game only once.
#[derive(Debug, Default)]
pub(super) struct Latch(AtomicBool);

impl Latch {
    /// Sets the flag; true the first time.
    pub(super) fn set(&self) -> bool {
        !self.0.swap(true, Ordering::AcqRel)
    }

    pub(super) fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}
