//! Checks responses against Cloudflare's own schemas.

use std::sync::LazyLock;

use serde_json::{Value, json};

/// The schemas for our responses, copied from Cloudflare's `OpenAPI` description.
static SCHEMAS: LazyLock<Value> = LazyLock::new(|| {
    let mut schemas: Value =
        serde_json::from_str(include_str!("../data/cloudflare-images.schemas.json")).expect("JSON");
    if let (Value::Object(all), Value::Object(more)) =
        (&mut schemas["components"]["schemas"], accounts_and_user())
    {
        all.extend(more);
    }
    translate(&mut schemas);
    schemas
});

/// For endpoints other than Images, the copied description only says `object`. These schemas follow Cloudflare's
/// API reference.
fn accounts_and_user() -> Value {
    let text = json!({ "type": "string", "minLength": 1 });
    let id = json!({ "type": "string", "pattern": "^[0-9a-f]{32}$" });
    let object = |properties: Value| {
        let names: Vec<&String> = properties.as_object().expect("an object").keys().collect();
        json!({ "type": "object", "required": names, "properties": properties })
    };
    let account = object(json!({
        "id": id, "name": text, "type": { "enum": ["standard", "enterprise"] },
        "created_on": { "type": "string", "pattern": "^\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z$" },
        "settings": object(json!({ "enforce_twofactor": { "type": "boolean" } })),
    }));
    let number = json!({ "type": "integer", "minimum": 0 });
    let info = object(json!({
        "page": number, "per_page": number, "total_pages": number, "count": number, "total_count": number,
    }));
    let envelope = |result: Value, info: Value| {
        let common = json!({ "$ref": "#/components/schemas/images_api-response-common" });
        json!({ "allOf": [common, { "properties": { "result": result, "result_info": info } }] })
    };
    let membership = object(json!({
        "id": id, "status": { "enum": ["accepted", "pending", "rejected"] }, "account": account,
        "roles": { "type": "array", "items": text }, "permissions": { "type": "object" },
    }));
    let user = object(json!({
        "id": id, "email": text, "suspended": { "type": "boolean" },
        "two_factor_authentication_enabled": { "type": "boolean" },
    }));
    let token = object(json!({ "id": id, "status": { "enum": ["active", "disabled", "expired"] } }));
    let list = |items: &Value| json!({ "type": "array", "items": items });
    json!({
        "accounts": envelope(list(&account), info.clone()),
        "account": envelope(account, json!(true)),
        "memberships": envelope(list(&membership), info),
        "user": envelope(user, json!(true)),
        "token": envelope(token, json!(true)),
    })
}

/// Panics with the location if a response does not match a schema.
pub(super) fn validate(schema: &str, response: &Value) {
    assert!(SCHEMAS["components"]["schemas"].get(schema).is_some(), "no schema {schema}");
    let mut root = SCHEMAS.clone();
    root["$ref"] = format!("#/components/schemas/{schema}").into();
    // Delivery URLs with custom IDs contain spaces, as at Cloudflare. The format `uri` does not allow them.
    let validator = jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .should_validate_formats(false)
        .build(&root)
        .expect("the description is a schema");
    let errors: Vec<String> =
        validator.iter_errors(response).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
    assert!(errors.is_empty(), "not a {schema}: {errors:#?}");
}

/// Translates `nullable: true` of `OpenAPI` 3.0 into JSON Schema's type "null".
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
fn validate_panics_with_the_field() {
    let image = json!({ "id": "a", "filename": null, "requireSignedURLs": "yes" });
    validate(
        "images_image_response_single",
        &json!({ "success": true, "errors": [], "messages": [], "result": image }),
    );
}
