//! A chat as somebody writes it who has read axum's chat example: a broadcast
//! channel for each room, two tasks for each person, and Redis between nodes.
//!
//! `axum-chat ADDRESS redis://REDIS`

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use anyhow::{Context, Result};
use axum::Router;
use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::IntoResponse;
use axum::routing::get;
use futures_util::{SinkExt, StreamExt};
use redis::AsyncCommands;
use redis::aio::MultiplexedConnection;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio::sync::broadcast;

#[derive(Serialize, Deserialize)]
#[serde(tag = "type", content = "payload", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum Frame {
    Join { room_id: String },
    Message { message: String },
}

struct App {
    rooms: Mutex<HashMap<String, broadcast::Sender<String>>>,
    redis: MultiplexedConnection,
}

impl App {
    fn room(&self, name: &str) -> broadcast::Sender<String> {
        let mut rooms = self.rooms.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        rooms.entry(name.to_owned()).or_insert_with(|| broadcast::channel(1024).0).clone()
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let mut words = std::env::args().skip(1);
    let address = words.next().context("where to listen?")?;
    let client = redis::Client::open(words.next().context("which Redis?")?)?;
    let redis = client.get_multiplexed_async_connection().await?;
    let app = Arc::new(App { rooms: Mutex::default(), redis });

    let mut heard = client.get_async_pubsub().await?;
    heard.psubscribe("room:*").await?;
    let rooms = app.clone();
    tokio::spawn(async move {
        let mut heard = heard.into_on_message();
        while let Some(message) = heard.next().await {
            let (Some(name), Ok(text)) = (message.get_channel_name().strip_prefix("room:"), message.get_payload())
            else {
                continue;
            };
            let _ = rooms.room(name).send(text);
        }
    });

    let router = Router::new().route("/ws", get(upgrade)).with_state(app);
    axum::serve(TcpListener::bind(address).await?, router).await?;
    Ok(())
}

async fn upgrade(socket: WebSocketUpgrade, State(app): State<Arc<App>>) -> impl IntoResponse {
    socket.on_upgrade(move |socket| person(socket, app))
}

async fn person(socket: WebSocket, app: Arc<App>) {
    let (mut out, mut incoming) = socket.split();
    let Some(room) = first_room(&mut incoming).await else { return };
    let mut heard = app.room(&room).subscribe();
    if out.send(Message::text(r#"{"type":"joined"}"#)).await.is_err() {
        return;
    }
    let mut telling = tokio::spawn(async move {
        loop {
            match heard.recv().await {
                Ok(text) => {
                    if out.send(Message::text(text)).await.is_err() {
                        break;
                    }
                }
                Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => break,
            }
        }
    });
    let mut redis = app.redis.clone();
    let mut hearing = tokio::spawn(async move {
        while let Some(Ok(message)) = incoming.next().await {
            let Message::Text(text) = message else { continue };
            let Ok(said @ Frame::Message { .. }) = serde_json::from_str(&text) else { continue };
            let Ok(said) = serde_json::to_string(&said) else { continue };
            let _: redis::RedisResult<i64> = redis.publish(format!("room:{room}"), said).await;
        }
    });
    tokio::select! {
        _ = &mut telling => hearing.abort(),
        _ = &mut hearing => telling.abort(),
    }
}

async fn first_room(incoming: &mut (impl StreamExt<Item = Result<Message, axum::Error>> + Unpin)) -> Option<String> {
    while let Some(Ok(message)) = incoming.next().await {
        if let Message::Text(text) = message
            && let Ok(Frame::Join { room_id }) = serde_json::from_str(&text)
        {
            return Some(room_id);
        }
    }
    None
}
