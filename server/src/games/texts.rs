//! The sentences of games' refusals.

use protocol::quiz::Problem;
use protocol::{ErrorCode, Name, Refusal, limits};
use storage::StorageError;

use crate::quota::QuotaError;

/// The refusal for a wrong PIN.
pub(crate) fn no_game() -> Refusal {
    Refusal::new(ErrorCode::NoGame, "No game has this PIN. Look at the big screen again.")
}

/// The refusal for newcomers when the game is over, also for those who waited.
pub(super) fn over() -> Refusal {
    Refusal::new(ErrorCode::NoGame, "This game is over.")
}

/// The refusal of what is possible only when the game is over.
pub(super) fn not_over() -> Refusal {
    not_now("This game is not over yet.")
}

/// The refusal of a command for a version that the game is no longer at.
pub(super) fn gone_on() -> Refusal {
    not_now("The game has gone on already.")
}

/// The refusal for an added host who wants to play another quiz.
pub(super) fn not_owner() -> Refusal {
    Refusal::new(ErrorCode::NotHost, "Only who started this game can choose another quiz.")
}

pub(crate) fn not_host() -> Refusal {
    Refusal::new(ErrorCode::NotHost, "Only a host of this game may do this.")
}

/// The refusal for a host who was removed by another one.
pub(super) fn removed_host() -> Refusal {
    Refusal::new(ErrorCode::NotHost, "Another host has removed you. You are no longer a host of this game.")
}

pub(super) fn too_many_hosts() -> Refusal {
    let sentence = format!("This game has {} added hosts already. Remove one of them first.", limits::ADDED_HOSTS);
    not_now(sentence)
}

pub(super) fn not_yours() -> Refusal {
    Refusal::new(ErrorCode::NotHost, "The results of this game are kept for who began it.")
}

pub(super) fn no_results() -> Refusal {
    Refusal::new(
        ErrorCode::NotNow,
        "There are no results of this game: it ended before an answer was shown, they were deleted, or had no room.",
    )
}

pub(super) fn wrong_code() -> Refusal {
    Refusal::new(ErrorCode::NotHost, "This code is wrong, used or too old. Ask the host for another one.")
}

/// The refusal for everybody outside a class, whether there is one or not.
pub(super) fn no_class() -> Refusal {
    Refusal::new(ErrorCode::NotInGame, "This chat is for those who are in its game. Join the game first.")
}

pub(super) fn not_now(sentence: impl Into<String>) -> Refusal {
    Refusal::new(ErrorCode::NotNow, sentence)
}

pub(super) fn invalid(sentence: impl Into<String>) -> Refusal {
    Refusal::new(ErrorCode::Invalid, sentence)
}

pub(super) fn unfinished(problem: &Problem) -> Refusal {
    invalid(match problem.question {
        // The editor shows it beside the question, without a full stop.
        Some(at) => format!("This quiz is not finished yet. Question {}: {}.", at + 1, problem.sentence),
        None => format!("This quiz is not finished yet. {}", problem.sentence),
    })
}

pub(super) fn locked() -> Refusal {
    Refusal::new(ErrorCode::Locked, "The game is locked. Ask the host to let you in.")
}

/// The refusal for newcomers from a blocked network.
pub(super) fn blocked(for_ms: u64) -> Refusal {
    let minutes = for_ms.div_ceil(60_000);
    let minutes = if minutes == 1 { "a minute".to_owned() } else { format!("{minutes} minutes") };
    let sentence = format!("The host lets nobody join from your network for {minutes}. Ask the host to let you in.");
    Refusal::new(ErrorCode::Locked, sentence)
}

/// The answer for somebody who waits to be admitted.
pub(super) fn waiting() -> Refusal {
    let wait_ms = limits::ASK_AGAIN_AFTER.as_millis() as u64;
    Refusal::new(ErrorCode::Waiting, "Waiting for the host to let you in.").retry_after_ms(wait_ms)
}

/// The refusal when too many wait already.
pub(super) fn crowded() -> Refusal {
    let sentence = "Many are waiting for the host to let them in. Wait a moment, then you are in the line.";
    Refusal::new(ErrorCode::Waiting, sentence).retry_after_ms(5_000)
}

/// The refusal for a host who names somebody without a seat.
pub(super) fn not_playing() -> Refusal {
    not_now("This player is not in the game any more.")
}

pub(super) fn kicked() -> Refusal {
    Refusal::new(ErrorCode::Kicked, "The host removed you from this game.")
}

/// The refusal for somebody who was declined.
pub(super) fn declined() -> Refusal {
    Refusal::new(ErrorCode::Kicked, "The host did not let you in.")
}

/// The refusal when the game changes too quickly for a request.
pub(super) fn busy() -> Refusal {
    Refusal::new(ErrorCode::Unavailable, "The game is busy. Try again in a moment.")
}

pub(super) fn bad_nickname(sentence: impl Into<String>) -> Refusal {
    Refusal::new(ErrorCode::BadNickname, sentence)
}

pub(super) fn nickname_taken(name: &Name, free: &Name) -> Refusal {
    // Without an article: "a" or "an" depends on how the name is spoken.
    Refusal::new(ErrorCode::NicknameTaken, format!("The name {name} is taken in this game. Try {free}."))
}

/// The refusal when too many requests of one network are delayed already.
pub(super) fn too_many_tries() -> Refusal {
    let sentence = "Many wrong PINs came from your network. Try again in a few seconds.";
    Refusal::new(ErrorCode::RateLimited, sentence).retry_after_ms(2_000)
}

/// The refusal when too many enter from one network at once.
pub(super) fn too_many_newcomers(retry_after_ms: u64) -> Refusal {
    let sentence = "Many players are coming in from your network. Wait a moment, then you are let in.";
    Refusal::new(ErrorCode::RateLimited, sentence).retry_after_ms(retry_after_ms)
}

pub(super) fn over_quota(why: QuotaError) -> Refusal {
    match why {
        QuotaError::ServerFull => Refusal::new(ErrorCode::Full, why.to_string()),
        _ => Refusal::new(ErrorCode::RateLimited, why.to_string()).retry_after_ms(60_000),
    }
}

pub(super) fn unavailable(error: StorageError) -> Refusal {
    tracing::warn!("a game was not served: {error}");
    match error {
        StorageError::Unavailable(_) => {
            Refusal::new(ErrorCode::Unavailable, "The game cannot be reached now. Try again in a moment.")
        }
        StorageError::Full(_) => Refusal::new(ErrorCode::Full, "There is no space for games now."),
        StorageError::Conflict => not_now("Somebody else changed the game at the same moment."),
        StorageError::Corrupt(_) => Refusal::new(
            ErrorCode::Damaged,
            "What is stored of this game is damaged. Start another one, and tell whoever runs this server.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use protocol::quiz::{Question, Quiz, problems};

    use super::*;

    #[test]
    fn whoever_wants_to_play_an_unfinished_quiz_reads_where_it_is_unfinished() {
        let nothing = Quiz { title: "Planets".into(), ..Quiz::default() };
        let empty = Quiz { questions: vec![Question::default()], ..nothing.clone() };
        let told = |quiz: Quiz| problems(&quiz).first().map(|problem| unfinished(problem).message);
        assert_eq!(told(nothing).as_deref(), Some("This quiz is not finished yet. There is no question yet."));
        assert_eq!(told(empty).as_deref(), Some("This quiz is not finished yet. Question 1: No question yet."));
    }
}
