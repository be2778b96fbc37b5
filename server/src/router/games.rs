//! The calls of the pages of games, answered by the node.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use app::api::ApiError;
use app::api::games::{GameService, HostPage, HostView, Hosted, PlayPage, PlayView};
use async_trait::async_trait;
use axum::http::{HeaderMap, request::Parts};
use leptos::prelude::use_context;
use protocol::{ErrorCode, Member, Pin, QuizId, Refusal, ResultsId, RoomId};

use super::errors::refused;
use super::{class_credentials, releasing_permit};
use crate::games::{GameSnapshot, Games, Key, PlayAgain, Seeker};
use crate::http::site_address;
use crate::limits::{TrustedProxies, client_address};
use crate::session::{Authors, HostRole, Sessions};

/// Implements the calls of the pages of games.
pub(crate) struct GamePages {
    pub(crate) authors: Authors,
    pub(crate) games: Arc<Games>,
    pub(crate) sessions: Sessions,
    pub(crate) trusted_proxies: Arc<TrustedProxies>,
}

/// The request that is being answered.
struct RequestContext {
    headers: HeaderMap,
    /// The address that wrong PINs are counted by.
    address: IpAddr,
}

impl GamePages {
    fn asking(&self) -> RequestContext {
        let parts = use_context::<Parts>();
        let peer = parts.as_ref().and_then(|parts| parts.extensions.get::<SocketAddr>().copied());
        let headers = parts.map(|parts| parts.headers).unwrap_or_default();
        let peer = peer.unwrap_or(SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)));
        RequestContext { address: client_address(peer, &headers, &self.trusted_proxies), headers }
    }

    /// The game of a PIN. `viewer`: the person whose seat may spare them the delay.
    async fn find_for(
        &self,
        viewer: Option<&Member>,
        pin: &Pin,
        asking: &RequestContext,
    ) -> Result<GameSnapshot, ApiError> {
        let hosts = self.sessions.host_tokens(&asking.headers);
        let person = viewer.map(|viewer| &viewer.id);
        let seeker = Seeker { address: asking.address, person, hosts: &hosts, seat: None };
        releasing_permit(self.games.find(pin, seeker)).await.map_err(refused)
    }

    fn hosted(&self, key: &Key, role: &HostRole, asking: &RequestContext) -> Result<Hosted, ApiError> {
        let cookie = self.cookie(key, role, asking)?;
        Ok(Hosted { pin: key.pin.clone(), cookie })
    }

    fn cookie(&self, key: &Key, role: &HostRole, asking: &RequestContext) -> Result<String, ApiError> {
        let cookie = self.sessions.host_cookie(&key.pin, &key.id, role, &asking.headers);
        let cookie = cookie.ok_or(ApiError::Other)?;
        Ok(cookie.to_str().map_err(|_| ApiError::Other)?.to_owned())
    }

    /// The right by which the client hosts a game; an error for others.
    async fn role(&self, key: &Key, asking: &RequestContext) -> Result<HostRole, ApiError> {
        let tokens = self.sessions.host_tokens(&asking.headers);
        let role = self.games.host_role(key, &tokens).await.map_err(refused)?;
        let refusal = || refused(Refusal::new(ErrorCode::NotHost, "Only a host of this game may do this."));
        role.ok_or_else(refusal)
    }
}

#[async_trait]
impl GameService for GamePages {
    async fn host(&self, viewer: &Member, quiz: &QuizId) -> Result<Hosted, ApiError> {
        let asking = self.asking();
        if !self.authors.may_write(&asking.headers) {
            return Err(ApiError::KeyNeeded);
        }
        let payer = self.authors.payer(&viewer.id, &asking.headers, asking.address);
        let key = self.games.begin(&payer, quiz).await.map_err(refused)?;
        self.hosted(&key, &HostRole::Owner, &asking)
    }

    async fn take_over(&self, viewer: &Member, pin: &Pin, code: &str) -> Result<Hosted, ApiError> {
        let asking = self.asking();
        // A seat must not make guessing codes faster.
        let loaded = self.find_for(None, pin, &asking).await?;
        let games = &self.games;
        let tokens = self.sessions.host_tokens(&asking.headers);
        let role = match games.host_role(&loaded.key, &tokens).await.map_err(refused)? {
            // A host keeps their right, and the code stays valid for another.
            Some(role) => role,
            None => games.take_over(&loaded.key, code, viewer, asking.address).await.map_err(refused)?,
        };
        self.hosted(&loaded.key, &role, &asking)
    }

    async fn find(&self, viewer: &Member, pin: &Pin) -> Result<(), ApiError> {
        self.find_for(Some(viewer), pin, &self.asking()).await.map(drop)
    }

    async fn class_chat(&self, viewer: &Member, pin: &Pin) -> Result<RoomId, ApiError> {
        let credentials = class_credentials(&self.sessions, &self.trusted_proxies);
        releasing_permit(self.games.class_room(pin, &viewer.id, &credentials)).await.map_err(refused)
    }

    async fn results(&self, viewer: &Member, pin: &Pin) -> Result<ResultsId, ApiError> {
        let loaded = self.find_for(Some(viewer), pin, &self.asking()).await?;
        self.games.results(&viewer.id, &loaded).await.map_err(refused)
    }

    async fn again(&self, viewer: &Member, pin: &Pin, quiz: Option<&QuizId>) -> Result<(), ApiError> {
        let asking = self.asking();
        let key = self.find_for(Some(viewer), pin, &asking).await?.key;
        let role = self.role(&key, &asking).await?;
        let by = self.authors.payer(&viewer.id, &asking.headers, asking.address);
        let request = PlayAgain { role: &role, version: None, quiz, by: &by };
        releasing_permit(self.games.again(&key, request)).await.map_err(refused)
    }

    async fn host_page(&self, viewer: &Member, pin: &Pin) -> Result<HostView, ApiError> {
        let asking = self.asking();
        let key = self.find_for(Some(viewer), pin, &asking).await?.key;
        let role = self.role(&key, &asking).await?;
        // A class that plays every day keeps its host.
        let cookie = self.cookie(&key, &role, &asking)?;
        let is_owner = self.games.owner(&key).await.map_err(refused)? == viewer.id;
        let (hosting, quiz) = self.games.host_view(&key, role).await.map_err(refused)?;
        let page = HostPage {
            join_address: join_address(pin, &asking.headers),
            pin: hosting.pin,
            game: hosting.game,
            version: hosting.version,
            players: hosting.players,
            answered: hosting.answered,
            now: hosting.now,
            quiz: is_owner.then_some(quiz),
        };
        Ok(HostView { page, cookie })
    }

    async fn play_page(&self, viewer: &Member, pin: &Pin) -> Result<PlayView, ApiError> {
        let asking = self.asking();
        let loaded = self.find_for(Some(viewer), pin, &asking).await?;
        let cookie = self.sessions.visited_cookie(pin, &loaded.key.id, &asking.headers).ok_or(ApiError::Other)?;
        let cookie = cookie.to_str().map_err(|_| ApiError::Other)?.to_owned();
        let title = self.games.round_quiz(&loaded).await.map_err(refused)?.quiz.quiz.title.clone();
        let seat = self.games.player_view(&loaded.key, &viewer.id).await.map_err(refused)?;
        Ok(PlayView { page: PlayPage { viewer: viewer.clone(), pin: pin.clone(), title, seat }, cookie })
    }

    async fn open_game(&self, viewer: &Member) -> Option<(Pin, String)> {
        let (pin, game) = self.sessions.visited(&self.asking().headers)?;
        let title = releasing_permit(self.games.played_by(&pin, &game, &viewer.id)).await?;
        Some((pin, title))
    }
}

/// The address for players, on this site as the client reached it.
fn join_address(pin: &Pin, headers: &HeaderMap) -> String {
    format!("{}/play/{pin}", site_address(headers))
}
