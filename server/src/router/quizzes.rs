//! The calls of authors' pages, answered by the node.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use app::api::ApiError;
use app::api::quizzes::{OpenedQuiz, QuizList, QuizService, Saved};
use async_trait::async_trait;
use axum::http::request::Parts;
use leptos::prelude::use_context;
use protocol::game::RunningGame;
use protocol::quiz::{Quiz, QuizVersion, Results, ResultsSummary, StoredQuiz};
use protocol::{Member, QuizId, ResultsId, limits};

use super::errors::{too_fast, unavailable};
use super::releasing_permit;
use crate::games::Games;
use crate::limits::{TrustedProxies, client_address};
use crate::quizzes::{Library, QuizzesError, samples, summary_of};
use crate::quota::Payer;
use crate::session::{Authors, Sessions};
use crate::throttle::{Share, Sharer, Throttle};

/// How many running games and results are named beside the quizzes.
const UNFINISHED: usize = 5;

/// Implements the calls of authors' pages.
pub(crate) struct AuthorPages {
    pub(crate) authors: Authors,
    pub(crate) games: Arc<Games>,
    pub(crate) library: Library,
    pub(crate) sessions: Sessions,
    pub(crate) throttle: Arc<Throttle>,
    pub(crate) trusted_proxies: Arc<TrustedProxies>,
}

impl AuthorPages {
    /// The account that something stored is charged to.
    fn payer(&self, viewer: &Member) -> Result<Payer, ApiError> {
        let parts = use_context::<Parts>().ok_or(ApiError::Other)?;
        let peer = parts.extensions.get::<SocketAddr>().ok_or(ApiError::Other)?;
        let address = client_address(*peer, &parts.headers, &self.trusted_proxies);
        Ok(self.authors.payer(&viewer.id, &parts.headers, address))
    }

    /// The games that the viewer hosts, by the cookies of their browser.
    async fn running(&self) -> Vec<RunningGame> {
        let tokens = use_context::<Parts>().map(|parts| self.sessions.hosted(&parts.headers));
        releasing_permit(self.games.running(&tokens.unwrap_or_default())).await
    }

    fn may_write(&self) -> bool {
        use_context::<Parts>().is_some_and(|parts| self.authors.may_write(&parts.headers))
    }

    fn must_write(&self) -> Result<(), ApiError> {
        if self.may_write() { Ok(()) } else { Err(ApiError::KeyNeeded) }
    }
}

#[async_trait]
impl QuizService for AuthorPages {
    async fn quizzes(&self, viewer: &Member) -> Result<QuizList, ApiError> {
        let library = &self.library;
        let lists =
            async { futures::join!(library.list(&viewer.id), library.store.results(&viewer.id), self.running()) };
        let (own, results, running) = lists.await;
        let (own, results) = (own.map_err(refused)?, results.map_err(refused)?);
        let goes_on = |id: &ResultsId| running.iter().any(|game| game.results.as_ref() == Some(id));
        let unfinished = results.into_iter().filter(|one| one.unfinished.is_some() && !goes_on(&one.id));
        Ok(QuizList {
            may_write: self.may_write(),
            own,
            samples: samples::all().iter().map(summary_of).collect(),
            unfinished: unfinished.take(UNFINISHED).collect(),
            running,
        })
    }

    async fn quiz(&self, viewer: &Member, id: &QuizId) -> Result<OpenedQuiz, ApiError> {
        let stored = self.library.open(&viewer.id, id, None).await.map_err(refused)?;
        Ok(OpenedQuiz { stored, may_save: !id.is_sample() && self.may_write() })
    }

    async fn save(&self, viewer: &Member, id: Option<&QuizId>, version: u64, quiz: Quiz) -> Result<Saved, ApiError> {
        self.must_write()?;
        self.library.save(&self.payer(viewer)?, id, version, quiz).await.map(saved).map_err(refused)
    }

    async fn delete(&self, viewer: &Member, id: &QuizId) -> Result<(), ApiError> {
        self.must_write()?;
        self.library.store.delete(&viewer.id, id).await.map_err(refused)
    }

    async fn copy(&self, viewer: &Member, id: &QuizId) -> Result<Saved, ApiError> {
        self.must_write()?;
        self.library.copy(&self.payer(viewer)?, id).await.map(saved).map_err(refused)
    }

    async fn versions(&self, viewer: &Member, id: &QuizId) -> Result<Vec<QuizVersion>, ApiError> {
        self.library.store.versions(&viewer.id, id).await.map_err(refused)
    }

    async fn restore(&self, viewer: &Member, id: &QuizId, version: u64) -> Result<Saved, ApiError> {
        self.must_write()?;
        self.library.restore(&self.payer(viewer)?, id, version).await.map(saved).map_err(refused)
    }

    async fn results(&self, viewer: &Member) -> Result<Vec<ResultsSummary>, ApiError> {
        self.library.store.results(&viewer.id).await.map_err(refused)
    }

    async fn result(&self, viewer: &Member, id: &ResultsId) -> Result<Results, ApiError> {
        self.library.result(&viewer.id, id).await.map_err(refused)
    }

    async fn delete_result(&self, viewer: &Member, id: &ResultsId) -> Result<(), ApiError> {
        let was_there = self.library.store.forget(&viewer.id, id).await.map_err(refused)?;
        if was_there { Ok(()) } else { Err(ApiError::Missing) }
    }

    async fn become_author(&self, viewer: &Member, key: &str) -> Result<String, ApiError> {
        let parts = use_context::<Parts>().ok_or(ApiError::Other)?;
        let peer = parts.extensions.get::<SocketAddr>().ok_or(ApiError::Other)?;
        let address = client_address(*peer, &parts.headers, &self.trusted_proxies);
        let known_for = self.sessions.authenticate_with_age(&parts.headers).map_or(Duration::ZERO, |(_, age)| age);
        let sharer = Sharer { session: &viewer.id, known_for, address };
        self.throttle.spend_share(sharer, Share::KEY).map_err(too_fast)?;
        let cookie = self.authors.admit(&viewer.id, key, &parts.headers);
        let cookie = cookie.ok_or_else(|| ApiError::Invalid("This is not the authors' key. Try again.".into()))?;
        Ok(cookie.to_str().map_err(|_| ApiError::Other)?.to_owned())
    }
}

fn saved(quiz: StoredQuiz) -> Saved {
    Saved { id: quiz.id, version: quiz.version, saved_at: quiz.saved_at }
}

/// What belongs to somebody else is reported as missing: nobody learns that it exists.
fn refused(error: QuizzesError) -> ApiError {
    match error {
        QuizzesError::Stale { current } => ApiError::Stale { current },
        QuizzesError::NotYours | QuizzesError::Missing => ApiError::Missing,
        QuizzesError::TooMany => ApiError::Invalid(format!(
            "You have {} quizzes, and more cannot be kept. Delete one first.",
            limits::QUIZZES
        )),
        QuizzesError::TooLong => ApiError::Invalid("This quiz has become too long to be kept. Make two of it.".into()),
        QuizzesError::NoDatabase => ApiError::Invalid(error.to_string()),
        QuizzesError::Quota(why) => ApiError::Invalid(why.to_string()),
        QuizzesError::Storage(error) => unavailable(error),
    }
}
