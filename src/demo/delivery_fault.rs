//! Images whose delivery fails with a code and status of the client's choice.

use axum::http::StatusCode;
use axum::response::Response;

use super::response::{with_header, with_type};

/// The documented delivery errors: code, possible statuses, text.
pub const DELIVERY_ERRORS: &[(u16, &[u16], &str)] = &[
    (9401, &[400, 403], "Required transformation options are missing or invalid"),
    (9402, &[502, 413], "Could not fetch the original image, or it is too large"),
    (9403, &[508], "Image has already been resized: request loop detected"),
    (9404, &[404], "Image not found"),
    (9406, &[403], "URL of the original image is invalid"),
    (9407, &[523], "Could not resolve the host of the original image"),
    (9408, &[408], "Host of the original image timed out"),
    (9412, &[415], "Image format cannot be converted"),
    (9413, &[403], "Image exceeds the maximum area or has no pixels"),
    (9416, &[422], "Could not fetch the whole image"),
    (9419, &[403], "URL suffix is not allowed"),
    (9420, &[400, 415], "Redirect to an invalid URL, or an unsupported image format"),
    (9421, &[400], "Too many redirects"),
    (9422, &[429], "Free transformations are used up"),
    (9423, &[403], "Transformation limit of the account is reached"),
    (9424, &[400], "Invalid parameters"),
    (9425, &[403], "Image access denied"),
    (9426, &[403], "URL is not valid text"),
    (9427, &[403], "Account hash is wrong"),
    (9429, &[403], "Flexible variants are not enabled on this account"),
    (9430, &[403], "Access denied to the Images binding"),
    (9431, &[404], "Not found by the Images binding"),
    (9432, &[400], "Invalid parameters"),
    (9504, &[522, 524], "Original server timed out"),
    (9505, &[502], "Original server is unreachable"),
    (9509, &[502], "Original server answered badly"),
    (9510, &[523], "Original server is unreachable"),
    (9516, &[500, 422], "Could not decode the image"),
    (9517, &[500], "Internal error"),
    (9518, &[502], "Original server answered badly"),
    (9519, &[502, 400], "Original server refused the request"),
    (9520, &[415], "Image format is not supported"),
    (9522, &[503, 504], "Image service is busy"),
    (9523, &[500, 422], "Image broke off while it was processed"),
    (9524, &[500], "Internal error"),
    (9527, &[503, 504], "Image service is busy"),
    (9528, &[502], "Original server answered badly"),
    (9529, &[503, 504], "Image service timed out"),
];

/// The ID of the image whose delivery fails with this code and status. Suffixes may be appended in any order:
/// `-signed` makes the image require signed URLs; `-images`, `-resized` or `-body` put the code only into
/// `cf-images`, `Cf-Resized` or the body. Any code from 9400 to 9599 can be combined with any status from 400 to
/// 599.
pub fn delivery_fault_id(code: u16, status: u16) -> String {
    format!("fault-{code}-{status}")
}

/// A delivery error that an image ID requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DeliveryFault {
    code: u16,
    status: StatusCode,
    pub(super) signed: bool,
    /// Where the code is: a header or `body`. `None`: the body and both headers
    place: Option<&'static str>,
}

impl DeliveryFault {
    pub(super) fn by_id(id: &str) -> Option<Self> {
        let mut parts = id.strip_prefix("fault-")?.split('-');
        let code = parts.next()?.parse().ok().filter(|code| (9400..=9599).contains(code))?;
        let status = parts.next()?.parse().ok().filter(|status| (400..=599).contains(status))?;
        let status = StatusCode::from_u16(status).ok()?;
        let mut fault = Self { code, status, signed: false, place: None };
        for part in parts {
            match part {
                "signed" => fault.signed = true,
                "images" => fault.place = Some("cf-images"),
                "resized" => fault.place = Some("cf-resized"),
                "body" => fault.place = Some("body"),
                _ => return None,
            }
        }
        Some(fault)
    }

    pub(super) fn respond(self) -> Response {
        let Self { code, status, place, .. } = self;
        let listed = DELIVERY_ERRORS.iter().find(|(listed, ..)| *listed == code);
        let text = listed.map_or("Undocumented error", |(.., text)| text);
        let is_at = |candidate| place.is_none_or(|place| place == candidate);
        let body = if is_at("body") { format!("ERROR {code}: {text}\n") } else { String::new() };
        let response = with_type(status, "text/plain; charset=utf-8", body.into());
        let headers = ["cf-images", "cf-resized"].into_iter().filter(|header| is_at(header));
        headers.fold(response, |response, header| with_header(response, header, &format!("err={code}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fault_id_names_code_status_and_place() {
        let fault =
            |id| DeliveryFault::by_id(id).map(|fault| (fault.code, fault.status.as_u16(), fault.signed));
        assert_eq!(fault("fault-9413-403"), Some((9413, 403, false)));
        assert_eq!(fault("fault-9413-403-resized-signed"), Some((9413, 403, true)));
        for id in
            ["fault-9413", "fault-9413-200", "fault-9399-403", "fault-9413-403-x", "9413-403", "fault-500"]
        {
            assert_eq!(fault(id), None, "{id}");
        }
    }
}
