//! What is checked before a request becomes a WebSocket.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{Extension, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::{CloseCode, VERSION};
use serde::Deserialize;

use super::{Meaning, session};
use crate::http::origin;
use crate::node::Node;
use crate::serve;
use crate::session::guest;

/// Bytes read at a time. The library's default of 128 KiB is kept by every
/// connection for life; conformance is the same with 4.
const READ_BUFFER: usize = 4 * 1024;
/// Bytes collected before they are written in one go.
const WRITE_BUFFER: usize = 16 * 1024;

#[derive(Deserialize)]
pub(super) struct Version {
    #[serde(default)]
    v: Option<u32>,
}

/// `GET /ws?v=1`.
pub(super) async fn upgrade<M: Meaning>(
    State(node): State<Arc<Node>>,
    Extension(peer): Extension<SocketAddr>,
    Extension(connection): Extension<serve::Place>,
    Query(version): Query<Version>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Response {
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade,
        Err(rejection) => return rejection.into_response(),
    };
    if !is_key(&headers) {
        return (StatusCode::BAD_REQUEST, "Sec-WebSocket-Key must be 16 bytes in base64").into_response();
    }
    if !origin::is_allowed(&headers, &node.config.allowed_origins) {
        return (StatusCode::FORBIDDEN, "this origin may not open a WebSocket here").into_response();
    }
    if node.leaving.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "this node is leaving").into_response();
    }
    let member = match node.sessions.read(&headers) {
        Some(member) => member,
        None if node.config.require_session => {
            return (StatusCode::UNAUTHORIZED, "open a page first, or POST /api/viewer, for a session").into_response();
        }
        None => guest(),
    };
    let address = client_address(peer, &headers, &node.config.trusted_proxies);
    let Some(place) = node.addresses.take(address) else {
        return (StatusCode::TOO_MANY_REQUESTS, "too many connections from this address").into_response();
    };

    let outbox_bytes = node.config.limits.outbox_bytes;
    let frame_bytes = node.config.limits.frame_bytes;
    let task = node.sockets.token();
    upgrade
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_write_buffer_size(WRITE_BUFFER + outbox_bytes.max(frame_bytes))
        .max_message_size(frame_bytes)
        .max_frame_size(frame_bytes)
        .on_upgrade(move |socket| async move {
            let _kept = (place, connection, task);
            if version.v.is_some_and(|v| v != VERSION) {
                session::refuse(socket, CloseCode::UnknownVersion).await;
            } else {
                session::run::<M>(socket, node, member).await;
            }
        })
}

/// RFC 6455, section 4.2.1: a base64 value that decodes to 16 bytes, so 22
/// characters, the last of which carries 2 bits, and two fillers.
fn is_key(headers: &HeaderMap) -> bool {
    let Some(key) = headers.get(header::SEC_WEBSOCKET_KEY) else { return false };
    let Some(digits) = key.as_bytes().strip_suffix(b"==") else { return false };
    digits.len() == 22
        && digits.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
        && digits.last().is_some_and(|last| b"AQgw".contains(last))
}

/// The address of the client: the last hop that is none of our own proxies.
pub fn client_address(peer: SocketAddr, headers: &HeaderMap, proxies: &[IpAddr]) -> IpAddr {
    let trusted = |address: &IpAddr| proxies.iter().any(|proxy| proxy.to_canonical() == address.to_canonical());
    let mut address = peer.ip();
    let hops = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<IpAddr> = hops.flat_map(|value| value.split(',')).filter_map(|hop| hop.trim().parse().ok()).collect();
    for hop in hops.into_iter().rev() {
        if !trusted(&address) {
            break;
        }
        address = hop;
    }
    address
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

    #[test]
    fn a_forwarded_address_counts_only_from_our_own_proxy() {
        let proxy = IpAddr::from([10, 0, 0, 1]);
        let from = |peer: [u8; 4], proxies: &[IpAddr]| {
            client_address(SocketAddr::from((peer, 5)), &with("x-forwarded-for", "6.6.6.6, 7.7.7.7, 10.0.0.1"), proxies)
        };
        assert_eq!(from([9, 9, 9, 9], &[proxy]), IpAddr::from([9, 9, 9, 9]), "anybody can write a header");
        assert_eq!(from([10, 0, 0, 1], &[proxy]), IpAddr::from([7, 7, 7, 7]), "the client cannot add hops of its own");
        assert_eq!(from([10, 0, 0, 1], &[]), proxy);
    }
}
