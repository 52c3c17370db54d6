from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

#: Users of these groups check closed cases.
INSPECTOR_GROUPS = (
    "complaint_management.group_complaint_quality",
    "complaint_management.group_complaint_manager",
)
#: What an inspector writes; everything else comes from the draw and from the actions.
CHECK_FIELDS = {"mark", "findings"}
#: Marks with which a case passes without a word.
GOOD_MARKS = ("4", "5")


class ComplaintInspection(models.Model):
    """A spot check: one closing of a case, drawn at random, looked at by who had no part in it (CL-3).

    What was drawn and who checks it is here, the check itself in ``inspection_check.py``. Only the draw makes
    rows (``wizard/improvement/inspection_draw.py``). Those who handled a case learn of its check when it is
    done: the chatter of the case says nothing until then.

    When a case is merged its spot checks stay with it: they say how that case was closed, under its number.
    """

    _name = "complaint.inspection"
    _description = "Spot Check"
    _inherit = ["complaint.part"]
    _order = "period desc, team_id, id"
    _rec_name = "complaint_id"
    _rec_names_search = ["complaint_id.number", "complaint_id.name"]
    _check_company_auto = True

    # drawn
    complaint_id = fields.Many2one(
        "complaint.complaint", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="complaint_id.company_id", store=True, precompute=True, index=True)
    round = fields.Integer(
        string="Times Reopened", readonly=True, help="How often the case had been reopened when it was drawn."
    )
    team_id = fields.Many2one(
        "complaint.team",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Which answered for the case when it was drawn.",
    )
    handler_id = fields.Many2one(
        "res.users",
        string="Responsible",
        readonly=True,
        index="btree_not_null",
        help="Who answered for the case when it was drawn.",
    )
    closed_at = fields.Datetime(string="Closed on", readonly=True)
    period = fields.Date(
        string="Month", required=True, readonly=True, help="The first day of the month of the closing."
    )
    seed = fields.Integer(
        readonly=True,
        aggregator=None,
        help="With the same seed and share, the same closed cases give the same sample.",
    )
    share = fields.Float(
        string="Share (%)",
        readonly=True,
        aggregator=None,
        help="The part of the closed cases that was drawn.",
    )
    population = fields.Integer(
        string="Drawn from",
        readonly=True,
        aggregator=None,
        help="How many cases the team had closed in the month when this one was drawn.",
    )
    drawn_by_id = fields.Many2one("res.users", string="Drawn by", readonly=True)
    drawn_at = fields.Datetime(string="Drawn on", readonly=True)

    # checked
    user_id = fields.Many2one(
        "res.users",
        string="Inspector",
        index="btree_not_null",
        check_company=True,
        domain=lambda self: (
            "[('share', '=', False), ('company_ids', 'in', company_id),"
            f" ('all_group_ids', 'in', {self._get_inspector_group_ids()})]"
        ),
    )
    state = fields.Selection(
        [
            ("to_check", "To check"),
            ("passed", "Passed"),
            ("remarks", "Passed with remarks"),
            ("sent_back", "Sent back"),
        ],
        string="Status",
        required=True,
        default="to_check",
        readonly=True,
        copy=False,
        index=True,
    )
    mark = fields.Selection(
        [("1", "1 Poor"), ("2", "2 Weak"), ("3", "3 Fair"), ("4", "4 Good"), ("5", "5 Exemplary")],
        copy=False,
        help="How well the case was handled, from 1 (poor) to 5 (exemplary).",
    )
    # With a decimal, because it is shown as an average.
    mark_value = fields.Float(
        string="Average Mark",
        compute="_compute_figures",
        digits=(3, 1),
        store=True,
        precompute=True,
        aggregator="avg",
    )
    sent_back_share = fields.Float(
        string="Sent Back (%)", compute="_compute_figures", store=True, precompute=True, aggregator="avg"
    )
    findings = fields.Text(
        copy=False, help="What was found. Only a good or exemplary case passes without a word."
    )
    checked_by_id = fields.Many2one("res.users", string="Checked by", readonly=True, copy=False)
    checked_at = fields.Datetime(string="Checked on", readonly=True, copy=False)
    sent_back_reason = fields.Text(string="Sent Back because", readonly=True, copy=False)
    reopened = fields.Boolean(
        string="Reopened Meanwhile",
        compute="_compute_reopened",
        help="Somebody opened the case again after it was drawn.",
    )
    obstacle = fields.Char(compute="_compute_obstacle", export_string_translation=False)

    # the case, as far as the inspector needs it at once
    number = fields.Char(related="complaint_id.number")
    subject = fields.Char(related="complaint_id.name")
    partner_name = fields.Char(related="complaint_id.partner_name")
    category_id = fields.Many2one(related="complaint_id.category_id")
    severity = fields.Selection(related="complaint_id.severity")
    step = fields.Selection(related="complaint_id.step", string="Stands at")
    description = fields.Text(related="complaint_id.description")
    wanted_outcome = fields.Text(related="complaint_id.wanted_outcome")
    outcome = fields.Text(related="complaint_id.outcome")
    decision = fields.Selection(related="complaint_id.decision")
    decision_reason = fields.Text(related="complaint_id.decision_reason")
    received_at = fields.Datetime(related="complaint_id.received_at")

    _closing_uniq = models.UniqueIndex(
        "(complaint_id, round)",
        "One of these cases was drawn by somebody else at this moment. Draw again: only what is missing is "
        "added.",
    )
    _month_idx = models.Index("(company_id, period DESC)")

    @api.model
    def _get_inspector_group_ids(self):
        lookup = self.env["ir.model.data"]._xmlid_to_res_id
        return [lookup(xmlid) for xmlid in INSPECTOR_GROUPS]

    @api.depends("mark", "state")
    def _compute_figures(self):
        for inspection in self:
            inspection.mark_value = int(inspection.mark or 0)
            inspection.sent_back_share = 100.0 if inspection.state == "sent_back" else 0.0

    @api.depends("complaint_id.reopen_count", "complaint_id.closed_at", "round", "state")
    def _compute_reopened(self):
        for inspection in self:
            complaint = inspection.complaint_id
            inspection.reopened = inspection.state == "to_check" and (
                complaint.reopen_count != inspection.round or not complaint.closed_at
            )

    @api.depends("state", "complaint_id")
    @api.depends_context("uid")
    def _compute_obstacle(self):
        reasons = self._get_obstacles(self.env.user)
        for inspection in self:
            inspection.obstacle = reasons.get(inspection, False)

    def _get_obstacles(self, user=None):
        """Return why a user may not carry out some of these checks: a sentence by the inspection.

        :param user: res.users; where it is left out, of each check its inspector
        """
        users = user or self.user_id
        inspectors = users.filtered(lambda user: any(user.has_group(xmlid) for xmlid in INSPECTOR_GROUPS))
        barred = self.complaint_id._get_barred_inspectors()
        result = {}
        for inspection in self:
            who = user or inspection.user_id
            reason = "group" if who not in inspectors else barred[inspection.complaint_id.id].get(who.id)
            if who and reason:
                # Who is looked at may be somebody whom one does not see.
                result[inspection] = self._get_obstacle_text(reason, who.sudo().name, inspection.number)
        return result

    @api.model
    def _get_obstacle_text(self, reason, name, complaint):
        values = {"name": name, "complaint": complaint}
        if reason == "concerned":
            return self.env._("%(name)s is concerned by %(complaint)s and cannot check it.", **values)
        if reason == "responsible":
            return self.env._("%(name)s was responsible for %(complaint)s and cannot check it.", **values)
        if reason == "received":
            return self.env._("%(name)s received %(complaint)s and cannot check it.", **values)
        return self.env._("%(name)s cannot check %(complaint)s: only Quality and managers do.", **values)

    @api.constrains("user_id")
    def _check_user_id(self):
        obstacles = self._get_obstacles()
        if obstacles:
            lines = "\n".join(obstacles.values())
            raise ValidationError(self.env._("%(reasons)s\nChoose somebody else.", reasons=lines))

    def write(self, vals):
        if not self.env.su:
            self._check_written(vals.keys())
        return super().write(vals)

    def _check_written(self, fnames):
        refused = set(fnames) - CHECK_FIELDS - {"user_id"}
        if refused:
            labels = ", ".join(self._fields[fname]._description_string(self.env) for fname in sorted(refused))
            raise UserError(
                self.env._("What was drawn stays as it is. This was not saved: %(fields)s.", fields=labels)
            )
        self._check_open()
        if CHECK_FIELDS & set(fnames):
            self._check_eligible()

    def _check_open(self):
        """Refuse what comes after the check, and say who was first."""
        for inspection in self.filtered(lambda inspection: inspection.state != "to_check"):
            labels = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "%(complaint)s is checked already: “%(result)s”, by %(person)s on %(moment)s.",
                    complaint=inspection.number,
                    result=labels[inspection.state],
                    person=inspection.sudo().checked_by_id.name,
                    moment=self.env["ir.qweb.field.datetime"].value_to_html(
                        inspection.checked_at, {"hide_seconds": True}
                    ),
                )
            )

    def _check_eligible(self):
        """Refuse the check to those who have to do with the case, and say why."""
        obstacles = self._get_obstacles(self.env.user)
        if obstacles:
            lines = "\n".join(obstacles.values())
            raise UserError(self.env._("%(reasons)s\nLeave it to a colleague.", reasons=lines))
