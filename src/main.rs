//! cfimg
fn main() {}
