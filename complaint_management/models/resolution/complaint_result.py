from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..case.roles import STAFF

#: Where a result is decided; it is reported from the next step on.
DECISION_STEPS = ("solution", "execution", "feedback", "follow_up")
REPORT_STEPS = DECISION_STEPS[1:]
#: What was told, and what belongs to it: it changes together, by the buttons.
DECISION_FIELDS = ("decision", "decision_reason", "decided_by_id", "decided_at")
REPORT_FIELDS = ("result_reported_at", "result_reported_by_id")
CONFIRMATION_FIELDS = (
    "confirmation",
    "confirmed_by",
    "confirmed_at",
    "confirmation_note",
    "confirmation_signature",
    "confirmation_attachment_ids",
)
SIGN_OFF_FIELDS = ("signed_off_by_id", "signed_off_at")
RESULT_FIELDS = {
    *DECISION_FIELDS,
    *REPORT_FIELDS,
    *CONFIRMATION_FIELDS,
    *SIGN_OFF_FIELDS,
    "former_confirmation_ids",
}


class ComplaintResult(models.Model):
    """The result: what was decided and why, and when the complainant was told (X-5, CL-1).

    How they are told is in ``complaint_result_report.py``, how they confirm it in
    ``complaint_confirmation.py``, who signs the case off in ``complaint_sign_off.py``. All of it belongs to
    the round in which it was done: what is opened again is decided and reported again.
    """

    _inherit = "complaint.complaint"

    @property
    def _people_fields(self):
        return (*super()._people_fields, "decided_by_id", "result_reported_by_id", "signed_off_by_id")

    decision = fields.Selection(
        [("upheld", "Upheld"), ("partly", "Partly upheld"), ("not_upheld", "Not upheld")],
        readonly=True,
        copy=False,
        tracking=True,
        help="Upheld: the complainant is right.",
    )
    decision_reason = fields.Text(
        string="Reasons", readonly=True, copy=False, tracking=True, help="The complainant reads them."
    )
    decided_by_id = fields.Many2one("res.users", string="Decision by", readonly=True, copy=False)
    decided_at = fields.Datetime(string="Decision on", readonly=True, copy=False)
    result_reported_at = fields.Datetime(
        string="Result Reported on", readonly=True, copy=False, tracking=True
    )
    result_reported_by_id = fields.Many2one(
        "res.users", string="Result Reported by", readonly=True, copy=False
    )
    confirmation = fields.Selection(
        [
            ("signed", "Signed on the screen"),
            ("paper", "Signed on paper"),
            ("none", "Not signed"),
        ],
        readonly=True,
        copy=False,
        tracking=True,
        help="How the complainant confirmed the result.",
    )
    confirmed_by = fields.Char(
        string="Signed by", readonly=True, copy=False, tracking=True, help="Who signed."
    )
    confirmed_at = fields.Datetime(string="Confirmed on", readonly=True, copy=False)
    confirmation_note = fields.Text(
        string="Note on the Confirmation",
        readonly=True,
        copy=False,
        tracking=True,
        groups=STAFF,
        help="Why there is no signature, or where the signed paper is kept.",
    )
    confirmation_signature = fields.Binary(
        string="Signature", readonly=True, copy=False, attachment=True, groups=STAFF
    )
    confirmation_attachment_ids = fields.Many2many(
        "ir.attachment",
        "complaint_confirmation_attachment_rel",
        "complaint_id",
        "attachment_id",
        string="Signed Paper",
        readonly=True,
        copy=False,
        bypass_search_access=True,
        groups=STAFF,
    )
    former_confirmation_ids = fields.Many2many(
        "ir.attachment",
        "complaint_former_confirmation_rel",
        "complaint_id",
        "attachment_id",
        string="Earlier Signatures",
        readonly=True,
        copy=False,
        bypass_search_access=True,
        groups=STAFF,
    )

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            # What was decided, told and signed comes by the buttons, here and in the context.
            vals_list = [
                {fname: value for fname, value in vals.items() if fname not in RESULT_FIELDS}
                for vals in vals_list
            ]
            defaults = {f"default_{fname}" for fname in RESULT_FIELDS} & self.env.context.keys()
            if defaults:
                kept = {key: value for key, value in self.env.context.items() if key not in defaults}
                self = self.with_env(self.env(context=kept))  # noqa: PLW0642
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su:
            self._check_result_written(vals)
        return super().write(vals)

    def _check_result_written(self, vals):
        """Check that nothing of the result is changed beside the buttons.

        :raises UserError: it is; says which button is meant
        """
        kept = RESULT_FIELDS & vals.keys()
        if kept:
            labels = [self._fields[fname]._description_string(self.env) for fname in sorted(kept)]
            raise UserError(
                self.env._(
                    "This is not typed in: %(fields)s. Use the buttons “Report the Result” and “Confirm the "
                    "Result” of the complaint.",
                    fields=", ".join(labels),
                )
            )
        if "outcome" not in vals:
            return
        for complaint in self:
            if complaint.result_reported_at and (complaint.outcome or "") != (vals["outcome"] or ""):
                raise UserError(
                    self.env._(
                        "The result of %(complaint)s was reported to the complainant on %(date)s and stays "
                        "as it was told. If it has changed, report it again.",
                        complaint=complaint.display_name,
                        date=complaint._get_shown_value("result_reported_at"),
                    )
                )

    # deciding

    def action_decide(self, decision, reason):
        """Decide the complaint. What was reported before is told anew if the decision has changed.

        :param str decision: upheld, partly or not_upheld
        :param str reason: why, for the complainant to read
        :raises UserError: something is missing (all of it in one message), or it is not the time to decide
        """
        self._check_result_step(DECISION_STEPS)
        reason = (reason or "").strip()
        for complaint in self:
            complaint._check_result_complete(decision, reason)
            complaint._decide(decision, reason)

    def _decide(self, decision, reason):
        """Write a decision down; what was told before does not hold any more where it differs."""
        self.ensure_one()
        if not self._is_decided_otherwise(decision, reason):
            return
        self._forget_report(self.env._("It was decided otherwise. Before that it said:"))
        self.sudo().write(
            {
                "decision": decision,
                "decision_reason": reason,
                "decided_by_id": self.env.uid,
                "decided_at": fields.Datetime.now(),
            }
        )

    def _is_decided_otherwise(self, decision, reason):
        return bool(decision) and (decision, reason) != (self.decision, self.decision_reason)

    def _check_result_step(self, steps):
        """Check that the user may work on the result of these complaints now.

        :param steps: where they may stand
        :raises UserError: says where it goes on
        """
        self.check_access("write")
        for complaint in self:
            values = {"complaint": complaint.display_name}
            if complaint.duplicate_of_id:
                raise UserError(
                    self.env._(
                        "%(complaint)s was merged into %(target)s: go on there.",
                        target=complaint.sudo().duplicate_of_id.number,
                        **values,
                    )
                )
            if complaint.closed_at:
                raise UserError(
                    self.env._("%(complaint)s has ended. Reopen it to go on with its result.", **values)
                )
            if complaint.step not in steps:
                labels = dict(complaint._selection_step())
                raise UserError(
                    self.env._(
                        "%(complaint)s is not that far yet: this is done from “%(step)s” on.",
                        step=labels[steps[0]],
                        **values,
                    )
                )

    def _check_result_complete(self, decision, reason, outcome=None):
        """Check what is told to the complainant.

        :param outcome: what came of it; None where it is not asked for
        :raises UserError: lists all that is missing
        """
        self.ensure_one()
        if decision and decision not in dict(self._fields["decision"].selection):
            raise UserError(self.env._("There is no decision “%(decision)s”.", decision=decision))
        missing = []
        if not decision and (outcome is None or self._needs_solution()):
            missing.append(self.env._("Decide whether the complaint is upheld."))
        if not reason and (outcome is None or decision or self._needs_solution()):
            missing.append(self.env._("Give the reasons of the decision: the complainant reads them."))
        if outcome == "":
            missing.append(self.env._("Write down what came of it."))
        if missing:
            raise UserError(
                self.env._(
                    "The result of %(complaint)s is not complete:\n%(missing)s",
                    complaint=self.display_name,
                    missing="\n".join(f"- {line}" for line in missing),
                )
            )

    # what belongs to a round, or was told otherwise

    def _get_result_lines(self):
        """Return what stands on the record about the result, line by line, for the trace."""
        self.ensure_one()
        shown = (
            "decision",
            "decision_reason",
            "decided_at",
            "outcome",
            "result_reported_at",
            "result_reported_by_id",
            "confirmation",
            "confirmed_by",
            "confirmed_at",
            *SIGN_OFF_FIELDS,
        )
        complaint_sudo = self.sudo()
        return [
            Markup("%s: %s")
            % (self._fields[fname]._description_string(self.env), complaint_sudo._get_shown_value(fname))
            for fname in shown
            if complaint_sudo[fname]
        ]

    def _forget_result(self, title, fnames):
        """Clear a part of the result; what it said stays in the chatter.

        :param str title: why it does not count any more
        :param fnames: names of the fields to clear
        """
        told = self.filtered(lambda complaint: any(complaint.sudo()[fname] for fname in fnames))
        if not told:
            return
        lists = {
            complaint.id: Markup("<p>%s</p><ul>%s</ul>")
            % (
                title,
                Markup().join(Markup("<li>%s</li>") % line for line in complaint._get_result_lines()),
            )
            for complaint in told
        }
        if "confirmation" in fnames:
            told._keep_signatures()
        # The note says it all: the person in charge need not read it once more as a list of changes.
        told.sudo().with_context(tracking_disable=True).write(dict.fromkeys(fnames, False))
        told.sudo()._message_log_batch(bodies=lists)

    def _forget_report(self, title):
        """What was reported is not so any more: it is reported and confirmed again."""
        self._forget_result(title, (*REPORT_FIELDS, *CONFIRMATION_FIELDS, *SIGN_OFF_FIELDS))

    def _record_move(self, old_steps):
        super()._record_move(old_steps)
        reopened = self.filtered(
            lambda complaint: complaint._is_new_round(old_steps[complaint.id], complaint.step)
        )
        reopened._forget_result(
            self.env._("The result of the round before:"),
            (*DECISION_FIELDS, *REPORT_FIELDS, *CONFIRMATION_FIELDS, *SIGN_OFF_FIELDS),
        )
        # New facts or another solution make another result.
        back = (self - reopened).filtered(
            lambda complaint: complaint.result_reported_at and not complaint.closed_at
        )
        back = back.filtered(
            lambda complaint: complaint.step not in (*REPORT_STEPS, "closed", "rejected", "cancelled")
        )
        back._forget_report(self.env._("It went back, so the result has to be reported again:"))

    # merging

    def _get_merge_trace(self):
        """Each complaint keeps its own result: the target goes on with its own, the others are told here."""
        trace = super()._get_merge_trace()
        for complaint in self.filtered(lambda complaint: complaint.decision or complaint.outcome):
            lines = complaint._get_result_lines()
            trace += Markup("<p>%s</p><ul>%s</ul>") % (
                self.env._("Result of %(number)s", number=complaint.number),
                Markup().join(Markup("<li>%s</li>") % line for line in lines),
            )
        return trace
