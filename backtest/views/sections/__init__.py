"""Sections of reports, one file per question: each turns values into a Section, or into None."""
