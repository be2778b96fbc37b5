//! The channels in which this node has people, each under a lock of its own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use protocol::{Member, UserId};
use tokio::sync::watch;

use super::local::Local;
use super::local_member::{Departure, GraceToken};
use crate::channel::Channel;

/// One channel. It stays registered as long as somebody of this node is in it.
pub(super) struct Shared {
    name: Channel,
    local: Mutex<Local>,
    /// Spreads the periodic checks of many channels over time.
    pub(super) phase: u64,
    /// Notified when a read of a snapshot ended, well or not.
    pub(super) answered: watch::Sender<()>,
}

impl Shared {
    fn new(name: &Channel) -> Self {
        Self {
            name: name.clone(),
            local: Mutex::new(Local::new(name.clone())),
            phase: rand::random(),
            answered: watch::Sender::new(()),
        }
    }

    pub(super) fn name(&self) -> &Channel {
        &self.name
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Local> {
        // No step leaves it half changed, so a panic elsewhere does no harm.
        self.local.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All channels of this node. Its own lock is taken before a channel's, never after.
#[derive(Default)]
pub(super) struct Channels {
    known: Mutex<ChannelIndex>,
}

#[derive(Default)]
struct ChannelIndex {
    channels: HashMap<Channel, Arc<Shared>>,
    /// The channels of each person, so that a rename costs what one person is in, and not
    /// what everybody is in.
    of_person: HashMap<UserId, Vec<Membership>>,
}

/// One person's connections in one channel.
struct Membership {
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

    /// The channels in which somebody has connections to this node.
    pub(super) fn of(&self, user: &UserId) -> Vec<Arc<Shared>> {
        let known = self.lock();
        known.of_person.get(user).into_iter().flatten().map(|one| one.channel.clone()).collect()
    }

    /// Counts one more connection of somebody in a channel, which is registered if it was not. A channel
    /// cannot be closed meanwhile.
    pub(super) fn arrive(&self, channel: &Channel, member: &Member) -> Arc<Shared> {
        let mut known = self.lock();
        let shared = known.channels.entry(channel.clone()).or_insert_with(|| Arc::new(Shared::new(channel))).clone();
        shared.lock().arrive(member);
        let channels = known.of_person.entry(member.id.clone()).or_default();
        match channels.iter_mut().find(|one| Arc::ptr_eq(&one.channel, &shared)) {
            Some(one) => one.connections += 1,
            None => channels.push(Membership { channel: shared.clone(), connections: 1 }),
        }
        shared
    }

    /// Counts one connection less. Returns the channel, and a grace token if the connection was lost
    /// and was the last.
    pub(super) fn depart(
        &self,
        channel: &Channel,
        user: &UserId,
        departure: Departure,
    ) -> Option<(Arc<Shared>, Option<GraceToken>)> {
        let mut known = self.lock();
        let shared = known.channels.get(channel)?.clone();
        let grace = shared.lock().depart(user, departure);
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
        Some((shared, grace))
    }

    /// Removes a channel if nobody is in it and nothing is left to do; returns it if somebody is.
    pub(super) fn close(&self, channel: &Channel) -> Option<Arc<Shared>> {
        let mut known = self.lock();
        let shared = known.channels.get(channel)?;
        if !shared.lock().is_over() {
            return Some(shared.clone());
        }
        known.channels.remove(channel);
        None
    }

    fn lock(&self) -> MutexGuard<'_, ChannelIndex> {
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
