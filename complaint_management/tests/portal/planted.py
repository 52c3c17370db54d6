"""Complaints of one customer in every state, with a marker in everything that is none of the customer's."""

from datetime import timedelta
from unittest.mock import patch

from psycopg2 import sql

from odoo import fields
from odoo.fields import Command

from odoo.addons.complaint_management.tests.portal.action_common import SIGNATURE, ActionHttpCommon
from odoo.addons.complaint_management.tests.portal.form_common import FormCommon
from odoo.addons.complaint_management.tests.portal.security_table import CUSTOMER_WORDS, HIDDEN_FILES

#: Compared without regard to case: addresses are lower case.
MARKER = "INTERNALMARK"
#: What is chosen and counted cannot hold the marker; numbers long enough to stand in no token by chance.
WORDS = (MARKER.lower(), "habitual", "to vent", "48151623", "48,151,623", "4815162342")
TEXTS = ("char", "text", "html")


def find_words(*texts):
    """Return which markers are in some texts."""
    text = "\n".join(texts).lower()
    return [word for word in WORDS if word in text]


class PlantedCommon(ActionHttpCommon, FormCommon):
    """``cases``: a complaint of ``owner_user`` in each state of the security table.

    All are alike: the customer wrote a message with a file and was written one, and whoever works here left
    a marker wherever they can write.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.signature = SIGNATURE
        cls.env["complaint.notice"].search([]).unlink()
        cls.company.write({"complaint_form_open": True, "complaint_form_per_address": 0})
        cls.company.write(
            {"complaint_form_per_contact": 0, "complaint_link_days": 30, "email": "us@example.net"}
        )
        cls.centre.web_key = "centre"
        cls.abroad_user = cls.new_portal_user("abroad", company=cls.company_2)
        cls._mark_people()
        cls._mark_vocabulary()
        with patch.object(type(cls.Complaint), "_check_gates", lambda *args, **kwargs: None):
            cls._plant_cases()
        cls.env.flush_all()
        cls._mark_columns()
        cls.env.invalidate_all()

    # whoever works here, and our words for things

    @classmethod
    def _mark_people(cls):
        cls.staff = cls.env["res.users"].with_context(active_test=False).search([("share", "=", False)])
        # The name of Odoo's own bot is nobody's.
        for user in cls.staff - cls.env.ref("base.user_root"):
            user.partner_id.write(
                {
                    # No longer than the head of a page shows.
                    "name": f"{MARKER} {user.id:06}",
                    "email": f"{MARKER.lower()}.{user.id}@example.org",
                    "phone": f"+49 4815162342 {user.id}",
                }
            )
            user.signature = f"{MARKER} signature"
        cls.env["hr.employee"].search([]).write(
            {"name": f"{MARKER} employee", "work_phone": "+49 4815162342"}
        )

    @classmethod
    def _mark_vocabulary(cls):
        env = cls.env
        for stage in env["complaint.stage"].with_context(active_test=False).search([]):
            if stage.customer_label:
                stage.name = f"{MARKER} stage {stage.step}"
        cls.department = env["hr.department"].create({"name": f"{MARKER} department"})
        cls.inner_category = env["complaint.category"].create(
            {"name": f"{MARKER} category", "parent_id": cls.category.id, "on_form": False}
        )
        cls.cause = env["complaint.cause"].create({"name": f"{MARKER} cause"})
        cls.training.name = f"{MARKER} training"

    # the complaints

    @classmethod
    def _plant_cases(cls):
        cls.cases, cls.files = {}, {}
        cls.foreign = cls.new_case_of(cls.other, name="Another Customer's Matter")
        cls.foreign_file = cls._tell(cls.foreign, author_id=cls.other.id)
        builders = {
            "open": lambda case: None,
            "offered": cls._offer,
            "reported": lambda case: cls._report(case),
            "asked": cls._ask,
            "closed": cls._close,
            "long ago": cls._close_long_ago,
            "rejected": lambda case: case.action_reject("We do not sell that."),
            "merged": cls._merge,
            "archived": lambda case: case.sudo().write({"active": False}),
        }
        for state, build in builders.items():
            # Not yet asked to answer anything, so that each state is as the table says.
            case = cls.new_solved_case(partner_id=cls.owner.id, name=f"Matter {state}")
            own, sent = cls._tell(case, author_id=cls.owner.id), cls._tell(case, partner_ids=cls.owner.ids)
            hidden = cls._plant(case)
            build(case)
            cls.cases[state] = case
            cls.files[state] = {"own": own, "sent": sent, **dict(zip(HIDDEN_FILES, hidden, strict=True))}
        # Somebody without an account, who was asked whether the address is theirs.
        cls.unconfirmed = cls.new_complaint(
            partner_id=False, partner_name="Li Si", partner_email="li.si@example.com", email_confirmed=False
        )
        everything = cls.Complaint.with_env(cls.env).union(*cls.cases.values())
        everything = everything.with_context(active_test=False)
        former = {}
        for state, case in cls.cases.items():
            case = case.sudo()
            former[state] = case._ensure_access_token()
            case._renew_access_token()
        cls.former_tokens = former
        cls.env.flush_all()
        cls.env.cr.execute(
            "UPDATE complaint_complaint SET access_token_date = closed_at WHERE closed_at IS NOT NULL"
        )
        cls.everything = everything

    @classmethod
    def _tell(cls, case, text="Shown to the customer", **vals):
        values = {"message_type": "comment", "subtype_xmlid": "mail.mt_comment", **vals}
        if "author_id" not in vals:
            values["author_id"] = cls.handler.partner_id.id
        message = case.sudo().with_context(mail_post_autofollow=False, mail_post_autofollow_author_skip=True)
        return message.message_post(
            body=text, attachments=[("meter.txt", f"File: {text}".encode())], **values
        ).attachment_ids.id

    @classmethod
    def _plant(cls, case):
        """Write the marker wherever somebody can; return the ids of the hidden files."""
        env, own = cls.env, {"complaint_id": case.id}
        case.sudo().write(
            {
                "category_id": cls.inner_category.id,
                "department_id": cls.department.id,
                "tag_ids": [Command.create({"name": f"{MARKER} tag {case.id}"})],
                "complainant_kind": "habitual",
                "complainant_seeks": "vent",
                "cause_id": cls.cause.id,
                "employee_ids": [
                    Command.create(
                        {"name": f"{MARKER} concerned", "user_id": user.id, "company_id": cls.company.id}
                    )
                    if not user.employee_ids
                    else Command.link(user.employee_ids[:1].id)
                    for user in (cls.plain_user, cls.colleague)
                ],
                "user_id": cls.handler.id,
                "solution_ids": [Command.create({"reasonable": "yes", "assessment": MARKER})],
            }
        )
        evidence = env["complaint.evidence"].create(
            {
                **own,
                "name": "Photo",
                "kind": "photo",
                "source": MARKER,
                "attachment_ids": [Command.create({"name": f"{MARKER}.txt", "raw": MARKER.encode()})],
            }
        )
        env["complaint.liability"].search([("complaint_id", "=", case.id)]).department_id = cls.department
        env["complaint.why"].create({**own, "name": MARKER})
        env["complaint.contact"].create(
            {**own, "kind": "call", "direction": "out", "summary": MARKER, "result": "reached"}
        )
        sheet = (
            env["complaint.dispatch"]
            .with_user(cls.handler)
            .create({**own, "department_id": cls.workshop.id, "question": MARKER})
        )
        env["complaint.handover"].create(
            {**own, "state": "accepted", "from_user_id": cls.colleague.id, "reason": MARKER}
        )
        env["complaint.pause"].create(
            {
                **own,
                "start": fields.Datetime.now() - timedelta(hours=3),
                "stop": fields.Datetime.now() - timedelta(hours=2),
                "reason": MARKER,
            }
        )
        solution = case.sudo().solution_ids[:1]
        env["complaint.remedy"].create(
            {
                "solution_id": solution.id,
                "type_id": cls.compensation.id,
                "amount": 48151623.42,
                "description": MARKER,
            }
        )
        env["complaint.approval"].create({"solution_id": solution.id, "name": MARKER, "comment": MARKER})
        note = cls._tell(case, MARKER, subtype_xmlid="mail.mt_note", partner_ids=cls.owner.ids)
        talk = cls._tell(case, MARKER, partner_ids=cls.leader.partner_id.ids)
        sheet_file, loose = env["ir.attachment"].create(
            [
                {
                    "name": f"{MARKER}.txt",
                    "raw": MARKER.encode(),
                    "res_model": record._name,
                    "res_id": record.id,
                }
                for record in (sheet, case)
            ]
        )
        case.sudo().activity_schedule(
            "mail.mail_activity_data_todo", user_id=cls.handler.id, summary=MARKER, note=MARKER
        )
        return [
            note,
            talk,
            evidence.attachment_ids.id,
            sheet_file.id,
            loose.id,
            cls.foreign_file,
            2**31 - 5,
        ]

    # their states

    @classmethod
    def _offer(cls, case):
        case.sudo().solution_ids._withdraw(MARKER)
        solution = cls.new_solution(case, offer="We make it good.")
        cls.env["complaint.remedy"].with_user(cls.handler).create(
            {"solution_id": solution.id, "type_id": cls.training.id, "description": "Handle with care"}
        )
        solution.action_submit()
        solution.action_offer("call", "We told her what we propose.")

    @classmethod
    def _report(cls, case):
        case.with_user(cls.handler).move_to("feedback")
        case.with_user(cls.handler).action_report_result(
            "The valve was replaced.", "upheld", "It was stuck.", kind="call"
        )

    @classmethod
    def _ask(cls, case):
        cls._close(case)
        cls.env["complaint.followup"].sudo().create(
            {
                "complaint_id": case.id,
                "round": case.reopen_count,
                "planned_date": fields.Date.today(),
                "user_id": cls.handler.id,
            }
        )

    @classmethod
    def _close(cls, case):
        cls._report(case)
        case.with_user(cls.handler).move_to("closed")

    @classmethod
    def _close_long_ago(cls, case):
        cls._close(case)
        cls.env.flush_all()
        cls.env.cr.execute(
            "UPDATE complaint_complaint SET closed_at = closed_at - interval '400 days' WHERE id = %s",
            [case.id],
        )
        cls.env.invalidate_all()

    @classmethod
    def _merge(cls, case):
        case.with_user(cls.manager).merge_into(cls.foreign)

    @classmethod
    def _mark_columns(cls):
        """Fill every column for words of every model of ours, but those that customers read."""
        cls.marked = set()
        ids = [*cls.everything.ids, cls.foreign.id]
        for name, model in cls.env.registry.items():
            if not name.startswith("complaint.") or model._abstract or model._transient or not model._auto:
                continue
            link = "id" if name == "complaint.complaint" else "complaint_id"
            if link not in model._fields or not model._fields[link].store:
                continue
            for fname, field in model._fields.items():
                known = CUSTOMER_WORDS.get(model._table, {})
                if not field.store or field.type not in TEXTS or field.translate or fname in known:
                    continue
                cls.env.cr.execute(
                    sql.SQL("UPDATE {} SET {} = %s || id WHERE {} = ANY(%s)").format(
                        sql.Identifier(model._table), sql.Identifier(fname), sql.Identifier(link)
                    ),
                    [f"{MARKER} {name}.{fname} ", ids],
                )
                if cls.env.cr.rowcount:
                    cls.marked.add(f"{name}.{fname}")
        # Of a training for our people the customer reads nothing.
        cls.env.cr.execute(
            "UPDATE complaint_remedy SET description = %s WHERE type_id = %s", [MARKER, cls.training.id]
        )
