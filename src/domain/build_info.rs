//! Which build of the program this is.

/// The version alone, such as `0.1.0`.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

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
