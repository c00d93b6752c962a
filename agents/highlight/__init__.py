"""Stories as web pages: every statement in its place. Pure: records in, text out, everything escaped, no script.

`tasrih extract --html` and `tasrih console` show stories by it.
"""

from agents.highlight.page import PAGE_END, STYLE, page_start
from agents.highlight.story import story_html

__all__ = ["PAGE_END", "STYLE", "page_start", "story_html"]
