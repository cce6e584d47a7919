"""Every blueprint, API resource, job and menu item of the service, in explicit lists."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from freeagents.accounts import api as accounts_api
from freeagents.accounts import jobs as accounts_jobs
from freeagents.accounts import messages as accounts_messages
from freeagents.accounts.pages import accounts as accounts_pages
from freeagents.accounts.pages import departments as departments_pages
from freeagents.accounts.pages import people as people_pages
from freeagents.accounts.pages import provider as provider_pages
from freeagents.accounts.pages import second_factor as second_factor_pages
from freeagents.accounts.pages import settings as settings_pages
from freeagents.accounts.queries.directory import mailbox_of, names_of
from freeagents.accounts.services.links import RESET_JOB
from freeagents.applications import api as applications_api
from freeagents.applications import jobs as applications_jobs
from freeagents.applications import messages as applications_messages
from freeagents.applications.pages import applications as applications_pages
from freeagents.applications.pages import finding as finding_pages
from freeagents.applications.pages import overview as overview_pages
from freeagents.applications.pages import searches as searches_pages
from freeagents.applications.services import CALL_OFF_JOB, TELL_JOB
from freeagents.audit import pages as audit_pages
from freeagents.eligibility import api as eligibility_api
from freeagents.eligibility.pages import drafts as drafts_pages
from freeagents.eligibility.pages import filling as filling_pages
from freeagents.extensions import api, csrf
from freeagents.home import pages as home_pages
from freeagents.jobs.worker import Handler
from freeagents.messages import api as messages_api
from freeagents.messages import jobs as messages_jobs
from freeagents.messages import pages as messages_pages
from freeagents.messages.kinds import KINDS, Kind
from freeagents.messages.services.telling import SEND_JOB
from freeagents.privacy import api as privacy_api
from freeagents.privacy import jobs as privacy_jobs
from freeagents.privacy import pages as privacy_pages
from freeagents.profiles import api as profiles_api
from freeagents.profiles import jobs as profiles_jobs
from freeagents.profiles import messages as profiles_messages
from freeagents.profiles.pages import growing as growing_pages
from freeagents.profiles.pages import profiles as profiles_pages
from freeagents.profiles.pages import reading as reading_pages
from freeagents.projects import api as projects_api
from freeagents.projects import jobs as projects_jobs
from freeagents.projects import messages as projects_messages
from freeagents.projects import pages as owners_pages
from freeagents.questions import api as questions_api
from freeagents.questions import jobs as questions_jobs
from freeagents.questions import messages as questions_messages
from freeagents.questions import pages as questions_pages
from freeagents.rounds import jobs as rounds_jobs
from freeagents.rounds import messages as rounds_messages
from freeagents.rounds.api import inviting as inviting_api
from freeagents.rounds.api import policies as policies_api
from freeagents.rounds.api import rounds as rounds_api
from freeagents.rounds.pages import approvals as approvals_pages
from freeagents.rounds.pages import inviting as inviting_pages
from freeagents.rounds.pages import policies as policies_pages
from freeagents.rounds.pages import proposals as proposals_pages
from freeagents.rounds.pages import rounds as rounds_pages
from freeagents.security.access import allows
from freeagents.skills import api as skills_api
from freeagents.web import assets, operations
from freeagents.web.api import PREFIX, describe
from freeagents.web.context import MENU, MenuItem

PAGES = (
    accounts_pages.bp,
    applications_pages.bp,
    approvals_pages.bp,
    assets.bp,
    audit_pages.make_blueprint(names_of),
    departments_pages.bp,
    drafts_pages.bp,
    finding_pages.bp,
    growing_pages.bp,
    filling_pages.bp,
    home_pages.bp,
    inviting_pages.bp,
    messages_pages.bp,
    operations.bp,
    owners_pages.bp,
    overview_pages.bp,
    people_pages.bp,
    policies_pages.bp,
    privacy_pages.bp,
    profiles_pages.bp,
    proposals_pages.bp,
    provider_pages.bp,
    questions_pages.bp,
    reading_pages.bp,
    rounds_pages.bp,
    searches_pages.bp,
    second_factor_pages.bp,
    settings_pages.bp,
)
API = (
    accounts_api.account_bp,
    accounts_api.departments_bp,
    accounts_api.roles_bp,
    applications_api.bp,
    applications_api.applicants_bp,
    applications_api.endings_bp,
    applications_api.finding_bp,
    applications_api.invitations_bp,
    applications_api.searches_bp,
    eligibility_api.bp,
    inviting_api.bp,
    messages_api.bp,
    privacy_api.bp,
    profiles_api.bp,
    projects_api.bp,
    policies_api.policies_bp,
    questions_api.bp,
    questions_api.of_project_bp,
    rounds_api.proposals_bp,
    rounds_api.rounds_bp,
    skills_api.bp,
)
send_mail = messages_jobs.make_send(mailbox_of)
JOBS: dict[str, Handler] = {
    SEND_JOB: send_mail,
    RESET_JOB: accounts_jobs.send_reset,
    "round:solve": rounds_jobs.solve,
}
EVERY_MINUTE: dict[str, Handler] = {
    "account:end_leavers": accounts_jobs.end_leavers,
    "digest:gather": messages_jobs.gather_digests,
    "mail:send_again": send_mail,
    "round:fail_abandoned": rounds_jobs.fail_abandoned,
}
EVERY_HOUR: dict[str, Handler] = {
    "data:forget": privacy_jobs.forget,
    "profile:remind": profiles_jobs.remind_of_ends,
    "project:remind": rounds_jobs.remind_owners,
    "project:part_with_leavers": projects_jobs.part_with_leavers,
    "project:expire": rounds_jobs.expire_stale,
    "question:lapse": questions_jobs.lapse,
    "search:tell": applications_jobs.tell_searches,
}
RETRIED: dict[str, Handler] = {
    CALL_OFF_JOB: rounds_jobs.tell_called_off,
    TELL_JOB: applications_jobs.tell_answers,
}
"""Jobs that are tried again when they fail."""
MESSAGES: dict[str, Kind] = {
    **accounts_messages.KINDS,
    **applications_messages.KINDS,
    **profiles_messages.KINDS,
    **projects_messages.KINDS,
    **questions_messages.KINDS,
    **rounds_messages.KINDS,
}
MENU_ITEMS = (
    MenuItem(_l("Home"), "home.home", lambda _actor: True),
    MenuItem(_l("Profile"), "profiles.show", lambda _actor: True),
    MenuItem(_l("Projects"), "finding.projects", lambda _actor: True),
    MenuItem(_l("Applications"), "applications.mine", lambda actor: actor.agent),
    MenuItem(_l("Rounds"), "rounds.index", lambda actor: allows("round:list", actor)),
    MenuItem(_l("People"), "people.index", lambda actor: allows("person:list", actor)),
    MenuItem(_l("Departments"), "departments.index", lambda actor: allows("department:list", actor)),
    MenuItem(_l("Audit"), "audit.index", lambda actor: allows("audit:read", actor)),
    MenuItem(_l("Messages"), "messages.index", lambda _actor: True, waiting=messages_pages.unread),
)


def mount(app: Flask) -> None:
    """Mount all pages, API resources and menu items on the application."""
    app.extensions[MENU] = MENU_ITEMS
    app.extensions[KINDS] = MESSAGES
    for blueprint in PAGES:
        app.register_blueprint(blueprint)
    describe(api)
    for resource in API:
        csrf.exempt(resource)
        # Pages and resources of one feature would have the same name.
        api.register_blueprint(resource, name=f"api_{resource.name}", url_prefix=PREFIX + resource.url_prefix)
