//! Stores what is not stored yet, a batch of rooms at a time.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures::future::join_all;
use protocol::{RoomEvent, RoomId, wire};
use quick_cache::sync::Cache;
use realtime::broker::Publication;
use realtime::broker::redis::RedisBroker;
use realtime::broker::redis::archive::{ArchiveRead, Progress, Unarchived};
use realtime::channel::Channel;
use storage::{StorageError, clock};
use tokio::time::{Instant, sleep, timeout};
use tracing::{debug, info, warn};

use super::redis::RoomList;
use super::store::{Cursor, MessageStore, Outcome, RoomBatch};
use super::waiting::{WaitingRoom, WaitingRooms};
use crate::metrics;

/// How long the archiver rests when it has stored what there was.
const REST: Duration = Duration::from_millis(250);
/// How long it rests when a store is away.
const RETRY: Duration = Duration::from_secs(1);
/// How many rooms are stored in one transaction.
const ROOMS: usize = 64;
/// How many entries of one log are read at a time: Redis does nothing else meanwhile.
const ENTRIES: usize = 1_000;
/// How many bytes of all logs are read at a time, and how many of one at least.
const BYTES: usize = 16 << 20;
const LEAST_BYTES: usize = 256 << 10;
/// How often a batch that could not be stored is halved: then it is one room. A slow database stores less in its time,
/// and a room that cannot be stored at all must not hold up the others.
const HALVED: u32 = ROOMS.ilog2();
/// For how long a node alone archives a room, renewed with each read.
const LEASE: Duration = Duration::from_secs(1);
/// When a log is told that it is stored, if nobody has said more by then.
const CONFIRMED_AFTER: Duration = Duration::from_secs(2);
/// How long a message may wait for the list of rooms, which may be on another Redis than its log.
const ANNOUNCED_WITHIN: Duration = Duration::from_millis(500);
/// After this time a node looks whether another one has archived a room.
const LOOK_AGAIN: Duration = Duration::from_millis(400);
/// How often a node asks whether it should look for rooms that a dead node left.
const LOOKOUT: Duration = Duration::from_secs(5);
/// How many rooms' fences are remembered.
const FENCES: usize = 20_000;

/// What is left after a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Left {
    /// There was nothing to do.
    Nothing,
    /// The batch had all that was due.
    Little,
    /// More is due already.
    More,
}

/// The archiver of one node: stores the rooms in which somebody wrote on it, and those that dead nodes left.
pub struct Archiver {
    broker: Arc<RedisBroker>,
    store: MessageStore,
    list: RoomList,
    waiting: WaitingRooms,
    fences: Cache<RoomId, i64>,
    /// How often batches are halved now.
    halved: AtomicU32,
}

impl Archiver {
    /// An archiver of the logs of `broker`.
    pub fn new(broker: Arc<RedisBroker>, store: MessageStore) -> Self {
        let list = RoomList::new(broker.router());
        Self {
            broker,
            store,
            list,
            waiting: WaitingRooms::default(),
            fences: Cache::new(FENCES),
            halved: AtomicU32::new(0),
        }
    }

    /// The messages that it stores.
    pub fn messages(&self) -> &MessageStore {
        &self.store
    }

    /// Whether [`Archiver::announce`] has to be called for the next message in a room.
    pub(crate) fn must_announce(&self, channel: &Channel) -> bool {
        channel.lasts() && self.list.is_due(&channel.room())
    }

    /// Tells the other nodes that a room may have something to archive; before a message in it is acknowledged. A failure
    /// means only that it is archived later, and holds no message up for long.
    pub(crate) async fn announce(&self, room: &RoomId) {
        let why = match timeout(ANNOUNCED_WITHIN, self.list.add(room)).await {
            Ok(Ok(())) => return,
            Ok(Err(error)) => error.to_string(),
            Err(_) => "Redis does not answer".into(),
        };
        self.list.try_later(room);
        debug!(room.id = %room, "no other node knows that {room} is to be archived: {why}");
    }

    /// Notes that a message is in a room's log.
    pub fn note(&self, channel: &Channel) {
        if let Channel::Room(room) = channel
            && channel.lasts()
        {
            self.waiting.note(room);
        }
    }

    /// Archives for as long as it is polled.
    pub async fn run(self: Arc<Self>) {
        let (mut lookout_at, mut is_failing) = (Instant::now(), false);
        loop {
            if lookout_at <= Instant::now() {
                lookout_at = Instant::now() + LOOKOUT;
                if let Err(error) = self.look_out().await {
                    debug!("rooms that dead nodes left are looked for later: {error}");
                }
            }
            let archived = self.archive_some().await;
            match &archived {
                Ok(Left::Nothing) => {}
                Ok(_) if is_failing => info!("what is said is archived again"),
                // Once for each outage.
                Err(error) if !is_failing => warn!("what is said is archived later: {error}"),
                _ => {}
            }
            if archived != Ok(Left::Nothing) {
                is_failing = archived.is_err();
            }
            match archived {
                Ok(Left::More) => {}
                Ok(Left::Little | Left::Nothing) => sleep(REST).await,
                Err(_) => sleep(RETRY).await,
            }
            ::metrics::gauge!(metrics::ARCHIVE_ROOMS_WAITING).set(self.waiting.len() as f64);
        }
    }

    /// Takes care of rooms that nobody has touched for a while: one that its node archived leaves the list.
    async fn look_out(&self) -> Result<(), StorageError> {
        if !self.list.is_lookout().await? {
            return Ok(());
        }
        for (room, at) in self.list.untouched().await? {
            self.waiting.put(WaitingRoom { room, stored: None, listed_at: Some(at) }, Instant::now());
        }
        Ok(())
    }

    /// Archives a batch of the rooms that wait; returns what is left to do.
    async fn archive_some(&self) -> Result<Left, StorageError> {
        let halved = self.halved.load(Ordering::Relaxed);
        let most = ROOMS >> halved;
        let rooms = self.waiting.take(most);
        if rooms.is_empty() {
            return Ok(Left::Nothing);
        }
        let archived = self.archive(&rooms, halved).await;
        let halved = match &archived {
            Ok(_) => halved.saturating_sub(1),
            Err(_) => (halved + 1).min(HALVED),
        };
        self.halved.store(halved, Ordering::Relaxed);
        if archived.is_err() {
            let at = Instant::now() + RETRY;
            rooms.iter().for_each(|room| self.waiting.put(room.clone(), at));
        }
        archived.map(|has_more| if has_more || rooms.len() == most { Left::More } else { Left::Little })
    }

    /// Archives these rooms; returns whether there is probably more of one of them.
    async fn archive(&self, rooms: &[WaitingRoom], halved: u32) -> Result<bool, StorageError> {
        // Before the logs are read, see `MessageStore::cursors`.
        let cursors = self.cursors_of(rooms).await?;
        let read = ArchiveRead {
            entries: ENTRIES >> halved,
            bytes: (BYTES / rooms.len().max(1)).max(LEAST_BYTES) >> halved,
            lease: LEASE,
        };
        let reads = rooms.iter().map(|waiting| {
            // Of a room that nobody has touched for a while the log may say more than is true: see `MessageStore::append`.
            let truth = waiting.listed_at.and_then(|_| cursors.get(&waiting.room));
            let truth = truth.map(|cursor| Progress::Exactly(cursor.archived));
            let stored = truth.or(waiting.stored.map(Progress::AtLeast));
            let channel = Channel::Room(waiting.room.clone());
            async move {
                let found = self.broker.to_archive(&channel, stored, read).await;
                (waiting, channel, found)
            }
        });
        let (mut batches, mut finished) = (Vec::new(), Vec::new());
        for (waiting, channel, found) in join_all(reads).await {
            match found {
                Ok(Unarchived::Here { publications, last, archived }) if last > archived => {
                    let bytes: usize = publications.iter().map(|entry| entry.frame.len()).sum();
                    let has_more = publications.len() * 2 >= read.entries || bytes * 2 >= read.bytes;
                    let events = publications.iter().filter_map(|entry| event(&channel, entry)).collect();
                    let fence = cursors.get(&waiting.room).map(|cursor| cursor.fence).unwrap_or_default();
                    batches.push(RoomBatch {
                        room: waiting.room.clone(),
                        fence,
                        after: archived,
                        events,
                        last,
                        has_more,
                    });
                }
                Ok(Unarchived::Here { .. } | Unarchived::NoLog) => finished.push(waiting),
                // That node reads what was taken here, too, if it has not done so just now.
                Ok(Unarchived::Elsewhere(within)) => {
                    self.waiting.put(waiting.clone(), Instant::now() + within.min(LOOK_AGAIN));
                }
                Err(error) => {
                    debug!(room.id = %waiting.room, "{} is archived later: {error}", waiting.room);
                    self.waiting.put(waiting.clone(), Instant::now() + RETRY);
                }
            }
        }
        let stored = if batches.is_empty() { Ok(false) } else { self.store(batches, rooms).await };
        join_all(finished.into_iter().map(|waiting| self.finish(waiting))).await;
        stored
    }

    /// Stores what was read, and lets the rooms come again for what follows.
    async fn store(&self, batches: Vec<RoomBatch>, rooms: &[WaitingRoom]) -> Result<bool, StorageError> {
        let has_more = batches.iter().any(|batch| batch.has_more);
        let posted = || {
            batches.iter().flat_map(|batch| &batch.events).filter_map(|event| match event {
                RoomEvent::Posted(message) => Some(message),
                RoomEvent::Edited(_) | RoomEvent::Deleted(_) => None,
            })
        };
        let (messages, oldest) = (posted().count(), posted().map(|message| message.sent_at).min());
        let outcomes = self.store.append(&batches).await?;
        for (RoomBatch { room, has_more: more_of_it, .. }, outcome) in batches.into_iter().zip(outcomes) {
            let listed_at = rooms.iter().find(|waiting| waiting.room == room).and_then(|waiting| waiting.listed_at);
            let mut next = WaitingRoom { room, stored: None, listed_at };
            let mut at = Instant::now();
            match outcome {
                Outcome::Stored(last) => {
                    next.stored = Some(last);
                    // The next read tells the log.
                    at += if more_of_it { Duration::ZERO } else { CONFIRMED_AFTER };
                }
                Outcome::Fenced => drop(self.fences.remove(&next.room)),
                // Asks the database before the next read.
                Outcome::Behind => next.listed_at = listed_at.or(Some(0)),
            }
            self.waiting.put(next, at);
        }
        ::metrics::counter!(metrics::ARCHIVED_MESSAGES).increment(messages as u64);
        if let Some(oldest) = oldest {
            let lag = clock::now_ms().saturating_sub(oldest);
            ::metrics::histogram!(metrics::ARCHIVE_LAG).record(Duration::from_millis(lag));
        }
        Ok(has_more)
    }

    /// A room has nothing to archive.
    async fn finish(&self, WaitingRoom { room, listed_at, .. }: &WaitingRoom) {
        let Some(at) = listed_at else { return };
        if let Err(error) = self.list.remove(room, *at).await {
            debug!(room.id = %room, "{room} stays on the list of what is to be archived: {error}");
        }
    }

    /// The cursors of rooms; of most the fence is known, and no more is needed.
    async fn cursors_of(&self, rooms: &[WaitingRoom]) -> Result<HashMap<RoomId, Cursor>, StorageError> {
        let (mut cursors, mut unknown) = (HashMap::new(), Vec::new());
        for WaitingRoom { room, listed_at, .. } in rooms {
            match self.fences.get(room).filter(|_| listed_at.is_none()) {
                Some(fence) => drop(cursors.insert(room.clone(), Cursor { fence, archived: 0 })),
                None => unknown.push(room.clone()),
            }
        }
        if !unknown.is_empty() {
            for (room, cursor) in self.store.cursors(&unknown).await? {
                self.fences.insert(room.clone(), cursor.fence);
                cursors.insert(room, cursor);
            }
        }
        Ok(cursors)
    }
}

/// The event of an entry; `None` for what is none or is damaged, which every reader of the log is told.
fn event(channel: &Channel, entry: &Publication) -> Option<RoomEvent> {
    let event = wire::decode_event(entry.text(channel).ok()?)?;
    (event.offset() == entry.offset).then_some(event)
}
