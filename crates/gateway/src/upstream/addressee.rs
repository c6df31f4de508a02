//! Whose answer a text is that is no message: good enough to fail that request at once, whatever
//! another reader would have made of the rest (GW-27).
//!
//! Bytes are looked at once and nothing is opened: nesting without end, text that is no UTF-8 and
//! a batch all say whose they are. What breaks off in the middle says nothing: the whole may follow.

use doorward_mcp::envelope::IdValue;

/// The id of the only or first object of `text`; none when that is a request or a notification.
pub(super) fn addressee(text: &[u8]) -> Option<IdValue> {
    let first = text.iter().find(|byte| !byte.is_ascii_whitespace())?;
    let within = match first {
        b'{' => 1,
        b'[' => 2,
        _ => return None,
    };
    let (mut at, mut depth, mut found) = (0, 0_usize, None);
    loop {
        match text.get(at)? {
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth <= within => return found,
            b'}' | b']' => depth -= 1,
            b'"' => {
                let end = string_end(text, at)?;
                match text.get(at..end) {
                    Some(b"\"method\"") if depth == within && is_key(text, end) => return None,
                    Some(b"\"id\"") if depth == within && found.is_none() => {
                        found = value(text, end)
                    }
                    _ => {}
                }
                at = end;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
}

/// The place behind the string that begins at `start`.
fn string_end(text: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        match text.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// The first place from `at` on that is no white space.
fn token(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let skipped = rest.iter().position(|byte| !byte.is_ascii_whitespace())?;
    Some(at + skipped)
}

fn is_key(text: &[u8], end: usize) -> bool {
    token(text, end).and_then(|at| text.get(at)) == Some(&b':')
}

/// The id that stands behind its key.
fn value(text: &[u8], key_end: usize) -> Option<IdValue> {
    let colon = token(text, key_end).filter(|at| text.get(*at) == Some(&b':'))?;
    let start = token(text, colon + 1)?;
    if text.get(start) == Some(&b'"') {
        let string = text.get(start..string_end(text, start)?)?;
        return serde_json::from_slice(string).ok().map(IdValue::Text);
    }
    let rest = text.get(start..)?;
    let digits = rest
        .iter()
        .take_while(|byte| byte.is_ascii_digit() || **byte == b'-')
        .count();
    let is_whole = !matches!(rest.get(digits), Some(b'.' | b'e' | b'E'));
    let digits = std::str::from_utf8(rest.get(..digits)?).ok()?;
    let number = digits.parse().ok().filter(|_| is_whole);
    number.map(IdValue::Integer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_no_message_may_say_whose_it_is() {
        // GW-11, GW-27, ST-05
        let five = || Some(IdValue::Integer(5));
        let deep = format!(
            r#"{{"result":{}1,"id":5}}"#,
            r#"{"id":6,"a":["#.repeat(10_000)
        );
        let closed = format!(
            r#"{{"result":{}{},"id":5}}"#,
            "[".repeat(10_000),
            "]".repeat(10_000)
        );
        let cases: [(&[u8], Option<IdValue>); 19] = [
            (br#"{"id":5,"id":6,"result":{}}"#, five()),
            (br#"{"result":{"id":6},"id" : 5}"#, five()),
            (br#"{"result":{"method":"x"},"id":5}"#, five()),
            (br#"{"id":5,"result":"half"#, None),
            (br#"{"id":5,"result":{"#, None),
            (br#"{"id":5,"result":"\"}\\"} "#, five()),
            (b"{\"id\":5,\"result\":\"\xff\"}", five()),
            (br#"[{"id":5,"result":{}},{"id":6}]"#, five()),
            (br#"{"id":"5","x"}"#, Some(IdValue::Text("5".to_owned()))),
            (closed.as_bytes(), five()),
            (deep.as_bytes(), None),
            (br#"{"id":5,"method":"x"}"#, None),
            (br#"{"method":"x","id":5,}"#, None),
            (br#"{"id":null,"result":{}}"#, None),
            (br#"{"id":5.5"#, None),
            (br#"{"result":"id"}"#, None),
            (br#"{"a":"id","b":5}"#, None),
            (b"Welcome to id 5", None),
            (b"", None),
        ];
        for (text, expected) in cases {
            let shown = String::from_utf8_lossy(text.get(..text.len().min(60)).unwrap_or_default());
            assert_eq!(addressee(text), expected, "{shown}");
        }
    }
}
