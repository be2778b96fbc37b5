//! What can be seen of rooms from outside: the list of them, and who is in one.
//!
//! Combines rooms and presence; remembers the last list, because everybody on the home page asks for the same. The list of
//! rooms may be in a database that is away: people enter rooms and talk in them all the same, and nobody waits for it.

use std::cmp::Reverse;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use protocol::text::{Shape, shown};
use protocol::{RoomId, RoomPreview, RoomSummary, limits};
use quick_cache::sync::Cache;
use realtime::channel::Channel;
use realtime::presence::{PresenceStore, Preview};
use storage::StorageError;
use tokio::sync::{OnceCell, Semaphore};
use tokio::time::{Instant, timeout};
use tracing::debug;

use super::{KnownRoom, Listing, Rooms};

/// How many rooms the list shows.
const LISTED: usize = 50;
/// Among how many recently active rooms the ones with people are searched.
const LOOKED_AT: usize = 500;
/// How many people the list shows of each room.
const FACES: usize = 5;
/// How long a list is reused.
const FRESH: Duration = Duration::from_secs(1);
/// The shortest time between two notes that a room is active.
const TOUCHED: Duration = Duration::from_secs(10);
/// How long a room's page waits for its title. Without it the room shows its id.
const TITLE_WITHIN: Duration = Duration::from_secs(1);
/// How long somebody who opens a room, or looks for one, waits for the store of rooms.
const ANSWERED_WITHIN: Duration = Duration::from_secs(2);
/// How many notes are being made at a time; of more, some are left out.
const NOTES: usize = 64;
/// How many rooms' last notes are remembered; those that were entered longest ago are forgotten first.
const TOUCHES: usize = 10_000;

/// The rooms as the home page and room pages show them to people outside.
pub struct Directory {
    rooms: Arc<dyn Rooms>,
    presence: Arc<dyn PresenceStore>,
    latest: Mutex<Latest>,
    entries: RecentEntries,
    notes: Arc<Semaphore>,
}

/// The last list. The first request after it has expired reads it, the others wait for it.
struct Latest {
    asked_at: Instant,
    list: Arc<OnceCell<Arc<[RoomSummary]>>>,
    /// The list before, for as long as no later one can be read.
    previous: Option<Arc<[RoomSummary]>>,
}

impl Latest {
    fn after(previous: Option<Arc<[RoomSummary]>>) -> Self {
        Self { asked_at: Instant::now(), list: Arc::default(), previous }
    }
}

/// When each room was last noted as active.
struct RecentEntries {
    noted_at: Cache<RoomId, Instant>,
}

impl RecentEntries {
    fn new() -> Self {
        Self { noted_at: Cache::new(TOUCHES) }
    }

    /// Whether the room should be noted now; whoever asks does it. Two who ask at the same moment may both
    /// get a yes: one note too many does no harm.
    fn is_due(&self, room: &RoomId) -> bool {
        let is_due = self.noted_at.get(room).is_none_or(|at| at.elapsed() >= TOUCHED);
        if is_due {
            self.noted_at.insert(room.clone(), Instant::now());
        }
        is_due
    }
}

impl Directory {
    /// A directory over these stores.
    pub fn new(rooms: Arc<dyn Rooms>, presence: Arc<dyn PresenceStore>) -> Self {
        let notes = Arc::new(Semaphore::new(NOTES));
        Self { rooms, presence, latest: Mutex::new(Latest::after(None)), entries: RecentEntries::new(), notes }
    }

    /// The listed rooms: those with most people first, then those that were active last. It may
    /// be a second old, and older while the store cannot be reached.
    pub async fn list(&self) -> Result<Arc<[RoomSummary]>, StorageError> {
        let (list, previous) = {
            let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
            if latest.asked_at.elapsed() >= FRESH {
                let previous = latest.list.get().cloned().or_else(|| latest.previous.take());
                *latest = Latest::after(previous);
            }
            (latest.list.clone(), latest.previous.clone())
        };
        match (list.get_or_try_init(|| self.load_list()).await, previous) {
            (Err(StorageError::Unavailable(_)), Some(previous)) => Ok(previous),
            (list, _) => list.cloned(),
        }
    }

    /// Opens a room under a title. The same title always leads to the same room. Whether it is listed is
    /// decided when it is first opened. An unlisted room can be entered without its title, too.
    ///
    /// # Errors [`StorageError`]; for an unlisted room none that is temporary.
    pub async fn open(&self, room: &RoomId, title: &str, listing: Listing) -> Result<(), StorageError> {
        match in_time(self.rooms.open(room, title, listing)).await {
            Err(StorageError::Unavailable(error)) if listing == Listing::Unlisted => {
                debug!(room.id = %room, "the title of {room} was not stored: {error}");
                Ok(())
            }
            opened => opened,
        }
    }

    /// Whether somebody opened a room of this name.
    pub async fn is_opened(&self, room: &RoomId) -> Result<bool, StorageError> {
        Ok(self.rooms.title(room).await?.is_some())
    }

    /// Notes soon that somebody wrote in a room, which becomes known by it. A failure does no harm.
    pub fn note_message(&self, room: &RoomId) {
        let (rooms, room) = (self.rooms.clone(), room.clone());
        self.note(async move { (rooms.note_message(&room).await, room) });
    }

    /// Notes soon that somebody entered a room. Only the order of the list depends on it, so a
    /// failure does no harm.
    pub fn note_entry(&self, room: &RoomId) {
        if self.entries.is_due(room) {
            let (rooms, room) = (self.rooms.clone(), room.clone());
            self.note(async move { (rooms.enter(&room).await, room) });
        }
    }

    /// Makes a note beside what its caller does: that must not wait for the store.
    fn note(&self, note: impl Future<Output = (Result<(), StorageError>, RoomId)> + Send + 'static) {
        let Ok(permit) = self.notes.clone().try_acquire_owned() else { return };
        tokio::spawn(async move {
            if let (Err(error), room) = note.await {
                debug!(room.id = %room, "that somebody was in {room} was not noted: {error}");
            }
            drop(permit);
        });
    }

    /// The people in a room, without entering it.
    pub async fn preview(&self, room: &RoomId) -> Result<RoomPreview, StorageError> {
        let channel = Channel::Room(room.clone());
        let (title, page) = tokio::join!(
            timeout(TITLE_WITHIN, self.rooms.title(room)),
            self.presence.page(&channel, None, limits::MEMBERS_PER_FRAME),
        );
        let (page, title) = (page?, title.ok().and_then(Result::ok).flatten());
        Ok(RoomPreview {
            room_id: room.clone(),
            title: title_of(room, title),
            members: page.members,
            member_count: page.member_count,
        })
    }

    async fn load_list(&self) -> Result<Arc<[RoomSummary]>, StorageError> {
        let known = in_time(self.rooms.listed(LOOKED_AT)).await?;
        let channels: Vec<_> = known.iter().map(|known| Channel::Room(known.room.clone())).collect();
        let previews = self.presence.preview(&channels, FACES).await?;
        let mut rooms: Vec<_> = known.into_iter().zip(previews).collect();
        // A stable sort: rooms with equally many people stay in the order of time.
        rooms.sort_by_key(|(_, preview)| Reverse(preview.count));
        rooms.truncate(LISTED);
        Ok(rooms.into_iter().map(|(known, preview)| summary(known, preview)).collect())
    }
}

/// Waits for the store of rooms, and not for one that is away.
async fn in_time<T>(answer: impl Future<Output = Result<T, StorageError>>) -> Result<T, StorageError> {
    let no_answer = |_| Err(StorageError::Unavailable("the store of rooms does not answer".into()));
    timeout(ANSWERED_WITHIN, answer).await.unwrap_or_else(no_answer)
}

/// Makes an entry of the list, without any message: a listed room may still be meant for those who enter it.
fn summary(known: KnownRoom, preview: Preview) -> RoomSummary {
    RoomSummary {
        title: title_of(&known.room, known.title),
        room_id: known.room,
        members: preview.members,
        member_count: preview.count,
    }
}

/// A room's title, as much of it as may be shown, or its id.
fn title_of(room: &RoomId, title: Option<String>) -> String {
    let title = title.unwrap_or_default();
    let title = shown(&title, Shape::Line, limits::TITLE_CHARS);
    if title.is_empty() { room.to_string() } else { title.into_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_flood_of_new_rooms_does_not_forget_the_one_that_people_enter() {
        let (entries, busy) = (RecentEntries::new(), RoomId::parse("busy").unwrap());
        assert!(entries.is_due(&busy));
        for number in 0..5 * TOUCHES {
            assert!(entries.is_due(&RoomId::parse(&format!("room-{number}")).unwrap()));
            assert!(number % 100 > 0 || !entries.is_due(&busy), "forgotten after {number} rooms");
        }
        assert!(entries.noted_at.len() <= TOUCHES);
        tokio::time::advance(TOUCHED).await;
        assert!(entries.is_due(&busy) && !entries.is_due(&busy), "once in each period");
    }
}
