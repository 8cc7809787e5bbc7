//! A command of the user that is about to run.

use std::sync::Arc;

use crate::domain::{CommandValues, CustomCommand, DeliveryUrl, ImageId, PictureSource};

/// A command to run on an image, and what must be fetched first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandRun {
    pub command: Arc<CustomCommand>,
    /// The values that are known.
    pub values: CommandValues,
    /// The picture for its file.
    pub picture: Option<PictureSource>,
    /// The image whose JSON it needs.
    pub json_of: Option<ImageId>,
    /// The URL to sign, and when the signed URL expires, in Unix seconds. `None` for never.
    pub to_sign: Option<(DeliveryUrl, Option<i64>)>,
}
