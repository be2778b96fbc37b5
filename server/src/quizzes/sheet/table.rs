//! The layout of a sheet of questions: a header row somewhere near the top, one
//! question in each row below it.
//!
//! The columns up to "Correct answer(s)" are those of the template that Kahoot
//! offers for import, in its place; what our quizzes have beyond it follows.

use protocol::limits;
use protocol::quiz::{Quiz, Scoring};

use super::line::Line;
use super::question;
use super::{Grid, NotAQuiz};

/// Where the header row stands in what is written, from 0; the template has it in row 8.
pub(super) const HEADER: u32 = 7;
/// Rows in which a header row is looked for.
const LOOKED_AT: usize = 50;
/// Answers that a row has, unless a typed one has more spellings.
const ANSWERS: usize = 4;

/// In which column, from 0, is what.
#[derive(Debug, Default)]
pub(super) struct Columns {
    pub(super) question: usize,
    /// By the answer's number; up to as many as there may be spellings.
    pub(super) answers: [Option<usize>; limits::SPELLINGS],
    pub(super) seconds: Option<usize>,
    pub(super) correct: Option<usize>,
    pub(super) kind: Option<usize>,
    pub(super) points: Option<usize>,
    pub(super) why: Option<usize>,
    pub(super) tolerance: Option<usize>,
}

/// The quiz in a sheet; without a title where the sheet has none.
pub(super) fn read(grid: &Grid) -> Result<Quiz, NotAQuiz> {
    let found = grid.iter().take(LOOKED_AT).enumerate().find_map(|(row, cells)| Some((row, columns(cells)?)));
    let Some((header, columns)) = found else {
        return Err(NotAQuiz::because(
            "No header row was found. One row needs the columns “Question”, “Answer 1”, “Answer 2” and “Correct answer(s)”.",
        ));
    };
    let lines = grid.iter().enumerate().skip(header + 1).map(|(row, cells)| Line { row, cells, columns: &columns });
    let lines: Vec<_> = lines.filter(|line| !line.is_empty()).collect();
    if let Some(line) = lines.get(limits::QUESTIONS) {
        return Err(line.wrong(None, &format!("a quiz has {} questions at most", limits::QUESTIONS)));
    }
    if lines.is_empty() {
        return Err(NotAQuiz(format!("There is no question below the header in row {}.", header + 1)));
    }
    let questions = lines.iter().map(question::read).collect::<Result<_, _>>()?;
    let above = grid.get(..header).unwrap_or_default();
    Ok(Quiz { title: title(above).unwrap_or_default(), scoring: Scoring::Speed, questions, ..Quiz::default() })
}

/// The columns of a row, if it is the header.
fn columns(cells: &[String]) -> Option<Columns> {
    let mut columns = Columns::default();
    let mut asked = None;
    for (at, cell) in cells.iter().enumerate() {
        let name = cell.trim().to_lowercase();
        let place = match name.as_str() {
            name if name.starts_with("question") => &mut asked,
            name if name.starts_with("answer") => {
                match number_of_answer(name).and_then(|number| columns.answers.get_mut(number)) {
                    Some(place) => place,
                    None => continue,
                }
            }
            name if name.starts_with("time") => &mut columns.seconds,
            name if name.starts_with("correct") => &mut columns.correct,
            name if name.starts_with("kind") => &mut columns.kind,
            name if name.starts_with("points") => &mut columns.points,
            name if name.starts_with("explanation") => &mut columns.why,
            name if name.starts_with("tolerance") => &mut columns.tolerance,
            _ => continue,
        };
        place.get_or_insert(at);
    }
    // A row of instructions may begin with "Question" too.
    columns.question = asked?;
    columns.answers[0].is_some().then_some(columns)
}

/// From 0.
fn number_of_answer(name: &str) -> Option<usize> {
    let digits = name.strip_prefix("answer")?.trim_start();
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    digits.get(..end)?.parse::<usize>().ok()?.checked_sub(1)
}

/// What stands beside "Title", above the header.
fn title(rows: &[Vec<String>]) -> Option<String> {
    rows.iter().find_map(|cells| {
        let mut cells = cells.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty());
        cells.next().filter(|cell| cell.eq_ignore_ascii_case("title"))?;
        cells.next().map(str::to_owned)
    })
}

/// A quiz as a sheet.
pub(super) fn write(quiz: &Quiz) -> Grid {
    let spellings = quiz.questions.iter().map(|question| question.spellings.len()).max().unwrap_or(0);
    let answers = spellings.clamp(ANSWERS, limits::SPELLINGS);
    let mut grid = vec![vec![String::new(), "Title".into(), quiz.title.clone()]];
    grid.resize(HEADER as usize, vec![String::new()]);
    grid.push(header(answers));
    grid.extend(quiz.questions.iter().enumerate().map(|(at, question)| question::write(at, question, answers)));
    grid
}

fn header(answers: usize) -> Vec<String> {
    let answer = |number: usize| format!("Answer {number} - max {} characters", limits::OPTION_CHARS);
    let mut names = vec![String::new(), format!("Question - max {} characters", limits::QUESTION_CHARS)];
    names.extend((1..=ANSWERS).map(answer));
    names.extend(
        ["Time limit (sec)", "Correct answer(s)", "Kind", "Points", "Explanation", "Tolerance"].map(String::from),
    );
    names.extend((ANSWERS + 1..=answers).map(answer));
    names
}
