//! The program itself.

use super::report::{Check, Finding};
use crate::domain::build_info::{COMMIT, FEATURES, TARGET, VERSION};

pub(super) const GROUP: &str = "Program";

pub(super) const CHECKS: &[Check<()>] = &[
    Check { name: "version", run: |()| Finding::ok(version()) },
    Check { name: "target", run: |()| Finding::ok(TARGET) },
    Check { name: "features", run: |()| Finding::ok(FEATURES) },
];

fn version() -> String {
    format!("cfimg {VERSION}, commit {COMMIT}")
}
