//! A WebSocket of a stranger: texts go out as they are, frames come in as texts.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use futures::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue, header};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use super::stranger::Stranger;

/// Only a failure waits for this.
const PATIENCE: Duration = Duration::from_secs(20);

/// An open socket. Dropped, it is cut.
pub(super) struct Socket {
    stream: WebSocketStream<TcpStream>,
}

/// The server answered the upgrade with a status.
#[derive(Debug, thiserror::Error)]
#[error("no socket: {0}")]
pub(super) struct Refused(pub(super) u16);

impl Socket {
    /// Opens one at `path` (`/ws?v=1`, `/games?v=1`).
    ///
    /// # Errors
    /// [`Refused`] where the server does not want it.
    pub(super) async fn open(stranger: &Stranger, path: &str) -> Result<Self> {
        let mut request = format!("ws://{}{path}", stranger.node).into_client_request()?;
        if !stranger.cookie().is_empty() {
            request.headers_mut().insert(header::COOKIE, HeaderValue::from_str(&stranger.cookie())?);
        }
        for (name, value) in stranger.headers.iter().filter_map(|line| line.split_once(": ")) {
            request.headers_mut().insert(HeaderName::try_from(name)?, HeaderValue::from_str(value)?);
        }
        match timeout(PATIENCE, client_async(request, stranger.connect().await?)).await.context("no upgrade in time")? {
            Ok((stream, _)) => Ok(Self { stream }),
            Err(Error::Http(answer)) => Err(Refused(answer.status().as_u16()).into()),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) async fn say(&mut self, frame: impl Into<String>) -> Result<()> {
        Ok(timeout(PATIENCE, self.stream.send(Message::text(frame.into()))).await.context("it does not read")??)
    }

    /// Queues a frame, to be sent with later ones.
    pub(super) async fn feed(&mut self, frame: impl Into<String>) -> Result<()> {
        Ok(timeout(PATIENCE, self.stream.feed(Message::text(frame.into()))).await.context("it does not read")??)
    }

    pub(super) async fn flush(&mut self) -> Result<()> {
        Ok(timeout(PATIENCE, self.stream.flush()).await.context("it does not read")??)
    }

    /// The next frame, or control frame, whatever it is.
    pub(super) async fn next(&mut self) -> Result<Message> {
        match self.stream.next().await {
            Some(Ok(Message::Close(frame))) => bail!("closed: {:?}", frame.map(|frame| u16::from(frame.code))),
            Some(Ok(message)) => Ok(message),
            Some(Err(error)) => Err(error.into()),
            None => bail!("the connection ended"),
        }
    }

    /// The next frame that `pick` wants something of.
    pub(super) async fn until<T>(&mut self, pick: impl Fn(&str) -> Option<T>) -> Result<T> {
        let picked = async {
            loop {
                if let Message::Text(text) = self.next().await?
                    && let Some(picked) = pick(&text)
                {
                    return Ok(picked);
                }
            }
        };
        timeout(PATIENCE, picked).await.context("no answer in time")?
    }

    /// The next frame of one of these types; the others are dropped.
    pub(super) async fn next_of(&mut self, types: &[&str]) -> Result<String> {
        self.until(|text| types.contains(&type_of(text)).then(|| text.to_owned())).await
    }

    /// Both halves of it, for tasks of their own.
    pub(super) fn into_inner(self) -> WebSocketStream<TcpStream> {
        self.stream
    }
}

/// The `type` of a frame, which stands first.
pub(super) fn type_of(frame: &str) -> &str {
    value(frame, "type").unwrap_or_default()
}

/// The first value called `name` in JSON: a text without what is escaped in it, or a number.
pub(super) fn value<'a>(json: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = json.split_once(&format!("\"{name}\":"))?;
    match rest.trim_start().strip_prefix('"') {
        Some(text) => text.split('"').next(),
        None => rest.trim_start().split([',', '}', ']']).next(),
    }
}

/// The frame that enters a room.
pub(super) fn join(room: &str) -> String {
    format!(r#"{{"type":"join","payload":{{"roomId":"{room}"}}}}"#)
}

/// The frame that says something in a room.
pub(super) fn message(room: &str, id: &str, text: &str) -> String {
    format!(r#"{{"type":"message","payload":{{"roomId":"{room}","id":"{id}","message":"{text}"}}}}"#)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found() {
        let frame = r#"{"type":"joined","payload":{"pin":"482915","version":3}}"#;
        assert_eq!(
            (type_of(frame), value(frame, "pin"), value(frame, "version")),
            ("joined", Some("482915"), Some("3"))
        );
        assert_eq!(value(frame, "seat"), None);
    }
}
