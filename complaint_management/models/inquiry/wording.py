import logging

from lxml import etree, html

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import is_html_empty

_logger = logging.getLogger(__name__)

#: Purposes of a contact for which there is ready wording: a mail template each, which a company edits.
PURPOSES = ("opening", "listening", "apology", "explanation", "agreement", "closing")
#: What belongs to a letter and is not said.
LETTER_ONLY = "o_complaint_letter"


class ComplaintContact(models.Model):
    """Ready wording for what one has to say, in the customer's language (CO-2)."""

    _inherit = "complaint.contact"

    wording = fields.Html(
        string="What You May Say",
        compute="_compute_wording",
        # It is written for the customer: nothing in it that they must not know.
        help="In the customer's language, from the mail template of the same purpose.",
    )

    @api.depends("purpose", "complaint_id")
    @api.depends_context("uid", "lang")
    def _compute_wording(self):
        self.wording = False
        for purpose, contacts in self.grouped("purpose").items():
            template = self._get_wording_template(purpose)
            # A new contact may name any complaint; only one that its author may read is spoken of.
            complaints = contacts.complaint_id._origin._filtered_access("read") if template else ()
            if not complaints:
                continue
            said = self._render_wording(template, complaints)
            for contact in contacts:
                contact.wording = said.get(contact.complaint_id._origin.id)

    @api.model
    def _get_wording_template(self, purpose):
        """Return the template with the wording of a purpose; none where there is none any more."""
        template_id = purpose in PURPOSES and self.env["ir.model.data"]._xmlid_to_res_id(
            f"complaint_management.mail_template_wording_{purpose}"
        )
        return self.env["mail.template"].browse(template_id or [])

    @api.model
    def _render_wording(self, template, complaints):
        """Return ``{complaint id: what to say}``, each in the customer's language."""
        try:
            # The complaints were checked; their team and customer may be out of the user's sight.
            bodies = template.sudo()._render_field("body_html", complaints.ids, compute_lang=True)
        except UserError:
            # Somebody is editing it. A call does not wait for that.
            _logger.warning("Mail template %s cannot be rendered.", template.id, exc_info=True)
            return {}
        return {complaint_id: self._without_letter(body) for complaint_id, body in bodies.items()}

    @api.model
    def _without_letter(self, body):
        """Return a body without the salutation and the closing words of a letter."""
        if is_html_empty(body):
            return False
        tree = html.fragment_fromstring(str(body), create_parent="div")
        for node in tree.find_class(LETTER_ONLY):
            node.drop_tree()
        return etree.tostring(tree, encoding="unicode", method="html")
