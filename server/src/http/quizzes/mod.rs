//! Files of authors: pictures, imports, exports and results. Only authors may upload.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Extension, Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use protocol::{Member, PictureId, limits, wire};
use serde::Serialize;
use storage::StorageError;
use tracing::warn;

use super::bodies::{Bodies, BodyError, BodyPermit, discard};
use crate::limits::{TrustedProxies, client_address};
use crate::quizzes::import as file;
use crate::quizzes::picture::{self, Kind};
use crate::quizzes::{DAMAGED, Library, QuizzesError};
use crate::quota::{Payer, QuotaError};
use crate::session::{Authors, Sessions};
use crate::throttle::{Share, Sharer, Throttle};
use crate::workers::{WorkError, Workers};

mod exports;
mod illustrations;
mod imports;

pub use imports::Understood;

/// How many bytes a form adds to a file.
const FORM_BYTES: usize = 16 * 1024;
/// A form with a whole quiz in it: each byte may be encoded as three.
const QUIZ_FORM_BYTES: usize = limits::QUIZ_BYTES * 4;
/// How many uploads are received, waiting or parsed at a time.
const PLACES: usize = 12;
/// How many of them may be of one address.
const PLACES_PER_ADDRESS: usize = 4;
/// When to try again if all places are taken, in seconds.
const AGAIN_SECONDS: u64 = 5;
/// The same if somebody has stored what one may in a day.
const AGAIN_TOMORROW_SECONDS: u64 = 60 * 60;
const JSON: &str = "application/json";

/// The parts of the node that these routes use.
pub struct QuizFiles {
    /// Tells who is an author.
    pub authors: Authors,
    /// Tells how long somebody is known.
    pub sessions: Sessions,
    /// Has the quizzes, pictures and results.
    pub library: Library,
    /// Charges uploads to the person and the address, and refuses too many.
    pub throttle: Arc<Throttle>,
    /// Runs what parses files, on threads of its own.
    pub workers: Workers,
    /// The proxies whose headers are believed.
    pub trusted_proxies: Arc<TrustedProxies>,
}

/// What these routes work with.
struct Files {
    parts: QuizFiles,
    uploads: Bodies,
}

/// A refusal: a status, a sentence, and when to try again if that helps.
struct Refusal {
    status: StatusCode,
    why: String,
    again_seconds: u64,
}

/// An uploaded file, and its place until it is parsed.
struct Upload {
    payer: Payer,
    headers: HeaderMap,
    body: Bytes,
    _place: BodyPermit,
}

type Answer = Result<Response, Refusal>;

/// The routes. The layer [`super::identity`] must be around them.
pub fn quizzes<S: Clone + Send + Sync + 'static>(parts: QuizFiles) -> Router<S> {
    let files = Files { parts, uploads: Bodies::new(PLACES, PLACES_PER_ADDRESS) };
    Router::new()
        .route("/api/picture", post(take_picture))
        .route("/api/import-quiz", post(imports::import))
        .route("/api/store-import", post(imports::store_import))
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
    /// Receives an upload of an author who has not uploaded too much lately. Nothing of the body is read
    /// before that is checked and there is a place for it.
    async fn receive(
        &self,
        member: &Member,
        request: Request,
        peer: SocketAddr,
        at_most: usize,
    ) -> Result<Upload, Refusal> {
        let admitted = match self.admit(member, request.headers(), peer) {
            Ok((payer, address)) => match self.uploads.enter(address).await {
                Some(place) => Ok((payer, place)),
                None => Err(BodyError::NoPlace.into()),
            },
            Err(refusal) => Err(refusal),
        };
        let (parts, body) = request.into_parts();
        match admitted {
            Ok((payer, place)) => {
                let body = place.read(body, at_most).await?;
                Ok(Upload { payer, headers: parts.headers, body, _place: place })
            }
            Err(refusal) => {
                discard(body).await;
                Err(refusal)
            }
        }
    }

    /// Checks that a member is an author; returns their account, and the address.
    fn admit(&self, member: &Member, headers: &HeaderMap, peer: SocketAddr) -> Result<(Payer, IpAddr), Refusal> {
        if !self.parts.authors.may_write(headers) {
            let why = "Only authors may do that here. Enter the authors' key first.";
            return Err(Refusal::new(StatusCode::FORBIDDEN, why.into()));
        }
        let address = client_address(peer, headers, &self.parts.trusted_proxies);
        let known_for = self.parts.sessions.authenticate_with_age(headers).map_or(Duration::ZERO, |(_, age)| age);
        let sharer = Sharer { session: &member.id, known_for, address };
        self.parts.throttle.spend_share(sharer, Share::FILE).map_err(|wait| {
            let seconds = wait.as_secs() + 1;
            let why = format!("Too many files came from here. Try again in {seconds} s.");
            Refusal::new(StatusCode::TOO_MANY_REQUESTS, why).after(seconds)
        })?;
        Ok((self.parts.authors.payer(&member.id, headers, address), address))
    }
}

/// Stores a picture; answers with its id.
async fn take_picture(
    State(files): State<Arc<Files>>,
    Extension(peer): Extension<SocketAddr>,
    Extension(member): Extension<Member>,
    request: Request,
) -> Answer {
    let Upload { payer, body, _place, .. } = files.receive(&member, request, peer, limits::PICTURE_BYTES).await?;
    let picture = files.parts.workers.run(picture::LIMITS, move |budget| picture::clean(&body, budget)).await?;
    let picture = picture.map_err(|why| Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, why.to_string()))?;
    Ok(json(&files.parts.library.add_picture(&payer, &picture).await?))
}

/// Sends a picture. Its id is its digest, so it never changes.
async fn show_picture(State(files): State<Arc<Files>>, Path(id): Path<String>) -> Answer {
    let known = PictureId::parse(&id).ok().and_then(|id| Some((Kind::of_id(&id)?, id)));
    let (kind, id) = known.ok_or_else(missing)?;
    let bytes = files.parts.library.store.picture(&id).await?.ok_or_else(missing)?;
    let headers = [
        (header::CONTENT_TYPE, kind.content_type()),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, bytes).into_response())
}

fn json(value: &impl Serialize) -> Response {
    ([(header::CONTENT_TYPE, JSON)], wire::encode(value)).into_response()
}

fn contains(value: &HeaderValue, part: &str) -> bool {
    String::from_utf8_lossy(value.as_bytes()).contains(part)
}

fn not_a_quiz(why: file::NotAQuiz) -> Refusal {
    Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, why.to_string())
}

fn missing() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "That is not here, or not any more.".into())
}

impl From<QuizzesError> for Refusal {
    fn from(error: QuizzesError) -> Self {
        match error {
            QuizzesError::NotYours | QuizzesError::Missing => missing(),
            QuizzesError::TooMany => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                format!("You have {} quizzes, and more cannot be kept. Delete one first.", limits::QUIZZES),
            ),
            QuizzesError::TooLong => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "This quiz is too long to be kept. Make two of it.".into())
            }
            QuizzesError::NoDatabase => Self::new(StatusCode::NOT_IMPLEMENTED, error.to_string()),
            QuizzesError::Stale { .. } => Self::new(StatusCode::CONFLICT, error.to_string()),
            QuizzesError::Quota(QuotaError::ServerFull) => {
                Self::new(StatusCode::INSUFFICIENT_STORAGE, error.to_string())
            }
            QuizzesError::Quota(_) => {
                Self::new(StatusCode::TOO_MANY_REQUESTS, error.to_string()).after(AGAIN_TOMORROW_SECONDS)
            }
            QuizzesError::Storage(StorageError::Corrupt(_)) => {
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, DAMAGED.into())
            }
            QuizzesError::Storage(_) => {
                warn!("an author could not be answered: {error}");
                let why = "That cannot be reached just now. Try again in a moment.";
                Self::new(StatusCode::SERVICE_UNAVAILABLE, why.into())
            }
        }
    }
}

impl From<WorkError> for Refusal {
    fn from(error: WorkError) -> Self {
        match error {
            WorkError::Busy => {
                let why = format!("Many files are being read just now. Try again in {AGAIN_SECONDS} s.");
                Self::new(StatusCode::SERVICE_UNAVAILABLE, why)
            }
            WorkError::Failed => Self::new(StatusCode::INTERNAL_SERVER_ERROR, "This file cannot be read.".into()),
        }
    }
}

impl Refusal {
    fn new(status: StatusCode, why: String) -> Self {
        Self { status, why, again_seconds: AGAIN_SECONDS }
    }

    fn after(self, again_seconds: u64) -> Self {
        Self { again_seconds, ..self }
    }
}

impl From<BodyError> for Refusal {
    fn from(why: BodyError) -> Self {
        match why {
            BodyError::NoPlace => WorkError::Busy.into(),
            BodyError::TooSlow => {
                let why = "The file came too slowly. Try again on a better line, or make it smaller.";
                Self::new(StatusCode::REQUEST_TIMEOUT, why.into())
            }
            BodyError::TooMuch(_) => Self::new(StatusCode::PAYLOAD_TOO_LARGE, file::too_large()),
            BodyError::Broken => Self::new(StatusCode::BAD_REQUEST, "The file did not come whole. Try again.".into()),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Self { status, why, again_seconds } = self;
        let mut response = (status, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], why).into_response();
        if matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
            response.headers_mut().insert(header::RETRY_AFTER, again_seconds.into());
        }
        response
    }
}
