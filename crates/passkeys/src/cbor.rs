//! The part of CBOR (RFC 8949) that authenticators write: definite lengths, no tags, no
//! fractions, no name twice.
//!
//! Refused are lengths beyond what is there, deep nesting, numbers beyond 64 bits with a sign,
//! and everything that the canonical form of CTAP2 has no use for.

/// How deep arrays and maps may lie in each other.
const DEEPEST: usize = 8;

/// Something written in CBOR.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Item<'a> {
    Number(i64),
    Bytes(&'a [u8]),
    Text(&'a str),
    List(Vec<Item<'a>>),
    Map(Vec<(Item<'a>, Item<'a>)>),
    /// `false`, `true`, `null` and the like.
    Simple(u8),
}

/// It is not CBOR of this kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotCbor;

impl<'a> Item<'a> {
    /// What a map has under a number.
    pub(crate) fn at(&self, label: i64) -> Option<&Item<'a>> {
        self.under(&Item::Number(label))
    }

    /// What a map has under a name.
    pub(crate) fn named(&self, name: &str) -> Option<&Item<'a>> {
        self.under(&Item::Text(name))
    }

    fn under(&self, wanted: &Item<'_>) -> Option<&Item<'a>> {
        let Item::Map(pairs) = self else {
            return None;
        };
        let found = pairs.iter().find(|(name, _)| name == wanted);
        found.map(|(_, value)| value)
    }

    /// The bytes, if it is bytes.
    pub(crate) fn bytes(&self) -> Option<&'a [u8]> {
        match self {
            Item::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The number, if it is one.
    pub(crate) fn number(&self) -> Option<i64> {
        match self {
            Item::Number(number) => Some(*number),
            _ => None,
        }
    }
}

/// Reads one item, and returns what comes after it.
pub(crate) fn read(bytes: &[u8]) -> Result<(Item<'_>, &[u8]), NotCbor> {
    let mut reader = Reader { rest: bytes };
    let item = reader.item(DEEPEST)?;
    Ok((item, reader.rest))
}

/// Reads one item after which nothing comes.
pub(crate) fn read_all(bytes: &[u8]) -> Result<Item<'_>, NotCbor> {
    match read(bytes)? {
        (item, []) => Ok(item),
        _ => Err(NotCbor),
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn item(&mut self, depth: usize) -> Result<Item<'a>, NotCbor> {
        let deeper = depth.checked_sub(1).ok_or(NotCbor)?;
        let [first] = self.array()?;
        let (major, extra) = (first >> 5, first & 0x1f);
        if major == 7 {
            return (extra < 24).then_some(Item::Simple(extra)).ok_or(NotCbor);
        }
        let argument = self.argument(extra)?;
        let number = i64::try_from(argument).map_err(|_| NotCbor);
        Ok(match major {
            0 => Item::Number(number?),
            1 => Item::Number(-1 - number?),
            2 => Item::Bytes(self.take(argument)?),
            3 => Item::Text(std::str::from_utf8(self.take(argument)?).map_err(|_| NotCbor)?),
            4 => self.list(argument, deeper)?,
            5 => self.map(argument, deeper)?,
            _ => return Err(NotCbor),
        })
    }

    fn list(&mut self, length: u64, depth: usize) -> Result<Item<'a>, NotCbor> {
        // No room is made for what is only announced (DS-05).
        let mut items = Vec::new();
        for _ in 0..length {
            items.push(self.item(depth)?);
        }
        Ok(Item::List(items))
    }

    fn map(&mut self, length: u64, depth: usize) -> Result<Item<'a>, NotCbor> {
        let mut pairs: Vec<(Item<'a>, Item<'a>)> = Vec::new();
        for _ in 0..length {
            let name = self.item(depth)?;
            if pairs.len() >= MOST_NAMES || pairs.iter().any(|(known, _)| *known == name) {
                return Err(NotCbor);
            }
            pairs.push((name, self.item(depth)?));
        }
        Ok(Item::Map(pairs))
    }

    /// The number in or after the first byte, in its shortest form.
    fn argument(&mut self, extra: u8) -> Result<u64, NotCbor> {
        let (value, least) = match extra {
            0..24 => return Ok(extra.into()),
            24 => (u64::from(u8::from_be_bytes(self.array()?)), 24),
            25 => (u64::from(u16::from_be_bytes(self.array()?)), 0x100),
            26 => (u64::from(u32::from_be_bytes(self.array()?)), 0x1_0000),
            27 => (u64::from_be_bytes(self.array()?), 0x1_0000_0000),
            _ => return Err(NotCbor),
        };
        (value >= least).then_some(value).ok_or(NotCbor)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], NotCbor> {
        let (head, rest) = self.rest.split_first_chunk().ok_or(NotCbor)?;
        self.rest = rest;
        Ok(*head)
    }

    fn take(&mut self, length: u64) -> Result<&'a [u8], NotCbor> {
        let length = usize::try_from(length).map_err(|_| NotCbor)?;
        let (head, rest) = self.rest.split_at_checked(length).ok_or(NotCbor)?;
        self.rest = rest;
        Ok(head)
    }
}

/// The most names in one map: looking for a second one of a name stays cheap (DS-05).
const MOST_NAMES: usize = 64;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_authenticators_write_is_read_and_nothing_else() {
        #[rustfmt::skip]
        let cases: [(&str, &[u8], Result<Item<'_>, NotCbor>); 24] = [
            ("zero",                 b"\x00",                 Ok(Item::Number(0))),
            ("24",                   b"\x18\x18",             Ok(Item::Number(24))),
            ("24, too long",         b"\x18\x17",             Err(NotCbor)),
            ("256",                  b"\x19\x01\x00",         Ok(Item::Number(256))),
            ("256, too long",        b"\x1a\x00\x00\x01\x00", Err(NotCbor)),
            ("-7",                   b"\x26",                 Ok(Item::Number(-7))),
            ("-257",                 b"\x39\x01\x00",         Ok(Item::Number(-257))),
            ("beyond 63 bits",       b"\x1b\x80\0\0\0\0\0\0\0", Err(NotCbor)),
            ("bytes",                b"\x42ab",               Ok(Item::Bytes(b"ab"))),
            ("bytes, cut",           b"\x43ab",               Err(NotCbor)),
            ("far too long",         b"\x5b\x7f\xff\xff\xff\xff\xff\xff\xff", Err(NotCbor)),
            ("text",                 b"\x62ab",               Ok(Item::Text("ab"))),
            ("no UTF-8",             b"\x61\xff",             Err(NotCbor)),
            ("list",                 b"\x82\x01\x02",         Ok(Item::List(vec![Item::Number(1), Item::Number(2)]))),
            ("list, cut",            b"\x82\x01",             Err(NotCbor)),
            ("huge list of nothing", b"\x9a\xff\xff\xff\xff", Err(NotCbor)),
            ("map",                  b"\xa1\x01\x02",         Ok(Item::Map(vec![(Item::Number(1), Item::Number(2))]))),
            ("a name twice",         b"\xa2\x01\x02\x01\x03", Err(NotCbor)),
            ("true",                 b"\xf5",                 Ok(Item::Simple(21))),
            ("a fraction",           b"\xf9\x3c\x00",         Err(NotCbor)),
            ("a tag",                b"\xc0\x00",             Err(NotCbor)),
            ("no end in sight",      b"\x5f\x41a\xff",        Err(NotCbor)),
            ("nothing",              b"",                     Err(NotCbor)),
            ("something after it",   b"\x00\x00",             Err(NotCbor)),
        ];
        for (name, bytes, expected) in cases {
            assert_eq!(read_all(bytes), expected, "{name}");
        }
    }

    #[test]
    fn nesting_has_an_end() {
        let nested = |depth: usize| [vec![0x81; depth], vec![0]].concat();
        assert!(read_all(&nested(DEEPEST - 1)).is_ok());
        assert_eq!(read_all(&nested(DEEPEST)), Err(NotCbor));
        assert_eq!(read_all(&nested(60_000)), Err(NotCbor)); // DS-05
    }

    #[test]
    fn what_comes_after_an_item_is_left() {
        assert_eq!(read(b"\x01rest"), Ok((Item::Number(1), b"rest".as_slice())));
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_strange(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes);
        }
    }
}
