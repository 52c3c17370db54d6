from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from .dispatch import DEPARTMENT_TURN

#: How often a department may return a sheet where the company says nothing else.
DEFAULT_RETURN_LIMIT = 2


class ComplaintDispatch(models.Model):
    """How a sheet goes to and fro between the centre and the department (DI-2).

    Each step says who may take it and from which states. What happens at the same moment elsewhere is
    settled by the database: the second one waits for the first, is done again and finds the new state.
    """

    _inherit = "complaint.dispatch"

    # the centre

    def action_send(self):
        """Send the sheets to their departments; the clock starts now."""
        self._check_side("centre", ("draft",))
        self._check_has_head()
        self._check_complaint_open()
        now = fields.Datetime.now()
        self._change("sent", {"sent_at": now, "sent_by_id": self.env.uid})
        self.complaint_id._reach_milestones(["dispatch"], now)
        for sheet in self:
            sheet._log_on_case(
                self.env._(
                    "%(sheet)s sent to be answered by %(name)s.",
                    sheet=sheet.display_name,
                    name=sheet.sudo().head_id.name,
                ),
                sheet.question,
            )

    def action_send_again(self, reason, department=None, question=None, final=False):
        """Decide about a returned sheet: it goes back to the department, or to another one.

        The same department gains no time by having returned it: its clock has run on. Another one gets
        the whole limit, from now on.

        :param str reason: the answer to the reason of the return
        :param department: hr.department that is to answer; the same one where it is left out
        :param str question: the question anew, where it was to be clarified
        :param bool final: this rules that the department answers, whatever it thinks; always so when it
            was returned as often as the company allows
        """
        self._check_side("centre", ("returned",))
        self._check_reason(reason)
        for sheet in self:
            final = final or sheet.return_count >= sheet._get_return_limit()
            vals = {"final": final, "ruling": reason}
            if question:
                vals["question"] = question
            moved = department and department != sheet.department_id
            if moved:
                # The clock of the former department stops without a verdict.
                sheet.sudo()._cancel_deadlines()
                vals |= {
                    "department_id": department.id,
                    "sent_at": fields.Datetime.now(),
                    "round": sheet.round + 1,
                    "accepted_at": False,
                }
            sheet._change("sent", vals)
            sheet._check_has_head()
            if moved:
                sheet._let_heads_go()
            name = sheet.display_name
            sheet._log_on_case(
                self.env._("Ruled that %(sheet)s is to be answered.", sheet=name)
                if final
                else self.env._("%(sheet)s sent again.", sheet=name),
                reason,
            )

    def action_confirm(self):
        """The centre is content with the answer."""
        self._check_side("centre", ("signed",))
        self._change("confirmed", {"confirmed_at": fields.Datetime.now(), "confirmed_by_id": self.env.uid})
        for sheet in self:
            sheet._log_on_case(self.env._("Answer confirmed: %(sheet)s", sheet=sheet.display_name))
        self.complaint_id._check_investigated()

    def action_send_back(self, reason):
        """The answer does not do: the department gets its limit again, from now on.

        :param str reason: what is missing
        """
        self._check_side("centre", ("signed",))
        self._check_reason(reason)
        for sheet in self:
            sheet._change(
                "accepted",
                {
                    "send_back_reason": reason,
                    "send_back_count": sheet.send_back_count + 1,
                    "round": sheet.round + 1,
                    "sent_at": fields.Datetime.now(),
                    "answered_at": False,
                    "answered_by_id": False,
                    "signed_at": False,
                    "signed_by_id": False,
                },
            )
            sheet._log_on_case(self.env._("Answer of %(sheet)s sent back.", sheet=sheet.display_name), reason)

    def action_withdraw(self, reason):
        """The answer is not needed any more.

        :param str reason: why; the department reads it
        """
        self._check_side("centre", (*DEPARTMENT_TURN, "returned", "signed"))
        self._check_reason(reason)
        self._withdraw(reason)
        self.complaint_id._check_investigated()

    def _withdraw(self, reason):
        for sheet in self:
            # Told before the sheet is out of their sight.
            sheet._tell_head(
                self.env._("Not needed any more: %(sheet)s", sheet=sheet.display_name), reason, readable=False
            )
            sheet._log_on_case(self.env._("%(sheet)s withdrawn.", sheet=sheet.display_name), reason)
        self._change("withdrawn", {"withdraw_reason": reason})
        self.sudo()._cancel_deadlines()
        self._let_heads_go()

    # the department

    def action_accept(self):
        """The department takes the sheet on."""
        self._check_side("department", ("sent",))
        self._change("accepted", {"accepted_at": fields.Datetime.now()})

    def action_return(self, reason):
        """The department gives the sheet back, as often as the company allows.

        :param str reason: why it is not theirs, or what is unclear
        """
        self._check_side("department", ("sent", "accepted"))
        self._check_reason(reason)
        for sheet in self:
            if sheet.final:
                raise UserError(
                    self.env._(
                        "The centre has ruled that “%(department)s” answers this sheet: %(ruling)s\n"
                        "Write down what you can say about it, and sign it.",
                        department=sheet.department_id.display_name,
                        ruling=sheet.ruling,
                    )
                )
            sheet._change("returned", {"return_reason": reason, "return_count": sheet.return_count + 1})
            sheet._log_on_case(self.env._("%(sheet)s returned.", sheet=sheet.display_name), reason)

    def action_answer(self):
        """The answer is written down; the head has still to sign it."""
        self._check_side(None, ("sent", "accepted"))
        self._check_findings()
        self._change(
            "answered",
            {"answered_at": fields.Datetime.now(), "answered_by_id": self.env.uid},
        )

    def action_sign(self):
        """The head of the department answers for what is written on the sheet."""
        self._check_side("department", DEPARTMENT_TURN)
        self._check_findings()
        now = fields.Datetime.now()
        for sheet in self:
            vals = {"signed_at": now, "signed_by_id": self.env.uid}
            if not sheet.answered_at:
                vals |= {"answered_at": now, "answered_by_id": self.env.uid}
            sheet._change("signed", vals)
            sheet._log_on_case(
                self.env._(
                    "%(sheet)s answered and signed by %(name)s.",
                    sheet=sheet.display_name,
                    name=self.env.user.name,
                ),
                sheet.findings,
            )
        self.sudo()._reach_milestones(["answer"], now)

    # what all of them share

    def _check_side(self, side, states):
        """Check who acts and where the sheets stand.

        :param side: ``department`` or ``centre``; None where both may
        :param states: where a sheet may come from
        :raises AccessError: the user is on the wrong side
        :raises UserError: the sheet has gone on meanwhile; says where, by whom and when
        """
        for sheet in self:
            may = {"department": sheet.for_department, "centre": sheet.for_centre}
            if not (may[side] if side else any(may.values())):
                raise AccessError(
                    self.env._(
                        "This is for the head of the department to do: %(name)s.",
                        name=sheet.sudo().head_id.name or sheet.sudo().department_id.name,
                    )
                    if side == "department"
                    else self.env._("This is for those who handle the complaint.")
                )
            if sheet.state not in states:
                raise UserError(self.env._("%(status)s Look at it again.", status=sheet._get_status_line()))

    def _check_findings(self):
        for sheet in self:
            if not (sheet.findings or "").strip():
                raise UserError(self.env._("Write down what the department found out."))

    def _get_return_limit(self):
        self.ensure_one()
        return self.company_id.complaint_return_limit

    def _change(self, state, vals):
        """Bring the sheets into a state; who may was checked before."""
        self.sudo().write(
            {"state": state, "changed_at": fields.Datetime.now(), "changed_by_id": self.env.uid, **vals}
        )
        # Now, not at the end: whoever was faster is found before anybody is told.
        self.flush_recordset(["state"])
        if "sent_at" in vals:
            self.sudo()._start_deadlines()
        self._sync_activities()
