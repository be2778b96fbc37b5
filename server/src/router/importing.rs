//! A file that was no quiz, sent by a form without scripts: its sender is led
//! back to the page of the form, which says why, as with all other forms.

use app::api::ApiError;
use app::api::quizzes::QUIZZES;
use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::server_fn::error::ServerFnUrlError;

/// The address of the form.
const IMPORT: &str = "/api/import-quiz";
/// Bytes of a sentence; there is none that is longer.
const SENTENCE_BYTES: usize = 4 * 1024;

/// Leads back who sees the answer as a page; programs get the sentence.
pub(super) async fn lead_back(request: Request, next: Next) -> Response {
    let (is_import, is_form) = (request.uri().path() == IMPORT, accepts_pages(request.headers()));
    let answer = next.run(request).await;
    let status = answer.status();
    if !is_import || !(status.is_client_error() || status.is_server_error()) {
        return answer;
    }
    let why = match status {
        // Of this the routes have not heard.
        StatusCode::PAYLOAD_TOO_LARGE => "This file is too large.".to_owned(),
        _ => sentence(answer).await,
    };
    match address(&why).filter(|_| is_form) {
        Some(address) => Redirect::to(&address).into_response(),
        None => (status, why).into_response(),
    }
}

fn accepts_pages(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT);
    accept.is_some_and(|accept| String::from_utf8_lossy(accept.as_bytes()).contains("text/html"))
}

async fn sentence(answer: Response) -> String {
    let body = to_bytes(answer.into_body(), SENTENCE_BYTES).await.unwrap_or_default();
    String::from_utf8(body.into()).unwrap_or_default()
}

/// The page of the form, with why the file was not taken.
fn address(why: &str) -> Option<String> {
    // Only a whole address can be given more; of it the path is sent.
    let error = ServerFnUrlError::new(IMPORT, ApiError::Invalid(why.to_owned()));
    let whole = error.to_url(&format!("http://localhost{QUIZZES}"));
    let whole: Uri = whole.ok()?.as_str().parse().ok()?;
    whole.path_and_query().map(ToString::to_string)
}
