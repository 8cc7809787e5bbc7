//! What flows through the program: inputs, actions, events and effects. All of it is plain data.

mod listing;

use std::fmt;
use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

pub use self::listing::{IndexPage, IndexState, Page, SyncEnd};
use super::delivery::{Signatures, VerifyResult};
use super::{Graphics, Key, PictureInfo, PictureSource, SensitiveText, Viewports};
use crate::domain::explain::Explanation;
use crate::domain::{
    Budget, Continuation, DeliveryUrl, Failure, Image, ImageId, ImageSummary, Query, SignedUrl,
    VariantOptions,
};

/// What changes the model.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// A person wants something.
    Action(Action),
    /// Something has happened.
    Event(Event),
}

impl Message {
    /// Whether it moves a cursor or a view.
    pub fn moves(&self) -> bool {
        matches!(self, Self::Action(Action::Move(_)))
    }
}

/// What comes from the terminal, before anybody knows what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A key was pressed, or repeats.
    Key(Key),
    /// A key that directly followed an ESC byte: the Alt chord, or Esc and then this key. Terminals send the same for both.
    Escaped(Key),
    /// A text was pasted.
    Paste(Pasted),
    /// The terminal has another size.
    Resize,
}

/// A text that a person gave. It may be a signed URL, or a token by mistake: its `Debug` tells its length alone.
#[derive(Clone, PartialEq, Eq)]
pub struct Pasted(pub String);

impl fmt::Debug for Pasted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pasted({} bytes)", self.0.len())
    }
}

impl From<String> for Pasted {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// What a person wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Leave the program.
    Quit,
    /// Go to the shell for a while.
    Suspend,
    /// Draw the whole screen anew.
    Repaint,
    /// Step back: close what is on top, cancel the request in flight, or leave Image.
    Back,
    /// Show every key.
    Help,
    /// Go to the next pane.
    FocusNext,
    /// Go to the pane before.
    FocusPrevious,
    /// Go to Image, its text kept.
    FocusImage,
    /// Change the text of Image.
    Edit(Edit),
    /// Put a pasted text where it belongs.
    Paste(Pasted),
    /// Recall the lookup before.
    PreviousInput,
    /// Recall the lookup after.
    NextInput,
    /// Look up the image that Image names.
    LookUp,
    /// Fetch the shown image again.
    Refresh,
    /// Move the cursor, or scroll.
    Move(Motion),
    /// Open the selected variant in the browser.
    Open,
    /// Copy the selected variant's URL.
    Copy,
    /// Choose in which form the selected variant is copied.
    CopyAs,
    /// Choose for how long the selected variant's URL is signed.
    Sign,
    /// Ask the delivery host what it does with the selected variant's URL.
    Verify,
    /// Build a flexible variant.
    Flexible,
    /// Explain the URL that was pasted.
    Explain,
    /// Take what the cursor is on, or what was typed, in what lies on top.
    Confirm,
    /// Take a row of what lies on top, by its place.
    Pick(usize),
    /// Take the first suggestion.
    Complete,
    /// Show the selected variant's URL whole.
    ShowUrl,
    /// Show the API's JSON.
    ShowJson,
    /// Show Browse and go there, or hide it.
    Browse,
    /// Go to Browse's filter.
    Filter,
    /// Keep the filter, and go to the list.
    ApplyFilter,
    /// Go to the Variants of the image under the cursor.
    ShowVariants,
    /// Load the list to its end.
    LoadAll,
    /// Read the list anew.
    Reload,
    /// Show Preview and go there, or hide it.
    Preview,
    /// Give the picture the whole screen, or take it back.
    FullScreenPicture,
    /// Sort the list another way.
    Sort,
    /// Mark the image under the cursor, or take its mark away.
    Mark,
    /// Mark every image in the list, or every one that the filter found.
    MarkAll,
    /// Take every mark away.
    UnmarkAll,
}

/// A change of a line of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edit {
    Insert(char),
    Left,
    Right,
    WordLeft,
    WordRight,
    Start,
    End,
    Backspace,
    Delete,
    DeleteWord,
    DeleteToStart,
    DeleteToEnd,
}

/// Where a cursor or a view moves.
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

/// What has happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The program has started, perhaps with an image to look up.
    Started(Option<Pasted>),
    /// An image's details have come, or could not be had.
    ImageFetched(RequestId, Result<Box<Image>, Failure>),
    /// The account's variant options have come, or could not be had.
    OptionsFetched(RequestId, Result<Vec<VariantOptions>, Failure>),
    /// A page of the list has come, or could not be had.
    PageFetched(RequestId, Result<Page, Failure>),
    /// Images that an earlier run has listed, newest first. More may come.
    IndexChunk(Vec<Arc<ImageSummary>>),
    /// That was all that earlier runs have listed; or nothing could be had, and perhaps why.
    IndexRead(Result<Option<IndexState>, String>),
    /// The index could not be kept, and why.
    IndexFailed(String),
    /// How many images the account holds has come, or could not be had.
    TotalFetched(RequestId, Result<u64, Failure>),
    /// The filter's answer to a question: images by their place in the list, best first.
    FilterMatched {
        /// Which question.
        generation: u64,
        /// The images that match.
        matches: Vec<u32>,
        /// How many images were searched.
        searched: u32,
    },
    /// The answer to the question with this number: all images by name, by their place in the list.
    NamesSorted(u64, Vec<u32>),
    /// A request waits before its next try.
    Waiting(RequestId, Wait),
    /// The API has said how many requests are left.
    BudgetChanged(Budget),
    /// A text was copied, by the way that is named; or it could not be.
    Copied {
        /// What was to be copied.
        text: SensitiveText,
        /// By which way, or why not.
        outcome: Result<String, Failure>,
    },
    /// A URL was handed to the browser; or it could not be.
    Opened {
        /// What was to be opened.
        url: SensitiveText,
        /// Whether it was, or why not.
        outcome: Result<(), Failure>,
    },
    /// URLs were signed, or could not be.
    Signed(RequestId, Result<Signatures, Failure>),
    /// A delivery host has said what it does with a URL.
    Verified(RequestId, Box<VerifyResult>),
    /// A URL was explained.
    Explained {
        /// Whose answer it is.
        request: RequestId,
        /// What it says, and why its signature could not be checked, where that is so.
        explanation: Result<(Box<Explanation>, Option<Failure>), Failure>,
    },
    /// The first bytes of a picture have told its size, or could not be had.
    SizeProbed(RequestId, Result<PictureInfo, Failure>),
    /// A picture was drawn, or could not be.
    PictureShown(RequestId, Result<PictureInfo, Failure>),
    /// The picture's next frame was drawn, and stands for so long.
    FrameShown(RequestId, SignedDuration),
    /// What the terminal had of the picture is lost.
    PictureLost,
    /// The terminal has another size, or what it shows was lost.
    Resized,
    /// The time that [`super::next_wake`] named has come.
    Woke,
    /// The time zone that times are shown in.
    TimeZoneLoaded(TimeZone),
    /// What was looked up in earlier runs, the newest last.
    HistoryRead(Vec<String>),
    /// What the terminal can draw pictures with is known.
    GraphicsDetected(Graphics),
    /// A frame was drawn, and this is how far its panes reach.
    Drawn(Viewports),
}

/// What we ask of the outside.
#[must_use]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Fetch an image's details.
    FetchImage {
        /// Whose answer it will be.
        request: RequestId,
        /// The image.
        id: ImageId,
        /// The account hash in the URL that a person gave, where it was one.
        hash: Option<String>,
    },
    /// Fetch the account's variant options.
    FetchOptions(RequestId),
    /// Fetch a page of the list, the first one or the one after.
    FetchPage {
        /// Whose answer it will be.
        request: RequestId,
        /// Where it goes on.
        after: Option<Continuation>,
    },
    /// Read what earlier runs have listed.
    ReadIndex,
    /// Keep what a page has told for later runs.
    StorePage(IndexPage),
    /// Keep the API's word on one image, as the list would tell it.
    StoreImage(Arc<ImageSummary>),
    /// Ask how many images the account holds.
    FetchTotal(RequestId),
    /// Let the filter know of more images, in the list's order.
    AddToSearch(Vec<Arc<ImageSummary>>),
    /// Let the filter forget every image.
    ClearSearch,
    /// Ask the filter which images match.
    Search {
        /// Which question; the newest supersedes.
        generation: u64,
        /// What a person typed, read.
        query: Query,
    },
    /// Ask for all that the filter knows by name; the number tells this question from others.
    SortByName(u64),
    /// Fetch a picture, unless its bytes are here, and draw it.
    ShowPicture {
        /// Whose answer it will be.
        request: RequestId,
        /// Where it comes from.
        source: PictureSource,
        /// The columns and rows that it has.
        cells: (u16, u16),
    },
    /// Forget what was fetched of an image's pictures: they may be others by now.
    ForgetPictures(ImageId),
    /// Draw the next frame of the picture that came with this request.
    NextFrame(RequestId),
    /// Fetch these pictures, and no others any more: they may be wanted next.
    Prefetch(Vec<PictureSource>),
    /// Stop a request whose answer nobody awaits.
    Abort(RequestId),
    /// Find the time zone that times are shown in.
    LoadTimeZone,
    /// Read what was looked up in earlier runs.
    ReadHistory,
    /// Remember a lookup for later runs. Its text holds no signature.
    AddToHistory(String),
    /// Put a text on the clipboard.
    Copy(SensitiveText),
    /// Open a URL in the browser.
    Open(SensitiveText),
    /// Sign URLs.
    Sign {
        /// Whose answer it will be.
        request: RequestId,
        /// The URLs.
        urls: Vec<DeliveryUrl>,
        /// Until when they hold, in Unix seconds; nothing for ever.
        expires: Option<i64>,
        /// Whether the keys are fetched anew: what one of them signed was denied.
        refetch_keys: bool,
    },
    /// Ask a delivery host what it does with a plain URL, and with the signed one beside it.
    Verify {
        /// Whose answer it will be.
        request: RequestId,
        /// The URL without a signature.
        plain: DeliveryUrl,
        /// The same with one, if there is one.
        signed: Option<SignedUrl>,
    },
    /// Fetch a picture's first bytes, as many as tell its size.
    ProbeSize {
        /// Whose answer it will be.
        request: RequestId,
        /// Where it comes from.
        source: PictureSource,
    },
    /// Explain the delivery URL in a text, its signature held against the keys at hand.
    Explain {
        /// Whose answer it will be.
        request: RequestId,
        /// The text.
        text: SensitiveText,
    },
    /// Give the terminal back to the shell until it calls again.
    Suspend,
    /// Draw the whole screen anew.
    Repaint,
    /// End the program.
    Quit,
}

/// Tells one request from another. A later one has a greater number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

/// A pause before the next try of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wait {
    /// When the next try begins.
    pub until: Timestamp,
    /// What the pause is for: `rate limited`, `server error`, `no connection`.
    pub reason: &'static str,
}
