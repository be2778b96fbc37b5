//! Tests of files in GIFT and Aiken.

use super::*;

#[test]
fn aiken_is_read_with_all_its_faults_at_once() {
    let text = "What is the capital of France?\nA. Berlin\nB. Paris\nC) Rome\nANSWER: B\n\n\
                Which gas makes bread rise?\na) Carbon dioxide\nb) Oxygen\nAnswer: C\n\n\
                Is it late?\nA. Yes\nB. No\n\nWhat else?\nA. This\nB. That\nANSWER: A";
    let imported = understood(text.as_bytes(), "France.txt");
    let asked: Vec<_> = imported.quiz.questions.iter().map(|question| question.text.as_str()).collect();
    assert_eq!(asked, ["What is the capital of France?", "Which gas makes bread rise?", "Is it late?", "What else?"]);
    assert_eq!(options(&imported.quiz.questions[0]), ["Berlin", "*Paris", "Rome"]);
    assert_eq!(imported.quiz.title, "France");
    assert_eq!(
        doubts(text.as_bytes()),
        [
            "Line 10: C is the right answer, but there are only A to B.",
            "Line 14: a line such as “ANSWER: A” is missing after the answers."
        ]
    );
    assert!(imported.doubts.iter().all(|doubt| doubt.ask == Ask::Right));
}

#[test]
fn gift_is_read_in_all_kinds_that_are_played_here() {
    let text = r"// a comment
$CATEGORY: Planets

::Q1:: Which planet is \{largest\}? {
    =Jupiter #Yes, by far
    ~Mars
    ~Venus
    ####It is larger than all others together.
}

Pluto is a planet. {F}

What is our star called? {=Sun =The Sun}

How many moons does Mars have? {#2:0}

What is pi? {#3.13..3.15}

Which are even? {~%50%2 ~%50%4 ~%-100%3}

The {=Moon ~Sun} goes round the Earth.

[html]<p>Some <b>reading</b></p>
";
    let quiz = quiz(text.as_bytes());
    let kinds: Vec<_> = quiz.questions.iter().map(|question| question.kind).collect();
    use Kind::{Choice, Number, Several, Slide, TrueFalse, Typed};
    assert_eq!(kinds, [Choice, TrueFalse, Typed, Number, Number, Several, Choice, Slide]);
    let [largest, pluto, star, moons, pi, even, gap, slide] = &quiz.questions[..] else { panic!("{quiz:?}") };
    assert_eq!(largest.text, "Which planet is {largest}?");
    assert_eq!(options(largest), ["*Jupiter", "Mars", "Venus"]);
    assert_eq!(largest.explanation, "It is larger than all others together.");
    assert_eq!(options(pluto), ["True", "*False"]);
    assert_eq!(star.accepted_answers, ["Sun", "The Sun"]);
    assert_eq!((moons.number, moons.tolerance), ("2".parse().ok(), None));
    assert_eq!((pi.number, pi.tolerance), ("3.14".parse().ok(), "0.01".parse().ok()));
    assert_eq!(options(even), ["*2", "*4", "3"]);
    assert_eq!(gap.text, "The _____ goes round the Earth.");
    assert_eq!(slide.text, "Some reading");
}

#[test]
fn what_gift_has_and_nobody_can_play_is_told_with_its_line() {
    let text = "Match. {=a -> b =c -> d}\n\nWrite about it. {}\n\nWhich? {~a ~b}\n\nHow many? {#1,000}";
    assert_eq!(
        doubts(text.as_bytes()),
        [
            "Line 1: matching pairs are no kind of question here.",
            "Line 3: this is an essay, which nobody can mark by themselves.",
            "Line 5: no answer is marked as right with “=”.",
            "Line 7: “1,000” can mean 1000 or 1.",
        ]
    );
}

#[test]
fn a_picture_of_moodle_is_told() {
    let file = "::Q:: [html]<p>Which?<img src\\=\"@@PLUGINFILE@@/a.png\" /></p>{=a ~b}\n";
    let imported = understood(file.as_bytes(), "");
    assert_eq!(imported.quiz.questions[0].text, "Which?");
    let told: Vec<_> = imported.missing.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["Question 1: the picture was not taken, because it is not in the file."]);
}
