"""The methodology of Oryol region as a plugin of shnor-engine."""
