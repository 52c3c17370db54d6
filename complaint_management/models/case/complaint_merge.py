from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ...tools import process


class ComplaintMerge(models.Model):
    """Merging repeated complaints into one without losing anything of either (IN-9)."""

    _inherit = "complaint.complaint"

    @api.model
    def _merge_fields(self):
        """Return the names of the fields in which complaints may differ and one value must win."""
        return [
            "name",
            "description",
            "partner_id",
            "partner_name",
            "partner_email",
            "partner_phone",
            "on_behalf_of_id",
            "complainant_kind",
            "complainant_seeks",
            "reference",
            "category_id",
            "product_id",
            "sale_order_id",
            "department_id",
            "occurred_at",
            "occurred_place",
            "wanted_outcome",
            "channel_id",
            "nature",
            "validity",
            "severity",
            "user_id",
        ]

    @api.model
    def _merge_sets(self):
        """Return the names of the many2many fields whose values are united."""
        return ["tag_ids", "employee_ids", "related_ids"]

    def _merge_records(self):
        """Return ``(model, field)`` of the records that move along; areas add theirs."""
        # What was merged into these complaints earlier points to where the work goes on now.
        return [(self._name, "duplicate_of_id")]

    @api.private
    def merge_into(self, target, keep=None):
        """Merge these complaints into another one.

        Messages, files, activities, followers and linked records move; tags, employees concerned and
        related complaints are united; the values that lost are written into the trace. The merged
        complaints stay as cancelled ones that point to the target, with their numbers; one that has
        ended already stays as it ended.

        :param target: complaint.complaint that goes on
        :param dict keep: field name to the complaint whose value the target takes
        :return: the target
        :raises UserError: different companies, a closed target, or a complaint merged already
        """
        target.ensure_one()
        sources = self - target
        keep = keep or {}
        sources._check_mergeable(target, keep)
        # A case's people may sit in other teams, and its files and messages belong to others.
        target_sudo, sources_sudo = target.sudo(), sources.sudo()
        trace = (sources_sudo | target_sudo)._get_merge_trace()
        target_sudo.write(target_sudo._prepare_merge_vals(sources_sudo, keep))
        # Links go both ways.
        (target_sudo.related_ids - sources_sudo).write({"related_ids": [Command.link(target.id)]})
        sources_sudo._move_thread(target_sudo)
        for model, fname in self._merge_records():
            self.env[model].sudo().with_context(active_test=False).search([(fname, "in", sources.ids)]).write(
                {fname: target.id}
            )
        sources.write({"duplicate_of_id": target.id})
        reason = self.env._("Merged into %(number)s", number=target.number)
        ended = sources.filtered(lambda complaint: complaint.step in process.ENDS)
        (sources - ended).action_cancel(reason)
        ended._message_log_batch(bodies=dict.fromkeys(ended.ids, reason))
        numbers = ", ".join(sources.mapped("number"))
        target_sudo._message_log(body=self.env._("Merged with %(numbers)s.", numbers=numbers) + trace)
        return target

    def _check_mergeable(self, target, keep):
        complaints = self | target
        complaints.check_access("write")
        if any(complaint not in complaints for complaint in keep.values()):
            # Its values would be read whoever may see it.
            raise UserError(self.env._("A value can only be taken from one of the merged complaints."))
        if not self:
            raise UserError(self.env._("Choose at least two complaints to merge."))
        if len(complaints.company_id) > 1:
            raise UserError(self.env._("Complaints of different companies cannot be merged."))
        merged = complaints.filtered("duplicate_of_id")
        if merged:
            raise UserError(
                self.env._(
                    "Merged already: %(numbers)s. Choose the complaints they went into.",
                    numbers=", ".join(merged.mapped("number")),
                )
            )
        if target.closed_at:
            raise UserError(
                self.env._(
                    "%(number)s is closed. Reopen it first, or merge into one that is open.",
                    number=target.number,
                )
            )

    def _prepare_merge_vals(self, sources, keep):
        """Return the values that the target takes: the chosen ones, what it lacks, and all of the sets."""
        self.ensure_one()
        chosen = {}
        for fname in self._merge_fields():
            source = keep.get(fname, self)
            if fname not in keep and not self[fname]:
                # What only a merged complaint knows is kept without asking.
                source = next((source for source in sources if source[fname]), self)
            chosen[fname] = source.sudo()
        changed = {fname for fname, source in chosen.items() if source != self}
        # A new customer or category brings values of its own, which nobody chose here.
        changed |= {fname for fname in chosen if changed & set(self.pool.field_depends[self._fields[fname]])}
        values = {}
        for fname in changed:
            values[fname] = self._fields[fname].convert_to_write(chosen[fname][fname], chosen[fname])
        if "category_id" in changed:
            # The extra fields are the category's.
            values["properties"] = dict(chosen["category_id"].properties)
        for fname in self._merge_sets():
            added = sources[fname] - self[fname]
            if fname == "related_ids":
                added -= self | sources
            values[fname] = [Command.link(record.id) for record in added]
        copies = ", ".join(cc for cc in (self | sources).mapped("email_cc") if cc)
        if copies:
            values["email_cc"] = ", ".join(self._mail_cc_sanitized_raw_dict(copies).values())
        return values

    def _move_thread(self, target):
        """Move messages, files, activities and followers to another complaint."""
        thread = [("res_id", "in", self.ids)]
        by_model = [("res_model", "=", self._name), *thread]
        followers = self.message_partner_ids
        self.env["mail.message"].search([("model", "=", self._name), *thread]).write({"res_id": target.id})
        self.env["ir.attachment"].search([*by_model, ("res_field", "=", False)]).write({"res_id": target.id})
        # Archived activities are the history of what was done; meetings were planned with them.
        for model in ("mail.activity", "calendar.event"):
            records = self.env[model].with_context(active_test=False).search(by_model)
            records.write({"res_id": target.id})
        self._move_scheduled_messages(target)
        target.message_subscribe(followers.ids)

    def _move_scheduled_messages(self, target):
        """Messages that wait to be sent are bound to their record, so they are made anew."""
        waiting = self.env["mail.scheduled.message"].search(
            [("model", "=", self._name), ("res_id", "in", self.ids)]
        )
        for message in waiting:
            scheduled = max(message.scheduled_date, fields.Datetime.now())
            # It is posted as whoever wrote it.
            writer = message.with_user(message.create_uid).sudo()
            moved = writer.copy({"res_id": target.id, "scheduled_date": scheduled})
            message.attachment_ids.filtered_domain([("res_model", "=", message._name)]).write(
                {"res_id": moved.id}
            )
        waiting.unlink()

    def _get_merge_trace(self):
        """Return a table of the fields in which complaints differ, as they were before."""
        rows = []
        for fname in self._merge_fields():
            shown = [complaint._get_shown_value(fname) for complaint in self]
            if len(set(shown)) > 1:
                label = self._fields[fname]._description_string(self.env)
                rows.append(
                    Markup("<tr><th>%s</th>%s</tr>")
                    % (label, Markup().join(Markup("<td>%s</td>") % value for value in shown))
                )
        if not rows:
            return Markup()
        head = Markup().join(Markup("<th>%s</th>") % complaint.number for complaint in self)
        body = Markup().join(rows)
        return Markup('<table class="table table-sm"><tr><th></th>%s</tr>%s</table>') % (head, body)

    def _get_shown_value(self, fname):
        """Return a field's value as a person reads it."""
        self.ensure_one()
        field, value = self._fields[fname], self[fname]
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, "")
        if field.type == "datetime":
            if not value:
                return ""
            return fields.Datetime.to_string(fields.Datetime.context_timestamp(self, value))[:16]
        return field.convert_to_display_name(value, self) or ""
