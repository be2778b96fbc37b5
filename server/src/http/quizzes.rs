//! Files of authors: pictures, quizzes to bring along and to take away, and what
//! came of games. Whoever brings something must be an author.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Extension, FromRequest, Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use futures::{StreamExt, stream};
use protocol::quiz::SavedQuiz;
use protocol::{Member, PictureId, QuizId, ResultsId, limits, wire};
use serde::{Deserialize, Serialize};
use tokio::time::timeout;
use tracing::warn;

use super::uploads::{Place, Uploads};
use crate::limits::client_address;
use crate::node::Node;
use crate::quizzes::picture::{self, Kind};
use crate::quizzes::{QuizzesError, sheet};
use crate::quota::{Payer, QuotaError};
use crate::throttle::Purpose;
use crate::workers::NotDone;

/// What a form puts around a file.
const FORM_BYTES: usize = 16 * 1024;
/// A file that is on its way for longer is given up.
const BODY_WITHIN: Duration = Duration::from_secs(15);
/// A refused one that is on its way for longer is not waited for.
const DISCARD_WITHIN: Duration = Duration::from_secs(2);
/// When somebody may come again where all places are taken.
const AGAIN_SECONDS: u64 = 5;
const JSON: &str = "application/json";
const CSV: &str = "text/csv; charset=utf-8";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// What these routes need.
struct Files {
    node: Arc<Node>,
    uploads: Uploads,
}

/// Why somebody does not get what they asked for: a status, and a sentence.
struct Refusal {
    status: StatusCode,
    why: String,
    /// Seconds after which it may be let through.
    retry_after: Option<u64>,
}

impl Refusal {
    fn new(status: StatusCode, why: impl Into<String>) -> Self {
        Self { status, why: why.into(), retry_after: None }
    }

    fn retry_after(self, seconds: u64) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }
}

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
        .route("/api/import-quiz", post(import).layer(DefaultBodyLimit::max(sheet::FILE_BYTES + FORM_BYTES)))
        .route("/pictures/{id}", get(show_picture))
        .route("/quizzes/{id}/export.json", get(export_json))
        .route("/quizzes/{id}/export.csv", get(export_csv))
        .route("/quizzes/{id}/export.xlsx", get(export_xlsx))
        .route("/results/{id}/export.csv", get(export_results))
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
            Refusal::new(StatusCode::REQUEST_TIMEOUT, why)
        })?;
        let body = body.map_err(|error| Refusal::new(error.status(), "This file is too large."))?;
        Ok(Upload { payer, headers, body, _place: place })
    }

    /// Lets an author in; tells on whose account, and from where.
    fn admit(&self, member: &Member, headers: &HeaderMap, peer: SocketAddr) -> Result<(Payer, IpAddr), Refusal> {
        if !self.node.authors.may_write(headers) {
            let why = "Only authors may do that here. Enter the authors' key first.";
            return Err(Refusal::new(StatusCode::FORBIDDEN, why));
        }
        let address = client_address(peer, headers, &self.node.config.trusted_proxies);
        self.node.throttle.spend_at(address, Purpose::File, 1).map_err(|wait| {
            let seconds = wait.as_secs() + 1;
            let why = format!("Too many files came from here. Try again in {seconds} s.");
            Refusal::new(StatusCode::TOO_MANY_REQUESTS, why).retry_after(seconds)
        })?;
        Ok((self.node.payer(&member.id, headers, address), address))
    }
}

/// Lets a refused body go by, for a while: where a connection is closed before, its
/// sender hears of that and not why.
async fn discard(request: Request) {
    let mut left = sheet::FILE_BYTES + FORM_BYTES;
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
    let picture = picture.map_err(|why| Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, why.to_string()))?;
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

/// Makes a quiz of a file: the body itself, or the file in a form. A form
/// without scripts is led to the new quiz.
async fn import(
    State(files): State<Arc<Files>>,
    Extension(peer): Extension<SocketAddr>,
    Extension(member): Extension<Member>,
    request: Request,
) -> Answer {
    let Upload { payer, headers, body, _place } = files.receive(&member, request, peer).await?;
    let (name, bytes) = match boundary(&headers) {
        Some(boundary) => file_in_form(body, boundary).await?,
        None => (String::new(), body),
    };
    let workers = &files.node.workers;
    let quiz = workers.run(sheet::LIMITS, move |budget| sheet::read(&bytes, &name, budget)).await?;
    let quiz = quiz.map_err(|why| Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, why.to_string()))?;
    let saved = files.node.library.save(&payer, None, 0, quiz).await?;
    let is_form = headers.get(header::ACCEPT).is_some_and(|accept| contains(accept, "text/html"));
    if is_form {
        return Ok(Redirect::to(&format!("/quizzes/{}", saved.id)).into_response());
    }
    Ok(json(&SavedQuiz { id: saved.id, version: saved.version, saved_at: saved.saved_at }))
}

fn boundary(headers: &HeaderMap) -> Option<String> {
    multer::parse_boundary(headers.get(header::CONTENT_TYPE)?.to_str().ok()?).ok()
}

/// The first file in a form, with its name.
async fn file_in_form(body: Bytes, boundary: String) -> Result<(String, Bytes), Refusal> {
    let none = |_| Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "This form cannot be read.");
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
    Err(Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "Choose a file first."))
}

async fn export_json(
    State(files): State<Arc<Files>>,
    Extension(member): Extension<Member>,
    id: Path<String>,
) -> Answer {
    let (title, quiz) = files.quiz(&member, &id).await?;
    Ok(download(&title, "json", JSON, sheet::json(&quiz)))
}

async fn export_csv(State(files): State<Arc<Files>>, Extension(member): Extension<Member>, id: Path<String>) -> Answer {
    let (title, quiz) = files.quiz(&member, &id).await?;
    Ok(download(&title, "csv", CSV, sheet::csv(&quiz)))
}

async fn export_xlsx(
    State(files): State<Arc<Files>>,
    Extension(member): Extension<Member>,
    id: Path<String>,
) -> Answer {
    let (title, quiz) = files.quiz(&member, &id).await?;
    let bytes = files.node.workers.run(sheet::LIMITS, move |_| sheet::xlsx(&quiz)).await?.map_err(|error| {
        warn!("a quiz could not be written as XLSX: {error}");
        Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
    })?;
    Ok(download(&title, "xlsx", XLSX, bytes))
}

/// What the rows of a table of results are.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
enum By {
    #[default]
    Players,
    Questions,
}

#[derive(Deserialize)]
struct Rows {
    #[serde(default)]
    by: By,
}

async fn export_results(
    State(files): State<Arc<Files>>,
    Extension(member): Extension<Member>,
    Path(id): Path<String>,
    Query(rows): Query<Rows>,
) -> Answer {
    let id = ResultsId::parse(&id).map_err(|_| missing())?;
    let results = files.node.library.kept.result(&member.id, &id).await?.ok_or_else(missing)?;
    let (title, what) = match rows.by {
        By::Players => (format!("{} - players", results.title), sheet::players_csv as fn(&_) -> _),
        By::Questions => (format!("{} - questions", results.title), sheet::questions_csv as fn(&_) -> _),
    };
    // Thousands who played are a large sheet.
    let bytes = files.node.workers.run(sheet::LIMITS, move |_| what(&results)).await?;
    Ok(download(&title, "csv", CSV, bytes))
}

impl Files {
    /// A quiz that the member may read, with its title.
    async fn quiz(&self, member: &Member, id: &str) -> Result<(String, protocol::quiz::Quiz), Refusal> {
        let id = QuizId::parse(id).map_err(|_| missing())?;
        let quiz = self.node.library.open(&member.id, &id, None).await?.quiz;
        Ok((quiz.title.clone(), quiz))
    }
}

fn json(value: &impl Serialize) -> Response {
    ([(header::CONTENT_TYPE, JSON)], wire::spell(value)).into_response()
}

/// A file to be kept and not shown. Its name has letters that every system takes.
fn download(title: &str, ending: &str, content_type: &'static str, bytes: Vec<u8>) -> Response {
    let name: String = title.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { ' ' }).collect();
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let name = if name.is_empty() { "quiz" } else { &name };
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}.{ending}\""));
    let disposition = disposition.unwrap_or(HeaderValue::from_static("attachment"));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (header::CONTENT_DISPOSITION, disposition),
        // It is its owner's, and a shared computer keeps no copy.
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    (headers, bytes).into_response()
}

fn contains(value: &HeaderValue, part: &str) -> bool {
    String::from_utf8_lossy(value.as_bytes()).contains(part)
}

fn missing() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "That is not here, or not any more.")
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
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "This quiz is too long to be kept. Make two of it.")
            }
            QuizzesError::Stale { .. } => Self::new(StatusCode::CONFLICT, error.to_string()),
            QuizzesError::Quota(QuotaError::ServerFull) => {
                Self::new(StatusCode::INSUFFICIENT_STORAGE, error.to_string())
            }
            QuizzesError::Quota(_) => Self::new(StatusCode::TOO_MANY_REQUESTS, error.to_string()),
            QuizzesError::Unavailable(_) => {
                warn!("an author could not be answered: {error}");
                let why = "That cannot be reached just now. Try again in a moment.";
                Self::new(StatusCode::SERVICE_UNAVAILABLE, why).retry_after(AGAIN_SECONDS)
            }
        }
    }
}

impl From<NotDone> for Refusal {
    fn from(error: NotDone) -> Self {
        match error {
            NotDone::Busy => {
                let why = format!("Many files are being read just now. Try again in {AGAIN_SECONDS} s.");
                Self::new(StatusCode::SERVICE_UNAVAILABLE, why).retry_after(AGAIN_SECONDS)
            }
            NotDone::Failed => Self::new(StatusCode::INTERNAL_SERVER_ERROR, "This file cannot be read."),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Self { status, why, retry_after } = self;
        let mut response = (status, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], why).into_response();
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}
