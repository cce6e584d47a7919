"""Reading files leaves the schemas as the pages know them."""

from __future__ import annotations

import pytest
from marshmallow import ValidationError

from freeagents.exchange.rows import PEOPLE, _schema
from freeagents.profiles.schemas import PersonRowSchema


def test_reading_files_does_not_reword_what_other_doors_say() -> None:
    def told() -> object:
        with pytest.raises(ValidationError) as refused:
            PersonRowSchema().load({"discipline": "x" * 61, "available_from": "soon"})
        return refused.value.messages

    before = told()
    assert "Longer than maximum length 60." in str(before)
    _schema(PEOPLE)
    assert told() == before
