//! Reads numbers and chunks of binary files. All return `None` or end where the file does.

pub(super) fn be16(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u16::from_be_bytes(array(bytes, at)?).into())
}

pub(super) fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(array(bytes, at)?))
}

pub(super) fn le16(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u16::from_le_bytes(array(bytes, at)?).into())
}

pub(super) fn le24(bytes: &[u8], at: usize) -> Option<u32> {
    let [low, middle, high] = array(bytes, at)?;
    Some(u32::from_le_bytes([low, middle, high, 0]))
}

pub(super) fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(array(bytes, at)?))
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

/// A chunk of a PNG or WebP.
pub(super) struct Chunk<'a> {
    pub(super) name: &'a [u8],
    /// `None` if the file ends before the chunk does.
    pub(super) data: Option<&'a [u8]>,
    pub(super) start: usize,
    /// The offset of the next chunk.
    pub(super) next: usize,
}

/// The offset of the first chunk of a PNG, after the signature.
pub(super) const PNG_START: usize = 8;
/// The offset of the first chunk of a WebP.
pub(super) const WEBP_START: usize = 12;

/// The chunks of a PNG from this offset on. Each ends with a checksum.
pub(super) fn png_chunks(bytes: &[u8], at: usize) -> impl Iterator<Item = Chunk<'_>> {
    chunks(bytes, at, |bytes, at| Some((bytes.get(at + 4..at + 8)?, be32(bytes, at)?, 4)))
}

/// The chunks of a WebP from this offset on, padded to even lengths.
pub(super) fn webp_chunks(bytes: &[u8], at: usize) -> impl Iterator<Item = Chunk<'_>> {
    chunks(bytes, at, |bytes, at| {
        let length = le32(bytes, at + 4)?;
        Some((bytes.get(at..at + 4)?, length, length as usize & 1))
    })
}

/// The name, the length of the data, and the length of what follows it.
type ChunkHeader<'a> = (&'a [u8], u32, usize);

fn chunks<'a>(
    bytes: &'a [u8],
    mut at: usize,
    header: fn(&'a [u8], usize) -> Option<ChunkHeader<'a>>,
) -> impl Iterator<Item = Chunk<'a>> {
    std::iter::from_fn(move || {
        let (name, length, trailer) = header(bytes, at)?;
        let (start, data_start) = (at, at.checked_add(8)?);
        let end = data_start.checked_add(length as usize)?;
        at = end.checked_add(trailer)?;
        Some(Chunk { name, data: bytes.get(data_start..end), start, next: at })
    })
}
