//! The state of explanations of delivery URLs.

use crate::app::message::RequestId;
use crate::app::sensitive_text::SensitiveText;
use crate::domain::ImageId;

#[derive(Debug, Clone, Default)]
pub struct ExplainState {
    /// The pasted delivery URL with its signature, and its image. It stays until another image is shown or a URL is
    /// signed.
    pub pasted: Option<(ImageId, SensitiveText)>,
    /// The request in flight, and whether the user asked for it.
    pub request: Option<(RequestId, bool)>,
}
