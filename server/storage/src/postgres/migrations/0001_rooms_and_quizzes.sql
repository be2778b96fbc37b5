-- Times are in milliseconds since 1970. Ids are compared byte by byte, like everywhere in Hubbub.

-- The rooms that somebody opened or wrote in.
CREATE TABLE rooms (
    id text COLLATE "C" PRIMARY KEY,
    title text NOT NULL,
    listed boolean NOT NULL,
    created_at bigint NOT NULL,
    active_at bigint NOT NULL
);
CREATE INDEX rooms_by_activity ON rooms (active_at);
CREATE INDEX rooms_listed ON rooms (active_at) WHERE listed;

-- Authors' quizzes as they are now.
CREATE TABLE quizzes (
    id text COLLATE "C" PRIMARY KEY,
    owner text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    saved_at bigint NOT NULL,
    summary text NOT NULL
);
CREATE INDEX quizzes_by_owner ON quizzes (owner, saved_at);
-- What they say, in their newest versions.
CREATE TABLE quiz_versions (
    quiz text COLLATE "C" NOT NULL REFERENCES quizzes ON DELETE CASCADE,
    version bigint NOT NULL,
    about text NOT NULL,
    stored text NOT NULL,
    PRIMARY KEY (quiz, version)
);
-- Results of games, for their hosts; how far the game was.
CREATE TABLE results (
    owner text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    ended_at bigint NOT NULL,
    progress bigint NOT NULL,
    summary text NOT NULL,
    whole text NOT NULL,
    PRIMARY KEY (owner, id)
);
CREATE INDEX results_by_end ON results (owner, ended_at);
CREATE INDEX results_by_age ON results (ended_at);
-- Who stores quizzes or begins games: since when, and when they last did.
CREATE TABLE authors (
    owner text COLLATE "C" PRIMARY KEY,
    since bigint NOT NULL,
    seen_at bigint NOT NULL
);
CREATE INDEX authors_by_visit ON authors (seen_at);

-- Pictures in quizzes, named by their digest; when one was brought, or the last version that named it went. They are
-- compressed already.
CREATE TABLE pictures (
    id text COLLATE "C" PRIMARY KEY,
    bytes bytea NOT NULL,
    idle_at bigint NOT NULL
);
ALTER TABLE pictures ALTER COLUMN bytes SET STORAGE EXTERNAL;
CREATE INDEX pictures_by_idleness ON pictures (idle_at, id);
-- Which versions of quizzes name a picture.
CREATE TABLE quiz_pictures (
    picture text COLLATE "C" NOT NULL,
    quiz text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (picture, quiz, version)
);
CREATE INDEX quiz_pictures_by_version ON quiz_pictures (quiz, version);
CREATE FUNCTION quiz_version_goes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE pictures SET idle_at = (extract(epoch FROM clock_timestamp()) * 1000)::bigint WHERE id IN
        (SELECT picture FROM quiz_pictures WHERE quiz = OLD.quiz AND version = OLD.version);
    DELETE FROM quiz_pictures WHERE quiz = OLD.quiz AND version = OLD.version;
    RETURN OLD;
END
$$;
CREATE TRIGGER quiz_version_goes AFTER DELETE ON quiz_versions
    FOR EACH ROW EXECUTE FUNCTION quiz_version_goes();
