//! `cfimg list`.

use std::collections::HashSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::Stdio;

use cfimg::demo::{DEPRECATION_NOTE_ID, DRAFT_ID, HOSTILE_ID, Options, PRIVATE_ID, SAMPLE_ID};
use serde_json::Value;

use super::{CommandResult, Harness, bare, run_command, with_input};

/// The number of requests for a page.
fn pages(harness: &Harness) -> usize {
    harness.server.requests().iter().filter(|request| request.target.contains("/images/v2?")).count()
}

fn with_images(images: usize) -> Harness {
    Harness::with(Options { images, ..Options::default() })
}

fn json(out: &str) -> Vec<Value> {
    out.lines().map(|line| serde_json::from_str(line).expect("an object a line")).collect()
}

fn ids(out: &str) -> Vec<String> {
    json(out).iter().map(|image| image["id"].as_str().expect("an ID").to_owned()).collect()
}

#[test]
fn list_prints_every_image_newest_first() {
    let harness = with_images(2500);
    let listed = harness.run(&["list"]);
    assert_eq!((listed.code, listed.errors.as_str()), (Some(0), ""));
    let lines: Vec<&str> = listed.out.lines().collect();
    assert_eq!((lines.len(), pages(&harness)), (2500, 3));
    assert!(lines.is_sorted_by(|a, b| a[..10] >= b[..10]), "by day");
    let line = format!("2014-01-02\tpublic\t{SAMPLE_ID}\tlogo.png");
    assert!(lines.contains(&line.as_str()), "{}", listed.out);
    assert!(lines.iter().all(|line| line.split('\t').count() == 4));
    let private = format!("\tsigned\t{PRIVATE_ID}\t");
    assert!(lines.iter().any(|line| line.contains(&private)));
    assert!(!listed.out.contains(DRAFT_ID), "drafts never appear");
    assert_eq!(harness.server.requests().len(), 3, "without a terminal the total is not requested");

    let json = harness.run(&["list", "--json"]);
    let newest = ids(&json.out);
    assert_eq!(newest.iter().collect::<HashSet<_>>().len(), 2500);
    let oldest = harness.run(&["list", "--json", "--oldest-first"]);
    assert!(ids(&oldest.out).iter().eq(newest.iter().rev()));
    let oldest = harness.run(&["list", "--ids", "--sort", "oldest", "-n", "10"]);
    assert!(oldest.out.lines().eq(newest.iter().rev().take(10)));
}

#[test]
fn other_commands_accept_ids_and_refuse_tables() {
    let harness = with_images(36);
    let listed = harness.run(&["list", "--ids"]);
    assert_eq!(listed.out.lines().count(), 36);
    let checked = with_input(&mut harness.command(&["check", "-"]), &listed.out);
    assert_eq!((checked.out.lines().count(), checked.code), (36, Some(10)), "{}", checked.errors);
    let table = harness.run(&["list"]).out;
    let requests = harness.server.requests().len();
    for arguments in [&["check", "-"][..], &["show", "-"], &["url", "-"], &["save", "-"], &["explain", "-"]] {
        let refused = with_input(&mut harness.command(arguments), &table);
        assert_eq!((refused.out.as_str(), refused.code), ("", Some(2)), "{}", refused.errors);
        assert!(refused.errors.contains("cfimg list --ids"), "{}", refused.errors);
        assert_eq!(refused.errors.lines().count(), 1, "{}", refused.errors);
    }
    assert_eq!(harness.server.requests().len(), requests, "nothing is sent");
}

#[test]
fn sort_by_name_covers_the_whole_list() {
    let harness = with_images(2500);
    let names = |arguments: &[&str]| -> Vec<String> {
        let out = harness.run(&[&["list"], arguments].concat()).out;
        let name = |line: &str| {
            let cells: Vec<&str> = line.split('\t').collect();
            if cells[3].is_empty() { cells[2].to_lowercase() } else { cells[3].to_lowercase() }
        };
        out.lines().map(name).collect()
    };
    let sort_by_name = names(&["--sort", "name", "--filter", "-\"☃\" mountain"]);
    assert!(sort_by_name.len() > 20 && sort_by_name.is_sorted(), "{sort_by_name:?}");
    let first = names(&["--sort", "name", "--filter", "mountain", "-n", "5"]);
    assert_eq!(first, sort_by_name[..5]);
}

#[test]
fn list_json_is_the_apis_own() {
    let harness = with_images(60);
    let listed = harness.run(&["list", "--json"]);
    let shown: String = {
        let ids = ids(&listed.out);
        let mut arguments = vec!["show", "--json", "--"];
        arguments.extend(ids.iter().map(String::as_str));
        harness.run(&arguments).out
    };
    // The response for one image has a message, which only `show` prints.
    let own = |out: &str| {
        let lines = out.lines().filter(|line| !line.contains(DEPRECATION_NOTE_ID));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(own(&listed.out), own(&shown), "byte for byte the response for each image");
    assert_eq!(own(&listed.out).len() + 1, listed.out.lines().count());
}

#[test]
fn limit_sends_one_small_request() {
    let harness = with_images(5000);
    let few = harness.run(&["list", "--json", "--limit", "3"]);
    assert_eq!((few.out.lines().count(), few.code), (3, Some(0)));
    let requests = harness.server.requests();
    assert!(requests.len() == 1 && requests[0].target.contains("per_page=10&"), "{requests:?}");
    let many = harness.run(&["list", "--limit", "1500"]);
    assert_eq!((many.out.lines().count(), pages(&harness)), (1500, 3));
}

#[test]
fn creator_and_metadata_are_filtered_by_the_api() {
    let harness = with_images(3000);
    let all = json(&harness.run(&["list", "--json"]).out);
    let count = |keep: &dyn Fn(&Value) -> bool| all.iter().filter(|image| keep(image)).count();
    let listed = |arguments: &[&str]| json(&harness.run(&[&["list", "--json"], arguments].concat()).out);
    let design = listed(&["--creator", "design"]);
    assert!(!design.is_empty() && design.iter().all(|image| image["creator"] == "design"));
    let nobody = listed(&["--creator", ""]);
    assert_eq!(nobody.len(), count(&|image| image["creator"].is_null() || image["creator"] == ""));
    let urgent = listed(&["--meta", "priority[gte:number]=8", "--meta", "region.name=eu-west"]);
    let is_urgent = |image: &Value| {
        let meta = &image["meta"];
        meta["priority"].as_u64().is_some_and(|n| n >= 8) && meta["region"]["name"] == "eu-west"
    };
    assert_eq!(urgent.len(), count(&is_urgent));
    assert!(!urgent.is_empty());
    let refused = harness.run(&["list", "--meta", "a[no]=1"]);
    assert_eq!((refused.out.as_str(), refused.code), ("", Some(1)), "{}", refused.errors);
    assert!(refused.errors.contains("5400"), "{}", refused.errors);
}

#[test]
fn filter_selects_matching_images() {
    let harness = with_images(3000);
    let all = json(&harness.run(&["list", "--json"]).out);
    let filtered =
        json(&harness.run(&["list", "--json", "--filter", "signed: mountain after:2020 meta.n:"]).out);
    let has = |image: &&Value| {
        let name = image["filename"].as_str().unwrap_or_default();
        image["requireSignedURLs"] == true
            && name.contains("mountain")
            && image["uploaded"].as_str().is_some_and(|at| at >= "2020")
            && image["meta"]["n"].is_u64()
    };
    let expected: Vec<&Value> = all.iter().filter(has).collect();
    assert!(!expected.is_empty());
    assert!(filtered.iter().eq(expected), "substrings only, no fuzzy matches");
    let first = harness.run(&["list", "--filter", "logo.png", "--limit", "1"]);
    assert_eq!((first.out.lines().count(), first.code), (1, Some(0)), "{}", first.errors);
    let none = harness.run(&["list", "--filter", "no such image at all"]);
    assert_eq!((none.out.as_str(), none.errors.lines().count(), none.code), ("", 1, Some(0)), "{none:?}");
    for arguments in [
        &["list", "--filter", "before:soon"][..],
        &["list", "--filter", "signed:maybe"],
        &["list", "--meta", "x"],
        &["list", "-n", "0"],
    ] {
        let refused = harness.run(arguments);
        assert_eq!((refused.out.as_str(), refused.code), ("", Some(2)), "{}", refused.errors);
    }
}

#[test]
fn empty_account_prints_a_note() {
    let listed = with_images(0).run(&["list"]);
    assert_eq!((listed.out.as_str(), listed.code), ("", Some(0)));
    assert_eq!(listed.errors.lines().count(), 1, "{}", listed.errors);
    assert_eq!(with_images(0).run(&["list", "--json"]).errors, "");
}

#[test]
fn listed_names_are_sanitized() {
    let harness = Harness::new();
    for arguments in [&["list"][..], &["list", "--json"]] {
        let listed = harness.run(arguments);
        assert!(listed.out.contains(HOSTILE_ID));
        let safe = |c: char| c == '\n' || c == '\t' || !cfimg::domain::sanitize::is_unsafe(c);
        assert!(listed.out.chars().all(safe), "{:?}", listed.out);
        assert_eq!(listed.out.lines().count(), 36);
        assert!(listed.out.lines().all(|line| [0, 3].contains(&line.matches('\t').count())));
    }
}

#[test]
fn list_streams_and_stops_with_its_reader() {
    let harness = with_images(20_000);
    let mut child = harness.command(&["list"]);
    let mut child = child.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut first = String::new();
    out.read_line(&mut first).expect("a line");
    // A page is larger than a pipe's buffer, so the program waits for us with at most the next page loaded.
    assert!(!first.is_empty() && pages(&harness) <= 2, "{}", pages(&harness));
    drop(out);
    let mut errors = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut errors).expect("UTF-8");
    assert_eq!((child.wait().expect("it ends").code(), errors.as_str()), (Some(0), ""));
    assert!(pages(&harness) <= 3, "it stopped sending requests: {}", pages(&harness));
}

#[test]
fn failed_page_ends_list_after_earlier_images() {
    let page = r#"{"result":{"images":[{"id":"a"},{"id":"b"}],"continuation_token":"1"},"success":true}"#;
    for (pages, printed) in [(0, 0), (1, 2)] {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a loopback port");
        let base = format!("http://{}/client/v4", listener.local_addr().expect("an address"));
        std::thread::spawn(move || {
            for (number, mut stream) in listener.incoming().flatten().enumerate() {
                let head = BufReader::new(&stream).lines().map_while(Result::ok);
                head.take_while(|line| !line.is_empty()).for_each(drop);
                let body = if number < pages { page } else { r#"{"hello":1}"# };
                let length = body.len();
                let answer =
                    format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}");
                stream.write_all(answer.as_bytes()).expect("it reads");
            }
        });
        let listed = run_command(super::with_token(&["list"]).env("CLOUDFLARE_BASE_URL", base));
        assert_eq!((listed.out.lines().count(), listed.code), (printed, Some(5)), "{}", listed.errors);
        let warned = listed.errors.lines().filter(|line| line.starts_with("cfimg: warning: ")).count();
        assert_eq!(warned, usize::from(printed > 0), "{}", listed.errors);
        assert!(listed.errors.lines().last().is_some_and(|line| line.contains("(HTTP 200)")));
    }
}

#[test]
fn list_needs_credentials() {
    let end: CommandResult = run_command(&mut bare(&["list"]));
    assert_eq!((end.code, end.out.as_str()), (Some(4), ""), "{}", end.errors);
}

#[test]
fn cached_list_needs_an_index() {
    let harness = with_images(36);
    let state = tempfile::tempdir().expect("a folder");
    let run =
        |arguments: &[&str]| run_command(harness.command(arguments).env("XDG_STATE_HOME", state.path()));
    for arguments in [&["list", "--cached"][..], &["index"]] {
        let ended = run(arguments);
        assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""));
        assert_eq!(ended.errors.lines().count(), 1, "{}", ended.errors);
    }
    for arguments in [&["index", "--clear"][..], &["index", "--clear", "--all"]] {
        let ended = run(arguments);
        assert_eq!((ended.code, ended.out.lines().count()), (Some(0), 1), "{ended:?}");
    }
    assert_eq!(harness.server.requests().len(), 0, "no request is sent");
}
