//! Runs a test in a process of its own, by running the test binary again.

use std::process::Command;

/// The environment variable that tells the child process that it is one, and passes its argument.
const ARGUMENT: &str = "CFIMG_TEST_ARGUMENT";

/// In the child: the argument from the parent.
pub(crate) fn child_argument() -> Option<String> {
    std::env::var(ARGUMENT).ok()
}

/// In the parent: runs a test, given by its full name, in a child process with these variables, and checks that
/// it passes.
pub(crate) fn run(test: &str, argument: &str, variables: &[(&str, &str)]) {
    let child = Command::new(std::env::current_exe().expect("a test has a path"))
        .args(["--exact", test])
        .env(ARGUMENT, argument)
        .env_remove("SSL_CERT_DIR")
        .envs(variables.iter().copied())
        .output()
        .expect("the test runs itself");
    let output = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success() && output.contains("1 passed"), "{output}");
}
