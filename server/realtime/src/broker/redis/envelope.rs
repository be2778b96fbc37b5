//! The form of a delivery in Redis pub/sub: one letter, then the rest.
//!
//! - `p{epoch} {offset} {frame}`: a publication
//! - `f{frame}`: an ephemeral frame
//! - `n{body}`: a notice between nodes
//!
//! Scripts write the same form; they are the only other place that knows it.

use bytes::Bytes;
use protocol::{Epoch, Position};

use crate::broker::{Delivery, Ephemeral};
use crate::channel::Channel;

/// Encodes something that is not kept.
pub fn encode(ephemeral: &Ephemeral) -> Vec<u8> {
    let (letter, body) = match ephemeral {
        Ephemeral::Frame(frame) => (b'f', frame),
        Ephemeral::Notice(body) => (b'n', body),
    };
    let mut envelope = Vec::with_capacity(1 + body.len());
    envelope.push(letter);
    envelope.extend_from_slice(body);
    envelope
}

/// Decodes an envelope; `None` for the form of a later version. The frame is not copied.
pub fn decode(channel: Channel, envelope: Bytes) -> Option<Delivery> {
    let body = envelope.slice(1.min(envelope.len())..);
    match envelope.first()? {
        b'p' => publication(channel, body),
        b'f' => Some(Delivery::Ephemeral { channel, ephemeral: Ephemeral::Frame(body) }),
        b'n' => Some(Delivery::Ephemeral { channel, ephemeral: Ephemeral::Notice(body) }),
        _ => None,
    }
}

fn publication(channel: Channel, body: Bytes) -> Option<Delivery> {
    let mut parts = body.splitn(3, |byte| *byte == b' ');
    let epoch = std::str::from_utf8(parts.next()?).ok()?;
    let offset = std::str::from_utf8(parts.next()?).ok()?;
    let frame = body.slice(epoch.len() + offset.len() + 2..);
    let position = Position { epoch: Epoch::parse(epoch).ok()?, offset: offset.parse().ok()? };
    Some(Delivery::Publication { channel, position, frame })
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::RoomId;

    fn room() -> Channel {
        Channel::Room(RoomId::parse("room1").unwrap())
    }

    #[test]
    fn what_is_not_kept_comes_out_as_it_went_in() {
        for ephemeral in [Ephemeral::Frame(Bytes::from("{}")), Ephemeral::Notice(Bytes::new())] {
            let read = decode(room(), encode(&ephemeral).into());
            assert_eq!(read, Some(Delivery::Ephemeral { channel: room(), ephemeral }));
        }
    }

    #[test]
    fn a_publication_carries_its_place() {
        let read = decode(room(), Bytes::from("pabc 12 {\"a\": 1}"));
        let position = Position { epoch: Epoch::parse("abc").unwrap(), offset: 12 };
        assert_eq!(read, Some(Delivery::Publication { channel: room(), position, frame: Bytes::from("{\"a\": 1}") }));
    }

    #[test]
    fn rubbish_is_left_aside() {
        for rubbish in ["", "p", "pabc", "pabc x y", "zzz"] {
            assert_eq!(decode(room(), Bytes::from(rubbish)), None, "{rubbish:?}");
        }
    }
}
