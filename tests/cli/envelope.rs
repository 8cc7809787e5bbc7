//! The fields of the API's envelope, as the commands print them.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::process::Command;
use std::thread;

use super::{CommandResult, run_command, with_token};

const IMAGE: &str = r#"{"id":"logo","filename":"logo.png","creator":"user-8812","meta":{"tag":"winter"},
    "uploaded":"2014-01-02T02:20:00.123Z","requireSignedURLs":true,
    "variants":["https://imagedelivery.net/cheeW4oKsx5ljh8e8BoL2A/logo/public"]}"#;

const MESSAGES: &str = r#"[{"code":10000,"message":"This API Token is valid and active"},
    {"code":1001,"message":"Old\u001b[2J field","documentation_url":"https://developers.cloudflare.com/old","source":{"pointer":"/result/meta"}},
    {"code":1002,"message":"Second","documentation_url":"javascript:alert(1)","source":null}, null, 7, "third"]"#;

const NOTES: [&str; 3] = [
    "cfimg: note: Old␛[2J field (1001, at /result/meta). See https://developers.cloudflare.com/old",
    "cfimg: note: Second (1002).",
    "cfimg: note: third.",
];

/// An API that answers each path with a status and a body. The field is its port.
struct Api(u16);

impl Api {
    fn start(answer: impl Fn(&str) -> (u16, String) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
        let port = listener.local_addr().expect("an address").port();
        let answer = std::sync::Arc::new(answer);
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let answer = std::sync::Arc::clone(&answer);
                thread::spawn(move || {
                    let lines = BufReader::new(stream.try_clone().expect("a second handle")).lines();
                    let head: Vec<String> =
                        lines.map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
                    let Some(path) = head.first().and_then(|line| line.split(' ').nth(1)) else { return };
                    let (status, body) = answer(path.split('?').next().unwrap_or_default());
                    let length = body.len();
                    let head =
                        format!("HTTP/1.1 {status} Said\r\nconnection: close\r\ncontent-length: {length}");
                    _ = stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes());
                });
            }
        });
        Self(port)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = with_token(arguments);
        command.env("CLOUDFLARE_BASE_URL", format!("http://127.0.0.1:{}/client/v4", self.0));
        command
    }

    fn run(&self, arguments: &[&str]) -> CommandResult {
        run_command(&mut self.command(arguments))
    }
}

fn success(result: &str) -> (u16, String) {
    (200, format!(r#"{{"result":{result},"success":true,"errors":[],"messages":{MESSAGES}}}"#))
}

fn result(path: &str) -> String {
    if path.ends_with("/v2") {
        format!(r#"{{"images":[{IMAGE}],"continuation_token":null}}"#)
    } else if path.ends_with("/variants") {
        r#"{"variants":{"public":{"id":"public","options":{"width":1.50}}}}"#.to_owned()
    } else if path.ends_with("/stats") {
        r#"{"count":{"current":"7","allowed":1e5}}"#.to_owned()
    } else {
        IMAGE.to_owned()
    }
}

#[test]
fn show_prints_every_field_of_a_result() {
    let api = Api::start(|path| success(&result(path)));
    let shown = api.run(&["show", "logo"]);
    for words in [
        "logo.png",
        "id\tlogo\n",
        "user-8812",
        "2014-01-02T02:20",
        "access\tsigned\n",
        "winter",
        "https://imagedelivery.net/cheeW4oKsx5ljh8e8BoL2A/logo/public",
    ] {
        assert!(shown.out.contains(words), "{words}\n{}", shown.out);
    }
    let json = api.run(&["show", "logo", "--json"]).out;
    for field in ["id", "filename", "creator", "meta", "uploaded", "requireSignedURLs", "variants"] {
        assert!(json.contains(&format!("\"{field}\":")), "{field}\n{json}");
    }
}

#[test]
fn success_messages_are_notes_on_standard_error() {
    let api = Api::start(|path| success(&result(path)));
    for (arguments, code) in [
        (&["show", "logo"][..], 0),
        (&["show", "logo", "logo"], 0),
        (&["check", "logo"], 10),
        (&["list"], 0),
        (&["variants"], 0),
        (&["variants", "--json"], 0),
        (&["usage"], 0),
        (&["usage", "--json"], 0),
    ] {
        let end = api.run(arguments);
        assert_eq!(end.code, Some(code), "{arguments:?}: {}", end.errors);
        let lines: Vec<&str> = end.errors.lines().collect();
        assert_eq!(lines, NOTES, "{arguments:?}");
        assert!(!end.out.contains("1001"), "{arguments:?}: {}", end.out);
    }
}

#[test]
fn show_json_holds_the_messages() {
    let api = Api::start(|path| success(&result(path)));
    let json = api.run(&["show", "logo", "--json"]).out;
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let expected = serde_json::json!([
        {
            "code": 1001,
            "message": "Old␛[2J field",
            "documentation_url": "https://developers.cloudflare.com/old",
            "source": { "pointer": "/result/meta" },
        },
        { "code": 1002, "message": "Second" },
        { "message": "third" },
    ]);
    assert_eq!(json["cfimg"]["messages"], expected);
    assert_eq!(json["meta"]["tag"], "winter");
    let quiet = Api::start(|path| (200, format!(r#"{{"result":{},"messages":[]}}"#, result(path))));
    assert!(!quiet.run(&["show", "logo", "--json"]).out.contains("cfimg"));
}

#[test]
fn every_field_of_an_error_is_printed() {
    let api = Api::start(|_| {
        let errors = r#"[{"code":5400,"message":"Bad\u001b[2J request","documentation_url":"https://developers.cloudflare.com/a","source":{"pointer":"/image_id"},
            "error_chain":[{"code":6111,"message":"Inner"}]},{"code":4242,"message":"Second","documentation_url":"https://developers.cloudflare.com/b"}]"#;
        (400, format!(r#"{{"result":null,"success":false,"errors":{errors},"messages":["hint"]}}"#))
    });
    for arguments in [&["show", "logo"][..], &["list"], &["usage"], &["variants"], &["check", "logo"]] {
        let end = api.run(arguments);
        assert_eq!((end.code, end.out.as_str()), (Some(1), ""), "{arguments:?}");
        for words in [
            "(5400, 6111, 4242)",
            "5400 “Bad␛[2J request”",
            "/image_id",
            "6111 “Inner”",
            "4242 “Second”",
            "hint",
            "https://developers.cloudflare.com/a https://developers.cloudflare.com/b",
        ] {
            assert!(end.errors.contains(words), "{arguments:?}: {words}\n{}", end.errors);
        }
        let mentions_image_id = end.errors.contains("image ID");
        assert_eq!(mentions_image_id, arguments.contains(&"logo"), "{}", end.errors);
    }
}

#[test]
fn result_of_wrong_type_exits_with_5() {
    let api =
        Api::start(|_| (200, r#"{"result":["x"],"success":true,"errors":[],"messages":[]}"#.to_owned()));
    for arguments in [
        &["show", "logo"][..],
        &["show", "logo", "--json"],
        &["list"],
        &["list", "--json"],
        &["usage"],
        &["usage", "--json"],
        &["variants"],
        &["variants", "--json"],
    ] {
        let end = api.run(arguments);
        assert_eq!((end.code, end.out.as_str()), (Some(5), ""), "{arguments:?}: {}", end.errors);
    }
}

#[test]
fn usage_accepts_odd_counts() {
    for (count, numbers) in [
        (r#"{"current":"7","allowed":100000.0}"#, &["7", "100,000"][..]),
        (r#"{"current":null,"allowed":1e5}"#, &["100,000"]),
        (r#"{"current":7}"#, &["7"]),
        ("null", &[]),
    ] {
        let body = format!(r#"{{"result":{{"count":{count}}},"success":true}}"#);
        let api = Api::start(move |_| (200, body.clone()));
        let end = api.run(&["usage"]);
        assert_eq!((end.out.lines().count(), end.code), (1, Some(0)), "{}", end.errors);
        for number in ["7", "100,000"] {
            let is_shown = end.out.split_whitespace().any(|word| word == number);
            assert_eq!(is_shown, numbers.contains(&number), "{count}: {}", end.out);
        }
        assert_eq!(api.run(&["usage", "--json"]).out, format!("{{\"count\":{count}}}\n"));
    }
}

#[test]
fn response_for_another_image_is_refused() {
    let api = Api::start(|path| success(&result(path)));
    for command in [
        &["show", "mine"][..],
        &["check", "mine"],
        &["url", "mine"],
        &["open", "mine"],
        &["copy", "mine"],
        &["view", "mine", "--picture", "halfblocks"],
    ] {
        let end = api.run(command);
        assert_eq!((end.code, end.out.as_str()), (Some(5), ""), "{command:?}: {}", end.errors);
        assert!(
            end.errors.contains("“mine”") && end.errors.contains("“logo”"),
            "{command:?}: {}",
            end.errors
        );
    }
    let folder = tempfile::tempdir().expect("a folder");
    let end = run_command(api.command(&["save", "mine"]).current_dir(folder.path()));
    assert_eq!(end.code, Some(5), "{}", end.errors);
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
    let several = api.run(&["check", "logo", "mine"]);
    assert_eq!((several.code, several.out.as_str()), (Some(5), "signed\tlogo\tlogo.png\n"));
}
