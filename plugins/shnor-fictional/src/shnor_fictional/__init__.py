"""An invented region: every feature of a plugin used once."""
