//! What may be set, and what a wrong value is told.

use super::*;

fn parse(flags: &[&str]) -> Result<Config, clap::Error> {
    Config::try_parse_from(["hubbub"].iter().chain(flags))
}

#[test]
fn nothing_said_means_embedded_on_port_3000() {
    let config = parse(&[]).unwrap();
    assert_eq!(config.address().to_string(), "127.0.0.1:3000");
    assert!(config.redis_servers().is_none());
}

#[test]
fn a_bad_value_is_status_2_and_says_why() {
    for flags in [
        ["--listen", "3000"],
        ["--rate-limit", "fast"],
        ["--session-key", "short"],
        ["--session-key-old", "short"],
        ["--session-key-file", "/nowhere/at/all"],
        ["--quiz-key-file", "/nowhere/at/all"],
        ["--session-days", "0"],
        ["--session-not-before", "2026-11-30"],
        ["--session-not-before", "99999999999"],
        ["--redis-prefix", "School:a"],
        ["--database", "mysql://localhost/hubbub"],
        ["--database-password-file", "/nowhere/at/all"],
        ["--database-connections", "0"],
        ["--log-length", "1"],
        ["--log-bytes", "1k"],
        ["--log-bytes", "8mb"],
        ["--storage-quota", "much"],
        ["--retain-rooms", "0"],
        ["--pace-ms", "21"],
        ["--threads", "0"],
        ["--trusted-proxies", "10.0.0.0/33"],
        ["--metrics-listen", "4000"],
        ["--hosts", "https://hub.example"],
    ] {
        let error = parse(&flags).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{flags:?}");
        assert!(error.to_string().contains(flags[0]), "{error}");
    }
}

#[test]
fn the_database_may_stand_after_the_command_too() {
    for flags in
        [["--database", "postgres://a@localhost/b", "migrate"], ["migrate", "--database", "postgres://a@localhost/b"]]
    {
        let config = parse(&flags).unwrap();
        assert!(config.database.database.is_some() && matches!(config.command, Some(Command::Migrate)), "{flags:?}");
    }
    let wrong = parse(&["--database", "postgres://ana:secret@host:port/hubbub"]).unwrap_err().to_string();
    assert!(wrong.contains("--database") && !wrong.contains("secret"), "{wrong}");
}

#[test]
fn who_asks_for_a_key_must_give_one() {
    let error = parse(&["--quiz-authors", "key"]).unwrap_err();
    assert!(error.exit_code() == 2 && error.to_string().contains("--quiz-key"), "{error}");
    let config = parse(&["--quiz-authors", "key", "--quiz-key", " open sesame "]).unwrap();
    assert_eq!(config.author_key(), Some("open sesame"));
    let idle = parse(&["--quiz-key", "open sesame"]).unwrap();
    assert!(idle.author_key().is_none(), "open is open");
    let error = parse(&["--quiz-key", "short"]).unwrap_err();
    assert!(error.to_string().contains("8 characters"), "{error}");
}

#[test]
fn lists_may_be_written_with_spaces() {
    let config = parse(&["--hosts", "a.example, b.example:80", "--trusted-proxies", "10.0.0.1, ::1"]).unwrap();
    assert_eq!((config.hosts.len(), config.trusted_proxies.len()), (2, 2));
    assert!(parse(&["--storage-quota", "99999999999g"]).unwrap_err().to_string().contains("less than"));
}

#[test]
fn pages_whose_names_went_along_are_found() {
    let site = tempfile::tempdir().unwrap();
    let flags = ["--site-dir", site.path().to_str().unwrap()];
    assert_eq!(parse(&flags).unwrap().hash_file(), None);
    let names = site.path().join("hash.txt");
    std::fs::write(&names, "js: abc\n").unwrap();
    assert_eq!(parse(&flags).unwrap().hash_file(), Some(names));
}

#[test]
fn keys_can_stand_in_files_and_in_no_log() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let (key, old) = ("the key of today, long enough for it", "the key of before, just as long as it");
    let (key_file, old_file) = (file("key", &format!("{key}\n")), file("old", old));
    let quiz = file("quiz", "open sesame\n");
    let flags = ["--session-key-file", &key_file, "--session-key-old-file", &old_file];
    let config = parse(&[&flags[..], &["--quiz-authors", "key", "--quiz-key-file", &quiz]].concat()).unwrap();
    assert_eq!((config.sessions.key(), config.author_key()), (Some(key), Some("open sesame")));
    assert_eq!(config.sessions.keys(key).old, [old]);
    let shown = format!("{config:?}");
    assert!(!shown.contains("the key of") && !shown.contains("sesame"), "{shown}");

    let both = parse(&["--session-key-file", &key_file, "--session-key", key]).unwrap_err();
    assert!(both.to_string().contains("--session-key"), "{both}");
    let short = parse(&["--session-key-file", &file("short", "short")]).unwrap_err();
    assert!(short.to_string().contains("32 characters"), "{short}");
}

#[test]
fn a_redis_is_an_address_or_a_url() {
    assert!(parse(&["--redis", "127.0.0.1:6379"]).unwrap().redis_servers().is_some());
    assert!(parse(&["--redis", "redis://a:1,redis://b:2"]).unwrap().redis_servers().is_some());
    let error = parse(&["--redis", "redis://:secret@x:y"]).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    assert!(error.to_string().contains("--redis") && !error.to_string().contains("secret"), "{error}");
}

#[test]
fn a_prefix_is_a_short_plain_name() {
    assert_eq!(parse(&[]).unwrap().redis_prefix, Keyspace::default());
    let prefix = |text| parse(&["--redis-prefix", text]).map(|config| config.redis_prefix);
    assert_eq!(prefix("school-a.2_x").unwrap(), Keyspace::parse("school-a.2_x").unwrap());
    for wrong in ["", "{a}", "a:b", "a*", "Hub", "äh", &"x".repeat(33)] {
        let error = prefix(wrong).unwrap_err().to_string();
        assert!(error.contains("--redis-prefix") && error.contains("use 1 to 32 of"), "{error}");
    }
}

#[test]
fn origins_have_no_path() {
    let config = parse(&["--allowed-origins", "https://A.example,http://b:8080"]).unwrap();
    assert_eq!(config.allowed_origins, ["https://a.example", "http://b:8080"]);
    assert!(parse(&["--allowed-origins", "https://a.example/x"]).is_err());
}
