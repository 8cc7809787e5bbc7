//! A test that needs a process of its own runs itself anew in one.

use std::process::Command;

/// What the child finds in its environment: how it knows that it is one, and whom to ask.
const ASK: &str = "CFIMG_TEST_ASK";

/// In the child: what its parent told it.
pub(crate) fn told() -> Option<String> {
    std::env::var(ASK).ok()
}

/// In the parent: runs a test, by its full name, in a process with these variables, and checks that it passes.
pub(crate) fn run(test: &str, tell: &str, variables: &[(&str, &str)]) {
    let child = Command::new(std::env::current_exe().expect("a test has a path"))
        .args(["--exact", test])
        .env(ASK, tell)
        .env_remove("SSL_CERT_DIR")
        .envs(variables.iter().copied())
        .output()
        .expect("the test runs itself");
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success() && said.contains("1 passed"), "{said}");
}
