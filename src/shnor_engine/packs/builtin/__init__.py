"""The methodologies that come with the library; here, and only here, the core speaks of the field."""
