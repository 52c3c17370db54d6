"""Who does what with the models of the service area, all of them (OR-1, OR-2, OR-3).

The models are read from the registry: one that is not in the tables below fails here, so that nobody adds one
without saying who may do what with it, and what keeps it apart.
"""

from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.models import MAGIC_COLUMNS
from odoo.tests import freeze_time, new_test_user, tagged

from odoo.addons.complaint_management.tests.case.test_access_matrix import read_table
from odoo.addons.complaint_management.tests.service.common import SERVICE_GROUP, ServiceCommon

#: r read, w write, c create, d delete, . nothing. What keeps its records apart:
#:
#: order: who reads the order reads it, so companies, teams and the employee concerned count as they do there;
#: company: the companies of the user; own: dialogs, each sees only what they opened; custom.: what customers
#: see of their own, and nobody else; all: everybody the same (the reason stands in SHARED)
MODELS = """
model                            |kept by|tech|advi|wmgr|1st |hand|mngr|qual|audt|plan|ptl |publ
complaint.asset                  |company|r...|rwc.|rwcd|rwc.|rwc.|rwc.|r...|r...|....|....|....
complaint.asset.change           |own    |....|rwc.|rwc.|rwc.|rwc.|rwc.|....|....|....|....|....
complaint.asset.due              |company|r...|rw..|rw..|r...|r...|r...|r...|r...|....|....|....
complaint.asset.due.request      |company|....|....|r...|....|....|....|....|....|....|....|....
complaint.asset.kind             |company|r...|r...|rwcd|r...|r...|r...|r...|r...|....|....|....
complaint.asset.owner            |company|r...|rwc.|rwcd|r...|r...|r...|r...|r...|....|....|....
complaint.asset.portal           |custom.|r...|r...|r...|r...|r...|r...|r...|r...|r...|r...|....
complaint.asset.reading          |company|r...|rwc.|rwc.|rwc.|rwc.|rwc.|r...|r...|....|....|....
complaint.asset.reading.strike   |own    |....|rwc.|rwc.|rwc.|rwc.|rwc.|....|....|....|....|....
complaint.asset.reminder         |company|r...|r...|r...|r...|r...|r...|r...|r...|....|....|....
complaint.asset.warning          |order  |r...|r...|rw..|r...|r...|r...|r...|r...|....|....|....
complaint.asset.warranty         |company|r...|rwc.|rwcd|r...|r...|r...|r...|r...|....|....|....
complaint.asset.warranty.term    |company|r...|r...|rwcd|r...|r...|r...|r...|r...|....|....|....
complaint.service.answer         |own    |....|rwc.|rwc.|....|....|....|....|....|....|....|....
complaint.service.booking        |order  |r...|rwcd|rwcd|r...|r...|r...|r...|r...|....|....|....
complaint.service.check          |order  |rwc.|rwcd|rwcd|r...|r...|r...|r...|r...|....|....|....
complaint.service.commission     |own    |....|....|....|rwc.|rwc.|rwc.|....|....|....|....|....
complaint.service.complaint      |own    |....|rwc.|rwc.|rwc.|rwc.|rwc.|....|....|....|....|....
complaint.service.fault          |company|r...|r...|rwcd|r...|r...|r...|r...|r...|....|....|....
complaint.service.find.time      |own    |....|rwc.|rwc.|....|....|....|....|....|....|....|....
complaint.service.find.time.line |own    |....|rwcd|rwcd|....|....|....|....|....|....|....|....
complaint.service.line           |order  |rwc.|rwcd|rwcd|r...|r...|r...|r...|r...|....|....|....
complaint.service.link           |own    |....|r.c.|r.c.|....|....|....|....|....|....|....|....
complaint.service.load           |company|....|r...|r...|....|....|....|....|....|....|....|....
complaint.service.loaner         |order  |r...|rwc.|rwcd|r...|r...|r...|r...|r...|....|....|....
complaint.service.notice         |order  |....|r...|r...|r...|r...|r...|r...|r...|....|....|....
complaint.service.order          |order  |rw..|rwc.|rwcd|r...|r...|r...|r...|r...|....|....|....
complaint.service.plan           |company|r...|r...|rwcd|r...|r...|r...|r...|r...|....|....|....
complaint.service.plan.reminder  |company|r...|r...|rwcd|r...|r...|r...|r...|r...|....|....|....
complaint.service.portal         |custom.|r...|r...|r...|r...|r...|r...|r...|r...|r...|r...|....
complaint.service.reason         |own    |....|rwc.|rwc.|....|....|....|....|....|....|....|....
complaint.service.report         |order  |....|r...|r...|r...|r...|r...|r...|r...|....|....|....
complaint.service.reschedule     |own    |....|rwc.|rwc.|....|....|....|....|....|....|....|....
complaint.service.signing        |own    |....|rwc.|rwc.|....|....|....|....|....|....|....|....
complaint.service.skill          |company|r...|r...|rwcd|r...|r...|r...|r...|r...|....|....|....
complaint.service.stage          |all    |r...|r...|rwcd|r...|r...|r...|r...|r...|....|....|....
complaint.service.type           |company|r...|r...|rwcd|r...|r...|r...|r...|r...|....|....|....
complaint.service.type.check     |company|r...|r...|rwcd|r...|r...|r...|r...|r...|....|....|....
complaint.service.type.line      |company|r...|r...|rwcd|r...|r...|r...|r...|r...|....|....|....
complaint.service.watch          |company|r...|r...|rwcd|r...|r...|r...|r...|r...|....|....|....
complaint.service.work.report    |order  |....|....|r...|....|....|r...|r...|r...|....|....|....
complaint.service.worklog        |order  |rwc.|rwc.|rwcd|r...|r...|r...|r...|r...|....|....|....
"""

#: What is the same for everybody, and why.
SHARED = {
    "complaint.service.stage": "the columns of the board; they say nothing of a customer",
}

#: Values that a sample of a model needs beside those that are guessed.
SAMPLES = {
    "complaint.service.plan": {"every_months": 12},
    "complaint.service.loaner": {"asset_id": False, "name": "A bicycle"},
}


@tagged("post_install", "-at_install")
@freeze_time("2026-03-02 08:00:00")
class TestAccessService(ServiceCommon):
    """The tables above, by doing it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.table = read_table(MODELS)
        cls.portal_user = new_test_user(cls.env, "portal_user", groups="base.group_portal")
        cls.columns = {
            "tech": cls.technician_user,
            "advi": cls.advisor,
            "wmgr": cls.workshop_manager,
            "1st": cls.first_contact,
            "hand": cls.handler,
            "mngr": cls.manager,
            "qual": cls.quality,
            "audt": cls.auditor,
            "plan": cls.plain_user,
            "ptl": cls.portal_user,
            "publ": cls.env.ref("base.public_user"),
        }
        cls.models = sorted(
            name
            for name, model in cls.env.registry.items()
            if (f"{name}.").startswith(("complaint.service.", "complaint.asset.")) and not model._abstract
        )

    def rights(self, name, user):
        model = self.env[name].with_user(user)
        return "".join(
            letter if model.has_access(operation) else "."
            for letter, operation in zip("rwcd", ("read", "write", "create", "unlink"), strict=True)
        )

    def test_every_model_is_entered(self):
        """OR-1: no model of the area without a line in the table, and no line without a model."""
        self.assertEqual(self.models, sorted(self.table))

    def test_rights(self):
        """OR-1: what each role may do with each model."""
        for name in self.models:
            for column, user in self.columns.items():
                with self.subTest(model=name, role=column):
                    self.assertEqual(self.rights(name, user), self.table[name][column])

    def test_every_model_is_kept_apart(self):
        """OR-2, OR-3: a rule for everybody says what keeps its records apart, as the table names it."""
        words = {
            "order": ("order_readable", "excluded_user_ids"),
            "company": ("company_id", "company_ids"),
            "own": ("create_uid",),
            "custom.": ("user.partner_id",),
        }
        for name in self.models:
            kept = self.table[name]["kept by"]
            rules = self.env["ir.rule"].search([("model_id.model", "=", name)])
            if kept != "custom.":
                # What customers see is said for them and for employees by rules of their own.
                rules = rules.filtered("global")
            with self.subTest(model=name):
                if kept == "all":
                    self.assertIn(name, SHARED)
                    continue
                domains = " ".join(rule.domain_force or "" for rule in rules)
                self.assertTrue(any(word in domains for word in words[kept]), domains)

    # by records

    def sample(self, name, order, asset):
        """Return a record of a model that belongs to an order or an object, made by its administrator."""
        model = self.env[name].with_company(order.company_id)
        domain = (
            [("order_id", "=", order.id)] if "order_id" in model._fields else [("asset_id", "=", asset.id)]
        )
        if name == order._name:
            return order.sudo(False).with_env(self.env)
        if name == asset._name:
            return asset.with_env(self.env)
        if self.table[name]["kept by"] == "custom.":
            return model.browse(asset.id if name.startswith(asset._name) else order.id)
        if "order_id" not in model._fields and "asset_id" not in model._fields:
            # What is counted anew by each query is there already.
            domain = [("id", "=", 0)] if model._auto else []
        found = model.with_context(active_test=False).search(domain, limit=1)
        if found or not model._auto:
            return found
        known = {
            "complaint.service.order": order,
            "complaint.asset": asset,
            "complaint.complaint": order.complaint_id,
            "hr.employee": self.technician,
            "res.company": order.company_id,
            "res.partner": self.customer,
            "product.product": self.part,
            "complaint.service.type": self.repair,
            "res.users": self.env.user,
        }
        vals = {
            fname: self.guess(field, known, order)
            for fname, field in model._fields.items()
            if self.is_wanted(field)
        }
        return model.create({**vals, **SAMPLES.get(name, {})})

    def is_wanted(self, field):
        """Tell whether a sample needs a value of a field that nothing else gives."""
        if not field.store or field.name in MAGIC_COLUMNS or field.related:
            return False
        if field.type == "many2one":
            return field.required or field.name in ("order_id", "asset_id", "complaint_id", "company_id")
        return field.required and not field.compute and not field.default

    def guess(self, field, known, order):
        """Return any value that a field takes."""
        if field.type == "many2one":
            record = known.get(field.comodel_name)
            if record is None:
                record = self.env[field.comodel_name].search([], limit=1)
            if not record and field.comodel_name in self.models:
                record = self.sample(field.comodel_name, order, order.asset_id)
            return record.id
        if field.type == "selection":
            return field.get_values(self.env)[0]
        return {
            "date": fields.Date.today(),
            "datetime": fields.Datetime.now() - timedelta(days=1),
            "char": f"Sample {order.id}",
            "text": f"Sample {order.id}",
        }.get(field.type, 1)

    def test_nobody_concerned_nor_foreign(self):
        """OR-2, OR-3: the employee concerned and another company see nothing of any of them."""
        concerned = self.new_service_user("manager", "concerned_manager")
        foreign = new_test_user(
            self.env,
            "foreign_workshop",
            groups=f"{SERVICE_GROUP}manager,complaint_management.group_complaint_manager",
            company_id=self.company_2.id,
            company_ids=[Command.set(self.company_2.ids)],
        )
        customer = new_test_user(
            self.env, "portal_customer", groups="base.group_portal", partner_id=self.customer.id
        )
        complaint = self.new_complaint(employee_ids=[Command.set(self.new_employee(concerned).ids)])
        order = self.new_order(complaint_id=complaint.id).sudo()
        asset = order.asset_id
        asset.kind_id = asset.kind_id.search([("usage_unit", "=", "km")], limit=1) or asset.kind_id.create(
            {"name": "Vehicle", "usage_unit": "km"}
        )
        for name in self.models:
            kept = self.table[name]["kept by"]
            if kept in ("all", "own"):
                continue
            with self.subTest(model=name), self.env.cr.savepoint():
                sample = self.sample(name, order, asset)
                self.assertTrue(sample, "enter in SAMPLES what it needs")
                if (
                    "company_id" in sample._fields
                    and not sample.company_id
                    and sample._fields["company_id"].store
                ):
                    sample.company_id = self.company
                self.env.flush_all()
                self.env.invalidate_all()
                own = [("id", "=", sample.id)]

                def seen(user, name=name, own=own):
                    model = self.env[name].with_user(user).with_context(active_test=False)
                    return bool(model.has_access("read") and model.search(own))

                readers = [user for user in (self.workshop_manager, self.manager, customer) if seen(user)]
                self.assertTrue(readers, "who may see it does, so that nobody else proves something")
                self.assertFalse(seen(foreign), "another company")
                if kept in ("order", "custom."):
                    self.assertFalse(seen(concerned), "the employee concerned")

    def test_dialogs_are_own(self):
        """OR-1: what somebody enters in a dialog is nobody else's."""
        for name in self.models:
            if self.table[name]["kept by"] != "own":
                continue
            with self.subTest(model=name):
                self.assertTrue(self.env[name]._transient)
                self.assertEqual(
                    [column for column in ("plan", "ptl", "publ") if self.table[name][column] != "...."], []
                )
