//! The store of the quiz editor: the state of [`crate::state::editor`] in signals, saved while it is typed.

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
use crate::state::editor::autosave::{Autosave, Event, SaveCommand};
use crate::state::editor::{Change, Edit, EditOutcome, Editor};
use crate::storage::quiz_backup;

/// The state of an editor in signals.
#[derive(Clone, Copy)]
pub(crate) struct EditorStore {
    /// The quiz, and the selected question.
    pub(crate) editor: RwSignal<Editor>,
    /// How far saving is, and which version the server has.
    pub(crate) saving: RwSignal<Autosave>,
    /// Whether a game is about to begin.
    pub(crate) is_starting: RwSignal<bool>,
    /// Why it could not begin.
    pub(crate) last_error: RwSignal<Option<String>>,
    id: StoredValue<QuizId>,
    timer: StoredValue<Option<TimeoutHandle>>,
}

impl EditorStore {
    /// Begins with the page's state, and with what this browser stored.
    pub(crate) fn begin(opened: OpenedQuiz) -> Self {
        let stored = opened.stored;
        let store = Self {
            editor: RwSignal::new(Editor::new(stored.quiz)),
            saving: RwSignal::new(Autosave::new(stored.version, stored.saved_at)),
            is_starting: RwSignal::new(false),
            last_error: RwSignal::new(None),
            id: StoredValue::new(stored.id),
            timer: StoredValue::new(None),
        };
        early_effect(move || store.restore());
        effect(move || {
            if store.is_starting.get() && !store.saving.with(Autosave::is_unsaved) {
                store.host();
            }
        });
        store
    }

    /// The id of the quiz that is edited; it never changes.
    pub(crate) fn id(self) -> QuizId {
        self.id.get_value()
    }

    /// Applies an edit of the author.
    pub(crate) fn edit(self, edit: Edit) {
        let mut left = EditOutcome::Unchanged;
        self.editor.update(|editor| left = editor.fold(edit));
        if left == EditOutcome::Changed {
            self.back_up();
            self.happen(Event::Changed);
        }
    }

    /// Changes the selected question; it is saved after a short rest.
    pub(crate) fn change(self, change: Change) {
        self.edit(Edit::Change(change));
    }

    /// Begins a game as soon as everything is saved.
    pub(crate) fn start(self) {
        self.last_error.set(None);
        self.is_starting.set(true);
        self.happen(Event::TimerFired);
    }

    /// Saves the author's version after the one that was saved elsewhere.
    pub(crate) fn keep_mine(self) {
        self.happen(Event::KeepMine);
    }

    /// Replaces the author's version by the one that was saved elsewhere.
    pub(crate) fn take_theirs(self) {
        spawn_local(async move {
            match quizzes::quiz(self.id()).await {
                Ok(opened) => {
                    self.editor.update(|editor| editor.replace(opened.stored.quiz));
                    quiz_backup::remove(&self.id());
                    self.happen(Event::TakeTheirs(opened.stored.version, opened.stored.saved_at));
                }
                Err(error) => {
                    self.last_error.try_set(Some(error.to_string()));
                }
            }
        });
    }

    fn restore(self) {
        let Some((version, quiz)) = quiz_backup::load(&self.id()) else { return };
        if self.editor.with_untracked(|editor| *editor.quiz() == quiz) {
            return quiz_backup::remove(&self.id());
        }
        self.editor.update(|editor| editor.replace(quiz));
        // If the server has a later version, the author is asked.
        self.saving.update(|saving| *saving = Autosave::new(version, saving.saved_at()));
        self.happen(Event::Changed);
    }

    fn back_up(self) {
        let version = self.saving.with_untracked(Autosave::version);
        self.editor.with_untracked(|editor| quiz_backup::store(&self.id(), version, editor.quiz()));
    }

    fn happen(self, event: Event) {
        let mut order = None;
        if self.saving.try_update(|saving| order = saving.fold(event)).is_none() {
            return; // the page is gone
        }
        match order {
            Some(SaveCommand::Wait(time)) => self.wait(time),
            Some(SaveCommand::Save(version)) => self.save(version),
            None => {}
        }
    }

    fn wait(self, time: Duration) {
        let rested = move || self.happen(Event::TimerFired);
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
            if !self.saving.try_with_untracked(Autosave::is_unsaved).unwrap_or(true) {
                quiz_backup::remove(&self.id());
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
                self.last_error.try_set(Some(error.to_string()));
            }
            self.is_starting.try_set(false);
        });
    }
}
