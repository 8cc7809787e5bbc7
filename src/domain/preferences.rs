//! Defaults that the user sets, for everything that a key press or a command does not specify.

use super::copy_as::{CopyAs, Template};
use super::custom_domain::CustomDomain;
use super::signing::Lifetime;

/// The settings that the program's behaviour depends on. They contain no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preferences {
    /// How long a signed URL is valid.
    pub lifetime: Lifetime,
    /// The domain to use in URLs instead of the API's.
    pub domain: Option<CustomDomain>,
    /// The initial variant, if neither a URL nor the user names one.
    pub variant: Option<String>,
    /// Templates of the user by name, in the order of the settings file.
    pub templates: Vec<(String, Template)>,
    /// What turned pictures off, for a sentence, such as `--picture`. `None` if they are on.
    pub pictures_off_by: Option<String>,
    /// Whether the program uses the mouse.
    pub mouse: bool,
}

impl Preferences {
    /// What of them is about the terminal. The rest belongs to the user's own account.
    #[must_use]
    pub fn for_demo(&self) -> Self {
        Self { pictures_off_by: self.pictures_off_by.clone(), mouse: self.mouse, ..Self::default() }
    }

    /// The copy formats with their labels: the built-in ones, then the templates.
    pub fn copy_formats(&self) -> Vec<(String, CopyAs)> {
        let named = CopyAs::NAMED.into_iter().map(|form| (form.label().to_owned(), form));
        let own = self.templates.iter();
        named.chain(own.map(|(name, template)| (name.clone(), CopyAs::Template(template.clone())))).collect()
    }

    /// The format of this name, either a built-in one or a template.
    pub fn form(&self, name: &str) -> Option<CopyAs> {
        let own = self.templates.iter().find(|(own, _)| own == name);
        CopyAs::named(name).or_else(|| own.map(|(_, template)| CopyAs::Template(template.clone())))
    }
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            lifetime: Lifetime::DEFAULT,
            domain: None,
            variant: None,
            templates: Vec::new(),
            pictures_off_by: None,
            mouse: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn demo_keeps_preferences_of_the_terminal() {
        let terminal = Preferences {
            pictures_off_by: Some("--picture".to_owned()),
            mouse: false,
            ..Preferences::default()
        };
        let own = Preferences { variant: Some("hero".to_owned()), ..terminal.clone() };
        assert_eq!(own.for_demo(), terminal);
    }

    #[test]
    fn form_finds_formats_and_templates() {
        let template = Template::parse("<{url}>").unwrap();
        let preferences =
            Preferences { templates: vec![("hugo".to_owned(), template.clone())], ..Preferences::default() };
        assert_eq!(preferences.form("srcset"), Some(CopyAs::Srcset));
        assert_eq!(preferences.form("hugo"), Some(CopyAs::Template(template)));
        assert_eq!(preferences.form("Hugo"), None);
    }
}
