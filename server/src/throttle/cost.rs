//! What everything costs that somebody may ask for. `docs/limits.md` shows the whole of it.

use std::fmt;

use protocol::ClientMessage;
use protocol::game::GameClientMessage;

/// Bytes that are sent for one token of [`Purpose::Work`].
const BYTES_FOR_ONE: usize = 8 * 1024;

/// Which bucket is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Purpose {
    /// Saying something.
    Message,
    /// Every other frame, by what it costs.
    Work,
    /// Trying an authors' key.
    Key,
    /// Bringing a file, a sheet of questions or a picture.
    File,
    /// What somebody does whom this node does not know for a minute yet; counted by address.
    Newcomer,
    /// Requests over HTTP, counted by address.
    Request,
    /// Pings and crumbs of whoever sends many, counted by address.
    Control,
    /// Ending a session, which is remembered for as long as one lasts; counted by address.
    SignOut,
    /// Putting a room on the front page, counted by address.
    Listing,
    /// Keys that are tried by all at an address who are new.
    NewKey,
    /// Files that are brought by them.
    NewFile,
    /// Sessions of theirs that end.
    NewSignOut,
}

/// Something of which each has so much, all who are new at an address have as
/// much together, and all at the address have more.
#[derive(Clone, Copy, Debug)]
pub struct Share {
    pub(super) of_all: Purpose,
    pub(super) of_new: Purpose,
}

impl Share {
    /// Trying an authors' key.
    pub const KEY: Self = Self { of_all: Purpose::Key, of_new: Purpose::NewKey };
    /// What bringing a sheet of questions or a picture is charged to.
    pub const FILE: Self = Self { of_all: Purpose::File, of_new: Purpose::NewFile };
    /// What signing out is charged to.
    pub const SIGN_OUT: Self = Self { of_all: Purpose::SignOut, of_new: Purpose::NewSignOut };
}

/// Buckets of a session: the first of [`Purpose`].
pub(super) const OF_SESSION: usize = 4;
/// Buckets of an address: all.
pub(super) const OF_ADDRESS: usize = 12;

/// Tokens of [`Purpose::Listing`] for a room on the front page: five a day.
pub const LISTING: u32 = 24 * 60 / 5;

/// What something costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    pub(super) purpose: Purpose,
    pub(super) tokens: u32,
    /// What somebody new uses up beside it.
    pub(super) newcomer: u32,
}

impl Cost {
    /// A message, by whichever way.
    pub const MESSAGE: Self = Self { purpose: Purpose::Message, tokens: 1, newcomer: 1 };
    /// A frame that is done with in memory: typing, leave, and all that cannot be read.
    pub const FRAME: Self = Self::work(1);
    /// A frame that is answered, though nothing is asked. A client does it every 25 s at most.
    pub const PING: Self = Self::work(3);
    /// Entering a room. What is sent for it is [charged](super::Throttle::charge) afterwards.
    pub const JOIN: Self = Self::work(1);
    /// A log that was read for somebody who came back, without any use.
    pub const JOIN_IN_VAIN: Self = Self::work(2);
    /// Entering a game: nicknames are compared.
    pub const JOIN_GAME: Self = Self::work(3);
    /// A step of a host.
    pub const STEP: Self = Self::work(2);
    /// A room with a title.
    pub const OPEN_ROOM: Self = Self { purpose: Purpose::Work, tokens: 10, newcomer: 10 };
    /// A game of one's own.
    pub const CREATE_GAME: Self = Self { purpose: Purpose::Work, tokens: 10, newcomer: 10 };

    const fn work(tokens: u32) -> Self {
        Self { purpose: Purpose::Work, tokens, newcomer: 0 }
    }

    /// What so many bytes cost that were read and sent.
    pub fn of_bytes(bytes: usize) -> Self {
        Self::work(u32::try_from(bytes / BYTES_FOR_ONE).unwrap_or(u32::MAX))
    }

    /// This, so many times.
    pub fn times(self, count: usize) -> Self {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        Self { tokens: self.tokens.saturating_mul(count), newcomer: self.newcomer.saturating_mul(count), ..self }
    }

    /// This, and for as many bytes.
    pub fn and_bytes(self, bytes: usize) -> Self {
        self.and(Self::of_bytes(bytes))
    }

    /// Both together, out of the bucket of this one.
    pub fn and(self, other: Self) -> Self {
        Self { tokens: self.tokens.saturating_add(other.tokens), ..self }
    }
}

impl From<&ClientMessage> for Cost {
    fn from(message: &ClientMessage) -> Self {
        match message {
            ClientMessage::Message { .. } => Self::MESSAGE,
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

/// What a request over HTTP costs its address.
pub mod request {
    /// A file of the site.
    pub const FILE: u32 = 1;
    /// A page, a server function, a picture, an export, or a WebSocket that is opened.
    pub const PAGE: u32 = 4;

    /// Folders in which something is made for whoever asks, whatever its name is.
    const MADE: [&str; 4] = ["/api", "/quizzes", "/results", "/pictures"];

    /// What has rules of its own about how many are read at a time.
    const FILES: [&str; 3] = ["/api/picture", "/api/import-quiz", "/api/keep-import"];

    /// Whether somebody who asks for much waits for each of these.
    pub fn waits(tokens: u32, path: &str) -> bool {
        tokens >= PAGE && !FILES.contains(&path)
    }

    /// What is asked for at `path`; `is_read`: by GET or HEAD.
    pub fn cost_of(is_read: bool, path: &str) -> u32 {
        let is_made = MADE.iter().any(|folder| path.starts_with(folder));
        // No page has a dot in its last part; where a file is missing, a page is drawn to say so.
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
