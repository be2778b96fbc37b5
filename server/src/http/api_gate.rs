//! What is checked before a request is answered: whether it may change
//! something, and whether its address has not asked for too much.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{Extension, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::origin;
use crate::limits::{client_address, warn_of_unknown_proxy};
use crate::node::Node;
use crate::throttle::{Purpose, request as cost};

/// Lets a request through to the pages, files and server functions, or answers
/// it. Only a POST may change anything here.
pub async fn api_gate(
    State(node): State<Arc<Node>>,
    Extension(peer): Extension<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    if request.method() == Method::POST && !origin::may_change(headers, &node.config.allowed_origins) {
        return (StatusCode::FORBIDDEN, "this site may not ask that here").into_response();
    }
    warn_of_unknown_proxy(peer, headers, &node.config.trusted_proxies);
    let address = client_address(peer, headers, &node.config.trusted_proxies);
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let tokens = cost::cost_of(is_read, request.uri().path());
    if let Err(wait) = node.throttle.spend_at(address, Purpose::Request, tokens) {
        let seconds = wait.as_secs() + 1;
        let sentence = format!("Too many requests came from your network. Try again in {seconds} s.");
        let mut response = (StatusCode::TOO_MANY_REQUESTS, sentence).into_response();
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        return response;
    }
    let turn = if cost::waits(tokens, request.uri().path()) { node.throttle.turn(address).await } else { None };
    let response = next.run(request).await;
    drop(turn);
    // Where there is no such file, a whole page was drawn to say so.
    if response.status() == StatusCode::NOT_FOUND && tokens < cost::PAGE {
        node.throttle.charge_at(address, Purpose::Request, cost::PAGE - tokens);
    }
    response
}
