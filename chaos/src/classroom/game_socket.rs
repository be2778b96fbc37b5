//! A connection to `/games`.

use anyhow::{Result, bail};
use futures::{SinkExt, StreamExt};
use protocol::game::{GameClientMessage, GameServerMessage};
use protocol::{VERSION, wire};
use tokio::net::TcpStream;
use tokio::time::{Duration, timeout};
use tokio_tungstenite::tungstenite::Message as Raw;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderValue, header};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use crate::stage::LoadBalancer;

const OPEN_WITHIN: Duration = Duration::from_secs(10);

/// An open connection. Dropped, it is cut without a close frame.
pub(super) struct GameSocket {
    socket: WebSocketStream<TcpStream>,
}

impl GameSocket {
    pub(super) async fn open(load_balancer: &LoadBalancer, cookie: &str, random: u32) -> Result<Self> {
        let (stream, address) = load_balancer.connect(random).await?;
        let mut request = format!("ws://{address}/games?v={VERSION}").into_client_request()?;
        request.headers_mut().insert(header::COOKIE, HeaderValue::from_str(cookie)?);
        // Thousands of them share one process.
        let small = WebSocketConfig::default().read_buffer_size(4 * 1024).write_buffer_size(4 * 1024);
        let (socket, _) = timeout(OPEN_WITHIN, client_async_with_config(request, stream, Some(small))).await??;
        Ok(Self { socket })
    }

    pub(super) async fn send(&mut self, message: &GameClientMessage) -> Result<()> {
        Ok(self.socket.send(Raw::text(wire::encode_game_client(message))).await?)
    }

    /// The next frame. Cancel-safe.
    pub(super) async fn next_frame(&mut self) -> Result<GameServerMessage> {
        loop {
            match self.socket.next().await {
                Some(Ok(Raw::Text(text))) => match wire::decode_game_server(&text) {
                    Some(frame) => return Ok(frame),
                    None => bail!("a frame that nobody knows: {text}"),
                },
                Some(Ok(Raw::Close(frame))) => bail!("closed: {frame:?}"),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error.into()),
                None => bail!("the connection ended"),
            }
        }
    }
}
