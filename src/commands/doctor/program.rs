//! The program itself.

use super::report::{Check, Finding};

pub(super) const GROUP: &str = "Program";

pub(super) const CHECKS: &[Check<()>] = &[
    Check { name: "version", run: |()| Finding::ok(version()) },
    Check { name: "target", run: |()| Finding::ok(target()) },
    Check { name: "features", run: |()| Finding::ok(features()) },
];

fn version() -> String {
    format!("cfimg {}", env!("CARGO_PKG_VERSION"))
}

fn target() -> String {
    format!("{} {}", std::env::consts::OS, std::env::consts::ARCH)
}

fn features() -> String {
    let features = [("avif", cfg!(feature = "avif")), ("svg", cfg!(feature = "svg"))];
    let features: Vec<&str> =
        features.into_iter().filter_map(|(name, is_on)| is_on.then_some(name)).collect();
    if features.is_empty() { "none".to_owned() } else { features.join(", ") }
}
