//! The calls of the pages of rooms, answered by the node.

use std::sync::Arc;

use app::api::{ApiError, Part, Renamed, Service, Viewer};
use async_trait::async_trait;
use axum::http::request::Parts;
use leptos::prelude::use_context;
use protocol::limits::{PAGE_MESSAGES, TITLE_CHARS};
use protocol::text::{Shape, clean};
use protocol::{
    ErrorCode, HistoryPage, InvalidId, Member, MembersPage, Message, MessageId, Name, Namesake, Pin, Refusal,
    RoomEvent, RoomId, RoomKind, RoomPreview, RoomSummary, UserId, wire,
};
use realtime::broker::Publication;
use realtime::channel::Channel;
use realtime::history::{History, page_after};
use realtime::presence::{Presence, Preview};
use serde::Deserialize;
use storage::{StorageError, document};

use super::errors::{refused, too_fast, unavailable};
use super::{asker_address, class_credentials, releasing_permit};
use crate::chat::{Chat, Draft};
use crate::config::RoomListing;
use crate::digest;
use crate::games::Games;
use crate::limits::TrustedProxies;
use crate::metrics::count_refusal;
use crate::quota::{QuotaError, Quotas};
use crate::rooms::Listing;
use crate::rooms::namesake::namesake;
use crate::rooms::{Directory, Renaming};
use crate::session::{Authors, Revoker, Sessions, random_message_id};
use crate::throttle::{Cost, LISTING, Purpose, Share, Sharer, Throttle};

/// How many pages without a message are passed over in one read.
const FURTHER_PAGES: usize = 4;
/// How many running games are named to a host who would sign out of them.
const GAMES_NAMED: usize = 5;

/// The types of the frames that a room's log has.
const LOGGED: [&str; 3] = ["message", "edited", "deleted"];

/// Implements the calls of the pages of rooms.
pub(crate) struct RoomPages {
    pub(crate) authors: Authors,
    pub(crate) chat: Arc<Chat>,
    pub(crate) directory: Arc<Directory>,
    pub(crate) games: Arc<Games>,
    pub(crate) history: Arc<dyn History>,
    pub(crate) presence: Arc<Presence>,
    pub(crate) quotas: Arc<Quotas>,
    pub(crate) renaming: Renaming,
    pub(crate) revoker: Arc<Revoker>,
    pub(crate) room_listing: RoomListing,
    pub(crate) sessions: Sessions,
    pub(crate) throttle: Arc<Throttle>,
    pub(crate) trusted_proxies: Arc<TrustedProxies>,
}

impl RoomPages {
    /// Charges a call, as a frame over a WebSocket would be.
    fn spend(&self, viewer: &Member, cost: Cost) -> Result<(), ApiError> {
        let Some(payer) = self.throttle.payer(&viewer.id, asker_address(&self.trusted_proxies)) else { return Ok(()) };
        self.throttle.spend(&payer, cost).map_err(|refused| too_fast(refused.wait))
    }

    /// Checks that the client may enter a room, to read or to write.
    async fn admit(&self, room: &RoomId) -> Result<(), ApiError> {
        if room.kind() != RoomKind::Class {
            return Ok(());
        }
        let Some(Viewer(viewer)) = use_context() else { return Err(ApiError::Other) };
        let credentials = class_credentials(&self.sessions, &self.trusted_proxies);
        releasing_permit(self.games.admit_to_room(room, &viewer.id, &credentials)).await.map(drop).map_err(refused)
    }

    /// Checks that the client may open a listed room.
    fn check_listing(&self) -> Result<(), ApiError> {
        if let Some(why) = self.why_unlisted() {
            return Err(ApiError::Invalid(format!("{why} You can open this one unlisted, and send its link.")));
        }
        let address = asker_address(&self.trusted_proxies);
        self.throttle.spend_at(address, Purpose::Listing, LISTING).map_err(|_| {
            let sentence = "Enough rooms were listed from here today. Open it without listing it, and send its link.";
            ApiError::Invalid(sentence.into())
        })
    }

    /// Checks that there is space for a new room. Where there is none, nobody could write in it, and it would
    /// not be in the list.
    async fn check_space(&self, room: &RoomId, title: &str, listing: Listing) -> Result<(), ApiError> {
        let no_space = match listing {
            Listing::Listed => {
                let parts = use_context::<Parts>();
                let is_known = parts.is_some_and(|parts| self.authors.has_key(&parts.headers));
                self.quotas.check_space(is_known, title.len() as u64).await.err()
            }
            Listing::Unlisted => self.quotas.is_full().then_some(QuotaError::ServerFull),
        };
        match no_space {
            // Opening is also the way into existing rooms.
            Some(why) if !self.is_there(room).await? => Err(refused(Refusal::new(ErrorCode::Full, why.to_string()))),
            _ => Ok(()),
        }
    }

    /// Whether the room was opened before, or somebody wrote in it.
    async fn is_there(&self, room: &RoomId) -> Result<bool, ApiError> {
        if self.directory.is_opened(room).await.map_err(unavailable)? {
            return Ok(true);
        }
        let last = self.history.page(&Channel::Room(room.clone()), None, 1).await.map_err(unavailable)?;
        Ok(last.top.offset > 0)
    }
}

#[async_trait]
impl Service for RoomPages {
    async fn history(&self, room: &RoomId, part: Part) -> Result<HistoryPage, ApiError> {
        self.admit(room).await?;
        let (channel, history) = (Channel::Room(room.clone()), &self.history);
        let page = match part {
            Part::Newest => history.page(&channel, None, PAGE_MESSAGES).await,
            Part::Before(offset) => history.page(&channel, Some(offset), PAGE_MESSAGES).await,
            Part::After(offset) => page_after(history.as_ref(), &channel, offset, PAGE_MESSAGES).await,
        };
        let mut page = page.map_err(unavailable)?;
        let mut found = messages(&channel, &page.publications).map_err(unavailable)?;
        let mut first = page.publications.first().map_or(0, |first| first.offset);
        // Where people only changed earlier messages, there is nothing to see: those before are read, too.
        for _ in 0..FURTHER_PAGES {
            if !found.is_empty() || !page.more || first <= 1 || matches!(part, Part::After(_)) {
                break;
            }
            let earlier = history.page(&channel, Some(first), PAGE_MESSAGES).await.map_err(unavailable)?;
            found = messages(&channel, &earlier.publications).map_err(unavailable)?;
            first = earlier.publications.first().map_or(first, |first| first.offset);
            page.more = earlier.more;
        }
        Ok(HistoryPage { messages: found, position: page.top, more: page.more, first, last: page.last })
    }

    async fn open_room(&self, title: &str, listed: bool) -> Result<RoomId, ApiError> {
        let room = RoomId::parse(title).map_err(|why| ApiError::title(why, title))?;
        let title = clean(title, Shape::Line);
        if title.chars().count() > TITLE_CHARS {
            return Err(ApiError::title(InvalidId::TooLong("a title", TITLE_CHARS), &title));
        }
        if room.kind() != RoomKind::Open {
            return Err(ApiError::title(InvalidId::BadCharacter("a room id"), &title));
        }
        let Some(Viewer(viewer)) = use_context() else { return Err(ApiError::Other) };
        self.spend(&viewer, Cost::OPEN_ROOM)?;
        let listing = if listed { Listing::Listed } else { Listing::Unlisted };
        if listing == Listing::Listed {
            self.check_listing()?;
        }
        self.check_space(&room, &title, listing).await?;
        self.directory.open(&room, &title, listing).await.map_err(unavailable)?;
        Ok(room)
    }

    fn why_unlisted(&self) -> Option<&'static str> {
        let is_author = || use_context::<Parts>().is_some_and(|parts| self.authors.may_write(&parts.headers));
        match self.room_listing {
            RoomListing::Everybody => None,
            RoomListing::Authors => (!is_author()).then_some("Only authors can list rooms on this server."),
            RoomListing::Nobody => Some("Rooms are not listed on this server."),
        }
    }

    async fn rooms(&self) -> Result<Vec<RoomSummary>, ApiError> {
        self.directory.list().await.map(|rooms| rooms.to_vec()).map_err(unavailable)
    }

    async fn preview(&self, room: &RoomId) -> Result<RoomPreview, ApiError> {
        self.admit(room).await?;
        let mut preview = self.directory.preview(room).await.map_err(unavailable)?;
        if let Some(title) = self.games.class_title(room).await {
            preview.title = title;
        }
        Ok(preview)
    }

    async fn members(&self, room: &RoomId, after: Option<&UserId>) -> Result<MembersPage, ApiError> {
        self.admit(room).await?;
        self.presence.members(&Channel::Room(room.clone()), after).await.map_err(unavailable)
    }

    fn namesake(&self, viewer: &Member, room: &RoomPreview) -> Option<Namesake> {
        let here = Preview { members: room.members.clone(), count: room.member_count };
        namesake(room.room_id.clone(), viewer, &here)
    }

    async fn rename(&self, viewer: &Member, name: Name) -> Result<Renamed, ApiError> {
        // A client that owes for the rooms of an earlier name waits.
        self.spend(viewer, Cost::FRAME)?;
        let member = Member { id: viewer.id.clone(), name };
        let headers = use_context::<Parts>().map(|parts| parts.headers).unwrap_or_default();
        let cookie = self.sessions.write(&member, &headers).ok_or(ApiError::Other)?;
        let cookie = cookie.to_str().map_err(|_| ApiError::Other)?.to_owned();
        let rooms = self.renaming.rename(&member).await;
        if let Some(payer) = self.throttle.payer(&viewer.id, asker_address(&self.trusted_proxies)) {
            self.throttle.charge(&payer, Cost::FRAME.times(rooms));
        }
        Ok(Renamed { member, cookie })
    }

    async fn hosted_games(&self) -> Vec<(Pin, String)> {
        let tokens = use_context::<Parts>().map(|parts| self.sessions.hosted(&parts.headers));
        let tokens = tokens.unwrap_or_default();
        // Most people host nothing.
        if tokens.is_empty() {
            return Vec::new();
        }
        let running = releasing_permit(self.games.running(&tokens)).await;
        running.into_iter().take(GAMES_NAMED).map(|game| (game.pin, game.title)).collect()
    }

    async fn sign_out(&self) -> Result<Vec<String>, ApiError> {
        let parts = use_context::<Parts>().ok_or(ApiError::Other)?;
        // A client without a session has nothing to end.
        if let Some((member, known_for)) = self.sessions.authenticate_with_age(&parts.headers) {
            let sharer = Sharer { session: &member.id, known_for, address: asker_address(&self.trusted_proxies) };
            self.throttle.spend_share(sharer, Share::SIGN_OUT).map_err(too_fast)?;
            self.revoker.revoke(&member.id, asker_address(&self.trusted_proxies)).await.map_err(unavailable)?;
        }
        let cookies = self.sessions.forget(&parts.headers);
        cookies.iter().map(|cookie| cookie.to_str().map(ToOwned::to_owned).map_err(|_| ApiError::Other)).collect()
    }

    async fn say(&self, viewer: &Member, room: &RoomId, id: MessageId, text: String) -> Result<(), ApiError> {
        self.spend(viewer, Cost::MESSAGE)?;
        self.admit(room).await?;
        let draft = |id| Draft { id, text: &text, reply_to: None };
        let said = match self.chat.post(room, viewer, draft(&id)).await {
            // A client that goes back finds the form as it was sent, and sends another text with the same id.
            Err(refusal) if refusal.code == ErrorCode::Conflict => {
                self.chat.post(room, viewer, draft(&another_id(&id, &text))).await
            }
            said => said,
        };
        match said {
            Ok(_) => Ok(()),
            Err(refusal) => {
                count_refusal(&refusal);
                Err(ApiError::Refused(refusal))
            }
        }
    }

    fn message_id(&self) -> MessageId {
        random_message_id()
    }
}

/// The messages of a page. A damaged one is left out: a page with a hole serves its readers better than none.
///
/// # Errors [`StorageError::Corrupt`]: none of them can be read.
fn messages(channel: &Channel, publications: &[Publication]) -> Result<Vec<Message>, StorageError> {
    let mut damaged = None;
    let mut messages = Vec::with_capacity(publications.len());
    for publication in publications {
        match message(channel, publication) {
            Ok(message) => messages.extend(message),
            Err(error) => damaged = Some(error),
        }
    }
    damaged.filter(|_| messages.is_empty()).map_or(Ok(messages), Err)
}

/// The message of an entry in a room's log; `None` for a change of one, which the message shows, and for a frame of
/// another type, as later versions may have.
fn message(channel: &Channel, publication: &Publication) -> Result<Option<Message>, StorageError> {
    #[derive(Deserialize)]
    struct Kind {
        #[serde(rename = "type")]
        kind: String,
    }
    let text = publication.text(channel)?;
    match wire::decode_event(text) {
        Some(RoomEvent::Posted(message)) => Ok(Some(message)),
        Some(RoomEvent::Edited(_) | RoomEvent::Deleted(_)) => Ok(None),
        None => {
            let Kind { kind } = document::decode(text, "an entry in the log of a room")?;
            if LOGGED.contains(&kind.as_str()) { Err(publication.damaged(channel)) } else { Ok(None) }
        }
    }
}

/// The id of a text whose own id is already used for another text: the same, however often it is sent.
fn another_id(id: &MessageId, text: &str) -> MessageId {
    const DIGEST: usize = 16;
    let digest = digest::of([id.as_str(), "/", text].concat(), DIGEST);
    // The digits of a digest are valid in ids.
    MessageId::parse(&digest).unwrap_or_else(|_| random_message_id())
}
