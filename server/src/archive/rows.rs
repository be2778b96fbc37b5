//! Messages as rows of the database.

use std::fmt;

use protocol::{Member, Message, MessageId, Name, RoomId, UserId};
use storage::StorageError;
use storage::postgres::{Transaction, column};
use tokio_postgres::Row;

/// A statement with the columns that [`message`] reads in its gap.
macro_rules! with_columns {
    ($before:literal, $after:literal) => {
        concat!(
            $before,
            "log_offset, id, author, name, text, sent_at, reply_to, edited_at, deleted_by, deleter_name, deleted_at, edits",
            $after
        )
    };
}
pub(super) use with_columns;

const APPEND: &str = "
    INSERT INTO messages (room, log_offset, id, author, name, text, sent_at, reply_to, edited_at, deleted_by, deleter_name,
        deleted_at, edits)
    SELECT room, log_offset, id, author, name, text, sent_at, reply_to, edited_at, deleted_by, deleter_name, deleted_at,
        string_to_array(edits, ',')::bigint[]
    FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[],
        $9::bigint[], $10::text[], $11::text[], $12::bigint[], $13::text[])
        AS new (room, log_offset, id, author, name, text, sent_at, reply_to, edited_at, deleted_by, deleter_name,
            deleted_at, edits)
    ON CONFLICT DO NOTHING";
const CHANGE: &str = "
    UPDATE messages SET text = new.text, reply_to = new.reply_to, edited_at = new.edited_at, deleted_by = new.deleted_by,
        deleter_name = new.deleter_name, deleted_at = new.deleted_at, edits = string_to_array(new.edits, ',')::bigint[]
    FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::text[], $8::bigint[],
        $9::text[]) AS new (room, log_offset, text, reply_to, edited_at, deleted_by, deleter_name, deleted_at, edits)
    WHERE messages.room = new.room AND messages.log_offset = new.log_offset";

/// What a message is called in an error.
const DAMAGED: &str = "a message in the database";

/// Messages column by column.
#[derive(Default)]
pub(super) struct Columns<'a> {
    rooms: Vec<&'a str>,
    offsets: Vec<i64>,
    ids: Vec<&'a str>,
    authors: Vec<&'a str>,
    names: Vec<&'a str>,
    texts: Vec<String>,
    times: Vec<i64>,
    replies: Vec<Option<i64>>,
    edited_at: Vec<Option<i64>>,
    deleted_by: Vec<Option<&'a str>>,
    deleter_names: Vec<Option<&'a str>>,
    deleted_at: Vec<Option<i64>>,
    edits: Vec<String>,
}

impl<'a> Columns<'a> {
    /// Adds a message of a room.
    pub(super) fn push(&mut self, room: &'a RoomId, message: &'a Message) {
        self.rooms.push(room.as_str());
        self.offsets.push(number(message.offset));
        self.ids.push(message.id.as_str());
        self.authors.push(message.author.id.as_str());
        self.names.push(message.author.name.as_str());
        self.texts.push(storable(&message.message));
        self.times.push(number(message.sent_at));
        self.replies.push(message.reply_to.map(number));
        self.edited_at.push(message.edited_at.map(number));
        self.deleted_by.push(message.deleted_by.as_ref().map(|by| by.id.as_str()));
        self.deleter_names.push(message.deleted_by.as_ref().map(|by| by.name.as_str()));
        self.deleted_at.push(message.deleted_at.map(number));
        let edits: Vec<String> = message.edits.iter().map(u64::to_string).collect();
        self.edits.push(edits.join(","));
    }

    /// Inserts those that are not there yet.
    pub(super) async fn insert(&self, transaction: &Transaction<'_>) -> Result<(), StorageError> {
        if !self.rooms.is_empty() {
            let Self { rooms, offsets, ids, authors, names, texts, times, .. } = self;
            let Self { replies, edited_at, deleted_by, deleter_names, deleted_at, edits, .. } = self;
            transaction
                .execute(
                    APPEND,
                    &[
                        rooms,
                        offsets,
                        ids,
                        authors,
                        names,
                        texts,
                        times,
                        replies,
                        edited_at,
                        deleted_by,
                        deleter_names,
                        deleted_at,
                        edits,
                    ],
                )
                .await?;
        }
        Ok(())
    }

    /// Gives rows that are there what can change of a message.
    pub(super) async fn update(&self, transaction: &Transaction<'_>) -> Result<(), StorageError> {
        if !self.rooms.is_empty() {
            let Self {
                rooms, offsets, texts, replies, edited_at, deleted_by, deleter_names, deleted_at, edits, ..
            } = self;
            transaction
                .execute(
                    CHANGE,
                    &[rooms, offsets, texts, replies, edited_at, deleted_by, deleter_names, deleted_at, edits],
                )
                .await?;
        }
        Ok(())
    }
}

/// A text without the character that PostgreSQL has in no text. No message has had it since texts are cleaned.
pub(super) fn storable(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// The message of a row, whose columns from `first` on are those of `with_columns`.
pub(super) fn message(room: &RoomId, row: &Row, first: usize) -> Result<Message, StorageError> {
    let number = |at| Ok::<_, StorageError>(column::<i64>(row, first + at)?.unsigned_abs());
    let optional = |at| Ok::<_, StorageError>(column::<Option<i64>>(row, first + at)?.map(i64::unsigned_abs));
    let deleted_by = match (column::<Option<&str>>(row, first + 8)?, column::<Option<&str>>(row, first + 9)?) {
        (Some(id), Some(name)) => Some(member(id, name)?),
        _ => None,
    };
    let edits: Vec<i64> = column(row, first + 11)?;
    Ok(Message {
        room_id: room.clone(),
        id: MessageId::parse(column(row, first + 1)?).map_err(|error| wrong(&error))?,
        offset: number(0)?,
        author: member(column(row, first + 2)?, column(row, first + 3)?)?,
        message: column(row, first + 4)?,
        sent_at: number(5)?,
        reply_to: optional(6)?,
        edited_at: optional(7)?,
        deleted_by,
        deleted_at: optional(10)?,
        edits: edits.into_iter().map(i64::unsigned_abs).collect(),
    })
}

fn member(id: &str, name: &str) -> Result<Member, StorageError> {
    let id = UserId::parse(id).map_err(|error| wrong(&error))?;
    Ok(Member { id, name: Name::parse(name).map_err(|error| wrong(&error))? })
}

fn wrong(error: &dyn fmt::Display) -> StorageError {
    StorageError::corrupt(format!("{DAMAGED}: {error}"))
}

/// A number as the database has it.
pub(super) fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
