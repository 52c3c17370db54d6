from datetime import timedelta

from odoo import api, fields, models

from ...tools import process
from ..case.roles import STAFF

CRON = "complaint_management.ir_cron_notice"
TEMPLATE = "complaint_management.mail_template_"
#: How many new links a complainant gets in a day.
LINKS_A_DAY = 3


class ComplaintComplaint(models.Model):
    """What a complainant is told by machine, and when it is planned (IN-10, TL-7, CO-3).

    Planning costs one statement for any number of complaints, and does nothing about what was planned
    before. What is known to be due at once wakes the cron.
    """

    _inherit = "complaint.complaint"

    notice_ids = fields.One2many(
        "complaint.notice", "complaint_id", string="Automatic Messages", copy=False, groups=STAFF
    )

    # planning

    def _notify_customer(self, event, template, at=None):
        """Plan one letter by machine to each complainant about an event; nobody gets two about the same.

        :param str event: what it is about, as ``received`` or ``limit:12``; or a function of the complaint
        :param template: mail.template, or its xmlid; nothing is planned where it was removed
        :param at: when it goes out; now, where it is left out
        :return: the letters that were planned, as the superuser
        """
        if isinstance(template, str):
            template_id = self.env["ir.model.data"]._xmlid_to_res_id(template, raise_if_not_found=False)
        else:
            template_id = template.id
        moment = at or fields.Datetime.now()
        return self._plan_notices(
            [
                (complaint, event(complaint) if callable(event) else event, template_id, moment)
                for complaint in self
                if template_id
            ]
        )

    @api.model
    def _plan_notices(self, plans):
        """Plan letters.

        :param plans: list of (complaint, event, id of the template, moment)
        :return: those that were not planned before, as the superuser
        """
        Notice = self.env["complaint.notice"].sudo()
        if not plans:
            return Notice
        now, uid = fields.Datetime.now(), self.env.uid
        Notice.flush_model()
        # Two who plan the same at once: the second one waits for the first, and does nothing.
        rows = self.env.cr.execute_values(
            """INSERT INTO complaint_notice
                      (complaint_id, company_id, event, template_id, planned_at, state, fault_count,
                       create_uid, create_date, write_uid, write_date)
               VALUES %s
                   ON CONFLICT (complaint_id, event) DO NOTHING
            RETURNING id, planned_at""",
            [
                (
                    complaint.id,
                    complaint.sudo().company_id.id,
                    event,
                    template_id,
                    moment,
                    "planned",
                    0,
                    uid,
                    now,
                    uid,
                    now,
                )
                for complaint, event, template_id, moment in plans
            ],
            page_size=max(len(plans), 1),
            fetch=True,
        )
        if not rows:
            return Notice
        self.env["complaint.complaint"].union(*(plan[0] for plan in plans)).invalidate_recordset(
            ["notice_ids"], flush=False
        )
        if any(planned_at <= now for _id, planned_at in rows):
            cron_id = self.env["ir.model.data"]._xmlid_to_res_id(CRON, raise_if_not_found=False)
            if cron_id:
                self.env["ir.cron"].sudo().browse(cron_id)._trigger()
        return Notice.browse(row[0] for row in rows)

    def _is_told_by_machine(self):
        """Tell whether anything is written by itself just now; imports and what is taken over is silent."""
        context = self.env.context
        silent = ("tracking_disable", "import_file", "install_mode")
        return not any(context.get(key) for key in silent)

    # at the beginning

    @api.model_create_multi
    def create(self, vals_list):
        complaints = super().create(vals_list)
        if complaints._is_told_by_machine():
            complaints.filtered(
                lambda complaint: (
                    complaint.partner_email
                    and complaint.active
                    and not complaint.closed_at
                    and complaint.step not in process.ENDS
                    and not complaint.duplicate_of_id
                )
            )._plan_first_notices()
        return complaints

    def _plan_first_notices(self):
        """Plan the acknowledgement, the mail of the stage and the first progress notice.

        To an address that has to be confirmed nothing is written before that.
        """
        confirmed = self.filtered("email_confirmed")
        template_id = self.env["ir.model.data"]._xmlid_to_res_id(
            f"{TEMPLATE}received", raise_if_not_found=False
        )
        silent, now = self.env["complaint.channel"]._get_ids_without("acknowledge"), fields.Datetime.now()
        plans = [
            (complaint, "received", template_id, now)
            for complaint in confirmed
            if template_id and complaint.channel_id.id not in silent
        ]
        self._plan_notices(plans + confirmed._get_stage_plans() + confirmed._get_progress_plans())

    def write(self, vals):
        result = super().write(vals)
        if vals.get("email_confirmed") and self._is_told_by_machine():
            self.filtered(lambda complaint: not complaint.closed_at)._plan_first_notices()
        return result

    # at each step that a company chooses

    def _run_stage_actions(self):
        result = super()._run_stage_actions()
        if self._is_told_by_machine():
            self._plan_notices(self._get_stage_plans())
        return result

    def _get_stage_plans(self):
        """Return the letters that the stages of these complaints send.

        A merged complaint sends none: it did not end for the complainant, it goes on in another.
        """
        now, plans = fields.Datetime.now(), []
        for complaint in self:
            stage = complaint.stage_id
            template_id = stage._get_mail_template_id(stage.id)
            if template_id and complaint.partner_email and not complaint.duplicate_of_id:
                if complaint.step == "closed":
                    event = f"closed:{complaint.reopen_count}"
                else:
                    event = f"stage:{stage.id}:{complaint.reopen_count}"
                plans.append((complaint, event, template_id, now))
        return plans

    # a new link

    def _send_new_link(self):
        """Mail a new link to the address on file, at most so many a day.

        :return: whether one is under way
        """
        self.ensure_one()
        links = (
            self.env["complaint.notice"]
            .sudo()
            .search([("complaint_id", "=", self.id), ("event", "=like", "link:%")])
        )
        since = fields.Datetime.now() - timedelta(days=1)
        if len(links.filtered(lambda link: link.create_date > since)) >= LINKS_A_DAY:
            return False
        # Who asks twice at once gets one: both are the same event.
        number = max((link._get_event_id() for link in links), default=0) + 1
        return bool(self._notify_customer(f"link:{number}", f"{TEMPLATE}link"))

    # merging

    def _merge_records(self):
        return [*super()._merge_records(), ("complaint.notice", "complaint_id")]

    def _move_thread(self, target):
        """What was planned is dropped, for the target plans its own; what was sent moves as history."""
        notices = self.env["complaint.notice"].sudo().search([("complaint_id", "in", self.ids)])
        notices.filtered(lambda notice: notice.state == "planned")._skip("merged")
        for notice in notices:
            # The same event of the target is another one.
            notice.event = f"{notice.complaint_id.number}/{notice.event}"
        super()._move_thread(target)
