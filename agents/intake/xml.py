"""XML: the one place where it is parsed. No entities, no network, no DTD, bounded in size and depth.

Measured with lxml 6.1: its own defaults read an external entity in older versions, ``recover`` glues words and makes
U+FFFD of bytes, and an undeclared ``&nbsp;``, which wires send, is an error. A plain DOCTYPE, which every NITF and
NewsML 1 has, is legal and its DTD is never loaded.
"""

import html
import re
from collections.abc import Iterable, Iterator

from lxml import etree

from agents.errors import WireError

MAX_TAGS = 200_000
MAX_STORIES = 500
TOO_DEEP = etree.ErrorTypes.ERR_RESOURCE_LIMIT
DECLARATION = re.compile(r"[\ufeff\s]*(?:<\?xml[^>]*\?>)?")
ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
XML_ENTITIES = frozenset({"amp", "lt", "gt", "quot", "apos"})
# What stands in a body and is no part of the story.
BESIDE = ("head", "header", "footer", "nav", "aside", "figure", "media", "script", "style")
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def parse_xml(text: str) -> etree._Element:
    """Return the root of a document whose bytes were decoded before; names come without their namespaces.

    Comments and processing instructions are left out, HTML's named entities are read. Raises WIRE-206 for XML that does
    not parse, WIRE-207 for an entity declaration and for what is nested or tagged beyond reason.

    >>> parse_xml('<!DOCTYPE n SYSTEM "n.dtd"><n:p xmlns:n="urn:n">a&nbsp;b</n:p>').tag
    'p'
    """
    if "<!ENTITY" in text:
        raise WireError("WIRE-207", "the document declares entities", path=f"character {text.index('<!ENTITY')}")
    if text.count("<") > MAX_TAGS:
        raise WireError("WIRE-207", f"more than {MAX_TAGS} tags")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )
    declaration = DECLARATION.match(text)
    plain = ENTITY.sub(numbered, text[declaration.end() if declaration else 0 :])
    try:
        root = etree.fromstring(plain.encode("utf-8", "surrogatepass"), parser)
    except etree.XMLSyntaxError as error:
        code = "WIRE-207" if error.code == TOO_DEEP else "WIRE-206"
        line, column = error.position
        raise WireError(code, error.msg.partition(", line")[0], path=f"line {line}, column {column}") from error
    for element in root.iter(etree.Element):
        element.tag = etree.QName(element).localname
    return root


def stories_of(elements: Iterable[etree._Element]) -> list[etree._Element]:
    """Return the elements that are a record's stories; WIRE-104 where they are more than a wire sends at once."""
    found = list(elements)
    if len(found) > MAX_STORIES:
        raise WireError("WIRE-104", f"{len(found)} stories in one record, {MAX_STORIES} are possible")
    return found


def numbered(entity: re.Match[str]) -> str:
    """Return a named entity of HTML by its number; XML's own and unknown ones as they are."""
    name = entity.group(1)
    plain = html.unescape(entity.group())
    known = name not in XML_ENTITIES and plain != entity.group()
    return "".join(f"&#{ord(char)};" for char in plain) if known else entity.group()


def text_of(element: etree._Element | None) -> str | None:
    """Return all text in an element, spaces as printed; None for no element or none but spaces."""
    text = "" if element is None else "".join(element.itertext(etree.Element))
    return text if text.strip() else None


def words_of(element: etree._Element | None) -> str | None:
    """Return all text in an element on one line; None for no element or none but spaces."""
    return " ".join((text_of(element) or "").split()) or None


def texts(root: etree._Element, path: str) -> Iterator[str]:
    """Yield the text of each element at a path that holds any, on one line."""
    for element in root.iterfind(path):
        if words := words_of(element):
            yield words


def first_text(root: etree._Element, *paths: str) -> str | None:
    """Return the first text at the paths, in their order; None without any."""
    return next((text for path in paths for text in texts(root, path)), None)


def values(root: etree._Element, path: str, name: str) -> Iterator[str]:
    """Yield an attribute of each element at a path that has it, without spaces at its edges."""
    for element in root.iterfind(path):
        if value := (element.get(name) or "").strip():
            yield value


def first_value(root: etree._Element, path: str, name: str) -> str | None:
    """Return the attribute of the first element at a path that has it."""
    return next(values(root, path, name), None)


def inner_xml(element: etree._Element) -> str:
    """Return what stands between an element's tags, markup and escapes as in XML: the body of a story."""
    pieces = [html.escape(element.text or "", quote=False)]
    pieces += [etree.tostring(child, encoding="unicode") for child in element]
    return "".join(pieces)


def drop(element: etree._Element, *names: str) -> None:
    """Empty the elements of these names inside an element; what follows each stays."""
    for found in element.iter(*names):
        if found is not element:
            found.clear(keep_tail=True)
