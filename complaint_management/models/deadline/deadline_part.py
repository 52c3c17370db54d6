from odoo import api, models
from odoo.fields import Domain


class ComplaintDeadlinePart(models.AbstractModel):
    """What belongs to a case that is held to time limits: its clocks, their events, its pauses.

    An area with cases of its own adds its field to these models and its name to ``_host_fields`` here.
    """

    _name = "complaint.deadline.part"
    _description = "Part of a Case with Time Limits"
    _inherit = ["complaint.part"]

    #: Fields that lead to the case a record belongs to; one of them is set.
    _host_fields = ("complaint_id",)

    def _get_hosts(self):
        """Yield the cases that the records belong to, with the records, model by model."""
        for fname in self._host_fields:
            parts = self.filtered(fname)
            if parts:
                yield parts[fname], parts

    def _get_host(self):
        self.ensure_one()
        # Not by a filter: what is read of one host is read of those of all the records at once.
        return next(self[fname] for fname in self._host_fields if self[fname])

    def _prepare_host_vals(self):
        """Return the values by which another record belongs to the same case."""
        self.ensure_one()
        return {fname: self[fname].id for fname in self._host_fields if self[fname]}

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_complaint_readable(self):
        self.complaint_readable = True
        for hosts, parts in self.sudo()._get_hosts():
            readable = hosts.sudo(False)._filtered_access("read")
            for part in parts.filtered(lambda part, readable=readable: part._get_host() not in readable):
                part.complaint_readable = False

    @api.model
    def _get_readable_domain(self):
        """Return the domain of the records whose case the user reads, and of those without one."""
        domain = Domain.AND([Domain(fname, "=", False) for fname in self._host_fields])
        for fname in self._host_fields:
            hosts = self.env[self._fields[fname].comodel_name].sudo(False)
            if hosts.has_access("read"):
                # Joined: a subquery, one of several conditions, would look up all cases there are.
                rules = self.env["ir.rule"].sudo(False)._compute_domain(hosts._name, "read")
                domain |= Domain(fname, "any!", rules)
        return domain
