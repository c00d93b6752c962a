"""Mail, RFC 822 and its successors: the subject is the headline, the sender the provider.

The charset of each part is decided by its bytes, as for whole records: the standard library believes what it says.
"""

import base64
import binascii
import quopri
import re
from email import message_from_bytes
from email.message import Message
from email.utils import parseaddr

from agents.errors import WireError
from agents.intake.charset import decode
from agents.intake.fields import iso_date, number
from agents.intake.items import BodyKind, Item
from agents.intake.wire import Wire
from schemas.stories import Charset

FIELD = re.compile(r"([A-Za-z][A-Za-z0-9-]{1,40}):[ \t]|[ \t]+\S|From \S+@")
KNOWN = frozenset(
    re.findall(
        r"[\w-]+",
        "from to subject date message-id received return-path delivered-to mime-version content-type",
    )
)
ENCODED = re.compile(r"=\?([^?\s]{1,40})\?([bBqQ])\?([^?]*)\?=(?:\s+(?==\?))?")
# The parser is recursive in mails within mails and quadratic in a long Content-Type.
NESTED = re.compile(rb"boundary\s*=|message/rfc822", re.IGNORECASE)
LONG_FIELD = re.compile(rb"^content-[a-z-]+:[^\n]*(?:\n[ \t][^\n]*)*", re.IGNORECASE | re.MULTILINE)
HEAD_END = re.compile(rb"\r?\n\r?\n")
MAX_NESTED = 50
MAX_PARTS = 1_000
MAX_HEAD = 100_000
MAX_FIELD = 5_000
MAX_ADDRESS = 300


def is_mail(wire: Wire) -> bool:
    """Say whether the record begins with fields of a mail, two of them well known."""
    lines = wire.opening.splitlines()[:-1][:30]
    fields = []
    for line in lines:
        match = FIELD.match(line)
        if not match:
            break
        fields.append((match[1] or "").lower())
    return len(KNOWN.intersection(fields)) >= 2 and "" not in fields[:1]


def read_mail(wire: Wire) -> list[Item]:
    """Return the one story: the first plain text, else the first HTML, attachments left alone.

    Raises WIRE-208 for a mail nested beyond reason, WIRE-301 without text, WIRE-101 as for whole records.
    """
    check_reason(wire.value)
    mail = message_from_bytes(wire.value.lstrip(b"\xef\xbb\xbf\r\n"))
    body, kind, charset = body_of(mail)
    name, address = parseaddr((field(mail, "From") or "")[:MAX_ADDRESS])
    item = Item(
        body=body,
        body_kind=kind,
        format="mail",
        charset=charset,
        id=(field(mail, "Message-ID") or "").strip("<>") or None,
        provider=address.lower() or name or None,
        channel=(field(mail, "List-Id") or "").strip("<>") or None,
        language=field(mail, "Content-Language"),
        headline=field(mail, "Subject"),
        byline=name or None,
        urgency=number((field(mail, "X-Priority") or "")[:1]),
        version_created=iso_date((field(mail, "Date") or "")[:MAX_ADDRESS] or None),
    )
    return [item]


def check_reason(value: bytes) -> None:
    """Raise WIRE-208 for a mail with more of anything than mails have: the standard library would take minutes."""
    head = HEAD_END.search(value)
    long = any(len(match.group()) > MAX_FIELD for match in LONG_FIELD.finditer(value))
    if (head.start() if head else len(value)) > MAX_HEAD or long:
        raise WireError("WIRE-208", "the head of the mail or of a part is too long")
    if len(NESTED.findall(value)) > MAX_NESTED or value.count(b"\n--") > MAX_PARTS:
        raise WireError("WIRE-208", f"more than {MAX_NESTED} mails in one another, or {MAX_PARTS} parts")


def field(mail: Message, name: str) -> str | None:
    """Return a field of the head on one line, its encoded words read, in whatever charset they are."""
    for key, value in mail.raw_items():
        if key.lower() == name.lower():
            raw = str(value).encode("utf-8", "surrogateescape")
            text = raw.decode("utf-8") if is_utf8(raw) else decode(raw)[0]
            return " ".join(ENCODED.sub(read_word, text).split()) or None
    return None


def is_utf8(raw: bytes) -> bool:
    """Say whether bytes are UTF-8."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def read_word(word: re.Match[str]) -> str:
    """Return an encoded word of RFC 2047 as text, or as it is where it cannot be read."""
    charset, encoding, payload = word.groups()
    raw = payload.encode("utf-8", "surrogateescape")
    try:
        decoded = base64.b64decode(raw + b"==") if encoding in "bB" else quopri.decodestring(raw, header=True)
        return decode(decoded, f"charset={charset}")[0]
    except (binascii.Error, WireError):
        return word.group()


def body_of(mail: Message) -> tuple[str, BodyKind, Charset]:
    """Return the first plain text that holds words, else the first HTML, decoded; WIRE-301 without either."""
    parts = [part for part in mail.walk() if part.get_content_disposition() != "attachment"]
    kinds: tuple[tuple[str, BodyKind], ...] = (("text/plain", "text"), ("text/html", "html"))
    for content_type, kind in kinds:
        for part in parts:
            payload = payload_of(part) if part.get_content_type() == content_type else b""
            if payload.strip():
                body, charset = decode(payload, str(part.get("Content-Type", "")))
                return body, kind, charset
    raise WireError("WIRE-301", "no part of the mail is text")


def payload_of(part: Message) -> bytes:
    """Return the bytes of one part, its transfer encoding undone; none where it holds other parts."""
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""
