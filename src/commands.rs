//! The command line: arguments in, an answer on a writer out.

mod account;
mod arguments;
mod check;
mod console;
mod help;
mod many;
mod references;
mod show;
mod table;
mod usage;
mod variants;

pub use account::Account;
pub use arguments::{Arguments, Color, Command, Common, Demo};
pub use console::{Console, Errors, Paint, Stop};
pub use references::Input;
