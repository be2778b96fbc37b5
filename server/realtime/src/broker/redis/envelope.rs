//! The form of a delivery in Redis pub/sub: one letter, then the rest.
//!
//! - `e{epoch} {offset} {header}{frame}`: a publication; the [header](EventHeader) ends in a space
//! - `p{epoch} {offset} {frame}`: the same without a header, in the form of the version before
//! - `f{frame}`: an ephemeral frame
//! - `n{body}`: a notice between nodes
//!
//! Scripts write the same form; they are the only other place that knows it.

use bytes::{Buf, Bytes};
use memchr::memchr_iter;
use protocol::{Epoch, Position};

use crate::broker::{Delivery, Ephemeral};
use crate::channel::Channel;
use crate::event::{EventHeader, number};

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
pub fn decode(channel: Channel, mut envelope: Bytes) -> Option<Delivery> {
    match envelope.try_get_u8().ok()? {
        b'e' => publication(channel, envelope, true),
        b'p' => publication(channel, envelope, false),
        b'f' => Some(Delivery::Ephemeral { channel, ephemeral: Ephemeral::Frame(envelope) }),
        b'n' => Some(Delivery::Ephemeral { channel, ephemeral: Ephemeral::Notice(envelope) }),
        _ => None,
    }
}

fn publication(channel: Channel, mut body: Bytes, has_header: bool) -> Option<Delivery> {
    let mut spaces = memchr_iter(b' ', &body);
    let (epoch, offset) = (spaces.next()?, spaces.next()?);
    let position = Position {
        epoch: Epoch::parse(std::str::from_utf8(&body[..epoch]).ok()?).ok()?,
        offset: number(&body[epoch + 1..offset])?,
    };
    body.advance(offset + 1);
    let header = if has_header { Some(EventHeader::take_off(&mut body)?) } else { None };
    Some(Delivery::Publication { channel, position, header, frame: body })
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
        let header = EventHeader::new("posted", 7, None, Some(&author));
        let read = decode(room(), Bytes::from([b"eabc 12 ", header.as_bytes(), b"{\"a\": 1}"].concat()));
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
