//! Parses one question of a JSON file.

use protocol::quiz::{Choice, Decimal, InvalidDecimal, Kind, Points, Question};
use protocol::{PictureId, limits};

use super::reader::{Node, Value};
use super::{fields, marks, media};
use crate::quizzes::import::{
    Ask, FileParts, FilePosition, ParsedQuestion, PictureReference, QuestionFault, cut, html, kind_named, points_named,
    seconds,
};
use crate::quizzes::sheet::nearest;

/// How many options and accepted answers are parsed: more than allowed, but not endless.
const LISTED: usize = 100;

/// A question that is being parsed.
struct QuestionParser<'a> {
    node: &'a Node,
    /// The file is in our own form: an unfinished question stays as it is.
    is_ours: bool,
    question: Question,
    faults: Vec<QuestionFault>,
    notes: Vec<String>,
    pictured: Vec<PictureReference>,
}

/// Parses a question as far as possible; also returns notes of what was left out.
pub(super) fn parse(node: &Node, parts: &mut dyn FileParts) -> (ParsedQuestion, Vec<String>) {
    let line = node.line;
    if node.fields().is_empty() && !matches!(node.value, Value::Object(_)) {
        let fault = QuestionFault { place: at(line), why: "here should be a question".into(), ask: Ask::Finish };
        return (ParsedQuestion { faults: vec![fault], ..ParsedQuestion::default() }, Vec::new());
    }
    // H5P has the text of a question apart from its kind.
    let library = node.field(&["library"]).and_then(Node::text).map(|name| name.split(' ').next().unwrap_or(name));
    let inner = node.field(&["params"]).filter(|_| library.is_some()).unwrap_or(node);
    let theirs = ["question", "answers", "choices", "type", "solutions"];
    let is_ours = library.is_none() && inner.field(&theirs).is_none();
    let mut parser = QuestionParser {
        node: inner,
        is_ours,
        question: Question::default(),
        faults: Vec::new(),
        notes: Vec::new(),
        pictured: Vec::new(),
    };
    parser.parse(library, parts);
    let QuestionParser { question, faults, notes, pictured, .. } = parser;
    let parsed = ParsedQuestion { question, faults, pictured };
    (if is_ours { parsed } else { parsed.checked(|| at(line)) }, notes)
}

fn at(line: u32) -> FilePosition {
    FilePosition::line(usize::try_from(line).unwrap_or(usize::MAX))
}

impl QuestionParser<'_> {
    fn parse(&mut self, library: Option<&str>, parts: &mut dyn FileParts) {
        self.question.text = self.words(&fields::TEXT);
        self.question.explanation = self.words(&fields::EXPLANATION);
        let kind = library.map(str::to_owned).or_else(|| self.node.field(&fields::KIND)?.words());
        let kind = kind.map(|name| (name.clone(), kind_named(&name)));
        match kind {
            Some((_, Ok(kind))) => self.question.kind = kind.named,
            Some((_, Err(why))) => self.wrong(&fields::KIND, why, Ask::Finish),
            None => {}
        }
        self.time();
        self.points();
        self.picture(parts);
        self.answers(kind_is_said(self.node, library));
        self.unknown();
    }

    fn wrong(&mut self, names: &[&str], why: impl Into<String>, ask: Ask) {
        let line = self.node.field(names).map_or(self.node.line, |node| node.line);
        self.faults.push(QuestionFault { place: at(line), why: why.into(), ask });
    }

    /// The text of a field; for other programs, without HTML tags.
    fn words(&mut self, names: &[&str]) -> String {
        let Some(node) = self.node.field(names) else { return String::new() };
        match node.text() {
            Some(text) if self.is_ours => text.to_owned(),
            Some(text) => html::text(text).chars().take(4 * limits::QUESTION_CHARS).collect(),
            None => {
                let name = names.iter().find(|name| self.node.field(&[**name]).is_some()).copied().unwrap_or_default();
                self.wrong(names, format!("“{name}” should be a text between quotes"), Ask::Finish);
                String::new()
            }
        }
    }

    fn time(&mut self) {
        let Some(words) = self.node.field(&fields::SECONDS).and_then(Node::words) else { return };
        let is_in_thousandths = self.node.field(&["choices", "pointsMultiplier", "choiceRange"]).is_some();
        match words.parse::<u32>() {
            // Drafts are taken as they are; the editor says what is too long.
            Ok(time) if self.is_ours => self.question.seconds = time,
            Ok(time) if is_in_thousandths && time >= 1000 && time % 1000 == 0 => {
                self.time_of(&(time / 1000).to_string());
            }
            _ => self.time_of(&words),
        }
    }

    fn time_of(&mut self, words: &str) {
        match seconds(words) {
            Ok(seconds) => self.question.seconds = seconds,
            Err(why) => self.wrong(&fields::SECONDS, why, Ask::Seconds),
        }
    }

    fn points(&mut self) {
        // In Kahoot a flag says whether there are points, and a number how many times as many.
        let multiplier = self.node.field(&["pointsMultiplier"]).and_then(Node::words);
        let named = multiplier.or_else(|| self.node.field(&fields::POINTS)?.words());
        let is_none = matches!(self.node.field(&["points"]).map(|node| &node.value), Some(Value::Bool(false)));
        match named.map(|name| points_named(&name)) {
            _ if is_none => self.question.points = Points::None,
            Some(Ok(points)) => self.question.points = points,
            Some(Err(why)) if self.is_ours => self.wrong(&fields::POINTS, why, Ask::Finish),
            _ => {}
        }
    }

    fn picture(&mut self, parts: &mut dyn FileParts) {
        if self.is_ours {
            self.question.picture_alt = self.words(&fields::PICTURE_ALT);
            let picture = self.node.field(&["picture"]).and_then(Node::text);
            self.question.picture = picture.and_then(|id| PictureId::parse(id).ok());
            if self.question.picture.is_some() {
                return;
            }
        }
        self.pictured = media::pictured(self.node, parts);
        if self.is_ours && !self.question.picture_alt.is_empty() {
            for pictured in &mut self.pictured {
                if let PictureReference::Here { words, .. } = pictured {
                    words.clone_from(&self.question.picture_alt);
                }
            }
        }
    }

    fn answers(&mut self, kind_is_said: bool) {
        self.question.number = self.decimal(&["number"]);
        self.question.tolerance = self.decimal(&["tolerance"]);
        let accepted_answers = self.node.field(&fields::ACCEPTED_ANSWERS).and_then(Node::list).unwrap_or_default();
        self.question.accepted_answers = accepted_answers.iter().take(LISTED).filter_map(Node::words).collect();
        self.question.options = self.options();
        if self.is_ours {
            self.right_of_ours();
            return;
        }
        self.other_kinds(kind_is_said);
        let is_marked = matches!(self.question.kind, Kind::Choice | Kind::Several | Kind::TrueFalse);
        if !is_marked || self.question.options.is_empty() {
            return;
        }
        if let Err((line, why)) = marks::mark(self.node, &mut self.question.options) {
            let can_be_asked = (2..=limits::OPTIONS).contains(&self.question.options.len());
            let ask = if can_be_asked { Ask::Right } else { Ask::Finish };
            self.faults.push(QuestionFault { place: at(line), why, ask });
        }
        if !kind_is_said {
            self.question.kind = marks::kind_of(&self.question.options);
        }
    }

    /// Drafts of ours are taken as they are. If a question has options but none is right, a doubt asks which.
    fn right_of_ours(&mut self) {
        let Question { kind, options, .. } = &self.question;
        let is_marked = matches!(kind, Kind::Choice | Kind::Several | Kind::TrueFalse);
        let filled = options.iter().filter(|option| !option.text.trim().is_empty()).count();
        let can_be_asked = filled >= 2 && options.len() <= limits::OPTIONS;
        if is_marked && can_be_asked && !options.iter().any(|option| option.right) {
            self.wrong(&fields::OPTIONS, "it does not say which answer is right", Ask::Right);
        }
    }

    /// Handles kinds that other programs express differently.
    fn other_kinds(&mut self, kind_is_said: bool) {
        match self.question.kind {
            Kind::Choice | Kind::TrueFalse if self.question.options.is_empty() => {
                if let Some(statement) = marks::statement(self.node) {
                    (self.question.options, self.question.kind) = (statement, Kind::TrueFalse);
                }
            }
            // H5P has one kind for both.
            Kind::Choice if kind_is_said && self.node.field(&["behaviour"]).is_some() => {
                let right = self.question.options.iter().filter(|option| option.right).count();
                self.question.kind = if right > 1 { Kind::Several } else { Kind::Choice };
            }
            Kind::Typed if self.question.accepted_answers.is_empty() => {
                let options = std::mem::take(&mut self.question.options);
                self.question.accepted_answers = options.into_iter().map(|option| option.text).collect();
            }
            Kind::Number if self.question.number.is_none() => self.range(),
            _ => {}
        }
    }

    /// The range of right numbers, in the form of ClassQuiz and Kahoot.
    fn range(&mut self) {
        let Some(range) = self.node.field(&["choiceRange", "answers"]) else { return };
        let decimal = |name: &str| range.field(&[name]).and_then(Node::words)?.parse::<Decimal>().ok();
        if let Some(correct) = decimal("correct") {
            (self.question.number, self.question.tolerance) = (Some(correct), decimal("tolerance"));
        }
        if let (Some(from), Some(to)) = (decimal("min_correct"), decimal("max_correct")) {
            let half = |number: Decimal| number.to_string().parse::<f64>().map(|number| number / 2.0);
            let half = half(from.distance(to)).ok().and_then(|half| half.to_string().parse::<Decimal>().ok());
            let middle = |half: Decimal| {
                let [from, half] = [from, half].map(|number| number.to_string().parse::<f64>().unwrap_or_default());
                format!("{:.6}", from + half).trim_end_matches('0').trim_end_matches('.').parse().ok()
            };
            (self.question.number, self.question.tolerance) = (half.and_then(middle), half);
        }
    }

    fn decimal(&mut self, names: &[&str]) -> Option<Decimal> {
        let words = self.node.field(names)?.words()?;
        match words.parse::<Decimal>() {
            Ok(number) => Some(number),
            Err(why) => {
                let ask = match why {
                    InvalidDecimal::Ambiguous { thousands, fraction } if names == ["number"] => {
                        Ask::Number(vec![thousands, fraction])
                    }
                    _ => Ask::Finish,
                };
                self.wrong(names, why.to_string(), ask);
                None
            }
        }
    }

    fn options(&mut self) -> Vec<Choice> {
        let list = self.node.field(&fields::OPTIONS).and_then(Node::list).unwrap_or_default();
        let mut options: Vec<_> = list.iter().take(LISTED).filter_map(|node| self.option(node)).collect();
        if let (Some(right), Some(wrong)) =
            (self.node.field(&["correct_answer", "correctAnswer"]), self.node.field(&fields::WRONG))
            && options.is_empty()
        {
            let text = |node: &Node| html::text(&node.words().unwrap_or_default());
            options.push(Choice { text: text(right), right: true });
            let wrong = wrong.list().unwrap_or_default().iter().take(LISTED);
            options.extend(wrong.map(|node| Choice { text: text(node), right: false }));
            // So that the right one is not always the first.
            options.sort_by(|one, other| one.text.cmp(&other.text));
        }
        let count = options.len();
        if !self.is_ours && count > limits::OPTIONS && !matches!(self.question.kind, Kind::Typed) {
            let why = format!("there are {count} answers, and a question has {} at most", limits::OPTIONS);
            self.wrong(&fields::OPTIONS, why, Ask::Finish);
        }
        options
    }

    fn option(&self, node: &Node) -> Option<Choice> {
        let (text, right) = match node.fields() {
            [] if !matches!(node.value, Value::Object(_)) => (node.words()?, false),
            _ => {
                let text = node.field(&fields::OPTION_TEXT).and_then(Node::words).unwrap_or_default();
                (text, node.field(&fields::OPTION_RIGHT).is_some_and(Node::is_true))
            }
        };
        if self.is_ours {
            return Some(Choice { text, right });
        }
        let text: String = html::text(&text).chars().take(4 * limits::OPTION_CHARS).collect();
        // Other programs always have four of them, filled in or not.
        (!text.is_empty() || right).then_some(Choice { text, right })
    }

    /// Fields with a typing mistake become doubts; other unknown ones are noted.
    fn unknown(&mut self) {
        let known: &[&str] = if self.is_ours { &fields::OURS } else { &fields::THEIRS };
        let absent: Vec<_> = known.iter().copied().filter(|name| self.node.field(&[*name]).is_none()).collect();
        for (name, node) in self.node.fields().iter().take(LISTED) {
            if known.contains(&name.as_str()) || is_theirs(name) && !self.is_ours {
                continue;
            }
            let name = cut(name, 30);
            match nearest(&name, &absent) {
                Some(meant) => {
                    let why = format!("“{name}” is not known here; “{meant}” may be meant");
                    self.faults.push(QuestionFault { place: at(node.line), why, ask: Ask::Finish });
                }
                None if self.is_ours => self.notes.push(format!("“{name}” is not known here and was left out.")),
                None => {}
            }
        }
    }
}

fn kind_is_said(node: &Node, library: Option<&str>) -> bool {
    library.is_some() || node.field(&fields::KIND).is_some()
}

/// Whether some program's questions have a field of this name.
fn is_theirs(name: &str) -> bool {
    let lists: [&[&str]; 11] = [
        &fields::TEXT,
        &fields::KIND,
        &fields::SECONDS,
        &fields::POINTS,
        &fields::EXPLANATION,
        &fields::OPTIONS,
        &fields::ACCEPTED_ANSWERS,
        &fields::MARKS,
        &fields::WRONG,
        &fields::PICTURES,
        &fields::FILMS,
    ];
    lists.iter().any(|list| list.contains(&name))
}
