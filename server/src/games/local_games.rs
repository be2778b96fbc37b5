//! The games with somebody on this node. Makes no call; whoever rings only
//! leaves a word for a game's keeper.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use protocol::{HostId, Pin, UserId};

use super::Key;
use super::class_chat::{ClassListeners, ClassMember};
use super::local_game::{Due, LocalGame};
use super::participant::Participant;
use crate::channel::Channel;

/// A notice between nodes: answers were taken.
pub(super) const ANSWERS: &[u8] = b"answers";
/// A notice between nodes: the players of the ids that follow were sent away.
pub(super) const KICKED: &[u8] = b"kicked ";
/// A notice between nodes: who waits to be let in, or what is kept out, changed.
pub(super) const ENTRANCE: &[u8] = b"entrance";
/// A notice between nodes: a host was added.
pub(super) const HOSTS: &[u8] = b"hosts";
/// A notice between nodes: the added host of the id that follows was removed.
pub(super) const UNHOSTED: &[u8] = b"unhosted ";

/// All games with somebody here.
#[derive(Default)]
pub struct LocalGames {
    known: Mutex<HashMap<Pin, Arc<LocalGame>>>,
    /// Who listens to the chats of their classes.
    pub(super) classes: ClassListeners,
}

impl LocalGames {
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
        } else if notice == ENTRANCE {
            self.ring(channel, |due| due.entrance = true);
        } else if notice == HOSTS {
            self.ring(channel, |due| due.hosts = true);
        } else if let Some(players) = notice.strip_prefix(KICKED) {
            let ids = std::str::from_utf8(players).unwrap_or_default().split(' ');
            let local_game = self.of(channel);
            for player in ids.filter_map(|player| UserId::parse(player).ok()) {
                local_game.iter().for_each(|local_game| local_game.send_away(&player));
                self.classes.send_away(channel, &ClassMember::Player(player));
            }
            self.ring(channel, |due| (due.people, due.entrance) = (true, true));
        } else if let Some(host) = notice.strip_prefix(UNHOSTED) {
            let host = std::str::from_utf8(host).ok().and_then(|host| HostId::parse(host).ok());
            if let (Some(local_game), Some(host)) = (self.of(channel), &host) {
                local_game.remove_host(host);
                local_game.ring(|due| due.hosts = true);
            }
            if let Some(host) = host {
                self.classes.send_away(channel, &ClassMember::AddedHost(host));
            }
        }
    }

    /// Words may have been lost: every game is looked at.
    pub fn interrupted(&self) {
        let local_games: Vec<_> = self.lock().values().cloned().collect();
        local_games.iter().for_each(|local_game| local_game.ring(|due| *due = Due::ALL));
    }

    /// People signed out: whoever is in a game, or in the chat of its class, by a right of theirs is so no more.
    pub(crate) fn end_those_of(&self, users: &HashSet<UserId>) {
        let local_games: Vec<_> = self.lock().values().cloned().collect();
        local_games.iter().for_each(|local_game| local_game.end_those_of(users));
        self.classes.end_those_of(users);
    }

    /// How many games have somebody here.
    pub fn count(&self) -> usize {
        self.lock().len()
    }

    /// Whether the class of a game could chat when this node looked last.
    pub(super) fn has_open_chat(&self, key: &Key) -> bool {
        self.lock().get(&key.pin).is_some_and(|local_game| local_game.has_open_chat(key))
    }

    /// The players of a game who are connected here.
    pub(super) fn players(&self, pin: &Pin) -> HashSet<UserId> {
        let local_game = self.lock().get(pin).cloned();
        local_game.map(|local_game| local_game.players()).unwrap_or_default()
    }

    /// One more sits there. Gives the local game, and whether it is a new one that
    /// needs a keeper.
    pub(super) fn sit(&self, pin: &Pin, participant: Arc<Participant>) -> (Arc<LocalGame>, bool) {
        let mut known = self.lock();
        let is_new = !known.contains_key(pin);
        let local_game = known.entry(pin.clone()).or_insert_with(|| Arc::new(LocalGame::new(pin))).clone();
        local_game.sit(participant);
        (local_game, is_new)
    }

    /// One less. The last one ends the local game.
    pub(super) fn rise(&self, pin: &Pin, participant: &Participant) {
        let mut known = self.lock();
        let Some(local_game) = known.get(pin) else { return };
        if local_game.rise(participant) {
            local_game.over.cancel();
            known.remove(pin);
        }
    }

    fn ring(&self, channel: &Channel, note: impl FnOnce(&mut Due)) {
        if let Some(local_game) = self.of(channel) {
            local_game.ring(note);
        }
    }

    fn of(&self, channel: &Channel) -> Option<Arc<LocalGame>> {
        match channel {
            Channel::Game(pin) => self.lock().get(pin).cloned(),
            Channel::Room(_) | Channel::Nodes => None,
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Pin, Arc<LocalGame>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
