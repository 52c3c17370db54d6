from odoo import api, fields, models
from odoo.fields import Domain


class AccountMove(models.Model):
    """What becomes of a credit note becomes of the remedy that it carries out (SO-5)."""

    _inherit = "account.move"

    @api.model
    def _search_remedies(self, move_ids, states):
        return (
            self.env["complaint.remedy"]
            .sudo()
            .search(Domain("move_id", "in", move_ids) & Domain("state", "in", states))
        )

    def _post(self, soft=True):
        posted = super()._post(soft)
        # One that is left for a later day is not posted yet.
        numbers = {move.id: move.name for move in posted if move.state == "posted"}
        for remedy in self._search_remedies(list(numbers), ["open"]):
            remedy._tick_off(fields.Datetime.now(), numbers[remedy.move_id.id])
        return posted

    def button_draft(self):
        result = super().button_draft()
        self._take_remedies_back()
        return result

    def button_cancel(self):
        result = super().button_cancel()
        self._take_remedies_back()
        cancelled = self.filtered(lambda move: move.state == "cancel")
        remedies = self._search_remedies(cancelled.ids, ["open"])
        remedies._block(self.env._("The credit note was cancelled."))
        return result

    def _take_remedies_back(self):
        unposted = self.filtered(lambda move: move.state != "posted")
        remedies = self._search_remedies(unposted.ids, ["done"])
        if remedies:
            remedies._take_back(self.env._("the credit note is not posted any more."))

    def unlink(self):
        remedies = self._search_remedies(self.ids, ["open", "done"])
        result = super().unlink()
        # Links that the database has emptied.
        remedies.invalidate_recordset(["move_id", "move_state", "move_number"])
        remedies.filtered(lambda remedy: remedy.state == "open")._block(
            self.env._("The credit note was deleted.")
        )
        return result
