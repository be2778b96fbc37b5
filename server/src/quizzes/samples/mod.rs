//! The quizzes that come with the program: everybody can start and copy them, nobody can change them.

use std::sync::LazyLock;

use protocol::QuizId;
use protocol::quiz::{Quiz, StoredQuiz};
use protocol::wire;

/// Ids and JSON texts, in the order of the list.
const TEXTS: [(&str, &str); 3] = [
    ("sample-solar-system", include_str!("solar_system.json")),
    ("sample-human-body", include_str!("human_body.json")),
    ("sample-number-sense", include_str!("number_sense.json")),
];

static SAMPLES: LazyLock<Vec<StoredQuiz>> =
    LazyLock::new(|| TEXTS.iter().filter_map(|(id, text)| parse(id, text)).collect());

/// All samples, in the order of the list.
pub fn all() -> &'static [StoredQuiz] {
    &SAMPLES
}

/// The sample with this id; `None` for the id of any other quiz.
pub fn find(id: &QuizId) -> Option<&'static StoredQuiz> {
    all().iter().find(|sample| sample.id == *id)
}

/// Parses a sample; a test proves that all can be parsed.
fn parse(id: &str, text: &str) -> Option<StoredQuiz> {
    let quiz: Quiz = wire::decode(text)?;
    Some(StoredQuiz { id: QuizId::parse(id).ok()?, version: 1, saved_at: 0, quiz })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use protocol::quiz::{Kind, Scoring, problems};

    use super::*;

    #[test]
    fn every_sample_can_be_played() {
        assert_eq!(all().len(), TEXTS.len());
        for sample in all() {
            assert!(sample.id.is_sample());
            assert_eq!(problems(&sample.quiz), [], "{}", sample.id);
        }
    }

    #[test]
    fn together_they_show_all_that_a_quiz_can_be() {
        let questions = || all().iter().flat_map(|sample| &sample.quiz.questions);
        let kinds: HashSet<_> = questions().map(|question| question.kind).collect();
        assert_eq!(kinds.len(), Kind::ALL.len());
        assert!(
            questions().filter(|question| question.kind.has_right()).all(|question| !question.explanation.is_empty())
        );
        assert!(all().iter().any(|sample| sample.quiz.scoring == Scoring::Accuracy));
    }

    #[test]
    fn nobody_has_to_look_for_what_is_spelled_wrong() {
        // A name that is not known would be left aside, and be missing in the game.
        for (id, text) in TEXTS {
            let spelled = wire::encode(&find(&QuizId::parse(id).unwrap()).unwrap().quiz);
            let names = |text: &str| {
                let names = text.split('"').skip(1).step_by(2).filter(|part| !part.contains(' '));
                names.map(str::to_owned).collect::<HashSet<_>>()
            };
            let unknown: Vec<_> = names(text).difference(&names(&spelled)).cloned().collect();
            assert_eq!(unknown, [""; 0], "{id}");
        }
    }
}
