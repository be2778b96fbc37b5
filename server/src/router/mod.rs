//! All routes; the files beside it answer the calls of the pages. The only place that knows the pages.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use app::api::formulas::FormulaService;
use app::api::games::GameService;
use app::api::quizzes::{ImportedQuiz, QuizService};
use app::api::{ReturnedForm, Service, SiteAddress, Viewer};
use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, Uri, header, request::Parts};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use leptos::config::{Env, LeptosOptions};
use leptos::prelude::{provide_context, use_context};
use leptos_axum::{LeptosRoutes, generate_route_list, handle_server_fns_with_context};
use protocol::Member;
use tower_http::services::ServeDir;
use tower_http::timeout::TimeoutLayer;
use tracing::warn;

use crate::config::Config;
use crate::games::ClassCredentials;
use crate::http::quizzes as quiz_files;
use crate::http::{
    EntranceRules, Gate, Identity, QuizFiles, api_gate, body_bytes, catch_panics, compression, entrance, identity,
    is_file, operations, security_headers, site_address,
};
use crate::limits::{TrustedProxies, client_address};
use crate::readiness::Readiness;
use crate::session::Sessions;
use crate::throttle::RequestPermitHandle;

mod addresses;
mod errors;
mod form_errors;
mod formulas;
mod games;
mod importing;
mod quizzes;
mod rooms;

pub(crate) use form_errors::FormErrors;
use form_errors::{FormErrorLayer, RenderPage};
pub(crate) use games::GamePages;
pub(crate) use quizzes::AuthorPages;
pub(crate) use rooms::RoomPages;

/// The address that the plain form of a room posts to: the room's own, so that a page with an error has that
/// address, too. It calls the server function that posts a message.
const SAY_FORM: &str = "/rooms/{id}";
const SAY: &str = "/api/say";

/// Why the built pages cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// The folder does not exist.
    #[error("no pages in {0}: build them with `make build`, or name their folder with --site-dir")]
    Missing(PathBuf),
    /// The files have hashes in their names, and the list of those is missing.
    #[error(
        "nothing says what the files in {0} are called: hash.txt has to come along, beside the program or in there"
    )]
    Unnamed(PathBuf),
}

#[derive(Clone)]
struct Site {
    options: LeptosOptions,
}

impl FromRef<Site> for LeptosOptions {
    fn from_ref(site: &Site) -> Self {
        site.options.clone()
    }
}

/// What is behind the routes: each part has what its handlers use, and no more.
pub(crate) struct Routes {
    /// The WebSockets, `/ws` and `/games`.
    pub(crate) sockets: Router,
    /// The pages, files and calls.
    pub(crate) pages: Pages,
    /// Checks every request before anything else.
    pub(crate) entrance: Arc<EntranceRules>,
    /// Answers the probes of load balancers.
    pub(crate) readiness: Arc<Readiness>,
}

/// What is behind the pages, their files and their calls.
pub(crate) struct Pages {
    /// Answers the calls of rooms.
    pub(crate) rooms: Arc<RoomPages>,
    /// Answers the calls of authors.
    pub(crate) authors: Arc<AuthorPages>,
    /// Answers the calls of games.
    pub(crate) games: Arc<GamePages>,
    /// Uploads and downloads of quizzes.
    pub(crate) files: QuizFiles,
    /// Limits the requests of an address.
    pub(crate) gate: Arc<Gate>,
    /// Gives every visitor a session.
    pub(crate) identity: Arc<Identity>,
    /// Shows what was wrong with a form.
    pub(crate) form_errors: FormErrors,
    /// How long an answer may take.
    pub(crate) answer_within: Duration,
}

/// Everything that is served on `address`.
///
/// # Errors [`SiteError`] when the pages were not built.
pub(crate) fn build(routes: Routes, config: &Config, address: SocketAddr) -> Result<Router, SiteError> {
    let site = Site { options: options(config, address)? };
    // The sockets are beside the layers and not behind them: headers for pages mean nothing to a WebSocket, and would
    // cost time for each newcomer.
    Ok(operations(routes.readiness)
        .merge(pages(&site, routes.pages))
        .layer(from_fn(security_headers))
        .merge(routes.sockets)
        .layer(from_fn_with_state(routes.entrance, entrance))
        .layer(catch_panics()))
}

fn options(config: &Config, address: SocketAddr) -> Result<LeptosOptions, SiteError> {
    let hash_file = config.hash_file();
    let site = config.site();
    if !site.join("pkg").is_dir() {
        return Err(SiteError::Missing(site));
    }
    if hash_file.is_none() && has_hashes(&site.join("pkg"), &config.output_name) {
        return Err(SiteError::Unnamed(site));
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

/// Whether the style sheet is there under a name with a hash, and under no other.
fn has_hashes(pkg: &Path, output_name: &str) -> bool {
    let (plain, begin) = (format!("{output_name}.css"), format!("{output_name}."));
    let names = pkg.read_dir().into_iter().flatten().flatten().filter_map(|file| file.file_name().into_string().ok());
    let is_hashed = |name: String| name.starts_with(&begin) && name.ends_with(".css") && name != plain;
    !pkg.join(&plain).is_file() && names.into_iter().any(is_hashed)
}

fn pages(site: &Site, parts: Pages) -> Router {
    let service: Arc<dyn Service> = parts.rooms;
    let authors: Arc<dyn QuizService> = parts.authors;
    let games: Arc<dyn GameService> = parts.games;
    let formulas: Arc<dyn FormulaService> = Arc::new(formulas::FormulaRenderer);
    let context = move || {
        provide_context(formulas.clone());
        provide_context(service.clone());
        provide_context(authors.clone());
        provide_context(games.clone());
        if let Some(member) = use_context::<Parts>().and_then(|parts| parts.extensions.get::<Member>().cloned()) {
            provide_context(Viewer(member));
        }
        if let Some(parts) = use_context::<Parts>() {
            provide_context(SiteAddress(site_address(&parts.headers)));
        }
        // An uploaded quiz, for the page that shows it.
        let imported = use_context::<Parts>().and_then(|parts| parts.extensions.get::<Arc<ImportedQuiz>>().cloned());
        if let Some(imported) = imported {
            provide_context(imported);
        }
        let returned = use_context::<Parts>().and_then(|parts| parts.extensions.get::<Arc<ReturnedForm>>().cloned());
        if let Some(returned) = returned {
            provide_context(returned);
        }
    };
    let shell = {
        let options = site.options.clone();
        move || app::shell(options.clone())
    };
    let render: RenderPage = Arc::new(leptos_axum::render_app_async_with_context(context.clone(), shell.clone()));
    let import = {
        let render = render.clone();
        from_fn(move |request: Request, next| importing::show(request, next, render.clone()))
    };
    let say = {
        let context = context.clone();
        post(move |mut request: Request| {
            *request.uri_mut() = Uri::from_static(SAY);
            handle_server_fns_with_context(context.clone(), request)
        })
    };
    let not_found = leptos_axum::file_and_error_handler_with_context::<Site, _>(context.clone(), app::shell);
    Router::new()
        .merge(quiz_files(parts.files).layer(import))
        .leptos_routes_with_context(site, generate_route_list(app::App), context, shell)
        .route(SAY_FORM, say)
        .fallback(move |state: State<Site>, request: Request| {
            let not_found = not_found.clone();
            let wanted = file_request(&request);
            async move {
                match file(&state.0, wanted).await {
                    Some(file) => file,
                    // The library looks for a file by itself, and would log names that no file can have.
                    None => not_found(Uri::from_static("/no-file"), state, request).await,
                }
            }
        })
        .layer(from_fn(addresses::one_address))
        .layer(from_fn_with_state(FormErrorLayer::new(parts.form_errors, render), form_errors::form_errors))
        .layer(from_fn_with_state(parts.identity, identity))
        .layer(from_fn_with_state(parts.gate, api_gate))
        .layer(from_fn(body_limit))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, parts.answer_within))
        .layer(compression())
        .with_state(site.clone())
}

/// The address of the client whose request is being answered.
fn asker_address(proxies: &TrustedProxies) -> IpAddr {
    let parts = use_context::<Parts>();
    let peer = parts.as_ref().and_then(|parts| parts.extensions.get::<SocketAddr>().copied());
    let headers = parts.map(|parts| parts.headers).unwrap_or_default();
    let peer = peer.unwrap_or(SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)));
    client_address(peer, &headers, proxies)
}

/// The tokens of the current request, for the room of a class.
fn class_credentials(sessions: &Sessions, proxies: &TrustedProxies) -> ClassCredentials {
    let headers = use_context::<Parts>().map(|parts| parts.headers).unwrap_or_default();
    ClassCredentials::of(sessions, &headers, asker_address(proxies))
}

/// Answers the current request. While it waits, its permit is free for other requests of the address.
async fn releasing_permit<F: Future>(question: F) -> F::Output {
    let permit = use_context::<Parts>().and_then(|parts| parts.extensions.get::<RequestPermitHandle>().cloned());
    match permit {
        Some(permit) => permit.cover(question).await,
        None => question.await,
    }
}

/// Sets how much of a body is read; routes with limits of their own override it.
async fn body_limit(mut request: Request, next: Next) -> Response {
    DefaultBodyLimit::max(body_bytes(request.uri().path())).apply(&mut request);
    next.run(request).await
}

/// The parts of a request that a static file needs.
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

/// How long a browser may keep a file of the site without asking again.
fn lifetime(file: &Uri, hash_files: bool) -> &'static str {
    let (path, query) = (file.path(), file.query().unwrap_or_default());
    // A file with a hash in its name never changes; a font has not changed since it is there.
    let hashed = hash_files && path.starts_with("/pkg/");
    let versioned = path.starts_with("/styles/") && query.starts_with("v=");
    match path {
        _ if hashed || versioned => "public, max-age=31536000, immutable",
        _ if path.starts_with("/fonts/") => "public, max-age=31536000",
        _ => "public, max-age=3600",
    }
}

/// A file of the site, compressed if it was built so and the browser can read it.
async fn file(site: &Site, wanted: Option<Request>) -> Option<Response> {
    // No file's name has a zero byte, and some libraries treat it as an internal error.
    let wanted = wanted.filter(|wanted| !wanted.uri().path().contains("%00"))?;
    let keep = lifetime(wanted.uri(), site.options.hash_files);
    let files = ServeDir::new(&*site.options.site_root).append_index_html_on_directories(false);
    // This call returns errors and logs nothing: anybody can ask for invalid names.
    let answer = match files.precompressed_br().precompressed_gzip().try_call(wanted).await {
        Ok(answer) => answer.into_response(),
        // The name is longer than a file's can be.
        Err(error) if error.kind() == ErrorKind::InvalidFilename => return None,
        Err(error) => unreadable(&error),
    };
    (answer.status() != StatusCode::NOT_FOUND).then(|| with_cache_control(answer, keep))
}

/// Says how long a file may be kept in a cache; errors get nothing.
fn with_cache_control(mut answer: Response, keep: &'static str) -> Response {
    if is_file(answer.status()) {
        answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    }
    answer.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    answer
}

/// The answer when a disk fails, or too many files are open.
fn unreadable(error: &std::io::Error) -> Response {
    warn!("a file of the site could not be read: {error}");
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "5")], "That cannot be read just now.").into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_what_is_in_it_is_kept_for_a_year_and_fonts_too() {
        let lifetime_of = |file: &str| lifetime(&file.parse().unwrap(), true);
        for file in ["/pkg/hubbub.abc.js", "/styles/home.css?v=1f"] {
            assert_eq!(lifetime_of(file), "public, max-age=31536000, immutable", "{file}");
        }
        assert_eq!(lifetime_of("/fonts/bricolage-display.woff2"), "public, max-age=31536000");
        for file in ["/mark.svg", "/styles/home.css", "/robots.txt?v=1"] {
            assert_eq!(lifetime_of(file), "public, max-age=3600", "{file}");
        }
        assert_eq!(lifetime(&"/pkg/hubbub.js".parse().unwrap(), false), "public, max-age=3600");
    }
}
