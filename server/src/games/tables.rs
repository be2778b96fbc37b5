//! The games with somebody on this node: who sits there, and what there is to
//! look at. Makes no call; whoever rings only leaves a word for the keeper.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use protocol::game::GameServerMessage;
use protocol::game::frame::InGame;
use protocol::{Pin, UserId, wire};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::sitting::{Role, Sitting};
use crate::channel::Channel;

/// A notice between nodes: answers were taken.
pub(super) const ANSWERS: &[u8] = b"answers";
/// A notice between nodes: the player of the id that follows was sent away.
pub(super) const KICKED: &[u8] = b"kicked ";

/// All games with somebody here.
#[derive(Default)]
pub struct Tables {
    known: Mutex<HashMap<Pin, Arc<Table>>>,
}

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
}

/// One game with somebody here.
pub(super) struct Table {
    pub(super) pin: Pin,
    people: Mutex<People>,
    due: Mutex<Due>,
    /// Rings when something is due.
    pub(super) bell: Notify,
    /// Set when nobody is here any more.
    pub(super) over: CancellationToken,
    /// Whether the class could chat when the game was looked at last.
    chat: AtomicBool,
}

#[derive(Default)]
struct People {
    /// By their ids; one player may have several connections.
    players: HashMap<UserId, Vec<Arc<Sitting>>>,
    hosts: Vec<Arc<Sitting>>,
}

impl Tables {
    /// The log of a game grew, or may have.
    pub fn stepped(&self, channel: &Channel) {
        self.ring(channel, |due| due.stepped = true);
    }

    /// People came or went.
    pub fn people_changed(&self, channel: &Channel) {
        self.ring(channel, |due| due.people = true);
    }

    /// Another node, or this one, said something to all.
    pub fn hear(&self, channel: &Channel, notice: &[u8]) {
        if notice == ANSWERS {
            self.ring(channel, |due| due.turnout = true);
        } else if let Some(player) = notice.strip_prefix(KICKED) {
            let player = std::str::from_utf8(player).ok().and_then(|player| UserId::parse(player).ok());
            if let (Some(table), Some(player)) = (self.of(channel), player) {
                table.send_away(&player);
            }
            self.people_changed(channel);
        }
    }

    /// Words may have been lost: every game is looked at.
    pub fn interrupted(&self) {
        let all = Due { stepped: true, people: true, answers: true, turnout: true };
        let tables: Vec<_> = self.lock().values().cloned().collect();
        tables.iter().for_each(|table| table.ring(|due| *due = all));
    }

    /// How many games have somebody here.
    pub fn count(&self) -> usize {
        self.lock().len()
    }

    /// Whether the class of a game could chat when this node looked last.
    pub(super) fn has_open_chat(&self, pin: &Pin) -> bool {
        self.lock().get(pin).is_some_and(|table| table.chat.load(Ordering::Relaxed))
    }

    /// One more sits there. Gives the table, and whether it is a new one that
    /// needs a keeper.
    pub(super) fn sit(&self, pin: &Pin, sitting: Arc<Sitting>) -> (Arc<Table>, bool) {
        let mut known = self.lock();
        let is_new = !known.contains_key(pin);
        let table = known.entry(pin.clone()).or_insert_with(|| Arc::new(Table::new(pin))).clone();
        table.people().add(sitting);
        (table, is_new)
    }

    /// One less. The last one ends the table.
    pub(super) fn rise(&self, pin: &Pin, sitting: &Sitting) {
        let mut known = self.lock();
        let Some(table) = known.get(pin) else { return };
        let is_empty = {
            let mut people = table.people();
            people.remove(sitting);
            people.players.is_empty() && people.hosts.is_empty()
        };
        if is_empty {
            table.over.cancel();
            known.remove(pin);
        }
    }

    fn ring(&self, channel: &Channel, note: impl FnOnce(&mut Due)) {
        if let Some(table) = self.of(channel) {
            table.ring(note);
        }
    }

    fn of(&self, channel: &Channel) -> Option<Arc<Table>> {
        match channel {
            Channel::Game(pin) => self.lock().get(pin).cloned(),
            Channel::Room(_) => None,
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Pin, Arc<Table>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    fn new(pin: &Pin) -> Self {
        Self {
            pin: pin.clone(),
            people: Mutex::default(),
            due: Mutex::default(),
            bell: Notify::new(),
            over: CancellationToken::new(),
            chat: AtomicBool::new(false),
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

    /// Whether the class may chat.
    pub(super) fn note_chat(&self, is_open: bool) {
        self.chat.store(is_open, Ordering::Relaxed);
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
        let sittings = self.people().players.get(player).cloned().unwrap_or_default();
        if !sittings.is_empty() {
            let frame = wire::encode_game_server(message);
            sittings.iter().for_each(|sitting| sitting.outbox.push(&frame));
        }
    }

    /// A player was sent away.
    fn send_away(&self, player: &UserId) {
        let sittings = self.people().players.get(player).cloned().unwrap_or_default();
        let kicked = GameServerMessage::Kicked(InGame { pin: self.pin.clone() });
        for sitting in sittings {
            sitting.end(crate::presence::Departure::Clean);
            sitting.outbox.push(&wire::encode_game_server(&kicked));
        }
    }

    fn people(&self) -> MutexGuard<'_, People> {
        self.people.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl People {
    fn add(&mut self, sitting: Arc<Sitting>) {
        match sitting.role {
            Role::Host => self.hosts.push(sitting),
            Role::Player => self.players.entry(sitting.member.id.clone()).or_default().push(sitting),
        }
    }

    fn remove(&mut self, sitting: &Sitting) {
        let is_other = |one: &Arc<Sitting>| !std::ptr::eq(Arc::as_ptr(one), sitting);
        self.hosts.retain(is_other);
        if let Some(sittings) = self.players.get_mut(&sitting.member.id)
            && sitting.role == Role::Player
        {
            sittings.retain(is_other);
            if sittings.is_empty() {
                self.players.remove(&sitting.member.id);
            }
        }
    }
}

/// A place at a table that is given up once.
#[derive(Debug, Default)]
pub(super) struct Given(AtomicBool);

impl Given {
    /// True the first time.
    pub(super) fn up(&self) -> bool {
        !self.0.swap(true, Ordering::AcqRel)
    }

    /// Whether it was.
    pub(super) fn is_up(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}
