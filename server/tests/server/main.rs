//! Tests through the server's interfaces: contracts that every implementation
//! keeps, and faults that people must not notice.
//!
//! One binary, so that it links once.

// Nothing can be reached from outside a test binary; `pub` only says what modules offer each other.
#![allow(unreachable_pub)]

#[macro_use]
mod contract;

mod again;
mod append_script;
mod archive;
mod authors;
mod broker_contract;
mod browser;
mod changing;
mod class;
mod class_chat;
mod cluster;
mod damage;
mod damaged_logs;
mod database;
mod database_faults;
mod embedded_faults;
mod entrance;
mod form_errors;
mod formulas;
mod game_pages;
mod games_contract;
mod history_contract;
mod hostile_archives;
mod hostile_files;
mod hostile_text;
mod hosting;
mod identity;
mod imported_pictures;
mod imports;
mod ledger_contract;
mod limits_page;
mod listing;
mod markup;
mod node;
mod pages;
mod plain_room;
mod playing;
mod playing_faults;
mod polling;
mod postgres_server;
mod presence_contract;
mod presence_faults;
mod presence_fixture;
mod presence_nodes;
mod program;
mod proxied;
mod quizzes_contract;
mod quizzes_fixture;
mod quota_contract;
mod raw_http;
mod reading;
mod redis_cluster;
mod redis_deployments;
mod redis_faults;
mod redis_restarts;
mod redis_server;
mod redis_shapes;
mod redis_versions;
mod refusals;
mod renaming;
mod results;
mod retention_contract;
mod revocations_contract;
mod rewriting_contract;
mod rooms_contract;
mod rooms_fixture;
mod sessions;
mod shares;
mod signing_out;
mod starting;
mod stored_files;
mod strangers;
mod strangers_connections;
mod strangers_http;
mod strangers_sockets;
mod strangers_waiting;
mod talking;
mod texts;
mod throttling;
mod transfer;
mod visitor;
