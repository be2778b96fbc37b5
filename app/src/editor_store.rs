//! The editor of a quiz, alive: the state of [`crate::state::editor`] in
//! signals, saved as it is typed.

use std::time::Duration;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::quiz::Quiz;
use protocol::{QuizId, wire};

use crate::api::ApiError;
use crate::api::games::host_game;
use crate::api::quizzes::{self, OpenedQuiz};
use crate::boxed_view::{early_effect, effect};
use crate::state::editor::saving::{Event, Order, Saving};
use crate::state::editor::{Change, Edit, Editor, Left};
use crate::storage::quiz_backup;

/// An editor, as its parts see it.
#[derive(Clone, Copy)]
pub(crate) struct EditorStore {
    /// The quiz, and where its author is.
    pub(crate) editor: RwSignal<Editor>,
    /// How the saving goes.
    pub(crate) saving: RwSignal<Saving>,
    /// Whether a game is about to begin.
    pub(crate) is_starting: RwSignal<bool>,
    /// Why it did not.
    pub(crate) trouble: RwSignal<Option<String>>,
    id: StoredValue<QuizId>,
    timer: StoredValue<Option<TimeoutHandle>>,
}

impl EditorStore {
    /// Begins with what the page came with, and with what this browser kept.
    pub(crate) fn begin(opened: OpenedQuiz) -> Self {
        let stored = opened.stored;
        let authoring = Self {
            editor: RwSignal::new(Editor::new(stored.quiz)),
            saving: RwSignal::new(Saving::new(stored.version, stored.saved_at)),
            is_starting: RwSignal::new(false),
            trouble: RwSignal::new(None),
            id: StoredValue::new(stored.id),
            timer: StoredValue::new(None),
        };
        early_effect(move || authoring.restore());
        effect(move || {
            if authoring.is_starting.get() && !authoring.saving.with(Saving::is_unsaved) {
                authoring.host();
            }
        });
        authoring
    }

    /// The id of the quiz.
    pub(crate) fn id(self) -> QuizId {
        self.id.get_value()
    }

    /// Does what the author did.
    pub(crate) fn edit(self, edit: Edit) {
        let mut left = Left::Nothing;
        self.editor.update(|editor| left = editor.fold(edit));
        if left == Left::Something {
            self.keep();
            self.happen(Event::Changed);
        }
    }

    /// Changes the selected question.
    pub(crate) fn change(self, change: Change) {
        self.edit(Edit::Change(change));
    }

    /// Begins a game as soon as all is saved.
    pub(crate) fn start(self) {
        self.trouble.set(None);
        self.is_starting.set(true);
        self.happen(Event::Rested);
    }

    /// Lets the author's version follow the one that was saved elsewhere.
    pub(crate) fn keep_mine(self) {
        self.happen(Event::Kept);
    }

    /// Puts the version that was saved elsewhere in place of the author's.
    pub(crate) fn take_theirs(self) {
        spawn_local(async move {
            match quizzes::quiz(self.id()).await {
                Ok(opened) => {
                    self.editor.update(|editor| editor.replace(opened.stored.quiz));
                    quiz_backup::forget(&self.id());
                    self.happen(Event::Taken(opened.stored.version, opened.stored.saved_at));
                }
                Err(error) => {
                    self.trouble.try_set(Some(error.to_string()));
                }
            }
        });
    }

    fn restore(self) {
        let Some((version, quiz)) = quiz_backup::restore(&self.id()) else { return };
        if self.editor.with_untracked(|editor| *editor.quiz() == quiz) {
            return quiz_backup::forget(&self.id());
        }
        self.editor.update(|editor| editor.replace(quiz));
        // Where the server has gone on since, the author is asked.
        self.saving.update(|saving| *saving = Saving::new(version, saving.saved_at()));
        self.happen(Event::Changed);
    }

    fn keep(self) {
        let version = self.saving.with_untracked(Saving::version);
        self.editor.with_untracked(|editor| quiz_backup::keep(&self.id(), version, editor.quiz()));
    }

    fn happen(self, event: Event) {
        let mut order = None;
        if self.saving.try_update(|saving| order = saving.fold(event)).is_none() {
            return; // the page is gone
        }
        match order {
            Some(Order::Wait(time)) => self.wait(time),
            Some(Order::Save(version)) => self.save(version),
            None => {}
        }
    }

    fn wait(self, time: Duration) {
        let rested = move || self.happen(Event::Rested);
        let timer = set_timeout_with_handle(rested, time).ok();
        self.timer.update_value(|waiting| {
            if let Some(earlier) = std::mem::replace(waiting, timer) {
                earlier.clear();
            }
        });
    }

    fn save(self, version: u64) {
        let quiz = self.editor.with_untracked(|editor| editor.quiz().clone());
        spawn_local(async move {
            let event = match quizzes::save_quiz(Some(self.id()), version, wire::encode(&quiz)).await {
                Ok(saved) => Event::Saved(saved.version, saved.saved_at),
                Err(ApiError::Stale { current }) => self.answer_unheard(&quiz).await.unwrap_or(Event::Stale(current)),
                Err(error @ (ApiError::Invalid(_) | ApiError::Missing | ApiError::KeyNeeded)) => {
                    Event::Refused(error.to_string())
                }
                Err(error) => Event::Failed(error.to_string()),
            };
            if !matches!(event, Event::Saved(..)) {
                self.is_starting.try_set(false);
            }
            self.happen(event);
            if !self.saving.try_with_untracked(Saving::is_unsaved).unwrap_or(true) {
                quiz_backup::forget(&self.id());
            }
        });
    }

    /// The other version may be this one: saved, with its answer lost on the way.
    async fn answer_unheard(self, sent: &Quiz) -> Option<Event> {
        let stored = quizzes::quiz(self.id()).await.ok()?.stored;
        (stored.quiz == *sent).then_some(Event::Saved(stored.version, stored.saved_at))
    }

    fn host(self) {
        spawn_local(async move {
            // The answer redirects to the game by itself.
            if let Err(error) = host_game(self.id()).await {
                self.trouble.try_set(Some(error.to_string()));
            }
            self.is_starting.try_set(false);
        });
    }
}
