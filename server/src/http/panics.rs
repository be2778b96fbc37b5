//! What a panic does: one request is answered with 500, and nothing else notices. Every panic is counted and
//! logged by where it happened; its message may contain what somebody wrote, so that is not logged.

use std::any::Any;
use std::panic;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;
use tracing::error;

/// Answers a request whose handler panicked.
pub fn catch_panics() -> CatchPanicLayer<fn(Box<dyn Any + Send>) -> Response> {
    CatchPanicLayer::custom(answer as fn(_) -> _)
}

fn answer(_: Box<dyn Any + Send>) -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong here. Try again in a moment.\n").into_response()
}

/// Counts and logs every panic of the process, wherever it happens.
pub fn report_panics() {
    panic::set_hook(Box::new(|panic| {
        metrics::counter!(crate::metrics::PANICS).increment(1);
        let place = panic.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
        error!("a panic at {place}");
    }));
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::extract::Request;
    use axum::routing::get;
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn a_panic_is_answered_and_the_next_request_too() {
        async fn breaks() -> &'static str {
            panic!("a fault of ours")
        }
        let router =
            Router::new().route("/breaks", get(breaks)).route("/works", get(async || "ok")).layer(catch_panics());
        let status = async |path: &str| {
            let request = Request::builder().uri(path).body(Body::empty()).unwrap();
            router.clone().oneshot(request).await.unwrap().status()
        };
        assert_eq!(status("/breaks").await, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(status("/works").await, StatusCode::OK);
    }
}
