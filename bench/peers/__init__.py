"""The shipped pack of rules as users of other frameworks would write it, measured on the same records."""
