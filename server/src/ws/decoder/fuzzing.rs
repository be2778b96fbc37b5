//! What must hold for any bytes of a client, checked by `cargo fuzz` (see `fuzz/`).

use super::*;

/// What was decoded of a stream.
#[derive(Debug, Default, PartialEq)]
struct Decoded {
    messages: Vec<Message>,
    answers: Vec<u8>,
    error: Option<String>,
}

impl Decoded {
    /// Whether the connection ends here, so that nobody decodes the rest.
    fn is_over(&self) -> bool {
        self.error.is_some() || self.messages.last().is_some_and(Message::is_close)
    }
}

/// Decodes a stream whole, in pieces, and by the library alone: the result is the same.
///
/// The first two bytes choose the largest message and how many bytes after them are the sizes of the pieces.
pub(crate) fn check(data: &[u8]) {
    let Some(([largest, count], rest)) = data.split_first_chunk() else { return };
    let Some((sizes, stream)) = rest.split_at_checked(usize::from(count % 16)) else { return };
    let frame_bytes = usize::from(*largest) * 16;
    let (whole, small) = decode(stream, &[], frame_bytes);
    let (pieces, small_in_pieces) = decode(stream, sizes, frame_bytes);
    assert_eq!(whole, pieces, "in pieces");
    assert!(whole.is_over() || small == small_in_pieces, "{small} and {small_in_pieces} small frames");
    assert_eq!(whole, by_the_library(stream, frame_bytes), "by the library");
    for message in &whole.messages {
        assert!(message.is_close() || message.len() <= frame_bytes.max(125), "{} bytes", message.len());
    }
}

/// The result, and how many small frames were counted.
fn decode(stream: &[u8], sizes: &[u8], frame_bytes: usize) -> (Decoded, u32) {
    let (mut decoder, mut decoded, mut small) = (Decoder::new(frame_bytes), Decoded::default(), 0);
    let (mut rest, mut sizes) = (stream, sizes.iter().cycle());
    while !rest.is_empty() && !decoded.is_over() {
        let size = sizes.next().map_or(rest.len(), |size| usize::from(*size).clamp(1, rest.len()));
        let (now, later) = rest.split_at(size);
        small += decoder.scan(now);
        let taken = decoder.take(now, &mut decoded.messages, &mut decoded.answers);
        decoded.error = taken.err().map(|error| error.to_string());
        assert!(decoded.is_over() || decoder.context.is_some() == decoder.is_in_message(), "a buffer for nothing");
        rest = later;
    }
    (decoded, small)
}

/// What tungstenite decodes of a stream that has arrived.
fn by_the_library(stream: &[u8], frame_bytes: usize) -> Decoded {
    let (mut context, mut decoded) = (context(frame_bytes, stream.len()), Decoded::default());
    let mut pipe = MemoryStream { incoming: stream, answers: &mut decoded.answers };
    loop {
        match context.read(&mut pipe) {
            Ok(message) => {
                // Writes the answer to a ping or a close, if there is one.
                let _ = context.flush(&mut pipe);
                decoded.messages.push(message);
                if decoded.messages.last().is_some_and(Message::is_close) {
                    return decoded;
                }
            }
            Err(Error::Io(error)) if error.kind() == ErrorKind::WouldBlock => return decoded,
            Err(error) => {
                decoded.error = Some(error.to_string());
                return decoded;
            }
        }
    }
}
