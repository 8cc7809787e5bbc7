use super::*;

fn mistakes(parsed: Result<CommandText, Vec<InvalidCommand>>) -> String {
    let all = parsed.unwrap_err();
    all.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn values() -> CommandValues {
    let mut values = CommandValues::default();
    for (value, text) in [
        (Value::Url, "https://imagedelivery.net/h/i/public"),
        (Value::Id, "-rf"),
        (Value::Name, "my cat's \"$(id)\" {url}.jpg"),
        (Value::Variant, "public"),
        (Value::SignedUrl, "https://imagedelivery.net/h/i/public?sig=hush"),
    ] {
        values.set(value, text);
    }
    values
}

fn filled(text: &str) -> Result<Vec<String>, CannotRun> {
    let line = CommandText::parse(text).unwrap().fill(&values())?;
    let words = [line.program].into_iter().chain(line.arguments);
    Ok(words.map(|word| word.into_string().unwrap()).collect())
}

#[test]
fn values_are_filled_into_their_words() {
    for (text, words) in [
        ("gimp {url}", &["gimp", "https://imagedelivery.net/h/i/public"][..]),
        (
            "a '{name}' \"--x={name}\"",
            &["a", "my cat's \"$(id)\" {url}.jpg", "--x=my cat's \"$(id)\" {url}.jpg"],
        ),
        ("a --id={id} -- {id}", &["a", "--id=-rf", "--", "-rf"]),
        ("a '' {json} {{url}} \\{variant\\}", &["a", "", "", "{url}", "public"]),
        ("a ~ * '$HOME' |", &["a", "~", "*", "$HOME", "|"]),
    ] {
        assert_eq!(filled(text).unwrap(), words, "{text}");
    }
}

#[test]
fn values_that_no_program_can_get_are_refused() {
    assert_eq!(filled("rm {id}"), Err(CannotRun::Option(Value::Id)));
    let fill = |text: &str| {
        let mut values = CommandValues::default();
        values.set(Value::Json, text);
        CommandText::parse("a x{json}").unwrap().fill(&values).err()
    };
    assert_eq!(fill("a\0b"), Some(CannotRun::Nul(Value::Json)));
    assert_eq!(fill(&"x".repeat(128 << 10)), Some(CannotRun::TooLong(Value::Json)));
    assert_eq!(fill(&"x".repeat(127 << 10)), None);
    let all = [CannotRun::Nul(Value::Id), CannotRun::TooLong(Value::Json), CannotRun::Option(Value::Name)];
    insta::assert_snapshot!(all.map(|why| why.to_string()).join("\n"), @r#"
    The image's ID contains a NUL character, which no program can get.
    The image's JSON is too long for a program (limit 128 KiB).
    The image's name starts with -, so the program could take it for an option. Write -- before {name} in the command.
    "#);
}

#[test]
fn shell_gets_only_the_variables_that_it_mentions() {
    let text = "curl -d \"$CFIMG_SIGNED_URL ${CFIMG_NAME:-x}\" $CFIMG_THEME {a} ${url}";
    let command = CommandText::parse_shell(text).unwrap();
    let needed: Vec<_> = Value::ALL.into_iter().filter(|value| command.needs(*value)).collect();
    assert_eq!(needed, [Value::Name, Value::SignedUrl]);
    let line = command.fill(&values()).unwrap();
    assert_eq!((line.program, line.arguments), ("sh".into(), vec!["-c".into(), text.into()]));
    let names: Vec<_> = line.variables.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["CFIMG_NAME", "CFIMG_SIGNED_URL"]);
}

#[test]
fn mistakes_in_words() {
    let text = [
        " ",
        "gimp 'x",
        "gimp {fiel} {x} {",
        "{name} x",
        "curl {signed_url}",
        "gimp $CFIMG_FILE",
        "bash -lc 'echo {name}'",
        "env bash -ce 'echo {name}'",
    ];
    insta::assert_snapshot!(text.map(|text| mistakes(CommandText::parse(text))).join("\n"), @r#"
    no command: write the program and its arguments, such as "gimp {file}"
    a quote isn't closed: close it, or write a literal quote as \"
    unknown placeholder {fiel}: did you mean `{file}`?
    unknown placeholder {x}: use {url}, {id}, {name}, {variant}, {file} or {json}; write a literal brace twice: {{
    unmatched brace: write a literal brace twice, as {{ or }}
    the program can't be a placeholder: write its name
    other users could see a signed URL in the arguments: use shell = true and "$CFIMG_SIGNED_URL"
    CFIMG_FILE needs a shell: use {file}, or shell = true
    the shell would run what is in the values: use shell = true and variables such as "$CFIMG_URL"
    the shell would run what is in the values: use shell = true and variables such as "$CFIMG_URL"
    "#);
}

#[test]
fn mistakes_in_a_shell_text() {
    let text = ["", "echo {url} {file}; echo $CFIMG_FIEL"];
    insta::assert_snapshot!(text.map(|text| mistakes(CommandText::parse_shell(text))).join("\n"), @r#"
    no command: write the program and its arguments, such as "gimp {file}"
    with shell = true the values are variables: use "$CFIMG_URL" instead of {url}
    with shell = true the values are variables: use "$CFIMG_FILE" instead of {file}
    unknown variable CFIMG_FIEL: did you mean `CFIMG_FILE`?
    "#);
}

#[test]
fn signed_url_is_not_in_debug_output() {
    let line = CommandText::parse_shell("echo $CFIMG_SIGNED_URL").unwrap().fill(&values()).unwrap();
    assert!(!format!("{line:?} {:?}", values()).contains("hush"));
}
