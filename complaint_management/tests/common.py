"""What the tests of every area start from: two companies, teams and one user per role."""

import os
from pathlib import Path

from odoo.fields import Command

from odoo.addons.mail.tests.common import MailCommon

GROUP = "complaint_management.group_complaint_"


def shared_data(*parts):
    """Return the path of a real sample that is kept outside the project, or None where it is missing."""
    root = os.environ.get("COMPLAINT_SHARED_DATA")
    root = Path(root) if root else Path(__file__).resolve().parents[3] / "shared" / "data"
    path = root.joinpath(*parts)
    return path if path.exists() else None


def new_users(env, *people):
    """Create users at once, each as Odoo's ``new_test_user`` makes one: a class starts with many.

    :param dict people: login, name, groups (xml ids with commas between), other fields of res.users
    """
    values = []
    for person in people:
        login, groups = person["login"], person["groups"].split(",")
        values.append(
            {
                # Odoo's tests log in with the login, made eight characters long.
                "password": login.ljust(8, "x"),
                "email": f"{login[0]}.{login[0]}@example.com",
                **{field: value for field, value in person.items() if field != "groups"},
                "group_ids": [Command.set([env.ref(group.strip()).id for group in groups])],
            }
        )
    return env["res.users"].create(values)


def _of_role(role, login=None):
    login = login or role
    return {"login": login, "name": login.title(), "groups": f"{GROUP}{role}"}


class ComplaintCommon(MailCommon):
    """Two companies with teams, users of every role, a customer and a category.

    ``MailCommon`` gives the second company (``company_2``), the alias domains and the means to
    look at what was sent. Nothing here reads demo data.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.Complaint = cls.env["complaint.complaint"]
        (
            cls.first_contact,
            cls.handler,
            cls.colleague,
            cls.stranger,
            cls.leader,
            cls.manager,
            cls.quality,
            cls.auditor,
            cls.plain_user,
            cls.foreign_manager,
        ) = new_users(
            cls.env,
            _of_role("first_contact"),
            _of_role("handler"),
            _of_role("handler", "colleague"),
            _of_role("handler", "stranger"),
            _of_role("handler", "leader"),
            _of_role("manager"),
            _of_role("quality"),
            _of_role("auditor"),
            {"login": "plain_user", "name": "plain_user (base.group_user)", "groups": "base.group_user"},
            {
                "login": "foreign_manager",
                "name": f"foreign_manager ({GROUP}manager)",
                "groups": f"{GROUP}manager",
                "company_id": cls.company_2.id,
                "company_ids": [Command.set(cls.company_2.ids)],
            },
        )
        cls.centre, cls.other_team = cls.env["complaint.team"].create(
            [
                {
                    "name": "Centre",
                    "sequence": 1,
                    "leader_id": cls.leader.id,
                    "member_ids": [Command.set((cls.first_contact | cls.handler | cls.colleague).ids)],
                },
                {"name": "Other team", "sequence": 2, "member_ids": [Command.set(cls.stranger.ids)]},
            ]
        )
        cls.foreign_team = cls.env["complaint.team"].create(
            {"name": "Foreign team", "company_id": cls.company_2.id}
        )
        cls.category = cls.env["complaint.category"].create({"name": "Attitude", "severity": "important"})
        cls.channel, cls.oral_channel = cls.env["complaint.channel"].create(
            [{"name": "Test letter"}, {"name": "Test counter", "read_back": True}]
        )
        cls.customer = cls.env["res.partner"].create(
            {"name": "Zhang San", "email": "zhang.san@example.com", "phone": "+86 138 0013 8000"}
        )

    @classmethod
    def _new_user(cls, role, login=None):
        return new_users(cls.env, _of_role(role, login))

    @classmethod
    def new_complaint(cls, user=None, **vals):
        """Create a complaint that has all that receipt and triage ask for, as a user (handler by default).

        :param user: who registers it
        :param vals: values that replace or complete the defaults
        """
        values = {
            "name": "The heating does not work",
            "partner_id": cls.customer.id,
            "description": "It has been cold for three days.",
            "channel_id": cls.channel.id,
            "category_id": cls.category.id,
            "team_id": cls.centre.id,
            # Of a question nobody has to find out the cause.
            "nature": "inquiry",
            **vals,
        }
        return cls.Complaint.with_user(user or cls.handler).create(values)

    @classmethod
    def new_employee(cls, user, **vals):
        return cls.env["hr.employee"].create({"name": user.name, "user_id": user.id, **vals})

    def send_notices(self):
        """Write the letters by machine that are due, as their cron does."""
        self.env["complaint.notice"]._run_due(1000)
