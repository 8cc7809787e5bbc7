//! Errors are shown on the screen and keep the previous contents.

use std::time::Duration;

use cfimg::cloudflare::RetryPolicy;
use cfimg::demo::{FAULT_IDS, Options, SAMPLE_ID, Server};

use super::harness::{Harness, client, fast_retries};

/// Faults that still produce an image.
const HARMLESS: [&str; 9] = [
    "fault-flaky",
    "fault-types",
    "fault-deep",
    "fault-long-name",
    "fault-flaky-cut",
    "fault-access-null",
    "fault-access-missing",
    "fault-messages",
    "fault-flexible",
];

#[tokio::test]
async fn failed_reload_keeps_the_image_and_shows_the_error() {
    let server = Server::start(Options::default()).await.expect("a free port");
    let mut harness = Harness::new(&server).start(Some(SAMPLE_ID));
    harness.until_ready(SAMPLE_ID).await;
    let addr = server.addr();
    server.stop();
    harness.press("r");
    harness.until(|model| model.problem().is_some()).await;
    let screen = harness.driver.screen.text();
    for words in [&*format!("{addr} refused the connection."), "╭ logo.png ─", "○ PUBLIC", "Filename"] {
        assert!(screen.contains(words), "{words}\n{screen}");
    }
}

#[tokio::test]
async fn every_fault_is_shown_as_an_error() {
    let server = Server::start(Options::default()).await.expect("a free port");
    for (id, fault) in FAULT_IDS {
        // Requests without a response time out soon. The others may need time on a busy machine.
        let silent = ["fault-slow", "fault-hang"].contains(id);
        let answer = Duration::from_millis(if silent { 300 } else { 30_000 });
        let client = client(&server.api_base(), RetryPolicy { answer, ..fast_retries() });
        let mut harness = Harness::with(client).start(Some(id));
        let screen = harness.until_answered().await;
        let model = harness.session.model();
        if HARMLESS.contains(id) {
            assert!(
                model.lookup.shown().is_some() && screen.contains("Filename"),
                "{id} ({fault}):\n{screen}"
            );
            continue;
        }
        let Some(problem) = model.problem() else { panic!("{id} ({fault}) says nothing:\n{screen}") };
        let start: String = problem.chars().take(24).collect();
        assert!(screen.contains(&start), "{id}: {problem}\n{screen}");
        let ends_well = problem.ends_with(['.', ']']) || problem.contains(" See https://");
        assert!(ends_well && problem.contains(". "), "{id}: what, why and a hint: {problem}");
        assert!(model.lookup.shown().is_none_or(|image| image.id.as_str() != *id), "{id}");
    }
}

#[tokio::test]
async fn wait_before_retry_is_shown() {
    let server = Server::start(Options::default()).await.expect("a free port");
    let mut harness =
        Harness::with(client(&server.api_base(), RetryPolicy::default())).start(Some("fault-429"));
    harness.until(|model| model.lookup.wait.is_some()).await;
    let reason = harness.session.model().lookup.wait.as_ref().expect("a wait").reason;
    harness.run(async |driver| driver.screen.until(|screen| screen.contains(reason)).await).await;
    harness.press("\x1b");
    harness.until_done().await;
    let screen = harness.driver.screen.text();
    assert!(!screen.contains(reason), "{screen}");
}
