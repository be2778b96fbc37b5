//! The protocol of each kind of server on top of WebSocket frames.

use std::fmt::Write as _;

/// The protocol of a server on top of WebSocket frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// The protocol of `docs/protocol.md`, on `/ws`.
    Hubbub,
    /// The same two frames of a client, answered by `joined` and relayed to the room.
    Plain,
    /// Engine.IO 4 over WebSocket alone, with the packets of Socket.IO 5.
    SocketIo,
}

/// What a frame that is no message of ours means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received {
    /// The connection is in its room.
    Joined,
    /// The server expects this frame as an answer.
    Answer(String),
    /// The server refuses what the client sent; the run counts that.
    Refused,
    /// Nothing that matters here: presence, for example.
    Nothing,
}

impl Dialect {
    /// The path, with its query, under which a server takes WebSockets.
    pub fn path(self) -> &'static str {
        match self {
            Self::Hubbub => "/ws?v=1",
            Self::Plain => "/ws",
            Self::SocketIo => "/socket.io/?EIO=4&transport=websocket",
        }
    }

    /// The first frame of a client; `None` where the server begins.
    pub fn hello(self, room: u32) -> Option<String> {
        match self {
            Self::Hubbub | Self::Plain => Some(format!(r#"{{"type":"join","payload":{{"roomId":"r{room}"}}}}"#)),
            Self::SocketIo => None,
        }
    }

    /// The meaning of a frame for a connection that is to be in `room`.
    pub fn decode(self, frame: &[u8], room: u32) -> Received {
        match self {
            Self::Hubbub | Self::Plain if frame.starts_with(br#"{"type":"joined""#) => Received::Joined,
            Self::Hubbub | Self::Plain if frame.starts_with(br#"{"type":"error""#) => Received::Refused,
            Self::Hubbub | Self::Plain => Received::Nothing,
            Self::SocketIo => match frame {
                [b'0', ..] => Received::Answer("40".into()),
                [b'2', ..] => Received::Answer("3".into()),
                [b'4', b'0', ..] => Received::Answer(format!(r#"42["join","r{room}"]"#)),
                [b'4', b'4', ..] => Received::Refused,
                _ if frame.starts_with(br#"42["joined""#) => Received::Joined,
                _ => Received::Nothing,
            },
        }
    }

    /// Encodes a message into `out`. For Hubbub it has an id, as from a browser.
    pub fn message(self, out: &mut String, text: &str, sender: usize, sequence: u32, phase: u8) {
        out.clear();
        // Writing to a string does not fail.
        let _ = match self {
            Self::Hubbub => write!(
                out,
                r#"{{"type":"message","payload":{{"id":"{sender}-{phase}-{sequence}","message":"{text}"}}}}"#
            ),
            Self::Plain => write!(out, r#"{{"type":"message","payload":{{"message":"{text}"}}}}"#),
            Self::SocketIo => {
                write!(out, r#"42["message",{{"type":"message","payload":{{"message":"{text}"}}}}]"#)
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use protocol::{ClientMessage, wire};

    use super::*;

    #[test]
    fn hubbub_understands_what_it_is_told() {
        let hello = Dialect::Hubbub.hello(7).unwrap();
        assert!(matches!(wire::decode_client(&hello), Ok(ClientMessage::Join { .. })), "{hello}");
        let mut said = String::new();
        Dialect::Hubbub.message(&mut said, "@@hello", 3, 9, 1);
        assert!(matches!(wire::decode_client(&said), Ok(ClientMessage::Message { .. })), "{said}");
    }

    #[test]
    fn socket_io_is_led_into_its_room() {
        let heard = |frame: &str| Dialect::SocketIo.decode(frame.as_bytes(), 5);
        assert_eq!(heard(r#"0{"sid":"a"}"#), Received::Answer("40".into()));
        assert_eq!(heard(r#"40{"sid":"b"}"#), Received::Answer(r#"42["join","r5"]"#.into()));
        assert_eq!(heard("2"), Received::Answer("3".into()));
        assert_eq!(heard(r#"42["joined"]"#), Received::Joined);
        assert_eq!(heard(r#"44{"message":"no"}"#), Received::Refused);
    }
}
