//! Where quizzes are tested: what keeps them, for a test of its own.

use std::sync::Arc;

use protocol::quiz::{Question, Quiz, StoredQuiz};
use protocol::{QuizId, UserId};
use server::broker::redis;
use server::quizzes::embedded::EmbeddedQuizzes;
use server::quizzes::redis::RedisQuizzes;
use server::quizzes::{Library, Quizzes, QuizzesError};
use server::store::Store;
use tempfile::TempDir;

use crate::cluster::url_of;
use crate::redis_server::RedisServer;

/// What keeps quizzes, for a test of its own.
pub struct Shelf {
    pub kept: Arc<dyn Quizzes>,
    _home: Home,
}

enum Home {
    Folder { _folder: TempDir },
    Servers { _servers: Vec<Arc<RedisServer>>, _broker: Arc<redis::RedisBroker> },
}

impl Shelf {
    pub async fn embedded() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        Self { kept: Arc::new(EmbeddedQuizzes::new(store)), _home: Home::Folder { _folder: folder } }
    }

    pub async fn redis() -> Self {
        Self::on(1).await
    }

    pub async fn three_shards() -> Self {
        Self::on(3).await
    }

    async fn on(count: usize) -> Self {
        let servers: Vec<_> = (0..count).map(|_| RedisServer::start()).collect();
        let options = redis::Options {
            log: server::broker::LogLimits { entries: 10, bytes: 1 << 20 },
            sharded: false,
            node: "test".into(),
        };
        let (broker, _) = redis::connect(&url_of(&servers), options).await.unwrap();
        let kept = Arc::new(RedisQuizzes::new(broker.link()));
        Self { kept, _home: Home::Servers { _servers: servers, _broker: broker } }
    }

    pub fn library(&self) -> Library {
        Library::new(self.kept.clone())
    }

    pub async fn save(&self, owner: &str, id: &str, version: u64) -> Result<(), QuizzesError> {
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
    StoredQuiz { id: quiz_id(id), version, saved_at: 1_700_000_000_000 + version, quiz }
}
