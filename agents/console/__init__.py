"""The console: what the topics say, live in a browser, for editors and operators.

``reader`` follows the topics, ``store`` keeps the last of what it reads, ``server`` answers, ``pages`` writes HTML, and
``static/`` holds the one page with a script. It changes nothing: it has no group, commits nothing and sends nothing.
"""
