//! What is checked before a request becomes a WebSocket.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Extension, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use protocol::{CloseCode, VERSION};
use realtime::outbox::Outbox;
use serde::Deserialize;
use tokio::time::sleep;
use tungstenite::handshake::derive_accept_key;

use super::reader::FrameReader;
use super::{Gateway, Service, Visitor, session};
use crate::http::{TOO_MUCH_TAKES, origin};
use crate::limits::client_address;
use crate::serve::{self, PatientStream, SocketOwner};
use crate::session::guest;
use crate::throttle::{FrameBudget, Purpose, request as cost};

#[derive(Deserialize)]
pub(super) struct Version {
    #[serde(default)]
    v: Option<u32>,
}

/// Answers `GET /ws?v=1` or `/games`: checks the request, then starts the session.
pub(super) async fn upgrade<S: Service>(
    State((gateway, service)): State<(Arc<Gateway>, Arc<S>)>,
    Extension(peer): Extension<SocketAddr>,
    Extension(place): Extension<serve::ConnectionPermit>,
    Query(version): Query<Version>,
    mut request: Request,
) -> Response {
    let upgrade = request.extensions_mut().remove::<OnUpgrade>();
    let headers = request.headers();
    let (upgrade, key) = match (upgrade, handshake(headers)) {
        (_, Err(refusal)) => return refusal.into_response(),
        (None, Ok(_)) => return (StatusCode::UPGRADE_REQUIRED, "a WebSocket needs HTTP/1.1").into_response(),
        (Some(upgrade), Ok(key)) => (upgrade, key),
    };
    if !origin::is_allowed(headers, &gateway.allowed_origins) {
        origin::note_refusal(headers);
        return (StatusCode::FORBIDDEN, "this origin may not open a WebSocket here").into_response();
    }
    if gateway.leaving.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "this node is leaving").into_response();
    }
    let (session, age) = gateway.sessions.authenticate_with_age(headers).unzip();
    let visitor = match session {
        Some(member) => Visitor { member: Arc::new(member), has_session: true },
        None if gateway.require_session => {
            return (StatusCode::UNAUTHORIZED, "open a page first, or POST /api/viewer, for a session").into_response();
        }
        None => Visitor { member: Arc::new(guest()), has_session: false },
    };
    let address = client_address(peer, headers, &gateway.trusted_proxies);
    if gateway.throttle.spend_at(address, Purpose::Request, cost::PAGE).is_err() {
        sleep(TOO_MUCH_TAKES).await;
        return (StatusCode::TOO_MANY_REQUESTS, "too many connections from this address").into_response();
    }
    let credentials = service.credentials(headers, address);
    let share = match place.becomes_socket(SocketOwner::new(visitor.member.id.clone(), age)) {
        Ok(share) => share,
        Err(full) => return full.into(),
    };
    let task = gateway.sockets.token();
    tokio::spawn(async move {
        let Ok(upgraded) = upgrade.await else { return };
        let budget = FrameBudget::new(gateway.throttle.clone(), address);
        let Some((reader, outbox)) = open(upgraded, &gateway, budget) else { return };
        if version.v.is_some_and(|v| v != VERSION) {
            Box::pin(session::refuse(reader, &outbox, CloseCode::UnknownVersion)).await;
        } else {
            session::run(reader, outbox, &gateway, service, visitor, credentials).await;
        }
        // The connection counts until here.
        drop((place, share, task));
    });
    switching(key)
}

/// Splits the connection into reader and outbox. The buffer that the request was read into ends here: it
/// would be the largest part of a silent connection.
fn open(upgraded: Upgraded, gateway: &Gateway, budget: FrameBudget) -> Option<(FrameReader, Arc<Outbox>)> {
    let parts = upgraded.downcast::<TokioIo<PatientStream>>().ok()?;
    let (read, write) = parts.io.into_inner().into_inner().into_split();
    let outbox = Arc::new(Outbox::new(write, gateway.outbox_bytes));
    let reader = FrameReader::new(read, gateway.message_limits, budget, &parts.read_buf, &outbox);
    Some((reader, outbox))
}

/// Checks the headers of a handshake and returns its key (RFC 6455, section 4.2.1).
fn handshake(headers: &HeaderMap) -> Result<String, HandshakeError> {
    let has = |name: header::HeaderName, word: &str| {
        let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).any(|one| one.trim().eq_ignore_ascii_case(word))
    };
    let refuse = |status, sentence| Err(HandshakeError(status, sentence));
    if !has(header::CONNECTION, "upgrade") || !has(header::UPGRADE, "websocket") {
        return refuse(StatusCode::UPGRADE_REQUIRED, "this is the address of a WebSocket");
    }
    if !has(header::SEC_WEBSOCKET_VERSION, "13") {
        return refuse(StatusCode::UPGRADE_REQUIRED, "WebSocket version 13 is spoken here");
    }
    if !is_key(headers) {
        return refuse(StatusCode::BAD_REQUEST, "Sec-WebSocket-Key must be 16 bytes in base64");
    }
    let key = headers.get(header::SEC_WEBSOCKET_KEY);
    Ok(derive_accept_key(key.map_or(&[], HeaderValue::as_bytes)))
}

/// The answer to a request that is no handshake.
struct HandshakeError(StatusCode, &'static str);

impl IntoResponse for HandshakeError {
    fn into_response(self) -> Response {
        // RFC 6455, section 4.4: a client of another version is told ours.
        (self.0, [(header::SEC_WEBSOCKET_VERSION, "13")], self.1).into_response()
    }
}

fn switching(accept_key: String) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    if let Ok(key) = HeaderValue::try_from(accept_key) {
        headers.insert(header::SEC_WEBSOCKET_ACCEPT, key);
    }
    response
}

/// RFC 6455, section 4.2.1: a base64 value that decodes to 16 bytes, so 22 characters, the last of which
/// carries 2 bits, and two fillers.
fn is_key(headers: &HeaderMap) -> bool {
    let Some(key) = headers.get(header::SEC_WEBSOCKET_KEY) else { return false };
    let Some(digits) = key.as_bytes().strip_suffix(b"==") else { return false };
    digits.len() == 22
        && digits.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
        && digits.last().is_some_and(|last| b"AQgw".contains(last))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn with(name: &'static str, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name.parse().unwrap(), HeaderValue::from_static(value))])
    }

    #[test]
    fn a_key_is_sixteen_bytes_in_base64() {
        let check = |key| is_key(&with("sec-websocket-key", key));
        assert!(check("dGhlIHNhbXBsZSBub25jZQ=="));
        for wrong in ["", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZR==", "dGhlIHNhbXBsZSBub25j!Q==", "c2hvcnQ="]
        {
            assert!(!check(wrong), "{wrong:?}");
        }
    }
}
