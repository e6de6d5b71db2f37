"""One view, and what turns it into text, Markdown and HTML."""
