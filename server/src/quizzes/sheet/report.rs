//! The results of a game as a sheet: one row for each player, each question, or each answer.

use protocol::game::Verdict;
use protocol::quiz::{Kind, PlayerAnswer, PlayerResult, QuestionResult, Results};

use super::{NotAQuiz, csv, written, xlsx};

/// What stands in a cell of a report, for CSV and for XLSX.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    /// Text, including whatever people wrote.
    Text(String),
    /// A number that spreadsheets can calculate with.
    Number(f64),
}

type Rows = Vec<Vec<Cell>>;

/// The most answers in one workbook, and in a list of single ones: a workbook is in memory as a whole
/// while it is written.
const ANSWERS: usize = 50_000;
const LISTED_ANSWERS: usize = 10_000;
/// The most answers in one cell.
const LISTED: usize = 20;

impl From<Cell> for String {
    fn from(cell: Cell) -> Self {
        match cell {
            Cell::Text(text) => text,
            Cell::Number(number) => number.to_string(),
        }
    }
}

/// A row in which every cell is a text, digits too.
pub(super) fn texts(cells: Vec<String>) -> Vec<Cell> {
    cells.into_iter().map(Cell::Text).collect()
}

fn text(text: impl Into<String>) -> Cell {
    Cell::Text(text.into())
}

/// Counts and points are exact in a float.
fn number(number: usize) -> Cell {
    Cell::Number(u32::try_from(number).unwrap_or(u32::MAX).into())
}

fn headings<const N: usize>(headings: [&str; N]) -> Vec<Cell> {
    headings.map(text).to_vec()
}

/// One row for each player, as CSV: place, name, score and answers.
pub fn players_csv(results: &Results) -> Vec<u8> {
    as_csv(players(results))
}

/// One row for each question, as CSV: the right answer, and how many had it.
pub fn questions_csv(results: &Results) -> Vec<u8> {
    as_csv(questions(results))
}

/// All tables in one workbook.
///
/// # Errors The results are too large, or the file could not be written.
pub fn results_xlsx(results: &Results) -> Result<Vec<u8>, NotAQuiz> {
    let count = results.players.len().saturating_mul(without_slides(results).count());
    if count > ANSWERS {
        return Err(NotAQuiz::because("There are too many answers for one workbook. Take the CSV."));
    }
    let answers =
        if count <= LISTED_ANSWERS { answers(results) } else { vec![headings(["Too many to list. Take the CSV."])] };
    let (players, questions, polls) = (players(results), questions(results), polls(results));
    let page = |name, rows, wide| xlsx::OutputSheet { name, rows, header: 0, wide };
    let mut pages = vec![page("Players", &players, 1), page("Questions", &questions, 1)];
    // Without polls there are only headings.
    if polls.len() > 1 {
        pages.push(page("Polls", &polls, 1));
    }
    pages.push(page("Answers", &answers, 3));
    written(&pages)
}

fn as_csv(rows: Rows) -> Vec<u8> {
    csv::write(&rows.into_iter().map(|row| row.into_iter().map(String::from).collect()).collect())
}

/// The questions without slides, each with its index.
fn without_slides(results: &Results) -> impl Iterator<Item = (usize, &QuestionResult)> {
    results.questions.iter().enumerate().filter(|(_, question)| question.kind != Kind::Slide)
}

fn players(results: &Results) -> Rows {
    let mut header = headings(["Place", "Name", "Score"]);
    for (at, question) in without_slides(results) {
        let place = at + 1;
        header.push(text(format!("{place}. {}", question.text)));
        header.extend(["result", "points", "seconds"].map(|what| text(format!("{place}. {what}"))));
    }
    let row = |player: &PlayerResult| {
        let score = Cell::Number(player.score.into());
        let mut cells = vec![number(player.place), text(player.name.to_string()), score];
        for (at, _) in without_slides(results) {
            cells.extend(answer(player.answers.get(at).and_then(Option::as_ref)));
        }
        cells
    };
    noted(results, std::iter::once(header).chain(results.players.iter().map(row)).collect())
}

/// The same rows; if the game has not ended, a last column says how far it came.
fn noted(results: &Results, mut rows: Rows) -> Rows {
    let Some((asked, of)) = results.unfinished() else { return rows };
    for (at, row) in rows.iter_mut().enumerate() {
        let note = format!("not finished: {asked} of {of} questions");
        row.push(text(if at == 0 { "Game".to_owned() } else { note }));
    }
    rows
}

fn answer(answer: Option<&PlayerAnswer>) -> [Cell; 4] {
    let Some(answer) = answer else { return [text(""), text("no answer"), number(0), text("")] };
    let verdict = match answer.verdict {
        Verdict::Right => "right",
        Verdict::Partly => "partly right",
        Verdict::Wrong => "wrong",
        Verdict::Missing => "no answer",
        Verdict::Poll => "",
    };
    let tenths = u32::try_from(answer.took_ms / 100).unwrap_or(u32::MAX);
    let seconds = Cell::Number(f64::from(tenths) / 10.0);
    [text(&answer.text), text(verdict), Cell::Number(answer.points.into()), seconds]
}

fn questions(results: &Results) -> Rows {
    let mut rows = vec![headings([
        "Number",
        "Question",
        "Right answer",
        "Right",
        "Answered",
        "Players",
        "Right in percent",
        "Wrong answers",
        "Chosen in the poll",
    ])];
    for (at, question) in without_slides(results) {
        let correct = if question.kind.has_right() { number(question.correct) } else { text("") };
        let percent = question.correct_percent().map_or_else(|| text(""), |percent| Cell::Number(percent.into()));
        rows.push(vec![
            number(at + 1),
            text(&question.text),
            text(&question.right),
            correct,
            number(question.answered),
            number(question.players),
            percent,
            text(wrong_answers(results, at)),
            text(chosen(results, at, question)),
        ]);
    }
    noted(results, rows)
}

/// The votes of a poll, in the order of its answers: `Easy: 5 (42%), Hard: 7 (58%)`.
fn chosen(results: &Results, at: usize, question: &QuestionResult) -> String {
    let listed = results.chosen(at).into_iter().take(LISTED).map(|bar| {
        let share = question.chosen_percent(&bar).map(|percent| format!(" ({percent}%)")).unwrap_or_default();
        format!("{}: {}{share}", bar.text, bar.count)
    });
    listed.collect::<Vec<_>>().join(", ")
}

/// One row for each answer of each poll, to be calculated with.
fn polls(results: &Results) -> Rows {
    let mut rows = vec![headings(["Number", "Question", "Answer", "Chosen", "In percent", "Answered", "Players"])];
    for (at, question) in without_slides(results) {
        for bar in results.chosen(at) {
            let percent =
                question.chosen_percent(&bar).map_or_else(|| text(""), |percent| Cell::Number(percent.into()));
            rows.push(vec![
                number(at + 1),
                text(&question.text),
                text(&bar.text),
                number(bar.count),
                percent,
                number(question.answered),
                number(question.players),
            ]);
        }
    }
    noted(results, rows)
}

/// The wrong answers, the most frequent first: `Mars (5), Venus (2)`.
fn wrong_answers(results: &Results, question: usize) -> String {
    let counts = results.wrong_answers(question);
    let listed = counts.iter().take(LISTED).map(|(text, count)| format!("{text} ({count})"));
    let listed = listed.collect::<Vec<_>>().join(", ");
    if counts.len() > LISTED { format!("{listed}, and {} more", counts.len() - LISTED) } else { listed }
}

fn answers(results: &Results) -> Rows {
    let mut rows = vec![headings([
        "Place",
        "Name",
        "Number",
        "Question",
        "Answer",
        "Result",
        "Points",
        "Seconds",
        "Right answer",
    ])];
    for player in &results.players {
        for (at, question) in without_slides(results) {
            let given = answer(player.answers.get(at).and_then(Option::as_ref));
            let who = [number(player.place), text(player.name.to_string()), number(at + 1), text(&question.text)];
            rows.push(who.into_iter().chain(given).chain([text(&question.right)]).collect());
        }
    }
    rows
}
