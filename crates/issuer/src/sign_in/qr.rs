//! A QR code as the path of an SVG picture: no image is loaded, and the page's style colours it.

use qrcodegen::{QrCode, QrCodeEcc};
use serde::Serialize;

/// A picture of `size` by `size` modules, its quiet zone included.
#[derive(Debug, Serialize)]
pub(crate) struct Picture {
    size: i32,
    /// The `d` of one path: a square for each dark module.
    path: String,
}

/// The light modules around the code (ISO/IEC 18004 section 6.3.8).
const QUIET: i32 = 4;

/// Draws `text`; `None` when it is too long for a code.
pub(super) fn picture(text: &str) -> Option<Picture> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let size = code.size();
    let dark = (0..size)
        .flat_map(|y| (0..size).map(move |x| (x, y)))
        .filter(|(x, y)| code.get_module(*x, *y));
    let square = |(x, y): (i32, i32)| format!("M{},{}h1v1h-1z", x + QUIET, y + QUIET);
    Some(Picture {
        size: size + 2 * QUIET,
        path: dark.map(square).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_three_corners_and_a_quiet_zone() {
        let drawn = picture("otpauth://totp/a:b?secret=AAAA").expect("short enough");
        let corner = |x: i32, y: i32| drawn.path.contains(&format!("M{x},{y}h1v1h-1z"));
        let last = drawn.size - QUIET - 1;
        assert!(corner(QUIET, QUIET) && corner(last, QUIET) && corner(QUIET, last));
        assert!(!drawn.path.contains("M3,") && !drawn.path.contains(",3h"));
        assert!(drawn.path.chars().all(|c| "Mhvz,-0123456789".contains(c)));
        assert!(picture(&"x".repeat(10_000)).is_none());
    }
}
