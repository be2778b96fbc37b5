//! What was not understood: its row, why, and a question whose answer settles it.

use leptos::prelude::*;
use protocol::limits;
use protocol::quiz::Question;

use super::super::reading::anchor;
use crate::api::quizzes::{Ask, ImportDoubt, ImportedQuiz, ShownCell};
use crate::components::avatar::{Looks, avatar};
use crate::components::formula::on_page;
use crate::components::game::answer;
use crate::components::icon::{CIRCLE_ALERT, icon};

/// The time limits that are offered for a question whose own is in doubt.
const SECONDS: [u32; 5] = [10, 20, 30, 60, 240];

/// All doubts, those about one question together.
pub(super) fn doubts(imported: &ImportedQuiz) -> AnyView {
    let numbered: Vec<_> = imported.doubts.iter().enumerate().collect();
    let groups = numbered.chunk_by(|(_, one), (_, other)| one.question == other.question);
    let groups = groups.filter_map(|group| {
        let at = group.first()?.1.question;
        Some(about(at, imported.quiz.questions.get(at)?, group))
    });
    groups.collect_view().into_any()
}

/// A doubt, and its number in the form.
type Numbered<'a> = (usize, &'a ImportDoubt);

fn about(at: usize, question: &Question, doubts: &[Numbered<'_>]) -> AnyView {
    let (id, labelled_by) = (anchor(at), anchor(at));
    let text = text_of(question);
    let each = doubts.iter().map(|(number, doubt)| one(*number, doubt, question)).collect_view();
    view! {
        <section class="doubt" aria-labelledby=labelled_by>
            <div class="doubt__head">
                {avatar(Looks::plain("tomato", 46, (0, 22)))}
                <div>
                    <h2 id=id dir="auto">
                        {on_page(&text)}
                    </h2>
                    <p class="quiet small">{format!("Question {}", at + 1)}</p>
                </div>
            </div>
            {each}
        </section>
    }
    .into_any()
}

fn one(number: usize, doubt: &ImportDoubt, question: &Question) -> AnyView {
    view! {
        <div class="doubt__one">
            {strip(doubt)}
            <div class="doubt__read">
                <div>
                    <h3>"What was read"</h3>
                    <p dir="auto">{as_sentence(&doubt.why)}</p>
                    <p class="quiet small">{place(doubt)}</p>
                </div>
                {settling(number, &doubt.ask, question)}
            </div>
        </div>
    }
    .into_any()
}

/// The name of a question in a list.
pub(super) fn text_of(question: &Question) -> String {
    if question.text.trim().is_empty() { "A question without words".into() } else { question.text.clone() }
}

/// What is asked about a doubt, to be read above its answers and in the list of questions.
pub(super) fn ask_label(ask: &Ask) -> &'static str {
    match ask {
        Ask::Right => "Which one is right?",
        Ask::Seconds => "How many seconds?",
        Ask::Number(_) => "Which number is meant?",
        Ask::Finish => "What should become of it?",
    }
}

/// As in `Row 10, column G, “Right”`.
fn place(doubt: &ImportDoubt) -> String {
    let heading = doubt.cells.iter().find(|cell| cell.is_doubtful).map(|cell| cell.heading.as_str());
    match heading.filter(|heading| !heading.is_empty()) {
        Some(heading) => format!("{}, “{heading}”", doubt.place),
        None => doubt.place.clone(),
    }
}

fn as_sentence(why: &str) -> String {
    let mut letters = why.chars();
    let first: String = letters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

/// The row of the sheet, with the cell marked.
fn strip(doubt: &ImportDoubt) -> Option<AnyView> {
    if doubt.cells.is_empty() {
        return None;
    }
    let class = |cell: &ShownCell| if cell.is_doubtful { "strip__doubt" } else { "" };
    let headings = doubt.cells.iter().map(|cell| {
        view! {
            <th scope="col" class=class(cell) dir="auto">
                {cell.heading.clone()}
            </th>
        }
    });
    let cells = doubt.cells.iter().map(|cell| {
        let mark = cell.is_doubtful.then(|| view! { {icon(CIRCLE_ALERT)} <span class="unseen">"Doubtful: "</span> });
        view! {
            <td class=class(cell) dir="auto">
                {mark}
                {cell.text.clone()}
            </td>
        }
    });
    Some(
        view! {
            <div class="strip" tabindex="0" role="region" aria-label=format!("Row {} of the sheet", doubt.line)>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Row"</th>
                            {headings.collect_view()}
                        </tr>
                    </thead>
                    <tbody>
                        <tr>
                            <td class="num">{doubt.line}</td>
                            {cells.collect_view()}
                        </tr>
                    </tbody>
                </table>
            </div>
        }
        .into_any(),
    )
}

/// The question that settles a doubt; leaving out what it is about always does.
fn settling(number: usize, ask: &Ask, question: &Question) -> AnyView {
    let name = format!("answer-{number}");
    let choice = |value: String, label: AnyView| {
        view! {
            <label>
                <input type="radio" name=name.clone() value=value required />
                {label}
            </label>
        }
        .into_any()
    };
    let text = |text: String| view! { <bdi>{text}</bdi> }.into_any();
    let mut choices = match ask {
        Ask::Right => {
            let option = |(at, text): (usize, &str)| {
                let label = view! { {answer::key(at)} <bdi>{on_page(text)}</bdi> }.into_any();
                choice(at.to_string(), label)
            };
            let options = question.options.iter().take(limits::OPTIONS).map(|option| option.text.as_str());
            options.enumerate().map(option).collect::<Vec<_>>()
        }
        Ask::Seconds => {
            let seconds = SECONDS.iter().map(|seconds| choice(seconds.to_string(), text(seconds.to_string())));
            seconds.collect()
        }
        Ask::Number(numbers) => {
            let numbers = numbers.iter().enumerate();
            numbers.map(|(at, number)| choice(at.to_string(), text(number.to_string()))).collect()
        }
        Ask::Finish => vec![choice("keep".into(), text("Finish it in the editor".into()))],
    };
    choices.push(choice("leave".into(), text("Leave this question out".into())));
    view! {
        <fieldset class="doubt__ask">
            <legend>{ask_label(ask)}</legend>
            <div class="keys">{choices}</div>
        </fieldset>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_a_sentence_and_a_place_has_its_heading() {
        assert_eq!(as_sentence("answer 7 is empty"), "Answer 7 is empty.");
        assert_eq!(as_sentence("“1e9” is no time limit"), "“1e9” is no time limit.");
        let cell = ShownCell { heading: "Right".into(), text: "E".into(), is_doubtful: true };
        let doubt = ImportDoubt {
            question: 0,
            place: "Row 10, column G".into(),
            line: 10,
            why: String::new(),
            cells: vec![cell],
            ask: Ask::Right,
        };
        assert_eq!(place(&doubt), "Row 10, column G, “Right”");
        assert_eq!(place(&ImportDoubt { cells: Vec::new(), place: "Line 3".into(), ..doubt }), "Line 3");
    }
}
