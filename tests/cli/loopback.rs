//! A server on loopback with one image, whose variants fail in the ways that their names say.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use super::with_token;

/// The variants of the image.
const VARIANTS: [&str; 9] =
    ["cut", "denied", "empty", "fine", "html", "liar", "missing", "redirect", "stall"];

/// The smallest valid GIF.
pub(super) const GIF: &[u8] =
    b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";

pub(super) struct Loopback {
    base: String,
    requests: Arc<Mutex<Vec<String>>>,
    /// Receives a message when the first part of `stall` has been sent.
    pub(super) stalled: mpsc::Receiver<()>,
}

impl Loopback {
    /// `filename` is the image's file name, as JSON.
    pub(super) fn new(filename: &str) -> Self {
        Self::with_original(filename, b"what was uploaded")
    }

    /// `original` is the image's original file.
    pub(super) fn with_original(filename: &str, original: &[u8]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let urls = VARIANTS.map(|name| format!("\"{base}/abcdefghijklmnop/image/{name}\""));
        let image = format!(
            r#"{{"id":"image","filename":{filename},"requireSignedURLs":false,"variants":[{}]}}"#,
            urls.join(",")
        );
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (tell, stalled) = mpsc::channel();
        let seen = Arc::clone(&requests);
        let original = original.to_vec();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (seen, image, tell) = (Arc::clone(&seen), image.clone(), tell.clone());
                let original = original.clone();
                thread::spawn(move || serve(stream, &seen, &image, &original, &tell));
            }
        });
        Self { base, requests, stalled }
    }

    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = with_token(arguments);
        command.env("CLOUDFLARE_BASE_URL", format!("{}/client/v4", self.base));
        command
    }

    /// The heads of the requests, in lower case.
    pub(super) fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("no thread panicked").clone()
    }
}

fn serve(
    mut stream: TcpStream,
    seen: &Mutex<Vec<String>>,
    image: &str,
    original: &[u8],
    stalled: &mpsc::Sender<()>,
) {
    let mut lines = BufReader::new(stream.try_clone().expect("a second handle")).lines();
    let head: Vec<String> =
        lines.by_ref().map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
    let head = head.join("\n").to_lowercase();
    seen.lock().expect("no thread panicked").push(head.clone());
    let first = head.lines().next().unwrap_or_default();
    let path = first.split(' ').nth(1).unwrap_or_default();
    let answer = |status: &str, headers: &str, length: usize, body: &[u8]| {
        let head = format!(
            "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n\r\n"
        );
        let body = if first.starts_with("head ") { &[] } else { body };
        [head.as_bytes(), body].concat()
    };
    let whole = |status, headers, body: &[u8]| answer(status, headers, body.len(), body);
    let envelope = format!(r#"{{"result":{image},"success":true,"errors":[],"messages":[]}}"#);
    let bytes = match path.rsplit('/').next().unwrap_or_default() {
        _ if path.starts_with("/client/") && path.ends_with("/image") => {
            whole("200 OK", "content-type: application/json", envelope.as_bytes())
        }
        "blob" => whole("200 OK", "content-type: application/octet-stream", original),
        "fine" | "w=400,fit=cover" => whole("200 OK", "content-type: image/gif", GIF),
        "cut" => answer("200 OK", "content-type: image/gif", 1000, &GIF[..9]),
        "stall" => answer("200 OK", "content-type: image/gif", 100_000, &GIF[..20]),
        "empty" => whole("200 OK", "content-type: image/gif", b""),
        "html" => whole("200 OK", "content-type: text/html", b"<!doctype html><p>Sign in"),
        "liar" => whole("200 OK", "content-type: image/gif", b"<!doctype html><p>Sign in"),
        "redirect" => whole("302 Found", "location: https://elsewhere.example/x", b""),
        "denied" => whole("403 Forbidden", "cf-images: err=9425", b"ERROR 9425: Image access denied"),
        _ => whole("404 Not Found", "cf-images: err=9404", b"ERROR 9404: Image not found"),
    };
    _ = stream.write_all(&bytes);
    if path.ends_with("/stall") && !first.starts_with("head ") {
        _ = stalled.send(());
        _ = stream.read_to_end(&mut Vec::new());
    }
}
