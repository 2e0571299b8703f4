"""What a plugin may bring (`v1`), and how it is found, loaded under guard and listened to.

Hooks only collect: a plugin hands over event types, methodologies, projections and so on, once. Nothing of a plugin
is called while a decision is made but the clauses of its own rules.
"""
