//! One connection in one game: subscribed at the hub, counted by presence, in one local game.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use protocol::{CloseCode, HostId, Member, Name, UserId};
use realtime::channel::Channel;
use realtime::hub::SubscriptionId;
use realtime::outbox::Outbox;
use realtime::presence::Departure;
use storage::StorageError;

use super::local_game::{Latch, LocalGame};
use super::{Games, Key};
use crate::digest;
use crate::session::HostRole;

/// What hosts are called in a game's presence. Nobody is shown these names: the game has its players' nicknames.
const HOST: &str = "Host";
/// What players are called in a game's presence.
const PLAYER: &str = "Player";

/// What somebody is in a game.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A person with a seat, who answers questions.
    Player,
    /// Somebody who leads the game.
    Host(HostRole),
}

/// A connection that is in a game until it [ends](Participant::end).
pub(super) struct Participant {
    /// The game's PIN and id.
    pub(super) key: Key,
    pub(super) role: Role,
    /// The person whose right this is, whoever shows the token; it ends when they sign out.
    pub(super) whose: Option<UserId>,
    /// The member in the game's presence, who is called by their role there.
    pub(super) member: Member,
    /// The name that the client was last told.
    called: Mutex<Name>,
    pub(super) outbox: Arc<Outbox>,
    pub(super) games: Arc<Games>,
    subscription: SubscriptionId,
    has_entered: AtomicBool,
    latch: Latch,
}

impl Participant {
    /// Subscribes a connection of `person`, who is told the name that they have here; its frames
    /// are held until [`Participant::activate`].
    ///
    /// # Errors The log cannot be reached.
    pub(super) async fn begin(
        games: &Arc<Games>,
        key: &Key,
        role: Role,
        whose: Option<UserId>,
        person: Member,
        outbox: Arc<Outbox>,
    ) -> Result<(Arc<Self>, Arc<LocalGame>), StorageError> {
        let channel = Channel::Game(key.pin.clone());
        let subscription = games.hub.register(&channel, outbox.clone());
        let member = in_presence(&person.id, &role);
        let participant = Arc::new(Self {
            key: key.clone(),
            role,
            whose,
            called: Mutex::new(person.name),
            member,
            outbox,
            games: games.clone(),
            subscription,
            has_entered: AtomicBool::new(false),
            latch: Latch::default(),
        });
        let (local_game, is_new) = games.local_games.enter(&key.pin, participant.clone());
        if is_new {
            games.spawn_keeper(local_game.clone());
        }
        // Subscribed first, so that a sign-out in between is found by one of the two.
        if participant.whose.as_ref().is_some_and(|whose| games.sessions.has_ended(whose)) {
            participant.outbox.close(CloseCode::SignedOut);
        }
        if let Err(error) = games.hub.open(&channel).await {
            participant.end(Departure::Clean);
            return Err(error);
        }
        participant.has_entered.store(true, Ordering::Release);
        games.presence.enter(&channel, &participant.member).await;
        Ok((participant, local_game))
    }

    /// Sends `hello`, then the held frames. Returns the version after which every frame will come.
    pub(super) async fn activate(&self, hello: String) -> Result<u64, StorageError> {
        let channel = Channel::Game(self.key.pin.clone());
        let mut at = 0;
        let spell = |position: &protocol::Position, _, _: &[_]| {
            at = position.offset;
            hello
        };
        self.games.hub.activate(&channel, self.subscription, None, spell).await?;
        Ok(at)
    }

    /// Notes the name that the client is told; true if it was told another one.
    pub(super) fn learns(&self, name: &Name) -> bool {
        let mut called = self.called.lock().unwrap_or_else(PoisonError::into_inner);
        let is_news = *called != *name;
        called.clone_from(name);
        is_news
    }

    /// The added host's id, if this is one.
    pub(super) fn added_host(&self) -> Option<&HostId> {
        match &self.role {
            Role::Host(HostRole::Added(host)) => Some(host),
            Role::Host(HostRole::Owner) | Role::Player => None,
        }
    }

    /// Whether the connection has left the game.
    pub(super) fn is_over(&self) -> bool {
        self.latch.is_set()
    }

    /// Leaves the game; further calls do nothing.
    pub(super) fn end(&self, departure: Departure) {
        if self.latch.set() {
            let channel = Channel::Game(self.key.pin.clone());
            self.games.hub.leave(&channel, self.subscription);
            if self.has_entered.load(Ordering::Acquire) {
                self.games.presence.leave(&channel, &self.member.id, departure);
            }
            self.games.local_games.leave(&self.key.pin, self);
        }
    }
}

/// A person as a member of a game's presence: as a host, apart from the player that they may be, too.
fn in_presence(person: &UserId, role: &Role) -> Member {
    let (id, called) = match role {
        Role::Player => (Ok(person.clone()), PLAYER),
        // Nodes of the version before know a host by this beginning.
        Role::Host(_) => (UserId::parse(&format!("host-{}", digest::of(person.as_str(), 10))), HOST),
    };
    match (id, Name::parse(called)) {
        (Ok(id), Ok(name)) => Member { id, name },
        _ => unreachable!("a digest is an id, and a plain word a name"),
    }
}

/// Whether a member of a game's presence is a host, by what they are called there.
pub(super) fn is_host(called: &Name) -> bool {
    called.as_str() == HOST
}
