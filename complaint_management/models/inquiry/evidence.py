from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ComplaintEvidence(models.Model):
    """One piece of evidence: a file, a link or a text, with source, date and who gathered it (DI-3).

    Its files belong to it and not to the complaint, so that whoever may not read it (customers, the
    employee concerned) reaches no file of it either; see ``evidence_file.py``.
    """

    _name = "complaint.evidence"
    _description = "Evidence"
    _inherit = ["complaint.traced.entry"]
    _order = "date desc, id desc"
    _check_company_auto = True

    _traced_fields = (
        "name",
        "kind",
        "party",
        "employee_id",
        "partner_id",
        "source",
        "date",
        "collected_by_id",
        "description",
        "attachment_ids",
        "url",
        "internal",
    )

    name = fields.Char(string="What", required=True)
    kind = fields.Selection(
        [
            ("record", "Transaction record"),
            ("contract", "Contract clause"),
            ("test", "Test report"),
            ("recording", "Recording"),
            ("photo", "Photo"),
            ("letter", "Letter"),
            ("statement", "Statement"),
            ("check", "On-site check"),
            ("other", "Other"),
        ],
        required=True,
        default="other",
    )
    party = fields.Selection(
        [
            ("customer", "Customer"),
            ("employee", "Employee"),
            ("third_party", "Third party"),
            ("us", "Us"),
        ],
        string="Of Whom",
        compute="_compute_party",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="Whose statement or whose evidence it is.",
    )
    employee_id = fields.Many2one(
        "hr.employee",
        compute="_compute_employee_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        check_company=True,
    )
    source = fields.Char(
        compute="_compute_source",
        store=True,
        readonly=False,
        precompute=True,
        help="Where it comes from: a person, a department, a system, the number of a document.",
    )
    date = fields.Date(
        required=True,
        default=fields.Date.context_today,
        help="The day that it is from: when it was said, written, signed or taken.",
    )
    collected_by_id = fields.Many2one(
        "res.users",
        string="Gathered by",
        required=True,
        default=lambda self: self.env.user,
        index=True,
        domain="[('share', '=', False)]",
    )
    description = fields.Text(string="What It Says")
    attachment_ids = fields.Many2many(
        "ir.attachment",
        "complaint_evidence_attachment_rel",
        "evidence_id",
        "attachment_id",
        string="Files",
        bypass_search_access=True,
        copy=False,
    )
    file_count = fields.Integer(string="Number of Files", compute="_compute_file_count")
    url = fields.Char(string="Link")
    supports_ids = fields.Many2many(
        "complaint.evidence",
        "complaint_evidence_support_rel",
        "evidence_id",
        "statement_id",
        copy=False,
        help="The statements that this piece shows to be true.",
    )
    supported_by_ids = fields.Many2many(
        "complaint.evidence",
        "complaint_evidence_support_rel",
        "statement_id",
        "evidence_id",
        string="Supported by",
        copy=False,
    )
    contradicts_ids = fields.Many2many(
        "complaint.evidence",
        "complaint_evidence_contradiction_rel",
        "evidence_id",
        "statement_id",
        copy=False,
        help="The statements that do not agree with this piece.",
    )
    contradicted_by_ids = fields.Many2many(
        "complaint.evidence",
        "complaint_evidence_contradiction_rel",
        "statement_id",
        "evidence_id",
        string="Contradicted by",
        copy=False,
    )
    internal = fields.Boolean(
        compute="_compute_internal",
        store=True,
        readonly=False,
        precompute=True,
        help="Never shown to the customer.",
    )
    origin_attachment_id = fields.Many2one(
        "ir.attachment",
        string="Taken from",
        readonly=True,
        copy=False,
        index=False,
        export_string_translation=False,
    )

    _origin_uniq = models.UniqueIndex(
        "(origin_attachment_id) WHERE origin_attachment_id IS NOT NULL",
        "This file was taken as evidence a moment ago. Load the page again.",
    )

    # What somebody typed stays; what does not go with the rest is emptied.

    @api.depends("kind")
    def _compute_party(self):
        for evidence in self:
            evidence.party = "us" if evidence.kind == "check" else evidence.party or "customer"

    @api.depends("kind")
    def _compute_internal(self):
        for evidence in self:
            evidence.internal = evidence.kind == "check" or evidence.internal

    @api.depends("party")
    def _compute_employee_id(self):
        for evidence in self:
            evidence.employee_id = evidence.employee_id if evidence.party in ("employee", "us") else False

    @api.depends("party")
    def _compute_partner_id(self):
        for evidence in self:
            evidence.partner_id = (
                evidence.partner_id if evidence.party in ("customer", "third_party") else False
            )

    @api.depends("party", "employee_id", "partner_id")
    def _compute_source(self):
        for evidence in self:
            complaint = evidence.complaint_id
            proposed = {
                "customer": evidence.partner_id.name or complaint.partner_name or complaint.partner_id.name,
                "employee": evidence.employee_id.name,
                "third_party": evidence.partner_id.name,
                "us": evidence.employee_id.name or evidence.company_id.name,
            }
            evidence.source = evidence.source or proposed.get(evidence.party)

    @api.depends("attachment_ids")
    def _compute_file_count(self):
        for evidence in self:
            evidence.file_count = len(evidence.attachment_ids)

    @api.constrains("name", "attachment_ids", "url", "description")
    def _check_content(self):
        # By the name too: what nobody entered is not among what is checked.
        for evidence in self:
            if not (evidence.attachment_ids or evidence.url or (evidence.description or "").strip()):
                raise ValidationError(
                    self.env._(
                        "“%(evidence)s” is empty: attach a file, enter a link, or write down what it says.",
                        evidence=evidence.name,
                    )
                )

    @api.constrains("source")
    def _check_source(self):
        for evidence in self:
            if not (evidence.source or "").strip():
                raise ValidationError(
                    self.env._(
                        "Say where “%(evidence)s” comes from: a person, a department, a document.",
                        evidence=evidence.name,
                    )
                )

    @api.constrains("date")
    def _check_date(self):
        today = fields.Date.context_today(self)
        for evidence in self:
            if evidence.date > today:
                raise ValidationError(
                    self.env._(
                        "“%(evidence)s” cannot be of a day in the future. Enter the day that it is from.",
                        evidence=evidence.name,
                    )
                )

    @api.constrains("url")
    def _check_url(self):
        for evidence in self.filtered("url"):
            if not self._is_web_address(evidence.url):
                raise ValidationError(
                    self.env._(
                        "“%(url)s” is no link to a page: a link begins with http:// or https://.",
                        url=evidence.url,
                    )
                )

    @api.model
    def _is_web_address(self, url):
        if any(character.isspace() for character in url):
            return False
        try:
            parts = urlsplit(url)
        except ValueError:
            return False
        return parts.scheme in ("http", "https") and bool(parts.hostname)

    @api.constrains("kind", "complaint_id", "supports_ids", "contradicts_ids")
    def _check_statements(self):
        for evidence in self:
            statements = evidence.supports_ids | evidence.contradicts_ids
            if evidence in statements:
                raise ValidationError(
                    self.env._(
                        "“%(evidence)s” can neither support nor contradict itself.", evidence=evidence.name
                    )
                )
            if evidence.supports_ids & evidence.contradicts_ids:
                raise ValidationError(
                    self.env._(
                        "“%(evidence)s” cannot both support and contradict the same statement.",
                        evidence=evidence.name,
                    )
                )
            if any(
                statement.kind != "statement" or statement.complaint_id != evidence.complaint_id
                for statement in statements
            ):
                raise ValidationError(
                    self.env._(
                        "“%(evidence)s” can only support or contradict statements of the same complaint.",
                        evidence=evidence.name,
                    )
                )
            others = evidence.supported_by_ids | evidence.contradicted_by_ids
            if others and (evidence.kind != "statement" or others.complaint_id != evidence.complaint_id):
                raise ValidationError(
                    self.env._(
                        "Other evidence supports or contradicts “%(evidence)s”: it stays a statement of this "
                        "complaint.",
                        evidence=evidence.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._clean_vals(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._clean_vals(vals))

    @api.model
    def _clean_vals(self, vals):
        return {**vals, "url": vals["url"].strip()} if isinstance(vals.get("url"), str) else vals

    def _get_trace_title(self):
        return self.env._("Evidence changed: %(evidence)s", evidence=self.name)

    def _get_trace_deleted(self):
        return self.env._("Evidence deleted")

    def _get_trace_line(self):
        shown = map(self._get_shown_value, ("date", "kind", "name", "source", "attachment_ids"))
        return " · ".join(part for part in shown if part)
