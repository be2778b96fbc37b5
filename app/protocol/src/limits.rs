//! The limits of the protocol: those that both sides must agree on, and the defaults of those that
//! an operator may change.

use std::time::Duration;

/// The longest room id, in characters.
pub const ROOM_ID_CHARS: usize = 64;
/// The longest user id, in characters.
pub const USER_ID_CHARS: usize = 32;
/// The longest name of a person, in characters.
pub const NAME_CHARS: usize = 32;
/// The longest title of a room, in characters.
pub const TITLE_CHARS: usize = 64;
/// The longest message id, in characters.
pub const MESSAGE_ID_CHARS: usize = 64;
/// The longest session token, in characters.
pub const SESSION_TOKEN_CHARS: usize = 512;
/// The longest epoch, in characters.
pub const EPOCH_CHARS: usize = 32;

/// The longest message, in characters (configurable).
pub const MESSAGE_CHARS: usize = 4_000;
/// The largest frame from a client, in bytes (configurable).
pub const FRAME_BYTES: usize = 64 * 1024;
/// In how many rooms one connection may be (configurable).
pub const ROOMS_PER_CONNECTION: usize = 64;

/// How often a message can be edited.
pub const EDITS: usize = 50;
/// For how long after it was sent a message can be edited.
pub const EDIT_WITHIN: Duration = Duration::from_secs(15 * 60);

/// The number of entries of the log on one page of history.
pub const PAGE_MESSAGES: usize = 50;
/// The most entries of the log in a recovery; a larger gap is reloaded over HTTP.
pub const RECOVERY_MESSAGES: usize = 300;
/// The most bytes of a recovery, as frames.
pub const RECOVERY_BYTES: usize = 256 * 1024;
/// The most bytes of one page of history, as frames; it has at least one message.
pub const PAGE_BYTES: usize = 256 * 1024;
/// The most members in a `joined` or `presence` frame and on a page of them; `memberCount` tells
/// how many there are.
pub const MEMBERS_PER_FRAME: usize = 100;
/// The most ids of people who left in one `presence` frame; the next one has the others.
pub const LEAVES_PER_FRAME: usize = 500;
/// The largest room in which changes of members are sent at once; in a larger one, in at most
/// one frame per [`PRESENCE_INTERVAL`].
pub const MEMBERS_SENT_AT_ONCE: usize = 200;
/// How often the clients of a large room are told of changes of members.
pub const PRESENCE_INTERVAL: Duration = Duration::from_secs(1);

/// After so long a silence the server pings a connection.
pub const PING_INTERVAL: Duration = Duration::from_secs(25);
/// A ping that is not answered within this time ends the connection.
pub const PONG_TIMEOUT: Duration = Duration::from_secs(10);
/// A connection whose first frame does not come within this time is closed.
pub const HELLO_TIMEOUT: Duration = Duration::from_secs(10);

/// The first wait before a reconnect is random, from 0 to this.
pub const RECONNECT_DELAY_MIN: Duration = Duration::from_millis(500);
/// The largest limit that the doubling waits reach.
pub const RECONNECT_DELAY_MAX: Duration = Duration::from_secs(20);

/// How often a client that types sends `typing`.
pub const TYPING_INTERVAL: Duration = Duration::from_secs(2);
/// How long "is typing" is shown after the last `typing` frame.
pub const TYPING_TTL: Duration = Duration::from_secs(5);

/// The number of digits in a game's PIN.
pub const PIN_DIGITS: usize = 6;
/// The longest nickname, in characters.
pub const NICKNAME_CHARS: usize = 20;
/// The most questions of a quiz.
pub const QUESTIONS: usize = 100;
/// The longest question, in characters.
pub const QUESTION_CHARS: usize = 160;
/// The longest option or accepted answer, in characters.
pub const OPTION_CHARS: usize = 80;
/// The most options of a question: as many as there are shapes.
pub const OPTIONS: usize = 4;
/// The most accepted answers of a typed question.
pub const ACCEPTED_ANSWERS: usize = 10;
/// The longest explanation, in characters.
pub const EXPLANATION_CHARS: usize = 280;
/// The longest formula between its dollars, in characters; longer ones are shown as they are written.
pub const FORMULA_CHARS: usize = EXPLANATION_CHARS;
/// The longest time limit of a question, in seconds.
pub const ANSWER_SECONDS: u32 = 600;
/// How long a question can be read before it opens, in seconds.
pub const READY_SECONDS: u32 = 4;
/// The longest id of a picture, in characters: 32 of its digest and the kind of file.
pub const PICTURE_ID_CHARS: usize = 40;
/// The largest picture, in bytes.
pub const PICTURE_BYTES: usize = 1024 * 1024;
/// The most quizzes of one author.
pub const QUIZZES: usize = 200;
/// The largest quiz as JSON, in bytes.
pub const QUIZ_BYTES: usize = 256 * 1024;
/// The most stored versions of a quiz.
pub const QUIZ_VERSIONS: usize = 20;
/// The most players of a game (configurable).
pub const PLAYERS: usize = 5_000;
/// The most newcomers of a game that wait to be admitted; more are told to try again.
pub const WAITING: usize = 200;
/// The most players that one frame of a host names.
pub const PLAYERS_NAMED: usize = 200;
/// The most hosts of a game who were added by a code.
pub const ADDED_HOSTS: usize = 20;
/// How often a client that waits to be admitted asks again.
pub const ASK_AGAIN_AFTER: Duration = Duration::from_secs(2);
/// How long a network that a host blocks gets no new seat in the game.
pub const BLOCKED_FOR: Duration = Duration::from_secs(10 * 60);
/// The most leaders in a frame.
pub const LEADERS: usize = 8;
/// How often hosts are told how many have answered, at most.
pub const COUNT_INTERVAL: Duration = Duration::from_millis(250);
