use super::*;
use FaultKind::{
    ByteOrderMark, Control, Depth, Duplicate, End, Escape, NotUtf8, Number, Surrogate, Trailing,
    Unexpected,
};

#[test]
fn values_keep_their_bytes_and_know_their_place() {
    let body = br#" {"a" : [1, {"b":"x\u0079"}] , "c":-1.50e+2} "#;
    let document = Raw::parse(body).expect("well formed");

    let b = document.member(&["a"]).expect("there").elements()[1]
        .member(&["b"])
        .expect("there");
    assert_eq!(b.as_str(), r#""x\u0079""#);
    assert_eq!(b.text().as_deref(), Some("xy"));
    assert_eq!(&body[b.span().range()], b.as_str().as_bytes());
    let c = document.member(&["c"]).expect("there");
    assert_eq!(
        (c.as_str(), c.number(), c.integer()),
        ("-1.50e+2", Some(-150.0), None)
    );
    assert!(
        document.member(&["a", "b"]).is_none(),
        "an array has no members"
    );
}

#[test]
fn texts_that_are_no_json_are_refused() {
    // GW-11 and the vectors of the appendix
    struct Case(&'static [u8], FaultKind);
    #[rustfmt::skip]
    let cases = [
        Case(b"", End),
        Case(b"  ", End),
        Case(b"{", End),
        Case(b"[1", End),
        Case(b"\"a", End),
        Case(b"{\"a\":", End),
        Case(b"\"\\u12", End),
        Case(b"-", Unexpected),
        Case(b"\xef\xbb\xbf{}", ByteOrderMark),
        Case(b"\xff\xfe{\0}\0", NotUtf8),
        Case(b"\"\xc3\x28\"", NotUtf8),
        Case(b"{\0}\0", Unexpected),
        Case(b"{} {}", Trailing),
        Case(b"{}x", Trailing),
        Case(b"1 2", Trailing),
        Case(b"{}//comment", Trailing),
        Case(b"//comment\n{}", Unexpected),
        Case(b"{\"a\":1,}", Unexpected),
        Case(b"{,}", Unexpected),
        Case(b"[1,]", Unexpected),
        Case(b"[,1]", Unexpected),
        Case(b"{a:1}", Unexpected),
        Case(b"{'a':1}", Unexpected),
        Case(b"{\"a\" 1}", Unexpected),
        Case(b"{\"a\":1 \"b\":2}", Unexpected),
        Case(b"NaN", Unexpected),
        Case(b"[Infinity]", Unexpected),
        Case(b"-Infinity", Unexpected),
        Case(b"01", Trailing),
        Case(b"1.", Unexpected),
        Case(b".5", Unexpected),
        Case(b"1e", Unexpected),
        Case(b"+1", Unexpected),
        Case(b"0x10", Trailing),
        Case(b"truth", Unexpected),
        Case(b"nul", Unexpected),
        Case(b"\"a\nb\"", Control),
        Case(b"\"\0\"", Control),
        Case(b"\"\\x41\"", Escape),
        Case(b"\"\\u00g0\"", Escape),
    ];
    for Case(text, kind) in cases {
        let fault = Raw::parse(text).expect_err(&String::from_utf8_lossy(text));
        assert_eq!(fault.kind, kind, "{}", String::from_utf8_lossy(text));
        assert!(fault.kind.is_syntax());
    }
}

#[test]
fn grammatical_texts_that_parsers_read_differently_are_refused() {
    // GW-09, GW-11, S-016
    struct Case(&'static str, FaultKind);
    #[rustfmt::skip]
    let cases = [
        Case(r#"{"a":1,"a":1}"#, Duplicate),
        Case(r#"{"name":1,"na\u006de":2}"#, Duplicate),
        Case(r#"{"\u0061":1,"\u0061":2}"#, Duplicate),
        Case(r#"{"x":[{"y":{"a":1,"b":2,"a":3}}]}"#, Duplicate),
        Case(r#"{"":1,"":2}"#, Duplicate),
        Case(r#"{"\ud83d\ude00":1,"😀":2}"#, Duplicate),
        Case(r#"{"a":1,"b":{"a":1},"b":1}"#, Duplicate),
        Case(r#""\ud800""#, Surrogate),
        Case(r#""\udc00""#, Surrogate),
        Case(r#""\ud800\u0041""#, Surrogate),
        Case(r#""\ud800x""#, Surrogate),
        Case(r#"{"\udfff":1}"#, Surrogate),
        Case("1e400", Number),
        Case("-1e400", Number),
        Case("[1E+309]", Number),
    ];
    for Case(text, kind) in cases {
        let fault = Raw::parse(text.as_bytes()).expect_err(text);
        assert_eq!(fault.kind, kind, "{text}");
        assert!(!fault.kind.is_syntax());
    }
}

#[test]
fn a_number_of_many_digits_is_refused_only_when_it_overflows() {
    let fits = "9".repeat(308);
    let overflows = "9".repeat(310);
    assert!(Raw::parse(fits.as_bytes()).is_ok());
    assert_eq!(
        Raw::parse(overflows.as_bytes()).expect_err("too big").kind,
        Number
    );
}

#[test]
fn equal_keys_in_different_objects_and_values_equal_to_keys_are_no_duplicates() {
    for text in [
        r#"{"a":{"a":1},"b":{"a":1}}"#,
        r#"[{"a":1},{"a":1}]"#,
        r#"{"a":"b","b":"a"}"#,
        r#"{"a":1,"A":1," a":1}"#,
        "{\"\u{e9}\":1,\"e\u{301}\":1}", // NFC and NFD are two names (GW-12)
    ] {
        assert!(Raw::parse(text.as_bytes()).is_ok(), "{text}");
    }
}

#[test]
fn duplicates_are_found_in_large_objects_without_comparing_each_with_each() {
    let many = 200_000;
    let keys: Vec<_> = (0..many).map(|n| format!("\"k{n}\":0")).collect();
    let unique = format!("{{{}}}", keys.join(","));
    let repeated = format!("{{{},\"k0\":0}}", keys.join(","));

    assert!(Raw::parse(unique.as_bytes()).is_ok());
    assert_eq!(
        Raw::parse(repeated.as_bytes()).expect_err("k0 twice").kind,
        Duplicate
    );
}

#[test]
fn nesting_is_allowed_up_to_the_limit_and_no_deeper() {
    // GW-11
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(Raw::parse(nested(MAX_DEPTH).as_bytes()).is_ok());
    assert_eq!(
        Raw::parse(nested(MAX_DEPTH + 1).as_bytes())
            .expect_err("deep")
            .kind,
        Depth
    );

    let bomb = "{\"a\":".repeat(100_000);
    assert_eq!(Raw::parse(bomb.as_bytes()).expect_err("deep").kind, Depth);
    let siblings = format!("[{}]", vec!["[[]]"; 1000].join(","));
    assert!(
        Raw::parse(siblings.as_bytes()).is_ok(),
        "depth is not a count"
    );
}

#[test]
fn strings_of_every_length_end_at_their_own_quote() {
    for length in 0..40 {
        for special in ["", "\\\"", "\\\\", "é", "\u{7f}", "\u{80}", "\u{10ffff}"] {
            let text = format!("{}{special}{}", "a".repeat(length), "b".repeat(40 - length));
            let body = format!("\"{text}\"");
            let raw = Raw::parse(body.as_bytes()).expect(&body);
            let expected: String = serde_json::from_str(&body).expect(&body);
            assert_eq!(raw.text().as_deref(), Some(expected.as_str()));
        }
        for control in ["\n", "\t", "\0", "\u{1f}"] {
            let body = format!("\"{}{control}{}\"", "a".repeat(length), "b".repeat(9));
            let fault = Raw::parse(body.as_bytes()).expect_err("control character");
            assert_eq!((fault.kind, fault.at), (Control, length + 1));
        }
    }
}

#[test]
fn quoting_is_undone_by_reading() {
    let text = "a\"b\\c\n\r\t\u{0}\u{1f}\u{7f}é😀\u{2028}";
    let mut quoted = String::new();
    quote_into(&mut quoted, text);
    let raw = Raw::parse(quoted.as_bytes()).expect("well formed");
    assert_eq!(raw.text().as_deref(), Some(text));
}

// GW-09
#[test]
fn a_member_with_a_double_in_another_case_is_none() {
    let document = |text: &'static str| Raw::parse(text.as_bytes()).expect("well formed");
    let volume = |text| {
        document(text)
            .only_member("volume")
            .map(|value| value.as_str())
    };
    assert_eq!(volume(r#"{"volume":"docs","other":1}"#), Some(r#""docs""#));
    for text in [
        r#"{"volume":"docs","Volume":"secret"}"#,
        r#"{"VOLUME":"secret","volume":"docs"}"#,
        r#"{"Volume":"docs"}"#,
        r#"{}"#,
        r#"["volume"]"#,
    ] {
        assert_eq!(volume(text), None, "{text}");
    }
    let accented = document(r#"{"größe":1,"GRÖSSE":2,"GRÖßE":3}"#);
    assert_eq!(accented.only_member("größe"), None);
}
