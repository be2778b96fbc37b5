//! Decodes what a client sends. RFC 6455 is the library's business; this module feeds it without a socket,
//! and without a buffer for silent connections.

#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;

use std::io::{self, Cursor, ErrorKind, Read, Write};

use tungstenite::protocol::frame::FrameHeader;
use tungstenite::protocol::frame::coding::{Data, OpCode};
use tungstenite::protocol::{Message, Role, WebSocketConfig, WebSocketContext};
use tungstenite::{Error, Result};

/// Bytes given to the library at a time; it clears a buffer of that size for each read.
const AT_A_TIME: std::ops::RangeInclusive<usize> = 256..=4 * 1024;
/// A fragment with fewer bytes is a crumb: a message cut so small has more headers than text.
const CRUMB: u64 = 32;
/// The longest header of a client's frame, in bytes.
const HEADER: usize = 14;

/// The reading side of one connection.
pub(super) struct Decoder {
    frame_bytes: usize,
    /// The library's state, only while a message is under way: between messages it would
    /// hold buffers for nothing.
    context: Option<Box<WebSocketContext>>,
    place: FrameScanner,
}

impl Decoder {
    /// A decoder that refuses messages of more than `frame_bytes`.
    pub(super) fn new(frame_bytes: usize) -> Self {
        Self { frame_bytes, context: None, place: FrameScanner::default() }
    }

    /// Looks at bytes before they are decoded; returns how many control frames and crumbs begin in them.
    pub(super) fn scan(&mut self, bytes: &[u8]) -> u32 {
        self.place.pass(bytes);
        std::mem::take(&mut self.place.small)
    }

    /// Whether a message or control frame has begun and is not complete.
    pub(super) fn is_in_message(&self) -> bool {
        !self.place.is_between_messages()
    }

    /// Decodes bytes that were [looked at](Self::scan). Messages go to `messages`; what the protocol has to
    /// answer (a pong, a close) goes to `answers`.
    ///
    /// # Errors The library's, after the messages before it: the connection must end.
    pub(super) fn take(&mut self, bytes: &[u8], messages: &mut Vec<Message>, answers: &mut Vec<u8>) -> Result<()> {
        let frame_bytes = self.frame_bytes;
        let context = self.context.get_or_insert_with(|| Box::new(context(frame_bytes, bytes.len())));
        let mut pipe = MemoryStream { incoming: bytes, answers };
        loop {
            if self.place.is_between_messages() && self.place.ended == 0 {
                // All messages are out; another read would only return `WouldBlock`.
                self.context = None;
                return Ok(());
            }
            match context.read(&mut pipe) {
                Ok(message) => {
                    self.place.ended = self.place.ended.saturating_sub(1);
                    let (is_ping, is_close) = (message.is_ping(), message.is_close());
                    messages.push(message);
                    if is_ping || is_close {
                        // Writes the answer; that a close ends the connection is known.
                        let _ = context.flush(&mut pipe);
                    }
                    if is_close {
                        return Ok(());
                    }
                }
                Err(Error::Io(error)) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            }
        }
    }
}

fn context(frame_bytes: usize, came: usize) -> WebSocketContext {
    let config = WebSocketConfig::default()
        .read_buffer_size(came.clamp(*AT_A_TIME.start(), *AT_A_TIME.end()))
        .write_buffer_size(0)
        .max_message_size(Some(frame_bytes))
        .max_frame_size(Some(frame_bytes));
    WebSocketContext::new(Role::Server, Some(config))
}

/// Stands in for the socket: the library reads from a buffer and writes to one.
struct MemoryStream<'a> {
    incoming: &'a [u8],
    answers: &'a mut Vec<u8>,
}

impl Read for MemoryStream<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.incoming.is_empty() {
            true => Err(ErrorKind::WouldBlock.into()),
            false => self.incoming.read(buffer),
        }
    }
}

impl Write for MemoryStream<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.answers.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Where in the frame that arrives the bytes so far end.
#[derive(Default)]
struct FrameScanner {
    header: [u8; HEADER],
    header_bytes: usize,
    /// Bytes of this frame's payload that are still to come.
    payload_bytes: u64,
    is_in_message: bool,
    /// Whether this frame ends a message or is a control frame.
    is_last: bool,
    /// Messages and control frames that are complete and were not returned yet.
    ended: usize,
    /// Control frames and crumbs that were not counted yet.
    small: u32,
    /// The bytes are no WebSocket frames; the library will report that, too.
    is_lost: bool,
}

impl FrameScanner {
    fn is_between_messages(&self) -> bool {
        self.header_bytes == 0 && self.payload_bytes == 0 && !self.is_in_message && !self.is_lost
    }

    fn pass(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() && !self.is_lost {
            bytes = match self.payload_bytes {
                0 => self.pass_header(bytes),
                _ => self.pass_payload(bytes),
            };
        }
    }

    /// Parses a header if it is complete, or else takes one byte of it; returns the rest.
    fn pass_header<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let mut whole = Cursor::new(bytes);
        if self.header_bytes == 0
            && let Ok(Some((header, payload_bytes))) = FrameHeader::parse(&mut whole)
        {
            self.begin(&header, payload_bytes);
            return usize::try_from(whole.position()).ok().and_then(|passed| bytes.get(passed..)).unwrap_or_default();
        }
        self.header[self.header_bytes] = bytes[0];
        self.header_bytes += 1;
        match FrameHeader::parse(&mut Cursor::new(&self.header[..self.header_bytes])) {
            Ok(Some((header, payload_bytes))) => self.begin(&header, payload_bytes),
            Ok(None) if self.header_bytes < HEADER => {}
            Ok(None) | Err(_) => self.is_lost = true,
        }
        &bytes[1..]
    }

    fn begin(&mut self, header: &FrameHeader, payload_bytes: u64) {
        self.header_bytes = 0;
        self.payload_bytes = payload_bytes;
        // A control frame cannot be fragmented; the library refuses one that is.
        self.is_last = header.is_final || matches!(header.opcode, OpCode::Control(_));
        let is_small = match header.opcode {
            OpCode::Control(_) => true,
            OpCode::Data(kind) => {
                self.is_in_message = !header.is_final;
                let is_part = !header.is_final || kind == Data::Continue;
                is_part && payload_bytes < CRUMB
            }
        };
        self.small = self.small.saturating_add(u32::from(is_small));
        self.end_if_passed();
    }

    fn pass_payload<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let passed = bytes.len().min(usize::try_from(self.payload_bytes).unwrap_or(usize::MAX));
        self.payload_bytes -= passed as u64;
        self.end_if_passed();
        &bytes[passed..]
    }

    fn end_if_passed(&mut self) {
        if self.payload_bytes == 0 && self.is_last {
            self.ended += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use tungstenite::protocol::frame::Frame;
    use tungstenite::protocol::frame::coding::Control;

    /// A frame as a client sends it.
    fn frame(opcode: OpCode, is_final: bool, payload: &[u8]) -> Vec<u8> {
        let mut frame = Frame::message(payload.to_vec(), OpCode::Data(Data::Text), is_final);
        frame.header_mut().opcode = opcode;
        frame.header_mut().mask = Some([1, 2, 3, 4]);
        let mut bytes = Vec::new();
        frame.format(&mut bytes).unwrap();
        bytes
    }

    fn text(payload: &str) -> Vec<u8> {
        frame(OpCode::Data(Data::Text), true, payload.as_bytes())
    }

    /// A message in parts, with a ping between them.
    fn in_parts(parts: &[String]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (at, part) in parts.iter().enumerate() {
            let kind = if at == 0 { Data::Text } else { Data::Continue };
            bytes.extend(frame(OpCode::Data(kind), at + 1 == parts.len(), part.as_bytes()));
            if at + 1 < parts.len() {
                bytes.extend(frame(OpCode::Control(Control::Ping), true, b"?"));
            }
        }
        bytes
    }

    proptest! {
        #[test]
        fn however_the_bytes_are_cut_the_same_is_read_and_nothing_is_kept(
            said in prop::collection::vec(prop::collection::vec("[a-zé]{0,300}", 1..4), 1..6),
            cuts in prop::collection::vec(1usize..200, 1..40),
        ) {
            let bytes: Vec<u8> = said.iter().flat_map(|parts| in_parts(parts)).collect();
            let (mut decoder, mut messages, mut answers) = (Decoder::new(1 << 16), Vec::new(), Vec::new());
            let (mut rest, mut small) = (bytes.as_slice(), 0);
            for cut in cuts.iter().cycle() {
                let (now, later) = rest.split_at((*cut).min(rest.len()));
                small += decoder.scan(now);
                decoder.take(now, &mut messages, &mut answers).unwrap();
                rest = later;
                if rest.is_empty() {
                    break;
                }
            }
            let texts: Vec<_> = messages.iter().filter(|one| one.is_text()).map(|one| one.to_text().unwrap().to_owned()).collect();
            prop_assert_eq!(texts, said.iter().map(|parts| parts.concat()).collect::<Vec<_>>());
            let pings: usize = said.iter().map(|parts| parts.len() - 1).sum();
            prop_assert_eq!(answers.len(), pings * 3, "each ping has its pong");
            let is_crumb = |parts: &&Vec<String>| parts.len() > 1;
            let crumbs = said.iter().filter(is_crumb).flatten().filter(|part| part.len() < 32).count();
            prop_assert_eq!(small as usize, pings + crumbs, "and is counted");
            prop_assert!(decoder.context.is_none(), "no buffer between messages");
        }
    }

    #[test]
    fn what_came_before_the_rubbish_is_read() {
        let (mut decoder, mut messages, mut answers) = (Decoder::new(1 << 16), Vec::new(), Vec::new());
        let bytes = [text("hello"), vec![0xff; 20]].concat();
        decoder.scan(&bytes);
        decoder.take(&bytes, &mut messages, &mut answers).unwrap_err();
        assert_eq!(messages, [Message::text("hello")]);
    }

    #[test]
    fn a_frame_that_is_too_big_is_refused_by_its_header() {
        let (mut decoder, mut messages, mut answers) = (Decoder::new(100), Vec::new(), Vec::new());
        let bytes = text(&"a".repeat(101));
        decoder.scan(&bytes[..8]);
        let error = decoder.take(&bytes[..8], &mut messages, &mut answers).unwrap_err();
        assert!(matches!(error, Error::Capacity(_)), "{error}");
    }

    #[test]
    fn a_ping_in_parts_is_refused_with_its_first_part() {
        let (mut decoder, mut messages, mut answers) = (Decoder::new(100), Vec::new(), Vec::new());
        let bytes = frame(OpCode::Control(Control::Ping), false, b"?");
        decoder.scan(&bytes);
        let error = decoder.take(&bytes, &mut messages, &mut answers).unwrap_err();
        assert!(matches!(error, Error::Protocol(_)), "{error}");
    }

    #[test]
    fn a_close_is_answered_with_its_code() {
        let (mut decoder, mut messages, mut answers) = (Decoder::new(100), Vec::new(), Vec::new());
        let bytes = frame(OpCode::Control(Control::Close), true, &1000u16.to_be_bytes());
        decoder.scan(&bytes);
        decoder.take(&bytes, &mut messages, &mut answers).unwrap();
        assert!(messages[0].is_close());
        assert_eq!(answers, [0x88, 2, 3, 232]);
    }
}
