//! An outbox for tests, whose content can be looked at.

use tungstenite::protocol::{Role, WebSocket};

use super::*;

impl Outbox {
    /// An outbox whose socket takes nothing.
    pub fn stuck(limit_bytes: usize) -> Self {
        Self::over(Socket::Stuck, limit_bytes)
    }

    /// How many buffers wait.
    pub fn pieces(&self) -> usize {
        self.lock().pieces.len()
    }

    /// Takes the texts that wait, and the close code.
    pub fn take(&self) -> (Vec<String>, Option<CloseCode>) {
        let mut waiting = self.lock();
        waiting.bytes = 0;
        let bytes: Vec<u8> = waiting.pieces.drain(..).flatten().collect();
        let mut client = WebSocket::from_raw_socket(io::Cursor::new(bytes), Role::Client, None);
        let texts = std::iter::from_fn(|| client.read().ok()?.into_text().ok());
        (texts.map(|text| text.to_string()).collect(), waiting.closing)
    }
}
