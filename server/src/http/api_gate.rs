//! What is checked before a server function runs.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Extension, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::origin;
use crate::config::RateLimit;
use crate::limits::client_address;
use crate::node::Node;

/// A whole class behind one address may do so many times what one connection may.
const PEOPLE_BEHIND_AN_ADDRESS: NonZeroU32 = match NonZeroU32::new(50) {
    Some(fifty) => fifty,
    None => NonZeroU32::MIN,
};
/// A minute, and at once.
const A_FEW: NonZeroU32 = match NonZeroU32::new(10) {
    Some(ten) => ten,
    None => NonZeroU32::MIN,
};
const SOME: NonZeroU32 = match NonZeroU32::new(60) {
    Some(sixty) => sixty,
    None => NonZeroU32::MIN,
};
/// Keys that are remembered; past this, those with a full allowance are forgotten.
const KEYS: usize = 10_000;

/// How much each one of many (addresses, people) may ask for.
pub struct Gate<K: Clone + Eq + std::hash::Hash> {
    requests: Option<DefaultKeyedRateLimiter<K>>,
}

impl<K: Clone + Eq + std::hash::Hash> Gate<K> {
    /// Each person may say by form what a connection may say.
    pub fn for_people(limit: RateLimit) -> Self {
        Self::new(limit, NonZeroU32::MIN)
    }

    /// Each address may ask a multiple of that.
    pub fn for_addresses(limit: RateLimit) -> Self {
        Self::new(limit, PEOPLE_BEHIND_AN_ADDRESS)
    }

    /// Each address may try so many keys that people find theirs and programs do not.
    pub fn for_keys() -> Self {
        Self::strict(A_FEW)
    }

    /// Each address may send files: a school at work, and not a disk full of them.
    pub fn for_files() -> Self {
        Self::strict(SOME)
    }

    fn strict(a_minute: NonZeroU32) -> Self {
        Self { requests: Some(RateLimiter::keyed(Quota::per_minute(a_minute))) }
    }

    fn new(limit: RateLimit, times: NonZeroU32) -> Self {
        let many = |n: NonZeroU32| n.saturating_mul(times);
        let requests = match limit {
            RateLimit::Off => None,
            RateLimit::On { burst, per_minute } => {
                Some(RateLimiter::keyed(Quota::per_minute(many(per_minute)).allow_burst(many(burst))))
            }
        };
        Self { requests }
    }

    /// Accounts for one request. `Err` carries the time to wait.
    pub fn check(&self, key: &K) -> Result<(), Duration> {
        let Some(requests) = &self.requests else { return Ok(()) };
        if requests.len() > KEYS {
            requests.retain_recent();
        }
        requests.check_key(key).map_err(|not_yet| not_yet.wait_time_from(DefaultClock::default().now()))
    }
}

/// Lets a request that may change something through to the server functions,
/// or answers it. Only a POST may change anything here.
pub async fn api_gate(
    State((node, gate)): State<(Arc<Node>, Arc<Gate<IpAddr>>)>,
    Extension(peer): Extension<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    if request.method() != Method::POST {
        return next.run(request).await;
    }
    let headers = request.headers();
    if !origin::may_change(headers, &node.config.allowed_origins) {
        return (StatusCode::FORBIDDEN, "this site may not ask that here").into_response();
    }
    let address = client_address(peer, headers, &node.config.trusted_proxies);
    if let Err(wait) = gate.check(&address) {
        let mut response = (StatusCode::TOO_MANY_REQUESTS, "too many requests from this address").into_response();
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs() + 1));
        return response;
    }
    next.run(request).await
}
