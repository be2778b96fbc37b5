//! The measures of the protocol: those that both sides must agree on, and the
//! defaults of those that an operator may change.

use std::time::Duration;

/// Characters of a room id, at most.
pub const ROOM_ID_CHARS: usize = 64;
/// Characters of a user id, at most.
pub const USER_ID_CHARS: usize = 32;
/// Characters of a person's name, at most.
pub const NAME_CHARS: usize = 32;
/// Characters of a room's title, at most.
pub const TITLE_CHARS: usize = 64;
/// Characters of a message id, at most.
pub const MESSAGE_ID_CHARS: usize = 64;
/// Characters of a session token, at most.
pub const SESSION_TOKEN_CHARS: usize = 512;
/// Characters of an epoch, at most.
pub const EPOCH_CHARS: usize = 32;

/// Characters of one message, at most (an operator's choice).
pub const MESSAGE_CHARS: usize = 4_000;
/// Bytes of one frame from a client, at most (an operator's choice).
pub const FRAME_BYTES: usize = 64 * 1024;
/// Rooms one connection may be in (an operator's choice).
pub const ROOMS_PER_CONNECTION: usize = 64;

/// Messages on one page of history.
pub const PAGE_MESSAGES: usize = 50;
/// Messages that a recovery brings at most; a larger gap is reloaded over HTTP.
pub const RECOVERY_MESSAGES: usize = 300;
/// Bytes of them, as frames, at most.
pub const RECOVERY_BYTES: usize = 256 * 1024;
/// Bytes of one page of history, as frames, at most; but at least one message is on it.
pub const PAGE_BYTES: usize = 256 * 1024;
/// Members in a `joined` or `presence` frame and on a page of them, at most;
/// `memberCount` tells how many there are.
pub const MEMBERS_PER_FRAME: usize = 100;
/// Ids of those who left in one `presence` frame at most; the next one has the others.
pub const LEAVES_PER_FRAME: usize = 500;
/// In a room of so many, changes of people are told at once; above it, in one
/// frame per [`PRESENCE_EVERY`] at most.
pub const MEMBERS_TOLD_AT_ONCE: usize = 200;
/// How often the people of a large room are told what changed.
pub const PRESENCE_EVERY: Duration = Duration::from_secs(1);

/// The server pings a connection that was silent for so long.
pub const PING_EVERY: Duration = Duration::from_secs(25);
/// A ping that is not answered within this time ends the connection.
pub const PONG_WITHIN: Duration = Duration::from_secs(10);
/// A connection that says nothing for so long after opening is closed.
pub const HELLO_WITHIN: Duration = Duration::from_secs(10);

/// The first wait before a reconnect is drawn from 0 to this.
pub const RECONNECT_FIRST: Duration = Duration::from_millis(500);
/// The waits double up to this.
pub const RECONNECT_MOST: Duration = Duration::from_secs(20);

/// How often somebody who types says so.
pub const TYPING_EVERY: Duration = Duration::from_secs(2);
/// How long "is typing" is shown after it was last said.
pub const TYPING_SHOWN: Duration = Duration::from_secs(5);

/// Digits of a game's PIN.
pub const PIN_DIGITS: usize = 6;
/// Characters of a nickname, at most.
pub const NICKNAME_CHARS: usize = 20;
/// Questions of a quiz, at most.
pub const QUESTIONS: usize = 100;
/// Characters of a question, at most.
pub const QUESTION_CHARS: usize = 160;
/// Characters of an option or a spelling, at most.
pub const OPTION_CHARS: usize = 80;
/// Options of a question, at most: as many as there are shapes.
pub const OPTIONS: usize = 4;
/// Spellings of a typed answer, at most.
pub const ACCEPTED_ANSWERS: usize = 10;
/// Characters of an explanation, at most.
pub const EXPLANATION_CHARS: usize = 280;
/// Characters of a formula between its dollars, at most; longer ones are shown as they are written.
pub const FORMULA_CHARS: usize = EXPLANATION_CHARS;
/// Seconds to answer, at most.
pub const ANSWER_SECONDS: u32 = 600;
/// Seconds to read a question before it opens.
pub const READY_SECONDS: u32 = 4;
/// Characters of a picture's id: 32 of its digest and the kind of file.
pub const PICTURE_ID_CHARS: usize = 40;
/// Bytes of a picture, at most.
pub const PICTURE_BYTES: usize = 1024 * 1024;
/// Quizzes that one author keeps, at most.
pub const QUIZZES: usize = 200;
/// Bytes of a quiz as JSON, at most.
pub const QUIZ_BYTES: usize = 256 * 1024;
/// Versions of a quiz that can be gone back to, at most.
pub const QUIZ_VERSIONS: usize = 20;
/// Players of a game, at most (an operator's choice).
pub const PLAYERS: usize = 5_000;
/// Newcomers of a game that wait to be let in, at most; more are told to try again.
pub const WAITING: usize = 200;
/// Players whom one frame of a host names, at most.
pub const PLAYERS_NAMED: usize = 200;
/// Hosts of a game who were added by a code, at most.
pub const ADDED_HOSTS: usize = 20;
/// Whoever waits to be let in asks again after this time.
pub const ASK_AGAIN_AFTER: Duration = Duration::from_secs(2);
/// For so long a network that a host blocks takes no new seat in the game.
pub const BLOCKED_FOR: Duration = Duration::from_secs(10 * 60);
/// Leaders that a frame names, at most.
pub const LEADERS: usize = 8;
/// How often hosts are told how many have answered, at most.
pub const COUNT_EVERY: Duration = Duration::from_millis(250);
