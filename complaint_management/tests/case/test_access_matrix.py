from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.complaint_management.tests.common import GROUP, ComplaintCommon
from odoo.addons.complaint_management.tests.web_client import read_specification

#: Who may do what with a complaint. r read, w write, c create, d delete, . nothing; n/a cannot be set up.
#:
#: A complaint is new, in the centre's hands, received by and assigned to a colleague, unless the row says
#: otherwise; secret: confidential; excluded: the user is the employee concerned; moved: to the other team.
#:
#: first contact and handler: members of the centre; lead: its leader; head: leader of the team above both
#: teams; manager, quality and auditor: of the company; admin: manager who is administrator of the database,
#: too; plain: member of the centre without a complaint group; portal; public; foreign: manager of company 2
MATRIX = """
situation               | first| hand | lead | head | mngr | qual | audit| admin| plain| portl| publ | forgn
own, responsible        | rwc. | rwc. | rwc. | rwc. | rwcd | r... | r... | rwcd | .... | .... | .... | n/a
own, receiver           | rwc. | rwc. | rwc. | rwc. | rwcd | r... | r... | rwcd | .... | .... | .... | ....
team's                  | r... | rwc. | rwc. | rwc. | rwcd | r... | r... | rwcd | .... | .... | .... | ....
team's, unassigned      | rw.. | rwc. | rwc. | rwc. | rwcd | r... | r... | rwcd | .... | .... | .... | ....
team's, user complains  | r... | rwc. | rwc. | rwc. | rwcd | r... | r... | rwcd | .... | .... | .... | ....
team's, in work         | r... | rwc. | rwc. | rwc. | rwc. | r... | r... | rwc. | .... | .... | .... | ....
team's, cancelled       | r... | rwc. | rwc. | rwc. | rwcd | r... | r... | rwcd | .... | .... | .... | ....
team's, archived        | r... | rwc. | rwc. | rwc. | rwcd | r... | r... | rwcd | .... | .... | .... | ....
nobody's                | r... | rwc. | rwc. | rwc. | rwcd | r... | r... | rwcd | .... | .... | .... | ....
other team's            | .... | .... | .... | rwc. | rwcd | r... | r... | rwcd | .... | .... | .... | ....
received, then moved    | r... | r... | r... | rwc. | rwcd | r... | r... | rwcd | .... | .... | .... | ....
secret, responsible     | rwc. | rwc. | rwc. | rwc. | rwcd | r... | r... | rwcd | .... | .... | .... | n/a
secret, receiver        | rwc. | rwc. | rwc. | rwc. | rwcd | r... | r... | rwcd | .... | .... | .... | ....
secret, team's          | .... | .... | rwc. | rwc. | rwcd | r... | r... | rwcd | .... | .... | .... | ....
secret, unassigned      | .... | .... | rwc. | rwc. | rwcd | r... | r... | rwcd | .... | .... | .... | ....
secret, nobody's        | .... | .... | .... | .... | rwcd | r... | r... | rwcd | .... | .... | .... | ....
secret, other team's    | .... | .... | .... | rwc. | rwcd | r... | r... | rwcd | .... | .... | .... | ....
secret, then moved      | .... | .... | .... | rwc. | rwcd | r... | r... | rwcd | .... | .... | .... | ....
company 2's             | .... | .... | .... | .... | .... | .... | .... | .... | .... | .... | .... | rwcd
company 2's, receiver   | .... | .... | .... | .... | .... | .... | .... | .... | .... | .... | .... | rwcd
excluded, team's        | .... | .... | .... | .... | .... | .... | .... | .... | .... | .... | .... | ....
excluded, receiver      | .... | .... | .... | .... | .... | .... | .... | .... | .... | .... | .... | ....
excluded, secret        | .... | .... | .... | .... | .... | .... | .... | .... | .... | .... | .... | ....
excluded, company 2's   | .... | .... | .... | .... | .... | .... | .... | .... | .... | .... | .... | ....
"""

#: The same for what is set up: of the own company, of everybody, of company 2.
CONFIGURATION = """
record                  | first| hand | lead | head | mngr | qual | audit| admin| plain| portl| publ | forgn
stage                   | r... | r... | r... | r... | rwcd | r... | r... | rwcd | .... | .... | .... | rwcd
channel                 | r... | r... | r... | r... | rwcd | r... | r... | rwcd | .... | .... | .... | rwcd
tag                     | rwc. | rwc. | rwc. | rwc. | rwcd | r... | r... | rwcd | .... | .... | .... | rwcd
category                | r... | r... | r... | r... | rwcd | r... | r... | rwcd | .... | .... | .... | ....
category, everybody's   | r... | r... | r... | r... | rwcd | r... | r... | rwcd | .... | .... | .... | rwcd
category, company 2's   | .... | .... | .... | .... | .... | .... | .... | .... | .... | .... | .... | rwcd
team                    | r... | r... | r... | r... | rwcd | r... | r... | rwcd | .... | .... | .... | ....
team, company 2's       | .... | .... | .... | .... | .... | .... | .... | .... | .... | .... | .... | rwcd
"""


def read_table(table):
    """Return ``{row: {column: cell}}`` of a table as it is written above."""
    head, *rows = ([cell.strip() for cell in line.split("|")] for line in table.strip().splitlines())
    return {row[0]: dict(zip(head[1:], row[1:], strict=True)) for row in rows}


class AccessCommon(ComplaintCommon):
    """One user for each column of the tables."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.head = cls._new_user("handler", "head")
        cls.centre.parent_id = cls.other_team.parent_id = cls.env["complaint.team"].create(
            {"name": "Head office", "leader_id": cls.head.id}
        )
        # Without a complaint group, membership of a team opens nothing.
        cls.centre.member_ids |= cls.plain_user
        cls.administrator = new_test_user(
            cls.env, "administrator", groups=f"base.group_system,{GROUP}manager", name="Administrator"
        )
        cls.portal_user = new_test_user(cls.env, "portal_user", groups="base.group_portal")
        cls.columns = {
            "first": cls.first_contact,
            "hand": cls.handler,
            "lead": cls.leader,
            "head": cls.head,
            "mngr": cls.manager,
            "qual": cls.quality,
            "audit": cls.auditor,
            "admin": cls.administrator,
            "plain": cls.plain_user,
            "portl": cls.portal_user,
            "publ": cls.env.ref("base.public_user"),
            "forgn": cls.foreign_manager,
        }

    def succeeds(self, operation):
        """Tell whether an operation passes; what it changed is undone."""
        try:
            with self.env.cr.savepoint() as savepoint:
                operation()
                self.env.flush_all()
                savepoint.rollback()
        except UserError:  # AccessError and ValidationError are such
            return False
        finally:
            self.env.invalidate_all()
        return True

    def letters(self, record, vals, change):
        """Return what the user of a record may do, by doing it.

        :param record: one record, with the user whose rights are asked for
        :param vals: values to create another one like it
        :param change: values to write
        """
        operations = {
            "r": lambda: self._read(record),
            "w": lambda: record.write(change),
            "c": lambda: record.create(dict(vals)),
            "d": record.unlink,
        }
        return "".join(letter if self.succeeds(operations[letter]) else "." for letter in "rwcd")

    def _read(self, record):
        """Read in the two ways there are, which have to agree."""
        found = record.with_context(active_test=False).search([("id", "=", record.id)])
        record.check_access("read")
        self.assertEqual(found, record, "what may be read is found")
        record.read(record._fields.keys() & {"name", "display_name", "employee_ids", "excluded_user_ids"})


@tagged("post_install", "-at_install")
class TestAccessMatrix(AccessCommon):
    """OR-1, OR-2, OR-3: each sees and does what their duty needs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign_category = cls.env["complaint.category"].create(
            {"name": "Foreign", "company_id": cls.company_2.id}
        )
        Stage = cls.env["complaint.stage"]
        cls.stage_of = {
            step: Stage._first_of_step(step, cls.centre.id) for step in ("new", "investigation", "cancelled")
        }
        cls.employees = {
            (user, company): cls.env["hr.employee"].create(
                {"name": user.name, "user_id": user.id, "company_id": company.id}
            )
            for user in cls.columns.values()
            for company in (cls.company, cls.company_2)
        }

    def _get_vals(self, situation, user):
        """Return the values of a complaint in one situation, seen from one user."""
        parts = set(situation.split(", "))
        foreign = "company 2's" in parts
        company = self.company_2 if foreign else self.company
        other = bool(parts & {"other team's", "then moved"})
        nobodys = "nobody's" in parts
        team = self.foreign_team if foreign else self.other_team if other else self.centre
        colleague = self.stranger if other else self.colleague
        vals = {
            "name": "The heating does not work",
            "description": "It has been cold for three days.",
            "channel_id": self.channel.id,
            "company_id": company.id,
            "team_id": False if nobodys else team.id,
            "category_id": False if nobodys else (self.foreign_category if foreign else self.category).id,
            "severity": "normal",
            "partner_id": (user.partner_id if "user complains" in parts else self.customer).id,
            "user_id": False if foreign or nobodys else colleague.id,
            "received_by_id": colleague.id,
            "confidential": "secret" in parts,
            "active": "archived" not in parts,
        }
        if "responsible" in parts:
            vals["user_id"] = user.id
        if "receiver" in parts:
            vals["received_by_id"] = user.id
        if "unassigned" in parts:
            vals["user_id"] = False
        if "excluded" in parts:
            vals["employee_ids"] = [Command.set(self.employees[user, company].ids)]
        if "in work" in parts:
            vals["stage_id"] = self.stage_of["investigation"]
            vals["founded"] = "founded"
        if "cancelled" in parts:
            vals |= {"stage_id": self.stage_of["cancelled"], "end_reason": "Entered twice"}
        return vals

    def _create(self, situation, vals):
        Complaint = self.Complaint.with_context(tracking_disable=True)
        if "then moved" not in situation:
            return Complaint.create(vals)
        complaint = Complaint.create({**vals, "team_id": self.centre.id, "user_id": False})
        complaint.write({"team_id": vals["team_id"], "user_id": vals["user_id"]})
        return complaint

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_matrix(self):
        """OR-1, OR-2, OR-3: role × situation × operation, as the table says."""
        expected = read_table(MATRIX)
        found = {}
        for situation, cells in expected.items():
            found[situation] = {}
            for column, user in self.columns.items():
                if cells[column] == "n/a":
                    found[situation][column] = "n/a"
                    continue
                vals = self._get_vals(situation, user)
                complaint = self._create(situation, vals)
                complaint.flush_recordset()
                found[situation][column] = self.letters(
                    complaint.with_user(user), vals, {"wanted_outcome": "An apology"}
                )
                self._check_report(complaint, user, found[situation][column])
        self.assertTable(found, expected)

    def _check_report(self, complaint, user, letters):
        """The analysis shows a complaint to exactly those who read it."""
        Report = self.env["complaint.report"].with_user(user).with_context(active_test=False)
        try:
            shown = bool(Report.search_count([("id", "=", complaint.id)]))
        except AccessError:
            shown = False
        self.assertEqual(shown, "r" in letters, f"{user.login} in the analysis")

    def assertTable(self, found, expected):
        wrong = [
            f"{row} · {column}: {found[row][column]} instead of {cell}"
            for row, cells in expected.items()
            for column, cell in cells.items()
            if found[row][column] != cell
        ]
        self.assertFalse(wrong, "\n" + "\n".join(wrong))

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_configuration(self):
        """OR-1, OR-3: managers keep what is set up, everybody may add a tag."""
        expected = read_table(CONFIGURATION)
        records = {
            "stage": ("complaint.stage", {"name": "Second look", "step": "triage"}),
            "channel": ("complaint.channel", {"name": "Pigeon"}),
            "tag": ("complaint.tag", {"name": "Regular"}),
            "category": ("complaint.category", {"name": "Tone", "company_id": self.company.id}),
            "category, everybody's": ("complaint.category", {"name": "Tone", "company_id": False}),
            "category, company 2's": (
                "complaint.category",
                {"name": "Tone", "company_id": self.company_2.id},
            ),
            "team": ("complaint.team", {"name": "Night", "company_id": self.company.id}),
            "team, company 2's": ("complaint.team", {"name": "Night", "company_id": self.company_2.id}),
        }
        found = {}
        for row, (model, vals) in records.items():
            record = self.env[model].create(dict(vals))
            unique = {"name": f"{vals['name']} again"}
            found[row] = {
                column: self.letters(record.with_user(user), {**vals, **unique}, {"name": "Other"})
                for column, user in self.columns.items()
            }
        self.assertTable(found, expected)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_oversight_adds_reading_only(self):
        """OR-1: a handler who is an auditor, too, reads all and changes what a handler changes."""
        for role in ("auditor", "quality"):
            both = new_test_user(self.env, f"handler_{role}", groups=f"{GROUP}handler,{GROUP}{role}")
            self.centre.member_ids |= both
            for situation, expected in {
                "team's": "rwc.",
                "other team's": "r...",
                "secret, team's": "r...",
                "company 2's": "....",
                "excluded, team's": "....",
            }.items():
                if "excluded" in situation:
                    self.employees[both, self.company] = self.new_employee(both)
                vals = self._get_vals(situation, both)
                complaint = self._create(situation, vals).with_user(both)
                letters = self.letters(complaint, vals, {"wanted_outcome": "An apology"})
                self.assertEqual(letters, expected, f"{role}: {situation}")

    def test_only_fresh_or_cancelled_is_deleted(self):
        """OR-1: a complaint in work is part of the record; the refusal says what to do."""
        complaint = self.new_complaint(stage_id=self.stage_of["investigation"]).with_user(self.manager)
        with self.assertRaisesRegex(UserError, "Cancel it with a reason, then delete it"):
            complaint.unlink()
        complaint.action_cancel("Entered twice")
        complaint.unlink()
        self.assertFalse(complaint.exists())

    def test_leader_sees_down_the_tree(self):
        """OR-1, OR-3: a leader sees what is confidential in the own team and all below it, not above."""
        branch_leader = self._new_user("handler", "branch_leader")
        branch = self.env["complaint.team"].create(
            {"name": "Branch", "parent_id": self.centre.id, "leader_id": branch_leader.id}
        )
        below = self.new_complaint(self.manager, team_id=branch.id, confidential=True)
        above = self.new_complaint(self.manager, team_id=self.centre.id, confidential=True)
        for user, seen in (
            (branch_leader, below),
            (self.leader, below | above),
            (self.head, below | above),
            (self.handler, below.browse()),
        ):
            found = self.Complaint.with_user(user).search([("id", "in", (below | above).ids)])
            self.assertEqual(found, seen, user.login)
        branch.parent_id = self.other_team
        found = self.Complaint.with_user(self.leader).search([("id", "in", (below | above).ids)])
        self.assertEqual(found, above, "the branch moved to another team")

    def test_team_changes_take_effect_at_once(self):
        """OR-1: who joins, leads or leaves a team sees accordingly, in the same moment."""
        newcomer = self._new_user("handler", "newcomer")
        complaint = self.new_complaint(self.manager).with_user(newcomer)
        centre, head = self.centre, self.centre.parent_id

        def put_above(team):
            centre.parent_id = team

        def lead_new_team():
            put_above(self.env["complaint.team"].create({"name": "Board", "leader_id": newcomer.id}))

        changes = [
            ("stranger", lambda: None, False),
            ("member", lambda: centre.write({"member_ids": [Command.link(newcomer.id)]}), True),
            ("member of an archived team", lambda: centre.write({"active": False}), True),
            ("back again", lambda: centre.write({"active": True}), True),
            ("no member", lambda: centre.write({"member_ids": [Command.unlink(newcomer.id)]}), False),
            ("leader", lambda: centre.write({"leader_id": newcomer.id}), True),
            ("no leader", lambda: centre.write({"leader_id": self.leader.id}), False),
            ("leader above", lambda: head.write({"leader_id": newcomer.id}), True),
            ("nobody above", lambda: put_above(False), False),
            ("above again", lambda: put_above(head), True),
            ("another leader above", lambda: head.write({"leader_id": self.head.id}), False),
            ("leader of a new team above", lead_new_team, True),
            ("of another branch", lambda: put_above(head), False),
        ]
        for state, change, expected in changes:
            with self.subTest(state):
                change()
                self.assertEqual(bool(complaint.search([("id", "=", complaint.id)])), expected)
                self.assertEqual(complaint.has_access("write"), expected)


@tagged("post_install", "-at_install")
class TestFormAccess(AccessCommon):
    """OR-1: nobody needs rights on employees, sales or products to work with complaints."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.department = cls.env["hr.department"].create({"name": "Front desk"})
        cls.employee = cls.env["hr.employee"].create(
            {"name": "Employee concerned", "department_id": cls.department.id}
        )
        cls.product = cls.env["product.product"].create({"name": "Boiler"})
        cls.order = cls.env["sale.order"].create(
            {"partner_id": cls.customer.id, "order_line": [Command.create({"product_id": cls.product.id})]}
        )
        cls.tag = cls.env["complaint.tag"].create({"name": "Regular"})
        cls.complaint = cls.new_complaint(
            cls.colleague,
            employee_ids=cls.employee.ids,
            sale_order_id=cls.order.id,
            product_id=cls.product.id,
            department_id=cls.department.id,
            tag_ids=cls.tag.ids,
            related_ids=cls.new_complaint(cls.colleague).ids,
        )
        for user in cls.columns.values():
            rights = {
                group
                for group in user.all_group_ids.get_external_id().values()
                if group.startswith(("hr.", "sale"))
            }
            assert not rights, f"{user.login} is to do without {rights}"

    def _open(self, user, record, view_type="form"):
        """Read a record as its default view does, in the name of a user."""
        record = record.with_user(user).with_env(self.env(user=user))
        return record.web_read(read_specification(record.env, record._name, view_type))[0]

    def test_every_role_opens_the_views(self):
        """OR-1: form, list and board show a complaint with all that it points to."""
        readers = ("first", "hand", "lead", "mngr", "qual", "audit")
        for column in readers:
            for view_type in ("form", "list", "kanban"):
                with self.subTest(column, view=view_type):
                    self.env.invalidate_all()
                    values = self._open(self.columns[column], self.complaint, view_type)
                    self.assertEqual(values["category_id"]["display_name"], self.category.display_name)
                    if view_type != "form":
                        continue
                    self.assertEqual(
                        values["employee_ids"], [{"id": self.employee.id, "display_name": self.employee.name}]
                    )
                    for fname, record in {
                        "sale_order_id": self.order,
                        "product_id": self.product,
                        "department_id": self.department,
                    }.items():
                        self.assertEqual(values[fname]["display_name"], record.display_name)

    def test_every_reader_opens_the_figures(self):
        """OR-1, EW-2: the analysis by employee, product and department needs no other rights either."""
        domain = [("complaint_id", "=", self.complaint.id)]
        for column in ("first", "hand", "lead", "mngr", "qual", "audit"):
            Report = self.env["complaint.report"].with_user(self.columns[column])
            for fname, name in {
                "employee_ids": self.employee.name,
                "product_id": self.product.display_name,
                "department_id": self.department.display_name,
                "tag_ids": self.tag.name,
            }.items():
                with self.subTest(column, by=fname):
                    self.env.invalidate_all()
                    groups = Report.formatted_read_group(domain, [fname], ["__count"])
                    self.assertEqual([group[fname][1] for group in groups], [name])

    def test_first_contact_fills_the_form(self):
        """OR-1, IN-2: employees, departments, orders and products can be chosen at the first contact."""
        user_env = self.env(user=self.first_contact)
        for record in (self.employee, self.department, self.order, self.product):
            with self.subTest(record._name):
                self.env.invalidate_all()
                found = user_env[record._name].name_search(record.name)
                self.assertIn(record.id, [found_id for found_id, _name in found])
        with Form(user_env["complaint.complaint"]) as form:
            form.name = "The boiler leaks"
            form.partner_id = self.customer
            form.channel_id = self.channel
            form.category_id = self.category
            form.sale_order_id = self.order
            form.product_id = self.product
            form.department_id = self.department
            form.employee_ids.add(self.employee)
        complaint = form.record
        self.assertEqual(complaint.user_id, self.first_contact)
        self.assertEqual(complaint.sudo().employee_ids, self.employee)
        self.assertEqual(complaint.sudo().sale_order_id, self.order)
        with Form(complaint) as form:
            form.employee_ids.remove(self.employee.id)
            form.description = "Since Monday"
        self.assertFalse(complaint.sudo().employee_ids)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_order_is_read_only(self):
        """OR-1: reading orders is all that the first contact gets of sales."""
        order = self.order.with_user(self.first_contact)
        self.assertTrue(order.has_access("read"))
        for operation in ("write", "create", "unlink"):
            self.assertFalse(order.has_access(operation), operation)
            self.assertFalse(order.order_line.has_access(operation), operation)

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_contact_form_without_complaint_group(self):
        """OR-1: the contact form opens for everybody, with figures for those who see complaints."""
        for user, shown in (
            (self.plain_user, False),
            (self.first_contact, True),
            (self.auditor, True),
            (self.quality, True),
            (self.manager, True),
        ):
            with self.subTest(user.login):
                self.env.invalidate_all()
                values = self._open(user, self.customer)
                self.assertEqual("complaint_count" in values, shown)
                self.assertEqual(values["name"], self.customer.name)
                partner = self.customer.with_user(user)
                self.assertEqual("complaint_count" in partner.fields_get(), shown)
                if shown:
                    self.assertEqual(partner.complaint_count, 2)
                else:
                    with self.assertRaises(AccessError):
                        partner.read(["complaint_count"])
