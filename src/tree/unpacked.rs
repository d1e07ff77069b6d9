//! What a file holds behind its compression, which is told by its first bytes, not by its name.

use crate::tree::error::TreeError;
use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::StreamingDecoder;
use std::io::{BufRead, BufReader, Error, Read, Result};
use std::path::Path;

/// A stream of what these bytes are when they are not compressed; `called` is how people call them.
///
/// # Errors
/// When they cannot be read, and when they are compressed in a way that we do not know.
pub fn decompressed(
    stream: Box<dyn Read + Send>,
    called: &str,
) -> std::result::Result<Box<dyn Read + Send>, TreeError> {
    let wanted = format!("cannot unpack {called}");
    unpacked(stream).map_err(|refusal| match refusal {
        Refusal::Unreadable(error) => TreeError::io(&wanted, "read", Path::new(called), &error),
        Refusal::Compressed(kind, program) => {
            let fix = format!("unpack that first: {program} --keep {called}");
            TreeError::refused(&wanted, format!("it is compressed by {kind}"), &fix)
        }
    })
}

fn unpacked(file: Box<dyn Read + Send>) -> std::result::Result<Box<dyn Read + Send>, Refusal> {
    let mut file = BufReader::with_capacity(256 * 1024, file);
    let first = file.fill_buf().map_err(Refusal::Unreadable)?;
    match first {
        [0x1f, 0x8b, ..] => Ok(Box::new(MultiGzDecoder::new(file))),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Ok(Box::new(Zstd { source: Some(file), frame: None })),
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Err(Refusal::Compressed("xz", "unxz")),
        [b'B', b'Z', b'h', ..] => Err(Refusal::Compressed("bzip2", "bunzip2")),
        _ => Ok(Box::new(file)),
    }
}

/// Why there is no such stream.
enum Refusal {
    /// The file cannot be read.
    Unreadable(Error),
    /// A compression that we do not have, and the program that does.
    Compressed(&'static str, &'static str),
}

/// A zstd file is one frame after another.
struct Zstd {
    source: Option<BufReader<Box<dyn Read + Send>>>,
    frame: Option<StreamingDecoder<BufReader<Box<dyn Read + Send>>, ruzstd::decoding::FrameDecoder>>,
}

impl Read for Zstd {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        loop {
            if let Some(frame) = &mut self.frame {
                let got = frame.read(buffer)?;
                if got > 0 || buffer.is_empty() {
                    return Ok(got);
                }
            }
            let ended = self.frame.take();
            if let Some(frame) = &ended
                && let Some(wanted) = frame.decoder.get_checksum_from_data()
                && frame.decoder.get_calculated_checksum() != Some(wanted)
            {
                return Err(Error::other("its checksum does not agree with what it holds"));
            }
            let Some(mut source) = ended.map(StreamingDecoder::into_inner).or_else(|| self.source.take()) else {
                return Ok(0);
            };
            if source.fill_buf()?.is_empty() {
                return Ok(0);
            }
            self.frame = Some(StreamingDecoder::new(source).map_err(Error::other)?);
        }
    }
}
