//! One address for each room. Other spellings are redirected to it: `/rooms/Staff%20Room`,
//! `/rooms/staff-room/` and the letters of "Café" in two code points.

use axum::extract::Request;
use axum::http::uri::PathAndQuery;
use axum::http::{Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use percent_encoding::percent_decode_str;
use protocol::RoomId;

const ROOMS: &str = "/rooms/";
/// An address without a page, for texts that cannot be parsed.
const NOWHERE: &str = "/rooms";

/// What an address of a room leads to.
#[derive(Debug, PartialEq, Eq)]
enum RoomAddress {
    /// The page at this address; it says itself if there is no such room.
    Here,
    /// A redirect to the room's own address.
    Elsewhere(String),
    /// No page: the address is not valid text.
    Nowhere,
}

/// Redirects other spellings of a room's address to its own.
pub(super) async fn one_address(mut request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        match classify(request.uri()) {
            RoomAddress::Here => {}
            RoomAddress::Elsewhere(address) => {
                return (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, address)]).into_response();
            }
            RoomAddress::Nowhere => {
                let mut parts = request.uri().clone().into_parts();
                parts.path_and_query = Some(PathAndQuery::from_static(NOWHERE));
                *request.uri_mut() = Uri::from_parts(parts).unwrap_or_default();
            }
        }
    }
    next.run(request).await
}

fn classify(uri: &Uri) -> RoomAddress {
    let Some(written) = uri.path().strip_prefix(ROOMS) else { return RoomAddress::Here };
    let plain = written.trim_end_matches('/');
    if plain.contains('/') {
        return RoomAddress::Here;
    }
    let Ok(text) = percent_decode_str(plain).decode_utf8() else { return RoomAddress::Nowhere };
    match RoomId::parse(&text) {
        // Compared decoded: a proxy may encode the same in another way.
        Ok(room) if room.as_str() != text || plain != written => {
            let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
            RoomAddress::Elsewhere(room.path() + &query)
        }
        _ => RoomAddress::Here,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_leads_to_the_one_address() {
        let own = ["/rooms/staff-room", "/rooms/caf%C3%A9", "/rooms/caf%c3%a9", "/rooms/7b%3Ahelp", "/rooms/7b:help"];
        for address in own {
            assert_eq!(classify(&address.parse().unwrap()), RoomAddress::Here, "{address}");
        }
        for (written, own) in [
            ("/rooms/Staff%20Room", "/rooms/staff-room"),
            ("/rooms/staff-room/", "/rooms/staff-room"),
            ("/rooms/STAFF-ROOM//?a=b", "/rooms/staff-room?a=b"),
            ("/rooms/cafe%CC%81", "/rooms/caf%C3%A9"),
            ("/rooms/a%2Fb", "/rooms/a-b"),
            ("/rooms/a%00b", "/rooms/ab"),
        ] {
            assert_eq!(classify(&written.parse().unwrap()), RoomAddress::Elsewhere(own.into()), "{written}");
        }
    }

    #[test]
    fn what_is_no_room_is_not_found() {
        for address in ["/rooms/", "/rooms/%2E%2E", "/rooms/a/b", "/rooms/%E3%85%A4", "/", "/play/1"] {
            assert_eq!(classify(&address.parse().unwrap()), RoomAddress::Here, "{address}: the page says so");
        }
        assert_eq!(classify(&"/rooms/%ff".parse().unwrap()), RoomAddress::Nowhere);
    }
}
