"""The methodology of Novosibirsk region as a plugin of shnor-engine."""
