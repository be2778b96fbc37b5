//! What to know while the connection is not as it should be.

use std::time::Duration;

use leptos::prelude::*;
use protocol::close::ADDRESS_NOT_LET_IN;

use super::avatar::{Looks, avatar};
use crate::boxed_view::{effect, memo, sometimes};
use crate::state::ConnectionStatus;

/// A blink of the connection is not worth a sentence.
const PATIENCE: Duration = Duration::from_secs(3);
/// Whoever is moved comes to no harm, but wonders sooner.
const MOVING_PATIENCE: Duration = Duration::from_secs(1);

/// What somebody should know who is cut off, once that has lasted a moment,
/// or whose words are not taken; and what the server did not like.
#[component]
pub(crate) fn Notice(
    standing: Signal<ConnectionStatus>,
    trouble: Signal<Option<String>>,
    /// What is said to whom cannot reach anybody.
    #[prop(optional)]
    words: Words,
) -> impl IntoView {
    let is_cut_off = memo(move || standing.get().is_cut_off());
    let (wondering, cut_off) = (lasting(is_cut_off, MOVING_PATIENCE), lasting(is_cut_off, PATIENCE));
    // Every try to come back is news for the pill, but the sentence stays.
    let subject = memo(move || match standing.get() {
        ConnectionStatus::Live | ConnectionStatus::Resting => None,
        ConnectionStatus::Paused => Some(Subject::Pause),
        ConnectionStatus::Moving => wondering.get().then_some(Subject::Move),
        ConnectionStatus::Connecting | ConnectionStatus::Reconnecting { .. } | ConnectionStatus::Offline => {
            cut_off.get().then_some(Subject::Cut)
        }
        ConnectionStatus::Blocked { .. } => cut_off.get().then_some(Subject::Wall),
        ConnectionStatus::Barred { .. } => cut_off.get().then_some(Subject::Bar),
        ConnectionStatus::Stopped => Some(Subject::End),
    });
    let about_connection = sometimes(move || subject.get().map(|subject| sentence(subject, words)));
    let about_trouble = sometimes(move || trouble.get().map(|sentence| awake(sentence.into_any())));
    view! { <div class="notices" role="status">{about_connection} {about_trouble}</div> }
}

/// What a page says where the connection is not as it should be.
#[derive(Clone, Copy)]
pub(crate) struct Words {
    /// Nothing is taken for now.
    pub(crate) pause: &'static str,
    /// The connection is lost.
    pub(crate) cut: &'static str,
    /// There never was one, and none seems to be possible.
    pub(crate) wall: &'static str,
}

impl Default for Words {
    fn default() -> Self {
        Self {
            pause: "Sending is paused. Keep writing: it goes out by itself.",
            cut: "You are offline. Keep writing: it is sent when you are back.",
            wall: "Live updates are blocked: this network seems to let no WebSockets through. You can still send; the \
                   page loads again each time and shows what is new.",
        }
    }
}

/// What there is to say about the connection.
#[derive(Clone, Copy, PartialEq)]
enum Subject {
    Pause,
    Move,
    Cut,
    Wall,
    Bar,
    End,
}

fn sentence(subject: Subject, words: Words) -> AnyView {
    match subject {
        Subject::Pause => asleep(words.pause.into_any()),
        Subject::Move => awake(view! { "Moving you to another node. " <b>"Nothing is lost."</b> }.into_any()),
        Subject::Cut => asleep(words.cut.into_any()),
        Subject::Wall => asleep(words.wall.into_any()),
        Subject::Bar => asleep(ADDRESS_NOT_LET_IN.into_any()),
        Subject::End => asleep(
            view! {
                "This page is no longer connected. "
                <a href="" rel="external">
                    "Load it again"
                </a>
                "."
            }
            .into_any(),
        ),
    }
}

/// A sentence beside somebody asleep.
pub(crate) fn asleep(sentence: AnyView) -> AnyView {
    notice(Looks::plain("honey", 46, (0, 0)).asleep(), sentence)
}

fn awake(sentence: AnyView) -> AnyView {
    notice(Looks::plain("clay", 46, (0, -19)), sentence)
}

fn notice(looks: Looks, sentence: AnyView) -> AnyView {
    view! {
        <p class="notice">
            {avatar(looks)} <span>{sentence}</span>
        </p>
    }
    .into_any()
}

/// Whether something has been so for longer than `patience`.
fn lasting(is_so: Memo<bool>, patience: Duration) -> ReadSignal<bool> {
    let (lasting, set_lasting) = signal(false);
    effect(move || {
        if !is_so.get() {
            set_lasting.set(false);
            return;
        }
        let timer = set_timeout_with_handle(
            move || {
                set_lasting.try_set(true);
            },
            patience,
        )
        .ok();
        on_cleanup(move || {
            if let Some(timer) = timer {
                timer.clear();
            }
        });
    });
    lasting
}
