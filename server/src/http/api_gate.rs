//! What is checked before a server function runs.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;

use axum::extract::{Extension, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::origin;
use crate::config::RateLimit;
use crate::node::Node;
use crate::ws::client_address;

/// A whole class behind one address may do so many times what one connection may.
const PEOPLE_BEHIND_AN_ADDRESS: u32 = 50;
/// Addresses that are remembered; past this, those with a full allowance are forgotten.
const ADDRESSES: usize = 10_000;

/// How much each address may ask for.
pub struct Gate {
    requests: Option<DefaultKeyedRateLimiter<IpAddr>>,
}

impl Gate {
    /// Allows a multiple of what one connection may say.
    pub fn new(limit: RateLimit) -> Self {
        let many = |n: NonZeroU32| n.saturating_mul(NonZeroU32::new(PEOPLE_BEHIND_AN_ADDRESS).unwrap_or(NonZeroU32::MIN));
        let requests = match limit {
            RateLimit::Off => None,
            RateLimit::On { burst, per_minute } => {
                Some(RateLimiter::keyed(Quota::per_minute(many(per_minute)).allow_burst(many(burst))))
            }
        };
        Self { requests }
    }

    /// `Err` carries the seconds to wait.
    fn check(&self, address: IpAddr) -> Result<(), u64> {
        let Some(requests) = &self.requests else { return Ok(()) };
        if requests.len() > ADDRESSES {
            requests.retain_recent();
        }
        requests
            .check_key(&address.to_canonical())
            .map_err(|not_yet| not_yet.wait_time_from(DefaultClock::default().now()).as_secs() + 1)
    }
}

/// Lets a request through to the server functions, or answers it.
pub async fn api_gate(
    State((node, gate)): State<(Arc<Node>, Arc<Gate>)>,
    Extension(peer): Extension<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    if !origin::may_change(headers, &node.config.allowed_origins) {
        return (StatusCode::FORBIDDEN, "this site may not ask that here").into_response();
    }
    if let Err(wait) = gate.check(client_address(peer, headers, &node.config.trusted_proxies)) {
        let mut response = (StatusCode::TOO_MANY_REQUESTS, "too many requests from this address").into_response();
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait));
        return response;
    }
    next.run(request).await
}
