//! WebSocket frames by hand: a library would cost more than some servers do.

use thiserror::Error;

/// The opcode of a text frame.
pub const TEXT: u8 = 1;
/// The opcode of a close frame.
pub const CLOSE: u8 = 8;
/// The opcode of a ping, which [`PONG`] answers.
pub const PING: u8 = 9;
/// The opcode of the answer to [`PING`].
pub const PONG: u8 = 10;

/// Larger ones are a fault of the server or of this scanner.
const MOST_BYTES: u64 = 16 << 20;
/// Any will do: it protects proxies from scripts, and there is neither here.
const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// A frame in the bytes that came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// The four bits of the first byte that say what the frame is.
    pub opcode: u8,
    /// The payload, which a server sends without a mask.
    pub payload: &'a [u8],
    /// The length in bytes, with the header.
    pub size: usize,
}

/// Why bytes are no frame of a server.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Broken {
    /// A masked frame, which only clients may send.
    #[error("the server masks its frames")]
    Masked,
    /// Compression, which nobody asked for, or a part of a message.
    #[error("a frame is compressed or in parts")]
    InParts,
    /// A frame of more than [`MOST_BYTES`].
    #[error("a frame of {0} bytes")]
    TooLarge(u64),
}

/// The first frame of what came; `None` while it is not all there.
///
/// # Errors
/// The bytes are no frame that these servers may send.
pub fn first(bytes: &[u8]) -> Result<Option<Frame<'_>>, Broken> {
    let [head, second, ..] = *bytes else { return Ok(None) };
    if head & 0xf0 != 0x80 || head & 0x0f == 0 {
        return Err(Broken::InParts);
    }
    if second & 0x80 != 0 {
        return Err(Broken::Masked);
    }
    let (start, length) = match second {
        126 => match bytes.get(2..4) {
            Some(length) => (4, length.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte))),
            None => return Ok(None),
        },
        127 => match bytes.get(2..10) {
            Some(length) => (10, length.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte))),
            None => return Ok(None),
        },
        short => (2, u64::from(short)),
    };
    if length > MOST_BYTES {
        return Err(Broken::TooLarge(length));
    }
    let size = start + length as usize;
    Ok(bytes.get(start..size).map(|payload| Frame { opcode: head & 0x0f, payload, size }))
}

/// Adds a frame of a client to `out`.
pub fn write(out: &mut Vec<u8>, opcode: u8, payload: &[u8]) {
    out.push(0x80 | opcode);
    match payload.len() {
        short @ 0..126 => out.push(0x80 | short as u8),
        medium @ 126..=0xffff => {
            out.push(0x80 | 126);
            out.extend_from_slice(&(medium as u16).to_be_bytes());
        }
        long => {
            out.push(0x80 | 127);
            out.extend_from_slice(&(long as u64).to_be_bytes());
        }
    }
    out.extend_from_slice(&MASK);
    out.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
}

#[cfg(test)]
mod tests {
    use tokio_tungstenite::tungstenite::protocol::{Message, Role, WebSocket};

    use super::*;

    /// These messages as a server of another implementation sends them.
    fn by_tungstenite(messages: &[Message]) -> Vec<u8> {
        let mut socket = WebSocket::from_raw_socket(std::io::Cursor::new(Vec::new()), Role::Server, None);
        messages.iter().for_each(|message| socket.send(message.clone()).unwrap());
        socket.get_ref().get_ref().clone()
    }

    #[test]
    fn frames_of_every_length_are_found_however_they_are_cut() {
        let texts: Vec<String> = [0, 1, 125, 126, 127, 65_535, 65_536].iter().map(|n| "x".repeat(*n)).collect();
        let bytes = by_tungstenite(&texts.iter().map(Message::text).collect::<Vec<_>>());
        for cut in [1, 2, 3, 4, 9, 10, 11, 1_000] {
            let (mut waiting, mut found) = (Vec::new(), Vec::new());
            for part in bytes.chunks(cut) {
                waiting.extend_from_slice(part);
                while let Some(frame) = first(&waiting).unwrap() {
                    assert_eq!(frame.opcode, TEXT);
                    found.push(String::from_utf8(frame.payload.to_vec()).unwrap());
                    let size = frame.size;
                    waiting.drain(..size);
                }
            }
            assert!(waiting.is_empty(), "cut into {cut}");
            assert!(found == texts, "cut into {cut}");
        }
    }

    #[test]
    fn a_server_of_somebody_else_reads_what_is_written() {
        for length in [0, 5, 125, 126, 65_535, 65_536] {
            let mut bytes = Vec::new();
            write(&mut bytes, TEXT, "y".repeat(length).as_bytes());
            let mut socket = WebSocket::from_raw_socket(std::io::Cursor::new(bytes), Role::Server, None);
            assert_eq!(socket.read().unwrap().into_text().unwrap().len(), length);
        }
    }

    #[test]
    fn what_no_server_may_send_is_told() {
        assert_eq!(first(&[0x81, 0x80, 0, 0, 0, 0]), Err(Broken::Masked));
        assert_eq!(first(&[0xc1, 1, 0]), Err(Broken::InParts));
        assert_eq!(first(&[0x01, 1, 0]), Err(Broken::InParts));
        assert_eq!(first(&[0x80, 1, 0]), Err(Broken::InParts));
        assert!(matches!(first(&[0x81, 127, 255, 0, 0, 0, 0, 0, 0, 0]), Err(Broken::TooLarge(_))));
    }
}
