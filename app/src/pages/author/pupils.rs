//! What one player answered in a game that is over, or each of them on a sheet
//! of their own: to be looked at together, or printed and handed out.

use leptos::prelude::*;
use protocol::game::Verdict;
use protocol::quiz::{Kind, PlayerAnswer, PlayerResult, QuestionResult, Results};

use super::result::unfinished;
use super::table::{render_formulas, right_of};
use super::{AuthorHeader, Section};
use crate::components::formula::on_page;
use crate::components::icon::{ARROW_LEFT, icon};
use crate::components::reader_clock::moment;
use crate::page_title::PageTitle;
use crate::pages::not_found::NotFound;
use crate::state::game::texts::number;

/// Answers that one page shows, at most.
const ANSWERS: usize = 5_000;
/// Bytes of what people wrote that one page shows, at most: questions stand there once for each player.
const TEXT_BYTES: usize = 1024 * 1024;

/// Whose answers are shown, as the address of the page says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// Those of all, each on a page of paper.
    All,
    /// Of one, by the place in the list, from 0.
    One(usize),
}

impl Shown {
    /// What an address asks for: `all`, or a number from 1.
    pub(super) fn parse(text: &str) -> Self {
        match text.parse::<usize>() {
            Ok(number) => Self::One(number.wrapping_sub(1)),
            Err(_) => Self::All,
        }
    }
}

#[component]
pub(super) fn Pupils(results: Results, shown: Shown) -> impl IntoView {
    render_formulas(&results);
    let (page, count) = (format!("/results/{}", results.id), results.players.len());
    let fits = count.saturating_mul(results.questions.len()) <= ANSWERS && text_bytes(&results) <= TEXT_BYTES;
    let sheets: Vec<_> = match shown {
        Shown::All if fits => results.players.iter().map(|player| sheet(&results, player)).collect(),
        Shown::All => Vec::new(),
        Shown::One(at) => results.players.get(at).map(|player| sheet(&results, player)).into_iter().collect(),
    };
    if sheets.is_empty() && (fits || shown != Shown::All) {
        return view! { <NotFound /> }.into_any();
    }
    let too_many = sheets.is_empty().then(|| {
        view! { <p>"These are too many for one page. Open single players from the results, or take the CSV."</p> }
    });
    let step = |at: usize, name: &'static str| {
        (at < count).then(|| {
            view! {
                <a class="button button--quiet" href=format!("{page}?player={}", at + 1) rel="external">
                    {name}
                </a>
            }
        })
    };
    let steps = match shown {
        Shown::One(at) => vec![step(at.wrapping_sub(1), "Previous player"), step(at.saturating_add(1), "Next player")],
        Shown::All => Vec::new(),
    };
    view! {
        <PageTitle of=format!("Players of {}", results.title) />
        <div class="author">
            <AuthorHeader section=Section::Results />
            <main class="author__main" id="main" tabindex="-1">
                <div class="asking__doing author__screen">
                    <a class="button button--quiet" href=page.clone() rel="external">
                        {icon(ARROW_LEFT)}
                        "Results"
                    </a>
                    {steps}
                </div>
                <div>
                    <p class="quiet">"Played " {moment(results.ended_at)}</p>
                    <h1 class="author__title" dir="auto">
                        {results.title.clone()}
                    </h1>
                    {unfinished(&results)}
                </div>
                {too_many}
                {sheets}
            </main>
        </div>
    }
    .into_any()
}

/// The bytes of people's texts on the sheets of all players.
fn text_bytes(results: &Results) -> usize {
    let asked: usize = results.questions.iter().map(|question| question.text.len() + question.right.len()).sum();
    let answers = results.players.iter().flat_map(|player| player.answers.iter().flatten());
    let answered: usize = answers.map(|answer| answer.text.len()).sum();
    asked.saturating_mul(results.players.len()).saturating_add(answered)
}

/// All that one player answered.
fn sheet(results: &Results, player: &PlayerResult) -> AnyView {
    let could = results.questions.iter().filter(|question| question.kind.has_right()).count();
    let asked = results.questions.iter().enumerate().filter(|(_, question)| question.kind != Kind::Slide);
    let rows = asked.map(|(at, question)| row(at, question, player.answers.get(at).and_then(Option::as_ref)));
    let summary = format!(
        "Place {}, {} points, {} of {could} right",
        player.place,
        number(u64::from(player.score)),
        right_of(player)
    );
    view! {
        <section class="pupil">
            <h2>
                <bdi>{player.name.to_string()}</bdi>
            </h2>
            <p class="quiet">{summary}</p>
            <ol class="pupil__answers">{rows.collect_view()}</ol>
        </section>
    }
    .into_any()
}

fn row(at: usize, question: &QuestionResult, answer: Option<&PlayerAnswer>) -> AnyView {
    let verdict = answer.map_or(Verdict::Missing, |answer| answer.verdict);
    let (class, word) = match verdict {
        Verdict::Right => ("pupil__word pupil__word--right", "Right"),
        Verdict::Partly => ("pupil__word", "Partly right"),
        Verdict::Wrong => ("pupil__word", "Not right"),
        Verdict::Missing => ("pupil__word", "No answer"),
        Verdict::Poll => ("pupil__word", "Poll"),
    };
    let shown = answer.filter(|answer| !answer.text.is_empty()).map(|answer| {
        let how = if question.kind == Kind::Poll { "Chosen: " } else { "Answered: " };
        view! { <p>{how} <bdi>{on_page(&answer.text)}</bdi></p> }
    });
    let is_told = !question.right.is_empty() && verdict != Verdict::Right;
    let right = is_told.then(|| view! { <p>"Right answer: " <b><bdi>{on_page(&question.right)}</bdi></b></p> });
    let points = answer.filter(|_| question.kind.has_right()).map(|answer| {
        view! { <span class="quiet num">{format!("{} points", number(u64::from(answer.points)))}</span> }
    });
    view! {
        <li class="pupil__answer">
            <span class="figures__place num">{at + 1}</span>
            <div>
                <p class="pupil__question" dir="auto">
                    {on_page(&question.text)}
                </p>
                {shown}
                {right}
            </div>
            <p class="pupil__verdict">
                <b class=class>{word}</b>
                {points}
            </p>
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_player_by_their_place_in_the_list() {
        assert_eq!((Shown::parse("1"), Shown::parse("all")), (Shown::One(0), Shown::All));
        assert_eq!(Shown::parse("0"), Shown::One(usize::MAX), "nobody");
    }
}
