"""The trigger board without its page: values and pure functions."""
