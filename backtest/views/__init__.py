"""Values as pages: the headline, sections, tables, charts and notes of each; the only prose."""
