//! All routes, and what the pages may ask of the node. The only place that
//! knows the pages.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use app::api::{ApiError, Renamed, Service, Viewer};
use async_trait::async_trait;
use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header, request::Parts};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use leptos::config::{Env, LeptosOptions};
use leptos::prelude::{provide_context, use_context};
use leptos_axum::{LeptosRoutes, generate_route_list};
use protocol::limits::PAGE_MESSAGES;
use protocol::{HistoryPage, Member, MembersPage, MessageId, Name, RoomId, RoomPreview, RoomSummary, UserId, wire};
use tower::ServiceExt;
use tower_http::services::ServeDir;
use tower_http::timeout::TimeoutLayer;
use tracing::warn;

use crate::channel::Channel;
use crate::http::{Gate, api_gate, compression, identity, operations, security_headers};
use crate::node::{Node, count_refusal};
use crate::session::random_message_id;
use crate::ws;

/// Bytes that a request to a server function may have: the longest message, in
/// the widest letters, spelled as a form.
const BODY_BYTES: usize = 64 * 1024;
/// Seconds until a request must be answered, reading its body included.
const ANSWER_WITHIN: std::time::Duration = std::time::Duration::from_secs(30);

/// The built pages are not where they should be.
#[derive(Debug, thiserror::Error)]
#[error("no pages in {0}: build them with `make build`, or name their folder with --site-dir")]
pub struct SiteError(PathBuf);

#[derive(Clone)]
struct Site {
    node: Arc<Node>,
    options: LeptosOptions,
}

impl FromRef<Site> for LeptosOptions {
    fn from_ref(site: &Site) -> Self {
        site.options.clone()
    }
}

impl FromRef<Site> for Arc<Node> {
    fn from_ref(site: &Site) -> Self {
        site.node.clone()
    }
}

/// Everything that is served on `address`; WebSockets come in by `door`.
///
/// # Errors
/// [`SiteError`] when the pages were not built.
pub(crate) fn build(node: &Arc<Node>, address: SocketAddr, door: ws::Door) -> Result<Router, SiteError> {
    let site = Site { node: node.clone(), options: options(node, address)? };
    Ok(Router::new()
        .route("/ws", door)
        .merge(operations())
        .with_state(node.clone())
        .merge(pages(&site))
        .layer(from_fn(security_headers)))
}

fn options(node: &Node, address: SocketAddr) -> Result<LeptosOptions, SiteError> {
    let config = &node.config;
    let hash_file = config.hash_file();
    let site = config.site();
    if !site.join("pkg").is_dir() {
        return Err(SiteError(site));
    }
    Ok(LeptosOptions::builder()
        .output_name(config.output_name.as_str())
        .site_root(site.display().to_string())
        .site_addr(address)
        .reload_port(config.reload_port.unwrap_or(3001))
        .env(if config.leptos_watch.is_empty() { Env::PROD } else { Env::DEV })
        .hash_files(hash_file.is_some())
        .hash_file(hash_file.unwrap_or_default().display().to_string().into())
        .build())
}

fn pages(site: &Site) -> Router {
    let service: Arc<dyn Service> = Arc::new(Rooms::new(site.node.clone()));
    let context = move || {
        provide_context(service.clone());
        if let Some(member) = use_context::<Parts>().and_then(|parts| parts.extensions.get::<Member>().cloned()) {
            provide_context(Viewer(member));
        }
    };
    let shell = {
        let options = site.options.clone();
        move || app::shell(options.clone())
    };
    let not_found = leptos_axum::file_and_error_handler_with_context::<Site, _>(context.clone(), app::shell);
    let gate = Arc::new(Gate::for_addresses(site.node.config.limits.rate_limit));
    Router::new()
        .leptos_routes_with_context(site, generate_route_list(app::App), context, shell)
        .fallback(move |state: State<Site>, request: Request| {
            let not_found = not_found.clone();
            let wanted = file_request(&request);
            async move {
                match file(&state.0, wanted).await {
                    Some(file) => file,
                    None => not_found(request.uri().clone(), state, request).await,
                }
            }
        })
        .layer(from_fn_with_state(site.node.clone(), identity))
        .layer(from_fn_with_state((site.node.clone(), gate), api_gate))
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, ANSWER_WITHIN))
        .layer(compression())
        .with_state(site.clone())
}

/// The part of a request that a file needs.
fn file_request(request: &Request) -> Option<Request> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return None;
    }
    let mut wanted = Request::builder().method(request.method()).uri(request.uri());
    for name in [header::ACCEPT_ENCODING, header::IF_MODIFIED_SINCE, header::RANGE] {
        if let Some(value) = request.headers().get(&name) {
            wanted = wanted.header(name, value);
        }
    }
    wanted.body(axum::body::Body::empty()).ok()
}

/// A file of the site, compressed if it was built so and the browser can read it.
async fn file(site: &Site, wanted: Option<Request>) -> Option<Response> {
    let wanted = wanted?;
    // A hashed name never gets other content.
    let hashed = site.options.hash_files && wanted.uri().path().starts_with("/pkg/");
    let keep = if hashed { "public, max-age=31536000, immutable" } else { "public, max-age=3600" };
    let files = ServeDir::new(&*site.options.site_root).append_index_html_on_directories(false);
    let answer = files.precompressed_br().precompressed_gzip().oneshot(wanted).await.ok()?;
    if answer.status() == StatusCode::NOT_FOUND {
        return None;
    }
    let mut answer = answer.into_response();
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    answer.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    Some(answer)
}

/// What the pages ask, answered by the node.
struct Rooms {
    node: Arc<Node>,
    /// Messages sent by the plain form.
    said: Gate<UserId>,
}

impl Rooms {
    fn new(node: Arc<Node>) -> Self {
        Self { said: Gate::for_people(node.config.limits.rate_limit), node }
    }
}

#[async_trait]
impl Service for Rooms {
    async fn history(&self, room: &RoomId, before: Option<u64>) -> Result<HistoryPage, ApiError> {
        let page = self.node.history.page(&Channel::Room(room.clone()), before, PAGE_MESSAGES).await;
        let page = page.map_err(unavailable)?;
        let frames = page.publications.iter().filter_map(|one| std::str::from_utf8(&one.frame).ok());
        Ok(HistoryPage {
            messages: frames.filter_map(wire::decode_message).collect(),
            position: page.top,
            more: page.more,
        })
    }

    async fn open_room(&self, title: &str) -> Result<RoomId, ApiError> {
        let room = RoomId::from_title(title).map_err(ApiError::title)?;
        self.node.directory.open(&room, title).await.map_err(unavailable)?;
        Ok(room)
    }

    async fn rooms(&self) -> Result<Vec<RoomSummary>, ApiError> {
        self.node.directory.list().await.map(|rooms| rooms.to_vec()).map_err(unavailable)
    }

    async fn preview(&self, room: &RoomId) -> Result<RoomPreview, ApiError> {
        self.node.directory.preview(room).await.map_err(unavailable)
    }

    async fn members(&self, room: &RoomId, after: Option<&UserId>) -> Result<MembersPage, ApiError> {
        self.node.presence.members(&Channel::Room(room.clone()), after).await.map_err(unavailable)
    }

    async fn rename(&self, viewer: &Member, name: Name) -> Result<Renamed, ApiError> {
        let member = Member { id: viewer.id.clone(), name };
        let headers = use_context::<Parts>().map(|parts| parts.headers).unwrap_or_default();
        let cookie = self.node.sessions.write(&member, &headers).ok_or(ApiError::Other)?;
        let cookie = cookie.to_str().map_err(|_| ApiError::Other)?.to_owned();
        self.node.presence.rename(&member);
        Ok(Renamed { member, cookie })
    }

    async fn say(&self, viewer: &Member, room: &RoomId, id: MessageId, text: String) -> Result<(), ApiError> {
        if let Err(wait) = self.said.check(&viewer.id) {
            let retry_after_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
            return Err(ApiError::RateLimited { retry_after_ms });
        }
        match self.node.chat.say(room, viewer, &id, &text).await {
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

/// The log, the roster or the list of rooms could not be reached.
fn unavailable(error: impl std::fmt::Display) -> ApiError {
    warn!("a page could not be answered: {error}");
    ApiError::Unavailable
}
