//! What the fields of a question are called: by us, and by others.

/// Fields with the text of a question, as programs name them.
pub(super) const TEXT: [&str; 5] = ["question", "text", "questionText", "prompt", "title"];
/// How it is answered.
pub(super) const KIND: [&str; 4] = ["kind", "type", "questionType", "question_type"];
/// How long it may take.
pub(super) const SECONDS: [&str; 6] = ["seconds", "time", "timeLimit", "time_limit", "timer", "duration"];
/// Fields with the weight of a question.
pub(super) const POINTS: [&str; 2] = ["points", "pointsMultiplier"];
/// What is said with the right answer.
pub(super) const EXPLANATION: [&str; 4] = ["explanation", "why", "body", "description"];
/// What can be chosen.
pub(super) const OPTIONS: [&str; 4] = ["options", "answers", "choices", "alternatives"];
/// Fields with the accepted answers of a typed one.
pub(super) const ACCEPTED_ANSWERS: [&str; 3] = ["acceptedAnswers", "spellings", "accepted_answers"];
/// What a picture shows.
pub(super) const PICTURE_ALT: [&str; 2] = ["pictureAlt", "pictureWords"];
/// Of an option: what it says.
pub(super) const OPTION_TEXT: [&str; 6] = ["text", "answer", "option", "label", "value", "content"];
/// Of an option: whether it is right.
pub(super) const OPTION_RIGHT: [&str; 6] = ["right", "correct", "isCorrect", "is_correct", "isRight", "isAnswer"];
/// Which options are right, counted from 0.
pub(super) const FROM_NOTHING: [&str; 2] = ["solutions", "solution"];
/// Which are right, by their texts, or counted nobody knows from where.
pub(super) const MARKS: [&str; 9] = [
    "correct",
    "correctAnswer",
    "correctAnswers",
    "correct_answer",
    "correct_answers",
    "correctIndex",
    "answer",
    "answerIndex",
    "rightAnswer",
];
/// Those that are wrong.
pub(super) const WRONG: [&str; 2] = ["incorrect_answers", "incorrectAnswers"];
/// Those that name a picture of the question, or hold it as a data URL.
pub(super) const PICTURES: [&str; 5] = ["image", "imageUrl", "media", "picture", "cover"];
/// Those that name a film, which no quiz here can show.
pub(super) const FILMS: [&str; 2] = ["video", "videoUrl"];

/// All that a question of ours can have.
pub(super) const OURS: [&str; 14] = [
    "kind",
    "text",
    "picture",
    "pictureAlt",
    "pictureWords",
    "seconds",
    "points",
    "explanation",
    "why",
    "options",
    "acceptedAnswers",
    "spellings",
    "number",
    "tolerance",
];
/// All that questions of others have and that means something here.
pub(super) const THEIRS: [&str; 14] = [
    "question",
    "answers",
    "choices",
    "options",
    "solutions",
    "solution",
    "correct",
    "correctAnswer",
    "type",
    "time",
    "timeLimit",
    "points",
    "explanation",
    "image",
];
