"""Templates, found and run: an author's folder first, then the ones that come with gdquiz; always in a sandbox.

A template lays out prepared views.  It reads no file, calls no method and changes nothing; one that tries, or that
asks for something a view does not have, is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib.resources.abc import Traversable

from jinja2 import BaseLoader, Environment, StrictUndefined, Template, TemplateError, TemplateNotFound
from jinja2.exceptions import SecurityError, TemplateSyntaxError
from jinja2.loaders import split_template_path
from jinja2.sandbox import ImmutableSandboxedEnvironment

from gdquiz.errors import Fault, InputError
from gdquiz.rendering.bounds import BoundedEnvironment, TooMuch
from gdquiz.resources import data


class TemplateRefused(InputError):
    """A template cannot be used: no matter of the exam, so that nothing made with it is worth keeping."""


class _Folders(BaseLoader):
    """Templates by name (``markdown/sheet.md.j2``) from the first folder that has them."""

    def __init__(self, folders: tuple[Traversable, ...]):
        self.folders = folders

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        segments = split_template_path(template)
        for folder in self.folders:
            file = folder
            for segment in segments:
                file = file / segment
            if file.is_file():
                return file.read_text(encoding="utf-8"), str(file), lambda: True
        raise TemplateNotFound(template)


def environment(folders: tuple[Traversable, ...], format_name: str) -> Environment:
    """The sandbox in which the templates of one format run; that of the shipped templates alone is made once."""
    return _shipped(format_name) if folders == (data("templates"),) else _sandbox(folders, format_name)


@lru_cache(maxsize=8)
def _shipped(format_name: str) -> Environment:
    return _sandbox((data("templates"),), format_name)


def _sandbox(folders: tuple[Traversable, ...], format_name: str) -> Environment:
    """A sandbox for templates; where an author's own are among them, what they do is bounded.

    LaTeX and Typst templates write ``<< value >>``, ``<% statement %>`` and ``<# remark #>``, since braces are theirs.
    """
    marks = (
        {
            "block_start_string": "<%",
            "block_end_string": "%>",
            "variable_start_string": "<<",
            "variable_end_string": ">>",
            "comment_start_string": "<#",
            "comment_end_string": "#>",
        }
        if format_name in ("latex", "typst")
        else {}
    )
    kind = ImmutableSandboxedEnvironment if folders == (data("templates"),) else BoundedEnvironment
    return kind(
        loader=_Folders(folders),
        undefined=StrictUndefined,
        autoescape=format_name == "html",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        **marks,
    )


def load(sandbox: Environment, name: str) -> Template:
    """A template by name.  Raises ``TemplateRefused`` when it is missing or cannot be read as a template."""
    try:
        return sandbox.get_template(name)
    except TemplateError as error:
        raise _refused(error, name) from error
    except UnicodeDecodeError as error:
        raise TemplateRefused(Fault("the template is not UTF-8 text", file=name)) from error


_FAILURES = (
    TemplateError,
    TypeError,
    ValueError,
    ArithmeticError,
    LookupError,
    AttributeError,
    RecursionError,
    MemoryError,
)


def lay_out(template: Template, **views: object) -> str:
    """The template with these views.  Raises ``TemplateRefused`` for whatever the template does that it may not."""
    _start(template)
    try:
        return template.render(**views)
    except _FAILURES as error:
        raise _refused(error, template.name or "") from error


def pour(template: Template, **views: object) -> Iterator[str]:
    """The same, piece by piece, as the template is run."""
    _start(template)
    try:
        yield from template.generate(**views)
    except _FAILURES as error:
        raise _refused(error, template.name or "") from error


def _start(template: Template) -> None:
    if isinstance(template.environment, BoundedEnvironment):
        template.environment.start()


def _line(error: Exception) -> tuple[str, int | None]:
    """The template and the line in which something went wrong, as jinja2 tells them in the traceback; empty else."""
    found: tuple[str, int | None] = ("", None)
    trace = error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file.endswith(".j2"):
            found = file, trace.tb_lineno
        trace = trace.tb_next
    return found


def _refused(error: Exception, name: str) -> TemplateRefused:
    if isinstance(error, TemplateNotFound):
        return TemplateRefused(Fault(f"there is no template '{error.name}'", file=name))
    if isinstance(error, TemplateSyntaxError):
        return TemplateRefused(
            Fault(f"the template cannot be read: {error.message}", file=error.name or name, line=error.lineno)
        )
    file, line = _line(error)
    if isinstance(error, TooMuch | MemoryError | RecursionError):
        said = str(error) if isinstance(error, TooMuch) else "it needs too much memory"
        said = "its macros or loops call themselves without end" if isinstance(error, RecursionError) else said
        return TemplateRefused(
            Fault(f"the template does too much: {said}", hint="templates only lay out values", file=file or name,
                  line=line)
        )  # fmt: skip
    if isinstance(error, SecurityError):
        return TemplateRefused(
            Fault(f"the template does what templates may not: {error}", file=name, hint="templates only lay out values")
        )
    return TemplateRefused(
        Fault(f"the template fails: {error}", file=name, hint="the names a template can use are in templates/README.md")
    )
