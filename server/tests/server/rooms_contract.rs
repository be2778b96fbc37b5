//! What every list of rooms promises, and the directory over it.

use std::sync::Arc;

use server::channel::Channel;

use crate::rooms_house::{House, ana, room};

contract!(House on embedded, redis, three_shards => [
    the_first_title_stays,
    a_room_that_is_entered_is_listed_first,
    the_list_has_people_first_and_last_words,
    a_preview_tells_who_is_there,
    a_list_is_shared_for_a_moment,
]);

async fn the_first_title_stays(house: House) {
    house.rooms.touch(&room("garden")).await.unwrap();
    assert_eq!(house.rooms.title(&room("garden")).await, Ok(None));
    house.rooms.open(&room("garden"), "Riverside Garden").await.unwrap();
    house.rooms.open(&room("garden"), "Somebody else's").await.unwrap();
    house.rooms.touch(&room("garden")).await.unwrap();
    assert_eq!(house.rooms.title(&room("garden")).await, Ok(Some("Riverside Garden".into())));
    assert_eq!(house.rooms.title(&room("unknown")).await, Ok(None));
}

async fn a_room_that_is_entered_is_listed_first(house: House) {
    assert_eq!(house.recent().await, [""; 0]);
    house.rooms.open(&room("first"), "First").await.unwrap();
    house.touch_last("second: {odd}").await;
    assert_eq!(house.recent().await, ["second: {odd}", "first"]);
    house.touch_last("first").await;
    assert_eq!(house.recent().await, ["first", "second: {odd}"]);
    let latest = house.rooms.recent(1).await.unwrap();
    assert_eq!(latest.len(), 1);
    assert_eq!(latest[0].title.as_deref(), Some("First"));
    assert!(latest[0].active_at > 1_700_000_000_000);
    assert_eq!(house.rooms.recent(0).await.unwrap(), []);
}

async fn the_list_has_people_first_and_last_words(house: House) {
    for id in ["full", "older", "newer"] {
        house.touch_last(id).await;
    }
    house.rooms.open(&room("newer"), "The Newer").await.unwrap();
    house.presence.enter(&Channel::Room(room("full")), &ana()).await.unwrap();
    house.say("older", "Good night").await;
    let list = house.directory().list().await.unwrap();
    let titles: Vec<_> = list.iter().map(|summary| summary.title.as_str()).collect();
    assert_eq!(titles, ["full", "The Newer", "older"]);
    assert_eq!((list[0].member_count, list[0].members.as_slice()), (1, [ana()].as_slice()));
    assert_eq!(list[1].last, None);
    assert_eq!(list[2].last.as_ref().map(|last| last.message.as_str()), Some("Good night"));
}

async fn a_preview_tells_who_is_there(house: House) {
    let directory = house.directory();
    let preview = directory.preview(&room("garden")).await.unwrap();
    assert_eq!((preview.title.as_str(), preview.member_count), ("garden", 0));
    house.rooms.open(&room("garden"), "Riverside Garden").await.unwrap();
    house.presence.enter(&Channel::Room(room("garden")), &ana()).await.unwrap();
    let preview = directory.preview(&room("garden")).await.unwrap();
    assert_eq!((preview.title.as_str(), preview.members.as_slice()), ("Riverside Garden", [ana()].as_slice()));
}

async fn a_list_is_shared_for_a_moment(house: House) {
    let directory = house.directory();
    house.rooms.touch(&room("first")).await.unwrap();
    let (one, other) = tokio::join!(directory.list(), directory.list());
    assert!(Arc::ptr_eq(&one.unwrap(), &other.unwrap()), "read once for all who ask together");
    house.rooms.touch(&room("second")).await.unwrap();
    let renewed = async { while directory.list().await.unwrap().len() < 2 {} };
    tokio::time::timeout(std::time::Duration::from_secs(20), renewed).await.expect("the list stays old");
}
