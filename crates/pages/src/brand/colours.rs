//! Colours of an operator, held to WCAG 2.2 AA (success criteria 1.4.3 and 1.4.11).

use super::BrandError;

/// Two colours, as `#rrggbb`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shades {
    /// Links, buttons and what has the focus.
    pub accent: Option<String>,
    /// What lies behind everything.
    pub ground: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Colour([u8; 3]);

/// What the style sheet has beside, in one of its two schemes.
struct Scheme {
    keys: (&'static str, &'static str),
    media: &'static str,
    card: Colour,
    ground: Colour,
    accent: Colour,
    /// Text, quiet text: both stand on the ground.
    inks: [Colour; 2],
    /// Lines around what is typed into, which stand on the ground.
    line: Colour,
    /// Whether an accent gets more contrast by being darker.
    darker: bool,
}

const LIGHT: Scheme = Scheme {
    keys: ("accent", "ground"),
    media: "light",
    card: Colour([0xff, 0xff, 0xff]),
    ground: Colour([0xf6, 0xf7, 0xf9]),
    accent: Colour([0x0b, 0x57, 0xa4]),
    inks: [Colour([0x1b, 0x1f, 0x24]), Colour([0x4a, 0x55, 0x63])],
    line: Colour([0x6b, 0x75, 0x83]),
    darker: true,
};
const DARK: Scheme = Scheme {
    keys: ("accent_dark", "ground_dark"),
    media: "dark",
    card: Colour([0x1d, 0x21, 0x26]),
    ground: Colour([0x14, 0x17, 0x1b]),
    accent: Colour([0x8c, 0xc2, 0xff]),
    inks: [Colour([0xee, 0xf1, 0xf4]), Colour([0xb4, 0xbd, 0xc8])],
    line: Colour([0x76, 0x81, 0x8f]),
    darker: false,
};
/// What stands on the accent: whichever reads better.
const ON_ACCENT: [Colour; 2] = [Colour([0xff, 0xff, 0xff]), Colour([0x0d, 0x1a, 0x29])];
/// The least contrast of text, and of what is no text.
const TEXT: f64 = 4.5;
const SHAPE: f64 = 3.0;

/// The style sheet for these colours; none when there are none.
pub(super) fn style(light: &Shades, dark: &Shades) -> Result<Option<String>, BrandError> {
    if *light == Shades::default() && *dark == Shades::default() {
        return Ok(None);
    }
    let (light, dark) = (LIGHT.style(light)?, DARK.style(dark)?);
    Ok(Some(format!("{light}{dark}")))
}

impl Scheme {
    fn style(&self, shades: &Shades) -> Result<String, BrandError> {
        let read = |key, text: &Option<String>, built_in| match text {
            None => Ok(built_in),
            Some(text) => Colour::parse(text).ok_or_else(|| {
                let reason = format!("`{text}` is no colour; write it like #0b57a4");
                BrandError::new(key, reason)
            }),
        };
        let (accent_key, ground_key) = self.keys;
        let ground = read(ground_key, &shades.ground, self.ground)?;
        let accent = read(accent_key, &shades.accent, self.accent)?;
        self.check_ground(ground)?;
        self.check_accent(accent, ground)?;
        let ink = best_on(accent);
        Ok(format!(
            "@media (prefers-color-scheme: {}) {{\n  :root {{ --accent: {accent}; --accent-ink: {ink}; --ground: {ground}; }}\n}}\n",
            self.media
        ))
    }

    fn check_ground(&self, ground: Colour) -> Result<(), BrandError> {
        let inks = self.inks.iter().map(|ink| (*ink, TEXT, "text"));
        let all = inks.chain([(self.line, SHAPE, "the line around a field")]);
        for (colour, least, what) in all {
            let contrast = contrast(colour, ground);
            if contrast < least {
                let turn = if self.darker { "lighter" } else { "darker" };
                return Err(BrandError::new(
                    self.keys.1,
                    format!(
                        "on {ground} {what} ({colour}) has a contrast of {contrast:.2}:1, and WCAG AA asks for {least}:1; take a {turn} ground"
                    ),
                ));
            }
        }
        Ok(())
    }

    fn check_accent(&self, accent: Colour, ground: Colour) -> Result<(), BrandError> {
        for behind in [self.card, ground] {
            let contrast = contrast(accent, behind);
            if contrast < TEXT {
                let turn = if self.darker { "darker" } else { "lighter" };
                let better = self.better(accent, ground);
                return Err(BrandError::new(
                    self.keys.0,
                    format!(
                        "links in {accent} on {behind} have a contrast of {contrast:.2}:1, and WCAG AA asks for {TEXT}:1; take a {turn} one, like {better}"
                    ),
                ));
            }
        }
        Ok(())
    }

    /// The nearest accent of the same hue that reads well.
    fn better(&self, accent: Colour, ground: Colour) -> Colour {
        let end = if self.darker { 0.0 } else { 255.0 };
        let steps = (1..=100).map(|step| accent.towards(end, f64::from(step) / 100.0));
        let reads = |it: &Colour| {
            [self.card, ground]
                .iter()
                .all(|on| contrast(*it, *on) >= TEXT)
        };
        steps.into_iter().find(reads).unwrap_or(self.accent)
    }
}

impl Colour {
    fn parse(text: &str) -> Option<Self> {
        let digits = text
            .strip_prefix('#')
            .filter(|it| it.len() == 6 && it.is_ascii())?;
        let number = u32::from_str_radix(digits, 16).ok()?;
        let [_, red, green, blue] = number.to_be_bytes();
        Some(Self([red, green, blue]))
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between two bytes there are only bytes"
    )]
    fn towards(self, end: f64, part: f64) -> Self {
        let Self(channels) = self;
        Self(channels.map(|it| (f64::from(it) + (end - f64::from(it)) * part).round() as u8))
    }

    /// Relative luminance (WCAG 2.2).
    fn luminance(self) -> f64 {
        let Self([red, green, blue]) = self;
        let linear = |channel: u8| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.04045 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }
}

impl std::fmt::Display for Colour {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self([red, green, blue]) = self;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

fn contrast(one: Colour, other: Colour) -> f64 {
    let (one, other) = (one.luminance() + 0.05, other.luminance() + 0.05);
    one.max(other) / one.min(other)
}

fn best_on(accent: Colour) -> Colour {
    let [light, dark] = ON_ACCENT;
    if contrast(light, accent) >= contrast(dark, accent) {
        light
    } else {
        dark
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shades(accent: Option<&str>, ground: Option<&str>) -> Shades {
        Shades {
            accent: accent.map(str::to_owned),
            ground: ground.map(str::to_owned),
        }
    }

    #[test]
    fn contrast_is_as_wcag_defines_it() {
        let colour = |text| Colour::parse(text).expect(text);
        let of = |one, other| format!("{:.2}", contrast(colour(one), colour(other)));
        assert_eq!(of("#000000", "#ffffff"), "21.00");
        assert_eq!(of("#ffffff", "#ffffff"), "1.00");
        assert_eq!(of("#767676", "#ffffff"), "4.54");
    }

    #[test]
    fn what_is_built_in_passes_and_what_does_not_says_how_far_it_is_and_what_would() {
        let none = Shades::default();
        assert!(LIGHT.style(&none).is_ok() && DARK.style(&none).is_ok());
        #[rustfmt::skip]
        let cases = [
            (shades(Some("red"), None),     none.clone(),                  "pages.accent: `red` is no colour"),
            (shades(Some("#ff00"), None),   none.clone(),                  "write it like #"),
            (shades(Some("#ffcc00"), None), none.clone(),                  "links in #ffcc00 on #ffffff have a contrast of 1.5"),
            (none.clone(), shades(Some("#0b57a4"), None),                  "pages.accent_dark: links in #0b57a4"),
            (shades(None, Some("#777777")), none.clone(),                  "pages.ground: on #777777 text"),
            (none.clone(), shades(None, Some("#ffffff")),                  "pages.ground_dark: on #ffffff"),
        ];
        for (light, dark, expected) in cases {
            let refused = style(&light, &dark).expect_err(expected).to_string();
            assert!(refused.contains(expected), "{refused}");
        }
    }

    #[test]
    fn the_proposed_accent_passes() {
        for (scheme, accent) in [
            (LIGHT, "#ffcc00"),
            (LIGHT, "#ffffff"),
            (DARK, "#0b57a4"),
            (DARK, "#000000"),
        ] {
            let colour = Colour::parse(accent).expect(accent);
            let better = scheme.better(colour, scheme.ground).to_string();
            assert!(
                scheme.style(&shades(Some(&better), None)).is_ok(),
                "{accent}: {better}"
            );
        }
    }

    #[test]
    fn colours_stand_in_a_style_sheet_for_each_scheme() {
        let style = style(&shades(Some("#7A0000"), None), &Shades::default());
        let style = style.expect("good").expect("colours");
        assert!(style.contains("(prefers-color-scheme: light) {\n  :root { --accent: #7a0000; --accent-ink: #ffffff;"), "{style}");
        assert!(style.contains("(prefers-color-scheme: dark) {\n  :root { --accent: #8cc2ff; --accent-ink: #0d1a29;"), "{style}");
    }

    #[test]
    fn the_colours_here_are_those_of_the_style_sheet() {
        let sheet = include_str!("../../assets/doorward.css");
        let (light, dark) = sheet
            .split_once("@media (prefers-color-scheme: dark)")
            .expect("two schemes");
        for (scheme, sheet) in [(LIGHT, light), (DARK, dark)] {
            let [ink, quiet] = scheme.inks;
            for (name, colour) in [
                ("card", scheme.card),
                ("ground", scheme.ground),
                ("accent", scheme.accent),
                ("ink", ink),
                ("quiet", quiet),
                ("line", scheme.line),
            ] {
                assert!(
                    sheet.contains(&format!("--{name}: {colour};")),
                    "{name} {colour}"
                );
            }
        }
    }
}
