//! What every action costs. `docs/limits.md` lists all of it.

use std::fmt;

use protocol::ClientMessage;
use protocol::game::GameClientMessage;

/// How many bytes cost one token of [`Purpose::Work`].
const BYTES_FOR_ONE: usize = 8 * 1024;

/// The buckets of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Purpose {
    /// Messages in rooms, by session and by address.
    Message,
    /// All other frames, by their cost.
    Work,
    /// Tries of the authors' key.
    Key,
    /// Uploads of quiz files and pictures.
    File,
    /// What sessions do that this node has known for less than a minute; by address.
    Newcomer,
    /// HTTP requests of any kind, by address.
    Request,
    /// Pings and crumbs of connections that send many, by address.
    Control,
    /// Sign-outs, each of which is remembered for as long as a session lasts; by address.
    SignOut,
    /// Rooms that are opened as listed ones, by address.
    Listing,
    /// Tries of the authors' key by all new sessions of an address.
    NewKey,
    /// Uploads by all new sessions of an address.
    NewFile,
    /// Sign-outs by all new sessions of an address.
    NewSignOut,
}

/// An allowance that each session has, that all new sessions of an address have together once more, and that
/// the whole address has in a larger size.
#[derive(Clone, Copy, Debug)]
pub struct Share {
    pub(super) of_all: Purpose,
    pub(super) of_new: Purpose,
}

impl Share {
    /// The allowance for tries of the authors' key.
    pub const KEY: Self = Self { of_all: Purpose::Key, of_new: Purpose::NewKey };
    /// The allowance for uploads of quiz files and pictures.
    pub const FILE: Self = Self { of_all: Purpose::File, of_new: Purpose::NewFile };
    /// The allowance for sign-outs, each of which takes memory on every node.
    pub const SIGN_OUT: Self = Self { of_all: Purpose::SignOut, of_new: Purpose::NewSignOut };
}

/// The number of a session's buckets: the first ones of [`Purpose`].
pub(super) const OF_SESSION: usize = 4;
/// The number of an address's buckets: all.
pub(super) const OF_ADDRESS: usize = 12;

/// Tokens of [`Purpose::Listing`] for one listed room: five a day.
pub const LISTING: u32 = 24 * 60 / 5;

/// A number of tokens of one purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    pub(super) purpose: Purpose,
    pub(super) tokens: u32,
    /// What a newcomer is charged beside it.
    pub(super) newcomer: u32,
}

impl Cost {
    /// A message, over a WebSocket or by a form.
    pub const MESSAGE: Self = Self { purpose: Purpose::Message, tokens: 1, newcomer: 1 };
    /// A frame that costs no more than memory: typing, leave, and frames that cannot be parsed.
    pub const FRAME: Self = Self::work(1);
    /// A ping, which is answered. A client sends one every 25 s at most.
    pub const PING: Self = Self::work(3);
    /// Entering a room. The bytes that are sent for it are [charged](super::Throttle::charge) afterwards.
    pub const JOIN: Self = Self::work(1);
    /// A recovery for which the log was read without success.
    pub const JOIN_IN_VAIN: Self = Self::work(2);
    /// Entering a game, where nicknames are compared.
    pub const JOIN_GAME: Self = Self::work(3);
    /// A host's command to a game.
    pub const STEP: Self = Self::work(2);
    /// Opening a room under a title.
    pub const OPEN_ROOM: Self = Self { purpose: Purpose::Work, tokens: 10, newcomer: 10 };
    /// The cost of beginning a game.
    pub const CREATE_GAME: Self = Self { purpose: Purpose::Work, tokens: 10, newcomer: 10 };

    const fn work(tokens: u32) -> Self {
        Self { purpose: Purpose::Work, tokens, newcomer: 0 }
    }

    /// The cost of so many bytes that are read and sent.
    pub fn of_bytes(bytes: usize) -> Self {
        Self::work(u32::try_from(bytes / BYTES_FOR_ONE).unwrap_or(u32::MAX))
    }

    /// This cost, so many times.
    pub fn times(self, count: usize) -> Self {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        Self { tokens: self.tokens.saturating_mul(count), newcomer: self.newcomer.saturating_mul(count), ..self }
    }

    /// This cost, and that of as many bytes.
    pub fn and_bytes(self, bytes: usize) -> Self {
        self.and(Self::of_bytes(bytes))
    }

    /// Both costs, from the bucket of this one.
    pub fn and(self, other: Self) -> Self {
        Self { tokens: self.tokens.saturating_add(other.tokens), ..self }
    }
}

impl From<&ClientMessage> for Cost {
    fn from(message: &ClientMessage) -> Self {
        match message {
            ClientMessage::Message { .. } | ClientMessage::Edit(_) | ClientMessage::Delete(_) => Self::MESSAGE,
            ClientMessage::Join { .. } => Self::JOIN,
            ClientMessage::Leave { .. } | ClientMessage::Typing { .. } => Self::FRAME,
            ClientMessage::Ping => Self::PING,
        }
    }
}

impl From<&GameClientMessage> for Cost {
    fn from(message: &GameClientMessage) -> Self {
        use GameClientMessage as M;
        match message {
            M::Create(_) | M::Again(_) => Self::CREATE_GAME,
            M::Join(_) | M::Open(_) => Self::JOIN_GAME,
            M::Answer(_) | M::Leave => Self::FRAME,
            M::Ping => Self::PING,
            M::Start(_) | M::Next(_) | M::Skip(_) | M::Pause(_) | M::Resume(_) | M::Reveal(_) | M::End(_) => Self::STEP,
            M::Extend(_) | M::Lock(_) | M::Chat(_) | M::Kick(_) | M::Rename(_) | M::Pardon | M::HandOver => Self::STEP,
            M::Admission(_) | M::Admit(_) | M::Decline(_) | M::RemoveHost(_) => Self::STEP,
        }
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bucket = match self.purpose {
            Purpose::Message => "message",
            Purpose::Work => "work",
            Purpose::Newcomer => "newcomer",
            Purpose::Request => "request",
            Purpose::Key | Purpose::NewKey => "key",
            Purpose::File | Purpose::NewFile => "file",
            Purpose::Control => "control",
            Purpose::SignOut | Purpose::NewSignOut => "sign-out",
            Purpose::Listing => "listing",
        };
        write!(f, "{} {bucket}", self.tokens)
    }
}

/// What an HTTP request costs its address.
pub mod request {
    /// A static file of the site.
    pub const FILE: u32 = 1;
    /// A page, a server function, a picture, an export, or an upgrade to a WebSocket.
    pub const PAGE: u32 = 4;

    /// Folders whose answers are computed, whatever the file's name is.
    const MADE: [&str; 4] = ["/api", "/quizzes", "/results", "/pictures"];

    /// Uploads, which have limits of their own.
    const FILES: [&str; 3] = ["/api/picture", "/api/import-quiz", "/api/store-import"];

    /// Whether requests of this kind need a permit, so that few of one address run at a time.
    pub fn waits(tokens: u32, path: &str) -> bool {
        tokens >= PAGE && !FILES.contains(&path)
    }

    /// The cost of a request at `path`; `is_read`: by GET or HEAD.
    pub fn cost_of(is_read: bool, path: &str) -> u32 {
        let is_made = MADE.iter().any(|folder| path.starts_with(folder));
        // No page has a dot in its last part; for a missing file a page is rendered that says so.
        let is_file = path.starts_with("/pkg/") || path.rsplit('/').next().is_some_and(|name| name.contains('.'));
        if is_read && is_file && !is_made { FILE } else { PAGE }
    }
}

#[cfg(test)]
mod tests {
    use super::request::{FILE, PAGE, cost_of};

    #[test]
    fn what_has_to_be_made_costs_more_than_what_lies_there() {
        for (path, tokens) in [
            ("/pkg/hubbub.wasm", FILE),
            ("/logo.svg", FILE),
            ("/fonts/text.woff2", FILE),
            ("/", PAGE),
            ("/rooms/123", PAGE),
            ("/quizzes/q1/export.xlsx", PAGE),
            ("/pictures/0123.png", PAGE),
            ("/api/history", PAGE),
        ] {
            assert_eq!(cost_of(true, path), tokens, "{path}");
            assert_eq!(cost_of(false, path), PAGE, "to change something: {path}");
        }
    }
}
