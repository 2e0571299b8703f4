"""The methodologies of Ryazan region as a plugin of shnor-engine."""
