//! README and the pages in `docs` agree with the program: generated parts are up to date, and what people wrote names
//! only what exists.
//!
//! `UPDATE_DOCS=1 cargo test --test docs` rewrites the generated parts.

#[path = "docs/commands_page.rs"]
mod commands_page;
#[path = "docs/custom_commands_page.rs"]
mod custom_commands_page;
#[path = "docs/flexible_page.rs"]
mod flexible_page;
#[path = "docs/keys_page.rs"]
mod keys_page;
#[path = "docs/links.rs"]
mod links;
#[path = "docs/pages.rs"]
mod pages;
#[path = "docs/readme.rs"]
mod readme;
#[path = "docs/scripting_page.rs"]
mod scripting_page;
#[path = "docs/settings_page.rs"]
mod settings_page;
#[path = "docs/themes_page.rs"]
mod themes_page;

use cfimg::commands::Arguments;
use clap::CommandFactory as _;

#[test]
fn help_texts() {
    let mut program = Arguments::command().term_width(100);
    program.build();
    let help = |command: &clap::Command| {
        let text = command.clone().term_width(100).render_long_help();
        format!("== {}\n{text}\n", command.get_name())
    };
    let texts: String = std::iter::once(&program).chain(program.get_subcommands()).map(help).collect();
    insta::assert_snapshot!("help", texts);
}
