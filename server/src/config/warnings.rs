//! Warnings for the operator at the start: settings that work, and are most likely not what was meant.

use std::net::SocketAddr;

use super::{Config, QuizAuthors, Secret};

impl Config {
    /// The warnings, each with the flag that changes it. `address`: where the server listens.
    pub fn warnings(&self, address: SocketAddr) -> Vec<String> {
        let settings = [self.open_authors(address), self.idle_key(), self.idle_database(), self.no_database()]
            .into_iter()
            .flatten()
            .map(ToOwned::to_owned);
        let exposed = self.key_files().into_iter().filter_map(|(flag, secret)| {
            let file = secret?.exposed_in()?;
            Some(format!(
                "everybody on this machine can read or change the key in {file} ({flag}): chmod 600 {file}",
                file = file.display()
            ))
        });
        let strangers = self.trusted_proxies.iter().filter(|proxy| proxy.has_strangers()).map(|proxy| {
            format!(
                "--trusted-proxies {proxy} holds addresses of strangers, who are believed whatever they say about theirs: \
                 no limit counts them. Name your proxies alone"
            )
        });
        settings.chain(exposed).chain(strangers).collect()
    }

    fn open_authors(&self, address: SocketAddr) -> Option<&'static str> {
        let is_public = !address.ip().to_canonical().is_loopback();
        (is_public && self.quiz_authors == QuizAuthors::Open).then_some(
            "everybody who reaches this server can keep quizzes and pictures on it and begin games; \
             --quiz-authors key --quiz-key-file FILE leaves that to those who know the key",
        )
    }

    /// A key that has no effect with the other settings.
    fn idle_key(&self) -> Option<&'static str> {
        let has_key = self.quiz_key_file.is_some() || self.quiz_key.is_some();
        (self.quiz_authors == QuizAuthors::Open && has_key).then_some(
            "nobody needs the authors' key, because everybody may write quizzes; --quiz-authors key changes that",
        )
    }

    /// A database of a node that keeps everything in its data folder.
    fn idle_database(&self) -> Option<&'static str> {
        (self.database.database.is_some() && self.redis_servers().is_none()).then_some(
            "the database is not used: without --redis this is one node, and everything is kept in --data-dir",
        )
    }

    /// Nodes on which nothing lasts.
    fn no_database(&self) -> Option<&'static str> {
        (self.database.database.is_none() && self.redis_servers().is_some()).then_some(
            "there is no --database: rooms and games are live only, rooms have no titles and are not listed, and nobody \
             can store quizzes, pictures and results",
        )
    }

    /// The keys that may come from files, and their flags.
    fn key_files(&self) -> [(&'static str, Option<&Secret>); 4] {
        let [session, old] = self.sessions.key_files();
        [
            ("--session-key-file", session),
            ("--session-key-old-file", old),
            ("--quiz-key-file", self.quiz_key_file.as_ref()),
            ("--database-password-file", self.database.database_password_file.as_ref()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use clap::Parser;

    use super::*;

    fn warnings(flags: &[&str]) -> String {
        let config = Config::try_parse_from(["hubbub"].iter().chain(flags)).unwrap();
        config.warnings(config.address()).join("\n")
    }

    #[test]
    fn a_public_address_with_open_authors_warns_and_names_the_flag() {
        assert!(warnings(&["--listen", "0.0.0.0:3000"]).contains("--quiz-authors key"));
        assert!(warnings(&["--listen", "[::]:3000"]).contains("--quiz-authors key"));
        assert_eq!(warnings(&["--listen", "127.0.0.1:3000"]), "");
        assert_eq!(warnings(&["--listen", "[::1]:3000"]), "");
        let key = ["--listen", "0.0.0.0:3000", "--quiz-authors", "key", "--quiz-key", "open sesame"];
        assert_eq!(warnings(&key), "");
        assert!(warnings(&["--quiz-key", "open sesame"]).contains("nobody needs the authors' key"));
    }

    #[test]
    fn a_database_without_redis_and_redis_without_a_database_warn() {
        let [redis, database] = [["--redis", "localhost:6379"], ["--database", "postgres://a@localhost/b"]];
        assert!(warnings(&redis).contains("there is no --database"));
        assert!(warnings(&database).contains("the database is not used"));
        assert_eq!(warnings(&[redis, database].concat()), "");
    }

    #[test]
    fn a_key_file_that_others_can_read_warns_and_names_file_and_flag() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        std::fs::write(&path, "a key of thirty-two characters or more").unwrap();
        let file = path.to_str().unwrap();
        let set = |mode| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        for flag in ["--session-key-file", "--session-key-old-file", "--quiz-key-file"] {
            let flags: &[&str] = match flag {
                "--quiz-key-file" => &[flag, file, "--quiz-authors", "key"],
                _ => &[flag, file],
            };
            for (mode, warns) in [(0o644, true), (0o604, true), (0o602, true), (0o640, false), (0o600, false)] {
                set(mode);
                let said = warnings(flags);
                assert_eq!(said.contains(file) && said.contains(flag), warns, "{flag} {mode:o}: {said}");
                assert_eq!(said.is_empty(), !warns, "{flag} {mode:o}: {said}");
                assert!(!said.contains("thirty-two"), "{said}");
            }
        }
    }

    #[test]
    fn proxies_that_are_everybody_warn() {
        for network in ["0.0.0.0/0", "::/0", "::ffff:0:0/96", "0.0.0.0/1", "2000::/3"] {
            assert!(warnings(&["--trusted-proxies", network]).contains("--trusted-proxies"), "{network}");
        }
        for network in
            ["10.0.0.0/8", "172.16.0.0/12", "fd00::/8", "fc00::/7", "fe80::/10", "127.0.0.1", "203.0.113.0/24"]
        {
            assert_eq!(warnings(&["--trusted-proxies", network]), "", "{network}");
        }
        assert!(warnings(&["--trusted-proxies", "10.0.0.1,0.0.0.0/0"]).contains("0.0.0.0/0 holds"));
    }
}
