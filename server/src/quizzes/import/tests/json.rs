//! JSON of ours and of others.

use super::*;
use crate::quizzes::samples;

#[test]
fn razzia_is_read() {
    let file = r#"{"subject":"S","questions":[{"question":"Q?","answers":["a","b"],"solutions":[0]},
        {"question":"R?","answers":["a","b","c"],"solution":2,"cooldown":5,"time":15}]}"#;
    let quiz = quiz(file.as_bytes());
    assert_eq!((quiz.title.as_str(), quiz.questions[0].text.as_str()), ("S", "Q?"));
    assert_eq!(options(&quiz.questions[0]), ["*a", "b"]);
    assert_eq!(
        (options(&quiz.questions[1]), quiz.questions[1].seconds),
        (["a", "b", "*c"].map(String::from).into(), 15)
    );
}

#[test]
fn classquiz_is_read() {
    let file = r#"{"title":"Class","description":"d","questions":[
        {"question":"<p>Which?</p>","time":"20","type":"ABCD","answers":[{"answer":"a","right":true,"color":null},{"answer":"b","right":false}],"image":null},
        {"question":"All?","time":"60","type":"CHECK","answers":[{"answer":"a","right":true},{"answer":"b","right":true},{"answer":"c","right":false}]},
        {"question":"How many?","time":"30","type":"RANGE","answers":{"min":0,"max":10,"min_correct":4,"max_correct":6}},
        {"question":"Mood?","time":"30","type":"VOTING","answers":[{"answer":"good"},{"answer":"bad"}]},
        {"question":"Word?","time":"30","type":"TEXT","answers":[{"answer":"Jove","case_sensitive":false}]}]}"#;
    let quiz = quiz(file.as_bytes());
    let [which, all, many, mood, word] = &quiz.questions[..] else { panic!("{quiz:?}") };
    assert_eq!(
        (which.text.as_str(), which.kind, options(which)),
        ("Which?", Kind::Choice, vec!["*a".into(), "b".into()])
    );
    assert_eq!((all.kind, all.seconds), (Kind::Several, 60));
    assert_eq!((many.number, many.tolerance), ("5".parse().ok(), "1".parse().ok()));
    assert_eq!((mood.kind, word.kind, word.spellings.clone()), (Kind::Poll, Kind::Typed, vec!["Jove".into()]));
}

#[test]
fn kahoot_is_read() {
    let file = r#"{"kahoot":{"title":"K","questions":[
        {"type":"quiz","question":"Which&nbsp;<b>one</b>?","time":20000,"points":true,"pointsMultiplier":2,
         "choices":[{"answer":"a","correct":false},{"answer":"b","correct":true}],"image":"https://x.example/y.png"},
        {"type":"open_ended","question":"Name?","time":30000,"choices":[{"answer":"Jove","correct":true},{"answer":"Jupiter","correct":true}]},
        {"type":"jumble","question":"Order","time":60000,"choices":[{"answer":"1","correct":true},{"answer":"2","correct":true}]},
        {"type":"content","title":"Read","description":"<p>this</p>"}]}}"#;
    let imported = understood(file.as_bytes(), "");
    assert_eq!(imported.doubts, []);
    let [one, name, order, slide] = &imported.quiz.questions[..] else { panic!("{imported:?}") };
    assert_eq!((one.text.as_str(), one.seconds, one.points), ("Which one?", 20, Points::Double));
    assert_eq!(options(one), ["a", "*b"]);
    assert_eq!(name.spellings, ["Jove", "Jupiter"]);
    assert_eq!((order.kind, slide.kind, slide.why.as_str()), (Kind::Order, Kind::Slide, "this"));
    assert_eq!(imported.notes, ["Pictures of other programs are not taken along. Add them in the editor."]);
}

#[test]
fn h5p_and_open_trivia_are_read() {
    let h5p = r#"{"questions":[
        {"library":"H5P.MultiChoice 1.16","params":{"question":"<p>Two?</p>","answers":[{"text":"<div>a</div>","correct":true},{"text":"b","correct":true},{"text":"c","correct":false}],"behaviour":{}}},
        {"library":"H5P.TrueFalse 1.8","params":{"question":"Is it?","correct":"true"}},
        {"library":"H5P.DragText 1.10","params":{"taskDescription":"Drag"}}]}"#;
    let imported = understood(h5p.as_bytes(), "");
    assert_eq!(
        (imported.quiz.questions[0].kind, options(&imported.quiz.questions[0])),
        (Kind::Several, ["*a", "*b", "c"].map(String::from).into())
    );
    assert_eq!(options(&imported.quiz.questions[1]), ["*True", "False"]);
    assert!(imported.doubts[0].why.starts_with("“H5P.DragText” is no kind of question"), "{:?}", imported.doubts);

    let trivia = r#"{"response_code":0,"results":[{"type":"multiple","question":"Who &quot;is&quot; it?","correct_answer":"M","incorrect_answers":["Z","A","B"]}]}"#;
    assert_eq!(options(&quiz(trivia.as_bytes()).questions[0]), ["A", "B", "*M", "Z"]);
}

#[test]
fn misspelt_fields_are_told_with_their_line_and_nothing_else_is_lost() {
    let ours = "{\"title\": \"T\",\n\"questions\": [\n{\"text\": \"Q?\", \"optoins\": [],\n \"secnds\": 30},\n{\"text\": \"R?\", \"options\": [{\"text\": \"a\", \"right\": true}, {\"text\": \"b\"}]}]}";
    assert_eq!(
        doubts(ours.as_bytes()),
        [
            "Line 3: “optoins” is not known here; “options” may be meant.",
            "Line 4: “secnds” is not known here; “seconds” may be meant.",
        ]
    );
    let theirs = "{\"questions\": [{\"question\": \"Q?\",\n\"answers\": [\"a\", \"b\"],\n\"solutons\": [1]}]}";
    assert_eq!(
        doubts(theirs.as_bytes()),
        [
            "Line 1: it does not say which answer is right.",
            "Line 3: “solutons” is not known here; “solutions” may be meant.",
        ]
    );
    assert_eq!(
        refused(b"{\"title\": \"T\",\n\"qestions\": []}"),
        "Line 2: “qestions” is not known here. Is it “questions”?"
    );
}

#[test]
fn what_can_be_counted_in_two_ways_is_asked() {
    let file = r#"{"questions":[{"question":"Q?","answers":["a","b","c"],"correct":1},
        {"question":"R?","answers":["a","b"],"correct":"b"},
        {"question":"S?","answers":["a","b"],"solutions":[7]},
        {"question":"T?","answers":["a","b"],"solutions":[0],"time":"1 min"},
        {"question":"U?","answers":["a","b"],"solutions":[0],"time":1e9}]}"#;
    let imported = understood(file.as_bytes(), "");
    assert_eq!(options(&imported.quiz.questions[1]), ["a", "*b"]);
    assert_eq!(imported.quiz.questions[3].seconds, 60);
    let asked: Vec<_> = imported.doubts.iter().map(|doubt| (doubt.question, doubt.why.as_str(), &doubt.ask)).collect();
    assert_eq!(
        asked,
        [
            (0, "it says that answer 1 is right, but not whether counting begins at 0 or 1", &Ask::Right),
            (2, "7 is said to be right, but the answers have the numbers 0 to 1", &Ask::Right),
            (4, "“1e9” is no time limit; write seconds up to 600, such as 20", &Ask::Seconds),
        ]
    );
}

#[test]
fn what_is_broken_is_told_in_our_words() {
    for (file, told) in [
        (
            "{\"title\": \"T\"\n \"questions\": []}",
            "This JSON is broken in line 2, character 2: a comma or “}” is missing.",
        ),
        ("{\"name\": \"something else\"}", "This JSON has no list of “questions”, so it is no quiz."),
        ("{\"questions\": 5}", "Line 1: “questions” should be a list."),
        ("{\"questions\":[", "This JSON is broken in line 1, character 15: it breaks off."),
    ] {
        assert_eq!(refused(file.as_bytes()), told, "{file}");
    }
    let odd = "{\"title\": \"T\",\n \"questions\": [{\"kind\": \"riddle\"}, 7, {\"text\": [1]}]}";
    assert_eq!(
        doubts(odd.as_bytes()),
        [
            "Line 2: “riddle” is no kind of question; there are choice, several, true or false, typed, number, order, poll, slide.",
            "Line 2: here should be a question.",
            "Line 2: “text” should be a text between quotes.",
        ]
    );
}

#[test]
fn endless_lists_are_not_kept() {
    let told = refused(&[&b"{\"questions\":["[..], &b"{},".repeat(300_000)].concat());
    assert!(told.starts_with("This file has too much in it"), "{told}");
    for list in ["{\"questions\":[{\"options\":[", "{\"questions\":[{\"spellings\":["] {
        let one = if list.ends_with("spellings\":[") { "\"\"," } else { "{}," };
        let told = refused([list, &one.repeat(300_000)].concat().as_bytes());
        assert!(told.starts_with("This file has too much in it"), "{told}");
    }
    let long = format!("{{\"questions\":[{{\"kind\":\"{}\"}}]}}", "x".repeat(500_000));
    assert!(doubts(long.as_bytes())[0].chars().count() <= SENTENCE_CHARS + 1);
    assert!(refused("{\"title\":".repeat(10_000).as_bytes()).contains("too many brackets"));
}

#[test]
fn samples_come_back_whole() {
    for sample in samples::all() {
        assert_eq!(quiz(&json(&sample.quiz)), sample.quiz, "{}", sample.id);
    }
}

fn question() -> impl Strategy<Value = Question> {
    let choice = ("\\PC{0,8}", any::<bool>()).prop_map(|(text, right)| Choice { text, right });
    let decimal = || prop::option::of((-999_999_i64..999_999).prop_map(|n| n.to_string().parse::<Decimal>().unwrap()));
    let words = ("\\PC{0,9}", "\\PC{0,9}", "\\PC{0,9}", prop::collection::vec("\\PC{0,9}", 0..3));
    let rest = (prop::collection::vec(choice, 0..5), decimal(), decimal(), prop::bool::ANY);
    (prop::sample::select(Kind::ALL.to_vec()), 0..700_u32, words, rest).prop_map(|(kind, seconds, words, rest)| {
        let picture = rest.3.then(|| PictureId::parse("0123456789abcdef0123456789abcdef.png").unwrap());
        let (text, why, picture_words, spellings) = words;
        let points = if seconds % 2 == 0 { Points::Double } else { Points::None };
        let (options, number, tolerance) = (rest.0, rest.1, rest.2);
        Question { kind, text, picture, picture_words, seconds, points, why, options, spellings, number, tolerance }
    })
}

proptest! {
    #[test]
    fn nothing_is_lost_in_our_own(
        title in "[a-zäß ]{1,9}x", streaks in any::<bool>(), questions in prop::collection::vec(question(), 0..4)
    ) {
        let quiz = Quiz { title, scoring: Scoring::None, streaks, filter: !streaks, questions }.cleaned();
        let read = read(&super::json(&quiz), "", &Budget::of(LIMITS)).unwrap();
        prop_assert_eq!((read.quiz, read.doubts), (quiz, vec![]));
    }
}
