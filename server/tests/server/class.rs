//! A class: a teacher and students who play over real WebSockets,
//! and quizzes for them.

use futures::{SinkExt, StreamExt};
use protocol::game::frame::{Answered, Changed, Create, Hosting, Join, Joined, Open, Players, Step, SubmittedAnswer};
use protocol::game::{Answer, Game, GameClientMessage, GameServerMessage, Outcome, Phase};
use protocol::quiz::{Choice, Kind, Question, Quiz, StoredQuiz};
use protocol::{Member, Name, Pin, QuizId, Refusal, UserId, wire};
use server::session::guest;
use tokio::time::timeout;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message as Raw;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderMap, HeaderValue};

use crate::node::TestNode;
use crate::postgres_server::PostgresServer;
use crate::redis_server::RedisServer;
use crate::visitor::{PATIENCE, Socket, close_of};

/// A client of `/games`, as player or host.
pub struct Pupil {
    socket: Socket,
    /// The value of its `Cookie` header.
    pub cookie: String,
    /// Every text frame that came, unparsed.
    pub received: Vec<String>,
}

/// A question with three options, of which the second is right.
pub fn choice(text: &str, seconds: u32) -> Question {
    let options = ["red", "green", "blue"].map(|text| Choice { text: text.into(), right: text == "green" });
    Question { text: text.into(), seconds, options: options.into(), ..Question::default() }
}

/// A quiz of these questions.
pub fn quiz(questions: Vec<Question>) -> Quiz {
    Quiz { title: "Colours".into(), questions, ..Quiz::default() }
}

/// A question whose right answer nobody could guess from another text.
pub fn secret(kind: Kind, marker: &str) -> Question {
    let question = Question { kind, text: format!("A question of kind {kind:?}"), seconds: 60, ..Question::default() };
    match kind {
        Kind::Typed => {
            Question { accepted_answers: vec![marker.into()], explanation: format!("why {marker}"), ..question }
        }
        _ => Question { explanation: format!("why {marker}"), ..choice("Which?", 60) },
    }
}

/// The session of a new person, as a cookie.
pub fn session(node: &TestNode) -> (Member, String) {
    let member = guest();
    let cookie = node.node().sessions.write(&member, &HeaderMap::new()).unwrap();
    (member, cookie.to_str().unwrap().split(';').next().unwrap().to_owned())
}

impl Pupil {
    /// Connects to a node, with a new session.
    pub async fn at(node: &TestNode) -> Self {
        Self::with(node, &session(node).1).await
    }

    /// Connects to a node with these cookies.
    pub async fn with(node: &TestNode, cookie: &str) -> Self {
        let mut request = format!("ws://{}/games?v=1", node.address).into_client_request().unwrap();
        request.headers_mut().insert("cookie", HeaderValue::from_str(cookie).unwrap());
        let socket = connect_async(request).await.unwrap().0;
        Self { socket, cookie: cookie.into(), received: Vec::new() }
    }

    /// Connects to a node and begins a game of `quiz`.
    pub async fn teacher(node: &TestNode, quiz: Quiz) -> (Self, Hosting) {
        let (member, cookie) = session(node);
        let id = QuizId::parse(&format!("q{:x}", rand::random::<u64>())).unwrap();
        let stored = StoredQuiz { id: id.clone(), version: 1, saved_at: 1, quiz };
        node.node().library.store.save(&member.id, &stored).await.unwrap();
        let mut teacher = Self::with(node, &cookie).await;
        teacher.send(&GameClientMessage::Create(Create { quiz: id })).await;
        let hosting = teacher.hosting().await;
        (teacher, hosting)
    }

    /// Connects to a node and enters a game as a player.
    pub async fn player(node: &TestNode, pin: &Pin, nickname: &str) -> (Self, Joined) {
        let mut pupil = Self::at(node).await;
        let joined = pupil.join(pin, nickname).await;
        (pupil, joined)
    }

    /// Enters a game as a player.
    pub async fn join(&mut self, pin: &Pin, nickname: &str) -> Joined {
        self.try_join(pin, Some(nickname)).await.unwrap_or_else(|refusal| panic!("{refusal:?}"))
    }

    /// Enters a game, or gets a refusal.
    pub async fn try_join(&mut self, pin: &Pin, nickname: Option<&str>) -> Result<Joined, Refusal> {
        let nickname = nickname.map(str::to_owned);
        self.send(&GameClientMessage::Join(Join { pin: pin.clone(), nickname, seat: None })).await;
        self.until(|frame| match frame {
            GameServerMessage::Joined(joined) => Some(Ok(joined)),
            GameServerMessage::Error(refusal) => Some(Err(refusal)),
            _ => None,
        })
        .await
    }

    /// Becomes a host of a game, or gets a refusal.
    pub async fn open(&mut self, open: Open) -> Result<Hosting, Refusal> {
        self.send(&GameClientMessage::Open(open)).await;
        self.until(|frame| match frame {
            GameServerMessage::Hosting(hosting) => Some(Ok(hosting)),
            GameServerMessage::Error(refusal) => Some(Err(refusal)),
            _ => None,
        })
        .await
    }

    /// Answers, and gets the result.
    pub async fn answer(&mut self, question: usize, answer: Answer) -> Answered {
        self.try_answer(question, answer).await.unwrap_or_else(|refusal| panic!("{refusal:?}"))
    }

    /// Answers, and gets the result or a refusal.
    pub async fn try_answer(&mut self, question: usize, answer: Answer) -> Result<Answered, Refusal> {
        self.send(&GameClientMessage::Answer(SubmittedAnswer { question, answer, round: None })).await;
        self.until(|frame| match frame {
            GameServerMessage::Answered(answered) => Some(Ok(answered)),
            GameServerMessage::Error(refusal) => Some(Err(refusal)),
            _ => None,
        })
        .await
    }

    /// Sends a command, whatever the version.
    pub async fn step(&mut self, step: fn(Step) -> GameClientMessage) {
        self.send(&step(Step::default())).await;
    }

    /// Waits until the game is in a phase.
    pub async fn sees(&mut self, phase: Phase) -> Changed {
        self.sees_game(|game| game.phase == phase).await
    }

    /// Waits until the game is as wanted.
    pub async fn sees_game(&mut self, wanted: impl Fn(&Game) -> bool) -> Changed {
        self.until(|frame| match frame {
            GameServerMessage::Game(changed) if wanted(&changed.game) => Some(changed),
            _ => None,
        })
        .await
    }

    /// Waits for the outcome of a question.
    pub async fn outcome(&mut self, question: usize) -> Outcome {
        self.until(|frame| match frame {
            GameServerMessage::Outcome(outcome) if outcome.question == question => Some(outcome),
            _ => None,
        })
        .await
    }

    /// Waits until the list of players is as wanted.
    pub async fn sees_players(&mut self, wanted: impl Fn(&Players) -> bool) -> Players {
        self.until(|frame| match frame {
            GameServerMessage::Players(players) if wanted(&players) => Some(players),
            _ => None,
        })
        .await
    }

    /// The answer to `create`.
    pub async fn hosting(&mut self) -> Hosting {
        self.until(|frame| match frame {
            GameServerMessage::Hosting(hosting) => Some(hosting),
            _ => None,
        })
        .await
    }

    /// Waits for the next refusal.
    pub async fn is_refused(&mut self) -> Refusal {
        self.until(|frame| match frame {
            GameServerMessage::Error(refusal) => Some(refusal),
            _ => None,
        })
        .await
    }

    /// Sends a frame to the server.
    pub async fn send(&mut self, message: &GameClientMessage) {
        self.socket.send(Raw::text(wire::encode_game_client(message))).await.unwrap();
    }

    /// Waits for the first frame that `pick` accepts, and skips the others.
    pub async fn until<T>(&mut self, pick: impl Fn(GameServerMessage) -> Option<T>) -> T {
        loop {
            let raw =
                timeout(PATIENCE, self.socket.next()).await.unwrap_or_else(|_| panic!("after {:?}", self.received));
            match raw.expect("the connection ended").expect("the connection broke") {
                Raw::Text(text) => {
                    self.received.push(text.to_string());
                    let frame = wire::decode_game_server(&text).unwrap_or_else(|| panic!("not a frame: {text}"));
                    if let Some(picked) = pick(frame) {
                        return picked;
                    }
                }
                Raw::Close(frame) => panic!("closed: {frame:?}"),
                _ => {}
            }
        }
    }

    /// Waits for the close and gives its code; 1006 when there was none.
    pub async fn is_closed(&mut self) -> u16 {
        close_of(&mut self.socket).await
    }

    /// Closes the connection with a close frame.
    pub async fn leave(mut self) {
        self.socket.close(None).await.unwrap();
        while let Some(Ok(_)) = self.socket.next().await {}
    }
}

/// One node alone, then two nodes of a cluster: the same must hold.
pub async fn everywhere(check: impl AsyncFn(&TestNode, &TestNode)) {
    everywhere_with(&[], check).await;
}

/// The same with these flags.
pub async fn everywhere_with(flags: &[&str], check: impl AsyncFn(&TestNode, &TestNode)) {
    let alone = TestNode::embedded(flags).await;
    check(&alone, &alone).await;
    alone.stop().await;

    let (redis, postgres) = (RedisServer::start(), PostgresServer::shared());
    let database = postgres.database().await;
    let [one, two] =
        [TestNode::in_cluster(&redis, &database, flags).await, TestNode::in_cluster(&redis, &database, flags).await];
    check(&one, &two).await;
    one.stop().await;
    two.stop().await;
}

/// A name that is known to be valid.
pub fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

/// A random user id.
pub fn any_user() -> UserId {
    guest().id
}
