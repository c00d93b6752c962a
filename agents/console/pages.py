"""The pages that the server writes by itself: a story, a dead letter. Everything in them is escaped."""

from collections.abc import Iterable, Mapping
from typing import Any

from agents.console.store import Seen
from agents.highlight import story_html
from agents.highlight.escape import escaped, isolated
from agents.messages import iso
from schemas.codec import decode_enriched

SHOWN_BYTES = 4_096
BYTES_A_LINE = 16
RECALLS = {
    "killed": "ألغي الخبر",
    "withheld": "حجب الخبر",
    "updated": "حدث الخبر",
    "corrected": "صحح الخبر",
    "released": "أفرج عن الخبر",
    "erased": "محي الخبر",
    "unresolved": "إشعار لم يعرف خبره",
}
COUNTS = {
    "retracted": "سحب",
    "changed": "تغير",
    "added": "أضيف",
}
HEAD = (
    '<!DOCTYPE html>\n<html lang="ar" dir="rtl">\n<head>\n<meta charset="utf-8"/>\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1"/>\n'
    '<meta name="color-scheme" content="light dark"/>\n<title>{title}</title>\n'
    '<link rel="stylesheet" href="/highlight.css"/>\n<link rel="stylesheet" href="/console.css"/>\n</head>\n<body>\n'
    '<header class="bar"><a href="/">→ التصريحات</a></header>\n<main>\n<h1>{title}</h1>\n'
)
FOOT = "</main>\n</body>\n</html>\n"


def story_page(id_: str, value: bytes | None, recalls: Iterable[Mapping[str, Any]]) -> str:
    """Write the page of a story: its recalls and corrections, newest first, then the version that stands."""
    notices = "".join(recall_html(recall) for recall in reversed(list(recalls)))
    story = story_html(decode_enriched(value)) if value else '<p class="recalled">لم يعد الخبر محفوظا هنا.</p>'
    told = f'<ul class="notices">{notices}</ul>' if notices else ""
    return HEAD.format(title="الخبر") + told + story + f"<p>{isolated(id_)}</p>" + FOOT


def recall_html(recall: Mapping[str, Any]) -> str:
    """Write one recall as what it is."""
    kind = recall["recall"]
    counts = " · ".join(f"{COUNTS[name]} {len(recall[name])}" for name in COUNTS if recall[name])
    reason = f" {isolated(recall['reason'])}" if recall["reason"] else ""
    words = RECALLS.get(kind, escaped(kind))
    return f'<li class="notice {escaped(kind)}"><b>{words}</b>{reason} <small>{counts}</small></li>'


def letter_page(seen: Seen, fate: str | None) -> str:
    """Write the page of a dead letter: what happened, its headers and bytes, and what a redrive would do."""
    headers = {name: value.decode(errors="replace") for name, value in seen.headers}
    name = f"{seen.partition}:{seen.offset}"
    told = {
        "الرمز": headers.get("wire-error-code", ""),
        "المرحلة": headers.get("wire-stage", ""),
        "السبب": headers.get("__connect.errors.exception.message", ""),
        "الوقت": iso(seen.timestamp),
        "الحجم": f"{len(seen.value or b'')} bytes",
    }
    facts = "".join(f"<dt>{label}</dt><dd>{isolated(value)}</dd>" for label, value in told.items())
    attempt = f'<a class="button" href="/dead?letter={name}&amp;try=1">ماذا تفعل إعادة الإرسال الآن؟</a>'
    verdict = attempt if fate is None else f'<p class="verdict" role="status">{escaped(fate)}</p>'
    rows = "".join(f"<tr><th>{escaped(key)}</th><td>{escaped(value)}</td></tr>" for key, value in headers.items())
    content = (
        f"<dl>{facts}</dl>{verdict}<h2>البايتات</h2>"
        f'<pre class="bytes" dir="ltr" tabindex="0">{escaped(dump(seen.value or b""))}</pre>'
        f'<h2>الترويسات</h2><div class="wide" tabindex="0"><table dir="ltr">{rows}</table></div>'
    )
    return HEAD.format(title=f"رسالة معطلة {name}") + f'<section class="letter">{content}</section>' + FOOT


def dump(value: bytes) -> str:
    """Write bytes as offset, hex and ASCII, the first few thousand of them.

    >>> dump(bytes([0xC7, 0x41]))
    '000000  c7 41                                            .A'
    """
    lines = []
    for at in range(0, min(len(value), SHOWN_BYTES), BYTES_A_LINE):
        part = value[at : at + BYTES_A_LINE]
        text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in part)
        lines.append(f"{at:06x}  {part.hex(' '):<47}  {text}")
    return "\n".join(lines)
