//! An uploaded file of a form: its sender is shown what was understood of it, or redirected to the page of
//! the form, which says what is wrong, as with all other forms. Nothing is saved before they have seen it.

use std::sync::Arc;

use app::api::quizzes::{IMPORT_PAGE, ImportDoubt, ImportedQuiz, QUIZZES, ShownCell};
use axum::body::{Body, to_bytes};
use axum::extract::{Extension, Request};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::form_errors::{RenderPage, Wrong, accepts_pages};
use crate::http::Understood;
use crate::quizzes::import::{Ask, Doubt, Imported, too_large};

/// The address of the form, and of the one that saves what was understood.
const IMPORT: &str = "/api/import-quiz";
const STORE: &str = "/api/store-import";
/// The longest sentence, in bytes.
const SENTENCE_BYTES: usize = 16 * 1024;

/// Renders the page of an import, or the error for the page of the form, if the client shows pages;
/// programs get the sentence.
pub(super) async fn show(request: Request, next: Next, render: RenderPage) -> Response {
    let is_import = matches!(request.uri().path(), IMPORT | STORE);
    if !is_import {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let asker = parts.clone();
    let answer = next.run(Request::from_parts(parts, body)).await;
    if let Some(understood) = answer.extensions().get::<Understood>().cloned() {
        return render(page_request(asker, &understood)).await;
    }
    let status = answer.status();
    if !(status.is_client_error() || status.is_server_error()) {
        return answer;
    }
    let why = match status {
        // A layer refused this before the route saw it.
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        _ => sentence(answer).await,
    };
    match accepts_pages(&asker.headers) {
        true => Extension(Wrong { sent_to: IMPORT, page: QUIZZES, why }).into_response(),
        false => (status, why).into_response(),
    }
}

async fn sentence(answer: Response) -> String {
    let body = to_bytes(answer.into_body(), SENTENCE_BYTES).await.unwrap_or_default();
    String::from_utf8(body.into()).unwrap_or_default()
}

/// A request for the page, in the name of the form's sender.
fn page_request(mut asker: Parts, understood: &Understood) -> Request {
    asker.method = Method::GET;
    asker.uri = Uri::from_static(IMPORT_PAGE);
    for about_body in [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::TRANSFER_ENCODING] {
        asker.headers.remove(about_body);
    }
    asker.extensions.insert(Arc::new(shown(&understood.imported, &understood.file)));
    Request::from_parts(asker, Body::empty())
}

/// What was understood, in the form that the page shows.
fn shown(imported: &Imported, file: &str) -> ImportedQuiz {
    ImportedQuiz {
        file: file.to_owned(),
        quiz: imported.quiz.clone(),
        doubts: imported.doubts.iter().map(doubt).collect(),
        notes: imported.notes.clone(),
        missing: imported.missing.iter().map(ToString::to_string).collect(),
        carried: imported.encoded_doubts(),
    }
}

fn doubt(doubt: &Doubt) -> ImportDoubt {
    let cell = |cell: &crate::quizzes::import::ShownCell| ShownCell {
        heading: cell.heading.clone(),
        text: cell.text.clone(),
        is_doubtful: cell.is_doubtful,
    };
    ImportDoubt {
        question: doubt.question,
        place: doubt.place.to_string(),
        line: doubt.place.line,
        why: doubt.why.clone(),
        cells: doubt.place.cells.iter().map(cell).collect(),
        ask: match &doubt.ask {
            Ask::Right => app::api::quizzes::Ask::Right,
            Ask::Seconds => app::api::quizzes::Ask::Seconds,
            Ask::Number(numbers) => app::api::quizzes::Ask::Number(numbers.clone()),
            Ask::Finish => app::api::quizzes::Ask::Finish,
        },
    }
}
