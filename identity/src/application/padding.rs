//! Size classes: a keeper of sealed applications learns one of five sizes and nothing about what is in them.

/// The sizes that a padded application can have, bytes.
pub(super) const CLASSES: [usize; 5] = [16 << 10, 64 << 10, 256 << 10, 1 << 20, 9 << 18];

/// The length in front, bytes.
const PREFIX: usize = 4;

/// The most that can be padded, bytes.
pub(super) const MOST: usize = CLASSES[4] - PREFIX;

/// Length (32 bits, big endian), content, zeros up to the next size. `None` when it is too long.
pub(super) fn pad(content: &[u8]) -> Option<Vec<u8>> {
    let size = CLASSES.into_iter().find(|size| content.len() + PREFIX <= *size)?;
    let mut padded = Vec::with_capacity(size);
    padded.extend_from_slice(&u32::try_from(content.len()).ok()?.to_be_bytes());
    padded.extend_from_slice(content);
    padded.resize(size, 0);
    Some(padded)
}

/// The content; `None` when it was not padded by [`pad`].
pub(super) fn unpad(padded: &[u8]) -> Option<&[u8]> {
    let (length, rest) = padded.split_first_chunk::<PREFIX>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (content, zeros) = rest.split_at_checked(length)?;
    let smallest = CLASSES.into_iter().find(|size| content.len() + PREFIX <= *size)?;
    (smallest == padded.len() && zeros.iter().all(|byte| *byte == 0)).then_some(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_padded_has_one_of_the_sizes_and_comes_back() {
        for length in [0, 1, CLASSES[0] - PREFIX, CLASSES[0] - PREFIX + 1, 300_000, MOST] {
            let content = vec![7; length];
            let padded = pad(&content).unwrap();
            assert!(CLASSES.contains(&padded.len()));
            assert_eq!(unpad(&padded), Some(content.as_slice()));
        }
        assert_eq!(pad(&vec![0; MOST + 1]), None);
    }

    #[test]
    fn other_padding_is_refused() {
        let good = pad(b"content").unwrap();
        let mut hidden = good.clone();
        *hidden.last_mut().unwrap() = 1;
        let mut larger = good.clone();
        larger.resize(CLASSES[1], 0);
        let mut longer = good;
        longer[0] = 0xff;
        for bad in [&hidden[..], &larger[..], &longer[..], b"", b"abc"] {
            assert_eq!(unpad(bad), None);
        }
    }
}
