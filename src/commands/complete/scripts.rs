//! The scripts of `cfimg completions`.

use clap::CommandFactory as _;
use clap_complete_nushell::Nushell;

use crate::commands::arguments::Arguments;
use crate::commands::shell::Shell;

pub(super) fn script(shell: Shell) -> String {
    match shell {
        Shell::Bash => include_str!("cfimg.bash").to_owned(),
        Shell::Zsh => include_str!("cfimg.zsh").to_owned(),
        Shell::Fish => include_str!("cfimg.fish").to_owned(),
        Shell::PowerShell => include_str!("cfimg.ps1").to_owned(),
        Shell::Elvish => include_str!("cfimg.elv").to_owned(),
        Shell::Nushell => {
            let mut script = Vec::new();
            clap_complete::generate(Nushell, &mut Arguments::command(), "cfimg", &mut script);
            String::from_utf8_lossy(&script).into_owned()
        }
    }
}
