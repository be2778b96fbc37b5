//! The checks before a request is answered: whether it may change something, and whether its address is
//! within the limits. Its body has been read when it passes.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Extension, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use protocol::close::ADDRESS_NOT_LET_IN;
use tokio::time::sleep;

use super::bodies::{Bodies, BodyError};
use super::{body_bytes, origin};
use crate::limits::{TrustedProxies, client_address, warn_of_unknown_proxy};
use crate::throttle::{Purpose, Throttle, request as cost};

/// How many bodies of requests are read at a time, and how many of one address. Bodies that come with the
/// head do not count.
const BODIES: usize = 64;
const BODIES_PER_ADDRESS: usize = 16;
/// The delay of a refusal for too many requests: a client that repeats at once makes the node work so
/// often and no more.
pub(crate) const TOO_MUCH_TAKES: Duration = Duration::from_millis(100);
/// When to try again if all places for bodies are taken, in seconds.
const AGAIN_SECONDS: u64 = 5;

/// An extension of the response to a form that was refused for too many requests, so that a page is shown.
#[derive(Clone, Copy)]
pub(crate) struct TooMuch;

/// What a call of the API is checked against before it is answered.
pub struct Gate {
    throttle: Arc<Throttle>,
    allowed_origins: Vec<String>,
    trusted_proxies: Arc<TrustedProxies>,
    bodies: Bodies,
}

impl Gate {
    /// A gate that counts requests in `throttle`; pages of `allowed_origins` may call too.
    pub fn new(throttle: Arc<Throttle>, allowed_origins: Vec<String>, trusted_proxies: Arc<TrustedProxies>) -> Self {
        Self { throttle, allowed_origins, trusted_proxies, bodies: Bodies::new(BODIES, BODIES_PER_ADDRESS) }
    }
}

/// Lets a request through to the pages, files and server functions, or answers it. Only a
/// POST may change anything.
pub async fn api_gate(
    State(gate): State<Arc<Gate>>,
    Extension(peer): Extension<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    let Gate { throttle, allowed_origins, trusted_proxies, bodies } = &*gate;
    let headers = request.headers();
    if request.method() == Method::POST && !origin::may_change(headers, allowed_origins) {
        origin::note_refusal(headers);
        // A page whose WebSocket is refused calls this to find out why, and shows the sentence.
        return (StatusCode::FORBIDDEN, ADDRESS_NOT_LET_IN).into_response();
    }
    warn_of_unknown_proxy(peer, headers, trusted_proxies);
    let address = client_address(peer, headers, trusted_proxies);
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let tokens = cost::cost_of(is_read, request.uri().path());
    if let Err(wait) = throttle.spend_at(address, Purpose::Request, tokens) {
        let seconds = wait.as_secs() + 1;
        sleep(TOO_MUCH_TAKES).await;
        let sentence = format!("Too many requests came from your network. Try again in {seconds} s.");
        return come_again(StatusCode::TOO_MANY_REQUESTS, seconds, sentence);
    }
    let waits = cost::waits(tokens, request.uri().path());
    let mut request = match waits && !is_read {
        true => match whole(bodies, address, request).await {
            Ok(request) => request,
            Err(refusal) => return refusal,
        },
        false => request,
    };
    // The permit is for the work; waiting for a body needs none.
    let permit = if waits { throttle.acquire_permit(address).await } else { None };
    if let Some(permit) = &permit {
        request.extensions_mut().insert(permit.handle());
    }
    let response = next.run(request).await;
    drop(permit);
    if response.status() == StatusCode::TOO_MANY_REQUESTS || response.extensions().get::<TooMuch>().is_some() {
        sleep(TOO_MUCH_TAKES).await;
    }
    // The file does not exist, and a whole page was rendered to say so.
    if response.status() == StatusCode::NOT_FOUND && tokens < cost::PAGE {
        throttle.charge_at(address, Purpose::Request, cost::PAGE - tokens);
    }
    response
}

/// The request with its body read.
async fn whole(bodies: &Bodies, address: IpAddr, request: Request) -> Result<Request, Response> {
    let at_most = body_bytes(request.uri().path());
    let (parts, body) = request.into_parts();
    match bodies.read(address, body, at_most).await {
        // The handler refuses it as too long, in its own form.
        Ok(bytes) | Err(BodyError::TooMuch(bytes)) => Ok(Request::from_parts(parts, Body::from(bytes))),
        Err(BodyError::NoPlace) => {
            let sentence = format!("Many people send something just now. Try again in {AGAIN_SECONDS} s.");
            Err(come_again(StatusCode::SERVICE_UNAVAILABLE, AGAIN_SECONDS, sentence))
        }
        Err(BodyError::TooSlow) => {
            Err((StatusCode::REQUEST_TIMEOUT, "That came too slowly. Try again on a better line.").into_response())
        }
        Err(BodyError::Broken) => Err((StatusCode::BAD_REQUEST, "This did not come whole. Try again.").into_response()),
    }
}

fn come_again(status: StatusCode, seconds: u64, sentence: String) -> Response {
    (status, [(header::RETRY_AFTER, HeaderValue::from(seconds))], sentence).into_response()
}
