//! What a server provides so that the pages of games can be answered.

use std::sync::Arc;

use async_trait::async_trait;
use leptos::prelude::use_context;
use protocol::{Member, Pin, QuizId, ResultsId, RoomId};

use super::{HostPage, PlayPage};
use crate::api::ApiError;

/// A game that somebody is a host of from now on.
#[derive(Clone, Debug)]
pub struct Hosted {
    /// The PIN of the game.
    pub pin: Pin,
    /// The value of the `Set-Cookie` header that proves it.
    pub cookie: String,
}

/// A host's page, and what makes its reader a host for longer.
#[derive(Clone, Debug)]
pub struct HostView {
    /// What it begins with.
    pub page: HostPage,
    /// The value of the `Set-Cookie` header that proves it.
    pub cookie: String,
}

/// A player's page, and what remembers the way back to it.
#[derive(Clone, Debug)]
pub struct PlayView {
    /// What it begins with.
    pub page: PlayPage,
    /// The value of the `Set-Cookie` header that names the game.
    pub cookie: String,
}

/// The server behind the pages of games; put into the context of every request
/// as `Arc<dyn GameService>`.
#[async_trait]
pub trait GameService: Send + Sync {
    /// Begins a game of a quiz that the viewer may play.
    async fn host(&self, viewer: &Member, quiz: &QuizId) -> Result<Hosted, ApiError>;

    /// Takes the class of a game that is over into another one: of a quiz, or of the same
    /// one as it was saved last. For hosts alone; another quiz for whoever began the game.
    async fn again(&self, viewer: &Member, pin: &Pin, quiz: Option<&QuizId>) -> Result<(), ApiError>;

    /// Makes whoever asks a host, by a code that another host was given.
    async fn take_over(&self, viewer: &Member, pin: &Pin, code: &str) -> Result<Hosted, ApiError>;

    /// What came of a game that is over, for whose game it was; kept from now on.
    async fn results(&self, viewer: &Member, pin: &Pin) -> Result<ResultsId, ApiError>;

    /// Whether there is such a game. Wrong PINs are counted.
    async fn find(&self, viewer: &Member, pin: &Pin) -> Result<(), ApiError>;

    /// Where the class of a game chats, for those who are in it. Others are
    /// counted as if they had typed a wrong PIN.
    async fn class_chat(&self, viewer: &Member, pin: &Pin) -> Result<RoomId, ApiError>;

    /// What a host's page begins with, for hosts alone.
    async fn host_page(&self, viewer: &Member, pin: &Pin) -> Result<HostView, ApiError>;

    /// What a player's page begins with.
    async fn play_page(&self, viewer: &Member, pin: &Pin) -> Result<PlayView, ApiError>;

    /// The game to which the viewer went last, while it goes on and they have a seat in it: its PIN and
    /// its title. What cannot be reached now is left out.
    async fn open_game(&self, viewer: &Member) -> Option<(Pin, String)>;
}

pub(super) fn service() -> Result<Arc<dyn GameService>, ApiError> {
    use_context::<Arc<dyn GameService>>().ok_or(ApiError::Other)
}
