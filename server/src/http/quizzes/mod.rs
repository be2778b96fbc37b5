//! Files of authors: pictures, quizzes to bring along and to take away, and what
//! came of games. Whoever brings something must be an author.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Extension, FromRequest, Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use futures::StreamExt;
use protocol::{Member, PictureId, limits, wire};
use serde::Serialize;
use tokio::time::timeout;
use tracing::warn;

use super::uploads::{Place, Uploads};
use crate::limits::client_address;
use crate::node::Node;
use crate::quizzes::QuizzesError;
use crate::quizzes::import as file;
use crate::quizzes::picture::{self, Kind};
use crate::quota::{Payer, QuotaError};
use crate::throttle::Purpose;
use crate::workers::NotDone;

mod exports;
mod imports;

pub use imports::Understood;

/// What a form puts around a file.
const FORM_BYTES: usize = 16 * 1024;
/// A form with a whole quiz in it: each byte may be spelled with three.
const QUIZ_FORM_BYTES: usize = limits::QUIZ_BYTES * 4;
/// A file that is on its way for longer is given up.
const BODY_WITHIN: Duration = Duration::from_secs(15);
/// A refused one that is on its way for longer is not waited for.
const DISCARD_WITHIN: Duration = Duration::from_secs(2);
/// When somebody may come again where all places are taken.
const AGAIN_SECONDS: u64 = 5;
const JSON: &str = "application/json";

/// What these routes need.
struct Files {
    node: Arc<Node>,
    uploads: Uploads,
}

/// Why somebody does not get what they asked for: a status, and a sentence.
struct Refusal(StatusCode, String);

/// A file that came, and its place until it is read.
struct Upload {
    payer: Payer,
    headers: HeaderMap,
    body: Bytes,
    _place: Place,
}

type Answer = Result<Response, Refusal>;

/// The routes. [`super::identity`] must be around them.
pub fn quizzes<S: Clone + Send + Sync + 'static>(node: &Arc<Node>) -> Router<S> {
    let files = Files { node: node.clone(), uploads: Uploads::new() };
    Router::new()
        .route("/api/picture", post(take_picture).layer(DefaultBodyLimit::max(limits::PICTURE_BYTES)))
        .route("/api/import-quiz", post(imports::import).layer(DefaultBodyLimit::max(file::FILE_BYTES + FORM_BYTES)))
        .route("/api/keep-import", post(imports::keep_import).layer(DefaultBodyLimit::max(QUIZ_FORM_BYTES)))
        .route("/pictures/{id}", get(show_picture))
        .route("/quizzes/template.csv", get(exports::template_csv))
        .route("/quizzes/template.xlsx", get(exports::template_xlsx))
        .route("/quizzes/{id}/export.json", get(exports::export_json))
        .route("/quizzes/{id}/export.csv", get(exports::export_csv))
        .route("/quizzes/{id}/export.xlsx", get(exports::export_xlsx))
        .route("/results/{id}/export.csv", get(exports::export_results))
        .route("/results/{id}/export.xlsx", get(exports::export_workbook))
        .with_state(Arc::new(files))
}

impl Files {
    /// Takes what an author sends who has not sent too much lately. Nothing of
    /// the body is read before that is known and there is a place for it.
    async fn receive(&self, member: &Member, request: Request, peer: SocketAddr) -> Result<Upload, Refusal> {
        let admitted = match self.admit(member, request.headers(), peer) {
            Ok((payer, address)) => match self.uploads.enter(address).await {
                Some(place) => Ok((payer, place)),
                None => Err(NotDone::Busy.into()),
            },
            Err(refusal) => Err(refusal),
        };
        let (payer, place) = match admitted {
            Ok(admitted) => admitted,
            Err(refusal) => {
                discard(request).await;
                return Err(refusal);
            }
        };
        let headers = request.headers().clone();
        let body = timeout(BODY_WITHIN, Bytes::from_request(request, &())).await.map_err(|_| {
            let why = "The file came too slowly. Try again on a better line, or make it smaller.";
            Refusal(StatusCode::REQUEST_TIMEOUT, why.into())
        })?;
        let body = body.map_err(|error| Refusal(error.status(), file::too_large()))?;
        Ok(Upload { payer, headers, body, _place: place })
    }

    /// Lets an author in; tells on whose account, and from where.
    fn admit(&self, member: &Member, headers: &HeaderMap, peer: SocketAddr) -> Result<(Payer, IpAddr), Refusal> {
        if !self.node.authors.may_write(headers) {
            let why = "Only authors may do that here. Enter the authors' key first.";
            return Err(Refusal(StatusCode::FORBIDDEN, why.into()));
        }
        let address = client_address(peer, headers, &self.node.config.trusted_proxies);
        self.node.throttle.spend_at(address, Purpose::File, 1).map_err(|wait| {
            let why = format!("Too many files came from here. Try again in {} s.", wait.as_secs() + 1);
            Refusal(StatusCode::TOO_MANY_REQUESTS, why)
        })?;
        Ok((self.node.payer(&member.id, headers, address), address))
    }
}

/// Lets a refused body go by, for a while: where a connection is closed before, its
/// sender hears of that and not why.
async fn discard(request: Request) {
    let mut left = file::FILE_BYTES + FORM_BYTES;
    let mut body = request.into_body().into_data_stream();
    let go_by = async {
        while let Some(Ok(part)) = body.next().await {
            left = left.saturating_sub(part.len());
            if left == 0 {
                return;
            }
        }
    };
    // Who sends slowly is not waited for.
    let _ = timeout(DISCARD_WITHIN, go_by).await;
}

/// Keeps a picture; answers its id.
async fn take_picture(
    State(files): State<Arc<Files>>,
    Extension(peer): Extension<SocketAddr>,
    Extension(member): Extension<Member>,
    request: Request,
) -> Answer {
    let Upload { payer, body, _place, .. } = files.receive(&member, request, peer).await?;
    let picture = files.node.workers.run(picture::LIMITS, move |budget| picture::clean(&body, budget)).await?;
    let picture = picture.map_err(|why| Refusal(StatusCode::UNPROCESSABLE_ENTITY, why.to_string()))?;
    Ok(json(&files.node.library.add_picture(&payer, &picture).await?))
}

/// Shows a picture. Its id is its digest, so it never changes.
async fn show_picture(State(files): State<Arc<Files>>, Path(id): Path<String>) -> Answer {
    let known = PictureId::parse(&id).ok().and_then(|id| Some((Kind::of_id(&id)?, id)));
    let (kind, id) = known.ok_or_else(missing)?;
    let bytes = files.node.library.kept.picture(&id).await?.ok_or_else(missing)?;
    let headers = [
        (header::CONTENT_TYPE, kind.content_type()),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, bytes).into_response())
}

fn json(value: &impl Serialize) -> Response {
    ([(header::CONTENT_TYPE, JSON)], wire::spell(value)).into_response()
}

fn contains(value: &HeaderValue, part: &str) -> bool {
    String::from_utf8_lossy(value.as_bytes()).contains(part)
}

fn not_a_quiz(why: file::NotAQuiz) -> Refusal {
    Refusal(StatusCode::UNPROCESSABLE_ENTITY, why.to_string())
}

fn missing() -> Refusal {
    Refusal(StatusCode::NOT_FOUND, "That is not here, or not any more.".into())
}

impl From<QuizzesError> for Refusal {
    fn from(error: QuizzesError) -> Self {
        match error {
            QuizzesError::NotYours | QuizzesError::Missing => missing(),
            QuizzesError::TooMany => Self(
                StatusCode::UNPROCESSABLE_ENTITY,
                format!("You have {} quizzes, and more cannot be kept. Delete one first.", limits::QUIZZES),
            ),
            QuizzesError::TooLong => {
                Self(StatusCode::UNPROCESSABLE_ENTITY, "This quiz is too long to be kept. Make two of it.".into())
            }
            QuizzesError::Stale { .. } => Self(StatusCode::CONFLICT, error.to_string()),
            QuizzesError::Quota(QuotaError::ServerFull) => Self(StatusCode::INSUFFICIENT_STORAGE, error.to_string()),
            QuizzesError::Quota(_) => Self(StatusCode::TOO_MANY_REQUESTS, error.to_string()),
            QuizzesError::Unavailable(_) => {
                warn!("an author could not be answered: {error}");
                let why = "That cannot be reached just now. Try again in a moment.";
                Self(StatusCode::SERVICE_UNAVAILABLE, why.into())
            }
        }
    }
}

impl From<NotDone> for Refusal {
    fn from(error: NotDone) -> Self {
        match error {
            NotDone::Busy => {
                let why = format!("Many files are being read just now. Try again in {AGAIN_SECONDS} s.");
                Self(StatusCode::SERVICE_UNAVAILABLE, why)
            }
            NotDone::Failed => Self(StatusCode::INTERNAL_SERVER_ERROR, "This file cannot be read.".into()),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Self(status, why) = self;
        let mut response = (status, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], why).into_response();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, AGAIN_SECONDS.into());
        }
        response
    }
}
