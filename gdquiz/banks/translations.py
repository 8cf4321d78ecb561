"""What a bank's texts in another language may say: the schema of overlays and of translated misconceptions."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from gdquiz.banks.schema import Code, Table, Text, Words
from gdquiz.exam.frozen import Identifier, LanguageTag


class OverlayHeader(Table):
    language: Annotated[LanguageTag, Field(description="Language of the texts, as a BCP 47 tag.")]
    title: Annotated[Words, Field(description="The topic in words.")] = ""


class OverlaidItem(BaseModel):
    """The texts of an item; which there are is told by the item of the bank."""

    model_config = ConfigDict(frozen=True, extra="allow", strict=True)

    id: Annotated[Identifier, Field(description="Of the item in the bank.")]


class OverlaidMisconception(Table):
    code: Annotated[Code, Field(description="Of the misconception.")]
    title: Annotated[Words, Field(min_length=1, description="What the learner does.")]
    why: Annotated[Text, Field(max_length=2000, description="Why it is wrong.")]
    say: Annotated[Text, Field(max_length=2000, description="What to say to the learner.")]


class ToldFile(Table):
    """The shipped misconceptions in another language."""

    overlay: Annotated[OverlayHeader, Field(description="The language.")]
    misconception: Annotated[list[OverlaidMisconception], Field(description="The misconceptions.", min_length=1)]


class OverlayFile(Table):
    """A bank's texts in another language, in a file beside it: `one-step.de.toml` for `one-step.toml`."""

    overlay: Annotated[OverlayHeader, Field(description="What is common to all items.")]
    misconception: Annotated[
        list[OverlaidMisconception], Field(description="Misconceptions that the items name.", max_length=500)
    ] = []
    item: Annotated[list[OverlaidItem], Field(description="The items.", min_length=1, max_length=500)]
