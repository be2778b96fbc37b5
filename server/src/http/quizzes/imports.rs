//! Imports quizzes from files: parsed, shown to their author if a form sent them, and saved
//! as that author decides.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Extension, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect};
use futures::stream;
use protocol::Member;
use protocol::quiz::SavedQuiz;
use protocol::text::{Shape, clean};
use serde::Deserialize;

use super::{Answer, FORM_BYTES, Files, QUIZ_FORM_BYTES, Refusal, Upload, contains, illustrations, json, not_a_quiz};
use crate::quizzes::import::{self as file, ImportDecisions, Imported};

/// An extension of the response: what was understood of a file that came by a form. The router renders
/// it as a page.
#[derive(Clone)]
pub struct Understood {
    /// The quiz as far as it was understood, with its doubts and notes.
    pub imported: Arc<Imported>,
    /// The file's name as the sender called it, cleaned and cut to 100 characters.
    pub file: String,
}

/// How many characters of a file's name are shown.
const FILE_NAME_CHARS: usize = 100;

/// Parses a file: the body itself, or the file in a form. The sender of a form is shown what was understood,
/// and nothing is saved yet; a program gets the quiz, or all that is wrong with the file.
pub(super) async fn import(
    State(files): State<Arc<Files>>,
    Extension(peer): Extension<SocketAddr>,
    Extension(member): Extension<Member>,
    Query(named): Query<Named>,
    request: Request,
) -> Answer {
    let Upload { payer, headers, body, _place } =
        files.receive(&member, request, peer, file::FILE_BYTES + FORM_BYTES).await?;
    let (name, bytes) = match boundary(&headers) {
        Some(boundary) => file_in_form(body, boundary).await?,
        None => (named.name, body),
    };
    let called: String = clean(&name, Shape::Line).chars().take(FILE_NAME_CHARS).collect();
    let workers = &files.parts.workers;
    let imported = workers.run(file::LIMITS, move |budget| file::parse(&bytes, &name, budget)).await?;
    let imported = illustrations::store_pictures(&files, &payer, imported.map_err(not_a_quiz)?).await?;
    if is_form(&headers) {
        let understood = Understood { imported: Arc::new(imported), file: called };
        return Ok((Extension(understood), ()).into_response());
    }
    let quiz = file::whole(imported).map_err(not_a_quiz)?;
    let saved = files.parts.library.save(&payer, None, 0, quiz).await?;
    Ok(json(&SavedQuiz { id: saved.id, version: saved.version, saved_at: saved.saved_at }))
}

/// The query of a file that is the body itself.
#[derive(Default, Deserialize)]
pub(super) struct Named {
    /// The file's name: the title of a quiz that has none.
    #[serde(default)]
    name: String,
}

/// Saves an imported quiz, as its author decided, and redirects to it.
pub(super) async fn store_import(
    State(files): State<Arc<Files>>,
    Extension(peer): Extension<SocketAddr>,
    Extension(member): Extension<Member>,
    request: Request,
) -> Answer {
    let Upload { payer, headers, body, _place } = files.receive(&member, request, peer, QUIZ_FORM_BYTES).await?;
    let fields = form_urlencoded::parse(&body).into_owned();
    let quiz = ImportDecisions::parse(fields).quiz().map_err(not_a_quiz)?;
    let saved = files.parts.library.save(&payer, None, 0, quiz).await?;
    if is_form(&headers) {
        return Ok(Redirect::to(&format!("/quizzes/{}", saved.id)).into_response());
    }
    Ok(json(&SavedQuiz { id: saved.id, version: saved.version, saved_at: saved.saved_at }))
}

fn is_form(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).is_some_and(|accept| contains(accept, "text/html"))
}

fn boundary(headers: &HeaderMap) -> Option<String> {
    multer::parse_boundary(headers.get(header::CONTENT_TYPE)?.to_str().ok()?).ok()
}

/// The first file in a form, with its name.
async fn file_in_form(body: Bytes, boundary: String) -> Result<(String, Bytes), Refusal> {
    let none = |_| Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "This form cannot be read.".into());
    let body = stream::iter([Ok::<_, std::convert::Infallible>(body)]);
    let mut form = multer::Multipart::new(body, boundary);
    while let Some(field) = form.next_field().await.map_err(none)? {
        if let Some(name) = field.file_name().map(str::to_owned) {
            let bytes = field.bytes().await.map_err(none)?;
            if !bytes.is_empty() {
                return Ok((name, bytes));
            }
        }
    }
    Err(Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "Choose a file first.".into()))
}
