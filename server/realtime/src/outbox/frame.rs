//! Encodes WebSocket frames as a server sends them: whole, unmasked, uncompressed (RFC 6455, section 5.2). A
//! library decodes, see `ws`.

use bytes::Bytes;

const TEXT: u8 = 0x81;
const BINARY: u8 = 0x82;
const CLOSE: u8 = 0x88;

/// A whole ping frame, without a payload and, as all of a server, not masked.
pub const PING: Bytes = Bytes::from_static(&[0x89, 0]);

/// Appends `payload` as one text frame.
pub(crate) fn text(into: &mut Vec<u8>, payload: &str) {
    data(into, TEXT, payload.as_bytes());
}

/// Appends `payload` as one binary frame.
pub(crate) fn binary(into: &mut Vec<u8>, payload: &[u8]) {
    data(into, BINARY, payload);
}

/// A close frame; `reason` is cut to the 123 bytes that a control frame has room for.
pub fn close(code: u16, reason: &str) -> Bytes {
    let mut payload = Vec::with_capacity(2 + reason.len());
    payload.extend_from_slice(&code.to_be_bytes());
    payload.extend_from_slice(&reason.as_bytes()[..reason.floor_char_boundary(123)]);
    let mut frame = Vec::with_capacity(2 + payload.len());
    data(&mut frame, CLOSE, &payload);
    frame.into()
}

fn data(into: &mut Vec<u8>, first: u8, payload: &[u8]) {
    into.reserve(10 + payload.len());
    into.push(first);
    match payload.len() {
        length @ 0..126 => into.push(length as u8),
        length @ 126..0x1_0000 => {
            into.push(126);
            into.extend_from_slice(&(length as u16).to_be_bytes());
        }
        length => {
            into.push(127);
            into.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
    into.extend_from_slice(payload);
}

#[cfg(test)]
mod tests {
    use super::*;
    use tungstenite::Message;
    use tungstenite::protocol::{Role, WebSocket};

    /// What a client reads in `bytes`.
    fn decode(bytes: Vec<u8>) -> Message {
        WebSocket::from_raw_socket(std::io::Cursor::new(bytes), Role::Client, None).read().unwrap()
    }

    #[test]
    fn a_client_reads_what_was_spelled_whatever_its_length() {
        for length in [0, 1, 125, 126, 127, 65_535, 65_536, 100_000] {
            let (said, mut bytes) = ("é".repeat(length / 2) + &"a".repeat(length % 2), Vec::new());
            text(&mut bytes, &said);
            assert_eq!(decode(bytes).into_text().unwrap().as_str(), said, "{length} bytes");
        }
        assert_eq!(decode(PING.to_vec()), Message::Ping(Bytes::new()));
    }

    #[test]
    fn a_reason_that_is_too_long_is_cut_between_letters() {
        let Message::Close(Some(frame)) = decode(close(4001, &"é".repeat(80)).to_vec()) else { panic!("no close") };
        assert_eq!((u16::from(frame.code), frame.reason.as_str()), (4001, "é".repeat(61).as_str()));
    }
}
