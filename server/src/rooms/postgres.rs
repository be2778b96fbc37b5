//! The list of rooms of all nodes, in PostgreSQL.

use async_trait::async_trait;
use protocol::RoomId;
use storage::postgres::{Postgres, column};
use storage::{StorageError, readable};

use super::{KnownRoom, Listing, Rooms, damaged_room};

/// The first title stays, and so does the choice of the listing; an empty title means none. The time is the database's.
const KNOW: &str = "
    INSERT INTO rooms (id, title, listed, created_at, active_at)
    SELECT $1, $2, $3, now_ms, now_ms FROM (SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now_ms) AS clock
    ON CONFLICT (id) DO UPDATE SET
        title = CASE WHEN rooms.title = '' THEN excluded.title ELSE rooms.title END,
        active_at = greatest(rooms.active_at, excluded.active_at)";
const ENTER: &str = "
    UPDATE rooms SET active_at = greatest(active_at, (extract(epoch FROM clock_timestamp()) * 1000)::bigint)
    WHERE id = $1";
const TITLE: &str = "SELECT title FROM rooms WHERE id = $1 AND title <> ''";
const LISTED: &str = "SELECT id, title, active_at FROM rooms WHERE listed ORDER BY active_at DESC, id LIMIT $1";

/// The list of rooms of a deployment with a database. Rooms stay until [`crate::retention`] removes them.
pub struct PostgresRooms {
    database: Postgres,
}

impl PostgresRooms {
    /// A list in the deployment's database.
    pub fn new(database: Postgres) -> Self {
        Self { database }
    }

    async fn know(&self, room: &RoomId, title: &str, listing: Listing) -> Result<(), StorageError> {
        let is_listed = listing == Listing::Listed;
        self.database.execute(KNOW, &[&room.as_str(), &title, &is_listed]).await.map(drop)
    }
}

#[async_trait]
impl Rooms for PostgresRooms {
    async fn open(&self, room: &RoomId, title: &str, listing: Listing) -> Result<(), StorageError> {
        self.know(room, title, listing).await
    }

    async fn note_message(&self, room: &RoomId) -> Result<(), StorageError> {
        self.know(room, "", Listing::Unlisted).await
    }

    async fn enter(&self, room: &RoomId) -> Result<(), StorageError> {
        self.database.execute(ENTER, &[&room.as_str()]).await.map(drop)
    }

    async fn title(&self, room: &RoomId) -> Result<Option<String>, StorageError> {
        let row = self.database.query_opt(TITLE, &[&room.as_str()]).await?;
        row.map(|row| column(&row, 0)).transpose()
    }

    async fn listed(&self, limit: usize) -> Result<Vec<KnownRoom>, StorageError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = self.database.query(LISTED, &[&limit]).await?;
        let known = |row| {
            let room = RoomId::parse_canonical(column(row, 0)?).ok_or_else(damaged_room)?;
            let title = Some(column::<String>(row, 1)?).filter(|title| !title.is_empty());
            Ok(KnownRoom { room, title, active_at: column::<i64>(row, 2)?.unsigned_abs() })
        };
        Ok(readable(rows.iter().map(known)))
    }
}
