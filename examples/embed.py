"""The engine inside another program: the host's connection, its transaction, and one school explained.

python examples/embed.py
"""

import sqlite3
from datetime import date

from shnor_engine import Engine
from shnor_engine.events import ListPublished, SchoolRegistered

school = SchoolRegistered(
    school_id="demo/1", municipality="demo", region="ru.demo", kind="secondary", number="1", name="МБОУ СОШ № 1"
)
lists = [
    ListPublished(list_id=f"demo/{year}", area="demo", year=year, issuer="municipal", complete="yes", members=members)
    for year, members in ((2023, ("demo/1",)), (2024, ()))
]

host = sqlite3.connect(":memory:", isolation_level=None)
engine = Engine.open(host)
host.execute("BEGIN")  # your transaction: an append inside it is a savepoint, and your commit the acknowledgement
engine.append([school, *lists], actor="methodologist")
host.execute("COMMIT")
for decision in engine.assess(year=2024, on=date(2024, 12, 31)):
    print(decision.name, "–", decision.label("ru"))
print(engine.explain("СОШ № 1", year=2024, on=date(2024, 12, 31)).text("ru"))
