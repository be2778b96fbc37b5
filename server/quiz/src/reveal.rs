//! The reveal: what was right, and what people answered.

use std::collections::BTreeMap;

use protocol::UserId;
use protocol::game::{Answer, Bar, RecordedAnswer, Verdict};
use protocol::quiz::{Decimal, Kind, Question};
use protocol::text::{Shape, clean};

use crate::answer::Judge;
use crate::profanity::is_rude;
use crate::shuffle::written;

/// The most bars of typed answers and numbers; the rest is one bar.
const BARS: usize = 6;
const OTHER_RIGHT: &str = "Other right answers";
const OTHER: &str = "Something else";

/// The right answer in words; empty if there is none.
pub fn right_answer_text(question: &Question) -> String {
    let right = || question.options.iter().filter(|option| option.right).map(|option| option.text.as_str());
    match question.kind {
        Kind::Choice | Kind::TrueFalse => right().collect::<Vec<_>>().join(" or "),
        Kind::Several => right().collect::<Vec<_>>().join(", "),
        Kind::Typed => {
            question.accepted_answers.iter().find(|text| !text.trim().is_empty()).cloned().unwrap_or_default()
        }
        Kind::Number => number_words(question),
        Kind::Order => question.options.iter().map(|option| option.text.as_str()).collect::<Vec<_>>().join(", then "),
        Kind::Poll | Kind::Slide => String::new(),
    }
}

/// An answer in words. `shuffle` is as for [`crate::Judge::new`].
pub fn answer_text(question: &Question, shuffle: &[usize], answer: &Answer) -> String {
    let option =
        |shown: &usize| question.options.get(written(shuffle, *shown)).map_or("", |option| option.text.as_str());
    match answer {
        Answer::Choice(shown) => option(shown).to_owned(),
        Answer::Choices(shown) => shown.iter().map(option).collect::<Vec<_>>().join(", "),
        Answer::Order(shown) => shown.iter().map(option).collect::<Vec<_>>().join(", then "),
        Answer::Text(text) => clean(text, Shape::Line).into_owned(),
        Answer::Number(number) => number.to_string(),
    }
}

/// How often each answer of a poll was chosen; empty for other kinds.
pub fn poll_bars(question: &Question, answers: &BTreeMap<&UserId, &RecordedAnswer>) -> Vec<Bar> {
    if question.kind == Kind::Poll { option_bars(question, answers) } else { Vec::new() }
}

fn number_words(question: &Question) -> String {
    let Some(number) = question.number else { return String::new() };
    match question.tolerance {
        Some(tolerance) if tolerance > Decimal::default() => format!("{number}, give or take {tolerance}"),
        _ => number.to_string(),
    }
}

/// The bars of a question. `filter`: rude words that somebody typed are not shown.
pub(crate) fn bars(
    question: &Question,
    judge: &Judge,
    filter: bool,
    answers: &BTreeMap<&UserId, &RecordedAnswer>,
) -> Vec<Bar> {
    match question.kind {
        Kind::Choice | Kind::Several | Kind::TrueFalse | Kind::Poll => option_bars(question, answers),
        Kind::Order => order_bars(judge, answers),
        Kind::Typed | Kind::Number => free_bars(judge, filter, answers),
        Kind::Slide => Vec::new(),
    }
}

fn option_bars(question: &Question, answers: &BTreeMap<&UserId, &RecordedAnswer>) -> Vec<Bar> {
    let chose = |given: &RecordedAnswer, option: usize| match &given.answer {
        Answer::Choice(chosen) => *chosen == option,
        Answer::Choices(chosen) => chosen.contains(&option),
        _ => false,
    };
    let bar = |(at, option): (usize, &protocol::quiz::Choice)| Bar {
        text: option.text.clone(),
        count: answers.values().filter(|given| chose(given, at)).count(),
        right: option.right && question.kind.has_right(),
    };
    question.options.iter().enumerate().map(bar).collect()
}

fn order_bars(judge: &Judge, answers: &BTreeMap<&UserId, &RecordedAnswer>) -> Vec<Bar> {
    let correct = answers.values().filter(|given| judge.judge(&given.answer).verdict == Verdict::Right).count();
    vec![
        Bar { text: "In the right order".into(), count: correct, right: true },
        Bar { text: "Another order".into(), count: answers.len() - correct, right: false },
    ]
}

/// The most frequent answers, each in the spelling of its first player, then the rest.
fn free_bars(judge: &Judge, filter: bool, answers: &BTreeMap<&UserId, &RecordedAnswer>) -> Vec<Bar> {
    let mut in_time: Vec<&RecordedAnswer> = answers.values().copied().collect();
    in_time.sort_by_key(|given| given.took_ms);
    let mut at: BTreeMap<String, usize> = BTreeMap::new();
    let mut bars: Vec<Bar> = Vec::new();
    for given in in_time {
        let (same, text) = match &given.answer {
            Answer::Text(text) => (judge.normalized_of(text), clean(text, Shape::Line).into_owned()),
            Answer::Number(number) => (number.to_string(), number.to_string()),
            _ => continue,
        };
        let at = *at.entry(same).or_insert_with(|| {
            let right = judge.judge(&given.answer).verdict == Verdict::Right;
            bars.push(Bar { text, count: 0, right });
            bars.len() - 1
        });
        bars[at].count += 1;
    }
    // A stable sort: of equally frequent ones, the first.
    bars.sort_by_key(|bar| std::cmp::Reverse(bar.count));
    most_frequent(bars, filter)
}

fn most_frequent(all: Vec<Bar>, filter: bool) -> Vec<Bar> {
    // The author's own words are not filtered.
    let is_harmless = |bar: &Bar| bar.right || !(filter && is_rude(&bar.text));
    let (mut bars, mut right, mut other) = (Vec::new(), 0, 0);
    for bar in all {
        if bars.len() < BARS && !bar.text.is_empty() && is_harmless(&bar) {
            bars.push(bar);
        } else if bar.right {
            right += bar.count;
        } else {
            other += bar.count;
        }
    }
    let rest = [(OTHER_RIGHT, right, true), (OTHER, other, false)];
    let rest = rest.into_iter().filter(|(_, count, _)| *count > 0);
    bars.extend(rest.map(|(text, count, right)| Bar { text: text.into(), count, right }));
    bars
}
