//! The form of a delivery in Redis pub/sub: one letter, then the rest.
//!
//! - `e{epoch} {offset} {header}{frame}`: a publication; the [header](EventHeader) ends in a space
//! - `p{epoch} {offset} {frame}`: the same without a header, in the form of the version before
//! - `f{frame}`: an ephemeral frame
//! - `n{body}`: a notice between nodes
//!
//! Scripts write the same form; they are the only other place that knows it.

use bytes::Bytes;
use protocol::{Epoch, Position};

use crate::broker::{Delivery, Ephemeral};
use crate::channel::Channel;
use crate::event::EventHeader;

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
        b'e' => publication(channel, body, true),
        b'p' => publication(channel, body, false),
        b'f' => Some(Delivery::Ephemeral { channel, ephemeral: Ephemeral::Frame(body) }),
        b'n' => Some(Delivery::Ephemeral { channel, ephemeral: Ephemeral::Notice(body) }),
        _ => None,
    }
}

fn publication(channel: Channel, body: Bytes, has_header: bool) -> Option<Delivery> {
    let mut parts = body.splitn(3, |byte| *byte == b' ');
    let epoch = std::str::from_utf8(parts.next()?).ok()?;
    let offset = std::str::from_utf8(parts.next()?).ok()?;
    let rest = body.slice_ref(parts.next()?);
    let position = Position { epoch: Epoch::parse(epoch).ok()?, offset: offset.parse().ok()? };
    let (header, frame) = match has_header {
        true => {
            let length = EventHeader::length_in(&rest)?;
            (Some(EventHeader::parse(rest.slice(..length))?), rest.slice(length..))
        }
        false => (None, rest),
    };
    Some(Delivery::Publication { channel, position, header, frame })
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
        let frame = Bytes::from("{\"a\": 1}");
        let (channel, header) = (room(), None);
        let expected = Delivery::Publication { channel, position: position.clone(), header, frame: frame.clone() };
        assert_eq!(read, Some(expected));
        let author = protocol::UserId::parse("ana").unwrap();
        let header = EventHeader::new("said", 7, None, Some(&author));
        let read = decode(room(), Bytes::from(format!("eabc 12 {}{{\"a\": 1}}", header.as_str())));
        assert_eq!(read, Some(Delivery::Publication { channel: room(), position, header: Some(header), frame }));
    }

    #[test]
    fn rubbish_is_left_aside() {
        for rubbish in [
            "",
            "p",
            "pabc",
            "pabc x y",
            "e",
            "eabc 12 said 7 m1",
            "eabc 12 said x m1 ana {}",
            "pabc 12",
            "eabc 12",
            "zzz",
        ] {
            assert_eq!(decode(room(), Bytes::from(rubbish)), None, "{rubbish:?}");
        }
    }
}
