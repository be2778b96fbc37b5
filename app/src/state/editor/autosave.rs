//! When a quiz is saved, and what the author is shown about it.
//!
//! It is saved while it is typed: after a short rest, one save at a time, and then whatever came meanwhile.
//! Every save names the version that it is a change of; where the server has a later one, the author decides.

use std::time::Duration;

/// How long the author must rest before what was written is saved.
pub(crate) const DEBOUNCE: Duration = Duration::from_millis(800);
/// How long after a failed save the next one is tried.
pub(crate) const RETRY_DELAY: Duration = Duration::from_secs(5);

/// Something that happened to the saving of a quiz.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// The author changed the quiz.
    Changed,
    /// The last wait is over.
    TimerFired,
    /// The server has saved it as this version, at this time in milliseconds since 1970.
    Saved(u64, u64),
    /// The server could not be reached, for this reason; later it may be.
    Failed(String),
    /// The server refuses the quiz, for this reason.
    Refused(String),
    /// The server has a later version, of this number, than the one that was changed.
    Stale(u64),
    /// The author accepts the server's version, of this number, saved at this time.
    TakeTheirs(u64, u64),
    /// The author's version is to be saved after the server's.
    KeepMine,
}

/// What the store has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SaveCommand {
    /// Set a timer for [`Event::TimerFired`], in the place of an earlier one.
    Wait(Duration),
    /// Save the quiz as it is now, as a change of this version.
    Save(u64),
}

/// The state of saving a quiz.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Autosave {
    version: u64,
    saved_at: u64,
    /// Whether something has changed since the last save was sent.
    is_changed: bool,
    is_on_its_way: bool,
    trouble: Option<SaveError>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum SaveError {
    Failed(String),
    Stale(u64),
}

/// What the author is shown about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SaveStatus {
    /// Everything was saved at this time, in milliseconds since 1970.
    Saved(u64),
    /// A save is under way or due.
    Saving,
    /// Autosave failed, for this reason.
    Failed(String),
    /// Somebody, perhaps the author in another tab, has saved another version.
    Stale,
}

impl Autosave {
    /// A quiz without changes, of this version, saved at this time.
    pub(crate) fn new(version: u64, saved_at: u64) -> Self {
        Self { version, saved_at, is_changed: false, is_on_its_way: false, trouble: None }
    }

    /// The version that the next save changes.
    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    /// When the server's version was saved, in milliseconds since 1970.
    pub(crate) fn saved_at(&self) -> u64 {
        self.saved_at
    }

    /// Whether the server lacks a change.
    pub(crate) fn is_unsaved(&self) -> bool {
        self.is_changed || self.is_on_its_way
    }

    /// What the author is shown now.
    pub(crate) fn status(&self) -> SaveStatus {
        match &self.trouble {
            Some(SaveError::Stale(_)) => SaveStatus::Stale,
            Some(SaveError::Failed(why)) => SaveStatus::Failed(why.clone()),
            None if self.is_unsaved() => SaveStatus::Saving,
            None => SaveStatus::Saved(self.saved_at),
        }
    }

    /// The next state, and what to do.
    pub(crate) fn fold(&mut self, event: Event) -> Option<SaveCommand> {
        match event {
            Event::Changed => {
                self.is_changed = true;
                // A save under way is followed by its answer; a conflict waits for the author.
                (!self.is_on_its_way && !self.is_stale()).then_some(SaveCommand::Wait(DEBOUNCE))
            }
            Event::TimerFired => self.save(),
            Event::Saved(version, at) => {
                (self.version, self.saved_at) = (version, at);
                (self.is_on_its_way, self.trouble) = (false, None);
                self.is_changed.then_some(SaveCommand::Wait(DEBOUNCE))
            }
            Event::Failed(why) => {
                self.save_failed(SaveError::Failed(why));
                Some(SaveCommand::Wait(RETRY_DELAY))
            }
            Event::Refused(why) => {
                let meanwhile = self.is_changed;
                self.save_failed(SaveError::Failed(why));
                // What was written since may be acceptable.
                meanwhile.then_some(SaveCommand::Wait(DEBOUNCE))
            }
            Event::Stale(current) => {
                self.save_failed(SaveError::Stale(current));
                None
            }
            Event::TakeTheirs(version, at) => {
                *self = Self::new(version, at);
                None
            }
            Event::KeepMine => {
                let Some(SaveError::Stale(current)) = self.trouble else { return None };
                (self.version, self.trouble) = (current, None);
                self.save()
            }
        }
    }

    fn save(&mut self) -> Option<SaveCommand> {
        if !self.is_changed || self.is_on_its_way || self.is_stale() {
            return None;
        }
        (self.is_changed, self.is_on_its_way) = (false, true);
        Some(SaveCommand::Save(self.version))
    }

    fn is_stale(&self) -> bool {
        matches!(self.trouble, Some(SaveError::Stale(_)))
    }

    fn save_failed(&mut self, trouble: SaveError) {
        (self.is_on_its_way, self.is_changed) = (false, true);
        self.trouble = Some(trouble);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn orders(events: Vec<Event>) -> (Autosave, Vec<Option<SaveCommand>>) {
        let mut saving = Autosave::new(3, 1000);
        let orders = events.into_iter().map(|event| saving.fold(event)).collect();
        (saving, orders)
    }

    #[test]
    fn what_is_written_is_saved_after_a_rest() {
        let (saving, orders) = orders(vec![Event::Changed, Event::Changed, Event::TimerFired, Event::Saved(4, 2000)]);
        assert_eq!(
            orders,
            [Some(SaveCommand::Wait(DEBOUNCE)), Some(SaveCommand::Wait(DEBOUNCE)), Some(SaveCommand::Save(3)), None]
        );
        assert_eq!((saving.status(), saving.is_unsaved()), (SaveStatus::Saved(2000), false));
    }

    #[test]
    fn one_save_is_on_its_way_at_a_time_and_the_newest_follows() {
        let (saving, orders) = orders(vec![
            Event::Changed,
            Event::TimerFired,
            Event::Changed,
            Event::TimerFired,
            Event::Saved(4, 2000),
            Event::TimerFired,
        ]);
        let wait = Some(SaveCommand::Wait(DEBOUNCE));
        assert_eq!(orders, [wait, Some(SaveCommand::Save(3)), None, None, wait, Some(SaveCommand::Save(4))]);
        assert_eq!(saving.status(), SaveStatus::Saving);
    }

    #[test]
    fn a_failed_save_is_tried_again_and_the_author_told() {
        let why = String::from("That cannot be reached just now.");
        let (saving, orders) = orders(vec![Event::Changed, Event::TimerFired, Event::Failed(why.clone())]);
        assert_eq!(orders.last(), Some(&Some(SaveCommand::Wait(RETRY_DELAY))));
        assert_eq!((saving.status(), saving.is_unsaved()), (SaveStatus::Failed(why), true));
        let mut saving = saving;
        assert_eq!(saving.fold(Event::TimerFired), Some(SaveCommand::Save(3)));
    }

    #[test]
    fn another_version_waits_for_the_author() {
        let (mut saving, orders) =
            orders(vec![Event::Changed, Event::TimerFired, Event::Stale(9), Event::Changed, Event::TimerFired]);
        assert_eq!(orders[2..], [None, None, None]);
        assert_eq!(saving.status(), SaveStatus::Stale);
        let mut other = saving.clone();
        assert_eq!(saving.fold(Event::KeepMine), Some(SaveCommand::Save(9)), "mine follows the other");
        assert_eq!(other.fold(Event::TakeTheirs(9, 2000)), None, "the other is taken as it is");
        assert_eq!((other.version(), other.status()), (9, SaveStatus::Saved(2000)));
        assert_eq!(other.fold(Event::KeepMine), None, "there is no other version any more");
    }

    #[test]
    fn what_the_server_does_not_take_waits_for_a_change() {
        let why = String::from("This quiz has become too long to be kept.");
        let (mut saving, orders) = orders(vec![Event::Changed, Event::TimerFired, Event::Refused(why.clone())]);
        assert_eq!((orders[2], saving.status()), (None, SaveStatus::Failed(why)));
        assert_eq!(saving.fold(Event::Changed), Some(SaveCommand::Wait(DEBOUNCE)));
        assert_eq!(saving.fold(Event::TimerFired), Some(SaveCommand::Save(3)));
    }

    #[test]
    fn nothing_changed_is_not_saved() {
        assert_eq!(orders(vec![Event::TimerFired]).1, [None]);
    }
}
