"""``gdquiz schema``: the JSON Schemas of the files that gdquiz reads and writes, for editors and other programs."""

from __future__ import annotations

import json

import click

from gdquiz.cli import Command

KINDS = ("bank", "misconceptions", "blueprint", "exam", "line")


@click.command(cls=Command, example="gdquiz schema bank > bank.schema.json")
@click.argument("kind", type=click.Choice(KINDS))
def schema(kind: str) -> None:
    """Print the JSON Schema of a bank, the file of misconceptions, a blueprint, an exam, or a line of jsonl."""
    click.echo(schema_text(kind), nl=False)


def schema_text(kind: str) -> str:
    """The JSON Schema (draft 2020-12) of one kind of file."""
    from pydantic import BaseModel

    from gdquiz.assembly.blueprint import Blueprint
    from gdquiz.banks.schema import BankFile, MisconceptionsFile
    from gdquiz.exam.frozen import Exam
    from gdquiz.packaging.jsonl import Line

    models: dict[str, type[BaseModel]] = {
        "bank": BankFile,
        "misconceptions": MisconceptionsFile,
        "blueprint": Blueprint,
        "exam": Exam,
        "line": Line,
    }
    content = {"$schema": "https://json-schema.org/draft/2020-12/schema", **models[kind].model_json_schema()}
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"
