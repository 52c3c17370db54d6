from odoo import fields, models
from odoo.exceptions import UserError


class ComplaintStated(models.AbstractModel):
    """A part of a complaint that goes through states by its buttons, and has a chatter of its own.

    The host has a field ``state``, writes ``changed_at`` and ``changed_by_id`` with it, and says by
    overriding :meth:`_check_side_of_writer` who may write on it at all.
    """

    _name = "complaint.stated"
    _description = "Part of a Complaint with a State"
    _inherit = ["complaint.part", "complaint.thread", "mail.activity.mixin"]

    changed_at = fields.Datetime(string="Since", readonly=True, copy=False)
    changed_by_id = fields.Many2one("res.users", string="Last Changed by", readonly=True, copy=False)

    # people

    def _get_excluded_partners(self):
        return self.sudo().complaint_id._get_excluded_partners()

    def _get_heir(self, users):
        """Return who at the centre takes over from users who may not do the work."""
        return self.complaint_id._get_heir(users)

    def _get_centre_actor(self):
        """Return who at the centre goes on with it: the person responsible, or who takes over."""
        complaint = self.complaint_id
        return (complaint.user_id - complaint.excluded_user_ids) or self._get_heir(
            complaint.excluded_user_ids
        )

    # writing

    def _check_written(self, fnames, allowed):
        """Check that nothing else is written than what may be.

        :param fnames: names of the fields that are written; on no record where one is made
        :param allowed: names of those that may be
        :raises AccessError: the user may write nothing here
        :raises UserError: not now; says where it stands, by whom and when
        """
        refused = set(fnames) - allowed
        if not refused:
            return
        labels = ", ".join(self._fields[fname]._description_string(self.env) for fname in sorted(refused))
        self._check_side_of_writer(labels)
        raise UserError(
            self.env._(
                "%(status)s That is why this was not saved: %(fields)s.",
                status=self._get_status_line(),
                fields=labels,
            )
        )

    def _check_side_of_writer(self, labels):
        """Refuse what is written where a record is made, or by who never may; the host words it.

        :param str labels: of the fields that may not be written
        """

    def _get_status_line(self):
        """Return a sentence that says what became of it, by whom and when."""
        self.ensure_one()
        labels = dict(self._fields["state"]._description_selection(self.env))
        values = {"name": self._get_status_name(), "status": labels[self.state]}
        if not self.changed_at:
            return self.env._("%(name)s stands at “%(status)s”.", **values)
        return self.env._(
            "%(name)s stands at “%(status)s” since %(moment)s (%(person)s).",
            moment=self.env["ir.qweb.field.datetime"].value_to_html(self.changed_at, {"hide_seconds": True}),
            person=self.sudo().changed_by_id.name,
            **values,
        )

    def _get_status_name(self):
        return self.display_name

    def _check_reason(self, reason):
        if not (reason or "").strip():
            raise UserError(self.env._("Give the reason."))

    def action_open(self):
        """Open it on a page of its own."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }
