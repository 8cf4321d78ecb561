"""From an exam to sheets and keys, in Markdown, HTML, LaTeX and PDF."""
