//! Recognises the columns of a sheet by their headings: those of our own sheets, and of the templates of
//! Kahoot, Blooket, Quizizz and Gimkit.

use protocol::limits;

use super::Grid;
use crate::quizzes::import::cut;

mod typos;

pub(in crate::quizzes) use typos::nearest;
use typos::nearly;

/// Among how many rows the header is searched.
const LOOKED_AT: usize = 50;
/// How many characters of a heading are compared.
const HEADING_CHARS: usize = 80;

/// The indices of the columns, from 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Columns {
    pub(super) question: usize,
    /// By the answer's number; there may be as many as accepted answers.
    pub(super) answers: [Option<usize>; limits::ACCEPTED_ANSWERS],
    /// The first answer is the right one, as in Gimkit's sheets.
    pub(super) first_is_right: bool,
    pub(super) seconds: Option<usize>,
    pub(super) correct: Option<usize>,
    pub(super) kind: Option<usize>,
    pub(super) points: Option<usize>,
    pub(super) why: Option<usize>,
    pub(super) tolerance: Option<usize>,
    pub(super) picture: Option<usize>,
}

/// The header row of a sheet.
#[derive(Debug)]
pub(super) struct Header {
    /// The index of the row, from 0.
    pub(super) row: usize,
    pub(super) columns: Columns,
    /// The indices of columns whose headings mean nothing to us, from 0.
    pub(super) unknown: Vec<usize>,
    /// Headings with typing mistakes, and what they were taken for.
    pub(super) notes: Vec<String>,
}

/// The meaning of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ColumnKind {
    Question,
    /// The answer with this index, from 0.
    Answer(usize),
    /// A wrong answer, by its index from 0.
    Wrong(usize),
    Right,
    Seconds,
    Kind,
    Points,
    Why,
    Tolerance,
    Picture,
    /// The number of the row, which is ignored.
    RowNumber,
}

impl Columns {
    /// The number of known columns.
    pub(super) fn known(&self) -> usize {
        let answers = self.answers.iter().flatten().count();
        let others = [self.seconds, self.correct, self.kind, self.points, self.why, self.tolerance, self.picture];
        1 + answers + others.iter().flatten().count()
    }

    fn place(&mut self, meaning: ColumnKind) -> Option<&mut Option<usize>> {
        match meaning {
            ColumnKind::Answer(at) => self.answers.get_mut(at),
            ColumnKind::Right => Some(&mut self.correct),
            ColumnKind::Seconds => Some(&mut self.seconds),
            ColumnKind::Kind => Some(&mut self.kind),
            ColumnKind::Points => Some(&mut self.points),
            ColumnKind::Why => Some(&mut self.why),
            ColumnKind::Tolerance => Some(&mut self.tolerance),
            ColumnKind::Picture => Some(&mut self.picture),
            ColumnKind::Question | ColumnKind::Wrong(_) | ColumnKind::RowNumber => None,
        }
    }
}

/// Finds the header row among the first rows; `None` where none has the headings of a quiz.
pub(super) fn find(grid: &Grid) -> Option<Header> {
    grid.iter().take(LOOKED_AT).enumerate().find_map(|(row, cells)| header(row, cells))
}

fn header(row: usize, cells: &[String]) -> Option<Header> {
    let names: Vec<_> = cells.iter().map(|cell| normal(cell)).collect();
    let exact: Vec<_> = names.iter().map(|name| meaning(name)).collect();
    // A heading with a typing mistake counts only beside a correct one.
    let is_likely = exact.iter().flatten().next().is_some();
    let mut header = Header { row, columns: Columns::default(), unknown: Vec::new(), notes: Vec::new() };
    let (mut question, mut wrong, mut letters) = (None, Vec::new(), Vec::new());
    for (at, name) in names.iter().enumerate() {
        let near = || nearly(name).filter(|_| is_likely).and_then(|meant| Some((meaning(meant)?, meant)));
        let meaning = match exact.get(at).copied().flatten() {
            Some(meaning) => meaning,
            None => match near() {
                Some((meaning, meant)) => {
                    let heading = cells.get(at).map_or("", |cell| cell.trim());
                    header.notes.push(format!("The column “{}” was read as “{meant}”.", cut(heading, 40)));
                    meaning
                }
                None if name.len() == 1 && ("a"..="f").contains(&name.as_str()) => {
                    letters.push(at);
                    continue;
                }
                None if name.is_empty() => continue,
                None => {
                    header.unknown.push(at);
                    continue;
                }
            },
        };
        match meaning {
            // If there are both a number and a text of the question, the text is meant.
            ColumnKind::Question if question.is_none() || *name == "question text" => question = Some(at),
            ColumnKind::Wrong(_) => wrong.push(at),
            meaning => {
                if let Some(place) = header.columns.place(meaning) {
                    place.get_or_insert(at);
                }
            }
        }
    }
    header.columns.question = question?;
    header.columns.arrange(&wrong, &letters).then_some(header)
}

impl Columns {
    /// Decides which columns have the answers; false if there are none.
    fn arrange(&mut self, wrong: &[usize], letters: &[usize]) -> bool {
        let has_answers = self.answers[0].is_some();
        let (first, others) = match self.correct {
            // Tables as in books: A, B, C, D, and which of them is right.
            Some(_) if !has_answers && letters.len() > 1 => (None, letters),
            // The right answer has a column of its own, and so has each wrong one.
            Some(right) if !has_answers => (Some(right), wrong),
            _ => return has_answers,
        };
        self.first_is_right = first.is_some();
        if self.first_is_right {
            self.correct = None;
        }
        for (place, at) in self.answers.iter_mut().zip(first.into_iter().chain(others.iter().copied())) {
            *place = Some(at);
        }
        true
    }
}

/// A heading in lower case, with single spaces, and shortened.
fn normal(cell: &str) -> String {
    let start: String = cell.trim_start_matches('\u{FEFF}').chars().take(HEADING_CHARS).collect();
    start.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Beginnings of headings, the longer ones first where one begins with another.
const BEGINNINGS: [(ColumnKind, &[&str]); 9] = [
    (
        ColumnKind::RowNumber,
        &["question #", "question no", "question number", "question nr", "question id", "frage nr", "frage-nr"],
    ),
    (ColumnKind::Kind, &["question type", "kind", "type", "fragetyp", "tipo"]),
    (
        ColumnKind::Why,
        &["explanation", "answer explanation", "feedback", "erklärung", "explicación", "explication", "rationale"],
    ),
    (
        ColumnKind::Right,
        &[
            "correct",
            "right",
            "richtig",
            "solution",
            "lösung",
            "answer key",
            "juiste",
            "respuesta correcta",
            "respuesta(s) correcta",
            "respuestas correctas",
            "réponse correcte",
            "réponse(s) correcte",
            "bonne",
            "risposta corretta",
            "resposta correta",
            "resposta(s) correta",
        ],
    ),
    (
        ColumnKind::Question,
        &["question", "frage", "pregunta", "domanda", "vraag", "pergunta", "pytanie", "prompt", "вопрос", "fråga"],
    ),
    (
        ColumnKind::Seconds,
        &["time", "seconds", "zeit", "sekunden", "tiempo", "límite", "limite de", "temps", "tempo", "tijd"],
    ),
    (ColumnKind::Points, &["points", "punkte", "puntos"]),
    (ColumnKind::Tolerance, &["tolerance", "toleranz"]),
    (ColumnKind::Picture, &["image", "picture", "bild", "imagen", "media", "video", "youtube"]),
];
const ROW_NUMBERS: [&str; 6] = ["#", "no", "no.", "nr", "nr.", "row"];
const ANSWERS: [&str; 8] = ["answer", "option", "antwort", "respuesta", "réponse", "risposta", "antwoord", "resposta"];
const WRONG: [&str; 4] = ["incorrect", "wrong", "distractor", "falsche"];

/// The meaning of a normalised heading.
fn meaning(name: &str) -> Option<ColumnKind> {
    if ROW_NUMBERS.contains(&name) {
        return Some(ColumnKind::RowNumber);
    }
    if WRONG.iter().any(|start| name.starts_with(start)) {
        return Some(ColumnKind::Wrong(0));
    }
    let begins = |starts: &[&str]| starts.iter().any(|start| name.starts_with(start));
    if let Some((meaning, _)) = BEGINNINGS.iter().find(|(_, starts)| begins(starts)) {
        return Some(*meaning);
    }
    ANSWERS.iter().find_map(|start| number_of_answer(name.strip_prefix(start)?)).map(ColumnKind::Answer)
}

/// The index of an answer, from 0, in ` 1 - max 75 characters`, `_2`, ` b`.
fn number_of_answer(rest: &str) -> Option<usize> {
    let rest = rest.trim_start_matches([' ', '_', '-', '.', '#']);
    let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(rest.len());
    let word = rest.get(..end)?;
    match word.as_bytes() {
        [letter @ b'a'..=b'f'] => Some(usize::from(letter - b'a')),
        _ => word.parse::<usize>().ok()?.checked_sub(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(header: &str) -> Option<Columns> {
        find(&vec![header.split(',').map(String::from).collect()]).map(|found| found.columns)
    }

    #[test]
    fn templates_of_other_programs_are_known() {
        let kahoot = columns(
            ",Question - max 120 characters,Answer 1 - max 75 characters,Answer 2,Answer 3,Answer 4,\
             Time limit (sec) – 5 or 10,Correct answer(s) - choose at least one",
        );
        let kahoot = kahoot.unwrap();
        assert_eq!(
            (kahoot.question, kahoot.answers[3], kahoot.seconds, kahoot.correct),
            (1, Some(5), Some(6), Some(7))
        );

        let blooket = "Question #,Question Text,Answer 1,Answer 2,Answer 3 (Optional),Answer 4 (Optional),\
                       Time Limit (sec) (Max: 300 seconds),Correct Answer(s) (Only include Answer #)";
        let blooket = columns(blooket).unwrap();
        assert_eq!((blooket.question, blooket.answers[0], blooket.correct), (1, Some(2), Some(7)));

        let quizizz = "Question Text,Question Type,Option 1,Option 2,Option 3,Option 4,Option 5,Correct Answer,\
                       Time in seconds,Image Link,Answer explanation";
        let quizizz = columns(quizizz).unwrap();
        assert_eq!((quizizz.question, quizizz.kind, quizizz.answers[4]), (0, Some(1), Some(6)));
        assert_eq!(
            (quizizz.correct, quizizz.seconds, quizizz.picture, quizizz.why),
            (Some(7), Some(8), Some(9), Some(10))
        );

        let gimkit = columns("Question,Correct Answer,Incorrect Answer 1,Incorrect Answer 2 (Optional)").unwrap();
        assert_eq!((gimkit.answers[0], gimkit.answers[2], gimkit.correct), (Some(1), Some(3), None));
        assert!(gimkit.first_is_right);

        let letters = columns("Row,Question,A,B,C,D,Right,Seconds").unwrap();
        assert_eq!((letters.question, letters.answers[3], letters.correct), (1, Some(5), Some(6)));

        let german = columns("Frage,Antwort 1,Antwort 2,Zeitlimit (Sek.),Richtige Antwort(en)").unwrap();
        assert_eq!((german.answers[1], german.seconds, german.correct), (Some(2), Some(3), Some(4)));
    }

    #[test]
    fn a_heading_with_a_typing_mistake_is_taken_and_told() {
        let cells = ["Qestion", "Answer 1", "Anwser 2", "Corect answer(s)"].map(String::from).to_vec();
        let found = find(&vec![cells]).unwrap();
        assert_eq!((found.columns.question, found.columns.answers[1], found.columns.correct), (0, Some(2), Some(3)));
        assert_eq!(found.notes[0], "The column “Qestion” was read as “question”.");
        assert_eq!(found.notes.len(), 3);
    }

    #[test]
    fn what_is_no_header_is_none() {
        for header in ["name,age", "Question", "Answer 1,Answer 2", "Question #,1,2", "milk,eggs,a,b,c"] {
            assert_eq!(columns(header), None, "{header}");
        }
    }
}
