//! Checks the certificate authorities that the environment names, in the same variables as OpenSSL.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::error::Setup;
use crate::domain::sanitize::sanitize;

const FILE: &str = "SSL_CERT_FILE";
const DIR: &str = "SSL_CERT_DIR";

/// The variable that names certificates; `None` if none does. Fails if the named file contains none; refuses pipes,
/// which could block.
pub(super) fn configured(env: &dyn Fn(&str) -> Option<OsString>) -> Result<Option<&'static str>, Setup> {
    let set = |variable| env(variable).filter(|value| !value.is_empty());
    if let Some(path) = set(FILE) {
        let path = Path::new(&path);
        check(path).map_err(|why| {
            let why = format!("{}: {why}.", sanitize(&path.display().to_string()));
            Setup::Variable { variable: FILE, why }
        })?;
        return Ok(Some(FILE));
    }
    Ok(set(DIR).map(|_| DIR))
}

/// The error for variables that yielded no certificate at all.
pub(super) fn unusable(env: &dyn Fn(&str) -> Option<OsString>) -> Setup {
    let (variable, what) = match env(FILE).filter(|value| !value.is_empty()) {
        Some(_) => (FILE, "file"),
        None => (DIR, "folder"),
    };
    let why =
        format!("No usable certificate was found there. Set it to a {what} with certificates in PEM format.");
    Setup::Variable { variable, why }
}

fn check(path: &Path) -> Result<(), String> {
    let metadata = fs::metadata(path).map_err(|error| error.to_string())?;
    if !metadata.is_file() {
        return Err("not a regular file".to_owned());
    }
    let mut certificates = CertificateDer::pem_file_iter(path).map_err(|error| error.to_string())?;
    if certificates.any(|certificate| certificate.is_ok()) {
        Ok(())
    } else {
        Err("no certificate in PEM format".to_owned())
    }
}
