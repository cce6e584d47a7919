"""Says messages as a mail, in text and in HTML, and hands mail to an SMTP server."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from urllib.parse import parse_qs, unquote, urlsplit

from flask import current_app
from flask_babel import force_locale, ngettext
from icalendar import TRANSP, Calendar, Event

from freeagents.config import Settings
from freeagents.extensions import pack
from freeagents.messages.kinds import Dates, Link, Said, say
from freeagents.messages.models import Mail
from freeagents.web.languages import offered

PATIENCE = 20  # seconds


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where mail to a person goes, and in which language."""

    address: str
    locale: str | None


class NoSuchAddress(ValueError):
    """What stands for an address is none."""


def compose(mail: Mail, to: Mailbox, settings: Settings) -> EmailMessage:
    """Return the mail in the language of whom it is for.

    :raises NoSuchAddress: no mail can go to this address.
    """
    locale = to.locale if to.locale in offered() else offered()[0]
    with force_locale(locale):
        if mail.kind is not None:
            said = [say(mail.kind, mail.facts)]
        else:
            said = [say(message.kind, message.facts) for message in mail.messages]
        return _written(mail, to, said, locale, settings)


def _written(mail: Mail, to: Mailbox, said: Sequence[Said], locale: str, settings: Settings) -> EmailMessage:
    service = pack.text(pack.service_name, locale)[0]
    whole = EmailMessage(policy=SMTP)
    whole["From"] = _sender(settings.mail_from)
    whole["To"] = _recipient(to.address)
    whole["Subject"] = _one_line(_subject(said, service))
    whole["Date"] = format_datetime(mail.created_at)
    whole["Message-ID"] = f"<{mail.public_id}@{urlsplit(settings.base_url).hostname}>"
    whole["Auto-Submitted"] = "auto-generated"
    values = {
        "said": said,
        "subject": _subject(said, service),
        "service": service,
        "locale": locale,
        "address": lambda link: address_of(link, settings.base_url),
        "settings_link": Link("", "messages.settings_form") if mail.kind is None else None,
    }
    for name, subtype in (("mail.txt", "plain"), ("mail.html", "html")):
        text = current_app.jinja_env.get_template(f"messages/{name}").render(values)
        whole.add_alternative(text, subtype=subtype) if subtype == "html" else whole.set_content(text)
    dates = [one.dates for one in said if one.dates is not None]
    if dates:
        whole.add_attachment(
            calendar(dates, mail.created_at), maintype="text", subtype="calendar", filename="dates.ics"
        )
    # Last of all: what begins with Content moves to the first part when another is added.
    whole["Content-Language"] = locale
    return whole


def calendar(dates: Sequence[Dates], said_at: datetime) -> bytes:
    """Return days as a calendar file (RFC 5545) of whole-day entries that block no time.

    An entry ends at the start of the day after its last.
    """
    file = Calendar.new(prodid="-//Free Agents//EN", method="PUBLISH")
    for one in dates:
        entry = Event.new(
            uid=one.uid,
            summary=_one_line(one.title),
            start=one.first,
            end=one.last + timedelta(days=1),
            stamp=said_at,
            transparency=TRANSP.TRANSPARENT,
        )
        file.add_component(entry)
    return file.to_ical()


def address_of(link: Link, base_url: str) -> str:
    """Return the whole address of a page, where no request says where the service is."""
    base = urlsplit(base_url)
    adapter = current_app.url_map.bind(base.netloc, script_name=base.path or "/", url_scheme=base.scheme)
    return adapter.build(link.endpoint, dict(link.values), force_external=True)


def _subject(said: Sequence[Said], service: str) -> str:
    if len(said) == 1:
        return said[0].subject
    return str(ngettext("%(service)s: %(num)d message", "%(service)s: %(num)d messages", len(said), service=service))


def _one_line(text: str) -> str:
    """Return text as a header may hold it: control characters, line ends among them, are spaces."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _sender(text: str) -> Address:
    name, address = parseaddr(text)
    return Address(display_name=_one_line(name), addr_spec=address)


def _recipient(address: str) -> Address:
    try:
        return Address(addr_spec=address)
    except (MessageError, ValueError, IndexError) as error:
        raise NoSuchAddress from error


@contextmanager
def server(url: str) -> Iterator[smtplib.SMTP]:
    """Connect to the mail server that ``SMTP_URL`` names.

    ``smtps://`` speaks TLS from the start; ``smtp://`` changes to TLS where the server offers it, with
    ``?starttls=always`` or not at all, with ``?starttls=never`` not even then. Certificates must be good. A password is
    sent over TLS only.

    :raises OSError, smtplib.SMTPException: it cannot be reached, or does not take us.
    """
    parts = urlsplit(url)
    trust = ssl.create_default_context()
    starttls = parse_qs(parts.query).get("starttls", ["offered"])[0]
    host = parts.hostname or ""
    if parts.scheme == "smtps":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=PATIENCE, context=trust)
    else:
        connection = smtplib.SMTP(host, parts.port or 25, timeout=PATIENCE)
    with connection:
        private = parts.scheme == "smtps"
        connection.ehlo_or_helo_if_needed()
        if not private and starttls != "never" and (starttls == "always" or connection.has_extn("starttls")):
            connection.starttls(context=trust)
            private = True
        if parts.username:
            if not private:
                raise smtplib.SMTPNotSupportedError("The server offers no TLS, and a password goes over TLS only.")
            connection.login(unquote(parts.username), unquote(parts.password or ""))
        yield connection
