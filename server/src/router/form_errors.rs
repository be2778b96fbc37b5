//! Shows what was wrong with a form that was sent without scripts, on the page with the form.
//!
//! The sender is redirected to that page, whose address stays as it is. What was wrong, and what had been
//! typed, goes along in a cookie that is signed for them and that the page uses up: a second load, or a link
//! that is sent on, shows nothing of it. Where no cookie can carry it (a long text, a browser that keeps
//! none) the page itself is the response to the form.
//!
//! No address can make a page show an error: the parameters in which the library would read one are removed
//! from every address first.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use app::api::quizzes::{QUIZZES, RESULTS};
use app::api::{ApiError, ReturnedForm};
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, HeaderValue, Method, Uri, header};
use axum::middleware::Next;
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use leptos::server_fn::error::SERVER_FN_ERROR_HEADER;
use protocol::{Member, RoomId, UserId, wire};

use crate::http::{TooMuch, body_bytes};
use crate::limits::{TrustedProxies, client_address};
use crate::session::Sessions;
use crate::throttle::{Purpose, Throttle, request as cost};

/// The parameters in which the library would read errors of forms.
const FOREIGN: [&str; 3] = ["__path", "__err", "__seal"];
/// The folder of server functions; it has no pages.
const CALLS: &str = "/api/";
const ROOMS: &str = "/rooms/";
const SAY: &str = "/api/say";
/// The longest sentence as JSON, in bytes.
const SENTENCE_BYTES: usize = 16 * 1024;

/// Renders the page at an address.
pub(super) type RenderPage = Arc<dyn Fn(Request) -> Pin<Box<dyn Future<Output = Response> + Send>> + Send + Sync>;

/// What the layer works with.
pub(crate) struct FormErrors {
    pub(crate) sessions: Sessions,
    pub(crate) throttle: Arc<Throttle>,
    pub(crate) trusted_proxies: Arc<TrustedProxies>,
}

/// The layer, with what renders its pages.
pub(super) struct FormErrorLayer {
    parts: FormErrors,
    render: RenderPage,
}

/// An extension of a response: what was wrong with a form that is no server function's.
#[derive(Clone)]
pub(super) struct Wrong {
    /// The address that the form posts to.
    pub(super) sent_to: &'static str,
    /// The address of the page that has the form, to which the browser is sent back.
    pub(super) page: &'static str,
    /// What was wrong, as a sentence.
    pub(super) why: String,
}

/// A form on our pages.
struct Form {
    sent_to: &'static str,
    /// Its page, for a browser that does not send a `Referer`.
    page: &'static str,
    /// The fields that may be shown again. Keys and codes must be typed anew.
    shown: &'static [&'static str],
    /// Whether it stores something for its sender, who has to be the same person on the next page.
    is_senders: bool,
}

const FORMS: [Form; 14] = [
    Form { sent_to: "/api/open-room", page: "/", shown: &["title", "listed"], is_senders: false },
    Form { sent_to: "/api/rename", page: "/", shown: &["name"], is_senders: true },
    Form { sent_to: "/api/enter-game", page: "/play", shown: &["pin"], is_senders: false },
    Form { sent_to: "/api/take-over", page: "/host", shown: &["pin"], is_senders: true },
    Form { sent_to: "/api/new-quiz", page: QUIZZES, shown: &["title"], is_senders: true },
    Form { sent_to: "/api/copy-quiz", page: QUIZZES, shown: &[], is_senders: true },
    Form { sent_to: "/api/delete-quiz", page: QUIZZES, shown: &[], is_senders: false },
    Form { sent_to: "/api/restore-quiz", page: QUIZZES, shown: &[], is_senders: false },
    Form { sent_to: "/api/host-game", page: QUIZZES, shown: &[], is_senders: true },
    Form { sent_to: "/api/become-author", page: QUIZZES, shown: &[], is_senders: true },
    Form { sent_to: "/api/play-again", page: QUIZZES, shown: &[], is_senders: true },
    Form { sent_to: "/api/game-results", page: RESULTS, shown: &[], is_senders: false },
    Form { sent_to: "/api/delete-result", page: RESULTS, shown: &[], is_senders: false },
    Form { sent_to: SAY, page: "/", shown: &["room", "id", "message"], is_senders: false },
];

/// The pages of single quizzes and results have no place for an error, but their lists have.
/// Versions have one, too.
const LISTS: [&str; 2] = [QUIZZES, RESULTS];
const VERSIONS: &str = "/versions";

/// The sentence for somebody who would be another person on the next page, before anything is done: a game
/// that nobody could host, a quiz that nobody could open.
const NO_COOKIES: &str = "This browser blocks cookies here, and without them nothing can be kept for you. Allow cookies \
                          for this site, then try again.";

impl FormErrorLayer {
    pub(super) fn new(parts: FormErrors, render: RenderPage) -> Arc<Self> {
        Arc::new(Self { parts, render })
    }

    /// Passes a form on, and makes sure that its sender reads what was wrong.
    async fn send(&self, request: Request, next: Next, person: &UserId) -> Response {
        let form = form_at(request.uri().path());
        let (request, typed) = match form {
            Some(form) => with_typed(request, form.shown).await,
            None => (request, Vec::new()),
        };
        let (parts, body) = request.into_parts();
        let asker = parts.clone();
        let brings_cookies = asker.headers.get(header::COOKIE).is_some_and(|cookies| !cookies.is_empty());
        if let Some(form) = form.filter(|form| form.is_senders && !brings_cookies) {
            let page = page_of(&asker, Some(form), &typed);
            let returned = ReturnedForm { sent_to: form.sent_to.to_owned(), why: NO_COOKIES.to_owned(), typed };
            return self.render_page(asker, &page, returned).await;
        }
        let mut answer = next.run(Request::from_parts(parts, body)).await;
        let Some(why) = why(&mut answer).await else { return led_to_a_page(answer) };
        let is_too_much = answer.headers().contains_key(header::RETRY_AFTER);
        let (sent_to, page, why) = match why {
            Why::Known(Wrong { sent_to, page, why }) => (sent_to.to_owned(), page.to_owned(), why),
            Why::Call(why) => {
                let sent_to = form.map_or(asker.uri.path(), |form| form.sent_to).to_owned();
                (sent_to, page_of(&asker, form, &typed), why)
            }
        };
        let returned = ReturnedForm { sent_to, why, typed };
        let mut response = match self.cookie(person, &page, &returned, &asker.headers) {
            Some(cookie) => (AppendHeaders([(header::SET_COOKIE, cookie)]), Redirect::to(&page)).into_response(),
            None => self.render_page(asker, &page, returned).await,
        };
        if is_too_much {
            response.extensions_mut().insert(TooMuch);
        }
        response
    }

    /// The cookie that carries an error to the page; `None` where none can.
    fn cookie(&self, person: &UserId, page: &str, returned: &ReturnedForm, headers: &HeaderMap) -> Option<HeaderValue> {
        // A client without a session keeps no cookies, and is another person on the next page.
        self.parts.sessions.authenticate(headers)?;
        self.parts.sessions.flash_cookie(person, &wire::encode(&(page, returned)), headers)
    }

    /// Renders the page as the response to the form.
    async fn render_page(&self, mut asker: Parts, page: &str, returned: ReturnedForm) -> Response {
        if let Some(peer) = asker.extensions.get::<SocketAddr>() {
            let address = client_address(*peer, &asker.headers, &self.parts.trusted_proxies);
            self.parts.throttle.charge_at(address, Purpose::Request, cost::PAGE);
        }
        asker.method = Method::GET;
        asker.uri = page.parse().unwrap_or_default();
        for about_body in [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::TRANSFER_ENCODING] {
            asker.headers.remove(about_body);
        }
        asker.extensions.insert(Arc::new(returned));
        (self.render)(Request::from_parts(asker, Body::empty())).await
    }

    /// Shows a page, with the error of a form if there is one.
    async fn show(&self, mut request: Request, next: Next, person: &UserId) -> Response {
        let flash = self.parts.sessions.flash_text(person, request.headers());
        let flash = flash.and_then(|text| wire::decode::<(String, ReturnedForm)>(&text));
        let flash = flash.filter(|(page, _)| page.split('?').next() == Some(request.uri().path()));
        let Some((_, returned)) = flash else { return next.run(request).await };
        let forget = self.parts.sessions.clear_flash(request.headers());
        request.extensions_mut().insert(Arc::new(returned));
        let mut answer = next.run(request).await;
        // A redirect has shown nothing yet.
        if let Some(forget) = forget.filter(|_| !answer.status().is_redirection()) {
            answer.headers_mut().append(header::SET_COOKIE, forget);
        }
        answer
    }
}

/// The layer that shows errors of forms, and removes the library's parameters from requests.
pub(super) async fn form_errors(
    State(forms): State<Arc<FormErrorLayer>>,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(Member { id, .. }) = request.extensions().get::<Member>().cloned() else {
        return next.run(request).await;
    };
    if let Some(uri) = without_foreign(request.uri()) {
        *request.uri_mut() = uri;
    }
    match *request.method() {
        Method::POST if accepts_pages(request.headers()) => forms.send(request, next, &id).await,
        Method::GET => forms.show(request, next, &id).await,
        _ => next.run(request).await,
    }
}

/// Whether the response is shown as a page: the request came from a form without scripts.
pub(super) fn accepts_pages(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT);
    accept.is_some_and(|accept| String::from_utf8_lossy(accept.as_bytes()).contains("text/html"))
}

fn form_at(path: &str) -> Option<&'static Form> {
    let sent_to = if path.starts_with(ROOMS) { SAY } else { path };
    FORMS.iter().find(|form| form.sent_to == sent_to)
}

/// The request, and the values of these fields. The body is in memory already, and limited in size.
async fn with_typed(request: Request, shown: &[&str]) -> (Request, Vec<(String, String)>) {
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return (Request::from_parts(parts, Body::empty()), Vec::new());
    };
    let is_shown = |name: &str| shown.contains(&name);
    // Of a body that was too long only the beginning is here.
    let typed = match bytes.len() <= body_bytes(parts.uri.path()) {
        true => form_urlencoded::parse(&bytes).into_owned().filter(|(name, _)| is_shown(name)).collect(),
        false => Vec::new(),
    };
    (Request::from_parts(parts, Body::from(bytes)), typed)
}

/// The error in a response to a form.
enum Why {
    /// With the page of the form.
    Known(Wrong),
    /// A server function refused, with this sentence.
    Call(String),
}

async fn why(answer: &mut Response) -> Option<Why> {
    if let Some(wrong) = answer.extensions_mut().remove::<Wrong>() {
        return Some(Why::Known(wrong));
    }
    if !answer.headers().contains_key(SERVER_FN_ERROR_HEADER) {
        return None;
    }
    let body = std::mem::take(answer.body_mut());
    let body = to_bytes(body, SENTENCE_BYTES).await.unwrap_or_default();
    let error = std::str::from_utf8(&body).ok().and_then(wire::decode::<ApiError>);
    Some(Why::Call(error.unwrap_or(ApiError::Other).to_string()))
}

/// The page that a form was sent from.
fn page_of(asker: &Parts, form: Option<&Form>, typed: &[(String, String)]) -> String {
    // The form of a room posts to the room's address.
    if asker.uri.path().starts_with(ROOMS) {
        return asker.uri.path().to_owned();
    }
    let referer = asker.headers.get(header::REFERER).and_then(|referer| referer.to_str().ok()?.parse::<Uri>().ok());
    // The entrance leaves only our own addresses in `Referer`; a page that was rendered for a form has that
    // form's.
    if let Some(referer) = referer.filter(|referer| !referer.path().starts_with(CALLS)) {
        let is_below = |list: &&str| referer.path().strip_prefix(list).is_some_and(|rest| rest.starts_with('/'));
        if let Some(list) = LISTS.into_iter().find(is_below)
            && !referer.path().ends_with(VERSIONS)
        {
            return list.to_owned();
        }
        let referer = without_foreign(&referer).unwrap_or(referer);
        let page = referer.path_and_query().map_or("/", PathAndQuery::as_str);
        // Two slashes would begin the name of another host.
        return format!("/{}", page.trim_start_matches(['/', '\\']));
    }
    let room = typed.iter().find(|(name, _)| name == "room").and_then(|(_, room)| RoomId::parse(room).ok());
    match (form, room) {
        (Some(Form { sent_to: SAY, .. }), Some(room)) => room.path(),
        (Some(form), _) => form.page.to_owned(),
        (None, _) => "/".to_owned(),
    }
}

/// Prevents redirects to addresses without a page.
fn led_to_a_page(mut answer: Response) -> Response {
    let leads_to = answer.headers().get(header::LOCATION).and_then(|to| to.to_str().ok()?.parse::<Uri>().ok());
    if leads_to.is_some_and(|to| to.path().starts_with(CALLS)) {
        answer.headers_mut().insert(header::LOCATION, HeaderValue::from_static("/"));
    }
    answer
}

/// An address without the library's parameters; `None` if it has none.
fn without_foreign(uri: &Uri) -> Option<Uri> {
    let query = uri.query()?;
    let is_foreign = |name: &str| FOREIGN.contains(&name);
    if !form_urlencoded::parse(query.as_bytes()).any(|(name, _)| is_foreign(&name)) {
        return None;
    }
    // Encoded anew: nothing is left that could be read in another way.
    let rest = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| !is_foreign(name));
    let rest = form_urlencoded::Serializer::new(String::new()).extend_pairs(rest).finish();
    let text = if rest.is_empty() { uri.path().to_owned() } else { format!("{}?{rest}", uri.path()) };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(text).unwrap_or(PathAndQuery::from_static("/")));
    Some(Uri::from_parts(parts).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(path: &str, referer: &str, typed: &[(&str, &str)]) -> String {
        let request = Request::builder().uri(path).header(header::REFERER, referer).body(()).unwrap();
        let typed: Vec<_> = typed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        page_of(&request.into_parts().0, form_at(path), &typed)
    }

    #[test]
    fn a_form_comes_back_to_the_page_that_it_was_sent_from() {
        let hub = "http://hub.example:3000";
        for (path, referer, leads_to) in [
            ("/api/open-room", "/?a=b", "/?a=b"),
            ("/api/open-room", "/?a=b&__path=x&__err=y", "/?a=b"),
            ("/api/take-over", "/host?pin=482915", "/host?pin=482915"),
            ("/api/open-room", "//evil.example/", "/evil.example/"),
            ("/api/rename", "/api/rename", "/"),
            ("/api/copy-quiz", "/quizzes/q1", "/quizzes"),
            ("/api/restore-quiz", "/quizzes/q1/versions", "/quizzes/q1/versions"),
            ("/api/delete-result", "/results/r1", "/results"),
            ("/api/host-game", "/host/482915", "/host/482915"),
            ("/rooms/garden", "/elsewhere", "/rooms/garden"),
        ] {
            assert_eq!(page(path, &format!("{hub}{referer}"), &[]), leads_to, "{path} from {referer}");
        }
    }

    #[test]
    fn where_nobody_says_from_where_it_comes_back_to_its_own_page() {
        assert_eq!(page("/api/enter-game", "", &[]), "/play");
        assert_eq!(page("/api/say", "", &[("room", "Staff Room")]), "/rooms/staff-room");
        assert_eq!(page("/api/say", "", &[]), "/");
        assert_eq!(page("/api/no-such-form", "", &[]), "/");
    }

    #[test]
    fn no_key_is_shown_again() {
        assert!(FORMS.iter().all(|form| !form.shown.contains(&"key")));
    }

    #[test]
    fn no_address_says_anything_of_a_form() {
        let left = |uri: &str| without_foreign(&uri.parse().unwrap()).map(|uri| uri.to_string());
        assert_eq!(left("/?a=b"), None);
        assert_eq!(left("/"), None);
        assert_eq!(left("/?__err=x&a=b&__path=y&__seal=z").as_deref(), Some("/?a=b"));
        assert_eq!(left("/?%5F_err=x").as_deref(), Some("/"));
    }
}
