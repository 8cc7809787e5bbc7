//! An API with fixed responses, for accounts that the embedded Cloudflare does not have.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;

use super::with_token;

/// The private image of each such account.
pub(crate) const ID: &str = "bc27a117-9509-446b-8c69-c81bfeac0a01";

/// A server on a thread that runs until the test's process ends.
pub(crate) struct Stub {
    port: u16,
    paths_seen: Arc<Mutex<Vec<String>>>,
}

impl Stub {
    /// The API's response to a token without the permission to read keys.
    pub(crate) const FORBIDDEN: &str = r#"{"result":null,"success":false,"errors":[{"code":10000,"message":"Authentication error"}],"messages":[]}"#;

    /// Responds to `…/keys` with this status and body, and to everything with this `Date`, if any.
    pub(crate) fn with_keys(status: u16, body: &str, date: Option<&str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
        let port = listener.local_addr().expect("an address").port();
        let paths_seen = Arc::new(Mutex::new(Vec::new()));
        let (seen, body, date) = (Arc::clone(&paths_seen), body.to_owned(), date.map(str::to_owned));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (status, body, date, seen) = (status, body.clone(), date.clone(), Arc::clone(&seen));
                thread::spawn(move || serve(stream, status, &body, date.as_deref(), &seen));
            }
        });
        Self { port, paths_seen }
    }

    /// The response body with keys of these names.
    pub(crate) fn keys(names: &[&str]) -> String {
        let keys: Vec<_> =
            names.iter().map(|name| format!(r#"{{"name":"{name}","value":"hush-of-{name}"}}"#)).collect();
        envelope(&format!(r#"{{"keys":[{}]}}"#, keys.join(",")))
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = with_token(arguments);
        command.env("CLOUDFLARE_BASE_URL", format!("http://127.0.0.1:{}/client/v4", self.port));
        command
    }

    /// The path of every request.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.paths_seen.lock().expect("no thread panicked").clone()
    }

    /// The number of requests whose path ends so.
    pub(crate) fn requests_to(&self, ending: &str) -> usize {
        self.paths_seen
            .lock()
            .expect("no thread panicked")
            .iter()
            .filter(|path| path.ends_with(ending))
            .count()
    }
}

fn envelope(result: &str) -> String {
    format!(r#"{{"result":{result},"success":true,"errors":[],"messages":[]}}"#)
}

fn serve(mut stream: TcpStream, status: u16, keys: &str, date: Option<&str>, seen: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stream.try_clone().expect("a second handle"));
    loop {
        let mut head = Vec::new();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            if line == "\r\n" {
                break;
            }
            head.push(line);
        }
        let path = head[0].split(' ').nth(1).unwrap_or_default().to_owned();
        let (status, body) = match path.rsplit('/').next().unwrap_or_default() {
            "keys" => (status, keys.to_owned()),
            "variants" => (200, envelope(r#"{"variants":{}}"#)),
            id => {
                let url = format!("https://imagedelivery.net/cheeW4oKsx5ljh8e8BoL2A/{id}/public");
                let id = percent_encoding::percent_decode_str(id).decode_utf8_lossy();
                (200, envelope(&format!(r#"{{"id":"{id}","requireSignedURLs":true,"variants":["{url}"]}}"#)))
            }
        };
        seen.lock().expect("no thread panicked").push(path);
        let date = date.map(|date| format!("date: {date}\r\n")).unwrap_or_default();
        let head = format!("HTTP/1.1 {status} Said\r\n{date}content-length: {}\r\n\r\n", body.len());
        if stream.write_all(format!("{head}{body}").as_bytes()).is_err() {
            return;
        }
    }
}
