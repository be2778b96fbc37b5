//! Cleans the texts of quizzes and results.

use super::{Question, Quiz, Results};
use crate::text::Shape::{Line, Lines};
use crate::text::clean_in_place;

impl Quiz {
    /// Cleans every text, as [`Quiz::cleaned`] does.
    #[must_use]
    pub fn cleaned(mut self) -> Self {
        clean_in_place(&mut self.title, Line);
        self.questions.iter_mut().for_each(clean_question);
        self
    }
}

/// Texts and explanations may have several lines; answers have one.
fn clean_question(question: &mut Question) {
    let Question { text, picture_alt, explanation: why, options, accepted_answers, .. } = question;
    for text in [text, picture_alt, why] {
        clean_in_place(text, Lines);
    }
    options.iter_mut().for_each(|option| clean_in_place(&mut option.text, Line));
    accepted_answers.iter_mut().for_each(|spelling| clean_in_place(spelling, Line));
}

impl Results {
    /// Cleans every text, as [`Quiz::cleaned`] does.
    #[must_use]
    pub fn cleaned(mut self) -> Self {
        clean_in_place(&mut self.title, Line);
        for question in &mut self.questions {
            clean_in_place(&mut question.text, Lines);
            clean_in_place(&mut question.right, Lines);
            question.bars.iter_mut().for_each(|bar| clean_in_place(&mut bar.text, Line));
        }
        let answers = self.players.iter_mut().flat_map(|player| &mut player.answers);
        answers.flatten().for_each(|answer| clean_in_place(&mut answer.text, Lines));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::super::Choice;
    use super::*;

    #[test]
    fn no_text_of_a_quiz_hides_anything() {
        let odd = || "  a\0\u{200B}\u{202E}\r\nb ".to_owned();
        let question = Question {
            text: odd(),
            picture_alt: odd(),
            explanation: odd(),
            options: vec![Choice { text: odd(), right: true }],
            accepted_answers: vec![odd()],
            ..Question::default()
        };
        let quiz = Quiz { title: odd(), questions: vec![question], ..Quiz::default() }.cleaned();
        let question = &quiz.questions[0];
        for line in [&quiz.title, &question.options[0].text, &question.accepted_answers[0]] {
            assert_eq!(line, "a b");
        }
        for lines in [&question.text, &question.picture_alt, &question.explanation] {
            assert_eq!(lines, "  a\nb");
        }
        assert_eq!(quiz.clone().cleaned(), quiz);
    }
}
