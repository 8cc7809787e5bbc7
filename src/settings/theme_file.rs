//! Reads a theme file.

use std::path::Path;

use super::table_reader::TableReader;
use super::text_file::{Unreadable, read_text};
use super::toml_file::TomlFile;
use crate::domain::{Role, ThemeChoice, ThemeFile, ThemeStyle};

pub(super) fn read_theme(path: &Path) -> Result<(TomlFile, ThemeFile), Unreadable> {
    Ok(TomlFile::parse(path, read_text(path)?, "role", read))
}

fn read(table: &mut TableReader<'_, '_>) -> ThemeFile {
    let base = table.choice(ThemeFile::BASE, &ThemeChoice::ALL);
    ThemeFile {
        base: base.map(toml::Spanned::into_inner).unwrap_or_default(),
        styles: styles(table),
        ansi: table.table(ThemeFile::ANSI, "role", styles).unwrap_or_default(),
    }
}

fn styles(table: &mut TableReader<'_, '_>) -> [ThemeStyle; Role::ALL.len()] {
    Role::ALL.map(|role| table.read_by(role.name(), ThemeStyle::read).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ThemeColor;
    use crate::settings::draw;

    fn parse(text: &str) -> (TomlFile, ThemeFile) {
        TomlFile::parse(Path::new("tokyo.toml"), text.to_owned(), "role", read)
    }

    #[test]
    fn every_role_is_read() {
        let lines: String = Role::ALL.map(|role| format!("{} = {}\n", role.name(), role as u8 + 16)).concat();
        let text = format!("{lines}base = \"light\"\n[ansi]\n{lines}");
        let (file, theme) = parse(&text);
        assert_eq!(file.mistakes(), []);
        assert_eq!(theme.base, ThemeChoice::Light);
        for role in Role::ALL {
            let expected = Some(ThemeColor::Indexed(role as u8 + 16));
            assert_eq!([theme.styles, theme.ansi].map(|styles| styles[role as usize].fg), [expected; 2]);
        }
    }

    #[test]
    fn all_mistakes_are_underlined() {
        let text = "\
            base = \"drak\"\n\
            acent = \"blue\"\n\
            mark = \"bright_blue\"\n\
            success = 256\n\
            error = true\n\
            signed = { fg = \"orange\", bolt = true }\n\
            public = { bold = \"yes\", bg = [] }\n\
            border = blue\n\
            text = 1\n\
            [ansi]\n\
            accent = \"cyann\"\n\
            base = \"dark\"\n";
        let (file, theme) = parse(text);
        assert_eq!(theme, ThemeFile::default(), "the built-in values stay");
        insta::assert_snapshot!(draw(&file, false), @r#"
        warning: unknown value
         --> tokyo.toml:1:8
          |
        1 | base = "drak"
          |        ^^^^^^
          |
          = help: did you mean `dark`?

        warning: unknown role
         --> tokyo.toml:2:1
          |
        2 | acent = "****"
          | ^^^^^
          |
          = help: did you mean `accent`?

        warning: unknown colour
         --> tokyo.toml:3:8
          |
        3 | mark = "bright_blue"
          |        ^^^^^^^^^^^^^
          |
          = help: did you mean `bright-blue`?

        warning: unknown colour
         --> tokyo.toml:4:11
          |
        4 | success = 256
          |           ^^^
          |
          = help: use a name such as bright-blue, a number up to 255, or #7aa2f7

        warning: expected a colour or a table, not true or false
         --> tokyo.toml:5:9
          |
        5 | error = true
          |         ^^^^

        warning: unknown colour
         --> tokyo.toml:6:17
          |
        6 | signed = { fg = "orange", bolt = true }
          |                 ^^^^^^^^
          |
          = help: use a name such as bright-blue, a number up to 255, or #7aa2f7

        warning: unknown property
         --> tokyo.toml:6:27
          |
        6 | signed = { fg = "orange", bolt = true }
          |                           ^^^^
          |
          = help: did you mean `bold`?

        warning: expected true or false, not a string
         --> tokyo.toml:7:19
          |
        7 | public = { bold = "yes", bg = [] }
          |                   ^^^^^

        warning: expected a colour, not an array
         --> tokyo.toml:7:31
          |
        7 | public = { bold = "yes", bg = [] }
          |                               ^^

        warning: a string must be in quotes
         --> tokyo.toml:8:10
          |
        8 | border = blue
          |          ^^^^

        warning: unknown role
         --> tokyo.toml:9:1
          |
        9 | text = *
          | ^^^^

        warning: unknown colour
          --> tokyo.toml:11:10
           |
        11 | accent = "cyann"
           |          ^^^^^^^
           |
           = help: did you mean `cyan`?

        warning: unknown role
          --> tokyo.toml:12:1
           |
        12 | base = "****"
           | ^^^^
        "#);
    }

    #[test]
    fn right_values_stay_beside_mistakes() {
        let (file, theme) = parse("accent = \"teal\"\nmark = 5\nerror = { fg = \"red\", bg = \"none\" }");
        assert_eq!(file.mistakes().len(), 2);
        let fg = |role: Role| theme.styles[role as usize].fg;
        assert_eq!(fg(Role::Accent), None);
        assert_eq!(fg(Role::Mark), Some(ThemeColor::Indexed(5)));
        assert_eq!(fg(Role::Error), Some(ThemeColor::Indexed(1)));
    }

    #[test]
    fn values_of_other_files_are_not_shown() {
        let (file, _) = parse("[default]\ntoken = \"hush\"\n[ansi]\ntoken = \"hush\"");
        let drawn = draw(&file, false);
        assert!(file.mistakes().len() == 2 && !drawn.contains("hush"), "{drawn}");
    }
}
