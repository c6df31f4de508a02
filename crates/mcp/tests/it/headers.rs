use doorward_mcp::headers::{McpHeaders, decode, encode};
use proptest::prelude::*;

fn decoded(header: &str) -> String {
    decode(header.as_bytes()).expect("readable").into_owned()
}

proptest! {
    #[test]
    fn every_text_survives_its_header_form(text in any::<String>()) {
        let header = encode(&text);
        prop_assert!(header.bytes().all(|byte| (0x20..0x7f).contains(&byte)));
        prop_assert_eq!(decoded(&header), &*text);
        let padded = format!(" \t{header} ");
        prop_assert_eq!(decoded(&padded), &*text);
    }

    #[test]
    fn texts_that_look_encoded_survive_too(inner in "[A-Za-z0-9+/=?]{0,12}") {
        let text = format!("=?base64?{inner}?=");
        prop_assert_eq!(decoded(&encode(&text)), &*text);
    }

    #[test]
    fn no_header_bytes_make_a_reader_panic(name in any::<String>(), value in prop::collection::vec(any::<u8>(), 0..60)) {
        let _ = decode(&value);
        let headers = McpHeaders::collect([(&*name, &*value), ("mcp-protocol-version", &*value)]);
        let _ = headers.protocol_version();
    }
}
