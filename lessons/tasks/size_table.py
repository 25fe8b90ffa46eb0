"""A table of brains and their memory, in which one row is wrong."""

from derive.counting import SPECIES, memory, readable_bytes
from derive.grading import Reveal, Task, numbers, pick, varied

PUBLISHED = {"roundworm": "400 kB", "fruit fly": "40 MB", "bee": "4 GB", "mouse": "4 TB", "cat": "40 TB", "human": "4 EB"}


@varied
def task(draw):
    kinds = draw.several(len(SPECIES), list(SPECIES))
    wrong = next(kind for kind in kinds if readable_bytes(memory(SPECIES[kind])) != PUBLISHED[kind])
    rows = {kind: f"{kind}: {SPECIES[kind]:.0e} synapses, {PUBLISHED[kind]}" for kind in kinds}
    right = memory(SPECIES[wrong]) / 1e12
    return Task.of(
        "A table with a mistake",
        pick("row", list(rows.values()), rows[wrong],
             why={rows[kind]: "4 bytes a synapse give this" for kind in kinds if kind != wrong}),
        numbers("terabytes", {"terabytes": right}, relative=1e-3, decimals=None, mistaken={"terabytes": {
            "this is what the table says: it is 1000 times too large": 1000 * right, "the factor 4 is lost": right / 4}}),
        statement="For every synapse 4 bytes (float32) are needed. One row of this table is wrong: "
        + "; ".join(rows.values())
        + ". 1. row: give its letter (A is the first). 2. terabytes: what should it be, in terabytes (1 TB = 10^12 bytes)?",
        reveal=Reveal(counterexample=False),
    )  # fmt: skip
