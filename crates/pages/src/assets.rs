//! Style sheets and scripts: files of ours, known by what is in them.
//!
//! A page asks for `/assets/NAME?v=HASH`; that answer may be kept for ever, since another content
//! has another address. Asked for without, it may be kept for an hour.

use std::sync::LazyLock;

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use doorward_core::secret::Digest;
use http::{HeaderName, StatusCode, header};

use crate::embedded;

/// The address of `name` below the prefix of the public URL; nothing when there is no such file.
pub(crate) fn address(name: &str) -> Option<String> {
    let asset = find(name)?;
    Some(format!("/assets/{}?v={}", asset.name, asset.hash))
}

/// Answers for the file `name`, asked for with `query`.
pub(crate) fn answer(name: &str, query: Option<&str>) -> Response {
    let Some(asset) = find(name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let kept = kept(&asset.hash, query);
    let headers: [(HeaderName, &str); 3] = [
        (header::CONTENT_TYPE, media_type(asset.name)),
        (header::CACHE_CONTROL, kept),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, Body::from(asset.content)).into_response()
}

/// How long an answer may be kept: what was asked for by the hash of its content, for ever.
pub(crate) fn kept(hash: &str, query: Option<&str>) -> &'static str {
    if query.and_then(|query| query.strip_prefix("v=")) == Some(hash) {
        "public, max-age=31536000, immutable"
    } else {
        "public, max-age=3600"
    }
}

struct Asset {
    name: &'static str,
    content: &'static str,
    hash: String,
}

fn find(name: &str) -> Option<&'static Asset> {
    static ALL: LazyLock<Vec<Asset>> = LazyLock::new(|| {
        let asset = |(name, content): &(&'static str, &'static str)| Asset {
            name,
            content,
            hash: hash(content.as_bytes()),
        };
        embedded::ASSETS.iter().map(asset).collect()
    });
    ALL.iter().find(|asset| asset.name == name)
}

/// Enough of a digest to tell versions apart.
pub(crate) fn hash(content: &[u8]) -> String {
    let digest = Digest::of_bytes(content);
    let bytes = digest.as_bytes().iter().take(8);
    bytes.map(|byte| format!("{byte:02x}")).collect()
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        _ => "application/octet-stream",
    }
}
