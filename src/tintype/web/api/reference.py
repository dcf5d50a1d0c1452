"""The page at `/docs`: the OpenAPI document as a page that needs no script and no other host."""

import json
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Any

Json = Mapping[str, Any]
_INTRO = """<h1>The REST API of Tintype</h1>
<p>Send an API key as <code>Authorization: Bearer tintype_live_…</code>, the session's cookie, or a
signed request. Errors are <code>application/problem+json</code>. The machine's form of this page is
<a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1).</p>
<h2 id="first-key">Your first API key</h2>
<p>On the machine of the service: <code>tintype keys add EMAIL --name laptop</code>. From elsewhere
sign in, and make a key within a quarter of an hour; it is shown once:</p>
<pre>curl -c cookies.txt $TINTYPE/api/v1/session -d email=EMAIL -d password=PASSWORD
curl -b cookies.txt $TINTYPE/api/v1/api-keys -H 'Content-Type: application/json' \\
  -d '{"name": "laptop", "scopes": ["originals:read", "originals:write", "uploads:write"]}'</pre>"""


def reference(document: Json, problems: Mapping[str, tuple[int, str]]) -> str:
    """The body of the page; `problems` is the status and the meaning of every code."""
    groups: dict[str, list[tuple[str, str, Json]]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            tag = (operation.get("tags") or ["other"])[0]
            groups.setdefault(tag, []).append((method.upper(), path, operation))
    schemas = document["components"]["schemas"]
    parts = [_INTRO, _contents(groups, schemas)]
    for tag, operations in groups.items():
        parts.append(f'<h2 id="{escape(tag)}">{escape(tag.capitalize())}</h2>')
        parts += [_operation(*each) for each in operations]
    parts.append('<h2 id="records">Records</h2>')
    parts += [_schema(name, schema) for name, schema in sorted(schemas.items())]
    parts.append('<h2 id="problems">Problems</h2>')
    rows = (
        (f'<code id="problem-{code}">{code}</code>', str(status), escape(meaning))
        for code, (status, meaning) in problems.items()
    )
    parts.append(_table(("code", "status", "meaning"), rows))
    return "\n".join(parts)


def _contents(groups: Iterable[str], schemas: Json) -> str:
    links = [f'<li><a href="#{escape(tag)}">{escape(tag.capitalize())}</a></li>' for tag in groups]
    links.append(f'<li><a href="#records">Records</a> ({len(schemas)})</li>')
    links.append('<li><a href="#problems">Problems</a></li>')
    return f"<nav><ul>{''.join(links)}</ul></nav>"


def _first_sentence(operation: Json) -> str:
    text = " ".join(str(operation.get("description", "")).split())
    return text.partition(". ")[0].removesuffix(".")


def _operation(method: str, path: str, operation: Json) -> str:
    parts = [f"<p>{escape(operation.get('description', ''))}</p>"]
    if operation.get("security") == []:
        parts.append("<p>It takes no credentials.</p>")
    if parameters := operation.get("parameters"):
        parts.append(_table(("parameter", "in", "is"), map(_parameter, parameters)))
    if body := operation.get("requestBody"):
        kinds = ", ".join(f"<code>{escape(kind)}</code>" for kind in body["content"])
        schema = next(iter(body["content"].values()))["schema"]
        parts.append(f"<p>Body: {_type(schema)}, as {kinds}.</p>")
    answers = (_answer(*each) for each in sorted(operation["responses"].items()))
    parts.append(_table(("status", "answer", "when"), answers))
    name = escape(operation["operationId"])
    return (
        f'<details id="{name}"><summary><span class="verb">{method}</span>'
        f"<code>{escape(path)}</code><small>{escape(_first_sentence(operation))}</small></summary>"
        f"{''.join(parts)}</details>"
    )


def _parameter(parameter: Json) -> tuple[str, str, str]:
    schema = parameter["schema"]
    name = f"<code>{escape(parameter['name'])}</code>"
    required = " (required)" if parameter.get("required") else ""
    return name + required, escape(parameter["in"]), _type(schema) + _limits(schema)


def _answer(status: str, answer: Json) -> tuple[str, str, str]:
    schemas = [content.get("schema", {}) for content in answer.get("content", {}).values()]
    shown = ", ".join(dict.fromkeys(_type(schema) for schema in schemas)) or "–"
    return status, shown, escape(answer["description"])


def _schema(name: str, schema: Json) -> str:
    required = schema.get("required", ())
    rows = [
        (
            f"<code>{escape(field)}</code>" + (" (required)" if field in required else ""),
            _type(inner) + _limits(inner),
        )
        for field, inner in schema.get("properties", {}).items()
    ]
    table = _table(("field", "is"), rows) if rows else ""
    text = escape(schema.get("description", ""))
    return (
        f'<details id="{escape(name)}"><summary><code>{escape(name)}</code></summary>'
        f"<p>{text}</p>{table}</details>"
    )


def _type(schema: Json) -> str:
    """A type in a few words, with a link where it has a name."""
    if reference := schema.get("$ref"):
        name = escape(reference.rpartition("/")[2])
        return f'<a href="#{name}"><code>{name}</code></a>'
    if options := schema.get("anyOf"):
        return " or ".join(_type(option) for option in options)
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    if choices := schema.get("enum"):
        return " or ".join(f"<code>{escape(json.dumps(choice))}</code>" for choice in choices)
    return escape(schema.get("format") or schema.get("type") or "anything")


def _limits(schema: Json) -> str:
    """What a value must be besides its type."""
    return "".join(f", {text}" for text in _limits_of(schema))


def _limits_of(schema: Json) -> Iterator[str]:
    for option in schema.get("anyOf", ()):
        yield from _limits_of(option)
    for name, words in (
        ("minimum", "at least {}"),
        ("maximum", "at most {}"),
        ("minLength", "at least {} characters"),
        ("maxLength", "at most {} characters"),
        ("default", "else {}"),
    ):
        if schema.get(name) is not None:
            yield escape(words.format(json.dumps(schema[name])))


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Cells are HTML already."""
    head = "".join(f"<th>{escape(each)}</th>" for each in heads)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
