//! CSV and XLSX, of our own and of other programs' templates.

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

use super::*;
use crate::quizzes::samples;

/// As Kahoot's template is filled in: a heading, instructions, the header in
/// row 8 and its first column with numbers.
const TEMPLATE: &str = "\
,Quiz template,,,,,,
,Add questions with at least two answer alternatives,,,,,,
,,,,,,,
,,,,,,,
,,,,,,,
,,,,,,,
,,,,,,,
,Question - max 120 characters,Answer 1 - max 75 characters,Answer 2 - max 75 characters,Answer 3 - max 75 characters,Answer 4 - max 75 characters,\"Time limit (sec) - 5, 10, 20, 30, 60, 90, 120, or 240 secs\",Correct answer(s) - choose at least one
1,Which of these are fruit?,Apple,Carrot,Pear,,30,\"1,3\"
2,\"Is it \"\"true\"\", then?\",True,False,,,,2
3,,,,,,,
4,What is 2 + 2?,4,22,,,5,1
";

fn row(text: &str) -> String {
    format!("Question,Answer 1,Answer 2,Answer 3,Answer 4,Time limit,Correct answer(s),Kind,Points\n{text}\n")
}

#[test]
fn a_sheet_from_kahoots_template_becomes_a_quiz() {
    let imported = understood(TEMPLATE.as_bytes(), "Garden & kitchen.csv");
    let quiz = imported.quiz;
    assert_eq!((quiz.title.as_str(), problems(&quiz), imported.doubts), ("Garden & kitchen", vec![], vec![]));
    let [fruit, is_true, sum] = &quiz.questions[..] else { panic!("{quiz:?}") };
    assert_eq!(
        (fruit.kind, fruit.seconds, options(fruit)),
        (Kind::Choice, 30, ["*Apple", "Carrot", "*Pear"].map(String::from).into())
    );
    assert_eq!(
        (is_true.kind, is_true.seconds, options(is_true)),
        (Kind::TrueFalse, 20, ["True", "*False"].map(String::from).into())
    );
    assert_eq!((is_true.text.as_str(), sum.text.as_str()), ("Is it \"true\", then?", "What is 2 + 2?"));
}

#[test]
fn blookets_sheet_has_its_questions_beside_their_numbers() {
    let file = "\"Blooket\nImport Template\",,,,,,,\n\
        Question #,Question Text,Answer 1,Answer 2,\"Answer 3\n(Optional)\",\"Answer 4\n(Optional)\",\"Time Limit (sec)\n(Max: 300 seconds)\",\"Correct Answer(s)\n(Only include Answer #)\"\n\
        1,Which is red?,Tomato,Leaf,,,20,1\n2,Which are even?,2,3,4,,30,\"1,3\"\n";
    let quiz = quiz(file.as_bytes());
    let texts: Vec<_> = quiz.questions.iter().map(|question| question.text.as_str()).collect();
    assert_eq!(texts, ["Which is red?", "Which are even?"]);
    assert_eq!(options(&quiz.questions[1]), ["*2", "3", "*4"]);
}

#[test]
fn quizizz_sheet_is_read_with_its_kinds() {
    let file = "Question Text,Question Type,Option 1,Option 2,Option 3,Option 4,Option 5,Correct Answer,Time in seconds,Image Link,Answer explanation\n\
        Text of the question (required),Question Type (default is Multiple Choice),,,,,,,,,\n\
        Which is red?,Multiple Choice,Tomato,Leaf,,,,1,30,,Look\n\
        Which are even?,Checkbox,2,3,4,,,\"1,3\",30,https://x.example/y.png,\n\
        Our star?,Fill-in-the-Blank,Sun,The Sun,,,,,30,,\n\
        Mood?,Poll,good,bad,,,,,30,,\n\
        Too many?,Multiple Choice,1,2,3,4,5,2,30,,\n";
    let imported = understood(file.as_bytes(), "");
    let [red, even, star, mood, many] = &imported.quiz.questions[..] else { panic!("{imported:?}") };
    assert_eq!(
        (red.kind, options(red), red.explanation.as_str()),
        (Kind::Choice, ["*Tomato", "Leaf"].map(String::from).into(), "Look")
    );
    assert_eq!((even.kind, options(even)), (Kind::Several, ["*2", "3", "*4"].map(String::from).into()));
    assert_eq!((star.kind, &star.accepted_answers[..]), (Kind::Typed, &["Sun".to_owned(), "The Sun".into()][..]));
    assert_eq!((mood.kind, many.options.len()), (Kind::Poll, 5));
    assert_eq!(doubts(file.as_bytes()), ["Row 7, column G: there are 5 answers, and a question has 4 at most."]);
    let told: Vec<_> = imported.missing.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "Question 2: the picture in row 4 was not taken, because it is on another site, x.example, and nothing is fetched from there."
        ]
    );
}

#[test]
fn gimkits_sheet_has_the_right_answer_in_a_column_of_its_own() {
    let file = "Gimkit Spreadsheet Import Template,,,,\n\
        Question,Correct Answer,Incorrect Answer 1,Incorrect Answer 2 (Optional),Incorrect Answer 3 (Optional)\n\
        What is 2 + 2?,4,3,5,\nOur star?,Sun,,,\n";
    let quiz = quiz(file.as_bytes());
    assert_eq!(options(&quiz.questions[0]), ["*4", "3", "5"]);
    assert_eq!(
        (quiz.questions[1].kind, &quiz.questions[1].accepted_answers[..]),
        (Kind::Typed, &["Sun".to_owned()][..])
    );
}

#[test]
fn what_is_wrong_is_told_with_row_and_column() {
    for (bad, told_so) in [
        ("Which?,a,b,,,20,", "Row 2, column G: no right answer is given"),
        ("Which?,a,b,,,20,5", "Row 2, column G: there is no answer 5"),
        ("Which?,a,b,,,20,E", "Row 2, column G: E is the right answer, but there are only A to B"),
        ("Which?,a,b,,,20,0", "Row 2, column G: “0” is none of the answers"),
        ("Which?,a,b,,,20,3", "Row 2, column G: answer 3 is empty"),
        ("Which?,a,b,,,soon,1", "Row 2, column F: “soon” is no time limit; write seconds up to 600"),
        ("Which?,a,b,,,601,1", "Row 2, column F: “601” is longer than a question may take"),
        ("Which?,a,b,,,1e9,1", "Row 2, column F: “1e9” is no time limit"),
        ("Which?,a,b,,,20 min,1", "Row 2, column F: “20 min” is longer than a question may take"),
        (",a,b,,,20,1", "Row 2, column A: there are answers but no question"),
        ("Which?,a,,,,20,1", "Row 2: Two to 4 answers are needed"),
        ("Which?,a,b,,,20,1,riddle", "Row 2, column H: “riddle” is no kind of question; there are choice, several"),
        ("Which?,a,b,,,20,1,choice,many", "Row 2, column I: “many” is no number of points"),
        ("Which?,x,,,,20,,number", "Row 2, column B: a number has up to 12 digits"),
        ("Which?,\"1,000\",,,,20,,number", "Row 2, column B: this can mean 1000 or 1"),
        ("Fine?,a,b,,,20,1\n\nWhich?,a,b,,,20,9", "Row 4, column G: there is no answer 9"),
    ] {
        let told = doubts(row(bad).as_bytes());
        assert!(told.len() == 1 && told[0].starts_with(told_so), "{bad}: {told:?}");
    }
    let long = format!("Which?,{},b,,,20,1", "ä".repeat(81));
    assert_eq!(doubts(row(&long).as_bytes()), ["Row 2, column B: this text has 81 characters, and 80 fit."]);
    let many = understood(row(&"Which?,a,b,,,20,1\n".repeat(101)).as_bytes(), "");
    assert_eq!(many.quiz.questions.len(), 100);
    assert_eq!(many.notes, ["A quiz has 100 questions at most. Those after the first 100 were left out."]);
    assert!(refused(row("").as_bytes()).starts_with("There is no question below the header in row 1."));
}

#[test]
fn all_faults_are_told_at_once_and_the_good_questions_stay() {
    let file = row("One?,a,b,,,20,1\nTwo?,a,b,,,1 h,7\nThree?,a,b,,,1 min,2");
    let imported = understood(file.as_bytes(), "");
    assert_eq!(
        imported.doubts.iter().map(|doubt| (doubt.question, doubt.ask.clone())).collect::<Vec<_>>(),
        [(1, Ask::Seconds), (1, Ask::Right)]
    );
    assert_eq!((imported.quiz.questions.len(), imported.quiz.questions[2].seconds), (3, 60));
    let cells = &imported.doubts[0].place.cells;
    let marked: Vec<_> =
        cells.iter().filter(|cell| cell.is_doubtful).map(|cell| (cell.heading.as_str(), cell.text.as_str())).collect();
    assert_eq!(marked, [("Time limit", "1 h")]);
    let why = whole(imported).unwrap_err().to_string();
    assert_eq!(why.lines().count(), 2, "{why}");
}

#[test]
fn commas_inside_a_text_do_not_hide_what_parts_the_columns() {
    let file = "Question;Answer 1;Answer 2;Correct answer(s)\nOne, two, three, four, five, six or seven?;a;b;2\n";
    let quiz = quiz(file.as_bytes());
    assert_eq!(quiz.questions[0].text, "One, two, three, four, five, six or seven?");
    assert_eq!(options(&quiz.questions[0]), ["a", "*b"]);
}

#[test]
fn old_letters_are_read_and_it_is_told_which() {
    let file = "Question;Answer 1;Answer 2;Correct answer(s)\nWie heißt die größte Übung?;süß;öde;1\n";
    for (encoding, name) in [(encoding_rs::MACINTOSH, "Mac Roman"), (encoding_rs::WINDOWS_1252, "Windows-1252")] {
        let imported = understood(&encoding.encode(file).0, "");
        assert_eq!(imported.quiz.questions[0].text, "Wie heißt die größte Übung?", "{name}");
        assert!(imported.notes[0].contains(name), "{:?}", imported.notes);
    }
}

#[test]
fn every_kind_of_question_comes_back_from_a_sheet() {
    for sample in samples::all() {
        // A sheet has no columns for these settings.
        let expected = Quiz { scoring: Scoring::Speed, streaks: true, filter: true, ..sample.quiz.clone() };
        assert_eq!(quiz(&csv(&sample.quiz)), expected, "{} as CSV", sample.id);
        assert_eq!(quiz(&xlsx(&sample.quiz).unwrap()), expected, "{} as XLSX", sample.id);
    }
}

#[test]
fn a_first_question_with_a_templates_words_is_no_instruction() {
    let quiz = quiz(row("Which field is (required)?,The first,None,,,,1,,").as_bytes());
    assert_eq!(quiz.questions[0].text, "Which field is (required)?");
}

#[test]
fn the_template_is_a_quiz() {
    for template in [crate::quizzes::sheet::template_csv(), crate::quizzes::sheet::template_xlsx().unwrap()] {
        assert_eq!(problems(&quiz(&template)), []);
    }
}

#[test]
fn spellings_beyond_four_get_columns_of_their_own() {
    let accepted_answers: Vec<_> = (0..7).map(|number| format!("word {number}")).collect();
    let question = Question { kind: Kind::Typed, text: "Which?".into(), accepted_answers, ..Question::default() };
    let written = Quiz { title: "T".into(), questions: vec![question], ..Quiz::default() };
    assert_eq!(quiz(&csv(&written)), written);
}

#[test]
fn formulas_are_words_on_the_way_out_and_in() {
    let options = ["=HYPERLINK(\"http://evil.example\")", "+1", "a;=1+1;", "@x"];
    let options = options.map(|text| Choice { text: text.into(), right: text == "+1" }).into();
    let question = Question { text: "=1+1".into(), options, ..Question::default() };
    let written = Quiz { title: "=cmd|'/c calc'!A1".into(), questions: vec![question], ..Quiz::default() };
    let text = String::from_utf8(csv(&written)).unwrap();
    for cell in ["\"'=cmd|", "\"'=1+1\"", "\"'=HYPERLINK(\"\"http", "\"'+1\"", "\"a;'=1+1;\"", "\"'@x\""] {
        assert!(text.contains(cell), "{cell} in {text}");
    }
    assert_eq!(quiz(text.as_bytes()), written);
    assert_eq!(quiz(&xlsx(&written).unwrap()), written, "in XLSX they are texts, and no formula is read");
}

/// A workbook with the header and one question in its last sheet.
fn workbook(fill: impl FnOnce(&mut rust_xlsxwriter::Worksheet), before: &[&str]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    for name in before {
        workbook.add_worksheet().set_name(*name).unwrap().write_string(0, 0, "Notes to myself").unwrap();
    }
    let sheet = workbook.add_worksheet();
    sheet.set_name("7b").unwrap();
    for (column, heading) in (0..).zip(["Question", "Answer 1", "Answer 2", "Time limit", "Correct answer(s)", "Kind"])
    {
        sheet.write_string(0, column, heading).unwrap();
    }
    fill(sheet);
    workbook.save_to_buffer().unwrap()
}

#[test]
fn dates_times_and_percentages_are_read_as_people_see_them() {
    let date = |code: &str| Format::new().set_num_format(code);
    let file = workbook(
        |sheet| {
            let fall = ExcelDateTime::from_ymd(1989, 11, 9).unwrap();
            let eight = ExcelDateTime::from_hms(8, 0, 0.0).unwrap();
            sheet.write_string(1, 0, "When did the Wall fall?").unwrap();
            sheet.write_datetime_with_format(1, 1, &fall, &date("dd.mm.yyyy")).unwrap();
            sheet.write_datetime_with_format(1, 2, &fall, &Format::new().set_num_format_index(14)).unwrap();
            sheet.write_number(1, 3, 20).unwrap();
            sheet.write_number(1, 4, 1).unwrap();
            sheet.write_string(2, 0, "When does school begin?").unwrap();
            sheet.write_datetime_with_format(2, 1, &eight, &date("hh:mm")).unwrap();
            sheet.write_number_with_format(2, 2, 0.25, &date("0%")).unwrap();
            sheet
                .write_datetime_with_format(2, 3, ExcelDateTime::from_hms(0, 1, 30.0).unwrap(), &date("h:mm:ss"))
                .unwrap();
            sheet.write_number(2, 4, 2).unwrap();
            sheet.write_string(3, 0, "How many metres?").unwrap();
            sheet.write_number_with_format(3, 1, 1000, &date("#,##0")).unwrap();
            sheet.write_string(3, 5, "number").unwrap();
        },
        &[],
    );
    let imported = understood(&file, "");
    assert_eq!(imported.doubts, []);
    let [wall, school, metres] = &imported.quiz.questions[..] else { panic!("{imported:?}") };
    assert_eq!(options(wall), ["*09.11.1989", "1989-11-09"]);
    assert_eq!((options(school), school.seconds), (["08:00", "*25%"].map(String::from).into(), 90));
    assert_eq!(metres.number, "1000".parse().ok(), "a number that is one is not asked about");
    assert!(imported.notes[0].starts_with("Some dates are written as 1989-11-09"), "{:?}", imported.notes);
}

#[test]
fn all_sheets_are_looked_at_for_the_one_with_questions() {
    let question = |sheet: &mut rust_xlsxwriter::Worksheet| {
        for (column, text) in (0..).zip(["Which?", "a", "b", "20", "2"]) {
            sheet.write_string(1, column, text).unwrap();
        }
    };
    let imported = understood(&workbook(question, &["Cover", "Notes"]), "");
    assert_eq!(options(&imported.quiz.questions[0]), ["a", "*b"]);
    assert!(refused(&workbook(|_| {}, &[])).starts_with("There is no question below the header in row 1."));
    assert!(refused(&workbook(|_| {}, &["Cover"])).starts_with("No header row was found."));
}

/// So many bytes: the header of a PNG, then data that does not compress.
fn noise(bytes: u32) -> Vec<u8> {
    let mut noise: Vec<u8> = (0..bytes).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let header = b"\x89PNG\r\n\x1a\n\0\0\0\x0DIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1F\x15\xC4\x89";
    noise.splice(..header.len(), header.iter().copied());
    noise
}

/// A workbook of one question, with pictures that begin in these rows, from 0.
fn illustrated(pictures: &[(u32, Vec<u8>)]) -> Vec<u8> {
    workbook(
        |sheet| {
            for (column, text) in (0..).zip(["Which?", "a", "b", "20", "2"]) {
                sheet.write_string(1, column, text).unwrap();
            }
            for (row, bytes) in pictures {
                let picture = rust_xlsxwriter::Image::new_from_buffer(bytes).unwrap().set_alt_text("A leaf");
                sheet.insert_image(*row, 5, &picture).unwrap();
            }
        },
        &[],
    )
}

#[test]
fn a_picture_beside_a_question_is_taken_and_a_large_one_is_told() {
    let small = noise(1_000);
    let imported = understood(&illustrated(&[(1, small.clone())]), "");
    let [BroughtPicture { question: 0, bytes, words }] = &imported.pictures[..] else {
        panic!("{:?}", imported.missing)
    };
    assert_eq!((bytes, words.as_str()), (&small, "A leaf"));
    assert_eq!((imported.doubts.len(), imported.notes.len(), imported.missing.len()), (0, 0, 0));

    let file = illustrated(&[(1, noise(1_200_000))]);
    assert!(file.len() > 1_200_000);
    let imported = understood(&file, "");
    assert_eq!((imported.quiz.questions.len(), imported.doubts.len(), imported.pictures.len()), (1, 0, 0));
    let told: Vec<_> = imported.missing.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["Question 1: the picture in row 2 was not taken, because it has more than 1 MiB."]);
}

#[test]
fn a_picture_beside_no_question_is_told() {
    let imported = understood(&illustrated(&[(7, noise(1_000))]), "");
    assert_eq!((imported.quiz.questions.len(), imported.pictures.len()), (1, 0));
    assert_eq!(imported.notes, ["Pictures in this file stand beside no question. Add them in the editor."]);
}
