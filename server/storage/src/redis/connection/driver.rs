//! The task of one connection: writes commands, reads answers and deliveries.

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncReadExt, ReadHalf};

use super::dial::Stream;
use super::resp::{self, RespError, RespValue};
use super::shared::Shared;

/// Is called with the pub/sub channel and the payload of each delivery; must not block.
pub(super) type OnPush = Box<dyn Fn(&[u8], &[u8]) + Send + Sync>;

/// Initial size of the read buffer; it grows with the largest answer.
const ROOM: usize = 64 * 1024;
/// A larger buffer is released after use.
const RETAINED_BYTES: usize = 256 * 1024;

/// Runs until the connection is broken or closed; closes it then.
pub(super) async fn drive(reading: ReadHalf<Box<dyn Stream>>, shared: Arc<Shared>, on_push: OnPush) {
    tokio::select! {
        _ = listen(reading, &shared, &on_push) => {}
        () = shared.write_queued() => {}
        () = shared.closed.cancelled() => {}
    }
    shared.close();
}

async fn listen(mut from: impl AsyncRead + Unpin, shared: &Shared, on_push: &OnPush) -> io::Result<()> {
    let (mut buffer, mut filled) = (vec![0; ROOM], 0);
    loop {
        match from.read(&mut buffer[filled..]).await? {
            0 => return Ok(()),
            count => filled += count,
        }
        let mut at = 0;
        loop {
            match resp::decode(&buffer[at..filled]) {
                Ok((value, length)) => {
                    take(value, shared, on_push);
                    at += length;
                }
                Err(RespError::Incomplete) => break,
                Err(RespError::Malformed) => return Err(io::Error::other("this is not RESP3")),
            }
        }
        buffer.copy_within(at..filled, 0);
        filled -= at;
        if filled == buffer.len() {
            buffer.resize(filled * 2, 0);
        } else if filled == 0 && buffer.len() > RETAINED_BYTES {
            buffer = vec![0; ROOM];
        }
    }
}

fn take(value: RespValue<'_>, shared: &Shared, on_push: &OnPush) {
    match &value {
        RespValue::Push(news) => match news.as_slice() {
            // A delivery after the close must not get between those of the next connection.
            [RespValue::Text(b"message" | b"smessage"), RespValue::Text(name), RespValue::Text(body), ..]
                if !shared.closed.is_cancelled() =>
            {
                on_push(name, body);
            }
            [RespValue::Text(b"subscribe" | b"ssubscribe"), RespValue::Text(name), ..] => {
                shared.confirm(name);
            }
            [RespValue::Text(b"unsubscribe" | b"sunsubscribe"), RespValue::Text(name), ..] if !shared.confirm(name) => {
                shared.moved.notify_one();
            }
            _ => {}
        },
        _ => shared.answer(value),
    }
}
