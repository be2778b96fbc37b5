//! The games with somebody on this node. Makes no call: each method only notes something for a game's keeper.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use protocol::{HostId, Pin, UserId};
use realtime::channel::Channel;

use super::Key;
use super::class_chat::{ClassListeners, ClassMember};
use super::local_game::{Due, LocalGame};
use super::notice::GameNotice;
use super::participant::Participant;

/// All games with participants on this node.
#[derive(Default)]
pub struct LocalGames {
    known: Mutex<HashMap<Pin, Arc<LocalGame>>>,
    /// The connections in the chats of their classes.
    pub(super) classes: ClassListeners,
}

impl LocalGames {
    /// Notes that a game's log grew, or may have.
    pub fn stepped(&self, channel: &Channel) {
        self.notify(channel, |due| due.stepped = true);
    }

    /// Notes that people came or left.
    pub fn people_changed(&self, channel: &Channel) {
        self.notify(channel, |due| due.people = true);
    }

    /// Takes a notice of another node, or of this one.
    pub fn on_notice(&self, channel: &Channel, notice: &[u8]) {
        match GameNotice::parse(notice) {
            Some(GameNotice::Answers) => self.notify(channel, |due| due.turnout = true),
            Some(GameNotice::Entrance) => self.notify(channel, |due| due.entrance = true),
            Some(GameNotice::Hosts) => self.notify(channel, |due| due.hosts = true),
            Some(GameNotice::Players) => self.people_changed(channel),
            Some(GameNotice::Kicked(players)) => self.on_kicked(channel, players),
            Some(GameNotice::HostRemoved(host)) => self.on_host_removed(channel, host),
            None => {}
        }
    }

    fn on_kicked(&self, channel: &Channel, players: Vec<UserId>) {
        let local_game = self.of(channel);
        for player in players {
            local_game.iter().for_each(|local_game| local_game.close_kicked(&player));
            self.classes.close_kicked(channel, &ClassMember::Player(player));
        }
        self.notify(channel, |due| (due.people, due.entrance) = (true, true));
    }

    fn on_host_removed(&self, channel: &Channel, host: HostId) {
        if let Some(local_game) = self.of(channel) {
            local_game.remove_host(&host);
            local_game.notify(|due| due.hosts = true);
        }
        self.classes.close_kicked(channel, &ClassMember::AddedHost(host));
    }

    /// Notices may have been lost: everything is due in every game.
    pub fn interrupted(&self) {
        let local_games: Vec<_> = self.lock().values().cloned().collect();
        local_games.iter().for_each(|local_game| local_game.notify(|due| *due = Due::ALL));
    }

    /// Closes what people who signed out have open in games and class chats, also by tokens of theirs.
    pub(crate) fn end_those_of(&self, users: &HashSet<UserId>) {
        let local_games: Vec<_> = self.lock().values().cloned().collect();
        local_games.iter().for_each(|local_game| local_game.end_those_of(users));
        self.classes.end_those_of(users);
    }

    /// The number of games with somebody on this node.
    pub fn count(&self) -> usize {
        self.lock().len()
    }

    /// Whether the chat of a game's class was open when this node last read it.
    pub(super) fn has_open_chat(&self, key: &Key) -> bool {
        self.lock().get(&key.pin).is_some_and(|local_game| local_game.has_open_chat(key))
    }

    /// The players of a game who are connected to this node.
    pub(super) fn players(&self, pin: &Pin) -> HashSet<UserId> {
        let local_game = self.lock().get(pin).cloned();
        local_game.map(|local_game| local_game.players()).unwrap_or_default()
    }

    /// Adds a participant. Returns the local game, and whether it is new and needs a keeper.
    pub(super) fn enter(&self, pin: &Pin, participant: Arc<Participant>) -> (Arc<LocalGame>, bool) {
        let mut known = self.lock();
        let is_new = !known.contains_key(pin);
        let local_game = known.entry(pin.clone()).or_insert_with(|| Arc::new(LocalGame::new(pin))).clone();
        local_game.enter(participant);
        (local_game, is_new)
    }

    /// Removes a participant; the last one ends the local game.
    pub(super) fn leave(&self, pin: &Pin, participant: &Participant) {
        let mut known = self.lock();
        let Some(local_game) = known.get(pin) else { return };
        if local_game.leave(participant) {
            local_game.over.cancel();
            known.remove(pin);
        }
    }

    fn notify(&self, channel: &Channel, note: impl FnOnce(&mut Due)) {
        if let Some(local_game) = self.of(channel) {
            local_game.notify(note);
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
