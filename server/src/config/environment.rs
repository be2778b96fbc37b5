//! The environment without empty variables: what a compose file writes as `REDIS_URL=` counts as not set.

use clap::{Arg, Command, CommandFactory, FromArgMatches};

use super::Config;

impl Config {
    /// Parses the flags of this program and the environment. Ends the program with a sentence if they are
    /// wrong, or if help was asked for.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "settings are read here")]
    pub fn read() -> Self {
        let matches =
            without_empty(Self::command(), |name| std::env::var_os(name).is_some_and(|value| value.is_empty()));
        Self::from_arg_matches(&matches.get_matches()).unwrap_or_else(|error| error.format(&mut Self::command()).exit())
    }
}

/// The command without the variables that are empty.
fn without_empty(command: Command, is_empty: impl Fn(&std::ffi::OsStr) -> bool) -> Command {
    command.mut_args(|arg: Arg| match arg.get_env().is_some_and(&is_empty) {
        true => arg.env(None::<&'static str>),
        false => arg,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variable_may_be_empty() {
        let names = |command: &Command| {
            command.get_arguments().filter_map(|arg| arg.get_env().map(ToOwned::to_owned)).collect::<Vec<_>>()
        };
        let all = names(&Config::command());
        assert!(all.len() > 40 && all.iter().any(|name| name == "REDIS_URL"), "{all:?}");
        assert!(names(&without_empty(Config::command(), |_| true)).is_empty());
        let one = names(&without_empty(Config::command(), |name| name == "REDIS_URL"));
        assert_eq!(one.len(), all.len() - 1);
        // Without it the command is the same in all else.
        let matches = without_empty(Config::command(), |_| true).try_get_matches_from(["hubbub"]).unwrap();
        assert!(Config::from_arg_matches(&matches).is_ok());
    }
}
