//! The checks on every request before anything else, WebSockets included: method, target, host, and
//! the headers of proxies.
//!
//! What passes has one of the methods that are served, a path that begins with a slash, at most one `Host`,
//! and no header that only a trusted proxy may set. `--hosts` is compared with `Host` as it comes: a
//! forwarded name may have been written by the client.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::uri::Parts;
use axum::http::{HeaderMap, Method, StatusCode, Uri, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::warn;

use super::host::{FORWARDED_HOST, FORWARDED_PORT, Host};
use super::log_once::LogOnce;
use super::{HEALTH, READY, origin};
use crate::limits::TrustedProxies;

/// The header in which a proxy says by which scheme it was asked.
const PROTO: &str = "x-forwarded-proto";

/// What requests are checked against.
pub struct EntranceRules {
    /// The names that are served; empty: all.
    pub hosts: Vec<Host>,
    /// The proxies whose headers are believed.
    pub trusted_proxies: Arc<TrustedProxies>,
}

/// Lets a request through, or answers it.
pub async fn entrance(State(allowed): State<Arc<EntranceRules>>, mut request: Request, next: Next) -> Response {
    match check(&mut request, &allowed) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    }
}

fn check(request: &mut Request, allowed: &EntranceRules) -> Result<(), Refusal> {
    if !matches!(*request.method(), Method::GET | Method::HEAD | Method::POST) {
        return Err(Refusal::Method);
    }
    let host = host(request)?;
    let target = target(request.uri(), host.as_ref())?;
    // Load balancers ask a node by its address, whatever its public name.
    let is_probe = [HEALTH, READY].contains(&target.path());
    let is_served = |asked: &Host| allowed.hosts.iter().any(|served| served.serves(asked));
    if !allowed.hosts.is_empty() && !is_probe && !host.as_ref().is_some_and(is_served) {
        note_misdirected(host.as_ref());
        return Err(Refusal::Misdirected);
    }
    *request.uri_mut() = target;
    let peer = request.extensions().get::<SocketAddr>().map(|peer| peer.ip().to_canonical());
    let is_proxy = peer.is_some_and(|peer| allowed.trusted_proxies.iter().any(|proxy| proxy.contains(&peer)));
    let headers = request.headers_mut();
    if !allowed.trusted_proxies.is_empty() && !is_proxy {
        headers.remove(PROTO);
    }
    // Origins are compared with these headers, so only a trusted proxy may set them.
    if !is_proxy {
        headers.remove(FORWARDED_HOST);
        headers.remove(FORWARDED_PORT);
    }
    forget_foreign_referer(headers);
    Ok(())
}

/// Logs each foreign name once: a proxy may pass on another one than people type.
fn note_misdirected(host: Option<&Host>) {
    static NOTES: LogOnce = LogOnce::new();
    if let Some(host) = host.filter(|host| NOTES.is_new(&host.to_string())) {
        warn!("a request was for {host}, which is none of --hosts; is that what your proxy passes on as Host?");
    }
}

/// RFC 9112, section 3.2: exactly one `Host`; before HTTP/1.1 there may be none.
fn host(request: &Request) -> Result<Option<Host>, Refusal> {
    let headers = request.headers();
    if request.version() < Version::HTTP_11 && !headers.contains_key(header::HOST) {
        return Ok(None);
    }
    Host::of(headers).map(Some).ok_or(Refusal::Host)
}

/// The path and query of a target. A target with a host, as proxies get it, must name the
/// same host as `Host`.
fn target(uri: &Uri, host: Option<&Host>) -> Result<Uri, Refusal> {
    if !uri.path().starts_with('/') {
        return Err(Refusal::Target);
    }
    if let Some(authority) = uri.authority() {
        let named: Host = authority.as_str().parse().map_err(|_| Refusal::Target)?;
        let default_port = if uri.scheme_str() == Some("https") { 443 } else { 80 };
        if !host.is_some_and(|host| host.is_same(&named, default_port)) {
            return Err(Refusal::Target);
        }
    }
    let mut parts = Parts::default();
    parts.path_and_query = uri.path_and_query().cloned();
    Uri::from_parts(parts).map_err(|_| Refusal::Target)
}

/// The library redirects forms to their `Referer`. One of another site is removed, so that
/// nobody is led there.
fn forget_foreign_referer(headers: &mut HeaderMap) {
    let mut referers = headers.get_all(header::REFERER).iter();
    let (Some(referer), others) = (referers.next(), referers.next()) else { return };
    let is_own = referer.to_str().is_ok_and(|referer| origin::is_own_address(referer, headers));
    if !is_own || others.is_some() {
        headers.remove(header::REFERER);
    }
}

/// Why a request is refused before any route sees it.
#[derive(Clone, Copy)]
enum Refusal {
    Method,
    Target,
    Host,
    Misdirected,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, why) = match self {
            Self::Method => {
                let why = "Only GET, HEAD and POST are answered here.\n";
                return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD, POST")], why).into_response();
            }
            Self::Target => (StatusCode::BAD_REQUEST, "Ask for a path on this host, which begins with a slash.\n"),
            Self::Host => (StatusCode::BAD_REQUEST, "Name one host in one Host header.\n"),
            Self::Misdirected => {
                (StatusCode::MISDIRECTED_REQUEST, "This server is not known by that name. Ask for it by its own.\n")
            }
        };
        (status, why).into_response()
    }
}
