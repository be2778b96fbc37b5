//! The changes of one question in the editor.

use protocol::PictureId;
use protocol::limits;
use protocol::quiz::{Choice, Decimal, Kind, Points, Question};

use super::Focus;
use super::kind::{CorrectOptions, change_kind, correct_options};

/// A change of one question. Options and accepted answers are counted from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// Changes the kind; what fits is kept.
    Kind(Kind),
    /// Changes the text of the question.
    Text(String),
    /// Changes the text of an option.
    OptionText(usize, String),
    /// Adds an empty option at the end, up to [`limits::OPTIONS`] of them.
    AddOption,
    /// Removes the option at this index.
    RemoveOption(usize),
    /// Moves an option by one place.
    MoveOption(usize, Direction),
    /// Marks an option as right or wrong. If only one can be right, the others are unmarked.
    Right(usize, bool),
    /// Changes one of the accepted answers.
    AcceptedAnswer(usize, String),
    /// Adds an empty accepted answer.
    AddAcceptedAnswer,
    /// Removes the accepted answer at this index.
    RemoveAcceptedAnswer(usize),
    /// Sets the right number; `None` while there is none.
    Number(Option<Decimal>),
    /// Sets the distance from it that is right too.
    Tolerance(Option<Decimal>),
    /// Sets the time limit in seconds; 0: until the host goes on.
    Seconds(u32),
    /// Sets how many points it gives.
    Points(Points),
    /// Changes the explanation of the question.
    Explanation(String),
    /// Sets the picture, or removes it.
    Picture(Option<PictureId>),
    /// Sets the description of the picture.
    PictureAlt(String),
}

/// The direction of a move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// One place towards the first.
    Up,
    /// One place towards the last.
    Down,
}

impl Change {
    /// Whether it is one keystroke of many.
    pub(super) fn is_typing(&self) -> bool {
        matches!(
            self,
            Self::Text(_)
                | Self::OptionText(..)
                | Self::AcceptedAnswer(..)
                | Self::Number(_)
                | Self::Tolerance(_)
                | Self::Explanation(_)
                | Self::PictureAlt(_)
        )
    }

    /// Applies the change. If other fields are shown afterwards, returns where the focus belongs.
    pub(super) fn apply(self, question: &mut Question) -> Option<Focus> {
        let Question { options, accepted_answers, .. } = question;
        match self {
            Self::Kind(kind) => {
                change_kind(question, kind);
                return Some(Focus::Kind);
            }
            Self::Text(text) => question.text = text,
            Self::OptionText(at, text) => options.get_mut(at)?.text = text,
            Self::AddOption if options.len() < limits::OPTIONS => {
                options.push(Choice::default());
                return Some(Focus::Answer(options.len() - 1));
            }
            Self::RemoveOption(at) if options.len() > 2 && at < options.len() => {
                options.remove(at);
                return Some(Focus::Answer(at.min(options.len() - 1)));
            }
            Self::MoveOption(at, direction) => return move_option(options, at, direction).map(Focus::Answer),
            Self::Right(at, right) => mark(question, at, right),
            Self::AcceptedAnswer(at, text) => *accepted_answers.get_mut(at)? = text,
            Self::AddAcceptedAnswer if accepted_answers.len() < limits::ACCEPTED_ANSWERS => {
                accepted_answers.push(String::new());
                return Some(Focus::Answer(accepted_answers.len() - 1));
            }
            Self::RemoveAcceptedAnswer(at) if accepted_answers.len() > 1 && at < accepted_answers.len() => {
                accepted_answers.remove(at);
                return Some(Focus::Answer(at.min(accepted_answers.len() - 1)));
            }
            Self::Number(number) => question.number = number,
            Self::Tolerance(tolerance) => question.tolerance = tolerance,
            Self::Seconds(seconds) => question.seconds = seconds.min(limits::ANSWER_SECONDS),
            Self::Points(points) => question.points = points,
            Self::Explanation(why) => question.explanation = why,
            Self::Picture(picture) => {
                if picture.is_none() {
                    question.picture_alt.clear();
                }
                question.picture = picture;
                return Some(Focus::Picture);
            }
            Self::PictureAlt(alt) => question.picture_alt = alt,
            // The limit is reached, or the minimum.
            Self::AddOption | Self::RemoveOption(_) | Self::AddAcceptedAnswer | Self::RemoveAcceptedAnswer(_) => {}
        }
        None
    }
}

fn move_option(options: &mut [Choice], at: usize, direction: Direction) -> Option<usize> {
    let to = match direction {
        Direction::Up => at.checked_sub(1)?,
        Direction::Down => at + 1,
    };
    if at >= options.len() || to >= options.len() {
        return None;
    }
    options.swap(at, to);
    Some(to)
}

fn mark(question: &mut Question, at: usize, right: bool) {
    let is_single = correct_options(question) == CorrectOptions::One;
    for (place, option) in question.options.iter_mut().enumerate() {
        if place == at {
            option.right = right;
        } else if is_single && right {
            option.right = false;
        }
    }
}
