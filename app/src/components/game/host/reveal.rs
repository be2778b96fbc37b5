//! The reveal: the right answer, how many had it, and the explanation.

use leptos::prelude::*;
use protocol::UserId;
use protocol::game::{Game, Reveal};
use protocol::quiz::Kind;

use super::bars::bars;
use super::context::Host;
use super::question::heading;
use super::texts;
use crate::components::avatar::{Looks, avatar};

/// The question with people's answers.
pub(super) fn reveal(host: Host, game: &Game) -> AnyView {
    let (Some(asked), Some(reveal)) = (&game.asked, &game.reveal) else { return ().into_any() };
    // Where neither a bar nor the plane says it, what is right is written out.
    let is_said = reveal.explanation.is_empty() || reveal.bars.iter().any(|bar| bar.right && bar.text == reveal.right);
    let written = asked.kind.has_right() && asked.kind != Kind::Several && !is_said && !reveal.right.is_empty();
    let right = written.then(|| {
        view! {
            <p class="reveal__right">
                <span class="bars__flag">"Right answer"</span>
                <bdi class="reveal__words">{host.text(&reveal.right)}</bdi>
            </p>
        }
    });
    let nobody = (reveal.answered == 0).then(|| view! { <p class="reveal__nobody quiet">"Nobody has answered."</p> });
    view! {
        <section class="question question--asked">{heading(host, &asked.text)}</section>
        {right}
        {bars(asked, reveal, &game.formulas)}
        {nobody}
    }
    .into_any()
}

/// Whether there is a panel beside it. A poll has one only for an explanation, because nothing was right.
pub(super) fn has_why(game: &Game) -> bool {
    game.reveal.as_ref().is_some_and(|reveal| !reveal.right.is_empty() || !reveal.explanation.is_empty())
}

/// The panel with the explanation, or with the right answer if there is no explanation.
pub(super) fn why(host: Host, game: &Game) -> Option<AnyView> {
    let reveal = game.reveal.as_ref()?;
    let Reveal { explanation: why, correct, players, right, .. } = reveal;
    let title = if why.is_empty() { "Right" } else { "Why" };
    let text = if why.is_empty() { right } else { why };
    let paragraphs =
        text.lines().filter(|line| !line.trim().is_empty()).map(|line| paragraph(host, line)).collect_view();
    let count = (!right.is_empty()).then(|| {
        view! {
            <p class="explanation__count">
                <b>{*correct}</b>
                {format!(" {}", texts::were_right(*correct, *players))}
            </p>
        }
    });
    Some(
        view! {
            <section class="explanation" aria-labelledby="explanation">
                <h2 class="explanation__title" id="explanation">
                    {title}
                </h2>
                {paragraphs}
                {count}
                {(!right.is_empty()).then(|| crowd(host, *correct, *players))}
            </section>
        }
        .into_any(),
    )
}

fn paragraph(host: Host, text: &str) -> AnyView {
    view! {
        <p class="explanation__text" dir="auto">
            {host.text(text)}
        </p>
    }
    .into_any()
}

/// Some avatars of the class, of which as large a share is happy as of the class. Not those who were right:
/// that is nobody's business.
fn crowd(host: Host, correct: usize, players: usize) -> AnyView {
    const BACK: [u32; 6] = [86, 78, 90, 80, 88, 82];
    const FRONT: [u32; 6] = [40, 48, 42, 54, 44, 50];
    let ids: Vec<UserId> = host.players_now(|players| players.iter().take(12).map(|it| it.id.clone()).collect());
    let happy = mixed(share(correct, players, ids.len()), ids.len());
    let stand = |people: std::ops::Range<usize>, heights: &[u32; 6]| {
        let one = |(at, height): (usize, &u32)| {
            let looks = Looks::of(&ids[at]).tall(*height);
            avatar(if happy[at] { looks.happy() } else { looks.looking((0, 0)) })
        };
        people.zip(heights).map(one).collect_view()
    };
    let front = ids.len().min(FRONT.len());
    view! {
        <div class="explanation__crowd" aria-hidden="true">
            <div class="explanation__row explanation__row--back">{stand(front..ids.len(), &BACK)}</div>
            <div class="explanation__row">{stand(0..front, &FRONT)}</div>
        </div>
    }
    .into_any()
}

/// How many of `shown` are as large a share as `some` of `all`. All only if all were, and at least
/// one if any was.
fn share(some: usize, all: usize, shown: usize) -> usize {
    let rounded = (some * shown + all / 2).checked_div(all).unwrap_or(0);
    let least = usize::from(some > 0);
    let most = shown.saturating_sub(usize::from(some < all));
    rounded.max(least).min(most)
}

/// Which of `shown` they are, spread evenly.
fn mixed(some: usize, shown: usize) -> Vec<bool> {
    (0..shown).map(|at| (at + 1) * some / shown != at * some / shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_of_six_smile_when_two_of_six_knew() {
        assert_eq!(mixed(share(2, 6, 6), 6), [false, false, true, false, false, true]);
        assert_eq!([share(0, 30, 12), share(1, 30, 12), share(29, 30, 12), share(30, 30, 12)], [0, 1, 11, 12]);
        assert_eq!((share(0, 0, 0), mixed(0, 0)), (0, vec![]));
    }
}
