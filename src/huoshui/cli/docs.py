"""`huoshui docs`: writes the reference pages that are made from the program, or checks them."""

from __future__ import annotations

import importlib
import os
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_origin

import click
import django

import huoshui
from huoshui.cli import output, place
from huoshui.kernel.errors import Refusal, Where
from huoshui.policy.loader import FOLDERS

MADE = "<!-- Made by `make docs`; change the program or the packs, not this page. -->\n\n"


class DocsRefusal(Refusal):
    """Why the reference pages are refused."""

    STALE = "The page {page} is not what the program says.", "Run `make docs` and commit it."


@click.command("docs")
@click.option("--check", is_flag=True, help="Change nothing; refuse if a page is stale.")
@output.as_json
@click.pass_context
def docs(context: click.Context, check: bool, as_json: bool) -> None:
    """Write docs/reference from the program: commands, errors, forms of packs."""
    folder = place.ROOT / "docs/reference"
    root = context.find_root().command
    pages = {"cli.md": _commands(root), "errors.md": _errors(), "packs.md": _forms()}
    stale = [name for name, text in pages.items() if _differs(folder / name, text)]
    if check and stale:
        where = Where(f"docs/reference/{stale[0]}")
        raise DocsRefusal.STALE.refuse(where=where, page=", ".join(stale))
    folder.mkdir(parents=True, exist_ok=True)
    for name in stale:
        (folder / name).write_text(pages[name], "utf-8")
    if as_json:
        output.show_json({"pages": sorted(pages), "written": [] if check else stale})
    else:
        output.say(f"{len(pages)} pages, {0 if check else len(stale)} written")


def _differs(path: Path, text: str) -> bool:
    return not path.is_file() or path.read_text("utf-8") != text


def _commands(root: click.Command) -> str:
    text = "# Commands\n\n" + MADE + (output.__doc__ or "").split("\n\n", 1)[1].strip() + "\n"
    for context in walk(root, "huoshui"):
        path, command = context.info_name, context.command
        text += f"\n## `{path}`\n\n```\n{command.get_help(context)}\n```\n"
    return text


def walk(command: click.Command, path: str) -> Iterator[click.Context]:
    """Give a command and all below it, each in a context that has its whole name."""
    context = click.Context(command, info_name=path, terminal_width=88, max_content_width=88)
    yield context
    if isinstance(command, click.Group):
        for name in sorted(command.list_commands(context)):
            below = command.get_command(context, name)
            assert below is not None
            yield from walk(below, f"{path} {name}")


def refusals() -> list[type[Refusal]]:
    """Give every list of refusals in the program, by name."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huoshui.web.project.settings")
    django.setup()  # modules of the web are read too
    for module in pkgutil.walk_packages(huoshui.__path__, "huoshui."):
        importlib.import_module(module.name)

    def below(kind: type[Any]) -> Iterator[type[Refusal]]:
        for child in kind.__subclasses__():
            yield child
            yield from below(child)

    return sorted(
        {c for c in below(Refusal) if c.__module__.startswith("huoshui.")}, key=lambda c: c.__name__
    )


def _errors() -> str:
    text = "# Errors\n\n" + MADE
    text += "Every error has a code, a sentence, where it happened, what to do now, and what it\n"
    text += "cites. Within a family the weightiest stands first.\n"
    for family in refusals():
        text += f"\n## {family.__name__.removesuffix('Refusal')}\n\n{family.__doc__}\n\n"
        text += "| code | sentence | what to do |\n| --- | --- | --- |\n"
        for member in family:
            message, fix = member.value[:2]
            text += f"| `{member.code}` | {_cell(message)} | {_cell(fix)} |\n"
    return text


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _forms() -> str:
    text = "# Forms of packs\n\n" + MADE
    text += "The folder a file stands in decides its form; its name is its `id`.\n"
    seen: set[type[Any]] = set()
    for folder, (_, form) in FOLDERS.items():
        text += f"\n## `{folder}/`\n"
        for part in _parts(form, seen):
            text += f"\n### {part.__name__}\n\n{(part.__doc__ or '').strip()}\n\n"
            text += "| key | needed | kind |\n| --- | --- | --- |\n"
            for name, field in part.model_fields.items():
                needed = "yes" if field.is_required() else ""
                text += f"| `{field.alias or name}` | {needed} | {_kind(field.annotation)} |\n"
    return text


def _parts(form: type[Any], seen: set[type[Any]]) -> Iterator[type[Any]]:
    """Yield a form and the forms of its parts, each once in the whole page."""
    if form in seen:
        return
    seen.add(form)
    yield form
    for field in form.model_fields.values():
        for inner in _inner(field.annotation):
            yield from _parts(inner, seen)


def _inner(annotation: Any) -> Iterator[type[Any]]:
    if hasattr(annotation, "model_fields"):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _inner(argument)


def _kind(annotation: Any) -> str:
    """Say a type in words a reader of YAML understands."""
    if annotation is type(None):
        return "null"
    if hasattr(annotation, "__metadata__"):
        return _kind(annotation.__origin__)
    arguments = [_kind(a) for a in getattr(annotation, "__args__", ()) if a is not Ellipsis]
    origin = get_origin(annotation) or annotation
    name = getattr(origin, "__name__", str(origin))
    if name == "Literal":
        return " · ".join(f"`{a}`" for a in annotation.__args__)
    if name in ("UnionType", "Union"):
        return " or ".join(arguments)
    if name == "tuple":
        return f"list of {arguments[0]}"
    if name == "dict":
        return f"{arguments[0]} → {arguments[1]}"
    words = {"str": "text", "int": "whole number", "bool": "true or false", "date": "day"}
    return words.get(name, name)
