"""Every way to a complaint beside its own form, tried by those whom it is shut to.

A method ``door_…`` opens one of them as one user and tells whether the secret came through. All
doors are tried by everybody to whom they are shut, by a witness to whom they are open, and once
more by an excluded user after the rules were taken away: what stays shut then proves nothing.
"""

import json
import xmlrpc.client
from contextlib import contextmanager
from unittest.mock import patch

from odoo import fields, http
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import HttpCase, JsonRpcException, get_db_name, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.complaint_management.models.case.complaint_exclusion import ComplaintExclusion
from odoo.addons.complaint_management.tests.common import GROUP, ComplaintCommon

COMPLAINT = "complaint.complaint"
#: Stands in the subject and in all that hangs on the complaint, and nowhere else.
SECRET = "Quxzarvel"
#: Rules that keep the employee concerned out.
EXCLUSION_RULES = (
    "complaint_rule_excluded",
    "complaint_report_rule_excluded",
    "complaint_message_rule_excluded",
    "complaint_activity_rule_excluded",
    "complaint_scheduled_message_rule_excluded",
    "complaint_tracking_rule_excluded",
)
#: Doors that Odoo itself opens to administrators only.
ADMIN_DOORS = {"door_tracking_values", "door_mails"}
#: Doors that a constraint shuts to the employee concerned, rule or no rule.
CONSTRAINED_DOORS = {"door_assign_to_me", "door_copy", "door_schedule_activity", "door_wizard_merge"}


@contextmanager
def unprotected(env):
    """Take away what keeps the employee concerned out, to see that it was this."""
    for xmlid in EXCLUSION_RULES:
        env.ref(f"complaint_management.{xmlid}").active = False
    nothing = {
        "_apply_exclusion": lambda self: None,
        "_get_excluded_partners": lambda self: self.env["res.partner"],
    }
    with patch.multiple(ComplaintExclusion, **nothing):
        yield


class SideDoorsCommon(ComplaintCommon):
    """A complaint with everything that can hang on one, and the doors to it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.administrator = new_test_user(
            cls.env, "administrator", groups=f"base.group_system,{GROUP}manager", name="Administrator"
        )
        #: An administrator, too, whom nothing is hidden from.
        cls.witness = new_test_user(
            cls.env, "witness", groups=f"base.group_system,{GROUP}manager", name="Witness"
        )
        cls.people = cls.handler | cls.colleague | cls.manager | cls.administrator | cls.witness
        cls.people.notification_type = "inbox"
        everybody = cls.people | cls.first_contact | cls.stranger | cls.plain_user | cls.foreign_manager
        cls.env.ref("base.group_allow_export").user_ids |= everybody
        cls.secret_customer = cls.env["res.partner"].create(
            {"name": "Wang Wu", "email": "wang.wu@example.com"}
        )
        cls.secret_category = cls.env["complaint.category"].create({"name": "Conduct"})
        cls.secret_team = cls.env["complaint.team"].create(
            {
                "name": "Inner office",
                "leader_id": cls.leader.id,
                "member_ids": [Command.set((cls.handler | cls.first_contact | cls.colleague).ids)],
            }
        )
        cls.tag = cls.env["complaint.tag"].create({"name": "Conduct"})
        cls.department = cls.env["hr.department"].create({"name": "Front desk"})
        cls.employee = {user: cls.new_employee(user, department_id=cls.department.id) for user in cls.people}
        cls.bystander = cls.env["hr.employee"].create({"name": "Bystander"})
        cls.template = cls.env["mail.template"].create(
            {
                "name": "Answer",
                "model_id": cls.env["ir.model"]._get_id(COMPLAINT),
                "subject": "About {{ object.name }}",
            }
        )

    @classmethod
    def make_case(cls, people, **vals):
        """Create a complaint with everything on it, in which some people take part."""
        case = cls.new_complaint(
            cls.colleague,
            name=f"{SECRET} at the counter",
            description=f"{SECRET} was rude.",
            partner_id=cls.secret_customer.id,
            category_id=cls.secret_category.id,
            team_id=cls.secret_team.id,
            tag_ids=[Command.set(cls.tag.ids)],
            employee_ids=[Command.set(cls.bystander.ids)],
            **vals,
        )
        case = case.sudo()
        cls.flush_tracking(cls)
        case.outcome = f"{SECRET} apologised."
        case.message_subscribe(people.partner_id.ids)
        Activity, Scheduled = cls.env["mail.activity"], cls.env["mail.scheduled.message"]
        about = {"res_model_id": cls.env["ir.model"]._get_id(COMPLAINT), "res_id": case.id}
        cls.activities = Activity
        for user in people:
            own = case.with_user(user)
            message = own.message_post(
                body=f"{SECRET}, noted by {user.name}",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                attachments=[(f"{SECRET} {user.name}.txt", SECRET.encode())],
                partner_ids=(people - user).partner_id.ids,
            )
            message.toggle_message_starred()
            cls.activities |= Activity.with_user(user).create(
                [{**about, "summary": f"{SECRET} {text}", "user_id": user.id} for text in ("first", "second")]
            )
            Scheduled.with_user(user).create(
                {
                    "author_id": user.partner_id.id,
                    "model": COMPLAINT,
                    "res_id": case.id,
                    "body": SECRET,
                    "scheduled_date": fields.Datetime.add(fields.Datetime.now(), days=1),
                }
            )
        cls.attachment = cls.env["ir.attachment"].create(
            {"name": f"{SECRET}.txt", "raw": SECRET.encode(), "res_model": COMPLAINT, "res_id": case.id}
        )
        # The done one is archived and stays as history.
        cls.activities[:1].with_user(cls.activities[0].user_id).action_feedback(feedback=SECRET)
        cls.flush_tracking(cls)
        cls.pointer = cls.new_complaint(
            cls.colleague,
            name="Everybody sees this one",
            partner_id=cls.secret_customer.id,
            team_id=False,
            category_id=False,
            user_id=False,
        ).sudo()
        cls.pointer.write({"related_ids": [Command.set(case.ids)], "duplicate_of_id": case.id})
        cls.repeat = cls.pointer.copy({"team_id": False, "name": "And this one", "user_id": False})
        cls.case = case
        cls.messages = cls.env["mail.message"].search([("model", "=", COMPLAINT), ("res_id", "=", case.id)])
        cls.flush_tracking(cls)
        return case

    @property
    def doors(self):
        return {name: getattr(self, name) for name in sorted(dir(type(self))) if name.startswith("door_")}

    def _doors_but(self, names):
        return {name: door for name, door in self.doors.items() if name not in names}

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def passes(self, door, user):
        """Tell whether a user gets through a door; what happened behind it is undone."""
        try:
            with self.env.cr.savepoint() as savepoint:
                seen = door(self.env(user=user, context={}))
                savepoint.rollback()
        except UserError:  # AccessError is one
            return False
        finally:
            self.env.invalidate_all()
        return seen

    def assertDoors(self, shown, users, doors=None):
        wrong = [
            f"{name} is {'shut' if shown else 'open'} to {user.login}"
            for name, door in (doors or self.doors).items()
            for user in users
            if self.passes(door, user) != shown
        ]
        self.assertFalse(wrong, "\n" + "\n".join(wrong))

    # lists, search, counters

    def door_search(self, env):
        return bool(env[COMPLAINT].search([("id", "=", self.case.id)]))

    def door_search_archived(self, env):
        self.case.active = False
        return bool(env[COMPLAINT].with_context(active_test=False).search([("id", "=", self.case.id)]))

    def door_search_count(self, env):
        return bool(env[COMPLAINT].search_count([("name", "ilike", SECRET)]))

    def door_search_message_text(self, env):
        return bool(env[COMPLAINT].search([("message_ids.body", "ilike", SECRET)]))

    def door_search_followers(self, env):
        found = env[COMPLAINT].search([("message_partner_ids", "in", self.colleague.partner_id.ids)])
        return self.case.id in found.ids

    def door_search_through_pointer(self, env):
        return bool(env[COMPLAINT].search([("duplicate_of_id.name", "ilike", SECRET)]))

    def door_search_through_related(self, env):
        return bool(env[COMPLAINT].search([("related_ids.name", "ilike", SECRET)]))

    def door_search_pointer_by_name(self, env):
        return bool(env[COMPLAINT].search([("duplicate_of_id", "ilike", SECRET)]))

    def door_name_search(self, env):
        """What the global search and every choice list ask."""
        return bool(env[COMPLAINT].name_search(SECRET))

    def door_name_search_number(self, env):
        return bool(env[COMPLAINT].name_search(self.case.number))

    def door_web_name_search(self, env):
        return bool(env[COMPLAINT].web_name_search(SECRET, {"display_name": {}}))

    def door_web_search_read(self, env):
        found = env[COMPLAINT].web_search_read([("partner_id", "=", self.secret_customer.id)], {"name": {}})
        return SECRET in repr(found)

    def door_read(self, env):
        return SECRET in repr(env[COMPLAINT].browse(self.case.id).read(["name"]))

    def door_web_read(self, env):
        return SECRET in repr(env[COMPLAINT].browse(self.case.id).web_read({"name": {}}))

    def door_display_name(self, env):
        return SECRET in env[COMPLAINT].browse(self.case.id).display_name

    def door_export(self, env):
        return SECRET in repr(env[COMPLAINT].browse(self.case.id).export_data(["number", "name"]))

    def door_read_group(self, env):
        domain = [("category_id", "=", self.secret_category.id)]
        return bool(env[COMPLAINT]._read_group(domain, [], ["__count"])[0][0])

    def door_formatted_read_group(self, env):
        domain = [("category_id", "=", self.secret_category.id)]
        groups = env[COMPLAINT].formatted_read_group(domain, ["user_id"], ["__count"])
        return any(group["__count"] for group in groups)

    def door_formatted_read_grouping_sets(self, env):
        domain = [("category_id", "=", self.secret_category.id)]
        sets = env[COMPLAINT].formatted_read_grouping_sets(domain, [["user_id"], []], ["__count"])
        return any(group["__count"] for groups in sets for group in groups)

    def door_board(self, env):
        board = env[COMPLAINT].web_read_group(
            [("category_id", "=", self.secret_category.id)],
            ["stage_id"],
            ["__count"],
            auto_unfold=True,
            unfold_read_specification={"name": {}},
        )
        return SECRET in repr(board) or any(group["__count"] for group in board["groups"])

    def door_progress_bar(self, env):
        bar = {"field": "severity", "colors": {"normal": "200", "important": "warning", "urgent": "danger"}}
        domain = [("category_id", "=", self.secret_category.id)]
        return bool(env[COMPLAINT].read_progress_bar(domain, "stage_id", bar))

    def door_search_panel(self, env):
        values = env[COMPLAINT].search_panel_select_range(
            "team_id",
            search_domain=[("category_id", "=", self.secret_category.id)],
            enable_counters=True,
            limit=100,
        )
        return any(value.get("__count") for value in values["values"])

    def door_calendar(self, env):
        """The other views ask with the same methods; the activity view has its own."""
        data = env["mail.activity"].get_activity_data(COMPLAINT, [("id", "=", self.case.id)])
        return bool(data["activity_res_ids"] or data["grouped_activities"])

    # what points to the complaint

    def door_related(self, env):
        spec = {"related_ids": {"fields": {"display_name": {}, "name": {}}}}
        return SECRET in repr(env[COMPLAINT].browse(self.pointer.id).web_read(spec))

    def door_related_ids(self, env):
        return bool(env[COMPLAINT].browse(self.pointer.id).related_ids)

    def door_related_export(self, env):
        return SECRET in repr(env[COMPLAINT].browse(self.pointer.id).export_data(["related_ids/name"]))

    def door_related_group(self, env):
        groups = env[COMPLAINT].formatted_read_group(
            [("id", "=", self.pointer.id)], ["related_ids"], ["__count"]
        )
        return SECRET in repr(groups)

    def door_merged_into(self, env):
        spec = {"duplicate_of_id": {"fields": {"display_name": {}}}}
        return SECRET in repr(env[COMPLAINT].browse(self.pointer.id).web_read(spec))

    def door_merged_into_read(self, env):
        return SECRET in repr(env[COMPLAINT].browse(self.pointer.id).read(["duplicate_of_id"]))

    def door_merged_into_export(self, env):
        return SECRET in repr(env[COMPLAINT].browse(self.pointer.id).export_data(["duplicate_of_id"]))

    def door_merged_into_group(self, env):
        groups = env[COMPLAINT].formatted_read_group(
            [("id", "=", self.pointer.id)], ["duplicate_of_id"], ["__count"]
        )
        return SECRET in repr(groups)

    def door_repeats(self, env):
        spec = {"repeat_ids": {"fields": {"display_name": {}}}}
        return SECRET in repr(env[COMPLAINT].browse(self.repeat.id).web_read(spec))

    def door_repeats_by_wording(self, env):
        other = env[COMPLAINT].new({"name": self.case.name, "company_id": self.case.company_id.id})
        return self.case in other.repeat_ids._origin

    # figures

    def door_report(self, env):
        return bool(env["complaint.report"].search([("id", "=", self.case.id)]))

    def door_report_read(self, env):
        return self.case.number in repr(env["complaint.report"].browse(self.case.id).read(["number"]))

    def door_report_pointer(self, env):
        """The report's own link to the complaint shows a name."""
        found = env["complaint.report"].search_read(
            [("category_id", "=", self.secret_category.id)], ["complaint_id"]
        )
        return SECRET in repr(found)

    def door_report_by_employee(self, env):
        groups = env["complaint.report"].formatted_read_group(
            [("category_id", "=", self.secret_category.id)], ["employee_ids"], ["__count", "open_count:sum"]
        )
        return any(group["__count"] for group in groups)

    def door_report_by_tag(self, env):
        groups = env["complaint.report"].formatted_read_group(
            [("tag_ids", "in", self.tag.ids)], ["tag_ids"], ["__count"]
        )
        return any(group["__count"] for group in groups)

    def door_report_total(self, env):
        domain = [("category_id", "=", self.secret_category.id)]
        return bool(env["complaint.report"]._read_group(domain, [], ["open_count:sum"])[0][0])

    def door_report_pivot(self, env):
        sets = env["complaint.report"].formatted_read_grouping_sets(
            [("category_id", "=", self.secret_category.id)], [[], ["team_id"]], ["__count"]
        )
        return any(group["__count"] for groups in sets for group in groups)

    def door_partner_count(self, env):
        self.pointer.partner_id = self.repeat.partner_id = False
        return bool(env["res.partner"].browse(self.secret_customer.id).complaint_count)

    def door_partner_open_count(self, env):
        self.pointer.partner_id = self.repeat.partner_id = False
        return bool(env["res.partner"].browse(self.secret_customer.id).complaint_open_count)

    def door_partner_action(self, env):
        action = env["res.partner"].browse(self.secret_customer.id).action_open_complaints()
        return self.case in env[action["res_model"]].search(action["domain"])

    def door_partner_button(self, env):
        return env[COMPLAINT].browse(self.pointer.id).partner_complaint_count > 2

    def door_team_count(self, env):
        return bool(env["complaint.team"].browse(self.secret_team.id).open_count)

    def door_category_count(self, env):
        return bool(env["complaint.category"].browse(self.secret_category.id).complaint_count)

    # chatter

    def door_followers(self, env):
        return bool(
            env["mail.followers"].search([("res_model", "=", COMPLAINT), ("res_id", "=", self.case.id)])
        )

    def door_followers_read(self, env):
        followers = self.case.message_follower_ids.filtered(
            lambda f: f.partner_id == self.colleague.partner_id
        )
        return bool(env["mail.followers"].browse(followers.ids).read(["res_id", "partner_id"]))

    def door_followers_method(self, env):
        data = env[COMPLAINT].browse(self.case.id).message_get_followers()
        return bool(data.get("mail.followers"))

    def door_follower_ids(self, env):
        return bool(env[COMPLAINT].browse(self.case.id).message_follower_ids)

    def door_messages(self, env):
        return bool(env["mail.message"].search([("model", "=", COMPLAINT), ("res_id", "=", self.case.id)]))

    def door_message_text(self, env):
        return bool(env["mail.message"].search([("body", "ilike", SECRET)]))

    def door_message_count(self, env):
        return bool(env["mail.message"].search_count([("body", "ilike", SECRET)]))

    def door_message_read(self, env):
        return SECRET in repr(env["mail.message"].browse(self.messages.ids).read(["body"]))

    def door_message_each(self, env):
        """Read one by one, so that no message hides behind the refusal of another."""
        return any(message.has_access("read") for message in env["mail.message"].browse(self.messages.ids))

    def door_message_change(self, env):
        own = self.messages.filtered(lambda message: message.author_id == env.user.partner_id)
        return bool(own) and env["mail.message"].browse(own.ids).write({"body": "Never said"})

    def door_messages_by_group(self, env):
        groups = (
            env["mail.message"]._read_group([("body", "ilike", SECRET)], ["record_name"], ["__count"])
            if (env["mail.message"]._fields["record_name"].store)
            else env["mail.message"]._read_group([("body", "ilike", SECRET)], ["model"], ["__count"])
        )
        return bool(groups)

    def door_own_messages(self, env):
        own = [("author_id", "=", env.user.partner_id.id), ("model", "=", COMPLAINT)]
        return self.case.id in env["mail.message"].search(own).mapped("res_id")

    def door_inbox(self, env):
        found = env["mail.message"]._message_fetch([("needaction", "=", True)])["messages"]
        return self.case.id in found.mapped("res_id")

    def door_inbox_count(self, env):
        return bool(env.user.partner_id._get_needaction_count())

    def door_starred(self, env):
        found = env["mail.message"]._message_fetch([("starred", "=", True)])["messages"]
        return self.case.id in found.mapped("res_id")

    def door_history(self, env):
        env["mail.notification"].sudo().search(
            [("res_partner_id", "=", env.user.partner_id.id)]
        ).is_read = True
        env.flush_all()
        found = env["mail.message"]._message_fetch([("needaction", "=", False)])["messages"]
        return self.case.id in found.mapped("res_id")

    def door_thread(self, env):
        thread = env[COMPLAINT].browse(self.case.id)
        return SECRET in repr(
            env["mail.message"]._message_fetch(None, thread=thread)["messages"].read(["body"])
        )

    def door_notifications(self, env):
        return bool(env["mail.notification"].search([("mail_message_id", "in", self.messages.ids)]))

    def door_notification_read(self, env):
        notifications = self.messages.notification_ids
        return any(found.has_access("read") for found in env["mail.notification"].browse(notifications.ids))

    def door_notification_group(self, env):
        domain = [("mail_message_id", "in", self.messages.ids)]
        return bool(env["mail.notification"]._read_group(domain, ["res_partner_id"], ["__count"]))

    def door_tracking_values(self, env):
        values = env["mail.tracking.value"].search([("mail_message_id", "in", self.messages.ids)])
        return SECRET in repr(values.read(["new_value_text"]))

    def door_mails(self, env):
        mail = self.env["mail.mail"].create(
            {"mail_message_id": self.messages[0].id, "body_html": SECRET, "auto_delete": False}
        )
        return SECRET in repr(env["mail.mail"].search([("id", "=", mail.id)]).read(["body_html"]))

    def door_scheduled_messages(self, env):
        found = env["mail.scheduled.message"].search(
            [("model", "=", COMPLAINT), ("res_id", "=", self.case.id)]
        )
        return SECRET in repr(found.read(["body"]))

    def door_scheduled_message_read(self, env):
        scheduled = self.env["mail.scheduled.message"].search([("res_id", "=", self.case.id)])
        return SECRET in repr(env["mail.scheduled.message"].browse(scheduled.ids).read(["body"]))

    # activities

    def door_activities(self, env):
        found = env["mail.activity"].search([("res_model", "=", COMPLAINT), ("res_id", "=", self.case.id)])
        return SECRET in repr(found.read(["summary"]))

    def door_activity_read(self, env):
        return any(
            activity.has_access("read") for activity in env["mail.activity"].browse(self.activities.ids)
        )

    def door_activity_history(self, env):
        Activity = env["mail.activity"].with_context(active_test=False)
        return bool(Activity.search([("res_id", "=", self.case.id), ("active", "=", False)]))

    def door_activity_change(self, env):
        own = self.activities.filtered(lambda activity: activity.active and activity.create_uid == env.user)
        return bool(own) and env["mail.activity"].browse(own[-1:].ids).write({"summary": "Nothing"})

    def door_activity_counter(self, env):
        return any(group["total_count"] for group in env["res.users"]._get_activity_groups())

    def door_activity_field(self, env):
        return bool(env[COMPLAINT].browse(self.case.id).activity_ids)

    # files

    def door_files(self, env):
        return bool(env["ir.attachment"].search([("name", "ilike", SECRET)]))

    def door_files_of_record(self, env):
        return bool(
            env["ir.attachment"].search([("res_model", "=", COMPLAINT), ("res_id", "=", self.case.id)])
        )

    def door_file_read(self, env):
        return SECRET in repr(env["ir.attachment"].browse(self.attachment.id).read(["raw", "name"]))

    def door_file_of_message(self, env):
        files = self.messages.attachment_ids
        return any(file.has_access("read") for file in env["ir.attachment"].browse(files.ids))

    def door_file_moved(self, env):
        """A file is not taken off a complaint by who may not touch it."""
        return env["ir.attachment"].browse(self.attachment.id).write({"res_id": self.pointer.id})

    # doing something to it

    def door_write(self, env):
        return env[COMPLAINT].browse(self.case.id).write({"wanted_outcome": "Nothing"})

    def door_multi_edit(self, env):
        return env[COMPLAINT].browse((self.repeat | self.case).ids).write({"wanted_outcome": "Nothing"})

    def door_web_save(self, env):
        return SECRET in repr(
            env[COMPLAINT].browse(self.case.id).web_save({"severity": "urgent"}, {"name": {}})
        )

    def door_assign_to_me(self, env):
        env[COMPLAINT].browse(self.case.id).action_assign_to_me()
        return self.case.user_id == env.user

    def door_import(self, env):
        env[COMPLAINT].load([".id", "name", "wanted_outcome"], [[str(self.case.id), "Imported", "Nothing"]])
        return self.case.name == "Imported"

    def door_copy(self, env):
        return SECRET in env[COMPLAINT].browse(self.case.id).copy().name

    def door_post(self, env):
        return bool(env[COMPLAINT].browse(self.case.id).message_post(body="I was here"))

    def door_follow(self, env):
        self.case.message_unsubscribe(env.user.partner_id.ids)
        env[COMPLAINT].browse(self.case.id).message_subscribe(env.user.partner_id.ids)
        return env.user.partner_id in self.case.message_partner_ids

    def door_invite(self, env):
        partner = self.customer
        env["mail.followers.edit"].create(
            {"res_model": COMPLAINT, "res_ids": repr(self.case.ids), "partner_ids": partner.ids}
        ).edit_followers()
        return partner in self.case.message_partner_ids

    def door_schedule_activity(self, env):
        return bool(env[COMPLAINT].browse(self.case.id).activity_schedule(summary="Look", user_id=env.uid))

    def door_schedule_message(self, env):
        return bool(
            env["mail.scheduled.message"].create(
                {
                    "author_id": env.user.partner_id.id,
                    "model": COMPLAINT,
                    "res_id": self.case.id,
                    "body": "Later",
                    "scheduled_date": fields.Datetime.add(fields.Datetime.now(), days=1),
                }
            )
        )

    def door_composer(self, env):
        composer = env["mail.compose.message"].create({"model": COMPLAINT, "res_ids": repr(self.case.ids)})
        return SECRET in (composer.subject or "")

    def door_template_preview(self, env):
        preview = env["mail.template.preview"].create(
            {"mail_template_id": self.template.id, "resource_ref": f"{COMPLAINT},{self.case.id}"}
        )
        return SECRET in (preview.subject or "")

    def door_link(self, env):
        self.pointer.related_ids = False
        env[COMPLAINT].browse(self.repeat.id).action_link_related(self.case.ids)
        return self.case in self.repeat.related_ids

    # wizards

    def _wizard(self, env, model, **vals):
        env[model].create({"complaint_ids": [Command.set(self.case.ids)], **vals}).action_apply()

    def door_wizard_reason(self, env):
        self._wizard(env, "complaint.reason", kind="cancel", reason="Entered twice")
        return self.case.step == "cancelled"

    def door_wizard_answer(self, env):
        self._wizard(env, "complaint.answer", answer="We are sorry")
        return self.case.step == "closed"

    def door_wizard_emergency(self, env):
        self._wizard(env, "complaint.emergency", action_taken="Sent somebody")
        return self.case.emergency

    def _merge_wizard(self, env):
        return env["complaint.merge"].create(
            {"complaint_ids": [Command.set((self.repeat | self.case).ids)], "target_id": self.repeat.id}
        )

    def door_wizard_merge_compares(self, env):
        return SECRET in "".join(self._merge_wizard(env).line_ids.mapped("comparison"))

    def door_wizard_merge_default(self, env):
        context = {"active_model": COMPLAINT, "active_ids": (self.repeat | self.case).ids}
        values = env["complaint.merge"].with_context(**context).default_get(["complaint_ids", "target_id"])
        return self.case.id in values["complaint_ids"][0][2] and bool(values["target_id"])

    def door_wizard_merge_target(self, env):
        merge = env["complaint.merge"].create(
            {"complaint_ids": [Command.set(self.repeat.ids)], "target_id": self.case.id}
        )
        return SECRET in repr(merge.web_read({"target_id": {"fields": {"display_name": {}}}}))

    def door_wizard_merge(self, env):
        self._merge_wizard(env).action_merge()
        return self.case.duplicate_of_id == self.repeat


@tagged("post_install", "-at_install")
class TestExcludedSideDoors(SideDoorsCommon):
    """OR-2: the employee complained about finds nothing of it anywhere, whatever their role."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # They worked on it before it turned out whom it concerns.
        cls.make_case(cls.people)
        cls.concerned = cls.handler | cls.manager | cls.administrator
        cls.shut_to = cls.concerned | cls.stranger | cls.plain_user | cls.foreign_manager

    def _exclude(self):
        self.case.employee_ids |= self.bystander.union(*(self.employee[user] for user in self.concerned))
        self.env.flush_all()

    def test_shut(self):
        """OR-2: no door opens to the employees concerned, to another team or to another company."""
        self._exclude()
        self.assertDoors(False, self.shut_to)

    def test_open(self):
        """OR-1: to whom it is not shut, each door is open; so the others would have seen something."""
        self._exclude()
        self.assertDoors(True, self.witness)
        self.assertDoors(True, self.colleague, self._doors_but(ADMIN_DOORS))

    def test_open_without_rules(self):
        """OR-2: it is the rules, and the clearing up, that shut each door to an excluded manager."""
        with unprotected(self.env):
            self._exclude()
            self.assertDoors(True, self.administrator, self._doors_but(CONSTRAINED_DOORS))


@tagged("post_install", "-at_install")
class TestConfidentialSideDoors(SideDoorsCommon):
    """OR-1: what is confidential stays with the people responsible, the leaders and the managers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_case(cls.colleague | cls.witness, confidential=True)
        cls.env.flush_all()

    def test_shut(self):
        """OR-1: not even to members of the own team."""
        self.assertDoors(False, self.handler | self.first_contact | self.stranger | self.plain_user)

    def test_open(self):
        """OR-1: the person responsible and a manager get through."""
        self.assertDoors(True, self.witness)
        self.assertDoors(True, self.colleague, self._doors_but(ADMIN_DOORS))


@tagged("post_install", "-at_install")
class TestSideDoorsHttp(SideDoorsCommon, HttpCase):
    """OR-2: the same over HTTP, as the web client and other programs ask."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The bench of users is long; these stand for the others.
        cls.make_case(cls.handler | cls.manager | cls.colleague)
        cls.shut_to = cls.handler | cls.manager | cls.stranger | cls.plain_user
        cls.keys = {
            user: cls.env["res.users.apikeys"]
            .with_user(user)
            ._generate("rpc", "test", fields.Datetime.add(fields.Datetime.now(), hours=6))
            for user in cls.shut_to | cls.colleague
        }
        cls.own_message = {
            user: cls.messages.filtered(
                lambda message, user=user: (
                    (message.author_id, message.message_type) == (user.partner_id, "comment")
                )
            )
            for user in cls.shut_to | cls.colleague
        }

    def test_shut(self):
        """OR-2: no route shows anything to the employees concerned or to another team."""
        self.case.employee_ids |= self.employee[self.handler] | self.employee[self.manager]
        self.env.flush_all()
        wrong = [
            f"{name} is open to {user.login}"
            for user in self.shut_to
            for name, shown in self._try_routes(user)
            if shown
        ]
        self.assertFalse(wrong, "\n" + "\n".join(wrong))

    def test_open(self):
        """OR-1: each route shows it to a colleague, so the others would have seen something."""
        wrong = [name for name, shown in self._try_routes(self.colleague) if not shown]
        self.assertFalse(wrong, f"shut to {self.colleague.login}: {wrong}")

    def test_open_without_rules(self):
        """OR-2: it is the rules, and the clearing up, that keep an excluded manager out."""
        with unprotected(self.env):
            self.case.employee_ids |= self.employee[self.manager]
            self.env.flush_all()
            wrong = [name for name, shown in self._try_routes(self.manager) if not shown]
        self.assertFalse(wrong, f"shut to {self.manager.login}: {wrong}")

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model", "odoo.http")
    def _try_routes(self, user):
        """Yield the name of each route and whether the secret came through it."""
        self.authenticate(user.login, user.login)
        for name in sorted(dir(type(self))):
            if name.startswith("route_"):
                try:
                    shown = getattr(self, name)(user)
                except JsonRpcException:
                    shown = False
                yield name, shown

    def _ask(self, route, **params):
        return json.dumps(self.make_jsonrpc_request(route, params), ensure_ascii=False)

    def _get(self, path, **params):
        return self.url_open(path, allow_redirects=False, **params)

    # files

    def route_content(self, user):
        response = self._get(f"/web/content/{self.attachment.id}")
        return response.ok and SECRET in response.text

    def route_content_of_message(self, user):
        """Among them the file that the user sent."""
        return any(
            SECRET in self._get(f"/web/content/{file.id}?download=1").text
            for file in self.messages.attachment_ids
        )

    def route_zip(self, user):
        response = self._get(
            "/mail/attachment/zip",
            data={
                "file_ids": str(self.attachment.id),
                "zip_name": "all",
                "csrf_token": http.Request.csrf_token(self),
            },
        )
        return response.ok and self.attachment.name.encode() in response.content

    # chatter

    def route_thread(self, user):
        return SECRET in self._ask("/mail/thread/messages", thread_model=COMPLAINT, thread_id=self.case.id)

    def route_thread_search(self, user):
        found = self.make_jsonrpc_request(
            "/mail/thread/messages",
            {"thread_model": COMPLAINT, "thread_id": self.case.id, "fetch_params": {"search_term": SECRET}},
        )
        return bool(found["count"])

    def route_thread_data(self, user):
        data = self.make_jsonrpc_request(
            "/mail/data",
            {
                "fetch_params": [
                    [
                        "mail.thread",
                        {
                            "thread_model": COMPLAINT,
                            "thread_id": self.case.id,
                            "request_list": [
                                "activities",
                                "attachments",
                                "followers",
                                "scheduledMessages",
                                "suggestedRecipients",
                            ],
                        },
                    ]
                ]
            },
        )
        return SECRET in json.dumps(data) and bool(data.get("mail.followers"))

    def route_inbox(self, user):
        return SECRET in self._ask("/mail/inbox/messages")

    def route_starred(self, user):
        return SECRET in self._ask("/mail/starred/messages")

    def route_systray(self, user):
        data = self.make_jsonrpc_request("/mail/data", {"fetch_params": ["systray_get_activities"]})
        return bool(data["Store"]["activityCounter"])

    def route_start(self, user):
        """What the web client loads first, with the counters."""
        data = self.make_jsonrpc_request("/mail/data", {"fetch_params": ["init_messaging"]})
        return bool(data["Store"]["inbox"]["counter"])

    def route_recipients(self, user):
        found = self._ask("/mail/thread/recipients", thread_model=COMPLAINT, thread_id=self.case.id)
        return self.secret_customer.name in found

    def route_subscription(self, user):
        followers = self.case.message_follower_ids
        follower = followers.filtered(lambda follower: follower.partner_id == self.colleague.partner_id)
        return bool(self._ask("/mail/read_subscription_data", follower_id=follower.id))

    def route_subscribe(self, user):
        self._ask(
            "/mail/thread/subscribe", res_model=COMPLAINT, res_id=self.case.id, partner_ids=self.customer.ids
        )
        return self.customer in self.case.message_partner_ids

    def route_unsubscribe(self, user):
        self.case.message_subscribe(self.customer.ids)
        self._ask(
            "/mail/thread/unsubscribe",
            res_model=COMPLAINT,
            res_id=self.case.id,
            partner_ids=self.customer.ids,
        )
        return self.customer not in self.case.message_partner_ids

    def route_post(self, user):
        data = {"body": "I was here", "message_type": "comment"}
        found = self._ask(
            "/mail/message/post", thread_model=COMPLAINT, thread_id=self.case.id, post_data=data
        )
        return "I was here" in found

    def route_react(self, user):
        found = self._ask(
            "/mail/message/reaction", message_id=self.messages[-2].id, content="👍", action="add"
        )
        return "👍" in found

    def route_change_own_message(self, user):
        message = self.own_message[user]
        return bool(message) and SECRET in self._ask(
            "/mail/message/update_content", message_id=message.id, update_data={"body": f"{SECRET} again"}
        )

    def route_view(self, user):
        """The link in a mail leads who may not read to the start page."""
        location = self._get(f"/mail/view?model={COMPLAINT}&res_id={self.case.id}").headers["Location"]
        return f"/{COMPLAINT}/{self.case.id}" in location

    def route_message_link(self, user):
        message = self.own_message[user] or self.messages[-2]
        response = self._get(f"/mail/message/{message.id}")
        return f"/{COMPLAINT}/{self.case.id}" in response.headers.get("Location", "")

    # records

    def route_call(self, user):
        return SECRET in self._ask(
            f"/web/dataset/call_kw/{COMPLAINT}/web_search_read",
            model=COMPLAINT,
            method="web_search_read",
            args=[[["name", "ilike", SECRET]], {"name": {}}],
            kwargs={},
        )

    def route_export(self, user):
        data = {
            "model": COMPLAINT,
            "fields": [{"name": "name", "label": "Subject", "type": "char"}],
            "ids": self.case.ids,
            "domain": [],
            "import_compat": False,
        }
        response = self._get(
            "/web/export/csv", data={"data": json.dumps(data), "csrf_token": http.Request.csrf_token(self)}
        )
        return response.ok and SECRET in response.text

    def route_json2(self, user):
        return SECRET in self._json2(user, COMPLAINT, "search_read", domain=[], fields=["name"])

    def route_json2_read(self, user):
        return SECRET in self._json2(user, COMPLAINT, "read", ids=self.case.ids, fields=["name"])

    def route_json2_write(self, user):
        return self._json2(user, COMPLAINT, "write", ids=self.case.ids, vals={"severity": "urgent"}) == "true"

    def route_json2_report(self, user):
        return self.case.number in self._json2(
            user, "complaint.report", "search_read", domain=[], fields=["number"]
        )

    def route_json2_messages(self, user):
        return SECRET in self._json2(
            user, "mail.message", "search_read", domain=[["model", "=", COMPLAINT]], fields=["body"]
        )

    def route_xmlrpc(self, user):
        """Deprecated, and in use everywhere."""
        try:
            found = self.xmlrpc_object.execute_kw(
                get_db_name(), user.id, self.keys[user], COMPLAINT, "search_read", [[], ["name"]]
            )
        except xmlrpc.client.Fault:
            return False
        return SECRET in repr(found)

    def _json2(self, user, model, method, **params):
        response = self.url_open(
            f"/json/2/{model}/{method}",
            data=json.dumps(params),
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {self.keys[user]}"},
        )
        return response.text if response.ok else ""
