//! One WebSocket, from opening to closing.

use std::cell::Cell;

use futures::future::{AbortHandle, abortable, poll_fn};
use futures::{SinkExt, StreamExt};
use gloo_net::websocket::futures::WebSocket;
use gloo_net::websocket::{Message, State, WebSocketError};
use protocol::{CloseCode, VERSION};
use wasm_bindgen_futures::spawn_local;

thread_local! {
    static WAS_OPEN: Cell<bool> = const { Cell::new(false) };
}

/// Whether a socket of this page was ever open.
pub(crate) fn was_open() -> bool {
    WAS_OPEN.get()
}

/// What a browser tells about a socket; the number is the close code.
pub(crate) enum SocketEvent {
    Opened,
    Text(String),
    Closed(u16),
}

/// Why a page closes its socket, which decides the close code.
#[derive(Clone, Copy)]
pub(crate) enum CloseReason {
    /// The person leaves; others see it at once.
    Leaving,
    /// Another connection follows; nobody needs to notice.
    Returning,
}

/// An open socket, or one being opened. Dropping it leaves the room.
pub(crate) struct Socket {
    web: web_sys::WebSocket,
    listening: AbortHandle,
}

impl Socket {
    /// Opens a socket to `path` on the server that the page came from. `None`
    /// where the browser does not allow it.
    pub(crate) fn open(path: &str, on: impl Fn(SocketEvent) + 'static) -> Option<Self> {
        let web = web_sys::WebSocket::new(&address(path)?).ok()?;
        let stream = WebSocket::try_from(web.clone()).ok()?;
        let (listen, listening) = abortable(listen(stream, on));
        spawn_local(async move {
            // Ended by `close`: no more events are wanted.
            let _ = listen.await;
        });
        Some(Self { web, listening })
    }

    /// Sends a frame; on a socket that is gone it is lost.
    pub(crate) fn send(&self, frame: &str) {
        let _ = self.web.send_with_str(frame);
    }

    /// Closes without waiting; no more events follow.
    pub(crate) fn close(&self, reason: CloseReason) {
        self.listening.abort();
        // On the browser's own handle, so that it is done before a page that is being left is gone.
        let _ = match reason {
            CloseReason::Leaving => self.web.close_with_code(1000),
            CloseReason::Returning => self.web.close_with_code(CloseCode::Resync.number()),
        };
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // Closing twice is allowed and does nothing.
        self.close(CloseReason::Leaving);
    }
}

/// Passes events on until the socket closes.
async fn listen(mut socket: WebSocket, on: impl Fn(SocketEvent)) {
    if poll_fn(|cx| socket.poll_ready_unpin(cx)).await.is_ok() && matches!(socket.state(), State::Open) {
        WAS_OPEN.set(true);
        on(SocketEvent::Opened);
    }
    while let Some(heard) = socket.next().await {
        match heard {
            Ok(Message::Text(text)) => on(SocketEvent::Text(text)),
            Err(WebSocketError::ConnectionClose(event)) => on(SocketEvent::Closed(event.code)),
            // Bytes can only be of a later version, and every error is followed by a close.
            Ok(Message::Bytes(_)) | Err(_) => {}
        }
    }
}

fn address(path: &str) -> Option<String> {
    let location = web_sys::window()?.location();
    let scheme = if location.protocol().ok()? == "https:" { "wss" } else { "ws" };
    Some(format!("{scheme}://{}{path}?v={VERSION}", location.host().ok()?))
}
