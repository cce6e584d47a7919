"""A country pack in the database: whole, in a tree, and the same however often it is loaded."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from freeagents.accounts.models import Department
from freeagents.audit.models import AuditEntry
from freeagents.country.models import Instance, Place
from freeagents.country.pack import load_pack
from freeagents.errors import Conflict
from freeagents.exchange.services import loading
from freeagents.skills.models import Skill
from tests.factories import PACK


def test_everything_of_the_pack_is_there(session):
    loaded = loading.load_pack(PACK)
    assert loaded == {
        "departments": len(PACK.departments),
        "places": len(PACK.places),
        "skills": len(PACK.skills),
    }
    for model, entries in ((Department, PACK.departments), (Place, PACK.places), (Skill, PACK.skills)):
        assert set(session.scalars(select(model.code))) == set(entries)
    assert session.get(Instance, 1).country == "uk"


def test_loading_twice_changes_nothing(session):
    loading.load_pack(PACK)
    session.commit()
    before = session.scalar(select(func.count()).select_from(AuditEntry))
    assert set(loading.load_pack(PACK).values()) == {0}
    assert not session.dirty
    session.commit()
    assert session.scalar(select(func.count()).select_from(AuditEntry)) == before


@pytest.mark.parametrize("country", ["uk", "canada"])
def test_departments_form_a_tree_with_employers(session, country):
    pack = load_pack(country)
    loading.load_pack(pack)
    rows = {row.id: row for row in session.scalars(select(Department))}
    codes = {row.code: row for row in rows.values()}
    for entry in pack.departments.values():
        row = codes[entry.code]
        above = [rows[key] for key in row.lineage]
        assert above[-1] is row
        assert [node.parent_id for node in above] == [None, *row.lineage[:-1]]
        assert row.parent_id == (codes[entry.parent].id if entry.parent else None)
        nearest = next((node for node in reversed(above) if node.kind == "department"), above[0])
        assert row.employer_id == nearest.id


def test_a_changed_name_is_the_only_change(session):
    loading.load_pack(PACK)
    leeds = replace(PACK.places["leeds"], names={"en": "Leodis"})
    changed = loading.load_pack(replace(PACK, places={**PACK.places, "leeds": leeds}))
    assert changed == {"departments": 0, "places": 1, "skills": 0}
    assert session.scalar(select(Place.names).where(Place.code == "leeds")) == {"en": "Leodis"}


def test_another_country_is_refused(session):
    loading.load_pack(PACK)
    with pytest.raises(Conflict, match="serves uk"):
        loading.load_pack(load_pack("canada"))
