//! Removes old data from Redis that does not expire by itself: rooms in the list, and authors with what they
//! have. Logs, games, results and pictures that no quiz names have a time to live.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use redis::Script;
use storage::StorageError;
use storage::redis::Router;
use storage::redis::scripts;

use super::{Kind, Sweep};
use crate::quizzes::QuizzesError;
use crate::quizzes::redis::RedisQuizzes;
use crate::rooms::redis::Keys as RoomKeys;

/// How many things one batch removes.
const BATCH: usize = 100;

/// The sweep of a deployment with Redis.
pub struct RedisSweep {
    router: Router,
    quizzes: Arc<RedisQuizzes>,
    /// A key that exists during a period in which a node has swept.
    lease: String,
    room_keys: RoomKeys,
    rooms: Script,
}

impl RedisSweep {
    /// A sweep over the broker's connections for commands; `quizzes` has the authors' data.
    pub fn new(router: Router, quizzes: Arc<RedisQuizzes>) -> Self {
        let (lease, room_keys) = (router.keyspace().name("{authors}:swept"), RoomKeys::new(router.keyspace()));
        Self { router, quizzes, lease, room_keys, rooms: Script::new(scripts::rooms::FORGET) }
    }

    async fn sweep_rooms(&self, before_ms: u64) -> Result<usize, StorageError> {
        let RoomKeys { rooms: list, titles, listed } = &self.room_keys;
        let mut rooms = self.rooms.prepare_invoke();
        rooms.key(list).key(titles).key(listed).arg(before_ms).arg(BATCH);
        let mut all = 0;
        // Each server has a list of its own; one that is away is swept the next time.
        for site in 0..self.router.sites() {
            if let Ok(shard) = self.router.at(site, list) {
                all += shard.invoke::<usize>(&rooms).await.unwrap_or(0);
            }
        }
        Ok(all)
    }
}

#[async_trait]
impl Sweep for RedisSweep {
    async fn is_due(&self, every: Duration) -> Result<bool, StorageError> {
        // A little less, so that the node's next try after the period finds it over.
        let period_ms = u64::try_from(every.as_millis()).unwrap_or(u64::MAX) / 10 * 9;
        let mut set = redis::cmd("SET");
        set.arg(&self.lease).arg(1).arg("NX").arg("PX").arg(period_ms);
        let set: Option<String> = self.router.at(0, &self.lease)?.run(&set).await?;
        Ok(set.is_some())
    }

    async fn sweep(&self, kind: Kind, before_ms: u64) -> Result<usize, StorageError> {
        match kind {
            Kind::Rooms => self.sweep_rooms(before_ms).await,
            Kind::Authors => self.quizzes.forget_idle(before_ms, BATCH).await.map_err(QuizzesError::into_storage),
            Kind::Logs | Kind::EmptyLogs | Kind::Games | Kind::Results | Kind::Pictures => Ok(0),
        }
    }

    /// Always false: Redis frees memory by itself.
    async fn compact(&self) -> Result<bool, StorageError> {
        Ok(false)
    }
}
