//! The islands of the home page, in one part: they are all on that page.

use super::game::join::join_game;
use super::name_tag::name_tag;
use super::open_room::open_room;
use super::room_list::listed_rooms;
use crate::island::part;

part! {
    front_part:
    /// The viewer's name as a field.
    NameTag draws name_tag,
    /// The form that opens a room and leads there.
    OpenRoomForm draws open_room,
    /// The form that finds a game and leads there.
    JoinGame draws join_game,
    /// The listed rooms, and how many people are in them.
    ListedRooms draws listed_rooms,
}
