"""An app that a user of the plan may have beside it: its rows go when a TOTP device goes."""
