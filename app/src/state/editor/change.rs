//! What an author does to one question.

use protocol::PictureId;
use protocol::limits;
use protocol::quiz::{Choice, Decimal, Kind, Points, Question};

use super::Focus;
use super::kind::{Marks, change_kind, marks};

/// What an author does to one question. Options and accepted answers are counted from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// Has it answered in another way; what fits is kept.
    Kind(Kind),
    /// Changes the text of the question.
    Text(String),
    /// Changes the text of an option.
    OptionText(usize, String),
    /// Adds an empty option.
    AddOption,
    /// Takes an option away.
    RemoveOption(usize),
    /// Moves an option by one place.
    MoveOption(usize, Direction),
    /// Says whether an option is right. Where one only can be, the others are not.
    Right(usize, bool),
    /// Changes one of the accepted answers.
    Spelling(usize, String),
    /// Adds an empty spelling.
    AddSpelling,
    /// Takes a spelling away.
    RemoveSpelling(usize),
    /// Says which number is right; `None` while there is none.
    Number(Option<Decimal>),
    /// Says how far from it is right too.
    Tolerance(Option<Decimal>),
    /// Gives so many seconds; 0: until the host goes on.
    Seconds(u32),
    /// Says what it counts.
    Points(Points),
    /// Changes the explanation of the question.
    Why(String),
    /// Puts a picture beside it, or takes it away.
    Picture(Option<PictureId>),
    /// Says what the picture shows.
    PictureWords(String),
}

/// Which way by one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// One place towards the first.
    Up,
    /// One place towards the last.
    Down,
}

impl Change {
    /// Whether it is one letter among many.
    pub(super) fn is_typing(&self) -> bool {
        matches!(
            self,
            Self::Text(_)
                | Self::OptionText(..)
                | Self::Spelling(..)
                | Self::Number(_)
                | Self::Tolerance(_)
                | Self::Why(_)
                | Self::PictureWords(_)
        )
    }

    /// Does it. Where the fields are no longer those that were drawn, says
    /// where the author should be among the new ones.
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
            Self::Spelling(at, text) => *accepted_answers.get_mut(at)? = text,
            Self::AddSpelling if accepted_answers.len() < limits::ACCEPTED_ANSWERS => {
                accepted_answers.push(String::new());
                return Some(Focus::Answer(accepted_answers.len() - 1));
            }
            Self::RemoveSpelling(at) if accepted_answers.len() > 1 && at < accepted_answers.len() => {
                accepted_answers.remove(at);
                return Some(Focus::Answer(at.min(accepted_answers.len() - 1)));
            }
            Self::Number(number) => question.number = number,
            Self::Tolerance(tolerance) => question.tolerance = tolerance,
            Self::Seconds(seconds) => question.seconds = seconds.min(limits::ANSWER_SECONDS),
            Self::Points(points) => question.points = points,
            Self::Why(why) => question.explanation = why,
            Self::Picture(picture) => {
                if picture.is_none() {
                    question.picture_alt.clear();
                }
                question.picture = picture;
                return Some(Focus::Picture);
            }
            Self::PictureWords(words) => question.picture_alt = words,
            // There is no room for one more, or none to spare.
            Self::AddOption | Self::RemoveOption(_) | Self::AddSpelling | Self::RemoveSpelling(_) => {}
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
    let is_single = marks(question) == Marks::One;
    for (place, option) in question.options.iter_mut().enumerate() {
        if place == at {
            option.right = right;
        } else if is_single && right {
            option.right = false;
        }
    }
}
