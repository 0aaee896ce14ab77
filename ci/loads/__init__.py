"""Load runs from question to answer: what is compared, in which steps, with what outcome, and how it is shown."""
