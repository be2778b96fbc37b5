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
    assert_eq!((mood.kind, word.kind, word.accepted_answers.clone()), (Kind::Poll, Kind::Typed, vec!["Jove".into()]));
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
    assert_eq!(name.accepted_answers, ["Jove", "Jupiter"]);
    assert_eq!((order.kind, slide.kind, slide.explanation.as_str()), (Kind::Order, Kind::Slide, "this"));
    let told: Vec<_> = imported.missing.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "Question 1: the picture was not taken, because it is on another site, x.example, and nothing is fetched from there."
        ]
    );
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
fn a_question_without_a_right_answer_is_asked_about_and_a_draft_is_not() {
    let ours = |kind: &str, options: &str| {
        format!(r#"{{"title":"T","questions":[{{"kind":"{kind}","text":"Q?","options":[{options}]}}]}}"#)
    };
    let (two, marked) = (r#"{"text":"a"},{"text":"b"}"#, r#"{"text":"a"},{"text":"b","right":true}"#);
    for (kind, options, is_asked) in [
        ("choice", two, true),
        ("several", two, true),
        ("choice", marked, false),
        ("choice", r#"{"text":"a"},{"text":""}"#, false),
        ("poll", two, false),
        ("order", two, false),
    ] {
        let imported = understood(ours(kind, options).as_bytes(), "");
        let asks: Vec<_> = imported.doubts.into_iter().map(|doubt| doubt.ask).collect();
        let asked = if is_asked { vec![Ask::Right] } else { vec![] };
        assert_eq!(asks, asked, "{kind} {options}");
    }
    let theirs = r#"{"questions":[{"question":"Q?","answers":["a","b"],"correct":[]}]}"#;
    assert_eq!(doubts(theirs.as_bytes()), ["Line 1: it does not say which answer is right."]);
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
    for list in ["{\"questions\":[{\"options\":[", "{\"questions\":[{\"accepted_answers\":["] {
        let one = if list.ends_with("accepted_answers\":[") { "\"\"," } else { "{}," };
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
        let (text, why, picture_alt, accepted_answers) = words;
        let points = if seconds % 2 == 0 { Points::Double } else { Points::None };
        let (options, number, tolerance) = (rest.0, rest.1, rest.2);
        Question {
            kind,
            text,
            picture,
            picture_alt,
            seconds,
            points,
            explanation: why,
            options,
            accepted_answers,
            number,
            tolerance,
        }
    })
}

proptest! {
    #[test]
    fn nothing_is_lost_in_our_own(
        title in "[a-zäß ]{1,9}x", streaks in any::<bool>(), questions in prop::collection::vec(question(), 0..4)
    ) {
        let quiz = Quiz { title, scoring: Scoring::None, streaks, filter: !streaks, questions }.cleaned();
        let read = parse(&super::json(&quiz), "", &Budget::of(LIMITS)).unwrap();
        prop_assert_eq!(read.quiz, quiz);
        prop_assert!(read.doubts.iter().all(|doubt| doubt.ask == Ask::Right), "{:?}", read.doubts);
    }
}

/// The smallest GIF, as a data URL.
const PIXEL: &str = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAACAkQBADs=";

fn missing(imported: &Imported) -> Vec<String> {
    imported.missing.iter().map(ToString::to_string).collect()
}

#[test]
fn pictures_in_the_text_are_taken() {
    let file = format!(
        r#"{{"questions":[
        {{"question":"A?","answers":["a","b"],"solutions":[0],"image":"{PIXEL}"}},
        {{"question":"<p>B?<img src=\"{PIXEL}\"></p>","answers":["a","b"],"solutions":[0]}},
        {{"question":"C?","answers":["a","b"],"solutions":[0],"image":"c.png","video":{{"fullUrl":""}}}},
        {{"question":"D?","answers":[{{"answer":"a","image":{{"id":"x"}}}},{{"answer":"b"}}],"solutions":[0],"image":null,"video":{{"id":"y","service":"youtube"}}}}]}}"#
    );
    let imported = understood(file.as_bytes(), "");
    assert_eq!(imported.doubts, []);
    let taken: Vec<_> = imported.pictures.iter().map(|picture| (picture.question, picture.bytes.len())).collect();
    assert_eq!(taken, [(0, 29), (1, 29)]);
    assert_eq!(imported.quiz.questions[1].text, "B?");
    assert_eq!(
        missing(&imported),
        [
            "Question 3: the picture was not taken, because it is not in the file.",
            "Question 4: the film was not taken, because there are pictures here, and no films.",
            "Question 4: the pictures of its answers were not taken, because answers are words here.",
        ]
    );
}

#[test]
fn a_text_with_pictures_may_be_longer_than_one_without() {
    let large = format!("data:image/png;base64,{}", "A".repeat(1_200_000));
    let file =
        format!(r#"{{"questions":[{{"question":"A?","answers":["a","b"],"solutions":[0],"image":"{large}"}}]}}"#);
    let imported = understood(file.as_bytes(), "");
    assert_eq!((imported.pictures.len(), imported.pictures[0].bytes.len()), (1, 900_000));
}

#[test]
fn pictures_of_an_h5p_package_are_taken() {
    let content = r#"{"questions":[
        {"library":"H5P.MultiChoice 1.16","params":{"question":"A?","answers":[{"text":"a","correct":true},{"text":"b"}],"behaviour":{},
         "media":{"type":{"library":"H5P.Image 1.1","params":{"alt":"A leaf","file":{"path":"images/a.gif#tmp","mime":"image/gif"}}},"disableImageZooming":true}}},
        {"library":"H5P.MultiChoice 1.16","params":{"question":"B?","answers":[{"text":"a","correct":true},{"text":"b"}],"behaviour":{},
         "media":{"type":{"library":"H5P.Image 1.1","params":{"file":{"path":"images/b.gif"}}}}}},
        {"library":"H5P.TrueFalse 1.8","params":{"question":"C?","correct":"true","media":{"type":{"library":"H5P.Video 1.6","params":{"sources":[]}}}}},
        {"library":"H5P.TrueFalse 1.8","params":{"question":"D?","correct":"true","media":{"type":{"params":{}}}}}]}"#;
    let file =
        archive(&[("h5p.json", "{}"), ("content/content.json", content), ("content/images/a.gif", "GIF89a")], false);
    let imported = understood(&file, "");
    assert_eq!(imported.doubts, []);
    let [picture] = &imported.pictures[..] else { panic!("{imported:?}") };
    assert_eq!((picture.question, &picture.bytes[..], picture.words.as_str()), (0, &b"GIF89a"[..], "A leaf"));
    assert_eq!(
        missing(&imported),
        [
            "Question 2: the picture was not taken, because “images/b.gif” is not in the file.",
            "Question 3: the film was not taken, because there are pictures here, and no films.",
        ]
    );
}

#[test]
fn a_picture_beyond_the_limit_is_told_and_its_question_is_taken() {
    let content = r#"{"questions":[{"library":"H5P.MultiChoice 1.16","params":{"question":"A?","behaviour":{},
        "answers":[{"text":"a","correct":true},{"text":"b"}],
        "media":{"type":{"library":"H5P.Image 1.1","params":{"file":{"path":"images/a.gif"}}}}}}]}"#;
    let large = format!("GIF89a{}", "x".repeat(1_200_000));
    let package =
        archive(&[("h5p.json", "{}"), ("content/content.json", content), ("content/images/a.gif", &large)], false);
    let data = format!("data:image/png;base64,{}", "A".repeat(1_600_000));
    let json = format!(r#"{{"questions":[{{"question":"A?","answers":["a","b"],"solutions":[0],"image":"{data}"}}]}}"#);
    for (file, expected) in [
        (package, "Question 1: the picture was not taken, because it has more than 1 MiB."),
        (json.into_bytes(), "Question 1: the picture was not taken, because it has more than 1 MiB."),
    ] {
        let imported = understood(&file, "");
        assert_eq!((imported.quiz.questions.len(), imported.doubts.len(), imported.pictures.len()), (1, 0, 0));
        assert_eq!(missing(&imported), [expected]);
    }
}

/// JSON compressed as ClassQuiz does it, followed by `rest`.
fn classquiz_archive(json: &str, rest: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(json.as_bytes()).unwrap();
    [packed.finish().unwrap(), rest.to_vec()].concat()
}

#[test]
fn a_classquiz_archive_is_read_with_its_pictures() {
    let question = |image| {
        format!(
            r#"{{"question":"Q?","time":"20","type":"ABCD","answers":[{{"answer":"a","right":true}},{{"answer":"b","right":false}}],"image":{image}}}"#
        )
    };
    let json = format!(
        r#"{{"title":"Class","cover_image":-1,"questions":[{},{},{}]}}"#,
        question("0"),
        question("null"),
        question("2")
    );
    let rest = b"\xC7\xC7\xC7\0\xC6\xC6\xC6\x000\xC5\xC5\0GIF89a\xC6\xC6\xC6\0 and more\xC6\xC6\xC6\0-1\xC5\xC5\0cover";
    let imported = understood(&classquiz_archive(&json, rest), "");
    assert_eq!((imported.quiz.title.as_str(), imported.quiz.questions.len()), ("Class", 3));
    let [picture] = &imported.pictures[..] else { panic!("{imported:?}") };
    assert_eq!((picture.question, &picture.bytes[..]), (0, &b"GIF89a\xC6\xC6\xC6\0 and more"[..]));
    assert_eq!(missing(&imported), ["Question 3: the picture was not taken, because it is not in the file."]);

    let other = classquiz_archive("no quiz", b"");
    assert!(refused(&other).starts_with("This file is packed (gzip)."), "{}", refused(&other));
    let bomb = classquiz_archive(&format!("{{\"a\":\"{}\"}}", " ".repeat(40_000_000)), b"");
    assert!(bomb.len() < 100_000);
    assert!(refused(&bomb).starts_with("This file is packed (gzip)."), "{}", refused(&bomb));
}
