"""The forms of a memo: HTML, Markdown, Word, PDF, spreadsheet."""
