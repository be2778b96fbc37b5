//! The notice about a problem of the connection.

use std::time::Duration;

use leptos::prelude::*;
use protocol::close::ADDRESS_NOT_LET_IN;

use super::avatar::{Looks, avatar};
use crate::boxed_view::{effect, memo, optional_view};
use crate::state::ConnectionStatus;

/// A shorter interruption of the connection shows no notice.
const PATIENCE: Duration = Duration::from_secs(3);
/// A move to another node loses nothing, but is noticed sooner.
const MOVING_PATIENCE: Duration = Duration::from_secs(1);

/// The notice for people who are disconnected, once that has lasted a moment, or whose messages are refused;
/// and the server's last refusal.
#[component]
pub(crate) fn Notice(
    connection_status: Signal<ConnectionStatus>,
    trouble: Signal<Option<String>>,
    /// The sentences of this page.
    #[prop(optional)]
    texts: NoticeTexts,
) -> impl IntoView {
    let is_cut_off = memo(move || connection_status.get().is_cut_off());
    let (wondering, cut_off) = (lasting(is_cut_off, MOVING_PATIENCE), lasting(is_cut_off, PATIENCE));
    // Every try changes the status, but the sentence stays.
    let subject = memo(move || match connection_status.get() {
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
    let about_connection = optional_view(move || subject.get().map(|subject| sentence(subject, texts)));
    let about_trouble = optional_view(move || trouble.get().map(|sentence| awake(sentence.into_any())));
    view! { <div class="notices" role="status">{about_connection} {about_trouble}</div> }
}

/// The sentences of a page about its connection.
#[derive(Clone, Copy)]
pub(crate) struct NoticeTexts {
    /// Messages are refused for now.
    pub(crate) pause: &'static str,
    /// The connection is lost, and is being made again.
    pub(crate) cut: &'static str,
    /// There never was one, and none seems to be possible.
    pub(crate) wall: &'static str,
}

impl Default for NoticeTexts {
    fn default() -> Self {
        Self {
            pause: "Sending is paused. Keep writing: it goes out by itself.",
            cut: "You are offline. Keep writing: it is sent when you are back.",
            wall: "Live updates are blocked: this network seems to let no WebSockets through. You can still send; the \
                   page loads again each time and shows what is new.",
        }
    }
}

/// What the notice says about the connection; there is at most one at a time.
#[derive(Clone, Copy, PartialEq)]
enum Subject {
    Pause,
    Move,
    Cut,
    Wall,
    Bar,
    End,
}

fn sentence(subject: Subject, texts: NoticeTexts) -> AnyView {
    match subject {
        Subject::Pause => asleep(texts.pause.into_any()),
        Subject::Move => awake(view! { "Moving you to another node. " <b>"Nothing is lost."</b> }.into_any()),
        Subject::Cut => asleep(texts.cut.into_any()),
        Subject::Wall => asleep(texts.wall.into_any()),
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

/// A sentence beside a sleeping avatar.
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
