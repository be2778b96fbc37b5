//! What authors ask of the server: their quizzes, the samples, and the results of their games.
//!
//! Each function is a POST with an address of its own, as in the module above. Beside them are plain
//! addresses for files, in `server/src/http/quizzes/`:
//!
//! - `POST /api/picture`: a picture's bytes; answers its id as JSON.
//!   `GET /pictures/{id}` shows it.
//! - `POST /api/import-quiz`: a file (its bytes, `?name=` is what it is called);
//!   answers [`Saved`] as JSON, or 422 with a sentence for each fault. A form with
//!   one file is answered with the page of what was understood (`ImportedQuiz`).
//! - `POST /api/store-import`: the form on that page; leads to the quiz.
//! - `GET /quizzes/template.csv` and `.xlsx`.
//! - `GET /quizzes/{id}/export.json`, `.csv` and `.xlsx`.
//! - `GET /results/{id}/export.csv?by=players` or `?by=questions`, and `.xlsx`.

use leptos::prelude::*;
use protocol::game::RunningGame;
pub use protocol::quiz::SavedQuiz as Saved;
use protocol::quiz::{QuizSummary, QuizVersion, Results, ResultsSummary, StoredQuiz};
use protocol::{QuizId, ResultsId};
use serde::{Deserialize, Serialize};

use super::ApiError;
use super::json::Json;

#[cfg(feature = "ssr")]
mod imported;
#[cfg(feature = "ssr")]
mod service;

#[cfg(feature = "ssr")]
pub use imported::{Ask, ImportDoubt, ImportedQuiz, ShownCell};
#[cfg(feature = "ssr")]
pub use service::QuizService;

/// The address of an author's list of quizzes.
pub const QUIZZES: &str = "/quizzes";
/// The address of the page that shows an imported file.
pub const IMPORT_PAGE: &str = "/quizzes/import";
/// The address of an author's list of results.
pub const RESULTS: &str = "/results";

/// The initial state of an author's list of quizzes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QuizList {
    /// Whether the viewer is an author; if not, the authors' key is needed.
    pub may_write: bool,
    /// The viewer's quizzes, the one saved last first.
    pub own: Vec<QuizSummary>,
    /// The samples that come with the program, the same for everybody.
    pub samples: Vec<QuizSummary>,
    /// The running games that the viewer hosts in this browser.
    #[serde(default)]
    pub running: Vec<RunningGame>,
    /// The latest of the viewer's games that were not ended and do not go on.
    #[serde(default)]
    pub unfinished: Vec<ResultsSummary>,
}

/// A quiz, and what the viewer may do with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenedQuiz {
    /// The quiz as it was saved.
    pub stored: StoredQuiz,
    /// Whether the viewer may save changes of it. A sample can only be copied.
    pub may_save: bool,
}

/// The viewer's quizzes and the samples.
///
/// # Errors
/// [`ApiError::Unavailable`] while they cannot be read.
#[server(name = ReadQuizzes, prefix = "/api", output = Json, endpoint = "quizzes")]
pub async fn quizzes() -> Result<QuizList, ApiError> {
    let (viewer, service) = service::both()?;
    service.quizzes(&viewer).await.map_err(super::service::with_status)
}

/// One of the viewer's quizzes, or a sample.
///
/// # Errors
/// [`ApiError::Missing`] for one that is not there, or is somebody else's.
#[server(name = ReadQuiz, prefix = "/api", output = Json, endpoint = "quiz")]
pub async fn quiz(id: QuizId) -> Result<OpenedQuiz, ApiError> {
    let (viewer, service) = service::both()?;
    service.quiz(&viewer, &id).await.map_err(super::service::with_status)
}

/// Saves a quiz, complete or not: a new one without `id`, or a change of version `version` of one. `quiz` is
/// a [`protocol::quiz::Quiz`] as JSON ([`protocol::wire::encode`]), because forms are flat.
///
/// # Errors
/// [`ApiError::Stale`] where it was saved elsewhere meanwhile, [`ApiError::Missing`] where it does not exist
/// or is somebody else's, [`ApiError::KeyNeeded`], [`ApiError::Invalid`] where it is too large.
#[server(name = SaveQuiz, prefix = "/api", output = Json, endpoint = "save-quiz")]
pub async fn save_quiz(id: Option<QuizId>, version: u64, quiz: String) -> Result<Saved, ApiError> {
    let (viewer, service) = service::both()?;
    let quiz = service::parse(&quiz).map_err(super::service::with_status)?;
    service.save(&viewer, id.as_ref(), version, quiz).await.map_err(super::service::with_status)
}

/// Begins a new quiz, empty but for its title, and redirects to its editor. For a plain form.
///
/// # Errors
/// As [`save_quiz`].
#[server(name = NewQuiz, prefix = "/api", output = Json, endpoint = "new-quiz")]
pub async fn new_quiz(#[server(default)] title: String) -> Result<Saved, ApiError> {
    let (viewer, service) = service::both()?;
    let quiz = protocol::quiz::Quiz { title: title.trim().to_owned(), ..Default::default() };
    let saved = service.save(&viewer, None, 0, quiz).await.map_err(super::service::with_status)?;
    leptos_axum::redirect(&format!("{QUIZZES}/{}", saved.id));
    Ok(saved)
}

/// Deletes a quiz with all its versions, and redirects to the list. Results of its games stay.
///
/// # Errors
/// [`ApiError::Missing`], [`ApiError::KeyNeeded`].
#[server(name = DeleteQuiz, prefix = "/api", output = Json, endpoint = "delete-quiz")]
pub async fn delete_quiz(id: QuizId) -> Result<(), ApiError> {
    let (viewer, service) = service::both()?;
    service.delete(&viewer, &id).await.map_err(super::service::with_status)?;
    leptos_axum::redirect(QUIZZES);
    Ok(())
}

/// Copies a quiz of the viewer or a sample into a new one of the viewer, and redirects to its editor.
///
/// # Errors
/// [`ApiError::Missing`], [`ApiError::KeyNeeded`], [`ApiError::Invalid`] with too many.
#[server(name = CopyQuiz, prefix = "/api", output = Json, endpoint = "copy-quiz")]
pub async fn copy_quiz(id: QuizId) -> Result<Saved, ApiError> {
    let (viewer, service) = service::both()?;
    let copy = service.copy(&viewer, &id).await.map_err(super::service::with_status)?;
    leptos_axum::redirect(&format!("{QUIZZES}/{}", copy.id));
    Ok(copy)
}

/// The stored versions of a quiz, the latest first.
///
/// # Errors [`ApiError::Missing`] where the viewer has no such quiz.
#[server(name = ReadVersions, prefix = "/api", output = Json, endpoint = "quiz-versions")]
pub async fn quiz_versions(id: QuizId) -> Result<Vec<QuizVersion>, ApiError> {
    let (viewer, service) = service::both()?;
    service.versions(&viewer, &id).await.map_err(super::service::with_status)
}

/// Saves an earlier version of a quiz as the latest one.
///
/// # Errors [`ApiError::Missing`] where it is not stored any more; as [`save_quiz`].
#[server(name = RestoreQuiz, prefix = "/api", output = Json, endpoint = "restore-quiz")]
pub async fn restore_quiz(id: QuizId, version: u64) -> Result<Saved, ApiError> {
    let (viewer, service) = service::both()?;
    let saved = service.restore(&viewer, &id, version).await.map_err(super::service::with_status)?;
    leptos_axum::redirect(&format!("{QUIZZES}/{id}"));
    Ok(saved)
}

/// The viewer's games that are over, the latest first.
///
/// # Errors
/// [`ApiError::Unavailable`] while they cannot be read.
#[server(name = ReadResults, prefix = "/api", output = Json, endpoint = "results")]
pub async fn results() -> Result<Vec<ResultsSummary>, ApiError> {
    let (viewer, service) = service::both()?;
    service.results(&viewer).await.map_err(super::service::with_status)
}

/// The results of one game.
///
/// # Errors [`ApiError::Missing`] where there are none, or they belong to somebody else.
#[server(name = ReadResult, prefix = "/api", output = Json, endpoint = "result")]
pub async fn result(id: ResultsId) -> Result<Results, ApiError> {
    let (viewer, service) = service::both()?;
    service.result(&viewer, &id).await.map_err(super::service::with_status)
}

/// Deletes the results of a game, and redirects to the list of them.
///
/// # Errors
/// [`ApiError::Missing`].
#[server(name = DeleteResult, prefix = "/api", output = Json, endpoint = "delete-result")]
pub async fn delete_result(id: ResultsId) -> Result<(), ApiError> {
    let (viewer, service) = service::both()?;
    service.delete_result(&viewer, &id).await.map_err(super::service::with_status)?;
    leptos_axum::redirect(RESULTS);
    Ok(())
}

/// Makes the viewer an author, for those who know the authors' key; stored in a signed cookie. Redirects to
/// the list of quizzes.
///
/// # Errors
/// [`ApiError::Invalid`] for another key, [`ApiError::RateLimited`] after a few.
#[server(name = BecomeAuthor, prefix = "/api", output = Json, endpoint = "become-author")]
pub async fn become_author(key: String) -> Result<(), ApiError> {
    let (viewer, service) = service::both()?;
    let cookie = service.become_author(&viewer, key.trim()).await.map_err(super::service::with_status)?;
    super::service::set_cookie(&cookie)?;
    leptos_axum::redirect(QUIZZES);
    Ok(())
}
