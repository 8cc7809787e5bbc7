//! `cfimg demo`: runs the embedded Cloudflare, for the terminal program or as a server alone.

use std::fmt::Write as _;
use std::io;
use std::time::Duration;

use url::Url;

use super::arguments::Demo;
use super::console::{Console, Stop};
use super::interrupt::{self, Signals};
use crate::cloudflare::Config;
use crate::demo::{self, Options, Server};
use crate::domain::width::wrap;
use crate::domain::{AccountId, Credentials, Failure, Secret};

/// Runs the server until it is interrupted. Prints the environment variables for clients on standard output,
/// as shell commands, and examples on standard error.
pub async fn serve(args: &Demo, console: &mut Console<'_>) -> Result<u8, Stop> {
    // Listens before anything is printed: a script that has read the variables may stop the server at once.
    let stopped = interrupt::watch(Signals::Stop, || {});
    let stopped = stopped.map_err(|error| start_failure(&error, "Try again."))?;
    let server = start(args).await?;
    console.answer(&environment(&server))?;
    examples().lines().for_each(|line| console.errors.note(line));
    stopped.await;
    server.stop();
    Ok(0)
}

/// Starts the server on the current runtime. It stops when dropped.
pub async fn start(args: &Demo) -> Result<Server, Failure> {
    let defaults = Options::default();
    let options = Options {
        port: args.port,
        images: args.images.unwrap_or(defaults.images),
        latency: Duration::from_millis(args.latency),
        fail: args.fail,
        seed: args.seed.unwrap_or(defaults.seed),
    };
    Server::start(options).await.map_err(|error| {
        let hint = match args.port {
            0 => "Try again.".to_owned(),
            port => {
                format!("Port {port} may be in use. Choose another --port, or omit it for any free port.")
            }
        };
        start_failure(&error, &hint)
    })
}

/// The configuration of a client of this server.
pub fn config(server: &Server) -> Result<Config, Failure> {
    let internal_error = |why: &dyn std::fmt::Display| {
        start_failure(&io::Error::other(why.to_string()), "This is a bug in cfimg; please report it.")
    };
    Ok(Config {
        base: Url::parse(&server.api_base()).map_err(|why| internal_error(&why))?,
        credentials: Credentials::Token(Secret::parse(demo::TOKEN).map_err(|why| internal_error(&why))?),
        account: Some(AccountId::parse(demo::ACCOUNT_ID).map_err(|why| internal_error(&why))?),
        profile: None,
    })
}

fn environment(server: &Server) -> String {
    format!(
        "export CLOUDFLARE_BASE_URL={base}\nexport CLOUDFLARE_API_BASE_URL={base}\n\
         export CLOUDFLARE_ACCOUNT_ID={}\nexport CLOUDFLARE_API_TOKEN={}\n",
        demo::ACCOUNT_ID,
        demo::TOKEN,
        base = server.api_base(),
    )
}

fn examples() -> String {
    let mut text = String::from(
        "\n# The embedded Cloudflare runs until Ctrl-C.\n\
         # Paste the lines above into another shell, and try there:\n",
    );
    let custom_id = format!("'{}'", demo::CUSTOM_ID);
    let delivery_fault = demo::delivery_fault_id(9413, 403);
    let with_token = format!("CLOUDFLARE_API_TOKEN={}", demo::FAULTY_ACCOUNT_TOKEN);
    for (command, what) in [
        ("cfimg".to_owned(), "the program"),
        ("cfimg list".to_owned(), "all images"),
        (format!("cfimg show {}", demo::SAMPLE_ID), "a public PNG"),
        (format!("cfimg show {}", demo::PRIVATE_ID), "a JPEG that needs signed URLs"),
        (format!("cfimg show {custom_id}"), "a custom ID"),
        (format!("cfimg show {}", demo::HOSTILE_ID), "names with escape sequences"),
        (format!("cfimg show {}", demo::DRAFT_ID), "a draft"),
        (format!("cfimg show {}", demo::DEPRECATION_NOTE_ID), "a deprecation note"),
        (format!("cfimg view {delivery_fault}"), "a delivery error: code 9413, HTTP 403"),
        (format!("{with_token} cfimg list"), "invalid entries in the list"),
    ] {
        _ = writeln!(text, "{command:<48}  # {what}");
    }
    let faults: Vec<&str> = demo::FAULT_IDS.iter().map(|(id, _)| *id).collect();
    text += "# IDs of images whose responses are faulty:";
    for line in wrap(&faults.join(" "), 76) {
        _ = write!(text, "\n#   {line}");
    }
    text
}

fn start_failure(error: &io::Error, hint: &str) -> Failure {
    let hint = format!("System error: {error}. {hint}");
    Failure::other("Couldn't start the embedded Cloudflare", hint)
}
