//! What a server provides so that the pages of games can be answered.

use std::sync::Arc;

use async_trait::async_trait;
use leptos::prelude::use_context;
use protocol::{Member, Pin, QuizId, ResultsId, RoomId};

use super::{HostPage, PlayPage};
use crate::api::ApiError;

/// A game of which the client has become a host.
#[derive(Clone, Debug)]
pub struct Hosted {
    /// The PIN of the game, new or taken over.
    pub pin: Pin,
    /// The value of the `Set-Cookie` header that proves it.
    pub cookie: String,
}

/// A host's page, and a cookie that prolongs the host's right.
#[derive(Clone, Debug)]
pub struct HostView {
    /// The initial state of the page.
    pub page: HostPage,
    /// The value of the `Set-Cookie` header that proves it.
    pub cookie: String,
}

/// A player's page, and a cookie that remembers the way back to it.
#[derive(Clone, Debug)]
pub struct PlayView {
    /// The initial state of the page.
    pub page: PlayPage,
    /// The value of the `Set-Cookie` header that names the game.
    pub cookie: String,
}

/// The server behind the pages of games; in the context of every request as `Arc<dyn GameService>`.
#[async_trait]
pub trait GameService: Send + Sync {
    /// Begins a game of a quiz that the viewer may play.
    async fn host(&self, viewer: &Member, quiz: &QuizId) -> Result<Hosted, ApiError>;

    /// Starts the next round of a game that is over: of a quiz, or of the same one as it was saved last. For
    /// hosts alone; another quiz only for the game's owner.
    async fn again(&self, viewer: &Member, pin: &Pin, quiz: Option<&QuizId>) -> Result<(), ApiError>;

    /// Makes the client a host, by a code that another host got.
    async fn take_over(&self, viewer: &Member, pin: &Pin, code: &str) -> Result<Hosted, ApiError>;

    /// The results of a game that is over, for its owner; stored from now on.
    async fn results(&self, viewer: &Member, pin: &Pin) -> Result<ResultsId, ApiError>;

    /// Checks that the game exists. Wrong PINs are counted.
    async fn find(&self, viewer: &Member, pin: &Pin) -> Result<(), ApiError>;

    /// The room of a game's class, for its members. Others are counted as if they had typed a wrong PIN.
    async fn class_chat(&self, viewer: &Member, pin: &Pin) -> Result<RoomId, ApiError>;

    /// The initial state of a host's page, for hosts alone.
    async fn host_page(&self, viewer: &Member, pin: &Pin) -> Result<HostView, ApiError>;

    /// The initial state of a player's page.
    async fn play_page(&self, viewer: &Member, pin: &Pin) -> Result<PlayView, ApiError>;

    /// The game that the viewer went to last, while it goes on and they have a seat in it: its PIN and its
    /// title. `None` if it cannot be reached now.
    async fn open_game(&self, viewer: &Member) -> Option<(Pin, String)>;
}

pub(super) fn service() -> Result<Arc<dyn GameService>, ApiError> {
    use_context::<Arc<dyn GameService>>().ok_or(ApiError::Other)
}
