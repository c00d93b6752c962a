"""The page around stories: self-contained, without script, and with a policy that allows its own style and no more."""

import base64
import hashlib
from importlib.resources import files

from agents.highlight.words import TITLE

STYLE = files("agents.highlight").joinpath("page.css").read_text(encoding="utf-8")
PAGE_END = "</main>\n</body>\n</html>\n"


def page_start() -> str:
    """Write the page up to its first story; ``PAGE_END`` closes it. It is HTML and well-formed XML at once.

    >>> "default-src 'none'" in page_start()
    True
    """
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return (
        '<!DOCTYPE html>\n<html lang="ar" dir="rtl">\n<head>\n<meta charset="utf-8"/>\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}"/>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1"/>\n'
        '<meta name="referrer" content="no-referrer"/>\n'
        '<meta name="color-scheme" content="light dark"/>\n'
        f"<title>{TITLE}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{TITLE}</h1>\n"
    )
