//! A test that needs a process of its own runs itself anew in one.

use std::process::Command;

/// What the child finds in its environment: how it knows that it is one, and whom to ask.
const ASK: &str = "CFIMG_TEST_ASK";

/// In the child: what its parent told it.
pub(crate) fn child_argument() -> Option<String> {
    std::env::var(ASK).ok()
}

/// In the parent: runs a test, by its full name, in a process with these variables, and checks that it passes.
pub(crate) fn run(test: &str, argument: &str, variables: &[(&str, &str)]) {
    let child = Command::new(std::env::current_exe().expect("a test has a path"))
        .args(["--exact", test])
        .env(ASK, argument)
        .env_remove("SSL_CERT_DIR")
        .envs(variables.iter().copied())
        .output()
        .expect("the test runs itself");
    let output = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success() && output.contains("1 passed"), "{output}");
}
