//! What is served over plain HTTP besides the pages: the state of the node,
//! and what is checked and said on every request.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::node::Node;

mod api_gate;
mod compression;
mod entrance;
mod headers;
mod host;
mod identity;
pub mod origin;
mod panics;
mod quizzes;
mod uploads;

pub use api_gate::api_gate;
pub use compression::compression;
pub use entrance::entrance;
pub use headers::security_headers;
pub use host::{Host, HostError};
pub use identity::identity;
pub use panics::{catch_panics, report_panics};
pub use quizzes::{Understood, quizzes};

const HEALTH: &str = "/healthz";
const READY: &str = "/readyz";

/// Routes for whoever runs the node.
pub fn operations() -> Router<Arc<Node>> {
    Router::new().route(HEALTH, get(healthz)).route(READY, get(readyz))
}

/// The process answers.
async fn healthz() -> &'static str {
    "ok\n"
}

/// People can be sent here: the log was written and read, and this node is not leaving.
async fn readyz(State(node): State<Arc<Node>>) -> Response {
    match node.ready().await {
        Ok(()) => "ready\n".into_response(),
        Err(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {why}\n")).into_response(),
    }
}
