//! The presence of a single node, in memory: it ends with the process.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use protocol::{Member, MembersPage, Name, UserId};
use storage::StorageError;

use super::{Lease, PresenceStore, Preview, Snapshot, Summary};
use crate::broker::Ephemeral;
use crate::broker::embedded::EmbeddedBroker;
use crate::channel::Channel;
use crate::notice::{Notice, PresenceChange};

/// The presence store of a node without Redis.
pub struct EmbeddedPresence {
    /// The embedded broker, because it announces without waiting, so under the lock of `rooms`.
    broker: Arc<EmbeddedBroker>,
    rooms: Mutex<Rooms>,
}

#[derive(Default)]
struct Rooms {
    known: HashMap<Channel, Room>,
    /// The highest version of all channels that were dropped. New channels start from it, so that no version
    /// of a channel comes twice.
    spent: u64,
}

#[derive(Default)]
struct Room {
    version: u64,
    members: BTreeMap<UserId, Name>,
}

impl EmbeddedPresence {
    /// A store without people; it announces changes through `broker`.
    pub fn new(broker: Arc<EmbeddedBroker>) -> Self {
        Self { broker, rooms: Mutex::default() }
    }

    /// Makes a change and announces it before the lock is released. Otherwise
    /// another thread could announce the next version first.
    fn change(&self, channel: &Channel, change: impl FnOnce(&mut Rooms) -> Option<PresenceChange>) {
        let mut rooms = self.lock();
        if let Some(change) = change(&mut rooms) {
            self.broker.announce_now(channel, Ephemeral::Notice(Notice::Presence(change).encode()));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Rooms> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rooms {
    fn enter(&mut self, channel: &Channel, member: &Member) -> Option<PresenceChange> {
        let spent = self.spent;
        let room = self.known.entry(channel.clone()).or_insert_with(|| Room { version: spent, ..Room::default() });
        let before = room.members.insert(member.id.clone(), member.name.clone());
        (before.as_ref() != Some(&member.name)).then(|| room.change(vec![member.clone()], Vec::new()))
    }

    fn leave(&mut self, channel: &Channel, user: &UserId) -> Option<PresenceChange> {
        let room = self.known.get_mut(channel)?;
        room.members.remove(user)?;
        let change = room.change(Vec::new(), vec![user.clone()]);
        if room.members.is_empty() {
            self.spent = self.spent.max(room.version);
            self.known.remove(channel);
        }
        Some(change)
    }
}

impl Room {
    fn change(&mut self, joined: Vec<Member>, left: Vec<UserId>) -> PresenceChange {
        self.version += 1;
        PresenceChange { version: self.version, count: self.members.len(), joined, left }
    }

    fn members(&self) -> impl Iterator<Item = Member> + '_ {
        self.members_from(Bound::Unbounded)
    }

    fn members_from(&self, from: Bound<&UserId>) -> impl Iterator<Item = Member> + '_ {
        let people = self.members.range::<UserId, _>((from, Bound::Unbounded));
        people.map(|(id, name)| Member { id: id.clone(), name: name.clone() })
    }

    fn page(&self, after: Option<&UserId>, most: usize) -> MembersPage {
        let mut members: Vec<_> =
            self.members_from(after.map_or(Bound::Unbounded, Bound::Excluded)).take(most + 1).collect();
        let has_more = members.len() > most;
        members.truncate(most);
        let next = members.last().filter(|_| has_more).map(|member| member.id.clone());
        MembersPage { members, member_count: self.members.len(), next }
    }
}

#[async_trait]
impl PresenceStore for EmbeddedPresence {
    async fn enter(&self, channel: &Channel, member: &Member) -> Result<(), StorageError> {
        self.change(channel, |rooms| rooms.enter(channel, member));
        Ok(())
    }

    async fn leave(&self, channel: &Channel, user: &UserId) -> Result<(), StorageError> {
        self.change(channel, |rooms| rooms.leave(channel, user));
        Ok(())
    }

    async fn forget(&self, _: &Channel) -> Result<(), StorageError> {
        // A channel without people keeps nothing.
        Ok(())
    }

    async fn summary(&self, channel: &Channel) -> Result<Summary, StorageError> {
        let rooms = self.lock();
        let known =
            |room: &Room| Summary { version: room.version, count: room.members.len(), mine: room.members.len() };
        Ok(rooms.known.get(channel).map_or(Summary { version: rooms.spent, ..Summary::default() }, known))
    }

    async fn page(&self, channel: &Channel, after: Option<&UserId>, most: usize) -> Result<MembersPage, StorageError> {
        Ok(self.lock().known.get(channel).map(|room| room.page(after, most)).unwrap_or_default())
    }

    async fn snapshot(&self, channel: &Channel) -> Result<Snapshot, StorageError> {
        let rooms = self.lock();
        Ok(match rooms.known.get(channel) {
            Some(room) => Snapshot {
                version: room.version,
                members: room.members().collect(),
                mine: room.members.keys().cloned().collect(),
            },
            None => Snapshot { version: rooms.spent, members: Vec::new(), mine: Vec::new() },
        })
    }

    async fn preview(&self, channels: &[Channel], members: usize) -> Result<Vec<Preview>, StorageError> {
        let rooms = self.lock();
        let look = |room: &Room| Preview { members: room.members().take(members).collect(), count: room.members.len() };
        Ok(channels.iter().map(|channel| rooms.known.get(channel).map(look).unwrap_or_default()).collect())
    }

    async fn renew(&self) -> Result<Lease, StorageError> {
        // Nobody else has access to this process's memory.
        Ok(Lease::Kept)
    }

    async fn reap(&self) -> Result<(), StorageError> {
        Ok(())
    }

    async fn withdraw(&self) -> Result<(), StorageError> {
        let rooms: Vec<(Channel, Vec<UserId>)> = {
            let rooms = self.lock();
            rooms
                .known
                .iter()
                .map(|(channel, room)| (channel.clone(), room.members.keys().cloned().collect()))
                .collect()
        };
        for (channel, users) in rooms {
            for user in users {
                self.leave(&channel, &user).await?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use protocol::RoomId;

    use super::*;
    use crate::broker::embedded::{self, EmbeddedBrokerOptions};
    use crate::broker::{Broker, Delivery, LogLimits};
    use storage::sqlite::Sqlite;

    const THREADS: usize = 4;
    /// So many that two threads meet even where there is hardly a core for each.
    const ROUNDS: usize = 20_000;

    #[tokio::test]
    async fn changes_are_announced_in_the_order_of_their_versions() {
        let folder = tempfile::tempdir().unwrap();
        let log =
            LogLimits { entries: 100, bytes: 1 << 20, retain: None, retain_game: Duration::from_secs(24 * 60 * 60) };
        let (broker, mut deliveries) =
            embedded::open(Sqlite::open(folder.path()).unwrap(), EmbeddedBrokerOptions { log, keeps_all: false });
        let channel = Channel::Room(RoomId::parse("room1").unwrap());
        broker.subscribe(&channel).await.unwrap();
        let presence = Arc::new(EmbeddedPresence::new(broker));
        for thread in 0..THREADS {
            let (presence, channel) = (presence.clone(), channel.clone());
            let id = format!("p{thread}");
            let member = Member { id: UserId::parse(&id).unwrap(), name: Name::parse(&id).unwrap() };
            std::thread::spawn(move || {
                for _ in 0..ROUNDS {
                    presence.change(&channel, |rooms| rooms.enter(&channel, &member));
                    presence.change(&channel, |rooms| rooms.leave(&channel, &member.id));
                }
            });
        }
        // The deliveries end with the last thread.
        drop(presence);
        let (mut last, mut count) = (0, 0);
        while let Some(delivery) = deliveries.recv().await {
            // Some are dropped when this is slower than the threads: versions may be missing.
            let Delivery::Ephemeral { ephemeral: Ephemeral::Notice(body), .. } = delivery else { continue };
            let Some(Notice::Presence(change)) = Notice::parse(&channel, body) else { panic!("another notice") };
            assert!(change.version > last, "version {} came after {last}", change.version);
            (last, count) = (change.version, count + 1);
        }
        assert!(count > THREADS, "hardly anything was announced");
    }
}
