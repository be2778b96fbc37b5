//! A client without rules: sends and receives frames, on a node of its choice.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use futures::{SinkExt, StreamExt};
use protocol::{ClientMessage, Joined, MessageId, Position, RoomId, ServerMessage, VERSION, wire};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message as Raw;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderValue, header};
use tokio_tungstenite::{WebSocketStream, client_async};

use super::session::Session;

/// Only a failure waits for this.
const PATIENCE: Duration = Duration::from_secs(20);
/// The receive buffer of somebody who reads slowly: the system should not read for them.
const SMALL: u32 = 4 * 1024;

/// Somebody with a WebSocket. Dropped, it is cut.
pub struct Visitor {
    socket: WebSocketStream<TcpStream>,
}

impl Visitor {
    /// Comes to a node.
    ///
    /// # Errors
    /// It does not let them in.
    pub async fn at(node: SocketAddr, session: &Session) -> Result<Self> {
        Self::over(TcpStream::connect(node).await?, node, session).await
    }

    /// Comes to a node and lets the system keep as little as possible for them.
    ///
    /// # Errors
    /// It does not let them in.
    pub async fn slow_at(node: SocketAddr, session: &Session) -> Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.set_recv_buffer_size(SMALL)?;
        Self::over(socket.connect(node).await?, node, session).await
    }

    /// Comes over a connection that leads to a node.
    ///
    /// # Errors
    /// It does not let them in.
    pub async fn over(stream: TcpStream, node: SocketAddr, session: &Session) -> Result<Self> {
        let mut request = format!("ws://{node}/ws?v={VERSION}").into_client_request()?;
        request.headers_mut().insert(header::COOKIE, HeaderValue::from_str(&session.cookie)?);
        stream.set_nodelay(true)?;
        let (socket, _) = timeout(PATIENCE, client_async(request, stream)).await??;
        Ok(Self { socket })
    }

    /// Enters a room.
    ///
    /// # Errors
    /// It is refused, or not answered.
    pub async fn join(&mut self, room: &RoomId, since: Option<Position>) -> Result<Joined> {
        self.send(&ClientMessage::Join { room_id: room.clone(), since, session: None }).await?;
        self.until(|frame| match frame {
            ServerMessage::Joined(joined) => Some(Ok(joined)),
            ServerMessage::Error(refusal) => Some(Err(anyhow::anyhow!("refused: {}", refusal.message))),
            _ => None,
        })
        .await?
    }

    /// Sends a message, without waiting for the answer.
    ///
    /// # Errors
    /// The connection is gone.
    pub async fn say(&mut self, room: &RoomId, id: &MessageId, text: &str) -> Result<()> {
        let frame = ClientMessage::Message {
            room_id: Some(room.clone()),
            id: Some(id.clone()),
            message: text.to_owned(),
            reply_to: None,
        };
        self.send(&frame).await
    }

    /// The answer to the message `id`: its offset, or the code of its refusal.
    ///
    /// # Errors
    /// No answer comes.
    pub async fn answer(&mut self, id: &MessageId) -> Result<Result<u64, &'static str>> {
        self.until(|frame| match frame {
            ServerMessage::Message(message) if message.id == *id => Some(Ok(message.offset)),
            ServerMessage::Error(refusal) if refusal.id.as_ref() == Some(id) => Some(Err(refusal.code.as_str())),
            _ => None,
        })
        .await
    }

    /// Reads until the close, and returns its code; 1006 without one.
    ///
    /// # Errors
    /// The connection stays open.
    pub async fn closed(&mut self) -> Result<u16> {
        loop {
            match timeout(PATIENCE, self.socket.next()).await.context("not closed in time")? {
                Some(Ok(Raw::Close(Some(frame)))) => return Ok(frame.code.into()),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Ok(1006),
            }
        }
    }

    /// Reads until the connection ends, and answers its pings; looks at nothing.
    pub async fn read_to_the_end(&mut self) {
        while let Some(Ok(_)) = self.socket.next().await {}
    }

    async fn send(&mut self, frame: &ClientMessage) -> Result<()> {
        Ok(self.socket.send(Raw::text(wire::encode_client(frame))).await?)
    }

    async fn until<T>(&mut self, pick: impl Fn(ServerMessage) -> Option<T>) -> Result<T> {
        let picked = async {
            while let Some(raw) = self.socket.next().await {
                match raw? {
                    Raw::Text(text) => {
                        if let Some(picked) = wire::decode_server(&text).and_then(&pick) {
                            return Ok(picked);
                        }
                    }
                    Raw::Close(frame) => bail!("closed: {frame:?}"),
                    _ => {}
                }
            }
            bail!("the connection ended")
        };
        timeout(PATIENCE, picked).await.context("no answer in time")?
    }
}
