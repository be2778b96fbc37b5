//! The log of an empty room.

use leptos::prelude::*;

use crate::boxed_view::{dynamic_text, dynamic_view, memo};
use crate::components::avatar::{Looks, avatar};
use crate::components::share::CopyLink;
use crate::state::People;

const CROWD: usize = 8;

/// The base line, with the members who are here already standing on it.
#[component]
pub(super) fn EmptyLog(people: RwSignal<People>) -> impl IntoView {
    let is_alone = memo(move || people.with(|people| people.count() <= 1));
    let crowd = dynamic_view(move || {
        let looks: Vec<_> =
            people.with(|people| people.members().iter().take(CROWD).map(|member| Looks::of(&member.id)).collect());
        looks.into_iter().map(avatar).collect::<Vec<_>>().into_any()
    });
    let sentences = move || {
        if is_alone.get() {
            ("It is just you.", "Share the link, and people will appear here as they join.")
        } else {
            ("Nobody has said anything yet.", "Say the first word.")
        }
    };
    view! {
        <div class="empty">
            <div class="empty__line crowd">{crowd}</div>
            <p>
                <b>{dynamic_text(move || sentences().0)}</b>
                <br />
                <span class="quiet">{dynamic_text(move || sentences().1)}</span>
            </p>
            <div>
                <CopyLink />
            </div>
        </div>
    }
}
