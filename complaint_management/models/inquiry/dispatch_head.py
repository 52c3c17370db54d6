from odoo import api, fields, models
from odoo.exceptions import UserError


class ComplaintDispatch(models.Model):
    """Who answers a sheet: the head of the department, or the next one above who can (DI-2, OR-2).

    A department without a head, one whose head has left or has no user, and one whose head the complaint
    is about, are answered for by the department above. The head is kept on the sheet, because the record
    rules ask for it; it follows whenever one of these facts changes.
    """

    _inherit = "complaint.dispatch"

    head_id = fields.Many2one(
        "res.users",
        string="Answers",
        compute="_compute_head_id",
        store=True,
        index="btree_not_null",
        help="The head of the department, or of the one above where that is nobody who can answer.",
    )

    @api.depends("department_id", "complaint_id.excluded_user_ids")
    def _compute_head_id(self):
        for sheet in self:
            sheet.head_id = sheet.department_id._get_acting_head(
                sheet.company_id, sheet.complaint_id.excluded_user_ids
            )

    def _check_has_head(self):
        for sheet in self:
            if not sheet.head_id:
                raise UserError(
                    self.env._(
                        "Nobody can answer for “%(department)s”: neither it nor a department above it has a "
                        "manager who can sign in and is not concerned by the complaint. Enter a manager for "
                        "the department, or ask another one.",
                        department=sheet.department_id.display_name,
                    )
                )

    @api.model
    def _refresh_heads(self, departments):
        """Heads have changed: find those of the sheets anew.

        :param departments: hr.department whose head changed; sheets of those below them may be concerned
        """
        if not departments:
            return
        sheets = self.sudo().search([("department_id", "child_of", departments.ids)])
        former = {sheet: sheet.head_id for sheet in sheets}
        self.env.add_to_compute(self._fields["head_id"], sheets)
        sheets.filtered(lambda sheet: sheet.head_id != former[sheet])._pass_to_heads()

    def _pass_to_heads(self):
        """Tell the new heads, and let the former ones go."""
        self._sync_activities()
        self._let_heads_go()
        for sheet in self.sudo():
            if sheet.turn != "department":
                continue
            name = sheet.head_id.name or self.env._("nobody")
            sheet._log_on_case(
                self.env._("%(sheet)s is now answered by %(name)s.", sheet=sheet.display_name, name=name)
            )

    def _let_heads_go(self):
        """Heads who answer no more follow neither the sheets nor the cases, which they cannot read."""
        Complaint = self.env["complaint.complaint"]
        for threads in (self.sudo(), self.sudo().complaint_id):
            for thread in threads:
                heads = thread.message_partner_ids.user_ids.filtered(
                    lambda user: not user.share and not Complaint.with_user(user)._is_complaint_staff()
                )
                gone = heads.filtered(lambda user, thread=thread: not thread._is_readable_by(user))
                if gone:
                    thread.message_unsubscribe(gone.partner_id.ids)
