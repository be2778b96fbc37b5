//! What every list of rooms promises, and the directory over it.

use std::sync::Arc;

use realtime::channel::Channel;
use server::rooms::Listing;

use crate::rooms_fixture::{RoomsFixture, ana, room};

contract!(RoomsFixture on embedded, postgres => [
    the_first_title_stays,
    a_room_that_is_entered_is_listed_first,
    only_who_opens_a_room_first_lists_it,
    a_room_that_was_only_looked_at_is_not_made,
    the_list_has_those_with_people_first,
    a_preview_tells_who_is_there,
    a_list_is_shared_for_a_moment,
    a_room_that_is_no_text_hides_none_of_the_others,
]);

async fn the_first_title_stays(house: RoomsFixture) {
    house.rooms.note_message(&room("garden")).await.unwrap();
    assert_eq!(house.rooms.title(&room("garden")).await, Ok(None));
    house.rooms.open(&room("garden"), "Riverside Garden", Listing::Unlisted).await.unwrap();
    house.rooms.open(&room("garden"), "Somebody else's", Listing::Unlisted).await.unwrap();
    house.rooms.note_message(&room("garden")).await.unwrap();
    assert_eq!(house.rooms.title(&room("garden")).await, Ok(Some("Riverside Garden".into())));
    assert_eq!(house.rooms.title(&room("unknown")).await, Ok(None));
}

async fn a_room_that_is_entered_is_listed_first(house: RoomsFixture) {
    assert_eq!(house.listed().await, [""; 0]);
    house.list("first", "First").await;
    house.list("second:-{odd}", "Second").await;
    house.enter_last("second:-{odd}").await;
    assert_eq!(house.listed().await, ["second:-{odd}", "first"]);
    house.enter_last("first").await;
    assert_eq!(house.listed().await, ["first", "second:-{odd}"]);
    let latest = house.rooms.listed(1).await.unwrap();
    assert_eq!(latest.len(), 1);
    assert_eq!(latest[0].title.as_deref(), Some("First"));
    assert!(latest[0].active_at > 1_700_000_000_000);
    assert_eq!(house.rooms.listed(0).await.unwrap(), []);
}

async fn only_who_opens_a_room_first_lists_it(house: RoomsFixture) {
    house.rooms.open(&room("secret"), "Secret", Listing::Unlisted).await.unwrap();
    house.rooms.note_message(&room("by-link")).await.unwrap();
    for id in ["secret", "by-link"] {
        house.list(id, "Found you").await;
        house.rooms.enter(&room(id)).await.unwrap();
        house.rooms.note_message(&room(id)).await.unwrap();
    }
    assert_eq!(house.listed().await, [""; 0]);
    house.list("open", "Open").await;
    house.rooms.open(&room("open"), "Open", Listing::Unlisted).await.unwrap();
    assert_eq!(house.listed().await, ["open"], "nobody takes it off the list either");
}

async fn a_room_that_was_only_looked_at_is_not_made(house: RoomsFixture) {
    house.rooms.enter(&room("attic")).await.unwrap();
    house.directory().preview(&room("attic")).await.unwrap();
    // Had it been made, it could not be listed any more.
    house.list("attic", "Attic").await;
    assert_eq!(house.listed().await, ["attic"]);
}

async fn the_list_has_those_with_people_first(house: RoomsFixture) {
    for id in ["full", "older", "newer"] {
        house.list(id, if id == "newer" { "The Newer" } else { id }).await;
        house.enter_last(id).await;
    }
    house.rooms.open(&room("unlisted"), "Unlisted", Listing::Unlisted).await.unwrap();
    house.presence.enter(&Channel::Room(room("full")), &ana()).await.unwrap();
    house.presence.enter(&Channel::Room(room("unlisted")), &ana()).await.unwrap();
    let list = house.directory().list().await.unwrap();
    let titles: Vec<_> = list.iter().map(|summary| summary.title.as_str()).collect();
    assert_eq!(titles, ["full", "The Newer", "older"]);
    assert_eq!((list[0].member_count, list[0].members.as_slice()), (1, [ana()].as_slice()));
}

async fn a_preview_tells_who_is_there(house: RoomsFixture) {
    let directory = house.directory();
    let preview = directory.preview(&room("garden")).await.unwrap();
    assert_eq!((preview.title.as_str(), preview.member_count), ("garden", 0));
    house.rooms.open(&room("garden"), "Riverside Garden", Listing::Unlisted).await.unwrap();
    house.presence.enter(&Channel::Room(room("garden")), &ana()).await.unwrap();
    let preview = directory.preview(&room("garden")).await.unwrap();
    assert_eq!((preview.title.as_str(), preview.members.as_slice()), ("Riverside Garden", [ana()].as_slice()));
}

async fn a_list_is_shared_for_a_moment(house: RoomsFixture) {
    let directory = house.directory();
    house.list("first", "First").await;
    let (one, other) = tokio::join!(directory.list(), directory.list());
    assert!(Arc::ptr_eq(&one.unwrap(), &other.unwrap()), "read once for all who ask together");
    house.list("second", "Second").await;
    let renewed = async { while directory.list().await.unwrap().len() < 2 {} };
    tokio::time::timeout(std::time::Duration::from_secs(20), renewed).await.expect("the list stays old");
}

async fn a_room_that_is_no_text_hides_none_of_the_others(house: RoomsFixture) {
    for (id, title) in [("one", "One"), ("two", "Two"), ("three", "Three")] {
        house.list(id, title).await;
    }
    house.damage("one", "three").await;
    assert_eq!(house.listed().await, ["two"]);
}

mod forgetting {
    use server::rooms::KNOWN;

    use super::*;

    // In a database rooms stay.
    contract!(RoomsFixture on embedded => [the_quietest_rooms_are_forgotten]);

    async fn the_quietest_rooms_are_forgotten(house: RoomsFixture) {
        house.rooms.open(&room("titled"), "Titled", Listing::Unlisted).await.unwrap();
        house.list("listed", "Listed").await;
        let listed_at = house.rooms.listed(1).await.unwrap()[0].active_at;
        while now_ms() <= listed_at {
            tokio::task::yield_now().await;
        }
        let speaking = (0..KNOWN).map(|number| {
            let rooms = house.rooms.clone();
            async move { rooms.note_message(&room(&format!("r{number}"))).await.unwrap() }
        });
        futures::future::join_all(speaking).await;
        assert_eq!(house.listed().await, [""; 0]);
        assert_eq!(house.rooms.title(&room("titled")).await, Ok(None));
    }

    fn now_ms() -> u64 {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        u64::try_from(since.as_millis()).unwrap()
    }
}
