//! One question, and the row of a sheet that it stands in.

use protocol::limits;
use protocol::quiz::{Choice, Decimal, Kind, Points, Question};

use super::NotAQuiz;
use super::line::Line;

/// What kinds are called in a sheet.
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

/// Answers in the columns up to "Correct answer(s)".
const ANSWERS: usize = 4;

/// Reads a row.
pub(super) fn read(line: &Line<'_>) -> Result<Question, NotAQuiz> {
    let columns = line.columns;
    let text = line.check(Some(columns.question), limits::QUESTION_CHARS)?.to_owned();
    if text.is_empty() {
        return Err(line.wrong(Some(columns.question), "there are answers but no question"));
    }
    for column in columns.answers {
        line.check(column, limits::OPTION_CHARS)?;
    }
    let mut question = Question { text, ..Question::default() };
    question.why = line.check(columns.why, limits::WHY_CHARS)?.to_owned();
    question.seconds = seconds(line)?;
    question.points = points(line)?;
    question.kind = kind(line)?;
    fill(&mut question, line)?;
    match question.problem() {
        Some(problem) => Err(line.wrong(None, &problem)),
        None => Ok(question),
    }
}

fn fill(question: &mut Question, line: &Line<'_>) -> Result<(), NotAQuiz> {
    let number = |column: Option<usize>| match line.at(column) {
        "" => Ok(None),
        text => text.parse::<Decimal>().map(Some).map_err(|why| line.wrong(column, &why.to_string())),
    };
    match question.kind {
        Kind::Choice | Kind::Several | Kind::TrueFalse => question.options = options(line)?,
        Kind::Order | Kind::Poll => {
            question.options = line.filled().into_iter().map(|text| Choice { text, right: false }).collect();
        }
        Kind::Typed => question.spellings = line.filled(),
        Kind::Number => {
            question.number = number(line.columns.answers[0])?;
            question.tolerance = number(line.columns.tolerance)?;
        }
        Kind::Slide => {}
    }
    // The template has no kind for it; it is asked as a choice of the two words.
    if line.at(line.columns.kind).is_empty() && is_true_or_false(&question.options) {
        question.kind = Kind::TrueFalse;
    }
    Ok(())
}

fn is_true_or_false(options: &[Choice]) -> bool {
    let words: Vec<_> = options.iter().map(|option| option.text.to_lowercase()).collect();
    words == ["true", "false"] && options.iter().filter(|option| option.right).count() == 1
}

fn kind(line: &Line<'_>) -> Result<Kind, NotAQuiz> {
    let column = line.columns.kind;
    named(line, column, &KINDS, "kind of question").map(Option::unwrap_or_default)
}

fn points(line: &Line<'_>) -> Result<Points, NotAQuiz> {
    let column = line.columns.points;
    let by_number = match line.at(column) {
        "0" => Some(Points::None),
        "1" | "1000" => Some(Points::Normal),
        "2" | "2000" => Some(Points::Double),
        _ => None,
    };
    match by_number {
        Some(points) => Ok(points),
        None => named(line, column, &POINTS, "number of points").map(Option::unwrap_or_default),
    }
}

/// The thing of a name; `None` where there is no name.
fn named<T: Copy>(
    line: &Line<'_>,
    column: Option<usize>,
    names: &[(T, &str)],
    what: &str,
) -> Result<Option<T>, NotAQuiz> {
    let said = line.at(column).to_lowercase();
    if said.is_empty() {
        return Ok(None);
    }
    match names.iter().find(|(_, name)| *name == said) {
        Some((named, _)) => Ok(Some(*named)),
        None => {
            let known = names.iter().map(|(_, name)| *name).collect::<Vec<_>>().join(", ");
            Err(line.wrong(column, &format!("this is no {what}; there are {known}")))
        }
    }
}

fn seconds(line: &Line<'_>) -> Result<u32, NotAQuiz> {
    let column = line.columns.seconds;
    let said = line.at(column);
    if said.is_empty() {
        return Ok(Question::default().seconds);
    }
    // "20 sec" and "20.0" are 20.
    let digits = said.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
    match digits.parse() {
        Ok(seconds) if seconds <= limits::ANSWER_SECONDS => Ok(seconds),
        _ => {
            Err(line.wrong(column, &format!("the time limit is a number of seconds up to {}", limits::ANSWER_SECONDS)))
        }
    }
}

fn options(line: &Line<'_>) -> Result<Vec<Choice>, NotAQuiz> {
    let correct = correct(line)?;
    let mut options = Vec::new();
    for (at, (column, answer)) in line.answers().enumerate() {
        let right = correct.contains(&at);
        match answer {
            "" if right => {
                return Err(line.wrong(line.columns.correct, &format!("answer {} is empty", at + 1)));
            }
            "" => {}
            _ if options.len() == limits::OPTIONS => {
                return Err(line.wrong(column, &format!("a question has {} answers at most", limits::OPTIONS)));
            }
            answer => options.push(Choice { text: answer.to_owned(), right }),
        }
    }
    Ok(options)
}

/// The numbers of the right answers, from 0: `1`, `1,3`, `1; 3`, `A and C`.
/// Some spreadsheets make the fraction 1.3 of `1,3`.
fn correct(line: &Line<'_>) -> Result<Vec<usize>, NotAQuiz> {
    let column = line.columns.correct;
    let said = line.at(column).to_lowercase();
    let parts = said.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty() && *part != "and");
    let number = |part: &str| match part {
        "a" => Some(0),
        "b" => Some(1),
        "c" => Some(2),
        "d" => Some(3),
        digits => digits.parse::<usize>().ok()?.checked_sub(1).filter(|at| *at < limits::SPELLINGS),
    };
    let known = "say which answers are right by their numbers, such as 1 or 1,3";
    let numbers = parts.map(|part| number(part).ok_or_else(|| line.wrong(column, known)));
    let numbers = numbers.collect::<Result<Vec<_>, _>>()?;
    if numbers.is_empty() { Err(line.wrong(column, known)) } else { Ok(numbers) }
}

/// Spells the row of a question, the first one of which is at 0.
pub(super) fn write(at: usize, question: &Question, answers: usize) -> Vec<String> {
    let text = |number: Option<Decimal>| number.map(|number| number.to_string()).unwrap_or_default();
    let mut said: Vec<String> = match question.kind {
        Kind::Typed => question.spellings.clone(),
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
        question.why.clone(),
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
