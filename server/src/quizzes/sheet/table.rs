//! The layout of a sheet of questions: a header row near the top, one question in each row below it.
//!
//! Our sheets have the columns of Kahoot's template, in the same place, up to "Correct
//! answer(s)"; further columns follow.

use protocol::limits;
use protocol::quiz::{Quiz, Scoring};

use super::headings::{self, Header};
use super::row::SheetRow;
use super::{Grid, NotAQuiz, Sheet, question};
use crate::quizzes::import::{Imported, cut};

/// The index of the header in our sheets, from 0; Kahoot's template has it in row 8.
pub(super) const HEADER: u32 = 7;
/// The number of columns for answers, unless a typed question has more accepted ones.
const ANSWERS: usize = 4;

/// Parses a sheet; without a title if the sheet has none.
pub(super) fn parse(sheet: &Sheet) -> Result<Imported, NotAQuiz> {
    let grid = &sheet.grid;
    let Some(header) = headings::find(grid) else {
        return Err(NotAQuiz::because(
            "No header row was found. One row needs the columns “Question”, “Answer 1”, “Answer 2” and “Correct answer(s)”, as in the template.",
        ));
    };
    let lines = grid.iter().enumerate().skip(header.row + 1);
    let lines = lines.map(|(row, cells)| SheetRow { row, cells, header: &header, sheet });
    let lines: Vec<_> = lines.filter(|line| !line.is_empty() && !is_instruction(line)).collect();
    if lines.is_empty() {
        return Err(NotAQuiz(format!("There is no question below the header in row {}.", header.row + 1)));
    }
    let above = grid.get(..header.row).unwrap_or_default();
    let title = title(above).unwrap_or_default();
    let quiz = Quiz { title, scoring: Scoring::Speed, ..Quiz::default() };
    let mut imported = Imported { quiz, ..Imported::default() };
    for note in notes(&header, &lines, sheet) {
        imported.note(note);
    }
    for line in &lines {
        imported.push(question::parse(line));
    }
    Ok(imported)
}

/// Whether this is the row in Quizizz's template that explains the columns: it has no kind of question, but
/// “Question Type (default is Multiple Choice)”. A question may have such words, too.
fn is_instruction(line: &SheetRow<'_>) -> bool {
    let kind = line.at(line.header.columns.kind).to_lowercase();
    line.row == line.header.row + 1 && (kind.contains("(required)") || kind.contains("(default"))
}

/// Notes about a sheet as a whole.
fn notes(header: &Header, lines: &[SheetRow<'_>], sheet: &Sheet) -> Vec<String> {
    let mut notes = header.notes.clone();
    let is_used = |column: usize| lines.iter().any(|line| !line.at(Some(column)).is_empty());
    let heading = |column: &usize| {
        let heading = sheet.grid.get(header.row).and_then(|cells| cells.get(*column));
        format!("“{}”", cut(heading.map_or("", |heading| heading.trim()), 30))
    };
    let unknown: Vec<_> = header.unknown.iter().filter(|column| is_used(**column)).map(heading).take(5).collect();
    match &unknown[..] {
        [] => {}
        [one] => notes.push(format!("The column {one} was left out: it has no meaning here.")),
        several => notes.push(format!("The columns {} were left out: they have no meaning here.", several.join(", "))),
    }
    if sheet.has_system_dates {
        notes.push(
            "Some dates are written as 1989-11-09: how your spreadsheet shows them does not stand in the file.".into(),
        );
    }
    notes
}

/// The cell beside "Title", above the header.
fn title(rows: &[Vec<String>]) -> Option<String> {
    rows.iter().find_map(|cells| {
        let mut cells = cells.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty());
        cells.next().filter(|cell| cell.eq_ignore_ascii_case("title"))?;
        cells.next().map(str::to_owned)
    })
}

/// The cells of a quiz.
pub(super) fn write(quiz: &Quiz) -> Grid {
    let accepted_answers = quiz.questions.iter().map(|question| question.accepted_answers.len()).max().unwrap_or(0);
    let answers = accepted_answers.clamp(ANSWERS, limits::ACCEPTED_ANSWERS);
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
