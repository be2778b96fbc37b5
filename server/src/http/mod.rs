//! HTTP besides the pages: health and readiness, and the layers around every request.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use protocol::limits;

use crate::readiness::Readiness;

mod api_gate;
mod bodies;
mod compression;
mod entrance;
mod headers;
mod host;
mod identity;
mod log_once;
pub mod origin;
mod panics;
mod quizzes;

pub use api_gate::{Gate, api_gate};
pub(crate) use api_gate::{TOO_MUCH_TAKES, TooMuch};
pub use compression::compression;
pub use entrance::{EntranceRules, entrance};
pub use headers::{is_file, security_headers};
pub use host::{Host, HostError, site_address};
pub use identity::{Identity, identity};
pub use panics::{catch_panics, report_panics};
pub use quizzes::{QuizFiles, Understood, quizzes};

const HEALTH: &str = "/healthz";
const READY: &str = "/readyz";
/// The largest body of a call to a server function: the longest message, in the widest letters,
/// encoded as a form.
const BODY_BYTES: usize = 64 * 1024;
/// The address that plain forms post a message to. Much more than a message may have is read, so that a text
/// that is too long can be shown again to its author.
const SAY: &str = "/api/say";
const SAY_FORMS: &str = "/rooms/";
const SAY_BYTES: usize = 256 * 1024;
/// The address that quizzes are saved at, and how many bytes that takes: each byte of a quiz may be encoded
/// as three. Somewhat more is read, to be refused with a sentence.
const SAVE_QUIZ: &str = "/api/save-quiz";
const QUIZ_BYTES: usize = limits::QUIZ_BYTES * 4;

/// Routes for the operator: health and readiness.
pub(crate) fn operations(readiness: Arc<Readiness>) -> Router {
    Router::new().route(HEALTH, get(healthz)).route(READY, get(readyz)).with_state(readiness)
}

/// How many bytes of a request's body are read at most.
pub fn body_bytes(path: &str) -> usize {
    match path {
        SAVE_QUIZ => QUIZ_BYTES,
        _ if path == SAY || path.starts_with(SAY_FORMS) => SAY_BYTES,
        _ => BODY_BYTES,
    }
}

/// Answers as long as the process runs.
async fn healthz() -> &'static str {
    "ok\n"
}

/// Answers 200 when people can be sent here: the log was written and read, and this node
/// is not shutting down.
async fn readyz(State(readiness): State<Arc<Readiness>>) -> Response {
    match readiness.check().await {
        Ok(()) => "ready\n".into_response(),
        Err(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {why}\n")).into_response(),
    }
}
