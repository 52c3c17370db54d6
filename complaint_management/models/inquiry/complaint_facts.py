from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import float_round, sql


class ComplaintFacts(models.Model):
    """What was found out: evidence, root cause and liability."""

    _inherit = "complaint.complaint"

    evidence_ids = fields.One2many("complaint.evidence", "complaint_id")
    may_delete_evidence = fields.Boolean(
        compute="_compute_may_delete_evidence", export_string_translation=False
    )
    cause_id = fields.Many2one(
        "complaint.cause",
        string="Root Cause",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        copy=False,
        tracking=True,
        help="What has to change so that it does not happen again.",
    )
    cause_note = fields.Text(string="How It Came About", copy=False)
    why_ids = fields.One2many("complaint.why", "complaint_id", string="Whys")
    liability_ids = fields.One2many("complaint.liability", "complaint_id")
    liability_total = fields.Float(
        string="Shares in All (%)", digits=(5, 2), compute="_compute_liability_total"
    )
    liability_left = fields.Float(string="Still Open (%)", digits=(5, 2), compute="_compute_liability_total")
    liability_complete = fields.Boolean(compute="_compute_liability_total")
    # Precomputed, so that a new complaint without shares is not asked for any.
    our_fault = fields.Boolean(compute="_compute_our_fault", store=True, precompute=True, copy=False)

    _our_fault_idx = models.Index("(received_at DESC, id DESC) WHERE our_fault IS TRUE")

    def _auto_init(self):
        # Complaints from before have no shares: the column need not be computed row by row.
        cr = self.env.cr
        if sql.table_exists(cr, self._table) and not sql.column_exists(cr, self._table, "our_fault"):
            sql.create_column(cr, self._table, "our_fault", self._fields["our_fault"].column_type[1])
        return super()._auto_init()

    @api.depends_context("uid")
    def _compute_may_delete_evidence(self):
        may = self.env["complaint.evidence"].has_access("unlink")
        for complaint in self:
            # What was entered a moment ago and not saved yet may be taken back by anybody.
            complaint.may_delete_evidence = may or not complaint._origin

    @api.depends("liability_ids.share")
    def _compute_liability_total(self):
        for complaint in self:
            shares = complaint.liability_ids.mapped("share")
            total = float_round(sum(shares), 2)
            compared = complaint.liability_ids._compare_to_whole(total, len(shares))
            complaint.liability_total = total
            complaint.liability_left = 100 - total if compared < 0 else 0
            complaint.liability_complete = compared == 0

    @api.depends("liability_ids.finding")
    def _compute_our_fault(self):
        for complaint in self:
            complaint.our_fault = "our_fault" in complaint.liability_ids.mapped("finding")

    def write(self, vals):
        commands = vals.get("liability_ids")
        if not isinstance(commands, list) or not all(
            isinstance(command, (list, tuple)) for command in commands
        ):
            return super().write(vals)
        removals, rest = self._order_shares(commands)
        if removals and rest:
            super().write({"liability_ids": removals})
        return super().write({**vals, "liability_ids": rest or removals})

    @api.model
    def _order_shares(self, commands):
        """Return commands for the shares so that what makes room comes before what takes it.

        Shares are checked one write after the other, and whoever moves ten percent from one line to the next
        has done nothing wrong meanwhile.

        :return: tuple (commands that take lines away, the others)
        """
        removals = [
            command for command in commands if command[0] in (Command.DELETE, Command.UNLINK, Command.CLEAR)
        ]
        updated = [command[1] for command in commands if command[0] == Command.UPDATE]
        liabilities_sudo = self.env["complaint.liability"].sudo().browse(updated).exists()
        shares = {liability.id: liability.share for liability in liabilities_sudo}

        def taken(command):
            if command[0] != Command.UPDATE or "share" not in command[2]:
                return 0
            return (command[2]["share"] or 0) - shares.get(command[1], 0)

        return removals, sorted((command for command in commands if command not in removals), key=taken)

    def unlink(self):
        # The database takes the evidence along, but knows nothing of its files.
        files_sudo = self.sudo().evidence_ids.attachment_ids
        result = super().unlink()
        files_sudo.unlink()
        return result

    def _get_missing_statements(self):
        """Return whose side has not been heard yet (DI-4).

        The description holds the complainant's own words and so is their statement.

        :return: tuple (hr.employee, the employees concerned without a statement; whether the
            complainant's side is there)
        """
        self.ensure_one()
        # Whoever asks need not be allowed to look at employees.
        complaint_sudo = self.sudo()
        statements = complaint_sudo.evidence_ids.filtered(lambda evidence: evidence.kind == "statement")
        silent = (
            complaint_sudo.employee_ids
            - statements.filtered(lambda statement: statement.party == "employee").employee_id
        )
        heard = bool((self.description or "").strip()) or any(
            statement.party == "customer" for statement in statements
        )
        return silent.sudo(False), heard

    # files that came with the complaint

    def action_take_files(self):
        """Turn files that came with mails, or were put on the complaint, into evidence; each once."""
        self.check_access("write")
        vals_list = self._prepare_evidence_of_files()
        # It copies files that the user reads as the complaint's.
        self.env["complaint.evidence"].create(vals_list)
        if vals_list:
            message = self.env._("%(count)s files are evidence now.", count=len(vals_list))
        else:
            message = self.env._(
                "There are no new files. Files that came by mail or were put on the complaint are taken, "
                "each once; others are added on a piece of evidence."
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "type": "success" if vals_list else "info",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _prepare_evidence_of_files(self):
        # Files and messages of the complaint belong to whoever wrote them; who may change it may read them.
        complaints_sudo = self.sudo()
        files_sudo = (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [("res_model", "=", self._name), ("res_id", "in", self.ids), ("res_field", "=", False)],
                order="id",
            )
        )
        taken = set(
            self.env["complaint.evidence"]
            .sudo()
            .search([("origin_attachment_id", "in", files_sudo.ids)])
            .origin_attachment_id.ids
        )
        by_file = {}
        for message in complaints_sudo.message_ids:
            for file in message.attachment_ids:
                by_file.setdefault(file.id, message)
        vals_list = []
        for file in files_sudo:
            message = by_file.get(file.id, complaints_sudo.message_ids.browse())
            if file.id in taken or self._is_written_by_us(message):
                continue
            complaint_sudo = complaints_sudo.browse(file.res_id)
            vals_list.append(
                {
                    "complaint_id": file.res_id,
                    "name": file.name,
                    "kind": self._guess_evidence_kind(file.mimetype or ""),
                    "party": "customer",
                    "source": message.email_from or message.author_id.name or complaint_sudo.partner_name,
                    "date": fields.Datetime.context_timestamp(self, message.date or file.create_date).date(),
                    "origin_attachment_id": file.id,
                    "attachment_ids": [Command.link(file.id)],
                }
            )
        return vals_list

    @api.model
    def _is_written_by_us(self, message):
        """Tell whether a colleague wrote a message here; what they forward by mail is somebody else's."""
        users = message.author_id.with_context(active_test=False).user_ids
        return message.message_type != "email" and any(not user.share for user in users)

    @api.model
    def _guess_evidence_kind(self, mimetype):
        group = mimetype.partition("/")[0]
        if group == "image":
            return "photo"
        if group in ("audio", "video"):
            return "recording"
        written = ("pdf", "word", "opendocument.text", "rtf", "message/rfc822")
        return "letter" if group == "text" or any(part in mimetype for part in written) else "other"

    # merging

    def _merge_fields(self):
        return [*super()._merge_fields(), "cause_id", "cause_note"]

    def _merge_records(self):
        return [*super()._merge_records(), ("complaint.evidence", "complaint_id")]

    @api.model
    def _merge_chains(self):
        """Return the names of the lines of which a complaint has one set that belongs together.

        Two sets put together would say nothing: shares of two hundred percent, two chains of whys mixed.
        So the target keeps its own, or takes those of the first that has any; the others stay where they
        are, and stand in the trace.
        """
        return ["liability_ids", "why_ids"]

    def merge_into(self, target, keep=None):
        result = super().merge_into(target, keep)
        target_sudo = target.sudo()
        for fname in self._merge_chains():
            if not target_sudo[fname]:
                source = next((source for source in (self - target).sudo() if source[fname]), None)
                if source:
                    source[fname].write({"complaint_id": target.id})
        return result

    def _get_merge_trace(self):
        trace = super()._get_merge_trace()
        for fname in self._merge_chains():
            told = self.filtered(fname)
            if len(told) > 1:
                for complaint in told:
                    title = f"{complaint.number}: {self._fields[fname]._description_string(self.env)}"
                    lines = [line._get_trace_line() for line in complaint[fname]]
                    trace += complaint[fname]._format_note(title, lines)
        return Markup(trace)
