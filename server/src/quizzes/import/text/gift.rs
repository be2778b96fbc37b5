//! Parses GIFT: questions with their answers between braces (<https://docs.moodle.org/en/GIFT_format>).

use protocol::limits;
use protocol::quiz::{Choice, Decimal, InvalidDecimal, Kind, Question};

use super::numbered;
use crate::quizzes::import::{
    Ask, FilePosition, Imported, NotAQuiz, ParsedQuestion, PictureReference, QuestionFault, SingleText, cut, html,
    referred,
};
use crate::workers::Budget;

mod signs;

use signs::{Sign, split, unescape};

/// Whether a text has answers between braces.
pub(in crate::quizzes::import) fn is_gift(text: &str) -> bool {
    let inside = |part: &str| {
        let answers = part.split('}').next().unwrap_or_default().trim_start();
        part.contains('}') && (answers.starts_with(['=', '~', '#']) || truth(answers).is_some())
    };
    text.split('{').skip(1).any(inside)
}

/// Parses questions in the GIFT format of Moodle, which are separated by blank lines.
pub(in crate::quizzes::import) fn parse(text: &str, budget: &Budget) -> Result<Imported, NotAQuiz> {
    let broken = |_| NotAQuiz::because("There is too much in this file.");
    let mut imported = Imported::default();
    let (mut begins, mut block, mut open) = (1, String::new(), 0_usize);
    // One more empty line ends the last question.
    for (number, line) in numbered(text).chain([(usize::MAX, "")]) {
        budget.step().map_err(broken)?;
        let line = line.trim();
        if line.starts_with("//") {
            continue;
        }
        open = (open + line.matches('{').count()).saturating_sub(line.matches('}').count());
        match line {
            "" if block.is_empty() || open > 0 && number != usize::MAX => {}
            "" => {
                if !block.starts_with("$CATEGORY") {
                    imported.push(question(&block, begins));
                }
                block.clear();
                open = 0;
            }
            line => {
                begins = if block.is_empty() { number } else { begins };
                block.push_str(if block.is_empty() { "" } else { "\n" });
                block.push_str(line);
                // No real question is longer.
                if block.len() > 16 * 1024 {
                    return Err(NotAQuiz(format!("The question that begins in line {begins} does not end.")));
                }
            }
        }
    }
    Ok(imported)
}

/// Parses one question with its answers.
fn question(block: &str, line: usize) -> ParsedQuestion {
    let block = named(block);
    let Some((before, answers, after)) = parts(block) else {
        let text = shown(block);
        let slide = Question { kind: Kind::Slide, text, seconds: 0, ..Question::default() };
        return ParsedQuestion { question: slide, pictured: pictured(block), ..ParsedQuestion::default() }
            .checked(|| FilePosition::line(line));
    };
    // If text follows, the answer is a gap in a sentence.
    let text = if after.trim().is_empty() { before.to_owned() } else { format!("{before}_____{after}") };
    let mut question = Question { text: shown(&text), ..Question::default() };
    let (answers, why) = answers.split_once("####").unwrap_or((answers, ""));
    question.explanation = shown(why).chars().take(4 * limits::EXPLANATION_CHARS).collect();
    let fault = fill(&mut question, answers.trim());
    let faults =
        fault.map(|(why, ask)| QuestionFault { place: FilePosition::line(line), why, ask }).into_iter().collect();
    ParsedQuestion { question, faults, pictured: pictured(&text) }.checked(|| FilePosition::line(line))
}

/// The picture in a text: Moodle stores its own beside the file.
fn pictured(text: &str) -> Vec<PictureReference> {
    let text = unescape(text);
    let picture = html::picture(&text).map(|at| referred(at, &mut SingleText));
    picture.map(|found| PictureReference::of(found, String::new(), "the picture")).into_iter().collect()
}

/// The block without the question's name (`::name::`), which is shown nowhere.
fn named(block: &str) -> &str {
    let rest = block.strip_prefix("::").and_then(|rest| rest.split_once("::"));
    rest.map_or(block, |(_, rest)| rest.trim_start())
}

/// The text before, between and after the braces.
fn parts(block: &str) -> Option<(&str, &str, &str)> {
    let opens = split(block).find(|(sign, _)| *sign == Sign::Open)?.1;
    let closes = split(block).find(|(sign, at)| *sign == Sign::Close && *at > opens).map_or(block.len(), |(_, at)| at);
    let after = block.get(closes..).unwrap_or_default();
    Some((block.get(..opens)?, block.get(opens + 1..closes)?, after.strip_prefix('}').unwrap_or(after)))
}

fn shown(text: &str) -> String {
    let text = text.trim();
    let plain = ["[html]", "[markdown]", "[plain]", "[moodle]"].iter().find_map(|mark| text.strip_prefix(mark));
    let text = unescape(plain.unwrap_or(text));
    html::text(&text).chars().take(4 * limits::QUESTION_CHARS).collect()
}

fn truth(answers: &str) -> Option<bool> {
    let word = answers.split(['#', '}']).next().unwrap_or_default().trim();
    match word.to_ascii_uppercase().as_str() {
        "T" | "TRUE" => Some(true),
        "F" | "FALSE" => Some(false),
        _ => None,
    }
}

/// Parses the answers between the braces; returns a doubt, as a part of a sentence.
fn fill(question: &mut Question, answers: &str) -> Option<(String, Ask)> {
    if answers.is_empty() {
        return Some(("this is an essay, which nobody can mark by themselves".into(), Ask::Finish));
    }
    if let Some(is_true) = truth(answers) {
        let option = |text: &str, right| Choice { text: text.into(), right };
        question.kind = Kind::TrueFalse;
        question.options = vec![option("True", is_true), option("False", !is_true)];
        return None;
    }
    if let Some(number) = answers.strip_prefix('#') {
        question.kind = Kind::Number;
        return numeric(question, number);
    }
    let all = listed(answers);
    if all.iter().any(|answer| answer.text.contains("->")) {
        return Some(("matching pairs are no kind of question here".into(), Ask::Finish));
    }
    // With right answers only, it is a typed question.
    if all.iter().all(|answer| answer.right) {
        question.kind = Kind::Typed;
        question.accepted_answers =
            all.into_iter().map(|answer| answer.text).take(4 * limits::ACCEPTED_ANSWERS).collect();
        return None;
    }
    let right = all.iter().filter(|answer| answer.right).count();
    question.kind = if right > 1 { Kind::Several } else { Kind::Choice };
    question.options = all.into_iter().take(4 * limits::OPTIONS).collect();
    match question.options.len() {
        count if count > limits::OPTIONS => {
            Some((format!("there are {count} answers, and a question has {} at most", limits::OPTIONS), Ask::Finish))
        }
        count if right == 0 && count > 1 => Some(("no answer is marked as right with “=”".into(), Ask::Right)),
        _ => None,
    }
}

/// The answers between `=` and `~`, without the feedback to each.
fn listed(answers: &str) -> Vec<Choice> {
    let begins: Vec<_> = split(answers).filter(|(sign, _)| matches!(sign, Sign::Right | Sign::Wrong)).collect();
    let ends = begins.iter().skip(1).map(|(_, at)| *at).chain([answers.len()]);
    let one = |((sign, at), end): (&(Sign, usize), usize)| {
        let text = answers.get(at + 1..end).unwrap_or_default();
        let end = split(text).find(|(sign, _)| *sign == Sign::Feedback).map_or(text.len(), |(_, at)| at);
        let text = text.get(..end).unwrap_or_default().trim();
        // `~%50%` is partly right; `~%-50%` is wrong.
        let weighed = text.strip_prefix('%').and_then(|rest| rest.split_once('%'));
        let (weight, text) = weighed.map_or((None, text), |(weight, text)| (weight.trim().parse::<f64>().ok(), text));
        let right = match (sign, weight) {
            (Sign::Right, weight) => weight.is_none_or(|weight| weight > 0.0),
            (_, weight) => weight.is_some_and(|weight| weight > 0.0),
        };
        Choice { text: shown(text).chars().take(4 * limits::OPTION_CHARS).collect(), right }
    };
    begins.iter().zip(ends).map(one).collect()
}

/// Parses `3.14:0.05`, `3..4`, or several of them, of which the first counts.
fn numeric(question: &mut Question, answers: &str) -> Option<(String, Ask)> {
    let first = answers.trim().trim_start_matches('=');
    let first = first.split(['=', '~', '#']).next().unwrap_or_default().trim();
    let decimal = |text: &str| text.trim().parse::<Decimal>();
    let read = if let Some((from, to)) = first.split_once("..") {
        between(from, to)
    } else {
        let (number, tolerance) = first.split_once(':').unwrap_or((first, "0"));
        decimal(number).and_then(|number| Ok((number, decimal(tolerance)?)))
    };
    match read {
        Ok((number, tolerance)) => {
            (question.number, question.tolerance) = (Some(number), Some(tolerance).filter(|t| *t > Decimal::default()));
            None
        }
        Err(InvalidDecimal::Ambiguous { thousands, fraction }) => {
            let why = format!("“{}” can mean {thousands} or {fraction}", cut(first, 30));
            Some((why, Ask::Number(vec![thousands, fraction])))
        }
        Err(why) => Some((format!("“{}” is no number here: {why}", cut(first, 30)), Ask::Finish)),
    }
}

/// The middle of a range, and the distance of its ends.
fn between(from: &str, to: &str) -> Result<(Decimal, Decimal), InvalidDecimal> {
    let [from, to] = [from, to].map(|text| text.trim().parse::<f64>());
    let (Ok(from), Ok(to)) = (from, to) else { return Err(InvalidDecimal::NotANumber) };
    let spelled = |number: f64| format!("{number:.6}").trim_end_matches('0').trim_end_matches('.').parse::<Decimal>();
    Ok((spelled(f64::midpoint(from, to))?, spelled((to - from).abs() / 2.0)?))
}
