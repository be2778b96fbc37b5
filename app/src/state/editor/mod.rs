//! A quiz while its author writes it: folds edits into the quiz and the author's position in it. [`autosave`]
//! decides when it is saved; this knows no browser and no server.

pub(crate) mod autosave;
mod change;
mod kind;
#[cfg(test)]
mod tests;
pub(crate) mod texts;

use protocol::limits;
use protocol::quiz::{Kind, Question, Quiz, Scoring};

pub(crate) use change::{Change, Direction};
pub(crate) use kind::{CorrectOptions, correct_options};

/// What an author does to a quiz.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Edit {
    /// Changes the title of the quiz.
    Title(String),
    /// Chooses how points are given.
    Scoring(Scoring),
    /// Turns the bonus for streaks on or off.
    Streaks(bool),
    /// Turns the filter of rude nicknames on or off.
    Filter(bool),
    /// Adds a question after the selected one.
    Add(Kind),
    /// Goes to the question at an index, from 0.
    Select(usize),
    /// Makes a copy of the selected question, and goes there.
    Duplicate,
    /// Deletes the selected question; [`Edit::Undo`] brings it back.
    Remove,
    /// Undoes the last loss: a deleted question, or what another kind had no room for.
    Undo,
    /// Moves the selected question by one place.
    Move(Direction),
    /// Moves the selected question to an index, from 0.
    MoveTo(usize),
    /// Changes one field of the selected question.
    Change(Change),
}

/// Whether an edit left something to save.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EditOutcome {
    /// The quiz has changed, and is to be saved.
    Changed,
    /// The quiz is as it was.
    Unchanged,
}

/// Where the focus belongs after the fields were rendered anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Focus {
    /// In the text of the question.
    Text,
    /// At the choice of kinds.
    Kind,
    /// In an option or an accepted answer, from 0.
    Answer(usize),
    /// At a question of the outline, from 0.
    Outline(usize),
    /// At the field for the picture.
    Picture,
}

/// A loss that can be undone.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Undoable {
    Question { at: usize, question: Question },
    Parts { key: u32, question: Question },
}

/// A quiz, and where its author is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Editor {
    quiz: Quiz,
    /// A key for each question, which it keeps wherever it moves.
    keys: Vec<u32>,
    next_key: u32,
    selected: usize,
    lost: Option<Undoable>,
    announcement: String,
    drawing: u32,
    focus: Option<Focus>,
}

impl Editor {
    /// Begins with a quiz, at its first question.
    pub(crate) fn new(quiz: Quiz) -> Self {
        let next_key = u32::try_from(quiz.questions.len()).unwrap_or(u32::MAX);
        let keys = (0..next_key).collect();
        Self { quiz, keys, next_key, selected: 0, lost: None, announcement: String::new(), drawing: 0, focus: None }
    }

    /// The quiz as it is now.
    pub(crate) fn quiz(&self) -> &Quiz {
        &self.quiz
    }

    /// The index of the selected question, from 0.
    pub(crate) fn selected(&self) -> usize {
        self.selected
    }

    /// The selected question; `None` where there is none at all.
    pub(crate) fn question(&self) -> Option<&Question> {
        self.quiz.questions.get(self.selected)
    }

    /// The questions' keys, in order.
    pub(crate) fn keys(&self) -> &[u32] {
        &self.keys
    }

    /// The index, from 0, and the question of a key.
    pub(crate) fn by_key(&self, key: u32) -> Option<(usize, &Question)> {
        let at = self.keys.iter().position(|one| *one == key)?;
        Some((at, self.quiz.questions.get(at)?))
    }

    /// The last change, as a sentence; [`can_undo`](Self::can_undo) says whether it can be undone.
    pub(crate) fn announcement(&self) -> &str {
        &self.announcement
    }

    /// Whether [`Edit::Undo`] would bring something back.
    pub(crate) fn can_undo(&self) -> bool {
        self.lost.is_some()
    }

    /// Changes whenever the fields of the question have to be rendered anew.
    pub(crate) fn drawing(&self) -> u32 {
        self.drawing
    }

    /// Where the focus belongs after that.
    pub(crate) fn focus(&self) -> Option<Focus> {
        self.focus
    }

    /// Replaces the quiz by another version.
    pub(crate) fn replace(&mut self, quiz: Quiz) {
        let (drawing, selected) = (self.drawing + 1, self.selected.min(quiz.questions.len().saturating_sub(1)));
        *self = Self { drawing, selected, ..Self::new(quiz) };
    }

    /// Applies an edit of the author.
    pub(crate) fn fold(&mut self, edit: Edit) -> EditOutcome {
        // While somebody types, the last sentence stays; every other edit replaces it.
        if !matches!(&edit, Edit::Title(_)) && !matches!(&edit, Edit::Change(change) if change.is_typing()) {
            self.announcement.clear();
            self.focus = None;
        }
        match edit {
            Edit::Title(title) => self.quiz.title = title,
            Edit::Scoring(scoring) => self.quiz.scoring = scoring,
            Edit::Streaks(streaks) => self.quiz.streaks = streaks,
            Edit::Filter(filter) => self.quiz.filter = filter,
            Edit::Add(kind) => return self.add(kind::blank(kind)),
            Edit::Select(at) => return self.select(at),
            Edit::Duplicate => {
                let Some(question) = self.question().cloned() else { return EditOutcome::Unchanged };
                return self.add(question);
            }
            Edit::Remove => return self.remove(),
            Edit::Undo => return self.undo(),
            Edit::Move(Direction::Up) if self.selected > 0 => return self.move_to(self.selected - 1),
            Edit::Move(Direction::Down) => return self.move_to(self.selected + 1),
            Edit::Move(Direction::Up) => return EditOutcome::Unchanged,
            Edit::MoveTo(place) => return self.move_to(place),
            Edit::Change(change) => return self.change(change),
        }
        EditOutcome::Changed
    }

    fn add(&mut self, question: Question) -> EditOutcome {
        if self.quiz.questions.len() >= limits::QUESTIONS {
            self.announcement = format!("A quiz has {} questions at most.", limits::QUESTIONS);
            return EditOutcome::Unchanged;
        }
        let at = if self.quiz.questions.is_empty() { 0 } else { self.selected + 1 };
        self.insert(at, question);
        EditOutcome::Changed
    }

    fn insert(&mut self, at: usize, question: Question) {
        let at = at.min(self.quiz.questions.len());
        self.quiz.questions.insert(at, question);
        self.keys.insert(at, self.next_key);
        self.next_key += 1;
        self.selected = at;
        self.redraw(Focus::Text);
    }

    fn select(&mut self, at: usize) -> EditOutcome {
        if at < self.quiz.questions.len() && at != self.selected {
            self.selected = at;
            // The focus of somebody in the outline stays there.
            self.drawing += 1;
        }
        EditOutcome::Unchanged
    }

    fn remove(&mut self) -> EditOutcome {
        if self.question().is_none() {
            return EditOutcome::Unchanged;
        }
        let (at, question) = (self.selected, self.quiz.questions.remove(self.selected));
        self.keys.remove(at);
        self.announcement = format!("Question {} deleted.", at + 1);
        self.lost = Some(Undoable::Question { at, question });
        self.selected = at.min(self.quiz.questions.len().saturating_sub(1));
        self.redraw(Focus::Outline(self.selected));
        EditOutcome::Changed
    }

    fn undo(&mut self) -> EditOutcome {
        match self.lost.take() {
            Some(Undoable::Question { at, question }) => {
                self.insert(at, question);
                self.announcement = format!("Question {} restored.", self.selected + 1);
            }
            Some(Undoable::Parts { key, question }) => {
                let Some((at, _)) = self.by_key(key) else { return EditOutcome::Unchanged };
                self.quiz.questions[at] = question;
                self.selected = at;
                self.announcement = "It is as it was.".into();
                self.redraw(Focus::Kind);
            }
            None => return EditOutcome::Unchanged,
        }
        EditOutcome::Changed
    }

    fn move_to(&mut self, place: usize) -> EditOutcome {
        let (from, count) = (self.selected, self.quiz.questions.len());
        if place >= count || place == from {
            return EditOutcome::Unchanged;
        }
        let (question, key) = (self.quiz.questions.remove(from), self.keys.remove(from));
        self.quiz.questions.insert(place, question);
        self.keys.insert(place, key);
        self.selected = place;
        self.announcement = format!("Now question {} of {count}.", place + 1);
        EditOutcome::Changed
    }

    fn change(&mut self, change: Change) -> EditOutcome {
        let (Some(key), Some(question)) =
            (self.keys.get(self.selected).copied(), self.quiz.questions.get_mut(self.selected))
        else {
            return EditOutcome::Unchanged;
        };
        let before = question.clone();
        let focus = change.apply(question);
        if let Some(dropped) = kind::dropped(&before, question) {
            self.announcement = dropped;
            self.lost = Some(Undoable::Parts { key, question: before.clone() });
        }
        let left = if *question == before { EditOutcome::Unchanged } else { EditOutcome::Changed };
        if let Some(focus) = focus {
            self.redraw(focus);
        }
        left
    }

    fn redraw(&mut self, focus: Focus) {
        self.drawing += 1;
        self.focus = Some(focus);
    }
}
