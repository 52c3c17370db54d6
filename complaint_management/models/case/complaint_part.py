from odoo import api, fields, models
from odoo.fields import Domain


class ComplaintPart(models.AbstractModel):
    """A record that belongs to a complaint by its field ``complaint_id``: who reads the one reads the other.

    Rules of such models ask ``complaint_readable``, and so carry everything that is said about complaints:
    companies, teams, confidential cases, the employee concerned (DESIGN 4.1).
    """

    _name = "complaint.part"
    _description = "Part of a Complaint"

    complaint_readable = fields.Boolean(
        compute="_compute_complaint_readable",
        search="_search_complaint_readable",
        export_string_translation=False,
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_complaint_readable(self):
        readable = self.sudo().complaint_id.sudo(False)._filtered_access("read")
        for part, part_sudo in zip(self, self.sudo(), strict=True):
            part.complaint_readable = not part_sudo.complaint_id or part_sudo.complaint_id in readable

    def _search_complaint_readable(self, operator, value):
        if operator != "in":
            return NotImplemented
        # Rules are searched as superuser; what counts is who asks.
        complaints = self.env["complaint.complaint"].sudo(False).with_context(active_test=False)
        domain = Domain("complaint_id", "=", False)
        if complaints.has_access("read"):
            domain |= Domain("complaint_id", "in", complaints._search(Domain.TRUE))
        if True not in value:
            return ~domain
        return Domain.TRUE if False in value else domain
