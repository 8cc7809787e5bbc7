//! Reads who issued a certificate.

/// DER's tags.
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const OBJECT_ID: u8 = 0x06;
const VERSION: u8 = 0xa0;

/// The attributes `organizationName` and `commonName` (2.5.4.10 and 2.5.4.3).
const ORGANIZATION: &[u8] = &[0x55, 0x04, 0x0a];
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];

/// The organisation that issued a certificate, or else the issuer's name. Untrusted text. `None` if it cannot be read.
pub(super) fn issuer(certificate: &[u8]) -> Option<String> {
    let (_, certificate, _) = element(certificate)?;
    let (_, mut rest, _) = element(certificate)?;
    if rest.first() == Some(&VERSION) {
        rest = element(rest)?.2;
    }
    // The serial number and the algorithm.
    rest = element(element(rest)?.2)?.2;
    let (SEQUENCE, names, _) = element(rest)? else { return None };
    attribute(names, ORGANIZATION).or_else(|| attribute(names, COMMON_NAME))
}

fn attribute(mut names: &[u8], wanted: &[u8]) -> Option<String> {
    while let Some((SET, name, next)) = element(names) {
        let (SEQUENCE, pair, _) = element(name)? else { return None };
        let (OBJECT_ID, id, value) = element(pair)? else { return None };
        if id == wanted {
            return Some(String::from_utf8_lossy(element(value)?.1).into_owned());
        }
        names = next;
    }
    None
}

/// The tag and content of the first element, and what follows it.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match *first {
        short @ 0..0x80 => (usize::from(short), rest),
        long => {
            let (digits, rest) = rest.split_at_checked(usize::from(long & 0x7f))?;
            let length = digits
                .iter()
                .try_fold(0_usize, |length, digit| length.checked_mul(256)?.checked_add(usize::from(*digit)));
            (length?, rest)
        }
    };
    let (content, next) = rest.split_at_checked(length)?;
    Some((*tag, content, next))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
        let content = parts.concat();
        let length = u16::try_from(content.len()).unwrap().to_be_bytes();
        [&[tag, 0x82][..], &length, &content].concat()
    }

    fn certificate(attributes: &[(&[u8], &str)]) -> Vec<u8> {
        let name = |(id, text): &(&[u8], &str)| {
            der(SET, &[&der(SEQUENCE, &[&der(OBJECT_ID, &[id]), &der(0x0c, &[text.as_bytes()])])])
        };
        let names: Vec<Vec<u8>> = attributes.iter().map(name).collect();
        let names: Vec<&[u8]> = names.iter().map(Vec::as_slice).collect();
        let signed =
            [der(VERSION, &[&[2, 1, 2]]), der(2, &[&[7]]), der(SEQUENCE, &[]), der(SEQUENCE, &names)];
        der(SEQUENCE, &[&der(SEQUENCE, &[&signed.concat()])])
    }

    #[test]
    fn organisation_comes_before_the_name() {
        let (name, organisation) = ((COMMON_NAME, "WE1"), (ORGANIZATION, "Google Trust Services"));
        let both = certificate(&[name, organisation]);
        assert_eq!(issuer(&both).as_deref(), Some("Google Trust Services"));
        assert_eq!(issuer(&certificate(&[name])).as_deref(), Some("WE1"));
        assert_eq!(issuer(&certificate(&[])), None);
        for end in 0..both.len() {
            assert_eq!(issuer(&both[..end]), None, "{end}");
        }
        assert_eq!(issuer(&[SEQUENCE, 0xff, 1]), None);
    }
}
