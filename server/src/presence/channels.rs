//! The channels in which this node has people, each under a lock of its own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use protocol::{Member, UserId};
use tokio::sync::watch;

use super::local::Local;
use super::local_member::GraceToken;
use super::service::Departure;
use crate::channel::Channel;

/// One channel. It stays registered as long as anybody is here.
pub(super) struct Shared {
    name: Channel,
    here: Mutex<Local>,
    /// Spreads the checks of many channels over time.
    pub(super) phase: u64,
    /// Marked when a question for a snapshot ended, well or not.
    pub(super) answered: watch::Sender<()>,
}

impl Shared {
    fn new(name: &Channel) -> Self {
        Self {
            name: name.clone(),
            here: Mutex::new(Local::new(name.clone())),
            phase: rand::random(),
            answered: watch::Sender::new(()),
        }
    }

    pub(super) fn name(&self) -> &Channel {
        &self.name
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Local> {
        // No step leaves it half changed, so a panic elsewhere spoils nothing.
        self.here.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All of them. Its own lock is taken before a channel's, never after.
#[derive(Default)]
pub(super) struct Channels {
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    channels: HashMap<Channel, Arc<Shared>>,
    /// Where each person has connections, so that what concerns one person costs what they are in,
    /// and not what everybody is in.
    of_person: HashMap<UserId, Vec<Presences>>,
}

/// Somebody's connections in one channel.
struct Presences {
    channel: Arc<Shared>,
    connections: usize,
}

impl Channels {
    pub(super) fn known(&self, channel: &Channel) -> Option<Arc<Shared>> {
        self.lock().channels.get(channel).cloned()
    }

    pub(super) fn all(&self) -> Vec<Arc<Shared>> {
        self.lock().channels.values().cloned().collect()
    }

    /// Those in which somebody has connections.
    pub(super) fn of(&self, user: &UserId) -> Vec<Arc<Shared>> {
        let known = self.lock();
        known.of_person.get(user).into_iter().flatten().map(|one| one.channel.clone()).collect()
    }

    /// Somebody arrives in a channel, known or not, with one more connection. Nobody can arrive in one
    /// that is just being closed.
    pub(super) fn arrive(&self, channel: &Channel, member: &Member) -> Arc<Shared> {
        let mut known = self.lock();
        let shared = known.channels.entry(channel.clone()).or_insert_with(|| Arc::new(Shared::new(channel))).clone();
        shared.lock().arrive(member);
        let channels = known.of_person.entry(member.id.clone()).or_default();
        match channels.iter_mut().find(|one| Arc::ptr_eq(&one.channel, &shared)) {
            Some(one) => one.connections += 1,
            None => channels.push(Presences { channel: shared.clone(), connections: 1 }),
        }
        shared
    }

    /// Somebody has one connection less in a channel. Gives it, and their goodbye where a grace begins.
    pub(super) fn depart(
        &self,
        channel: &Channel,
        user: &UserId,
        departure: Departure,
    ) -> Option<(Arc<Shared>, Option<GraceToken>)> {
        let mut known = self.lock();
        let shared = known.channels.get(channel)?.clone();
        let goodbye = shared.lock().depart(user, departure);
        if let Some(channels) = known.of_person.get_mut(user) {
            if let Some(at) = channels.iter().position(|one| Arc::ptr_eq(&one.channel, &shared)) {
                channels[at].connections -= 1;
                if channels[at].connections == 0 {
                    channels.swap_remove(at);
                }
            }
            if channels.is_empty() {
                known.of_person.remove(user);
            }
        }
        Some((shared, goodbye))
    }

    /// Forgets a channel if nobody is here and nothing is left to do. Gives it
    /// where somebody is.
    pub(super) fn close(&self, channel: &Channel) -> Option<Arc<Shared>> {
        let mut known = self.lock();
        let shared = known.channels.get(channel)?;
        if !shared.lock().is_over() {
            return Some(shared.clone());
        }
        known.channels.remove(channel);
        None
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use protocol::{Name, RoomId};

    use super::*;

    fn room(id: &str) -> Channel {
        Channel::Room(RoomId::parse(id).unwrap())
    }

    #[test]
    fn a_person_is_found_in_their_own_channels_alone_and_forgotten_with_their_last_connection() {
        let channels = Channels::default();
        let member = |id: &str| Member { id: UserId::parse(id).unwrap(), name: Name::parse(id).unwrap() };
        let (ana, ben) = (member("ana"), member("ben"));
        for number in 0..1000 {
            channels.arrive(&room(&format!("room-{number}")), &ben);
        }
        for channel in ["a", "b", "b"] {
            channels.arrive(&room(channel), &ana);
        }
        let of_ana = || channels.of(&ana.id).iter().map(|one| one.name().clone()).collect::<Vec<_>>();
        assert_eq!(of_ana(), [room("a"), room("b")]);
        channels.depart(&room("b"), &ana.id, Departure::Clean);
        channels.depart(&room("a"), &ana.id, Departure::Lost);
        channels.depart(&room("room-1"), &ana.id, Departure::Clean);
        assert_eq!(of_ana(), [room("b")], "one tab of two is left");
        channels.depart(&room("b"), &ana.id, Departure::Clean);
        assert_eq!((of_ana(), channels.of(&ben.id).len()), (vec![], 1000));
        assert_eq!(channels.lock().of_person.len(), 1);
    }
}
