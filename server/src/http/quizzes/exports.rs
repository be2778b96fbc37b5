//! Quizzes and results as files to download.

use std::sync::Arc;

use axum::extract::{Extension, Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::{Member, QuizId, ResultsId};
use serde::Deserialize;
use tracing::warn;

use super::{Answer, Files, JSON, Refusal, missing, not_a_quiz};
use crate::quizzes::import as file;
use crate::quizzes::sheet;

const CSV: &str = "text/csv; charset=utf-8";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

pub(super) async fn export_json(
    State(files): State<Arc<Files>>,
    Extension(member): Extension<Member>,
    id: Path<String>,
) -> Answer {
    let (title, quiz) = files.quiz(&member, &id).await?;
    Ok(download(&title, "json", JSON, sheet::json(&quiz)))
}

pub(super) async fn export_csv(
    State(files): State<Arc<Files>>,
    Extension(member): Extension<Member>,
    id: Path<String>,
) -> Answer {
    let (title, quiz) = files.quiz(&member, &id).await?;
    Ok(download(&title, "csv", CSV, sheet::csv(&quiz)))
}

pub(super) async fn export_xlsx(
    State(files): State<Arc<Files>>,
    Extension(member): Extension<Member>,
    id: Path<String>,
) -> Answer {
    let (title, quiz) = files.quiz(&member, &id).await?;
    let bytes = files.parts.workers.run(file::LIMITS, move |_| sheet::xlsx(&quiz)).await?.map_err(unwritten)?;
    Ok(download(&title, "xlsx", XLSX, bytes))
}

pub(super) async fn template_csv() -> Response {
    download("Quiz template", "csv", CSV, sheet::template_csv())
}

pub(super) async fn template_xlsx() -> Answer {
    Ok(download("Quiz template", "xlsx", XLSX, sheet::template_xlsx().map_err(unwritten)?))
}

fn unwritten(why: file::NotAQuiz) -> Refusal {
    warn!("a sheet could not be written: {why}");
    Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, why.to_string())
}

/// The rows of a table of results.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum ResultRows {
    #[default]
    Players,
    Questions,
}

#[derive(Deserialize)]
pub(super) struct Rows {
    #[serde(default)]
    by: ResultRows,
}

pub(super) async fn export_results(
    State(files): State<Arc<Files>>,
    Extension(member): Extension<Member>,
    Path(id): Path<String>,
    Query(rows): Query<Rows>,
) -> Answer {
    let id = ResultsId::parse(&id).map_err(|_| missing())?;
    let results = files.parts.library.result(&member.id, &id).await?;
    let (title, what) = match rows.by {
        ResultRows::Players => (format!("{} - players", results.title), sheet::players_csv as fn(&_) -> _),
        ResultRows::Questions => (format!("{} - questions", results.title), sheet::questions_csv as fn(&_) -> _),
    };
    // With thousands of players a sheet is expensive to make.
    let bytes = files.parts.workers.run(file::LIMITS, move |_| what(&results)).await?;
    Ok(download(&title, "csv", CSV, bytes))
}

/// Players, questions and answers, each on a sheet of its own.
pub(super) async fn export_workbook(
    State(files): State<Arc<Files>>,
    Extension(member): Extension<Member>,
    Path(id): Path<String>,
) -> Answer {
    let id = ResultsId::parse(&id).map_err(|_| missing())?;
    let results = files.parts.library.result(&member.id, &id).await?;
    let title = format!("{} - results", results.title);
    let bytes = files.parts.workers.run(file::LIMITS, move |_| sheet::results_xlsx(&results)).await?;
    Ok(download(&title, "xlsx", XLSX, bytes.map_err(not_a_quiz)?))
}

impl Files {
    /// A quiz that the member may read, with its title.
    async fn quiz(&self, member: &Member, id: &str) -> Result<(String, protocol::quiz::Quiz), Refusal> {
        let id = QuizId::parse(id).map_err(|_| missing())?;
        let quiz = self.parts.library.open(&member.id, &id, None).await?.quiz;
        Ok((quiz.title.clone(), quiz))
    }
}

/// A response that the browser saves as a file. `filename` has letters that every system takes; if the title
/// has others, they follow in the form of RFC 6266, which browsers prefer.
fn download(title: &str, ending: &str, content_type: &'static str, bytes: Vec<u8>) -> Response {
    let name: String = title.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { ' ' }).collect();
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let name = if name.is_empty() { "quiz" } else { &name };
    let whole: String = title.chars().filter(|c| !c.is_control() && !r#"\/:*?"<>|"#.contains(*c)).take(80).collect();
    let whole = percent_encoding::utf8_percent_encode(whole.trim(), percent_encoding::NON_ALPHANUMERIC);
    let whole = if title.is_ascii() { String::new() } else { format!("; filename*=UTF-8''{whole}.{ending}") };
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}.{ending}\"{whole}"));
    let disposition = disposition.unwrap_or(HeaderValue::from_static("attachment"));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (header::CONTENT_DISPOSITION, disposition),
        // It belongs to one person, and a shared computer must not keep a copy.
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    (headers, bytes).into_response()
}
