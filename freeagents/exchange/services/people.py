"""Brings the people of a file into the database: account, post, admission and profile."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _

from freeagents.accounts.models import Employment, Person
from freeagents.accounts.services.people import set_grade
from freeagents.audit.services import record
from freeagents.exchange import queries
from freeagents.exchange.facts import Reading
from freeagents.exchange.rows import PEOPLE, Row, Rows, read_rows
from freeagents.exchange.services import stored
from freeagents.exchange.services.sources import Delivery, Ids, Vocabulary, chunks
from freeagents.exchange.tables import Faults, many_rows
from freeagents.extensions import db
from freeagents.profiles.models import Admission, Profile
from freeagents.profiles.services import put_on_profile

NEEDED = ("name", "email", "department")
ADMITTED_FOR = timedelta(days=365)
AVAILABILITY = {"available_from", "available_to", "time_percent"}
ON_PROFILE = frozenset(
    {
        "discipline",
        "clearance",
        "clearance_until",
        "languages",
        "places",
        "work_modes",
        "availability",
        "skills",
        "learning",
    }
)


@many_rows()
def import_people(delivery: Delivery) -> dict[str, int]:
    """Add the people a source did not name before, update the others, and return how many were added and changed.

    A person with the e-mail address of an account is that account. Columns the file lacks stay as they are. Who is not
    admitted to the pool is admitted for a year.

    :raises InputError: with all that is wrong with the file; then nothing was written.
    """
    faults = Faults()
    rows = read_rows(PEOPLE, delivery.path, faults, needed=NEEDED)
    reading = Reading(delivery.pack, rows, faults)
    for row in rows:
        reading.check(row)
    ids = Ids(delivery.source, "person")
    _refuse_shared_addresses(rows, ids, faults)
    faults.refuse()
    vocabulary = Vocabulary(delivery.pack)
    vocabulary.skills([item["skill"] for row in rows for item in row.data["skills"]])
    vocabulary.skills([word for row in rows for word in row.data["learning"]])
    counts = Counter({"added": 0, "changed": 0, "unchanged": 0, "admitted": 0})
    for chunk in chunks(rows.rows, delivery.progress):
        wanted = {row.data["person_id"]: _wanted(row, rows.columns, delivery) for row in chunk}
        counts.update(_Chunk(wanted, ids, vocabulary, delivery).write())
    return dict(counts)


def _wanted(row: Row, columns: Collection[str], delivery: Delivery) -> dict[str, Any]:
    """Return what the row asks for: only members the file has columns for."""
    whole = stored.person_of_row(row.data, delivery.pack)
    stated = set(columns) | ({"availability"} if AVAILABILITY & set(columns) else set())
    return {name: value for name, value in whole.items() if name in stated}


def _refuse_shared_addresses(rows: Rows, ids: Ids, faults: Faults) -> None:
    """Note addresses that two rows share, or that belong to somebody else than the row's id."""
    lines: dict[str, int] = {}
    for row in rows:
        email = row.data["email"].lower()
        if lines.setdefault(email, row.line) != row.line:
            sentence = _(
                "%(email)s stands in line %(line)d already. Give each person an address of their own.",
                email=email,
                line=lines[email],
            )
            faults.add(rows.file, row.line, "email", sentence)
    holders = queries.holders_of(lines)
    for row in rows:
        known = ids.rows.get(row.data["person_id"])
        holder = holders.get(row.data["email"].lower())
        if known is not None and holder is not None and holder != known:
            sentence = _("%(email)s belongs to somebody else. Correct one of the two.", email=row.data["email"])
            faults.add(rows.file, row.line, "email", sentence)


class _Chunk:
    """Some hundred people: read at once, changed in memory, flushed together."""

    def __init__(
        self, wanted: Mapping[str, dict[str, Any]], ids: Ids, vocabulary: Vocabulary, delivery: Delivery
    ) -> None:
        self.wanted = wanted
        self.ids = ids
        self.vocabulary = vocabulary
        self.delivery = delivery
        self.today: date = delivery.today
        self.added: set[str] = set()

    def write(self) -> Counter[str]:
        """Write the people and return what became of them."""
        unchanged = self._unchanged()
        counts = Counter(unchanged=len(unchanged))
        self.wanted = {each: wanted for each, wanted in self.wanted.items() if each not in unchanged}
        if not self.wanted:
            return counts
        self.people = self._people()
        keys = [person.id for person in self.people.values()]
        self.posts = queries.posts_today(keys)
        self.profiles = queries.whole_profiles(keys)
        self.agents = queries.agents_today(keys)
        self.present = stored.people_of_database(keys)
        for external_id, wanted in self.wanted.items():
            person = self.people[external_id]
            self.ids.remember(external_id, person.id)
            parts = self._put(person, wanted)
            admitted = self._admit(person)
            outcome = "added" if external_id in self.added else "changed" if parts else "unchanged"
            counts[outcome] += 1
            counts["admitted"] += admitted
            if outcome != "unchanged" or admitted:
                record(
                    db.session,
                    "person:import",
                    f"person/{person.public_id}",
                    actor_id=None,
                    source=self.delivery.source,
                    parts=sorted(parts),
                    admitted=admitted,
                )
        db.session.flush()
        return counts

    def _unchanged(self) -> set[str]:
        """Return the ids of people who are admitted and as the file says: of them no more is read than that.

        Who has no profile yet has no availability, so that a file without columns for it would find nothing to change.
        """
        known = {each: self.ids.rows[each] for each in self.wanted if each in self.ids.rows}
        present, agents = stored.people_of_database(known.values()), queries.agents_today(known.values())
        return {
            each
            for each, key in known.items()
            if key in agents and present[key]["availability"] and not stored.different(self.wanted[each], present[key])
        }

    def _people(self) -> dict[str, Person]:
        """Return id of the source → person; those that are missing are added."""
        addresses = {wanted["email"] for wanted in self.wanted.values()}
        known = [self.ids.rows[each] for each in self.wanted if each in self.ids.rows]
        rows = queries.people(ids=known, emails=addresses)
        by_id, by_email = {row.id: row for row in rows}, {row.email: row for row in rows}
        found = {}
        for external_id, wanted in self.wanted.items():
            person = by_id.get(self.ids.rows.get(external_id, 0)) or by_email.get(wanted["email"])
            if person is None:
                person = Person(name=wanted["name"], email=wanted["email"])
                db.session.add(person)
                self.added.add(external_id)
            found[external_id] = person
        db.session.flush()
        return found

    def _put(self, person: Person, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """Put on person, post and profile what differs, and return it."""
        post = self.posts.get(person.id)
        profile = self.profiles.get(person.id)
        if profile is None:
            profile = Profile(
                person_id=person.id,
                person=person,
                skills=[],
                goals=[],
                languages=[],
                places=[],
                availability=[],
                work_modes=[],
            )
            db.session.add(profile)
            wanted = {"availability": [{"starts_on": stored.OPEN_START, "ends_on": None, "percent": 100}], **wanted}
        changed = stored.different(wanted, self.present[person.id])
        for name in changed.keys() & {"name", "email"}:
            setattr(person, name, changed[name])
        if changed.keys() & {"department", "grade"}:
            self._employ(person, post, changed)
        on_profile = {name: value for name, value in changed.items() if name in ON_PROFILE}
        if on_profile:
            if "skills" in on_profile:
                on_profile["skills"] = _with_evidence(on_profile["skills"], profile)
            put_on_profile(
                profile=profile, data=on_profile, pack=self.delivery.pack, understand_skills=self.vocabulary.skills
            )
        return changed

    def _employ(self, person: Person, post: Employment | None, changed: Mapping[str, Any]) -> None:
        # Looked up first: adding one flushes, and a post without a department cannot be.
        department = self.vocabulary.department(changed["department"]) if "department" in changed else None
        if post is None:
            post = Employment(person_id=person.id, starts_on=self.today)
            db.session.add(post)
        if department is not None:
            post.department = department
        if "grade" in changed:
            set_grade(employment=post, grade=self.delivery.pack.grade(changed["grade"]) if changed["grade"] else None)

    def _admit(self, person: Person) -> bool:
        if person.id in self.agents:
            return False
        db.session.add(Admission(person_id=person.id, admitted_on=self.today, expires_on=self.today + ADMITTED_FOR))
        return True


def _with_evidence(skills: Sequence[Mapping[str, Any]], profile: Profile) -> list[dict[str, Any]]:
    """Keep what the person wrote about a skill; the file says nothing about it."""
    kept = {held.skill.code: {"evidence": held.evidence, "last_used": held.last_used} for held in profile.skills}
    return [{**item, **kept.get(item["skill"], {"evidence": "", "last_used": None})} for item in skills]
