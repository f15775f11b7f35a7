//! Tests of the settings.

use clap::Parser as _;

use super::*;
use crate::arguments::{Arguments, Command};

fn options(arguments: &[&str]) -> Options {
    let line = ["dokuei-bootstrap", "run"].iter().chain(arguments);
    match Arguments::try_parse_from(line).unwrap().command {
        Command::Run(options) => *options,
        _ => panic!("run was given"),
    }
}

fn joined(arguments: &[&str], file: &str) -> Result<Config> {
    join(options(arguments).or(toml::from_str(file)?), "/d".into())
}

#[test]
fn defaults_relay_two_gibibytes_for_two_hours() {
    let config = joined(&[], "").unwrap();
    assert_eq!(config.relay.bytes, 2 << 30);
    assert_eq!(config.relay.time, Duration::from_secs(7200));
    assert_eq!(config.relay.rate, 12_500_000);
    assert_eq!(config.listen.len(), 4);
}

#[test]
fn the_command_line_prevails_over_the_file() {
    let file = "connections = 10\nrelay_mib = 5\nlisten = ['/ip4/127.0.0.1/tcp/1']";
    let config = joined(&["--connections", "20"], file).unwrap();
    assert_eq!((config.connections.total, config.relay.bytes), (20, 5 << 20));
    assert_eq!(config.listen, ["/ip4/127.0.0.1/tcp/1".parse().unwrap()]);
}

#[test]
fn a_misspelt_key_and_a_public_health_address_are_refused() {
    assert!(toml::from_str::<Options>("conections = 10").is_err());
    let refused = joined(&["--health", "0.0.0.0:1"], "").unwrap_err();
    assert!(refused.to_string().contains("loopback"));
}

#[test]
fn numbers_that_would_let_nobody_in_are_refused_with_what_to_do() {
    for (file, said) in [
        ("connections = 0", "leave it out"),
        ("relay_seconds = 0", "between 1 and"),
        ("relay_seconds = 9999999999", "between 1 and"),
        ("relay_mib = 0", "set relay_circuits to 0"),
        ("window_kib = 1", "between 64 and"),
        ("register_url = 'https://a'", "give --root"),
        ("root = 'r'\nregister_url = 'ftp://a'", "http://"),
        ("root = 'r'\nregister_peer = ['/ip4/127.0.0.1/tcp/1']", "/p2p/"),
    ] {
        let error = joined(&[], file).unwrap_err().to_string();
        assert!(error.contains(said), "{file}: {error}");
    }
}

/// The example names every setting, in the words of the command line, and its values are the defaults.
#[test]
fn the_example_holds_every_setting_and_says_its_default() {
    let example = include_str!("../../packaging/config.example.toml");
    assert_eq!(joined(&[], example).unwrap(), joined(&[], "").unwrap());
    let settings = example
        .lines()
        .filter_map(|line| line.trim_start_matches("# ").split_once(" = "));
    let live: String = settings
        .filter(|(name, _)| {
            name.chars()
                .all(|letter| letter.is_ascii_lowercase() || letter == '_')
        })
        .map(|(name, value)| format!("{name} = {value}\n"))
        .collect();
    let all: toml::Table = toml::from_str(&live).unwrap();
    let command = <Arguments as clap::CommandFactory>::command();
    let run = command.find_subcommand("run").unwrap();
    for argument in run.get_arguments() {
        let name = argument.get_long().unwrap().replace('-', "_");
        if !["config", "json", "help", "version"].contains(&name.as_str()) {
            assert!(all.contains_key(&name), "the example lacks {name}");
        }
    }
    let (said, bare) = (joined(&[], &live).unwrap(), joined(&["--root", "r"], "").unwrap());
    assert_eq!(said.limits(), bare.limits());
    assert_eq!(
        (said.relay, said.http, said.window),
        (bare.relay, bare.http, bare.window)
    );
    assert_eq!((said.connections, said.listen), (bare.connections, bare.listen));
    let per_hour = |config: Option<Register>| config.unwrap().per_hour;
    assert_eq!(per_hour(said.register), per_hour(bare.register));
}
