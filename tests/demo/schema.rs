//! Cloudflare's own description of its answers.

use std::sync::LazyLock;

use serde_json::{Value, json};

/// The schemas that our answers must fit, copied from Cloudflare's `OpenAPI` description.
static SCHEMAS: LazyLock<Value> = LazyLock::new(|| {
    let mut schemas =
        serde_json::from_str(include_str!("../data/cloudflare-images.schemas.json")).expect("JSON");
    translate(&mut schemas);
    schemas
});

/// Fails where an answer does not fit a schema, and says at which place.
pub(super) fn holds(schema: &str, answer: &Value) {
    assert!(SCHEMAS["components"]["schemas"].get(schema).is_some(), "no schema {schema}");
    let mut root = SCHEMAS.clone();
    root["$ref"] = format!("#/components/schemas/{schema}").into();
    // Delivery URLs of custom IDs hold spaces, which the format `uri` does not allow; Cloudflare's do too.
    let validator = jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .should_validate_formats(false)
        .build(&root)
        .expect("the description is a schema");
    let faults: Vec<String> =
        validator.iter_errors(answer).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
    assert!(faults.is_empty(), "not a {schema}: {faults:#?}");
}

/// `OpenAPI` 3.0 writes `nullable: true` where JSON Schema adds a type.
fn translate(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if fields.get("nullable") == Some(&Value::Bool(true))
                && let Some(Value::String(kind)) = fields.get("type").cloned()
            {
                fields.insert("type".into(), json!([kind, "null"]));
            }
            fields.values_mut().for_each(translate);
        }
        Value::Array(items) => items.iter_mut().for_each(translate),
        _ => {}
    }
}

#[test]
#[should_panic(expected = "/result/requireSignedURLs")]
fn an_answer_that_does_not_fit_is_noticed() {
    let image = json!({ "id": "a", "filename": null, "requireSignedURLs": "yes" });
    holds(
        "images_image_response_single",
        &json!({ "success": true, "errors": [], "messages": [], "result": image }),
    );
}
