//! The code blocks of a Markdown page.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag};

/// The blocks of a page that hold commands.
pub(crate) struct Page {
    blocks: Vec<Block>,
    /// The texts of `sh` blocks.
    pub(crate) scripts: Vec<String>,
}

/// A `console` block.
struct Block {
    /// Its bytes in the page.
    range: Range<usize>,
    /// What every line but the first starts with.
    indent: String,
    /// The first line, from the fence on, and the last.
    fences: [String; 2],
    commands: Vec<ShownCommand>,
}

/// A command, and what the page says that it prints.
pub(crate) struct ShownCommand {
    /// Without `$ ` and `> `. It may have several lines.
    pub(crate) line: String,
    pub(crate) output: String,
}

impl Page {
    pub(crate) fn parse(text: &str) -> Self {
        let mut page = Self { blocks: Vec::new(), scripts: Vec::new() };
        for (event, range) in Parser::new(text).into_offset_iter() {
            let Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) = event else { continue };
            let indent = &text[..range.start];
            let indent = indent[indent.rfind('\n').map_or(0, |end| end + 1)..].replace(|c| c != ' ', " ");
            let lines: Vec<&str> = text[range.clone()]
                .lines()
                .map(|line| line.strip_prefix(&indent).unwrap_or_else(|| line.trim_start_matches(' ')))
                .collect();
            let [first, body @ .., last] = &lines[..] else { continue };
            let fences = [(*first).to_owned(), (*last).to_owned()];
            match &*language {
                "sh" => page.scripts.push(body.join("\n")),
                "console" => page.blocks.push(Block { range, indent, fences, commands: commands(body) }),
                _ => {}
            }
        }
        page
    }

    pub(crate) fn commands(&self) -> impl Iterator<Item = &ShownCommand> {
        self.blocks.iter().flat_map(|block| &block.commands)
    }

    pub(crate) fn commands_mut(&mut self) -> impl Iterator<Item = &mut ShownCommand> {
        self.blocks.iter_mut().flat_map(|block| &mut block.commands)
    }

    /// The page of which this `text` was parsed, with the blocks as they are now.
    pub(crate) fn render(&self, text: &str) -> String {
        let mut page = text.to_owned();
        for block in self.blocks.iter().rev() {
            let [first, last] = &block.fences;
            let commands = block.commands.iter().flat_map(|command| {
                let prompts = std::iter::once("$ ").chain(std::iter::repeat("> "));
                let typed = prompts.zip(command.line.lines()).map(|(prompt, line)| format!("{prompt}{line}"));
                typed.chain(command.output.lines().map(str::to_owned))
            });
            let lines = std::iter::once(first.clone()).chain(commands).chain([last.clone()]);
            let lines: Vec<String> = lines.collect();
            page.replace_range(block.range.clone(), &lines.join(&format!("\n{}", block.indent)));
        }
        page
    }
}

/// The commands of a block. A line above the first one is the output of a command that does not exist.
fn commands(lines: &[&str]) -> Vec<ShownCommand> {
    let mut commands: Vec<ShownCommand> = Vec::new();
    for line in lines {
        match (line.strip_prefix("$ "), line.strip_prefix("> "), commands.last_mut()) {
            (Some(line), ..) => commands.push(ShownCommand { line: line.to_owned(), output: String::new() }),
            (_, Some(line), Some(command)) if command.output.is_empty() => {
                command.line.extend(["\n", line]);
            }
            (.., Some(command)) => command.output.extend([*line, "\n"]),
            (.., None) => {
                commands.push(ShownCommand { line: "false".to_owned(), output: format!("{line}\n") });
            }
        }
    }
    commands
}
