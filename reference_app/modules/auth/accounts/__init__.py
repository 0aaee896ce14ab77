"""Users, their second factors, and the audit of their logins."""
