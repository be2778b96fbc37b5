//! What was right, who knew, and why.

use leptos::prelude::*;
use protocol::UserId;
use protocol::game::{Game, Reveal};
use protocol::quiz::Kind;

use super::Host;
use super::bars::bars;
use super::question::heading;
use super::words;
use crate::components::avatar::{Looks, avatar};

/// The question once more, with what people answered.
pub(super) fn reveal(game: &Game) -> AnyView {
    let (Some(asked), Some(reveal)) = (&game.asked, &game.reveal) else { return ().into_any() };
    // Where neither a bar nor the plane says it, what is right is written out.
    let is_said = reveal.why.is_empty() || reveal.bars.iter().any(|bar| bar.right && bar.text == reveal.right);
    let written = asked.kind.has_right() && asked.kind != Kind::Several && !is_said && !reveal.right.is_empty();
    let right = written.then(|| {
        view! {
            <p class="reveal__right">
                <span class="bars__flag">"Right answer"</span>
                <bdi class="reveal__words">{reveal.right.clone()}</bdi>
            </p>
        }
    });
    let nobody = (reveal.answered == 0).then(|| view! { <p class="reveal__nobody quiet">"Nobody has answered."</p> });
    view! {
        <section class="question question--asked">{heading(asked.text.clone())}</section>
        {right}
        {bars(asked, reveal)}
        {nobody}
    }
    .into_any()
}

/// Whether there is a plane beside it. A poll has one only for an explanation: nothing was right.
pub(super) fn has_why(game: &Game) -> bool {
    game.reveal.as_ref().is_some_and(|reveal| !reveal.right.is_empty() || !reveal.why.is_empty())
}

/// The plane.
pub(super) fn why(host: Host, game: &Game) -> Option<AnyView> {
    let reveal = game.reveal.as_ref()?;
    let Reveal { why, knew, players, right, .. } = reveal;
    let title = if why.is_empty() { "Right" } else { "Why" };
    let text = if why.is_empty() { right } else { why };
    let paragraphs =
        text.lines().filter(|line| !line.trim().is_empty()).map(|line| paragraph(line.to_owned())).collect_view();
    let count = (!right.is_empty()).then(|| {
        view! {
            <p class="why__count">
                <b>{*knew}</b>
                {format!(" {}", words::were_right(*knew, *players))}
            </p>
        }
    });
    Some(
        view! {
            <section class="why" aria-labelledby="why">
                <h2 class="why__title" id="why">
                    {title}
                </h2>
                {paragraphs}
                {count}
                {(*knew > 0).then(|| crowd(host))}
            </section>
        }
        .into_any(),
    )
}

fn paragraph(text: String) -> AnyView {
    view! {
        <p class="why__text" dir="auto">
            {text}
        </p>
    }
    .into_any()
}

/// Some of the class, happy. Not those who knew: that is nobody's business.
fn crowd(host: Host) -> AnyView {
    const BACK: [u32; 6] = [86, 78, 90, 80, 88, 82];
    const FRONT: [u32; 6] = [40, 48, 42, 54, 44, 50];
    let ids: Vec<UserId> = host.players_now(|players| players.iter().take(12).map(|it| it.id.clone()).collect());
    let stand = |ids: &[UserId], heights: &[u32; 6]| {
        ids.iter().zip(heights).map(|(id, height)| avatar(Looks::of(id).tall(*height).happy())).collect_view()
    };
    let (front, back) = ids.split_at(ids.len().min(6));
    view! {
        <div class="why__crowd" aria-hidden="true">
            <div class="why__row why__row--back">{stand(back, &BACK)}</div>
            <div class="why__row">{stand(front, &FRONT)}</div>
        </div>
    }
    .into_any()
}
