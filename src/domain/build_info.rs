//! Which build of the program this is.

/// The version alone, such as `0.1.0`.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The commit and its date. `unknown` if the source was not in a repository.
pub const COMMIT: &str = env!("CFIMG_BUILD_COMMIT");

pub const TARGET: &str = env!("CFIMG_BUILD_TARGET");

/// The features of the crate, separated by commas.
pub const FEATURES: &str = env!("CFIMG_BUILD_FEATURES");

/// The version, and what tells builds of one version apart, for bug reports.
pub const LONG_VERSION: &str = concat!(
    env!("CARGO_PKG_VERSION"),
    "\ncommit:   ",
    env!("CFIMG_BUILD_COMMIT"),
    "\ntarget:   ",
    env!("CFIMG_BUILD_TARGET"),
    "\nrustc:    ",
    env!("CFIMG_BUILD_RUSTC"),
    "\nfeatures: ",
    env!("CFIMG_BUILD_FEATURES"),
    "\nprofile:  ",
    env!("CFIMG_BUILD_PROFILE"),
);
