//! `[pages]`: what the operator makes of the pages that people see.

use std::{
    fs,
    path::{Path, PathBuf},
};

use doorward_pages::{Brand, Shades, Wishes};
use schemars::JsonSchema;
use serde::Deserialize;

/// The largest file that is read.
const LARGEST: u64 = 1024 * 1024;

/// What the pages look like and say. Files are read at start, at a reload, and not between.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PagesEntry {
    /// What the server is called on its pages. Default: `Doorward`.
    name: Option<String>,
    /// An image above every page: a PNG, JPEG, WebP or SVG file of at most 32 KiB; relative to the
    /// configuration file.
    logo: Option<PathBuf>,
    /// The colour of links and buttons where it is light, like `#0b57a4`. It must read well on
    /// white and on `ground` (WCAG 2.2 AA).
    accent: Option<String>,
    /// The colour of links and buttons where it is dark.
    accent_dark: Option<String>,
    /// The colour behind everything where it is light.
    ground: Option<String>,
    /// The colour behind everything where it is dark.
    ground_dark: Option<String>,
    /// A folder of Fluent files such as `en.ftl` and `de.ftl`: each text in them takes the place
    /// of the built-in one; relative to the configuration file.
    texts: Option<PathBuf>,
    /// A folder of templates such as `consent.html`: each takes the place of the built-in one;
    /// relative to the configuration file.
    templates: Option<PathBuf>,
    /// The language of whoever asks for none that there is: `en`, `de`, `fr`, `es`, `ja`,
    /// `zh-Hans` or `pt`. Default: `en`.
    default_locale: Option<String>,
}

/// Reads the files and checks everything; relative paths start at `base`.
pub(super) fn check(entry: PagesEntry, base: &Path) -> Result<Brand, String> {
    let logo = entry.logo.map(|path| read_logo(&base.join(path)));
    let folder = |key, path: Option<PathBuf>, ending| match path {
        None => Ok(Vec::new()),
        Some(path) => {
            read_folder(&base.join(path), ending).map_err(|cause| format!("pages.{key}: {cause}"))
        }
    };
    let wishes = Wishes {
        name: entry.name,
        logo: logo
            .transpose()
            .map_err(|cause| format!("pages.logo: {cause}"))?,
        light: Shades {
            accent: entry.accent,
            ground: entry.ground,
        },
        dark: Shades {
            accent: entry.accent_dark,
            ground: entry.ground_dark,
        },
        texts: folder("texts", entry.texts, "ftl")?,
        templates: folder("templates", entry.templates, "html")?,
        default_locale: entry.default_locale,
    };
    Brand::of(wishes).map_err(|error| error.to_string())
}

fn read_logo(path: &Path) -> Result<(String, Vec<u8>), String> {
    Ok((path.display().to_string(), read(path)?))
}

/// The files of a folder with this ending, by name. Anything else in it is a mistake.
fn read_folder(folder: &Path, ending: &str) -> Result<Vec<(String, String)>, String> {
    let unreadable = |error| format!("cannot read {}: {error}", folder.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with('.') || name.ends_with('~') {
            continue; // what editors and versioning leave beside
        }
        if path.extension().is_none_or(|it| it != ending) || !path.is_file() {
            return Err(format!(
                "{} is no .{ending} file; move it elsewhere",
                path.display()
            ));
        }
        let text = String::from_utf8(read(&path)?);
        let text = text.map_err(|_| format!("{} is not UTF-8", path.display()))?;
        files.push((name.into_owned(), text));
    }
    files.sort();
    Ok(files)
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    let unreadable = |error| format!("cannot read {}: {error}", path.display());
    let length = fs::metadata(path).map_err(unreadable)?.len();
    if length > LARGEST {
        return Err(format!("{} is larger than {LARGEST} bytes", path.display()));
    }
    fs::read(path).map_err(unreadable)
}

#[cfg(test)]
mod tests {
    use super::{super::read::parse, *};

    fn checked(text: &str, base: &Path) -> Result<Brand, String> {
        let document = parse(&format!("[pages]\n{text}")).expect(text);
        check(document.pages, base)
    }

    #[test]
    fn files_are_read_from_beside_the_configuration_and_checked() {
        let folder = tempfile::tempdir().expect("a folder");
        let base = folder.path();
        for (name, content) in [
            ("logo.svg", "<svg></svg>"),
            ("texts/de.ftl", "sign-in-title = Herein\n"),
            ("texts/.de.ftl.swp", "\u{0}"),
            ("pages/home.html", "{{ page.user }}"),
            ("wrong/home.html", "\n{{ page.usr }}"),
            ("mixed/notes.txt", ""),
        ] {
            let path = base.join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, content).expect("written");
        }
        let good = "name = 'Acme'\nlogo = 'logo.svg'\ntexts = 'texts'\ntemplates = 'pages'\naccent = '#7a0000'\ndefault_locale = 'de'";
        assert!(checked(good, base).is_ok_and(|brand| brand != Brand::default()));
        assert_eq!(checked("", base), Ok(Brand::default()));
        #[rustfmt::skip]
        let cases = [
            ("logo = 'none.png'",        "pages.logo: cannot read "),
            ("logo = 'texts/de.ftl'",    "its content is no PNG, JPEG, WebP or SVG image"),
            ("texts = 'none'",           "pages.texts: cannot read "),
            ("texts = 'mixed'",          "notes.txt is no .ftl file"),
            ("templates = 'wrong'",      "pages.templates: home.html:2: page.usr is no value of it"),
            ("accent = '#ffcc00'",       "pages.accent: links in #ffcc00 on #ffffff"),
            ("accent_dark = '#000000'",  "pages.accent_dark: "),
            ("default_locale = 'xx'",    "pages.default_locale: "),
            ("name = ''",                "pages.name: "),
        ];
        for (text, expected) in cases {
            let refused = checked(text, base).expect_err(text);
            assert!(refused.contains(expected), "{refused}");
        }
    }
}
