from odoo import api, fields, models
from odoo.fields import Domain


def check_named(model, values, itself=True):
    """Check that a form under way names no complaint, or part of one, that its user may not read.

    Nothing of it is stored yet, so no rule is asked; but what is computed for the form shows what stands on
    the records that it names (OR-2).

    :param model: the model of the form, or of the lines in it
    :param dict values: what the client sent
    :param bool itself: also look at what the record itself names, not at its lines alone
    :raises AccessError: the user may not read one of them
    """
    context = model.env.context
    defaults = {
        fname: context[f"default_{fname}"] for fname in model._fields if f"default_{fname}" in context
    }
    for fname, value in {**defaults, **values}.items():
        field = model._fields.get(fname)
        if not value or not field or not field.relational:
            continue
        comodel = model.env[field.comodel_name]
        if field.type != "many2one":
            lines = (
                command[2] for command in value if isinstance(command, (list, tuple)) and len(command) == 3
            )
            for line in lines:
                if isinstance(line, dict):
                    check_named(comodel, line)
        elif isinstance(value, dict):
            check_named(comodel, value)
        elif (
            itself
            and isinstance(value, int)
            and (comodel._name == "complaint.complaint" or "complaint_readable" in comodel._fields)
        ):
            comodel.browse(value).check_access("read")


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

    def onchange(self, values, field_names, fields_spec):
        check_named(self, values)
        return super().onchange(values, field_names, fields_spec)

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_complaint_readable(self):
        readable = self.sudo().complaint_id.sudo(False)._filtered_access("read")
        for part, part_sudo in zip(self, self.sudo(), strict=True):
            part.complaint_readable = not part_sudo.complaint_id or part_sudo.complaint_id in readable

    def _search_complaint_readable(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = self._get_readable_domain()
        if True not in value:
            return ~domain
        return Domain.TRUE if False in value else domain

    @api.model
    def _get_readable_domain(self):
        """Return the domain of the records whose complaint the user reads; each belongs to one."""
        # Rules are searched as superuser; what counts is who asks.
        complaints = self.env["complaint.complaint"].sudo(False).with_context(active_test=False)
        if not complaints.has_access("read"):
            return Domain.FALSE
        # Alone, not as one of two conditions: then only the complaints of a page are looked up.
        return Domain("complaint_id", "in", complaints._search(Domain.TRUE))

    def action_open_complaint(self):
        """Open the complaint that it belongs to."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "complaint.complaint",
            "res_id": self.complaint_id.id,
            "views": [(False, "form")],
        }


class ComplaintEntry(models.AbstractModel):
    """A part that people enter: whoever may change the complaint may change what was entered about it.

    Models say so in their access rights too; nobody may more than those allow.
    """

    _name = "complaint.entry"
    _description = "Entry of a Complaint"
    _inherit = ["complaint.part"]

    complaint_id = fields.Many2one("complaint.complaint", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="complaint_id.company_id", store=True, precompute=True)

    @api.model_create_multi
    def create(self, vals_list):
        entries = super().create(vals_list)
        entries._check_complaint_access()
        entries.complaint_id._entries_changed()
        return entries

    def write(self, vals):
        self._check_complaint_access()
        result = super().write(vals)
        if "complaint_id" in vals:
            self._check_complaint_access()
        self.complaint_id._entries_changed()
        return result

    def unlink(self):
        self._check_complaint_access()
        return super().unlink()

    def _check_complaint_access(self):
        """Check that the user may enter something about these complaints.

        :raises AccessError: they may not
        """
        self.complaint_id.check_access("write")


class ComplaintComplaint(models.Model):
    _inherit = "complaint.complaint"

    def onchange(self, values, field_names, fields_spec):
        # What it was merged into or is like may be out of the user's sight; its lines name nothing else.
        check_named(self, values, itself=False)
        return super().onchange(values, field_names, fields_spec)
