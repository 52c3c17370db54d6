from odoo.tests import BaseCase, tagged

from odoo.addons.complaint_management.tools import process

#: One letter per gate, in the words of the process.
LETTERS = {
    "n": "new",
    "t": "triage",
    "d": "dispatch",
    "i": "investigation",
    "s": "solution",
    "e": "execution",
    "f": "feedback",
    "u": "follow_up",
    "!": "emergency",
    "r": "reject",
    "c": "cancel",
    "o": "reopen",
}
COLUMNS = [*process.STEPS, "rejected", "cancelled"]

#: Every pair of steps: from the row's to the column's; "-" asks for nothing, "x" is no way at all.
ORDINARY = """
new            -  n   nt   ntd   ntdi   ntdis   ntdise   ntdisef   ntdisefu  r  c
triage         -  -   t    td    tdi    tdis    tdise    tdisef    tdisefu   r  c
dispatch       -  -   -    d     di     dis     dise     disef     disefu    r  c
investigation  -  -   -    -     i      is      ise      isef      isefu     r  c
solution       -  -   -    -     -      s       se       sef       sefu      r  c
execution      -  -   -    -     -      -       e        ef        efu       r  c
feedback       -  -   -    -     -      -       -        f         fu        r  c
follow_up      -  -   -    -     -      -       -        -         u         r  c
closed         o  on  ont  ontd  ontdi  ontdis  ontdise  ontdisef  -         x  x
rejected       o  on  ont  ontd  ontdi  ontdis  ontdise  ontdisef  x         -  x
cancelled      o  on  ont  ontd  ontdi  ontdis  ontdise  ontdisef  x         x  -
"""
EMERGENCY = """
new            -  !   !    !     !      !       ntdise   ntdisef   ntdisefu  r  c
triage         -  -   !    !     !      !       ntdise   ntdisef   ntdisefu  r  c
dispatch       -  -   -    !     !      !       ntdise   ntdisef   ntdisefu  r  c
investigation  -  -   -    -     !      !       ntdise   ntdisef   ntdisefu  r  c
solution       -  -   -    -     -      !       ntdise   ntdisef   ntdisefu  r  c
execution      -  -   -    -     -      -       ntdise   ntdisef   ntdisefu  r  c
feedback       -  -   -    -     -      -       -        ntdisef   ntdisefu  r  c
follow_up      -  -   -    -     -      -       -        -         ntdisefu  r  c
closed         o  on  ont  ontd  ontdi  ontdis  ontdise  ontdisef  -         x  x
rejected       o  on  ont  ontd  ontdi  ontdis  ontdise  ontdisef  x         -  x
cancelled      o  on  ont  ontd  ontdi  ontdis  ontdise  ontdisef  x         x  -
"""


@tagged("post_install", "-at_install")
class TestProcessOrder(BaseCase):
    """The order of steps, without a database."""

    def _check_table(self, table, emergency):
        rows = [line.split() for line in table.strip().splitlines()]
        self.assertEqual([row[0] for row in rows], COLUMNS)
        self.assertEqual(set(COLUMNS[-3:]), set(process.ENDS))
        for old, *cells in rows:
            self.assertEqual(len(cells), len(COLUMNS))
            for new, cell in zip(COLUMNS, cells, strict=True):
                with self.subTest(old=old, new=new, emergency=emergency):
                    if cell == "x":
                        with self.assertRaises(ValueError):
                            process.gates_between(old, new, emergency)
                        continue
                    expected = () if cell == "-" else tuple(LETTERS[letter] for letter in cell)
                    self.assertEqual(process.gates_between(old, new, emergency), expected)

    def test_every_pair_of_steps(self):
        """TR-4, IN-6: forward, skipping, backward, the ends and the way back from them."""
        self._check_table(ORDINARY, emergency=False)

    def test_every_pair_of_steps_of_an_emergency(self):
        """IN-7: the record may lag behind up to the execution, then all of it is asked for."""
        self._check_table(EMERGENCY, emergency=True)

    def test_next_step(self):
        following = dict(zip(COLUMNS[:8], COLUMNS[1:9], strict=True))
        for step in COLUMNS:
            with self.subTest(step=step):
                self.assertEqual(process.next_step(step), following.get(step))

    def test_unknown_step(self):
        for old, new in (("new", "nowhere"), ("nowhere", "triage"), ("closed", "nowhere")):
            with self.subTest(old=old, new=new), self.assertRaises(ValueError):
                process.gates_between(old, new)

    def test_requirement_names_an_existing_gate(self):
        """A requirement with a misspelt gate would never be asked for, so it cannot be made."""
        for gate in LETTERS.values():
            process.Requirement(gate, "message", bool)
        for gate in ("closed", "rejected", "nowhere", ""):
            with self.subTest(gate=gate), self.assertRaises(ValueError):
                process.Requirement(gate, "message", bool)
