//! How a person wants things done, where a key press or a command does not say otherwise.

use super::copy_as::{CopyAs, Template};
use super::custom_domain::CustomDomain;
use super::picture_choice::PictureChoice;
use super::signing::Lifetime;

/// What the settings say of URLs. No secret is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preferences {
    /// How long a signed URL holds.
    pub lifetime: Lifetime,
    /// The domain on which URLs are given, in place of the one that the API names.
    pub domain: Option<CustomDomain>,
    /// The variant to start with, where neither URL nor person names one.
    pub variant: Option<String>,
    /// Forms of copying of one's own, by name, in the order of the settings.
    pub templates: Vec<(String, Template)>,
    /// What has turned pictures off, in a person's words: `--picture`, say. Nothing where they are on.
    pub pictures_off_by: Option<String>,
}

impl Preferences {
    /// Says that the option `--picture` has settled how pictures are drawn, whatever the settings say.
    pub fn settle_pictures(&mut self, option: Option<PictureChoice>) {
        if let Some(choice) = option {
            self.pictures_off_by = (choice == PictureChoice::Off).then(|| "--picture".to_owned());
        }
    }

    /// The form of a name: one that every cfimg has, or a template of one's own.
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
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_named_or_ones_own() {
        let template = Template::parse("<{url}>").unwrap();
        let preferences =
            Preferences { templates: vec![("hugo".to_owned(), template.clone())], ..Preferences::default() };
        assert_eq!(preferences.form("srcset"), Some(CopyAs::Srcset));
        assert_eq!(preferences.form("hugo"), Some(CopyAs::Template(template)));
        assert_eq!(preferences.form("Hugo"), None);
    }
}
