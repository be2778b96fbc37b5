-- How far each room's log is archived. The fence grows whenever a log was lost, or lost its end: whoever read the log
-- before that may not archive it any more, because its numbers may mean something else now.
CREATE TABLE room_logs (
    room text COLLATE "C" PRIMARY KEY,
    archived bigint NOT NULL DEFAULT 0,
    fence bigint NOT NULL DEFAULT 0,
    -- When it was last asked where the log goes on: a row of a room in which nobody says anything goes again.
    fenced_at bigint NOT NULL DEFAULT 0
);
-- What was said, for good. The offset is the number in the room's log; the name is the author's at that time.
CREATE TABLE messages (
    room text COLLATE "C" NOT NULL,
    log_offset bigint NOT NULL,
    id text COLLATE "C" NOT NULL,
    author text COLLATE "C" NOT NULL,
    name text NOT NULL,
    text text NOT NULL,
    sent_at bigint NOT NULL,
    -- The message that it answers.
    reply_to bigint,
    edited_at bigint,
    deleted_by text COLLATE "C",
    deleter_name text,
    deleted_at bigint,
    -- The numbers of the events that edited it.
    edits bigint[] NOT NULL,
    PRIMARY KEY (room, log_offset)
);
-- What messages said before they were edited: until the event of that number, and since when.
CREATE TABLE message_versions (
    room text COLLATE "C" NOT NULL,
    log_offset bigint NOT NULL,
    until_offset bigint NOT NULL,
    text text NOT NULL,
    said_at bigint NOT NULL,
    PRIMARY KEY (room, log_offset, until_offset),
    FOREIGN KEY (room, log_offset) REFERENCES messages ON DELETE CASCADE
);
