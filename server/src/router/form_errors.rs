//! What was wrong with a form that was sent without scripts comes back in the
//! address of its page. Only our own words may: they are signed for whoever sent
//! the form, and all others are taken out of an address before a page sees it.
//! Otherwise a link could have the site say anything to anybody.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderValue, Uri, header};
use axum::middleware::Next;
use axum::response::Response;
use protocol::{Member, UserId};

use crate::node::Node;

/// Which form; the library's name for it.
const FORM: &str = "__path";
/// What was wrong; the library's name for it.
const ERROR: &str = "__err";
/// The signature of both.
const SEAL: &str = "__seal";

/// Leaves what is not signed out of requests, and signs what answers lead back with.
pub(super) async fn form_errors(State(node): State<Arc<Node>>, mut request: Request, next: Next) -> Response {
    let Some(Member { id, .. }) = request.extensions().get::<Member>().cloned() else {
        return next.run(request).await;
    };
    if let Some(uri) = without_forged(&node, &id, request.uri()) {
        *request.uri_mut() = uri;
    }
    let mut response = next.run(request).await;
    if let Some(location) = response.headers().get(header::LOCATION).and_then(|to| sealed(&node, &id, to)) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

/// What an address says about a form, and all else that it asks.
#[derive(Default)]
struct Query {
    form: String,
    error: String,
    seal: String,
    rest: Vec<(String, String)>,
}

impl Query {
    /// Of several, the last one counts.
    fn parse(text: &str) -> Self {
        let mut query = Self::default();
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            match name.as_ref() {
                FORM => query.form = value.into_owned(),
                ERROR => query.error = value.into_owned(),
                SEAL => query.seal = value.into_owned(),
                _ => query.rest.push((name.into_owned(), value.into_owned())),
            }
        }
        query
    }

    fn is_about_form(&self) -> bool {
        !(self.form.is_empty() && self.error.is_empty() && self.seal.is_empty())
    }

    /// What is signed: neither part can pass for a piece of the other.
    fn signed(&self) -> String {
        format!("{}\n{}", self.form, self.error)
    }

    fn write(&self, about_form: &[(&str, &str)]) -> String {
        let mut text = form_urlencoded::Serializer::new(String::new());
        text.extend_pairs(&self.rest).extend_pairs(about_form);
        text.finish()
    }
}

/// The address without what was not signed for this person; `None` where it may stay as it is.
fn without_forged(node: &Node, person: &UserId, uri: &Uri) -> Option<Uri> {
    let query = Query::parse(uri.query()?);
    if !query.is_about_form() {
        return None;
    }
    let is_ours = node.sessions.is_sealed(person, &query.signed(), &query.seal);
    // Written anew in any case: nothing is left that could be read in another way.
    let told = [(FORM, query.form.as_str()), (ERROR, query.error.as_str())];
    let text = query.write(if is_ours { &told } else { &[] });
    let text = if text.is_empty() { uri.path().to_owned() } else { format!("{}?{text}", uri.path()) };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(text).unwrap_or(PathAndQuery::from_static("/")));
    Some(Uri::from_parts(parts).unwrap_or_default())
}

/// The address that leads back to a form, signed where it says what was wrong.
fn sealed(node: &Node, person: &UserId, location: &HeaderValue) -> Option<HeaderValue> {
    let (page, query) = location.to_str().ok()?.split_once('?')?;
    let query = Query::parse(query);
    if query.error.is_empty() {
        return None;
    }
    let seal = node.sessions.seal(person, &query.signed());
    let query = query.write(&[(FORM, query.form.as_str()), (ERROR, query.error.as_str()), (SEAL, seal.as_str())]);
    HeaderValue::try_from(format!("{page}?{query}")).ok()
}
