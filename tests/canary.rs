//! No secret leaves the program: canaries are put in by every way, every command and the terminal program are run, and
//! the canaries are searched in all that they leave behind.
//!
//! Searched are the output, the log, every file in the home folder, the arguments of every process, the environment of
//! every child, and the requests. See [`canaries`] for the secrets and the encodings in which they are searched, [`ways`]
//! for how they get in, and [`every_command`] for what is run. A new subcommand needs a row there.
//!
//! The exceptions are the purpose of the program: tokens in the header `Authorization` of requests to the API, tokens in
//! `credentials.toml`, and signed URLs that the user copies, opens or prints.
#![cfg(target_os = "linux")]

#[path = "canary/canaries.rs"]
mod canaries;
#[path = "canary/children.rs"]
mod children;
#[path = "canary/crash.rs"]
mod crash;
#[path = "canary/every_command.rs"]
mod every_command;
#[path = "canary/machine.rs"]
mod machine;
#[path = "canary/program.rs"]
mod program;
#[expect(dead_code, reason = "the other tests of the terminal need the rest")]
#[path = "terminal/pty.rs"]
mod pty;
#[path = "canary/relay.rs"]
mod relay;
#[path = "canary/ways.rs"]
mod ways;

use canaries::Leaks;
use machine::Machine;
use ways::Way;

/// Runs everything with the secrets put in by `way`.
fn hunt(way: impl FnOnce(&Machine) -> Way) {
    let machine = Machine::new();
    let way = way(&machine);
    let mut leaks = Leaks::with_inherited(way.inherited);
    machine.prepare(&way, &mut leaks);
    if way.works {
        program::run(&machine, &way, &mut leaks);
    }
    every_command::run(&machine, &way, &mut leaks);
    machine.search_files(&mut leaks);
    machine.search_children(&mut leaks);
    machine.relay.search_requests(&mut leaks);
    leaks.assert_none();
    if way.works {
        machine.assert_children_ran();
    }
}

#[test]
fn token_in_variable() {
    hunt(ways::token_variable);
}

#[test]
fn token_without_known_format_and_signing_key_in_variables() {
    hunt(ways::old_token_and_signing_key_variables);
}

#[test]
fn global_key_in_variable() {
    hunt(ways::key_variable);
}

#[test]
fn token_stored_by_login() {
    hunt(ways::login);
}

#[test]
fn token_and_signing_key_from_commands() {
    hunt(ways::commands);
}

#[test]
fn token_in_variable_that_profile_names() {
    hunt(ways::variable_of_profile);
}

#[test]
fn rejected_token() {
    hunt(ways::rejected_token);
}

#[test]
fn secrets_in_the_wrong_variables() {
    for variable in ways::WRONG_VARIABLES {
        hunt(|machine| ways::wrong_variable(machine, variable));
    }
}

#[test]
fn secrets_in_the_settings_by_mistake() {
    for text in ways::MISTAKES {
        hunt(|machine| ways::mistake(machine, text));
    }
}
