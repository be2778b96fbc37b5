//! As much of WebSocket as the load generator uses.

use memchr::{memchr, memmem};
use tungstenite::handshake::derive_accept_key;

pub(crate) const PONG: [u8; 2] = [0x8a, 0];

pub(crate) enum Frame<'a> {
    Join(&'a [u8]),
    Text(&'a [u8]),
    Ping,
    Close,
    Other,
}

/// The answer to an upgrade and how long it was, once it is all there.
pub(crate) fn upgrade(bytes: &[u8]) -> Option<(Vec<u8>, usize)> {
    let size = memmem::find(bytes, b"\r\n\r\n")? + 4;
    let head = String::from_utf8_lossy(&bytes[..size]);
    let keys = head.lines().filter_map(|line| line.split_once(':'));
    let key = keys.filter(|(name, _)| name.eq_ignore_ascii_case("sec-websocket-key")).map(|(_, key)| key.trim()).next();
    let accept = derive_accept_key(key.unwrap_or_default().as_bytes());
    let answer = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {accept}\r\n\r\n"
    );
    Some((answer.into_bytes(), size))
}

/// The first frame, unmasked in place, and how long it was. Longer ones than
/// 64 KiB are not understood.
pub(crate) fn next(bytes: &mut [u8]) -> Option<(Frame<'_>, usize)> {
    let (start, length) = match *bytes {
        [_, second, high, low, ..] if second & 0x7f == 126 => (4, usize::from(u16::from_be_bytes([high, low]))),
        [_, second, ..] if second & 0x7f < 126 => (2, usize::from(second & 0x7f)),
        _ => return None,
    };
    let size = start + 4 + length;
    let frame = bytes.get_mut(..size)?;
    let opcode = frame[0] & 0x0f;
    let (head, payload) = frame.split_at_mut(start + 4);
    let mask = &head[start..];
    payload.iter_mut().zip(mask.iter().cycle()).for_each(|(byte, mask)| *byte ^= mask);
    let heard = match opcode {
        1 => match room(payload) {
            Some(room) => Frame::Join(room),
            None => Frame::Text(payload),
        },
        8 => Frame::Close,
        9 => Frame::Ping,
        _ => Frame::Other,
    };
    Some((heard, size))
}

fn room(payload: &[u8]) -> Option<&[u8]> {
    let room = payload.strip_prefix(br#"{"type":"join","payload":{"roomId":""#)?;
    Some(&room[..memchr(b'"', room)?])
}

/// Adds a text frame of a server to `out`.
pub(crate) fn write(out: &mut Vec<u8>, payload: &[u8]) {
    out.push(0x81);
    match payload.len() {
        short @ 0..126 => out.push(short as u8),
        longer => {
            out.push(126);
            out.extend_from_slice(&(longer as u16).to_be_bytes());
        }
    }
    out.extend_from_slice(payload);
}
