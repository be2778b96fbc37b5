//! The names of a question's fields, ours and those of other programs.

/// Names of the question's text.
pub(super) const TEXT: [&str; 5] = ["question", "text", "questionText", "prompt", "title"];
/// Names of the field that says which kind of question it is.
pub(super) const KIND: [&str; 4] = ["kind", "type", "questionType", "question_type"];
/// Names of the time limit.
pub(super) const SECONDS: [&str; 6] = ["seconds", "time", "timeLimit", "time_limit", "timer", "duration"];
/// Names of the question's weight.
pub(super) const POINTS: [&str; 2] = ["points", "pointsMultiplier"];
/// Names of the explanation, or of the text of a slide.
pub(super) const EXPLANATION: [&str; 4] = ["explanation", "why", "body", "description"];
/// Names of the list of options.
pub(super) const OPTIONS: [&str; 4] = ["options", "answers", "choices", "alternatives"];
/// Names of the accepted answers.
pub(super) const ACCEPTED_ANSWERS: [&str; 3] = ["acceptedAnswers", "spellings", "accepted_answers"];
/// Names of the picture's description.
pub(super) const PICTURE_ALT: [&str; 2] = ["pictureAlt", "pictureWords"];
/// Names of an option's text.
pub(super) const OPTION_TEXT: [&str; 6] = ["text", "answer", "option", "label", "value", "content"];
/// Names of the mark of a right option.
pub(super) const OPTION_RIGHT: [&str; 6] = ["right", "correct", "isCorrect", "is_correct", "isRight", "isAnswer"];
/// Names of the indices of right options, from 0.
pub(super) const FROM_NOTHING: [&str; 2] = ["solutions", "solution"];
/// Names of the right options by their texts, or by numbers that may begin at 0 or 1.
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
/// Names of the wrong options.
pub(super) const WRONG: [&str; 2] = ["incorrect_answers", "incorrectAnswers"];
/// Names of the question's picture: its name, address or data URL.
pub(super) const PICTURES: [&str; 5] = ["image", "imageUrl", "media", "picture", "cover"];
/// Names of a film, which a quiz here cannot show.
pub(super) const FILMS: [&str; 2] = ["video", "videoUrl"];

/// All fields of our own questions.
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
/// Further fields of other programs' questions that mean something here.
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
