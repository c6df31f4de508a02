//! In which language somebody is spoken to.
//!
//! `ui_locales` of the request (OpenID Connect Core section 3.1.2.1), then `Accept-Language`
//! (RFC 9110 section 12.5.4), then what the operator configured. No cookie, no table.

/// A language that every text exists in, or falls back to English.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Locale {
    /// English, which is complete.
    #[default]
    English,
    /// German.
    German,
    /// French.
    French,
    /// Spanish.
    Spanish,
    /// Japanese.
    Japanese,
    /// Chinese in simplified characters.
    Chinese,
    /// Portuguese, as written in Brazil.
    Portuguese,
}

impl Locale {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::English,
        Self::German,
        Self::French,
        Self::Spanish,
        Self::Japanese,
        Self::Chinese,
        Self::Portuguese,
    ];

    /// The language tag (BCP 47).
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::French => "fr",
            Self::Spanish => "es",
            Self::Japanese => "ja",
            Self::Chinese => "zh-Hans",
            Self::Portuguese => "pt",
        }
    }

    /// The direction of its script, as HTML writes it.
    pub fn direction(self) -> &'static str {
        match self {
            Self::English
            | Self::German
            | Self::French
            | Self::Spanish
            | Self::Japanese
            | Self::Chinese
            | Self::Portuguese => "ltr",
        }
    }

    /// The locale that a language tag means: by its language; Chinese in traditional characters
    /// is none of ours.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let mut parts = tag.trim().split(['-', '_']);
        let language = parts.next()?.to_ascii_lowercase();
        let found = Self::ALL.into_iter().find(|it| it.language() == language)?;
        let traditional = |part: &str| {
            let part = part.to_ascii_lowercase();
            matches!(part.as_str(), "hant" | "tw" | "hk" | "mo")
        };
        (found != Self::Chinese || !parts.any(traditional)).then_some(found)
    }

    /// The first of `ui_locales` that is one of ours: tags with spaces between, best first.
    pub fn of_list(ui_locales: &str) -> Option<Self> {
        ui_locales.split(' ').take(MOST).find_map(Self::of_tag)
    }

    /// The best that `Accept-Language` allows; of equals the first.
    pub fn accepted(header: &str) -> Option<Self> {
        let ranges = header.split(',').take(MOST).filter_map(range);
        let mut best: Option<(Self, u16)> = None;
        for (locale, weight) in ranges {
            if weight > best.map_or(0, |(_, weight)| weight) {
                best = Some((locale, weight));
            }
        }
        best.map(|(locale, _)| locale)
    }

    /// Its place in [`Locale::ALL`].
    pub(crate) fn index(self) -> usize {
        self as usize
    }

    fn language(self) -> &'static str {
        let tag = self.tag();
        tag.split_once('-').map_or(tag, |(language, _)| language)
    }
}

/// One range of `Accept-Language`, if it is one of ours, with its weight in thousandths.
fn range(text: &str) -> Option<(Locale, u16)> {
    let (tag, weight) = match text.split_once(';') {
        None => (text, 1000),
        Some((tag, parameter)) => (tag, weight(parameter)?),
    };
    Locale::of_tag(tag).map(|locale| (locale, weight))
}

/// `q=` with at most three decimals (RFC 9110 section 12.4.2).
fn weight(parameter: &str) -> Option<u16> {
    let value = parameter.trim().strip_prefix("q=")?;
    let (whole, decimals) = value.split_once('.').unwrap_or((value, ""));
    let digits = decimals.len() <= 3 && decimals.bytes().all(|byte| byte.is_ascii_digit());
    let thousandths: u16 = format!("{decimals:0<3}").parse().ok().filter(|_| digits)?;
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(1000),
        _ => None,
    }
}

/// How many languages are looked at.
const MOST: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_means_its_language() {
        #[rustfmt::skip]
        let cases = [
            ("de", Some(Locale::German)), ("de-AT", Some(Locale::German)), ("DE", Some(Locale::German)),
            ("en-GB", Some(Locale::English)), ("pt-PT", Some(Locale::Portuguese)), ("ja", Some(Locale::Japanese)),
            ("zh", Some(Locale::Chinese)), ("zh-CN", Some(Locale::Chinese)), ("zh-Hans-SG", Some(Locale::Chinese)),
            ("zh-TW", None), ("zh-Hant", None), ("it", None), ("", None), ("*", None), ("den", None),
        ];
        for (tag, expected) in cases {
            assert_eq!(Locale::of_tag(tag), expected, "{tag}");
        }
    }

    #[test]
    fn the_best_language_that_is_ours_is_taken() {
        #[rustfmt::skip]
        let cases = [
            ("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", Some(Locale::French)),
            ("it, de;q=0.3, es;q=0.7", Some(Locale::Spanish)),
            ("de;q=0.5, ja;q=0.5", Some(Locale::German)), // of equals the first
            ("zh-TW, zh;q=0.9, en;q=0.8", Some(Locale::Chinese)),
            ("de;q=0", None), ("de;q=1.5", None), ("de;q=x", None), ("de;q=0.1234", None), ("*", None), ("", None),
            ("de;q=0.001", Some(Locale::German)), ("\u{fffd},,;;q=, de", Some(Locale::German)),
        ];
        for (header, expected) in cases {
            assert_eq!(Locale::accepted(header), expected, "{header}");
        }
        assert_eq!(
            Locale::of_list("it fr-CA de"),
            Some(Locale::French),
            "in order"
        );
        assert_eq!(Locale::of_list(&"xx ".repeat(100_000)), None);
    }

    #[test]
    fn every_locale_is_found_by_its_own_tag() {
        for locale in Locale::ALL {
            assert_eq!(Locale::of_tag(locale.tag()), Some(locale));
            assert_eq!(Locale::ALL.get(locale.index()), Some(&locale));
        }
    }
}
