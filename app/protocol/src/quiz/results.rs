//! The results of a game, which are stored from its first reveal on, for its host alone.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Kind;
use crate::game::{Bar, Verdict};
use crate::id::{Name, Pin, ResultsId};

/// The results of a game that is over, or as far as it came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Results {
    /// The game's id, or one made of it for each later round. The results are replaced while
    /// the game goes on.
    pub id: ResultsId,
    /// The PIN that the game had; another game may have it by now.
    pub pin: Pin,
    /// The title that the quiz had when it was played.
    pub title: String,
    /// When the game ended, or these were stored, in milliseconds since 1970.
    pub ended_at: u64,
    /// How many questions the quiz has, if the game has not ended; `None`: it has.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unfinished_of: Option<usize>,
    /// The questions that were asked, in their order; slides too.
    pub questions: Vec<QuestionResult>,
    /// The players by their points, the best first.
    pub players: Vec<PlayerResult>,
    /// How often a host had renamed players by then.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub renames: u32,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// A question that was asked, and how many were right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QuestionResult {
    /// The text of the question as it was played.
    pub text: String,
    /// How it was answered, which also says whether an answer could be right.
    pub kind: Kind,
    /// The right answer in words; empty for polls and slides.
    pub right: String,
    /// How many answers were wholly right.
    pub correct: usize,
    /// How many players answered, right or wrong.
    pub answered: usize,
    /// How many players could have answered.
    pub players: usize,
    /// Of a poll, its options with their votes; empty for other kinds, and for polls of an earlier version
    /// ([`Results::chosen`] handles them, too).
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub bars: Vec<Bar>,
}

/// What one player answered and won in the round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlayerResult {
    /// The nickname when these results were stored; a rename by a host stores them anew.
    pub name: Name,
    /// The points of the round, bonuses included.
    pub score: u32,
    /// The player's place, from 1; equal points share a place.
    pub place: usize,
    /// The answer to each of [`Results::questions`]; `None` where there was none.
    pub answers: Vec<Option<PlayerAnswer>>,
}

/// An answer of a player that was accepted, and what it brought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlayerAnswer {
    /// The answer in words: the texts of options, or what the player typed.
    pub text: String,
    /// How it was judged when the question was counted.
    pub verdict: Verdict,
    /// Points for it, with the bonus.
    pub points: u32,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

/// The results of a game in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResultsSummary {
    /// The id of the results, by which the whole of them is read.
    pub id: ResultsId,
    /// The title that the quiz had when it was played.
    pub title: String,
    /// When the game ended, or these were stored, in milliseconds since 1970.
    pub ended_at: u64,
    /// How many questions were asked, and of how many, if the game has not ended; `None`: it has.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unfinished: Option<(usize, usize)>,
    /// How many players the results name.
    pub players: usize,
    /// The share of right answers, in percent; `None` where no answer could be right.
    pub correct_percent: Option<u32>,
}

impl QuestionResult {
    /// The share of those who answered that chose one of [`Results::chosen`], in percent; `None` for
    /// a question without answers.
    pub fn chosen_percent(&self, bar: &Bar) -> Option<u32> {
        percent(bar.count, self.answered)
    }

    /// The right answers in percent of the players who could answer; `None` where no answer is right
    /// or nobody was asked.
    pub fn correct_percent(&self) -> Option<u32> {
        percent(self.correct, if self.kind.has_right() { self.players } else { 0 })
    }
}

impl Results {
    /// The right answers to all questions, in percent; `None` where no answer could be right.
    pub fn correct_percent(&self) -> Option<u32> {
        let asked = self.questions.iter().filter(|question| question.kind.has_right());
        let (correct, players) = asked.fold((0, 0), |(correct, players), question| {
            (question.correct.saturating_add(correct), question.players.saturating_add(players))
        });
        percent(correct, players)
    }

    /// The index of the question with fewest right answers, from 0; the first of several. `None`
    /// where all were right.
    pub fn hardest(&self) -> Option<usize> {
        let rates = self.questions.iter().enumerate().filter(|(_, question)| question.correct < question.players);
        let rates = rates.filter_map(|(at, question)| Some((question.correct_percent()?, at)));
        rates.min().map(|(_, at)| at)
    }

    /// The wrong answers to a question, with how many gave each: the most frequent first, equal
    /// ones by their letters.
    pub fn wrong_answers(&self, question: usize) -> Vec<(&str, usize)> {
        let given = self.players.iter().filter_map(|player| player.answers.get(question)?.as_ref());
        let wrong = given.filter(|answer| matches!(answer.verdict, Verdict::Wrong | Verdict::Partly));
        counted(wrong.map(|answer| answer.text.as_str()))
    }

    /// The votes of a poll, in the order of its options; if those were not stored, the options that got
    /// votes, the most frequent first. Empty for other kinds.
    pub fn chosen(&self, question: usize) -> Vec<Bar> {
        let Some(asked) = self.questions.get(question).filter(|asked| asked.kind == Kind::Poll) else {
            return Vec::new();
        };
        if !asked.bars.is_empty() {
            return asked.bars.clone();
        }
        let given = self.players.iter().filter_map(|player| player.answers.get(question)?.as_ref());
        let counts = counted(given.map(|answer| answer.text.as_str()));
        counts.into_iter().map(|(text, count)| Bar { text: text.into(), count, right: false }).collect()
    }

    /// How many questions were asked, and of how many, if the game has not ended.
    pub fn unfinished(&self) -> Option<(usize, usize)> {
        self.unfinished_of.map(|of| (self.questions.len(), of))
    }

    /// How complete the results are: of two results of one game, the larger one is the later.
    pub fn progress(&self) -> u64 {
        let over = u64::from(self.unfinished_of.is_none());
        2 * self.questions.len() as u64 + over + u64::from(self.renames)
    }

    /// The entry of these results in a list.
    pub fn summary(&self) -> ResultsSummary {
        ResultsSummary {
            id: self.id.clone(),
            title: self.title.clone(),
            ended_at: self.ended_at,
            unfinished: self.unfinished(),
            players: self.players.len(),
            correct_percent: self.correct_percent(),
        }
    }
}

/// Counts equal texts: the most frequent first, equal ones by their letters.
fn counted<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<(&'a str, usize)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for text in texts {
        *counts.entry(text).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts
}

/// Rounded to a whole number, but 100 only for all of them.
fn percent(part: usize, whole: usize) -> Option<u32> {
    let whole = u64::try_from(whole).ok().filter(|whole| *whole > 0)?;
    let part = u64::try_from(part).ok()?.min(whole);
    let rounded = part.saturating_mul(200).saturating_add(whole) / whole.saturating_mul(2);
    u32::try_from(if part < whole { rounded.min(99) } else { rounded }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result_of(kind: Kind, correct: usize) -> QuestionResult {
        QuestionResult { text: "?".into(), kind, right: String::new(), correct, answered: 4, players: 4, bars: vec![] }
    }

    fn results(questions: Vec<QuestionResult>) -> Results {
        let (id, pin) = (ResultsId::parse("g1").unwrap(), Pin::parse("482915").unwrap());
        Results {
            id,
            pin,
            title: "T".into(),
            ended_at: 1,
            unfinished_of: None,
            questions,
            players: Vec::new(),
            renames: 0,
        }
    }

    #[test]
    fn a_game_that_goes_on_is_further_with_each_question_and_furthest_when_it_is_over() {
        let (one, two) = (vec![result_of(Kind::Choice, 1)], vec![result_of(Kind::Choice, 1), result_of(Kind::Poll, 0)]);
        let first = Results { unfinished_of: Some(3), ..results(one) };
        let second = Results { unfinished_of: Some(3), ..results(two.clone()) };
        let over = results(two);
        assert_eq!((second.summary().unfinished, over.summary().unfinished), (Some((2, 3)), None));
        assert!(first.progress() < second.progress() && second.progress() < over.progress());
        let renamed = Results { renames: 1, ..over.clone() };
        assert!(
            over.progress() < renamed.progress(),
            "a player who is called by another name is so in the results, too"
        );
        let text = crate::wire::encode(&over);
        assert!(!text.contains("nfinished"), "{text}");
        assert_eq!(crate::wire::decode(&text), Some(over), "as it was kept before there was a difference");
    }

    #[test]
    fn polls_and_slides_are_neither_known_nor_hard() {
        let mixed = results(vec![
            result_of(Kind::Slide, 0),
            result_of(Kind::Choice, 3),
            result_of(Kind::Poll, 0),
            result_of(Kind::Typed, 1),
        ]);
        assert_eq!((mixed.hardest(), mixed.correct_percent()), (Some(3), Some(50)));
        assert_eq!(results(vec![result_of(Kind::Poll, 0)]).correct_percent(), None);
    }

    fn player(text: &str, verdict: Verdict) -> PlayerResult {
        let answer = PlayerAnswer { text: text.into(), verdict, points: 0, took_ms: 1 };
        PlayerResult { name: Name::parse("Ana").unwrap(), score: 0, place: 1, answers: vec![Some(answer)] }
    }

    #[test]
    fn a_poll_tells_how_often_each_of_its_answers_was_chosen() {
        let bar = |text: &str, count| Bar { text: text.into(), count, right: false };
        let bars = vec![bar("Easy", 1), bar("Hard", 3), bar("So so", 0)];
        let poll = QuestionResult { bars: bars.clone(), ..result_of(Kind::Poll, 0) };
        let of = |bar: &Bar| poll.chosen_percent(bar);
        assert_eq!(bars.iter().map(of).collect::<Vec<_>>(), [Some(25), Some(75), Some(0)]);
        assert_eq!(results(vec![poll]).chosen(0), bars, "in the order in which they stood, with what nobody chose");

        let answers = ["Hard", "Easy", "Hard"].map(|text| player(text, Verdict::Poll)).into();
        let before = Results { players: answers, ..results(vec![result_of(Kind::Poll, 0)]) };
        assert_eq!(before.chosen(0), [bar("Hard", 2), bar("Easy", 1)], "kept before there were bars");
        assert_eq!((before.chosen(7), results(vec![result_of(Kind::Choice, 1)]).chosen(0)), (vec![], vec![]));
    }

    #[test]
    fn wrong_answers_are_counted_the_most_frequent_first() {
        let answers = [("Mars", Verdict::Wrong), ("Venus", Verdict::Partly), ("Mars", Verdict::Wrong)];
        let players =
            answers.into_iter().chain([("Saturn", Verdict::Right)]).map(|(text, verdict)| player(text, verdict));
        let results = Results { players: players.collect(), ..results(vec![result_of(Kind::Typed, 1)]) };
        assert_eq!(results.wrong_answers(0), [("Mars", 2), ("Venus", 1)]);
        assert_eq!(results.wrong_answers(7), []);
    }

    #[test]
    fn nothing_is_hard_where_all_knew_all() {
        assert_eq!(results(vec![result_of(Kind::Choice, 4)]).hardest(), None);
    }

    #[test]
    fn a_hundred_percent_means_everybody() {
        assert_eq!((percent(999, 1000), percent(1000, 1000), percent(1, 3)), (Some(99), Some(100), Some(33)));
    }
}
