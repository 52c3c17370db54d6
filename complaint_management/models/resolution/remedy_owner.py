from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

REMEDY_ACTIVITY = "complaint_management.mail_activity_type_remedy"


class ComplaintRemedy(models.Model):
    """Whose work a remedy is: the owner has exactly one activity on it while it is to do, nobody else any.

    Where the owner cannot do it any more (archived, or concerned by the complaint), the person responsible
    for the complaint takes over, or a leader.
    """

    _inherit = "complaint.remedy"

    user_id = fields.Many2one(
        "res.users",
        string="Owner",
        compute="_compute_user_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        tracking=True,
        domain="[('share', '=', False), ('company_ids', 'in', company_id),"
        " ('id', 'not in', excluded_user_ids)]",
        help="Who carries it out; any colleague can, also without access to complaints.",
    )

    @api.depends("type_id")
    def _compute_user_id(self):
        for remedy in self:
            complaint_sudo = remedy.solution_id.sudo().complaint_id
            usual = remedy.type_id.sudo().user_id
            if usual and complaint_sudo._may_own_remedy(usual):
                remedy.user_id = usual
            elif not remedy.user_id:
                remedy.user_id = complaint_sudo.user_id

    @api.constrains("user_id")
    def _check_user(self):
        for remedy in self.sudo():
            user = remedy.user_id
            if user and not remedy.complaint_id._may_own_remedy(user):
                raise ValidationError(
                    self.env._(
                        "%(name)s cannot carry out a remedy of %(complaint)s. Choose a colleague of "
                        "%(company)s who can sign in and is not concerned by the complaint.",
                        name=user.name,
                        complaint=remedy.complaint_id.number,
                        company=remedy.company_id.name,
                    )
                )

    def copy_data(self, default=None):
        """The next version proposes it again: by whoever usually does it where its owner cannot any more."""
        vals_list = super().copy_data(default)
        for remedy, vals in zip(self.sudo(), vals_list, strict=True):
            if vals.get("user_id") and not remedy.complaint_id._may_own_remedy(remedy.user_id):
                del vals["user_id"]
        return vals_list

    def _replace_owners(self):
        """Give those whose owner cannot do it to somebody who can; return them."""
        replaced = self.browse()
        for remedy in self.sudo():
            complaint, owner = remedy.complaint_id, remedy.user_id
            if owner and complaint._may_own_remedy(owner):
                continue
            heir = complaint._get_heir(complaint.excluded_user_ids | owner)
            if heir != owner:
                remedy.user_id = heir
                replaced |= remedy
        return replaced

    def _follow_work(self, former):
        """Owner or day have changed: clocks and activities follow, of what is to do.

        :param dict former: remedy to (owner, day) before
        """
        moved = self.filtered(lambda remedy: remedy in former and remedy.date_due != former[remedy][1])
        moved._move_clocks()
        passed = self.filtered(lambda remedy: remedy in former and remedy.user_id != former[remedy][0])
        if passed or moved:
            (passed | moved)._sync_activities()
        for remedy in passed:
            remedy._let_go(former[remedy][0])

    def _let_go(self, user):
        """Who does not own it any more and may not read it does not follow it either."""
        thread = self.sudo()
        if user.partner_id in thread.message_partner_ids and not thread._is_readable_by(user):
            thread.message_unsubscribe(user.partner_id.ids)

    # activities

    def _sync_activities(self):
        """Bring the planned activities in line with who has to do what, many remedies at once."""
        if not self:
            return
        Activity = self.env["mail.activity"].sudo()
        kind = self.env.ref(REMEDY_ACTIVITY)
        planned = Activity.search(
            Domain("res_model", "=", self._name)
            & Domain("res_id", "in", self.ids)
            & Domain("activity_type_id", "=", kind.id)
        ).grouped("res_id")
        gone, wanted, told = Activity, [], self.browse()
        # From here on the rules let them see it.
        self.sudo().filtered(lambda remedy: remedy.state == "open").user_id._note_asked()
        for remedy in self.sudo():
            activities = planned.get(remedy.id, Activity)
            if remedy.state != "open" or not remedy.user_id:
                gone |= activities
                continue
            gone |= activities[1:]
            vals = remedy._prepare_activity_vals()
            if not activities:
                wanted.append(
                    {
                        "activity_type_id": kind.id,
                        "res_model_id": self.env["ir.model"]._get_id(self._name),
                        "res_id": remedy.id,
                        **vals,
                    }
                )
                told |= remedy
            else:
                told |= remedy._bring_up_to_date(activities[:1], vals)
        gone.unlink()
        quiet = {"complaint_nobody_follows": True, "mail_activity_quick_update": True}
        if wanted:
            Activity.with_context(**quiet).create(wanted)
        told._tell_owners()

    def _bring_up_to_date(self, activity, vals):
        """Write what differs; return the remedy where it has become somebody else's."""
        # The note is kept as HTML; it differs only where one of the others does, or the reason it waits.
        changed = {
            fname: value
            for fname, value in vals.items()
            if fname != "note"
            and activity._fields[fname].convert_to_write(activity[fname], activity) != value
        }
        passed_on = "user_id" in changed
        if changed:
            activity.with_context(complaint_nobody_follows=True, mail_activity_quick_update=True).write(
                {**changed, "note": vals["note"]}
            )
        return self if passed_on else self.browse()

    def _prepare_activity_vals(self):
        self.ensure_one()
        translated = self.with_context(lang=self.user_id.lang)
        name = translated.type_id.name
        if self.blocked_reason:
            summary = translated.env._("%(remedy)s: the credit note could not be made", remedy=name)
        else:
            summary = name
        lines = (self.blocked_reason, self.description, self.expected_effect)
        return {
            "user_id": self.user_id.id,
            "date_deadline": self.date_due or fields.Date.context_today(self),
            "summary": summary,
            "note": "\n".join(line for line in lines if line) or False,
        }

    def _tell_owners(self):
        """Tell everybody of what has become theirs, in one message each."""
        for owner, remedies in self.sudo().grouped("user_id").items():
            if owner == self.env.user or not owner:
                continue
            translated = remedies.with_context(lang=owner.lang)
            names = ", ".join(translated.mapped("display_name"))
            record = translated if len(translated) == 1 else translated.env["mail.thread"]
            record.message_notify(
                subject=translated.env._("For you to carry out: %(remedies)s", remedies=names),
                body=translated.env._(
                    "%(name)s has given you what a customer was promised. You find it among your remedies.",
                    name=self.env.user.name,
                ),
                partner_ids=owner.partner_id.ids,
                email_layout_xmlid="mail.mail_notification_light",
            )

    def _tell_responsible(self, subject, body):
        """Notify who is responsible for the complaint of what somebody else decided."""
        for remedy in self.sudo():
            user = remedy.complaint_id.user_id
            if user and user != self.env.user and user not in remedy.excluded_user_ids:
                remedy.with_context(lang=user.lang).message_notify(
                    subject=f"{subject}: {remedy.display_name}",
                    body=body,
                    partner_ids=user.partner_id.ids,
                    email_layout_xmlid="mail.mail_notification_light",
                )


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def _action_done(self, feedback=False, attachment_ids=None):
        """Whoever ticks the activity off has carried out the remedy: it is not forgotten afterwards."""
        kind = self.env.ref(REMEDY_ACTIVITY, raise_if_not_found=False)
        ticked = self.filtered(lambda activity: kind and activity.activity_type_id == kind)
        remedies = self.env["complaint.remedy"].browse(ticked.mapped("res_id"))
        result = super()._action_done(feedback=feedback, attachment_ids=attachment_ids)
        remedies.filtered(lambda remedy: remedy.state == "open").action_done(feedback or None)
        return result


class ResUsers(models.Model):
    _inherit = "res.users"

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"active", "company_ids", "group_ids"}:
            # Whose work it was may not be able to do it any more: archived, gone to another company, or on
            # the portal only.
            open_sudo = self.env["complaint.remedy"].sudo()
            open_sudo.search([("user_id", "in", self.ids), ("state", "=", "open")])._replace_owners()
        return result
