//! What games refuse, in words for people.

use protocol::quiz::Problem;
use protocol::{ErrorCode, Name, Refusal, limits};

use super::StoreError;
use crate::quota::QuotaError;

/// What is told to whoever typed a wrong PIN.
pub(super) fn no_game() -> Refusal {
    Refusal::new(ErrorCode::NoGame, "No game has this PIN. Look at the big screen again.")
}

/// What is told to newcomers when nobody new can play, those too who waited for it.
pub(super) fn over() -> Refusal {
    Refusal::new(ErrorCode::NoGame, "This game is over.")
}

/// What is told to whoever wants something of a game that is over, before it is.
pub(super) fn not_over() -> Refusal {
    not_now("This game is not over yet.")
}

/// What is told to whoever meant a version that the game is no longer at.
pub(super) fn gone_on() -> Refusal {
    not_now("The game has gone on already.")
}

/// What is told to an added host who wants to play another quiz.
pub(super) fn not_owner() -> Refusal {
    Refusal::new(ErrorCode::NotHost, "Only who started this game can choose another quiz.")
}

pub(super) fn not_host() -> Refusal {
    Refusal::new(ErrorCode::NotHost, "Only a host of this game may do this.")
}

/// What is told to a host who was removed by another one.
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

/// What is told to everybody who is in no class that chats there, whether there is one or not.
pub(super) fn no_class() -> Refusal {
    Refusal::new(ErrorCode::NotInGame, "This chat is for those who are in its game. Join the game first.")
}

pub(super) fn not_in_game() -> Refusal {
    Refusal::new(ErrorCode::NotInGame, "Enter a game first.")
}

pub(super) fn not_now(sentence: impl Into<String>) -> Refusal {
    Refusal::new(ErrorCode::NotNow, sentence)
}

pub(super) fn invalid(sentence: impl Into<String>) -> Refusal {
    Refusal::new(ErrorCode::Invalid, sentence)
}

pub(super) fn unfinished(problem: &Problem) -> Refusal {
    invalid(match problem.question {
        // In the editor it stands beside its question, without a full stop.
        Some(at) => format!("This quiz is not finished yet. Question {}: {}.", at + 1, problem.sentence),
        None => format!("This quiz is not finished yet. {}", problem.sentence),
    })
}

pub(super) fn locked() -> Refusal {
    Refusal::new(ErrorCode::Locked, "The game is locked. Ask the host to let you in.")
}

/// What is told to newcomers from a network that a host keeps out.
pub(super) fn blocked(for_ms: u64) -> Refusal {
    let minutes = for_ms.div_ceil(60_000);
    let minutes = if minutes == 1 { "a minute".to_owned() } else { format!("{minutes} minutes") };
    let sentence = format!("The host lets nobody join from your network for {minutes}. Ask the host to let you in.");
    Refusal::new(ErrorCode::Locked, sentence)
}

/// What is told to somebody while they wait to be let in.
pub(super) fn waiting() -> Refusal {
    let wait_ms = limits::ASK_AGAIN_AFTER.as_millis() as u64;
    Refusal::new(ErrorCode::Waiting, "Waiting for the host to let you in.").retry_after_ms(wait_ms)
}

/// While so many wait to be let in that nobody else can.
pub(super) fn crowded() -> Refusal {
    let sentence = "Many are waiting for the host to let them in. Wait a moment, then you are in the line.";
    Refusal::new(ErrorCode::Waiting, sentence).retry_after_ms(5_000)
}

/// What is told to a host who means somebody without a seat.
pub(super) fn not_playing() -> Refusal {
    not_now("This player is not in the game any more.")
}

pub(super) fn kicked() -> Refusal {
    Refusal::new(ErrorCode::Kicked, "The host removed you from this game.")
}

/// What is told to somebody who waited to be let in, and was not.
pub(super) fn declined() -> Refusal {
    Refusal::new(ErrorCode::Kicked, "The host did not let you in.")
}

/// While the game goes on too quickly for what was asked.
pub(super) fn busy() -> Refusal {
    Refusal::new(ErrorCode::Unavailable, "The game is busy. Try again in a moment.")
}

pub(super) fn bad_nickname(sentence: impl Into<String>) -> Refusal {
    Refusal::new(ErrorCode::BadNickname, sentence)
}

pub(super) fn nickname_taken(name: &Name, free: &Name) -> Refusal {
    // No article: whether it is "a" or "an" is heard, not written.
    Refusal::new(ErrorCode::NicknameTaken, format!("The name {name} is taken in this game. Try {free}."))
}

/// While so many from one network wait already, because of wrong PINs, that no more can.
pub(super) fn too_many_tries() -> Refusal {
    let sentence = "Many wrong PINs came from your network. Try again in a few seconds.";
    Refusal::new(ErrorCode::RateLimited, sentence).retry_after_ms(2_000)
}

/// When more come in from one network than may at once.
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

pub(super) fn unavailable(error: impl Into<StoreError>) -> Refusal {
    let error = error.into();
    tracing::warn!("a game was not served: {error}");
    match error {
        StoreError::Unavailable(_) => {
            Refusal::new(ErrorCode::Unavailable, "The game cannot be reached now. Try again in a moment.")
        }
        StoreError::Full(_) => Refusal::new(ErrorCode::Full, "There is no space for games now."),
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
