//! Quizzes, results and pictures of all nodes, in Redis.
//!
//! All keys of an author are in one slot, so that each write is one script. The owner of a quiz is stored
//! under the quiz's id: written before the quiz, removed after it, and harmless alone. A picture is stored
//! beside the set of quizzes that name it: while there are any it stays, otherwise it expires. Results expire
//! too; quizzes stay until they are deleted or their author does not come back (see [`crate::retention`]).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use protocol::quiz::{QuizSummary, QuizVersion, Results, ResultsSummary, StoredQuiz};
use protocol::{PictureId, QuizId, ResultsId, UserId, limits, wire};
use redis::{Cmd, Pipeline, Script};
use serde::de::DeserializeOwned;
use storage::redis::{Router, Shard, scripts};
use storage::{StorageError, document, readable};
use tracing::warn;

use super::earlier_names::with_names_of_today;
use super::versions::forgotten;
use super::{EncodedVersion, OwnedQuiz, PICTURE_GRACE, Quizzes, QuizzesError, RESULTS, StoreOutcome};

mod authors;
mod keys;

use keys::{Author, Keys};

/// A time to live that stands for "never": a century.
const CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// The quiz store of a deployment, in Redis.
pub struct RedisQuizzes {
    router: Router,
    keys: Keys,
    save: Script,
    load: Script,
    delete: Script,
    store_results: Script,
    pin: Script,
    unpin: Script,
    /// How long results stay, in seconds.
    retain_results: u64,
}

/// A key, and the tag that places it among independent servers.
struct Key {
    tag: String,
    key: String,
}

impl RedisQuizzes {
    /// A store over the broker's connections for commands; `retain_results` is how long results stay;
    /// `None` is for ever.
    pub fn new(router: Router, retain_results: Option<Duration>) -> Self {
        Self {
            keys: Keys(router.keyspace().clone()),
            router,
            save: Script::new(scripts::quizzes::SAVE),
            load: Script::new(scripts::quizzes::LOAD),
            delete: Script::new(scripts::quizzes::DELETE),
            store_results: Script::new(scripts::quizzes::STORE_RESULTS),
            pin: Script::new(scripts::quizzes::PIN),
            unpin: Script::new(scripts::quizzes::UNPIN),
            retain_results: retain_results.unwrap_or(CENTURY).as_secs(),
        }
    }

    fn shard(&self, tag: &str, key: &str) -> Result<Arc<Shard>, StorageError> {
        self.router.at(self.router.site_of_name(tag), key)
    }

    fn shard_of(&self, author: &Author) -> Result<Arc<Shard>, StorageError> {
        self.shard(author.tag(), author.list())
    }

    /// The owner of a quiz, if it exists.
    async fn owner(&self, id: &QuizId) -> Result<Option<UserId>, QuizzesError> {
        let Key { tag, key } = self.keys.owner_of(id);
        let owner: Option<String> = self.shard(&tag, &key)?.run(&Cmd::get(&key)).await?;
        owner.as_deref().map(parse_owner).transpose()
    }

    /// Notes the owner of a quiz that is about to be stored; returns the earlier owner.
    async fn claim(&self, id: &QuizId, owner: &UserId) -> Result<Option<UserId>, QuizzesError> {
        let Key { tag, key } = self.keys.owner_of(id);
        let mut set = redis::cmd("SET");
        set.arg(&key).arg(owner.as_str()).arg("NX").arg("GET");
        let earlier: Option<String> = self.shard(&tag, &key)?.run(&set).await?;
        earlier.as_deref().map(parse_owner).transpose()
    }

    async fn release(&self, id: &QuizId) -> Result<(), QuizzesError> {
        let Key { tag, key } = self.keys.owner_of(id);
        Ok(self.shard(&tag, &key)?.run(&Cmd::del(&key)).await?)
    }

    async fn must_own(&self, owner: &UserId, id: &QuizId) -> Result<(), QuizzesError> {
        match self.owner(id).await? {
            None => Err(QuizzesError::Missing),
            Some(other) if other != *owner => Err(QuizzesError::NotYours),
            Some(_) => Ok(()),
        }
    }

    async fn save_owned(
        &self,
        owner: &UserId,
        quiz: &StoredQuiz,
        encoded: &EncodedVersion,
    ) -> Result<u64, QuizzesError> {
        let author = self.keys.author(owner);
        // If somebody saves meanwhile, that save wins and this one fails.
        let forgotten = forgotten(&self.versions_of(&author, &quiz.id).await?, quiz.saved_at);
        let named = self.pictures_of(&author, &quiz.id).await?;
        let others = named.iter().filter(|(version, _)| Some(*version) != forgotten.as_ref());
        let still: BTreeSet<PictureId> =
            others.flat_map(|(_, pictures)| pictures).chain(&encoded.pictures).cloned().collect();
        let before: BTreeSet<PictureId> = named.values().flatten().cloned().collect();
        // Pinned before the quiz is stored: a pin too many does no harm.
        self.pin(still.difference(&before), &quiz.id).await?;
        let saved = self.save_version(&author, quiz, encoded, forgotten).await;
        let gone = if saved.is_ok() { before.difference(&still) } else { still.difference(&before) };
        self.unpin(gone, &quiz.id).await;
        saved
    }

    async fn save_version(
        &self,
        author: &Author,
        quiz: &StoredQuiz,
        encoded: &EncodedVersion,
        forgotten: Option<u64>,
    ) -> Result<u64, QuizzesError> {
        let mut save = self.save.prepare_invoke();
        save.key(author.list()).key(author.quiz(&quiz.id)).key(author.versions(&quiz.id));
        save.key(author.pictures(&quiz.id));
        save.arg(quiz.id.as_str()).arg(quiz.version).arg(quiz.version.saturating_sub(1));
        save.arg(forgotten.unwrap_or_default());
        save.arg(&encoded.whole).arg(&encoded.summary).arg(&encoded.version).arg(limits::QUIZZES);
        let pictures: Vec<&str> = encoded.pictures.iter().map(PictureId::as_str).collect();
        save.arg(pictures.join(" "));
        let (outcome, current): (String, u64) = self.shard_of(author)?.invoke(&save).await?;
        match outcome.as_str() {
            "saved" => Ok(current),
            "stale" => Err(QuizzesError::Stale { current }),
            "many" => Err(QuizzesError::TooMany),
            _ => Err(QuizzesError::Missing),
        }
    }

    /// The pictures that each version of a quiz names.
    async fn pictures_of(&self, author: &Author, id: &QuizId) -> Result<BTreeMap<u64, Vec<PictureId>>, QuizzesError> {
        let named: Vec<(u64, Vec<u8>)> = self.shard_of(author)?.run(&Cmd::hgetall(author.pictures(id))).await?;
        let parse = |id: &[u8]| {
            let id = document::text(id, "a quiz's picture")?;
            PictureId::parse(id).map_err(|error| StorageError::corrupt(format!("a quiz's picture: {error}")))
        };
        let all = |text: &[u8]| readable(text.split(u8::is_ascii_whitespace).filter(|id| !id.is_empty()).map(parse));
        Ok(named.into_iter().map(|(version, text)| (version, all(&text))).collect())
    }

    /// Notes that a quiz names these pictures.
    async fn pin(&self, pictures: impl Iterator<Item = &PictureId>, quiz: &QuizId) -> Result<(), QuizzesError> {
        for picture in pictures {
            let Key { tag, key } = self.keys.picture_of(picture);
            let mut pin = self.pin.prepare_invoke();
            pin.key(&key).key(self.keys.namers_of(picture)).arg(quiz.as_str());
            self.shard(&tag, &key)?.invoke::<()>(&pin).await?;
        }
        Ok(())
    }

    /// Notes that it names them no more. If that fails, they stay.
    async fn unpin(&self, pictures: impl Iterator<Item = &PictureId>, quiz: &QuizId) {
        for picture in pictures {
            let Key { tag, key } = self.keys.picture_of(picture);
            let mut unpin = self.unpin.prepare_invoke();
            unpin.key(&key).key(self.keys.namers_of(picture)).arg(quiz.as_str()).arg(PICTURE_GRACE.as_secs());
            let noted = match self.shard(&tag, &key) {
                Ok(shard) => shard.invoke::<()>(&unpin).await,
                Err(error) => Err(error),
            };
            if let Err(error) = noted {
                warn!("a picture stays though no quiz names it: {error}");
            }
        }
    }

    /// The stored versions of a quiz, the latest first.
    async fn versions_of(&self, author: &Author, id: &QuizId) -> Result<Vec<QuizVersion>, QuizzesError> {
        let texts: Vec<Vec<u8>> = self.shard_of(author)?.run(&Cmd::hvals(author.versions(id))).await?;
        let mut versions: Vec<QuizVersion> = decode_all(&texts, "a version in the list of a quiz");
        versions.sort_by_key(|version| std::cmp::Reverse(version.version));
        Ok(versions)
    }
}

#[async_trait]
impl Quizzes for RedisQuizzes {
    async fn list(&self, owner: &UserId) -> Result<Vec<QuizSummary>, QuizzesError> {
        let author = self.keys.author(owner);
        let texts: Vec<Vec<u8>> = self.shard_of(&author)?.run(&Cmd::hvals(author.list())).await?;
        let mut list: Vec<QuizSummary> = decode_all(&texts, "a quiz in an author's list");
        list.sort_by(|one, other| other.saved_at.cmp(&one.saved_at).then_with(|| one.id.cmp(&other.id)));
        Ok(list)
    }

    async fn load(&self, id: &QuizId, version: Option<u64>) -> Result<Option<OwnedQuiz>, QuizzesError> {
        let Some(owner) = self.owner(id).await? else { return Ok(None) };
        let author = self.keys.author(&owner);
        let mut load = self.load.prepare_invoke();
        load.key(author.quiz(id)).arg(version.map_or_else(String::new, |version| version.to_string()));
        let stored: Option<String> = self.shard_of(&author)?.invoke(&load).await?;
        let Some(stored) = stored else { return Ok(None) };
        let stored = document::decode(with_names_of_today(stored), "a quiz")?;
        Ok(Some(OwnedQuiz { owner, stored }))
    }

    async fn save(&self, owner: &UserId, quiz: &StoredQuiz) -> Result<u64, QuizzesError> {
        let encoded = EncodedVersion::new(quiz)?;
        if quiz.version > 1 {
            self.must_own(owner, &quiz.id).await?;
            return self.save_owned(owner, quiz, &encoded).await;
        }
        if self.claim(&quiz.id, owner).await?.is_some_and(|earlier| earlier != *owner) {
            return Err(QuizzesError::NotYours);
        }
        let saved = self.save_owned(owner, quiz, &encoded).await;
        if saved == Err(QuizzesError::TooMany) {
            self.release(&quiz.id).await?;
        }
        saved
    }

    async fn versions(&self, owner: &UserId, id: &QuizId) -> Result<Vec<QuizVersion>, QuizzesError> {
        self.must_own(owner, id).await?;
        self.versions_of(&self.keys.author(owner), id).await
    }

    async fn delete(&self, owner: &UserId, id: &QuizId) -> Result<(), QuizzesError> {
        self.must_own(owner, id).await?;
        let author = self.keys.author(owner);
        let named = self.pictures_of(&author, id).await?;
        let mut delete = self.delete.prepare_invoke();
        delete.key(author.list()).key(author.quiz(id)).key(author.versions(id)).key(author.pictures(id));
        delete.arg(id.as_str());
        let was_there: bool = self.shard_of(&author)?.invoke(&delete).await?;
        self.release(id).await?;
        let named: BTreeSet<PictureId> = named.into_values().flatten().collect();
        self.unpin(named.iter(), id).await;
        if was_there { Ok(()) } else { Err(QuizzesError::Missing) }
    }

    async fn store_results(&self, owner: &UserId, results: &Results) -> Result<StoreOutcome, QuizzesError> {
        let author = self.keys.author(owner);
        let mut script = self.store_results.prepare_invoke();
        for key in author.results() {
            script.key(key);
        }
        script.arg(results.id.as_str()).arg(wire::encode(results)).arg(wire::encode(&results.summary()));
        script.arg(results.ended_at).arg(RESULTS).arg(self.retain_results).arg(results.progress());
        let (became, bytes): (String, u64) = self.shard_of(&author)?.invoke(&script).await?;
        Ok(match became.as_str() {
            "new" => StoreOutcome::New,
            "renewed" => StoreOutcome::Renewed { bytes },
            _ => StoreOutcome::Before,
        })
    }

    async fn results(&self, owner: &UserId) -> Result<Vec<ResultsSummary>, QuizzesError> {
        let author = self.keys.author(owner);
        let [_, list, ..] = author.results();
        let texts: Vec<Vec<u8>> = self.shard_of(&author)?.run(&Cmd::hvals(list)).await?;
        let mut list: Vec<ResultsSummary> = decode_all(&texts, "results in an author's list");
        list.sort_by(|one, other| other.ended_at.cmp(&one.ended_at).then_with(|| one.id.cmp(&other.id)));
        Ok(list)
    }

    async fn result(&self, owner: &UserId, id: &ResultsId) -> Result<Option<Results>, QuizzesError> {
        let author = self.keys.author(owner);
        let [whole, ..] = author.results();
        let whole: Option<String> = self.shard_of(&author)?.run(&Cmd::hget(whole, id.as_str())).await?;
        Ok(whole.map(|text| document::decode(with_names_of_today(text), "a game's results")).transpose()?)
    }

    async fn forget(&self, owner: &UserId, id: &ResultsId) -> Result<bool, QuizzesError> {
        let author = self.keys.author(owner);
        let [whole, list, order, progress] = author.results();
        let mut commands = Pipeline::new();
        commands.atomic().hdel(whole, id.as_str()).hdel(list, id.as_str()).ignore();
        commands.zrem(order, id.as_str()).ignore().hdel(progress, id.as_str()).ignore();
        let (was_there,): (bool,) = self.shard_of(&author)?.run_all(&commands).await?;
        Ok(was_there)
    }

    async fn put_picture(&self, id: &PictureId, bytes: Bytes) -> Result<bool, QuizzesError> {
        let Key { tag, key } = self.keys.picture_of(id);
        let mut put = redis::cmd("SET");
        let grace = PICTURE_GRACE.as_secs().cast_signed();
        put.arg(&key).arg(&bytes[..]).arg("NX").arg("EX").arg(grace);
        let mut commands = Pipeline::new();
        commands.add_command(put);
        // An existing picture stays at least as long; one that is pinned has no end, which is longer.
        commands.cmd("EXPIRE").arg(&key).arg(grace).arg("GT").ignore();
        let (put,): (Option<String>,) = self.shard(&tag, &key)?.run_all(&commands).await?;
        Ok(put.is_some())
    }

    async fn picture(&self, id: &PictureId) -> Result<Option<Bytes>, QuizzesError> {
        let Key { tag, key } = self.keys.picture_of(id);
        // Reading does not prolong it: anybody may read.
        let bytes: Option<Vec<u8>> = self.shard(&tag, &key)?.run(&Cmd::get(&key)).await?;
        Ok(bytes.map(Bytes::from))
    }

    async fn visit(&self, owner: &UserId, now_ms: u64) -> Result<u64, QuizzesError> {
        Ok(self.note_visit(owner, now_ms).await)
    }
}

fn parse_owner(owner: &str) -> Result<UserId, QuizzesError> {
    Ok(UserId::parse(owner).map_err(|error| StorageError::corrupt(format!("the owner of a quiz: {error}")))?)
}

/// Decodes a list of documents. One that is damaged does not hide the others.
fn decode_all<T: DeserializeOwned>(texts: &[Vec<u8>], what: &str) -> Vec<T> {
    readable(texts.iter().map(|text| document::decode(text, what)))
}
