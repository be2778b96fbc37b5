//! Games in Redis that began when some fields of quizzes had other names. The SQLite file is rewritten once
//! instead, by a migration.

/// The fields' names, before November 2026 and now.
const NAMES: [(&str, &str); 3] = [
    (r#""why":"#, r#""explanation":"#),
    (r#""pictureWords":"#, r#""pictureAlt":"#),
    (r#""spellings":"#, r#""acceptedAnswers":"#),
];

/// Renames the fields of a JSON document. A name with its quotes and colon cannot be inside a text, because
/// there the quotes have a backslash before them.
pub(super) fn with_names_of_today(stored: String) -> String {
    NAMES.iter().fold(
        stored,
        |text, (earlier, today)| {
            if text.contains(earlier) { text.replace(earlier, today) } else { text }
        },
    )
}

#[cfg(test)]
mod tests {
    use protocol::quiz::Quiz;
    use protocol::wire;

    use super::*;

    #[test]
    fn a_quiz_that_was_stored_earlier_has_all_that_it_says() {
        let stored = r#"{"title":"Stars","questions":[{"text":"\"why\":","why":"Hot.","pictureWords":"A sun","spellings":["Sun"]}]}"#;
        let quiz: Quiz = wire::decode(&with_names_of_today(stored.into())).unwrap();
        let question = &quiz.questions[0];
        assert_eq!(question.text, "\"why\":", "what an author writes stays");
        assert_eq!(question.explanation, "Hot.");
        assert_eq!(question.picture_alt, "A sun");
        assert_eq!(question.accepted_answers, ["Sun"]);
    }
}
