//! A fixture for tests of quizzes: a store of each test's own.

use std::sync::Arc;

use protocol::quiz::{Question, Quiz, StoredQuiz};
use protocol::{PictureId, QuizId, UserId};
use realtime::broker::redis;
use server::quizzes::embedded::EmbeddedQuizzes;
use server::quizzes::redis::RedisQuizzes;
use server::quizzes::{Library, Quizzes, QuizzesError};
use server::quota::embedded::EmbeddedCounters;
use server::quota::redis::RedisCounters;
use server::quota::{Counters, Payer, QuotaLimits, Quotas};
use server::retention::Sweep;
use server::retention::embedded::EmbeddedSweep;
use server::retention::redis::RedisSweep;
use storage::sqlite::Sqlite;
use tempfile::TempDir;

use crate::cluster::{redis_options, url_of};
use crate::redis_server::RedisServer;

pub const NO_LIMITS: QuotaLimits = QuotaLimits::OFF;

/// A store of quizzes with its counters and sweep, for one test.
pub struct QuizStoreFixture {
    pub kept: Arc<dyn Quizzes>,
    pub counters: Arc<dyn Counters>,
    pub sweep: Arc<dyn Sweep>,
    home: Home,
}

enum Home {
    Folder { folder: TempDir },
    Servers { servers: Vec<Arc<RedisServer>>, _broker: Arc<redis::RedisBroker> },
}

impl QuizStoreFixture {
    pub async fn embedded() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(folder.path()).unwrap();
        let counters = Arc::new(EmbeddedCounters::new(store.clone()));
        let sweep = Arc::new(EmbeddedSweep::new(store.clone()));
        let kept = Arc::new(EmbeddedQuizzes::new(store));
        Self { kept, counters, sweep, home: Home::Folder { folder } }
    }

    pub async fn redis() -> Self {
        Self::on(1).await
    }

    pub async fn three_shards() -> Self {
        Self::on(3).await
    }

    async fn on(count: usize) -> Self {
        let servers: Vec<_> = (0..count).map(|_| RedisServer::start()).collect();
        let (broker, _) = redis::connect(&url_of(&servers), redis_options(10, "test")).await.unwrap();
        let kept = Arc::new(RedisQuizzes::new(broker.router(), None));
        let counters = Arc::new(RedisCounters::new(broker.router()));
        let sweep = Arc::new(RedisSweep::new(broker.router(), kept.clone()));
        Self { kept, counters, sweep, home: Home::Servers { servers, _broker: broker } }
    }

    pub fn library(&self) -> Library {
        Library::new(self.kept.clone(), self.quotas(NO_LIMITS))
    }

    /// The Redis servers of the store; none for a data folder.
    pub fn servers(&self) -> &[Arc<RedisServer>] {
        match &self.home {
            Home::Folder { .. } => &[],
            Home::Servers { servers, .. } => servers,
        }
    }

    /// Writes `text` in the place of the first version of a quiz.
    pub async fn damage(&self, id: &str, text: &str) {
        if let Home::Folder { folder } = &self.home {
            let file = rusqlite::Connection::open(folder.path().join("hubbub.db")).unwrap();
            let update = "UPDATE quiz_versions SET stored = ?2 WHERE quiz = ?1";
            assert_eq!(file.execute(update, [id, text]).unwrap(), 1);
        }
        let mut damaged = 0;
        for server in self.servers() {
            for key in server.ask::<Vec<String>>(&["KEYS", &format!("hubbub:*:quiz:{id}")]).await {
                server.command(&["HSET", &key, "1", text]).await;
                damaged += 1;
            }
        }
        assert_eq!(damaged, usize::from(!self.servers().is_empty()));
    }

    /// Replaces a quiz in the list of its author, and its first version in the list of versions, by what is no text.
    pub async fn damage_lists(&self, owner: &str, id: &str) {
        if let Home::Folder { folder } = &self.home {
            let file = rusqlite::Connection::open(folder.path().join("hubbub.db")).unwrap();
            for update in [
                "UPDATE quizzes SET summary = CAST(x'fffe' AS TEXT) WHERE id = ?1",
                "UPDATE quiz_versions SET about = CAST(x'fffe' AS TEXT) WHERE quiz = ?1",
            ] {
                assert_eq!(file.execute(update, [id]).unwrap(), 1);
            }
        }
        let (list, versions) =
            (format!("hubbub:{{quizzes:{owner}}}"), format!("hubbub:{{quizzes:{owner}}}:versions:{id}"));
        let script = r"return redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1
            and 1 + redis.call('HSET', KEYS[1], ARGV[1], '\255\254') or 0";
        let mut damaged = 0;
        for server in self.servers() {
            for (key, field) in [(&list, id), (&versions, "1")] {
                damaged += server.ask::<usize>(&["EVAL", script, "1", key, field]).await;
            }
        }
        assert_eq!(damaged, if self.servers().is_empty() { 0 } else { 2 });
    }

    /// Lets so many days pass for keys that expire.
    pub async fn days_pass(&self, days: i64) {
        for server in self.servers() {
            for key in server.ask::<Vec<String>>(&["KEYS", "hubbub:{picture:*"]).await {
                let left_ms: i64 = server.ask(&["PTTL", &key]).await;
                if left_ms >= 0 {
                    let left_ms = left_ms - days * 24 * 60 * 60 * 1000;
                    server.command(&["PEXPIRE", &key, &left_ms.to_string()]).await;
                }
            }
        }
    }

    pub async fn has_picture(&self, id: &PictureId) -> bool {
        self.kept.picture(id).await.unwrap().is_some()
    }

    /// Quotas that count in this store.
    pub fn quotas(&self, limits: QuotaLimits) -> Arc<Quotas> {
        Arc::new(Quotas::new(self.counters.clone(), limits))
    }

    pub async fn save(&self, owner: &str, id: &str, version: u64) -> Result<u64, QuizzesError> {
        self.kept.save(&user(owner), &quiz(id, version)).await
    }

    pub async fn loaded(&self, id: &str, version: Option<u64>) -> Option<StoredQuiz> {
        self.kept.load(&quiz_id(id), version).await.unwrap().map(|quiz| quiz.stored)
    }

    pub async fn listed(&self, owner: &str) -> Vec<String> {
        let list = self.kept.list(&user(owner)).await.unwrap();
        list.into_iter().map(|quiz| quiz.id.to_string()).collect()
    }
}

/// A payer at an address.
pub fn payer(id: &str, address: &str) -> Payer {
    Payer { person: user(id), address: address.parse().ok(), is_known: false }
}

pub fn user(id: &str) -> UserId {
    UserId::parse(id).unwrap()
}

pub fn quiz_id(id: &str) -> QuizId {
    QuizId::parse(id).unwrap()
}

/// A version of a quiz that is not finished; saved at a time of its own.
pub fn quiz(id: &str, version: u64) -> StoredQuiz {
    let question = Question { text: format!("Is this {version}? “ü”"), ..Question::default() };
    let quiz = Quiz { title: format!("{id} {version}"), questions: vec![question], ..Quiz::default() };
    StoredQuiz { id: quiz_id(id), version, saved_at: 1_700_000_000_000_u64.saturating_add(version), quiz }
}
