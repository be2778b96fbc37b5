//! One WebSocket, from opening to closing.

use protocol::{ClientMessage, CloseCode, VERSION, wire};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{CloseEvent, MessageEvent, WebSocket};

/// What a socket tells.
pub(crate) enum Heard {
    Opened,
    Text(String),
    Closed(u16),
}

/// How a socket is taken leave of.
#[derive(Clone, Copy)]
pub(crate) enum Farewell {
    /// The person goes; others see it at once.
    Leaving,
    /// Another connection follows; nobody needs to notice.
    Returning,
}

type Handler<E> = Closure<dyn FnMut(E)>;

/// An open socket, or one being opened. Dropped, it leaves the room.
pub(crate) struct Socket {
    web: WebSocket,
    _handlers: (Closure<dyn FnMut()>, Handler<MessageEvent>, Handler<CloseEvent>),
}

impl Socket {
    /// Opens a socket to the server that the page came from. `None` where the
    /// browser does not allow it.
    pub(crate) fn open(on: impl Fn(Heard) + Clone + 'static) -> Option<Self> {
        let web = WebSocket::new(&address()?).ok()?;
        let on_open = Closure::<dyn FnMut()>::new({
            let on = on.clone();
            move || on(Heard::Opened)
        });
        let on_message = Handler::<MessageEvent>::new({
            let on = on.clone();
            move |event: MessageEvent| {
                // The protocol is text; bytes can only be of a later version.
                if let Some(text) = event.data().as_string() {
                    on(Heard::Text(text));
                }
            }
        });
        // A socket that cannot be opened closes too, so errors need no handler.
        let on_close = Handler::<CloseEvent>::new(move |event: CloseEvent| on(Heard::Closed(event.code())));
        web.set_onopen(Some(on_open.as_ref().unchecked_ref()));
        web.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        web.set_onclose(Some(on_close.as_ref().unchecked_ref()));
        Some(Self { web, _handlers: (on_open, on_message, on_close) })
    }

    /// Sends a frame; on a socket that is gone it is lost, as on the way.
    pub(crate) fn send(&self, frame: &ClientMessage) {
        let _ = self.web.send_with_str(&wire::encode_client(frame));
    }

    /// Closes without waiting; nothing more is heard of it.
    pub(crate) fn close(&self, farewell: Farewell) {
        self.web.set_onopen(None);
        self.web.set_onmessage(None);
        self.web.set_onclose(None);
        let _ = match farewell {
            Farewell::Leaving => self.web.close_with_code(1000),
            Farewell::Returning => self.web.close_with_code(CloseCode::Resync.number()),
        };
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // Closing twice is allowed and does nothing.
        self.close(Farewell::Leaving);
    }
}

fn address() -> Option<String> {
    let location = web_sys::window()?.location();
    let scheme = if location.protocol().ok()? == "https:" { "wss" } else { "ws" };
    Some(format!("{scheme}://{}/ws?v={VERSION}", location.host().ok()?))
}
