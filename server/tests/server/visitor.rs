//! A client that speaks the protocol over a real WebSocket.

use std::net::SocketAddr;
use std::time::Duration;

use futures::{SinkExt, StreamExt};
use protocol::{
    Change, ClientMessage, Joined, Message, MessageId, Position, Presence, Refusal, RoomEvent, RoomId, ServerMessage,
    SessionToken, WantedChange, wire,
};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error, Message as Raw};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::node::TestNode;

/// Longer than anything here takes on a busy machine; only a failure waits for it.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A client's end of a WebSocket.
pub type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Waits for the close of a socket and gives its code; 1006 when there was none.
pub async fn close_of(socket: &mut Socket) -> u16 {
    loop {
        match timeout(PATIENCE, socket.next()).await.expect("not closed in time") {
            Some(Ok(Raw::Close(Some(frame)))) => return frame.code.into(),
            Some(Ok(_)) => {}
            Some(Err(_)) | None => return 1006,
        }
    }
}

/// A person with a WebSocket.
pub struct Visitor {
    socket: Socket,
}

impl Visitor {
    /// Connects to a node.
    pub async fn at(node: &TestNode) -> Self {
        Self::with(node, &[]).await.unwrap()
    }

    /// Connects with more headers, which may be refused.
    pub async fn with(node: &TestNode, headers: &[(&'static str, &str)]) -> Result<Self, Error> {
        Self::at_address(node.address, headers).await
    }

    /// Connects to any server at an address.
    pub async fn at_address(address: SocketAddr, headers: &[(&'static str, &str)]) -> Result<Self, Error> {
        let mut request = format!("ws://{address}/ws?v=1").into_client_request()?;
        for (name, value) in headers {
            request.headers_mut().insert(*name, HeaderValue::from_str(value).unwrap());
        }
        Ok(Self { socket: connect_async(request).await?.0 })
    }

    /// Connects with a header of arbitrary bytes.
    pub async fn with_bytes(node: &TestNode, name: &'static str, value: &[u8]) -> Self {
        let mut request = format!("ws://{}/ws?v=1", node.address).into_client_request().unwrap();
        request.headers_mut().insert(name, HeaderValue::from_bytes(value).unwrap());
        Self { socket: connect_async(request).await.unwrap().0 }
    }

    /// Connects to a node and enters a room.
    pub async fn in_room(node: &TestNode, room: &str) -> Self {
        let mut visitor = Self::at(node).await;
        visitor.join(room, None).await;
        visitor
    }

    /// Enters a room; returns the `joined` frame.
    pub async fn join(&mut self, room: &str, since: Option<Position>) -> Joined {
        self.join_as(None, room, since).await
    }

    /// The same with the session token of an earlier `joined`.
    pub async fn join_as(&mut self, session: Option<SessionToken>, room: &str, since: Option<Position>) -> Joined {
        self.send(&ClientMessage::Join { room_id: RoomId::parse(room).unwrap(), since, session }).await;
        self.until(|frame| match frame {
            ServerMessage::Joined(joined) => Some(joined),
            _ => None,
        })
        .await
    }

    /// Posts a message and waits for it to come back.
    pub async fn say(&mut self, id: &str, text: &str) -> Message {
        self.try_say(id, text).await.unwrap_or_else(|refusal| panic!("{refusal:?}"))
    }

    /// Posts a message and waits for it to come back, or for a refusal.
    pub async fn try_say(&mut self, id: &str, text: &str) -> Result<Message, Refusal> {
        let id = MessageId::parse(id).unwrap();
        let message =
            ClientMessage::Message { room_id: None, id: Some(id.clone()), message: text.into(), reply_to: None };
        self.send(&message).await;
        self.until(move |frame| match frame {
            ServerMessage::Message(message) if message.id == id => Some(Ok(message)),
            ServerMessage::Error(refusal) if refusal.id.as_ref() == Some(&id) => Some(Err(refusal)),
            _ => None,
        })
        .await
    }

    /// Gives a message another text, and waits for that to come back, or for a refusal.
    pub async fn try_edit(&mut self, room: &str, id: &str, target: u64, text: &str) -> Result<Change, Refusal> {
        let (room_id, id) = (RoomId::parse(room).unwrap(), MessageId::parse(id).ok());
        let message = Some(text.into());
        self.change(ClientMessage::Edit(WantedChange { room_id, id, target, sent_at: None, message })).await
    }

    /// Deletes a message, and waits for that to come back, or for a refusal.
    pub async fn try_delete(&mut self, room: &str, id: &str, target: u64) -> Result<Change, Refusal> {
        let (room_id, id) = (RoomId::parse(room).unwrap(), MessageId::parse(id).ok());
        self.change(ClientMessage::Delete(WantedChange { room_id, id, target, sent_at: None, message: None })).await
    }

    async fn change(&mut self, message: ClientMessage) -> Result<Change, Refusal> {
        self.send(&message).await;
        self.until(move |frame| match frame {
            ServerMessage::Edited(change) | ServerMessage::Deleted(change) if Some(&change.id) == message.id() => {
                Some(Ok(change))
            }
            ServerMessage::Error(refusal) if refusal.id.as_ref() == message.id() => Some(Err(refusal)),
            _ => None,
        })
        .await
    }

    /// Waits for the next edit or deletion.
    pub async fn sees_change(&mut self) -> RoomEvent {
        self.until(|frame| match frame {
            ServerMessage::Edited(change) => Some(RoomEvent::Edited(change)),
            ServerMessage::Deleted(change) => Some(RoomEvent::Deleted(change)),
            _ => None,
        })
        .await
    }

    /// Sends a frame to the server.
    pub async fn send(&mut self, message: &ClientMessage) {
        self.send_text(&wire::encode_client(message)).await;
    }

    /// Sends a text, whether it is a frame or not.
    pub async fn send_text(&mut self, text: &str) {
        self.socket.send(Raw::text(text)).await.unwrap();
    }

    /// Waits for the next message.
    pub async fn hears(&mut self) -> Message {
        self.until(|frame| match frame {
            ServerMessage::Message(message) => Some(message),
            _ => None,
        })
        .await
    }

    /// Waits for the next refusal.
    pub async fn is_refused(&mut self) -> Refusal {
        self.until(|frame| match frame {
            ServerMessage::Error(refusal) => Some(refusal),
            _ => None,
        })
        .await
    }

    /// Waits for a change of presence that `wanted` accepts.
    pub async fn sees(&mut self, wanted: impl Fn(&Presence) -> bool) -> Presence {
        self.until(move |frame| match frame {
            ServerMessage::Presence(presence) if wanted(&presence) => Some(presence),
            _ => None,
        })
        .await
    }

    /// Waits for the first frame that `pick` accepts, and skips the others.
    pub async fn until<T>(&mut self, pick: impl Fn(ServerMessage) -> Option<T>) -> T {
        loop {
            let raw = timeout(PATIENCE, self.socket.next()).await.expect("nothing came in time");
            match raw.expect("the connection ended").expect("the connection broke") {
                Raw::Text(text) => {
                    let frame = wire::decode_server(&text).unwrap_or_else(|| panic!("not a frame: {text}"));
                    if let Some(picked) = pick(frame) {
                        return picked;
                    }
                }
                Raw::Close(frame) => panic!("closed: {frame:?}"),
                _ => {}
            }
        }
    }

    /// Waits for the close and gives its code; 1006 when there was none.
    pub async fn is_closed(&mut self) -> u16 {
        close_of(&mut self.socket).await
    }

    /// Closes the connection with a close frame.
    pub async fn leave(mut self) {
        self.socket.close(None).await.unwrap();
        while let Some(Ok(_)) = self.socket.next().await {}
    }

    /// Falls silent without a close frame, as when a cable is pulled.
    pub fn vanish(self) {
        drop(self);
    }

    /// The socket itself, for frames that a good client would not send.
    pub fn socket(&mut self) -> &mut WebSocketStream<MaybeTlsStream<TcpStream>> {
        &mut self.socket
    }
}
