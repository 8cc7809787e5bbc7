//! What flows through the program: actions, events and effects. All of it is plain data.

mod command;
mod listing;
mod saving;

use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

pub use self::command::CommandRun;
pub use self::listing::{IndexPage, IndexState, Page, SyncEnd};
pub use self::saving::{PictureToSave, SaveCount, SaveOutcome, SavedFile};
use super::gallery::ThumbKey;
use super::pane::Viewports;
use super::profiles::ProfileName;
use super::target::Target;
use super::text_input::Edit;
use super::{Key, SensitiveText};
use crate::domain::explain::Explanation;
use crate::domain::input::Pasted;
use crate::domain::signing::Validity;
use crate::domain::verification::Reply;
use crate::domain::{
    Budget, Continuation, CopyAs, DeliveryUrl, Failure, Image, ImageId, ImageSummary, PictureInfo,
    PictureSource, Query, SignedUrl, VariantOptions, Zoom,
};

/// What changes the model.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// The user wants something.
    Action(Action),
    /// Something happened.
    Event(Event),
}

impl Message {
    /// Whether it moves a cursor or scrolls.
    pub fn moves(&self) -> bool {
        matches!(self, Self::Action(Action::Move(_) | Action::Wheel(..)))
    }
}

/// What the user wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    Quit,
    /// Return to the shell until the program is resumed.
    Suspend,
    /// Redraw the whole screen.
    Repaint,
    /// Go on with the demo, as there are no credentials.
    StartDemo,
    /// Choose another profile.
    SwitchProfile,
    /// Go back one step: close what is on top, leave the text field, cancel the request, or clear the filter.
    Back,
    /// Show every action, or close that dialog.
    ShowActions,
    /// Go to the next pane.
    FocusNext,
    /// Go to the previous pane.
    FocusPrevious,
    /// Go to the Image pane and select its text.
    FocusImage,
    /// Wait for the second key of a chord.
    StartChord(Key),
    /// Stop waiting for it.
    DropChord,
    /// Edit the text of the pane or dialog that takes text.
    Edit(Edit),
    /// Insert pasted text, or look it up.
    Paste(Pasted),
    /// Recall the previous lookup.
    PreviousInput,
    /// Recall the next lookup.
    NextInput,
    /// Look up the image named in the Image pane.
    LookUp,
    /// Fetch the shown image again.
    Refresh,
    /// Move the cursor, or scroll.
    Move(Motion),
    /// Open, copy or verify the selected variant's URL, or open or copy those of the marked images.
    Deliver(DeliveryAction),
    /// Choose the format in which the selected variant is copied.
    CopyAs,
    /// Choose where to save the picture of the selected variant, or those of the marked images.
    Save,
    /// In that dialog, choose between the variant and the original.
    ToggleOriginal,
    /// Run a command of the user on the image shown, by its index.
    RunCommand(usize),
    /// Choose how long the signed URL of the selected variant is valid.
    Sign,
    /// Build a flexible variant.
    Flexible,
    /// Explain the pasted URL, or the selected variant's.
    Explain,
    /// Accept the row under the cursor, or the typed text, in a dialog.
    Confirm,
    /// Accept a row of a dialog, by index.
    Pick(usize),
    /// Accept the first suggestion.
    Complete,
    /// Show the selected variant's full URL, or close it.
    ShowUrl,
    /// Show the API's JSON.
    ShowJson,
    /// Select a variant of the image shown, by index.
    SelectVariant(usize),
    PreviousVariant,
    NextVariant,
    /// Go to the list.
    Browse,
    /// Go to the list's filter.
    Filter,
    /// Narrow the list to the next access: signed, public, unknown, then all.
    FilterAccess,
    /// Keep the filter and go to the list.
    ApplyFilter,
    /// Go to the variants of the image under the cursor.
    ShowVariants,
    /// Load the list to its end.
    LoadAll,
    /// Reload the list.
    Reload,
    /// Show or hide the picture.
    Preview,
    /// Show the picture on the full screen, or return it to its pane.
    FullScreenPicture,
    /// Change how large the picture is on the full screen.
    Zoom(ZoomStep),
    /// Flip back to the picture that was shown before.
    FlipPicture,
    /// Pause the animation, and show its next or previous frame.
    StepFrame {
        forward: bool,
    },
    /// Resume the animation.
    Play,
    /// Show the list as a gallery, or as rows again.
    Gallery,
    /// Make the gallery's tiles larger or smaller.
    ResizeTiles {
        larger: bool,
    },
    /// Switch to the next sort order.
    Sort,
    /// Mark or unmark the image under the cursor.
    Mark,
    /// Mark every image in the list, or every match of the filter.
    MarkAll,
    /// Remove all marks.
    UnmarkAll,
    /// Focus and select what was clicked. A double click on a row is Enter.
    Click(Target),
    /// Scroll what the wheel is over, without moving the focus.
    Wheel(Target, Motion),
}

/// What is done with URLs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryAction {
    /// Open them in the browser.
    Open,
    /// Copy them in a format.
    Copy(CopyAs),
    /// Show the URL as a QR code.
    ShowQr,
    /// Ask the delivery host how it answers them.
    Verify,
    /// Show the signed URL, and copy it.
    Show(Validity),
}

impl DeliveryAction {
    /// Whether it is a row of the dialog of copy formats.
    pub fn is_format(&self) -> bool {
        matches!(self, Self::Copy(_) | Self::ShowQr)
    }

    /// Whether that dialog is the only way to it.
    pub fn needs_dialog(&self) -> bool {
        self.is_format() && *self != Self::Copy(CopyAs::Url)
    }
}

impl Action {
    pub const OPEN: Self = Self::Deliver(DeliveryAction::Open);
    pub const COPY: Self = Self::Deliver(DeliveryAction::Copy(CopyAs::Url));
    pub const VERIFY: Self = Self::Deliver(DeliveryAction::Verify);
}

/// A change of the zoom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ZoomStep {
    In,
    Out,
    /// One pixel of the picture per pixel of the screen; the whole picture if it is shown so already.
    ActualPixels,
    /// The whole picture.
    Fit,
}

/// A movement of a cursor or a scroll position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Motion {
    Up,
    Down,
    Left,
    Right,
    PageUp,
    PageDown,
    First,
    Last,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The program started, perhaps with an image to look up.
    Started(Option<Pasted>),
    /// The response to [`Effect::FetchImage`].
    ImageFetched(RequestId, Result<Box<Image>, Failure>),
    /// The response to [`Effect::FetchOptions`].
    OptionsFetched(RequestId, Result<Vec<VariantOptions>, Failure>),
    /// The response to [`Effect::FetchPage`].
    PageFetched(RequestId, Result<Page, Failure>),
    /// Images from the index, newest first. More chunks may follow.
    IndexChunk(Vec<Arc<ImageSummary>>),
    /// The end of the index. `None` if there is none; the error says why it could not be read.
    IndexRead(Result<Option<IndexState>, String>),
    /// The index could not be written, and why.
    IndexFailed(String),
    /// The response to [`Effect::FetchTotal`].
    TotalFetched(RequestId, Result<u64, Failure>),
    /// The result of [`Effect::Search`]; matches are indices into the list, best first.
    FilterMatched {
        generation: u64,
        matches: Vec<u32>,
        /// The number of images that were searched.
        searched: u32,
    },
    /// The result of [`Effect::SortByName`] with this number: the indices of all images in the list, sorted by name.
    NamesSorted(u64, Vec<u32>),
    /// A request pauses before its next attempt.
    Waiting(RequestId, Wait),
    /// The API reported how many requests are left.
    BudgetChanged(Budget),
    /// The result of [`Effect::Copy`].
    Copied {
        text: SensitiveText,
        /// How it was copied, such as `OSC 52`.
        outcome: Result<String, Failure>,
    },
    /// The result of [`Effect::Open`].
    Opened { url: SensitiveText, outcome: Result<(), Failure> },
    /// The result of [`Effect::Sign`].
    Signed(RequestId, Result<Signatures, Failure>),
    /// The result of [`Effect::Verify`].
    Verified(RequestId, Result<Box<VerifyResult>, Failure>),
    /// The result of [`Effect::Explain`]: the explanation, and why the signature could not be checked, if so.
    Explained(RequestId, Result<(Box<Explanation>, Option<Failure>), Failure>),
    /// The result of [`Effect::ProbeSize`].
    SizeProbed(RequestId, Result<PictureInfo, Failure>),
    /// The result of [`Effect::SavePicture`].
    PictureSaved(RequestId, Result<SaveOutcome, Failure>),
    /// How many pictures of [`Effect::SavePictures`] are saved or have failed.
    SaveProgress(RequestId, usize),
    /// The result of [`Effect::SavePictures`].
    PicturesSaved(RequestId, Result<SaveCount, Failure>),
    /// The result of [`Effect::ShowPicture`].
    PictureShown(RequestId, Result<PictureInfo, Failure>),
    /// The result of [`Effect::FetchPicture`].
    PictureFetched(RequestId, Result<PictureInfo, Failure>),
    /// The picture's next frame was drawn, and how long it stays on the screen.
    FrameShown(RequestId, SignedDuration),
    /// A thumbnail was drawn for [`Effect::ShowThumbs`], or why not.
    ThumbShown(ThumbKey, Result<(), Failure>),
    /// A command runs in the background from now on.
    CommandStarted(RequestId),
    /// The result of [`Effect::RunCommand`]: why it did not run or failed, if that was not shown yet.
    CommandEnded(RequestId, Result<(), String>),
    /// The profile of [`Effect::SwitchProfile`] can't be used.
    SwitchFailed(ProfileName, Failure),
    /// Reading the credentials of that profile was interrupted.
    SwitchCancelled,
    /// The terminal no longer has the picture.
    PictureLost,
    /// The terminal was resized, or its contents were lost.
    Resized,
    /// The time that [`super::next_wake`] returned has come.
    Woke,
    /// The time zone for times on the screen.
    TimeZoneLoaded(TimeZone),
    /// The lookups of earlier runs, newest last.
    HistoryRead(Vec<String>),
    /// It is known how the terminal can draw pictures.
    GraphicsDetected(Graphics),
    /// A frame was drawn, with panes of these sizes.
    Drawn(Viewports),
}

/// A request to perform I/O. Each one carries the ID that its response will carry.
#[must_use]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Fetch an image's details.
    FetchImage {
        request: RequestId,
        id: ImageId,
        /// The account hash in the URL that the user entered, if it was a URL.
        hash: Option<String>,
    },
    /// Fetch the account's variant options.
    FetchOptions(RequestId),
    /// Fetch a page of the list.
    FetchPage {
        request: RequestId,
        /// Where the page starts. `None` for the first page.
        after: Option<Continuation>,
    },
    /// Read the list that earlier runs stored in the index.
    ReadIndex,
    /// Store a page in the index.
    StorePage(IndexPage),
    /// Store one image in the index, as the list would describe it.
    StoreImage(Arc<ImageSummary>),
    /// Ask for the number of images in the account.
    FetchTotal(RequestId),
    /// Add images to the search worker, in the list's order.
    AddToSearch(Vec<Arc<ImageSummary>>),
    /// Remove all images from the search worker.
    ClearSearch,
    /// Ask the search worker which images match.
    Search {
        /// The number of this search; the newest one supersedes the others.
        generation: u64,
        query: Query,
    },
    /// Ask the search worker to sort all its images by name. The number identifies this request.
    SortByName(u64),
    /// Draw a picture, and fetch it first unless its bytes are cached.
    ShowPicture {
        request: RequestId,
        source: PictureSource,
        /// The columns and rows available for it.
        cells: (u16, u16),
        /// The part to draw. `None` for the whole picture.
        zoom: Option<Zoom>,
    },
    /// Fetch a picture unless its bytes are cached, without drawing it.
    FetchPicture {
        request: RequestId,
        source: PictureSource,
    },
    /// Draw these thumbnails, in this order, and fetch them first unless they are cached. Stop fetching any others.
    ShowThumbs(Vec<ThumbKey>),
    /// Drop what is cached of an image's pictures: they may have changed.
    ForgetPictures(ImageId),
    /// Draw the next frame of the picture that was drawn for this request.
    NextFrame(RequestId),
    /// Draw the frame before that.
    PreviousFrame(RequestId),
    /// Fetch these pictures ahead, as they may be shown next, and stop fetching any others ahead.
    Prefetch(Vec<PictureSource>),
    /// Abort a request whose response is no longer needed.
    Abort(RequestId),
    /// Find the time zone for times on the screen.
    LoadTimeZone,
    /// Read the lookups of earlier runs.
    ReadHistory,
    /// Store a lookup in the history. The text must not contain a signature.
    AddToHistory(String),
    /// Copy text to the clipboard.
    Copy(SensitiveText),
    /// Open a URL in the browser.
    Open(SensitiveText),
    Sign {
        request: RequestId,
        urls: Vec<DeliveryUrl>,
        /// When they expire, in Unix seconds. `None` for never.
        expires: Option<i64>,
        /// Whether to fetch the keys again, because a URL signed with a cached key was denied.
        refetch_keys: bool,
    },
    /// Ask a delivery host how it answers the plain URL and the signed URL.
    Verify {
        request: RequestId,
        plain: DeliveryUrl,
        signed: Option<SignedUrl>,
    },
    /// Fetch only as many of a picture's first bytes as are needed to learn its size.
    ProbeSize {
        request: RequestId,
        source: PictureSource,
    },
    /// Save a picture to a file. The extension of `path` is corrected to the format of the bytes.
    SavePicture {
        request: RequestId,
        picture: PictureToSave,
        /// A file, or a folder in which it gets its own name.
        path: String,
        /// The existing file that the user agreed to overwrite.
        replace: Option<String>,
    },
    /// Save pictures under their own names to a folder, which is created. Existing files stay.
    SavePictures {
        request: RequestId,
        pictures: Vec<PictureToSave>,
        folder: String,
    },
    /// Explain the delivery URL in a text, and check its signature against the cached keys.
    Explain {
        request: RequestId,
        text: SensitiveText,
    },
    /// Run a command of the user.
    RunCommand {
        request: RequestId,
        run: Box<CommandRun>,
    },
    /// Suspend the program until the shell resumes it.
    Suspend,
    /// Redraw the whole screen.
    Repaint,
    /// Start over with another profile.
    SwitchProfile(ProfileName),
    Quit,
}

/// Identifies a request. Later requests have greater numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

/// A pause before the next attempt of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wait {
    /// When the next attempt starts.
    pub until: Timestamp,
    /// The reason in words: `rate limited`, `server error`, `no connection`.
    pub reason: &'static str,
}

impl Wait {
    /// The reason, and the time left in seconds, rounded up: `rate limited, retrying in 5 s`.
    pub fn describe(&self, now: Timestamp) -> String {
        let left = (self.until.duration_since(now).as_millis().max(0) + 999) / 1_000;
        format!("{}, retrying in {left} s", self.reason)
    }
}

/// How a delivery host responded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyResult {
    /// The reply to the signed URL, if there is one.
    pub signed: Option<Reply>,
    /// The reply to the plain URL.
    pub plain: Option<Reply>,
    /// The server's clock.
    pub server: Option<Timestamp>,
}

/// The response to a request for signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signatures {
    /// In the order of the request.
    pub urls: Vec<SignedUrl>,
    /// The name of the signing key. Untrusted text.
    pub key: String,
}

/// How the terminal can draw pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Graphics {
    /// Whether it can draw pictures at all.
    pub drawable: bool,
    /// A cell's width and height in the pixels that pictures are drawn with, if known: 1 and 2 with half-blocks.
    pub cell: Option<(u16, u16)>,
}
