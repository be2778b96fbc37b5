//! The answers as arches on a line.

use leptos::prelude::*;
use protocol::formula::Formulas;
use protocol::game::{Bar, QuestionView, Reveal};
use protocol::quiz::Kind;

use super::texts;
use crate::components::formula;
use crate::components::game::answer::{key, kind};
use crate::components::icon::{CHECK, icon};

/// The height of the tallest arch, in steps; others are shares of it, because pages have no inline styles.
const STEPS: usize = 20;
/// Longer texts have a smaller font,
const LONG: usize = 24;
/// and those with more characters than this the smallest that can be read from the last row.
const LONGER: usize = 48;

/// The chart of a reveal, with a table for screen readers.
pub(super) fn bars(question: &QuestionView, reveal: &Reveal, formulas: &Formulas) -> AnyView {
    let most = reveal.bars.iter().map(|bar| bar.count).max().unwrap_or_default().max(1);
    let columns = reveal.bars.iter().enumerate();
    let sums = Sums { most, answered: reveal.answered };
    let columns = columns.map(|(at, bar)| column(bar, option_of(question, at), sums, formulas)).collect_view();
    // In a poll no answer is right or wrong.
    let has_right = question.kind != Kind::Poll;
    let rows = reveal.bars.iter().map(|bar| row(bar, reveal.answered, has_right, formulas)).collect_view();
    let letters = reveal.bars.iter().map(|bar| bar.text.chars().count()).max().unwrap_or_default();
    let class = match reveal.bars.len() {
        5.. => "bars bars--many",
        _ if question.kind == Kind::Poll => "bars bars--poll",
        _ => "bars",
    };
    let class = if letters > LONGER { format!("{class} bars--long") } else { class.to_owned() };
    view! {
        <figure class=class aria-label=texts::chart(reveal)>
            <div class="bars__chart" aria-hidden="true">
                {columns}
            </div>
            <div class="unseen">
                <table>
                    <caption>"Answers"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Answer"</th>
                            <th scope="col">"Players"</th>
                            <th scope="col">"Share"</th>
                            {has_right.then(|| view! { <th scope="col">"Right"</th> })}
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </figure>
    }
    .into_any()
}

/// The scale of a chart.
#[derive(Clone, Copy)]
struct Sums {
    /// The count of the highest bar, at least 1.
    most: usize,
    /// How many players answered; shares are of these.
    answered: usize,
}

fn column(bar: &Bar, option: Option<usize>, sums: Sums, formulas: &Formulas) -> AnyView {
    let height = (bar.count * STEPS).div_ceil(sums.most);
    let right = bar.right.then(|| {
        view! { <span class="bars__flag">"Right answer"</span> }
    });
    let check = bar.right.then(|| view! { <span class="bars__check">{icon(CHECK)}</span> });
    let class = option.map_or_else(|| "bars__col bars__col--plain".to_owned(), |option| kind("bars__col", option));
    let class = class + if bar.right { " bars__col--right" } else { "" };
    view! {
        <div class=class>
            {right}
            <p class="bars__sum">
                <span class="bars__count">{bar.count}</span>
                <span class="bars__share">{texts::share(bar.count, sums.answered)}</span>
            </p>
            <div class=format!("bars__bar bars__bar--{height}")>{check}</div>
        </div>
        <div class="bars__label">
            {option.map(key)}
            <span class=text_class(&bar.text) dir="auto">
                {formula::text(&bar.text, formulas)}
            </span>
        </div>
    }
    .into_any()
}

/// Longer texts have a smaller font, so that they fit.
fn text_class(text: &str) -> &'static str {
    match text.chars().count() {
        letters if letters <= LONG => "bars__text",
        letters if letters <= LONGER => "bars__text bars__text--long",
        _ => "bars__text bars__text--longest",
    }
}

fn row(bar: &Bar, answered: usize, has_right: bool, formulas: &Formulas) -> AnyView {
    let right = has_right.then(|| view! { <td>{if bar.right { "yes" } else { "no" }}</td> });
    view! {
        <tr>
            <th scope="row" dir="auto">
                {formula::text(&bar.text, formulas)}
            </th>
            <td>{bar.count}</td>
            <td>{texts::share(bar.count, answered)}</td>
            {right}
        </tr>
    }
    .into_any()
}

/// The index of a bar's option, if players saw options: then there is one bar for each, in their order. Two
/// of them may have the same text.
fn option_of(question: &QuestionView, bar: usize) -> Option<usize> {
    (question.kind.has_options() && question.kind != Kind::Order).then_some(bar)
}

#[cfg(test)]
mod tests {
    use protocol::quiz::Points;

    use super::*;

    #[test]
    fn two_options_of_one_text_have_two_letters() {
        let question = |kind| QuestionView {
            kind,
            text: "Which is a prime?".into(),
            body: String::new(),
            picture: None,
            picture_alt: String::new(),
            seconds: 20,
            points: Points::Normal,
            options: vec!["7".into(), "7".into()],
        };
        assert_eq!([0, 1].map(|bar| option_of(&question(Kind::Choice), bar)), [Some(0), Some(1)]);
        assert_eq!(option_of(&question(Kind::Typed), 0), None);
        assert_eq!(option_of(&question(Kind::Order), 0), None, "its bars are of right and other orders");
    }
}
