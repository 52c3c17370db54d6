from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import clean_context

#: States in which the sheet waits for the department, and for the centre.
DEPARTMENT_TURN = ("sent", "accepted", "answered")
CENTRE_TURN = ("draft", "returned", "signed")

#: What the centre writes before it sends a sheet, and what the department answers.
QUESTION_FIELDS = {"complaint_id", "department_id", "question", "question_attachment_ids", "duration"}
ANSWER_FIELDS = {"findings", "measures", "answer_attachment_ids"}
FILE_FIELDS = ("question_attachment_ids", "answer_attachment_ids")


class ComplaintDispatch(models.Model):
    """A dispatch-and-feedback sheet: what the centre asks a department, and what it answers (DI-2).

    The fields and who may write them are here; how a sheet goes to and fro is in ``dispatch_flow.py``,
    who heads the department in ``dispatch_head.py``, and its time limit in ``dispatch_deadline.py``.
    """

    _name = "complaint.dispatch"
    _description = "Dispatch and Feedback Sheet"
    _inherit = ["complaint.stated"]
    _order = "id desc"
    _rec_name = "number"
    _rec_names_search = ["number", "department_id.name"]
    _check_company_auto = True

    number = fields.Char(readonly=True, copy=False, index="trigram")
    complaint_id = fields.Many2one(
        "complaint.complaint", required=True, index=True, ondelete="cascade", check_company=True
    )
    company_id = fields.Many2one(related="complaint_id.company_id", store=True, precompute=True)
    department_id = fields.Many2one(
        "hr.department", required=True, index=True, check_company=True, ondelete="restrict", tracking=True
    )
    question = fields.Text(required=True, help="What the department is to find out or to do.")
    question_attachment_ids = fields.Many2many(
        "ir.attachment",
        "complaint_dispatch_question_file_rel",
        "dispatch_id",
        "attachment_id",
        string="Files for the Department",
        bypass_search_access=True,
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("sent", "Sent"),
            ("accepted", "Accepted"),
            ("returned", "Returned"),
            ("answered", "Answered"),
            ("signed", "Signed"),
            ("confirmed", "Confirmed"),
            ("withdrawn", "Withdrawn"),
        ],
        string="Status",
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        index=True,
        help="Signed: by the head of the department. Confirmed: the centre is content with the answer.",
    )
    turn = fields.Selection(
        [("department", "The department"), ("centre", "The centre")],
        string="Waits for",
        compute="_compute_turn",
        store=True,
        precompute=True,
    )

    # sent
    sent_at = fields.Datetime(
        string="Sent on", readonly=True, copy=False, help="From here on the limit counts."
    )
    sent_by_id = fields.Many2one("res.users", string="Sent by", readonly=True, copy=False)
    round = fields.Integer(readonly=True, copy=False, help="How often its time limit began anew.")
    # returned
    accepted_at = fields.Datetime(string="Accepted on", readonly=True, copy=False)
    return_reason = fields.Text(string="Reason of the Return", readonly=True, copy=False)
    return_count = fields.Integer(string="Times Returned", readonly=True, copy=False)
    final = fields.Boolean(
        readonly=True, copy=False, help="The centre has ruled: the department cannot return it any more."
    )
    ruling = fields.Text(readonly=True, copy=False, help="Why the department has to answer.")
    # answered
    # Tracked, because the head and the centre may write at the same moment: what one replaces stays readable.
    findings = fields.Text(copy=False, tracking=True, help="What the department found out.")
    measures = fields.Text(copy=False, tracking=True, help="What it did, or will do until when.")
    answer_attachment_ids = fields.Many2many(
        "ir.attachment",
        "complaint_dispatch_answer_file_rel",
        "dispatch_id",
        "attachment_id",
        string="Files of the Answer",
        bypass_search_access=True,
        copy=False,
    )
    answered_at = fields.Datetime(string="Answered on", readonly=True, copy=False)
    answered_by_id = fields.Many2one("res.users", string="Answered by", readonly=True, copy=False)
    signed_at = fields.Datetime(string="Signed on", readonly=True, copy=False)
    signed_by_id = fields.Many2one("res.users", string="Signed by", readonly=True, copy=False)
    # confirmed
    confirmed_at = fields.Datetime(string="Confirmed on", readonly=True, copy=False)
    confirmed_by_id = fields.Many2one("res.users", string="Confirmed by", readonly=True, copy=False)
    send_back_reason = fields.Text(string="Sent Back because", readonly=True, copy=False)
    send_back_count = fields.Integer(string="Times Sent Back", readonly=True, copy=False)
    withdraw_reason = fields.Text(string="Withdrawn because", readonly=True, copy=False)

    # the case, as the department needs it
    user_id = fields.Many2one(related="complaint_id.user_id", string="Responsible at the Centre")
    team_id = fields.Many2one(related="complaint_id.team_id")
    excluded_user_ids = fields.Many2many(related="complaint_id.excluded_user_ids")
    complaint_number = fields.Char(related="complaint_id.number", string="Complaint Number")
    complaint_name = fields.Char(related="complaint_id.name", string="Complaint about")
    description = fields.Text(related="complaint_id.description")
    wanted_outcome = fields.Text(related="complaint_id.wanted_outcome")
    partner_name = fields.Char(related="complaint_id.partner_name", string="Customer")
    category_id = fields.Many2one(related="complaint_id.category_id")
    severity = fields.Selection(related="complaint_id.severity")
    product_id = fields.Many2one(related="complaint_id.product_id")
    sale_order_id = fields.Many2one(related="complaint_id.sale_order_id")
    occurred_at = fields.Datetime(related="complaint_id.occurred_at")
    occurred_place = fields.Char(related="complaint_id.occurred_place")

    # who looks at it
    for_department = fields.Boolean(compute="_compute_sides", export_string_translation=False)
    for_centre = fields.Boolean(compute="_compute_sides", export_string_translation=False)
    can_return = fields.Boolean(compute="_compute_can_return", export_string_translation=False)

    _number_uniq = models.UniqueIndex("(number)", "This sheet number exists already.")
    _waiting_idx = models.Index("(turn, head_id) WHERE turn IS NOT NULL")

    @api.depends("state")
    def _compute_turn(self):
        for sheet in self:
            sheet.turn = (
                "department"
                if sheet.state in DEPARTMENT_TURN
                else "centre"
                if sheet.state in CENTRE_TURN
                else False
            )

    @api.depends("head_id", "state")
    @api.depends_context("uid")
    def _compute_sides(self):
        writable = self.complaint_id.sudo(False)._filtered_access("write")
        for sheet in self:
            sheet.for_department = sheet.head_id == self.env.user and sheet.state != "draft"
            sheet.for_centre = sheet.complaint_id in writable

    @api.depends("state", "final", "head_id")
    @api.depends_context("uid")
    def _compute_can_return(self):
        for sheet in self:
            sheet.can_return = (
                sheet.for_department and sheet.state in ("sent", "accepted") and not sheet.final
            )

    @api.depends("number", "department_id.name")
    def _compute_display_name(self):
        for sheet in self:
            parts = (sheet.number, sheet.sudo().department_id.name)
            sheet.display_name = " · ".join(part for part in parts if part)

    # writing

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            for vals in vals_list:
                self._check_written(vals.keys(), QUESTION_FIELDS)
            # Defaults of the context would go round that.
            self = self.with_context(clean_context(self.env.context))  # noqa: PLW0642
        vals_list = [dict(vals) for vals in vals_list]
        self._set_numbers(vals_list)
        sheets = super().create(vals_list)
        sheets.complaint_id.check_access("write")
        sheets._check_complaint_open()
        sheets._link_files(FILE_FIELDS)
        return sheets

    @api.model
    def _set_numbers(self, vals_list):
        """Number the sheets within their complaint: CP-2026-00012/1, /2, and so on."""
        Complaint = self.env["complaint.complaint"].sudo().with_context(tracking_disable=True)
        counts = {}
        for vals in vals_list:
            complaint = Complaint.browse(vals.get("complaint_id"))
            if complaint:
                counts[complaint] = counts.get(complaint, complaint.dispatch_count) + 1
                vals["number"] = f"{complaint.number}/{counts[complaint]}"
        for complaint, count in counts.items():
            complaint.dispatch_count = count
        # Now, not after the sheets: who numbers one of the same complaint at the same moment finds this
        # out here, where Odoo begins anew, and not at the index, where it would give up.
        Complaint.union(*counts).flush_recordset(["dispatch_count"])

    def _check_complaint_open(self):
        for sheet in self:
            if sheet.complaint_id.closed_at:
                raise UserError(
                    self.env._(
                        "%(complaint)s has ended. Reopen it before you ask a department.",
                        complaint=sheet.complaint_id.display_name,
                    )
                )

    def write(self, vals):
        if not self.env.su:
            for sheet in self:
                sheet._check_written(
                    {fname for fname in vals if not fname.startswith(("message_", "activity_"))},
                    sheet._get_writable_fields(),
                )
        result = super().write(vals)
        self._link_files(vals.keys() & set(FILE_FIELDS))
        if "duration" in vals:
            self._change_duration()
        return result

    def _get_writable_fields(self):
        """Return what the user may write now: the question before it is sent, the answer after it."""
        self.ensure_one()
        allowed = set()
        if self.for_centre and self.state == "draft":
            allowed |= QUESTION_FIELDS - {"complaint_id"}
        if self.for_centre and self.state in ("sent", "accepted"):
            allowed |= {"duration"}
        if (self.for_centre or self.for_department) and self.state in DEPARTMENT_TURN:
            # What a department says by phone, the centre writes down; it is signed all the same.
            allowed |= ANSWER_FIELDS
        return allowed

    def _check_side_of_writer(self, labels):
        if not self:
            raise UserError(
                self.env._("A sheet is written first and sent then: leave out %(fields)s.", fields=labels)
            )
        if not (self.for_department or self.for_centre):
            raise AccessError(
                self.env._(
                    "Only the head of the department and the centre write on sheet %(sheet)s.",
                    sheet=self.display_name,
                )
            )

    def _get_status_name(self):
        return self.env._("Sheet %(sheet)s", sheet=self.display_name)

    @api.constrains("duration")
    def _check_duration(self):
        if any(sheet.duration < 0 for sheet in self):
            raise ValidationError(self.env._("A limit cannot be shorter than nothing."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        if any(sheet.state != "draft" for sheet in self):
            raise UserError(self.env._("A sheet that was sent is part of the record. Withdraw it instead."))

    def unlink(self):
        self.complaint_id.check_access("write")
        return super().unlink()
