//! Converts between a question and a row of a sheet.

use protocol::limits;
use protocol::quiz::{Choice, Decimal, InvalidDecimal, Kind, Points, Question};

use super::row::SheetRow;
use crate::quizzes::import::{
    Ask, CorrectMark, ParsedQuestion, PictureReference, QuestionFault, SingleText, kind_named, points_named, referred,
    right_answers, seconds,
};

/// The names of kinds in a sheet.
const KINDS: [(Kind, &str); 8] = [
    (Kind::Choice, "choice"),
    (Kind::Several, "several"),
    (Kind::TrueFalse, "true or false"),
    (Kind::Typed, "typed"),
    (Kind::Number, "number"),
    (Kind::Order, "order"),
    (Kind::Poll, "poll"),
    (Kind::Slide, "slide"),
];
const POINTS: [(Points, &str); 3] = [(Points::None, "none"), (Points::Normal, "normal"), (Points::Double, "double")];

/// The number of columns for answers before "Correct answer(s)".
const ANSWERS: usize = 4;
/// The doubt about a question without a marked answer.
const NONE_GIVEN: &str = "no right answer is given";

/// Parses a row. Each fault becomes a doubt; the rest stays.
pub(super) fn parse(line: &SheetRow<'_>) -> ParsedQuestion {
    let columns = &line.header.columns;
    let mut faults = Vec::new();
    let text = line.checked(Some(columns.question), limits::QUESTION_CHARS, &mut faults);
    if text.is_empty() {
        faults.push(line.wrong(Some(columns.question), "there are answers but no question", Ask::Finish));
    }
    for column in columns.answers.iter().filter(|column| column.is_some()) {
        line.checked(*column, limits::OPTION_CHARS, &mut faults);
    }
    let why = line.checked(columns.why, limits::EXPLANATION_CHARS, &mut faults);
    let mut question = Question { text, explanation: why, ..Question::default() };
    let mut named = |column, ask: Ask, fault: Result<(), String>| {
        if let Err(why) = fault {
            faults.push(line.wrong(column, why, ask));
        }
    };
    if !line.at(columns.seconds).is_empty() {
        let read = seconds(line.at(columns.seconds)).map(|seconds| question.seconds = seconds);
        named(columns.seconds, Ask::Seconds, read);
    }
    if !line.at(columns.points).is_empty() {
        let read = points_named(line.at(columns.points)).map(|points| question.points = points);
        named(columns.points, Ask::Finish, read);
    }
    if !line.at(columns.kind).is_empty() {
        let read = kind_named(line.at(columns.kind)).map(|kind| question.kind = kind.named);
        named(columns.kind, Ask::Finish, read);
    }
    fill(&mut question, line, &mut faults);
    ParsedQuestion { question, faults, pictured: pictured(line) }.checked(|| line.place(None))
}

/// The picture in the row, or why the one that its cell names cannot be imported.
fn pictured(line: &SheetRow<'_>) -> Vec<PictureReference> {
    if let Some(pictured) = line.sheet.pictures.get(&line.row) {
        return vec![pictured.clone()];
    }
    let named = line.at(line.header.columns.picture);
    if named.is_empty() {
        return Vec::new();
    }
    let what = format!("the picture in row {}", line.row + 1);
    vec![PictureReference::of(referred(named, &mut SingleText), String::new(), &what)]
}

fn fill(question: &mut Question, line: &SheetRow<'_>, faults: &mut Vec<QuestionFault>) {
    let columns = &line.header.columns;
    let is_unnamed = line.at(columns.kind).is_empty();
    // A right answer in a column of its own, without others, is a typed question.
    if is_unnamed && columns.first_is_right && line.filled().len() == 1 {
        question.kind = Kind::Typed;
    }
    match question.kind {
        Kind::Choice | Kind::Several | Kind::TrueFalse => options(question, line, faults),
        Kind::Order | Kind::Poll => {
            question.options = line.filled().into_iter().map(|text| Choice { text, right: false }).collect();
        }
        Kind::Typed => question.accepted_answers = accepted_answers(line),
        Kind::Number => {
            question.number = number(line, number_column(line), faults);
            question.tolerance = number(line, columns.tolerance, faults);
        }
        Kind::Slide => {}
    }
    // The template has no kind for it; it becomes a choice of the two words.
    if is_unnamed && is_true_or_false(&question.options) {
        question.kind = Kind::TrueFalse;
    }
}

/// The accepted answers; some sheets have them in the column of the right one.
fn accepted_answers(line: &SheetRow<'_>) -> Vec<String> {
    let (filled, right) = (line.filled(), line.at(line.header.columns.correct));
    if filled.is_empty() && !right.is_empty() { vec![right.to_owned()] } else { filled }
}

fn number_column(line: &SheetRow<'_>) -> Option<usize> {
    let columns = &line.header.columns;
    let first = columns.answers.first().copied().flatten();
    if line.at(first).is_empty() { columns.correct.or(first) } else { first }
}

fn number(line: &SheetRow<'_>, column: Option<usize>, faults: &mut Vec<QuestionFault>) -> Option<Decimal> {
    let text = line.plain_at(column);
    if text.is_empty() {
        return None;
    }
    match text.parse::<Decimal>() {
        Ok(number) => Some(number),
        Err(why) => {
            let ask = match why {
                InvalidDecimal::Ambiguous { thousands, fraction } if column != line.header.columns.tolerance => {
                    Ask::Number(vec![thousands, fraction])
                }
                _ => Ask::Finish,
            };
            faults.push(line.wrong(column, why.to_string(), ask));
            None
        }
    }
}

fn is_true_or_false(options: &[Choice]) -> bool {
    let words: Vec<_> = options.iter().map(|option| option.text.to_lowercase()).collect();
    words == ["true", "false"] && options.iter().filter(|option| option.right).count() == 1
}

fn options(question: &mut Question, line: &SheetRow<'_>, faults: &mut Vec<QuestionFault>) {
    let columns = &line.header.columns;
    let mut cells: Vec<&str> = line.answers().map(|(_, answer)| answer).collect();
    // A true or false question has these two, whether they are written or not.
    if question.kind == Kind::TrueFalse && cells.iter().all(|cell| cell.is_empty()) {
        cells = vec!["True", "False"];
    }
    let right = if columns.first_is_right { CorrectMark::Options(vec![0]) } else { marked(line, &cells) };
    let is_right = |at: usize| matches!(&right, CorrectMark::Options(right) if right.contains(&at));
    let filled = cells.iter().enumerate().filter(|(_, text)| !text.is_empty());
    question.options = filled
        .clone()
        .map(|(at, text)| Choice { text: text.chars().take(4 * limits::OPTION_CHARS).collect(), right: is_right(at) })
        .collect();
    let count = question.options.len();
    if let Some((at, _)) = filled.clone().nth(limits::OPTIONS) {
        let column = columns.answers.get(at).copied().flatten();
        let why = format!("there are {count} answers, and a question has {} at most", limits::OPTIONS);
        faults.push(line.wrong(column, why, Ask::Finish));
    }
    let why = match right {
        CorrectMark::Options(_) => return,
        CorrectMark::Unsaid => NONE_GIVEN.to_owned(),
        CorrectMark::Unclear(why) => why,
    };
    let can_be_asked = (2..=limits::OPTIONS).contains(&count);
    faults.push(line.wrong(columns.correct, why, if can_be_asked { Ask::Right } else { Ask::Finish }));
}

fn marked(line: &SheetRow<'_>, cells: &[&str]) -> CorrectMark {
    right_answers(line.at(line.header.columns.correct), cells)
}

/// The row of a question with index `at`, from 0.
pub(super) fn write(at: usize, question: &Question, answers: usize) -> Vec<String> {
    let text = |number: Option<Decimal>| number.map(|number| number.to_string()).unwrap_or_default();
    let mut said: Vec<String> = match question.kind {
        Kind::Typed => question.accepted_answers.clone(),
        Kind::Number => vec![text(question.number)],
        Kind::Slide => Vec::new(),
        _ => question.options.iter().map(|option| option.text.clone()).collect(),
    };
    said.resize(answers.max(ANSWERS), String::new());
    let more = said.split_off(ANSWERS);
    let mut cells = vec![(at + 1).to_string(), question.text.clone()];
    cells.extend(said);
    cells.extend([
        question.seconds.to_string(),
        right(question),
        name_of(question.kind, &KINDS),
        name_of(question.points, &POINTS),
        question.explanation.clone(),
        if question.kind == Kind::Number { text(question.tolerance) } else { String::new() },
    ]);
    cells.extend(more);
    cells
}

fn right(question: &Question) -> String {
    if !matches!(question.kind, Kind::Choice | Kind::Several | Kind::TrueFalse) {
        return String::new();
    }
    let right = question.options.iter().enumerate().filter(|(_, option)| option.right);
    right.map(|(at, _)| (at + 1).to_string()).collect::<Vec<_>>().join(",")
}

fn name_of<T: Copy + PartialEq>(named: T, names: &[(T, &str)]) -> String {
    names.iter().find(|(other, _)| *other == named).map_or_else(String::new, |(_, name)| (*name).to_owned())
}
