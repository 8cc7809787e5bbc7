//! Filters of the list: by creator and by metadata.

use serde_json::Value;
use serde_json::value::RawValue;

use super::query::{BadParameter, parameters};
use super::record::Record;

/// The conditions for an image to be listed. All must match.
#[derive(Debug, Default)]
pub(super) struct Filter {
    creator: Option<String>,
    conditions: Vec<Condition>,
}

/// `meta.<path>[<operator>:<kind>]=<value>`
#[derive(Debug)]
struct Condition {
    path: Vec<String>,
    operator: Operator,
    /// `string`, `number` or `boolean`; empty for any
    kind: String,
    value: String,
}

#[derive(Debug)]
enum Operator {
    Equal,
    In,
    /// Compares two numbers
    Compare(fn(&f64, &f64) -> bool),
}

impl Filter {
    /// Parses the filters of a query. Fails with the parameter that the API would reject.
    pub(super) fn parse(query: &str) -> Result<Self, BadParameter> {
        let mut filter = Self::default();
        for (key, value) in parameters(query) {
            if key == "creator" {
                filter.creator = Some(value);
            } else if let Some(rest) = key.strip_prefix("meta.") {
                let condition =
                    Condition::parse(rest, value).map_err(|message| BadParameter::new(&key, message))?;
                filter.conditions.push(condition);
            }
        }
        match filter.conditions.len() {
            0..=5 => Ok(filter),
            many => {
                let message = format!("Too many metadata filters: {many} provided, maximum 5 allowed");
                Err(BadParameter::new("meta", message))
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.creator.is_none() && self.conditions.is_empty()
    }

    pub(super) fn matches(&self, record: &Record) -> bool {
        let creator = self.creator.as_deref().is_none_or(|wanted| match &record.creator {
            Some(Value::String(name)) => name == wanted,
            // An empty creator selects the images without one.
            _ => wanted.is_empty(),
        });
        creator && (self.conditions.is_empty() || self.conditions_match(record.meta.as_deref()))
    }

    fn conditions_match(&self, meta: Option<&RawValue>) -> bool {
        let meta: Value = meta.and_then(|meta| serde_json::from_str(meta.get()).ok()).unwrap_or_default();
        self.conditions.iter().all(|condition| condition.matches(&meta))
    }
}

impl Condition {
    fn parse(rest: &str, value: String) -> Result<Self, String> {
        let (path, operator) =
            rest.strip_suffix(']').and_then(|rest| rest.rsplit_once('[')).unwrap_or((rest, "eq"));
        let path: Vec<String> = path.split('.').map(str::to_owned).collect();
        if path.len() > 5 || path.iter().any(String::is_empty) {
            return Err(format!("Invalid metadata filter path: '{}', maximum 5 levels", path.join(".")));
        }
        let (name, kind) = operator.split_once(':').unwrap_or((operator, ""));
        let unsupported = || format!("Unsupported metadata filter operator: '{operator}'");
        if !["", "string", "number", "boolean"].contains(&kind) {
            return Err(unsupported());
        }
        let operator = match name {
            "eq" => Operator::Equal,
            "gt" => Operator::Compare(f64::gt),
            "gte" => Operator::Compare(f64::ge),
            "lt" => Operator::Compare(f64::lt),
            "lte" => Operator::Compare(f64::le),
            "in" => Operator::In,
            _ => return Err(unsupported()),
        };
        if matches!(operator, Operator::In) && value.split('|').count() > 10 {
            return Err("Too many values in metadata filter: maximum 10 allowed".to_owned());
        }
        if matches!(operator, Operator::Compare(_)) && value.parse::<f64>().is_err() {
            return Err(format!("Metadata filter operator '{name}' takes a number"));
        }
        Ok(Self { path, operator, kind: kind.to_owned(), value })
    }

    fn matches(&self, meta: &Value) -> bool {
        let Some(actual) = self.path.iter().try_fold(meta, |value, key| value.get(key)) else { return false };
        match &self.operator {
            Operator::Equal => self.equals(actual, &self.value),
            Operator::In => self.value.split('|').any(|value| self.equals(actual, value)),
            Operator::Compare(holds) => {
                let numbers = actual.as_f64().zip(self.value.parse().ok());
                numbers.is_some_and(|(actual, wanted)| holds(&actual, &wanted))
            }
        }
    }

    fn equals(&self, actual: &Value, wanted: &str) -> bool {
        let may_be = |kind| self.kind.is_empty() || self.kind == kind;
        match actual {
            Value::String(text) => may_be("string") && text == wanted,
            Value::Number(number) => may_be("number") && same_number(&number.to_string(), wanted),
            // Python writes booleans as `True` and `False`.
            Value::Bool(flag) => may_be("boolean") && wanted.eq_ignore_ascii_case(&flag.to_string()),
            _ => false,
        }
    }
}

/// Whether two texts are the same number, such as `5` and `5.0`.
fn same_number(actual: &str, wanted: &str) -> bool {
    let is_integer = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    if actual == wanted || is_integer(actual) && is_integer(wanted) {
        // Integers above 2^53 may differ although they are the same float.
        return actual == wanted;
    }
    match (actual.parse::<f64>(), wanted.parse::<f64>()) {
        (Ok(actual), Ok(wanted)) => actual.total_cmp(&wanted).is_eq(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(query: &str, meta: &str) -> bool {
        let filter = Filter::parse(query).expect("the filter is well-formed");
        filter.conditions_match(serde_json::from_str(meta).ok())
    }

    #[test]
    fn operators_compare_as_documented() {
        assert!(matches("meta.status%5Beq%5D=active", r#"{"status":"active"}"#));
        assert!(matches("meta.a.b[eq:number]=5", r#"{"a":{"b":5}}"#));
        assert!(!matches("meta.a.b[eq:string]=5", r#"{"a":{"b":5}}"#));
        assert!(matches("meta.n[gte:number]=5&meta.n[lt]=6", r#"{"n":5}"#));
        assert!(!matches("meta.n[gt]=5", r#"{"n":5}"#));
        assert!(!matches("meta.n[lte]=4", r#"{"n":5}"#));
        assert!(matches("meta.r[in]=us-east|us-west", r#"{"r":"us-west"}"#));
        assert!(!matches("meta.r[in]=us-east|us-west", r#"{"r":"eu"}"#));
        assert!(!matches("meta.x[eq]=1", "{}"));
    }

    #[test]
    fn values_match_in_python_notation() {
        assert!(matches("meta.on[eq]=True", r#"{"on":true}"#));
        assert!(matches("meta.on[eq:boolean]=FALSE", r#"{"on":false}"#));
        assert!(!matches("meta.on[eq]=True", r#"{"on":"true"}"#));
        assert!(matches("meta.n[eq]=5.0", r#"{"n":5}"#));
        assert!(matches("meta.n[in:number]=1e1|20.0", r#"{"n":20}"#));
        assert!(!matches("meta.n[eq]=9007199254740992", r#"{"n":9007199254740993}"#));
    }

    #[test]
    fn parse_rejects_what_the_api_rejects() {
        assert_eq!(
            Filter::parse("meta.a[not-eq]=1").map(|_| ()),
            Err(BadParameter::new("meta.a[not-eq]", "Unsupported metadata filter operator: 'not-eq'"))
        );
        let six = "meta.a[eq]=1&".repeat(6);
        assert_eq!(
            Filter::parse(&six).map(|_| ()),
            Err(BadParameter::new("meta", "Too many metadata filters: 6 provided, maximum 5 allowed"))
        );
        for query in
            ["meta.a.b.c.d.e.f[eq]=1", "meta.a[gt]=x", "meta.a[in]=1|2|3|4|5|6|7|8|9|10|11", "meta.a[eq:x]=1"]
        {
            assert!(Filter::parse(query).is_err(), "{query}");
        }
    }
}
