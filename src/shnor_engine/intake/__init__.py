"""Files from outside → proposed events and a list of problems; nothing is appended here."""
