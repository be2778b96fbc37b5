//! Notes authors' visits, and removes everything of those who do not come back.

use protocol::{QuizId, UserId};
use redis::{Cmd, Pipeline};
use storage::{StorageError, document, readable};

use super::{Quizzes, QuizzesError, RedisQuizzes};

impl RedisQuizzes {
    /// Notes a visit as [`Quizzes::visit`] does; never fails.
    pub(super) async fn note_visit(&self, owner: &UserId, now_ms: u64) -> u64 {
        let (authors, known_since) = (self.keys.authors(), self.keys.since());
        let mut visit = Pipeline::new();
        visit.cmd("ZADD").arg(&authors).arg("GT").arg(now_ms).arg(owner.as_str()).ignore();
        visit.cmd("HSETNX").arg(&known_since).arg(owner.as_str()).arg(now_ms).ignore();
        visit.cmd("HGET").arg(&known_since).arg(owner.as_str());
        let noted = match self.router.at(0, &authors) {
            Ok(shard) => shard.run_all::<(u64,)>(&visit).await,
            Err(error) => Err(error),
        };
        // The list is on the first server, and the quizzes may be reached while that is not.
        noted.map_or(now_ms, |(since,)| since)
    }

    /// Removes some of the authors whose last visit was before `before_ms`, with all they have; returns how many.
    ///
    /// # Errors [`QuizzesError::Storage`]; the rest is removed another time.
    pub(crate) async fn forget_idle(&self, before_ms: u64, most: usize) -> Result<usize, QuizzesError> {
        let (authors, known_since) = (self.keys.authors(), self.keys.since());
        let mut idle = redis::cmd("ZRANGE");
        idle.arg(&authors).arg("-inf").arg(format!("({before_ms}")).arg("BYSCORE").arg("LIMIT").arg(0).arg(most);
        let idle: Vec<Vec<u8>> = self.router.at(0, &authors)?.run(&idle).await?;
        for author in &idle {
            // Nothing can be found under one that is damaged. It leaves the list, or the sweep would read it for ever.
            if let Ok(owner) = parse_author(author) {
                self.forget_author(&owner).await?;
            }
            let mut forget = Pipeline::new();
            forget.zrem(&authors, author).ignore().hdel(&known_since, author).ignore();
            self.router.at(0, &authors)?.run_all::<()>(&forget).await?;
        }
        Ok(idle.len())
    }

    async fn forget_author(&self, owner: &UserId) -> Result<(), QuizzesError> {
        let author = self.keys.author(owner);
        let ids: Vec<Vec<u8>> = self.shard_of(&author)?.run(&Cmd::hkeys(author.list())).await?;
        let parse = |id: &Vec<u8>| {
            let id = document::text(id, "the id of a quiz")?;
            QuizId::parse(id).map_err(|error| StorageError::corrupt(format!("the id of a quiz: {error}")))
        };
        for id in readable::<_, Vec<_>>(ids.iter().map(parse)) {
            match self.delete(owner, &id).await {
                Ok(()) | Err(QuizzesError::Missing | QuizzesError::NotYours) => {}
                Err(error) => return Err(error),
            }
        }
        let mut results = redis::cmd("DEL");
        author.results().iter().for_each(|key| {
            results.arg(key);
        });
        Ok(self.shard_of(&author)?.run(&results).await?)
    }
}

fn parse_author(author: &[u8]) -> Result<UserId, StorageError> {
    let what = "an author in the list of authors";
    let author = document::text(author, what)?;
    UserId::parse(author).map_err(|error| StorageError::corrupt(format!("{what}: {error}")))
}
