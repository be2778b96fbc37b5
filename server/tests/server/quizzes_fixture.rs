//! A fixture for tests of quizzes: a store of each test's own.

use std::sync::Arc;

use protocol::quiz::{Question, Quiz, StoredQuiz};
use protocol::{PictureId, QuizId, UserId};
use realtime::broker::redis;
use server::quizzes::embedded::EmbeddedQuizzes;
use server::quizzes::postgres::PostgresQuizzes;
use server::quizzes::{Library, Quizzes, QuizzesError};
use server::quota::embedded::EmbeddedCounters;
use server::quota::redis::RedisCounters;
use server::quota::{Counters, Payer, QuotaLimits, Quotas};
use server::retention::Sweep;
use server::retention::cluster::ClusterSweep;
use server::retention::embedded::EmbeddedSweep;
use storage::sqlite::Sqlite;
use tempfile::TempDir;

use crate::cluster::redis_options;
use crate::postgres_server::{PostgresServer, client, empty_database};
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
    Database { url: String, _server: Arc<PostgresServer>, _redis: Arc<RedisServer>, _broker: Arc<redis::RedisBroker> },
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

    pub async fn postgres() -> Self {
        let (server, redis) = (PostgresServer::shared(), RedisServer::start());
        let (database, url) = empty_database(&server).await;
        let (broker, _) = redis::connect(&redis.url(), redis_options(10, "test")).await.unwrap();
        let kept = Arc::new(PostgresQuizzes::new(database.clone()));
        let counters = Arc::new(RedisCounters::new(broker.router(), Some(database.clone())));
        let sweep = Arc::new(ClusterSweep::new(broker.router(), Some(database)));
        let home = Home::Database { url, _server: server, _redis: redis, _broker: broker };
        Self { kept, counters, sweep, home }
    }

    pub fn library(&self) -> Library {
        Library::new(self.kept.clone(), self.quotas(NO_LIMITS))
    }

    /// Whether several nodes can use the store.
    pub fn is_shared(&self) -> bool {
        matches!(self.home, Home::Database { .. })
    }

    /// Writes `text` in the place of the first version of a quiz.
    pub async fn damage(&self, id: &str, text: &str) {
        let changed = match &self.home {
            Home::Folder { folder } => {
                let file = rusqlite::Connection::open(folder.path().join("hubbub.db")).unwrap();
                file.execute("UPDATE quiz_versions SET stored = ?2 WHERE quiz = ?1", [id, text]).unwrap() as u64
            }
            Home::Database { url, .. } => {
                let update = "UPDATE quiz_versions SET stored = $2 WHERE quiz = $1";
                client(url).await.execute(update, &[&id, &text]).await.unwrap()
            }
        };
        assert_eq!(changed, 1);
    }

    /// Replaces a quiz in the list of its author, and its first version in the list of versions, by what is no text; a
    /// database that takes only texts gets one that is no document.
    pub async fn damage_lists(&self, id: &str) {
        for (table, column, key) in [("quizzes", "summary", "id"), ("quiz_versions", "about", "quiz")] {
            let changed = match &self.home {
                Home::Folder { folder } => {
                    let file = rusqlite::Connection::open(folder.path().join("hubbub.db")).unwrap();
                    let update = format!("UPDATE {table} SET {column} = CAST(x'fffe' AS TEXT) WHERE {key} = ?1");
                    file.execute(&update, [id]).unwrap() as u64
                }
                Home::Database { url, .. } => {
                    let update = format!("UPDATE {table} SET {column} = '?' WHERE {key} = $1");
                    client(url).await.execute(&update, &[&id]).await.unwrap()
                }
            };
            assert_eq!(changed, 1);
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
