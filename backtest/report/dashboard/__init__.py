"""The trigger board without its page: values and pure functions. Imports tuning; no streamlit."""
