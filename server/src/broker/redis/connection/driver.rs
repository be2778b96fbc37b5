//! The task of one connection: writes commands, reads answers and deliveries.

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncReadExt, ReadHalf};

use super::Hear;
use super::dial::Stream;
use super::resp::{self, Unread, Word};
use super::shared::Shared;

/// Initial size of the read buffer; it grows with the largest answer.
const ROOM: usize = 64 * 1024;
/// A larger buffer is released after use.
const KEPT: usize = 256 * 1024;

/// Runs until the connection is broken or closed; closes it then.
pub(super) async fn drive(reading: ReadHalf<Box<dyn Stream>>, shared: Arc<Shared>, hear: Hear) {
    tokio::select! {
        _ = listen(reading, &shared, &hear) => {}
        () = shared.speak() => {}
        () = shared.closed.cancelled() => {}
    }
    shared.close();
}

async fn listen(mut from: impl AsyncRead + Unpin, shared: &Shared, hear: &Hear) -> io::Result<()> {
    let (mut buffer, mut filled) = (vec![0; ROOM], 0);
    loop {
        match from.read(&mut buffer[filled..]).await? {
            0 => return Ok(()),
            count => filled += count,
        }
        let mut at = 0;
        loop {
            match resp::read(&buffer[at..filled]) {
                Ok((word, length)) => {
                    take(word, shared, hear);
                    at += length;
                }
                Err(Unread::Incomplete) => break,
                Err(Unread::Malformed) => return Err(io::Error::other("this is not RESP3")),
            }
        }
        buffer.copy_within(at..filled, 0);
        filled -= at;
        if filled == buffer.len() {
            buffer.resize(filled * 2, 0);
        } else if filled == 0 && buffer.len() > KEPT {
            buffer = vec![0; ROOM];
        }
    }
}

fn take(word: Word<'_>, shared: &Shared, hear: &Hear) {
    match &word {
        Word::Push(news) => match news.as_slice() {
            // A delivery after the close must not get between those of the next connection.
            [Word::Text(b"message" | b"smessage"), Word::Text(name), Word::Text(body), ..]
                if !shared.closed.is_cancelled() =>
            {
                hear(name, body);
            }
            [Word::Text(b"subscribe" | b"ssubscribe"), Word::Text(name), ..] => {
                shared.confirm(name);
            }
            [Word::Text(b"unsubscribe" | b"sunsubscribe"), Word::Text(name), ..] if !shared.confirm(name) => {
                shared.moved.notify_one();
            }
            _ => {}
        },
        _ => shared.answer(word),
    }
}
